/* fuzz_kit.c - any bytes as text and as a time: what is valid stays valid when it is cut, and
 * what is read as a time is written and read back as the same one. */
#include <esc/kit.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(EscText text)
{
    size_t bad_at = text.size;
    bool is_valid = esc_utf8_is_valid(text, &bad_at);
    ESC_ASSERT(is_valid == (bad_at == text.size));
    ESC_ASSERT(esc_utf8_is_valid((EscText){text.data, bad_at}, NULL));
    size_t at = 0;
    for (size_t step = 0; at < bad_at; at += step)
        ESC_ASSERT(esc_utf8_decode(text, at, &step) <= 0x10FFFF);
    ESC_ASSERT(at == bad_at);
    if (is_valid)
        ESC_ASSERT(esc_utf8_is_valid(esc_utf8_cut(text, text.size / 2), NULL));
}

static void check_time(EscText text)
{
    int64_t time_ms = 0, again_ms = 0;
    if (!esc_time_read(text, &time_ms))
        return;
    EscBuf written;
    esc_buf_init(&written, 64);
    esc_time_write(&written, time_ms);
    ESC_ASSERT(esc_time_read(esc_buf_as_text(&written), &again_ms));
    ESC_ASSERT(again_ms == time_ms);
    esc_buf_release(&written);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    EscText text = {(const char *)data, size};
    check_text(text);
    check_time(text);
    return 0;
}
