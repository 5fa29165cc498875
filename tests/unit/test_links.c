/* test_links.c - links that nobody else can make, and the file of the keys that sign them. */
#include "support/test.h"

#include <esc/links.h>

static const EscLinkKeys keys = {.keys = {{1, 2, 3}}, .count = 1};
static const EscLinkKeys turned = {.keys = {{9}, {1, 2, 3}}, .count = 2};
static const EscLinkKeys others = {.keys = {{1, 2, 4}}, .count = 1};
#define DESK ESC_TEXT("desk")

static EscText written(EscBuf *buf, const EscLink *link)
{
    esc_buf_init(buf, ESC_LINK_LETTERS_MAX);
    esc_link_write(buf, &keys, DESK, link);
    assert_int_equal(buf->status, ESC_OK);
    return esc_buf_as_text(buf);
}

static void a_link_says_what_it_was_made_of(void **state)
{
    (void)state;
    static const EscLink links[] = {
        {ESC_LINK_ANY, 0, 0, 1},
        {ESC_LINK_ANSWER, 255, 0xffffffff, UINT64_MAX},
        {ESC_LINK_CONFIRM, 1, 0x9f3c2b1a, 123456},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(links); i++) {
        EscBuf buf;
        EscLink read;
        EscText letters = written(&buf, &links[i]);
        assert_true(esc_link_is_for(letters, DESK));
        assert_true(esc_link_read(letters, &keys, DESK, &read));
        assert_int_equal(read.act, links[i].act);
        assert_int_equal(read.item, links[i].item);
        assert_int_equal(read.store, links[i].store);
        assert_int_equal(read.outbox, links[i].outbox);
        for (size_t k = 0; k < letters.size; k++)
            assert_non_null(strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                   "0123456789-_",
                                   letters.data[k]));
        esc_buf_release(&buf);
    }
}

static void a_link_is_short(void **state)
{
    (void)state;
    EscBuf buf;
    const EscLink link = {ESC_LINK_ACK, 0, 0x9f3c2b1a, 100000};
    assert_true(written(&buf, &link).size <= 36);
    esc_buf_release(&buf);
}

static void another_key_or_workspace_does_not_hold(void **state)
{
    (void)state;
    EscBuf buf;
    EscLink read;
    const EscLink link = {ESC_LINK_ACK, 0, 7, 42};
    EscText letters = written(&buf, &link);
    assert_false(esc_link_read(letters, &others, DESK, &read));
    assert_int_equal(read.outbox, 0);
    assert_false(esc_link_read(letters, &keys, ESC_TEXT("acme"), &read));
    assert_false(esc_link_is_for(letters, ESC_TEXT("acme")));
    assert_true(esc_link_read(letters, &turned, DESK, &read)); /* the key before the present one */
    esc_buf_release(&buf);
}

/* Each bit, each cut, each letter more: none of them is a link. */
static void what_is_changed_does_not_hold(void **state)
{
    (void)state;
    EscBuf buf;
    EscLink read;
    const EscLink link = {ESC_LINK_REJECT, 0, 7, 42};
    EscText letters = written(&buf, &link);
    char other[ESC_LINK_LETTERS_MAX + 1];
    for (size_t i = 0; i < letters.size; i++) {
        for (int bit = 0; bit < 7; bit++) {
            memcpy(other, letters.data, letters.size);
            other[i] = (char)(other[i] ^ (1 << bit));
            assert_false(esc_link_read((EscText){other, letters.size}, &keys, DESK, &read));
        }
        assert_false(esc_link_read((EscText){letters.data, i}, &keys, DESK, &read));
    }
    memcpy(other, letters.data, letters.size);
    other[letters.size] = 'A';
    assert_false(esc_link_read((EscText){other, letters.size + 1}, &keys, DESK, &read));
    assert_false(esc_link_read((EscText){0}, &keys, DESK, &read));
    assert_false(esc_link_read(ESC_TEXT("a/../../b"), &keys, DESK, &read));
    esc_buf_release(&buf);
}

static void a_message_is_of_one_store(void **state)
{
    (void)state;
    uint32_t store = 1;
    assert_true(esc_link_store(ESC_TEXT("acme/E-12/7/9f3c2b1a0d4e5f60"), &store));
    assert_int_equal(store, 0x9f3c2b1a);
    static const char *const wrong[] = {"acme/E-12/7",
                                        "",
                                        "9f3c2b1a0d4e5f60",
                                        "acme/E-1/7/9f3c2b1a0d4e5f6",
                                        "acme/E-1/7/9f3c2b1a0d4e5fxx",
                                        "acme/E-1/7/19f3c2b1a0d4e5f60"};
    for (size_t i = 0; i < ESC_COUNT_OF(wrong); i++)
        assert_false(esc_link_store(esc_text_from(wrong[i]), &store));
}

/* --- the file ----------------------------------------------------------------------------------- */

typedef struct Disk {
    EscBuf content;
    bool is_there, is_open, is_full;
    unsigned writes;
} Disk;

