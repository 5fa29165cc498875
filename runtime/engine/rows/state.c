/* state.c - what an escalation and a ticket keep beside their rows, as JSON. restore.c reads it.
 *
 * An escalation's names are short and defaults are left out: a suspended escalation should stay within 1 KiB.
 *   r role row  or opening role  h handed to  ta turn began, ms since the opening  ac calendar of
 *   the acknowledgement  fa first acknowledged at  ak acknowledgers  cw closed by close-when
 *   ho hand-offs  ex exceptions  ef effects  f frame  g frame below  x exception at hand  c checks: '0' + state, or
 *   'A' + state when qa_failed was raised for it  m messages [sent, accepted, delivered, dead]  ic field that is
 *   inconsistent  ct owner told about the closing  ch changes  p pages  pn next page  e expectations  en next one
 *   i inverse calls  tl timeline [kind, ms since the opening, who]  pb parked because */
#include <engine/rows.h>

static void name_write(EscBuf *out, const char *name)
{
    if (out->data[out->size - 1] != '{')
        esc_buf_char(out, ',');
    esc_buf_char(out, '"');
    esc_buf_string(out, name);
    esc_buf_string(out, "\":");
}

static void number_write(EscBuf *out, const char *name, int64_t number)
{
    if (number == 0)
        return;
    name_write(out, name);
    esc_buf_number(out, number);
}

static void text_write(EscBuf *out, const char *name, EscText text)
{
    if (text.size == 0)
        return;
    name_write(out, name);
    esc_json_text(out, text);
}

static void comma(EscBuf *out)
{
    if (out->data[out->size - 1] != '[')
        esc_buf_char(out, ',');
}

static void texts_write(EscBuf *out, const char *name, const EscText *texts, uint32_t count)
{
    if (count == 0)
        return;
    name_write(out, name);
    esc_buf_char(out, '[');
    for (uint32_t i = 0; i < count; i++) {
        comma(out);
        esc_json_text(out, texts[i]);
    }
    esc_buf_char(out, ']');
}

/* --- frames, exceptions ----------------------------------------------------------------------- */

static void question_write(EscBuf *out, const EscQuestion *question)
{
    name_write(out, "q");
    esc_buf_char(out, '{');
    number_write(out, "k", question->kind);
    number_write(out, "r", question->ref);
    number_write(out, "n", question->needed);
    text_write(out, "t", question->text);
    number_write(out, "a", question->answer);
    number_write(out, "x", question->is_rejected);
    texts_write(out, "p", question->approvers, question->approvers_count);
    esc_buf_char(out, '}');
}

static void frame_write(EscBuf *out, const char *name, const EscFrame *frame)
{
    if (frame->bytes == NULL)
        return;
    name_write(out, name);
    esc_buf_char(out, '{');
    number_write(out, "b", frame->began_ms);
    number_write(out, "d", frame->due_ms);
    number_write(out, "e", frame->effects_total);
    number_write(out, "r", frame->reply);
    number_write(out, "o", (int64_t)frame->reply_outbox);
    text_write(out, "t", frame->reply_text);
    if (frame->question != NULL)
        question_write(out, frame->question);
    esc_buf_char(out, '}');
}

static void raised_write(EscBuf *out, const EscProgram *program, const EscRaised *raised)
{
    if (raised->exception == ESC_NONE || program == NULL)
        return;
    name_write(out, "x");
    esc_buf_printf(out, "{\"n\":%u", raised->exception);
    text_write(out, "m", raised->message);
    name_write(out, "f");
    esc_buf_char(out, '[');
    for (uint32_t i = 0; i < raised->fields_count; i++) {
        comma(out);
        esc_buf_printf(out, "[%u,", raised->field_indexes[i]);
        esc_value_write_json(out, program, raised->fields[i].value);
        esc_buf_char(out, ']');
    }
    esc_buf_string(out, "]}");
}

/* --- lists ------------------------------------------------------------------------------------ */

