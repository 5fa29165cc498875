/* random_program.c - see random_program.h. Registers 0 to 27 are the generator's; statements are drawn until the size is used up. */
#include "random_program.h"

#include <string.h>

#include "vm_internal.h"

enum { REGISTERS = 28, DEPTH_MAX = 4 };

typedef struct Generator {
    RandomBody *out;
    uint64_t seed;
    uint32_t body, left, depth, loops;
    EscType types[ESC_REGISTERS_MAX];
    uint32_t is_zero; /* registers that may hold the constant zero */
    uint32_t is_kept; /* registers that a round of a loop must leave as they are */
    bool is_in_round; /* of rounds: nothing else waits there */
} Generator;

static void block(Generator *g, uint32_t statements);

static uint32_t draw(Generator *g, uint32_t count)
{
    return (uint32_t)(test_random(&g->seed) % count);
}

static uint32_t here(const Generator *g)
{
    return g->out->count;
}

static bool is_full(const Generator *g)
{
    return g->out->count + 40 > RANDOM_CODE_MAX;
}

static void put(Generator *g, EscOp op, uint32_t a, uint32_t b, uint32_t c, uint32_t imm)
{
    g->out->code[g->out->count++] =
        (EscInstr){(uint8_t)op, (uint8_t)a, (uint8_t)b, (uint8_t)c, imm};
}

/* A register that may be written; there always is one, because loops keep at most 20. */
static uint32_t free_register(Generator *g)
{
    uint32_t at = draw(g, REGISTERS);
    while ((g->is_kept >> at & 1) != 0)
        at = (at + 1) % REGISTERS;
    return at;
}

static void wrote(Generator *g, uint32_t at, EscType type)
{
    g->types[at] = type;
    g->is_zero &= ~(1u << at);
}

/* --- values ------------------------------------------------------------------------------------------------- */

static uint32_t load(Generator *g, EscType type)
{
    static const struct {
        uint32_t kind;
        EscOp op;
        uint32_t imm;
    } ways[] = {
        {ESC_KIND_BOOL, ESC_OP_LOAD_TICKET, FIELD_FLAG},
        {ESC_KIND_NUMBER, ESC_OP_LOAD_TICKET, FIELD_COUNT},
        {ESC_KIND_TEXT, ESC_OP_LOAD_TICKET, FIELD_ID},
        {ESC_KIND_DURATION, ESC_OP_LOAD_TICKET, FIELD_SPENT},
        {ESC_KIND_TIME, ESC_OP_LOAD_TICKET, FIELD_DUE},
        {ESC_KIND_LIST, ESC_OP_LOAD_TICKET, FIELD_TAGS},
        {ESC_KIND_BOOL, ESC_OP_LOAD_CHANGED, FIELD_NOTE},
        {ESC_KIND_TEXT, ESC_OP_LOAD_FACT, ESC_FACT_ESCALATION_OWNER},
        {ESC_KIND_TIME, ESC_OP_LOAD_NOW, 0},
        {ESC_KIND_BOOL, ESC_OP_CLOCK, 0},
        {ESC_KIND_BOOL, ESC_OP_CLOCK, 1},
        {ESC_KIND_BOOL, ESC_OP_CLOCK, 2},
        {ESC_KIND_BOOL, ESC_OP_CLOCK, 3},
        {ESC_KIND_BOOL, ESC_OP_CLOCK, 4},
        {ESC_KIND_TIME, ESC_OP_LOAD_DATE, 0},
        {ESC_KIND_REF, ESC_OP_CONST, CONST_ANA},
        {ESC_KIND_NUMBER, ESC_OP_CONST, CONST_ONE},
        {ESC_KIND_DURATION, ESC_OP_CONST, CONST_HOUR},
        {ESC_KIND_TEXT, ESC_OP_CONST, CONST_TEXT},
        {ESC_KIND_BOOL, ESC_OP_CONST, CONST_FALSE},
    };
    uint32_t at = free_register(g), way = draw(g, ESC_COUNT_OF(ways));
    if (esc_type_is_optional(type)) {
        put(g, ESC_OP_LOAD_PREVIOUS, at, 0, 0, draw(g, 2) == 0 ? FIELD_NOTE : FIELD_ID);
    } else if (esc_type_kind(type) == ESC_KIND_ENUM) {
        put(g, ESC_OP_LOAD_TICKET, at, 0, 0, FIELD_SEVERITY);
    } else {
        while (ways[way].kind != type)
            way = (way + 1) % ESC_COUNT_OF(ways);
        put(g, ways[way].op, at, 0, 0, ways[way].imm);
    }
    wrote(g, at, type);
    return at;
}

