/* effects.c - what running code does to the world: one function for each effect kind, and the table that
 * picks it. Connector actions are in calls.c, rollback in rollback.c. */
#include <engine/run.h>

typedef struct Emission {
    EscWorld *world;
    EscEngine *engine;
    EscTicket *ticket;
    EscEscalation *escalation; /* NULL: an automation acts */
    const EscProgram *program;
    const EscEffectRow *row;
    const EscValue *arguments;
    uint32_t count;
    EscValue *result;
} Emission;

static EscText number_text(EscEngine *engine, uint64_t number)
{
    return esc_turn_printf(engine, "%llu", (unsigned long long)number);
}

/* --- messages --------------------------------------------------------------------------------- */

static void emit_notify(Emission *emission)
{
    EscNotice message = {
        .marked = emission->arguments[0].text, .via = emission->row->aux, .is_told = true};
    if (emission->escalation != NULL)
        esc_message_ref(emission->engine, emission->escalation, emission->row->ref, &message);
    else
        esc_message_ticket(emission->engine, emission->ticket, emission->row->ref, &message);
}

static void emit_page(Emission *emission)
{
    esc_page_ref(emission->engine, emission->escalation, emission->row->ref,
                 emission->arguments[0].text);
}

static EscQuestion *question_new(Emission *emission, EscQuestionKind kind, EscText text)
{
    EscFrame *frame = emission->world->frame;
    esc_question_drop(frame);
    frame->question = esc_engine_alloc(sizeof *frame->question);
    *frame->question = (EscQuestion){.kind = kind,
                                     .number = ++emission->escalation->questions,
                                     .ref = emission->row->ref,
                                     .text = esc_text_own(text)};
    return frame->question;
}

/* The options stand with the WAIT that follows (V34); an ASK is the only effect that needs to know it, so look it up. */
static const EscWaitRow *wait_following(const Emission *emission)
{
    const EscProgram *program = emission->program;
    uint32_t at = emission->engine->turn.emit_place;
    while (program->code[at].op != ESC_OP_WAIT)
        at++;
    return &program->waits[program->code[at].imm];
}

static int64_t due_of(const Emission *emission, const EscWaitRow *wait)
{
    return esc_hours_due_ms(emission->engine, emission->program, wait->calendar,
                            emission->engine->now_ms, wait->deadline_ms);
}

/* Who decides what becomes of an exception reads what is known of it. */
static EscText with_facts(const Emission *emission, EscText asked)
{
    const EscTriage *triage = emission->escalation->triage;
    if (triage == NULL || emission->world->frame != &triage->frame)
        return asked;
    EscText facts = esc_raised_lines(emission->engine, emission->escalation, triage->frame.raised);
    return facts.size == 0 ? asked
                           : esc_turn_printf(emission->engine, "%.*s%.*s", ESC_TEXT_ARG(asked),
                                             ESC_TEXT_ARG(facts));
}

static void emit_ask(Emission *emission)
{
    EscEngine *engine = emission->engine;
    EscText asked = emission->arguments[0].text, guidance = emission->arguments[1].text;
    EscText question = esc_message_words(engine, asked).text;
    EscQuestion *made = question_new(emission, ESC_QUESTION_ASK, question);
    made->guidance = esc_text_own(esc_message_words(engine, guidance).text);
    uint32_t number = made->number;
    asked = with_facts(emission, asked);
    if (guidance.size > 0) /* the line end is ours, also behind a question that was cut */
        asked = esc_turn_printf(engine, "%.*s" ESC_MARK_OWN "\n" ESC_MARK_END "%.*s",
                                ESC_TEXT_ARG(asked), ESC_TEXT_ARG(guidance));
    const EscWaitRow *wait = wait_following(emission);
    EscNotice message = {
        .marked = asked,
        .question = question,
        .has_answers = true,
        .answers = esc_answers_of(engine, emission->program, wait),
        .answers_count = wait->answers_count,
        .question_number = number,
        .due_ms = due_of(emission, wait),
    };
    esc_audit_escalation(engine, emission->escalation, ESC_AUDIT_ASKED,
                         esc_audit_data(engine, "question", question, NULL), "asks: \"%.*s\"",
                         ESC_TEXT_ARG(question));
    esc_message_ref(engine, emission->escalation, emission->row->ref, &message);
}

