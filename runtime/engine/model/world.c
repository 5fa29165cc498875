/* world.c - what running code sees of the world: ticket, event, exception, facts; the memory for runs, and
 * conditions, which only look. What running code does to the world is in run/effects.c. */
#include <engine/model.h>

#include <stdlib.h>

/* --- borrowed runs ---------------------------------------------------------------------------- */

EscRun *esc_run_borrow(EscEngine *engine, EscScratch **scratch)
{
    ESC_ASSERT(engine->runs.depth < ESC_ENGINE_RUN_DEPTH_MAX);
    if (engine->runs.items[engine->runs.depth] == NULL) {
        engine->runs.items[engine->runs.depth] = esc_engine_alloc(sizeof(EscRun));
        engine->runs.scratch[engine->runs.depth] =
            malloc(sizeof(EscScratch)); /* not zeroed: mostly never touched */
        ESC_ASSERT(engine->runs.scratch[engine->runs.depth] != NULL);
    }
    *scratch = engine->runs.scratch[engine->runs.depth];
    return engine->runs.items[engine->runs.depth++];
}

void esc_run_return(EscEngine *engine)
{
    ESC_ASSERT(engine->runs.depth > 0);
    engine->runs.depth--;
}

/* --- loads ------------------------------------------------------------------------------------ */

static EscValue optional_of(EscValue value, EscType type)
{
    value.type = esc_type_plain(type) | ESC_TYPE_OPTIONAL;
    return value;
}

/* A ticket field of the world's bundle, now or before the event. */
static EscValue ticket_value(const EscWorld *world, uint32_t field, bool is_before)
{
    const EscEngine *engine = world->engine;
    EscType type = world->bundle->program->fields[field].type;
    uint32_t slot = world->bundle->slots[field];
    if (slot == ESC_NONE || world->ticket == NULL)
        return esc_value_default(type);
    if (world->there.size > 0 &&
        esc_text_equal(esc_slot_name(engine, slot), ESC_TEXT("id"))) /* in that system's words */
        return (EscValue){.type = type, .text = world->there};
    bool has_before = is_before && engine->turn.before_ticket == world->ticket;
    EscValue value = has_before ? engine->turn.before[slot] : world->ticket->values[slot].value;
    if (world->bundle == engine->schema.current)
        return value;
    return esc_value_convert(engine->schema.current->program, world->bundle->program, value, type);
}

static bool has_changed(const EscWorld *world, uint32_t field)
{
    const EscEngine *engine = world->engine;
    uint32_t slot = world->bundle->slots[field];
    if (slot == ESC_NONE || world->ticket == NULL || engine->turn.before_ticket != world->ticket)
        return false;
    return !esc_value_equal(engine->turn.before[slot], world->ticket->values[slot].value);
}

static EscValue previous_value(const EscWorld *world, uint32_t field)
{
    EscType type = world->bundle->program->fields[field].type | ESC_TYPE_OPTIONAL;
    const EscEngine *engine = world->engine;
    if (world->ticket == NULL || engine->turn.before_ticket != world->ticket ||
        engine->turn.before_is_new)
        return esc_value_default(type);
    return optional_of(ticket_value(world, field, true), type);
}

static bool event_has(const EscProgram *program, uint32_t event, uint32_t field, uint32_t *position)
{
    const EscEventRow *row = &program->events[event];
    for (uint32_t i = 0; i < row->fields_count; i++) {
        if (program->event_fields[row->fields_first + i].field == field) {
            *position = i;
            return true;
        }
    }
    return false;
}

/* Position of a field of the same name and kind in an event of another bundle. */
static bool event_has_like(const EscWorld *world, uint32_t field, uint32_t *position)
{
    const EscProgram *program = world->event_program, *own = world->bundle->program;
    const EscEventRow *row = &program->events[world->event_type];
    for (uint32_t i = 0; i < row->fields_count; i++) {
        const EscFieldRow *other =
            &program->fields[program->event_fields[row->fields_first + i].field];
        if (esc_text_equal(program->texts[other->name], own->texts[own->fields[field].name]) &&
            esc_type_kind(other->type) == esc_type_kind(own->fields[field].type)) {
            *position = i;
            return true;
        }
    }
    return false;
}

