/* literal.c - numbers, durations, times and dotted names: from their spelling to nodes.
 *
 * A literal without a meaning (the 31st of February) is reported here and gets a harmless value, so
 * that the parse goes on. */
#include "ast.h"

#include <stdlib.h>
#include <string.h>

#define NUMBER_SIZE_MAX 40u
#define HARMLESS_PERCENT 50 /* in the place of one that has no meaning: fits wherever one stands */

EscText esc_parse_slice(const EscParse *parse, uint32_t start, uint32_t end)
{
    return (EscText){.data = parse->source.data + start, .size = end - start};
}

EscSpan esc_parse_span(const EscParse *parse, uint32_t start, uint32_t end)
{
    return (EscSpan){.file = parse->file, .start = start, .end = end};
}

static void put_bad(EscParse *parse, EscSpan span, const char *message, const char *hint)
{
    EscSyntaxError error = esc_syntax_error(ESC_SYNTAX_BAD_LITERAL, span, esc_text_from(message));
    error.hint = esc_text_from(hint);
    esc_syntax_put(parse, &error);
}

static EscText slice_of(const EscParse *parse, EscSpan span)
{
    return esc_parse_slice(parse, span.start, span.end);
}

static EscNode *put_number(EscParse *parse, EscSpan span, double value)
{
    return esc_node_put(
        parse, &(EscNode){.kind = ESC_NODE_NUMBER, .span = span, .number = {.value = value}});
}

/* --- numbers ---------------------------------------------------------------------------------- */

/* Digits with at most one dot; false when there are too many of them. */
static bool read_number(EscText text, double *value)
{
    char digits[NUMBER_SIZE_MAX + 1];
    *value = 0;
    if (text.size > NUMBER_SIZE_MAX)
        return false;
    memcpy(digits, text.data, text.size);
    digits[text.size] = '\0';
    *value = strtod(
        digits,
        NULL); /* the scanner lets through only what reads alike in every locale but for the dot */
    return true;
}

/* strtod follows the locale's decimal point, so the two halves are read as whole numbers. */
static bool read_decimal(EscText text, double *value)
{
    const char *dot = memchr(text.data, '.', text.size);
    if (dot == NULL)
        return read_number(text, value);
    EscText whole = {text.data, (size_t)(dot - text.data)};
    EscText rest = {dot + 1, text.size - whole.size - 1};
    char joined[2 * NUMBER_SIZE_MAX + 8];
    if (text.size > NUMBER_SIZE_MAX)
        return read_number(text, value);
    memcpy(joined, whole.data, whole.size);
    memcpy(joined + whole.size, rest.data, rest.size);
    joined[whole.size + rest.size] = 'e';
    joined[whole.size + rest.size + 1] = '-';
    joined[whole.size + rest.size + 2] = (char)('0' + rest.size / 10);
    joined[whole.size + rest.size + 3] = (char)('0' + rest.size % 10);
    joined[whole.size + rest.size + 4] = '\0';
    *value = strtod(joined, NULL);
    return true;
}

EscNode *esc_literal_number(EscParse *parse, EscSpan span)
{
    double value = 0;
    if (!read_decimal(slice_of(parse, span), &value))
        put_bad(parse, span, "this number has more than 40 digits", "");
    return put_number(parse, span, value);
}

EscNode *esc_literal_percent(EscParse *parse, EscSpan span)
{
    double value = 0;
    if (!read_decimal(esc_parse_slice(parse, span.start, span.end - 1), &value)) {
        put_bad(parse, span, "this number has more than 40 digits", "");
        value = HARMLESS_PERCENT;
    }
    return esc_node_put(
        parse, &(EscNode){.kind = ESC_NODE_PERCENT, .span = span, .percent = {.value = value}});
}

/* --- durations -------------------------------------------------------------------------------- */

