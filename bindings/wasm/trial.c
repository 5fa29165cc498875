/* trial.c - what an event starts, step by step, on the VM alone. Values are trial_values.c's matter. */
#include "trial.h"

#include <stdlib.h>

#define ARENA_BYTES_MAX ((size_t)16 << 20)
#define STEPS_MAX 1000u /* of one template: waits that a loop comes back to are asked for again */

/* One trial; `function` and what follows it are of the template that runs. */
typedef struct Trial {
    const EscBundle *bundle;
    const EscProgram *program;
    EscArena *arena;
    const EscJson *request;
    uint32_t event;
    int64_t now_ms;
    char *scratch;
    EscBuf *out;
    EscWhy wrong;  /* with the request */
    EscWhy failed; /* of the VM: it says of a request that is wrong only that a load failed */
    uint32_t function;
    uint32_t role, roles_first;
    uint32_t steps, results;
    bool is_closed;
    const EscRun *run; /* NULL while a condition is judged */
} Trial;

static EscText text_at(const Trial *trial, uint32_t index)
{
    return trial->program->texts[index];
}

static const EscJson *said(const Trial *trial, const char *part, EscText path)
{
    return trial_member(esc_json_member(trial->request, esc_text_from(part)), path);
}

/* --- the host: what a program reads --------------------------------------------------------------- */

static bool event_has(const EscProgram *program, uint32_t event, uint32_t field)
{
    const EscEventRow *row = &program->events[event];
    for (uint32_t i = 0; i < row->fields_count; i++) {
        if (program->event_fields[row->fields_first + i].field == field)
            return true;
    }
    return false;
}

/* Plain when each event that the function runs with has the field, and there always is one. */
static EscType event_type(const Trial *trial, uint32_t field)
{
    const EscProgram *program = trial->program;
    EscType type = program->fields[field].type;
    if (trial->function == ESC_NONE)
        return type;
    const EscFunctionRow *function = &program->functions[trial->function];
    bool is_sure = function->event_may_be_missing == 0;
    for (uint32_t i = 0; i < function->events_count && is_sure; i++)
        is_sure =
            event_has(program, program->function_events[function->events_first + i].event, field);
    return is_sure ? type : type | ESC_TYPE_OPTIONAL;
}

static EscStatus load_event(Trial *trial, uint32_t index, EscValue *value)
{
    const EscFieldRow *field = &trial->program->fields[index];
    EscText name = text_at(trial, field->name);
    EscType type = event_type(trial, index);
    bool has = event_has(trial->program, trial->event, index);
    const EscJson *json = has ? said(trial, "fields", name) : NULL;
    if (json != NULL)
        return trial_value(trial->program, trial->arena, name, json, type, value, &trial->wrong);
    *value = esc_field_default(field);
    value->type = type;
    value->is_missing = esc_type_is_optional(type) && (value->is_missing || !has);
    return ESC_OK;
}

static EscStatus load_ticket(Trial *trial, uint32_t index, EscValue *value)
{
    const EscFieldRow *field = &trial->program->fields[index];
    EscText name = text_at(trial, field->name);
    const EscJson *json = said(trial, "ticket", name);
    *value = esc_field_default(field);
    if (json == NULL)
        return ESC_OK;
    return trial_value(trial->program, trial->arena, name, json, field->type, value, &trial->wrong);
}

static bool is_changed(const Trial *trial, uint32_t index)
{
    const EscJson *changed = esc_json_member(trial->request, ESC_TEXT("changed"));
    bool is_list = changed != NULL && changed->kind == ESC_JSON_LIST;
    EscText name = text_at(trial, trial->program->fields[index].name);
    for (const EscJson *item = is_list ? changed->first : NULL; item != NULL; item = item->next) {
        if (item->kind == ESC_JSON_TEXT && esc_text_equal(item->text, name))
            return true;
    }
    return false;
}

/* As in the first escalation of a template on a ticket that is open and not late. */
static void first_fact(const Trial *trial, EscFact fact, EscValue *value)
{
    const EscProgram *program = trial->program;
    value->is_missing = esc_type_is_optional(value->type);
    if (fact == ESC_FACT_ESCALATION_ID)
        value->text = ESC_TEXT("E-1");
    if (fact == ESC_FACT_ESCALATION_OWNER && trial->roles_first < program->roles_count)
        value->text = esc_ref_text(program, program->roles[trial->roles_first].owner);
    if (fact == ESC_FACT_ESCALATION_ROLE)
        value->member = trial->role;
    if (fact == ESC_FACT_ESCALATION_OPENED_AT)
        value->ms = trial->now_ms;
    if (fact == ESC_FACT_ESCALATION_ATTEMPT)
        value->number = 1;
    if (fact == ESC_FACT_WORKSPACE_NAME)
        value->text = text_at(trial, program->meta[0].name);
}

