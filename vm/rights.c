/* rights.c - the rows of rights.def as tables. */
#include <esc/vm.h>

const EscRightInfo esc_right_info[ESC_RIGHT_COUNT] = {
#define ESC_RIGHT(RIGHT, words_, may_name_, by_default_, names_allowed_, text_)                    \
    [ESC_RIGHT_##RIGHT] = {.words = (words_),                                                      \
                           .may_name = (may_name_),                                                \
                           .by_default = (by_default_),                                            \
                           .names_allowed = (names_allowed_),                                      \
                           .text = (text_)},
#include <esc/rights.def>
};

const char *const esc_right_role_words[ESC_RIGHT_ROLE_COUNT] = {
#define ESC_RIGHT_ROLE(ROLE, word, text) [ESC_RIGHT_ROLE_##ROLE] = (word),
#include <esc/rights.def>
};