/* The verifier's rule: plain when every event the function runs with has the field and there always is an event. */
static EscType event_field_type(const EscWorld *world, uint32_t field)
{
    const EscProgram *program = world->bundle->program;
    EscType type = program->fields[field].type;
    if (world->function == ESC_NONE)
        return type;
    const EscFunctionRow *row = &program->functions[world->function];
    bool is_sure = row->event_may_be_missing == 0;
    for (uint32_t i = 0; i < row->events_count && is_sure; i++) {
        uint32_t position = 0;
        is_sure = event_has(program, program->function_events[row->events_first + i].event, field,
                            &position);
    }
    return is_sure ? type : type | ESC_TYPE_OPTIONAL;
}

static EscValue event_value(const EscWorld *world, uint32_t field)
{
    EscType type = event_field_type(world, field);
    uint32_t position = 0;
    if (world->event_program == NULL)
        return esc_value_default(type);
    if (world->event_program == world->bundle->program) {
        if (!event_has(world->event_program, world->event_type, field, &position))
            return esc_value_default(type);
        EscValue value = world->event_fields[position];
        value.type = type;
        return value;
    }
    if (!event_has_like(world, field, &position))
        return esc_value_default(type);
    return esc_value_convert(world->event_program, world->bundle->program,
                             world->event_fields[position], type);
}

static EscValue exception_value(const EscWorld *world, uint32_t field)
{
    EscType type = world->bundle->program->fields[field].type | ESC_TYPE_OPTIONAL;
    if (world->escalation == NULL)
        return esc_value_default(type);
    const EscRaised *raised = world->frame->raised;
    for (uint32_t i = 0; raised != NULL && i < raised->fields_count; i++) {
        if (raised->field_indexes[i] == field)
            return optional_of(raised->fields[i].value, type);
    }
    return esc_value_default(type);
}

/* --- facts ------------------------------------------------------------------------------------ */

/* Of an escalation: all of its tickets. */
static bool is_resolved(const EscWorld *world)
{
    const EscTurn *turn = &world->engine->turn;
    if (world->ticket != NULL && world->is_before && turn->before_ticket == world->ticket)
        return turn->before_standing != ESC_STANDING_OPEN;
    if (world->escalation != NULL)
        return esc_escalation_is_resolved(world->engine, world->escalation);
    return world->ticket != NULL && esc_ticket_is_resolved(world->engine, world->ticket);
}

static EscValue fact_of_escalation(const EscWorld *world, EscFact fact, EscValue value)
{
    EscEscalation *escalation = world->escalation;
    if (escalation == NULL) {
        if (fact == ESC_FACT_ESCALATION_OPENED_AT)
            value.ms = esc_world_now_ms(world);
        if (fact == ESC_FACT_ESCALATION_ATTEMPT || fact == ESC_FACT_ESCALATION_LEVEL)
            value.number = 1;
        if (fact == ESC_FACT_ESCALATION_TICKETS)
            value.number = is_resolved(world) ? 0 : 1;
        return value;
    }
    if (fact == ESC_FACT_ESCALATION_ID)
        value.text = esc_escalation_name(world->engine, escalation);
    else if (fact == ESC_FACT_ESCALATION_OWNER)
        value.text = escalation->owner;
    else if (fact == ESC_FACT_ESCALATION_ROLE)
        value.member = escalation->role;
    else if (fact == ESC_FACT_ESCALATION_ACKED)
        value.truth = escalation->is_acked;
    else if (fact == ESC_FACT_ESCALATION_OPENED_AT)
        value.ms = escalation->opened_at_ms;
    else if (fact == ESC_FACT_ESCALATION_AGE)
        value.ms = esc_world_now_ms(world) - escalation->opened_at_ms;
    else if (fact == ESC_FACT_ESCALATION_HANDOFFS)
        value.number = escalation->handoffs;
    else if (fact == ESC_FACT_ESCALATION_LEVEL)
        value.number = escalation->role_row + 1;
    else if (fact == ESC_FACT_ESCALATION_TICKETS)
        value.number = esc_escalation_tickets(world->engine, escalation);
    else
        value.number =
            esc_ticket_starts(world->engine, escalation->ticket, escalation->template_name)->count;
    return value;
}

