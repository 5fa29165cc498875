/* calls.c - connector actions: the REQUEST function of an action becomes an outbox row, its inverse is
 * recorded for rollback. The HTTP exchange is the delivery worker's job. */
#include <engine/run.h>

/* What a nested run of a REQUEST or UNDO function is collected into. */
typedef struct CallBuild {
    EscWorld world; /* first: effects get it as their context */
    const EscActionRow *action;
    EscCall call;
} CallBuild;

static EscText method_name(uint32_t method)
{
    static const char *const names[ESC_METHOD_COUNT] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
    return esc_text_from(names[method]); /* the verifier knows no other */
}

EscText esc_action_name(EscEngine *engine, const EscProgram *program, uint32_t action)
{
    const EscActionRow *row = &program->actions[action];
    EscText system = program->texts[program->systems[row->system].name],
            name = program->texts[row->name];
    return esc_engine_intern(
        engine, esc_turn_printf(engine, "%.*s.%.*s", ESC_TEXT_ARG(system), ESC_TEXT_ARG(name)));
}

static const uint32_t *statuses_of(EscEngine *engine, const EscProgram *program,
                                   const EscActionRow *action)
{
    uint32_t *codes = esc_turn_alloc(engine, action->statuses_count * sizeof(*codes));
    for (uint32_t i = 0; i < action->statuses_count; i++)
        codes[i] = program->statuses[action->statuses_first + i].code;
    return codes;
}

static EscStatus request_collect(EscWorld *world, const EscEffectRow *row,
                                 const EscValue *arguments, uint32_t count)
{
    CallBuild *build = (CallBuild *)world;
    const EscProgram *program = world->bundle->program;
    const EscActionRow *action = build->action;
    build->call = (EscCall){
        .system = program->texts[program->systems[action->system].name],
        .action = program->texts[action->name],
        .method = method_name(row->aux),
        .path = esc_turn_text(world->engine, arguments[0].text), /* the run's scratch goes away */
        .result_path = program->texts[action->result_path],
        .statuses = statuses_of(world->engine, program, action),
        .statuses_count = action->statuses_count,
        .is_judged = action->accepts != 0,
    };
    (void)count; /* as many as its parts hold: V51 */
    esc_request_fill(world->engine, program, action, arguments, &build->call);
    return ESC_OK;
}

static EscChange inverse_make(uint32_t action, const EscValue *arguments, uint32_t count)
{
    EscChange change = {.kind = ESC_CHANGE_CALL, .undo = action, .arguments_count = count};
    change.arguments = esc_engine_alloc(count * sizeof *change.arguments);
    for (uint32_t i = 0; i < count; i++)
        change.arguments[i] = esc_owned_copy(arguments[i]);
    return change;
}

/* In an UNDO function the CALL is not made: it is what a rollback would call. */
static EscStatus inverse_collect(EscWorld *world, const EscEffectRow *row,
                                 const EscValue *arguments, uint32_t count)
{
    EscEngine *engine = world->engine;
    engine->turn.has_undo = true;
    engine->turn.undo = inverse_make(row->aux, arguments, count);
    return ESC_OK;
}

/* What a REQUEST or UNDO function emits is collected; the verifier lets it emit nothing else. */
static EscStatus nested_emit(void *context, uint32_t effect, const EscValue *arguments,
                             uint32_t count, EscValue *result)
{
    (void)result;
    EscWorld *world = context;
    const EscEffectRow *row = &world->bundle->program->effects[effect];
    if (row->kind == ESC_EFFECT_REQUEST)
        return request_collect(world, row, arguments, count);
    ESC_ASSERT(row->kind == ESC_EFFECT_CALL);
    return inverse_collect(world, row, arguments, count);
}

/* Runs a REQUEST or UNDO function; its one effect comes back to nested_emit (V34). */
static bool request_run(EscEngine *engine, CallBuild *build, const EscValue *arguments,
                        uint32_t count)
{
    EscScratch *scratch = NULL;
    EscRun *run = esc_run_borrow(engine, &scratch);
    esc_run_init(run, build->world.bundle->bundle, build->world.function, arguments, count,
                 scratch->bytes, sizeof scratch->bytes);
    EscHost host = esc_world_reader(&build->world);
    host.emit = nested_emit;
    host.write_time = NULL; /* systems read RFC 3339 */
    EscRunEnd end = ESC_RUN_ENDED;
    EscWhy why;
    EscStatus status = esc_run_go(run, &host, engine->now_ms, &end, &why);
    esc_run_return(engine);
    return status == ESC_OK && end == ESC_RUN_ENDED;
}

