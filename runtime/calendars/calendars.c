/* calendars.c - reads a calendar file: the reader's memory, its faults, and what it may cost. */
#include "ics.h"

#include <stdarg.h>
#include <stdio.h>

#define ARENA_BYTES_MAX ((size_t)512 << 20)
#define FAULT_BYTES_MAX 512

void ics_fault(IcsReader *reader, uint32_t line, const char *format, ...)
{
    char text[FAULT_BYTES_MAX];
    va_list arguments;
    if (reader->faults++ >= ESC_CALENDAR_FAULTS_MAX)
        return;
    va_start(arguments, format);
    int size = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    size_t used = size < 0 ? 0 : (size_t)size < sizeof text ? (size_t)size : sizeof text - 1;
    esc_utf8_mend(text, used);
    reader->reading->fault(reader->reading->context, line, (EscText){text, used});
}

bool ics_spend(IcsReader *reader, uint32_t line, int64_t steps)
{
    if (reader->steps_left < 0)
        return false;
    reader->steps_left -= steps;
    if (reader->steps_left < 0)
        ics_fault(reader, line, "what repeats in this file is more than can be written out");
    return reader->steps_left >= 0;
}

EscStatus esc_calendar_read(EscText file, EscCalendarReading *reading)
{
    IcsReader reader = {.reading = reading,
                        .arena = esc_arena_new(ARENA_BYTES_MAX),
                        .zones = esc_zones_new(),
                        .steps_left = ESC_CALENDAR_STEPS_MAX};
    IcsEvents events = {0};
    reading->repeats = false;
    bool is_fine = reader.arena != NULL && reader.zones != NULL &&
                   ics_events_read(&reader, file, &events) &&
                   (reading->turn != NULL ? ics_events_to_turns(&reader, &events)
                                          : ics_events_to_days(&reader, &events));
    esc_zones_free(reader.zones);
    esc_arena_free(reader.arena);
    if (reader.faults > 0)
        return ESC_BAD_INPUT;
    return is_fine ? ESC_OK : ESC_NO_MEMORY;
}
