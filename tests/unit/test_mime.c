/* test_mime.c - mails as they come: their text, files, authors and machines; and what an answer says. */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>

#include <esc/mime.h>

static EscArena *arena;
static EscMailRead mail;
static EscWhy why;

static int set_up(void **state)
{
    (void)state;
    arena = esc_arena_new((size_t)64 << 20);
    return arena == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    esc_arena_free(arena);
    return 0;
}

static EscStatus read_text(EscText raw)
{
    return esc_mail_read(arena, (EscBytes){(const uint8_t *)raw.data, raw.size},
                         ESC_TEXT("desk@x.example"), &mail, &why);
}

static void read_ok(const char *raw)
{
    assert_status(read_text(esc_text_from(raw)), ESC_OK);
}

#define HEAD                                                                                       \
    "From: \"J\xC3\xB6rg\" <Joerg@X.Example>\r\nSubject: =?utf-8?q?St=C3=B6rung?=\r\nMessage-ID: " \
    "<a@b>\r\nDate: Mon, 05 Jan 2026 09:00:00 +0100\r\n"

static void a_plain_mail_is_read(void **state)
{
    (void)state;
    read_ok(
        HEAD
        "In-Reply-To: <c@d>\r\nReferences: <e@f> <g@h>\r\n\r\nLine one\r\n\r\nLine two  \r\n\r\n");
    assert_text_equal(mail.from, "joerg@x.example");
    assert_text_equal(mail.from_name, "J\xC3\xB6rg");
    assert_text_equal(mail.subject, "St\xC3\xB6rung");
    assert_text_equal(mail.message_id, "a@b");
    assert_int_equal(mail.date_ms, 1767600000000);
    assert_int_equal(mail.references_count, 3);
    assert_text_equal(mail.references[0], "c@d");
    assert_text_equal(mail.references[1], "g@h");
    assert_text_equal(mail.references[2], "e@f");
    assert_text_equal(mail.text, "Line one\n\nLine two");
    assert_int_equal(mail.machine, ESC_MAIL_BY_PERSON);
    assert_int_equal(mail.files_count, 0);
    assert_false(mail.is_text_cut);
}

static void charsets_become_utf8(void **state)
{
    (void)state;
    read_ok(HEAD "Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: "
                 "quoted-printable\r\n\r\nSt=F6rung =80=\r\n!\r\n");
    assert_true(esc_text_starts_with(mail.text, ESC_TEXT("St\xC3\xB6rung ")));
    read_ok(HEAD "Content-Type: text/plain; charset=windows-1252\r\n\r\n\x80 5\r\n");
    assert_text_equal(mail.text, "\xE2\x82\xAC 5");
    read_ok(HEAD "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: "
                 "base64\r\n\r\nU3TDtnJ1bmc=\r\n");
    assert_text_equal(mail.text, "St\xC3\xB6rung");
    read_ok(HEAD "Content-Type: text/plain; charset=no-such-thing\r\n\r\nplain\r\n");
    assert_text_equal(mail.text, "plain");
    read_ok(HEAD "Content-Type: text/plain; charset=utf-8\r\n\r\nbroken \xFF\xC3\r\n");
    assert_true(esc_utf8_is_valid(mail.text, NULL));
    read_ok("Subject: raw \xF6\r\nFrom: a@b.example\r\n\r\n");
    assert_true(esc_utf8_is_valid(mail.subject, NULL));
}

#define MIXED                                                                                      \
    HEAD "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\nfor old "          \
         "readers\r\n--m\r\n"                                                                      \
         "Content-Type: multipart/alternative; boundary=a\r\n\r\n--a\r\nContent-Type: "            \
         "text/plain\r\n\r\nplain words\r\n"                                                       \
         "--a\r\nContent-Type: text/html\r\n\r\n<p>html words</p>\r\n--a--\r\n--m\r\n"             \
         "Content-Type: application/pdf; name=\"inv.pdf\"\r\nContent-Disposition: attachment; "    \
         "filename=\"inv.pdf\"\r\n"                                                                \
         "Content-Transfer-Encoding: base64\r\n\r\nAAECAw==\r\n--m\r\n"                            \
         "Content-Type: text/plain\r\nContent-Disposition: attachment; "                           \
         "filename*=utf-8''l%C3%B6g.txt\r\n\r\nlog line\r\n"                                       \
         "--m\r\nContent-Type: message/rfc822\r\n\r\nFrom: x@y.example\r\nSubject: "               \
         "inner\r\n\r\ninner text\r\n--m--\r\n"

