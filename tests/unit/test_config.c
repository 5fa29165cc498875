/* test_config.c - reading the configuration: strict, by the table; secrets; which addresses are
 * allowed. */
#include <stdio.h>
#include <stdlib.h>

#include <netinet/in.h>

#include <arpa/inet.h>

#include "support/alloc_fail.h"
#include "support/test.h"

#include <esc/runtime.h>

#include "config_internal.h"

/* --- what is wiped ---------------------------------------------------------------------------- */

/* libcrypto's own is not called: memory that was wiped is told from memory that was not. */
static int wiped_count;
static size_t wiped_size;
void __wrap_OPENSSL_cleanse(void *bytes, size_t size);
void __wrap_OPENSSL_cleanse(void *bytes, size_t size)
{
    wiped_count++;
    wiped_size += size;
    memset(bytes, 0, size);
}

/* --- a files door with three files ------------------------------------------------------------ */

static EscStatus read_fake(void *context, const char *path, EscBuf *out)
{
    (void)context;
    if (strcmp(path, "/etc/escal/secret") == 0)
        esc_buf_string(out, "s3cret-canary\n");
    else if (strcmp(path, "/etc/escal/url") == 0)
        esc_buf_string(out, "https://hooks.example/T1/canary\n");
    else if (strcmp(path, "/etc/escal/spaced") == 0)
        esc_buf_string(out, "a phrase \t\r\n");
    else if (strcmp(path, "/etc/escal/blank") == 0)
        esc_buf_string(out, " \n");
    else if (strcmp(path, "/etc/escal/ca.pem") == 0)
        esc_buf_string(out, "-----BEGIN CERTIFICATE-----\n");
    else if (strcmp(path, "/etc/escal/two-lines") == 0)
        esc_buf_string(out, "one\r\nX-Injected: yes");
    else
        return ESC_NOT_FOUND;
    return ESC_OK;
}

static const EscFiles files = {.read = read_fake};

static EscStatus read_all(EscConfig *config, const char *json, EscWhy *why)
{
    EscStatus status = esc_config_read(config, esc_text_from(json), "/etc/escal/escald.json", why);
    return status == ESC_OK ? esc_config_finish(config, &files, why) : status;
}

static void assert_refused(const char *json, const char *part)
{
    EscWhy why = {.text = ""};
    EscConfig *config = esc_config_new();
    assert_non_null(config);
    assert_status(read_all(config, json, &why), ESC_BAD_CONFIG);
    if (strstr(why.text, part) == NULL)
        fail_msg("\"%s\" does not hold \"%s\"", why.text, part);
    assert_null(strstr(why.text, "canary")); /* no secret in a message */
    esc_config_free(config);
}

#define ACME(inside) "{\"workspaces\": {\"acme\": {" inside "}}}"

/* --- reading ---------------------------------------------------------------------------------- */

static void has_the_defaults_of_the_table(void **state)
{
    (void)state;
    EscConfig *config = esc_config_new();
    assert_text_equal(config->listen, "127.0.0.1:8080");
    assert_int_equal(config->delivery_attempts_max, 12);
    assert_int_equal(config->workspaces.count, 0);
    esc_config_free(config);
}

static void reads_every_kind_of_option(void **state)
{
    (void)state;
    EscWhy why = {.text = ""};
    EscConfig *config = esc_config_new();
    assert_status(
        read_all(config,
                 "{\"listen\": \"[::1]:0\", \"queue_max\": 7, \"workspaces\": {\"acme\": {"
                 "\"channels\": {\"incidents\": {\"type\": \"webhook\", \"url\": "
                 "\"https://a.example/x\", \"secret_file\": \"secret\"},"
                 " \"managers\": {\"type\": \"smtp\", \"to\": [\"m@acme.example\"]},"
                 " \"revops\": {\"type\": \"chat\", \"url_file\": \"url\"}},"
                 "\"mail\": {\"server\": \"smtp://127.0.0.1:2525\", \"from\": \"e@acme.example\", "
                 "\"tls\": \"none\"},"
                 "\"systems\": {\"crm\": {\"base_url\": \"https://crm.example/api/\", \"headers\": "
                 "{\"X-App\": \"escal\"}}},"
                 "\"allowed_addresses\": [\"127.0.0.1\"]}}}",
                 &why),
        ESC_OK);
    assert_int_equal(config->queue_max, 7);
    const EscWorkspaceConfig *acme = esc_config_workspace(config, ESC_TEXT("acme"));
    assert_non_null(acme);
    assert_int_equal(acme->channels.count, 3);
    assert_int_equal(acme->channels.items[0].kind, ESC_ENDPOINT_WEBHOOK);
    assert_text_equal(acme->channels.items[0].secret, "s3cret-canary");
    assert_text_equal(acme->channels.items[1].to.items[0], "m@acme.example");
    assert_text_equal(acme->channels.items[2].url, "https://hooks.example/T1/canary");
    assert_text_equal(acme->systems.items[0].base_url, "https://crm.example/api");
    assert_text_equal(acme->systems.items[0].headers.items[0], "X-App: escal");
    assert_text_equal(acme->unbound, "stop");
    assert_null(esc_config_workspace(config, ESC_TEXT("globex")));
    esc_config_free(config);
}

/* Also where the configuration takes over nothing of the files: what was read of them, and what is kept. */
static void secrets_are_wiped(void **state)
{
    (void)state;
    EscWhy why = {.text = ""};
    EscConfig *config = esc_config_new();
    wiped_count = 0;
    wiped_size = 0;
    assert_status(
        read_all(
            config,
            ACME(
                "\"channels\": {\"a\": {\"type\": \"webhook\", \"url\": \"https://a.example/\", "
                "\"secret_file\": \"spaced\"}, \"b\": {\"type\": \"chat\", \"url_file\": "
                "\"url\"}}, "
                "\"systems\": {\"crm\": {\"base_url\": \"https://b.example\", \"secret_file\": "
                "\"secret\"}, \"jira\": {\"base_url\": \"https://j.example\", \"auth\": {\"type\": "
                "\"bearer\", \"secret_file\": \"secret\"}}}, "
                "\"mail\": {\"server\": \"smtp://m.example\", \"from\": "
                "\"e@acme.example\", \"user\": \"u\", \"password_file\": \"spaced\"}, \"people\": "
                "{\"chat\": {\"type\": \"chat\", \"url_file\": \"url\"}, \"phone\": {\"type\": "
                "\"webhook\", \"url\": \"https://c.example/\", \"secret_file\": \"secret\"}}"),
            &why),
        ESC_OK);
    const EscWorkspaceConfig *acme = esc_config_workspace(config, ESC_TEXT("acme"));
    assert_text_equal(acme->channels.items[0].secret, "a phrase");
    assert_text_equal(acme->mail.password, "a phrase");
    assert_text_equal(acme->people.phone.secret, "s3cret-canary");
    assert_int_equal(wiped_count, 7); /* whole files */
    assert_int_equal(wiped_size, 2 * 12 + 2 * 32 + 3 * 14);
    esc_config_free(config);
    assert_int_equal(wiped_count, 14);
    assert_int_equal(wiped_size, 2 * 12 + 2 * 32 + 3 * 14 + 2 * 8 + 2 * 31 + 3 * 13);
    esc_config_free(NULL);
}

static void secrets_of_bots_are_wiped(void **state)
{
    (void)state;
    EscWhy why = {.text = ""};
    EscConfig *config = esc_config_new();
    wiped_count = 0;
    wiped_size = 0;
    assert_status(
        read_all(config,
                 ACME("\"inbound\": {\"in\": {\"type\": \"slack\", \"secret_file\": \"spaced\"}}, "
                      "\"people\": {\"chat\": {\"type\": \"slack\", \"secret_file\": \"secret\"}}"),
                 &why),
        ESC_OK);
    const EscWorkspaceConfig *acme = esc_config_workspace(config, ESC_TEXT("acme"));
    assert_text_equal(acme->inbound.items[0].secret, "a phrase");
    assert_text_equal(acme->people.chat.secret, "s3cret-canary");
    assert_text_equal(acme->people.chat.url, "https://slack.com/api");
    assert_int_equal(wiped_count, 2);
    esc_config_free(config);
    assert_int_equal(wiped_count, 4);
    assert_int_equal(wiped_size, 12 + 14 + 8 + 13);
}

