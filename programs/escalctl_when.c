/* escalctl_when.c - instants and lengths of time in words. A time without its zone is half a time: none is written so. */
#define _GNU_SOURCE
#include <time.h>

#include "escalctl_when.h"

static struct tm local_of(int64_t at_ms)
{
    time_t seconds = (time_t)(at_ms / ESC_SECOND_MS - (at_ms % ESC_SECOND_MS < 0));
    struct tm local = {0};
    if (localtime_r(&seconds, &local) == NULL)
        (void)gmtime_r(&(time_t){0}, &local); /* a year beyond int: nobody's deadline */
    return local;
}

static void put(EscBuf *out, const char *format, const struct tm *local)
{
    char text[96];
    text[0] = '\0';
    (void)strftime(text, sizeof(text), format, local);
    esc_buf_string(out, text);
}

void when_write(EscBuf *out, int64_t at_ms, int64_t now_ms)
{
    struct tm at = local_of(at_ms), now = local_of(now_ms);
    bool is_today = at.tm_year == now.tm_year && at.tm_yday == now.tm_yday;
    put(out, is_today ? "%H:%M %Z" : "%Y-%m-%d %H:%M %Z", &at);
}

void when_write_far(EscBuf *out, int64_t at_ms, int64_t now_ms)
{
    when_write(out, at_ms, now_ms);
    int64_t left_ms = at_ms - now_ms;
    if (left_ms > ESC_MINUTE_MS) /* of what is left a begun minute counts */
        left_ms += ESC_MINUTE_MS - 1;
    esc_buf_string(out, left_ms > 0 ? ", in " : ", ");
    when_write_length(out, left_ms > 0 ? left_ms : -left_ms);
    esc_buf_string(out, left_ms > 0 ? "" : " ago");
}

void when_write_stamp(EscBuf *out, int64_t at_ms)
{
    struct tm at = local_of(at_ms);
    put(out, "%Y-%m-%d %H:%M:%S %Z", &at);
}

void when_write_length(EscBuf *out, int64_t length_ms)
{
    int64_t seconds = length_ms < 0 ? 0 : length_ms / ESC_SECOND_MS;
    int64_t minutes = seconds / 60, hours = minutes / 60, days = hours / 24;
    if (days > 0)
        esc_buf_printf(out, hours % 24 > 0 ? "%lld d %lld h" : "%lld d", (long long)days,
                       (long long)(hours % 24));
    else if (hours > 0)
        esc_buf_printf(out, minutes % 60 > 0 ? "%lld h %lld min" : "%lld h", (long long)hours,
                       (long long)(minutes % 60));
    else if (minutes > 0)
        esc_buf_printf(out, "%lld min", (long long)minutes);
    else
        esc_buf_printf(out, "%lld s", (long long)seconds);
}
