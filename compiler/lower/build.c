/* build.c - the tables of a program while they grow, and their last ordering.
 *
 * Texts and constants are interned under provisional numbers in the order of first use;
 * esc_build_finish() drops the unused ones, sorts both and renumbers every column and operand
 * that names one. Functions are kept apart until then, because a function may be begun while
 * another is still open, but CODE, WAITS and EFFECTS must follow the order of FUNCTIONS. Not
 * here: what an instruction means. */
#include "lower/build.h"

#include <stdlib.h>
#include <string.h>

enum { NAMES_SEED = 0x45736331, GROW_COUNT_MIN = 16 };

/* Table numbers, so that a column's target table can be compared in a constant expression. */
enum {
    TABLE_TEXTS,
#define ESC_TABLE(number, NAME, Struct, member, rows_max, what) TABLE_##NAME,
#define ESC_COL(name, KIND, arg, what)
#define ESC_TABLE_END(NAME, Struct)
#include <esc/tables.def>
#undef ESC_TABLE
#undef ESC_COL
#undef ESC_TABLE_END
};

EscStatus esc_build_init(EscBuild *build, EscArena *arena)
{
    memset(build, 0, sizeof *build);
    build->arena = arena;
    build->text_names = esc_names_new(NAMES_SEED);
    build->const_names = esc_names_new(NAMES_SEED);
    if (build->text_names == NULL || build->const_names == NULL)
        build->status = ESC_NO_MEMORY;
    esc_build_text(build, (EscText){0});
    return build->status;
}

void esc_build_release(EscBuild *build)
{
#define ESC_TABLE(number, NAME, Struct, member, rows_max, what) free(build->member);
#define ESC_COL(name, KIND, arg, what)
#define ESC_TABLE_END(NAME, Struct)
#include <esc/tables.def>
#undef ESC_TABLE
#undef ESC_COL
#undef ESC_TABLE_END
    free(build->texts);
    free(build->text_consts);
    free(build->code);
    free(build->made);
    for (size_t i = 0; i < ESC_COUNT_OF(build->rooms); i++) {
        free(build->rooms[i].code);
        free(build->rooms[i].effects);
        free(build->rooms[i].waits);
        free(build->rooms[i].spans);
        free(build->rooms[i].patches);
    }
    esc_names_free(build->text_names);
    esc_names_free(build->const_names);
    memset(build, 0, sizeof *build);
}

static void fail(EscBuild *build, EscStatus status)
{
    if (build->status == ESC_OK)
        build->status = status;
}

void *esc_build_grow(EscBuild *build, void *items, size_t count, size_t *capacity, size_t item_size)
{
    if (build->status != ESC_OK || count < *capacity)
        return items;
    size_t grown = *capacity < GROW_COUNT_MIN ? GROW_COUNT_MIN : 2 * *capacity;
    void *moved = grown > SIZE_MAX / item_size ? NULL : realloc(items, grown * item_size);
    if (moved == NULL) {
        fail(build, ESC_NO_MEMORY);
        return items;
    }
    *capacity = grown;
    return moved;
}

/* Appends one item to a growing array; gives its index, or 0 after a failure (nobody looks
 * then). */
static uint32_t put(EscBuild *build, void **items, size_t *count, size_t *capacity,
                    const void *item, size_t item_size)
{
    *items = esc_build_grow(build, *items, *count, capacity, item_size);
    if (build->status != ESC_OK)
        return 0;
    memcpy((uint8_t *)*items + *count * item_size, item, item_size);
    return (uint32_t)(*count)++;
}

#define ESC_TABLE(number, NAME, Struct, member, rows_max, what)                                    \
    uint32_t esc_build_put_##member(EscBuild *build, Struct row)                                   \
    {                                                                                              \
        void *items = build->member;                                                               \
        uint32_t at = put(build, &items, &build->member##_count, &build->member##_capacity, &row,  \
                          sizeof row);                                                             \
        build->member = items;                                                                     \
        return at;                                                                                 \
    }
