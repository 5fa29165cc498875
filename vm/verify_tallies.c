/* verify_tallies.c - what starts know of other tickets: keys are fields with one value that the event or the ticket has,
 * counts and silences have bounds, and nobody asks whether itself is open (V06, V08, V09, V12, V35). Whether templates hold each
 * other back is no question of safety: the checker asks it. */
#include "vm_internal.h"

static EscStatus verify_keys(EscVerify *verify, EscTable table, uint32_t row, uint32_t first,
                             uint32_t count, uint32_t event, bool may_be_ticket)
{
    const EscProgram *program = verify->program;
    if (!esc_bound_holds(ESC_BOUND_KEYS, count))
        return esc_verify_bad(verify, esc_bound_info[ESC_BOUND_KEYS].check, table, row,
                              "a key has too many fields");
    for (uint32_t i = first; i < first + count; i++) {
        uint32_t index = program->keys[i].field;
        const EscFieldRow *field = &program->fields[index];
        bool is_there = field->scope == ESC_SCOPE_TICKET
                            ? may_be_ticket
                            : field->scope == ESC_SCOPE_EVENT &&
                                  esc_event_has_field(verify->bundle, event, index);
        REJECT_IF(!is_there, "V35", KEYS, i, "there is no such field where the key is made");
        REJECT_IF(esc_type_kind(field->type) == ESC_KIND_LIST, "V12", KEYS, i,
                  "a list has many values, and a key is one");
    }
    return ESC_OK;
}

static EscStatus verify_tally(EscVerify *verify, uint32_t i)
{
    const EscTallyRow *row = &verify->program->tallies[i];
    REJECT_UNLESS_BOUND(TALLY_MS, row->within_ms, TALLIES, i);
    REJECT_UNLESS_BOUND(TALLY_OVER, row->over, TALLIES, i);
    return verify_keys(verify, ESC_TABLE_TALLIES, i, row->keys_first, row->keys_count, row->event,
                       true);
}

static EscStatus verify_open(EscVerify *verify, uint32_t i)
{
    const EscProgram *program = verify->program;
    const EscFieldRow *field = &program->fields[program->opens[i].field];
    REJECT_IF(field->scope != ESC_SCOPE_TICKET, "V35", OPENS, i,
              "only fields of the ticket are compared");
    REJECT_IF(esc_type_kind(field->type) == ESC_KIND_LIST, "V12", OPENS, i,
              "a list has many values, and a key is one");
    return ESC_OK;
}

static EscStatus verify_silence(EscVerify *verify, uint32_t i)
{
    const EscTriggerRow *row = &verify->program->triggers[i];
    if (row->kind != ESC_TRIGGER_SILENCE) {
        REJECT_IF(row->keys_count != 0, "V35", TRIGGERS, i, "only a silence has keys");
        return ESC_OK;
    }
    REJECT_IF(row->event - 1 < ESC_EVENT_BUILTIN_COUNT, "V35", TRIGGERS, i,
              "a silence is one of an event that is declared");
    REJECT_UNLESS_BOUND(TALLY_MS, row->for_ms, TRIGGERS, i);
    REJECT_IF(row->for_calendar != 0, "V35", TRIGGERS, i, "a silence is no length of hours");
    return verify_keys(verify, ESC_TABLE_TRIGGERS, i, row->keys_first, row->keys_count,
                       row->event - 1, false);
}

/* --- each is asked for ------------------------------------------------------------------------ */

static EscStatus verify_uses(EscVerify *verify, EscPred kind, EscTable table)
{
    const EscProgram *program = verify->program;
    uint32_t count = esc_program_count(program, table);
    uint8_t *is_used = esc_arena_alloc(verify->scratch, count);
    if (is_used == NULL)
        return ESC_NO_MEMORY;
    for (uint32_t i = 0; i < program->preds_count; i++) {
        const EscPredRow *row = &program->preds[i];
        REJECT_IF(row->kind == (uint32_t)kind && row->detail >= count, "V06", PREDS, i,
                  "it asks for row %u of a table that has not so many", (unsigned)row->detail);
        if (row->kind == (uint32_t)kind)
            is_used[row->detail] = 1;
    }
    for (uint32_t i = 0; i < count; i++)
        if (!is_used[i])
            return esc_verify_bad(verify, "V09", table, i, "no condition asks for it");
    return ESC_OK;
}

EscStatus esc_verify_tallies(EscVerify *verify)
{
    const EscProgram *program = verify->program;
    EscStatus status = verify_uses(verify, ESC_PRED_TALLY, ESC_TABLE_TALLIES);
    if (status == ESC_OK)
        status = verify_uses(verify, ESC_PRED_OPEN, ESC_TABLE_OPENS);
    for (uint32_t i = 0; i < program->tallies_count && status == ESC_OK; i++)
        status = verify_tally(verify, i);
    for (uint32_t i = 0; i < program->opens_count && status == ESC_OK; i++)
        status = verify_open(verify, i);
    for (uint32_t i = 0; i < program->triggers_count && status == ESC_OK; i++)
        status = verify_silence(verify, i);
    return status;
}

EscStatus esc_verify_tally_pred(EscVerify *verify, uint32_t i, const EscTriggerRow *trigger)
{
    const EscProgram *program = verify->program;
    const EscPredRow *row = &program->preds[i];
    if (row->kind == ESC_PRED_OPEN) {
        REJECT_IF(trigger->template == 0 || trigger->kind == ESC_TRIGGER_SILENCE, "V35", PREDS, i,
                  "only the start of a template on a ticket asks what is open");
        REJECT_IF(program->opens[row->detail].template + 1 == trigger->template, "V35", PREDS, i,
                  "a template is not held back by itself");
        return ESC_OK;
    }
    REJECT_IF(trigger->kind != ESC_TRIGGER_EVENT || trigger->template == 0 || trigger->is_level ||
                  trigger->for_ms != 0 || program->tallies[row->detail].event != trigger->event - 1,
              "V35", PREDS, i, "only the event that is counted exceeds a count, and at once");
    return ESC_OK;
}
