/* verify_groupings.c - what tickets are grouped by: V41. A template has one key at most, and a key is made of fields of the
 * ticket that have one value.
 *
 * Columns hold by now: every index may be used without looking. */
#include <esc/vm.h>

#include "vm_internal.h"

static EscStatus verify_key(EscVerify *verify, const EscGroupingRow *row, uint32_t i)
{
    const EscProgram *program = verify->program;
    uint32_t index = program->grouping_keys[i].field;
    const EscFieldRow *field = &program->fields[index];
    REJECT_IF(field->scope != ESC_SCOPE_TICKET, "V41", GROUPING_KEYS, i,
              "field %u is not one of the ticket", (unsigned)index);
    REJECT_IF(esc_type_kind(field->type) == ESC_KIND_LIST, "V41", GROUPING_KEYS, i,
              "a list has many values, and a key is one");
    for (uint32_t k = row->keys_first; k < i; k++)
        REJECT_IF(program->grouping_keys[k].field == index, "V41", GROUPING_KEYS, i,
                  "the field is a part of the key already");
    return ESC_OK;
}

EscStatus esc_verify_groupings(EscVerify *verify)
{
    const EscProgram *program = verify->program;
    for (uint32_t i = 0; i < program->groupings_count; i++) {
        const EscGroupingRow *row = &program->groupings[i];
        REJECT_IF(i > 0 && row->template <= row[-1].template, "V41", GROUPINGS, i,
                  "templates must ascend");
        REJECT_UNLESS_BOUND(GROUP_KEYS, row->keys_count, GROUPINGS, i);
        REJECT_UNLESS_BOUND_OR_0(GROUP_MS, row->within_ms, GROUPINGS, i);
        for (uint32_t k = row->keys_first; k < row->keys_first + row->keys_count; k++) {
            EscStatus status = verify_key(verify, row, k);
            if (status != ESC_OK)
                return status;
        }
    }
    return ESC_OK;
}