uint64_t esc_call_put(EscEngine *engine, EscEscalation *escalation, uint32_t action, EscText undoes,
                      const EscValue *arguments, uint32_t count)
{
    const EscProgram *program = escalation->bundle->program;
    CallBuild build = {
        .world = esc_world_of(engine, escalation, program->actions[action].request, false),
        .action = &program->actions[action],
    };
    EscText name = esc_action_name(engine, program, action);
    if (!request_run(engine, &build, arguments, count)) {
        esc_audit_escalation(engine, escalation, ESC_AUDIT_CALL_FAILED,
                             esc_audit_data(engine, "action", name, NULL),
                             "the request of %.*s could not be made", ESC_TEXT_ARG(name));
        return 0;
    }
    build.call.undoes = undoes;
    EscOutboxRow row = {
        .kind = ESC_OUTBOX_CALL,
        .target = name,
        .medium = ESC_TEXT("http"),
        .call = &build.call,
    };
    uint64_t id = esc_outbox_put(engine, escalation, &row);
    EscText outbox = esc_turn_printf(engine, "%llu", (unsigned long long)id);
    esc_audit_escalation(engine, escalation, ESC_AUDIT_CALLED,
                         esc_audit_data(engine, "outbox", outbox, "action", name, NULL),
                         "calls %.*s", ESC_TEXT_ARG(name));
    return id;
}

/* --- what goes back to a ticket's home ------------------------------------------------------------ */

/* By the present bundle, as an automation sees the ticket; `call` NULL: the action's own request, which knows parameters alone. */
static EscWorld home_world(EscEngine *engine, EscTicket *ticket, uint32_t function,
                           const EscHomeCall *call)
{
    return (EscWorld){.engine = engine,
                      .ticket = ticket,
                      .bundle = engine->schema.current,
                      .function = function,
                      .there = call == NULL || call->is_ours ? (EscText){0} : ticket->there,
                      .comment = call == NULL ? (EscText){0} : call->comment};
}

/* What the BACK function says that the action is called with; the caller's. False: it does not come to it. */
static bool home_arguments(EscEngine *engine, EscTicket *ticket, const EscHomeCall *call,
                           EscChange *said)
{
    CallBuild back = {.world = home_world(engine, ticket, call->arguments, call)};
    ESC_ASSERT(!engine->turn.has_undo);
    if (!request_run(engine, &back, NULL, 0)) {
        esc_undo_forget(engine);
        return false;
    }
    *said = esc_undo_take(engine);
    ESC_ASSERT(said->arguments_count <= ESC_EFFECT_ARGS_MAX);
    return true;
}

static bool are_same(const EscProgram *program, const EscChange *one, const EscChange *other)
{
    bool is_same = one->arguments_count == other->arguments_count;
    for (uint32_t i = 0; i < one->arguments_count && is_same; i++)
        is_same = esc_value_same(program, one->arguments[i].value, program,
                                 other->arguments[i].value);
    return is_same;
}

bool esc_home_takes_for(EscEngine *engine, EscTicket *ticket, uint32_t slot, EscValue value)
{
    const EscSourceBackRow *row = esc_home_row(engine, ticket->home, slot);
    if (row == NULL)
        return false;
    const EscHomeCall call = {.action = row->action, .arguments = row->arguments};
    const EscProgram *program = engine->schema.current->program;
    EscChange ours = {0}, theirs = {0};
    EscValue kept = ticket->values[slot].value;
    bool is_same = home_arguments(engine, ticket, &call, &ours);
    ticket->values[slot].value = value; /* for the length of a run, which only looks */
    if (is_same && home_arguments(engine, ticket, &call, &theirs)) {
        is_same = are_same(program, &ours, &theirs);
        esc_change_release(&theirs);
    } else {
        is_same = false;
    }
    ticket->values[slot].value = kept;
    esc_change_release(&ours);
    return is_same;
}

/* The request that the action makes of what the BACK function says. False: it cannot be made. */
static bool home_request(EscEngine *engine, EscTicket *ticket, const EscHomeCall *call,
                         CallBuild *build)
{
    const EscProgram *program = engine->schema.current->program;
    EscValue arguments[ESC_EFFECT_ARGS_MAX];
    EscChange said;
    if (!home_arguments(engine, ticket, call, &said))
        return false;
    for (uint32_t i = 0; i < said.arguments_count; i++)
        arguments[i] = said.arguments[i].value;
    *build = (CallBuild){
        .world = home_world(engine, ticket, program->actions[call->action].request, NULL),
        .action = &program->actions[call->action],
    };
    bool is_made = request_run(engine, build, arguments, said.arguments_count);
    esc_change_release(&said);
    return is_made;
}