/* A register that holds `type`: often one that is there already. */
static uint32_t value(Generator *g, EscType type)
{
    uint32_t start = draw(g, REGISTERS);
    for (uint32_t i = 0; i < REGISTERS && draw(g, 8) != 0; i++) {
        uint32_t at = (start + i) % REGISTERS;
        if (g->types[at] == type)
            return at;
    }
    return load(g, type);
}

static EscType some_type(Generator *g)
{
    static const EscType types[] = {
        ESC_KIND_BOOL,        ESC_KIND_NUMBER, ESC_KIND_TEXT, ESC_KIND_DURATION,
        ESC_KIND_TIME,        ESC_KIND_LIST,   ESC_KIND_REF,  ESC_TYPE_ENUM(ENUM_SEVERITY),
        ESC_KIND_TEXT | 0x100};
    return types[draw(g, ESC_COUNT_OF(types))];
}

static const EscOp binary_ops[] = {
    ESC_OP_EQ_BOOL,      ESC_OP_EQ_NUMBER,    ESC_OP_LT_NUMBER,     ESC_OP_LE_NUMBER,
    ESC_OP_EQ_DURATION,  ESC_OP_LT_DURATION,  ESC_OP_LE_DURATION,   ESC_OP_EQ_TIME,
    ESC_OP_LT_TIME,      ESC_OP_LE_TIME,      ESC_OP_EQ_ENUM,       ESC_OP_LT_ENUM,
    ESC_OP_LE_ENUM,      ESC_OP_EQ_TEXT,      ESC_OP_STARTS_WITH,   ESC_OP_ENDS_WITH,
    ESC_OP_CONTAINS,     ESC_OP_LIST_HAS,     ESC_OP_EQ_REF,        ESC_OP_ADD_NUMBER,
    ESC_OP_SUB_NUMBER,   ESC_OP_MUL_NUMBER,   ESC_OP_DIV_NUMBER,    ESC_OP_ADD_DURATION,
    ESC_OP_SUB_DURATION, ESC_OP_MUL_DURATION, ESC_OP_DIV_DURATION,  ESC_OP_TIME_ADD,
    ESC_OP_TIME_SUB,     ESC_OP_TIME_DIFF,    ESC_OP_STARTS_FOLDED, ESC_OP_ENDS_FOLDED,
    ESC_OP_HAS_FOLDED};

static EscType operand_type(uint32_t operand)
{
    switch (operand) {
    case ESC_OPERAND_IN_BOOL:
    case ESC_OPERAND_OUT_BOOL:
        return ESC_KIND_BOOL;
    case ESC_OPERAND_IN_NUMBER:
    case ESC_OPERAND_OUT_NUMBER:
        return ESC_KIND_NUMBER;
    case ESC_OPERAND_IN_TEXT:
        return ESC_KIND_TEXT;
    case ESC_OPERAND_IN_DURATION:
    case ESC_OPERAND_OUT_DURATION:
        return ESC_KIND_DURATION;
    case ESC_OPERAND_IN_TIME:
    case ESC_OPERAND_OUT_TIME:
        return ESC_KIND_TIME;
    case ESC_OPERAND_IN_LIST:
        return ESC_KIND_LIST;
    case ESC_OPERAND_IN_REF:
        return ESC_KIND_REF;
    default:
        return ESC_TYPE_ENUM(ENUM_SEVERITY);
    }
}

