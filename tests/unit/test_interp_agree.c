/* test_interp_agree.c - whatever the verifier accepts, both interpreters run alike, within its bounds, and with registers that
 * are what it said they would be. Every small program of a subset of opcodes, and large ones at random.
 *
 * ESC_LONG=1 in the environment makes programs one instruction longer and draws a hundred times as many. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program_builder.h"
#include "random_program.h"
#include "support/test.h"
#include "verify_flow.h"

static char scratch[2][ESC_RUN_SCRATCH_MAX];

static bool is_long(void)
{
    return getenv("ESC_LONG") != NULL;
}

/* --- every small program ------------------------------------------------------------------------------- */

enum { SMALL_MAX = 6 };

typedef struct Small {
    TestProgram p;
    EscBundle *bundle;
    EscInstr *code; /* of function 0, in the bundle */
    EscFunctionRow *row;
    EscVerify verify;
    Flow flow;
    FlowState known[SMALL_MAX];
    bool is_known[SMALL_MAX];
    EscWhy why;
    uint64_t tried, accepted, runs;
} Small;

static void remember(void *context, uint32_t pc, const FlowState *state)
{
    Small *s = context;
    s->known[pc] = *state;
    s->is_known[pc] = true;
}

static const EscInstr placeholder[SMALL_MAX] = {OP(CONST, 0, 0, 0, CONST_ZERO),
                                                OP(CONST, 1, 0, 0, CONST_ONE),
                                                OP(CONST, 1, 0, 0, CONST_TEXT),
                                                OP(LOAD_TICKET, 0, 0, 0, FIELD_FLAG),
                                                OP(NOT, 0, 0, 0, 0),
                                                OP(RETURN, 0, 0, 0, 0)};

static void small_begin(Small *s)
{
    memset(s, 0, sizeof *s);
    program_begin(&s->p);
    s->p.bodies[BODY_COND] = BODY(placeholder);
    program_finish(&s->p);
    s->bundle = program_load(&s->p);
    s->code = (EscInstr *)(uintptr_t)s->bundle->program.code;
    s->row = (EscFunctionRow *)(uintptr_t)s->bundle->program.functions;
    s->verify = (EscVerify){.bundle = s->bundle,
                            .program = &s->bundle->program,
                            .scratch = esc_arena_new((size_t)16 << 20),
                            .why = &s->why};
    s->verify.is_const_used = esc_arena_alloc(s->verify.scratch, s->bundle->program.consts_count);
    assert_status(flow_init(&s->flow, &s->verify), ESC_OK);
    s->flow.observe = remember;
    s->flow.observe_context = s;
}

static void small_end(Small *s)
{
    esc_arena_free(s->verify.scratch);
    esc_bundle_free(s->bundle);
    program_release(&s->p);
}

static EscStatus small_run(Small *s, int which, uint64_t seed, EscRun *run, EscRunEnd *end,
                           EscWhy *why)
{
    TestHost host = {.bundle = s->bundle, .seed = seed};
    EscHost door = test_host(&host);
    esc_run_init(run, s->bundle, 0, NULL, 0, scratch[which], sizeof scratch[which]);
    return which == 0 ? esc_run_go(run, &door, 1000, end, why)
                      : esc_run_go_reference(run, &door, 1000, end, why);
}

/* Concrete registers against what the verifier knew before the instruction where the run stands. */
static void assert_state_holds(const Small *s, const EscRun *run)
{
    assert_true(run->pc < SMALL_MAX);
    assert_true(s->is_known[run->pc]);
    const FlowState *known = &s->known[run->pc];
    for (uint32_t r = 0; r < ESC_REGISTERS_MAX; r++) {
        if (known->types[r] != 0 &&
            !esc_value_fits(&s->bundle->program, &run->registers[r], known->types[r]))
            fail_msg("register %u at %u has type 0x%x, known was 0x%x", (unsigned)r,
                     (unsigned)run->pc, (unsigned)run->registers[r].type,
                     (unsigned)known->types[r]);
        if ((known->zeros >> r & 1) != 0)
            assert_true(run->registers[r].number == 0);
    }
}