static void checks_write(EscBuf *out, const EscEscalation *escalation)
{
    if (escalation->checks_count == 0)
        return;
    name_write(out, "c");
    esc_buf_char(out, '"');
    for (uint32_t i = 0; i < escalation->checks_count; i++) {
        bool was_raised = (escalation->raised_checks[i / 64] >> (i % 64) & 1) != 0;
        esc_buf_char(out, (char)((was_raised ? 'A' : '0') + escalation->checks[i]));
    }
    esc_buf_char(out, '"');
}

static void values_write(EscBuf *out, const EscProgram *program, const EscOwned *values,
                         uint32_t count)
{
    esc_buf_char(out, '[');
    for (uint32_t i = 0; i < count; i++) {
        comma(out);
        esc_value_write_json(out, program, values[i].value);
    }
    esc_buf_char(out, ']');
}

static void change_write(EscBuf *out, const EscProgram *current, const EscProgram *own,
                         const EscChange *change)
{
    esc_buf_char(out, '{');
    number_write(out, "k", change->kind);
    text_write(out, "n", change->name);
    text_write(out, "t", change->ticket);
    if (change->kind == ESC_CHANGE_FIELD) {
        name_write(out, "b");
        esc_value_write_json(out, current, change->before.value);
        name_write(out, "a");
        esc_value_write_json(out, current, change->after.value);
    }
    number_write(out, "o", (int64_t)change->outbox);
    if (change->undo != ESC_NONE) {
        number_write(out, "u", (int64_t)change->undo + 1);
        name_write(out, "v");
        values_write(out, own, change->arguments, change->arguments_count);
    }
    text_write(out, "w", change->no_undo);
    esc_buf_char(out, '}');
}

static void changes_write(EscBuf *out, const EscEngine *engine, const EscEscalation *escalation)
{
    if (escalation->changes_count == 0 || escalation->bundle == NULL)
        return;
    name_write(out, "ch");
    esc_buf_char(out, '[');
    for (size_t i = 0; i < escalation->changes_count; i++) {
        comma(out);
        change_write(out, engine->schema.current->program, escalation->bundle->program,
                     &escalation->changes[i]);
    }
    esc_buf_char(out, ']');
}

static void pages_write(EscBuf *out, const EscEscalation *escalation)
{
    if (escalation->pages_count == 0)
        return;
    name_write(out, "p");
    esc_buf_char(out, '[');
    for (size_t i = 0; i < escalation->pages_count; i++) {
        const EscPage *page = &escalation->pages[i];
        comma(out);
        esc_buf_char(out, '[');
        esc_buf_number(out, page->number);
        esc_buf_char(out, ',');
        esc_buf_number(out, page->contact);
        esc_buf_char(out, ',');
        esc_buf_number(out, page->began_ms);
        esc_buf_char(out, ',');
        esc_json_text(out, page->person);
        esc_buf_char(out, ',');
        esc_json_text(out, page->text);
        esc_buf_char(out, ']');
    }
    esc_buf_char(out, ']');
}

static void expectations_write(EscBuf *out, const EscEscalation *escalation)
{
    if (escalation->expectations_count == 0)
        return;
    name_write(out, "e");
    esc_buf_char(out, '[');
    for (size_t i = 0; i < escalation->expectations_count; i++) {
        const EscExpectation *expectation = &escalation->expectations[i];
        comma(out);
        esc_buf_printf(out, "[%u,%lld,", expectation->number, (long long)expectation->due_ms);
        esc_json_text(out, expectation->person);
        if (expectation->calendar != 0)
            esc_buf_printf(out, ",%u", expectation->calendar);
        esc_buf_char(out, ']');
    }
    esc_buf_char(out, ']');
}

static void inverses_write(EscBuf *out, const EscEscalation *escalation)
{
    if (escalation->inverses_count == 0)
        return;
    name_write(out, "i");
    esc_buf_char(out, '[');
    for (size_t i = 0; i < escalation->inverses_count; i++) {
        comma(out);
        esc_buf_printf(out, "%llu", (unsigned long long)escalation->inverses[i]);
    }
    esc_buf_char(out, ']');
}