static void emit_approve(Emission *emission)
{
    EscEngine *engine = emission->engine;
    EscText asked = esc_message_words(engine, emission->arguments[0].text).text;
    EscQuestion *question = question_new(emission, ESC_QUESTION_APPROVE, asked);
    question->needed = emission->row->aux;
    const EscMessageAnswer answers[] = {{ESC_TEXT("approve"), ESC_SAYING(APPROVE)},
                                        {ESC_TEXT("reject"), ESC_SAYING(REJECT)}};
    EscNotice message = {
        .marked = emission->arguments[0].text,
        .question = asked,
        .has_answers = true,
        .answers = answers,
        .answers_count = ESC_COUNT_OF(answers),
        .question_number = question->number,
        .due_ms = due_of(emission, wait_following(emission)),
    };
    esc_audit_escalation(engine, emission->escalation, ESC_AUDIT_APPROVAL_ASKED,
                         esc_audit_data(engine, "question", asked, "need",
                                        number_text(engine, question->needed), NULL),
                         "asks for approval: \"%.*s\"", ESC_TEXT_ARG(asked));
    esc_message_ref(engine, emission->escalation, emission->row->ref, &message);
}

/* --- changes ---------------------------------------------------------------------------------- */

/* What an automation changes nobody takes back, and what is as it was is no change of its. */
static void changed_by_automation(EscEngine *engine, EscTicket *ticket, uint32_t slot,
                                  EscValue value)
{
    const EscProgram *program = engine->schema.current->program;
    EscText name = esc_slot_name(engine, slot);
    EscText before = esc_value_words(engine, program, ticket->values[slot].value),
            after = esc_value_words(engine, program, value);
    if (esc_ticket_set(engine, ticket, slot, value))
        esc_audit_ticket(engine, ticket, ESC_AUDIT_SET,
                         esc_audit_data(engine, "field", name, "old", before, "new", after,
                                        "automation", engine->turn.automation, NULL),
                         "set ticket.%.*s from \"%.*s\" to \"%.*s\"", ESC_TEXT_ARG(name),
                         ESC_TEXT_ARG(before), ESC_TEXT_ARG(after));
}

static void change_field(EscEngine *engine, EscEscalation *escalation, uint32_t slot,
                         EscValue value)
{
    EscTicket *ticket = escalation->ticket;
    ticket->is_edited = ticket->is_linked;
    const EscProgram *program = engine->schema.current->program;
    EscText name = esc_slot_name(engine, slot);
    EscChange change = esc_undo_take(engine);
    change.kind = ESC_CHANGE_FIELD;
    change.name = esc_engine_intern(engine, name);
    change.before = esc_owned_copy(ticket->values[slot].value);
    change.after = esc_owned_copy(value);
    EscText before = esc_value_words(engine, program, ticket->values[slot].value),
            after = esc_value_words(engine, program, value);
    esc_ticket_set(engine, ticket, slot, value);
    esc_ticket_changed_by(engine, ticket, escalation->id);
    esc_write_by(ticket, name, escalation->id);
    esc_ticket_dirty(engine, ticket);
    esc_change_record(engine, escalation, &change);
    if (escalation->is_inconsistent && esc_text_equal(escalation->inconsistent_field, name))
        escalation->is_inconsistent = false;
    esc_audit_escalation(engine, escalation, ESC_AUDIT_SET,
                         esc_audit_data(engine, "field", name, "old", before, "new", after, NULL),
                         "set ticket.%.*s from \"%.*s\" to \"%.*s\"", ESC_TEXT_ARG(name),
                         ESC_TEXT_ARG(before), ESC_TEXT_ARG(after));
}

static void field_change(const Emission *emission, uint32_t slot, EscValue value)
{
    value = esc_ticket_fit(emission->engine, slot, value);
    if (emission->escalation != NULL)
        change_field(emission->engine, emission->escalation, slot, value);
    else
        changed_by_automation(emission->engine, emission->ticket, slot, value);
}

/* The argument in the current bundle's type; a field that is gone there is left alone. */
static void field_set(Emission *emission, uint32_t field, EscValue value)
{
    EscEngine *engine = emission->engine;
    uint32_t slot = emission->world->bundle->slots[field];
    if (slot == ESC_NONE)
        return;
    value = esc_value_convert(emission->program, engine->schema.current->program, value,
                              esc_slot_type(engine, slot));
    field_change(emission, slot, value);
}

