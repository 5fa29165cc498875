/* service_turn.c - one turn is looked up, and then decided: the engine takes its inputs and the timers that are due, and its
 * changes become a group of rows.
 *
 * Both go on while the group before is on its way to the disk, and look at the store by its second door then. What that group
 * holds may be in the store or not: events of it are asked for where it lies (service_events.c), and tickets and escalations
 * of it are in the engine, which forgets nothing while a turn is under way.
 *
 * Not its job: committing, and what comes after it (service.c). */
#include "service_internal.h"

EscServiceTurn *esc_service_turn_begin(EscService *service, EscWhy *why)
{
    ESC_ASSERT(service->coming == NULL);
    EscServiceTurn *turn =
        service->going == &service->turns[0] ? &service->turns[1] : &service->turns[0];
    EscArena *arena = turn->arena, *retries_arena = turn->retries_arena;
    esc_arena_clear(arena);
    esc_arena_clear(retries_arena);
    *turn = (EscServiceTurn){
        .service = service, .arena = arena, .retries_arena = retries_arena, .why = why};
    service->coming = turn;
    return turn;
}

/* --- the clocks ----------------------------------------------------------------------------- */

/* A correction comes first in its turn: what was queued is judged on the corrected clock. */
EscStatus esc_service_turn_correct_clock(EscServiceTurn *turn, int64_t correction_ms)
{
    const EscClockChange change = {.correction_ms = correction_ms};
    const EscInput input = {.kind = ESC_INPUT_CLOCK, .clock = &change};
    EscOutcome outcome;
    turn->has_changes = true;
    return esc_engine_apply(turn->service->engine, &input, turn->now_ms, &outcome, turn->why);
}

/* Nothing ran for a while, and what was sent had no chance. Comes before the first timer. */
EscStatus esc_service_turn_wake(EscServiceTurn *turn)
{
    const EscInput woke = {.kind = ESC_INPUT_WOKE};
    EscOutcome outcome = {0};
    return esc_engine_apply(turn->service->engine, &woke, turn->now_ms, &outcome, turn->why);
}

EscStatus esc_service_turn_night(EscServiceTurn *turn)
{
    EscEngine *engine = turn->service->engine;
    const EscInput night = {.kind = ESC_INPUT_NIGHT};
    EscOutcome outcome = {0};
    if (esc_engine_night_ms(engine) > turn->now_ms)
        return ESC_OK;
    EscStatus status = esc_engine_apply(engine, &night, turn->now_ms, &outcome, turn->why);
    turn->has_changes = turn->has_changes || (status == ESC_OK && !outcome.is_noop);
    return status;
}

static EscStatus look_at_clocks(EscServiceTurn *turn)
{
    EscServiceTime *time = &turn->service->time;
    EscTimeReading reading = esc_service_time_look(time);
    turn->now_ms = reading.now_ms;
    EscStatus status = reading.correction_ms == 0
                           ? ESC_OK
                           : esc_service_turn_correct_clock(turn, reading.correction_ms);
    if (status == ESC_OK && time->has_slept)
        status = esc_service_turn_wake(turn);
    return status == ESC_OK ? esc_service_turn_night(turn) : status;
}

/* --- looking up ------------------------------------------------------------------------------- */

/* Only live tickets are in memory. One that was put aside comes back before something is said about it, or the engine
 * would take it for a new one; and with it what else the input may need. *is_absent: the store has no such ticket. */
static EscStatus preload(EscServiceTurn *turn, const EscInput *input, bool *is_absent)
{
    EscService *service = turn->service;
    EscStatus status = ESC_OK;
    EscText id = esc_engine_lacks(service->engine, input);
    *is_absent = false;
    while (status == ESC_OK && id.size > 0) {
        EscTicketRow row;
        EscWhy why = {.text = ""};
        status = esc_store_ticket_get(esc_service_looks(service), id, service->scratch, &row, &why);
        if (status == ESC_OK)
            status = esc_engine_restore_ticket(service->engine, &row, &why);
        *is_absent = status == ESC_NOT_FOUND;
        if (status != ESC_OK && turn->why != NULL)
            *turn->why = why;
        esc_arena_clear(service->scratch);
        id = esc_engine_lacks(service->engine, input);
    }
    esc_arena_clear(service->scratch);
    return status == ESC_NOT_FOUND ? ESC_OK : status;
}

static EscStatus preload_new(EscServiceTurn *turn)
{
    EscStatus status = ESC_OK;
    for (size_t i = 0; i < turn->count && status == ESC_OK; i++)
        if (turn->inputs[i].kind == ESC_INPUT_EVENT && !turn->events[i].known.is_known)
            status = preload(turn, &turn->inputs[i], &turn->events[i].is_absent);
    return status;
}

EscStatus esc_service_look_up(EscService *service, const EscInput *inputs, size_t count,
                              EscReply *replies, EscWhy *why)
{
    EscServiceTurn *turn = esc_service_turn_begin(service, why);
    turn->inputs = inputs;
    turn->replies = replies;
    turn->count = count;
    EscStatus status =
        look_at_clocks(turn); /* what comes back from the store follows the corrected clock */
    if (status == ESC_OK)
        status = esc_turn_look_up(turn);
    return status == ESC_OK ? preload_new(turn) : status;
}

