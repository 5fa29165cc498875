/* build.h - the tables of a program while they grow (build.c). Private to lower/. */
#ifndef ESC_LOWER_BUILD_H
#define ESC_LOWER_BUILD_H

#include <esc/vm.h>

#include "compiler_internal.h"

/* Where an instruction comes from. */
typedef struct EscOrigin {
    uint32_t file;         /* index in FILES */
    uint32_t line, column; /* 1-based, column in characters */
} EscOrigin;

/* From instruction `first` of its function on. */
typedef struct EscBuildSpan {
    uint32_t first;
    EscOrigin origin;
} EscBuildSpan;

/* A function that is finished but has no place in CODE yet: EMIT and WAIT name rows of its own
 * lists. */
typedef struct EscBuildFunction {
    EscFunctionRow row; /* without code_first, code_count, at_wait and cost */
    const EscInstr *code;
    const EscEffectRow *effects;
    const EscWaitRow *waits;
    const EscBuildSpan *spans;
    uint32_t code_count, effects_count, waits_count, spans_count;
    uint32_t at_function; /* it starts with the registers of a wait of that one; ESC_NONE: not */
    uint32_t at_wait;     /* number of that wait in its function */
    bool is_finished;
} EscBuildFunction;

/* Arrays of a function while it is emitted. They go from one function to the next. */
typedef struct EscEmitRoom {
    EscInstr *code;
    EscEffectRow *effects;
    EscWaitRow *waits;
    EscBuildSpan *spans;
    struct EscPatch *patches;
    size_t code_capacity, effects_capacity, waits_capacity, spans_capacity, patches_capacity;
    bool is_taken;
} EscEmitRoom;

/* How deep functions can be begun within one another: steps, what runs beside their waits. */
#define ESC_BUILD_ROOMS_MAX 4

/* Tables are malloc memory of the builder, because they grow large. Texts and constants have
 * provisional numbers until esc_build_finish() sorts them. */
typedef struct EscBuild {
    EscArena *arena; /* borrowed: what finished functions are made of, and notes */
#define ESC_TABLE(number, NAME, Struct, member, rows_max, what)                                    \
    Struct *member;                                                                                \
    size_t member##_count, member##_capacity;
#define ESC_COL(name, KIND, arg, what)
#define ESC_TABLE_END(NAME, Struct)
#include <esc/tables.def>
#undef ESC_TABLE
#undef ESC_COL
#undef ESC_TABLE_END
    EscText *texts;
    size_t texts_count, texts_capacity;
    uint32_t *text_consts; /* beside texts: 1 + the constant of that text, 0 for none yet */
    size_t text_consts_capacity;
    EscInstr *code;
    size_t code_count, code_capacity;
    EscBuildFunction *made; /* beside functions: same indexes */
    size_t made_capacity;
    EscEmitRoom rooms[ESC_BUILD_ROOMS_MAX];
    EscNames *text_names;  /* text → provisional number */
    EscNames *const_names; /* bytes of the row → provisional number, but for texts */
    EscStatus status;      /* the first failure; later calls do nothing */
} EscBuild;

/* The arena is borrowed and must outlive the builder. esc_build_release() is needed even when this
 * fails. */
ESC_MUST_USE EscStatus esc_build_init(EscBuild *build, EscArena *arena);
void esc_build_release(EscBuild *build); /* the program goes with it */

/* Room for one more item in an array of malloc memory; notes a failure and gives it back as it
 * was. */
void *esc_build_grow(EscBuild *build, void *items, size_t count, size_t *capacity,
                     size_t item_size);

/* Provisional number of a text or constant, for columns and operands that name one. The text is
 * borrowed until the arena goes. */
uint32_t esc_build_text(EscBuild *build, EscText text);
uint32_t esc_build_const(EscBuild *build, EscConstRow row);

/* esc_build_put_persons(build, row): appends a row to that table and returns its index. There is
 * one for every table. */
#define ESC_TABLE(number, NAME, Struct, member, rows_max, what)                                    \
    uint32_t esc_build_put_##member(EscBuild *build, Struct row);
#define ESC_COL(name, KIND, arg, what)
#define ESC_TABLE_END(NAME, Struct)
#include <esc/tables.def>
#undef ESC_TABLE
#undef ESC_COL
#undef ESC_TABLE_END

/* Takes the next index in FUNCTIONS; esc_build_function_finish() must follow for each. */
uint32_t esc_build_function_begin(EscBuild *build);
void esc_build_function_finish(EscBuild *build, uint32_t function, EscBuildFunction made);
/* Makes another function of the same code with a row of its own. ESC_NONE: `from` has parts that
 * belong to it alone (functions beside its waits, checks), or there is no memory. */
uint32_t esc_build_function_copy(EscBuild *build, uint32_t from, EscFunctionRow row);

/* Lays out the code, drops what is not used of constants and texts, sorts and renumbers both.
 * *program borrows from the builder. ESC_OVER_LIMIT: a table is longer than tables.def allows;
 * why->text names it. */
ESC_MUST_USE EscStatus esc_build_finish(EscBuild *build, EscProgram *program, EscWhy *why);

#endif
