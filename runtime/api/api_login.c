/* api_login.c - logging in by a link that is sent to a person's own first contact.
 *
 * Whoever asks says a client and a person, and is told the same whatever becomes of it; their browser keeps a word. The
 * link shows a page and changes nothing; its button, in the browser that asked, begins the session. So neither a scanner
 * that opens links, nor somebody who reads another's messages, nor somebody who asks in another's name is logged in.
 * Not its job: what a session is (esc/session.h), codes for programs (api_code.c), providers (api_oidc.c). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_login.h"

#define MESSAGE_ARENA_BYTES_MAX ((size_t)65536)
#define FIELD_BYTES_MAX 255

static const EscJsonLimits body_limits = {.depth_max = 2, .values_max = 16};

/* --- what all pages of logging in have in common -------------------------------------------------- */

EscText esc_login_language(const EscRequest *request)
{
    return esc_language_asked(esc_http_header(request->http, "Accept-Language"));
}

/* The path of public_url, where a proxy has put us below one. */
EscText esc_login_base(const EscRequest *request)
{
    const EscConfig *config = request->setup->config;
    EscText url = config == NULL ? (EscText){0} : config->public_url;
    const char *start = url.size == 0 ? NULL : strstr(url.data, "://");
    const char *slash = start == NULL ? NULL : strchr(start + 3, '/');
    return slash == NULL ? (EscText){"", 0}
                         : (EscText){slash, (size_t)(url.data + url.size - slash)};
}

EscText esc_login_address(EscRequest *request, const char *path)
{
    return esc_arena_printf(request->arena, "%.*s%s", ESC_TEXT_ARG(esc_login_base(request)), path);
}

void esc_login_page_open(EscRequest *request, EscBuf *out, EscWord title)
{
    EscText language = esc_login_language(request);
    esc_buf_init(out, ESC_PAGE_BYTES_MAX);
    esc_page_open(out, &(EscPage){.language = language,
                                  .title = esc_word(language, title),
                                  .base = esc_login_base(request)});
}

void esc_login_page_close(EscRequest *request, EscBuf *out, unsigned status)
{
    esc_page_close(out);
    esc_answer_page(&request->answer, status, out);
}

void esc_login_tell(EscRequest *request, unsigned status, EscWord title, EscWord text)
{
    EscBuf out;
    EscText language = esc_login_language(request);
    esc_login_page_open(request, &out, title);
    esc_page_text(&out, status < 400 ? ESC_PAGE_PLAIN : ESC_PAGE_ALARM, esc_word(language, text));
    esc_page_link(&out, esc_login_address(request, "/login"),
                  esc_word(language, ESC_WORD_LOGIN_TITLE));
    esc_login_page_close(request, &out, status);
}

void esc_login_go(EscRequest *request, const char *path)
{
    EscBuf nothing;
    esc_buf_init(&nothing, 0);
    esc_answer_location(&request->answer, esc_login_address(request, path));
    request->answer.type = "text/plain; charset=utf-8";
    esc_answer_json(&request->answer, 303, &nothing);
}

bool esc_login_is_ours(EscRequest *request)
{
    if (esc_request_is_own(request, true))
        return true;
    esc_login_tell(request, 403, ESC_WORD_LOGIN_TITLE, ESC_WORD_LOGIN_FOREIGN);
    return false;
}

EscText esc_login_field(EscRequest *request, const char *name)
{
    EscBuf value;
    esc_buf_init(&value, FIELD_BYTES_MAX);
    EscText form = esc_arena_text(request->arena, esc_buf_as_text(&request->body));
    EscStatus status = esc_query_get(form.data, name, &value);
    EscText text = status == ESC_OK ? esc_buf_as_text(&value) : (EscText){"", 0};
    while (text.size > 0 && text.data[text.size - 1] == ' ')
        text.size--;
    text = esc_arena_text(request->arena, text);
    esc_buf_release(&value);
    return text;
}

/* What the browser calls itself, for the list of sessions. */
static EscText agent_of(const EscRequest *request)
{
    const char *agent = esc_http_header(request->http, "User-Agent");
    return agent == NULL ? (EscText){"", 0} : esc_text_from(agent);
}

bool esc_login_begin(EscRequest *request, const EscIdentity *who)
{
    char secret[ESC_SESSION_SECRET_SIZE + 1];
    EscAccesses accesses;
    EscSessions *sessions = request->setup->sessions;
    esc_accesses_find(sessions, who, request->arena, &accesses);
    const EscSession *session =
        accesses.count == 0 ? NULL
                            : esc_session_begin(sessions, who, agent_of(request), false, secret);
    if (session == NULL) {
        esc_login_tell(request, accesses.count == 0 ? 403 : 503, ESC_WORD_LOGIN_TITLE,
                       accesses.count == 0 ? ESC_WORD_LOGIN_NOBODY : ESC_WORD_PAGE_FAILED);
        return false;
    }
    request->begun = session->id;
    esc_identity_keep(request->arena, who, &request->who.shown);
    esc_answer_cookie(request, ESC_COOKIE_SESSION, secret,
                      request->setup->config->sessions.lifetime_s, false);
    return true;
}