#define ESC_COL(name, KIND, arg, what)
#define ESC_TABLE_END(NAME, Struct)
#include <esc/tables.def>
#undef ESC_TABLE
#undef ESC_COL
#undef ESC_TABLE_END

uint32_t esc_build_text(EscBuild *build, EscText text)
{
    uint32_t at = 0;
    if (build->status != ESC_OK || esc_names_find(build->text_names, text, &at))
        return at;
    void *items = build->texts;
    size_t consts_count = build->texts_count;
    at = put(build, &items, &build->texts_count, &build->texts_capacity, &text, sizeof text);
    build->texts = items;
    items = build->text_consts;
    put(build, &items, &consts_count, &build->text_consts_capacity, &(uint32_t){0},
        sizeof(uint32_t));
    build->text_consts = items;
    if (build->status == ESC_OK)
        fail(build, esc_names_put(build->text_names, text, at));
    return at;
}

/* The key of a constant is its bytes, kept in the arena. */
static uint32_t named_const(EscBuild *build, EscConstRow row)
{
    unsigned char key[16];
    memcpy(key, &row.kind, 4);
    memcpy(key + 4, &row.detail, 4);
    memcpy(key + 8, &row.bits, 8);
    EscText bytes = {(const char *)key, sizeof key};
    uint32_t at = 0;
    if (esc_names_find(build->const_names, bytes, &at))
        return at;
    at = esc_build_put_consts(build, row);
    EscText kept = esc_arena_text(build->arena, bytes);
    if (kept.data == NULL)
        fail(build, ESC_NO_MEMORY);
    if (build->status == ESC_OK)
        fail(build, esc_names_put(build->const_names, kept, at));
    return at;
}

/* Most constants are texts, which have numbers already. */
uint32_t esc_build_const(EscBuild *build, EscConstRow row)
{
    if (build->status != ESC_OK)
        return 0;
    if (row.kind != ESC_KIND_TEXT)
        return named_const(build, row);
    uint32_t *known = &build->text_consts[row.bits];
    if (*known == 0)
        *known = esc_build_put_consts(build, row) + 1;
    return *known - 1;
}

uint32_t esc_build_function_begin(EscBuild *build)
{
    EscBuildFunction blank = {.at_function = ESC_NONE};
    size_t made_count = build->functions_count;
    void *items = build->made;
    put(build, &items, &made_count, &build->made_capacity, &blank, sizeof blank);
    build->made = items;
    return esc_build_put_functions(build, (EscFunctionRow){0});
}

void esc_build_function_finish(EscBuild *build, uint32_t function, EscBuildFunction made)
{
    if (build->status != ESC_OK)
        return;
    ESC_ASSERT(function < build->functions_count);
    ESC_ASSERT(!build->made[function].is_finished);
    made.is_finished = true;
    build->made[function] = made;
}

static bool stands_alone(const EscBuildFunction *made)
{
    for (uint32_t i = 0; i < made->waits_count; i++)
        if (made->waits[i].cond != 0 || made->waits[i].reminders_count != 0 ||
            made->waits[i].check != 0)
            return false;
    return made->is_finished && made->at_function == ESC_NONE;
}

/* Rows of parts belong to one function, so the copy gets its own. */
static EscEffectRow *copy_effects(EscBuild *build, const EscBuildFunction *made)
{
    EscEffectRow *effects =
        esc_arena_alloc_array(build->arena, made->effects_count, sizeof *effects);
    for (uint32_t i = 0; effects != NULL && i < made->effects_count; i++) {
        effects[i] = made->effects[i];
        effects[i].args_first = effects[i].args_count == 0 ? 0 : (uint32_t)build->effect_args_count;
        for (uint32_t k = 0; k < effects[i].args_count && build->status == ESC_OK; k++)
            esc_build_put_effect_args(build, build->effect_args[made->effects[i].args_first + k]);
    }
    return effects;
}