static void files_stand_beside_the_text(void **state)
{
    (void)state;
    read_ok(MIXED);
    assert_text_equal(mail.text, "plain words");
    assert_int_equal(mail.files_count, 3);
    assert_text_equal(mail.files[0].name, "inv.pdf");
    assert_text_equal(mail.files[0].type, "application/pdf");
    assert_int_equal(mail.files[0].size, 4);
    assert_memory_equal(mail.files[0].content.data, "\0\1\2\3", 4);
    uint8_t hash[32];
    esc_sha256(mail.files[0].content, hash);
    assert_memory_equal(mail.files[0].hash, hash, 32);
    assert_text_equal(mail.files[1].name, "l\xC3\xB6g.txt");
    assert_text_equal(mail.files[2].type, "message/rfc822");
    EscText inner = {(const char *)mail.files[2].content.data, mail.files[2].content.size};
    assert_true(esc_text_contains(inner, ESC_TEXT("Subject: inner")));
}

static void a_mail_of_html_alone_has_its_words(void **state)
{
    (void)state;
    read_ok(
        HEAD
        "Content-Type: text/html; "
        "charset=utf-8\r\n\r\n<html><head><title>t</title><style>p{}</style></"
        "head><body><p>Gr&uuml;&szlig;e &amp;\r\n mehr</p><p>zwei<br>drei</p></body></html>\r\n");
    assert_text_equal(mail.text, "Gr\xC3\xBC\xC3\x9F"
                                 "e & mehr\n\nzwei\ndrei");
    assert_int_equal(mail.files_count, 0);
}

static void who_is_a_machine(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        EscMailMachine machine;
    } cases[] = {
        {"", ESC_MAIL_BY_PERSON},
        {"Auto-Submitted: no\r\n", ESC_MAIL_BY_PERSON},
        {"Precedence: first-class\r\n", ESC_MAIL_BY_PERSON},
        {"Auto-Submitted: auto-generated\r\n", ESC_MAIL_BY_MACHINE},
        {"Auto-Submitted: AUTO-GENERATED; x=y\r\n", ESC_MAIL_BY_MACHINE},
        {"Auto-Submitted: auto-replied (vacation)\r\n", ESC_MAIL_AUTO_REPLY},
        {"Precedence: auto_reply\r\n", ESC_MAIL_AUTO_REPLY},
        {"X-Autoreply: yes\r\n", ESC_MAIL_AUTO_REPLY},
        {"X-Autorespond: x\r\n", ESC_MAIL_AUTO_REPLY},
        {"Content-Type: multipart/report; boundary=r\r\n", ESC_MAIL_AUTO_REPLY},
        {"Precedence: bulk\r\n", ESC_MAIL_BULK},
        {"Precedence: Junk\r\n", ESC_MAIL_BULK},
        {"Precedence: list\r\n", ESC_MAIL_BULK},
        {"List-Id: <acme.escal.x.example>\r\n", ESC_MAIL_BULK},
        {"X-Loop: desk@x.example\r\n", ESC_MAIL_LOOP},
        {"X-Loop: other@x.example\r\n", ESC_MAIL_BY_PERSON},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        char raw[512];
        (void)snprintf(raw, sizeof raw, "From: a@b.example\r\n%s\r\nx\r\n", cases[i].header);
        read_ok(raw);
        if (mail.machine != cases[i].machine)
            fail_msg("%s is %d", cases[i].header, mail.machine);
    }
}

#define REPORT(status, returned)                                                                   \
    "From: MAILER-DAEMON@mx.example\r\nContent-Type: multipart/report; "                           \
    "report-type=delivery-status; boundary=r\r\n\r\n--r\r\n\r\nIt did not arrive.\r\n--r\r\n"      \
    "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n" status   \
    "\r\n--r\r\n" returned "\r\n--r--\r\n"

