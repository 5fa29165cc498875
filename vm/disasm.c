/* disasm.c - a program as people read it: tables first, then each function with its constants, fields, texts and targets
 * spelled out and the author's line beside the code. It reads verified and unverified programs alike, so every index is
 * looked at before it is used. */
#include <esc/vm.h>

#include <string.h>

#include "vm_internal.h"

typedef struct Writer {
    const EscProgram *program;
    EscSourceLine source_line;
    void *context;
    EscBuf *out;
} Writer;

/* --- pieces --------------------------------------------------------------------------------------------------------- */

static EscText text_at(const Writer *writer, uint32_t index)
{
    return index < writer->program->texts_count ? writer->program->texts[index] : ESC_TEXT("?");
}

static void write_text(Writer *writer, EscText text)
{
    esc_buf_text(writer->out, text);
}

static void write_quoted(Writer *writer, EscText text)
{
    EscText start = esc_utf8_cut(text, 60);
    esc_json_text(writer->out, start);
    if (start.size < text.size)
        esc_buf_string(writer->out, "…");
}

static void write_type(Writer *writer, EscType type)
{
    static const char *const names[ESC_KIND_COUNT] = {"unset", "bool", "number", "text", "duration",
                                                      "time",  "enum", "list",   "ref"};
    EscKind kind = esc_type_kind(type);
    esc_buf_string(writer->out, (uint32_t)kind < ESC_KIND_COUNT ? names[kind] : "?");
    if (kind == ESC_KIND_ENUM && esc_type_enum(type) < writer->program->enums_count) {
        esc_buf_char(writer->out, ' ');
        write_text(writer, text_at(writer, writer->program->enums[esc_type_enum(type)].name));
    }
    if (esc_type_is_optional(type))
        esc_buf_char(writer->out, '?');
}

static void write_ref(Writer *writer, EscRef ref)
{
    static const char *const kinds[ESC_REF_COUNT] = {"none",     "person",  "team",  "schedule",
                                                     "route",    "channel", "role",  "field",
                                                     "template", "text",    "turns", "parameter"};
    EscRefKind kind = esc_ref_kind(ref);
    esc_buf_string(writer->out, (uint32_t)kind < ESC_REF_COUNT ? kinds[kind] : "?");
    if (ref != 0 && esc_verify_ref_is_valid(writer->program, ref)) {
        esc_buf_char(writer->out, ' ');
        write_text(writer, esc_ref_text(writer->program, ref));
    }
}

static void write_member(Writer *writer, uint32_t enum_index, uint64_t member)
{
    const EscProgram *program = writer->program;
    if (enum_index >= program->enums_count || member >= program->enums[enum_index].members_count) {
        esc_buf_char(writer->out, '?');
        return;
    }
    write_text(
        writer,
        text_at(writer, program->members[program->enums[enum_index].members_first + member].name));
}

static void write_const(Writer *writer, uint32_t index)
{
    if (index >= writer->program->consts_count) {
        esc_buf_char(writer->out, '?');
        return;
    }
    const EscConstRow *row = &writer->program->consts[index];
    double number;
    memcpy(&number, &row->bits, sizeof number);
    switch (row->kind) {
    case ESC_KIND_BOOL:
        esc_buf_string(writer->out, row->bits != 0 ? "true" : "false");
        break;
    case ESC_KIND_NUMBER:
        esc_json_number(writer->out, number);
        break;
    case ESC_KIND_TEXT:
        write_quoted(writer, text_at(writer, (uint32_t)row->bits));
        break;
    case ESC_KIND_DURATION:
        esc_duration_write(writer->out, row->bits);
        break;
    case ESC_KIND_TIME:
        esc_time_write(writer->out, row->bits);
        break;
    case ESC_KIND_ENUM:
        write_member(writer, row->detail, (uint64_t)row->bits);
        break;
    case ESC_KIND_REF:
        write_ref(writer, (EscRef)row->bits);
        break;
    case ESC_KIND_LIST:
        esc_buf_string(writer->out, "[]");
        break;
    default:
        esc_buf_char(writer->out, '?');
        break;
    }
}

