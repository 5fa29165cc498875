/* escalctl_login.c - logging in and out: a code that the browser shows is exchanged for a token, which is kept in a file that
 * nobody else may read. Later commands use it for all clients of whoever logged in. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <sys/stat.h>

#include "escalctl.h"
#include "escalctl_print.h"

#define FILE_BYTES_MAX ((size_t)16384)
#define LINE_BYTES_MAX 256

/* --- the file ----------------------------------------------------------------------------------- */

/* "~/.config/escalctl", as XDG has it; false: there is no home, or its name is too long. */
static bool folder_of(char *out, size_t size)
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    int length = -1;
    if (config != NULL && config[0] == '/')
        length = snprintf(out, size, "%s/escalctl", config);
    else if (home != NULL && home[0] == '/')
        length = snprintf(out, size, "%s/.config/escalctl", home);
    return length > 0 && (size_t)length < size;
}

static bool path_of(char *out, size_t size)
{
    char folder[3000];
    int length =
        folder_of(folder, sizeof(folder)) ? snprintf(out, size, "%s/login.json", folder) : -1;
    return length > 0 && (size_t)length < size;
}

static bool read_whole(int fd, EscBuf *out)
{
    char chunk[4096];
    ssize_t got = 0;
    while ((got = read(fd, chunk, sizeof(chunk))) > 0)
        esc_buf_append(out, chunk, (size_t)got);
    return got == 0 && out->status == ESC_OK;
}

static char *member_of(const EscJson *json, const char *name)
{
    EscText text = ctl_text(json, name); /* without a NUL behind it */
    char *copy = text.size == 0 ? NULL : calloc(1, text.size + 1);
    if (copy != NULL)
        memcpy(copy, text.data, text.size);
    return copy;
}

/* Of a file that is ours alone. */
static bool read_login(int fd, CtlLogin *login)
{
    static const EscJsonLimits limits = {.depth_max = 2, .values_max = 16};
    EscBuf bytes;
    const EscJson *json = NULL;
    EscArena *arena = esc_arena_new((size_t)1 << 18);
    esc_buf_init(&bytes, FILE_BYTES_MAX);
    bool is_fine = arena != NULL && read_whole(fd, &bytes) &&
                   esc_json_read(arena, esc_buf_as_text(&bytes), &limits, &json, NULL) == ESC_OK;
    if (is_fine)
        *login = (CtlLogin){.url = member_of(json, "url"),
                            .token = member_of(json, "token"),
                            .ca_file = member_of(json, "ca_file")};
    if (bytes.data != NULL)
        OPENSSL_cleanse(bytes.data, bytes.capacity);
    esc_arena_free(arena);
    esc_buf_release(&bytes);
    return is_fine && login->url != NULL && login->token != NULL;
}

bool ctl_login_load(CtlLogin *login)
{
    char path[4096];
    struct stat info;
    *login = (CtlLogin){.url = NULL};
    int fd = path_of(path, sizeof(path)) ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
    if (fd < 0)
        return true; /* nobody has logged in */
    bool is_ours = fstat(fd, &info) == 0 && (info.st_mode & (S_IRWXG | S_IRWXO)) == 0;
    bool is_fine = is_ours && read_login(fd, login);
    close(fd);
    if (!is_ours)
        (void)fprintf(stderr,
                      "escalctl: others may read or change %s: chmod 600 it, or log in again\n",
                      path);
    else if (!is_fine)
        (void)fprintf(stderr, "escalctl: %s is damaged: log in again\n", path);
    if (!is_fine)
        ctl_login_release(login);
    return is_fine;
}

void ctl_login_release(CtlLogin *login)
{
    if (login->token != NULL)
        OPENSSL_cleanse(login->token, strlen(login->token));
    free(login->token);
    free(login->url);
    free(login->ca_file);
    *login = (CtlLogin){.url = NULL};
}

static bool write_whole(int fd, EscText text)
{
    size_t at = 0;
    while (at < text.size) {
        ssize_t put = write(fd, text.data + at, text.size - at);
        if (put < 0 && errno != EINTR)
            return false;
        at += put > 0 ? (size_t)put : 0;
    }
    return true;
}