static EscStatus load_fact(Trial *trial, uint32_t index, EscValue *value)
{
    EscText path = esc_text_from(esc_fact_info[index].path);
    const EscJson *json = said(trial, "facts", path);
    *value = (EscValue){.type = esc_fact_info[index].type};
    if (json != NULL)
        return trial_value(trial->program, trial->arena, path, json, value->type, value,
                           &trial->wrong);
    first_fact(trial, (EscFact)index, value);
    return ESC_OK;
}

/* Closed where nobody says that they are open. */
static EscStatus load_hours(Trial *trial, uint32_t index, EscValue *value)
{
    EscText name = text_at(trial, trial->program->calendars[index].name);
    const EscJson *json = said(trial, "hours", name);
    *value = (EscValue){.type = ESC_TYPE(ESC_KIND_BOOL)};
    return json == NULL ? ESC_OK
                        : trial_value(trial->program, trial->arena, name, json, value->type, value,
                                      &trial->wrong);
}

static EscStatus load_param(Trial *trial, uint32_t index, EscValue *value)
{
    const EscParamRow *param = &trial->program->params[index];
    EscText name = text_at(trial, param->name);
    const EscJson *json = said(trial, "with", name);
    const EscFieldRow like = {.type = param->type};
    *value = esc_field_default(&like);
    return json == NULL ? ESC_OK
                        : trial_value(trial->program, trial->arena, name, json, param->type, value,
                                      &trial->wrong);
}

static EscStatus load(void *context, EscLoad what, uint32_t index, EscValue *value)
{
    Trial *trial = context;
    switch (what) {
    case ESC_LOAD_TICKET:
        return load_ticket(trial, index, value);
    case ESC_LOAD_EVENT:
        return load_event(trial, index, value);
    case ESC_LOAD_FACT:
        return load_fact(trial, index, value);
    case ESC_LOAD_HOURS:
        return load_hours(trial, index, value);
    case ESC_LOAD_PARAM:
        return load_param(trial, index, value);
    case ESC_LOAD_CHANGED:
        *value = (EscValue){.type = ESC_TYPE(ESC_KIND_BOOL), .truth = is_changed(trial, index)};
        return ESC_OK;
    case ESC_LOAD_TALLY: /* there is one event: it is tried as the one that a count waits for */
    case ESC_LOAD_OPEN:  /* and one ticket, on which nothing else is open */
        *value = (EscValue){.type = ESC_TYPE(ESC_KIND_BOOL), .truth = what == ESC_LOAD_TALLY};
        return ESC_OK;
    case ESC_LOAD_EXCEPTION:
    case ESC_LOAD_PREVIOUS:
        *value = (EscValue){.type = trial->program->fields[index].type | ESC_TYPE_OPTIONAL,
                            .is_missing = true};
        return ESC_OK;
    case ESC_LOAD_DOCUMENT: /* by no function that is tried */
        break;
    }
    return ESC_TRAP;
}

/* --- the host: what a program does ---------------------------------------------------------------- */

static void begin_step(Trial *trial)
{
    esc_buf_string(trial->out, trial->steps++ > 0 ? ",{" : "{");
}

static void end_step(Trial *trial)
{
    const EscProgram *program = trial->program;
    EscPlace place = esc_program_place(
        program, program->functions[trial->run->function].code_first + trial->run->pc);
    esc_buf_string(trial->out, ",\"file\":");
    esc_json_text(trial->out, place.file);
    esc_buf_printf(trial->out, ",\"line\":%u}", place.line);
}

static void write_member(Trial *trial, const char *name, EscText text)
{
    esc_buf_printf(trial->out, ",\"%s\":", name);
    trial_write_text(text, trial->out);
}

/* Nobody follows a route here: its name stands for what it leads to. */
static EscText by_route(const EscProgram *program, const EscEffectRow *site, EscText written)
{
    return site->ref != 0 ? esc_ref_text(program, site->ref) : written;
}