/* Less and less fuel stops the run before each instruction that it comes to: there the states are compared. */
static void check_states(Small *s, uint64_t seed, uint32_t fuel_used)
{
    uint32_t cost = s->row->cost;
    for (uint32_t fuel = 0; fuel < fuel_used; fuel++) {
        EscRun run;
        EscRunEnd end;
        EscWhy why;
        s->row->cost = fuel;
        assert_status(small_run(s, 1, seed, &run, &end, &why), ESC_OUT_OF_FUEL);
        assert_state_holds(s, &run);
    }
    s->row->cost = cost;
}

static bool is_straight(const Small *s)
{
    for (uint32_t pc = 0; pc < s->row->code_count; pc++) {
        if (esc_op_info[s->code[pc].op].imm == ESC_OPERAND_TARGET ||
            s->code[pc].op == ESC_OP_LOOP_END)
            return false;
    }
    return true;
}

static void check_accepted(Small *s)
{
    s->accepted++;
    for (uint64_t seed = 0; seed < 3; seed++) {
        EscRun runs[2];
        EscRunEnd ends[2] = {ESC_RUN_DONE, ESC_RUN_DONE};
        EscWhy whys[2];
        EscStatus statuses[2];
        for (int which = 0; which < 2; which++)
            statuses[which] = small_run(s, which, seed, &runs[which], &ends[which], &whys[which]);
        s->runs++;
        assert_int_equal(statuses[0], statuses[1]);
        assert_int_equal(runs[0].fuel_used, runs[1].fuel_used);
        assert_int_equal(runs[0].pc, runs[1].pc);
        assert_true(runs[0].fuel_used <= s->row->cost);
        assert_status(statuses[0], ESC_OK); /* every opcode is total */
        assert_int_equal(runs[0].clamped_pc, runs[1].clamped_pc);
        assert_int_equal(ends[0], ESC_RUN_RETURNED);
        assert_int_equal(ends[1], ESC_RUN_RETURNED);
        assert_int_equal(runs[0].answer, runs[1].answer);
        if (is_straight(s))
            assert_int_equal(runs[0].fuel_used, s->row->cost);
        for (uint32_t r = 0; r < 4; r++)
            assert_true(esc_value_equal(runs[0].registers[r], runs[1].registers[r]));
        if (s->accepted % 8 == 0 || is_long())
            check_states(s, seed, runs[1].fuel_used);
    }
}

/* Verifies what stands in code[0 … count-1]. Gives the first place that may be changed to make a difference. */
static uint32_t try_small(Small *s, uint32_t count)
{
    EscCost cost = {0};
    s->tried++;
    s->row->code_count = count;
    bool is_measured =
        esc_function_cost(&s->bundle->program, s->row, s->flow.measure, &cost) == ESC_OK;
    s->row->cost = (uint32_t)cost.fuel;
    memset(s->is_known, 0, sizeof s->is_known);
    s->why.check[0] = '\0';
    /* Where the sweep finds no sense, the pass must find a fault: it asserts that much before it trusts the sweep. */
    EscStatus status = flow_function(&s->flow, 0);
    assert_true(is_measured || status != ESC_OK);
    if (status == ESC_OK) {
        check_accepted(s);
        return count - 1;
    }
    /* A wrong operand is wrong whatever follows; anything else may depend on what stands behind. */
    static const char *const local[] = {"V12", "V13", "V16", "V18"};
    for (size_t i = 0; i < ESC_COUNT_OF(local); i++) {
        if (strcmp(s->why.check, local[i]) == 0)
            return s->flow.pc < count - 1 ? s->flow.pc : count - 1;
    }
    return count - 1;
}

enum { TARGET_HERE = 100 }; /* + n: stands for each target from 0 to the end */

