/* habits.h - looking at the source around a token that does not fit. Private to this folder. */
#ifndef ESC_GRAMMAR_HABITS_H
#define ESC_GRAMMAR_HABITS_H

#include "unexpected.h"

char esc_look_at(const Fault *fault, uint32_t at);
uint32_t esc_look_over_blanks(const Fault *fault, uint32_t at);
uint32_t esc_look_over_name(const Fault *fault, uint32_t at);
uint32_t esc_look_line_end(const Fault *fault, uint32_t at);
/* The first `sign` at or behind `at` on its line; UINT32_MAX when there is none. */
uint32_t esc_look_for(const Fault *fault, uint32_t at, char sign);
/* The word or dotted name that ends before `at` on its line, without the blanks between; may be
 * empty. */
EscText esc_look_name_before(const Fault *fault, uint32_t at);
EscText esc_look_name_at(const Fault *fault, uint32_t at);
uint32_t esc_look_offset(const Fault *fault, EscText text); /* of a text that lies in the source */
bool esc_look_is_one_of(EscText word, const char *words);
bool esc_look_is_sign(const Fault *fault, const char *signs); /* the token is one of these */

/* Habits by what they are about (shapes.c); each reports and gives true when it is one. */
bool esc_shape_of_fact(const Fault *fault); /* facts.c */
bool esc_shape_of_text(const Fault *fault);
bool esc_shape_of_field(const Fault *fault);
bool esc_shape_of_condition(const Fault *fault);
bool esc_shape_of_time(const Fault *fault);

#endif