/* --- the page ----------------------------------------------------------------------------------- */

static void write_field(EscBuf *out, EscText language, const char *name, EscWord label)
{
    esc_form_field(out, &(EscField){.name = esc_text_from(name),
                                    .label = esc_word(language, label),
                                    .is_required = true,
                                    .size_max = FIELD_BYTES_MAX});
}

static void answer_page(EscRequest *request)
{
    EscBuf out;
    EscText language = esc_login_language(request);
    const EscConfig *config = request->setup->config;
    esc_login_page_open(request, &out, ESC_WORD_LOGIN_TITLE);
    if (config->oidc.issuer.size > 0)
        esc_page_link(&out, esc_login_address(request, "/login/oidc"), config->oidc.title);
    if (config->public_url.size > 0) {
        esc_page_text(&out, ESC_PAGE_SOFT, esc_word(language, ESC_WORD_LOGIN_HOW));
        esc_form_open(&out, esc_login_address(request, "/login"));
        write_field(&out, language, "client", ESC_WORD_LOGIN_CLIENT);
        write_field(&out, language, "person", ESC_WORD_LOGIN_PERSON);
        esc_form_button(&out, &(EscPageButton){.label = esc_word(language, ESC_WORD_LOGIN_SEND),
                                               .is_first = true});
        esc_form_close(&out);
    } else {
        esc_page_text(&out, ESC_PAGE_ALARM, esc_word(language, ESC_WORD_LOGIN_NO_LINKS));
    }
    esc_login_page_close(request, &out, 200);
}

/* --- the message -------------------------------------------------------------------------------- */

/* An input of the workspace that nobody waits for: what becomes of it is the person's alone to see. */
typedef struct LinkJob {
    EscJob job; /* first */
    EscShard *shard;
    EscArena *arena;
    EscInput input;
    EscAction action;
} LinkJob;

static void link_over(EscJob *job)
{
    LinkJob *one = (LinkJob *)job;
    EscArena *arena = one->arena;
    esc_shard_let_out(one->shard, 1);
    esc_arena_free(arena);
}

static const EscJobSteps link_steps = {.over = link_over};

static void send_link(const EscRequest *request, EscShard *shard, const EscIdentity *who,
                      uint64_t ask)
{
    char token[ESC_ASK_TOKEN_SIZE + 1];
    const EscApiSetup *setup = request->setup;
    EscArena *arena = esc_arena_new(MESSAGE_ARENA_BYTES_MAX);
    LinkJob *one = arena == NULL ? NULL : esc_arena_alloc(arena, sizeof(*one));
    if (one == NULL || !esc_shard_let_in(shard, 1, 0, setup->queue_max)) {
        esc_arena_free(arena);
        return; /* they ask once more */
    }
    esc_ask_token(esc_sessions_key(setup->sessions), ask, token);
    EscText person = esc_arena_text(arena, who->person);
    *one = (LinkJob){
        .shard = shard,
        .arena = arena,
        .action = {.verb = ESC_VERB_LOGIN,
                   .actor = person,
                   .target = person,
                   .link = esc_arena_printf(arena, "%.*s/login/%s",
                                            ESC_TEXT_ARG(setup->config->public_url), token)}};
    one->input = (EscInput){.kind = ESC_INPUT_ACTION, .action = &one->action};
    one->job = (EscJob){.steps = &link_steps, .inputs = &one->input, .inputs_count = 1};
    bool is_put = !esc_arena_failed(arena) && esc_shard_put(shard, &one->job);
    if (!is_put)
        link_over(&one->job);
}

/* Whom the link would log in; false: nobody. */
static bool find_person(EscRequest *request, EscText client, EscText person, EscShard **shard,
                        EscIdentity *who)
{
    uint32_t index = 0;
    EscAccesses accesses;
    *shard = esc_shards_find(request->setup->shards, client);
    const EscBundle *bundle = *shard == NULL ? NULL : esc_shard_bundle(*shard);
    const EscProgram *program = bundle == NULL ? NULL : esc_bundle_program(bundle);
    if (program == NULL || esc_shard_state(*shard) != ESC_SHARD_SERVING ||
        !esc_directory_person(program, person, &index))
        return false;
    const EscContactRow *way = esc_directory_link_contact(program, index);
    bool is_mail = way != NULL && way->kind == ESC_CONTACT_EMAIL;
    *who = (EscIdentity){.client = esc_shard_name(*shard),
                         .person = person,
                         .mail = is_mail ? program->texts[way->address] : (EscText){"", 0}};
    esc_accesses_find(request->setup->sessions, who, request->arena, &accesses);
    return way != NULL && accesses.count > 0;
}

