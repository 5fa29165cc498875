/* bytecode_doc.c - keeps the generated parts of docs/bytecode.md equal to the .def files that the VM is made from.
 *
 *   bytecode-doc FILE            writes the parts anew
 *   bytecode-doc --check FILE    exit status 1 and a sentence when a part is stale
 *
 * A part stands between a line `<!-- generated: NAME -->` and a line `<!-- end -->`; everything else in the file is prose and stays. */
#include <esc/vm.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vm_internal.h"

enum { FILE_BYTES_MAX = 1 << 20 };

/* --- the parts --------------------------------------------------------------------------------------------------- */

static const char *const operand_names[ESC_OPERAND_KIND_COUNT + 1] = {
    [ESC_OPERAND_NONE] = "",
    [ESC_OPERAND_REG] = "register",
    [ESC_OPERAND_OUT_SAME] = "out, type of b",
    [ESC_OPERAND_OUT_ANY] = "out",
    [ESC_OPERAND_OUT_BOOL] = "out bool",
    [ESC_OPERAND_OUT_NUMBER] = "out number",
    [ESC_OPERAND_OUT_TEXT] = "out text",
    [ESC_OPERAND_OUT_DURATION] = "out duration",
    [ESC_OPERAND_OUT_TIME] = "out time",
    [ESC_OPERAND_IN_ANY] = "in",
    [ESC_OPERAND_IN_OPTIONAL] = "in optional",
    [ESC_OPERAND_IN_BOOL] = "in bool",
    [ESC_OPERAND_IN_NUMBER] = "in number",
    [ESC_OPERAND_IN_TEXT] = "in text",
    [ESC_OPERAND_IN_TEXTS] = "in texts",
    [ESC_OPERAND_IN_DURATION] = "in duration",
    [ESC_OPERAND_IN_TIME] = "in time",
    [ESC_OPERAND_IN_ENUM] = "in enum",
    [ESC_OPERAND_IN_LIST] = "in list",
    [ESC_OPERAND_IN_REF] = "in ref",
    [ESC_OPERAND_COUNT] = "count",
    [ESC_OPERAND_CONST] = "constant",
    [ESC_OPERAND_TYPE] = "type",
    [ESC_OPERAND_FIELD] = "field",
    [ESC_OPERAND_FACT] = "fact",
    [ESC_OPERAND_TARGET] = "target",
    [ESC_OPERAND_BACK] = "loop",
    [ESC_OPERAND_ROUNDS] = "rounds",
    [ESC_OPERAND_UNIT] = "unit",
    [ESC_OPERAND_END_MODE] = "end mode",
    [ESC_OPERAND_ROLE] = "role",
    [ESC_OPERAND_EFFECT] = "effect site",
    [ESC_OPERAND_WAIT] = "wait point",
    [ESC_OPERAND_CLOCK] = "clock",
    [ESC_OPERAND_FORM] = "form",
    [ESC_OPERAND_PARAM] = "parameter",
    [ESC_OPERAND_DATE] = "date",
    [ESC_OPERAND_CALENDAR] = "calendar",
    [ESC_OPERAND_DOCUMENT] = "document path",
    [ESC_OPERAND_TEXT] = "text",
};

static const char *const kind_names[ESC_KIND_COUNT] = {"",     "bool", "number", "text", "duration",
                                                       "time", "enum", "list",   "ref"};

static void write_opcodes(EscBuf *out)
{
    esc_buf_string(out, "| opcode | name | a | b | c | imm | cost | what it does |\n| --- | --- | "
                        "--- | --- | --- | --- | --- | --- |\n");
    for (uint32_t op = 0; op < 256; op++) {
        const EscOpInfo *info = &esc_op_info[op];
        if (info->name == NULL)
            continue;
        esc_buf_printf(out, "| 0x%02x | `%s` | %s | %s | %s | %s | %u | %s |\n", (unsigned)op,
                       info->name, operand_names[info->a], operand_names[info->b],
                       operand_names[info->c], operand_names[info->imm], (unsigned)info->cost,
                       info->text);
    }
}