static void timeline_write(EscBuf *out, const EscEscalation *escalation)
{
    name_write(out, "tl");
    esc_buf_char(out, '[');
    for (size_t i = 0; i < escalation->timeline_count; i++) {
        const EscMoment *moment = &escalation->timeline[i];
        comma(out);
        esc_buf_char(out, '[');
        esc_buf_number(out, moment->kind);
        esc_buf_char(out, ',');
        esc_buf_number(out, moment->at_ms - escalation->opened_at_ms);
        if (moment->who.size > 0) {
            esc_buf_char(out, ',');
            esc_json_text(out, moment->who);
        }
        esc_buf_char(out, ']');
    }
    esc_buf_char(out, ']');
}

void esc_state_write(EscEngine *engine, const EscEscalation *escalation, EscBuf *out)
{
    if (escalation->kept_state.size > 0) {
        esc_buf_text(out, escalation->kept_state);
        return;
    }
    esc_buf_char(out, '{');
    number_write(out, "r", escalation->role_row);
    number_write(out, "or", escalation->opening_role);
    text_write(out, "h", escalation->handed_to);
    number_write(out, "ta", escalation->turn_at_ms - escalation->opened_at_ms);
    number_write(out, "ac", escalation->ack_calendar);
    number_write(out, "fa", escalation->first_acked_ms);
    texts_write(out, "ak", escalation->ackers, escalation->ackers_count);
    number_write(out, "cw", escalation->is_closed_by_when);
    number_write(out, "ho", escalation->handoffs);
    number_write(out, "ex", escalation->exceptions);
    number_write(out, "ef", escalation->effects);
    frame_write(out, "f", &escalation->frame);
    frame_write(out, "g", &escalation->below);
    raised_write(out, escalation->bundle == NULL ? NULL : escalation->bundle->program,
                 &escalation->raised);
    checks_write(out, escalation);
    name_write(out, "m");
    const uint32_t counts[] = {escalation->messages, escalation->accepted, escalation->delivered,
                               escalation->dead};
    for (size_t i = 0; i < ESC_COUNT_OF(counts); i++) {
        esc_buf_char(out, i == 0 ? '[' : ',');
        esc_buf_number(out, counts[i]);
    }
    esc_buf_char(out, ']');
    if (escalation->is_inconsistent)
        text_write(out, "ic", escalation->inconsistent_field);
    number_write(out, "ct", escalation->is_close_told);
    changes_write(out, engine, escalation);
    pages_write(out, escalation);
    number_write(out, "pn", escalation->page_next);
    expectations_write(out, escalation);
    number_write(out, "en", escalation->expectation_next);
    inverses_write(out, escalation);
    timeline_write(out, escalation);
    text_write(out, "pb", escalation->parked_because);
    esc_buf_char(out, '}');
}

/* --- tickets ---------------------------------------------------------------------------------- */

static void clocks_write(EscBuf *out, const EscTicket *ticket)
{
    static const char *const states[ESC_CLOCK_STATE_COUNT] = {"none", "running", "met", "breached"};
    name_write(out, "clocks");
    esc_buf_char(out, '{');
    for (uint32_t i = 0; i < ESC_SLA_CLOCK_COUNT; i++) {
        const EscSlaState *state = &ticket->sla[i];
        name_write(out, esc_clock_name((EscSlaClock)i));
        esc_buf_string(out, "{\"state\":\"");
        esc_buf_string(out, states[state->state]);
        esc_buf_string(out, state->is_met ? "\",\"met\":true" : "\",\"met\":false");
        esc_buf_string(out, ",\"overdue_done_ms\":");
        esc_buf_number(out, state->overdue_done_ms);
        esc_buf_string(out, ",\"due_ms\":");
        esc_buf_number(out, state->due_ms);
        esc_buf_string(out, ",\"due\":\"");
        esc_time_write(out, state->due_ms);
        esc_buf_char(out, '"');
        number_write(out, "moved", state->moved_ms);
        number_write(out, "kept", state->is_kept);
        esc_buf_char(out, '}');
    }
    esc_buf_char(out, '}');
}

