/* look.c - looking at the source around a token that does not fit. */
#include "habits.h"

#include <string.h>

char esc_look_at(const Fault *fault, uint32_t at)
{
    return at < fault->parse->source.size ? fault->parse->source.data[at] : '\0';
}

uint32_t esc_look_over_blanks(const Fault *fault, uint32_t at)
{
    while (esc_look_at(fault, at) == ' ' || esc_look_at(fault, at) == '\t')
        at++;
    return at;
}

uint32_t esc_look_over_name(const Fault *fault, uint32_t at)
{
    while (esc_is_word_character(esc_look_at(fault, at)) || esc_look_at(fault, at) == '.')
        at++;
    return at;
}

uint32_t esc_look_line_end(const Fault *fault, uint32_t at)
{
    while (at < fault->parse->source.size && esc_look_at(fault, at) != '\n')
        at++;
    return at;
}

uint32_t esc_look_for(const Fault *fault, uint32_t at, char sign)
{
    uint32_t end = esc_look_line_end(fault, at);
    while (at < end && esc_look_at(fault, at) != sign)
        at++;
    return at < end ? at : UINT32_MAX;
}

EscText esc_look_name_before(const Fault *fault, uint32_t at)
{
    while (at > 0 && (esc_look_at(fault, at - 1) == ' ' || esc_look_at(fault, at - 1) == '\t'))
        at--;
    uint32_t start = at;
    while (start > 0 && (esc_is_word_character(esc_look_at(fault, start - 1)) ||
                         esc_look_at(fault, start - 1) == '.'))
        start--;
    return esc_parse_slice(fault->parse, start, at);
}

EscText esc_look_name_at(const Fault *fault, uint32_t at)
{
    return esc_parse_slice(fault->parse, at, esc_look_over_name(fault, at));
}

uint32_t esc_look_offset(const Fault *fault, EscText text)
{
    return (uint32_t)(text.data - fault->parse->source.data);
}

/* Whether `word` is one of the words of a list with blanks between them. */
bool esc_look_is_one_of(EscText word, const char *words)
{
    size_t size = 0;
    for (const char *at = words; *at != '\0'; at += size + (at[size] == ' ')) {
        size = strcspn(at, " ");
        if (word.size == size && memcmp(at, word.data, size) == 0)
            return true;
    }
    return false;
}

bool esc_look_is_sign(const Fault *fault, const char *signs)
{
    return esc_look_is_one_of(fault->found, signs);
}