static void without_memory_there_is_none(void **state)
{
    (void)state;
    bool happened = true;
    for (unsigned n = 1; happened; n++) {
        alloc_fail_at(n);
        EscConfig *config = esc_config_new();
        happened = alloc_fail_happened();
        alloc_fail_at(0);
        assert_int_equal(config == NULL, happened);
        esc_config_free(config);
    }
}

/* What is wrong is told up to a megabyte; a line that does not fit any more is left out whole. */
static void faults_and_warnings_have_their_room(void **state)
{
    (void)state;
    enum { ROOM = 1 << 20 };
    char *line = malloc(ROOM + 2);
    assert_non_null(line);
    memset(line, 'x', ROOM + 1);
    line[ROOM + 1] = '\0';
    for (size_t over = 0; over < 2; over++) {
        EscConfig *config = esc_config_new();
        (void)esc_config_fault(config, NULL, "%s", line + 1 - over);
        esc_config_warn(config, "%s", line + 1 - over);
        assert_int_equal(config->faults.size, over ? 0 : ROOM);
        assert_int_equal(config->warnings.size, over ? 0 : ROOM);
        esc_config_free(config);
    }
    free(line);
}

/* The values of the struct, whatever was there before. */
static void a_preset_forgets_what_was_there(void **state)
{
    (void)state;
    EscWorkspaceConfig config;
    memset(&config, 0x55, sizeof(config));
    esc_config_workspace_preset(&config);
    assert_int_equal(config.channels.count + config.systems.count + config.allowed_addresses.count,
                     0);
    assert_int_equal(config.name.size + config.folder.size + config.people.chat.secret.size, 0);
    assert_text_equal(config.mail.tls, "required");
}

static void relative_names_are_relative_to_their_file(void **state)
{
    (void)state;
    static const char *const json = ACME("\"channels\": {\"a\": {\"type\": \"file\", \"path\": "
                                         "\"x/y\"}, \"b\": {\"type\": \"file\", "
                                         "\"path\": \"/z\"}, \"c\": {\"type\": \"file\", \"path\": "
                                         "\"w\"}, \"d\": {\"type\": \"chat\", \"url\": "
                                         "\"https://chat.example/1\"}}");
    static const char *const origins[][2] = {{"/etc/escal/c.json", "/etc/escal/x/y"},
                                             {"c.json", "./x/y"},
                                             {"/c.json", "//x/y"},
                                             {"a/c.json", "a/x/y"}};
    for (size_t i = 0; i < ESC_COUNT_OF(origins); i++) {
        EscWhy why = {.text = ""};
        EscConfig *config = esc_config_new();
        assert_status(esc_config_read(config, esc_text_from(json), origins[i][0], &why), ESC_OK);
        assert_status(esc_config_finish(config, &files, &why), ESC_OK);
        const EscEndpoint *channels = config->workspaces.items[0].channels.items;
        assert_text_equal(channels[0].path, origins[i][1]);
        assert_text_equal(channels[1].path, "/z");
        assert_int_equal(channels[2].path.size, strlen(origins[i][1]) - 2); /* "w" for "x/y" */
        assert_true(esc_text_ends_with(channels[2].path, ESC_TEXT("/w")));
        assert_int_equal(channels[3].path.size, 0); /* no file: no folder either */
        esc_config_free(config);
    }
}

static void names_the_nearest_option(void **state)
{
    (void)state;
    assert_refused("{\"listn\": \"a:1\"}",
                   "listn: there is no such option; did you mean \"listen\"?");
    assert_refused(
        ACME("\"channels\": {\"incidents\": {\"ulr\": \"https://a.example\"}}"),
        "workspaces.acme.channels.incidents.ulr: there is no such option; did you mean \"url\"?");
    assert_refused("{\"lstnx\": 1}", "did you mean \"listen\"?"); /* three edits */
    assert_refused("{\"lstnxyz\": 1}", "there is no such option (escald --help-config lists all)");
    assert_refused("{\"completely_different\": 1}",
                   "completely_different: there is no such option");
}

static void refuses_what_is_no_strict_json(void **state)
{
    (void)state;
    assert_refused("{\"listen\": \"a:1\",\n \"listen\": \"b:1\"}",
                   "escald.json:2:12: this is not JSON: a member is said twice");
    assert_refused("{\"workspaces\": {\"acme\": {}, \"\\u0061cme\": {}}}",
                   "escald.json:1:42: this is not JSON: a member is said twice");
    assert_refused("{\"listen\": ", "escald.json:1:12: this is not JSON: a value is wanted");
    assert_refused("", "escald.json:1:1: this is not JSON: a value is wanted");
    assert_refused("{\n  \"listen\": \"a\u00e9\u20ac:1\" \"x\"}",
                   "escald.json:2:21: this is not JSON: ',' or '}' is wanted");
    assert_refused("{\"listen\": \"a:1\",}",
                   "1:18: this is not JSON: the name of a member is wanted");
    assert_refused("{listen: 1}", "1:2: this is not JSON: the name of a member is wanted");
    assert_refused("{} {}", "1:4: this is not JSON: there is text behind the JSON");
    assert_refused("{\"queue_max\": 1e999}", "1:15: this is not JSON: a number is too large");
    assert_refused("{\"queue_max\": 99999999999999999999}", "a whole number is too large");
    assert_refused("{\"listen\": \"\\u0000\"}", "\\u0000 is not taken");
    assert_refused("{\"listen\": \"\xff\"}", "a text is not valid UTF-8");
    assert_refused("[]", "must be an object");
    char deep[40] = "";
    memset(deep, '[', 33);
    assert_refused(deep, "1:33: this is not JSON: it is nested too deeply");
}

static void refuses_wrong_types_and_ranges(void **state)
{
    (void)state;
    assert_refused("{\"queue_max\": \"7\"}", "queue_max: must be a whole number");
    assert_refused("{\"queue_max\": 0}", "queue_max: must be from 1 to 1000000");
    assert_refused("{\"queue_max\": 1000001}", "must be from 1 to 1000000");
    assert_refused("{\"listen\": 5}", "listen: must be a text");
    assert_refused("{\"listen\": \"a\\nb\"}", "must not hold control characters");
    assert_refused("{\"listen\": \"a\\u001f\"}", "must not hold control characters");
    assert_refused("{\"listen\": \"a\\u007f\"}", "must not hold control characters");
    assert_refused("{\"queue_max\": 1.5}", "queue_max: must be a whole number");
    assert_refused("{\"workspaces\": []}", "workspaces: must be an object");
    assert_refused("{\"workspaces\": {\"a\": 1}}", "workspaces.a: must be an object");
    assert_refused(ACME("\"allowed_addresses\": [\"127.0.0.1\", 5]"), "must be a text");
    assert_refused(ACME("\"allowed_addresses\": [5, \"127.0.0.1\"]"), "must be a text");
    assert_refused(
        ACME("\"systems\": {\"crm\": {\"base_url\": \"https://a.example\", \"headers\": []}}"),
        "must be an object of texts");
    assert_refused(ACME("\"systems\": {\"crm\": {\"base_url\": \"https://a.example\", \"headers\": "
                        "{\"\": \"b\"}}}"),
                   "no header name");
    assert_refused(ACME("\"systems\": {\"crm\": {\"base_url\": \"https://a.example\", \"headers\": "
                        "{\"X\": 5}}}"),
                   "without control characters");
    assert_refused(ACME("\"unbound\": \"stop|file\""), "must be one of stop|file|refuse");
    assert_refused(ACME("\"unbound\": \"sto\""), "must be one of stop|file|refuse");
    assert_refused(ACME("\"unbound\": \"rehearsal\""), "must be one of stop|file|refuse");
    assert_refused(ACME("\"unbound\": \"ignore\""), "must be one of stop|file|refuse");
    assert_refused(ACME("\"allowed_addresses\": \"127.0.0.1\""), "must be a list of texts");
    assert_refused(ACME("\"systems\": {\"crm\": {\"base_url\": \"https://a.example\", \"headers\": "
                        "{\"X A\": \"b\"}}}"),
                   "no header name");
    assert_refused(ACME("\"systems\": {\"crm\": {\"base_url\": \"https://a.example\", \"headers\": "
                        "{\"X\": \"a\\r\\nb\"}}}"),
                   "without control characters");
}

