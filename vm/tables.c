/* tables.c - the .def files as arrays: opcodes, effects, facts, and one description of every table's columns that the
 * reader, the writer, the checks and the documentation share. Nothing here decides anything. */
#include <esc/vm.h>

#include <string.h>

#include "vm_internal.h"

/* --- opcodes ---------------------------------------------------------------------------------------------- */

#define ESC_OP(number, NAME, a_, b_, c_, imm_, cost_, flags_, text_)                               \
    [number] = {.name = #NAME,                                                                     \
                .a = ESC_OPERAND_##a_,                                                             \
                .b = ESC_OPERAND_##b_,                                                             \
                .c = ESC_OPERAND_##c_,                                                             \
                .imm = ESC_OPERAND_##imm_,                                                         \
                .flags = flags_,                                                                   \
                .cost = cost_,                                                                     \
                .text = text_},
const EscOpInfo esc_op_info[256] = {
#include <esc/opcodes.def>
};
#undef ESC_OP

/* --- effects ------------------------------------------------------------------------------------------------ */

/* A row writes its fixed arguments as (), (TEXT) or (TEXT, TEXT); + 0 makes an initialiser of an empty list too. */
#define TEXT ESC_KIND_TEXT
#define FIXED_LIST(...)                                                                            \
    {                                                                                              \
        __VA_ARGS__ + 0                                                                            \
    }