static void write_field(Writer *writer, uint32_t index)
{
    static const char *const scopes[ESC_SCOPE_COUNT] = {"ticket.", "event.", "exception."};
    if (index >= writer->program->fields_count) {
        esc_buf_char(writer->out, '?');
        return;
    }
    const EscFieldRow *row = &writer->program->fields[index];
    esc_buf_string(writer->out, row->scope < ESC_SCOPE_COUNT ? scopes[row->scope] : "?.");
    write_text(writer, text_at(writer, row->name));
}

/* --- effects and waits ------------------------------------------------------------------------------------------------ */

static void write_action(Writer *writer, uint32_t index)
{
    const EscProgram *program = writer->program;
    if (index >= program->actions_count ||
        program->actions[index].system >= program->systems_count) {
        esc_buf_string(writer->out, "none");
        return;
    }
    write_text(writer, text_at(writer, program->systems[program->actions[index].system].name));
    esc_buf_char(writer->out, '.');
    write_text(writer, text_at(writer, program->actions[index].name));
}

static void write_effect_aux(Writer *writer, const EscEffectRow *row)
{
    static const char *const methods[ESC_METHOD_COUNT] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
    const EscProgram *program = writer->program;
    EscBuf *out = writer->out;
    EscSiteAux aux = (EscSiteAux)esc_effect_info[row->kind].aux;
    if (row->ref != 0 && (aux == ESC_SITE_AUX_QUEUE || aux == ESC_SITE_AUX_TEMPLATE))
        return; /* a route says it */
    switch (aux) {
    case ESC_SITE_AUX_FIELD:
    case ESC_SITE_AUX_LIST:
        write_field(writer, row->aux);
        break;
    case ESC_SITE_AUX_TEXT:
    case ESC_SITE_AUX_QUEUE:
        write_quoted(writer, text_at(writer, row->aux));
        break;
    case ESC_SITE_AUX_ACTION:
    case ESC_SITE_AUX_INVERSE:
        write_action(writer, row->aux);
        break;
    case ESC_SITE_AUX_EXCEPTION:
        write_text(writer, row->aux < program->exceptions_count
                               ? text_at(writer, program->exceptions[row->aux].name)
                               : ESC_TEXT("?"));
        break;
    case ESC_SITE_AUX_TEMPLATE:
        write_text(writer, row->aux < program->templates_count
                               ? text_at(writer, program->templates[row->aux].name)
                               : ESC_TEXT("?"));
        break;
    case ESC_SITE_AUX_SOURCE:
        write_text(writer, row->aux < program->sources_count
                               ? text_at(writer, program->sources[row->aux].name)
                               : ESC_TEXT("?"));
        break;
    case ESC_SITE_AUX_COMMENT:
        esc_buf_string(out, row->aux == ESC_ERRAND_COMMENT_PUBLIC ? "public" : "internal");
        break;
    case ESC_SITE_AUX_METHOD:
        esc_buf_string(out, row->aux < ESC_METHOD_COUNT ? methods[row->aux] : "?");
        break;
    case ESC_SITE_AUX_EXPECT:
        esc_buf_string(out, row->aux == ESC_EXPECT_ACKED ? "expect acked within "
                                                         : "expect resolved within ");
        esc_duration_write(out, row->extra_ms);
        break;
    case ESC_SITE_AUX_ZERO:
    case ESC_SITE_AUX_CONTACT:
    case ESC_SITE_AUX_EVIDENCE:
    case ESC_SITE_AUX_APPROVALS:
    case ESC_SITE_AUX_CHECK:
        if (row->aux != 0)
            esc_buf_printf(out, "%u", (unsigned)row->aux);
        break;
    }
}

