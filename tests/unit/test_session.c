/* test_session.c - sessions by themselves: secrets, time, what somebody may do where, the file, links and codes. */
#include <stdio.h>
#include <stdlib.h>

#include <esc/compiler.h>

#include "support/test.h"

#include "session_internal.h"

/* --- a world that a test turns ------------------------------------------------------------------ */

typedef struct World {
    EscSessions *sessions;
    EscConfig *config;
    EscClock clock;
    EscRandom random;
    EscFiles files;
    EscBuf file; /* of the sessions */
    EscBuf bundle_bytes;
    EscBundle *bundle;
    EscArena *arena;
    int64_t now_ms;
    uint64_t drawn;
    bool is_disk_full;
    char told[100];
} World;

static int64_t now(void *context)
{
    return ((World *)context)->now_ms;
}

static void draw(void *context, void *bytes, size_t size)
{
    World *world = context;
    for (size_t i = 0; i < size; i++) {
        world->drawn = world->drawn * UINT64_C(6364136223846793005) + 1442695040888963407u;
        ((uint8_t *)bytes)[i] = (uint8_t)(world->drawn >> 56);
    }
}

static EscStatus read_file(void *context, const char *path, EscBuf *out)
{
    const World *world = context;
    assert_string_equal(path, "sessions");
    esc_buf_append(out, world->file.data, world->file.size);
    return world->file.size == 0 ? ESC_NOT_FOUND : ESC_OK;
}

static EscStatus replace_file(void *context, const char *path, EscBytes bytes)
{
    World *world = context;
    assert_string_equal(path, "sessions");
    if (world->is_disk_full)
        return ESC_IO_FAILED;
    esc_buf_clear(&world->file);
    esc_buf_append(&world->file, bytes.data, bytes.size);
    return ESC_OK;
}

static const EscProgram *program_of(void *context, EscText client)
{
    const World *world = context;
    return esc_text_equal(client, ESC_TEXT("acme")) ? esc_bundle_program(world->bundle) : NULL;
}

static void hear(void *context, const char *level, const char *event, EscText text)
{
    World *world = context;
    (void)level;
    (void)text;
    (void)snprintf(world->told, sizeof world->told, "%s", event);
}

static void begin(World *world)
{
    EscSessionsSetup setup = {.config = world->config,
                              .clock = &world->clock,
                              .random = &world->random,
                              .files = &world->files,
                              .path = "sessions",
                              .program = program_of,
                              .program_context = world,
                              .log = hear,
                              .log_context = world};
    assert_status(esc_sessions_new(&setup, &world->sessions, NULL), ESC_OK);
}

static void restart(World *world)
{
    esc_sessions_free(world->sessions);
    begin(world);
}

static const char source[] =
    "workspace acme \"Acme Support\" { language 1  timezone \"Europe/Berlin\" }\n"
    "person ana \"Ana Ruiz\" { email \"ana@acme.example\"  timezone \"UTC\" }\n"
    "person ben \"Ben\" { phone \"+49305550101\"  chat \"@ben\" }\n"
    "person cleo \"Cleo\" { phone \"+49305550102\" }\n"
    "policy own { last resort ana }\n";

static void compile(World *world)
{
    EscWhy why = {.text = ""};
    EscWorkspace *workspace = esc_workspace_new();
    assert_non_null(workspace);
    esc_buf_init(&world->bundle_bytes, ESC_BUNDLE_BYTES_MAX);
    assert_status(esc_workspace_add(workspace, ESC_TEXT("test.esc"), esc_text_from(source), false),
                  ESC_OK);
    assert_status(esc_workspace_check(workspace), ESC_OK);
    assert_status(esc_workspace_build(workspace, &world->bundle_bytes, &why), ESC_OK);
    esc_workspace_free(workspace);
    assert_status(esc_bundle_load(esc_buf_as_bytes(&world->bundle_bytes), &world->bundle, &why),
                  ESC_OK);
}

