/* program_finish.c - from bodies and provisional numbers to a program as the verifier wants it; see program_builder.h. */
#include <string.h>

#include "program_builder.h"
#include "rejections.h"
#include "support/test.h"
#include "vm_internal.h"

/* Sites and waits become rows of their own in the order of the code; what no body uses is dropped with its arguments. */
typedef struct Finish {
    EscEffectArgRow args[PROGRAM_ROOM];
    EscReminderRow reminders[PROGRAM_ROOM];
    EscAnswerRow answers[PROGRAM_ROOM];
    uint32_t args_count, reminders_count, answers_count;
    uint32_t condition_wait; /* row that BODY_AT_WAIT runs beside, ESC_NONE while there is none */
} Finish;

static uint32_t place_site(TestProgram *p, Finish *f, uint32_t number)
{
    EscEffectRow row = p->sites[number];
    uint32_t first = f->args_count;
    for (uint32_t i = 0; i < row.args_count; i++)
        f->args[f->args_count++] = p->effect_args[row.args_first + i];
    row.args_first = row.args_count == 0 ? 0 : first;
    p->effects[p->effects_count] = row;
    return p->effects_count++;
}

static uint32_t place_wait(TestProgram *p, Finish *f, uint32_t imm, uint32_t function, uint32_t pc)
{
    EscWaitRow row = p->wait_points[imm & 0xff];
    row.function = function;
    row.pc = pc;
    row.timeout = imm >> 8;
    if (row.kind == ESC_WAIT_CONDITION && f->condition_wait == ESC_NONE)
        f->condition_wait = p->waits_count;
    if (row.reminders_count > 0) {
        f->reminders[f->reminders_count] = p->reminders[0];
        row.reminders_first = f->reminders_count++;
    }
    if (row.answers_count > 0) {
        memcpy(&f->answers[f->answers_count], p->answers, 2 * sizeof(EscAnswerRow));
        row.answers_first = f->answers_count;
        f->answers_count += 2;
    }
    p->waits[p->waits_count] = row;
    return p->waits_count++;
}

static void place_function(TestProgram *p, Finish *f, uint32_t body)
{
    static const uint32_t kinds[BODY_TOTAL] = {
        ESC_FUNCTION_COND,    ESC_FUNCTION_STEPS,   ESC_FUNCTION_CLOSING, ESC_FUNCTION_CATCH,
        ESC_FUNCTION_HANDLER, ESC_FUNCTION_QA_ELSE, ESC_FUNCTION_REQUEST, ESC_FUNCTION_REQUEST,
        ESC_FUNCTION_UNDO,    ESC_FUNCTION_COND,    ESC_FUNCTION_COND,    ESC_FUNCTION_REMINDER};
    EscFunctionRow row = {.kind = kinds[body],
                          .template = 1,
                          .code_first = p->code_count,
                          .code_count = p->bodies[body].count};
    if (body == BODY_REQUEST || body == BODY_UNDO)
        row.action = 1;
    if (body == BODY_REQUEST_BACK)
        row.action = 2;
    if (row.action != 0)
        row.template = 0;
    if (body == BODY_COND || body == BODY_HANDLER)
        row.events_count = 1;
    if (body == BODY_PRED) {
        row.events_first = 1;
        row.events_count = 2;
    }
    if (body == BODY_AT_WAIT || body == BODY_REMINDER)
        row.at_wait = f->condition_wait + 1;
    for (uint32_t pc = 0; pc < row.code_count; pc++) {
        EscInstr instr = p->bodies[body].code[pc];
        if (instr.op == ESC_OP_EMIT && instr.imm < SITE_TOTAL)
            instr.imm = place_site(p, f, instr.imm);
        if (instr.op == ESC_OP_WAIT && (instr.imm & 0xff) < WAIT_TOTAL)
            instr.imm = place_wait(p, f, instr.imm, p->functions_count, pc);
        p->code[p->code_count++] = instr;
    }
    p->functions[p->functions_count++] = row;
}

static void place_code(TestProgram *p)
{
    static Finish finish; /* tests run one after the other; too large for some stacks under ASan */
    memset(&finish, 0, sizeof finish);
    finish.condition_wait = ESC_NONE;
    for (uint32_t body = 0; body < BODY_TOTAL; body++) {
        bool is_beside = body == BODY_AT_WAIT || body == BODY_REMINDER;
        if (!is_beside || finish.condition_wait != ESC_NONE)
            place_function(p, &finish, body);
    }
    memcpy(p->effect_args, finish.args, sizeof finish.args);
    memcpy(p->reminders, finish.reminders, sizeof finish.reminders);
    memcpy(p->answers, finish.answers, sizeof finish.answers);
    p->effect_args_count = finish.args_count;
    p->reminders_count = finish.reminders_count;
    p->answers_count = finish.answers_count;
}

