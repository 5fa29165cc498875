/* test_turns_of_files.c - calendar files as turns (M8.6): where they begin and end when clocks change, exceptions of a series,
 * and what may name a person. */
#include <string.h>

#include "calendar_scene.h"

/* "2026-03-02 08:00+480 carol|carol@x.example", in UTC, with what may name the person. */
static void put_turn(void *context, const EscCalendarTurn *turn)
{
    CalendarScene *scene = context;
    int64_t day = turn->from_minute / 1440, year = 0;
    unsigned month = 0, date = 0;
    esc_date_from_days(day, &year, &month, &date);
    calendar_append(scene, "%s%04d-%02u-%02u %02d:%02d+%d %.*s", scene->size == 0 ? "" : "\n",
                    (int)year, month, date, (int)(turn->from_minute - day * 1440) / 60,
                    (int)(turn->from_minute % 60), (int)(turn->to_minute - turn->from_minute),
                    ESC_TEXT_ARG(turn->summary));
    for (uint32_t i = 0; i < turn->attendees_count; i++)
        if (turn->attendees[i].size > 0)
            calendar_append(scene, "|%.*s", ESC_TEXT_ARG(turn->attendees[i]));
    ++scene->days;
}

static CalendarScene read_turns(const char *events, int64_t from_day, int64_t to_day)
{
    char file[8192];
    CalendarScene scene = {.size = 0};
    (void)snprintf(file, sizeof file, "BEGIN:VCALENDAR\nVERSION:2.0\n%sEND:VCALENDAR\n", events);
    scene.reading = (EscCalendarReading){.timezone = ESC_TEXT("Europe/Berlin"),
                                         .from_day = from_day,
                                         .to_day = to_day,
                                         .context = &scene,
                                         .read_zone = calendar_zone,
                                         .turn = put_turn,
                                         .fault = calendar_fault};
    scene.status = esc_calendar_read(esc_text_from(file), &scene.reading);
    return scene;
}

#define EVENT(lines) "BEGIN:VEVENT\nUID:a@x\n" lines "END:VEVENT\n"

static void assert_turns(const char *events, const char *expected)
{
    CalendarScene scene =
        read_turns(events, esc_days_from_date(2026, 3, 1), esc_days_from_date(2026, 4, 1));
    assert_string_equal(scene.text, expected);
    assert_int_equal(scene.status, ESC_OK);
}

static void assert_fault(const char *events, const char *expected)
{
    CalendarScene scene =
        read_turns(events, esc_days_from_date(2026, 3, 1), esc_days_from_date(2026, 4, 1));
    assert_string_equal(scene.text, expected);
    assert_int_equal(scene.status, ESC_BAD_INPUT);
}

static void a_series_is_written_out_without_its_exceptions(void **state)
{
    (void)state;
    assert_turns(EVENT("DTSTART:20260105T080000Z\nDURATION:PT8H\n"
                       "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO\nEXDATE:20260316T080000Z\n"
                       "SUMMARY:carol\n"),
                 "2026-03-02 08:00+480 carol\n2026-03-30 08:00+480 carol");
    assert_turns(EVENT("DTSTART:20260105T080000Z\nDURATION:PT8H\nSUMMARY:once\n"),
                 "2026-01-05 08:00+480 once"); /* what has a date of its own is always there */
}

/* M8.1: both ends are local times. */
static void a_night_ends_at_its_hour_when_clocks_change(void **state)
{
    (void)state;
    assert_turns(EVENT("DTSTART;TZID=Europe/Berlin:20260327T220000\n"
                       "DTEND;TZID=Europe/Berlin:20260328T060000\n"
                       "RRULE:FREQ=DAILY;COUNT=3\nSUMMARY:x\n"),
                 "2026-03-27 21:00+480 x\n2026-03-28 21:00+420 x\n2026-03-29 20:00+480 x");
    assert_turns(EVENT("DTSTART;TZID=Europe/Berlin:20260328T023000\nDURATION:PT1H\n"
                       "RRULE:FREQ=DAILY;COUNT=2\nSUMMARY:x\n"),
                 "2026-03-28 01:30+60 x\n2026-03-29 01:00+30 x"); /* from 03:00 to 03:30 */
}

static void days_and_floating_times_are_those_of_the_schedule(void **state)
{
    (void)state;
    assert_turns(EVENT("DTSTART;VALUE=DATE:20260328\nDTEND;VALUE=DATE:20260330\nSUMMARY:x\n"),
                 "2026-03-27 23:00+2820 x"); /* 47 hours */
    assert_turns(EVENT("DTSTART:20260302T090000\nDTEND:20260302T100000\nSUMMARY:x\n"),
                 "2026-03-02 08:00+60 x");
}

