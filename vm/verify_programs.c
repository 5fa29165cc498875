/* verify_programs.c - the rules of templates, functions and wait points: V20 (where a wait may lead), V25 (which function a row
 * may enter), V30 (every wait has a deadline), V31 (owners), V35 (the schema), V36 (what runs beside a wait). */
#include <esc/vm.h>

#include "vm_internal.h"

#define NO_LENGTH "there is no length that its hours count"

/* --- functions ------------------------------------------------------------------------------------------------- */

static bool function_may_wait(uint32_t kind)
{
    return kind == ESC_FUNCTION_STEPS || kind == ESC_FUNCTION_CATCH || kind == ESC_FUNCTION_CLOSING;
}

static bool function_has_template(uint32_t kind)
{
    return function_may_wait(kind) || kind == ESC_FUNCTION_HANDLER ||
           kind == ESC_FUNCTION_REMINDER || kind == ESC_FUNCTION_QA_ELSE;
}

static EscStatus verify_function(EscVerify *verify, uint32_t i)
{
    const EscProgram *program = verify->program;
    const EscFunctionRow *row = &program->functions[i];
    bool has_action = row->kind == ESC_FUNCTION_REQUEST || row->kind == ESC_FUNCTION_UNDO;
    REJECT_UNLESS_BOUND(FUNCTION_CODE, row->code_count, FUNCTIONS, i);
    REJECT_IF(function_has_template(row->kind) && row->template == 0, "V25", FUNCTIONS, i,
              "it belongs to no template");
    REJECT_IF(has_action != (row->action != 0), "V25", FUNCTIONS, i,
              "REQUEST and UNDO functions name their action, others none");
    REJECT_IF((row->kind == ESC_FUNCTION_DOCUMENT) != (row->gives != 0), "V48", FUNCTIONS, i,
              "what reads a document, and only that, gives a value");
    REJECT_IF(row->at_wait != 0 && row->kind != ESC_FUNCTION_COND &&
                  row->kind != ESC_FUNCTION_REMINDER,
              "V36", FUNCTIONS, i, "only conditions and reminders run beside a wait");
    verify->steps += row->events_count;
    for (uint32_t e = row->events_first + 1; e < row->events_first + row->events_count; e++)
        REJECT_IF(program->function_events[e].event <= program->function_events[e - 1].event, "V35",
                  FUNCTION_EVENTS, e, "events must ascend within a function");
    return ESC_OK;
}

static EscStatus verify_functions(EscVerify *verify)
{
    const EscProgram *program = verify->program;
    uint64_t end = 0;
    for (uint32_t i = 0; i < program->functions_count; i++) {
        const EscFunctionRow *row = &program->functions[i];
        REJECT_IF(row->code_first != end || row->code_count > program->code_count - end, "V06",
                  FUNCTIONS, i, "functions must follow each other in CODE");
        end += row->code_count;
        EscStatus status = verify_function(verify, i);
        if (status != ESC_OK)
            return status;
    }
    REJECT_IF(end != program->code_count, "V09", CODE, end, "this belongs to no function");
    return ESC_OK;
}

/* --- templates ----------------------------------------------------------------------------------------------------- */

static bool ref_can_own(const EscProgram *program, uint32_t template, EscRef ref)
{
    switch (esc_ref_kind(ref)) {
    case ESC_REF_PERSON:
    case ESC_REF_TEAM:
    case ESC_REF_TURNS:
    case ESC_REF_SCHEDULE:
    case ESC_REF_ROUTE:
        return true;
    case ESC_REF_FIELD:
        return program->fields[esc_ref_index(ref)].scope == ESC_SCOPE_TICKET &&
               esc_type_kind(program->fields[esc_ref_index(ref)].type) == ESC_KIND_TEXT;
    case ESC_REF_PARAM:
        return esc_param_names(program, template + 1, esc_ref_index(ref));
    default:
        return false;
    }
}