/* Instructions on three registers; where imm is TARGET_HERE, every target is tried. */
static const EscInstr alphabet[] = {
    OP(LOAD_TICKET, 0, 0, 0, FIELD_FLAG),
    OP(LOAD_TICKET, 1, 0, 0, FIELD_NOTE),
    OP(LOAD_TICKET, 2, 0, 0, FIELD_TAGS),
    OP(LOAD_TICKET, 1, 0, 0, FIELD_COUNT),
    OP(CONST, 1, 0, 0, CONST_ZERO),
    OP(CONST, 1, 0, 0, CONST_TEXT),
    OP(MOVE, 1, 0, 0, 0),
    OP(MOVE, 0, 1, 0, 0),
    OP(NOT, 0, 0, 0, 0),
    OP(CLEAR, 0, 1, 0, 0),
    OP(IS_PRESENT, 0, 1, 0, 0),
    OP(WRAP, 1, 1, 0, 0),
    OP(EQ_TEXT, 0, 1, 1, 0),
    OP(DIV_NUMBER, 1, 1, 1, 0),
    OP(LT_NUMBER, 0, 1, 1, 0),
    OP(TO_TEXT, 1, 1, 0, 0),
    OP(JOIN, 1, 0, 2, 0),
    OP(LIST_HAS, 0, 2, 1, 0),
    OP(RETURN, 0, 0, 0, 0),
    OP(JUMP, 0, 0, 0, TARGET_HERE),
    OP(JUMP_IF, 0, 0, 0, TARGET_HERE),
    OP(UNWRAP, 1, 1, 0, TARGET_HERE),
    OP(LOOP_BEGIN, 1, 2, 2, TARGET_HERE),
    OP(LOOP_END, 0, 0, 0, TARGET_HERE),
};

static uint32_t make_letters(const Small *s, uint32_t count, EscInstr *letters)
{
    uint32_t used = 0;
    for (size_t i = 0; i < ESC_COUNT_OF(alphabet); i++) {
        EscInstr instr = alphabet[i];
        if (instr.op == ESC_OP_CONST)
            instr.imm = s->p.const_at[instr.imm];
        uint32_t targets = instr.imm == TARGET_HERE ? count + 1 : 1;
        for (uint32_t t = 0; t < targets; t++) {
            letters[used] = instr;
            if (targets > 1)
                letters[used].imm = t;
            used++;
        }
    }
    return used;
}

/* Counts through all words of `free` letters, followed by RETURN; a letter that is wrong by itself skips all words that begin so. */
static void enumerate(Small *s, uint32_t free)
{
    EscInstr letters[128];
    uint32_t digits[SMALL_MAX] = {0}, count = free + 1,
             letters_count = make_letters(s, count, letters);
    s->code[free] = (EscInstr)OP(RETURN, 0, 0, 0, 0);
    for (uint32_t i = 0; i < free; i++)
        s->code[i] = letters[0];
    for (;;) {
        uint32_t wrong = try_small(s, count);
        uint32_t at = wrong < free ? wrong : free - 1;
        for (uint32_t i = at + 1; i < free; i++) {
            digits[i] = 0;
            s->code[i] = letters[0];
        }
        while (digits[at] + 1 == letters_count) {
            digits[at] = 0;
            s->code[at] = letters[0];
            if (at-- == 0)
                return;
        }
        s->code[at] = letters[++digits[at]];
    }
}

static void every_small_program_is_rejected_or_runs_as_proved(void **state)
{
    (void)state;
    static Small small;
    small_begin(&small);
    uint32_t longest = is_long() ? SMALL_MAX - 1 : SMALL_MAX - 2;
    for (uint32_t free = 1; free <= longest; free++)
        enumerate(&small, free);
    print_message("%llu programs tried, %llu accepted, %llu runs\n",
                  (unsigned long long)small.tried, (unsigned long long)small.accepted,
                  (unsigned long long)small.runs);
    assert_true(small.tried > 300000);
    assert_true(small.accepted > 5000);
    small_end(&small);
}

/* --- large programs at random ------------------------------------------------------------------------------ */