static void takes_numbers_at_the_ends_of_their_range(void **state)
{
    (void)state;
    EscConfig *config = esc_config_new();
    assert_status(read_all(config, "{\"queue_max\": 1}", NULL), ESC_OK);
    assert_status(read_all(config, "{\"queue_max\": 1000000}", NULL), ESC_OK);
    assert_status(read_all(config, "{\"listen\": \"a \"}", NULL), ESC_OK);
    esc_config_free(config);
}

static void a_library_lies_in_a_folder(void **state)
{
    (void)state;
    EscWhy why = {.text = ""};
    EscConfig *config = esc_config_new();
    assert_status(read_all(config,
                           "{\"libraries\": {\"agency\": {\"folder\": \"library\"}, \"own\": "
                           "{\"folder\": \"/srv/own\"}}}",
                           &why),
                  ESC_OK);
    assert_int_equal(config->libraries.count, 2);
    assert_text_equal(config->libraries.items[0].name, "agency");
    assert_text_equal(config->libraries.items[0].place, "/etc/escal/library");
    assert_text_equal(config->libraries.items[1].place, "/srv/own");
    /* Another file that says nothing of it leaves it where it is. */
    assert_status(esc_config_read(config, ESC_TEXT("{}"), "/elsewhere/escald.json", &why), ESC_OK);
    assert_text_equal(config->libraries.items[0].place, "/etc/escal/library");
    esc_config_free(config);
    assert_refused("{\"libraries\": {\"agency\": {}}}", "libraries.agency has no folder");
    assert_refused("{\"libraries\": {\"agency\": \"library\"}}", "libraries.agency");
    assert_refused(ACME("\"libraries\": {}"), "libraries");
}

static void takes_names_of_headers_of_128_bytes(void **state)
{
    (void)state;
    for (int size = 127; size <= 129; size++) {
        EscWhy why = {.text = ""};
        EscConfig *config = esc_config_new();
        char name[200], json[400];
        memset(name, 'x', sizeof(name));
        (void)snprintf(json, sizeof(json),
                       ACME("\"systems\": {\"crm\": {\"base_url\": \"https://a.example\", "
                            "\"headers\": {\"%.*s\": \"b\"}}}"),
                       size, name);
        assert_status(read_all(config, json, &why), size <= 128 ? ESC_OK : ESC_BAD_CONFIG);
        esc_config_free(config);
    }
}

static EscStatus read_folder(EscConfig *config, const char *name, const char *json, EscWhy *why)
{
    *why = (EscWhy){.text = ""};
    return esc_config_read_workspace(config, esc_text_from(name), esc_text_from(json),
                                     "acme/escald.json", why);
}

static void a_folder_binds_what_the_operator_lets_it(void **state)
{
    (void)state;
    EscWhy why = {.text = ""};
    EscConfig *config = esc_config_new();
    assert_status(
        esc_config_read(
            config,
            esc_text_from(ACME("\"folder_may_bind\": [\"channels.incidents\", \"people.chat\", "
                               "\"systems\"], \"channels\": {\"room\": {\"type\": \"file\"}}")),
            "/etc/escal/escald.json", &why),
        ESC_OK);
    assert_status(
        read_folder(config, "acme",
                    "{\"channels\": {\"incidents\": {\"type\": \"chat\", \"url\": "
                    "\"https://a.example\"}}, \"systems\": {\"crm\": {\"base_url\": "
                    "\"https://b.example\"}}, \"people\": {\"chat\": {\"type\": \"chat\", "
                    "\"url\": \"https://c.example\"}}}",
                    &why),
        ESC_OK);
    assert_status(esc_config_finish(config, &files, &why), ESC_OK);
    const EscWorkspaceConfig *acme = esc_config_workspace(config, ESC_TEXT("acme"));
    assert_int_equal(acme->channels.count, 2);
    assert_text_equal(acme->channels.items[0].name, "room");
    assert_text_equal(acme->channels.items[1].url, "https://a.example");
    assert_text_equal(acme->systems.items[0].base_url, "https://b.example");
    assert_text_equal(acme->people.chat.url, "https://c.example");
    esc_config_free(config);
}

/* Whatever is refused, nothing of the file is taken. */
static void a_folder_binds_nothing_else(void **state)
{
    (void)state;
    static const char *const operators = ACME(
        "\"folder_may_bind\": [\"\", \"channels.incidents\", \"channels.room\", \"people\", "
        "\"systems.crm\", \"systems.hr\", \"allowed_addresses\", \"mail\"], \"channels\": "
        "{\"room\": "
        "{\"type\": \"file\"}}, \"systems\": {\"hr\": {\"base_url\": \"https://hr.example\"}}, "
        "\"people\": {\"chat\": {\"type\": \"file\"}}");
    static const struct {
        const char *json, *fault;
    } rows[] = {
        {"{\"channels\": {\"other\": {\"type\": \"file\"}}}",
         "channels.other: the operator's configuration does not let the folder bind this"},
        {"{\"channels\": {\"incidents2\": {}}}", "channels.incidents2: the operator's"},
        {"{\"channels\": {\"room\": {\"type\": \"file\"}}}",
         "channels.room: the operator's configuration binds this"},
        {"{\"people\": {\"chat\": {\"type\": \"chat\", \"url\": \"https://a.example\"}}}",
         "people.chat: the operator's configuration binds this"},
        {"{\"systems\": {\"hr\": {\"base_url\": \"https://a.example\"}}}",
         "systems.hr: the operator's configuration binds this"},
        {"{\"channels\": {\"incidents\": {\"secret_file\": \"secret\"}}}",
         "channels.incidents.secret_file: only the operator's configuration may say this"},
        {"{\"channels\": {\"incidents\": {\"path\": \"x\"}}}", "channels.incidents.path: only"},
        {"{\"channels\": {\"incidents\": {\"url_file\": \"x\"}}}",
         "channels.incidents.url_file: only"},
        {"{\"people\": {\"phone\": {\"secret_file\": \"x\"}}}", "people.phone.secret_file: only"},
        {"{\"systems\": {\"crm\": {\"secret_file\": \"x\"}}}", "systems.crm.secret_file: only"},
        {"{\"systems\": {\"crm2\": {\"base_url\": \"https://a.example\"}}}", "systems.crm2: the"},
        {"{\"allowed_addresses\": [\"0.0.0.0/0\"]}", "allowed_addresses: only"},
        {"{\"folder_may_bind\": [\"channels\"]}", "folder_may_bind: only"},
        {"{\"unbound\": \"file\"}", "unbound: only"},
        {"{\"mail\": {\"server\": \"smtps://a.example\"}}", "mail: only"},
        {"{\"listen\": \"a:1\"}", "listen: there is no such option"},
        {"[]", "not JSON"},
    };
    EscWhy why = {.text = ""};
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++) {
        EscConfig *config = esc_config_new();
        assert_status(esc_config_read(config, esc_text_from(operators), "escald.json", &why),
                      ESC_OK);
        assert_status(read_folder(config, "acme", rows[i].json, &why), ESC_BAD_CONFIG);
        if (i + 1 < ESC_COUNT_OF(rows) && strstr(why.text, rows[i].fault) == NULL)
            fail_msg("%s: %s", rows[i].json, why.text);
        const EscWorkspaceConfig *acme = esc_config_workspace(config, ESC_TEXT("acme"));
        assert_int_equal(acme->channels.count + acme->systems.count, 2);
        assert_text_equal(acme->systems.items[0].base_url, "https://hr.example");
        assert_int_equal(acme->people.phone.url.size, 0);
        assert_int_equal(acme->allowed_addresses.count + acme->people.chat.url.size, 0);
        esc_config_free(config);
    }
    EscConfig *config = esc_config_new();
    assert_status(esc_config_read(config,
                                  esc_text_from(ACME(
                                      "\"folder_may_bind\": [\"people\"], \"people\": {\"phone\": "
                                      "{\"type\": \"file\"}}")),
                                  "escald.json", &why),
                  ESC_OK);
    assert_status(
        read_folder(config, "acme", "{\"people\": {\"phone\": {\"type\": \"file\"}}}", &why),
        ESC_BAD_CONFIG);
    assert_non_null(strstr(why.text, "people.phone: the operator's configuration binds this"));
    assert_status(
        read_folder(config, "acme", "{\"people\": {\"chat\": {\"type\": \"file\"}}}", &why),
        ESC_OK);
    esc_config_free(config);
    config = esc_config_new(); /* of whom the operator says nothing */
    assert_status(read_folder(config, "globex", "{\"channels\": {\"a\": {}}}", &why),
                  ESC_BAD_CONFIG);
    assert_status(read_folder(config, "globex", "{}", &why), ESC_OK);
    assert_null(esc_config_workspace(config, ESC_TEXT("globex")));
    esc_config_free(config);
}

