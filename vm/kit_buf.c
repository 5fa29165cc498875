/* kit_buf.c - bytes out and bytes in: a growable buffer with a maximum, and a cursor that cannot
 * run past the end.
 *
 * Both keep their failure: a writer or reader of a format goes through its fields without a
 * check at each and asks once at the end. Integers are big-endian. */
#include <esc/kit.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef ESC_STRESS
enum { CAPACITY_MIN = 1, PRINTED_MIN = 1 };
#else
enum { CAPACITY_MIN = 64, PRINTED_MIN = 256 /* what fits is printed only once */ };
#endif

void esc_buf_init(EscBuf *buf, size_t size_max)
{
    *buf = (EscBuf){.size_max = size_max, .status = ESC_OK};
}

void esc_buf_release(EscBuf *buf)
{
    free(buf->data);
    esc_buf_init(buf, buf->size_max);
}

void esc_buf_clear(EscBuf *buf)
{
    buf->size = 0;
    buf->status = ESC_OK;
}

static bool grow(EscBuf *buf, size_t needed)
{
    size_t capacity = buf->capacity > SIZE_MAX / 2 ? SIZE_MAX : 2 * buf->capacity;
    if (capacity < CAPACITY_MIN)
        capacity = CAPACITY_MIN;
    if (capacity > buf->size_max)
        capacity = buf->size_max;
    if (capacity < needed)
        capacity = needed;
    uint8_t *data = realloc(buf->data, capacity);
    if (data == NULL) {
        buf->status = ESC_NO_MEMORY;
        return false;
    }
    buf->data = data;
    buf->capacity = capacity;
    return true;
}

/* Makes room for `size` bytes that count towards the maximum and `spare` that do not. */
static bool reserve(EscBuf *buf, size_t size, size_t spare)
{
    if (buf->status != ESC_OK)
        return false;
    if (size > buf->size_max - buf->size) {
        buf->status = ESC_OVER_LIMIT;
        return false;
    }
    size_t needed = buf->size + size + spare;
    return needed <= buf->capacity || grow(buf, needed);
}

void esc_buf_reserve(EscBuf *buf, size_t size)
{
    (void)reserve(buf, size, 0);
}

void esc_buf_append(EscBuf *buf, const void *data, size_t size)
{
    if (size == 0 || (!esc_buf_has_room(buf, size) && !reserve(buf, size, 0)))
        return;
    memcpy(buf->data + buf->size, data, size);
    buf->size += size;
}

void esc_buf_text(EscBuf *buf, EscText text)
{
    esc_buf_append(buf, text.data, text.size);
}

void esc_buf_string(EscBuf *buf, const char *string)
{
    esc_buf_text(buf, esc_text_from(string));
}

void esc_buf_number(EscBuf *buf, int64_t number)
{
    char digits[20]; /* of the lowest number, with its sign */
    size_t at = sizeof digits;
    uint64_t left = number < 0 ? -(uint64_t)number : (uint64_t)number;
    do {
        digits[--at] = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0);
    if (number < 0)
        digits[--at] = '-';
    esc_buf_append(buf, digits + at, sizeof digits - at);
}

void esc_buf_printf(EscBuf *buf, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    esc_buf_vprintf(buf, format, arguments);
    va_end(arguments);
}

/* Most of what is printed is made of texts, "%.*s": these are copied, and the format goes on behind them. */
static const char *texts_print(EscBuf *buf, const char *format, va_list *arguments)
{
    const char *place = format;
    while ((place = strchr(format, '%')) != NULL && strncmp(place, "%.*s", 4) == 0) {
        esc_buf_append(buf, format, (size_t)(place - format));
        int size = va_arg(*arguments, int);
        const char *text = va_arg(*arguments, const char *);
        size_t room = size <= 0 ? 0 : (size_t)size;
        const char *end = room == 0 ? NULL : memchr(text, '\0', room);
        esc_buf_append(buf, text, end == NULL ? room : (size_t)(end - text));
        format = place + 4;
    }
    if (place != NULL)
        return format;
    esc_buf_string(buf, format);
    return NULL;
}

static void rest_print(EscBuf *buf, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    size_t room = buf->capacity - buf->size; /* most texts fit what is there already */
    int size = vsnprintf((char *)buf->data + buf->size, room, format, arguments);
    if (size < 0) {
        buf->status = ESC_OVER_LIMIT;           /* longer than an int can say */
    } else if (reserve(buf, (size_t)size, 1)) { /* vsnprintf insists on writing a NUL */
        if ((size_t)size >= room)
            vsnprintf((char *)buf->data + buf->size, (size_t)size + 1, format, again);
        buf->size += (size_t)size;
    }
    va_end(again);
}

void esc_buf_vprintf(EscBuf *buf, const char *format, va_list arguments)
{
    if (buf->status != ESC_OK || (buf->capacity == 0 && !reserve(buf, 0, PRINTED_MIN)))
        return;
    size_t before = buf->size;
    va_list rest;
    va_copy(rest, arguments);
    format = texts_print(buf, format, &rest);
    if (format != NULL && buf->status == ESC_OK)
        rest_print(buf, format, rest);
    va_end(rest);
    if (buf->status != ESC_OK)
        buf->size = before;
}

/* The low `size` bytes of value, the highest first. */
static void append_integer(EscBuf *buf, uint64_t value, size_t size)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(value >> (8 * (size - 1 - i)));
    esc_buf_append(buf, bytes, size);
}

void esc_buf_u16(EscBuf *buf, uint16_t value)
{
    append_integer(buf, value, 2);
}

void esc_buf_u32(EscBuf *buf, uint32_t value)
{
    append_integer(buf, value, 4);
}

void esc_buf_u64(EscBuf *buf, uint64_t value)
{
    append_integer(buf, value, 8);
}

/* --- cursor ----------------------------------------------------------------------------------- */

EscCursor esc_cursor(EscBytes bytes)
{
    return (EscCursor){.bytes = bytes};
}

EscBytes esc_cursor_bytes(EscCursor *cursor, size_t size)
{
    if (cursor->failed || size > cursor->bytes.size - cursor->at) {
        cursor->failed = true;
        return (EscBytes){NULL, 0};
    }
    if (size == 0) /* `data` may be NULL, and NULL + 0 is not C */
        return (EscBytes){cursor->bytes.data, 0};
    EscBytes bytes = {cursor->bytes.data + cursor->at, size};
    cursor->at += size;
    return bytes;
}

static uint64_t read_integer(EscCursor *cursor, size_t size)
{
    EscBytes bytes = esc_cursor_bytes(cursor, size);
    uint64_t value = 0;
    for (size_t i = 0; i < bytes.size; i++)
        value = value << 8 | bytes.data[i];
    return value;
}

uint16_t esc_cursor_u16(EscCursor *cursor)
{
    return (uint16_t)read_integer(cursor, 2);
}

uint32_t esc_cursor_u32(EscCursor *cursor)
{
    return (uint32_t)read_integer(cursor, 4);
}

uint64_t esc_cursor_u64(EscCursor *cursor)
{
    return read_integer(cursor, 8);
}