static void binary(Generator *g)
{
    EscOp op = binary_ops[draw(g, ESC_COUNT_OF(binary_ops))];
    uint32_t b = value(g, operand_type(esc_op_info[op].b)), keep = g->is_kept;
    g->is_kept |= 1u << b; /* making c must not overwrite b */
    uint32_t c = value(g, operand_type(esc_op_info[op].c));
    g->is_kept = keep;
    bool divides = op == ESC_OP_DIV_NUMBER || op == ESC_OP_DIV_DURATION;
    if (divides && (g->is_zero >> c & 1) != 0)
        return; /* the verifier would refuse a divisor that is always zero */
    uint32_t a = free_register(g);
    put(g, op, a, b, c, 0);
    wrote(g, a, operand_type(esc_op_info[op].a));
}

static void add_hours(Generator *g)
{
    uint32_t b = value(g, ESC_KIND_TIME), keep = g->is_kept;
    g->is_kept |= 1u << b;
    uint32_t c = value(g, ESC_KIND_DURATION);
    g->is_kept = keep;
    uint32_t a = free_register(g);
    put(g, ESC_OP_ADD_HOURS, a, b, c, 0);
    wrote(g, a, ESC_KIND_TIME);
}

static void unary(Generator *g)
{
    EscType type = some_type(g);
    uint32_t b = value(g, type), a = free_register(g);
    switch (draw(g, 7)) {
    case 0:
        put(g, ESC_OP_MOVE, a, b, 0, 0);
        g->types[a] = type;
        g->is_zero = (g->is_zero & ~(1u << a)) | (g->is_zero >> b & 1) << a;
        break;
    case 1:
        put(g, ESC_OP_TO_TEXT, a, b, 0, 0);
        wrote(g, a, ESC_KIND_TEXT);
        break;
    case 2:
        b = value(g, ESC_KIND_TEXT);
        put(g, ESC_OP_URL_ENCODE, a, b, 0, 0);
        wrote(g, a, ESC_KIND_TEXT);
        break;
    case 5:
        b = value(g, ESC_KIND_TEXT);
        put(g, ESC_OP_UNMARK, a, b, 0, 0);
        wrote(g, a, ESC_KIND_TEXT);
        break;
    case 3:
        b = value(g, ESC_KIND_DURATION);
        put(g, ESC_OP_DURATION_IN, a, b, 0, draw(g, 4));
        wrote(g, a, ESC_KIND_NUMBER);
        break;
    case 4:
        put(g, ESC_OP_CONST, a, 0, 0, CONST_ZERO);
        wrote(g, a, ESC_KIND_NUMBER);
        g->is_zero |= 1u << a;
        break;
    default:
        b = value(g, ESC_KIND_TEXT | 0x100);
        put(g, ESC_OP_IS_PRESENT, a, b, 0, 0);
        wrote(g, a, ESC_KIND_BOOL);
        break;
    }
}

/* Registers 28 to 30 are used for ranges only, so that arguments stand side by side. */
static void join(Generator *g)
{
    uint32_t count = 1 + draw(g, 3);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t from = value(g, ESC_KIND_TEXT);
        put(g, ESC_OP_MOVE, 28 + i, from, 0, 0);
    }
    uint32_t a = free_register(g);
    put(g, ESC_OP_JOIN, a, 28, count, 0);
    wrote(g, a, ESC_KIND_TEXT);
    put(g, ESC_OP_CLEAR, 28, 3, 0, 0);
}

static void list_add(Generator *g)
{
    uint32_t b = value(g, ESC_KIND_LIST), keep = g->is_kept;
    g->is_kept |= 1u << b;
    uint32_t c = value(g, ESC_KIND_TEXT);
    g->is_kept = keep;
    uint32_t a = free_register(g);
    put(g, ESC_OP_LIST_ADD, a, b, c, 0);
    wrote(g, a, ESC_KIND_LIST);
}

static void show(Generator *g)
{
    uint32_t form = draw(g, ESC_FORM_COUNT);
    uint32_t b = value(g, ESC_TYPE(esc_form_kind((EscForm)form))), a = free_register(g);
    put(g, ESC_OP_SHOW, a, b, 0, form);
    wrote(g, a, ESC_KIND_TEXT);
}

