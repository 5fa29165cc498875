/* restore.c - the engine's memory from the store's rows. What cannot be read is parked, never dropped: an
 * escalation whose bundle is unknown, whose snapshot is refused or whose state is no JSON waits for a person. */
#include <engine/rows.h>

#include <jansson.h>
#include <string.h>

static EscText json_text(const json_t *json)
{
    return json_is_string(json) ? (EscText){json_string_value(json), json_string_length(json)}
                                : (EscText){0};
}

static EscText text_of(const json_t *object, const char *name)
{
    return json_text(json_object_get(object, name));
}

static int64_t number_of(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

static uint32_t small_of(const json_t *object, const char *name)
{
    int64_t number = number_of(object, name);
    return number < 0 || number > UINT32_MAX ? 0 : (uint32_t)number;
}

static int64_t item_number(const json_t *array, size_t index)
{
    return json_integer_value(json_array_get(array, index));
}

static uint32_t item_small(const json_t *array, size_t index)
{
    int64_t number = item_number(array, index);
    return number < 0 || number > UINT32_MAX ? 0 : (uint32_t)number;
}

static EscText item_text(const json_t *array, size_t index)
{
    return json_text(json_array_get(array, index));
}

static uint32_t texts_read(EscEngine *engine, const json_t *array, EscText *texts,
                           uint32_t count_max)
{
    uint32_t count = 0;
    for (size_t i = 0; i < json_array_size(array) && count < count_max; i++)
        texts[count++] = esc_engine_intern(engine, item_text(array, i));
    return count;
}

/* --- the workspace's -------------------------------------------------------------------------- */

static void window_read(EscEngine *engine, const json_t *item)
{
    ESC_ENGINE_GROW(engine->windows.items, engine->windows.count, engine->windows.capacity);
    EscWindow *window = &engine->windows.items[engine->windows.count++];
    *window = (EscWindow){
        .person = esc_engine_intern(engine, item_text(item, 0)),
        .ends_at_ms = item_number(item, 1),
        .count = item_small(item, 2),
        .items_left_out = item_small(item, 3),
    };
    for (size_t i = 4; i + 1 < json_array_size(item) && window->items_count < ESC_DIGEST_ITEMS_MAX;
         i += 2) {
        ESC_ENGINE_GROW(window->items, window->items_count, window->items_capacity);
        window->items[window->items_count++] =
            (EscDigestItem){(uint64_t)item_number(item, i), esc_text_own(item_text(item, i + 1))};
    }
}

static void absences_read(EscEngine *engine, EscText text)
{
    json_t *json = json_loadb(text.data, text.size, 0, NULL);
    json_t *absent = json_object_get(json, "absent"), *windows = json_object_get(json, "windows");
    const char *name = NULL;
    json_t *until = NULL;
    json_object_foreach(absent, name, until)
    {
        ESC_ENGINE_GROW(engine->absences.items, engine->absences.count, engine->absences.capacity);
        bool is_for = json_is_array(until);
        engine->absences.items[engine->absences.count++] =
            (EscAbsence){esc_engine_intern(engine, esc_text_from(name)),
                         is_for ? item_number(until, 0) : json_integer_value(until), is_for};
    }
    for (size_t i = 0; i < json_array_size(windows); i++)
        window_read(engine, json_array_get(windows, i));
    engine->moved_ms = number_of(json, "moved");
    json_decref(json);
}

void esc_engine_restore_counters(EscEngine *engine, const EscCounters *counters, EscText absences)
{
    uint64_t *fields[] = {&engine->counters.next_escalation, &engine->counters.next_ticket,
                          &engine->counters.next_outbox, &engine->counters.next_audit,
                          &engine->counters.next_timer};
    engine->counters = *counters;
    for (size_t i = 0; i < ESC_COUNT_OF(fields); i++)
        *fields[i] = *fields[i] == 0 ? 1 : *fields[i];
    engine->now_ms = counters->time_ms;
    if (absences.size > 0)
        absences_read(engine, absences);
}

/* --- tickets ---------------------------------------------------------------------------------- */

static void clock_read(const json_t *clock, EscSlaState *state)
{
    static const char *const states[ESC_CLOCK_STATE_COUNT] = {"none", "running", "met", "breached"};
    EscText name = text_of(clock, "state");
    for (uint32_t i = 0; i < ESC_CLOCK_STATE_COUNT; i++) {
        if (esc_text_equal(name, esc_text_from(states[i])))
            state->state = (EscClockState)i;
    }
    state->is_met = json_is_true(json_object_get(clock, "met"));
    state->due_ms = number_of(clock, "due_ms");
    state->overdue_done_ms = number_of(clock, "overdue_done_ms");
    state->moved_ms = number_of(clock, "moved");
    state->is_kept = number_of(clock, "kept") != 0;
}

static void armed_read(EscEngine *engine, EscTicket *ticket, const json_t *item)
{
    ESC_ENGINE_GROW(ticket->armed, ticket->armed_count, ticket->armed_capacity);
    ticket->armed[ticket->armed_count++] = (EscArmed){
        .ordinal = item_small(item, 0),
        .number = item_small(item, 1),
        .template_name = esc_engine_intern(engine, item_text(item, 2)),
        .event_json = esc_text_own(item_text(item, 3)),
    };
}

void esc_ticket_state_read(EscEngine *engine, EscTicket *ticket, EscText text)
{
    json_t *json = json_loadb(text.data, text.size, 0, NULL);
    if (json == NULL)
        return;
    ticket->sla_name = esc_engine_intern(engine, text_of(json, "sla"));
    for (uint32_t i = 0; i < ESC_SLA_CLOCK_COUNT; i++)
        clock_read(json_object_get(json_object_get(json, "clocks"), esc_clock_name((EscSlaClock)i)),
                   &ticket->sla[i]);
    const json_t *starts = json_object_get(json, "starts"), *armed = json_object_get(json, "armed");
    for (size_t i = 0; i < json_array_size(starts); i++) {
        const json_t *item = json_array_get(starts, i);
        EscStarts *row = esc_ticket_starts(engine, ticket, item_text(item, 2));
        row->count = item_small(item, 0);
        row->closed_at_ms = item_number(item, 1);
    }
    for (size_t i = 0; i < json_array_size(armed); i++)
        armed_read(engine, ticket, json_array_get(armed, i));
    ticket->armed_next = small_of(json, "armed_next");
    const json_t *handoffs = json_object_get(json, "handoffs"), *log = json_object_get(json, "log");
    for (size_t i = 0; i < json_array_size(handoffs) && i < ESC_HANDOFF_TIMES_MAX; i++)
        ticket->handoffs[ticket->handoffs_count++] = item_number(handoffs, i);
    for (size_t i = 0; i < json_array_size(log) && i < ESC_TICKET_LOG_MAX; i++) {
        const json_t *item = json_array_get(log, i);
        ticket->log[ticket->log_count++] = (EscTicketChange){
            .at_ms = item_number(item, 0),
            .field = esc_engine_intern(engine, item_text(item, 1)),
            .before = esc_text_own(item_text(item, 2)),
            .after = esc_text_own(item_text(item, 3)),
        };
    }
    ticket->is_linked = number_of(json, "linked") != 0;
    ticket->is_resolved_flag = number_of(json, "resolved") != 0;
    int64_t behind_ms = engine->moved_ms - number_of(json, "moved");
    if (behind_ms != 0)
        esc_ticket_move(ticket, behind_ms); /* the clock was corrected while it was away */
    json_decref(json);
}

bool esc_engine_has_ticket(const EscEngine *engine, EscText id)
{
    return esc_ticket_find(engine, id) != NULL;
}

EscStatus esc_engine_restore_ticket(EscEngine *engine, const EscTicketRow *row, EscWhy *why)
{
    if (engine->schema.current == NULL)
        return esc_why(why, ESC_CONFLICT, "", 0, "an engine needs a bundle before its tickets");
    if (row->id.size == 0 || row->id.size > ESC_ID_BYTES_MAX ||
        esc_engine_has_ticket(engine, row->id))
        return esc_why(why, ESC_CONFLICT, "", 0, "the ticket's id is bad, or it is there already");
    json_error_t error;
    json_t *json = json_loadb(row->json.data, row->json.size, 0, &error);
    if (!json_is_object(json)) {
        json_decref(json);
        return esc_why(why, ESC_BAD_INPUT, "", 0, "the ticket's fields are no JSON object");
    }
    EscTicket *ticket = esc_ticket_new(engine, row->id, row->created_at_ms);
    ticket->updated_at_ms = row->updated_at_ms;
    for (uint32_t i = 0; i < engine->schema.slots_count; i++) {
        EscText name = esc_slot_name(engine, i);
        const json_t *value = json_object_getn(json, name.data, name.size);
        if (value == NULL)
            continue;
        EscOwned owned =
            esc_value_read_json(engine->schema.current->program, esc_slot_type(engine, i), value);
        esc_owned_release(&ticket->values[i]);
        ticket->values[i] = owned;
    }
    json_decref(json);
    esc_ticket_state_read(engine, ticket, row->sla_json);
    return ESC_OK;
}

/* --- escalations ------------------------------------------------------------------------------ */

static void question_read(EscEngine *engine, EscFrame *frame, const json_t *json)
{
    if (!json_is_object(json))
        return;
    EscQuestion *question = esc_engine_alloc(sizeof *question);
    *question = (EscQuestion){
        .kind = (EscQuestionKind)small_of(json, "k"),
        .ref = small_of(json, "r"),
        .needed = small_of(json, "n"),
        .text = esc_text_own(text_of(json, "t")),
        .answer = small_of(json, "a"),
        .is_rejected = number_of(json, "x") != 0,
    };
    question->approvers_count =
        texts_read(engine, json_object_get(json, "p"), question->approvers, ESC_OWNERS_MAX);
    frame->question = question;
}

static void frame_read(EscEngine *engine, EscFrame *frame, const json_t *json)
{
    frame->began_ms = number_of(json, "b");
    frame->due_ms = number_of(json, "d");
    frame->effects_total = small_of(json, "e");
    frame->reply = (EscReplyState)(small_of(json, "r") & 3u);
    frame->reply_outbox = (uint64_t)number_of(json, "o");
    frame->reply_text = esc_text_own(text_of(json, "t"));
    question_read(engine, frame, json_object_get(json, "q"));
}

static void raised_read(EscEscalation *escalation, const json_t *json)
{
    const EscProgram *program = escalation->bundle->program;
    if (!json_is_object(json) || small_of(json, "n") >= program->exceptions_count)
        return;
    const json_t *fields = json_object_get(json, "f");
    EscRaised *raised = &escalation->raised;
    *raised = (EscRaised){.exception = small_of(json, "n"),
                          .message = esc_text_own(text_of(json, "m")),
                          .place = ESC_NONE};
    raised->fields = esc_engine_alloc(json_array_size(fields) * sizeof *raised->fields);
    raised->field_indexes =
        esc_engine_alloc(json_array_size(fields) * sizeof *raised->field_indexes);
    for (size_t i = 0; i < json_array_size(fields); i++) {
        const json_t *item = json_array_get(fields, i);
        uint32_t field = item_small(item, 0);
        if (field >= program->fields_count)
            continue;
        raised->field_indexes[raised->fields_count] = field;
        raised->fields[raised->fields_count++] =
            esc_value_read_json(program, program->fields[field].type, json_array_get(item, 1));
    }
}

static void checks_read(EscEscalation *escalation, EscText text)
{
    for (uint32_t i = 0; i < escalation->checks_count && i < text.size; i++) {
        char c = text.data[i];
        bool was_raised = c >= 'A';
        uint32_t state = (uint32_t)(c - (was_raised ? 'A' : '0'));
        escalation->checks[i] = state < ESC_CHECK_STATE_COUNT ? (uint8_t)state : 0;
        if (was_raised)
            escalation->raised_checks[i / 64] |= UINT64_C(1) << (i % 64);
    }
}

static void change_arguments_read(const EscProgram *program, EscChange *change, const json_t *json)
{
    change->undo = small_of(json, "u");
    if (change->undo == 0 || change->undo > program->actions_count) {
        change->undo = ESC_NONE;
        return;
    }
    change->undo--;
    const EscActionRow *action = &program->actions[change->undo];
    const json_t *values = json_object_get(json, "v");
    change->arguments = esc_engine_alloc(action->params_count * sizeof *change->arguments);
    change->arguments_count = action->params_count;
    for (uint32_t i = 0; i < action->params_count; i++)
        change->arguments[i] = esc_value_read_json(
            program, program->params[action->params_first + i].type, json_array_get(values, i));
}

static void change_read(EscEngine *engine, EscEscalation *escalation, const json_t *json)
{
    EscChange change = {
        .kind = (EscChangeKind)(small_of(json, "k") % ESC_CHANGE_KIND_COUNT),
        .name = esc_engine_intern(engine, text_of(json, "n")),
        .ticket = esc_engine_intern(engine, text_of(json, "t")),
        .outbox = (uint64_t)number_of(json, "o"),
        .no_undo = esc_engine_intern(engine, text_of(json, "w")),
    };
    uint32_t slot = change.kind == ESC_CHANGE_FIELD ? esc_slot_find(engine, change.name) : ESC_NONE;
    if (slot != ESC_NONE) {
        const EscProgram *program = engine->schema.current->program;
        change.before =
            esc_value_read_json(program, esc_slot_type(engine, slot), json_object_get(json, "b"));
        change.after =
            esc_value_read_json(program, esc_slot_type(engine, slot), json_object_get(json, "a"));
    }
    change_arguments_read(escalation->bundle->program, &change, json);
    ESC_ENGINE_GROW(escalation->changes, escalation->changes_count, escalation->changes_capacity);
    escalation->changes[escalation->changes_count++] = change;
}

static void pages_read(EscEngine *engine, EscEscalation *escalation, const json_t *pages)
{
    for (size_t i = 0; i < json_array_size(pages) && i < ESC_PAGES_MAX; i++) {
        const json_t *item = json_array_get(pages, i);
        ESC_ENGINE_GROW(escalation->pages, escalation->pages_count, escalation->pages_capacity);
        escalation->pages[escalation->pages_count++] = (EscPage){
            .number = item_small(item, 0),
            .contact = item_small(item, 1),
            .began_ms = item_number(item, 2),
            .person = esc_engine_intern(engine, item_text(item, 3)),
            .text = esc_text_own(item_text(item, 4)),
        };
    }
}

static void expectations_read(EscEngine *engine, EscEscalation *escalation,
                              const json_t *expectations)
{
    for (size_t i = 0; i < json_array_size(expectations) && i < ESC_EXPECTATIONS_MAX; i++) {
        const json_t *item = json_array_get(expectations, i);
        ESC_ENGINE_GROW(escalation->expectations, escalation->expectations_count,
                        escalation->expectations_capacity);
        escalation->expectations[escalation->expectations_count++] = (EscExpectation){
            .number = item_small(item, 0),
            .due_ms = item_number(item, 1),
            .person = esc_engine_intern(engine, item_text(item, 2)),
            .calendar = item_small(item, 3),
        };
    }
}

static void inverses_read(EscEscalation *escalation, const json_t *inverses)
{
    for (size_t i = 0; i < json_array_size(inverses) && i < ESC_INVERSES_MAX; i++) {
        ESC_ENGINE_GROW(escalation->inverses, escalation->inverses_count,
                        escalation->inverses_capacity);
        escalation->inverses[escalation->inverses_count++] = (uint64_t)item_number(inverses, i);
    }
}

static void timeline_read(EscEngine *engine, EscEscalation *escalation, const json_t *timeline)
{
    for (size_t i = 0; i < json_array_size(timeline) && i < ESC_TIMELINE_MAX; i++) {
        const json_t *item = json_array_get(timeline, i);
        escalation->timeline[escalation->timeline_count++] = (EscMoment){
            .kind = (uint8_t)(item_small(item, 0) % ESC_AUDIT_COUNT),
            .at_ms = escalation->opened_at_ms + item_number(item, 1),
            .who = esc_engine_intern(engine, item_text(item, 2)),
        };
    }
}

static void numbers_read(EscEngine *engine, EscEscalation *escalation, const json_t *json)
{
    escalation->role_row = small_of(json, "r");
    escalation->opening_role = small_of(json, "or");
    escalation->handed_to = esc_engine_intern(engine, text_of(json, "h"));
    escalation->turn_at_ms = escalation->opened_at_ms + number_of(json, "ta");
    escalation->ack_calendar = small_of(json, "ac");
    escalation->first_acked_ms = number_of(json, "fa");
    escalation->ackers_count =
        texts_read(engine, json_object_get(json, "ak"), escalation->ackers, ESC_OWNERS_MAX);
    escalation->is_closed_by_when = number_of(json, "cw") != 0;
    escalation->handoffs = small_of(json, "ho");
    escalation->exceptions = small_of(json, "ex");
    escalation->effects = small_of(json, "ef");
    const json_t *messages = json_object_get(json, "m");
    escalation->messages = item_small(messages, 0);
    escalation->accepted = item_small(messages, 1);
    escalation->delivered = item_small(messages, 2);
    escalation->dead = item_small(messages, 3);
    escalation->inconsistent_field = esc_engine_intern(engine, text_of(json, "ic"));
    escalation->is_inconsistent = escalation->inconsistent_field.size > 0;
    escalation->is_close_told = number_of(json, "ct") != 0;
    escalation->page_next = small_of(json, "pn");
    escalation->expectation_next = small_of(json, "en");
    escalation->parked_because = esc_engine_intern(engine, text_of(json, "pb"));
}

bool esc_state_read(EscEngine *engine, EscEscalation *escalation, EscText text)
{
    json_t *json = json_loadb(text.data, text.size, 0, NULL);
    if (!json_is_object(json)) {
        json_decref(json);
        return false;
    }
    numbers_read(engine, escalation, json);
    frame_read(engine, &escalation->frame, json_object_get(json, "f"));
    frame_read(engine, &escalation->below, json_object_get(json, "g"));
    pages_read(engine, escalation, json_object_get(json, "p"));
    expectations_read(engine, escalation, json_object_get(json, "e"));
    inverses_read(escalation, json_object_get(json, "i"));
    timeline_read(engine, escalation, json_object_get(json, "tl"));
    if (escalation->bundle != NULL) {
        raised_read(escalation, json_object_get(json, "x"));
        checks_read(escalation, text_of(json, "c"));
        const json_t *changes = json_object_get(json, "ch");
        for (size_t i = 0; i < json_array_size(changes) && i < ESC_CHANGES_MAX; i++)
            change_read(engine, escalation, json_array_get(changes, i));
    }
    json_decref(json);
    return true;
}

/* Takes the bytes over in any case: unreadable ones are still evidence. */
static bool snapshot_take(EscEngine *engine, EscEscalation *escalation, EscFrame *frame,
                          EscBytes bytes, EscWhy *why)
{
    if (bytes.size == 0)
        return true;
    frame->bytes = esc_engine_alloc(bytes.size);
    memcpy(frame->bytes, bytes.data, bytes.size);
    frame->size = bytes.size;
    if (escalation->bundle == NULL)
        return false;
    char *scratch = NULL;
    EscRun *run = esc_run_borrow(engine, &scratch);
    EscStatus status = esc_snapshot_read(bytes, escalation->bundle->bundle, frame->effects_total,
                                         scratch, ESC_RUN_SCRATCH_MAX, run, why);
    if (status == ESC_OK) {
        frame->function = run->function;
        frame->wait = run->wait;
        frame->effects_total = run->effects_total;
    }
    esc_run_return(engine);
    return status == ESC_OK;
}

static bool start_event_read(EscEngine *engine, EscEscalation *escalation, EscText json)
{
    if (json.size == 0)
        return true;
    EscArena *arena = esc_arena_new(ESC_ENGINE_TURN_BYTES_MAX);
    ESC_ASSERT(arena != NULL);
    EscEvent event;
    EscWhy why;
    EscStatus status = esc_event_parse(arena, escalation->bundle->program, json, &event, &why);
    if (status == ESC_OK) {
        escalation->start_type = event.type;
        escalation->start_fields_count = event.fields_count;
        escalation->start_fields =
            esc_engine_alloc(event.fields_count * sizeof *escalation->start_fields);
        for (uint32_t i = 0; i < event.fields_count; i++)
            escalation->start_fields[i] = esc_owned_copy(event.fields[i]);
    }
    esc_arena_free(arena);
    (void)engine;
    return status == ESC_OK;
}

static void row_read(EscEngine *engine, EscEscalation *escalation, const EscEscalationRow *row)
{
    escalation->state = row->state;
    escalation->role = row->role;
    escalation->owner = esc_engine_intern(engine, row->owner);
    escalation->is_acked = row->is_acked;
    escalation->opened_at_ms = row->opened_at_ms;
    escalation->closed_at_ms = row->closed_at_ms;
    escalation->outcome = esc_engine_intern(engine, row->outcome);
    memcpy(escalation->bundle_hash, row->bundle_hash, sizeof escalation->bundle_hash);
}

/* What cannot be read is not used, and is written back as it was. */
static void unreadable_keep(EscEscalation *escalation, const EscEscalationRow *row)
{
    escalation->kept_state = esc_text_own(row->state_json);
    escalation->bundle = NULL;
    escalation->template_index = ESC_NONE;
    escalation->checks_count = 0;
}

/* Parked now; the record and the message follow with the next input. */
static void park_silently(EscEngine *engine, EscEscalation *escalation, const char *because)
{
    escalation->is_parked_now = true;
    escalation->state = ESC_STATE_PARKED;
    escalation->parked_because = esc_engine_intern(engine, esc_text_from(because));
    engine->escalations.is_parked_due = true;
}

EscStatus esc_engine_restore_escalation(EscEngine *engine, const EscEscalationRow *row, EscWhy *why)
{
    EscTicket *ticket = esc_ticket_find(engine, row->ticket);
    if (ticket == NULL)
        return esc_why(why, ESC_NOT_FOUND, "", 0, "the ticket of E-%llu is not there",
                       (unsigned long long)row->id);
    if (row->id == 0 || row->state >= ESC_STATE_CLOSED ||
        esc_escalation_find(engine, row->id) != NULL)
        return esc_why(why, ESC_CONFLICT, "", 0, "E-%llu is closed or there already",
                       (unsigned long long)row->id);
    const EscEngineBundle *bundle = esc_engine_bundle_find(engine, row->bundle_hash);
    if (bundle != NULL && esc_template_find(bundle->program, row->template_name) == ESC_NONE)
        bundle = NULL;
    EscEscalation *escalation =
        esc_escalation_alloc(engine, row->id, ticket, bundle, row->template_name);
    row_read(engine, escalation, row);
    EscWhy refused = {.text = ""};
    bool is_readable = esc_state_read(engine, escalation, row->state_json);
    is_readable =
        snapshot_take(engine, escalation, &escalation->frame, row->frame, &refused) && is_readable;
    is_readable =
        snapshot_take(engine, escalation, &escalation->below, row->below, &refused) && is_readable;
    if (bundle != NULL)
        is_readable = start_event_read(engine, escalation, row->start_event) && is_readable;
    if (bundle == NULL || !is_readable)
        unreadable_keep(escalation, row);
    if (row->state == ESC_STATE_PARKED)
        return ESC_OK;
    if (bundle == NULL)
        park_silently(engine, escalation, "the bundle that it runs on is not there");
    else if (!is_readable)
        park_silently(engine, escalation, "its stored state was refused");
    else if (escalation->frame.bytes == NULL)
        park_silently(engine, escalation, "it has no frame to go on with");
    return ESC_OK;
}

EscStatus esc_engine_restore_timer(EscEngine *engine, const EscTimerRow *row)
{
    EscEscalation *escalation = NULL;
    EscTicket *ticket = NULL;
    if (row->escalation != 0) {
        escalation = esc_escalation_find(engine, row->escalation);
        if (escalation == NULL)
            return ESC_NOT_FOUND;
    } else if (row->ticket.size > 0) {
        ticket = esc_ticket_find(engine, row->ticket);
        if (ticket == NULL)
            return ESC_NOT_FOUND;
    }
    if (row->kind == ESC_TIMER_NONE || row->kind >= ESC_TIMER_COUNT)
        return ESC_BAD_INPUT;
    esc_timer_restore(engine, escalation, ticket, row);
    return ESC_OK;
}

EscStatus esc_engine_restore_outbox(EscEngine *engine, const EscOutboxRow *row)
{
    if (row->id == 0 || esc_outbox_find(engine, row->id) != NULL)
        return ESC_CONFLICT;
    ESC_ENGINE_GROW(engine->outbox.items, engine->outbox.count, engine->outbox.capacity);
    size_t at = engine->outbox.count++;
    for (; at > 0 && engine->outbox.items[at - 1].id > row->id; at--)
        engine->outbox.items[at] = engine->outbox.items[at - 1];
    engine->outbox.items[at] = (EscOutboxNode){
        .id = row->id,
        .escalation = row->escalation,
        .kind = row->kind,
        .target = esc_engine_intern(engine, row->target),
        .ticket = esc_text_own(row->ticket),
    };
    return ESC_OK;
}
