/* verify_reaches.c - by which value an event finds escalations of other tickets: V42. A row belongs to a condition that is
 * judged at an event which has the field, and both fields hold values of one kind. Whether the condition demands that they
 * are equal is no question of safety: it is asked as a whole by whoever is found.
 *
 * Columns hold by now: every index may be used without looking. */
#include <esc/vm.h>

#include "vm_internal.h"

static bool is_brought(EscVerify *verify, const EscFunctionRow *function, uint32_t field)
{
    const EscFunctionEventRow *events = verify->program->function_events;
    for (uint32_t i = function->events_first; i < function->events_first + function->events_count;
         i++)
        if (events[i].event >= ESC_EVENT_BUILTIN_COUNT &&
            esc_event_has_field(verify->bundle, events[i].event, field))
            return true;
    return false;
}

static EscStatus verify_reach(EscVerify *verify, uint32_t i)
{
    const EscProgram *program = verify->program;
    const EscReachRow *row = &program->reaches[i];
    const EscFunctionRow *function = &program->functions[row->cond];
    const EscFieldRow *field = &program->fields[row->field],
                      *event_field = &program->fields[row->event_field];
    REJECT_IF(i > 0 && row->cond <= row[-1].cond, "V42", REACHES, i, "conditions must ascend");
    REJECT_IF(function->kind != ESC_FUNCTION_COND || function->event_may_be_missing != 0, "V42",
              REACHES, i, "function %u is no condition at an event", (unsigned)row->cond);
    REJECT_IF(field->scope != ESC_SCOPE_TICKET, "V42", REACHES, i,
              "field %u is not one of the ticket", (unsigned)row->field);
    REJECT_IF(!is_brought(verify, function, row->event_field), "V42", REACHES, i,
              "no event that is declared brings field %u there", (unsigned)row->event_field);
    REJECT_IF(esc_type_kind(field->type) != esc_type_kind(event_field->type) ||
                  esc_type_kind(field->type) == ESC_KIND_LIST,
              "V42", REACHES, i, "the fields do not hold one value of one kind");
    return ESC_OK;
}

EscStatus esc_verify_reaches(EscVerify *verify)
{
    EscStatus status = ESC_OK;
    for (uint32_t i = 0; i < verify->program->reaches_count && status == ESC_OK; i++)
        status = verify_reach(verify, i);
    return status;
}
