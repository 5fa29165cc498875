/* test_lmtp.c - conversations with the LMTP server: what is answered to what, where a mail ends, and who is not waited for. */
#define _GNU_SOURCE
#include "support/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/un.h>

#include <esc/lmtp.h>

enum { MAIL_BYTES_MAX = 1000, CONNECTIONS_MAX = 3, TIMEOUT_S = 1 };

typedef struct Scene {
    EscReactor *reactor;
    EscLmtp *lmtp;
    char path[64];
    EscLmtpMail *kept; /* the last mail, when answers come later */
    bool answers_later;
    char sender[300], content[2 * MAIL_BYTES_MAX];
    size_t content_size;
    uint32_t recipients;
    EscWhy why;
} Scene;

static Scene scene;

static bool take_recipient(void *context, EscText address, EscLmtpAnswer *answer)
{
    (void)context;
    if (esc_text_starts_with(address, ESC_TEXT("no@")))
        esc_lmtp_say(answer, 550, "5.1.1", "no such \xC3\xB6 address\r\n250 x");
    return !esc_text_starts_with(address, ESC_TEXT("no@"));
}

static void answer_all(EscLmtpMail *mail)
{
    EscLmtpAnswer answer;
    uint32_t count = esc_lmtp_recipients(mail);
    for (uint32_t i = 0; i < count; i++) {
        EscText address = esc_lmtp_recipient(mail, i);
        bool is_later = esc_text_starts_with(address, ESC_TEXT("later@"));
        esc_lmtp_say(&answer, is_later ? 451 : 250, is_later ? "4.3.0" : "2.0.0", "%.*s",
                     ESC_TEXT_ARG(address));
        esc_lmtp_answer(mail, i, &answer);
    }
}

static void take_mail(void *context, EscLmtpMail *mail)
{
    (void)context;
    EscBytes content = esc_lmtp_content(mail);
    EscText sender = esc_lmtp_sender(mail);
    assert_true(content.size < sizeof scene.content);
    if (content.size > 0)
        memcpy(scene.content, content.data, content.size);
    scene.content[content.size] = '\0';
    scene.content_size = content.size;
    (void)snprintf(scene.sender, sizeof scene.sender, "%.*s", ESC_TEXT_ARG(sender));
    scene.recipients = esc_lmtp_recipients(mail);
    scene.kept = scene.answers_later ? mail : NULL;
    if (!scene.answers_later)
        answer_all(mail);
}

static int set_up(void **state)
{
    (void)state;
    scene = (Scene){.reactor = esc_reactor_new(false, &scene.why)};
    assert_non_null(scene.reactor);
    const EscLmtpSetup setup = {.reactor = scene.reactor,
                                .handler = {NULL, take_recipient, take_mail},
                                .mail_bytes_max = MAIL_BYTES_MAX,
                                .connections_max = CONNECTIONS_MAX,
                                .timeout_s = TIMEOUT_S};
    assert_status(esc_lmtp_new(&setup, &scene.lmtp, &scene.why), ESC_OK);
    const char *folder = getenv("TMPDIR");
    (void)snprintf(scene.path, sizeof scene.path, "%s/lmtp-%d",
                   folder == NULL || strlen(folder) > 40 ? "/tmp" : folder, (int)getpid());
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", scene.path);
    (void)unlink(scene.path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 16), 0);
    assert_status(esc_lmtp_serve(scene.lmtp, fd, &scene.why), ESC_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    if (scene.kept != NULL)
        answer_all(scene.kept);
    esc_lmtp_free(scene.lmtp);
    esc_reactor_free(scene.reactor);
    (void)unlink(scene.path);
    return 0;
}

static void pump(int64_t wait_ms)
{
    assert_status(esc_reactor_wait(scene.reactor, wait_ms * 1000000, &scene.why), ESC_OK);
    esc_lmtp_run(scene.lmtp);
}

