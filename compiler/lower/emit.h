/* emit.h - one function of a program while it is made (emit.c): registers, labels, loops, sites. Private to lower/. */
#ifndef ESC_LOWER_EMIT_H
#define ESC_LOWER_EMIT_H

#include "lower/build.h"

typedef uint8_t EscRegister;

/* What the verifier will know about the registers at one place. */
typedef struct EscRegisters {
    EscType types[ESC_REGISTERS_MAX]; /* 0: unset, or not the same on every path here */
    uint32_t written;                 /* bit set: written on some path here and not cleared since */
} EscRegisters;

/* A place to jump to, placed once. Zeroed is the start. */
typedef struct EscLabel {
    EscRegisters registers; /* the join over all jumps to it so far */
    uint32_t patches;       /* 1 + number of the newest patch, 0 for none */
    bool is_reached;
} EscLabel;

typedef struct EscPatch {
    uint32_t next; /* as EscLabel.patches */
    uint32_t at;   /* instruction, or wait */
    bool is_wait;
} EscPatch;

typedef enum EscEmitFault {
    ESC_EMIT_FINE,
    ESC_EMIT_REGISTERS, /* more than ESC_REGISTERS_MAX values at once */
    ESC_EMIT_CODE,      /* more than ESC_FUNCTION_CODE_MAX instructions */
    ESC_EMIT_LOOPS,     /* loops nested deeper than ESC_LOOP_DEPTH_MAX */
    ESC_EMIT_ARGUMENTS  /* an effect with more than ESC_EFFECT_ARGS_MAX arguments */
} EscEmitFault;

/* Registers are a stack: locals at the bottom, temporaries above. What lies at or above `next`
 * is dead. */
typedef struct EscEmit {
    EscBuild *build;
    uint32_t function; /* index in FUNCTIONS */
    EscFunctionRow row;
    uint32_t at_function, at_wait;
    EscEmitRoom *room; /* one of the builder's */
    size_t code_count, effects_count, waits_count, spans_count, patches_count;
    EscRegisters now;
    uint32_t next; /* first free register */
    uint32_t loop_depth;
    EscOrigin origin;  /* of what is emitted next; line 0: unknown */
    bool is_reachable; /* false behind a terminal instruction: what is emitted then is dropped */
    EscEmitFault fault;
} EscEmit;

/* Begins a function with no register set. `template_index` may be ESC_NONE. */
void esc_emit_begin(EscEmit *emit, EscBuild *build, EscFunction kind, uint32_t template_index);
/* Begins a COND or REMINDER that runs while `parent` stands in the wait that it emits next: it
 * sees parent's registers. */
void esc_emit_begin_at_wait(EscEmit *emit, const EscEmit *parent, EscFunction kind);
/* Hands the function to the builder. Every path must have ended. Returns its index. */
uint32_t esc_emit_finish(EscEmit *emit);

/* Takes the next free register. Beyond the last one the fault is noted and register 0 is given. */
EscRegister esc_emit_take(EscEmit *emit);
/* Takes an entry register that is set from the start. */
EscRegister esc_emit_take_entry(EscEmit *emit, EscType type);
/* Gives back every register from `mark` on (mark: emit->next as it was). */
void esc_emit_drop_to(EscEmit *emit, uint32_t mark);
EscType esc_emit_type(const EscEmit *emit, EscRegister at);

/* One instruction without a written register, a site or a target. */
void esc_emit_op(EscEmit *emit, EscOp op, EscRegister a, EscRegister b, uint8_t c, uint32_t imm);
/* One instruction that writes a value of `type` to `out`. */
void esc_emit_make(EscEmit *emit, EscOp op, EscRegister out, EscType type, EscRegister b, uint8_t c,
                   uint32_t imm);
void esc_emit_const(EscEmit *emit, EscRegister out, EscType type, int64_t bits);
void esc_emit_const_number(EscEmit *emit, EscRegister out, double value);
void esc_emit_const_text(EscEmit *emit, EscRegister out, EscText text);
void esc_emit_move(EscEmit *emit, EscRegister out, EscRegister in);

void esc_emit_jump(EscEmit *emit, EscLabel *target);
void esc_emit_jump_if(EscEmit *emit, EscRegister truth, bool sense, EscLabel *target);
/* out := value of optional `in`, or to `missing`. */
void esc_emit_unwrap(EscEmit *emit, EscRegister out, EscRegister in, EscLabel *missing);
/* Here is the label. A label that nothing jumps to changes nothing. */
void esc_emit_label(EscEmit *emit, EscLabel *label);

typedef struct EscLoop {
    EscLabel exit; /* jumps out of the loop go here */
    EscRegisters entry;
    uint32_t begin, mark;
    bool was_reachable;
} EscLoop;
/* for `out` in the first `rounds_max` texts of `list`. The body must be able to reach
 * esc_emit_loop_end(). */
void esc_emit_loop_begin(EscEmit *emit, EscLoop *loop, EscRegister out, EscRegister list,
                         uint8_t rounds_max);
void esc_emit_loop_end(EscEmit *emit, EscLoop *loop);

typedef struct EscRounds {
    EscRegisters entry;
    uint32_t begin, mark;
    bool was_reachable;
} EscRounds;
/* At most `times` rounds around one wait. The body must be able to reach esc_emit_rounds_wait(). */
void esc_emit_rounds_begin(EscEmit *emit, EscRounds *rounds, uint32_t times);
/* What a round made is forgotten: comes before the functions of the wait are made. */
void esc_emit_rounds_clear(EscEmit *emit, const EscRounds *rounds);
/* The wait (ROUND) for the next round, which leads to `over` when it is satisfied. Goes on where the last one's time is over. */
void esc_emit_rounds_wait(EscEmit *emit, const EscRounds *rounds, EscWaitRow wait, EscLabel *over);

/* Emits an effect with `count` arguments in registers from `first` on; their types are filled in
 * here. `result` counts only where the kind has a result. */
void esc_emit_effect(EscEmit *emit, EscEffectRow site, EscRegister result, EscRegister first,
                     EscEffectArgRow *args, uint32_t count);
/* Clears dead registers, so that a snapshot holds only what is needed later. Comes before the
 * functions of a wait are made. */
void esc_emit_clear_dead(EscEmit *emit);
/* Suspends. `timeout` NULL: the next instruction. The result register, if any, is set on both
 * ways on. */
void esc_emit_wait(EscEmit *emit, EscWaitRow wait, EscLabel *timeout);

#endif
