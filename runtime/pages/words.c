/* words.c - words.def as texts, in the reader's language. Pure. */
#include <esc/pages.h>
#include <esc/vm.h>

#include <strings.h>

EscText esc_word(EscText language, EscWord word)
{
    static const char *const words[ESC_WORD_COUNT][ESC_LANGUAGE_COUNT] = {
#define ESC_WORD(NAME, english, german) [ESC_WORD_##NAME] = {english, german},
#include <esc/words.def>
#undef ESC_WORD
    };
    ESC_ASSERT(word < ESC_WORD_COUNT);
    uint32_t at = ESC_LANGUAGE_COUNT - 1;
    while (at > 0 && !esc_text_equal(language, esc_text_from(esc_language_words[at])))
        at--; /* none, or one of another version: the first */
    return esc_text_from(words[word][at]);
}

void esc_word_say(EscBuf *out, EscText language, EscWord word, const EscText *values, size_t count)
{
    EscText text = esc_word(language, word);
    for (size_t i = 0; i < text.size; i++) {
        bool is_place = text.data[i] == '%' && i + 1 < text.size && text.data[i + 1] >= '1' &&
                        text.data[i + 1] <= '0' + ESC_WORD_VALUES_MAX;
        size_t value = is_place ? (size_t)(text.data[i + 1] - '1') : count;
        if (!is_place)
            esc_buf_char(out, text.data[i]);
        else if (value < count)
            esc_buf_text(out, values[value]);
        i += is_place;
    }
}

/* "de-AT;q=0.7": how much a language is wanted, in thousandths; -1: it is another one. */
static int wish_for(EscText range, EscText language)
{
    const char *end = range.data + range.size;
    bool is_it =
        range.size >= language.size && strncasecmp(range.data, language.data, language.size) == 0;
    const char *at = range.data + language.size;
    if (!is_it || (at < end && *at != '-' && *at != ';' && *at != ' '))
        return -1;
    const char *quality = memchr(at, '=', (size_t)(end - at));
    if (quality == NULL)
        return 1000;
    int wish = 0, digits = 0;
    for (at = quality + 1; at < end && digits < 4; at++)
        if (*at >= '0' && *at <= '9') {
            wish = wish * 10 + (*at - '0');
            digits++;
        }
    for (; digits < 4; digits++)
        wish *= 10;
    return wish > 1000 ? 1000 : wish;
}

EscText esc_language_asked(const char *accept_language)
{
    EscText rest = esc_text_from(accept_language);
    int german = 0, english = 0;
    while (rest.size > 0) {
        const char *comma = memchr(rest.data, ',', rest.size);
        EscText range = {rest.data, comma == NULL ? rest.size : (size_t)(comma - rest.data)};
        size_t used = range.size + (comma != NULL);
        rest = (EscText){rest.data + used, rest.size - used};
        while (range.size > 0 && range.data[0] == ' ')
            range = (EscText){range.data + 1, range.size - 1};
        int wish_german = wish_for(range, ESC_TEXT("de")),
            wish_english = wish_for(range, ESC_TEXT("en"));
        german = wish_german > german ? wish_german : german;
        english = wish_english > english ? wish_english : english;
    }
    return german > english ? ESC_TEXT("de") : (EscText){"", 0};
}