static void write_effect(Writer *writer, uint32_t index)
{
    if (index >= writer->program->effects_count ||
        writer->program->effects[index].kind >= ESC_EFFECT_COUNT ||
        esc_effect_info[writer->program->effects[index].kind].name == NULL) {
        esc_buf_char(writer->out, '?');
        return;
    }
    const EscEffectRow *row = &writer->program->effects[index];
    esc_buf_string(writer->out, esc_effect_info[row->kind].name);
    if (row->ref != 0) {
        esc_buf_char(writer->out, ' ');
        write_ref(writer, row->ref);
    }
    esc_buf_char(writer->out, ' ');
    write_effect_aux(writer, row);
}

static void write_wait(Writer *writer, uint32_t index)
{
    static const char *const kinds[ESC_WAIT_COUNT] = {
        "ack",   "resolved", "condition", "event",      "reply", "answer", "approval",
        "pause", "check",    "raised",    "close_when", "qa",    "chain",  "round"};
    if (index >= writer->program->waits_count) {
        esc_buf_char(writer->out, '?');
        return;
    }
    const EscWaitRow *row = &writer->program->waits[index];
    esc_buf_printf(writer->out, "%s within ", row->kind < ESC_WAIT_COUNT ? kinds[row->kind] : "?");
    esc_duration_write(writer->out, row->deadline_ms);
    esc_buf_printf(writer->out, ", else L%u", (unsigned)row->timeout);
    if (row->cond != 0)
        esc_buf_printf(writer->out, ", function %u", (unsigned)(row->cond - 1));
    if (row->result_type != 0)
        esc_buf_printf(writer->out, ", result r%u", (unsigned)row->result_register);
}

static void write_param(Writer *writer, uint32_t param)
{
    const EscProgram *program = writer->program;
    write_text(writer, param < program->params_count ? text_at(writer, program->params[param].name)
                                                     : ESC_TEXT("?"));
}

/* "2026-12-24 18:00" */
static void write_date(Writer *writer, uint32_t index)
{
    if (index >= writer->program->dates_count) {
        esc_buf_char(writer->out, '?');
        return;
    }
    int64_t minute = writer->program->dates[index].local_minute, year = 0;
    int64_t rest = (minute % 1440 + 1440) % 1440;
    unsigned month = 0, day = 0;
    esc_date_from_days((minute - rest) / 1440, &year, &month, &day);
    esc_buf_printf(writer->out, "%04d-%02u-%02u %02d:%02d", (int)year, month, day, (int)(rest / 60),
                   (int)(rest % 60));
}

/* "item/labels/severity as text?" */
static void write_document(Writer *writer, uint32_t index)
{
    static const char *const roots[ESC_DOCUMENT_ROOT_COUNT] = {"body", "item", "headers"};
    static const char *const forms[ESC_DOCUMENT_FORM_COUNT] = {"", " of json", " of pairs"};
    if (index >= writer->program->document_paths_count) {
        esc_buf_char(writer->out, '?');
        return;
    }
    const EscDocumentPathRow *row = &writer->program->document_paths[index];
    esc_buf_string(writer->out, row->root < ESC_DOCUMENT_ROOT_COUNT ? roots[row->root] : "?");
    write_text(writer, text_at(writer, row->pointer));
    esc_buf_string(writer->out, " as ");
    write_type(writer, row->type);
    esc_buf_string(writer->out, row->form < ESC_DOCUMENT_FORM_COUNT ? forms[row->form] : " of ?");
}

static void write_calendar(Writer *writer, uint32_t index)
{
    const EscProgram *program = writer->program;
    write_text(writer, index < program->calendars_count
                           ? text_at(writer, program->calendars[index].name)
                           : ESC_TEXT("?"));
}

/* " + 2d" */
static void write_distance(EscBuf *out, int64_t ms)
{
    esc_buf_string(out, ms < 0 ? " - " : " + ");
    esc_duration_write(out, ms < 0 ? -ms : ms);
}