static void emit_set(Emission *emission)
{
    field_set(emission, emission->row->aux, emission->arguments[0]);
}

static void item_change(Emission *emission, bool is_added)
{
    EscEngine *engine = emission->engine;
    uint32_t slot = emission->world->bundle->slots[emission->row->aux];
    if (slot != ESC_NONE && esc_type_kind(esc_slot_type(engine, slot)) == ESC_KIND_LIST)
        esc_change_item(engine, emission->ticket, emission->escalation, slot,
                        emission->arguments[0].text, is_added);
}

static void emit_add(Emission *emission)
{
    item_change(emission, true);
}

static void emit_remove(Emission *emission)
{
    item_change(emission, false);
}

static void text_field_set(Emission *emission, uint32_t slot, EscText text)
{
    if (slot == ESC_NONE || esc_type_kind(esc_slot_type(emission->engine, slot)) != ESC_KIND_TEXT)
        return;
    field_change(emission, slot,
                 (EscValue){.type = esc_slot_type(emission->engine, slot), .text = text});
}

static void emit_assign(Emission *emission)
{
    EscPeople people;
    esc_people_find(emission->engine, emission->escalation, emission->ticket,
                    emission->world->bundle, emission->row->ref, &people);
    bool is_team = esc_ref_kind(emission->row->ref) == ESC_REF_TEAM;
    text_field_set(emission, emission->engine->schema.assignee_slot,
                   is_team || people.count == 0 ? people.via : people.names[0]);
}

/* What a route leads to for the ticket at hand. */
static EscText followed(const Emission *emission, EscRef ref, EscRefKind kind)
{
    return esc_route_text(emission->engine, emission->escalation, emission->ticket,
                          emission->world->bundle, ref, kind);
}

static void emit_queue(Emission *emission)
{
    EscRef ref = emission->row->ref;
    EscText queue = ref == 0 ? emission->program->texts[emission->row->aux]
                             : followed(emission, ref, ESC_REF_TEXT);
    if (queue.size > 0)
        text_field_set(emission, emission->engine->schema.queue_slot, queue);
}

static void linked_fields_set(Emission *emission, EscTicket *ticket)
{
    EscEngine *engine = emission->engine;
    for (uint32_t i = 0; i < emission->count; i++) {
        uint32_t field = emission->program->effect_args[emission->row->args_first + i].field;
        uint32_t slot = emission->world->bundle->slots[field - 1];
        if (slot == ESC_NONE)
            continue;
        EscValue value = esc_value_convert(emission->program, engine->schema.current->program,
                                           emission->arguments[i], esc_slot_type(engine, slot));
        esc_ticket_set(engine, ticket, slot, value);
    }
}

/* What nobody would take back is in the trail alone. */
static void created_record(Emission *emission, EscTicket *made, EscText name)
{
    EscEngine *engine = emission->engine;
    EscText id = esc_engine_intern(engine, made->id);
    EscText title = esc_ticket_text(engine, made, engine->schema.title_slot);
    EscText data = esc_audit_data(engine, "name", name, "ticket", id, "automation",
                                  engine->turn.automation, NULL);
    EscText text = esc_turn_printf(engine, "made the ticket %.*s (%.*s): \"%.*s\"",
                                   ESC_TEXT_ARG(id), ESC_TEXT_ARG(name), ESC_TEXT_ARG(title));
    if (emission->escalation == NULL) {
        esc_audit_ticket(engine, emission->ticket, ESC_AUDIT_CREATED, data, "%.*s",
                         ESC_TEXT_ARG(text));
        return;
    }
    EscChange change = {.kind = ESC_CHANGE_TICKET,
                        .undo = ESC_NONE,
                        .name = esc_engine_intern(engine, name),
                        .ticket = id};
    esc_change_record(engine, emission->escalation, &change);
    esc_audit_escalation(engine, emission->escalation, ESC_AUDIT_CREATED, data, "%.*s",
                         ESC_TEXT_ARG(text));
}