uint64_t esc_call_home(EscEngine *engine, EscTicket *ticket, EscEscalation *escalation,
                       const EscHomeCall *call)
{
    const EscProgram *program = engine->schema.current->program;
    EscText name = esc_action_name(engine, program, call->action);
    CallBuild build;
    if (!home_request(engine, ticket, call, &build)) {
        esc_home_record(
            engine, ticket, escalation, ESC_AUDIT_CALL_FAILED,
            esc_audit_data(engine, "action", name, "field", call->field, NULL),
            esc_turn_printf(engine, "the request of %.*s could not be made", ESC_TEXT_ARG(name)));
        return 0;
    }
    EscOutboxRow outbox = {
        .kind = ESC_OUTBOX_CALL,
        .target = name,
        .medium = ESC_TEXT("http"),
        .ticket = ticket->id,
        .call = &build.call,
    };
    /* Of a linked ticket: whose row names the escalation would be answered for the escalation's own ticket. */
    bool is_of_it = escalation != NULL && escalation->ticket == ticket;
    uint64_t id = esc_outbox_put(engine, is_of_it ? escalation : NULL, &outbox);
    EscText number = esc_turn_printf(engine, "%llu", (unsigned long long)id);
    esc_home_record(engine, ticket, escalation, ESC_AUDIT_CALLED,
                    esc_audit_data(engine, "outbox", number, "action", name, "field", call->field,
                                   "ticket", is_of_it ? (EscText){0} : ticket->id, NULL),
                    esc_turn_printf(engine, "tells %.*s %.*s by %.*s", ESC_TEXT_ARG(ticket->home),
                                    ESC_TEXT_ARG(call->what), ESC_TEXT_ARG(name)));
    return id;
}

/* --- inverses --------------------------------------------------------------------------------- */

void esc_undo_effect(EscWorld *world, const EscEffectRow *row, const EscValue *arguments,
                     uint32_t count)
{
    EscEngine *engine = world->engine;
    ESC_ASSERT(!engine->turn.has_undo); /* what it is for follows at once (V34) */
    engine->turn.has_undo = true;
    engine->turn.undo = (EscChange){.undo = ESC_NONE};
    if (row->aux == ESC_NONE)
        engine->turn.undo.no_undo = world->bundle->program->texts[row->extra_ms];
    else
        engine->turn.undo = inverse_make(row->aux, arguments, count);
}

/* The inverse declared with the action, unless the step gave its own. */
static void inverse_declared(EscEngine *engine, EscEscalation *escalation,
                             const EscActionRow *action, const EscValue *arguments, uint32_t count)
{
    if (engine->turn.has_undo)
        return;
    EscText because = ESC_TEXT("the action has no inverse");
    if (action->undo > 0) {
        CallBuild build = {.world = esc_world_of(engine, escalation, action->undo - 1, false),
                           .action = action};
        if (request_run(engine, &build, arguments, count))
            return;
        esc_undo_forget(engine);
        because = ESC_TEXT("the inverse could not be made");
    }
    engine->turn.has_undo = true;
    engine->turn.undo = (EscChange){.undo = ESC_NONE, .no_undo = because};
}

/* What only reads changes nothing, so nothing of it could be left, unless the author says what would undo it. */
static bool is_change(const EscProgram *program, const EscActionRow *action, bool has_undo)
{
    const EscFunctionRow *request = &program->functions[action->request];
    uint32_t at = request->code_first;
    while (program->code[at].op != ESC_OP_EMIT) /* it has exactly one (V34) */
        at++;
    return has_undo || action->undo > 0 ||
           program->effects[program->code[at].imm].aux != ESC_METHOD_GET;
}

void esc_call_effect(EscWorld *world, const EscEffectRow *row, const EscValue *arguments,
                     uint32_t count)
{
    const EscProgram *program = world->bundle->program;
    EscEngine *engine = world->engine;
    EscEscalation *escalation = world->escalation;
    const EscActionRow *action = &program->actions[row->aux];
    bool changes = is_change(program, action, engine->turn.has_undo);
    inverse_declared(engine, escalation, action, arguments, count);
    uint64_t id = esc_call_put(engine, escalation, row->aux, (EscText){0}, arguments, count);
    EscChange change = esc_undo_take(engine);
    uint32_t kind = program->functions[world->function].kind;
    if (kind == ESC_FUNCTION_STEPS || kind == ESC_FUNCTION_CATCH) {
        EscFrame *frame = world->frame;
        frame->reply = id == 0 ? ESC_REPLY_FAILED : ESC_REPLY_PENDING;
        frame->reply_outbox = id;
        esc_text_drop(&frame->reply_text);
        if (id == 0)
            frame->reply_text = esc_text_own(ESC_SAYING(REQUEST_NOT_MADE));
    }
    if (id == 0 || !changes) {
        esc_change_release(&change);
        return;
    }
    change.kind = ESC_CHANGE_CALL;
    change.name = esc_action_name(engine, program, row->aux);
    change.outbox = id;
    esc_change_record(engine, escalation, &change);
}