/* What an effect is about, beside its target. */
static void write_subject(Trial *trial, const EscEffectRow *site)
{
    const EscProgram *program = trial->program;
    switch (site->kind) {
    case ESC_EFFECT_SET:
    case ESC_EFFECT_ADD:
    case ESC_EFFECT_REMOVE:
        write_member(trial, "what", text_at(trial, program->fields[site->aux].name));
        break;
    case ESC_EFFECT_CREATE:
        write_member(trial, "what", text_at(trial, site->aux));
        break;
    case ESC_EFFECT_QUEUE:
        write_member(trial, "what", by_route(program, site, text_at(trial, site->aux)));
        break;
    case ESC_EFFECT_CALL:
        write_member(trial, "to",
                     text_at(trial, program->systems[program->actions[site->aux].system].name));
        write_member(trial, "what", text_at(trial, program->actions[site->aux].name));
        break;
    case ESC_EFFECT_RAISE:
        write_member(trial, "what", text_at(trial, program->exceptions[site->aux].name));
        break;
    case ESC_EFFECT_START:
        write_member(trial, "what",
                     by_route(program, site, text_at(trial, program->templates[site->aux].name)));
        break;
    default:
        break;
    }
}

static void write_arguments(Trial *trial, const EscEffectRow *site, const EscValue *arguments,
                            uint32_t count)
{
    esc_buf_string(trial->out, ",\"arguments\":[");
    for (uint32_t i = 0; i < count; i++) {
        const EscEffectArgRow *row = &trial->program->effect_args[site->args_first + i];
        EscText name = text_at(trial, row->name);
        esc_buf_string(trial->out, i > 0 ? ",{" : "{");
        if (name.size > 0) {
            esc_buf_string(trial->out, "\"name\":");
            esc_json_text(trial->out, name);
            esc_buf_char(trial->out, ',');
        }
        esc_buf_string(trial->out, "\"value\":");
        trial_write_value(trial->program, &arguments[i], trial->out);
        esc_buf_char(trial->out, '}');
    }
    esc_buf_char(trial->out, ']');
}

static EscStatus emit(void *context, uint32_t effect, const EscValue *arguments, uint32_t count,
                      EscValue *result)
{
    Trial *trial = context;
    const EscEffectRow *site = &trial->program->effects[effect];
    const EscEffectInfo *info = &esc_effect_info[site->kind];
    begin_step(trial);
    esc_buf_printf(trial->out, "\"do\":\"%s\"", info->name);
    if (site->ref != 0)
        write_member(trial, "to", esc_ref_text(trial->program, site->ref));
    write_subject(trial, site);
    write_arguments(trial, site, arguments, count);
    end_step(trial);
    if (info->result == ESC_KIND_TEXT) { /* what was made has a name */
        EscText name = esc_arena_printf(trial->arena, "%s-%u", info->name, ++trial->results);
        *result = (EscValue){.type = ESC_TYPE(ESC_KIND_TEXT), .text = name};
    }
    return trial->out->status;
}

static EscStatus own(void *context, uint32_t role)
{
    Trial *trial = context;
    trial->role = role;
    begin_step(trial);
    esc_buf_string(trial->out, "\"do\":\"own\"");
    write_member(trial, "to", esc_ref_text(trial->program, ESC_REF(ESC_REF_ROLE, role)));
    end_step(trial);
    return trial->out->status;
}

/* --- waits ---------------------------------------------------------------------------------------- */

static const char *const wait_names[ESC_WAIT_COUNT] = {
    "ack",   "resolved", "condition", "event",      "reply", "answer", "approval",
    "pause", "check",    "raised",    "close_when", "qa",    "chain",
};

static void write_answers(Trial *trial, const EscWaitRow *wait)
{
    if (wait->answers_count == 0)
        return;
    esc_buf_string(trial->out, ",\"answers\":[");
    for (uint32_t i = 0; i < wait->answers_count; i++) {
        if (i > 0)
            esc_buf_char(trial->out, ',');
        esc_json_text(trial->out,
                      text_at(trial, trial->program->answers[wait->answers_first + i].name));
    }
    esc_buf_char(trial->out, ']');
}

static void write_wait(Trial *trial, const EscWaitRow *wait, const char *then)
{
    begin_step(trial);
    esc_buf_printf(trial->out, "\"wait\":\"%s\",\"within\":\"", wait_names[wait->kind]);
    esc_duration_write(trial->out, wait->deadline_ms);
    esc_buf_char(trial->out, '"');
    write_answers(trial, wait);
    esc_buf_printf(trial->out, ",\"then\":\"%s\"", then);
    end_step(trial);
}

