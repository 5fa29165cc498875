/* test_push_key.c - our key for push services: made once, kept for nobody else, and what is wrong with a file. */
#include "support/test.h"

#include <esc/delivery.h>

#include <string.h>

typedef struct Disk {
    EscBuf content;
    bool is_there, is_full, is_open, is_broken;
    int writes;
} Disk;

static EscStatus disk_read(void *context, const char *path, EscBuf *out)
{
    const Disk *disk = context;
    assert_string_equal(path, "/data/webpush.key");
    if (disk->is_broken)
        return ESC_IO_FAILED;
    if (!disk->is_there)
        return ESC_NOT_FOUND;
    esc_buf_text(out, esc_buf_as_text(&disk->content));
    return ESC_OK;
}

static EscStatus disk_replace(void *context, const char *path, EscBytes bytes)
{
    Disk *disk = context;
    assert_string_equal(path, "/data/webpush.key");
    if (disk->is_full)
        return ESC_IO_FAILED;
    esc_buf_clear(&disk->content);
    esc_buf_append(&disk->content, bytes.data, bytes.size);
    disk->is_there = true;
    disk->writes++;
    return ESC_OK;
}

static bool disk_is_open(void *context, const char *path)
{
    assert_string_equal(path, "/data/webpush.key");
    return ((const Disk *)context)->is_open;
}

/* The first that is drawn is no key: it is more than the order of the curve. */
static void draw(void *context, void *bytes, size_t size)
{
    uint8_t *next = context;
    memset(bytes, *next == 0 ? 0xff : *next, size);
    ++*next;
}

static EscStatus opened(Disk *disk, uint8_t *drawn, uint8_t key[ESC_PUSH_KEY_BYTES], EscWhy *why)
{
    const EscFiles files = {.context = disk,
                            .read = disk_read,
                            .replace = disk_replace,
                            .is_open_to_others = disk_is_open};
    const EscRandom random = {.context = drawn, .fill = draw};
    *why = (EscWhy){.text = ""};
    return esc_push_key_open(&files, &random, "/data", key, why);
}

static void it_is_made_once(void **state)
{
    (void)state;
    Disk disk = {.is_there = false};
    uint8_t drawn = 0, first[ESC_PUSH_KEY_BYTES], again[ESC_PUSH_KEY_BYTES],
            ones[ESC_PUSH_KEY_BYTES];
    EscWhy why;
    esc_buf_init(&disk.content, 4096);
    assert_status(opened(&disk, &drawn, first, &why), ESC_OK);
    memset(ones, 1, sizeof ones);
    assert_memory_equal(first, ones, sizeof first);
    assert_text_equal(esc_buf_as_text(&disk.content),
                      "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE\n");
    assert_status(opened(&disk, &drawn, again, &why), ESC_OK);
    assert_memory_equal(again, first, sizeof first);
    assert_int_equal(disk.writes, 1);
    assert_int_equal(drawn, 2);
    esc_buf_release(&disk.content);
}

static void what_is_wrong_with_the_file_is_named(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "x",
                                      "AQEB",
                                      "!!!!",
                                      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                                      "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"};
    uint8_t drawn = 1, key[ESC_PUSH_KEY_BYTES];
    EscWhy why;
    for (size_t i = 0; i < ESC_COUNT_OF(bad); i++) {
        Disk disk = {.is_there = true};
        esc_buf_init(&disk.content, 4096);
        esc_buf_string(&disk.content, bad[i]);
        assert_status(opened(&disk, &drawn, key, &why), ESC_BAD_CONFIG);
        assert_string_equal(
            why.text,
            "webpush.key in the data folder holds no private key (32 bytes as base64url)");
        assert_int_equal(disk.writes, 0); /* nothing that browsers know is thrown away */
        esc_buf_release(&disk.content);
    }
    Disk open = {.is_there = true, .is_open = true}, full = {.is_full = true},
         broken = {.is_broken = true};
    esc_buf_init(&open.content, 4096);
    esc_buf_string(&open.content, "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE\n");
    assert_status(opened(&open, &drawn, key, &why), ESC_BAD_CONFIG);
    assert_string_equal(why.text,
                        "webpush.key in the data folder may be read by others: chmod 600 it");
    esc_buf_release(&open.content);
    assert_status(opened(&full, &drawn, key, &why), ESC_IO_FAILED);
    assert_string_equal(
        why.text, "the key for push services cannot be written to webpush.key in the data folder");
    assert_status(opened(&broken, &drawn, key, &why), ESC_IO_FAILED);
    assert_int_equal(drawn, 2);
}

static void its_public_half_is_a_point(void **state)
{
    (void)state;
    EscBuf out, bytes;
    esc_buf_init(&out, 200);
    esc_buf_init(&bytes, 200);
    assert_true(esc_push_key_public(
        ESC_TEXT("\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1"), &out));
    assert_true(esc_base64url_read(esc_buf_as_text(&out), &bytes));
    assert_int_equal(bytes.size, 65);
    assert_int_equal((uint8_t)bytes.data[0], 4);
    assert_false(esc_push_key_public((EscText){"", 0}, &out));
    assert_false(esc_push_key_public(
        ESC_TEXT("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), &out));
    esc_buf_release(&out);
    esc_buf_release(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_made_once),
        cmocka_unit_test(what_is_wrong_with_the_file_is_named),
        cmocka_unit_test(its_public_half_is_a_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
