/* ingest_scan.c - cuts a JSON text into events and checks their measures before anything is built from them.
 *
 * It looks at brackets, strings and commas only, so its work is linear and its memory is the copy. What it lets through
 * may still be no JSON: the parser decides. The parser gets the text as it came (NUL apart, which jansson
 * overlooks behind a number); copies are compact, so that the same event keeps the same digest however it was
 * laid out. */
#include "ingest_internal.h"

#include <string.h>

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

void esc_ingest_skip_space(EscText text, size_t *at)
{
    while (*at < text.size && is_space(text.data[*at]))
        (*at)++;
}

typedef struct Scan {
    EscText text;
    size_t at;
    size_t compact_size;
    uint32_t depth, nodes;
} Scan;

/* Moves behind the string that begins at scan->at; an unfinished one ends with the text. */
static void skip_string(Scan *scan)
{
    size_t from = scan->at++;
    while (scan->at < scan->text.size && scan->text.data[scan->at] != '"')
        scan->at += scan->text.data[scan->at] == '\\' ? 2 : 1;
    scan->at = scan->at < scan->text.size ? scan->at + 1 : scan->text.size;
    scan->compact_size += scan->at - from;
}

/* True when the character ends a value at depth 0 without belonging to it. */
static bool is_end(const Scan *scan, char c)
{
    return scan->depth == 0 && (c == ',' || c == ']' || c == '}');
}

static EscStatus count(Scan *scan, char c, EscWhy *why)
{
    if (c == '\0')
        return esc_why(why, ESC_BAD_INPUT, "JSON", scan->at, "the event is no JSON: it has a NUL");
    if (c == '{' || c == '[')
        scan->depth++;
    if (c == '{' || c == '[' || c == ',')
        scan->nodes++;
    if (scan->depth > ESC_INGEST_DEPTH_MAX)
        return esc_why(why, ESC_OVER_LIMIT, "", scan->at, "the event is nested deeper than %d",
                       ESC_INGEST_DEPTH_MAX);
    if (scan->nodes > ESC_INGEST_NODES_MAX)
        return esc_why(why, ESC_OVER_LIMIT, "", scan->at, "the event has more than %d values",
                       ESC_INGEST_NODES_MAX);
    return ESC_OK;
}

/* Moves scan->at behind the value. */
static EscStatus measure(Scan *scan, EscWhy *why)
{
    bool is_done = false;
    while (!is_done && scan->at < scan->text.size) {
        char c = scan->text.data[scan->at];
        if (is_end(scan, c))
            break;
        if (c == '"') {
            skip_string(scan);
            continue;
        }
        EscStatus status = count(scan, c, why);
        if (status != ESC_OK)
            return status;
        if (c == '}' || c == ']')
            is_done = --scan->depth == 0;
        scan->compact_size += is_space(c) ? 0 : 1;
        scan->at++;
    }
    return ESC_OK;
}

static void copy_compact(EscText text, size_t from, size_t to, char *out)
{
    Scan scan = {.text = {text.data, to}, .at = from};
    while (scan.at < to) {
        size_t begin = scan.at;
        if (text.data[begin] == '"')
            skip_string(&scan);
        else
            scan.at++;
        if (is_space(text.data[begin]))
            continue;
        memcpy(out, text.data + begin, scan.at - begin);
        out += scan.at - begin;
    }
}

EscStatus esc_ingest_slice(EscArena *arena, EscText text, size_t *at, EscSlice *slice, EscWhy *why)
{
    Scan scan = {.text = text, .at = *at};
    EscStatus status = measure(&scan, why);
    if (status != ESC_OK)
        return status;
    if (scan.compact_size > ESC_EVENT_BYTES_MAX)
        return esc_why(why, ESC_OVER_LIMIT, "", *at, "the event has %zu bytes; at most %zu are taken",
                       scan.compact_size, ESC_EVENT_BYTES_MAX);
    char *copy = esc_arena_alloc(arena, scan.compact_size + 1);
    if (copy == NULL)
        return esc_why(why, ESC_NO_MEMORY, "", *at, "no memory for an event");
    copy_compact(text, *at, scan.at, copy);
    *slice = (EscSlice){.original = {text.data + *at, scan.at - *at}, .compact = {copy, scan.compact_size}};
    *at = scan.at;
    return ESC_OK;
}
