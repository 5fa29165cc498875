/* verify_sources.c - what comes in and what goes back: V49, V50 and V52. A source knows how its sender is recognised, says for
 * each item what it is, and gives each field a value of its type; what goes back is one call of the action that is named.
 *
 * Columns hold by now: every index may be used without looking. */
#include <esc/vm.h>

#include "vm_internal.h"

static EscStatus verify_event(EscVerify *verify, const EscSourceRow *source, uint32_t i)
{
    const EscSourceEventRow *row = &verify->program->source_events[i];
    bool is_last = i + 1 == source->events_first + source->events_count;
    REJECT_IF(!esc_event_is_brought(row->event), "V49", SOURCE_EVENTS, i,
              "event %u is the engine's own", (unsigned)row->event);
    REJECT_IF(row->cond == 0 && !is_last, "V49", SOURCE_EVENTS, i,
              "it takes every item, and another one stands behind it");
    return row->cond == 0 ? ESC_OK
                          : esc_verify_given(verify, ESC_TABLE_SOURCE_EVENTS, i, row->cond - 1,
                                             ESC_TYPE(ESC_KIND_BOOL));
}

static bool has_field(const EscVerify *verify, const EscSourceRow *source, uint32_t field)
{
    const EscProgram *program = verify->program;
    if (program->fields[field].scope == ESC_SCOPE_TICKET)
        return true;
    for (uint32_t i = source->events_first; i < source->events_first + source->events_count; i++)
        if (esc_event_has_field(verify->bundle, program->source_events[i].event, field))
            return true;
    return false;
}

static EscStatus verify_field(EscVerify *verify, const EscSourceRow *source, uint32_t i)
{
    const EscProgram *program = verify->program;
    const EscSourceFieldRow *row = &program->source_fields[i];
    REJECT_IF(!has_field(verify, source, row->field), "V49", SOURCE_FIELDS, i,
              "no event of this source has field %u", (unsigned)row->field);
    REJECT_IF(i > source->fields_first && row->field <= row[-1].field, "V49", SOURCE_FIELDS, i,
              "fields must ascend within a source");
    return esc_verify_given(verify, ESC_TABLE_SOURCE_FIELDS, i, row->value,
                            program->fields[row->field].type | ESC_TYPE_OPTIONAL);
}

/* The one effect of the function is a call of the action. That it is one, and has its arguments, the pass over code says. */
static bool calls(const EscProgram *program, const EscFunctionRow *function, uint32_t action)
{
    for (uint32_t pc = 0; pc < function->code_count; pc++) {
        const EscInstr *instr = &program->code[function->code_first + pc];
        if (instr->op != ESC_OP_EMIT)
            continue;
        if (instr->imm >= program->effects_count || program->effects[instr->imm].aux != action)
            return false;
    }
    return true;
}

static EscStatus verify_back(EscVerify *verify, const EscSourceRow *source, uint32_t i)
{
    const EscProgram *program = verify->program;
    const EscSourceBackRow *row = &program->source_backs[i];
    REJECT_IF(program->fields[row->field].scope != ESC_SCOPE_TICKET, "V50", SOURCE_BACKS, i,
              "field %u is not one of the ticket", (unsigned)row->field);
    REJECT_IF(i > source->backs_first && row->field <= row[-1].field, "V50", SOURCE_BACKS, i,
              "fields must ascend within a source");
    EscStatus status = esc_verify_entry(verify, ESC_TABLE_SOURCE_BACKS, i, row->arguments,
                                        ESC_FUNCTION_BACK, 0, ESC_NONE);
    if (status != ESC_OK)
        return status;
    REJECT_IF(!calls(program, &program->functions[row->arguments], row->action), "V50",
              SOURCE_BACKS, i, "function %u calls another action", (unsigned)row->arguments);
    return ESC_OK;
}

