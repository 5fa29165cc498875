/* test_delivery_mail.c - what a mail server says, line by line: whom it takes, whom it refuses, and in which words. */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "outside.h"

static EscText recipients[] = {{"ana@x.example", 13}, {"ben@x.example", 13}};
static EscAttempt attempt;

static int set_up(void **state)
{
    (void)state;
    attempt = (EscAttempt){.plan.to = {recipients, ESC_COUNT_OF(recipients)}};
    esc_buf_init(&attempt.refused, 1000);
    esc_buf_init(&attempt.said, 12);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    esc_buf_release(&attempt.refused);
    esc_buf_release(&attempt.said);
    return 0;
}

/* In memory of its own, so that a look behind it is seen. */
static void hear(const char *line)
{
    size_t size = strlen(line);
    char *bytes = malloc(size == 0 ? 1 : size);
    assert_non_null(bytes);
    memcpy(bytes, line, size);
    esc_mail_take_reply(&attempt, bytes, size);
    free(bytes);
}

static void ask(void)
{
    attempt.is_recipient_asked = true;
    attempt.recipients_asked++;
}

static void assert_said(const char *text)
{
    assert_text_equal(esc_buf_as_text(&attempt.said), text);
}

static void the_last_refusal_is_kept(void **state)
{
    (void)state;
    hear("220 hello\r\n");
    assert_said("");
    hear("421 later\n");
    assert_said("later\n");
    hear("550 no\n");
    assert_said("no\n");
    hear("250 ok\n");
    hear("354 go\n");
    assert_said("no\n");
}

static void a_refusal_has_all_its_lines(void **state)
{
    (void)state;
    hear("550-one\n");
    hear("550-two\n");
    hear("550 6\n");
    assert_said("one\ntwo\n6\n");
    hear("451 new\n");
    assert_said("new\n");
}

/* As one without a word does, it ends what was said before. */
static void the_shortest_line_is_a_code_and_its_end(void **state)
{
    (void)state;
    hear("550-a\n");
    hear("550\n");
    assert_said("a\n");
    hear("550 b\n");
    assert_said("b\n");
    ask();
    hear("");
    hear("5\n");
    hear("55\n");
    hear("550");
    assert_true(attempt.is_recipient_asked);
    hear("250\n");
    assert_false(attempt.is_recipient_asked);
    assert_int_equal(attempt.recipients_accepted, 1);
}

static void words_that_are_too_many_are_cut(void **state)
{
    (void)state;
    hear("550-12345678901\n"); /* exactly the room */
    assert_said("12345678901\n");
    hear("550 x\n");
    assert_said("12345678901\n");
    hear("550 1234567890123\n");
    assert_said("");
    hear("550 y\n");
    assert_said("y\n");
}

static void only_who_was_asked_about_is_counted(void **state)
{
    (void)state;
    hear("250 from ok\r\n");
    assert_int_equal(attempt.recipients_accepted, 0);
    ask();
    hear("250-more\r\n");
    assert_true(attempt.is_recipient_asked);
    hear("250 ok\r\n");
    hear("250 data ok\r\n");
    ask();
    hear("251 will forward\r\n");
    assert_int_equal(attempt.recipients_accepted, 2);
    assert_int_equal(attempt.refused.size, 0);
    assert_int_equal(attempt.refusal_code, 0);
}

static void who_is_refused_is_named_with_the_words(void **state)
{
    (void)state;
    ask();
    hear("550 gone\r\n");
    assert_false(attempt.has_temporary_refusal);
    ask();
    hear("451\r\n");
    assert_true(attempt.has_temporary_refusal);
    assert_int_equal(attempt.refusal_code, 451);
    assert_int_equal(attempt.recipients_accepted, 0);
    assert_text_equal(esc_buf_as_text(&attempt.refused),
                      "ana@x.example (550 gone), ben@x.example (451)");
    ask(); /* of nobody: a server that answers once more than it is asked */
    hear("553 who\r\n");
    assert_int_equal(attempt.refusal_code, 553);
    assert_true(attempt.has_temporary_refusal);
    assert_text_equal(esc_buf_as_text(&attempt.refused),
                      "ana@x.example (550 gone), ben@x.example (451)");
}

/* By the first of its digits: taken, to come again, or not; what begins with another one is no refusal that is told. */
static void a_code_is_judged_by_its_hundred(void **state)
{
    (void)state;
    static const long codes[] = {199, 200, 299, 300, 399, 400, 459, 499, 500, 599, 600};
    for (size_t i = 0; i < ESC_COUNT_OF(codes); i++) {
        char line[16];
        attempt.recipients_asked = attempt.recipients_accepted = 0;
        attempt.has_temporary_refusal = attempt.is_said_over = false;
        attempt.refusal_code = 0;
        esc_buf_clear(&attempt.said);
        ask();
        (void)snprintf(line, sizeof line, "%ld w\n", codes[i]);
        hear(line);
        bool is_taken = codes[i] / 100 == 2, is_told = codes[i] / 100 == 4 || codes[i] / 100 == 5;
        assert_int_equal(attempt.recipients_accepted, is_taken);
        assert_int_equal(attempt.refusal_code, is_taken ? 0 : codes[i]);
        assert_int_equal(attempt.has_temporary_refusal, codes[i] / 100 == 4);
        assert_said(is_told ? "w\n" : "");
        assert_false(attempt.is_recipient_asked);
    }
}

/* 80 bytes of what is said of one of them: the detail has room for the others. */
static void words_about_a_recipient_have_their_limit(void **state)
{
    (void)state;
    for (size_t size = 79; size <= 81; size++) {
        char line[128], expected[128], words[82];
        memset(words, 'w', sizeof words);
        esc_buf_release(&attempt.said);
        esc_buf_release(&attempt.refused);
        esc_buf_init(&attempt.said, 1000);
        attempt.recipients_asked = 0;
        ask();
        (void)snprintf(line, sizeof line, "550 %.*s\r\n", (int)size, words);
        hear(line);
        (void)snprintf(expected, sizeof expected, "ana@x.example (550 %.*s)",
                       size < 80 ? (int)size : 80, words);
        assert_text_equal(esc_buf_as_text(&attempt.refused), expected);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_last_refusal_is_kept),
        TEST(a_refusal_has_all_its_lines),
        TEST(the_shortest_line_is_a_code_and_its_end),
        TEST(words_that_are_too_many_are_cut),
        TEST(only_who_was_asked_about_is_counted),
        TEST(who_is_refused_is_named_with_the_words),
        TEST(words_about_a_recipient_have_their_limit),
        TEST(a_code_is_judged_by_its_hundred),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
