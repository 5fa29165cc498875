/* holiday_files.c - from what the compiler asks about a calendar file to the reader of such files. */
#include <esc/calendars.h>

#include "holiday_files.h"
#include "zone_names.h"

static bool read_zone(void *context, EscText name, EscBuf *out)
{
    (void)context;
    return zone_names_read(name, out);
}

static void tell_day(void *context, int64_t day)
{
    const EscHolidayFile *file = context;
    file->day(file->context, day);
}

static void tell_fault(void *context, uint32_t line, EscText message)
{
    const EscHolidayFile *file = context;
    file->fault(file->context, line, message);
}

static void tell_turn(void *context, const EscCalendarTurn *turn)
{
    const EscTurnFile *file = context;
    const EscFileTurn told = {.from_minute = turn->from_minute,
                              .to_minute = turn->to_minute,
                              .line = turn->line,
                              .summary = turn->summary,
                              .attendees = turn->attendees,
                              .attendees_count = turn->attendees_count};
    file->turn(file->context, &told);
}

static void tell_turn_fault(void *context, uint32_t line, EscText message)
{
    const EscTurnFile *file = context;
    file->fault(file->context, line, message);
}

/* `reading` has who is told, of days or of turns. */
static EscStatus read_file(EscCalendarReading *reading, EscStatus status, const EscBuf *bytes)
{
    if (status == ESC_OVER_LIMIT || bytes->status == ESC_OVER_LIMIT) {
        reading->fault(reading->context, 1, ESC_TEXT("the file is larger than 4 MiB"));
        return ESC_BAD_INPUT;
    }
    if (status != ESC_OK || bytes->status != ESC_OK)
        return status != ESC_OK ? status : bytes->status;
    reading->read_zone = read_zone;
    return esc_calendar_read(esc_buf_as_text(bytes), reading);
}

EscStatus turn_file_tell(EscTurnFile *file, EscStatus status, const EscBuf *bytes)
{
    EscCalendarReading reading = {.timezone = file->timezone,
                                  .from_day = file->from_day,
                                  .to_day = file->to_day,
                                  .context = file,
                                  .turn = tell_turn,
                                  .fault = tell_turn_fault};
    status = read_file(&reading, status, bytes);
    file->repeats = reading.repeats;
    return status;
}

EscStatus holiday_file_tell(EscHolidayFile *file, EscStatus status, const EscBuf *bytes)
{
    EscCalendarReading reading = {.timezone = file->timezone,
                                  .from_day = file->from_day,
                                  .to_day = file->to_day,
                                  .context = file,
                                  .day = tell_day,
                                  .fault = tell_fault};
    status = read_file(&reading, status, bytes);
    file->repeats = reading.repeats;
    return status;
}