static EscStatus verify_role(EscVerify *verify, uint32_t template, uint32_t r)
{
    const EscProgram *program = verify->program;
    const EscRoleRow *role = &program->roles[r];
    REJECT_IF(!ref_can_own(program, template, role->owner), "V31", ROLES, r,
              "this can own nothing");
    for (uint32_t i = role->others_first; i < role->others_first + role->others_count; i++)
        REJECT_IF(!ref_can_own(program, template, program->role_owners[i].owner), "V31",
                  ROLE_OWNERS, i, "this can own nothing");
    REJECT_IF(role->follows_shift != 0 &&
                  (esc_ref_kind(role->owner) != ESC_REF_SCHEDULE || role->others_count > 0),
              "V31", ROLES, r, "it follows the shifts of what is not one schedule");
    REJECT_UNLESS_BOUND(DEADLINE_MS, role->ack_ms, ROLES, r);
    REJECT_UNLESS_BOUND_OR_0(HOLD_MS, role->hold_ms, ROLES, r);
    REJECT_IF(role->hold_calendar != 0 && role->hold_ms == 0, "V44", ROLES, r, NO_LENGTH);
    REJECT_UNLESS_BOUND_OR_0(ACK_PEOPLE, role->ack_count, ROLES, r);
    return ESC_OK;
}

static EscStatus verify_owners(EscVerify *verify, uint32_t template)
{
    const EscProgram *program = verify->program;
    const EscTemplateRow *row = &program->templates[template];
    REJECT_IF(row->roles_count == 0, "V31", TEMPLATES, template, "it has no owner");
    REJECT_IF(row->postmortem_role != 0 &&
                  row->postmortem_role - 1 - row->roles_first >= row->roles_count,
              "V31", TEMPLATES, template, "the post-mortem's role is not one of the template's");
    REJECT_UNLESS_BOUND(CHAIN_LEVELS, row->roles_count, TEMPLATES, template);
    for (uint32_t r = row->roles_first; r < row->roles_first + row->roles_count; r++) {
        const EscRoleRow *role = &program->roles[r];
        uint32_t before = r > row->roles_first ? role[-1].role : ESC_ROLE_PRIMARY;
        REJECT_IF(role->role < before, "V31", ROLES, r, "the roles are not in their order");
        REJECT_IF(r > row->roles_first && role->role == before && role->role != ESC_ROLE_ESCALATION,
                  "V31", ROLES, r, "the role is there twice");
        EscStatus status = verify_role(verify, template, r);
        if (status != ESC_OK)
            return status;
    }
    return ESC_OK;
}

static EscStatus verify_checks(EscVerify *verify, uint32_t template)
{
    const EscProgram *program = verify->program;
    const EscTemplateRow *row = &program->templates[template];
    for (uint32_t c = row->checks_first; c < row->checks_first + row->checks_count; c++) {
        const EscCheckRow *check = &program->checks[c];
        REJECT_IF((check->kind == ESC_CHECK_CONDITION) != (check->cond != 0), "V25", CHECKS, c,
                  "a condition, and only that, has a function");
        REJECT_IF(check->kind == ESC_CHECK_CONFIRMED && check->text == 0, "V08", CHECKS, c,
                  "it does not say what is confirmed");
        REJECT_IF(check->kind != ESC_CHECK_DELIVERED && check->proof != 0, "V08", CHECKS, c,
                  "only `delivered` asks for a proof");
        REJECT_UNLESS_BOUND_OR_0(DEADLINE_MS, check->within_ms, CHECKS, c);
        REJECT_IF(check->timing == ESC_TIMING_WITHIN && check->within_ms == 0, "V30", CHECKS, c,
                  "it has no time");
        EscStatus status = ESC_OK;
        if (check->cond != 0)
            status = esc_verify_entry(verify, ESC_TABLE_CHECKS, c, check->cond - 1,
                                      ESC_FUNCTION_COND, template + 1, ESC_EVENT_UNKNOWN);
        if (status == ESC_OK && check->otherwise != 0)
            status = esc_verify_entry(verify, ESC_TABLE_CHECKS, c, check->otherwise - 1,
                                      ESC_FUNCTION_QA_ELSE, template + 1, ESC_EVENT_UNKNOWN);
        if (status != ESC_OK)
            return status;
    }
    return ESC_OK;
}

static EscStatus verify_handlers(EscVerify *verify, uint32_t template)
{
    const EscProgram *program = verify->program;
    const EscTemplateRow *row = &program->templates[template];
    for (uint32_t h = row->handlers_first; h < row->handlers_first + row->handlers_count; h++) {
        const EscHandlerRow *handler = &program->handlers[h];
        EscStatus status = esc_verify_entry(verify, ESC_TABLE_HANDLERS, h, handler->body,
                                            ESC_FUNCTION_HANDLER, template + 1, handler->event);
        if (status == ESC_OK && handler->cond != 0)
            status = esc_verify_entry(verify, ESC_TABLE_HANDLERS, h, handler->cond - 1,
                                      ESC_FUNCTION_COND, template + 1, handler->event);
        if (status != ESC_OK)
            return status;
    }
    return ESC_OK;
}