static void a_notice_of_delivery_says_what_became_of_which_mail(void **state)
{
    (void)state;
    read_ok(REPORT("Final-Recipient: rfc822; ana@x.example\r\nACTION: failed\r\nStatus: 5.1.1\r\n"
                   "Diagnostic-Code: smtp; 550 5.1.1\r\n <ana@x.example>: user unknown\r\n",
                   "Content-Type: text/rfc822-headers\r\n\r\nFrom: e@x.example\r\nmessage-id:\r\n "
                   "<acme.E-1.7@x.example>\r\n"));
    assert_int_equal(mail.machine, ESC_MAIL_AUTO_REPLY);
    assert_text_equal(mail.report.action, "failed");
    assert_text_equal(mail.report.status, "5.1.1");
    assert_text_equal(mail.report.words, "550 5.1.1 <ana@x.example>: user unknown");
    assert_text_equal(mail.report.message_id, "acme.E-1.7@x.example");
    /* the whole mail that came back: what stands in its words is none of its headers */
    read_ok(REPORT("Action: delayed\r\nStatus: 4.4.1\r\n",
                   "Content-Type: message/rfc822\r\n\r\nFrom: e@x.example\r\nMessage-ID: "
                   "<a@b>\r\n\r\nMessage-ID: <c@d>\r\n"));
    assert_text_equal(mail.report.action, "delayed");
    assert_text_equal(mail.report.message_id, "a@b");
    assert_int_equal(mail.report.words.size, 0);
    /* without one, and what is no report */
    read_ok(REPORT("Action: failed\r\n", "Content-Type: message/rfc822\r\n\r\nFrom: "
                                         "e@x.example\r\n\r\nMessage-ID: <c@d>\r\n"));
    assert_int_equal(mail.report.message_id.size, 0);
    read_ok(HEAD "Content-Type: message/delivery-status\r\n\r\nAction: failed\r\n");
    assert_int_equal(mail.report.action.size, 0);
}

static void a_long_notice_is_cut(void **state)
{
    (void)state;
    EscBuf raw;
    esc_buf_init(&raw, (size_t)1 << 20);
    esc_buf_string(&raw,
                   "From: a@b.example\r\nContent-Type: multipart/report; boundary=r\r\n\r\n--r\r\n"
                   "Content-Type: message/delivery-status\r\n\r\nAction: failed\r\n"
                   "Diagnostic-Code: smtp; ");
    for (int i = 0; i < 20000; i++)
        esc_buf_string(&raw, i % 50 == 49 ? "\r\n \xff" : "x");
    esc_buf_string(&raw, "\r\n--r--\r\n");
    assert_status(read_text(esc_buf_as_text(&raw)), ESC_OK);
    assert_text_equal(mail.report.action, "failed");
    assert_true(mail.report.words.size > 400 && mail.report.words.size <= 500);
    esc_buf_release(&raw);
}

static void an_author_is_one_address(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "From: \r\n",
                                      "From: a@b.example, c@d.example\r\n",
                                      "From: a@b.example\r\nFrom: c@d.example\r\n",
                                      "From: nobody\r\n",
                                      "From: group: a@b.example;\r\n",
                                      "From: a@b.example\r\nfrom: a@b.example\r\n"};
    for (size_t i = 0; i < ESC_COUNT_OF(bad); i++) {
        char raw[256];
        (void)snprintf(raw, sizeof raw, "%sSubject: x\r\n\r\nx\r\n", bad[i]);
        read_ok(raw);
        if (mail.from.size != 0)
            fail_msg("%s: %.*s", bad[i], ESC_TEXT_ARG(mail.from));
    }
}

/* --- hostile ---------------------------------------------------------------------------------- */

static void put_nested(EscBuf *out, int depth)
{
    esc_buf_string(out, "From: a@b.example\r\n");
    for (int i = 0; i < depth; i++)
        esc_buf_printf(out, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i);
    esc_buf_string(out, "\r\ndeep\r\n");
}

static void depth_and_parts_have_bounds(void **state)
{
    (void)state;
    EscBuf raw;
    esc_buf_init(&raw, (size_t)32 << 20);
    put_nested(&raw, ESC_MAIL_PARTS_MAX);
    assert_status(read_text(esc_buf_as_text(&raw)), ESC_OK);
    assert_text_equal(mail.text, "deep");
    esc_buf_clear(&raw);
    put_nested(&raw, ESC_MAIL_PARTS_MAX + 1);
    assert_status(read_text(esc_buf_as_text(&raw)), ESC_OVER_LIMIT);
    assert_string_equal(why.text, "it has more than 200 parts");
    esc_buf_clear(&raw);
    put_nested(&raw, 200000);
    assert_status(read_text(esc_buf_as_text(&raw)), ESC_OVER_LIMIT);
    esc_buf_release(&raw);
}