static void clear(Generator *g)
{
    uint32_t at = free_register(g);
    put(g, ESC_OP_CLEAR, at, 1, 0, 0);
    wrote(g, at, 0);
}

/* --- control --------------------------------------------------------------------------------------------------- */

/* What two ways leave equal is kept, everything else is unset. */
static void join_states(Generator *g, const EscType *types, uint32_t is_zero)
{
    for (uint32_t r = 0; r < ESC_REGISTERS_MAX; r++) {
        if (g->types[r] != types[r])
            g->types[r] = 0;
    }
    g->is_zero |= is_zero;
}

static void branch(Generator *g)
{
    EscType before[ESC_REGISTERS_MAX], after[ESC_REGISTERS_MAX];
    uint32_t condition = 0, at = 0;
    bool unwraps = draw(g, 3) == 0;
    condition = value(g, unwraps ? ESC_KIND_TEXT | 0x100 : ESC_KIND_BOOL);
    at = here(g);
    memcpy(before, g->types, sizeof before);
    uint32_t zero_before = g->is_zero;
    if (unwraps) {
        uint32_t a = free_register(g);
        put(g, ESC_OP_UNWRAP, a, condition, 0, 0);
        wrote(g, a, ESC_KIND_TEXT);
    } else {
        put(g, draw(g, 2) == 0 ? ESC_OP_JUMP_IF : ESC_OP_JUMP_UNLESS, condition, 0, 0, 0);
    }
    block(g, 1 + draw(g, 3));
    uint32_t skip = here(g);
    bool has_else = draw(g, 2) == 0;
    if (has_else)
        put(g, ESC_OP_JUMP, 0, 0, 0, 0);
    g->out->code[at].imm = here(g);
    if (!has_else) {
        join_states(g, before, zero_before);
        return;
    }
    memcpy(after, g->types, sizeof after);
    uint32_t zero_after = g->is_zero;
    memcpy(g->types, before, sizeof before);
    g->is_zero = zero_before;
    block(g, 1 + draw(g, 3));
    g->out->code[skip].imm = here(g);
    join_states(g, after, zero_after);
}

static uint32_t bits(uint32_t mask)
{
    uint32_t count = 0;
    for (; mask != 0; mask &= mask - 1)
        count++;
    return count;
}

/* Everything that is set when a round begins is kept by it, so that the next round finds it. */
static void loop(Generator *g)
{
    uint32_t list = value(g, ESC_KIND_LIST), kept = g->is_kept, set = 0;
    for (uint32_t r = 0; r < REGISTERS; r++)
        set |= (uint32_t)(g->types[r] != 0) << r;
    if (g->loops == ESC_LOOP_DEPTH_MAX || bits(kept | set) > 20)
        return;
    EscType before[ESC_REGISTERS_MAX];
    memcpy(before, g->types, sizeof before);
    uint32_t zero_before = g->is_zero;
    g->is_kept |= set;
    uint32_t item = free_register(g), begin = here(g);
    put(g, ESC_OP_LOOP_BEGIN, item, list, 1 + draw(g, 4), 0);
    wrote(g, item, ESC_KIND_TEXT);
    g->is_kept |= 1u << item;
    g->loops++;
    block(g, 1 + draw(g, 3));
    if (draw(g, 3) == 0) { /* a way out of the loop */
        uint32_t condition = value(g, ESC_KIND_BOOL);
        put(g, ESC_OP_JUMP_IF, condition, 0, 0, here(g) + 2);
    }
    put(g, ESC_OP_LOOP_END, 0, 0, 0, begin);
    g->out->code[begin].imm = here(g);
    g->loops--;
    g->is_kept = kept;
    memcpy(g->types, before, sizeof before);
    g->is_zero = zero_before | g->is_zero;
}

/* Rounds around one wait, with another way out of them. What a round must keep it keeps as a loop's does; what it sets is set behind it,
 * because no way leads around it. */