static int64_t unit_ms(char unit)
{
    switch (unit) {
#define ESC_DURATION_UNIT(letter, ms)                                                              \
    case letter:                                                                                   \
        return ms;
#include <esc/units.def>
    default:
        return ESC_YEAR_MS; /* the scanner lets nothing else through */
    }
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Reads digits from *at on; saturates above ESC_SPAN_MAX_MS, which the caller refuses. */
static int64_t read_digits(EscText text, size_t *at)
{
    int64_t value = 0;
    while (*at < text.size && is_digit(text.data[*at])) {
        if (value <= ESC_SPAN_MAX_MS)
            value = value * 10 + (text.data[*at] - '0');
        (*at)++;
    }
    return value;
}

static EscNode *put_duration(EscParse *parse, EscSpan span, int64_t ms)
{
    return esc_node_put(
        parse, &(EscNode){.kind = ESC_NODE_DURATION, .span = span, .duration = {.ms = ms}});
}

static bool add_duration(int64_t *sum, int64_t count, int64_t unit)
{
    if (count > ESC_SPAN_MAX_MS / unit || *sum > ESC_SPAN_MAX_MS - count * unit)
        return false;
    *sum += count * unit;
    return true;
}

/* The beginning in which each unit is smaller than the one before it. */
static EscText falling_part(EscText text)
{
    int64_t before_ms = INT64_MAX;
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (is_digit(text.data[i]))
            continue;
        int64_t ms = unit_ms(text.data[i]);
        if (ms >= before_ms)
            break;
        before_ms = ms;
        size = i + 1;
    }
    return (EscText){text.data, size};
}

EscNode *esc_literal_duration(EscParse *parse, EscSpan span)
{
    EscText text = slice_of(parse, span), falling = falling_part(text);
    int64_t ms = 0;
    if (!esc_duration_read(falling, ESC_SPAN_MAX_MS, &ms)) {
        put_bad(parse, span, "this duration is longer than 400 years", "");
        ms = ESC_MINUTE_MS;
    } else if (falling.size < text.size) {
        put_bad(parse, span, "the parts of a duration go from large to small", "such as `1h30m`");
    }
    return put_duration(parse, span, ms);
}

EscNode *esc_literal_spelled_duration(EscParse *parse, EscSpan span)
{
    EscText text = slice_of(parse, span);
    size_t at = 0;
    int64_t count = read_digits(text, &at);
    EscText digits = {text.data, at};
    while (text.data[at] == ' ' || text.data[at] == '\t')
        at++;
    char unit = (char)(text.data[at] | 0x20); /* the scanner lets through letters in any case */
    int64_t sum = 0;
    if (!add_duration(&sum, count, unit_ms(unit))) {
        put_bad(parse, span, "this duration is longer than 400 years", "");
        sum = ESC_MINUTE_MS;
    } else if (!parse->is_quiet) {
        esc_syntax_put_fix(parse, ESC_SYNTAX_SPELLED_UNIT, span,
                           ESC_TEXT("the unit of a duration is one letter behind the number"),
                           esc_arena_printf(parse->arena, "%.*s%c", ESC_TEXT_ARG(digits), unit));
    }
    return put_duration(parse, span, sum);
}

/* 1.5h: the same in whole units. */
EscNode *esc_literal_part_of_unit(EscParse *parse, EscSpan span)
{
    EscText text = slice_of(parse, span);
    size_t size = 0;
    while (is_digit(text.data[size]) || text.data[size] == '.')
        size++;
    double value = 0;
    bool is_read = read_decimal((EscText){text.data, size}, &value);
    while (text.data[size] == ' ' || text.data[size] == '\t')
        size++;
    double seconds = value * (double)(unit_ms((char)(text.data[size] | 0x20)) / ESC_SECOND_MS);
    if (!is_read || seconds < 1 || seconds > 1e9) {
        put_bad(parse, span, "a duration is made of whole units", "such as `1h30m`");
        return put_duration(parse, span, ESC_MINUTE_MS);
    }
    static const struct {
        char letter;
        int64_t ms;
    } units[] = {
#define ESC_SHOWN_UNIT(letter, ms) {letter, ms},
#include <esc/units.def>
    };
    int64_t rest = (int64_t)(seconds + 0.5), all = rest;
    EscText whole = {NULL, 0};
    for (size_t i = 0; i < ESC_COUNT_OF(units); i++) {
        long long count = rest * ESC_SECOND_MS / units[i].ms;
        rest %= units[i].ms / ESC_SECOND_MS;
        if (count > 0)
            whole = esc_arena_printf(parse->arena, "%.*s%lld%c", ESC_TEXT_ARG(whole), count,
                                     units[i].letter);
    }
    esc_syntax_put_fix(parse, ESC_SYNTAX_BAD_LITERAL, span,
                       ESC_TEXT("a duration is made of whole units"), whole);
    return put_duration(parse, span, all * ESC_SECOND_MS);
}

/* --- numbers that are written as elsewhere ---------------------------------------------------- */