static const char configuration[] =
    "{\"sessions\": {\"idle_s\": 3600, \"lifetime_s\": 7200},"
    " \"operators\": {\"ops@agency.example\": {\"subject\": \"s-1\", \"clients\": {"
    "\"acme\": {\"person\": \"ben\", \"scopes\": [\"read\", \"audit\"]},"
    "\"gone\": {\"scopes\": [\"read\"]}}},"
    " \"lee@agency.example\": {\"title\": \"Lee\", \"clients\": {"
    "\"acme\": {\"scopes\": [\"read\"]}}}}}";

static int setup(void **state)
{
    World *world = calloc(1, sizeof *world);
    EscWhy why = {.text = ""};
    assert_non_null(world);
    world->now_ms = INT64_C(1767603600000);
    world->clock = (EscClock){.context = world, .wall_ms = now};
    world->random = (EscRandom){.context = world, .fill = draw};
    world->files = (EscFiles){.context = world, .read = read_file, .replace = replace_file};
    world->config = esc_config_new();
    world->arena = esc_arena_new((size_t)1 << 20);
    esc_buf_init(&world->file, (size_t)1 << 24);
    assert_non_null(world->config);
    assert_status(esc_config_read(world->config, esc_text_from(configuration), "escald.json", &why),
                  ESC_OK);
    assert_status(esc_config_finish(world->config, &world->files, &why), ESC_OK);
    compile(world);
    begin(world);
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    World *world = *state;
    esc_sessions_free(world->sessions);
    esc_bundle_free(world->bundle);
    esc_buf_release(&world->bundle_bytes);
    esc_buf_release(&world->file);
    esc_arena_free(world->arena);
    esc_config_free(world->config);
    free(world);
    return 0;
}

static const EscIdentity ops = {.mail = {"ops@agency.example", 18}};
static const EscIdentity ana = {
    .client = {"acme", 4}, .person = {"ana", 3}, .mail = {"ana@acme.example", 16}};

static const EscSession *find(World *world, const char *secret)
{
    return esc_session_find(world->sessions, esc_text_from(secret), false);
}

/* --- secrets ------------------------------------------------------------------------------------ */

static void a_secret_is_known_and_no_other(void **state)
{
    World *world = *state;
    char secret[ESC_SESSION_SECRET_SIZE + 1], wrong[ESC_SESSION_SECRET_SIZE + 1];
    const EscSession *session =
        esc_session_begin(world->sessions, &ops, ESC_TEXT("Firefox"), false, secret);
    assert_non_null(session);
    uint64_t id = session->id;
    assert_int_equal(strlen(secret), ESC_SESSION_SECRET_SIZE);
    assert_int_equal(find(world, secret)->id, id);
    assert_text_equal(find(world, secret)->agent, "Firefox");
    assert_null(esc_session_find(world->sessions, esc_text_from(secret), true));
    for (size_t i = 0; i < ESC_SESSION_SECRET_SIZE; i++) {
        memcpy(wrong, secret, sizeof wrong);
        wrong[i] = wrong[i] == '0' ? '1' : '0';
        assert_null(find(world, wrong));
    }
    assert_null(find(world, ""));
    assert_null(find(world, "ess_"));
    assert_null(
        esc_session_find(world->sessions, (EscText){secret, ESC_SESSION_SECRET_SIZE - 1}, false));
    /* of another one's number */
    char other[ESC_SESSION_SECRET_SIZE + 1];
    assert_non_null(esc_session_begin(world->sessions, &ops, ESC_TEXT(""), false, other));
    memcpy(other + 4, secret + 4, 16);
    assert_null(find(world, other));
}

static void words_are_of_a_secret(void **state)
{
    (void)state;
    char one[ESC_SESSION_CSRF_SIZE + 1], same[ESC_SESSION_CSRF_SIZE + 1],
        other[ESC_SESSION_CSRF_SIZE + 1];
    esc_session_csrf(ESC_TEXT("a"), one);
    esc_session_csrf(ESC_TEXT("a"), same);
    esc_session_csrf(ESC_TEXT("b"), other);
    assert_string_equal(one, same);
    assert_string_not_equal(one, other);
    assert_int_equal(strlen(one), ESC_SESSION_CSRF_SIZE);
}

