/* random_program.h - bodies that are valid by construction, from a seed: the generator follows types as the verifier will.
 *
 * Its programs reach what enumeration of small ones cannot: nested loops and branches, waits within them, effects with results. */
#ifndef ESC_TEST_RANDOM_PROGRAM_H
#define ESC_TEST_RANDOM_PROGRAM_H

#include "program_builder.h"

enum { RANDOM_CODE_MAX = 700 };
typedef struct RandomBody {
    EscInstr code[RANDOM_CODE_MAX];
    uint32_t count;
} RandomBody;

/* The rows of CLOCKS that random bodies ask for, and a trigger's condition that asks for all of them: between program_begin()
 * and program_finish(). */
void random_clocks(TestProgram *program);
/* A body for BODY_COND, BODY_STEPS or BODY_HANDLER of the base program; about `size` statements. */
void random_body(RandomBody *out, uint32_t body, uint64_t seed, uint32_t size);

#endif