static void a_zone_that_the_file_describes_is_read(void **state)
{
    (void)state;
    assert_turns("BEGIN:VTIMEZONE\nTZID:Office\n"
                 "BEGIN:STANDARD\nDTSTART:19701025T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\n"
                 "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\nEND:STANDARD\n"
                 "BEGIN:DAYLIGHT\nDTSTART:19700329T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\n"
                 "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\nEND:DAYLIGHT\nEND:VTIMEZONE\n" EVENT(
                     "DTSTART;TZID=Office:20260328T023000\nDURATION:PT8H\n"
                     "RRULE:FREQ=DAILY;COUNT=3\nSUMMARY:x\n"),
                 "2026-03-28 01:30+480 x\n2026-03-29 01:00+450 x\n2026-03-30 00:30+480 x");
}

static void further_changed_and_cancelled_occurrences_count(void **state)
{
    (void)state;
    assert_turns(EVENT("DTSTART:20260302T080000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=4\n"
                       "RDATE:20260310T100000Z\nEXDATE;VALUE=DATE:20260303\nSUMMARY:x\n")
                     EVENT("RECURRENCE-ID:20260304T080000Z\nDTSTART:20260304T120000Z\n"
                           "DURATION:PT2H\nSUMMARY:y\n")
                         EVENT("RECURRENCE-ID:20260305T080000Z\nDTSTART:20260305T080000Z\n"
                               "DURATION:PT1H\nSTATUS:CANCELLED\nSUMMARY:z\n"),
                 "2026-03-02 08:00+60 x\n2026-03-10 10:00+60 x\n2026-03-04 12:00+120 y");
}

static void until_counts_to_the_second(void **state)
{
    (void)state;
    assert_turns(EVENT("DTSTART:20260302T080000Z\nDURATION:PT1H\n"
                       "RRULE:FREQ=DAILY;UNTIL=20260303T080000Z\nSUMMARY:x\n"),
                 "2026-03-02 08:00+60 x\n2026-03-03 08:00+60 x");
    assert_turns(EVENT("DTSTART:20260302T080000Z\nDURATION:PT1H\n"
                       "RRULE:FREQ=DAILY;UNTIL=20260303T075959Z\nSUMMARY:x\n"),
                 "2026-03-02 08:00+60 x");
}

static void who_takes_part_is_told_in_full(void **state)
{
    (void)state;
    assert_turns(EVENT("DTSTART:20260302T080000Z\nDURATION:PT1H\nSUMMARY:Falk\\, Ben\\nDesk\n"
                       "ATTENDEE;CN=\"Falk; Ben\";ROLE=CHAIR:MAILTO:ben@x.example\n"
                       "ATTENDEE:mailto:ana@x.example\n"),
                 "2026-03-02 08:00+60 Falk, Ben Desk|ben@x.example|Falk; Ben|ana@x.example");
}

static void what_is_no_turn_is_told_with_its_line(void **state)
{
    (void)state;
    assert_fault(EVENT("DTSTART:20260302T080000Z\nSUMMARY:x\n"), "5: this event has no end");
    assert_fault(EVENT("DTSTART:20260302T080030Z\nDURATION:PT1H\n"),
                 "6: a turn begins and ends at a whole minute");
    assert_fault(EVENT("DTSTART:20260302T080000Z\nDTEND:20260302T070000Z\n"),
                 "6: this event ends before it has begun");
    assert_fault(EVENT("DTSTART:20260302T080000Z\nDURATION:P367D\n"),
                 "6: this event lasts longer than a year");
    assert_fault(EVENT("DTSTART:20260302T080000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY\n"
                       "EXDATE:20260303T090000Z\n"),
                 "8: here it is 09:00, and no turn of this event begins then");
    assert_fault(EVENT("DTSTART:20260302T080000Z\nDURATION:PT1H\nRRULE:FREQ=HOURLY\n"),
                 "7: this repeats within a day, and turns repeat by days at most");
    assert_fault(EVENT("DTSTART;TZID=Nowhere:20260302T080000\nDURATION:PT1H\n"),
                 "3: the time zone `Nowhere` is neither known here nor described in the file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_series_is_written_out_without_its_exceptions),
        cmocka_unit_test(a_night_ends_at_its_hour_when_clocks_change),
        cmocka_unit_test(days_and_floating_times_are_those_of_the_schedule),
        cmocka_unit_test(a_zone_that_the_file_describes_is_read),
        cmocka_unit_test(further_changed_and_cancelled_occurrences_count),
        cmocka_unit_test(until_counts_to_the_second),
        cmocka_unit_test(who_takes_part_is_told_in_full),
        cmocka_unit_test(what_is_no_turn_is_told_with_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
