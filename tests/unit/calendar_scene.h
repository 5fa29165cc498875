/* calendar_scene.h - a calendar file read, and what it told as one text: days, then faults as "line: words". */
#ifndef ESC_TESTS_CALENDAR_SCENE_H
#define ESC_TESTS_CALENDAR_SCENE_H

#include <stdio.h>

#include <esc/calendars.h>

#include "support/test.h"

typedef struct CalendarScene {
    char text[16384];
    size_t size;
    EscCalendarReading reading;
    EscStatus status;
    uint32_t days, faults;
} CalendarScene;

static inline void calendar_append(CalendarScene *scene, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int size =
        vsnprintf(scene->text + scene->size, sizeof scene->text - scene->size, format, arguments);
    va_end(arguments);
    scene->size += size < 0 ? 0 : (size_t)size;
    if (scene->size >= sizeof scene->text)
        scene->size = sizeof scene->text - 1;
}

static inline void calendar_day(void *context, int64_t day)
{
    CalendarScene *scene = context;
    int64_t year = 0;
    unsigned month = 0, date = 0;
    esc_date_from_days(day, &year, &month, &date);
    calendar_append(scene, "%s%04d-%02u-%02u", scene->size == 0 ? "" : " ", (int)year, month, date);
    ++scene->days;
}

static inline void calendar_fault(void *context, uint32_t line, EscText message)
{
    CalendarScene *scene = context;
    calendar_append(scene, "%s%u: %.*s", scene->size == 0 ? "" : "; ", line, ESC_TEXT_ARG(message));
    assert_true(esc_utf8_is_valid(message, NULL));
    ++scene->faults;
}

/* The tables of the machine: a test runs where tzdata is, as the programs do. */
static inline bool calendar_zone(void *context, EscText name, EscBuf *out)
{
    (void)context;
    char path[256], piece[4096];
    (void)snprintf(path, sizeof path, "/usr/share/zoneinfo/%.*s", ESC_TEXT_ARG(name));
    FILE *file = esc_text_contains(name, ESC_TEXT("..")) ? NULL : fopen(path, "rb");
    size_t got = 0;
    while (file != NULL && (got = fread(piece, 1, sizeof piece, file)) > 0)
        esc_buf_append(out, piece, got);
    if (file != NULL)
        (void)fclose(file);
    return file != NULL;
}

/* Berlin, and repetitions from 2026-01-01 to 2027-12-31. */
static inline void calendar_read(CalendarScene *scene, EscText file)
{
    *scene = (CalendarScene){.reading = {.timezone = ESC_TEXT("Europe/Berlin"),
                                         .from_day = 20454,
                                         .to_day = 21183,
                                         .context = scene,
                                         .read_zone = calendar_zone,
                                         .day = calendar_day,
                                         .fault = calendar_fault}};
    scene->status = esc_calendar_read(file, &scene->reading);
}

#endif
