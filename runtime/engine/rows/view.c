/* view.c - the engine's state for the API, for status and for tests. Nothing here changes anything. */
#include <engine/rows.h>

#include <string.h>

const char *esc_wanted_name(EscWanted wanted)
{
    static const char *const names[ESC_WANTED_COUNT] = {"", "question", "approval", "triage"};
    return names[wanted < ESC_WANTED_COUNT ? wanted : ESC_WANTED_NOTHING];
}

static uint32_t tasks_count(EscEngine *engine, const EscEscalation *escalation)
{
    uint32_t count = 0;
    for (size_t at = 0; esc_task_next(engine, escalation->id, &at) != NULL;)
        count++;
    return count;
}

static void question_view(EscEngine *engine, const EscEscalation *escalation,
                          EscEscalationView *view)
{
    const EscFrame *frame = &escalation->frame;
    if (frame->question == NULL && escalation->triage != NULL)
        frame = &escalation->triage->frame;
    const EscQuestion *question = frame->question;
    const EscWaitRow *wait = esc_wait_of(escalation, frame);
    if (question == NULL || wait == NULL)
        return;
    view->question = esc_turn_text(engine, question->text);
    view->guidance = esc_turn_text(engine, question->guidance);
    view->question_task = question->task;
    view->question_due_ms = frame->due_ms;
    view->wanted = frame != &escalation->frame              ? ESC_WANTED_TRIAGE
                   : question->kind == ESC_QUESTION_APPROVE ? ESC_WANTED_APPROVAL
                                                            : ESC_WANTED_QUESTION;
    if (wait->kind == ESC_WAIT_ANSWER)
        view->answers_json = esc_answers_json(engine, escalation->bundle->program, wait);
}

static EscText changes_view(EscEngine *engine, const EscEscalation *escalation)
{
    static const char *const kinds[ESC_CHANGE_KIND_COUNT] = {"field", "ticket", "call", "added",
                                                             "removed"};
    const EscProgram *program = engine->schema.current->program;
    EscBuf buf = esc_turn_buf();
    esc_buf_char(&buf, '[');
    for (size_t i = 0; i < escalation->changes_count; i++) {
        const EscChange *change = &escalation->changes[i];
        esc_buf_printf(&buf, "%s{\"kind\":\"%s\",\"name\":", i > 0 ? "," : "", kinds[change->kind]);
        esc_json_text(&buf, change->name);
        if (change->kind == ESC_CHANGE_FIELD) {
            esc_buf_string(&buf, ",\"before\":");
            esc_value_write_json(&buf, program, change->before.value);
            esc_buf_string(&buf, ",\"after\":");
            esc_value_write_json(&buf, program, change->after.value);
        } else if (change->kind == ESC_CHANGE_TICKET) {
            const EscTicket *made = esc_ticket_find(engine, change->ticket);
            esc_buf_string(&buf, ",\"ticket\":");
            esc_json_text(&buf, change->ticket);
            if (made != NULL && made->there.size > 0) {
                esc_buf_string(&buf, ",\"home\":");
                esc_json_text(&buf, made->home);
                esc_buf_string(&buf, ",\"there\":");
                esc_json_text(&buf, made->there);
            }
        } else if (change->kind != ESC_CHANGE_CALL) {
            esc_buf_string(&buf, ",\"item\":");
            esc_json_text(&buf, change->item);
        }
        if (change->no_undo.size > 0) {
            esc_buf_string(&buf, ",\"no_undo\":");
            esc_json_text(&buf, change->no_undo);
        }
        esc_buf_char(&buf, '}');
    }
    esc_buf_char(&buf, ']');
    return esc_turn_take(engine, &buf);
}

static EscText waiting_view(EscEngine *engine, const EscEscalation *escalation)
{
    if (escalation->state == ESC_STATE_CLOSED)
        return (EscText){0};
    if (escalation->state == ESC_STATE_PARKED)
        return esc_turn_printf(
            engine, "a person: %.*s",
            ESC_TEXT_ARG(esc_said(engine, escalation->parked_because, ESC_LANGUAGE_ENGLISH)));
    if (esc_frame_wait(escalation) == NULL)
        return ESC_TEXT("people, by hand");
    return esc_said(engine, esc_wait_phrase(engine, escalation), ESC_LANGUAGE_ENGLISH);
}

static void chain_view(const EscEscalation *escalation, EscEscalationView *view)
{
    if (escalation->bundle == NULL)
        return;
    const EscTemplateRow *row = esc_escalation_template(escalation);
    view->level = escalation->role_row + 1;
    view->levels = row->roles_count;
    view->pass = escalation->pass + 1;
    view->passes = row->repeats + 1;
}