static EscWaitRow *copy_waits(EscBuild *build, const EscBuildFunction *made)
{
    EscWaitRow *waits = esc_arena_alloc_array(build->arena, made->waits_count, sizeof *waits);
    for (uint32_t i = 0; waits != NULL && i < made->waits_count; i++) {
        waits[i] = made->waits[i];
        waits[i].answers_first = waits[i].answers_count == 0 ? 0 : (uint32_t)build->answers_count;
        for (uint32_t k = 0; k < waits[i].answers_count && build->status == ESC_OK; k++)
            esc_build_put_answers(build, build->answers[made->waits[i].answers_first + k]);
    }
    return waits;
}

uint32_t esc_build_function_copy(EscBuild *build, uint32_t from, EscFunctionRow row)
{
    if (build->status != ESC_OK || !stands_alone(&build->made[from]))
        return ESC_NONE;
    EscBuildFunction made = build->made[from];
    made.row = row;
    made.effects = copy_effects(build, &made);
    made.waits = copy_waits(build, &made);
    if (made.effects == NULL || made.waits == NULL)
        fail(build, ESC_NO_MEMORY);
    uint32_t function = esc_build_function_begin(build);
    made.is_finished = false;
    esc_build_function_finish(build, function, made);
    return function;
}

/* --- laying out the code ---------------------------------------------------------------------- */

/* Makes room for exactly what the functions hold together. */
static void reserve(EscBuild *build, void **items, size_t *capacity, size_t count, size_t item_size)
{
    if (count == 0 || build->status != ESC_OK)
        return;
    void *moved = realloc(*items, count * item_size);
    if (moved == NULL) {
        fail(build, ESC_NO_MEMORY);
        return;
    }
    *items = moved;
    *capacity = count;
}

static void reserve_all(EscBuild *build)
{
    size_t code = 0, effects = 0, waits = 0;
    for (size_t i = 0; i < build->functions_count; i++) {
        code += build->made[i].code_count;
        effects += build->made[i].effects_count;
        waits += build->made[i].waits_count;
    }
    void *items = build->code;
    reserve(build, &items, &build->code_capacity, code, sizeof *build->code);
    build->code = items;
    items = build->effects;
    reserve(build, &items, &build->effects_capacity, effects, sizeof *build->effects);
    build->effects = items;
    items = build->waits;
    reserve(build, &items, &build->waits_capacity, waits, sizeof *build->waits);
    build->waits = items;
}

static void lay_out_code(EscBuild *build, const EscBuildFunction *made)
{
    uint32_t effects_first = (uint32_t)build->effects_count;
    uint32_t waits_first = (uint32_t)build->waits_count;
    for (uint32_t i = 0; i < made->code_count; i++) {
        EscInstr *instr = &build->code[build->code_count++];
        *instr = made->code[i];
        if (instr->op == ESC_OP_EMIT)
            instr->imm += effects_first;
        else if (instr->op == ESC_OP_WAIT)
            instr->imm += waits_first;
    }
}

static bool same_origin(const EscSpanRow *row, EscOrigin origin)
{
    return row->file == origin.file && row->line == origin.line && row->column == origin.column;
}

static void lay_out_spans(EscBuild *build, const EscBuildFunction *made, uint32_t code_first)
{
    for (uint32_t i = 0; i < made->spans_count; i++) {
        EscOrigin origin = made->spans[i].origin;
        if (build->spans_count > 0 && same_origin(&build->spans[build->spans_count - 1], origin))
            continue;
        esc_build_put_spans(build, (EscSpanRow){.first = code_first + made->spans[i].first,
                                                .file = origin.file,
                                                .line = origin.line,
                                                .column = origin.column});
    }
}

static void lay_out_function(EscBuild *build, uint32_t function)
{
    const EscBuildFunction *made = &build->made[function];
    ESC_ASSERT(made->is_finished);
    EscFunctionRow *row = &build->functions[function];
    *row = made->row;
    row->code_first = (uint32_t)build->code_count;
    row->code_count = made->code_count;
    lay_out_code(build, made);
    for (uint32_t i = 0; i < made->effects_count; i++)
        build->effects[build->effects_count++] = made->effects[i];
    for (uint32_t i = 0; i < made->waits_count; i++) {
        EscWaitRow *wait = &build->waits[build->waits_count++];
        *wait = made->waits[i];
        wait->function = function;
    }
    lay_out_spans(build, made, row->code_first);
}

