/* test_calendar_rules.c - random rules, written out by us and by libical's iterator, which is right about days without a
 * zone. It goes wrong (or on for centuries) on what no rule here says: times of day, and days that never come. */
#include <libical/ical.h>
#include <stdlib.h>

#include "calendar_scene.h"

#define RULES 200

static uint64_t random_state;

static unsigned choose(unsigned below)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (unsigned)(random_state % below);
}

typedef struct Text {
    char data[512];
    size_t size;
} Text;

static void add(Text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    text->size += (size_t)vsnprintf(text->data + text->size, sizeof text->data - text->size, format,
                                    arguments);
    va_end(arguments);
    assert_true(text->size < sizeof text->data);
}

/* ;NAME= and up to three numbers from 1 to max, some of them from the end. */
static void add_numbers(Text *text, const char *name, unsigned max, bool may_be_negative)
{
    unsigned count = 1 + choose(3), value = 1 + choose(max);
    add(text, ";%s=", name);
    for (unsigned i = 0; i < count && value <= max; ++i) {
        bool is_negative = may_be_negative && choose(3) == 0;
        add(text, "%s%s%u", i == 0 ? "" : ",", is_negative ? "-" : "", value);
        value += 1 + choose(max);
    }
}

static void add_weekdays(Text *text, unsigned nth_max)
{
    static const char *const names[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
    unsigned day = choose(7), count = 1 + choose(3);
    add(text, ";BYDAY=");
    for (unsigned i = 0; i < count && day < 7; ++i, day += 1 + choose(3)) {
        add(text, "%s", i == 0 ? "" : ",");
        if (nth_max > 0 && choose(2) == 0)
            add(text, "%s%u", choose(2) == 0 ? "-" : "", 1 + choose(nth_max));
        add(text, "%s", names[day]);
    }
}

static Text random_rule(void)
{
    static const char *const periods[] = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"};
    Text text = {0};
    unsigned period = choose(4);
    bool has_days = false, has_months = choose(3) == 0;
    add(&text, "FREQ=%s", periods[period]);
    if (choose(2) == 0)
        add(&text, ";INTERVAL=%u", 1 + choose(4));
    if (choose(3) == 0)
        add(&text, ";WKST=%s", choose(2) == 0 ? "SU" : "WE");
    if (has_months)
        add_numbers(&text, "BYMONTH", 12, false);
    if (period == 3 && choose(6) == 0) {
        add_numbers(&text, "BYYEARDAY", 366, true);
        has_days = true;
    } else if ((period == 0 || period == 2 || (period == 3 && has_months)) && choose(3) == 0) {
        add_numbers(&text, "BYMONTHDAY", 28, period >= 2);
        has_days = true;
    }
    if (!has_days && choose(2) == 0) {
        add_weekdays(&text, period == 2 ? 4 : period == 3 ? 20 : 0);
        has_days = true;
    }
    if (has_days && period >= 2 && choose(4) == 0)
        add(&text, ";BYSETPOS=%s%u", choose(2) == 0 ? "-" : "", 1 + choose(2));
    return text;
}

static struct icaltimetype date_at(int64_t day)
{
    int64_t year = 0;
    unsigned month = 0, date = 0;
    esc_date_from_days(day, &year, &month, &date);
    struct icaltimetype time = {.is_date = 1};
    time.year = (int)year;
    time.month = (int)month;
    time.day = (int)date;
    return time;
}

/* The days from `start` to `end` by libical, as the scene writes them. */
static size_t by_libical(const char *rule, struct icaltimetype start, struct icaltimetype end,
                         CalendarScene *out)
{
    icalrecur_iterator *iterator =
        icalrecur_iterator_new(icalrecurrencetype_from_string(rule), start);
    size_t count = 0;
    *out = (CalendarScene){0};
    if (iterator == NULL)
        return 0;
    for (struct icaltimetype at = icalrecur_iterator_next(iterator);
         !icaltime_is_null_time(at) && icaltime_compare(at, end) <= 0;
         at = icalrecur_iterator_next(iterator)) {
        calendar_day(out, esc_days_from_date(at.year, (unsigned)at.month, (unsigned)at.day));
        ++count;
    }
    icalrecur_iterator_free(iterator);
    return count;
}

/* The first day of a rule behind `start`: what a series has to begin with. */
static bool first_day(const char *rule, struct icaltimetype *start)
{
    icalrecur_iterator *iterator =
        icalrecur_iterator_new(icalrecurrencetype_from_string(rule), *start);
    struct icaltimetype first =
        iterator == NULL ? icaltime_null_time() : icalrecur_iterator_next(iterator);
    if (iterator != NULL)
        icalrecur_iterator_free(iterator);
    if (icaltime_is_null_time(first) || first.year > 2100)
        return false;
    *start = first;
    return true;
}

static void by_us(const char *rule, struct icaltimetype start, int64_t to_day, CalendarScene *out)
{
    char text[1024];
    int size = snprintf(text, sizeof text,
                        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:%04d%02d%02d\nRRULE:%"
                        "s\nEND:VEVENT\nEND:VCALENDAR\n",
                        start.year, start.month, start.day, rule);
    *out = (CalendarScene){.reading = {.timezone = ESC_TEXT("UTC"),
                                       .from_day = esc_days_from_date(start.year, 1, 1),
                                       .to_day = to_day,
                                       .context = out,
                                       .read_zone = calendar_zone,
                                       .day = calendar_day,
                                       .fault = calendar_fault}};
    out->status = esc_calendar_read((EscText){text, (size_t)size}, &out->reading);
}

static void rules_are_written_out_as_libical_does(void **state)
{
    (void)state;
    const char *seed = getenv("ESC_SEED");
    random_state = (seed == NULL ? 1 : strtoull(seed, NULL, 10)) * 2 + 1;
    print_message("ESC_SEED=%s\n", seed == NULL ? "1" : seed);
    uint32_t wrong = 0, compared = 0;
    for (unsigned i = 0; i < RULES; ++i) {
        Text rule = random_rule();
        struct icaltimetype start = date_at(20454 + choose(1000));
        if (!first_day(rule.data, &start))
            continue;
        int64_t first = esc_days_from_date(start.year, (unsigned)start.month, (unsigned)start.day);
        if (choose(3) == 0)
            add(&rule, ";COUNT=%u", 1 + choose(20));
        int64_t to_day = first + 700;
        CalendarScene wanted, told;
        size_t count = by_libical(rule.data, start, date_at(to_day), &wanted);
        by_us(rule.data, start, to_day, &told);
        ++compared;
        if (count == 0 || strcmp(wanted.text, told.text) == 0)
            continue;
        print_error("%s from %04d-%02d-%02d:\n  libical %.700s\n  told    %.700s\n", rule.data,
                    start.year, start.month, start.day, wanted.text, told.text);
        ++wrong;
    }
    assert_int_equal(wrong, 0);
    assert_true(compared > RULES / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_are_written_out_as_libical_does),
    };
    icalerror_set_errors_are_fatal(0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
