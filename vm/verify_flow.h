/* verify_flow.h - the abstract state that the verifier carries through one function; shared by verify_code.c (joins, loops, order)
 * and verify_ops.c (what one instruction needs and makes). */
#ifndef ESC_VERIFY_FLOW_H
#define ESC_VERIFY_FLOW_H

#include "vm_internal.h"

/* What is known at one place whichever way led there. Exact types and single bits: no ranges, no unions. */
typedef struct FlowState {
    EscType types[ESC_REGISTERS_MAX]; /* 0: unset, or not the same on every way here */
    uint32_t zeros;                   /* bit r: register r holds the constant 0 on every way here */
    uint32_t
        pending; /* effect site + 1 whose wait, or whose CALL or SET, must come next; the same on every way */
    uint32_t sent;     /* effects of a REQUEST or UNDO function so far; the same on every way */
    bool is_owned;     /* somebody is accountable */
    bool is_qa_passed; /* behind a satisfied QA wait */
    bool is_raised;    /* behind an EMIT of RAISE */
} FlowState;

typedef struct FlowLoop {
    uint32_t begin, end; /* LOOP_BEGIN and its LOOP_END, or ROUNDS_BEGIN and its ROUNDS_END */
    bool is_rounds;
    FlowState entry; /* at the start of the body */
} FlowLoop;

typedef struct Flow {
    EscVerify *verify;
    uint32_t function;
    const EscFunctionRow *row;
    const EscInstr *code; /* of the function */
    uint32_t count;
    uint32_t pc;
    FlowState now; /* before, then behind the instruction at pc */
    FlowLoop loops[ESC_LOOP_DEPTH_MAX];
    uint32_t depth;
    uint16_t *state_at; /* for each pc: number of its waiting state + 1, 0 for none */
    FlowState *states;
    uint32_t states_used;
    EscMeasure *measure;
    uint64_t cost_max, effects_max, registers_max; /* over all functions so far */
    /* NULL, or told of what is known before each instruction: tests hold runs against it. */
    void (*observe)(void *context, uint32_t pc, const FlowState *state);
    void *observe_context;
} Flow;

/* Prepares for functions of verify's bundle, whose tables hold; then any number of functions, those beside a wait last. */
EscStatus flow_init(Flow *flow, EscVerify *verify);
EscStatus flow_function(Flow *flow, uint32_t function);

/* Rejects at the present instruction. */
EscStatus flow_bad(Flow *flow, const char *check, const char *format, ...) ESC_PRINTF(3, 4);
/* Control may go from here to `target` with the state as it is now: V20, V23, V17. */
EscStatus flow_to(Flow *flow, uint32_t target);

/* Checks the instruction at flow->pc and makes its result; sends states along its jumps, but not to the next instruction. */
EscStatus flow_instruction(Flow *flow);

/* verify_code.c, for the instructions that only exist with their partner */
EscStatus flow_loop_begin(Flow *flow, const EscInstr *instr);
EscStatus flow_loop_end(Flow *flow, const EscInstr *instr);
EscStatus flow_rounds_begin(Flow *flow, const EscInstr *instr);
EscStatus flow_rounds_end(Flow *flow, const EscInstr *instr);
/* verify_sites.c: EMIT, WAIT, OWN and the ends of functions */
EscStatus flow_emit(Flow *flow, const EscInstr *instr);
EscStatus flow_wait(Flow *flow, const EscInstr *instr);
EscStatus flow_own(Flow *flow, const EscInstr *instr);
EscStatus flow_end(Flow *flow, const EscInstr *instr);

#define FLOW_REJECT_IF(condition, check, ...)                                                      \
    do {                                                                                           \
        if (condition)                                                                             \
            return flow_bad(flow, check, __VA_ARGS__);                                             \
    } while (0)

#endif