static void mail_comes_in_on_this_machine_only(void **state)
{
    (void)state;
    EscLmtpPlace place;
    assert_true(esc_lmtp_place_read(ESC_TEXT("unix:/run/escal/lmtp"), &place));
    assert_text_equal(place.path, "/run/escal/lmtp");
    static const char *const ports[] = {"127.0.0.1:24", "localhost:65535", "[::1]:0"};
    for (size_t i = 0; i < ESC_COUNT_OF(ports); i++) {
        assert_true(esc_lmtp_place_read(esc_text_from(ports[i]), &place));
        assert_int_equal(place.path.size, 0);
    }
    assert_string_equal(place.host, "::1");
    static const char *const others[] = {"",           "unix:",           "unix:/",
                                         "unix:lmtp",  "0.0.0.0:24",      "127.0.0.1",
                                         "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:x",
                                         "[::]:24",    "mx.example:24",   "127.0.0.1:000024"};
    for (size_t i = 0; i < ESC_COUNT_OF(others); i++)
        if (esc_lmtp_place_read(esc_text_from(others[i]), &place))
            fail_msg("%s is taken", others[i]);
}

static void an_inbox_is_of_one_workspace(void **state)
{
    (void)state;
    static const char *const json = "{\"lmtp_listen\": \"unix:/run/lmtp\", \"workspaces\": {"
                                    "\"acme\": {\"inbox\": {\"address\": \"desk@x.example\", "
                                    "\"also\": [\"a@x.example\"], \"secret_file\": \"missing\"}}, "
                                    "\"globex\": {\"inbox\": {\"address\": \"Desk@X.example\", "
                                    "\"machines\": \"maybe\", \"also\": [\"A@x.example\"]}}}}";
    static const char *const faults[] = {
        "globex.inbox.machines: must be one of leave|take",
        "acme.inbox.address: is another workspace's too",
        "the secret file missing cannot be read",
        "globex.inbox.address: is another workspace's too",
        "globex.inbox.secret_file: is missing",
        "globex.inbox.also.A@x.example: is another workspace's too",
    };
    EscWhy why = {.text = ""};
    EscConfig *config = esc_config_new();
    assert_status(esc_config_read(config, esc_text_from(json), "escald.json", &why),
                  ESC_BAD_CONFIG);
    assert_status(esc_config_finish(config, &files, &why), ESC_BAD_CONFIG);
    for (size_t i = 0; i < ESC_COUNT_OF(faults); i++)
        if (!esc_text_contains(esc_buf_as_text(&config->faults), esc_text_from(faults[i])))
            fail_msg("not found: %s in %.*s", faults[i],
                     ESC_TEXT_ARG(esc_buf_as_text(&config->faults)));
    esc_config_free(config);
}

static void one_reading_finds_all_faults(void **state)
{
    (void)state;
    static const char *const json =
        "{\"listn\": \"a:1\", \"queue_max\": 0, \"workspaces\": {\"acme\": {\"channels\": "
        "{\"a\": {\"type\": \"chat\"}, \"b\": {\"type\": \"chatt\"}, \"c\": {\"type\": "
        "\"webhook\", \"url\": \"https://c.example\", \"secret_file\": \"missing\"}}}, "
        "\"globex\": {\"systems\": {\"crm\": {\"base_url\": \"ftp://x\"}}}}}";
    static const char *const faults[] = {
        "listn: there is no such option", "queue_max: must be from",
        "acme.channels.b.type: must be",  "acme.channels.a: needs url",
        "secret file missing cannot be",  "globex.systems.crm: has a scheme",
    };
    EscWhy why = {.text = ""};
    EscConfig *config = esc_config_new();
    assert_status(esc_config_read(config, esc_text_from(json), "escald.json", &why),
                  ESC_BAD_CONFIG);
    assert_non_null(strstr(why.text, faults[0]));
    assert_status(esc_config_finish(config, &files, &why), ESC_BAD_CONFIG);
    assert_string_equal(
        why.text, "workspaces.acme.channels.a: needs url or url_file"); /* its own first one */
    for (size_t i = 0; i < ESC_COUNT_OF(faults); i++)
        if (!esc_text_contains(esc_buf_as_text(&config->faults), esc_text_from(faults[i])))
            fail_msg("not found: %s", faults[i]);
    size_t lines = 1;
    for (size_t i = 0; i < config->faults.size; i++)
        lines += config->faults.data[i] == '\n';
    assert_int_equal(lines, ESC_COUNT_OF(faults));
    esc_config_free(config);
}

static void each_workspace_may_say_what_becomes_of_the_unbound(void **state)
{
    (void)state;
    EscConfig *config = esc_config_new();
    EscWhy why = {.text = ""};
    assert_text_equal(esc_config_unbound(config, ESC_TEXT("acme")), "");
    assert_status(esc_config_set_unbound(config, ESC_TEXT("sink"), &why), ESC_BAD_CONFIG);
    assert_status(esc_config_set_unbound(config, ESC_TEXT("refuse"), &why), ESC_OK);
    assert_text_equal(esc_config_unbound(config, ESC_TEXT("acme")), "refuse");
    assert_status(esc_config_read(config, esc_text_from(ACME("\"unbound\": \"file\"")), "c", &why),
                  ESC_OK);
    assert_text_equal(esc_config_unbound(config, ESC_TEXT("acme")), "file");
    assert_text_equal(esc_config_unbound(config, ESC_TEXT("globex")), "refuse");
    esc_config_free(config);
}

/* What nobody has said: read so, finished so, what holds for acme, and for who is not in the file. */
typedef struct Unsaid {
    const char *json;
    bool has_virtual_clock, is_only_checked;
    const char *word;
} Unsaid;

#define HERE(inner) ACME("\"allowed_addresses\": [\"127.0.0.0/8\", \"::1\", \"localhost\"], " inner)
#define WAY(url) HERE("\"people\": {\"chat\": {\"type\": \"chat\", \"url\": \"" url "\"}}")
#define SYSTEM(url) HERE("\"systems\": {\"crm\": {\"base_url\": \"" url "\"}}")
#define MAIL(server, from)                                                                         \
    HERE("\"mail\": {\"server\": \"" server "\", \"from\": \"" from "\", \"tls\": \"none\"}")