static EscClocksBefore clocks_of(const EscWorld *world)
{
    bool has_before = world->is_before && world->engine->turn.before_ticket == world->ticket;
    return has_before ? world->engine->turn.before_clocks : esc_clocks_now(world->ticket);
}

static EscValue fact_of_clock(const EscWorld *world, EscSlaClock clock, bool is_overdue,
                              EscValue value)
{
    value.is_missing = true;
    if (world->ticket == NULL || world->ticket->sla[clock].state == ESC_CLOCK_NONE)
        return value;
    EscClocksBefore clocks = clocks_of(world);
    const EscSlaState *state = &clocks.sla[clock];
    int64_t stands_ms = clocks.stands_since_ms[clock];
    if (state->state == ESC_CLOCK_NONE)
        return value;
    if (!is_overdue) {
        value.is_missing = !clocks.has_due[clock];
        value.ms = state->due_ms;
        return value;
    }
    int64_t late_ms = (stands_ms != 0 ? stands_ms : esc_world_now_ms(world)) -
                      clocks.late_since_ms[clock]; /* it stays late by as much while it stands */
    value.is_missing = late_ms <= 0 || (state->is_met && stands_ms == 0);
    value.ms = value.is_missing ? 0 : late_ms;
    return value;
}

/* As a value it has no reader but the author's text that it stands in. */
static EscText message_of(EscEngine *engine, const EscRaised *raised)
{
    return esc_utf8_cut(esc_said(engine, raised->message, esc_workspace_reads(engine)),
                        ESC_TEXT_MAX);
}

static EscValue fact_of_exception(const EscWorld *world, bool is_name, EscValue value)
{
    const EscRaised *raised = world->escalation == NULL ? NULL : world->frame->raised;
    value.is_missing = raised == NULL;
    if (value.is_missing)
        return value;
    const EscProgram *program = world->bundle->program;
    value.text = is_name ? program->texts[program->exceptions[raised->exception].name]
                         : message_of(world->engine, raised);
    return value;
}

static EscValue fact_value(const EscWorld *world, EscFact fact)
{
    EscValue value = {.type = esc_fact_info[fact].type};
    switch (fact) {
    case ESC_FACT_RESOLVED:
        value.truth = is_resolved(world);
        return value;
    case ESC_FACT_SLA_RESPOND_DUE:
        return fact_of_clock(world, ESC_SLA_CLOCK_RESPOND, false, value);
    case ESC_FACT_SLA_RESPOND_OVERDUE:
        return fact_of_clock(world, ESC_SLA_CLOCK_RESPOND, true, value);
    case ESC_FACT_SLA_RESOLVE_DUE:
        return fact_of_clock(world, ESC_SLA_CLOCK_RESOLVE, false, value);
    case ESC_FACT_SLA_RESOLVE_OVERDUE:
        return fact_of_clock(world, ESC_SLA_CLOCK_RESOLVE, true, value);
    case ESC_FACT_SLA_UPDATE_DUE:
        return fact_of_clock(world, ESC_SLA_CLOCK_UPDATE, false, value);
    case ESC_FACT_SLA_UPDATE_OVERDUE:
        return fact_of_clock(world, ESC_SLA_CLOCK_UPDATE, true, value);
    case ESC_FACT_EXCEPTION_NAME:
        return fact_of_exception(world, true, value);
    case ESC_FACT_EXCEPTION_MESSAGE:
        return fact_of_exception(world, false, value);
    case ESC_FACT_COMMENT_TEXT:
        value.text = world->comment;
        return value;
    case ESC_FACT_WORKSPACE_NAME:
        value.text = esc_workspace_text(world->engine);
        return value;
    default:
        return fact_of_escalation(world, fact, value);
    }
}