static void write_time(Writer *writer, const EscClockRow *row)
{
    if (row->source == ESC_CLOCK_SOURCE_DATE)
        write_date(writer, row->index);
    else if (row->source == ESC_CLOCK_SOURCE_FACT)
        esc_buf_string(writer->out,
                       row->index < ESC_FACT_COUNT ? esc_fact_info[row->index].path : "?");
    else if (row->source == ESC_CLOCK_SOURCE_PARAM)
        write_param(writer, row->index);
    else
        write_field(writer, row->index);
}

/* "ticket.due_at - 2d has come", "escalation.age has not come to 4h", "office_hours are open" */
static void write_clock(Writer *writer, uint32_t index)
{
    const EscProgram *program = writer->program;
    EscBuf *out = writer->out;
    if (index >= program->clocks_count ||
        program->clocks[index].calendar > program->calendars_count) {
        esc_buf_char(out, '?');
        return;
    }
    const EscClockRow *row = &program->clocks[index];
    if (row->source == ESC_CLOCK_SOURCE_HOURS) {
        write_calendar(writer, row->calendar - 1);
        esc_buf_string(out, " are open");
        return;
    }
    esc_buf_string(out, row->is_until != 0 ? "until " : "from ");
    write_time(writer, row);
    if (row->lead_ms != 0)
        write_distance(out, row->lead_ms);
    if (row->calendar != 0) {
        write_distance(out, row->calendar_ms);
        esc_buf_string(out, " of ");
        write_calendar(writer, row->calendar - 1);
    }
    if (row->calendar == 0 || row->distance_ms != 0)
        write_distance(out, row->distance_ms);
}

/* --- instructions ------------------------------------------------------------------------------------------------------- */

static void write_imm(Writer *writer, const EscInstr *instr)
{
    static const char *const modes[ESC_END_COUNT] = {"fall", "skip", "raise", "resume"};
    uint32_t imm = instr->imm;
    EscBuf *out = writer->out;
    switch ((uint32_t)esc_op_info[instr->op].imm) {
    case ESC_OPERAND_CONST:
        write_const(writer, imm);
        break;
    case ESC_OPERAND_TYPE:
        write_type(writer, imm);
        break;
    case ESC_OPERAND_FIELD:
        write_field(writer, imm);
        break;
    case ESC_OPERAND_PARAM:
        write_param(writer, imm);
        break;
    case ESC_OPERAND_FACT:
        esc_buf_string(out, imm < ESC_FACT_COUNT ? esc_fact_info[imm].path : "?");
        break;
    case ESC_OPERAND_TARGET:
    case ESC_OPERAND_BACK:
        esc_buf_printf(out, "L%u", (unsigned)imm);
        break;
    case ESC_OPERAND_ROUNDS:
        esc_buf_printf(out, "#%u", (unsigned)imm);
        break;
    case ESC_OPERAND_FORM:
        esc_buf_string(out, imm < ESC_FORM_COUNT ? esc_form_words[imm] : "?");
        break;
    case ESC_OPERAND_UNIT:
        esc_buf_string(out, imm < ESC_UNITS_COUNT ? esc_unit_info[imm].word : "?");
        break;
    case ESC_OPERAND_END_MODE:
        esc_buf_string(out, imm < ESC_END_COUNT ? modes[imm] : "?");
        break;
    case ESC_OPERAND_ROLE:
        write_member(writer, ESC_ENUM_ROLE, imm);
        break;
    case ESC_OPERAND_EFFECT:
        write_effect(writer, imm);
        break;
    case ESC_OPERAND_WAIT:
        write_wait(writer, imm);
        break;
    case ESC_OPERAND_CLOCK:
        write_clock(writer, imm);
        break;
    case ESC_OPERAND_DATE:
        write_date(writer, imm);
        break;
    case ESC_OPERAND_DOCUMENT:
        write_document(writer, imm);
        break;
    case ESC_OPERAND_CALENDAR:
        write_calendar(writer, imm);
        break;
    case ESC_OPERAND_TEXT:
        write_quoted(writer, text_at(writer, imm));
        break;
    default:
        break;
    }
}