/* Named ones first, then catch-alls of the author's, of which the last alone may have no condition, and triage behind
 * all: no exception is left to nobody. */
static EscStatus verify_catches(EscVerify *verify, uint32_t template)
{
    const EscProgram *program = verify->program;
    const EscTemplateRow *row = &program->templates[template];
    uint32_t end = row->catches_first + row->catches_count;
    REJECT_IF(row->catches_count == 0, "V31", TEMPLATES, template,
              "it has no triage for exceptions");
    for (uint32_t c = row->catches_first; c < end; c++) {
        const EscCatchRow *catch = &program->catches[c];
        REJECT_IF(c + 1 == end && (catch->exception != 0 || catch->cond != 0), "V31", CATCHES, c,
                  "triage, which takes every exception, must be the last");
        REJECT_IF(c + 2 < end && catch->exception == 0 && catch->cond == 0, "V31", CATCHES, c,
                  "a catch-all stands before handlers of other exceptions");
        EscStatus status = esc_verify_entry(verify, ESC_TABLE_CATCHES, c, catch->body,
                                            ESC_FUNCTION_CATCH, template + 1, ESC_EVENT_UNKNOWN);
        if (status == ESC_OK && catch->cond != 0)
            status = esc_verify_entry(verify, ESC_TABLE_CATCHES, c, catch->cond - 1,
                                      ESC_FUNCTION_COND, template + 1, ESC_EVENT_UNKNOWN);
        if (status != ESC_OK)
            return status;
    }
    return ESC_OK;
}

static EscStatus verify_template(EscVerify *verify, uint32_t i)
{
    const EscTemplateRow *row = &verify->program->templates[i];
    REJECT_IF(row->again_after_ms < 0 ||
                  row->again_after_ms > esc_bound_info[ESC_BOUND_AGAIN_MS].high,
              "V08", TEMPLATES, i, "again_after_ms is out of range"); /* below a second: V32 */
    REJECT_UNLESS_BOUND_OR_0(POSTMORTEM_MS, row->postmortem_due_ms, TEMPLATES, i);
    REJECT_IF((row->again_calendar != 0 && row->again_after_ms == 0) ||
                  (row->postmortem_calendar != 0 && row->postmortem_due_ms == 0),
              "V44", TEMPLATES, i, NO_LENGTH);
    /* Triggers name the events that start the steps; a person who starts them brings none. */
    uint32_t start_event = row->is_manual ? ESC_NONE : ESC_EVENT_UNKNOWN;
    EscStatus status = esc_verify_entry(verify, ESC_TABLE_TEMPLATES, i, row->steps,
                                        ESC_FUNCTION_STEPS, i + 1, start_event);
    if (status == ESC_OK)
        status = esc_verify_entry(verify, ESC_TABLE_TEMPLATES, i, row->closing,
                                  ESC_FUNCTION_CLOSING, i + 1, ESC_EVENT_UNKNOWN);
    if (status == ESC_OK && row->close_when != 0)
        status = esc_verify_entry(verify, ESC_TABLE_TEMPLATES, i, row->close_when - 1,
                                  ESC_FUNCTION_COND, i + 1, ESC_EVENT_UNKNOWN);
    if (status == ESC_OK)
        status = verify_owners(verify, i);
    if (status == ESC_OK)
        status = verify_handlers(verify, i);
    if (status == ESC_OK)
        status = verify_catches(verify, i);
    if (status == ESC_OK)
        status = verify_checks(verify, i);
    return status;
}