static int64_t const_bits(uint32_t number, const TestProgram *p, uint32_t text_a, uint32_t text_b)
{
    double one = 1;
    int64_t bits;
    memcpy(&bits, &one, sizeof bits);
    (void)p;
    const int64_t all[CONST_TOTAL] = {1,
                                      0,
                                      0,
                                      bits,
                                      text_a,
                                      text_b,
                                      ESC_HOUR_MS,
                                      12 * ESC_HOUR_MS,
                                      2,
                                      0,
                                      ESC_REF(ESC_REF_PERSON, 0)};
    return all[number];
}

/* Constants that an instruction uses, in the order of the verifier. */
static void place_consts(TestProgram *p, uint32_t text_a, uint32_t text_b)
{
    static const uint32_t kinds[CONST_TOTAL] = {ESC_KIND_BOOL,     ESC_KIND_BOOL, ESC_KIND_NUMBER,
                                                ESC_KIND_NUMBER,   ESC_KIND_TEXT, ESC_KIND_TEXT,
                                                ESC_KIND_DURATION, ESC_KIND_TIME, ESC_KIND_ENUM,
                                                ESC_KIND_ENUM,     ESC_KIND_REF};
    static const uint32_t details[CONST_TOTAL] = {
        [CONST_HIGH] = ENUM_SEVERITY, [CONST_OPEN] = ENUM_STATUS};
    static const uint32_t order[CONST_TOTAL] = {CONST_FALSE, CONST_TRUE,   CONST_ZERO, CONST_ONE,
                                                CONST_TEXT,  CONST_TEXT_B, CONST_HOUR, CONST_NOON,
                                                CONST_HIGH,  CONST_OPEN,   CONST_ANA};
    bool is_used[CONST_TOTAL] = {false};
    for (uint32_t i = 0; i < p->code_count; i++) {
        if (p->code[i].op == ESC_OP_CONST && p->code[i].imm < CONST_TOTAL)
            is_used[p->code[i].imm] = true;
    }
    for (uint32_t i = 0; i < CONST_TOTAL; i++) {
        uint32_t number = order[i];
        p->const_at[number] = is_used[number] ? p->consts_count : ESC_NONE;
        if (is_used[number])
            p->consts[p->consts_count++] = (EscConstRow){kinds[number], details[number],
                                                         const_bits(number, p, text_a, text_b)};
    }
    for (uint32_t i = 0; i < p->code_count; i++) {
        if (p->code[i].op == ESC_OP_CONST && p->code[i].imm < CONST_TOTAL)
            p->code[i].imm = p->const_at[p->code[i].imm];
    }
}

/* Calls `visit` for each place that names a text, with the number as it stands there. */
typedef void VisitText(void *context, uint32_t *index);

static void visit_columns(TestProgram *p, VisitText *visit, void *context)
{
    for (EscTable table = 1; table < ESC_TABLE_COUNT; table++) {
        if (!esc_table_is_there(table))
            continue;
        const EscTableInfo *info = &esc_table_info[table];
        if (info->name == NULL)
            continue;
        const EscColumn *columns = info->columns();
        uint8_t *row = (uint8_t *)(uintptr_t)esc_program_rows(&p->program, table);
        for (uint32_t i = 0; i < esc_program_count(&p->program, table);
             i++, row += info->struct_size) {
            for (size_t c = 0; c < info->columns_count; c++) {
                bool is_text =
                    columns[c].arg == ESC_TABLE_TEXTS &&
                    (columns[c].kind == ESC_COLUMN_INDEX || columns[c].kind == ESC_COLUMN_OPTION);
                uint32_t value = (uint32_t)esc_column_value(&columns[c], row),
                         shift = columns[c].kind == ESC_COLUMN_OPTION;
                if (!is_text || (shift == 1 && value == 0))
                    continue;
                value -= shift;
                visit(context, &value);
                value += shift;
                memcpy(row + columns[c].offset, &value, sizeof value);
            }
        }
    }
}

static void visit_wide(VisitText *visit, void *context, int64_t *wide)
{
    uint32_t index = (uint32_t)*wide;
    visit(context, &index);
    *wide = index;
}