static void rounds(Generator *g)
{
    uint32_t kept = g->is_kept, set = 0, out = ESC_NONE;
    for (uint32_t r = 0; r < REGISTERS; r++)
        set |= (uint32_t)(g->types[r] != 0) << r;
    if (g->is_in_round || g->loops == ESC_LOOP_DEPTH_MAX || bits(kept | set) > 20)
        return;
    uint32_t begin = here(g);
    g->is_kept |= set;
    put(g, ESC_OP_ROUNDS_BEGIN, 0, 0, 0, 1 + draw(g, 4));
    g->loops++;
    g->is_in_round = true;
    block(g, 1 + draw(g, 3));
    if (draw(g, 3) == 0) {
        uint32_t condition = value(g, ESC_KIND_BOOL);
        out = here(g);
        put(g, ESC_OP_JUMP_IF, condition, 0, 0, 0);
    }
    put(g, ESC_OP_WAIT, 0, 0, 0, WAIT_IMM(WAIT_ROUND, here(g) + 2));
    put(g, ESC_OP_JUMP, 0, 0, 0, here(g) + 2);
    put(g, ESC_OP_ROUNDS_END, 0, 0, 0, begin);
    if (out != ESC_NONE)
        g->out->code[out].imm = here(g);
    g->is_in_round = false;
    g->loops--;
    g->is_kept = kept;
}

/* --- effects and waits ----------------------------------------------------------------------------------------------- */

static void effect(Generator *g)
{
    static const uint32_t texts_only[] = {SITE_NOTIFY, SITE_PAGE,    SITE_CREATE,  SITE_HANDOFF,
                                          SITE_ATTACH, SITE_WARROOM, SITE_ROLLBACK};
    static const uint32_t plain[] = {SITE_ASSIGN, SITE_QUEUE, SITE_SNAPSHOT, SITE_START,
                                     SITE_FAILOVER};
    if (draw(g, 3) == 0) {
        put(g, ESC_OP_EMIT, 0, 0, 0, plain[draw(g, ESC_COUNT_OF(plain))]);
        return;
    }
    if (draw(g, 4) == 0) {
        uint32_t at = value(g, ESC_KIND_NUMBER);
        put(g, ESC_OP_EMIT, 0, at, 1, SITE_SET);
        return;
    }
    uint32_t site = texts_only[draw(g, ESC_COUNT_OF(texts_only))], text = value(g, ESC_KIND_TEXT),
             result = 0;
    bool has_result = site == SITE_CREATE || site == SITE_WARROOM;
    if (has_result)
        result = free_register(g);
    put(g, ESC_OP_EMIT, result, text, 1, site);
    if (has_result)
        wrote(g, result, ESC_KIND_TEXT);
}

/* Either way leads to the next instruction, or a time-out skips what comes next. */
static void wait_for(Generator *g, uint32_t wait, bool must_go_on)
{
    uint32_t at = here(g);
    put(g, ESC_OP_WAIT, 0, 0, 0, WAIT_IMM(wait, at + 1));
    if (must_go_on || draw(g, 2) == 0)
        return;
    EscType before[ESC_REGISTERS_MAX];
    memcpy(before, g->types, sizeof before);
    uint32_t zero_before = g->is_zero;
    block(g, 1 + draw(g, 2));
    g->out->code[at].imm = WAIT_IMM(wait, here(g));
    join_states(g, before, zero_before);
}

static void call(Generator *g)
{
    if ((g->is_kept >> 5 & 1) != 0)
        return; /* the reply would overwrite what a round must keep */
    uint32_t text = value(g, ESC_KIND_TEXT);
    put(g, ESC_OP_MOVE, 28, text, 0, 0);
    uint32_t number = value(g, ESC_KIND_NUMBER);
    put(g, ESC_OP_MOVE, 29, number, 0, 0);
    if (draw(g, 3) == 0)
        put(g, ESC_OP_EMIT, 0, 28, 1, SITE_UNDO);
    put(g, ESC_OP_EMIT, 0, 28, 2, SITE_CALL);
    put(g, ESC_OP_CLEAR, 28, 3, 0, 0);
    if (g->body != BODY_STEPS)
        return;
    put(g, ESC_OP_WAIT, 0, 0, 0, WAIT_IMM(WAIT_REPLY, here(g) + 1));
    wrote(g, 5, ESC_KIND_TEXT | 0x100);
}