/* 500_000, 5k */
static bool put_spelled_number(EscParse *parse, EscSpan span, EscText text, EscNode **node)
{
    char digits[NUMBER_SIZE_MAX];
    size_t count = 0, at = 0;
    for (; at < text.size && count + 3 < sizeof digits; at++) {
        if (is_digit(text.data[at]))
            digits[count++] = text.data[at];
        else if (text.data[at] != '_')
            break;
    }
    bool is_thousands = at + 1 == text.size && (text.data[at] == 'k' || text.data[at] == 'K');
    if (at < text.size && !is_thousands)
        return false;
    for (size_t i = 0; is_thousands && i < 3; i++)
        digits[count++] = '0';
    EscText number = esc_arena_text(parse->arena, (EscText){digits, count});
    double value = 0;
    (void)read_number((EscText){digits, count}, &value);
    esc_syntax_put_fix(parse, ESC_SYNTAX_BAD_LITERAL, span,
                       ESC_TEXT("a number is written in digits, one behind the other"), number);
    *node = put_number(parse, span, value);
    return true;
}

/* 5M, 2H */
static bool put_capital_unit(EscParse *parse, EscSpan span, EscText text, EscNode **node)
{
    size_t at = 0;
    int64_t count = read_digits(text, &at), sum = 0;
    if (at + 1 != text.size || strchr("SMHDWY", text.data[at]) == NULL)
        return false;
    char unit = (char)(text.data[at] | 0x20);
    if (!add_duration(&sum, count, unit_ms(unit)))
        return false;
    esc_syntax_put_fix(
        parse, ESC_SYNTAX_BAD_LITERAL, span, ESC_TEXT("the unit of a duration is a small letter"),
        esc_arena_printf(parse->arena, "%.*s%c", ESC_TEXT_ARG(((EscText){text.data, at})), unit));
    *node = put_duration(parse, span, sum);
    return true;
}

EscNode *esc_literal_bad(EscParse *parse, EscSpan span)
{
    EscText text = slice_of(parse, span);
    EscNode *node = NULL;
    if (put_capital_unit(parse, span, text, &node) || put_spelled_number(parse, span, text, &node))
        return node;
    put_bad(parse, span, "this is neither a number nor a duration",
            "durations look like `90s`, `5m`, `12h`, `2d` or `1h30m`; a name does not begin with a "
            "digit");
    return put_number(parse, span, 0);
}

/* --- times ------------------------------------------------------------------------------------ */

EscNode *esc_literal_time_of_day(EscParse *parse, EscSpan span)
{
    EscText text = slice_of(parse, span);
    size_t at = 0;
    int64_t hour = read_digits(text, &at);
    at++;
    int64_t minute = read_digits(text, &at);
    int64_t minutes = hour * 60 + minute;
    bool is_bad = minute > 59 || minutes > 24 * 60;
    if (is_bad) {
        put_bad(parse, span, "there is no such time of day",
                "times of day go from `00:00` to `24:00`");
        minutes = 0;
    }
    return esc_node_put(
        parse, &(EscNode){.kind = ESC_NODE_TIME_OF_DAY,
                          .span = span,
                          .time_of_day = {.minutes = (uint16_t)minutes, .is_bad = is_bad}});
}

/* 8am, 6:30 pm: minutes of the day; false when there is no such time. */
static bool half_day_minutes(EscText text, int64_t *minutes)
{
    size_t at = 0;
    int64_t hour = read_digits(text, &at), minute = 0;
    if (at < text.size && text.data[at] == ':') {
        at++;
        minute = read_digits(text, &at);
    }
    while (at < text.size && (text.data[at] == ' ' || text.data[at] == '\t'))
        at++;
    bool is_afternoon = (text.data[at] | 0x20) == 'p';
    *minutes = (hour % 12 + (is_afternoon ? 12 : 0)) * 60 + minute;
    return hour >= 1 && hour <= 12 && minute <= 59;
}

/* Where the time of day behind `..` ends, as 8am..6pm is one mistake; `end` when there is none. */
static EscText second_half_day(const EscParse *parse, uint32_t *end)
{
    uint32_t at = *end;
    const char *data = parse->source.data;
    static const char *const words[] = {"to ", "until ", "till ", "bis "};
    while (at < parse->source.size && strchr(" .-", data[at]) != NULL)
        at++;
    for (size_t i = 0; i < ESC_COUNT_OF(words); i++)
        if (esc_text_starts_with(esc_parse_slice(parse, at, (uint32_t)parse->source.size),
                                 esc_text_from(words[i])))
            at += (uint32_t)strlen(words[i]);
    uint32_t start = at;
    while (at < parse->source.size && (is_digit(data[at]) || data[at] == ':'))
        at++;
    if (at == start || at + 2 > parse->source.size || strchr("apAP", data[at]) == NULL ||
        (data[at + 1] | 0x20) != 'm')
        return (EscText){NULL, 0};
    *end = at + 2;
    return esc_parse_slice(parse, start, at + 2);
}

