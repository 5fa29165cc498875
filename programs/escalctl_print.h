/* escalctl_print.h - text for terminals: nothing from a ticket may move the cursor, change colours or direction, or hide. */
#ifndef ESCALCTL_PRINT_H
#define ESCALCTL_PRINT_H

#include <stdio.h>

#include <esc/kit.h>

/* Writes text with control, direction-changing and invisible characters as \xNN or \u{NNNN}, and line ends as ↵ unless
 * `lines`. Joiners are left where their script needs them. */
void print_safe(FILE *out, EscText text, bool lines);
/* print_safe with its line ends, each further line indented by so many columns; line ends behind the text are left out. */
void print_lines(FILE *out, EscText text, size_t indent);
/* How many columns print_safe takes, counting every character as one. */
size_t print_width(EscText text);
/* print_safe of at most `width` columns, padded with blanks to that width; a cut text ends in
 * "…". */
void print_cell(FILE *out, EscText text, size_t width);
/* Writes JSON that came from elsewhere, and a line end. What a terminal would obey or not show is written as \uNNNN,
 * which is the same JSON. */
void print_json(FILE *out, EscText json);

#endif
