/* rollback.c - what an escalation changed is taken back: in reverse order, each change by its own inverse.
 *
 * Only what is still as this change left it is taken back. An inverse call is asked for, and undone when its reply says
 * so. What was left, for whatever reason, is one exception rollback_incomplete, raised when the last reply is there. */
#include <engine/run.h>

#include <string.h>

/* --- what is told ----------------------------------------------------------------------------- */

static void undone_tell(EscEngine *engine, EscEscalation *escalation, EscText what, const char *how)
{
    esc_audit_escalation(engine, escalation, ESC_AUDIT_UNDONE,
                         esc_audit_data(engine, "what", what, NULL), "undone: %.*s %s",
                         ESC_TEXT_ARG(what), how);
}

/* Not longer than it may be when it is read. What is cut is in the workspace's language from then on. */
static EscText left_cut(EscEngine *engine, EscText left)
{
    EscText said = esc_said(engine, left, esc_workspace_reads(engine));
    return said.size <= ESC_LEFT_BYTES_MAX ? left : esc_utf8_cut(said, ESC_LEFT_BYTES_MAX);
}

static void left_tell(EscEngine *engine, EscEscalation *escalation, EscText what, EscText because)
{
    esc_audit_escalation(engine, escalation, ESC_AUDIT_NOT_UNDONE,
                         esc_audit_data(engine, "what", what, "because", because, NULL),
                         "%.*s is not undone: %.*s", ESC_TEXT_ARG(what), ESC_TEXT_ARG(because));
    EscText left = esc_turn_printf(engine, "%.*s%s%.*s (%.*s)", ESC_TEXT_ARG(escalation->left),
                                   esc_words_with(escalation->left, ", "), ESC_TEXT_ARG(what),
                                   ESC_TEXT_ARG(because));
    esc_text_drop(&escalation->left);
    escalation->left = esc_text_own(left_cut(engine, left));
}

static void incomplete_raise(EscEngine *engine, EscEscalation *escalation)
{
    if (escalation->left.size == 0 || escalation->inverses_count > 0)
        return;
    EscText left = esc_say(engine, LEFT, escalation->left);
    if (esc_exception_ask(engine, escalation, ESC_EXCEPTION_ROLLBACK_INCOMPLETE, left) == NULL)
        esc_rollback_closed(engine, escalation); /* it is parked: nothing handles it */
    esc_text_drop(&escalation->left);
}

/* No exception is raised any more, because it was closed before the last inverse has replied, or is parked: who is accountable, to
 * the end, is told. */
void esc_rollback_closed(EscEngine *engine, EscEscalation *escalation)
{
    if (escalation->left.size == 0)
        return;
    EscText name = esc_text_from(esc_exception_words[ESC_EXCEPTION_ROLLBACK_INCOMPLETE]),
            what = esc_say(engine, ON_TICKET, name, escalation->ticket->id);
    EscNotice notice = {
        .marked = esc_turn_printf(engine, "%.*s: %.*s", ESC_TEXT_ARG(what),
                                  ESC_TEXT_ARG(esc_say(engine, LEFT, escalation->left))),
        .is_due = true,
    };
    esc_message_person(engine, escalation, escalation->owner, &notice);
    esc_text_drop(&escalation->left);
}

/* --- one change ------------------------------------------------------------------------------- */

/* Why a change is left as it is; empty: it can be taken back. `now`: the value of a field when its turn comes. */
static EscText field_left(EscEngine *engine, const EscChange *change, EscValue now)
{
    const EscProgram *program =
        engine->schema.current->program; /* recorded values keep the current bundle's types */
    if (esc_slot_find(engine, change->name) == ESC_NONE)
        return ESC_SAYING(NO_FIELD);
    return esc_value_same(program, change->after.value, program, now) ? (EscText){0}
                                                                      : ESC_SAYING(CHANGED_SINCE);
}

static EscText ticket_left(EscEngine *engine, const EscTicket *ticket)
{
    if (ticket == NULL)
        return ESC_SAYING(NOT_THERE);
    return ticket->is_edited || esc_ticket_is_resolved(engine, ticket) ? ESC_SAYING(WORKED_ON)
                                                                       : (EscText){0};
}

static EscValue field_now(const EscEngine *engine, const EscEscalation *escalation, EscText name)
{
    uint32_t slot = esc_slot_find(engine, name);
    return slot == ESC_NONE ? (EscValue){.is_missing = true}
                            : escalation->ticket->values[slot].value;
}

static void field_undo(EscEngine *engine, EscEscalation *escalation, const EscChange *change)
{
    const EscProgram *program = engine->schema.current->program;
    uint32_t slot = esc_slot_find(engine, change->name);
    EscText left = field_left(engine, change, field_now(engine, escalation, change->name));
    if (left.size > 0) {
        left_tell(engine, escalation, change->name, left);
        return;
    }
    EscValue value =
        esc_value_convert(program, program, change->before.value, esc_slot_type(engine, slot));
    esc_ticket_set(engine, escalation->ticket, slot, value);
    esc_write_by(escalation->ticket, change->name, escalation->id);
    undone_tell(engine, escalation, change->name, "is as it was before");
}

