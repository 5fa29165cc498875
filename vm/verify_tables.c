/* verify_tables.c - texts, constants, and every column of every table by its kind: V06 to V09.
 *
 * After this pass each index, option, range, type and reference of a row may be used without looking. What rows must be
 * to each other stands in verify_directory.c, verify_programs.c, verify_effects.c and verify_preds.c. */
#include <esc/vm.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "vm_internal.h"

EscStatus esc_verify_bad(EscVerify *verify, const char *check, EscTable table, uint64_t row,
                         const char *format, ...)
{
    static const char *const rest[] = {"TEXTS", "CODE"};
    char sentence[160];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    const char *name =
        table < ESC_TABLE_COUNT ? esc_table_info[table].name : rest[table - ESC_TABLE_COUNT];
    return esc_why(verify->why, ESC_BAD_BUNDLE, check, row, "%s row %llu: %s", name,
                   (unsigned long long)row, sentence);
}

bool esc_verify_type_is_valid(const EscProgram *program, EscType type)
{
    uint32_t kind = esc_type_kind(type);
    if (kind == ESC_KIND_UNSET || kind >= ESC_KIND_COUNT || (type & 0xfe00u) != 0)
        return false;
    return kind == ESC_KIND_ENUM ? esc_type_enum(type) < program->enums_count
                                 : esc_type_enum(type) == 0;
}

bool esc_verify_ref_is_valid(const EscProgram *program, EscRef ref)
{
    uint32_t index = esc_ref_index(ref);
    switch ((uint32_t)esc_ref_kind(ref)) {
    case ESC_REF_PERSON:
        return index < program->persons_count;
    case ESC_REF_TEAM:
    case ESC_REF_TURNS:
        return index < program->teams_count;
    case ESC_REF_SCHEDULE:
        return index < program->schedules_count;
    case ESC_REF_ROUTE:
        return index < program->routes_count;
    case ESC_REF_CHANNEL:
        return index < program->channels_count;
    case ESC_REF_ROLE:
        return index <= 4;
    case ESC_REF_FIELD:
        return index < program->fields_count;
    case ESC_REF_TEMPLATE:
        return index < program->templates_count;
    case ESC_REF_TEXT:
        return index < program->texts_count;
    case ESC_REF_PARAM:
        return index < program->params_count;
    default:
        return false;
    }
}

/* --- texts: V07 --------------------------------------------------------------------------------------------- */

static EscStatus verify_texts(EscVerify *verify)
{
    const EscProgram *program = verify->program;
    if (program->texts_count == 0 || program->texts[0].size != 0)
        return esc_verify_bad(verify, "V07", ESC_TABLE_TEXTS, 0,
                              "the first text must be the empty one");
    for (uint32_t i = 0; i < program->texts_count; i++) {
        EscText text = program->texts[i];
        size_t bad_at = 0;
        if (text.size > ESC_TEXT_MAX)
            return esc_verify_bad(verify, "V07", ESC_TABLE_TEXTS, i, "%zu bytes are too many",
                                  text.size);
        if (!esc_utf8_is_valid(text, &bad_at))
            return esc_verify_bad(verify, "V07", ESC_TABLE_TEXTS, i, "not UTF-8 at byte %zu",
                                  bad_at);
        if (i > 0 && esc_text_compare(program->texts[i - 1], text) >= 0)
            return esc_verify_bad(verify, "V07", ESC_TABLE_TEXTS, i,
                                  "texts must be sorted and unique");
    }
    verify->is_text_used[0] = 1;
    return ESC_OK;
}

/* --- columns: V06 and V08 -------------------------------------------------------------------------------------- */

static bool value_is_in_column(const EscProgram *program, const EscColumn *column, uint32_t value)
{
    switch (column->kind) {
    case ESC_COLUMN_INDEX:
        return value < esc_program_count(program, column->arg);
    case ESC_COLUMN_OPTION:
        return value <= esc_program_count(program, column->arg);
    case ESC_COLUMN_RANGE_FIRST:
        return value <= esc_program_count(program, column->arg);
    case ESC_COLUMN_RANGE_COUNT:
        return value <= esc_program_count(program, column->arg);
    case ESC_COLUMN_CHOICE:
        return value < column->arg;
    case ESC_COLUMN_COUNT:
        return value <= column->arg;
    case ESC_COLUMN_BITS:
        return (value & ~column->arg) == 0;
    case ESC_COLUMN_TYPE:
        return value == 0 || esc_verify_type_is_valid(program, value);
    case ESC_COLUMN_REF:
        return value == 0 || esc_verify_ref_is_valid(program, value);
    case ESC_COLUMN_U32:
    case ESC_COLUMN_I64:
        break;
    }
    return true;
}