static void write_effects(EscBuf *out)
{
    static const char *const extras[] = {[ESC_EXTRA_NONE] = "",
                                         [ESC_EXTRA_FIELDS] = "fields",
                                         [ESC_EXTRA_HELD] = "what the action's parts hold",
                                         [ESC_EXTRA_PARAMS] = "the action's parameters",
                                         [ESC_EXTRA_RAISED] = "named",
                                         [ESC_EXTRA_ANY1] = "one of any type",
                                         [ESC_EXTRA_FIELD] = "one of any type",
                                         [ESC_EXTRA_STARTED] =
                                             "the template's parameters, behind a ticket or none"};
    esc_buf_string(out, "| number | effect | arguments | then | result | site |\n| --- | --- | --- "
                        "| --- | --- | --- |\n");
    for (uint32_t kind = 1; kind < ESC_EFFECT_COUNT; kind++) {
        const EscEffectInfo *info = &esc_effect_info[kind];
        const char *comma = info->fixed[1] != 0 ? ", " : "";
        esc_buf_printf(out, "| %u | `%s` | %s%s%s | %s | %s | %s |\n", (unsigned)kind, info->name,
                       kind_names[info->fixed[0]], comma, kind_names[info->fixed[1]],
                       extras[info->extra], kind_names[info->result], info->text);
    }
}

static void write_facts(EscBuf *out)
{
    esc_buf_string(out, "| number | fact | type |\n| --- | --- | --- |\n");
    for (uint32_t i = 0; i < ESC_FACT_COUNT; i++)
        esc_buf_printf(out, "| %u | `%s` | %s%s |\n", (unsigned)i, esc_fact_info[i].path,
                       kind_names[esc_type_kind(esc_fact_info[i].type)],
                       esc_type_is_optional(esc_fact_info[i].type) ? ", optional" : "");
}

static void write_column_kind(EscBuf *out, const EscColumn *column)
{
    esc_buf_string(out, esc_column_kind_names[column->kind]);
    switch (column->kind) {
    case ESC_COLUMN_INDEX:
    case ESC_COLUMN_OPTION:
    case ESC_COLUMN_RANGE_FIRST:
    case ESC_COLUMN_RANGE_COUNT:
        esc_buf_printf(out, " %s",
                       column->arg == ESC_TABLE_TEXTS ? "TEXTS" : esc_table_info[column->arg].name);
        break;
    case ESC_COLUMN_CHOICE:
        esc_buf_printf(out, " < %u", (unsigned)column->arg);
        break;
    case ESC_COLUMN_COUNT:
        esc_buf_printf(out, " ≤ %u", (unsigned)column->arg);
        break;
    case ESC_COLUMN_BITS:
        esc_buf_printf(out, " 0x%x", (unsigned)column->arg);
        break;
    case ESC_COLUMN_TYPE:
    case ESC_COLUMN_REF:
    case ESC_COLUMN_U32:
    case ESC_COLUMN_I64:
        break;
    }
}

static void write_tables(EscBuf *out)
{
    for (EscTable table = 1; table < ESC_TABLE_COUNT; table++) {
        if (!esc_table_is_there(table))
            continue;
        const EscTableInfo *info = &esc_table_info[table];
        if (info->name == NULL)
            continue;
        const EscColumn *columns = info->columns();
        esc_buf_printf(out, "\n**%u %s**, at most %u rows", (unsigned)table, info->name,
                       (unsigned)info->rows_max);
        esc_buf_printf(out, "%s%s\n\n| column | kind | what |\n| --- | --- | --- |\n",
                       info->what[0] == '\0' ? "" : ": ", info->what);
        for (size_t c = 0; c < info->columns_count; c++) {
            esc_buf_printf(out, "| `%s` | ", columns[c].name);
            write_column_kind(out, &columns[c]);
            esc_buf_printf(out, " | %s |\n", columns[c].what);
        }
    }
}

static void write_limits(EscBuf *out)
{
    const struct {
        const char *what;
        unsigned long long value;
    } limits[] = {
        {"bytes of a bundle", ESC_BUNDLE_BYTES_MAX},
        {"texts", ESC_TEXTS_ROWS_MAX},
        {"instructions of a bundle", ESC_CODE_ROWS_MAX},
        {"instructions of a function", ESC_FUNCTION_CODE_MAX},
        {"registers", ESC_REGISTERS_MAX},
        {"loops within each other", ESC_LOOP_DEPTH_MAX},
        {"rounds of a loop, items of a list", ESC_LIST_ITEMS_MAX},
        {"fuel of a run-to-suspend", ESC_RUN_COST_MAX},
        {"effects of a run-to-suspend", ESC_RUN_EFFECTS_MAX},
        {"texts made in a run-to-suspend", ESC_RUN_TEXTS_MAX},
        {"bytes of a text in a register", ESC_TEXT_MAX},
        {"arguments of an effect", ESC_EFFECT_ARGS_MAX},
        {"bytes of a snapshot", ESC_SNAPSHOT_BYTES_MAX},
        {"shortest deadline, ms", ESC_DEADLINE_MIN_MS},
        {"longest deadline, ms", ESC_DEADLINE_MAX_MS},
        {"nesting of a trigger condition", ESC_PRED_DEPTH_MAX},
    };
    esc_buf_string(out, "| limit | value |\n| --- | --- |\n");
    for (size_t i = 0; i < ESC_COUNT_OF(limits); i++)
        esc_buf_printf(out, "| %s | %llu |\n", limits[i].what, limits[i].value);
}