static void a_rehearsal_wants_no_bindings(void **state)
{
    (void)state;
    static const Unsaid rows[] = {
        {"{}", false, false, "rehearsal"},
        {"{}", false, true, "stop"},
        {"{}", true, true, "stop"},
        {"{\"unbound\": \"stop\"}", true, false, "stop"},
        {"{\"unbound\": \"refuse\"}", false, false, "refuse"},
        {"{\"unbound\": \"file\"}", false, true, "file"},
        {ACME(""), false, false, "rehearsal"},
        {WAY("http://127.0.0.1:1/a"), false, false, "rehearsal"},
        {WAY("http://127.8.7.6/a"), false, false, "rehearsal"},
        {WAY("http://[::1]:1/a"), false, false, "rehearsal"},
        {WAY("https://invalid/a"), false, false, "rehearsal"},
        {WAY("http://localhost:1/a"), false, false, "rehearsal"},
        {WAY("https://gone.invalid/a"), false, false, "rehearsal"},
        {WAY("https://128.0.0.1/a"), false, false, "stop"},
        {WAY("https://[::2]/a"), false, false, "stop"},
        {WAY("https://notlocalhost/a"), false, false, "stop"},
        {WAY("https://localhost.acme.net/a"), false, false, "stop"},
        {WAY("https://chat.acme.example/a"), false, false, "stop"},
        {WAY("https://chat.acme.example/a"), true, false, "rehearsal"},
        {WAY("https://chat.acme.example/a"), true, true, "stop"},
        {SYSTEM("http://127.0.0.1:1"), false, false, "rehearsal"},
        {SYSTEM("https://crm.acme.example"), false, false, "stop"},
        {MAIL("smtp://127.0.0.1:25", "escal@acme.example"), false, false, "rehearsal"},
        {MAIL("smtp://127.0.0.1:25", "escal@example.org"), false, false, "rehearsal"},
        {MAIL("smtp://127.0.0.1:25", "escal@acme.net"), false, false, "stop"},
        {MAIL("smtp://127.0.0.1:25", "escal@notexample.org"), false, false, "stop"},
        {MAIL("smtps://mail.acme.example", "escal@acme.example"), false, false, "stop"},
        {"{\"workspaces\": {\"acme\": {}, \"globex\": {\"channels\": {\"a\": {\"type\": \"chat\", "
         "\"url\": \"https://chat.globex.example\"}}}}}",
         false, false, "stop"},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++) {
        EscWhy why = {.text = ""};
        EscConfig *config = esc_config_new();
        config->has_virtual_clock = rows[i].has_virtual_clock;
        config->is_only_checked = rows[i].is_only_checked;
        if (read_all(config, rows[i].json, &why) != ESC_OK)
            fail_msg("%s: %s", rows[i].json, why.text);
        EscText acme = esc_config_unbound(config, ESC_TEXT("acme"));
        EscText other = esc_config_unbound(config, ESC_TEXT("nobody"));
        if (!esc_text_equal(acme, esc_text_from(rows[i].word)) || !esc_text_equal(acme, other))
            fail_msg("%s: %.*s", rows[i].json, ESC_TEXT_ARG(acme));
        assert_int_equal(esc_unbound_is_file(acme), strcmp(rows[i].word, "file") == 0 ||
                                                        strcmp(rows[i].word, "rehearsal") == 0);
        esc_config_free(config);
    }
}

static bool is_open(void *context, const char *path)
{
    (void)context;
    return strstr(path, "/secret") != NULL;
}

static void a_secret_is_for_its_owner(void **state)
{
    (void)state;
    static const char *const forms[] = {
        ACME("\"systems\": {\"crm\": {\"base_url\": \"https://a.example\", \"secret_file\": "
             "\"secret\"}}, \"unbound\": \"refuse\""),
        ACME("\"systems\": {\"crm\": {\"base_url\": \"https://a.example\", \"secret_file\": "
             "\"secret\"}}"),
        ACME("\"systems\": {\"crm\": {\"base_url\": \"https://a.example\", \"secret_file\": "
             "\"secret\"}}, \"unbound\": \"file\""),
        HERE("\"systems\": {\"crm\": {\"base_url\": \"http://127.0.0.1:1\", \"secret_file\": "
             "\"secret\"}}"),
    };
    EscFiles open_files = files;
    open_files.is_open_to_others = is_open;
    for (size_t i = 0; i < ESC_COUNT_OF(forms); i++) {
        EscWhy why = {.text = ""};
        EscConfig *config = esc_config_new();
        config->has_virtual_clock = i == 1; /* which opens no secret that leads elsewhere */
        assert_status(
            esc_config_read(config, esc_text_from(forms[i]), "/etc/escal/escald.json", &why),
            ESC_OK);
        assert_status(esc_config_finish(config, &open_files, &why),
                      i < 2 ? ESC_BAD_CONFIG : ESC_OK);
        const EscBuf *told = i < 2 ? &config->faults : &config->warnings;
        assert_true(esc_text_contains(esc_buf_as_text(told),
                                      ESC_TEXT("is open to all users of the machine")));
        esc_config_free(config);
    }
}

/* {"…": OPEN item, item … CLOSE} with this many different items. */
static EscStatus read_many(const char *before, const char *item, unsigned count, const char *after,
                           EscWhy *why)
{
    EscConfig *config = esc_config_new();
    EscBuf json;
    esc_buf_init(&json, 1 << 20);
    esc_buf_string(&json, before);
    for (unsigned i = 0; i < count; i++) {
        esc_buf_string(&json, i == 0 ? "" : ",");
        esc_buf_printf(&json, item, i);
    }
    esc_buf_string(&json, after);
    assert_status(json.status, ESC_OK);
    EscStatus status =
        esc_config_read(config, esc_buf_as_text(&json), "/etc/escal/escald.json", why);
    esc_buf_release(&json);
    esc_config_free(config);
    return status;
}

static void takes_4096_items_of_a_list_or_map_and_no_more(void **state)
{
    (void)state;
    static const struct {
        const char *before, *item, *after, *fault;
    } rows[] = {
        {"{\"workspaces\":{\"a\":{\"allowed_addresses\":[", "\"h%u\"", "]}}}",
         "has too many items"},
        {"{\"workspaces\":{\"a\":{\"channels\":{", "\"c%u\":{\"type\":\"file\"}", "}}}}",
         "has too many members"},
        {"{\"workspaces\":{\"a\":{\"systems\":{\"s\":{\"headers\":{", "\"X-%u\":\"x\"", "}}}}}}",
         "has too many members"},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++) {
        EscWhy why = {.text = ""};
        assert_status(read_many(rows[i].before, rows[i].item, 4096, rows[i].after, &why), ESC_OK);
        assert_status(read_many(rows[i].before, rows[i].item, 4097, rows[i].after, &why),
                      ESC_BAD_CONFIG);
        assert_non_null(strstr(why.text, rows[i].fault));
    }
}

/* --- what needs several options --------------------------------------------------------------- */

static void wants_encryption_beyond_allowed_addresses(void **state)
{
    (void)state;
    assert_refused(
        ACME("\"channels\": {\"a\": {\"type\": \"chat\", \"url\": \"http://chat.example/x\"}}"),
        "is not encrypted");
    assert_refused(
        ACME("\"channels\": {\"a\": {\"type\": \"chat\", \"url\": \"ftp://chat.example/x\"}}"),
        "scheme");
    assert_refused(ACME("\"channels\": {\"a\": {\"type\": \"chat\", \"url\": "
                        "\"https://u:p-canary@chat.example/\"}}"),
                   "user name");
    assert_refused(ACME("\"mail\": {\"server\": \"smtp://m.example\", \"from\": \"a@b.example\", "
                        "\"tls\": \"opportunistic\"}"),
                   "is not encrypted");
    EscConfig *config = esc_config_new();
    assert_status(read_all(config,
                           ACME("\"channels\": {\"a\": {\"type\": \"chat\", \"url\": "
                                "\"http://10.1.2.3/x\"}}, \"allowed_addresses\": [\"10.0.0.0/8\"]"),
                           NULL),
                  ESC_OK);
    assert_status(
        read_all(config,
                 ACME("\"mail\": {\"server\": \"smtp://m.example\", \"from\": \"a@b.example\"}"),
                 NULL),
        ESC_OK);
    assert_status(
        read_all(config,
                 ACME("\"channels\": {\"a\": {\"type\": \"chat\", \"url\": "
                      "\"http://chat.local/x\"}}, \"allowed_addresses\": [\"chat.local\"]"),
                 NULL),
        ESC_OK);
    assert_status(read_all(config,
                           ACME("\"channels\": {\"a\": {\"type\": \"chat\", \"url\": "
                                "\"http://[fd00::1]/x\"}}, \"allowed_addresses\": [\"fd00::1\"]"),
                           NULL),
                  ESC_OK);
    assert_refused(ACME("\"channels\": {\"a\": {\"type\": \"chat\", \"url\": "
                        "\"http://[fd00::1]/x\"}}, \"allowed_addresses\": [\"fd00::\"]"),
                   "is not encrypted"); /* the next address */
    esc_config_free(config);
}