/* The result of a wait that is done: what the request says, or else none. */
static EscStatus wait_result(Trial *trial, const EscWaitRow *wait, const EscJson *said_value,
                             EscValue *value)
{
    *value = (EscValue){.type = wait->result_type,
                        .is_missing = esc_type_is_optional(wait->result_type)};
    if (said_value == NULL || wait->result_type == 0)
        return ESC_OK;
    EscStatus status = trial_value(trial->program, trial->arena, ESC_TEXT("waits"), said_value,
                                   wait->result_type, value, &trial->wrong);
    bool is_answer = wait->kind == ESC_WAIT_ANSWER;
    if (status == ESC_OK && is_answer &&
        !(value->number >= 0 && value->number < wait->answers_count &&
          esc_number_floor(value->number) >= value->number))
        return esc_why(&trial->wrong, ESC_BAD_INPUT, "", 0, "waits: there is no such answer");
    return status;
}

/* How a wait ends, by a word of the request. */
typedef struct Ending {
    bool stays, is_late, is_done;
    const EscJson *value; /* of what is done; NULL: none */
} Ending;

static EscStatus read_ending(Trial *trial, const EscJson *word, Ending *ending)
{
    EscText text = word == NULL ? ESC_TEXT("") : esc_json_text_or(word, ESC_TEXT(""));
    *ending = (Ending){.stays = word == NULL,
                       .is_late = esc_text_equal(text, ESC_TEXT("late")),
                       .value = esc_json_member(word, ESC_TEXT("done"))};
    ending->is_done = ending->value != NULL || esc_text_equal(text, ESC_TEXT("done"));
    if (ending->stays || ending->is_late || ending->is_done)
        return ESC_OK;
    return esc_why(&trial->wrong, ESC_BAD_INPUT, "", 0,
                   "waits: a wait ends \"late\", \"done\" or {\"done\": a value}");
}

/* Ends the wait that the run stands at. Behind the last step `close when` is waited for: when that is done the escalation
 * is closed, and nothing of these steps comes after it. */
static EscStatus end_wait(Trial *trial, EscRun *run, const EscJson *word, bool *goes_on)
{
    const EscWaitRow *wait = &trial->program->waits[run->wait];
    Ending ending;
    EscValue result;
    EscStatus status = read_ending(trial, word, &ending);
    if (status != ESC_OK)
        return status;
    trial->is_closed = ending.is_done && wait->kind == ESC_WAIT_CLOSE_WHEN;
    *goes_on = !ending.stays && !trial->is_closed;
    write_wait(trial, wait, ending.stays ? "waits" : ending.is_late ? "late" : "done");
    if (!*goes_on)
        return ESC_OK;
    status = wait_result(trial, wait, ending.value, &result);
    bool has_result = ending.is_done && wait->result_type != 0;
    return status == ESC_OK ? esc_run_resume(run, ending.is_done, has_result ? &result : NULL)
                            : status;
}

/* --- templates ------------------------------------------------------------------------------------ */

static void write_end(Trial *trial, const EscRun *run, EscRunEnd end)
{
    static const char *const words[] = {
        [ESC_RUN_WAITING] = "waiting", [ESC_RUN_RETURNED] = "ended", [ESC_RUN_ENDED] = "ended",
        [ESC_RUN_CLOSE] = "closed",    [ESC_RUN_DONE] = "ended",     [ESC_RUN_GAVE] = "ended"};
    esc_buf_printf(trial->out, "],\"end\":\"%s\"", trial->is_closed ? "closed" : words[end]);
    if (end == ESC_RUN_CLOSE)
        write_member(trial, "outcome", text_at(trial, run->outcome));
    esc_buf_char(trial->out, '}');
}

/* Runs to the end, or to a wait of which the request says nothing. */
static EscStatus run_steps(Trial *trial, const EscHost *host, EscRun *run)
{
    const EscJson *waits = esc_json_member(trial->request, ESC_TEXT("waits"));
    const EscJson *word = waits != NULL && waits->kind == ESC_JSON_LIST ? waits->first : NULL;
    EscRunEnd end = ESC_RUN_WAITING;
    EscStatus status = ESC_OK;
    for (bool goes_on = true; status == ESC_OK && goes_on;) {
        status = esc_run_go(run, host, trial->now_ms, &end, &trial->failed);
        goes_on = end == ESC_RUN_WAITING && trial->steps < STEPS_MAX;
        if (status == ESC_OK && goes_on) {
            status = end_wait(trial, run, word, &goes_on);
            word = word == NULL ? NULL : word->next;
        }
    }
    if (status == ESC_OK)
        write_end(trial, run, end);
    return status;
}