static void write_bounds(EscBuf *out)
{
    esc_buf_string(out,
                   "| what | from | to | verifier | compiler |\n| --- | --- | --- | --- | --- |\n");
    for (uint32_t i = 0; i < ESC_BOUND_COUNT; i++) {
        const EscBoundInfo *info = &esc_bound_info[i];
        if (info->check[0] != '\0')
            esc_buf_printf(out, "| %s | %lld | %lld | %s | %s |\n", info->what,
                           (long long)info->low, (long long)info->high, info->check, info->code);
    }
    for (uint32_t i = 0; i < ESC_RULE_COUNT; i++)
        esc_buf_printf(out, "| %s | | | %s | %s |\n", esc_rule_info[i].what, esc_rule_info[i].check,
                       esc_rule_info[i].code);
}

static const struct Part {
    const char *name;
    void (*write)(EscBuf *out);
} parts[] = {
    {"opcodes", write_opcodes}, {"effects", write_effects}, {"facts", write_facts},
    {"tables", write_tables},   {"bounds", write_bounds},   {"limits", write_limits},
};

/* --- the file ------------------------------------------------------------------------------------------------------- */

static bool read_file(const char *path, EscBuf *text)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return false;
    char block[4096];
    size_t size;
    while ((size = fread(block, 1, sizeof block, file)) > 0)
        esc_buf_append(text, block, size);
    bool is_read = ferror(file) == 0;
    fclose(file);
    return is_read && text->status == ESC_OK;
}

static bool write_file(const char *path, const EscBuf *text)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL)
        return false;
    bool is_written = fwrite(text->data, 1, text->size, file) == text->size;
    return fclose(file) == 0 && is_written;
}

static EscText take_line(EscText *rest)
{
    const char *end = memchr(rest->data, '\n', rest->size);
    size_t size = end == NULL ? rest->size : (size_t)(end - rest->data) + 1;
    EscText line = {rest->data, size};
    *rest = (EscText){rest->data + size, rest->size - size};
    return line;
}

/* Writes the part that a `<!-- generated: NAME -->` line asks for. */
static bool write_part(EscText line, EscBuf *out)
{
    for (size_t i = 0; i < ESC_COUNT_OF(parts); i++) {
        char wanted[64];
        snprintf(wanted, sizeof wanted, "<!-- generated: %s -->\n", parts[i].name);
        if (!esc_text_equal(line, esc_text_from(wanted)))
            continue;
        parts[i].write(out);
        return true;
    }
    return false;
}

/* Copies prose and makes generated parts anew. False when a part has no end or nobody knows it. */
static bool make(EscText rest, EscBuf *out)
{
    while (rest.size > 0) {
        EscText line = take_line(&rest);
        esc_buf_text(out, line);
        if (!esc_text_starts_with(line, ESC_TEXT("<!-- generated: ")))
            continue;
        if (!write_part(line, out))
            return false;
        do {
            if (rest.size == 0)
                return false;
            line = take_line(&rest);
        } while (!esc_text_equal(line, ESC_TEXT("<!-- end -->\n")));
        esc_buf_text(out, line);
    }
    return out->status == ESC_OK;
}

int main(int count, char **arguments)
{
    bool is_check = count == 3 && strcmp(arguments[1], "--check") == 0;
    if (count != 2 && !is_check) {
        fprintf(stderr, "usage: bytecode-doc [--check] FILE\n");
        return 2;
    }
    const char *path = arguments[count - 1];
    EscBuf before, after;
    esc_buf_init(&before, FILE_BYTES_MAX);
    esc_buf_init(&after, FILE_BYTES_MAX);
    int status = 0;
    if (!read_file(path, &before) || !make(esc_buf_as_text(&before), &after)) {
        fprintf(stderr,
                "bytecode-doc: cannot make %s: it is unreadable, or a generated part is unknown or "
                "has no end\n",
                path);
        status = 4;
    } else if (is_check && !esc_text_equal(esc_buf_as_text(&before), esc_buf_as_text(&after))) {
        fprintf(stderr, "bytecode-doc: %s is stale; run bytecode-doc on it\n", path);
        status = 1;
    } else if (!is_check && !write_file(path, &after)) {
        fprintf(stderr, "bytecode-doc: cannot write %s\n", path);
        status = 4;
    }
    esc_buf_release(&before);
    esc_buf_release(&after);
    if (is_check) /* tests/run_all counts by this line */
        printf("%d passed, %d failed\n", status == 0, status != 0);
    return status;
}