static EscStatus disk_read(void *context, const char *path, EscBuf *out)
{
    const Disk *disk = context;
    assert_string_equal(path, "/data/links.keys");
    if (!disk->is_there)
        return ESC_NOT_FOUND;
    esc_buf_append(out, disk->content.data, disk->content.size);
    return out->status;
}

static EscStatus disk_replace(void *context, const char *path, EscBytes bytes)
{
    Disk *disk = context;
    assert_string_equal(path, "/data/links.keys");
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
    (void)path;
    return ((const Disk *)context)->is_open;
}

static void draw(void *context, void *bytes, size_t size)
{
    memset(bytes, ++*(uint8_t *)context, size);
}

static EscStatus opened(Disk *disk, uint8_t *drawn, bool is_new, EscLinkKeys *out, EscWhy *why)
{
    const EscFiles files = {.context = disk,
                            .read = disk_read,
                            .replace = disk_replace,
                            .is_open_to_others = disk_is_open};
    const EscRandom random = {.context = drawn, .fill = draw};
    return esc_link_keys_open(&files, &random, "/data", is_new, out, why);
}

static void the_first_start_draws_a_key(void **state)
{
    (void)state;
    Disk disk = {.writes = 0};
    uint8_t drawn = 0;
    EscLinkKeys got;
    esc_buf_init(&disk.content, 4096);
    assert_status(opened(&disk, &drawn, false, &got, NULL), ESC_OK);
    assert_int_equal(got.count, 1);
    assert_int_equal(got.keys[0][31], 1);
    assert_status(opened(&disk, &drawn, false, &got, NULL), ESC_OK);
    assert_int_equal(disk.writes, 1); /* kept as it is */
    assert_int_equal(got.keys[0][31], 1);
    assert_status(opened(&disk, &drawn, true, &got, NULL), ESC_OK);
    assert_int_equal(got.count, 2);
    assert_int_equal(got.keys[0][0], 2);
    assert_int_equal(got.keys[1][0], 1);
    assert_status(opened(&disk, &drawn, true, &got, NULL), ESC_OK);
    assert_int_equal(got.keys[0][0], 3);
    assert_int_equal(got.keys[1][0], 2);
    assert_int_equal(disk.writes, 3);
    esc_buf_release(&disk.content);
}

static void a_file_that_is_wrong_stops_the_start(void **state)
{
    (void)state;
    static const struct {
        const char *content, *because;
    } rows[] = {
        {"", "there is no key in it"},
        {"# nothing\n\n", "there is no key in it"},
        {"0102\n", "line 1: a key has 64 hexadecimal digits"},
        {"# x\n01020304050607080910111213141516171819202122232425262728293031zz\n",
         "line 2: a key"},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++) {
        Disk disk = {.is_there = true};
        uint8_t drawn = 0;
        EscLinkKeys got;
        EscWhy why = {.text = ""};
        esc_buf_init(&disk.content, 4096);
        esc_buf_string(&disk.content, rows[i].content);
        assert_status(opened(&disk, &drawn, false, &got, &why), ESC_BAD_CONFIG);
        assert_true(esc_text_contains(esc_text_from(why.text), esc_text_from(rows[i].because)));
        assert_int_equal(drawn, 0);
        esc_buf_release(&disk.content);
    }
}

static void a_file_of_others_or_a_full_disk_stops_it_too(void **state)
{
    (void)state;
    Disk disk = {.is_full = true};
    uint8_t drawn = 0;
    EscLinkKeys got;
    EscWhy why = {.text = ""};
    esc_buf_init(&disk.content, 4096);
    assert_status(opened(&disk, &drawn, false, &got, &why), ESC_IO_FAILED);
    disk = (Disk){.content = disk.content};
    assert_status(opened(&disk, &drawn, false, &got, &why), ESC_OK);
    disk.is_open = true;
    assert_status(opened(&disk, &drawn, false, &got, &why), ESC_BAD_CONFIG);
    assert_true(esc_text_contains(esc_text_from(why.text), ESC_TEXT("chmod 600")));
    esc_buf_release(&disk.content);
}

static void a_third_key_is_too_many(void **state)
{
    (void)state;
    EscBuf text;
    EscLinkKeys got;
    EscWhy why = {.text = ""};
    esc_buf_init(&text, 4096);
    esc_link_keys_write(&text, &turned);
    assert_status(esc_link_keys_read(esc_buf_as_text(&text), &got, NULL), ESC_OK);
    assert_int_equal(got.count, 2);
    esc_link_keys_write(&text, &keys);
    assert_status(esc_link_keys_read(esc_buf_as_text(&text), &got, &why), ESC_BAD_CONFIG);
    esc_buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_link_says_what_it_was_made_of),
        cmocka_unit_test(a_link_is_short),
        cmocka_unit_test(another_key_or_workspace_does_not_hold),
        cmocka_unit_test(what_is_changed_does_not_hold),
        cmocka_unit_test(a_message_is_of_one_store),
        cmocka_unit_test(the_first_start_draws_a_key),
        cmocka_unit_test(a_file_that_is_wrong_stops_the_start),
        cmocka_unit_test(a_file_of_others_or_a_full_disk_stops_it_too),
        cmocka_unit_test(a_third_key_is_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