static void statement(Generator *g)
{
    uint32_t choice = draw(g, 20);
    bool nests = g->depth < DEPTH_MAX;
    if (choice < 6)
        binary(g);
    else if (choice < 9)
        unary(g);
    else if (choice == 9 && draw(g, 3) == 0)
        add_hours(g);
    else if (choice == 9)
        join(g);
    else if (choice == 10 && draw(g, 2) == 0)
        list_add(g);
    else if (choice == 10 && draw(g, 2) == 0)
        show(g);
    else if (choice == 10)
        clear(g);
    else if (choice < 13 && nests)
        branch(g);
    else if (choice == 13 && nests)
        loop(g);
    else if (choice < 17 && g->body != BODY_COND)
        effect(g);
    else if (choice == 17 && nests && g->body == BODY_STEPS && draw(g, 2) == 0)
        rounds(g);
    else if (choice == 17 && g->body != BODY_COND && !g->is_in_round)
        call(g);
    else if (choice > 17 && g->body == BODY_STEPS && !g->is_in_round)
        wait_for(g,
                 choice == 18      ? WAIT_ACK
                 : draw(g, 2) == 0 ? WAIT_EVENT
                                   : WAIT_PAUSE,
                 choice != 18);
}

static void block(Generator *g, uint32_t statements)
{
    g->depth++;
    for (uint32_t i = 0; i < statements && g->left > 0 && !is_full(g); i++) {
        g->left--;
        statement(g);
    }
    g->depth--;
}

void random_clocks(TestProgram *program)
{
    static const EscClockRow rows[] = {
        {.source = ESC_CLOCK_SOURCE_TICKET, .index = FIELD_DUE, .distance_ms = -ESC_HOUR_MS},
        {.source = ESC_CLOCK_SOURCE_FACT, .index = ESC_FACT_ESCALATION_AGE, .distance_ms = 60000},
        {.source = ESC_CLOCK_SOURCE_FACT,
         .index = ESC_FACT_SLA_RESOLVE_OVERDUE,
         .distance_ms = 1,
         .is_until = 1},
        {.source = ESC_CLOCK_SOURCE_HOURS, .calendar = 1},
        {.source = ESC_CLOCK_SOURCE_DATE,
         .calendar = 1,
         .lead_ms = -1,
         .calendar_ms = -4 * ESC_HOUR_MS,
         .distance_ms = 1}};
    static const EscInstr asks[] = {OP(CLOCK, 0, 0, 0, 0), OP(CLOCK, 1, 0, 0, 1),
                                    OP(CLOCK, 2, 0, 0, 2), OP(CLOCK, 3, 0, 0, 3),
                                    OP(CLOCK, 3, 0, 0, 4), OP(RETURN, 0, 0, 0, 0)};
    memcpy(program->clocks, rows, sizeof rows);
    program->clocks_count = ESC_COUNT_OF(rows);
    program->dates[0] = (EscDateRow){.local_minute = 120};
    program->dates_count = 1;
    program->bodies[BODY_PRED] = BODY(asks); /* so that each is asked for */
}

void random_body(RandomBody *out, uint32_t body, uint64_t seed, uint32_t size)
{
    Generator g = {.out = out, .seed = seed, .body = body, .left = size};
    out->count = 0;
    if (body == BODY_STEPS)
        put(&g, ESC_OP_OWN, 0, 0, 0, draw(&g, 2));
    block(&g, size);
    if (body == BODY_COND) {
        uint32_t answer = value(&g, ESC_KIND_BOOL);
        put(&g, ESC_OP_RETURN, answer, 0, 0, 0);
    } else if (body == BODY_STEPS) {
        put(&g, ESC_OP_CLOSE, 0, 0, 0, 0);
    } else {
        put(&g, ESC_OP_END, 0, 0, 0, draw(&g, 2) == 0 ? ESC_END_FALL : ESC_END_SKIP);
    }
}