/* Whoever asks in vain gets a word of no use, so that nobody sees a difference. */
static void ask(EscRequest *request, EscText client, EscText person)
{
    char nonce[ESC_NONCE_SIZE + 1];
    uint8_t random[ESC_NONCE_SIZE / 2];
    EscShard *shard = NULL;
    EscIdentity who;
    const EscRandom *source = request->setup->random;
    uint64_t number = 0;
    source->fill(source->context, random, sizeof(random));
    esc_hex((EscBytes){random, sizeof(random)}, nonce);
    if (find_person(request, client, person, &shard, &who))
        number = esc_ask_begin(request->setup->sessions, who.client, who.person, who.mail, nonce);
    if (number != 0)
        send_link(request, shard, &who, number);
    esc_answer_cookie(request, ESC_COOKIE_ASK, nonce, ESC_ASK_LIFETIME_MS / 1000, false);
}

static void answer_ask(EscRequest *request)
{
    if (!esc_login_is_ours(request) || !esc_request_hold_up(request, true))
        return;
    if (request->setup->config->public_url.size > 0)
        ask(request, esc_login_field(request, "client"), esc_login_field(request, "person"));
    esc_login_tell(request, 202, ESC_WORD_LOGIN_SENT_TITLE, ESC_WORD_LOGIN_SENT);
}

static void answer_link(EscRequest *request)
{
    EscText client, person;
    const EscJson *body = NULL;
    if (!esc_request_is_own(request, true)) {
        esc_request_refuse(request, 403, "csrf",
                           "The request does not come from a page of this server", NULL, "");
        return;
    }
    if (!esc_request_hold_up(request, true))
        return;
    body = esc_request_read_body(request, &body_limits);
    if (body == NULL || !esc_request_check_members(request, body) ||
        !esc_request_take_text(request, body, "client", FIELD_BYTES_MAX, &client) ||
        !esc_request_take_text(request, body, "person", FIELD_BYTES_MAX, &person))
        return;
    if (request->setup->config->public_url.size == 0) {
        esc_request_refuse(request, 409, "no_public_url",
                           "Links are not possible: public_url does not say where they lead", NULL,
                           "");
        return;
    }
    ask(request, client, person);
    EscBuf out;
    esc_buf_init(&out, 64);
    esc_buf_string(&out, "{\"sent\":\"perhaps\"}");
    esc_answer_json(&request->answer, 202, &out);
}

/* --- the link ----------------------------------------------------------------------------------- */

static void tell_over(EscRequest *request)
{
    if (esc_request_hold_up(request, true))
        esc_login_tell(request, 410, ESC_WORD_LOGIN_OVER_TITLE, ESC_WORD_LOGIN_OVER);
}

static void answer_opened(EscRequest *request)
{
    EscIdentity who;
    EscBuf out, said;
    EscText language = esc_login_language(request);
    EscText token = esc_buf_as_text(&request->parameter);
    if (esc_ask_look(request->setup->sessions, token, (EscText){"", 0}, request->arena, &who) ==
        ESC_ASK_IS_OVER) {
        tell_over(request);
        return;
    }
    const EscText values[] = {who.person, who.client};
    esc_buf_init(&said, ESC_PAGE_BYTES_MAX);
    esc_word_say(&said, language, ESC_WORD_LOGIN_AS, values, ESC_COUNT_OF(values));
    esc_login_page_open(request, &out, ESC_WORD_LOGIN_TITLE);
    esc_page_text(&out, ESC_PAGE_PLAIN, esc_buf_as_text(&said));
    esc_form_open(&out, (EscText){"", 0});
    esc_form_button(
        &out, &(EscPageButton){.label = esc_word(language, ESC_WORD_LOGIN_GO), .is_first = true});
    esc_form_close(&out);
    esc_login_page_close(request, &out, 200);
    esc_buf_release(&said);
}

static void answer_taken(EscRequest *request)
{
    EscIdentity who;
    EscText token = esc_buf_as_text(&request->parameter);
    if (!esc_login_is_ours(request))
        return;
    EscAskState state =
        esc_ask_look(request->setup->sessions, token, esc_request_cookie(request, ESC_COOKIE_ASK),
                     request->arena, &who);
    if (state == ESC_ASK_IS_OVER) {
        tell_over(request);
        return;
    }
    if (state == ESC_ASK_IS_ANOTHERS) {
        if (esc_request_hold_up(request, true))
            esc_login_tell(request, 403, ESC_WORD_LOGIN_OTHER_TITLE, ESC_WORD_LOGIN_OTHER);
        return;
    }
    esc_ask_end(request->setup->sessions, token);
    if (!esc_login_begin(request, &who))
        return;
    esc_answer_cookie(request, ESC_COOKIE_ASK, "", 0, false);
    esc_login_go(request, "/");
    esc_request_answer_kept(request);
}

const EscHandler esc_handle_login = {.at_door = answer_page};
const EscHandler esc_handle_login_ask = {
    .at_door = answer_ask, .types = ESC_FORM_TYPE, .body_bytes_max = ESC_LOGIN_BODY_MAX};
const EscHandler esc_handle_session_link = {.at_door = answer_link,
                                            .body_bytes_max = ESC_LOGIN_BODY_MAX};
const EscHandler esc_handle_login_opened = {.at_door = answer_opened};
const EscHandler esc_handle_login_taken = {.at_door = answer_taken,
                                           .types = ESC_FORM_TYPE,
                                           .may_be_empty = true,
                                           .body_bytes_max = ESC_LOGIN_BODY_MAX};