static void starts_write(EscBuf *out, const EscTicket *ticket)
{
    if (ticket->starts_count == 0)
        return;
    name_write(out, "starts");
    esc_buf_char(out, '[');
    for (size_t i = 0; i < ticket->starts_count; i++) {
        const EscStarts *starts = &ticket->starts[i];
        comma(out);
        esc_buf_printf(out, "[%u,%lld,", starts->count, (long long)starts->closed_at_ms);
        esc_json_text(out, starts->template_name);
        esc_buf_char(out, ']');
    }
    esc_buf_char(out, ']');
}

static void armed_write(EscBuf *out, const EscTicket *ticket)
{
    if (ticket->armed_count == 0)
        return;
    name_write(out, "armed");
    esc_buf_char(out, '[');
    for (size_t i = 0; i < ticket->armed_count; i++) {
        const EscArmed *armed = &ticket->armed[i];
        comma(out);
        esc_buf_printf(out, "[%u,%u,", armed->ordinal, armed->number);
        esc_json_text(out, armed->template_name);
        esc_buf_char(out, ',');
        esc_json_text(out, armed->event_json);
        esc_buf_char(out, ']');
    }
    esc_buf_char(out, ']');
}

static void log_write(EscBuf *out, const EscTicket *ticket)
{
    if (ticket->log_count == 0)
        return;
    name_write(out, "log");
    esc_buf_char(out, '[');
    for (size_t i = 0; i < ticket->log_count; i++) {
        const EscTicketChange *change = &ticket->log[i];
        comma(out);
        esc_buf_printf(out, "[%lld,", (long long)change->at_ms);
        esc_json_text(out, change->field);
        esc_buf_char(out, ',');
        esc_json_text(out, change->before);
        esc_buf_char(out, ',');
        esc_json_text(out, change->after);
        esc_buf_char(out, ']');
    }
    esc_buf_char(out, ']');
}

void esc_ticket_state_write(EscEngine *engine, const EscTicket *ticket, EscBuf *out)
{
    esc_buf_char(out, '{');
    text_write(out, "sla", ticket->sla_name);
    clocks_write(out, ticket);
    starts_write(out, ticket);
    armed_write(out, ticket);
    number_write(out, "armed_next", ticket->armed_next);
    if (ticket->handoffs_count > 0) {
        name_write(out, "handoffs");
        esc_buf_char(out, '[');
        for (size_t i = 0; i < ticket->handoffs_count; i++)
            esc_buf_printf(out, "%s%lld", i > 0 ? "," : "", (long long)ticket->handoffs[i]);
        esc_buf_char(out, ']');
    }
    log_write(out, ticket);
    number_write(out, "moved", engine->moved_ms);
    number_write(out, "linked", ticket->is_linked);
    number_write(out, "resolved", ticket->is_resolved_flag);
    esc_buf_char(out, '}');
}

/* --- the workspace's: absences and notification windows --------------------------------------- */

static void windows_write(EscBuf *out, const EscEngine *engine)
{
    name_write(out, "windows");
    esc_buf_char(out, '[');
    for (size_t i = 0; i < engine->windows.count; i++) {
        const EscWindow *window = &engine->windows.items[i];
        comma(out);
        esc_buf_char(out, '[');
        esc_json_text(out, window->person);
        esc_buf_printf(out, ",%lld,%u,%u", (long long)window->ends_at_ms, window->count,
                       window->items_left_out);
        for (size_t j = 0; j < window->items_count; j++) {
            esc_buf_printf(out, ",%llu,", (unsigned long long)window->items[j].escalation);
            esc_json_text(out, window->items[j].text);
        }
        esc_buf_char(out, ']');
    }
    esc_buf_char(out, ']');
}

void esc_absences_write(EscEngine *engine, EscBuf *out)
{
    esc_buf_string(out, "{\"absent\":{");
    for (size_t i = 0; i < engine->absences.count; i++) {
        if (i > 0)
            esc_buf_char(out, ',');
        esc_json_text(out, engine->absences.items[i].person);
        esc_buf_printf(out, engine->absences.items[i].is_for ? ":[%lld]" : ":%lld",
                       (long long)engine->absences.items[i].until_ms);
    }
    esc_buf_char(out, '}');
    if (engine->windows.count > 0)
        windows_write(out, engine);
    number_write(out, "moved", engine->moved_ms);
    esc_buf_char(out, '}');
}