#define RESULT_NONE ESC_KIND_UNSET
#define RESULT_TEXT ESC_KIND_TEXT
#define IN_BODIES ESC_FUNCTIONS_BODIES
#define IN_BODIES_AND_CLOSING (ESC_FUNCTIONS_BODIES | ESC_FUNCTION_BIT(CLOSING))
#define IN_CALLING (ESC_FUNCTIONS_BODIES | ESC_FUNCTION_BIT(UNDO) | ESC_FUNCTION_BIT(BACK))
#define IN_ACTING ESC_FUNCTIONS_ACTING
#define IN_TELLING (ESC_FUNCTIONS_ACTING | ESC_FUNCTION_BIT(CLOSING))
#define IN_WAITING ESC_FUNCTIONS_WAITING
#define IN_REQUEST ESC_FUNCTION_BIT(REQUEST)
#define ESC_EFFECT(number, NAME, name_, fixed_, extra_, result_, flags_, functions_, ref_, aux_,   \
                   extra_ms_, opens_, text_)                                                       \
    [number] = {.name = #name_,                                                                    \
                .fixed = FIXED_LIST fixed_,                                                        \
                .result = RESULT_##result_,                                                        \
                .flags = flags_,                                                                   \
                .text = text_,                                                                     \
                .extra = ESC_EXTRA_##extra_,                                                       \
                .ref = ESC_SITE_REF_##ref_,                                                        \
                .aux = ESC_SITE_AUX_##aux_,                                                        \
                .extra_ms = ESC_SITE_EXTRA_##extra_ms_,                                            \
                .opens = ESC_OPENS_##opens_,                                                       \
                .functions = IN_##functions_},
const EscEffectInfo esc_effect_info[ESC_EFFECT_COUNT] = {
#include <esc/effects.def>
};
#undef ESC_EFFECT
#undef TEXT

/* --- facts ---------------------------------------------------------------------------------------------------- */

/* The one enum among the facts is role, row 0 of ENUMS, so its packed type is the kind alone. */
#define ESC_FACT(number, NAME, path_, kind_, is_optional_)                                         \
    [number] = {.path = path_,                                                                     \
                .type = ESC_TYPE(ESC_KIND_##kind_) | ((is_optional_) ? ESC_TYPE_OPTIONAL : 0)},
const EscBoundInfo esc_bound_info[ESC_BOUND_COUNT] = {
#define ESC_BOUND(NAME, low, high, check, code, what) {low, high, check, code, what},
#define ESC_RULE(NAME, check, code, what)
#include <esc/bounds.def>
#undef ESC_BOUND
#undef ESC_RULE
};

const EscBoundInfo esc_rule_info[ESC_RULE_COUNT] = {
#define ESC_BOUND(NAME, low, high, check, code, what)
#define ESC_RULE(NAME, check, code, what) {0, 0, check, code, what},
#include <esc/bounds.def>
#undef ESC_BOUND
#undef ESC_RULE
};

bool esc_bound_holds(EscBound bound, int64_t value)
{
    return value >= esc_bound_info[bound].low && value <= esc_bound_info[bound].high;
}

int64_t esc_moment_ms(int64_t whole_ms, uint32_t percent, int64_t before_ms)
{
    return percent > 0 ? whole_ms / 100 * percent : whole_ms - before_ms;
}

const EscFactInfo esc_fact_info[ESC_FACT_COUNT] = {
#include <esc/facts.def>
};
#undef ESC_FACT

/* --- columns ---------------------------------------------------------------------------------------------------- */

const char *const esc_column_kind_names[] = {
    [ESC_COLUMN_INDEX] = "INDEX",
    [ESC_COLUMN_OPTION] = "OPTION",
    [ESC_COLUMN_RANGE_FIRST] = "RANGE_FIRST",
    [ESC_COLUMN_RANGE_COUNT] = "RANGE_COUNT",
    [ESC_COLUMN_CHOICE] = "CHOICE",
    [ESC_COLUMN_COUNT] = "COUNT",
    [ESC_COLUMN_BITS] = "BITS",
    [ESC_COLUMN_TYPE] = "TYPE",
    [ESC_COLUMN_REF] = "REF",
    [ESC_COLUMN_U32] = "U32",
    [ESC_COLUMN_I64] = "I64",
};

#define ARG_INDEX(arg) ESC_TABLE_##arg
#define ARG_OPTION(arg) ESC_TABLE_##arg
#define ARG_RANGE_FIRST(arg) ESC_TABLE_##arg
#define ARG_RANGE_COUNT(arg) ESC_TABLE_##arg
#define ARG_CHOICE(arg) arg
#define ARG_COUNT(arg) arg
#define ARG_BITS(arg) arg
#define ARG_TYPE(arg) 0
#define ARG_REF(arg) 0
#define ARG_U32(arg) 0
#define ARG_I64(arg) 0

/* Each table's columns stand in a function of their own, where offsetof can name the row struct as Row: a column's line
 * in tables.def does not say whose it is. */
#define ESC_TABLE(number, NAME, Struct, member, rows_max_, what_)                                  \
    static const EscColumn *columns_##NAME(void)                                                   \
    {                                                                                              \
        typedef Struct Row;                                                                        \
        static const EscColumn columns[] = {
#define ESC_COL(name_, KIND, arg_, what_)                                                          \
    {.name = #name_,                                                                               \
     .kind = ESC_COLUMN_##KIND,                                                                    \
     .arg = ARG_##KIND(arg_),                                                                      \
     .offset = offsetof(Row, name_),                                                               \
     .what = what_},
#define ESC_TABLE_END(NAME, Struct)                                                                \
    }                                                                                              \
    ;                                                                                              \
    return columns;                                                                                \
    }
#include <esc/tables.def>
#undef ESC_TABLE
#undef ESC_COL
#undef ESC_TABLE_END

/* The same rows once more: how many columns a table has. */
#define ESC_TABLE(number, NAME, Struct, member, rows_max_, what_) enum { columns_count_##NAME = 0
#define ESC_COL(name_, KIND, arg_, what_) +1
#define ESC_TABLE_END(NAME, Struct)                                                                \
    }                                                                                              \
    ;
#include <esc/tables.def>
#undef ESC_TABLE
#undef ESC_COL
#undef ESC_TABLE_END

#define ESC_TABLE(number, NAME, Struct, member, rows_max_, what_)                                  \
    _Static_assert(columns_count_##NAME <= ESC_COLUMNS_MAX, "more columns than readers hold");
#define ESC_COL(name_, KIND, arg_, what_)
#define ESC_TABLE_END(NAME, Struct)
#include <esc/tables.def>
#undef ESC_TABLE
#undef ESC_COL
#undef ESC_TABLE_END

#define ESC_TABLE(number, NAME, Struct, member_, rows_max_, what_)                                 \
    [ESC_TABLE_##NAME] = {.name = #NAME,                                                           \
                          .columns = columns_##NAME,                                               \
                          .columns_count = columns_count_##NAME,                                   \
                          .struct_size = sizeof(Struct),                                           \
                          .rows_offset = offsetof(EscProgram, member_),                            \
                          .count_offset = offsetof(EscProgram, member_##_count),                   \
                          .rows_max = rows_max_,                                                   \
                          .what = what_},
#define ESC_COL(name_, KIND, arg_, what_)
#define ESC_TABLE_END(NAME, Struct)
const EscTableInfo esc_table_info[ESC_TABLE_COUNT] = {
#include <esc/tables.def>
};
#undef ESC_TABLE
#undef ESC_COL
#undef ESC_TABLE_END

/* --- access by table number ---------------------------------------------------------------------------------------- */

bool esc_table_is_there(EscTable table)
{
    return table > 0 && table < ESC_TABLE_COUNT && esc_table_info[table].name != NULL;
}

uint32_t esc_program_count(const EscProgram *program, EscTable table)
{
    if (table == ESC_TABLE_TEXTS)
        return program->texts_count;
    if (table == ESC_TABLE_CODE)
        return program->code_count;
    if (!esc_table_is_there(table))
        return 0;
    uint32_t count;
    memcpy(&count, (const uint8_t *)program + esc_table_info[table].count_offset, sizeof count);
    return count;
}

const uint8_t *esc_program_rows(const EscProgram *program, EscTable table)
{
    const void *rows;
    memcpy(&rows, (const uint8_t *)program + esc_table_info[table].rows_offset, sizeof rows);
    return rows;
}

int64_t esc_column_value(const EscColumn *column, const uint8_t *row)
{
    if (column->kind == ESC_COLUMN_I64) {
        int64_t wide;
        memcpy(&wide, row + column->offset, sizeof wide);
        return wide;
    }
    uint32_t narrow;
    memcpy(&narrow, row + column->offset, sizeof narrow);
    return narrow;
}

const EscGroupingRow *esc_grouping_of(const EscProgram *program, uint32_t template_index)
{
    uint32_t low = 0, high = program->groupings_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (program->groupings[middle].template <template_index)
            low = middle + 1;
        else
            high = middle;
    }
    bool is_there =
        low < program->groupings_count && program->groupings[low].template == template_index;
    return is_there ? &program->groupings[low] : NULL;
}

EscValue esc_field_default(const EscFieldRow *field)
{
    EscValue value = {.type = field->type, .is_missing = esc_type_is_optional(field->type)};
    if (!field->has_default || value.is_missing)
        return value;
    switch (esc_type_kind(field->type)) {
    case ESC_KIND_BOOL:
        value.truth = field->default_value != 0;
        break;
    case ESC_KIND_NUMBER:
        memcpy(&value.number, &field->default_value, sizeof value.number);
        break;
    case ESC_KIND_ENUM:
        value.member = (uint32_t)field->default_value;
        break;
    default:
        break;
    }
    return value;
}