static bool kind_is_pool(EscColumnKind kind)
{
    return kind == ESC_COLUMN_CHOICE || kind == ESC_COLUMN_COUNT || kind == ESC_COLUMN_BITS;
}

static void mark_texts(EscVerify *verify, const EscColumn *column, uint32_t value)
{
    if (column->kind == ESC_COLUMN_INDEX && column->arg == ESC_TABLE_TEXTS)
        verify->is_text_used[value] = 1;
    else if (column->kind == ESC_COLUMN_OPTION && column->arg == ESC_TABLE_TEXTS && value > 0)
        verify->is_text_used[value - 1] = 1;
    else if (column->kind == ESC_COLUMN_REF && value != 0 && esc_ref_kind(value) == ESC_REF_TEXT)
        verify->is_text_used[esc_ref_index(value)] = 1;
}

static EscStatus verify_column(EscVerify *verify, EscTable table, const EscColumn *column)
{
    const EscTableInfo *info = &esc_table_info[table];
    const uint8_t *row = esc_program_rows(verify->program, table);
    uint32_t count = esc_program_count(verify->program, table);
    if (column->kind == ESC_COLUMN_I64 || column->kind == ESC_COLUMN_U32)
        return ESC_OK; /* the rules of its table look at it */
    for (uint32_t i = 0; i < count; i++, row += info->struct_size) {
        uint32_t value = (uint32_t)esc_column_value(column, row);
        if (!value_is_in_column(verify->program, column, value))
            return esc_verify_bad(verify, kind_is_pool(column->kind) ? "V08" : "V06", table, i,
                                  "%s is out of range: %u", column->name, (unsigned)value);
        mark_texts(verify, column, value);
    }
    return ESC_OK;
}

/* --- ranges: V06, and V09: no row of a table of parts that no row, or more than one, has as its part ---------------- */

typedef struct Coverage {
    int32_t *changes
        [ESC_TABLE_COUNT]; /* +1 where a range begins, -1 behind its end; NULL: no table of parts */
} Coverage;

static EscStatus cover_range(EscVerify *verify, Coverage *coverage, EscTable table,
                             const EscColumn *column)
{
    const EscTableInfo *info = &esc_table_info[table];
    const uint8_t *row = esc_program_rows(verify->program, table);
    uint32_t parts = esc_program_count(verify->program, column->arg);
    if (coverage->changes[column->arg] == NULL)
        coverage->changes[column->arg] =
            esc_arena_alloc_array(verify->scratch, (size_t)parts + 1, sizeof(int32_t));
    int32_t *changes = coverage->changes[column->arg];
    if (changes == NULL)
        return ESC_NO_MEMORY;
    for (uint32_t i = esc_program_count(verify->program, table); i > 0;
         i--, row += info->struct_size) {
        uint32_t first = (uint32_t)esc_column_value(column, row);
        uint32_t count = (uint32_t)esc_column_value(column + 1, row);
        if (count > parts - first || (count == 0 && first != 0))
            return esc_verify_bad(verify, "V06", table,
                                  esc_program_count(verify->program, table) - i,
                                  "%s and %s leave the table", column->name, column[1].name);
        changes[first]++;
        changes[first + count]--;
    }
    return ESC_OK;
}

/* Events share field rows, and functions may share a list of events; a row of PREDS may be a root. */
static bool parts_may_be_shared(EscTable table)
{
    return table == ESC_TABLE_EVENT_FIELDS || table == ESC_TABLE_FUNCTION_EVENTS;
}

static EscStatus verify_coverage(EscVerify *verify, const Coverage *coverage)
{
    for (EscTable table = 1; table < ESC_TABLE_COUNT; table++) {
        if (!esc_table_is_there(table))
            continue;
        const int32_t *changes = coverage->changes[table];
        int32_t parents = 0;
        for (uint32_t i = 0; changes != NULL && i < esc_program_count(verify->program, table);
             i++) {
            parents += changes[i];
            if (parents == 0 && table != ESC_TABLE_PREDS)
                return esc_verify_bad(verify, "V09", table, i, "no other row has this as its part");
            if (parents > 1 && !parts_may_be_shared(table))
                return esc_verify_bad(verify, "V09", table, i, "%d ranges have this as their part",
                                      (int)parents);
        }
    }
    return ESC_OK;
}

