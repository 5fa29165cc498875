/* problem.h - a refusal as it is sent, word for word: for tests of the rooms http and api. */
#ifndef ESC_TEST_PROBLEM_H
#define ESC_TEST_PROBLEM_H

#include <stdio.h>

#include "test.h"

typedef struct Problem {
    unsigned status;
    const char *code, *title, *detail, *place; /* the last two may be NULL: there is none */
} Problem;

static inline void problem_write(const Problem *problem, char *out, size_t size)
{
    char detail[400] = "", place[100] = "";
    if (problem->detail != NULL)
        (void)snprintf(detail, sizeof detail, ",\"detail\":\"%s\"", problem->detail);
    if (problem->place != NULL)
        (void)snprintf(place, sizeof place, ",\"place\":\"%s\"", problem->place);
    (void)snprintf(out, size,
                   "{\"type\":\"urn:escal:problem:%s\",\"title\":\"%s\",\"status\":%u%s,"
                   "\"code\":\"%s\"%s}",
                   problem->code, problem->title, problem->status, detail, problem->code, place);
}

/* `about`: what was asked, for who reads of a failure. */
static inline void assert_problem(unsigned status, EscText body, const Problem *problem,
                                  const char *about)
{
    char wanted[1000];
    problem_write(problem, wanted, sizeof wanted);
    if (status != problem->status || !esc_text_equal(body, esc_text_from(wanted)))
        fail_msg("%s: %u %.*s\nis not %s", about, status, ESC_TEXT_ARG(body), wanted);
}

#endif