static void visit_texts(TestProgram *p, VisitText *visit, void *context)
{
    visit_columns(p, visit, context);
    for (uint32_t i = 0; i < p->consts_count; i++) {
        if (p->consts[i].kind == ESC_KIND_TEXT)
            visit_wide(visit, context, &p->consts[i].bits);
    }
    for (uint32_t i = 0; i < p->code_count; i++) {
        if (p->code[i].op == ESC_OP_CLOSE && p->code[i].imm < p->texts_count)
            visit(context, &p->code[i].imm);
    }
    for (uint32_t i = 0; i < p->preds_count; i++) {
        if (p->preds[i].kind >= ESC_PRED_TEXT_IS && p->preds[i].kind <= ESC_PRED_LIST_HAS)
            visit(context, &p->preds[i].detail);
    }
    for (uint32_t i = 0; i < p->effects_count; i++) {
        if (esc_effect_info[p->effects[i].kind].aux == ESC_SITE_AUX_TEXT ||
            esc_effect_info[p->effects[i].kind].aux == ESC_SITE_AUX_QUEUE)
            visit(context, &p->effects[i].aux);
        if (p->effects[i].kind == ESC_EFFECT_UNDO && p->effects[i].aux == ESC_NONE)
            visit_wide(visit, context, &p->effects[i].extra_ms);
    }
}

typedef struct TextMap {
    bool is_used[PROGRAM_TEXT_ROOM];
    uint32_t new_at[PROGRAM_TEXT_ROOM];
} TextMap;

static void mark_text(void *context, uint32_t *index)
{
    ((TextMap *)context)->is_used[*index] = true;
}

static void renumber_text(void *context, uint32_t *index)
{
    *index = ((TextMap *)context)->new_at[*index];
}

void program_sort_texts(TestProgram *p)
{
    program_refresh(p);
    TextMap map = {.is_used = {true}};
    EscText sorted[PROGRAM_TEXT_ROOM];
    uint32_t count = 0;
    visit_texts(p, mark_text, &map);
    for (uint32_t i = 0; i < p->texts_count; i++) {
        uint32_t before = 0; /* texts are few: rank by counting */
        for (uint32_t j = 0; j < p->texts_count; j++)
            before += map.is_used[j] && esc_text_compare(p->texts[j], p->texts[i]) < 0;
        map.new_at[i] = before;
        if (map.is_used[i]) {
            sorted[before] = p->texts[i];
            count++;
        }
    }
    visit_texts(p, renumber_text, &map);
    memcpy(p->texts, sorted, count * sizeof *sorted);
    p->texts_count = count;
    /* Constants of kind TEXT follow the order of the texts. */
    uint32_t a = p->const_at[CONST_TEXT], b = p->const_at[CONST_TEXT_B];
    if (a != ESC_NONE && b != ESC_NONE)
        assert_true(p->consts[a].bits < p->consts[b].bits);
}

void program_measure(TestProgram *p)
{
    program_refresh(p);
    EscMetaRow meta = p->meta[0];
    EscWhy why;
    if (esc_program_measure(&p->program, p->functions, &meta, &why) == ESC_OK)
        p->meta[0] = meta;
}

void program_finish(TestProgram *p)
{
    uint32_t text_a = program_text(p, "a text"), text_b = program_text(p, "b text");
    place_code(p);
    place_consts(p, text_a, text_b);
    program_refresh(p);
    program_sort_texts(p);
    program_measure(p);
}

void program_release(TestProgram *p)
{
    esc_arena_free(p->arena);
}

uint32_t program_text_at(const TestProgram *p, const char *string)
{
    for (uint32_t i = 0; i < p->texts_count; i++) {
        if (esc_text_equal(p->texts[i], esc_text_from(string)))
            return i;
    }
    return ESC_NONE;
}

EscInstr *program_instr(TestProgram *p, uint32_t body, uint32_t pc)
{
    assert_true(pc < p->functions[body].code_count);
    return &p->code[p->functions[body].code_first + pc];
}

EscEffectRow *program_site(TestProgram *p, uint32_t body, uint32_t pc)
{
    assert_int_equal(program_instr(p, body, pc)->op, ESC_OP_EMIT);
    return &p->effects[program_instr(p, body, pc)->imm];
}

EscWaitRow *program_wait(TestProgram *p, uint32_t body, uint32_t pc)
{
    assert_int_equal(program_instr(p, body, pc)->op, ESC_OP_WAIT);
    return &p->waits[program_instr(p, body, pc)->imm];
}

/* --- loading ---------------------------------------------------------------------------------------------------------------- */

EscBuf program_encode(TestProgram *p)
{
    EscBuf bytes;
    esc_buf_init(&bytes, ESC_BUNDLE_BYTES_MAX);
    program_refresh(p);
    assert_int_equal(esc_bundle_encode(&p->program, &bytes), ESC_OK);
    return bytes;
}

void bundle_rehash(EscBuf *bundle)
{
    esc_sha256(
        (EscBytes){bundle->data + ESC_BUNDLE_HEADER_SIZE, bundle->size - ESC_BUNDLE_HEADER_SIZE},
        bundle->data + ESC_BUNDLE_HASH_AT);
}

