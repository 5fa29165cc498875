/* test_letters.c - marks that nobody else can make, and the addresses and ids that carry them. */
#include "support/test.h"

#include <esc/letters.h>

#define SECRET ESC_TEXT("a secret of the desk")
#define STORE "00f1e2d3c4b5a697"

static const EscLetterSubject about = {
    .workspace = {"acme", 4}, .escalation = 12, .store = {STORE, 16}};

static EscText made(EscBuf *buf, EscText secret, const EscLetterSubject *subject,
                    const char *address)
{
    esc_buf_init(buf, ESC_MARK_LETTERS);
    esc_mark_write(buf, secret, subject, esc_text_from(address));
    assert_int_equal(buf->status, ESC_OK);
    return esc_buf_as_text(buf);
}

static void a_mark_is_of_one_receiver(void **state)
{
    (void)state;
    EscBuf buf;
    EscText mark = made(&buf, SECRET, &about, "ana@x.example");
    assert_int_equal(mark.size, ESC_MARK_LETTERS);
    assert_int_equal(esc_mark_check(mark, SECRET, &about, ESC_TEXT("ana@x.example")),
                     ESC_MARK_PERSON);
    assert_int_equal(esc_mark_check(mark, SECRET, &about, ESC_TEXT("Ana@X.Example")),
                     ESC_MARK_PERSON);
    assert_int_equal(esc_mark_check(mark, SECRET, &about, ESC_TEXT("ben@x.example")),
                     ESC_MARK_THREAD);
    assert_int_equal(esc_mark_check(mark, SECRET, &about, (EscText){0}), ESC_MARK_THREAD);
    esc_buf_release(&buf);
}

static void a_mark_for_several_says_only_what_it_is_about(void **state)
{
    (void)state;
    EscBuf buf;
    EscText mark = made(&buf, SECRET, &about, "");
    assert_int_equal(mark.size, ESC_MARK_THREAD_LETTERS);
    assert_int_equal(esc_mark_check(mark, SECRET, &about, ESC_TEXT("ana@x.example")),
                     ESC_MARK_THREAD);
    esc_buf_release(&buf);
}

static void what_differs_in_anything_is_wrong(void **state)
{
    (void)state;
    EscBuf buf;
    EscText mark = made(&buf, SECRET, &about, "ana@x.example");
    EscText ana = ESC_TEXT("ana@x.example");
    EscLetterSubject other = about;
    other.escalation = 13;
    assert_int_equal(esc_mark_check(mark, SECRET, &other, ana), ESC_MARK_WRONG);
    other = about;
    other.workspace = ESC_TEXT("acmf");
    assert_int_equal(esc_mark_check(mark, SECRET, &other, ana), ESC_MARK_WRONG);
    other = about;
    other.store = ESC_TEXT("00f1e2d3c4b5a698"); /* the place of a lost one */
    assert_int_equal(esc_mark_check(mark, SECRET, &other, ana), ESC_MARK_WRONG);
    assert_int_equal(esc_mark_check(mark, ESC_TEXT("a secret of the desl"), &about, ana),
                     ESC_MARK_WRONG);
    for (size_t i = 0; i < mark.size; i++) {
        char changed[ESC_MARK_LETTERS];
        memcpy(changed, mark.data, mark.size);
        changed[i] = changed[i] == '0' ? '1' : '0';
        EscMarkProof proof = esc_mark_check((EscText){changed, mark.size}, SECRET, &about, ana);
        assert_int_equal(proof, i < ESC_MARK_THREAD_LETTERS ? ESC_MARK_WRONG : ESC_MARK_THREAD);
    }
    for (size_t size = 0; size < mark.size; size++) {
        EscMarkProof proof = esc_mark_check((EscText){mark.data, size}, SECRET, &about, ana);
        assert_int_equal(proof, size == ESC_MARK_THREAD_LETTERS ? ESC_MARK_THREAD : ESC_MARK_WRONG);
    }
    char longer[ESC_MARK_LETTERS + 1];
    memcpy(longer, mark.data, mark.size);
    longer[mark.size] = '0';
    assert_int_equal(esc_mark_check((EscText){longer, sizeof longer}, SECRET, &about, ana),
                     ESC_MARK_WRONG);
    esc_buf_release(&buf);
}

/* Known ones, so that a release reads the marks of the one before. */
static void marks_stay_as_they_are(void **state)
{
    (void)state;
    EscBuf buf;
    assert_text_equal(made(&buf, SECRET, &about, "ana@x.example"), "h0gw2dtcayd1d3xqr00gshyb6g");
    esc_buf_release(&buf);
}

