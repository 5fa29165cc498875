/* holidays.c - whole days out of an iCalendar text (RFC 5545): DTSTART and DTEND of events with
 * a date and no time. Recurrence is not expanded: public holiday feeds list every year by
 * itself. */
#include <string.h>

#include "check/check.h"

#define EVENT_DAYS_MAX 366

/* Reads YYYYMMDD. */
static bool date_read(EscText text, int64_t *day)
{
    if (text.size < 8)
        return false;
    unsigned value = 0;
    for (size_t i = 0; i < 8; ++i) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        value = value * 10 + (unsigned)(text.data[i] - '0');
    }
    unsigned month = value / 100 % 100, date = value % 100;
    if (month < 1 || month > 12 || date < 1 || date > 31)
        return false;
    *day = esc_days_from_date(value / 10000, month, date);
    return true;
}

static EscText line_take(EscText *rest)
{
    const char *end = rest->size == 0 ? NULL : memchr(rest->data, '\n', rest->size);
    size_t size = end == NULL ? rest->size : (size_t)(end - rest->data);
    EscText line = {rest->data, size};
    size_t used = end == NULL ? size : size + 1;
    *rest = (EscText){rest->data + used, rest->size - used};
    if (line.size > 0 && line.data[line.size - 1] == '\r')
        --line.size;
    return line;
}

/* The date of a line such as DTSTART;VALUE=DATE:20261225; false when it is another property or
 * has a time of day. */
static bool property_date(EscText line, EscText name, int64_t *day)
{
    if (!esc_text_starts_with(line, name))
        return false;
    const char *colon = memchr(line.data, ':', line.size);
    if (colon == NULL)
        return false;
    EscText value = {colon + 1, line.size - (size_t)(colon + 1 - line.data)};
    return value.size == 8 && date_read(value, day);
}

typedef struct DayList {
    EscWorkspace *workspace;
    int64_t *items;
    size_t capacity;
    uint32_t count;
} DayList;

static void days_put(DayList *list, int64_t first, int64_t end)
{
    for (int64_t day = first; day < end && day < first + EVENT_DAYS_MAX; ++day) {
        int64_t *grown = esc_arena_grow(list->workspace->arena, list->items, list->count,
                                        &list->capacity, sizeof *list->items);
        if (grown == NULL)
            return;
        list->items = grown;
        list->items[list->count++] = day;
    }
}

bool esc_holidays_read(EscWorkspace *workspace, EscText text, int64_t **days, uint32_t *count)
{
    if (!esc_text_starts_with(text, ESC_TEXT("BEGIN:VCALENDAR")))
        return false;
    DayList list = {.workspace = workspace};
    int64_t first = 0, end = 0;
    bool has_first = false, has_end = false;
    while (text.size > 0) {
        EscText line = line_take(&text);
        if (esc_text_equal(line, ESC_TEXT("BEGIN:VEVENT"))) {
            has_first = false;
            has_end = false;
        } else if (property_date(line, ESC_TEXT("DTSTART"), &first)) {
            has_first = true;
        } else if (property_date(line, ESC_TEXT("DTEND"), &end)) {
            has_end = true;
        } else if (esc_text_equal(line, ESC_TEXT("END:VEVENT")) && has_first) {
            days_put(&list, first, has_end ? end : first + 1); /* DTEND is exclusive */
        }
    }
    *days = list.items;
    *count = list.count;
    return list.count > 0;
}