/* --- deciding --------------------------------------------------------------------------------- */

/* An old button: what the engine has forgotten stands in the store. */
static EscStatus closed_tell(EscServiceTurn *turn, const EscAction *action, EscOutcome *outcome)
{
    EscService *service = turn->service;
    EscStore *store = esc_service_looks(service);
    EscEscalationRow row;
    EscTicketRow ticket;
    if (action->escalation == 0 || !outcome->is_noop || outcome->note[0] != '\0')
        return ESC_OK;
    EscStatus status =
        esc_store_escalation_get(store, action->escalation, service->scratch, &row, turn->why);
    if (status == ESC_OK && row.closed_at_ms != 0) {
        status = esc_store_ticket_get(store, row.ticket, service->scratch, &ticket, turn->why);
        if (status == ESC_OK || status == ESC_NOT_FOUND) /* then its title is empty */
            esc_engine_note_closed(service->engine, action, &row, ticket.title, outcome);
    }
    esc_arena_clear(service->scratch);
    return status == ESC_NOT_FOUND ? ESC_OK : status;
}

EscStatus esc_service_turn_apply(EscServiceTurn *turn, const EscInput *input, EscReply *reply)
{
    reply->status =
        esc_engine_apply(turn->service->engine, input, turn->now_ms, &reply->outcome, &reply->why);
    turn->has_changes = turn->has_changes || reply->status == ESC_OK;
    return ESC_OK;
}

void esc_outcome_write(EscBuf *out, const EscOutcome *outcome)
{
    esc_buf_string(out, "\"escalations\":[");
    for (uint32_t i = 0; i < outcome->escalations_count && i < ESC_COUNT_OF(outcome->escalations);
         i++)
        esc_buf_printf(out, "%s\"E-%llu\"", i == 0 ? "" : ",",
                       (unsigned long long)outcome->escalations[i]);
    esc_buf_string(out, "],\"ticket\":");
    esc_json_text(out, esc_text_from(outcome->ticket));
}

void esc_outcome_json(const EscOutcome *outcome, EscBuf *out)
{
    esc_buf_char(out, '{');
    esc_outcome_write(out, outcome);
    esc_buf_printf(out, ",\"noop\":%s", outcome->is_noop ? "true" : "false");
    if (outcome->is_refused)
        esc_buf_string(out, ",\"refused\":true");
    if (outcome->is_forbidden)
        esc_buf_string(out, ",\"forbidden\":true");
    for (uint32_t i = 0; i < outcome->messages_count; i++)
        esc_buf_printf(out, "%s%llu", i == 0 ? ",\"messages\":[" : ",",
                       (unsigned long long)(outcome->messages_first + i));
    esc_buf_string(out, outcome->messages_count > 0 ? "]" : "");
    if (outcome->note[0] != '\0') {
        esc_buf_string(out, ",\"note\":");
        esc_json_text(out, esc_text_from(outcome->note));
    }
    esc_buf_char(out, '}');
}

static EscStatus take_event(EscServiceTurn *turn, size_t index, EscReply *reply)
{
    reply->status = esc_turn_judge(turn, index, &reply->why);
    if (reply->status != ESC_OK)
        return ESC_OK;
    EscStatus status = ESC_OK;
    if (!turn->events[index].is_absent)
        status = preload(turn, &turn->inputs[index], &turn->events[index].is_absent);
    if (status == ESC_OK)
        status = esc_service_turn_apply(turn, &turn->inputs[index], reply);
    turn->events[index].is_taken = status == ESC_OK && reply->status == ESC_OK;
    return status;
}

static EscStatus take_action(EscServiceTurn *turn, const EscInput *input, EscReply *reply)
{
    bool is_absent = false;
    EscStatus status = preload(turn, input, &is_absent);
    if (status == ESC_OK)
        status = esc_service_turn_apply(turn, input, reply);
    if (status == ESC_OK && reply->status == ESC_OK)
        status = closed_tell(turn, input->action, &reply->outcome);
    return status;
}

/* A reply may name a ticket: the one that was made by the call. */
static EscStatus take_delivery(EscServiceTurn *turn, const EscInput *input, EscReply *reply)
{
    bool is_absent = false;
    EscStatus status = preload(turn, input, &is_absent);
    return status == ESC_OK ? esc_service_turn_apply(turn, input, reply) : status;
}

/* An operator says that the wall clock is right, far ahead as it is; the next look follows it. */
static EscStatus take_word(EscServiceTurn *turn, const EscInput *input, EscReply *reply)
{
    EscServiceTime *time = &turn->service->time;
    ESC_ASSERT(input->clock->correction_ms == 0); /* corrections are the timekeeper's */
    if (!esc_service_time_accept(time)) {
        reply->outcome.is_noop = true;
        return ESC_OK;
    }
    const EscClockChange word = {.actor = input->clock->actor, .ahead_ms = time->seen.ahead_ms};
    const EscInput told = {.kind = ESC_INPUT_CLOCK, .clock = &word};
    return esc_service_turn_apply(turn, &told, reply);
}