static void refuses_incomplete_endpoints(void **state)
{
    (void)state;
    assert_refused(ACME("\"channels\": {\"a\": {\"type\": \"chat\"}}"), "needs url or url_file");
    assert_refused(
        ACME("\"channels\": {\"a\": {\"type\": \"file\", \"url\": \"https://a.example\"}}"),
        "does not use");
    assert_refused(ACME("\"channels\": {\"a\": {\"type\": \"smtp\", \"to\": [\"a@b.example\"]}}"),
                   "mail.server");
    assert_refused(ACME("\"mail\": {\"server\": \"smtp://m.example\", \"from\": \"nobody\"}"),
                   "is no mail address");
#define MAILED "\"mail\": {\"server\": \"smtp://m.example\", \"from\": \"e@b.example\"}, "
    assert_refused(ACME(MAILED "\"channels\": {\"a\": {\"type\": \"smtp\"}}"), "it needs `to`");
    assert_refused(
        ACME(MAILED
             "\"channels\": {\"a\": {\"type\": \"smtp\", \"to\": [\"x\", \"a@b.example\"]}}"),
        "has a recipient that is no mail address");
    assert_refused(ACME("\"channels\": {\"a\": {\"type\": \"chat\", \"url\": "
                        "\"https://a.example\", \"url_file\": \"url\"}}"),
                   "has both url and url_file");
    assert_refused(ACME("\"channels\": {\"a\": {\"type\": \"chat\", \"url\": "
                        "\"https://a.example\", \"secret_file\": \"secret\"}}"),
                   "has a secret_file that its type does not use");
    assert_refused(ACME("\"channels\": {\"a\": {\"type\": \"file\", \"ca_file\": \"ca.pem\"}}"),
                   "has a ca_file that its type does not use");
    assert_refused(ACME("\"channels\": {\"a\": {\"type\": \"chat\", \"url\": "
                        "\"https://a.example\", \"ca_file\": \"secret\"}}"),
                   "holds no certificate");
    assert_refused(ACME("\"channels\": {\"a\": {\"type\": \"chat\", \"url\": "
                        "\"https://a.example\", \"ca_file\": \"none\"}}"),
                   "ca_file cannot be read");
    assert_refused(
        ACME(
            "\"systems\": {\"crm\": {\"base_url\": \"https://a.example\", \"ca_file\": \"none\"}}"),
        "systems.crm: its ca_file cannot be read");
    assert_refused(ACME("\"mail\": {\"server\": \"smtp://m.example\", \"from\": \"e@b.example\", "
                        "\"ca_file\": \"none\"}"),
                   "mail: its ca_file cannot be read");
    assert_refused(ACME("\"mail\": {\"server\": \"smtp://m.example\", \"from\": \"e@b.example\", "
                        "\"password_file\": \"blank\"}"),
                   "cannot be read or is empty");
    assert_refused(ACME("\"systems\": {\"crm\": {}}"), "systems.crm: is not a URL");
    assert_refused(ACME("\"systems\": {\"crm\": {\"base_url\": \"https://a.example\", "
                        "\"secret_file\": \"missing\"}}"),
                   "cannot be read");
    assert_refused(ACME("\"people\": {\"phone\": {\"type\": \"chat\"}}"),
                   "people.phone: needs url");
    assert_refused(ACME("\"people\": {\"chat\": {\"type\": \"smtp\"}}"), "people.chat");
    EscWhy why = {.text = ""};
    EscConfig *config = esc_config_new();
    assert_status(read_all(config,
                           ACME("\"channels\": {\"a\": {\"type\": \"chat\", \"url\": "
                                "\"https://a.example\", \"ca_file\": \"ca.pem\"}}"),
                           &why),
                  ESC_OK);
    assert_text_equal(config->workspaces.items[0].channels.items[0].ca_file, "/etc/escal/ca.pem");
    esc_config_free(config);
    assert_refused(ACME("\"channels\": {\"a\": {\"type\": \"webhook\", \"url\": "
                        "\"https://a.example\", \"secret_file\": \"missing\"}}"),
                   "cannot be read");
    assert_refused(ACME("\"channels\": {\"a\": {\"type\": \"webhook\", \"url\": "
                        "\"https://a.example\", \"secret_file\": \"two-lines\"}}"),
                   "more than one line");
}

#define CRM(auth) ACME("\"systems\": {\"crm\": {\"base_url\": \"https://a.example\", " auth "}}")
#define AUTH(inside) CRM("\"auth\": {" inside "}")
#define SECRET "\"secret_file\": \"secret\""

static void assert_auth(const char *json, EscAuthKind kind)
{
    EscWhy why = {.text = ""};
    EscConfig *config = esc_config_new();
    if (read_all(config, json, &why) != ESC_OK)
        fail_msg("%s", why.text);
    const EscAuthBinding *auth = &config->workspaces.items[0].systems.items[0].auth;
    assert_int_equal(auth->kind, kind);
    assert_text_equal(auth->secret, kind == ESC_AUTH_NONE ? "" : "s3cret-canary");
    esc_config_free(config);
}

static void a_system_is_signed_in_to_in_one_way(void **state)
{
    (void)state;
    assert_auth(CRM("\"timeout_ms\": 1"), ESC_AUTH_NONE);
    assert_auth(AUTH("\"type\": \"basic\", \"user\": \"u\", " SECRET), ESC_AUTH_BASIC);
    assert_auth(AUTH("\"type\": \"bearer\", " SECRET), ESC_AUTH_BEARER);
    assert_auth(AUTH("\"type\": \"api_key\", \"header\": \"X-Api-Key\", " SECRET),
                ESC_AUTH_API_KEY);
    assert_auth(AUTH("\"type\": \"api_key\", \"query\": \"key\", " SECRET), ESC_AUTH_API_KEY);
    assert_auth(
        AUTH("\"type\": \"oauth2\", \"token_url\": \"https://l.example/t\", \"client_id\": \"c\", "
             "\"scope\": \"s\", " SECRET),
        ESC_AUTH_OAUTH2);
    static const struct {
        const char *json, *why;
    } bad[] = {
        {AUTH(SECRET), "systems.auth.crm: has options, and no type"},
        {AUTH("\"type\": \"digest\""), "must be one of"},
        {AUTH("\"type\": \"basic\", " SECRET), "is basic: it needs user"},
        {AUTH("\"type\": \"basic\", \"user\": \"u\""), "is basic: it needs user"},
        {AUTH("\"type\": \"basic\", \"user\": \"u:v\", " SECRET), "a user with a colon"},
        {AUTH("\"type\": \"bearer\", \"user\": \"u\", " SECRET), "is bearer: it needs"},
        {AUTH("\"type\": \"bearer\", \"secret_file\": \"missing\""), "cannot be read"},
        {AUTH("\"type\": \"api_key\", " SECRET), "is api_key: it needs"},
        {AUTH("\"type\": \"api_key\", \"header\": \"a\", \"query\": \"b\", " SECRET),
         "is api_key: it needs"},
        {AUTH("\"type\": \"api_key\", \"header\": \"X: a\", " SECRET), "no name of one"},
        {AUTH("\"type\": \"oauth2\", \"client_id\": \"c\", " SECRET), "is oauth2: it needs"},
        {AUTH("\"type\": \"oauth2\", \"token_url\": \"http://l.example\", \"client_id\": "
              "\"c\", " SECRET),
         "systems.auth.token_url.crm: is not encrypted"},
        {CRM(SECRET ", \"auth\": {\"type\": \"bearer\", " SECRET "}"), "both auth and secret_file"},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(bad); i++)
        assert_refused(bad[i].json, bad[i].why);
}

#define IN(name) "\"inbound\": {\"" name "\": {\"type\": \"slack\", \"secret_file\": \"secret\"}}"
#define BOT "\"type\": \"slack\", \"secret_file\": \"secret\""