static void emit_create(Emission *emission)
{
    EscEngine *engine = emission->engine;
    EscText name = emission->program->texts[emission->row->aux];
    EscTicket *made = esc_ticket_create_linked(engine, emission->ticket, (EscText){0});
    linked_fields_set(emission, made);
    created_record(emission, made, name);
    if (emission->escalation != NULL)
        esc_follow_up_task(engine, emission->escalation, made);
    *emission->result =
        (EscValue){.type = ESC_TYPE(ESC_KIND_TEXT), .text = esc_engine_intern(engine, made->id)};
}

/* In the ticket at hand. */
static void emit_comment(Emission *emission)
{
    EscText text = esc_message_words(emission->engine, emission->arguments[0].text).text;
    esc_comment_put(emission->engine, emission->ticket, emission->escalation,
                    (EscErrandKind)emission->row->aux, text);
}

/* The ticket is one that was made just before (V53). */
static void emit_publish(Emission *emission)
{
    const EscProgram *program = emission->program;
    EscTicket *made = esc_ticket_find(emission->engine, emission->arguments[0].text);
    if (made != NULL && made->is_linked && made->home.size == 0)
        esc_ticket_publish(emission->engine, made, emission->escalation,
                           program->texts[program->sources[emission->row->aux].name]);
}

/* --- ownership -------------------------------------------------------------------------------- */

static void emit_handoff(Emission *emission)
{
    const EscEffectRow *row = emission->row;
    EscEscalation *escalation = emission->escalation;
    const EscHandoff handoff = {
        .bundle = escalation->bundle,
        .to = row->ref,
        .reason = emission->arguments[0].text,
        .expect = (EscExpect)row->aux,
        .within_ms = row->extra_ms,
        .calendar = row->calendar,
    };
    (void)esc_role_handoff(emission->engine, escalation, &handoff);
}

static void emit_failover(Emission *emission)
{
    EscEscalation *escalation = emission->escalation;
    if (escalation->is_acked || escalation->role != escalation->opening_role ||
        escalation->handoffs > 0)
        return; /* that role already lost its turn, or did its duty */
    esc_role_miss(emission->engine, escalation, ESC_SAYING(IN_TIME));
}

/* --- evidence --------------------------------------------------------------------------------- */

static void evidence_take(Emission *emission, const char *name, EscText content)
{
    char hex[65];
    EscEngine *engine = emission->engine;
    esc_evidence_put(engine, emission->escalation, esc_text_from(name), content, hex);
    esc_audit_escalation(
        engine, emission->escalation, ESC_AUDIT_SNAPSHOT,
        esc_audit_data(engine, "name", esc_text_from(name), "hash", esc_text_from(hex), NULL),
        "took a snapshot of the %s (%.12s)", name, hex);
    esc_escalation_moment(engine, emission->escalation, ESC_AUDIT_SNAPSHOT, esc_text_from(name));
}

static void emit_snapshot(Emission *emission)
{
    EscEngine *engine = emission->engine;
    EscEscalation *escalation = emission->escalation;
    uint32_t bits = emission->row->aux;
    if (bits & ESC_EVIDENCE_TICKET) {
        EscBuf buf = esc_turn_buf();
        esc_ticket_write_json(engine, escalation->ticket, &buf);
        evidence_take(emission, "ticket", esc_turn_take(engine, &buf));
    }
    if (bits & ESC_EVIDENCE_CHANGES)
        evidence_take(emission, "changes",
                      esc_changes_json(engine, escalation, emission->row->extra_ms));
    if (bits & ESC_EVIDENCE_TIMELINE)
        evidence_take(emission, "timeline", esc_timeline_json(engine, escalation));
    if (bits & ESC_EVIDENCE_NOTIFICATIONS)
        evidence_take(emission, "notifications", esc_notifications_json(engine, escalation));
}

static void emit_attach(Emission *emission)
{
    EscEngine *engine = emission->engine;
    EscText name = ESC_TEXT("attachment");
    EscText content = esc_value_words(engine, emission->program, emission->arguments[0]);
    char hex[65];
    esc_evidence_put(engine, emission->escalation, name, content, hex);
    esc_audit_escalation(engine, emission->escalation, ESC_AUDIT_ATTACHED,
                         esc_audit_data(engine, "name", name, "hash", esc_text_from(hex), NULL),
                         "kept %.*s as evidence (%.12s)%s", ESC_TEXT_ARG(name), hex,
                         emission->arguments[0].is_missing ? "; it is missing" : "");
    esc_escalation_moment(engine, emission->escalation, ESC_AUDIT_ATTACHED, name);
}