/* Waits have their numbers only now, and a function that runs at one always comes behind the
 * function that waits. */
static EscStatus lay_out(EscBuild *build)
{
    uint32_t count = (uint32_t)build->functions_count;
    uint32_t *waits_first =
        esc_arena_alloc_array(build->arena, (size_t)count + 1, sizeof *waits_first);
    if (waits_first == NULL)
        return ESC_NO_MEMORY;
    reserve_all(build); /* without room the loop does nothing */
    for (uint32_t i = 0; i < count && build->status == ESC_OK; i++) {
        waits_first[i] = (uint32_t)build->waits_count;
        lay_out_function(build, i);
        const EscBuildFunction *made = &build->made[i];
        if (made->at_function == ESC_NONE)
            continue;
        ESC_ASSERT(made->at_function < i);
        build->functions[i].at_wait = waits_first[made->at_function] + made->at_wait + 1;
    }
    return build->status;
}

/* --- constants -------------------------------------------------------------------------------- */

typedef struct SortedConst {
    EscConstRow row;
    uint32_t from;
} SortedConst;

static int compare_consts(const void *a, const void *b)
{
    const EscConstRow *left = &((const SortedConst *)a)->row;
    const EscConstRow *right = &((const SortedConst *)b)->row;
    int order = ESC_ORDER(left->kind, right->kind);
    order = order != 0 ? order : ESC_ORDER(left->detail, right->detail);
    return order != 0 ? order : ESC_ORDER(left->bits, right->bits);
}

static EscStatus sort_consts(EscBuild *build)
{
    size_t count = build->consts_count;
    SortedConst *sorted = esc_arena_alloc_array(build->arena, count, sizeof *sorted);
    uint32_t *map = esc_arena_alloc_array(build->arena, count, sizeof *map);
    if (sorted == NULL || map == NULL)
        return ESC_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        sorted[i] = (SortedConst){build->consts[i], (uint32_t)i};
    if (count > 0)
        qsort(sorted, count, sizeof *sorted, compare_consts);
    for (size_t i = 0; i < count; i++) {
        build->consts[i] = sorted[i].row;
        map[sorted[i].from] = (uint32_t)i;
    }
    for (size_t i = 0; i < build->code_count; i++)
        if (build->code[i].op == ESC_OP_CONST)
            build->code[i].imm = map[build->code[i].imm];
    return ESC_OK;
}

/* A constant of code that was dropped would be refused by the verifier (V09). */
static EscStatus drop_unused_consts(EscBuild *build)
{
    uint32_t *map = esc_arena_alloc_array(build->arena, build->consts_count, sizeof *map);
    if (map == NULL)
        return ESC_NO_MEMORY;
    for (size_t i = 0; i < build->code_count; i++)
        if (build->code[i].op == ESC_OP_CONST)
            map[build->code[i].imm] = 1;
    uint32_t kept = 0;
    for (size_t i = 0; i < build->consts_count; i++) {
        if (map[i] == 0)
            continue;
        build->consts[kept] = build->consts[i];
        map[i] = kept++;
    }
    build->consts_count = kept;
    for (size_t i = 0; i < build->code_count; i++)
        if (build->code[i].op == ESC_OP_CONST)
            build->code[i].imm = map[build->code[i].imm];
    return ESC_OK;
}

/* --- texts ------------------------------------------------------------------------------------ */

/* Visits every place that holds the number of a text. */
typedef struct TextVisit {
    uint32_t *map; /* first round: 1 for used; second round: provisional → final number */
    bool is_renumbering;
} TextVisit;

static uint32_t visit_text(const TextVisit *visit, uint32_t text)
{
    if (visit->is_renumbering)
        return visit->map[text];
    visit->map[text] = 1;
    return text;
}

static uint32_t visit_option(const TextVisit *visit, uint32_t option)
{
    return option == 0 ? 0 : visit_text(visit, option - 1) + 1;
}