static const char *operand_separator(bool *is_first)
{
    const char *separator = *is_first ? " " : ", ";
    *is_first = false;
    return separator;
}

static void write_operand(Writer *writer, uint32_t kind, uint32_t value, bool *is_first)
{
    if (kind == ESC_OPERAND_NONE)
        return;
    esc_buf_printf(writer->out, kind == ESC_OPERAND_COUNT ? "%s#%u" : "%sr%u",
                   operand_separator(is_first), (unsigned)value);
}

static void write_instruction(Writer *writer, uint32_t pc, bool is_target, const EscInstr *instr)
{
    const EscOpInfo *info = &esc_op_info[instr->op];
    char label[16] = "";
    EscBuf label_buf = {
        .data = (uint8_t *)label, .capacity = sizeof label, .size_max = sizeof label - 1};
    if (is_target)
        esc_buf_printf(&label_buf, "L%u:", (unsigned)pc);
    esc_buf_printf(writer->out, "  %-6s %4u  ", label, (unsigned)pc);
    if (info->name == NULL) {
        esc_buf_printf(writer->out, "?%02x", instr->op);
        return;
    }
    bool is_first = true;
    esc_buf_printf(writer->out, "%-14s", info->name);
    write_operand(writer, info->a, instr->a, &is_first);
    write_operand(writer, info->b, instr->b, &is_first);
    write_operand(writer, info->c, instr->c, &is_first);
    if (info->imm != ESC_OPERAND_NONE) {
        esc_buf_string(writer->out, operand_separator(&is_first));
        write_imm(writer, instr);
    }
}

/* --- functions ---------------------------------------------------------------------------------------------------------- */

typedef struct Targets {
    uint8_t bits[ESC_FUNCTION_CODE_MAX / 8 + 1];
} Targets;

static void mark(Targets *targets, uint32_t pc)
{
    if (pc < ESC_FUNCTION_CODE_MAX)
        targets->bits[pc / 8] |= (uint8_t)(1u << (pc % 8));
}

static void find_targets(const EscProgram *program, const EscFunctionRow *row, Targets *targets)
{
    memset(targets, 0, sizeof *targets);
    for (uint32_t pc = 0; pc < row->code_count; pc++) {
        const EscInstr *instr = &program->code[row->code_first + pc];
        uint32_t kind = esc_op_info[instr->op].imm;
        if (kind == ESC_OPERAND_TARGET || kind == ESC_OPERAND_BACK)
            mark(targets, instr->imm);
        else if (kind == ESC_OPERAND_WAIT && instr->imm < program->waits_count)
            mark(targets, program->waits[instr->imm].timeout);
    }
}

/* The author's line goes above the first instruction that comes from it. */
static void write_source(Writer *writer, uint32_t code_index, EscPlace *before)
{
    EscPlace place = esc_program_place(writer->program, code_index);
    if (place.line == 0 || (place.line == before->line && esc_text_equal(place.file, before->file)))
        return;
    *before = place;
    EscText line = writer->source_line == NULL
                       ? ESC_TEXT("")
                       : writer->source_line(writer->context, place.file, place.line);
    while (line.size > 0 && (line.data[0] == ' ' || line.data[0] == '\t'))
        line = (EscText){line.data + 1, line.size - 1};
    esc_buf_printf(writer->out, "  ; %.*s:%u  %.*s\n", ESC_TEXT_ARG(place.file),
                   (unsigned)place.line, ESC_TEXT_ARG(line));
}