/* What tells of the daemon itself is judged as the endpoints of workspaces are. */
static void refuses_incomplete_alarms(void **state)
{
    (void)state;
    assert_refused("{\"heartbeat\": {\"url\": \"http://a.example/canary\"}}",
                   "heartbeat.url: is not encrypted");
    assert_refused("{\"heartbeat\": {\"url\": \"https://a.example\", \"url_file\": \"url\"}}",
                   "heartbeat.url: has both url and url_file");
    assert_refused("{\"heartbeat\": {\"fail_url\": \"https://a.example\"}}",
                   "heartbeat: has a fail_url, and needs url or url_file");
    assert_refused("{\"heartbeat\": {\"every_s\": 0}}",
                   "heartbeat.every_s: must be from 1 to 86400");
    assert_refused("{\"alarms\": {\"to\": {\"url\": \"https://a.example\"}}}",
                   "alarms.to: needs a type");
    assert_refused("{\"alarms\": {\"to\": {\"type\": \"file\"}}}",
                   "alarms.to.type: must be one of");
    assert_refused("{\"alarms\": {\"to\": {\"type\": \"smtp\", \"to\": [\"a@b.example\"]}}}",
                   "alarms.to: is mail");
    assert_refused("{\"late_s\": 0}", "late_s: must be from 1 to 86400");
}

static void takes_who_hears_of_the_daemon(void **state)
{
    (void)state;
    EscWhy why = {.text = ""};
    EscConfig *config = esc_config_new();
    assert_status(read_all(config,
                           "{\"heartbeat\": {\"url\": \"https://a.example/1\", \"fail_url\": "
                           "\"https://a.example/2\"}, \"alarms\": {\"workspace\": \"ops\", \"to\": "
                           "{\"type\": \"webhook\", \"url\": \"https://a.example/3\"}}}",
                           &why),
                  ESC_OK);
    assert_int_equal(config->heartbeat.site.channels.count, 2);
    assert_text_equal(config->heartbeat.site.channels.items[1].url, "https://a.example/2");
    assert_int_equal(config->heartbeat.every_s, 60);
    assert_int_equal(config->alarms.site.channels.count, 1);
    assert_text_equal(config->alarms.site.channels.items[0].name, "to");
    assert_int_equal(config->alarms.site.channels.items[0].kind, ESC_ENDPOINT_WEBHOOK);
    esc_config_free(config);
    config = esc_config_new(); /* nobody hears of it where nobody says so */
    assert_status(read_all(config, "{}", &why), ESC_OK);
    assert_int_equal(config->heartbeat.site.channels.count + config->alarms.site.channels.count, 0);
    esc_config_free(config);
}

static void refuses_incomplete_bots(void **state)
{
    (void)state;
    assert_refused(ACME("\"inbound\": {\"in\": {\"secret_file\": \"secret\"}}"), "needs a type");
    assert_refused(ACME("\"inbound\": {\"in\": {\"type\": \"slack\"}}"),
                   "inbound.in: needs a secret_file: nothing comes in");
    assert_refused(ACME("\"inbound\": {\"in\": {\"type\": \"irc\", \"secret_file\": \"secret\"}}"),
                   "must be one of");
    assert_refused(ACME(IN("a/b")), "must be a name of letters");
    assert_refused(ACME(IN("a b")), "must be a name of letters");
    assert_refused(ACME(IN("")), "");
    assert_refused("{\"workspaces\": {\"a\": {" IN("x") "}, \"b\": {" IN("x") "}}}",
                   "workspaces.b.inbound.x: is a name that another workspace has too");
    assert_refused("{\"public_url\": \"escal.example\"}", "public_url: must begin with https://");
    assert_refused(ACME("\"channels\": {\"a\": {\"type\": \"slack\", \"to\": [\"C1\"]}}"),
                   "needs a secret_file");
    assert_refused(ACME("\"channels\": {\"a\": {" BOT "}}"), "posts to one place");
    assert_refused(ACME("\"channels\": {\"a\": {" BOT ", \"to\": [\"C1\", \"C2\"]}}"),
                   "posts to one place");
    assert_refused(ACME("\"channels\": {\"a\": {" BOT ", \"to\": [\"C1\"], \"answers\": \"in\"}}"),
                   "must name an inbound binding");
    assert_refused(ACME(IN("in") ", \"channels\": {\"a\": {\"type\": \"mattermost\", \"url\": "
                                 "\"https://m.example\", \"secret_file\": \"secret\", \"to\": "
                                 "[\"t/c\"], \"answers\": \"in\"}}"),
                   "of the same type");
    assert_refused(
        ACME("\"inbound\": {\"in\": {\"type\": \"mattermost\", \"secret_file\": \"secret\"}}, "
             "\"people\": {\"chat\": {\"type\": \"mattermost\", \"url\": \"https://m.example\", "
             "\"secret_file\": \"secret\", \"answers\": \"in\"}}"),
        "public_url must say where that is");
    assert_refused(ACME("\"channels\": {\"a\": {\"type\": \"mattermost\", \"secret_file\": "
                        "\"secret\", \"to\": [\"t/c\"]}}"),
                   "needs url or url_file");
    assert_refused(ACME("\"people\": {\"chat\": {\"type\": \"discord\", \"url\": "
                        "\"https://d.example\"}}"),
                   "people.chat");
    assert_refused(ACME("\"people\": {\"chat\": {\"type\": \"chat\", \"url\": "
                        "\"https://hooks.slack.com/services/T/B/canary\"}}"),
                   "cannot choose whom it writes to");
    assert_refused(ACME("\"channels\": {\"a\": {\"type\": \"chat\", \"url\": "
                        "\"https://a.example\", \"answers\": \"in\"}}"),
                   "answers");
}

static void a_binding_is_found_by_its_name(void **state)
{
    (void)state;
    EscWhy why = {.text = ""};
    EscConfig *config = esc_config_new();
    const EscWorkspaceConfig *workspace = NULL;
    assert_status(read_all(config,
                           "{\"public_url\": \"https://e.example//\", \"workspaces\": {\"a\": {" IN(
                               "x") "}, \"b\": {" IN("y") "}}}",
                           &why),
                  ESC_OK);
    assert_non_null(esc_config_inbound(config, ESC_TEXT("y"), &workspace));
    assert_text_equal(workspace->name, "b");
    assert_text_equal(workspace->public_url, "https://e.example");
    assert_null(esc_config_inbound(config, ESC_TEXT("z"), &workspace));
    assert_null(esc_config_inbound(config, (EscText){"", 0}, &workspace));
    esc_config_free(config);
}

static void takes_urls_of_2048_bytes(void **state)
{
    (void)state;
    for (int size = 2047; size <= 2049; size++) {
        EscWhy why = {.text = ""};
        EscConfig *config = esc_config_new();
        static char path[3000], json[4000];
        memset(path, 'p', sizeof(path));
        (void)snprintf(
            json, sizeof(json),
            ACME(
                "\"channels\": {\"a\": {\"type\": \"chat\", \"url\": \"https://a.example/%.*s\"}}"),
            size - (int)strlen("https://a.example/"), path);
        assert_status(read_all(config, json, &why), size <= 2048 ? ESC_OK : ESC_BAD_CONFIG);
        esc_config_free(config);
    }
}

/* A name of 64 bytes, and a host of parts of 63, with the last one as long as the whole wants. */
static void write_long_address(char *json, size_t size, int last_part)
{
    char name[65];
    memset(name, 'a', sizeof(name));
    (void)snprintf(json, size,
                   ACME("\"mail\": {\"server\": \"smtp://m.example\", \"from\": "
                        "\"%.64s@%.63s.%.63s.%.*s\"}"),
                   name, name, name, last_part, name);
}

static void takes_mail_addresses_of_254_bytes(void **state)
{
    (void)state;
    char json[512];
    EscConfig *config = esc_config_new();
    write_long_address(json, sizeof(json), 254 - 65 - 128);
    assert_status(read_all(config, json, NULL), ESC_OK);
    esc_config_free(config);
    write_long_address(json, sizeof(json), 255 - 65 - 128);
    assert_refused(json, "is no mail address");
    assert_refused(ACME("\"mail\": {\"server\": \"smtp://m.example\", \"from\": \"@b.example\"}"),
                   "is no mail address");
    assert_refused(ACME("\"mail\": {\"server\": \"smtp://m.example\", \"from\": \"a@\"}"),
                   "is no mail address");
    assert_refused(
        ACME("\"mail\": {\"server\": \"smtp://m.example\", \"from\": \"a b@c.example\"}"),
        "is no mail address");
}

