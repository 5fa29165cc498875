/* junit.h - results of tests as the XML that build servers read: testsuites, testsuite, testcase, failure, error. */
#ifndef ESC_PROGRAMS_JUNIT_H
#define ESC_PROGRAMS_JUNIT_H

#include <esc/kit.h>

/* Appends a text as the content of an attribute: what XML 1.0 does not allow becomes U+FFFD. */
void junit_text(EscBuf *out, EscText text);
/* <testcase …/>; `failure` empty: it passed. `message` is one line of it. */
void junit_case(EscBuf *out, EscText suite, EscText file, EscText title, EscText message,
                EscText failure);
/* A workspace that could not be played, as a suite of one case. */
void junit_broken(EscBuf *out, EscText path, const char *message);
/* A suite around cases that were appended to `cases`. */
void junit_suite(EscBuf *out, EscText name, uint32_t tests, uint32_t failures, EscText cases);
/* The document around the suites. */
void junit_document(EscBuf *out, uint32_t tests, uint32_t failures, uint32_t errors,
                    EscText suites);

#endif