static EscStatus run_template(Trial *trial, uint32_t index)
{
    const EscTemplateRow *row = &trial->program->templates[index];
    EscRun *run = malloc(sizeof *run);
    EscHost host = {.context = trial, .load = load, .emit = emit, .own = own};
    if (run == NULL)
        return ESC_NO_MEMORY;
    trial->function = row->steps;
    trial->roles_first = row->roles_first;
    trial->role = trial->program->roles[row->roles_first].role;
    trial->steps = 0;
    trial->is_closed = false;
    trial->run = run;
    esc_buf_string(trial->out, "{\"template\":");
    esc_json_text(trial->out, text_at(trial, row->name));
    write_member(trial, "title", text_at(trial, row->title));
    esc_buf_string(trial->out, ",\"steps\":[");
    esc_run_init(run, trial->bundle, row->steps, NULL, 0, trial->scratch, ESC_RUN_SCRATCH_MAX);
    EscStatus status = run_steps(trial, &host, run);
    trial->run = NULL;
    free(run);
    return status;
}

/* Whether a trigger of the event holds: the ticket is taken for open. */
static EscStatus trigger_holds(Trial *trial, const EscTriggerRow *trigger, bool *holds)
{
    EscHost host = {.context = trial, .load = load, .emit = emit, .own = own};
    *holds = false;
    if (trigger->kind != ESC_TRIGGER_EVENT || trigger->event != trial->event + 1)
        return ESC_OK;
    trial->function = ESC_NONE;
    return esc_pred_holds(trial->bundle, trigger->pred, &host, trial->now_ms, trial->scratch,
                          ESC_RUN_SCRATCH_MAX, holds);
}

static EscStatus run_all(Trial *trial)
{
    const EscProgram *program = trial->program;
    uint32_t last = ESC_NONE, count = 0;
    esc_buf_string(trial->out, "{\"started\":[");
    for (uint32_t i = 0; i < program->triggers_count; i++) {
        const EscTriggerRow *trigger = &program->triggers[i];
        bool holds = false;
        if (trigger->template == 0 ||
            trigger->template - 1 == last) /* one of its triggers is enough */
            continue;
        EscStatus status = trigger_holds(trial, trigger, &holds);
        if (status == ESC_OK && holds) {
            last = trigger->template - 1;
            esc_buf_string(trial->out, count++ > 0 ? "," : "");
            status = run_template(trial, trigger->template - 1);
        }
        if (status != ESC_OK)
            return status;
    }
    esc_buf_string(trial->out, "]}");
    return trial->out->status;
}

/* --- the request ---------------------------------------------------------------------------------- */

static EscStatus read_event(Trial *trial)
{
    EscText name =
        esc_json_text_or(esc_json_member(trial->request, ESC_TEXT("event")), ESC_TEXT(""));
    for (uint32_t i = 0; i < trial->program->events_count; i++) {
        trial->event = i;
        if (esc_text_equal(text_at(trial, trial->program->events[i].name), name))
            return ESC_OK;
    }
    return esc_why(&trial->wrong, ESC_BAD_INPUT, "", 0, "event: there is no event `%.*s`",
                   ESC_TEXT_ARG(name));
}

static EscStatus read_request(Trial *trial, EscText request)
{
    static const EscJsonLimits limits = {.depth_max = 32, .values_max = 10000};
    EscStatus status =
        esc_json_read(trial->arena, request, &limits, &trial->request, &trial->wrong);
    if (status != ESC_OK)
        return status;
    const EscJson *now = esc_json_member(trial->request, ESC_TEXT("now"));
    if (now != NULL && !esc_time_read(esc_json_text_or(now, ESC_TEXT("")), &trial->now_ms))
        return esc_why(&trial->wrong, ESC_BAD_INPUT, "", 0,
                       "now: this is not a time such as \"2026-01-05T09:00:00Z\"");
    return read_event(trial);
}

EscStatus trial_run(const EscBundle *bundle, EscText request, EscBuf *out, EscWhy *why)
{
    Trial trial = {.bundle = bundle,
                   .program = esc_bundle_program(bundle),
                   .arena = esc_arena_new(ARENA_BYTES_MAX),
                   .scratch = malloc(ESC_RUN_SCRATCH_MAX),
                   .out = out};
    EscStatus status = ESC_NO_MEMORY;
    if (trial.arena != NULL && trial.scratch != NULL)
        status = read_request(&trial, request);
    if (status == ESC_OK)
        status = run_all(&trial);
    if (status != ESC_OK && why != NULL)
        *why = trial.wrong.text[0] != '\0' ? trial.wrong : trial.failed;
    free(trial.scratch);
    esc_arena_free(trial.arena);
    return status;
}
