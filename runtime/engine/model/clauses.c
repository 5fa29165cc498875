/* clauses.c - what a sentence says with a text that may be empty, or of a number, and whether a list names somebody. Uses no other file of the engine, so that all
 * of them can use it. */
#include <engine/model.h>

EscText esc_text_or(EscText text, EscText otherwise)
{
    return text.size > 0 ? text : otherwise;
}

const char *esc_words_with(EscText text, const char *words)
{
    return text.size > 0 ? words : "";
}

const char *esc_one_or_many(size_t count, const char *one, const char *many)
{
    return count == 1 ? one : many;
}

bool esc_texts_hold(const EscText *texts, size_t count, EscText text)
{
    for (size_t i = 0; i < count; i++)
        if (esc_text_equal(texts[i], text))
            return true;
    return false;
}