/* V52. A ticket that is made is known there by what the action gives back; what takes it back is no use without it. */
static EscStatus verify_errand(EscVerify *verify, const EscSourceRow *source, uint32_t i)
{
    const EscProgram *program = verify->program;
    const EscSourceErrandRow *row = &program->source_errands[i];
    bool is_first = i == source->errands_first;
    REJECT_IF(!is_first && row->kind <= row[-1].kind, "V52", SOURCE_ERRANDS, i,
              "kinds must ascend within a source");
    REJECT_IF(row->kind == ESC_ERRAND_TICKET && program->actions[row->action].result == 0, "V52",
              SOURCE_ERRANDS, i, "action %u gives no id back", (unsigned)row->action);
    REJECT_IF(row->kind == ESC_ERRAND_UNDO && (is_first || row[-1].kind != ESC_ERRAND_TICKET), "V52",
              SOURCE_ERRANDS, i, "it takes back what is never made");
    EscStatus status = esc_verify_entry(verify, ESC_TABLE_SOURCE_ERRANDS, i, row->arguments,
                                        ESC_FUNCTION_BACK, 0, ESC_NONE);
    if (status != ESC_OK)
        return status;
    REJECT_IF(!calls(program, &program->functions[row->arguments], row->action), "V52",
              SOURCE_ERRANDS, i, "function %u calls another action", (unsigned)row->arguments);
    return ESC_OK;
}

static EscStatus verify_parts(EscVerify *verify, const EscSourceRow *row)
{
    EscStatus status = ESC_OK;
    uint32_t at = row->events_first, end = at + row->events_count;
    for (; at < end && status == ESC_OK; at++)
        status = verify_event(verify, row, at);
    for (at = row->fields_first, end = at + row->fields_count; at < end && status == ESC_OK; at++)
        status = verify_field(verify, row, at);
    for (at = row->backs_first, end = at + row->backs_count; at < end && status == ESC_OK; at++)
        status = verify_back(verify, row, at);
    for (at = row->errands_first, end = at + row->errands_count; at < end && status == ESC_OK; at++)
        status = verify_errand(verify, row, at);
    return status;
}

static EscStatus verify_source(EscVerify *verify, uint32_t i)
{
    const EscProgram *program = verify->program;
    const EscSourceRow *row = &program->sources[i];
    REJECT_IF(!esc_verify_takes_place((EscVerifyKind)row->verify, (EscVerifyPlace)row->place),
              "V49", SOURCES, i, "what proves its sender stands nowhere or elsewhere");
    REJECT_IF((row->place != ESC_VERIFY_PLACE_NONE) != (row->place_name != 0), "V49", SOURCES, i,
              "a header or a parameter, and only that, has a name");
    REJECT_IF(row->each != 0 && !esc_verify_is_pointer(program->texts[row->each - 1]), "V49",
              SOURCES, i, "this is no pointer into a document");
    REJECT_IF(row->events_count == 0, "V49", SOURCES, i, "nothing says what its items are");
    EscStatus status = row->event_id == 0
                           ? ESC_OK
                           : esc_verify_given(verify, ESC_TABLE_SOURCES, i, row->event_id - 1,
                                              ESC_TYPE(ESC_KIND_TEXT) | ESC_TYPE_OPTIONAL);
    if (status == ESC_OK && row->event_time != 0)
        status = esc_verify_given(verify, ESC_TABLE_SOURCES, i, row->event_time - 1,
                                  ESC_TYPE(ESC_KIND_TIME) | ESC_TYPE_OPTIONAL);
    if (status == ESC_OK && row->left_out != 0)
        status = esc_verify_given(verify, ESC_TABLE_SOURCES, i, row->left_out - 1,
                                  ESC_TYPE(ESC_KIND_TEXT) | ESC_TYPE_OPTIONAL);
    if (status == ESC_OK && row->comment != 0)
        status = esc_verify_given(verify, ESC_TABLE_SOURCES, i, row->comment - 1,
                                  ESC_TYPE(ESC_KIND_TEXT) | ESC_TYPE_OPTIONAL);
    return status == ESC_OK ? verify_parts(verify, row) : status;
}

EscStatus esc_verify_sources(EscVerify *verify)
{
    EscStatus status = esc_verify_names(
        verify, ESC_TABLE_SOURCES, 0, verify->program->sources_count, offsetof(EscSourceRow, name));
    for (uint32_t i = 0; i < verify->program->sources_count && status == ESC_OK; i++)
        status = verify_source(verify, i);
    return status;
}