EscBundle *program_load(TestProgram *p)
{
    EscBuf bytes = program_encode(p);
    EscBundle *bundle = NULL;
    EscWhy why = {.check = ""};
    EscStatus status = esc_bundle_load(esc_buf_as_bytes(&bytes), &bundle, &why);
    esc_buf_release(&bytes);
    if (status != ESC_OK)
        fail_msg("rejected by %s at %llu: %s", why.check, (unsigned long long)why.offset, why.text);
    return bundle;
}

void assert_accepts(TestProgram *p)
{
    esc_bundle_free(program_load(p));
}

static EscWhy rejection_of(const EscBuf *bytes, const char *check)
{
    EscBundle *bundle = NULL;
    EscWhy why = {.check = ""};
    EscStatus status = esc_bundle_load(esc_buf_as_bytes(bytes), &bundle, &why);
    if (status == ESC_OK) {
        esc_bundle_free(bundle);
        fail_msg("accepted, but %s should have rejected it", check);
    }
    assert_null(bundle);
    assert_int_equal(status, ESC_BAD_BUNDLE);
    if (strcmp(why.check, check) != 0)
        fail_msg("rejected by %s, not %s: %s", why.check, check, why.text);
    return why;
}

void assert_bundle_rejected(const EscBuf *bytes, const char *check)
{
    (void)rejection_of(bytes, check);
}

void assert_rejects_in(const char *test, TestProgram *p, const char *check)
{
    EscBuf bytes = program_encode(p);
    EscWhy why = rejection_of(&bytes, check);
    esc_buf_release(&bytes);
    rejection_is_said(test, &why);
}

void program_add_template(TestProgram *p)
{
    static const EscInstr code[] = {OP(OWN, 0, 0, 0, 0), OP(CLOSE, 0, 0, 0, 0),
                                    OP(EMIT, 0, 0, 1, 0), OP(END, 0, 0, 0, ESC_END_RAISE),
                                    OP(END, 0, 0, 0, ESC_END_RESUME)};
    static const EscFunctionRow functions[] = {
        {.kind = ESC_FUNCTION_STEPS, .template = 2, .code_first = 0, .code_count = 2},
        {.kind = ESC_FUNCTION_CLOSING, .template = 2, .code_first = 2, .code_count = 2},
        {.kind = ESC_FUNCTION_CATCH, .template = 2, .code_first = 4, .code_count = 1}};
    uint32_t first = p->functions_count;
    for (uint32_t i = 0; i < ESC_COUNT_OF(functions); i++) {
        p->functions[p->functions_count] = functions[i];
        p->functions[p->functions_count++].code_first += p->code_count;
    }
    for (uint32_t i = 0; i < ESC_COUNT_OF(code); i++)
        p->code[p->code_count++] = code[i];
    EscEffectRow raise = *program_site(p, BODY_CLOSING, 2);
    p->effect_args[p->effect_args_count] = p->effect_args[raise.args_first];
    raise.args_first = p->effect_args_count++;
    p->code[p->code_count - 3].imm = p->effects_count;
    p->effects[p->effects_count++] = raise;
    p->roles[p->roles_count] = p->roles[0];
    p->catches[p->catches_count] = (EscCatchRow){.body = first + 2};
    p->checks[p->checks_count] = p->checks[1];
    p->templates[1] = (EscTemplateRow){.name = p->meta[0].name,
                                       .roles_first = p->roles_count++,
                                       .roles_count = 1,
                                       .steps = first,
                                       .closing = first + 1,
                                       .catches_first = p->catches_count++,
                                       .catches_count = 1,
                                       .checks_first = p->checks_count++,
                                       .checks_count = 1};
    p->templates_count = 2;
    program_measure(p);
}

void program_strip(TestProgram *p)
{
    p->templates_count = p->roles_count = p->triggers_count = p->preds_count = p->handlers_count =
        0;
    p->catches_count = p->checks_count = p->functions_count = p->function_events_count =
        p->waits_count = 0;
    p->reminders_count = p->answers_count = p->effects_count = p->effect_args_count =
        p->spans_count = 0;
    p->code_count = p->consts_count = p->actions_count = p->params_count = p->statuses_count = 0;
    p->parts_count = 0;
    p->grants_count = 1; /* the channel's */
    p->meta[0].last_resort = 0;
    p->meta[0].resort_ack_ms = 0;
    program_sort_texts(p);
    program_measure(p);
}

uint32_t program_add_text(TestProgram *p, EscText text)
{
    assert_true(p->texts_count < PROGRAM_TEXT_ROOM);
    assert_true(esc_text_compare(p->texts[p->texts_count - 1], text) < 0);
    p->texts[p->texts_count] = text;
    return p->texts_count++;
}
