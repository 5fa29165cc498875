/* test_ring.c - a list from whose middle anything can be taken. */
#include <esc/loop.h>

#include "support/test.h"

typedef struct Item {
    char name;
    EscRing link;
} Item;

static EscRing head;
static Item items[4] = {{.name = 'a'}, {.name = 'b'}, {.name = 'c'}, {.name = 'd'}};

static int set_up(void **state)
{
    (void)state;
    esc_ring_init(&head);
    for (size_t i = 0; i < ESC_COUNT_OF(items); i++)
        esc_ring_init(&items[i].link);
    for (size_t i = 0; i < 3; i++)
        esc_ring_put(&head, &items[i].link);
    return 0;
}

/* Forward, then back: both must tell of the same items. */
static void assert_items(const char *names)
{
    size_t count = 0;
    for (EscRing *at = head.next; at != &head; at = at->next)
        assert_int_equal(ESC_RING_OWNER(at, Item, link)->name, names[count++]);
    assert_int_equal(names[count], '\0');
    for (EscRing *at = head.previous; at != &head; at = at->previous)
        assert_int_equal(ESC_RING_OWNER(at, Item, link)->name, names[--count]);
    assert_int_equal(count, 0);
    assert_int_equal(esc_ring_is_empty(&head), names[0] == '\0');
}

static void what_is_put_is_the_last(void **state)
{
    (void)state;
    assert_items("abc");
    esc_ring_put(&head, &items[3].link);
    assert_items("abcd");
}

static void any_can_be_taken_out(void **state)
{
    (void)state;
    esc_ring_remove(&items[1].link);
    assert_items("ac");
    esc_ring_remove(&items[0].link);
    assert_items("c");
    esc_ring_remove(&items[2].link);
    assert_items("");
}

/* And stays nowhere when it is taken out again. */
static void what_was_taken_out_stands_nowhere(void **state)
{
    (void)state;
    esc_ring_remove(&items[1].link);
    assert_true(esc_ring_is_empty(&items[1].link));
    esc_ring_remove(&items[1].link);
    assert_items("ac");
    esc_ring_put(&head, &items[1].link);
    assert_items("acb");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_is_put_is_the_last, set_up),
        cmocka_unit_test_setup(any_can_be_taken_out, set_up),
        cmocka_unit_test_setup(what_was_taken_out_stands_nowhere, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
