/* rejections.h - what the verifier says of each program that a test has it reject, held to a file. */
#ifndef ESC_TEST_REJECTIONS_H
#define ESC_TEST_REJECTIONS_H

#include <esc/kit.h>

/* Asks for a line of rejections/PROGRAM.txt with the name of `test` (its function, or the helper that tries cases), the check,
 * the place and the sentence. With ESC_UPDATE set the file is written anew: read every line that changed before it is committed. */
void rejection_is_said(const char *test, const EscWhy *why);
/* The last test of a program that rejects: no line of its file is left over. */
void every_rejection_is_said(void **state);

#endif