/* --- time --------------------------------------------------------------------------------------- */

static void idle_and_old_ones_are_over(void **state)
{
    World *world = *state;
    char secret[ESC_SESSION_SECRET_SIZE + 1];
    assert_non_null(esc_session_begin(world->sessions, &ops, ESC_TEXT(""), false, secret));
    int64_t began_ms = world->now_ms;
    world->now_ms += 3599999;
    assert_non_null(find(world, secret)); /* and it is used again */
    world->now_ms += 3599999;
    assert_int_equal(esc_session_ends_ms(world->sessions, find(world, secret)), began_ms + 7200000);
    world->now_ms = began_ms + 7200000;
    assert_null(find(world, secret));
    assert_int_equal(world->sessions->count, 0);
    assert_non_null(esc_session_begin(world->sessions, &ops, ESC_TEXT(""), false, secret));
    world->now_ms += 3600000;
    assert_null(find(world, secret));
}

/* A clock that was a year ahead leaves no session that lasts a year. */
static void a_clock_that_goes_back_gives_nothing(void **state)
{
    World *world = *state;
    char secret[ESC_SESSION_SECRET_SIZE + 1];
    world->now_ms += 365 * ESC_DAY_MS;
    assert_non_null(esc_session_begin(world->sessions, &ops, ESC_TEXT(""), false, secret));
    world->now_ms -= 365 * ESC_DAY_MS;
    assert_int_equal(esc_session_ends_ms(world->sessions, find(world, secret)),
                     world->now_ms + 3600000);
}

static void a_person_has_so_many(void **state)
{
    World *world = *state;
    char first[ESC_SESSION_SECRET_SIZE + 1], second[ESC_SESSION_SECRET_SIZE + 1],
        secret[ESC_SESSION_SECRET_SIZE + 1];
    assert_non_null(esc_session_begin(world->sessions, &ana, ESC_TEXT(""), false, first));
    assert_non_null(esc_session_begin(world->sessions, &ana, ESC_TEXT(""), false, second));
    world->now_ms += 600000;
    assert_non_null(find(world, first)); /* used last */
    for (int i = 0; i < ESC_SESSIONS_PER_PERSON_MAX - 1; i++)
        assert_non_null(esc_session_begin(world->sessions, &ana, ESC_TEXT(""), false, secret));
    assert_non_null(find(world, first));
    assert_null(find(world, second));
    assert_int_equal(world->sessions->count, ESC_SESSIONS_PER_PERSON_MAX);
    assert_non_null(esc_session_begin(world->sessions, &ops, ESC_TEXT(""), false, secret));
    assert_int_equal(esc_session_end(world->sessions, &ana, 0), ESC_SESSIONS_PER_PERSON_MAX);
    assert_non_null(find(world, secret)); /* another's stays */
    assert_int_equal(esc_session_end(world->sessions, &ana, find(world, secret)->id), 0);
}

/* --- what they may do --------------------------------------------------------------------------- */

static void assert_access(const EscAccess *access, const char *principal, uint32_t scopes)
{
    assert_text_equal(access->client, "acme");
    assert_text_equal(access->title, "Acme Support");
    assert_text_equal(access->principal, principal);
    assert_int_equal(access->scopes, scopes);
}