static void keys_are_taken_to_pieces(void **state)
{
    (void)state;
    EscLetterSubject subject;
    assert_true(esc_letter_subject_read(ESC_TEXT("acme/E-12/7/" STORE), &subject));
    assert_text_equal(subject.workspace, "acme");
    assert_int_equal(subject.escalation, 12);
    assert_text_equal(subject.store, STORE);
    static const char *const others[] = {"",
                                         "acme",
                                         "acme/E-12/7",
                                         "acme/outbox/7/" STORE,
                                         "acme/E-0/7/" STORE,
                                         "acme/E-/7/" STORE,
                                         "acme/E-12/7/" STORE "/1",
                                         "acme/E-1x/7/" STORE};
    for (size_t i = 0; i < ESC_COUNT_OF(others); i++)
        assert_false(esc_letter_subject_read(esc_text_from(others[i]), &subject));
}

#define TEN "0123456789"
#define MARK TEN TEN "012345"

static void assert_address(const char *inbox, const char *reply)
{
    EscBuf out;
    uint64_t escalation;
    EscText mark;
    esc_buf_init(&out, 256);
    esc_reply_address_write(&out, esc_text_from(inbox), 12, ESC_TEXT(MARK));
    assert_text_equal(esc_buf_as_text(&out), reply);
    assert_true(
        esc_reply_address_read(esc_buf_as_text(&out), esc_text_from(inbox), &escalation, &mark));
    assert_int_equal(escalation, 12);
    assert_text_equal(mark, MARK);
    assert_true(
        esc_reply_address_read(esc_text_from(inbox), esc_text_from(inbox), &escalation, &mark));
    assert_int_equal(escalation, 0);
    esc_buf_release(&out);
}

static void an_answer_has_an_address_of_its_own(void **state)
{
    (void)state;
    assert_address("desk+acme@x.example", "desk+acme=E-12=" MARK "@x.example");
    assert_address("desk@x.example", "desk+E-12=" MARK "@x.example");
    uint64_t escalation;
    EscText mark, inbox = ESC_TEXT("desk+acme@x.example");
    assert_true(esc_reply_address_read(ESC_TEXT("DESK+Acme=e-12=" MARK "@X.example"), inbox,
                                       &escalation, &mark));
    assert_int_equal(escalation, 12);
    static const char *const others[] = {"desk@x.example",
                                         "desk+acme@y.example",
                                         "desk+acmes@x.example",
                                         "desk+acme=@x.example",
                                         "desk+acme=E-12@x.example",
                                         "desk+acme=E-12=@x.example",
                                         "desk+acme=E-12=012345678@x.example",
                                         "desk+acme=12=" MARK "@x.example",
                                         "desk+acme+E-12=" MARK "@x.example",
                                         "desk+acme=E-12=" MARK "0@x.example",
                                         "",
                                         "@",
                                         "x"};
    for (size_t i = 0; i < ESC_COUNT_OF(others); i++)
        if (esc_reply_address_read(esc_text_from(others[i]), inbox, &escalation, &mark))
            fail_msg("%s is taken", others[i]);
}

static void ids_come_back(void **state)
{
    (void)state;
    uint64_t escalation;
    EscText mark;
    assert_true(esc_message_id_read(ESC_TEXT("<acme.E-12.7." STORE "." MARK "@x.example>"),
                                    &escalation, &mark));
    assert_int_equal(escalation, 12);
    assert_text_equal(mark, MARK);
    assert_true(
        esc_message_id_read(ESC_TEXT("acme.E-12.7." STORE "." TEN "@x"), &escalation, &mark));
    static const char *const others[] = {"",
                                         "<>",
                                         "a@b",
                                         "<acme.E-12.7." STORE "@x>",
                                         "<acme.E-12." STORE ".thread@x>",
                                         "<acme.E-12.7." STORE ".short@x>",
                                         "<acme.12.7." STORE "." MARK "@x>"};
    for (size_t i = 0; i < ESC_COUNT_OF(others); i++)
        assert_false(esc_message_id_read(esc_text_from(others[i]), &escalation, &mark));
}

static void an_id_says_the_key_of_its_message(void **state)
{
    (void)state;
    EscBuf key;
    esc_buf_init(&key, 100);
    assert_true(esc_message_id_key(ESC_TEXT("<acme.E-12.7." STORE "." MARK "@x.example>"),
                                   ESC_TEXT("acme"), &key));
    assert_text_equal(esc_buf_as_text(&key), "acme/E-12/7/" STORE);
    static const char *const others[] = {"", "acme.E-12.7.@x", "acme.E-x.7." STORE "@x", "a@b"};
    for (size_t i = 0; i < ESC_COUNT_OF(others); i++) {
        esc_buf_clear(&key);
        assert_false(esc_message_id_key(esc_text_from(others[i]), ESC_TEXT("acme"), &key));
    }
    esc_buf_release(&key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mark_is_of_one_receiver),
        cmocka_unit_test(a_mark_for_several_says_only_what_it_is_about),
        cmocka_unit_test(what_differs_in_anything_is_wrong),
        cmocka_unit_test(marks_stay_as_they_are),
        cmocka_unit_test(keys_are_taken_to_pieces),
        cmocka_unit_test(an_answer_has_an_address_of_its_own),
        cmocka_unit_test(ids_come_back),
        cmocka_unit_test(an_id_says_the_key_of_its_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