static EscValue param_value(const EscWorld *world, uint32_t param)
{
    return world->escalation == NULL ? esc_value_default(world->bundle->program->params[param].type)
                                     : esc_given_value(world->escalation, param);
}

EscValue esc_world_value(const EscWorld *world, EscLoad what, uint32_t index)
{
    return what == ESC_LOAD_TICKET  ? ticket_value(world, index, world->is_before)
           : what == ESC_LOAD_EVENT ? event_value(world, index)
           : what == ESC_LOAD_PARAM ? param_value(world, index)
                                    : fact_value(world, (EscFact)index);
}

static EscValue key_value(const EscWorld *world, uint32_t field)
{
    bool is_ticket = world->bundle->program->fields[field].scope == ESC_SCOPE_TICKET;
    return is_ticket ? ticket_value(world, field, world->is_before) : event_value(world, field);
}

EscKeySource esc_world_keys(const EscWorld *world)
{
    return (EscKeySource){world, key_value};
}

/* The event at hand exceeds the number or does not, as it was counted; without one it is exceeded, or it is not. */
static bool tally_truth(const EscWorld *world, uint32_t tally)
{
    const EscTurn *turn = &world->engine->turn;
    if (world->bundle != world->engine->schema.current)
        return false;
    if (!world->is_counted)
        return esc_tally_holds(world->engine, esc_world_keys(world), tally);
    for (uint32_t i = 0; i < turn->reached_count; i++)
        if (turn->reached[i] == tally)
            return true;
    return false;
}

static bool open_truth(const EscWorld *world, uint32_t open)
{
    const EscOpenRow *row = &world->engine->schema.current->program->opens[open];
    EscKeptId id;
    if ((world->are_opens_aside && !row->is_wanted) || world->ticket == NULL ||
        world->bundle != world->engine->schema.current)
        return false;
    return esc_open_id(world->engine, esc_world_keys(world), open, &id) &&
           esc_open_holder(world->engine, &id) != 0;
}

static EscStatus world_load(void *context, EscLoad what, uint32_t index, EscValue *value)
{
    const EscWorld *world = context;
    switch (what) {
    case ESC_LOAD_TICKET:
        *value = ticket_value(world, index, world->is_before);
        break;
    case ESC_LOAD_EVENT:
        *value = event_value(world, index);
        break;
    case ESC_LOAD_EXCEPTION:
        *value = exception_value(world, index);
        break;
    case ESC_LOAD_PREVIOUS:
        *value = previous_value(world, index);
        break;
    case ESC_LOAD_CHANGED:
        *value = (EscValue){.type = ESC_TYPE(ESC_KIND_BOOL), .truth = has_changed(world, index)};
        break;
    case ESC_LOAD_FACT:
        *value = fact_value(world, (EscFact)index);
        break;
    case ESC_LOAD_PARAM:
        *value = param_value(world, index);
        break;
    case ESC_LOAD_HOURS:
        *value = (EscValue){.type = ESC_TYPE(ESC_KIND_BOOL), .truth = esc_hours_open(world, index)};
        break;
    case ESC_LOAD_TALLY:
        *value = (EscValue){.type = ESC_TYPE(ESC_KIND_BOOL), .truth = tally_truth(world, index)};
        break;
    case ESC_LOAD_OPEN:
        *value = (EscValue){.type = ESC_TYPE(ESC_KIND_BOOL), .truth = open_truth(world, index)};
        break;
    case ESC_LOAD_DOCUMENT:
        return ESC_TRAP; /* no function that the engine runs reads one */
    }
    return ESC_OK;
}