static EscText item_what(EscEngine *engine, const EscChange *change)
{
    return change->kind == ESC_CHANGE_ADDED
               ? esc_say(engine, IN_LIST, change->item, change->name)
               : esc_say(engine, OUT_OF_LIST, change->item, change->name);
}

static void item_undo(EscEngine *engine, EscEscalation *escalation, const EscChange *change)
{
    EscText what = item_what(engine, change);
    switch (esc_item_undo(engine, escalation->ticket, change)) {
    case ESC_ITEM_UNDO_NO_LIST:
        left_tell(engine, escalation, what, ESC_SAYING(NO_LIST));
        break;
    case ESC_ITEM_UNDO_FULL:
        left_tell(engine, escalation, what, ESC_SAYING(LIST_FULL));
        break;
    case ESC_ITEM_UNDO_BY_OTHERS:
        undone_tell(engine, escalation, what, "has been taken back by somebody else");
        break;
    case ESC_ITEM_UNDO_DONE:
        undone_tell(engine, escalation, what, "is taken back; the others stay");
        break;
    }
}

static void ticket_undo(EscEngine *engine, EscEscalation *escalation, const EscChange *change)
{
    EscTicket *ticket = esc_ticket_find(engine, change->ticket);
    EscText left = ticket_left(engine, ticket);
    if (left.size > 0) {
        left_tell(engine, escalation, change->ticket, left);
        return;
    }
    EscTask *task = esc_task_of_ticket(engine, change->ticket);
    if (task != NULL)
        esc_task_end(engine, task, ESC_TASK_WITHDRAWN, (EscText){0}, (EscText){0}, (EscText){0});
    bool is_there = ticket->there.size > 0 || esc_ticket_is_made(ticket),
         is_taken_back = esc_ticket_unpublish(engine, ticket, escalation);
    engine->turn.is_reporting = is_taken_back; /* the inverse says there all that is to be said */
    esc_ticket_set_resolved(engine, ticket, "closed", true);
    engine->turn.is_reporting = false;
    undone_tell(engine, escalation, change->ticket, "is closed");
    if (is_there && !is_taken_back &&
        esc_home_row(engine, ticket->home, engine->schema.status_slot) == NULL)
        left_tell(
            engine, escalation, change->ticket,
            esc_say(engine, STAYS_THERE, ticket->home, esc_text_or(ticket->there, ticket->id)));
}

static void call_undo(EscEngine *engine, EscEscalation *escalation, const EscChange *change)
{
    EscValue arguments[ESC_EFFECT_ARGS_MAX];
    uint32_t count = change->arguments_count;
    ESC_ASSERT(count <= ESC_EFFECT_ARGS_MAX);
    for (uint32_t i = 0; i < count; i++)
        arguments[i] = change->arguments[i].value;
    uint64_t id = esc_call_put(engine, escalation, change->undo, change->name, arguments, count);
    EscText inverse = esc_action_name(engine, escalation->bundle->program, change->undo);
    if (id == 0) {
        left_tell(engine, escalation, change->name, esc_say(engine, NO_INVERSE_CALL, inverse));
        return;
    }
    ESC_ENGINE_GROW(escalation->inverses, escalation->inverses_count,
                    escalation->inverses_capacity);
    escalation->inverses[escalation->inverses_count++] =
        (EscInverse){id, esc_engine_intern(engine, change->name)};
    esc_audit_escalation(engine, escalation, ESC_AUDIT_UNDO_ASKED,
                         esc_audit_data(engine, "what", change->name, "by", inverse, NULL),
                         "asks %.*s to undo %.*s", ESC_TEXT_ARG(inverse),
                         ESC_TEXT_ARG(change->name));
}

static void change_undo(EscEngine *engine, EscEscalation *escalation, const EscChange *change)
{
    if (change->no_undo.size > 0)
        left_tell(engine, escalation, change->name, change->no_undo);
    else if (change->undo != ESC_NONE)
        call_undo(engine, escalation, change);
    else if (change->kind == ESC_CHANGE_FIELD)
        field_undo(engine, escalation, change);
    else if (change->kind == ESC_CHANGE_TICKET)
        ticket_undo(engine, escalation, change);
    else
        item_undo(engine, escalation, change);
}

/* --- all of them ------------------------------------------------------------------------------ */

static void changes_undo(EscEngine *engine, EscEscalation *escalation, EscText reason)
{
    size_t count = escalation->changes_count;
    esc_audit_escalation(engine, escalation, ESC_AUDIT_ROLLBACK,
                         esc_audit_data(engine, "reason", reason, "count",
                                        esc_turn_printf(engine, "%zu", count), NULL),
                         "rolls %zu %s back%s%.*s", count,
                         esc_one_or_many(count, "change", "changes"), esc_words_with(reason, ": "),
                         ESC_TEXT_ARG(reason));
    esc_escalation_moment(engine, escalation, ESC_AUDIT_ROLLBACK, (EscText){0});
    while (escalation->changes_count > 0) {
        EscChange change = escalation->changes[--escalation->changes_count];
        change_undo(engine, escalation, &change);
        esc_change_pin(engine, &change, false);
        esc_change_release(&change);
    }
    escalation->is_inconsistent = false;
}