typedef struct Pair {
    EscBundle *bundle;
    uint32_t function;
    TestHost host[2];
    EscRun run[2];
    uint32_t waits, traps;
} Pair;

/* The first by the product and always awake, the second by the reference and put to sleep at each wait. */
static EscStatus pair_go(Pair *pair, EscRunEnd *end)
{
    EscRunEnd ends[2] = {ESC_RUN_DONE, ESC_RUN_DONE};
    EscStatus statuses[2];
    EscWhy whys[2];
    for (int i = 0; i < 2; i++) {
        EscHost door = test_host(&pair->host[i]);
        statuses[i] = (i == 0 ? esc_run_go : esc_run_go_reference)(&pair->run[i], &door, 77000,
                                                                   &ends[i], &whys[i]);
    }
    const EscFunctionRow *row = &esc_bundle_program(pair->bundle)->functions[pair->function];
    assert_int_equal(statuses[0], statuses[1]);
    assert_int_equal(pair->run[0].fuel_used, pair->run[1].fuel_used);
    assert_int_equal(pair->run[0].effects_total, pair->run[1].effects_total);
    assert_true(pair->run[0].fuel_used <= row->cost);
    assert_true(pair->host[0].trace == pair->host[1].trace);
    assert_status(statuses[0], ESC_OK);
    assert_int_equal(pair->run[0].clamped_pc, pair->run[1].clamped_pc);
    assert_int_equal(ends[0], ends[1]);
    assert_int_equal(pair->run[0].pc, pair->run[1].pc);
    assert_int_equal(pair->run[0].answer, pair->run[1].answer);
    *end = ends[0];
    return ESC_OK;
}

static void pair_sleep(Pair *pair)
{
    EscBuf bytes;
    EscRun woken;
    EscWhy why = {.text = ""};
    esc_buf_init(&bytes, ESC_SNAPSHOT_BYTES_MAX);
    assert_status(esc_snapshot_write(&pair->run[1], &bytes), ESC_OK);
    memset(scratch[1], 'z', pair->run[1].scratch_used); /* nothing may be read from where it was */
    EscStatus status =
        esc_snapshot_read(esc_buf_as_bytes(&bytes), pair->bundle, pair->run[0].effects_total,
                          scratch[1], sizeof scratch[1], &woken, &why);
    if (status != ESC_OK)
        fail_msg("%s: %s", why.check, why.text);
    pair->run[1] = woken;
    esc_buf_release(&bytes);
}

static void run_pair(Pair *pair, uint64_t seed)
{
    for (int i = 0; i < 2; i++) {
        pair->host[i] =
            (TestHost){.bundle = pair->bundle, .seed = seed, .function = pair->function};
        esc_run_init(&pair->run[i], pair->bundle, pair->function, NULL, 0, scratch[i],
                     sizeof scratch[i]);
    }
    EscRunEnd end = ESC_RUN_DONE;
    EscStatus status = pair_go(pair, &end);
    for (int i = 0; status == ESC_OK && end == ESC_RUN_WAITING; i++) {
        assert_in_range(i, 0, 5000);
        pair_sleep(pair);
        bool is_satisfied = test_random(&seed) % 2 == 0;
        EscType type = esc_bundle_program(pair->bundle)->waits[pair->run[0].wait].result_type;
        EscValue result = test_value(esc_bundle_program(pair->bundle),
                                     type == 0 ? (EscType)ESC_KIND_BOOL : type, seed);
        for (int k = 0; k < 2; k++)
            assert_status(esc_run_resume(&pair->run[k], is_satisfied,
                                         is_satisfied && type != 0 ? &result : NULL),
                          ESC_OK);
        pair->waits++;
        status = pair_go(pair, &end);
    }
    pair->traps += status != ESC_OK;
}

typedef struct Campaign {
    uint32_t made, over_limit, mutants_accepted, mutants_rejected, waits, traps;
} Campaign;