/* Conditions have no effects and make nobody accountable: the verifier refuses a bundle whose conditions do. */
static EscStatus emit_refused(void *context, uint32_t effect, const EscValue *arguments,
                              uint32_t count, EscValue *result)
{
    (void)context, (void)effect, (void)arguments, (void)count, (void)result;
    return ESC_TRAP;
}

static EscStatus own_refused(void *context, uint32_t role)
{
    (void)context, (void)role;
    return ESC_TRAP;
}

/* One text has many readers: the workspace's zone. */
static void world_time(void *context, EscBuf *out, int64_t time_ms)
{
    const EscWorld *world = context;
    esc_buf_text(out, esc_utf8_cut(esc_local_second(world->engine, time_ms), 64));
}

static int64_t world_instant(void *context, int64_t local_minute)
{
    const EscWorld *world = context;
    const EscProgram *program = world->bundle->program;
    return esc_zone_instant_ms(world->engine->zones, program->texts[program->meta->timezone],
                               local_minute);
}

static int64_t world_in_hours(void *context, uint32_t calendar, int64_t from_ms, int64_t ms)
{
    return esc_hours_counted_ms(context, calendar, from_ms, ms);
}

EscHost esc_world_reader(EscWorld *world)
{
    return (EscHost){.context = world,
                     .load = world_load,
                     .emit = emit_refused,
                     .own = own_refused,
                     .instant = world_instant,
                     .in_hours = world_in_hours,
                     .write_time = world_time,
                     .listener = world->engine->listener};
}

void esc_world_lend_start(EscWorld *world, const EscEscalation *escalation)
{
    if (escalation->start_type == ESC_NONE)
        return;
    EscValue *fields = esc_arena_alloc_array(world->engine->turn.arena,
                                             escalation->start_fields_count, sizeof *fields);
    ESC_ASSERT(fields != NULL);
    for (uint32_t i = 0; i < escalation->start_fields_count; i++)
        fields[i] = escalation->start_fields[i].value;
    world->event_program = escalation->bundle->program;
    world->event_type = escalation->start_type;
    world->event_fields = fields;
}

void esc_world_lend_event(EscWorld *world)
{
    const EscEngine *engine = world->engine;
    if (engine->turn.event == NULL)
        return;
    world->event_program = engine->schema.current->program;
    world->event_type = engine->turn.event->type;
    world->event_fields = engine->turn.event->fields;
}

EscWorld esc_world_of(EscEngine *engine, EscEscalation *escalation, uint32_t function,
                      bool with_event)
{
    EscWorld world = {
        .engine = engine,
        .escalation = escalation,
        .ticket = escalation->ticket,
        .frame = &escalation->frame,
        .bundle = escalation->bundle,
        .function = function,
    };
    if (with_event && engine->turn.event != NULL)
        esc_world_lend_event(&world);
    else
        esc_world_lend_start(&world, escalation);
    return world;
}

bool esc_cond_holds(EscWorld *world, const EscRun *frame)
{
    EscEngine *engine = world->engine;
    EscScratch *scratch = NULL;
    EscRun *run = esc_run_borrow(engine, &scratch);
    if (frame != NULL)
        esc_run_init_at_wait(run, frame, world->function, scratch->bytes, sizeof scratch->bytes);
    else
        esc_run_init(run, world->bundle->bundle, world->function, NULL, 0, scratch->bytes,
                     sizeof scratch->bytes);
    EscHost host = esc_world_reader(world);
    EscRunEnd end = ESC_RUN_RETURNED;
    EscWhy why;
    EscStatus status = esc_run_go(run, &host, esc_world_now_ms(world), &end, &why);
    bool holds = status == ESC_OK && end == ESC_RUN_RETURNED && run->answer;
    world->is_faulty = world->is_faulty || status != ESC_OK;
    esc_run_return(engine);
    return holds;
}
