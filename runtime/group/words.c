/* words.c - whose words a message is made of: marks as the templates leave them, spans as a message keeps them, and
 * spans as JSON. */
#include <esc/message.h>

#include <string.h>

typedef struct Splitter {
    char *plain;
    size_t size;
    EscSpan *spans;
    uint32_t count;
    bool is_own; /* between OWN and END */
    size_t own_from;
} Splitter;

static void end_own(Splitter *split)
{
    if (split->is_own && split->size > split->own_from)
        split->spans[split->count++] =
            (EscSpan){.from = (uint32_t)split->own_from, .to = (uint32_t)split->size};
    split->is_own = false;
}

static size_t marks_count(EscText text)
{
    size_t count = 0;
    for (size_t at = 0; at < text.size;) {
        EscText rest = {text.data + at, text.size - at};
        size_t mark = esc_mark_find(rest);
        count += mark < rest.size;
        at += mark + ESC_MARK_SIZE;
    }
    return count;
}

static void take_mark(Splitter *split, const char *mark)
{
    end_own(split);
    split->is_own = memcmp(mark, ESC_MARK_OWN, ESC_MARK_SIZE) == 0;
    split->own_from = split->size;
}

bool esc_words_split(EscArena *arena, EscText marked, EscWords *words)
{
    *words = (EscWords){.text = {"", 0}};
    Splitter split = {.plain = esc_arena_alloc(arena, marked.size + 1)};
    split.spans = esc_arena_alloc_array(arena, marks_count(marked) + 1, sizeof(EscSpan));
    if (split.plain == NULL || split.spans == NULL)
        return false;
    for (size_t at = 0; at < marked.size;) {
        EscText rest = {marked.data + at, marked.size - at};
        size_t mark = esc_mark_find(rest);
        memcpy(split.plain + split.size, rest.data, mark);
        split.size += mark;
        if (mark < rest.size)
            take_mark(&split, rest.data + mark);
        at += mark + ESC_MARK_SIZE;
    }
    end_own(&split);
    *words =
        (EscWords){.text = {split.plain, split.size}, .own = split.spans, .own_count = split.count};
    return true;
}

bool esc_spans_fit(EscText text, const EscSpan *spans, uint32_t count)
{
    size_t at = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (spans[i].from < at || spans[i].to <= spans[i].from || spans[i].to > text.size)
            return false;
        bool is_inside =
            ((uint8_t)text.data[spans[i].from] & 0xC0) == 0x80 ||
            (spans[i].to < text.size && ((uint8_t)text.data[spans[i].to] & 0xC0) == 0x80);
        if (is_inside)
            return false; /* of a character */
        at = spans[i].to;
    }
    return true;
}