static EscStatus verify_columns(EscVerify *verify)
{
    Coverage coverage = {0};
    for (EscTable table = 1; table < ESC_TABLE_COUNT; table++) {
        if (!esc_table_is_there(table))
            continue;
        const EscTableInfo *info = &esc_table_info[table];
        const EscColumn *columns = info->columns_count == 0 ? NULL : info->columns();
        for (size_t c = 0; c < info->columns_count; c++) {
            EscStatus status = verify_column(verify, table, &columns[c]);
            if (status == ESC_OK && columns[c].kind == ESC_COLUMN_RANGE_FIRST)
                status = cover_range(verify, &coverage, table, &columns[c]);
            if (status != ESC_OK)
                return status;
        }
    }
    return verify_coverage(verify, &coverage);
}

/* --- constants: V06 to V08 ------------------------------------------------------------------------------------------- */

static bool const_is_valid(const EscProgram *program, const EscConstRow *row)
{
    double number;
    memcpy(&number, &row->bits, sizeof number);
    uint64_t bits = (uint64_t)row->bits;
    if (row->kind != ESC_KIND_ENUM && row->detail != 0)
        return false;
    switch (row->kind) {
    case ESC_KIND_BOOL:
        return bits <= 1;
    case ESC_KIND_NUMBER:
        return isfinite(number);
    case ESC_KIND_TEXT:
        return bits < program->texts_count;
    case ESC_KIND_DURATION:
    case ESC_KIND_TIME:
        return esc_bound_holds(ESC_BOUND_SPAN_MS, row->bits);
    case ESC_KIND_ENUM:
        return row->detail < program->enums_count &&
               bits < program->enums[row->detail].members_count;
    case ESC_KIND_REF:
        return bits <= UINT32_MAX && esc_verify_ref_is_valid(program, (EscRef)bits);
    case ESC_KIND_LIST:
        return bits == 0; /* the empty list */
    default:
        return false; /* UNSET has no constants */
    }
}

static bool const_is_behind(const EscConstRow *row, const EscConstRow *before)
{
    if (row->kind != before->kind)
        return row->kind > before->kind;
    if (row->detail != before->detail)
        return row->detail > before->detail;
    return row->bits > before->bits;
}

static EscStatus verify_consts(EscVerify *verify)
{
    const EscProgram *program = verify->program;
    for (uint32_t i = 0; i < program->consts_count; i++) {
        const EscConstRow *row = &program->consts[i];
        if (!const_is_valid(program, row))
            return esc_verify_bad(
                verify, row->kind == ESC_KIND_TEXT || row->kind == ESC_KIND_REF ? "V06" : "V08",
                ESC_TABLE_CONSTS, i, "the value is outside the domain of its kind");
        if (i > 0 && !const_is_behind(row, row - 1))
            return esc_verify_bad(verify, "V07", ESC_TABLE_CONSTS, i,
                                  "constants must be sorted and unique");
        if (row->kind == ESC_KIND_TEXT)
            verify->is_text_used[row->bits] = 1;
        if (row->kind == ESC_KIND_REF && esc_ref_kind((EscRef)row->bits) == ESC_REF_TEXT)
            verify->is_text_used[esc_ref_index((EscRef)row->bits)] = 1;
    }
    return ESC_OK;
}

EscStatus esc_verify_tables(EscVerify *verify)
{
    if (verify->program->meta_count != 1)
        return esc_verify_bad(verify, "V06", ESC_TABLE_META, 0, "there must be exactly one row");
    EscStatus status = verify_texts(verify);
    if (status == ESC_OK)
        status = verify_columns(verify);
    if (status == ESC_OK)
        status = verify_consts(verify);
    return status;
}

/* --- unused: V09 ----------------------------------------------------------------------------------------------------- */

static EscStatus verify_used(EscVerify *verify, EscTable table, const uint8_t *is_used,
                             const char *what)
{
    for (uint32_t i = 0; i < esc_program_count(verify->program, table); i++) {
        if (!is_used[i])
            return esc_verify_bad(verify, "V09", table, i, "%s", what);
    }
    return ESC_OK;
}

EscStatus esc_verify_unused(EscVerify *verify)
{
    EscStatus status =
        verify_used(verify, ESC_TABLE_TEXTS, verify->is_text_used, "nothing uses this text");
    if (status == ESC_OK)
        status = verify_used(verify, ESC_TABLE_CONSTS, verify->is_const_used,
                             "no instruction uses this constant");
    if (status == ESC_OK)
        status = verify_used(verify, ESC_TABLE_FUNCTIONS, verify->is_function_named,
                             "nothing enters this function");
    if (status == ESC_OK)
        status = verify_used(verify, ESC_TABLE_DOCUMENT_PATHS, verify->is_path_used,
                             "no instruction reads this place");
    return status;
}