static void operators_have_what_the_configuration_says(void **state)
{
    World *world = *state;
    EscAccesses found;
    esc_accesses_find(world->sessions, &ops, world->arena, &found);
    assert_int_equal(found.count, 1); /* "gone" is not served */
    assert_access(&found.items[0], "ben", ESC_SCOPE_BIT_READ | ESC_SCOPE_BIT_AUDIT);
    assert_text_equal(found.principal, "ops@agency.example");
    assert_text_equal(found.title, "Ben");
    assert_text_equal(found.time_zone, "Europe/Berlin");
    EscIdentity who = {.subject = ESC_TEXT("s-1"), .mail = ESC_TEXT("another@x.example")};
    esc_accesses_find(world->sessions, &who, world->arena, &found);
    assert_int_equal(found.count, 1); /* by the subject, whatever the address is now */
    who = (EscIdentity){.subject = ESC_TEXT("s-2"), .mail = ESC_TEXT("ops@agency.example")};
    esc_accesses_find(world->sessions, &who, world->arena, &found);
    assert_int_equal(found.count, 0); /* the address has another owner at the provider */
    who = (EscIdentity){.subject = ESC_TEXT("s-3"), .mail = ESC_TEXT("Lee@Agency.example")};
    esc_accesses_find(world->sessions, &who, world->arena, &found);
    assert_int_equal(found.count, 1);
    assert_access(&found.items[0], "lee@agency.example", ESC_SCOPE_BIT_READ);
    assert_false(found.items[0].is_person);
    assert_text_equal(found.title, "Lee");
}

static void people_have_their_own_client(void **state)
{
    World *world = *state;
    EscAccesses found;
    uint32_t both = ESC_SCOPE_BIT_READ | ESC_SCOPE_BIT_ACT;
    esc_accesses_find(world->sessions, &ana, world->arena, &found);
    assert_int_equal(found.count, 1);
    assert_access(&found.items[0], "ana", both);
    assert_text_equal(found.title, "Ana Ruiz");
    assert_text_equal(found.time_zone, "UTC");
    EscIdentity ben = {.client = ESC_TEXT("acme"), .person = ESC_TEXT("ben")};
    esc_accesses_find(world->sessions, &ben, world->arena, &found);
    assert_access(&found.items[0], "ben", both);
    assert_text_equal(found.principal, "ben@acme");
    static const EscIdentity nobodies[] = {
        {.client = {"acme", 4}, .person = {"ana", 3}, .mail = {"old@acme.example", 16}},
        {.client = {"acme", 4}, .person = {"ana", 3}}, /* the way leads to an address now */
        {.client = {"acme", 4}, .person = {"ben", 3}, .mail = {"ben@acme.example", 16}},
        {.client = {"acme", 4}, .person = {"cleo", 4}}, /* a telephone shows no link */
        {.client = {"acme", 4}, .person = {"zoe", 3}},
        {.client = {"gone", 4}, .person = {"ana", 3}, .mail = {"ana@acme.example", 16}},
        {.mail = {"ana@acme.example", 16}},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(nobodies); i++) {
        esc_accesses_find(world->sessions, &nobodies[i], world->arena, &found);
        assert_int_equal(found.count, 0);
    }
    world->config->sessions.people = ESC_TEXT("read");
    esc_accesses_find(world->sessions, &ana, world->arena, &found);
    assert_access(&found.items[0], "ana", ESC_SCOPE_BIT_READ);
    world->config->sessions.people = ESC_TEXT("none");
    esc_accesses_find(world->sessions, &ana, world->arena, &found);
    assert_int_equal(found.count, 0);
}

/* --- the file ----------------------------------------------------------------------------------- */

static void a_restart_keeps_everything(void **state)
{
    World *world = *state;
    bool has_failed = true;
    char secret[ESC_SESSION_SECRET_SIZE + 1], program[ESC_SESSION_SECRET_SIZE + 1],
        nonce[ESC_NONCE_SIZE + 1], token[ESC_ASK_TOKEN_SIZE + 1];
    EscIdentity who = ops, asked;
    who.title = ESC_TEXT("Zoë \"Z\" \n");
    assert_non_null(esc_session_begin(world->sessions, &who, ESC_TEXT("a\xff"), false, secret));
    assert_non_null(esc_session_begin(world->sessions, &ana, ESC_TEXT("escalctl"), true, program));
    uint64_t ask = esc_ask_begin(world->sessions, ana.client, ana.person, ana.mail, nonce);
    uint64_t number = esc_sessions_keep(world->sessions);
    assert_true(esc_sessions_written(world->sessions, &has_failed) >= number);
    assert_false(has_failed);
    esc_buf_char(&world->file, '\0');
    assert_null(strstr((const char *)world->file.data, secret + 21)); /* nobody reads it there */
    assert_null(strstr((const char *)world->file.data, nonce));
    world->file.size--;
    restart(world);
    assert_text_equal(find(world, secret)->who.title, "Zoë \"Z\" \n");
    assert_text_equal(find(world, secret)->agent, "a");
    assert_non_null(esc_session_find(world->sessions, esc_text_from(program), true));
    esc_ask_token(esc_sessions_key(world->sessions), ask, token);
    assert_int_equal(esc_ask_look(world->sessions, esc_text_from(token), esc_text_from(nonce),
                                  world->arena, &asked),
                     ESC_ASK_IS_OPEN);
    assert_text_equal(asked.mail, "ana@acme.example");
    assert_string_equal(world->told, "");
}