static uint32_t visit_ref(const TextVisit *visit, EscRef ref)
{
    return esc_ref_kind(ref) == ESC_REF_TEXT
               ? ESC_REF(ESC_REF_TEXT, visit_text(visit, esc_ref_index(ref)))
               : ref;
}

static void visit_const(const TextVisit *visit, EscConstRow *row)
{
    if (row->kind == ESC_KIND_TEXT)
        row->bits = visit_text(visit, (uint32_t)row->bits);
    else if (row->kind == ESC_KIND_REF)
        row->bits = visit_ref(visit, (EscRef)row->bits);
}

static void visit_pred(const TextVisit *visit, EscPredRow *row)
{
    if ((row->kind >= ESC_PRED_TEXT_IS && row->kind <= ESC_PRED_TEXT_CONTAINS) ||
        row->kind == ESC_PRED_LIST_HAS)
        row->detail = visit_text(visit, row->detail);
}

static void visit_effect(const TextVisit *visit, EscEffectRow *row)
{
    const EscEffectInfo *info = &esc_effect_info[row->kind];
    if (info->aux == ESC_SITE_AUX_TEXT || info->aux == ESC_SITE_AUX_QUEUE)
        row->aux = visit_text(visit, row->aux);
    else if (info->extra_ms == ESC_SITE_EXTRA_REASON && row->aux == ESC_NONE)
        row->extra_ms = visit_text(visit, (uint32_t)row->extra_ms);
}