void esc_rollback(EscEngine *engine, EscEscalation *escalation, EscText reason)
{
    changes_undo(engine, escalation, reason);
    incomplete_raise(engine, escalation);
}

void esc_rollback_at_end(EscEngine *engine, EscEscalation *escalation, EscText reason)
{
    if (escalation->changes_count > 0 && escalation->bundle != NULL)
        changes_undo(engine, escalation, reason);
}

/* --- what it would do ------------------------------------------------------------------------- */

/* The value that a field has when the turn of change number `at` comes: those behind it are taken back by then. */
static EscValue field_then(EscEngine *engine, const EscEscalation *escalation, size_t at)
{
    EscText name = escalation->changes[at].name;
    EscValue now = field_now(engine, escalation, name);
    for (size_t i = escalation->changes_count; i > at + 1; i--) {
        const EscChange *later = &escalation->changes[i - 1];
        if (later->kind == ESC_CHANGE_FIELD && esc_text_equal(later->name, name) &&
            later->no_undo.size == 0 && field_left(engine, later, now).size == 0)
            now = later->before.value;
    }
    return now;
}

static bool list_is_there(const EscEngine *engine, EscText name)
{
    uint32_t slot = esc_slot_find(engine, name);
    return slot != ESC_NONE && esc_type_kind(esc_slot_type(engine, slot)) == ESC_KIND_LIST;
}

static EscText would_leave(EscEngine *engine, const EscEscalation *escalation, size_t at)
{
    const EscChange *change = &escalation->changes[at];
    if (change->no_undo.size > 0)
        return change->no_undo;
    if (change->undo != ESC_NONE)
        return (EscText){0};
    if (change->kind == ESC_CHANGE_FIELD)
        return field_left(engine, change, field_then(engine, escalation, at));
    if (change->kind == ESC_CHANGE_TICKET)
        return ticket_left(engine, esc_ticket_find(engine, change->ticket));
    return list_is_there(engine, change->name) ? (EscText){0} : ESC_SAYING(NO_LIST);
}

static EscText change_what(EscEngine *engine, const EscChange *change)
{
    if (change->kind == ESC_CHANGE_TICKET)
        return change->ticket;
    bool is_item = change->kind == ESC_CHANGE_ADDED || change->kind == ESC_CHANGE_REMOVED;
    return is_item ? item_what(engine, change) : change->name;
}

static void json_member(EscEngine *engine, EscBuf *out, const char *name, EscText text)
{
    esc_buf_printf(out, ",\"%s\":", name);
    esc_json_text(out, esc_said(engine, text, ESC_LANGUAGE_ENGLISH));
}

static void step_write(EscEngine *engine, const EscEscalation *escalation, size_t at, EscBuf *out)
{
    const EscProgram *program = engine->schema.current->program;
    const EscChange *change = &escalation->changes[at];
    EscText left = would_leave(engine, escalation, at);
    const char *will = left.size > 0 ? "left" : change->undo != ESC_NONE ? "asked" : "undone";
    esc_buf_printf(out, "{\"will\":\"%s\"", will);
    json_member(engine, out, "what", change_what(engine, change));
    if (left.size > 0)
        json_member(engine, out, "because", left);
    else if (change->undo != ESC_NONE)
        json_member(engine, out, "by",
                    esc_action_name(engine, escalation->bundle->program, change->undo));
    else if (change->kind == ESC_CHANGE_FIELD) {
        esc_buf_string(out, ",\"to\":");
        esc_value_write_json(out, program, change->before.value);
    }
    esc_buf_char(out, '}');
}

bool esc_engine_show_rollback(EscEngine *engine, uint64_t id, EscBuf *out)
{
    EscEscalation *escalation = esc_escalation_find(engine, id);
    if (escalation == NULL || !esc_escalation_is_open(escalation) || escalation->bundle == NULL)
        return false;
    EscArena *turn = esc_view_begin(engine);
    for (size_t i = escalation->changes_count; i > 0; i--) {
        esc_buf_string(out, i == escalation->changes_count ? "" : ",");
        step_write(engine, escalation, i - 1, out);
    }
    engine->turn.arena = turn;
    return true;
}

bool esc_rollback_replied(EscEngine *engine, EscEscalation *escalation, uint64_t outbox,
                          bool is_good, EscText detail)
{
    size_t at = 0;
    while (at < escalation->inverses_count && escalation->inverses[at].outbox != outbox)
        at++;
    if (at == escalation->inverses_count)
        return false;
    EscText what = escalation->inverses[at].what;
    memmove(escalation->inverses + at, escalation->inverses + at + 1,
            (escalation->inverses_count - at - 1) * sizeof *escalation->inverses);
    escalation->inverses_count--;
    if (is_good)
        undone_tell(engine, escalation, what, "by its inverse action");
    else
        left_tell(engine, escalation, what,
                  detail.size == 0 ? ESC_SAYING(INVERSE_FAILED)
                                   : esc_say(engine, INVERSE_FAILED_WITH, detail));
    incomplete_raise(engine, escalation);
    return true;
}
