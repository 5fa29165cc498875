/* verify_cases.h - a named test from a body or a change, and the check that must reject it. For test_verify_*.c. */
#ifndef ESC_TEST_VERIFY_CASES_H
#define ESC_TEST_VERIFY_CASES_H

#include <string.h>

#include "program_builder.h"
#include "rejections.h"
#include "support/test.h"
#include "vm_internal.h"

/* The base program with another body; `check` NULL: it must be accepted. */
static inline void try_body(const char *test, uint32_t body, Body code, const char *check)
{
    TestProgram p;
    program_begin(&p);
    p.bodies[body] = code;
    program_finish(&p);
    if (check == NULL)
        assert_accepts(&p);
    else
        assert_rejects_in(test, &p, check);
    program_release(&p);
}

#define CODE_REJECT(name, check, body, ...)                                                        \
    static void name(void **state)                                                                 \
    {                                                                                              \
        (void)state;                                                                               \
        static const EscInstr code[] = {__VA_ARGS__};                                              \
        try_body(__func__, body, BODY(code), check);                                               \
    }
#define CODE_ACCEPT(name, body, ...) CODE_REJECT(name, NULL, body, __VA_ARGS__)
/* The base program, finished, with one change. */
#define ROW_REJECT(name, check, ...)                                                               \
    static void name(void **state)                                                                 \
    {                                                                                              \
        (void)state;                                                                               \
        TestProgram program, *p = &program;                                                        \
        program_begin(p);                                                                          \
        program_finish(p);                                                                         \
        __VA_ARGS__;                                                                               \
        assert_rejects(p, check);                                                                  \
        program_release(p);                                                                        \
    }

#define ROW_ACCEPT(name, ...)                                                                      \
    static void name(void **state)                                                                 \
    {                                                                                              \
        (void)state;                                                                               \
        TestProgram program, *p = &program;                                                        \
        program_begin(p);                                                                          \
        program_finish(p);                                                                         \
        __VA_ARGS__;                                                                               \
        assert_accepts(p);                                                                         \
        program_release(p);                                                                        \
    }

/* A number as a constant or a bound of a range holds it. */
static inline int64_t as_bits(double number)
{
    int64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

/* Instructions that many bodies share. */
#define FLAG OP(LOAD_TICKET, 0, 0, 0, FIELD_FLAG)
#define ANSWER OP(RETURN, 0, 0, 0, 0)
#define OWN_FIRST OP(OWN, 0, 0, 0, 0)
#define CLOSED OP(CLOSE, 0, 0, 0, 0)
#define TEXT_AT(r) OP(CONST, r, 0, 0, CONST_TEXT)
#define FALL OP(END, 0, 0, 0, ESC_END_FALL)
#define TAGS(r) OP(LOAD_TICKET, r, 0, 0, FIELD_TAGS)

#endif