/* Parts without a type of their own are not counted before; the files among them are. */
static void files_beyond_the_bound_are_counted(void **state)
{
    (void)state;
    EscBuf raw;
    esc_buf_init(&raw, (size_t)32 << 20);
    esc_buf_string(&raw, HEAD "Content-Type: multipart/mixed; boundary=m\r\n\r\n");
    for (int i = 0; i < 1000; i++)
        esc_buf_string(&raw, "--m\r\nContent-Disposition: attachment\r\n\r\nx\r\n");
    esc_buf_string(&raw, "--m--\r\n");
    assert_status(read_text(esc_buf_as_text(&raw)), ESC_OK);
    assert_int_equal(mail.files_count, ESC_MAIL_FILES_MAX);
    assert_int_equal(mail.files_left_out, 1000 - ESC_MAIL_FILES_MAX);
    esc_buf_release(&raw);
}

static void headers_have_a_bound(void **state)
{
    (void)state;
    EscBuf raw;
    esc_buf_init(&raw, (size_t)1 << 20);
    while (raw.size < ESC_MAIL_HEADER_BYTES_MAX - 100)
        esc_buf_string(&raw, "X-Long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n");
    esc_buf_string(&raw, "\r\ntext\r\n");
    assert_status(read_text(esc_buf_as_text(&raw)), ESC_OK);
    assert_text_equal(mail.text, "text");
    esc_buf_clear(&raw);
    while (raw.size <= ESC_MAIL_HEADER_BYTES_MAX)
        esc_buf_string(&raw, "X-Long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n");
    assert_status(read_text(esc_buf_as_text(&raw)), ESC_OVER_LIMIT);
    esc_buf_release(&raw);
}

static void large_files_are_named_and_not_kept(void **state)
{
    (void)state;
    EscBuf raw;
    esc_buf_init(&raw, (size_t)8 << 20);
    esc_buf_string(&raw,
                   HEAD "Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: "
                        "application/zip; name=big\r\n\r\n");
    for (size_t i = 0; i <= ESC_MAIL_FILE_BYTES_MAX; i++)
        esc_buf_char(&raw, i % 60 == 59 ? '\n' : 'x');
    esc_buf_string(&raw,
                   "\r\n--m\r\nContent-Type: application/zip; name=small\r\n\r\nyy\r\n--m--\r\n");
    assert_status(read_text(esc_buf_as_text(&raw)), ESC_OK);
    assert_int_equal(mail.files_count, 2);
    assert_int_equal(mail.files[0].content.size, 0);
    assert_true(mail.files[0].size > ESC_MAIL_FILE_BYTES_MAX);
    assert_int_equal(mail.files[1].content.size, 2);
    esc_buf_release(&raw);
}

static void a_long_text_is_cut(void **state)
{
    (void)state;
    EscBuf raw;
    esc_buf_init(&raw, (size_t)1 << 20);
    esc_buf_string(&raw, HEAD "Content-Type: text/plain; charset=utf-8\r\n\r\n");
    for (size_t i = 0; i < ESC_MAIL_TEXT_BYTES_MAX; i++)
        esc_buf_string(&raw, "\xC3\xB6");
    assert_status(read_text(esc_buf_as_text(&raw)), ESC_OK);
    assert_int_equal(mail.text.size, ESC_MAIL_TEXT_BYTES_MAX);
    assert_true(mail.is_text_cut);
    esc_buf_release(&raw);
}

/* Whatever a byte is, the mail is read or refused, and nothing is read behind its end. */
static void changed_bytes_do_no_harm(void **state)
{
    (void)state;
    size_t size = strlen(MIXED);
    uint32_t random = 7;
    for (int round = 0; round < 3000; round++) {
        char *copy = malloc(size);
        assert_non_null(copy);
        memcpy(copy, MIXED, size);
        for (int i = 0; i < 4; i++) {
            random = random * 1664525u + 1013904223u;
            copy[random % size] = (char)(random >> 24);
        }
        random = random * 1664525u + 1013904223u;
        EscStatus status = read_text((EscText){copy, random % 4 == 0 ? random % size : size});
        assert_true(status == ESC_OK || status == ESC_OVER_LIMIT);
        assert_true(esc_utf8_is_valid(mail.text, NULL) && esc_utf8_is_valid(mail.subject, NULL));
        esc_arena_clear(arena);
        free(copy);
    }
    assert_status(read_text((EscText){"", 0}), ESC_OK);
}