#define VISIT_INDEX(column, arg)                                                                   \
    if (TABLE_##arg == TABLE_TEXTS)                                                                \
        (column) = visit_text(visit, (column));
#define VISIT_OPTION(column, arg)                                                                  \
    if (TABLE_##arg == TABLE_TEXTS)                                                                \
        (column) = visit_option(visit, (column));
#define VISIT_REF(column, arg) (column) = visit_ref(visit, (column));
#define VISIT_U32(column, arg)
#define VISIT_I64(column, arg)
#define VISIT_RANGE_FIRST(column, arg)
#define VISIT_RANGE_COUNT(column, arg)
#define VISIT_CHOICE(column, arg)
#define VISIT_COUNT(column, arg)
#define VISIT_BITS(column, arg)
#define VISIT_TYPE(column, arg)

static void visit_texts(EscBuild *build, const TextVisit *visit)
{
#define ESC_TABLE(number, NAME, Struct, member, rows_max, what)                                    \
    for (size_t i = 0; i < build->member##_count; i++) {                                           \
        Struct *row = &build->member[i];                                                           \
        (void)row;
#define ESC_COL(name, KIND, arg, what) VISIT_##KIND(row->name, arg)
#define ESC_TABLE_END(NAME, Struct) }
#include <esc/tables.def>
#undef ESC_TABLE
#undef ESC_COL
#undef ESC_TABLE_END
    for (size_t i = 0; i < build->consts_count; i++)
        visit_const(visit, &build->consts[i]);
    for (size_t i = 0; i < build->preds_count; i++)
        visit_pred(visit, &build->preds[i]);
    for (size_t i = 0; i < build->effects_count; i++)
        visit_effect(visit, &build->effects[i]);
    for (size_t i = 0; i < build->code_count; i++)
        if (build->code[i].op == ESC_OP_CLOSE)
            build->code[i].imm = visit_text(visit, build->code[i].imm);
}

typedef struct SortedText {
    EscText text;
    uint32_t from;
} SortedText;

static int compare_texts(const void *a, const void *b)
{
    return esc_text_compare(((const SortedText *)a)->text, ((const SortedText *)b)->text);
}

static EscStatus sort_texts(EscBuild *build)
{
    TextVisit visit = {esc_arena_alloc_array(build->arena, build->texts_count, sizeof *visit.map),
                       false};
    SortedText *sorted = esc_arena_alloc_array(build->arena, build->texts_count, sizeof *sorted);
    if (visit.map == NULL || sorted == NULL)
        return ESC_NO_MEMORY;
    visit.map[0] = 1; /* the empty text is always there */
    visit_texts(build, &visit);
    size_t count = 0;
    for (size_t i = 0; i < build->texts_count; i++)
        if (visit.map[i] != 0)
            sorted[count++] = (SortedText){build->texts[i], (uint32_t)i};
    qsort(sorted, count, sizeof *sorted, compare_texts);
    for (size_t i = 0; i < count; i++) {
        build->texts[i] = sorted[i].text;
        visit.map[sorted[i].from] = (uint32_t)i;
    }
    build->texts_count = count;
    visit.is_renumbering = true;
    visit_texts(build, &visit);
    return ESC_OK;
}

/* --- the end ---------------------------------------------------------------------------------- */

static EscStatus check_rows(const EscBuild *build, EscWhy *why)
{
#define ESC_TABLE(number, NAME, Struct, member, rows_max, what)                                    \
    if (build->member##_count > (rows_max))                                                        \
        return esc_why(why, ESC_OVER_LIMIT, "", number,                                            \
                       "the workspace needs %zu rows of %s, and %d are allowed",                   \
                       build->member##_count, #NAME, rows_max);
#define ESC_COL(name, KIND, arg, what)
#define ESC_TABLE_END(NAME, Struct)
#include <esc/tables.def>
#undef ESC_TABLE
#undef ESC_COL
#undef ESC_TABLE_END
    return ESC_OK;
}

/* The two sections that are no tables. */
static EscStatus check_sections(const EscBuild *build, EscWhy *why)
{
    if (build->texts_count > ESC_TEXTS_ROWS_MAX)
        return esc_why(why, ESC_OVER_LIMIT, "", 0,
                       "the workspace needs %zu different texts, and %u are allowed",
                       build->texts_count, ESC_TEXTS_ROWS_MAX);
    if (build->code_count > ESC_CODE_ROWS_MAX)
        return esc_why(why, ESC_OVER_LIMIT, "", 0,
                       "the workspace needs %zu instructions, and %u are allowed",
                       build->code_count, ESC_CODE_ROWS_MAX);
    return ESC_OK;
}

static EscStatus check_texts(const EscBuild *build, EscWhy *why)
{
    for (size_t i = 0; i < build->texts_count; i++) {
        EscText start = esc_utf8_cut(build->texts[i], 40);
        if (build->texts[i].size > ESC_TEXT_MAX)
            return esc_why(why, ESC_OVER_LIMIT, "", i,
                           "a text is longer than %d bytes; it begins with \"%.*s\"", ESC_TEXT_MAX,
                           ESC_TEXT_ARG(start));
    }
    return ESC_OK;
}

EscStatus esc_build_finish(EscBuild *build, EscProgram *program, EscWhy *why)
{
    memset(program, 0, sizeof *program);
    EscStatus status = build->status;
    if (status == ESC_OK)
        status = lay_out(build);
    if (status == ESC_OK)
        status = drop_unused_consts(build);
    if (status == ESC_OK)
        status = sort_texts(build);
    if (status == ESC_OK)
        status = sort_consts(build); /* behind the texts: their numbers are part of the order */
    if (status != ESC_OK)
        return esc_why(why, status, "", 0, "no memory for the program");
    status = check_rows(build, why);
    if (status == ESC_OK)
        status = check_sections(build, why);
    if (status == ESC_OK)
        status = check_texts(build, why);
    if (status != ESC_OK)
        return status;
#define ESC_TABLE(number, NAME, Struct, member, rows_max, what)                                    \
    program->member = build->member;                                                               \
    program->member##_count = (uint32_t)build->member##_count;
#define ESC_COL(name, KIND, arg, what)
#define ESC_TABLE_END(NAME, Struct)
#include <esc/tables.def>
#undef ESC_TABLE
#undef ESC_COL
#undef ESC_TABLE_END
    program->texts = build->texts;
    program->texts_count = (uint32_t)build->texts_count;
    program->code = build->code;
    program->code_count = (uint32_t)build->code_count;
    return ESC_OK;
}