static EscStatus verify_trigger(EscVerify *verify, uint32_t i)
{
    const EscProgram *program = verify->program;
    const EscTriggerRow *row = &program->triggers[i];
    bool is_event = row->kind == ESC_TRIGGER_EVENT, is_clock = row->kind == ESC_TRIGGER_SLA;
    REJECT_IF(is_clock == (row->event != 0), "V35", TRIGGERS, i,
              "a trigger has a clock or an event");
    REJECT_IF(!is_clock && (row->clock != 0 || row->overdue_ms != 0), "V08", TRIGGERS, i,
              "an event trigger has no clock");
    bool reports_fields = is_event && (row->event == ESC_EVENT_TICKET_CREATED + 1 ||
                                       row->event == ESC_EVENT_TICKET_UPDATED + 1);
    REJECT_IF(!reports_fields && (row->is_level || row->is_unresolved), "V35", TRIGGERS, i,
              "only what ticket.created and ticket.updated report is level");
    REJECT_UNLESS_BOUND_OR_0(OVERDUE_MS, row->overdue_ms, TRIGGERS, i);
    REJECT_IF(is_clock && row->for_ms != 0, "V35", TRIGGERS, i,
              "a clock that is over has no time to hold besides");
    REJECT_UNLESS_BOUND_OR_0(HOLD_MS, row->for_ms, TRIGGERS, i);
    REJECT_IF((row->for_calendar != 0 && row->for_ms == 0) ||
                  (row->overdue_calendar != 0 && row->overdue_ms == 0),
              "V44", TRIGGERS, i, NO_LENGTH);
    REJECT_IF((row->template != 0) == (row->automation != 0), "V25", TRIGGERS, i,
              "it is a template's or an automation's");
    REJECT_IF((row->automation != 0) != (row->body != 0), "V25", TRIGGERS, i,
              "an automation's, and only that, has a body of its own");
    REJECT_IF(row->automation != 0 && !is_event, "V35", TRIGGERS, i,
              "an automation acts on an event");
    uint32_t entry = row->body != 0 ? row->body - 1 : program->templates[row->template - 1].steps;
    return esc_verify_entry(verify, ESC_TABLE_TRIGGERS, i, entry,
                            row->body != 0 ? ESC_FUNCTION_AUTOMATION : ESC_FUNCTION_STEPS,
                            row->template, is_clock ? ESC_NONE : row->event - 1);
}

/* --- wait points --------------------------------------------------------------------------------------------------- */

/* A function that runs beside wait `i`: it must start with the registers of just that wait. */
static EscStatus verify_beside(EscVerify *verify, uint32_t i, uint32_t function, EscFunction kind)
{
    const EscProgram *program = verify->program;
    const EscFunctionRow *row = &program->functions[function];
    verify->is_function_named[function] = 1;
    REJECT_IF(row->kind != (uint32_t)kind || row->at_wait != i + 1, "V36", WAITS, i,
              "function %u is not made to run beside this wait", (unsigned)function);
    REJECT_IF(row->template != program->functions[program->waits[i].function].template, "V25",
              WAITS, i, "function %u belongs to another template", (unsigned)function);
    return ESC_OK;
}

/* When a reminder is due; those of a wait ascend, and none is there twice. */
static EscStatus verify_moment(EscVerify *verify, uint32_t wait, uint32_t i)
{
    const EscProgram *program = verify->program;
    const EscWaitRow *row = &program->waits[wait];
    const EscReminderRow *reminder = &program->reminders[i];
    REJECT_IF((reminder->percent == 0) == (reminder->before_ms == 0), "V08", REMINDERS, i,
              "a reminder has a share or a time before the end");
    REJECT_UNLESS_BOUND_OR_0(BEFORE_DUE_MS, reminder->before_ms, REMINDERS, i);
    REJECT_IF(reminder->before_ms >= row->deadline_ms, "V08", REMINDERS, i,
              "the wait is not longer than that");
    if (i == row->reminders_first)
        return ESC_OK;
    int64_t at_ms = esc_moment_ms(row->deadline_ms, reminder->percent, reminder->before_ms),
            before_ms =
                esc_moment_ms(row->deadline_ms, reminder[-1].percent, reminder[-1].before_ms);
    bool is_behind = at_ms > before_ms ||
                     (at_ms == before_ms && reminder[-1].percent > 0 && reminder->percent == 0);
    REJECT_IF(!is_behind, "V08", REMINDERS, i, "reminders must ascend");
    return ESC_OK;
}

static EscStatus verify_wait_parts(EscVerify *verify, uint32_t i)
{
    const EscProgram *program = verify->program;
    const EscWaitRow *row = &program->waits[i];
    bool may_have_cond = row->kind == ESC_WAIT_CONDITION || row->kind == ESC_WAIT_EVENT ||
                         row->kind == ESC_WAIT_CLOSE_WHEN || row->kind == ESC_WAIT_ROUND;
    REJECT_IF((row->kind == ESC_WAIT_EVENT) != (row->event != 0), "V35", WAITS, i,
              "an event wait, and only that, names an event");
    REJECT_IF((row->kind == ESC_WAIT_CHECK) != (row->check != 0), "V25", WAITS, i,
              "a check wait, and only that, names a check");
    REJECT_IF(row->kind == ESC_WAIT_CONDITION && row->cond == 0, "V25", WAITS, i,
              "it does not say what it waits for");
    REJECT_IF(!may_have_cond && row->cond != 0, "V25", WAITS, i,
              "this kind of wait has no condition");
    EscStatus status =
        row->cond == 0 ? ESC_OK : verify_beside(verify, i, row->cond - 1, ESC_FUNCTION_COND);
    for (uint32_t r = row->reminders_first;
         r < row->reminders_first + row->reminders_count && status == ESC_OK; r++) {
        const EscReminderRow *reminder = &program->reminders[r];
        status = verify_moment(verify, i, r);
        if (status != ESC_OK)
            break;
        status = verify_beside(verify, i, reminder->body, ESC_FUNCTION_REMINDER);
    }
    return status;
}

