/* api_place.c - where a page of escalations ended, as the text that a client sends back: the keys of its last row, so that
 * what comes and goes meanwhile moves no other row from one page to another.
 *
 *   opened-ID   due-MS-ID   severity-RANK-MS-ID
 *
 * Clients have it as it is; what it says is ours to change. */
#include <string.h>

#include "api_internal.h"

#define PARTS_MAX 3

static const char *const words[ESC_SORT_COUNT] = {
    [ESC_SORT_OPENED] = "opened", [ESC_SORT_DUE] = "due", [ESC_SORT_SEVERITY] = "severity"};

EscText esc_page_end_text(EscArena *arena, EscEscalationSort sort, const EscListPlace *place)
{
    unsigned long long id = place->id;
    if (id == 0)
        return (EscText){0};
    if (sort == ESC_SORT_OPENED)
        return esc_arena_printf(arena, "opened-%llu", id);
    if (sort == ESC_SORT_DUE)
        return esc_arena_printf(arena, "due-%lld-%llu", (long long)place->due_ms, id);
    return esc_arena_printf(arena, "severity-%u-%lld-%llu", place->rank, (long long)place->due_ms,
                            id);
}

static bool number_read(const char **at, const char *end, uint64_t *out)
{
    const char *first = *at;
    *out = 0;
    while (*at < end && **at >= '0' && **at <= '9' && *at - first < 18)
        *out = *out * 10 + (uint64_t)(*(*at)++ - '0');
    return *at > first;
}

/* "-1-2-3" */
static bool numbers_read(EscText text, uint64_t *numbers, size_t count)
{
    const char *at = text.data, *end = text.data + text.size;
    for (size_t i = 0; i < count; i++) {
        if (at == end || *at++ != '-' || !number_read(&at, end, &numbers[i]))
            return false;
    }
    return at == end;
}

static bool place_read(EscText text, EscEscalationSort sort, EscListPlace *place)
{
    uint64_t numbers[PARTS_MAX] = {0};
    size_t word = strlen(words[sort]), count = (size_t)sort + 1;
    if (text.size < word || memcmp(text.data, words[sort], word) != 0 ||
        !numbers_read((EscText){text.data + word, text.size - word}, numbers, count))
        return false;
    place->id = numbers[count - 1];
    place->due_ms = count > 1 ? (int64_t)numbers[count - 2] : 0;
    place->rank = count > 2 && numbers[0] <= UINT32_MAX ? (uint32_t)numbers[0] : 0;
    return place->id != 0;
}

bool esc_request_sort(EscRequest *request, EscEscalationSort *sort)
{
    EscText word;
    if (!esc_request_text(request, "sort", &word))
        return false;
    *sort = ESC_SORT_OPENED;
    for (int i = 0; i < ESC_SORT_COUNT; i++)
        if (word.size == 0 || esc_text_equal(word, esc_text_from(words[i]))) {
            *sort = (EscEscalationSort)i;
            return true;
        }
    esc_request_refuse_parameter(request, "sort", "must be opened, due or severity");
    return false;
}

bool esc_request_place(EscRequest *request, EscEscalationSort sort, EscListPlace *place)
{
    EscText after;
    uint64_t before = 0;
    *place = (EscListPlace){0};
    if (!esc_request_text(request, "after", &after) ||
        !esc_request_escalation(request, "before", &before))
        return false;
    if (before != 0 && (after.size > 0 || sort != ESC_SORT_OPENED)) {
        esc_request_refuse_parameter(request, "before",
                                     "is for the newest first, and stands alone: use after");
        return false;
    }
    place->id = before;
    if (after.size == 0 || place_read(after, sort, place))
        return true;
    esc_request_refuse_parameter(request, "after",
                                 "must be the `next` of a page that was sorted in the same way");
    return false;
}