static int come_in(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", scene.path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

/* Everything that is said until nothing more is; the end of the connection is "(end)". */
static void hear(int fd, char *heard, size_t room)
{
    size_t size = 0;
    for (int quiet = 0; quiet < 3;) {
        pump(2);
        ssize_t got = recv(fd, heard + size, room - size - 8, MSG_DONTWAIT);
        quiet = got > 0 ? 0 : quiet + 1;
        if (got == 0) {
            (void)snprintf(heard + size, 8, "(end)");
            return;
        }
        size += got > 0 ? (size_t)got : 0;
    }
    heard[size] = '\0';
}

static void say(int fd, const char *bytes, size_t size)
{
    for (size_t at = 0; at < size;) {
        ssize_t sent = send(fd, bytes + at, size - at, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent > 0)
            at += (size_t)sent;
        else if (errno != EAGAIN)
            return; /* it is over */
        pump(1);
    }
}

static void assert_talk(const char *said, const char *wanted)
{
    static char heard[65536];
    int fd = come_in();
    say(fd, said, strlen(said));
    hear(fd, heard, sizeof heard);
    if (strcmp(heard, wanted) != 0)
        fail_msg("%s\n--- was answered\n%s\n--- wanted\n%s", said, heard, wanted);
    close(fd);
    pump(1);
}

#define HELLO                                                                                      \
    "220 escal "                                                                                   \
    "LMTP\r\n250-escal\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250 SIZE "  \
    "1000\r\n"
#define BEGIN "LHLO mx\r\nMAIL FROM:<ana@x.example>\r\nRCPT TO:<desk@x.example>\r\nDATA\r\n"
#define BEGUN HELLO "250 2.1.0 ok\r\n250 2.1.5 ok\r\n354 go on, and end it with a dot alone\r\n"

static void each_recipient_is_answered(void **state)
{
    (void)state;
    assert_talk(
        "LHLO mx\r\nMAIL FROM:<ana@x.example> BODY=8BITMIME SIZE=10\r\nRCPT "
        "TO:<a@x.example>\r\nRCPT TO:<no@x.example>\r\n"
        "rcpt to: <later@x.example>\r\nDATA\r\nSubject: x\r\n\r\ntext\r\n.\r\nQUIT\r\n",
        HELLO
        "250 2.1.0 ok\r\n250 2.1.5 ok\r\n550 5.1.1 no such oe address??250 x\r\n250 2.1.5 ok\r\n"
        "354 go on, and end it with a dot alone\r\n250 2.0.0 a@x.example\r\n451 4.3.0 "
        "later@x.example\r\n221 2.0.0 bye\r\n(end)");
    assert_string_equal(scene.content, "Subject: x\r\n\r\ntext\r\n");
    assert_string_equal(scene.sender, "ana@x.example");
    assert_int_equal(scene.recipients, 2);
}

static void commands_have_an_order(void **state)
{
    (void)state;
    assert_talk("MAIL FROM:<a@b>\r\n", "220 escal LMTP\r\n503 5.5.1 LHLO comes first\r\n");
    assert_talk("EHLO x\r\n", "220 escal LMTP\r\n500 5.5.1 this is LMTP: it begins with LHLO\r\n");
    assert_talk("LHLO\r\n", "220 escal LMTP\r\n501 5.5.4 LHLO needs a name\r\n");
    assert_talk(
        "LHLO x\r\nRCPT TO:<a@b>\r\nDATA\r\nMAIL FROM:<>\r\nMAIL FROM:<>\r\nDATA\r\nRSET\r\nRCPT "
        "TO:<a@b>\r\nNOOP\r\nVRFY a\r\nHELP\r\n\r\n",
        HELLO
        "503 5.5.1 MAIL comes first\r\n503 5.5.1 no recipient was taken\r\n250 2.1.0 ok\r\n503 "
        "5.5.1 there is a mail already\r\n"
        "503 5.5.1 no recipient was taken\r\n250 2.0.0 ok\r\n503 5.5.1 MAIL comes first\r\n250 "
        "2.0.0 ok\r\n252 2.5.2 bring the mail, and see\r\n"
        "500 5.5.1 this command is not known here\r\n500 5.5.1 this command is not known here\r\n");
}

static void arguments_are_checked(void **state)
{
    (void)state;
    static const struct {
        const char *said, *answer;
    } cases[] = {
        {"MAIL FROM:<>", "250 2.1.0 ok"},
        {"mail from: <a@b> size=1000 body=7bit", "250 2.1.0 ok"},
        {"MAIL FROM:<a@b> SIZE=1001", "552 5.3.4 the mail is too large"},
        {"MAIL FROM:<a@b> SIZE=", "501 5.5.4 SIZE is no number"},
        {"MAIL FROM:<a@b> SIZE=1x", "501 5.5.4 SIZE is no number"},
        {"MAIL FROM:<a@b> SIZE=99999999999999999999", "501 5.5.4 SIZE is no number"},
        {"MAIL FROM:<a@b> AUTH=x", "555 5.5.4 this parameter of MAIL is not known here"},
        {"MAIL FROM:a@b", "501 5.1.7 the sender is no address in angle brackets"},
        {"MAIL FROM:<a@b>x", "501 5.1.7 the sender is no address in angle brackets"},
        {"MAIL FROM:<a b@c>", "501 5.1.7 the sender is no address in angle brackets"},
        {"MAIL FROM:<@c,@d:a@b>", "501 5.1.7 the sender is no address in angle brackets"},
        {"MAIL FROM:<ab>", "501 5.1.7 the sender is no address in angle brackets"},
        {"MAIL FROM:<@b>", "501 5.1.7 the sender is no address in angle brackets"},
        {"MAIL FROM:<a@>", "501 5.1.7 the sender is no address in angle brackets"},
        {"MAIL FROM:", "501 5.1.7 the sender is no address in angle brackets"},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        char said[256], wanted[512];
        (void)snprintf(said, sizeof said, "LHLO x\r\n%s\r\n", cases[i].said);
        (void)snprintf(wanted, sizeof wanted, HELLO "%s\r\n", cases[i].answer);
        assert_talk(said, wanted);
    }
    assert_talk("LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<>\r\nRCPT TO:<a@b> NOTIFY=NEVER\r\n",
                HELLO "250 2.1.0 ok\r\n501 5.1.3 the recipient is no address in angle "
                      "brackets\r\n555 5.5.4 this parameter of RCPT is not known here\r\n");
}

/* RFC 5321, 4.5.2; and no other end than CR LF . CR LF, or a mail can be hidden in a mail. */
static void a_mail_ends_at_its_dot_alone(void **state)
{
    (void)state;
    static const struct {
        const char *said, *content;
    } cases[] = {
        {".\r\n", ""},
        {"a\r\n.\r\n", "a\r\n"},
        {"..\r\n.\r\n", ".\r\n"},
        {".a\r\n..b\r\n.\r\n", "a\r\n.b\r\n"},
        {"a\n.\nb\r\n.\r\n", "a\n.\nb\r\n"},
        {"a\n.\r\nb\r\n.\r\n", "a\n.\r\nb\r\n"},
        {"a\r\n.\nb\r\n.\r\n", "a\r\n\nb\r\n"},
        {"a\r.\r\nb\r\n.\r\n", "a\r.\r\nb\r\n"},
        {"a\r\n.\rb\r\n.\r\n", "a\r\n\rb\r\n"},
        {"a\r\n.\r\r\n.\r\n", "a\r\n\r\r\n"},
        {"a\r\r\n.\r\n", "a\r\r\n"},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        char said[512];
        (void)snprintf(said, sizeof said, BEGIN "%s", cases[i].said);
        assert_talk(said, BEGUN "250 2.0.0 desk@x.example\r\n");
        if (strcmp(scene.content, cases[i].content) != 0)
            fail_msg("%s: %s", cases[i].said, scene.content);
    }
    /* Byte by byte it is the same. */
    char heard[4096];
    int fd = come_in();
    const char *said = BEGIN ".a\r\n\r\n.\r\nNOOP\r\n";
    for (const char *at = said; *at != '\0'; at++)
        say(fd, at, 1);
    hear(fd, heard, sizeof heard);
    assert_string_equal(heard, BEGUN "250 2.0.0 desk@x.example\r\n250 2.0.0 ok\r\n");
    assert_string_equal(scene.content, "a\r\n\r\n");
    close(fd);
}

static void a_large_mail_is_refused_and_the_next_one_taken(void **state)
{
    (void)state;
    static char said[4096];
    (void)snprintf(said, sizeof said,
                   BEGIN
                   "%0*d\r\n.\r\n"
                   "MAIL FROM:<ana@x.example>\r\nRCPT TO:<desk@x.example>\r\nDATA\r\n%0*d\r\n.\r\n",
                   MAIL_BYTES_MAX - 1, 0, MAIL_BYTES_MAX - 2, 0);
    assert_talk(said,
                BEGUN "552 5.3.4 the mail is too large\r\n250 2.1.0 ok\r\n250 2.1.5 ok\r\n354 go "
                      "on, and end it with a dot alone\r\n250 2.0.0 desk@x.example\r\n");
    assert_int_equal(scene.content_size, MAIL_BYTES_MAX);
}

static void lines_recipients_and_faults_have_bounds(void **state)
{
    (void)state;
    static char said[65536], wanted[65536];
    (void)snprintf(said, sizeof said, "NOOP %0*d\r\n", ESC_LMTP_LINE_BYTES_MAX - 7, 0);
    assert_talk(said, "220 escal LMTP\r\n250 2.0.0 ok\r\n");
    (void)snprintf(said, sizeof said, "NOOP %0*d\r\n", ESC_LMTP_LINE_BYTES_MAX - 6, 0);
    assert_talk(said, "220 escal LMTP\r\n500 5.5.2 the line is too long\r\n(end)");
    (void)snprintf(said, sizeof said, "%0*d", ESC_LMTP_LINE_BYTES_MAX + 1, 0);
    assert_talk(said, "220 escal LMTP\r\n500 5.5.2 the line is too long\r\n(end)");
    size_t at = (size_t)snprintf(said, sizeof said, "LHLO x\r\nMAIL FROM:<>\r\n"),
           to = (size_t)snprintf(wanted, sizeof wanted, HELLO "250 2.1.0 ok\r\n");
    for (int i = 0; i <= ESC_LMTP_RECIPIENTS_MAX; i++) {
        at += (size_t)snprintf(said + at, sizeof said - at, "RCPT TO:<a%d@b>\r\n", i);
        to += (size_t)snprintf(wanted + to, sizeof wanted - to,
                               i < ESC_LMTP_RECIPIENTS_MAX
                                   ? "250 2.1.5 ok\r\n"
                                   : "452 4.5.3 too many recipients at once\r\n");
    }
    assert_talk(said, wanted);
    at = 0;
    to = (size_t)snprintf(wanted, sizeof wanted, "220 escal LMTP\r\n");
    for (int i = 0; i < 25; i++) {
        at += (size_t)snprintf(said + at, sizeof said - at, "X\r\n");
        if (i < 19)
            to += (size_t)snprintf(wanted + to, sizeof wanted - to,
                                   "500 5.5.1 this command is not known here\r\n");
    }
    (void)snprintf(wanted + to, sizeof wanted - to,
                   "421 4.7.0 too many commands that are wrong\r\n(end)");
    assert_talk(said, wanted);
}

static void too_many_connections_are_told(void **state)
{
    (void)state;
    char heard[256];
    int fds[CONNECTIONS_MAX + 1];
    for (int i = 0; i <= CONNECTIONS_MAX; i++) {
        fds[i] = come_in();
        hear(fds[i], heard, sizeof heard);
    }
    assert_string_equal(heard, "421 4.3.2 too many connections just now\r\n(end)");
    for (int i = 0; i <= CONNECTIONS_MAX; i++)
        close(fds[i]);
    pump(1);
    assert_talk("NOOP\r\n", "220 escal LMTP\r\n250 2.0.0 ok\r\n");
}

static void who_says_nothing_is_sent_away(void **state)
{
    (void)state;
    char heard[4096] = "";
    int fd = come_in();
    say(fd, BEGIN "half a ", strlen(BEGIN) + 7);
    hear(fd, heard, sizeof heard);
    assert_string_equal(heard, BEGUN);
    int64_t until_ms = esc_boot_ms() + 10000;
    while (strstr(heard, "(end)") == NULL && esc_boot_ms() < until_ms)
        hear(fd, heard, sizeof heard);
    assert_string_equal(heard, "421 4.4.2 the time for it is over\r\n(end)");
    close(fd);
}

/* The answer comes later; meanwhile others are served, and what came behind the mail waits. */
static void an_answer_may_come_later(void **state)
{
    (void)state;
    char heard[4096];
    scene.answers_later = true;
    int fd = come_in();
    const char *said = BEGIN "x\r\n.\r\nNOOP\r\n";
    say(fd, said, strlen(said));
    hear(fd, heard, sizeof heard);
    assert_string_equal(heard, BEGUN);
    assert_false(esc_lmtp_is_idle(scene.lmtp));
    EscLmtpMail *mail = scene.kept;
    assert_talk("NOOP\r\n", "220 escal LMTP\r\n250 2.0.0 ok\r\n");
    answer_all(mail);
    scene.kept = NULL;
    hear(fd, heard, sizeof heard);
    assert_string_equal(heard, "250 2.0.0 desk@x.example\r\n250 2.0.0 ok\r\n");
    assert_true(esc_lmtp_is_idle(scene.lmtp));
    close(fd);
}

static void who_leaves_before_the_answer_harms_nobody(void **state)
{
    (void)state;
    char heard[4096];
    scene.answers_later = true;
    int fd = come_in();
    const char *said = BEGIN "x\r\n.\r\n";
    say(fd, said, strlen(said));
    hear(fd, heard, sizeof heard);
    close(fd);
    for (int i = 0; i < 5; i++)
        pump(1);
    answer_all(scene.kept);
    scene.kept = NULL;
    assert_true(esc_lmtp_is_idle(scene.lmtp));
}

/* A stop: what was taken is answered, the rest is told to come again. */
static void at_a_stop_only_answers_go_out(void **state)
{
    (void)state;
    char heard[4096];
    scene.answers_later = true;
    int busy = come_in(), idle = come_in();
    const char *said = BEGIN "x\r\n.\r\n";
    say(busy, said, strlen(said));
    hear(busy, heard, sizeof heard);
    hear(idle, heard, sizeof heard);
    esc_lmtp_quiesce(scene.lmtp);
    hear(idle, heard, sizeof heard);
    assert_string_equal(heard, "421 4.4.2 the server stops\r\n(end)");
    answer_all(scene.kept);
    scene.kept = NULL;
    hear(busy, heard, sizeof heard);
    assert_string_equal(heard, "250 2.0.0 desk@x.example\r\n421 4.3.2 the server stops\r\n(end)");
    close(busy);
    close(idle);
}

/* Bytes of any kind: every connection ends, and nothing else does. */
static void any_bytes_do_no_harm(void **state)
{
    (void)state;
    static const char *const words[] = {"LHLO x\r\n",
                                        "MAIL FROM:<a@b>\r\n",
                                        "RCPT TO:<a@b>\r\n",
                                        "DATA\r\n",
                                        "\r\n.\r\n",
                                        "RSET\r\n",
                                        "\r",
                                        "\n",
                                        ".",
                                        "<",
                                        "NOOP\r\n",
                                        "\0\xFF",
                                        "MAIL FROM:",
                                        "QUIT\r\n"};
    uint32_t random = 3;
    for (int round = 0; round < 60; round++) {
        int fd = come_in();
        for (int i = 0; i < 60; i++) {
            random = random * 1664525u + 1013904223u;
            const char *word = words[(random >> 16) % ESC_COUNT_OF(words)];
            say(fd, word, strlen(word));
        }
        close(fd);
        pump(1);
    }
    assert_talk("NOOP\r\n", "220 escal LMTP\r\n250 2.0.0 ok\r\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_recipient_is_answered),
        TEST(commands_have_an_order),
        TEST(arguments_are_checked),
        TEST(a_mail_ends_at_its_dot_alone),
        TEST(a_large_mail_is_refused_and_the_next_one_taken),
        TEST(lines_recipients_and_faults_have_bounds),
        TEST(too_many_connections_are_told),
        TEST(who_says_nothing_is_sent_away),
        TEST(an_answer_may_come_later),
        TEST(who_leaves_before_the_answer_harms_nobody),
        TEST(at_a_stop_only_answers_go_out),
        TEST(any_bytes_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