static void ticket_view(EscBuf *buf, EscText id, bool is_resolved)
{
    esc_buf_string(buf, "{\"id\":");
    esc_json_text(buf, id);
    esc_buf_printf(buf, ",\"resolved\":%s}", is_resolved ? "true" : "false");
}

static EscText tickets_view(EscEngine *engine, const EscEscalation *escalation)
{
    EscBuf buf = esc_turn_buf();
    esc_buf_char(&buf, '[');
    ticket_view(&buf, escalation->ticket->id, esc_ticket_is_resolved(engine, escalation->ticket));
    for (size_t i = 0; i < escalation->members_count; i++) {
        esc_buf_char(&buf, ',');
        ticket_view(&buf, escalation->members[i].ticket, escalation->members[i].is_resolved);
    }
    esc_buf_char(&buf, ']');
    return esc_turn_take(engine, &buf);
}

static void last_view(EscEngine *engine, const EscLastMessage *last, EscEscalationView *view)
{
    view->last_outbox = last->outbox;
    view->last_to = last->to;
    view->last_medium = last->medium;
    view->last_detail = esc_turn_text(engine, last->detail);
    view->last_state = last->state;
    view->last_at_ms = last->at_ms;
}

static void offer_view(EscEngine *engine, const EscEscalation *escalation, EscEscalationView *view)
{
    const EscOffer *offer = escalation->offer;
    const EscTimerNode *timer = esc_timer_find(escalation->timers, ESC_TIMER_OFFER, 0);
    if (offer == NULL)
        return;
    view->offer_to = offer->to;
    view->offer_by = offer->by;
    view->offer_reason = esc_turn_text(engine, offer->reason);
    view->offer_expect = offer->expect;
    view->offer_within_ms = offer->within_ms;
    view->offer_due_ms = timer == NULL ? 0 : timer->due_ms;
    EscBuf buf = esc_turn_buf();
    for (size_t i = 0; i < offer->asked_count; i++) {
        esc_buf_char(&buf, i == 0 ? '[' : ',');
        esc_json_text(&buf, offer->asked[i]);
    }
    esc_buf_char(&buf, ']');
    view->offer_asked_json = esc_turn_take(engine, &buf);
}

/* What is looked up only of what is not closed. */
static void open_view(EscEngine *engine, const EscEscalation *escalation, EscEscalationView *view)
{
    if (escalation->state == ESC_STATE_CLOSED)
        return;
    if (escalation->frame.bytes != NULL && escalation->state != ESC_STATE_PARKED)
        view->wait_due_ms = escalation->frame.due_ms;
    esc_next_view(engine, escalation, view);
    esc_roles_view(engine, escalation, view);
}

/* All that lists show. */
static void row_fill(EscEngine *engine, const EscEscalation *escalation, EscEscalationView *view)
{
    uint32_t rank = 0;
    const EscTimerNode *ack = esc_timer_find(escalation->timers, ESC_TIMER_ACK, 0),
                       *hold = esc_timer_find(escalation->timers, ESC_TIMER_HOLD, 0);
    *view = (EscEscalationView){
        .id = escalation->id,
        .version = escalation->version,
        .ticket = escalation->ticket->id,
        .ticket_title = esc_ticket_text(engine, escalation->ticket, engine->schema.title_slot),
        .account = esc_ticket_account(engine, escalation->ticket),
        .severity = esc_ticket_severity(engine, escalation->ticket, &rank),
        .template_name = escalation->template_name,
        .template_title = esc_escalation_title(escalation),
        .owner = escalation->owner,
        .owner_title = esc_owner_title(engine, escalation),
        .outcome = escalation->state == ESC_STATE_OPEN ? (EscText){0} : escalation->outcome,
        .step = esc_step_text(engine, escalation),
        .state = escalation->state,
        .role = escalation->role,
        .is_acked = escalation->is_acked,
        .is_alarmed = escalation->alarms != 0,
        .opened_at_ms = escalation->opened_at_ms,
        .closed_at_ms = escalation->closed_at_ms,
        .acked_ms = escalation->acked_ms,
        .resolved_ms = escalation->resolved_ms,
        .next_due_ms = esc_timer_earliest(escalation->timers),
        .due_ms = esc_escalation_due_ms(escalation),
        .ack_due_ms = ack == NULL ? 0 : ack->due_ms,
        .holds_until_ms = hold == NULL ? 0 : hold->due_ms,
        .handoffs = escalation->handoffs,
        .exceptions = escalation->exceptions,
        .tasks_open = tasks_count(engine, escalation),
        .waiting_for = waiting_view(engine, escalation),
    };
    memcpy(view->bundle_hash, escalation->bundle_hash, sizeof view->bundle_hash);
    last_view(engine, &escalation->last, view);
    question_view(engine, escalation, view);
    offer_view(engine, escalation, view);
    chain_view(escalation, view);
    open_view(engine, escalation, view);
}