static void write_function(Writer *writer, uint32_t index)
{
    static const char *const kinds[ESC_FUNCTION_COUNT] = {
        "steps",     "catch",   "closing", "handler",    "reminder", "else",
        "condition", "request", "undo",    "automation", "back",     "document"};
    const EscProgram *program = writer->program;
    const EscFunctionRow *row = &program->functions[index];
    esc_buf_printf(writer->out, "\nfunction %u %s", (unsigned)index,
                   row->kind < ESC_FUNCTION_COUNT ? kinds[row->kind] : "?");
    if (row->template != 0 && row->template <= program->templates_count) {
        esc_buf_string(writer->out, " of ");
        write_text(writer, text_at(writer, program->templates[row->template - 1].name));
    }
    if (row->action != 0) {
        esc_buf_string(writer->out, " of ");
        write_action(writer, row->action - 1);
    }
    esc_buf_printf(writer->out, ", cost %u", (unsigned)row->cost);
    if (row->at_wait != 0)
        esc_buf_printf(writer->out, ", beside wait %u", (unsigned)(row->at_wait - 1));
    esc_buf_char(writer->out, '\n');
    if (row->code_first > program->code_count ||
        row->code_count > program->code_count - row->code_first)
        return;
    Targets targets;
    EscPlace before = {.line = 0};
    find_targets(program, row, &targets);
    for (uint32_t pc = 0; pc < row->code_count; pc++) {
        write_source(writer, row->code_first + pc, &before);
        bool is_target = pc < ESC_FUNCTION_CODE_MAX && (targets.bits[pc / 8] >> (pc % 8) & 1) != 0;
        write_instruction(writer, pc, is_target, &program->code[row->code_first + pc]);
        esc_buf_char(writer->out, '\n');
    }
}

/* --- tables --------------------------------------------------------------------------------------------------------------- */

static void write_cell(Writer *writer, const EscColumn *column, const uint8_t *row)
{
    int64_t value = esc_column_value(column, row);
    bool is_text = column->arg == ESC_TABLE_TEXTS;
    if (column->kind == ESC_COLUMN_INDEX && is_text)
        write_quoted(writer, text_at(writer, (uint32_t)value));
    else if (column->kind == ESC_COLUMN_OPTION && value == 0)
        esc_buf_char(writer->out, '-');
    else if (column->kind == ESC_COLUMN_OPTION && is_text)
        write_quoted(writer, text_at(writer, (uint32_t)value - 1));
    else if (column->kind == ESC_COLUMN_OPTION)
        esc_buf_printf(writer->out, "%lld", (long long)value - 1);
    else if (column->kind == ESC_COLUMN_TYPE)
        write_type(writer, (EscType)value);
    else if (column->kind == ESC_COLUMN_REF)
        write_ref(writer, (EscRef)value);
    else
        esc_buf_printf(writer->out, "%lld", (long long)value);
}

static void write_table(Writer *writer, EscTable table)
{
    const EscTableInfo *info = &esc_table_info[table];
    uint32_t count = esc_program_count(writer->program, table);
    if (count == 0)
        return;
    const EscColumn *columns = info->columns();
    const uint8_t *row = esc_program_rows(writer->program, table);
    esc_buf_printf(writer->out, "\ntable %s, %u rows\n", info->name, (unsigned)count);
    for (uint32_t i = 0; i < count; i++, row += info->struct_size) {
        esc_buf_printf(writer->out, "  %4u ", (unsigned)i);
        for (size_t c = 0; c < info->columns_count; c++) {
            esc_buf_printf(writer->out, " %s=", columns[c].name);
            write_cell(writer, &columns[c], row);
        }
        esc_buf_char(writer->out, '\n');
    }
}

void esc_program_disassemble(const EscProgram *program, EscSourceLine source_line, void *context,
                             EscBuf *out)
{
    Writer writer = {
        .program = program, .source_line = source_line, .context = context, .out = out};
    esc_buf_printf(out, "bundle format %d", ESC_BUNDLE_FORMAT);
    for (EscTable table = 1; table < ESC_TABLE_COUNT; table++) {
        if (esc_table_is_there(table) && table != ESC_TABLE_FUNCTIONS && table != ESC_TABLE_SPANS &&
            table != ESC_TABLE_EFFECT_ARGS && table != ESC_TABLE_MEMBERS)
            write_table(&writer, table);
    }
    for (uint32_t i = 0; i < program->functions_count; i++)
        write_function(&writer, i);
}