/* --- HTML and answers -------------------------------------------------------------------------- */

static void html_becomes_words(void **state)
{
    (void)state;
    static const struct {
        const char *html, *words;
    } cases[] = {
        {"a  b\n c", "a b c"},
        {"a<br>b<BR/>c", "a\nb\nc"},
        {"<div>a</div><div>b</div>", "a\nb\n"},
        {"a<!-- x > y -->b", "ab"},
        {"a<script>x<b>y</script>b", "ab"},
        {"a<STYLE>x", "a"},
        {"1 < 2 & 3 > 2", "1 < 2 & 3 > 2"},
        {"&lt;b&gt; &#228; &#xE4; &#0; &#xD800; &bogus; &amp",
         "<b> \xC3\xA4 \xC3\xA4 &#0; &#xD800; &bogus; &amp"},
        {"a&nbsp;b", "a b"},
        {"x<blockquote>q<br>r</blockquote>y", "x\n> q\n> r\ny"},
        {"<td>a</td><td>b</td>", "a b"},
        {"<a href=\"x>y\">z</a>", "y\">z"},
        {"<", "<"},
        {"<p", ""},
        {"</", "<"
               "/"},
        {"<!--", ""},
        {"", ""},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        EscBuf out;
        esc_buf_init(&out, 4096);
        esc_html_say(&out, esc_text_from(cases[i].html));
        EscText words = esc_buf_as_text(&out);
        if (!esc_text_equal(words, esc_text_from(cases[i].words)))
            fail_msg("%s: %.*s", cases[i].html, ESC_TEXT_ARG(words));
        esc_buf_release(&out);
    }
}

static void the_first_line_says_what_is_meant(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        EscReplyVerb verb;
        const char *reason;
    } cases[] = {
        {"ack", ESC_REPLY_ACK, ""},
        {"  ACK.\n\n> quoted", ESC_REPLY_ACK, ""},
        {"\n\n> quoted\n1\n", ESC_REPLY_ACK, ""},
        {"Ack: looking into it", ESC_REPLY_ACK, "looking into it"},
        {"ack - on my way", ESC_REPLY_ACK, "on my way"},
        {"\xC3\x9C"
         "bernehme!",
         ESC_REPLY_ACK, ""},
        {"best\xC3\xA4tigt", ESC_REPLY_ACK, ""},
        {"resolved", ESC_REPLY_RESOLVE, ""},
        {"Erledigt: Cache geleert", ESC_REPLY_RESOLVE, "Cache geleert"},
        {"GEL\xC3\x96ST", ESC_REPLY_RESOLVE, ""},
        {"reject, too risky", ESC_REPLY_REJECT, "too risky"},
        {"genehmigt", ESC_REPLY_APPROVE, ""},
        {"1 of the servers is down", ESC_REPLY_TEXT, ""},
        {"12", ESC_REPLY_TEXT, ""},
        {"resolved?", ESC_REPLY_TEXT, ""},
        {"not resolved", ESC_REPLY_TEXT, ""},
        {"resolve by tomorrow please", ESC_REPLY_TEXT, ""},
        {"> ack", ESC_REPLY_TEXT, ""},
        {"Hello\nack", ESC_REPLY_TEXT, ""},
        {"", ESC_REPLY_TEXT, ""},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        EscReplySaid said = esc_reply_read(esc_text_from(cases[i].text));
        if (said.verb != cases[i].verb ||
            !esc_text_equal(said.reason, esc_text_from(cases[i].reason)))
            fail_msg("%s: %d, %.*s", cases[i].text, said.verb, ESC_TEXT_ARG(said.reason));
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_plain_mail_is_read),
        TEST(charsets_become_utf8),
        TEST(files_stand_beside_the_text),
        TEST(a_mail_of_html_alone_has_its_words),
        TEST(who_is_a_machine),
        TEST(a_notice_of_delivery_says_what_became_of_which_mail),
        TEST(a_long_notice_is_cut),
        TEST(an_author_is_one_address),
        TEST(depth_and_parts_have_bounds),
        TEST(files_beyond_the_bound_are_counted),
        TEST(headers_have_a_bound),
        TEST(large_files_are_named_and_not_kept),
        TEST(a_long_text_is_cut),
        TEST(changed_bytes_do_no_harm),
        cmocka_unit_test(html_becomes_words),
        cmocka_unit_test(the_first_line_says_what_is_meant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