static EscStatus verify_wait_result(EscVerify *verify, uint32_t i)
{
    const EscWaitRow *row = &verify->program->waits[i];
    bool is_fine = row->result_type == 0 && row->result_register == 0;
    if (row->kind == ESC_WAIT_REPLY)
        is_fine = is_fine || row->result_type == (ESC_TYPE(ESC_KIND_TEXT) | ESC_TYPE_OPTIONAL);
    if (row->kind == ESC_WAIT_ANSWER)
        is_fine = row->result_type == ESC_TYPE(ESC_KIND_NUMBER);
    REJECT_IF(!is_fine, "V19", WAITS, i, "the result is not what this kind of wait gives");
    REJECT_IF(row->kind != ESC_WAIT_ANSWER && row->answers_count > 0, "V35", WAITS, i,
              "only a question has answers");
    if (row->kind == ESC_WAIT_ANSWER)
        REJECT_UNLESS_BOUND(ANSWERS, row->answers_count, WAITS, i);
    return ESC_OK;
}

static EscStatus verify_wait(EscVerify *verify, uint32_t i)
{
    const EscProgram *program = verify->program;
    const EscWaitRow *row = &program->waits[i];
    const EscFunctionRow *function = &program->functions[row->function];
    REJECT_IF(!function_may_wait(function->kind), "V36", WAITS, i, "function %u may not wait",
              (unsigned)row->function);
    REJECT_IF(row->pc >= function->code_count, "V06", WAITS, i,
              "its instruction is outside the function");
    REJECT_IF(row->timeout <= row->pc || row->timeout >= function->code_count, "V30", WAITS, i,
              "nothing is said for the time-out");
    REJECT_IF((row->kind == ESC_WAIT_PAUSE || row->kind == ESC_WAIT_RAISED) &&
                  row->timeout != row->pc + 1,
              "V30", WAITS, i, "this kind of wait goes on when its time is up");
    REJECT_UNLESS_BOUND(DEADLINE_MS, row->deadline_ms, WAITS, i);
    if (row->kind == ESC_WAIT_ROUND)
        REJECT_UNLESS_BOUND(EVERY_MS, row->deadline_ms, WAITS, i);
    REJECT_IF((row->kind == ESC_WAIT_QA) && function->kind != ESC_FUNCTION_CLOSING, "V34", WAITS, i,
              "only CLOSING waits for QA");
    REJECT_IF(row->kind != ESC_WAIT_QA && row->kind != ESC_WAIT_RAISED &&
                  function->kind == ESC_FUNCTION_CLOSING,
              "V34", WAITS, i, "CLOSING waits for QA and nothing else");
    EscStatus status = verify_wait_parts(verify, i);
    return status == ESC_OK ? verify_wait_result(verify, i) : status;
}

EscStatus esc_verify_programs(EscVerify *verify)
{
    const EscProgram *program = verify->program;
    EscStatus status = verify_functions(verify);
    for (uint32_t i = 0; i < program->templates_count && status == ESC_OK; i++)
        status = verify_template(verify, i);
    for (uint32_t i = 0; i < program->triggers_count && status == ESC_OK; i++)
        status = verify_trigger(verify, i);
    for (uint32_t i = 0; i < program->waits_count && status == ESC_OK; i++)
        status = verify_wait(verify, i);
    if (status == ESC_OK)
        status = esc_verify_names(verify, ESC_TABLE_TEMPLATES, 0, program->templates_count,
                                  offsetof(EscTemplateRow, name));
    if (status == ESC_OK)
        status = esc_verify_names(verify, ESC_TABLE_AUTOMATIONS, 0, program->automations_count,
                                  offsetof(EscAutomationRow, name));
    return status;
}