/* Over a limit is the one reason for which a generated program may be refused. */
static EscBundle *load_random(TestProgram *p, Campaign *campaign)
{
    EscMetaRow meta = p->meta[0];
    EscStatus status = esc_program_measure(&p->program, p->functions, &meta, NULL);
    if (status == ESC_OVER_LIMIT) {
        campaign->over_limit++;
        return NULL;
    }
    assert_status(status, ESC_OK);
    return program_load(p);
}

/* One field of one instruction is changed: refused, or it runs as proved. */
static void try_mutant(TestProgram *p, uint32_t body, uint64_t seed, Campaign *campaign)
{
    const EscFunctionRow *row = &p->functions[body];
    EscInstr *instr = &p->code[row->code_first + test_random(&seed) % row->code_count],
             was = *instr;
    uint32_t other = (uint32_t)test_random(&seed);
    switch (test_random(&seed) % 6) {
    case 0:
        instr->op = (uint8_t)(other % 96);
        break;
    case 1:
        instr->a = (uint8_t)(other % 34);
        break;
    case 2:
        instr->b = (uint8_t)(other % 34);
        break;
    case 3:
        instr->c = (uint8_t)(other % 34);
        break;
    case 4:
        instr->imm += other % 2 == 0 ? 1 : UINT32_MAX;
        break;
    default:
        *instr = p->code[row->code_first + other % row->code_count];
        break;
    }
    program_measure(p);
    EscBuf bytes = program_encode(p);
    Pair pair = {.function = body};
    EscStatus status = esc_bundle_load(esc_buf_as_bytes(&bytes), &pair.bundle, NULL);
    esc_buf_release(&bytes);
    if (status == ESC_OK) {
        run_pair(&pair, seed);
        campaign->mutants_accepted++;
    } else {
        assert_status(status, ESC_BAD_BUNDLE);
        campaign->mutants_rejected++;
    }
    esc_bundle_free(pair.bundle);
    *instr = was;
}

static void try_random(uint32_t body, uint64_t seed, Campaign *campaign)
{
    static RandomBody code;
    TestProgram p;
    random_body(&code, body, seed, 5 + (uint32_t)(seed % 40));
    program_begin(&p);
    random_clocks(&p);
    p.bodies[body] = (Body){code.code, code.count};
    program_finish(&p);
    Pair pair = {.function = body, .bundle = load_random(&p, campaign)};
    campaign->made++;
    if (pair.bundle != NULL) {
        for (uint64_t world = 0; world < 4; world++)
            run_pair(&pair, seed * 4 + world);
        for (uint64_t mutant = 0; mutant < 4; mutant++)
            try_mutant(&p, body, seed * 4 + mutant, campaign);
    }
    campaign->waits += pair.waits;
    campaign->traps += pair.traps;
    esc_bundle_free(pair.bundle);
    program_release(&p);
}

static void random_programs_run_as_proved(void **state)
{
    (void)state;
    static const uint32_t bodies[] = {BODY_COND, BODY_STEPS, BODY_HANDLER};
    uint64_t rounds = is_long() ? 60000 : 600;
    Campaign campaign = {0};
    for (uint64_t seed = 1; seed <= rounds; seed++)
        try_random(bodies[seed % ESC_COUNT_OF(bodies)], seed, &campaign);
    print_message(
        "%u programs, %u over a limit, %u waits, %u traps, %u mutants accepted, %u rejected\n",
        (unsigned)campaign.made, (unsigned)campaign.over_limit, (unsigned)campaign.waits,
        (unsigned)campaign.traps, (unsigned)campaign.mutants_accepted,
        (unsigned)campaign.mutants_rejected);
    assert_true(campaign.over_limit * 4 < campaign.made);
    assert_true(campaign.waits > rounds);
    assert_true(campaign.mutants_accepted * 20 > campaign.made);
    assert_true(campaign.mutants_rejected * 2 > campaign.made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_small_program_is_rejected_or_runs_as_proved),
        cmocka_unit_test(random_programs_run_as_proved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