static void emit_warroom(Emission *emission)
{
    EscText room =
        esc_room_open(emission->engine, emission->escalation, emission->arguments[0].text);
    *emission->result = (EscValue){.type = ESC_TYPE(ESC_KIND_TEXT),
                                   .text = esc_engine_intern(emission->engine, room)};
}

/* --- control ---------------------------------------------------------------------------------- */

/* What the author says of it (`message`), else its fields, else why the wait before it ended as it did. */
static EscText raise_message(Emission *emission)
{
    EscText message = {0};
    for (uint32_t i = 0; i < emission->count; i++) {
        const EscEffectArgRow *argument =
            &emission->program->effect_args[emission->row->args_first + i];
        EscText name = emission->program->texts[argument->name],
                value = esc_unmarked(
                    emission->engine,
                    esc_value_words(emission->engine, emission->program, emission->arguments[i]));
        if (esc_text_equal(name, ESC_TEXT("message")))
            return value;
        message =
            esc_turn_printf(emission->engine, "%.*s%s%.*s %.*s", ESC_TEXT_ARG(message),
                            esc_words_with(message, ", "), ESC_TEXT_ARG(name), ESC_TEXT_ARG(value));
    }
    return esc_text_or(message, emission->engine->turn.missed);
}

static void emit_raise(Emission *emission)
{
    EscEscalation *escalation = emission->escalation;
    EscRaised *asked = esc_exception_ask(emission->engine, escalation, emission->row->aux,
                                         raise_message(emission));
    ESC_ASSERT(asked != NULL); /* what is closed or parked runs nothing */
    uint32_t kind = emission->program->functions[emission->world->function].kind;
    asked->is_step = kind == ESC_FUNCTION_STEPS || kind == ESC_FUNCTION_CATCH;
    asked->place = emission->engine->turn.emit_place;
    asked->fields = esc_engine_alloc(emission->count * sizeof *asked->fields);
    asked->field_indexes = esc_engine_alloc(emission->count * sizeof *asked->field_indexes);
    for (uint32_t i = 0; i < emission->count; i++) {
        uint32_t field = emission->program->effect_args[emission->row->args_first + i].field;
        asked->field_indexes[asked->fields_count] = field - 1;
        asked->fields[asked->fields_count++] = esc_owned_copy(emission->arguments[i]);
    }
}

static void emit_rollback(Emission *emission)
{
    esc_rollback(emission->engine, emission->escalation, emission->arguments[0].text);
}

/* The ticket stands first, and alone has no name. */
static bool start_has_ticket(const Emission *emission)
{
    return emission->count > 0 &&
           emission->program->effect_args[emission->row->args_first].name == 0;
}

/* On the ticket at hand, or on one that these steps made. */
static EscTicket *start_ticket(Emission *emission)
{
    return start_has_ticket(emission)
               ? esc_ticket_find(emission->engine, emission->arguments[0].text)
               : emission->ticket;
}

static EscGiven start_given(Emission *emission)
{
    EscEngine *engine = emission->engine;
    const EscProgram *program = emission->program;
    EscText *names = esc_turn_alloc(engine, (emission->count + (size_t)1) * sizeof *names);
    EscValue *values = esc_turn_alloc(engine, (emission->count + (size_t)1) * sizeof *values);
    EscGiven given = {.program = program, .names = names, .values = values};
    for (uint32_t i = start_has_ticket(emission) ? 1 : 0; i < emission->count; i++) {
        names[given.count] =
            program->texts[program->effect_args[emission->row->args_first + i].name];
        values[given.count++] = esc_turn_value(engine, emission->arguments[i]);
    }
    return given;
}