static void a_disk_that_takes_nothing_is_told(void **state)
{
    World *world = *state;
    bool has_failed = false;
    char secret[ESC_SESSION_SECRET_SIZE + 1];
    world->is_disk_full = true;
    assert_non_null(esc_session_begin(world->sessions, &ops, ESC_TEXT(""), false, secret));
    uint64_t number = esc_sessions_keep(world->sessions);
    assert_true(esc_sessions_written(world->sessions, &has_failed) < number);
    assert_true(has_failed);
    assert_string_equal(world->told, "sessions_not_kept");
    world->is_disk_full = false;
    assert_int_equal(esc_session_end(world->sessions, &ops, 0), 1);
    number = esc_sessions_keep(world->sessions);
    assert_true(esc_sessions_written(world->sessions, &has_failed) >= number);
    assert_false(has_failed);
}

/* Cut at each byte: what is whole is read, and nothing falls over. */
static void a_cut_file_is_read_as_far_as_it_goes(void **state)
{
    World *world = *state;
    char secret[ESC_SESSION_SECRET_SIZE + 1];
    assert_non_null(esc_session_begin(world->sessions, &ops, ESC_TEXT(""), false, secret));
    (void)esc_sessions_keep(world->sessions);
    EscBuf whole = world->file;
    esc_buf_init(&world->file, (size_t)1 << 24);
    for (size_t size = 1; size <= whole.size; size++) {
        esc_sessions_free(world->sessions);
        esc_buf_clear(&world->file);
        esc_buf_append(&world->file, whole.data, size);
        begin(world);
        assert_int_equal(find(world, secret) != NULL, size + 1 >= whole.size);
    }
    esc_buf_release(&whole);
}

/* --- links and codes ---------------------------------------------------------------------------- */

static EscAskState look(World *world, const char *token, const char *nonce)
{
    EscIdentity who;
    return esc_ask_look(world->sessions, esc_text_from(token), esc_text_from(nonce), world->arena,
                        &who);
}

static void a_link_counts_once_in_one_browser_for_ten_minutes(void **state)
{
    World *world = *state;
    char nonce[ESC_NONCE_SIZE + 1], other[ESC_NONCE_SIZE + 1], token[ESC_ASK_TOKEN_SIZE + 1];
    uint64_t ask = esc_ask_begin(world->sessions, ana.client, ana.person, ana.mail, nonce);
    assert_true(ask != 0);
    esc_ask_token(esc_sessions_key(world->sessions), ask, token);
    assert_int_equal(look(world, token, nonce), ESC_ASK_IS_OPEN);
    assert_int_equal(look(world, token, ""), ESC_ASK_IS_ANOTHERS);
    assert_true(esc_ask_begin(world->sessions, ana.client, ana.person, ana.mail, other) != 0);
    assert_int_equal(look(world, token, other), ESC_ASK_IS_ANOTHERS);
    for (size_t i = 0; i < ESC_ASK_TOKEN_SIZE; i++) {
        char wrong[ESC_ASK_TOKEN_SIZE + 1];
        memcpy(wrong, token, sizeof wrong);
        wrong[i] = wrong[i] == '0' ? '1' : '0';
        assert_int_equal(look(world, wrong, nonce), ESC_ASK_IS_OVER);
    }
    assert_int_equal(look(world, "", nonce), ESC_ASK_IS_OVER);
    world->now_ms += ESC_ASK_LIFETIME_MS - 1;
    assert_int_equal(look(world, token, nonce), ESC_ASK_IS_OPEN);
    esc_ask_end(world->sessions, esc_text_from(token));
    assert_int_equal(look(world, token, nonce), ESC_ASK_IS_OVER);
    ask = esc_ask_begin(world->sessions, ana.client, ana.person, ana.mail, nonce);
    esc_ask_token(esc_sessions_key(world->sessions), ask, token);
    world->now_ms += ESC_ASK_LIFETIME_MS;
    assert_int_equal(look(world, token, nonce), ESC_ASK_IS_OVER);
}

