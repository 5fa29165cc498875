/* coverage.h - what the tests of a workspace reached: counters behind a bundle while it runs, and the table that is made of them. */
#ifndef ESC_PROGRAMS_COVERAGE_H
#define ESC_PROGRAMS_COVERAGE_H

#include <esc/compiler.h>
#include <esc/vm.h>

typedef struct Coverage Coverage;

/* Counters for the points that the build of `bundle` noted; both are borrowed. NULL without memory. */
Coverage *coverage_new(const EscWorkspace *workspace, const EscBundle *bundle);
void coverage_free(Coverage *coverage); /* NULL is allowed */
/* To be given to the engine that plays the tests. */
const EscListener *coverage_listener(const Coverage *coverage);

typedef struct CoverageSum {
    uint32_t reached[ESC_COVER_COUNT], all[ESC_COVER_COUNT];
} CoverageSum;
/* Adds what was reached so far. */
void coverage_sum(Coverage *coverage, CoverageSum *sum);
/* Hundredths of a percent, rounded down; of nothing all is reached. */
uint32_t coverage_share(const CoverageSum *sum);

/* A table of files and kinds, and below it each place that no test reached. */
void coverage_write_text(Coverage *coverage, EscBuf *out);
/* {"percent":…,"steps":{"reached":…,"all":…},…,"missed":[{"file","line","column","kind","way"},…]} */
void coverage_write_json(Coverage *coverage, EscBuf *out);

#endif
