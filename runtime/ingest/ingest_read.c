/* ingest_read.c - one event of a JSON text: read as a tree with limits, and copied without its white space.
 *
 * The reader gets the sender's own bytes, and they are read once. The copy is made of what the reader has taken for JSON, so white
 * space stands between its values only and may go. */
#include "ingest_internal.h"

#include <string.h>

/* Nodes of the largest event with the pointers that tell members said twice, and a copy of its texts. */
#define SCRATCH_BYTES_MAX (4 * ESC_EVENT_BYTES_MAX)

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

void esc_ingest_skip_space(EscText text, size_t *at)
{
    while (*at < text.size && is_space(text.data[*at]))
        (*at)++;
}

EscArena *esc_ingest_scratch(EscWhy *why)
{
    EscArena *scratch = esc_arena_new(SCRATCH_BYTES_MAX);
    if (scratch == NULL)
        (void)esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for an event");
    return scratch;
}

/* Behind the string that begins at `at`, in JSON. */
static size_t string_end(EscText json, size_t at)
{
    for (at++; json.data[at] != '"'; at++)
        at += json.data[at] == '\\' ? 1 : 0;
    return at + 1;
}

/* Copies JSON without its white space; `out` has room for all of it. Gives the size of the copy. */
static size_t copy_compact(EscText json, char *out)
{
    size_t size = 0;
    for (size_t at = 0, end; at < json.size; at = end) {
        for (end = at; end < json.size && !is_space(json.data[end]);)
            end = json.data[end] == '"' ? string_end(json, end) : end + 1;
        memcpy(out + size, json.data + at, end - at);
        size += end - at;
        esc_ingest_skip_space(json, &end);
    }
    return size;
}

/* Whether `at` is the escape of a half of a surrogate pair, which begins with \ud and this digit at least, at most. */
static bool is_half(const char *at, size_t left, char least, char most)
{
    return left >= 6 && at[0] == '\\' && at[1] == 'u' && esc_ascii_lower(at[2]) == 'd' &&
           esc_ascii_lower(at[3]) >= least && esc_ascii_lower(at[3]) <= most;
}

/* The reader has put U+FFFD for half a pair; so does the copy, which others read who would refuse the half. */
static void mend_surrogates(char *json, size_t size)
{
    const char *found = memchr(json, '\\', size);
    for (size_t at = found == NULL ? size : (size_t)(found - json); at < size;) {
        if (json[at] != '\\') {
            at++;
            continue;
        }
        bool is_high = is_half(json + at, size - at, '8', 'b');
        if (is_high && is_half(json + at + 6, size - at - 6, 'c', 'f')) {
            at += 12;
        } else if (is_high || is_half(json + at, size - at, 'c', 'f')) {
            memcpy(json + at, "\\ufffd", 6);
            at += 6;
        } else {
            at += 2;
        }
    }
}

/* Behind a value of which the reader has read only the beginning: an event that is too large must not hide where the next
 * one begins. What it skips may be no JSON. */
static size_t value_end(EscText text, size_t at)
{
    uint32_t depth = 0;
    bool is_string = false;
    for (; at < text.size; at++) {
        char c = text.data[at];
        if (is_string) {
            at += c == '\\' ? 1 : 0;
            is_string = c != '"';
        } else if (c == '"') {
            is_string = true;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if (depth == 0 && (c == ',' || c == ']' || c == '}')) {
            return at;
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return text.size;
}

static EscStatus not_read(EscStatus status, size_t event_at, EscWhy *why)
{
    if (why == NULL)
        return status;
    EscWhy found = *why;
    if (status == ESC_OVER_LIMIT)
        return esc_why(why, status, "", event_at,
                       "the event is too large: %s; at most %d deep and %d values are taken",
                       found.text, ESC_INGEST_DEPTH_MAX, ESC_INGEST_NODES_MAX);
    if (status == ESC_NO_MEMORY)
        return esc_why(why, status, "", event_at, "no memory for an event");
    return esc_why(why, status, "JSON", found.offset, "the event is no JSON: %s", found.text);
}

EscStatus esc_ingest_read(EscArena *arena, EscArena *scratch, EscText text, size_t *at,
                          EscRead *read, EscWhy *why)
{
    static const EscJsonLimits limits = {ESC_INGEST_DEPTH_MAX, ESC_INGEST_NODES_MAX};
    esc_arena_clear(scratch);
    size_t from = *at, end = *at;
    EscStatus status = esc_json_read_at(scratch, text, &end, &limits, &read->json, why);
    if (status == ESC_OVER_LIMIT)
        *at = value_end(text, from);
    if (status != ESC_OK)
        return not_read(status, from, why);
    *at = end;
    char *copy = esc_arena_alloc(arena, end - from);
    if (copy == NULL)
        return esc_why(why, ESC_NO_MEMORY, "", from, "no memory for an event");
    read->compact = (EscText){copy, copy_compact((EscText){text.data + from, end - from}, copy)};
    mend_surrogates(copy, read->compact.size);
    if (read->compact.size > ESC_EVENT_BYTES_MAX)
        return esc_why(why, ESC_OVER_LIMIT, "", from,
                       "the event has %zu bytes; at most %zu are taken", read->compact.size,
                       ESC_EVENT_BYTES_MAX);
    return ESC_OK;
}