EscNode *esc_literal_half_day(EscParse *parse, EscSpan span)
{
    int64_t minutes = 0, other = 0;
    bool is_time = half_day_minutes(slice_of(parse, span), &minutes);
    EscSpan whole = span;
    EscText second = second_half_day(parse, &whole.end);
    bool is_second = span.start < parse->half_day_end; /* told with the first of the two */
    if (!is_time)
        put_bad(parse, span, "there is no such time of day",
                "times of day go from `00:00` to `24:00`");
    else if (second.size > 0 && half_day_minutes(second, &other))
        esc_syntax_put_fix(parse, ESC_SYNTAX_BAD_LITERAL, whole,
                           ESC_TEXT("times of day are written from `00:00` to `24:00`"),
                           esc_arena_printf(parse->arena, "%02u:%02u..%02u:%02u",
                                            (unsigned)(minutes / 60), (unsigned)(minutes % 60),
                                            (unsigned)(other / 60), (unsigned)(other % 60)));
    else if (!is_second)
        esc_syntax_put_fix(parse, ESC_SYNTAX_BAD_LITERAL, span,
                           ESC_TEXT("times of day are written from `00:00` to `24:00`"),
                           esc_arena_printf(parse->arena, "%02u:%02u", (unsigned)(minutes / 60),
                                            (unsigned)(minutes % 60)));
    if (whole.end > parse->half_day_end && !parse->is_quiet)
        parse->half_day_end = whole.end;
    return esc_node_put(
        parse, &(EscNode){.kind = ESC_NODE_TIME_OF_DAY,
                          .span = span,
                          .time_of_day = {.minutes = (uint16_t)minutes, .is_bad = !is_time}});
}