static EscStatus take_other(EscServiceTurn *turn, const EscInput *input, EscReply *reply)
{
    if (input->kind == ESC_INPUT_CLOCK)
        return take_word(turn, input, reply);
    if (input->kind == ESC_INPUT_ACTION)
        return take_action(turn, input, reply);
    if (input->kind == ESC_INPUT_DELIVERY)
        return take_delivery(turn, input, reply);
    return esc_service_turn_apply(turn, input, reply);
}

/* What is repeated does nothing, and has the reply of the first. What is refused may be repeated. */
static EscStatus take_keyed(EscServiceTurn *turn, size_t index, EscReply *reply)
{
    EscServiceEvent *mine = &turn->events[index];
    reply->status = esc_turn_judge(turn, index, &reply->why);
    if (reply->status == ESC_DUPLICATE)
        return esc_turn_kept(turn, index, &reply->kept);
    if (reply->status != ESC_OK)
        return ESC_OK;
    EscStatus status = take_other(turn, &turn->inputs[index], reply);
    mine->is_taken = status == ESC_OK && reply->status == ESC_OK && !reply->outcome.is_stale;
    if (mine->is_taken) {
        EscBuf kept;
        esc_buf_init(&kept, (size_t)1 << 20);
        esc_outcome_json(&reply->outcome, &kept);
        mine->kept = esc_arena_text(turn->arena, esc_buf_as_text(&kept));
        esc_buf_release(&kept);
        turn->has_changes = true; /* its key is to be kept, whatever it did */
        ESC_ASSERT(!esc_arena_failed(turn->arena));
    }
    return status;
}

static EscStatus take_input(EscServiceTurn *turn, size_t index)
{
    EscReply *reply = &turn->replies[index];
    const EscInput *input = &turn->inputs[index];
    *reply = (EscReply){.status = ESC_OK};
    if (input->kind == ESC_INPUT_EVENT)
        return take_event(turn, index, reply);
    return input->key != NULL ? take_keyed(turn, index, reply) : take_other(turn, input, reply);
}

static EscStatus take_inputs(EscServiceTurn *turn)
{
    EscStatus status = ESC_OK;
    for (size_t i = 0; i < turn->count && status == ESC_OK; i++)
        status = take_input(turn, i);
    return status;
}

/* At most timers_max, so that a storm of timers cannot keep the next inputs waiting. */
static EscStatus fire_timers(EscServiceTurn *turn)
{
    EscEngine *engine = turn->service->engine;
    const EscInput timer = {.kind = ESC_INPUT_TIMER};
    while (turn->fired < turn->timers_max && esc_engine_next_due_ms(engine) <= turn->now_ms) {
        EscOutcome outcome = {0};
        bool is_absent = false;
        EscStatus status = preload(turn, &timer, &is_absent);
        if (status == ESC_OK)
            status = esc_engine_apply(engine, &timer, turn->now_ms, &outcome, turn->why);
        if (status != ESC_OK)
            return status;
        turn->has_changes = true;
        turn->fired++;
    }
    return ESC_OK;
}

/* --- its rows --------------------------------------------------------------------------------- */

/* What the service adds to the engine's rows. Retries that are noted from now on go with the next turn. */
static void complete_group(EscServiceTurn *turn, EscGroup *group)
{
    EscService *service = turn->service;
    group->epoch = esc_store_epoch(service->store);
    esc_turn_list_events(turn, group);
    EscArena *emptied = turn->retries_arena;
    turn->retries_arena = service->retries_arena;
    group->retries = service->retries;
    group->retries_count = service->retries_count;
    service->retries_arena = emptied;
    service->retries = NULL;
    service->retries_count = service->retries_capacity = 0;
    if (!service->is_bundle_taken) {
        group->bundles = &service->new_bundle;
        group->bundles_count = 1;
        service->is_bundle_taken = true;
    }
}

void esc_service_turn_end(EscServiceTurn *turn)
{
    EscService *service = turn->service;
    ESC_ASSERT(turn == service->coming);
    EscGroup *group = esc_engine_flush(service->engine);
    bool has_rows = !esc_group_is_empty(group) || service->retries_count > 0;
    if (turn->has_changes || has_rows) { /* else duplicates and refusals only */
        complete_group(turn, group);
        turn->group = group;
    }
    turn->is_decided = true;
    if (service->going == NULL) {
        service->going = turn;
        service->coming = NULL;
    }
}

EscStatus esc_service_decide(EscService *service, size_t timers_max, EscWhy *why)
{
    EscServiceTurn *turn = service->coming;
    ESC_ASSERT(turn != NULL && !turn->is_decided);
    turn->why = why;
    turn->timers_max = timers_max;
    EscStatus status = take_inputs(turn);
    if (status == ESC_OK)
        status = fire_timers(turn);
    if (status == ESC_OK)
        esc_service_turn_end(turn);
    return status;
}