static void nobody_is_flooded_with_links(void **state)
{
    World *world = *state;
    char nonce[ESC_NONCE_SIZE + 1];
    for (int i = 0; i < ESC_ASKS_PER_PERSON_MAX; i++)
        assert_true(esc_ask_begin(world->sessions, ana.client, ana.person, ana.mail, nonce) != 0);
    assert_int_equal(esc_ask_begin(world->sessions, ana.client, ana.person, ana.mail, nonce), 0);
    assert_true(esc_ask_begin(world->sessions, ana.client, ESC_TEXT("ben"), ESC_TEXT(""), nonce) !=
                0);
    world->now_ms += ESC_ASK_LIFETIME_MS;
    assert_true(esc_ask_begin(world->sessions, ana.client, ana.person, ana.mail, nonce) != 0);
}

static void a_code_counts_once(void **state)
{
    World *world = *state;
    char code[ESC_CODE_SIZE + 1], typed[32];
    EscIdentity who;
    assert_true(esc_code_begin(world->sessions, &ops, code));
    assert_int_equal(strlen(code), ESC_CODE_SIZE);
    size_t size = 0;
    for (size_t i = 0; i < ESC_CODE_SIZE; i++) /* as people type it */
        if (code[i] != '-')
            typed[size++] = esc_ascii_lower(code[i]);
    static const char *const wrong[] = {"",     "-",          "AAAAA-AAAAA", "AAAAAAAAAAA",
                                        "AAAA", "00000-00000"};
    for (size_t i = 0; i < ESC_COUNT_OF(wrong); i++)
        assert_false(esc_code_take(world->sessions, esc_text_from(wrong[i]), world->arena, &who));
    assert_true(esc_code_take(world->sessions, (EscText){typed, size}, world->arena, &who));
    assert_text_equal(who.mail, "ops@agency.example");
    assert_false(esc_code_take(world->sessions, (EscText){typed, size}, world->arena, &who));
    assert_true(esc_code_begin(world->sessions, &ops, code));
    world->now_ms += ESC_CODE_LIFETIME_MS;
    assert_false(esc_code_take(world->sessions, esc_text_from(code), world->arena, &who));
    for (int i = 0; i < ESC_CODES_MAX; i++)
        assert_true(esc_code_begin(world->sessions, &ops, code));
    assert_false(esc_code_begin(world->sessions, &ops, code));
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_WORLD(a_secret_is_known_and_no_other),
        WITH_WORLD(words_are_of_a_secret),
        WITH_WORLD(idle_and_old_ones_are_over),
        WITH_WORLD(a_clock_that_goes_back_gives_nothing),
        WITH_WORLD(a_person_has_so_many),
        WITH_WORLD(operators_have_what_the_configuration_says),
        WITH_WORLD(people_have_their_own_client),
        WITH_WORLD(a_restart_keeps_everything),
        WITH_WORLD(a_disk_that_takes_nothing_is_told),
        WITH_WORLD(a_cut_file_is_read_as_far_as_it_goes),
        WITH_WORLD(a_link_counts_once_in_one_browser_for_ten_minutes),
        WITH_WORLD(nobody_is_flooded_with_links),
        WITH_WORLD(a_code_counts_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