static void help_lists_every_option(void **state)
{
    (void)state;
    EscBuf out;
    esc_buf_init(&out, 65536);
    esc_config_help(&out);
    esc_buf_char(&out, '\0');
    for (size_t g = 0; g < esc_config_groups_count; g++)
        for (size_t i = 0; i < esc_config_groups[g].options_count; i++) {
            char row[80];
            (void)snprintf(row, sizeof(row), "  %s: ", esc_config_groups[g].options[i].name);
            assert_true(esc_text_contains(esc_buf_as_text(&out), esc_text_from(row)));
        }
    static const char *const rows[] = {
        "  listen: text, default \"127.0.0.1:8080\"\n      ",
        "  unbound: stop|file|refuse\n      what becomes of a channel",
        "escald.json\n  listen: ",
        "  queue_max: 1 to 1000000, default ",
        "  allowed_addresses: list of texts, default []\n      ",
        "  headers: object of texts, default {}\n      ",
        "  workspaces: object by name, see below\n      ",
        "  people: object, see below\n      ",
    };
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++)
        if (!esc_text_contains(esc_buf_as_text(&out), esc_text_from(rows[i])))
            fail_msg("there is no \"%s\"", rows[i]);
    for (size_t g = 1; g < esc_config_groups_count; g++) {
        char title[200];
        (void)snprintf(title, sizeof(title), "\n\n%s\n  ", esc_config_groups[g].title);
        assert_true(esc_text_contains(esc_buf_as_text(&out), esc_text_from(title)));
    }
    assert_false(esc_text_contains(esc_buf_as_text(&out), ESC_TEXT("\"list of texts")));
    for (const char *at = strstr((const char *)out.data, ", default "); at != NULL;
         at = strstr(at + 1, ", default ")) { /* one default a row */
        const char *next = strstr(at + 1, ", default "), *end = strchr(at, '\n');
        assert_true(next == NULL || (end != NULL && next > end));
    }
    esc_buf_release(&out);
}

/* --- addresses -------------------------------------------------------------------------------- */

static void make_address(const char *text, struct sockaddr_storage *address)
{
    memset(address, 0, sizeof(*address));
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
        memcpy(address, &v4, sizeof(v4));
    else if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1)
        memcpy(address, &v6, sizeof(v6));
    else
        fail_msg("%s is no address", text);
}

static bool is_public(const char *text)
{
    struct sockaddr_storage address;
    uint8_t bytes[16];
    make_address(text, &address);
    assert_true(esc_address_bytes((const struct sockaddr *)&address, bytes));
    return esc_address_is_public(bytes);
}

static void knows_public_addresses(void **state)
{
    (void)state;
    static const char *const is[] = {"8.8.8.8",         "1.1.1.1",        "172.15.255.255",
                                     "172.32.0.0",      "100.63.255.255", "100.128.0.0",
                                     "2606:4700::1111", "2a00::1"};
    static const char *const is_not[] = {
        "127.0.0.1",
        "127.255.255.255",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "198.51.100.7",
        "203.0.113.9",
        "198.18.0.1",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "fd12::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:db8::1",
        "2001::1",
        "::7f00:1",
    };
    for (size_t i = 0; i < ESC_COUNT_OF(is); i++)
        if (!is_public(is[i]))
            fail_msg("%s is public", is[i]);
    for (size_t i = 0; i < ESC_COUNT_OF(is_not); i++)
        if (is_public(is_not[i]))
            fail_msg("%s is not public", is_not[i]);
}

static void allows_what_the_configuration_names(void **state)
{
    (void)state;
    EscText entries[] = {ESC_TEXT("10.1.0.0/16"), ESC_TEXT("::1"), ESC_TEXT("hooks.local"),
                         ESC_TEXT("10.9.8.7"), ESC_TEXT("fd00:0:0:1::/121")};
    EscWorkspaceConfig config = {.allowed_addresses = {entries, ESC_COUNT_OF(entries)}};
    static const struct {
        const char *host, *address;
        bool is_allowed;
    } rows[] = {
        {"a.example", "10.1.2.3", true},
        {"a.example", "10.2.2.3", false},
        {"a.example", "::1", true},
        {"a.example", "127.0.0.1", false},
        {"hooks.local", "127.0.0.1", true},
        {"hooks.local.evil.example", "127.0.0.1", false},
        {"a.example", "8.8.8.8", true},
        {"a.example", "::ffff:10.1.2.3", true},
        {"a.example", "10.9.8.7", true},
        {"a.example", "10.9.8.6", false},
        {"a.example", "10.9.8.0", false},
        {"a.example", "fd00:0:0:1::7f", true},
        {"a.example", "fd00:0:0:1::80", false},
        {"a.example", "fd00:0:0:1:8000::", false},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++) {
        struct sockaddr_storage address;
        make_address(rows[i].address, &address);
        if (esc_address_is_allowed(&config, esc_text_from(rows[i].host),
                                   (const struct sockaddr *)&address) != rows[i].is_allowed)
            fail_msg("%s at %s", rows[i].host, rows[i].address);
    }
    struct sockaddr local = {.sa_family = AF_UNIX};
    assert_false(esc_address_is_allowed(&config, ESC_TEXT("hooks.local"), &local));
}

static void reads_ranges(void **state)
{
    (void)state;
    static const char *const bad[] = {"",           "10.0.0.0/33", "10.0.0.0/",    "10.0.0.0/x",
                                      "10.0.0",     "::1/129",     "host.example", "0x7f.1",
                                      "2130706433", "10.0.0.0/-1"};
    AddressRange range;
    for (size_t i = 0; i < ESC_COUNT_OF(bad); i++)
        if (esc_address_range_read(esc_text_from(bad[i]), &range))
            fail_msg("%s is no range", bad[i]);
    assert_true(esc_address_range_read(ESC_TEXT("10.0.0.0/32"), &range));
    assert_int_equal(range.bits, 128);
    assert_true(esc_address_range_read(ESC_TEXT("::/0"), &range));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_the_defaults_of_the_table),
        cmocka_unit_test(reads_every_kind_of_option),
        cmocka_unit_test(secrets_are_wiped),
        cmocka_unit_test(without_memory_there_is_none),
        cmocka_unit_test(faults_and_warnings_have_their_room),
        cmocka_unit_test(a_preset_forgets_what_was_there),
        cmocka_unit_test(relative_names_are_relative_to_their_file),
        cmocka_unit_test(a_library_lies_in_a_folder),
        cmocka_unit_test(takes_names_of_headers_of_128_bytes),
        cmocka_unit_test(a_system_is_signed_in_to_in_one_way),
        cmocka_unit_test(takes_urls_of_2048_bytes),
        cmocka_unit_test(names_the_nearest_option),
        cmocka_unit_test(refuses_what_is_no_strict_json),
        cmocka_unit_test(refuses_wrong_types_and_ranges),
        cmocka_unit_test(takes_numbers_at_the_ends_of_their_range),
        cmocka_unit_test(a_folder_binds_what_the_operator_lets_it),
        cmocka_unit_test(a_folder_binds_nothing_else),
        cmocka_unit_test(mail_comes_in_on_this_machine_only),
        cmocka_unit_test(an_inbox_is_of_one_workspace),
        cmocka_unit_test(one_reading_finds_all_faults),
        cmocka_unit_test(a_secret_is_for_its_owner),
        cmocka_unit_test(a_rehearsal_wants_no_bindings),
        cmocka_unit_test(each_workspace_may_say_what_becomes_of_the_unbound),
        cmocka_unit_test(takes_4096_items_of_a_list_or_map_and_no_more),
        cmocka_unit_test(wants_encryption_beyond_allowed_addresses),
        cmocka_unit_test(refuses_incomplete_endpoints),
        cmocka_unit_test(refuses_incomplete_alarms),
        cmocka_unit_test(takes_who_hears_of_the_daemon),
        cmocka_unit_test(refuses_incomplete_bots),
        cmocka_unit_test(a_binding_is_found_by_its_name),
        cmocka_unit_test(secrets_of_bots_are_wiped),
        cmocka_unit_test(takes_mail_addresses_of_254_bytes),
        cmocka_unit_test(help_lists_every_option),
        cmocka_unit_test(knows_public_addresses),
        cmocka_unit_test(allows_what_the_configuration_names),
        cmocka_unit_test(reads_ranges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