/* The folders on the way are made, for nobody else. */
static bool make_folder(void)
{
    char folder[3000];
    if (!folder_of(folder, sizeof(folder)))
        return false;
    for (char *slash = strchr(folder + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        bool is_there = mkdir(folder, 0700) == 0 || errno == EEXIST;
        *slash = '/';
        if (!is_there)
            return false;
    }
    return mkdir(folder, 0700) == 0 || errno == EEXIST;
}

/* Beside it and then in its place, so that the old one stays where that fails. */
static bool keep(const CtlCall *call, EscText token)
{
    char path[4096], beside[4200];
    EscBuf out;
    esc_buf_init(&out, FILE_BYTES_MAX);
    esc_buf_string(&out, "{\"url\":");
    esc_json_text(&out, esc_text_from(call->url));
    esc_buf_string(&out, ",\"token\":");
    esc_json_text(&out, token);
    if (call->ca_file != NULL) {
        esc_buf_string(&out, ",\"ca_file\":");
        esc_json_text(&out, esc_text_from(call->ca_file));
    }
    esc_buf_string(&out, "}\n");
    bool is_fine = out.status == ESC_OK && make_folder() && path_of(path, sizeof(path));
    if (is_fine)
        (void)snprintf(beside, sizeof(beside), "%s.new", path);
    int fd =
        is_fine ? open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
    is_fine = fd >= 0 && fchmod(fd, 0600) == 0 && write_whole(fd, esc_buf_as_text(&out)) &&
              fsync(fd) == 0;
    if (fd >= 0)
        is_fine = close(fd) == 0 && is_fine;
    is_fine = is_fine && rename(beside, path) == 0;
    OPENSSL_cleanse(out.data, out.capacity);
    esc_buf_release(&out);
    if (!is_fine)
        (void)fprintf(stderr, "escalctl: the login cannot be kept: %s\n", strerror(errno));
    return is_fine;
}

/* --- in ----------------------------------------------------------------------------------------- */

static void tell_where(const CtlCall *call)
{
    bool is_local = strncmp(call->url, "unix:", 5) == 0;
    (void)fputs("Open ", stderr);
    if (is_local)
        (void)fputs("/login/code at the address of Escal", stderr);
    else
        print_safe(stderr, esc_text_from(call->url), false);
    (void)fprintf(stderr, "%s in your browser, and type the code that it shows.\n",
                  is_local ? "" : "/login/code");
}

static bool ask_code(char *code, size_t size)
{
    if (isatty(STDIN_FILENO) == 1)
        (void)fputs("Code: ", stderr);
    if (fgets(code, (int)size, stdin) == NULL)
        return false;
    code[strcspn(code, "\r\n")] = '\0';
    return code[0] != '\0';
}

static void write_exchange(EscBuf *out, const char *code)
{
    char host[128] = "", agent[160];
    (void)gethostname(host, sizeof(host) - 1);
    (void)snprintf(agent, sizeof(agent), "escalctl on %s", host);
    esc_buf_char(out, '{');
    (void)ctl_put_member(out, "code", code);
    (void)ctl_put_member(out, "agent", agent);
    esc_buf_char(out, '}');
}

/* Who is logged in now, and where. */
static int tell_who(const CtlCall *call, const char *token)
{
    CtlCall as = *call;
    CtlReply reply;
    as.token = token;
    as.is_login = true;
    as.is_bare = false;
    int result = ctl_get(&as, "/v1/session", &reply);
    if (result == EXIT_FINE) {
        (void)fputs("logged in as ", stdout);
        print_safe(stdout, ctl_text(reply.json, "title"), false);
        const char *mark = " for ";
        for (const EscJson *one = ctl_first(reply.json, "clients"); one != NULL; one = one->next) {
            (void)fputs(mark, stdout);
            print_safe(stdout, ctl_text(one, "client"), false);
            mark = ", ";
        }
        (void)fputc('\n', stdout);
    }
    ctl_reply_release(&reply);
    return result;
}

static int take_token(const CtlCall *call, const CtlReply *reply)
{
    EscText text = ctl_text(reply->json, "token");
    char token[LINE_BYTES_MAX];
    if (text.size == 0 || text.size >= sizeof(token)) {
        (void)fputs("escalctl: the answer holds no token\n", stderr);
        return EXIT_FAILED;
    }
    memcpy(token, text.data, text.size);
    token[text.size] = '\0';
    int result = keep(call, text) ? tell_who(call, token) : EXIT_FAILED;
    OPENSSL_cleanse(token, sizeof(token));
    return result;
}

int ctl_login(const CtlCall *call)
{
    char code[LINE_BYTES_MAX];
    CtlCall bare = *call;
    bare.token = NULL;
    bare.token_file = NULL;
    bare.is_bare = true;
    bare.client = NULL;
    tell_where(call);
    if (!ask_code(code, sizeof(code)))
        return cli_wrong(call->line, "no code was typed");
    EscBuf body;
    esc_buf_init(&body, 4096);
    write_exchange(&body, code);
    CtlReply reply;
    int result = EXIT_FAILED;
    if (ctl_request(&bare, "/v1/session/code", "application/json", esc_buf_as_text(&body), true,
                    &reply)) {
        result = ctl_check(&reply);
        if (result == EXIT_FINE)
            result = take_token(&bare, &reply);
        ctl_reply_release(&reply);
    }
    esc_buf_release(&body);
    return result;
}

/* --- out ---------------------------------------------------------------------------------------- */

int ctl_logout(const CtlCall *call)
{
    char path[4096];
    CtlReply reply;
    int result = EXIT_FINE;
    if (!call->is_login) {
        (void)fputs("escalctl: nobody is logged in\n", stderr);
        return EXIT_REFUSED;
    }
    CtlCall all = *call;
    all.client = NULL;
    if (ctl_request(&all, "/v1/session/end", "application/json", ESC_TEXT("{}"), true, &reply)) {
        result = reply.status == 401 ? EXIT_FINE : ctl_check(&reply); /* it was over already */
        ctl_reply_release(&reply);
    } else {
        result = EXIT_FAILED;
    }
    if (path_of(path, sizeof(path)) && unlink(path) != 0 && errno != ENOENT) {
        (void)fprintf(stderr, "escalctl: %s cannot be removed: %s\n", path, strerror(errno));
        return EXIT_FAILED;
    }
    (void)puts(result == EXIT_FINE
                   ? "logged out"
                   : "the token is removed here; at the daemon it counts until it is over");
    return result;
}
