/* kit_pack.c - small numbers in few bytes: what rows and records are packed with.
 *
 * A varint has seven bits of its number in each byte, the lowest first, with the high bit set in all but the last
 * (LEB128). A signed one is folded first, so that small negative numbers stay small: 0, -1, 1, -2 … become 0, 1, 2, 3.
 * Readers take the shortest form only, so that one value has one encoding. */
#include <esc/kit.h>

#include <string.h>

void esc_buf_varint(EscBuf *buf, uint64_t value)
{
    if (value < 0x80) {
        esc_buf_u8(buf, (uint8_t)value);
        return;
    }
    uint8_t bytes[10];
    size_t size = 0;
    for (; value >= 0x80; value >>= 7)
        bytes[size++] = (uint8_t)(value | 0x80);
    bytes[size++] = (uint8_t)value;
    esc_buf_append(buf, bytes, size);
}

void esc_buf_signed(EscBuf *buf, int64_t value)
{
    uint64_t doubled = (uint64_t)value << 1;
    esc_buf_varint(buf, value < 0 ? ~doubled : doubled);
}

void esc_buf_double(EscBuf *buf, double value)
{
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    esc_buf_u64(buf, bits);
}

void esc_buf_packed(EscBuf *buf, EscText text)
{
    esc_buf_varint(buf, text.size);
    esc_buf_text(buf, text);
}

/* Of more than one byte, or not there. */
static uint64_t long_varint(EscCursor *cursor)
{
    uint64_t value = 0;
    for (unsigned shift = 0; !cursor->failed; shift += 7) {
        uint8_t byte = esc_cursor_u8(cursor);
        bool is_too_big = shift == 63 && byte > 1;
        bool is_padded = byte == 0 && shift > 0;
        if (cursor->failed || is_too_big || is_padded)
            break;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return value;
    }
    cursor->failed = true;
    return 0;
}

uint64_t esc_cursor_varint(EscCursor *cursor)
{
    bool is_there = !cursor->failed && cursor->at < cursor->bytes.size;
    if (is_there && cursor->bytes.data[cursor->at] < 0x80)
        return cursor->bytes.data[cursor->at++];
    return long_varint(cursor);
}

int64_t esc_cursor_signed(EscCursor *cursor)
{
    uint64_t folded = esc_cursor_varint(cursor);
    uint64_t half = folded >> 1;
    return (folded & 1) != 0 ? -(int64_t)half - 1 : (int64_t)half;
}

double esc_cursor_double(EscCursor *cursor)
{
    uint64_t bits = esc_cursor_u64(cursor);
    double value = 0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

EscText esc_cursor_packed(EscCursor *cursor)
{
    uint64_t size = esc_cursor_varint(cursor);
    if (size > esc_cursor_left(cursor)) {
        cursor->failed = true;
        return (EscText){0};
    }
    EscBytes bytes = esc_cursor_bytes(cursor, (size_t)size);
    return (EscText){(const char *)bytes.data, bytes.size};
}

size_t esc_cursor_count(EscCursor *cursor)
{
    uint64_t count = esc_cursor_varint(cursor);
    if (count > esc_cursor_left(cursor))
        cursor->failed = true;
    return cursor->failed ? 0 : (size_t)count;
}