static void view_fill(EscEngine *engine, const EscEscalation *escalation, EscEscalationView *view)
{
    row_fill(engine, escalation, view);
    view->room = esc_turn_text(engine, escalation->room);
    view->checks_json =
        escalation->bundle == NULL ? (EscText){0} : esc_checks_json(engine, escalation);
    view->changes_json = changes_view(engine, escalation);
    view->group_key = esc_turn_text(engine, escalation->group_key);
    view->tickets_json = tickets_view(engine, escalation);
    view->tickets_open = esc_escalation_tickets(engine, escalation);
}

typedef void Fill(EscEngine *engine, const EscEscalation *escalation, EscEscalationView *view);

static bool find(EscEngine *engine, uint64_t id, Fill *fill, EscEscalationView *view)
{
    const EscEscalation *escalation = esc_escalation_find(engine, id);
    if (escalation == NULL)
        return false;
    EscArena *turn = esc_view_begin(engine);
    fill(engine, escalation, view);
    engine->turn.arena = turn;
    return true;
}

bool esc_engine_find_escalation(EscEngine *engine, uint64_t id, EscEscalationView *view)
{
    return find(engine, id, view_fill, view);
}

bool esc_engine_find_row(EscEngine *engine, uint64_t id, EscEscalationView *view)
{
    return find(engine, id, row_fill, view);
}

EscText esc_engine_person_time(EscEngine *engine, EscText person, int64_t time_ms)
{
    EscArena *turn = esc_view_begin(engine);
    EscText text = esc_person_time(engine, person, time_ms);
    engine->turn.arena = turn;
    return text;
}

bool esc_engine_is_about(EscEngine *engine, uint64_t id, EscText ticket)
{
    const EscEscalation *escalation = esc_escalation_find(engine, id);
    if (escalation == NULL || esc_text_equal(escalation->ticket->id, ticket))
        return escalation != NULL;
    for (size_t i = 0; i < escalation->members_count; i++)
        if (esc_text_equal(escalation->members[i].ticket, ticket))
            return true;
    return false;
}

void esc_engine_each_escalation(EscEngine *engine,
                                bool (*visit)(void *context, const EscEscalationView *view),
                                void *context)
{
    EscEscalation *escalation = NULL;
    for (size_t at = 0; (escalation = esc_escalation_next(engine, &at)) != NULL;) {
        EscEscalationView view;
        EscArena *turn = esc_view_begin(engine);
        view_fill(engine, escalation, &view);
        engine->turn.arena = turn;
        if (!visit(context, &view))
            return;
    }
}

/* The exception that the steps are at, or the one that people are asked about beside them. */
static EscFrame *frame_of_facts(EscEscalation *escalation)
{
    bool is_beside = escalation->frame.raised == NULL && escalation->triage != NULL;
    return is_beside ? &escalation->triage->frame : &escalation->frame;
}

bool esc_engine_read(EscEngine *engine, EscText ticket, uint64_t escalation_id, EscLoad what,
                     uint32_t index, int64_t now_ms, EscValue *value)
{
    EscEscalation *escalation =
        escalation_id == 0 ? NULL : esc_escalation_find(engine, escalation_id);
    EscWorld world = {.engine = engine,
                      .ticket = esc_ticket_find(engine, ticket),
                      .bundle = engine->schema.current,
                      .function = ESC_NONE};
    if (world.ticket == NULL || (escalation_id != 0 && escalation == NULL))
        return false;
    if (escalation != NULL) {
        world.escalation = escalation;
        world.frame = frame_of_facts(escalation);
    }
    EscArena *turn = esc_view_begin(engine);
    EscHost host = esc_world_reader(&world);
    int64_t engine_ms = engine->now_ms; /* of the last input: clocks went on since */
    engine->now_ms = now_ms;
    bool is_read = host.load(host.context, what, index, value) == ESC_OK;
    engine->now_ms = engine_ms;
    engine->turn.arena = turn;
    return is_read;
}

bool esc_engine_find_ticket(EscEngine *engine, EscText id, EscTicketRow *row)
{
    const EscTicket *ticket = esc_ticket_find(engine, id);
    if (ticket == NULL)
        return false;
    EscArena *turn = esc_view_begin(engine);
    EscGroup group;
    esc_group_init(&group, engine->view);
    esc_ticket_row(engine, ticket, &group, row);
    engine->turn.arena = turn;
    return true;
}