static unsigned days_in_month(int64_t year, int64_t month)
{
    if (month == 2)
        return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

EscNode *esc_literal_local_time(EscParse *parse, EscSpan span)
{
    EscText text = slice_of(parse, span);
    size_t at = 0;
    int64_t fields[5] = {0}; /* year, month, day, hour, minute */
    size_t count = 0;
    while (count < ESC_COUNT_OF(fields) && at < text.size && is_digit(text.data[at])) {
        fields[count++] = read_digits(text, &at);
        if (at < text.size)
            at++;
    }
    bool ends_well = at == text.size && is_digit(text.data[text.size - 1]);
    bool is_date = fields[0] >= 1 && fields[1] >= 1 && fields[1] <= 12 && fields[2] >= 1 &&
                   fields[2] <= days_in_month(fields[0], fields[1]);
    if (!ends_well || (count != 3 && count != 5)) {
        put_bad(
            parse, span, "a date looks like `2026-01-05`, and with a time like `2026-01-05T09:00`",
            "it is local to the zone of the workspace or schedule, so it has no zone of its own");
        return esc_node_put(parse, &(EscNode){.kind = ESC_NODE_LOCAL_TIME,
                                              .span = span,
                                              .local_time = {.year = 2000, .month = 1, .day = 1}});
    }
    if (!is_date || fields[3] > 23 || fields[4] > 59) {
        put_bad(parse, span, is_date ? "there is no such time of day" : "there is no such date",
                "");
        return esc_node_put(parse, &(EscNode){.kind = ESC_NODE_LOCAL_TIME,
                                              .span = span,
                                              .local_time = {.year = 2000, .month = 1, .day = 1}});
    }
    return esc_node_put(parse, &(EscNode){.kind = ESC_NODE_LOCAL_TIME,
                                          .span = span,
                                          .local_time = {.year = (uint16_t)fields[0],
                                                         .month = (uint8_t)fields[1],
                                                         .day = (uint8_t)fields[2],
                                                         .hour = (uint8_t)fields[3],
                                                         .minute = (uint8_t)fields[4],
                                                         .has_time = count == 5}});
}

/* 24.12.2026, 12/24/2026: only the first says which number is the day. */
EscNode *esc_literal_other_date(EscParse *parse, EscSpan span)
{
    EscText text = slice_of(parse, span);
    size_t at = 0;
    int64_t day = read_digits(text, &at);
    bool is_dotted = text.data[at++] == '.';
    int64_t month = read_digits(text, &at);
    at++;
    int64_t year = read_digits(text, &at);
    bool is_date =
        year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= days_in_month(year, month);
    if (is_dotted && is_date)
        esc_syntax_put_fix(
            parse, ESC_SYNTAX_BAD_LITERAL, span,
            ESC_TEXT("a date is written as year, month and day"),
            esc_arena_printf(parse->arena, "%04d-%02d-%02d", (int)year, (int)month, (int)day));
    else
        put_bad(parse, span, "a date is written as year, month and day",
                "such as `2026-01-05`, or `2026-01-05T09:00` with the time of day");
    return esc_node_put(parse, &(EscNode){.kind = ESC_NODE_LOCAL_TIME,
                                          .span = span,
                                          .local_time = {.year = (uint16_t)(is_date ? year : 2000),
                                                         .month = (uint8_t)(is_date ? month : 1),
                                                         .day = (uint8_t)(is_date ? day : 1)}});
}

/* --- dotted names ----------------------------------------------------------------------------- */

/* Where the part that begins at `at` ends: a name before the next dot or bracket, a place behind its closing bracket. */
static uint32_t part_end(EscText text, uint32_t at)
{
    bool is_quoted = text.data[at] == '[' && text.data[at + 1] == '"';
    if (is_quoted) /* the scanner has seen the other quote, and none in between */
        return (uint32_t)((const char *)memchr(text.data + at + 2, '"', text.size - at - 2) -
                          text.data) +
               2;
    uint32_t end = at + 1;
    while (end < text.size && text.data[end] != '.' && text.data[end] != '[')
        end++;
    return end;
}

/* The words within [start, end) of the name: without the bracket and quotes of a place. */
static EscName part_name(EscParse *parse, EscSpan span, EscText text, uint32_t start, uint32_t end)
{
    uint32_t open = text.data[start] != '[' ? 0 : text.data[start + 1] == '"' ? 2 : 1;
    start += open;
    end -= open;
    return (EscName){.text = {text.data + start, end - start},
                     .span = esc_parse_span(parse, span.start + start, span.start + end)};
}

/* No name has more parts than dots and brackets, and one; what a path can hold of them. */
static uint32_t parts_room(EscText text)
{
    uint32_t room = 1;
    for (size_t i = 0; i < text.size; i++)
        room += text.data[i] == '.' || text.data[i] == '[';
    return room < ESC_PATH_PARTS_MAX ? room : ESC_PATH_PARTS_MAX;
}

/* What no document can have: a place with a nought in front, or a number of too many digits. */
static void check_place(EscParse *parse, EscName name, bool is_number)
{
    if (is_number && name.text.size > 1 && (name.text.data[0] == '0' || name.text.size > 4))
        put_bad(parse, name.span, "a place in a list is a number below 10000",
                "the first item is `[0]`");
}

void esc_literal_too_long(EscParse *parse, EscSpan span, bool is_long)
{
    EscSyntaxError error =
        esc_syntax_error(ESC_SYNTAX_NAME_TOO_LONG, span,
                         is_long ? ESC_TEXT("a word of this name is longer than 64 letters")
                                 : ESC_TEXT("this name has more than 16 words"));
    esc_syntax_put(parse, &error);
}

/* Names with dots between them, and places in brackets: body.hits[0]["a name"]. The word of a place is what stands between
 * its brackets, which no name is: a number, or a member of a document in quotes. */
EscNode *esc_literal_path(EscParse *parse, EscSpan span)
{
    EscText text = slice_of(parse, span);
    uint32_t room = parts_room(text);
    EscName *parts = esc_arena_alloc_array(parse->arena, room, sizeof *parts);
    if (parts == NULL)
        return NULL;
    bool is_long = false;
    uint32_t count = 0;
    for (uint32_t at = 0, end; at < text.size; at = end, count++) {
        at += text.data[at] == '.';
        end = part_end(text, at);
        EscName name = part_name(parse, span, text, at, end);
        check_place(parse, name, text.data[at] == '[' && text.data[at + 1] != '"');
        is_long = is_long || name.text.size > ESC_NAME_SIZE_MAX;
        if (name.text.size > ESC_NAME_SIZE_MAX)
            name.text.size = ESC_NAME_SIZE_MAX; /* it is wrong already; paths have buffers */
        if (count < room)
            parts[count] = name;
    }
    if (is_long || count > ESC_PATH_PARTS_MAX)
        esc_literal_too_long(parse, span, is_long);
    if (count > ESC_PATH_PARTS_MAX)
        count = ESC_PATH_PARTS_MAX;
    return esc_node_put(
        parse,
        &(EscNode){.kind = ESC_NODE_PATH, .span = span, .path = {.parts = parts, .count = count}});
}

bool esc_name_is_place(EscText name)
{
    bool is_name = name.size > 0 && (name.data[0] < '0' || name.data[0] > '9');
    for (size_t i = 0; i < name.size && is_name; i++)
        is_name = esc_is_word_character(name.data[i]);
    return !is_name;
}