static void emit_start(Emission *emission)
{
    EscEngine *engine = emission->engine;
    EscEscalation *by = emission->escalation;
    const EscProgram *program = emission->program;
    EscRef ref = emission->row->ref;
    EscText name = ref == 0 ? program->texts[program->templates[emission->row->aux].name]
                            : followed(emission, ref, ESC_REF_TEMPLATE);
    EscTicket *ticket = start_ticket(emission);
    if (ticket == NULL || name.size == 0)
        return; /* a bundle of ours names a ticket that was just made; the present route may lead elsewhere */
    EscText data = esc_audit_data(engine, "template", name, "ticket",
                                  ticket == emission->ticket ? (EscText){0} : ticket->id, NULL);
    if (by != NULL)
        esc_audit_escalation(engine, by, ESC_AUDIT_START_ASKED, data, "starts the template %.*s",
                             ESC_TEXT_ARG(name));
    else
        esc_audit_ticket(engine, emission->ticket, ESC_AUDIT_START_ASKED, data,
                         "starts the template %.*s", ESC_TEXT_ARG(name));
    EscText because = by != NULL
                          ? esc_turn_printf(engine, "E-%llu started it", (unsigned long long)by->id)
                          : esc_turn_printf(engine, "the automation %.*s started it",
                                            ESC_TEXT_ARG(engine->turn.automation));
    esc_start_ask(engine, ticket, name, because,
                  by == NULL ? (EscText){0} : esc_escalation_starter(by), start_given(emission));
}

static void emit_check(Emission *emission)
{
    uint32_t check =
        emission->row->aux - esc_escalation_template(emission->escalation)->checks_first;
    emission->escalation->checks[check] = ESC_CHECK_STATE_PENDING;
    EscText text = esc_qa_check_text(emission->engine, emission->escalation, check);
    esc_audit_escalation(emission->engine, emission->escalation, ESC_AUDIT_CHECK_BEGUN,
                         esc_audit_data(emission->engine, "check", text, NULL), "checks: %.*s",
                         ESC_TEXT_ARG(text));
}

static void emit_call(Emission *emission)
{
    esc_call_effect(emission->world, emission->row, emission->arguments, emission->count);
}

static void emit_undo(Emission *emission)
{
    esc_undo_effect(emission->world, emission->row, emission->arguments, emission->count);
}

/* A REQUEST function runs with a host of its own (calls.c), so a request never comes here. */
#define emit_request NULL

/* --- the table -------------------------------------------------------------------------------- */

/* emit_name for each row of effects.def: a row without its function does not compile. */
static void (*const emitters[ESC_EFFECT_COUNT])(Emission *emission) = {
#define ESC_EFFECT(number, NAME, name, fixed, extra, result, flags, functions, ref, aux, extra_ms, \
                   opens, text)                                                                    \
    [ESC_EFFECT_##NAME] = emit_##name,
#include <esc/effects.def>
#undef ESC_EFFECT
};

/* Index in CODE of the EMIT at hand: each site belongs to exactly one. */
static uint32_t site_place(const EscProgram *program, uint32_t function, uint32_t effect)
{
    uint32_t at = program->functions[function].code_first;
    while (program->code[at].op != ESC_OP_EMIT || program->code[at].imm != effect)
        at++;
    return at;
}

/* What an automation may do, which needs no escalation. */
static bool is_acting_alone(const EscProgram *program, uint32_t function, const EscEffectRow *row)
{
    return program->functions[function].kind == ESC_FUNCTION_AUTOMATION &&
           (esc_effect_info[row->kind].functions & ESC_FUNCTION_BIT(AUTOMATION)) != 0;
}

static EscStatus effect_emit(void *context, uint32_t effect, const EscValue *arguments,
                             uint32_t count, EscValue *result)
{
    EscWorld *world = context;
    const EscProgram *program = world->bundle->program;
    const EscEffectRow *row = &program->effects[effect];
    bool is_acting = is_acting_alone(program, world->function, row);
    ESC_ASSERT(world->escalation != NULL || is_acting); /* conditions emit nothing */
    ESC_ASSERT(emitters[row->kind] != NULL);
    Emission emission = {world,     world->engine, world->ticket, world->escalation, program, row,
                         arguments, count,         result};
    world->engine->turn.emit_place = site_place(program, world->function, effect);
    emitters[row->kind](&emission);
    world->engine->turn.emit_place = ESC_NONE;
    return ESC_OK;
}

/* --- what running code is given --------------------------------------------------------------- */

static EscStatus world_own(void *context, uint32_t role)
{
    EscWorld *world = context;
    esc_role_own(world->engine, world->escalation, role);
    return ESC_OK;
}

EscHost esc_world_host(EscWorld *world)
{
    EscHost host = esc_world_reader(world);
    host.emit = effect_emit;
    host.own = world_own;
    return host;
}
