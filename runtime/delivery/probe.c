/* probe.c - whether what is bound answers, without a word to any person.
 *
 * Some services have a call that asks nothing but "who am I": it proves the token. Of the others only the way is tried: a
 * name server, an address that is allowed, a connection, a certificate, and with a mail server the login. What that does
 * not prove is said beside it. One after the other, each within delivery_timeout_ms. */
#include "outside.h"

#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

#include "plan_bot.h"
#include "reply.h"

#define PROBE_ARENA_BYTES_MAX ((size_t)4 << 20)

/* One try. The outside and the site are there for what they hold of the configuration: nothing runs in them. */
typedef struct Probe {
    EscOutside outside;
    EscSite site;
    EscAttempt attempt;
    EscBuf words;
} Probe;

/* --- what is asked ---------------------------------------------------------------------------- */

static void ask_slack(EscPlanner *planner, const EscEndpoint *endpoint)
{
    esc_bot_send(planner, "POST", esc_bot_url(planner, endpoint, "/auth.test"), endpoint->secret,
                 ESC_TEXT("{}"));
}

static void get(EscPlanner *planner, EscText url)
{
    planner->plan->method = ESC_TEXT("GET");
    esc_planner_url(planner, url);
}

static void ask_mattermost(EscPlanner *planner, const EscEndpoint *endpoint)
{
    get(planner, esc_bot_url(planner, endpoint, "/api/v4/users/me"));
    esc_planner_bearer(planner, endpoint->secret);
}

static void ask_discord(EscPlanner *planner, const EscEndpoint *endpoint)
{
    get(planner, endpoint->url);
}

static void ask_gateway(EscPlanner *planner, const EscEndpoint *endpoint)
{
    EscText account = esc_bot_segment(planner, endpoint->account);
    EscText path = esc_arena_printf(planner->arena, "/Accounts/%.*s.json", ESC_TEXT_ARG(account));
    get(planner, esc_bot_url(planner, endpoint, path.data));
    esc_planner_basic(planner, endpoint->account, endpoint->secret);
}

static void ask_ntfy(EscPlanner *planner, const EscEndpoint *endpoint)
{
    bool has_token = endpoint->secret.size > 0;
    get(planner, esc_bot_url(planner, endpoint, has_token ? "/v1/account" : "/v1/health"));
    if (has_token)
        esc_planner_bearer(planner, endpoint->secret);
}

typedef struct Question {
    void (*ask)(EscPlanner *planner, const EscEndpoint *endpoint); /* NULL: only the way is tried */
    const char *says[2]; /* who we are there, in its reply */
    const char *proven, *open;
} Question;

static const Question only_the_way = {
    .proven = "its host is reached, and its certificate is trusted where it has one",
    .open = "that it takes messages: it has no call that sends none"};
static const Question the_system = {
    .proven = "its host is reached, and its certificate is trusted where it has one",
    .open = "that it takes calls, and the secret"};
static const Question the_token = {.says = {"/token_type", "/scope"},
                                   .proven = "its token server takes our client and gives a token",
                                   .open = "that the system takes calls with it"};
static const Question the_mail_server = {
    .proven = "it is reached, and takes us with TLS and login as configured",
    .open = "that it takes this sender and each receiver"};

static const Question questions[] = {
    [ESC_ENDPOINT_SLACK] = {ask_slack,
                            {"/user", "/team"},
                            "the token is taken",
                            "that the app may post in the channel, and its scopes"},
    [ESC_ENDPOINT_MATTERMOST] = {ask_mattermost,
                                 {"/username", NULL},
                                 "the token is taken",
                                 "that the bot is a member of the team and the channel"},
    [ESC_ENDPOINT_DISCORD] = {ask_discord,
                              {"/name", NULL},
                              "the webhook is there",
                              "that a message is shown"},
    [ESC_ENDPOINT_SMS] = {ask_gateway,
                          {"/friendly_name", "/status"},
                          "account and token are taken",
                          "that the number may send, and each receiver"},
    [ESC_ENDPOINT_CALL] = {ask_gateway,
                           {"/friendly_name", "/status"},
                           "account and token are taken",
                           "that the number may call, and each receiver"},
    [ESC_ENDPOINT_NTFY] = {ask_ntfy,
                           {"/username", NULL},
                           "the server is well, and takes the token where there is one",
                           "that topics may be written to, and that anybody listens"},
};

static const Question *question_of(EscEndpointKind kind)
{
    bool has_own = (size_t)kind < ESC_COUNT_OF(questions) && questions[kind].ask != NULL;
    return has_own ? &questions[kind] : &only_the_way;
}

/* --- one try ---------------------------------------------------------------------------------- */

static bool probe_open(Probe *probe, const EscOutsideSetup *setup, const EscWorkspaceConfig *config)
{
    *probe = (Probe){.outside = {.setup = *setup}, .site = {.config = config}};
    EscAttempt *attempt = &probe->attempt;
    attempt->outside = &probe->outside;
    attempt->site = &probe->site;
    attempt->arena = esc_arena_new(PROBE_ARENA_BYTES_MAX);
    attempt->timeout_ms = setup->config->delivery_timeout_ms;
    attempt->state = ESC_DELIVERY_ACCEPTED;
    esc_buf_init(&attempt->reply, ESC_HTTP_REPLY_BYTES_MAX);
    esc_buf_init(&attempt->refused, ESC_DETAIL_BYTES_MAX);
    esc_buf_init(&attempt->said, ESC_DETAIL_BYTES_MAX);
    esc_buf_init(&probe->words, 2 * ESC_DETAIL_BYTES_MAX);
    return attempt->arena != NULL;
}

static void probe_close(Probe *probe)
{
    EscAttempt *attempt = &probe->attempt;
    esc_transfer_release(attempt);
    if (attempt->easy != NULL)
        curl_easy_cleanup(attempt->easy);
    esc_arena_free(attempt->arena);
    esc_buf_release(&probe->words);
}

static int listen_in(CURL *easy, curl_infotype type, char *data, size_t size, void *context)
{
    (void)easy;
    if (type == CURLINFO_HEADER_IN)
        esc_mail_take_reply(context, data, size);
    return 0;
}

static bool prepare(EscAttempt *attempt, bool is_way_only)
{
    if (!esc_transfer_prepare(attempt))
        return false;
    CURL *easy = attempt->easy;
    bool is_mail = attempt->route.way == ESC_WAY_MAIL, is_fine = true;
    if (is_way_only)
        is_fine = curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L) == CURLE_OK;
    if (is_mail)
        is_fine = is_fine && curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L) == CURLE_OK &&
                  curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, listen_in) == CURLE_OK &&
                  curl_easy_setopt(easy, CURLOPT_DEBUGDATA, attempt) == CURLE_OK;
    return is_fine;
}

/* Who we are there, by its reply. */
static void put_says(Probe *probe, const Question *question)
{
    EscText reply = esc_buf_as_text(&probe->attempt.reply);
    for (size_t i = 0; i < ESC_COUNT_OF(question->says) && question->says[i] != NULL; i++) {
        EscBuf said;
        esc_buf_init(&said, ESC_DETAIL_BYTES_MAX);
        if (esc_reply_select(&said, reply, esc_text_from(question->says[i]), NULL)) {
            esc_buf_string(&probe->words, probe->words.size > 0 ? ", " : "");
            esc_peer_words(&probe->words, esc_buf_as_text(&said), NULL, 0);
        }
        esc_buf_release(&said);
    }
}

static void run(Probe *probe, const Question *question, bool is_way_only, EscProbed *probed)
{
    EscAttempt *attempt = &probe->attempt;
    char detail[ESC_DETAIL_BYTES_MAX];
    if (attempt->plan.refusal.size > 0 || !prepare(attempt, is_way_only)) {
        probed->words =
            attempt->plan.refusal.size > 0 ? attempt->plan.refusal : ESC_TEXT("no memory");
        return;
    }
    attempt->code = curl_easy_perform(attempt->easy);
    (void)curl_easy_getinfo(attempt->easy, CURLINFO_RESPONSE_CODE, &attempt->status);
    probed->is_fine =
        is_way_only ? attempt->code == CURLE_OK : esc_attempt_verdict(attempt) == ESC_VERDICT_DONE;
    if (probed->is_fine) {
        put_says(probe, question);
    } else {
        esc_attempt_describe(attempt, detail, sizeof(detail));
        esc_buf_string(&probe->words, detail);
    }
    probed->words = esc_buf_as_text(&probe->words);
}

static EscPlanner planner_of(Probe *probe)
{
    static const EscOutboxRow no_row = {.id = 0};
    return (EscPlanner){.arena = probe->attempt.arena,
                        .config = probe->site.config,
                        .row = &no_row,
                        .plan = &probe->attempt.plan};
}

/* --- what is bound ---------------------------------------------------------------------------- */

typedef struct Tour {
    const EscOutsideSetup *setup;
    const EscWorkspaceConfig *config;
    void (*tell)(void *context, const EscProbed *probed);
    void *context;
} Tour;

static void tell_untried(const Tour *tour, const char *place, EscText name, EscText type,
                         const char *words)
{
    const EscProbed probed = {
        .place = esc_text_from(place), .name = name, .type = type, .words = esc_text_from(words)};
    tour->tell(tour->context, &probed);
}

/* Of browsers that of the first one's push service. */
static EscText url_of(const EscEndpoint *endpoint)
{
    return endpoint->subscriptions_count > 0 ? endpoint->subscriptions[0].url : endpoint->url;
}

static const char *untried_words(const EscEndpoint *endpoint)
{
    bool is_nobody = endpoint->kind == ESC_ENDPOINT_WEBPUSH && endpoint->subscriptions_count == 0;
    return endpoint->kind == ESC_ENDPOINT_FILE   ? "lines are appended to a file"
           : endpoint->kind == ESC_ENDPOINT_SMTP ? "it goes by `mail`"
           : is_nobody                           ? "no browser is subscribed"
                                                 : NULL;
}

static void probe_endpoint(const Tour *tour, const char *place, const EscEndpoint *endpoint)
{
    const Question *question = question_of(endpoint->kind);
    if (endpoint->type.size == 0)
        return;
    const char *untried = untried_words(endpoint);
    if (untried != NULL) {
        tell_untried(tour, place, endpoint->name, endpoint->type, untried);
        return;
    }
    Probe probe;
    EscProbed probed = {.place = esc_text_from(place),
                        .name = endpoint->name,
                        .type = endpoint->type,
                        .is_tried = true,
                        .proven = question->proven,
                        .open = question->open};
    if (probe_open(&probe, tour->setup, tour->config)) {
        EscPlanner planner = planner_of(&probe);
        probe.attempt.route = (EscRoute){.way = ESC_WAY_HTTP, .endpoint = endpoint};
        if (question->ask != NULL)
            question->ask(&planner, endpoint);
        else
            get(&planner, url_of(endpoint));
        if (endpoint->kind == ESC_ENDPOINT_SLACK)
            probe.attempt.plan.judge = esc_slack_judge;
        run(&probe, question, question->ask == NULL, &probed);
    }
    tour->tell(tour->context, &probed);
    probe_close(&probe);
}

/* A client that is not known there, or a secret that has run out, shows at no other time than the first call. */
static void probe_token(const Tour *tour, const EscSystemBinding *system)
{
    Probe probe;
    EscBuf token;
    EscProbed probed = {.place = ESC_TEXT("systems"),
                        .name = system->name,
                        .type = ESC_TEXT("oauth2"),
                        .is_tried = true,
                        .proven = the_token.proven,
                        .open = the_token.open};
    esc_buf_init(&token, ESC_HTTP_REPLY_BYTES_MAX);
    if (probe_open(&probe, tour->setup, tour->config)) {
        probe.attempt.route = (EscRoute){.way = ESC_WAY_HTTP, .system = system};
        esc_plan_token(probe.attempt.arena, tour->config, system, &probe.attempt.plan);
        run(&probe, &the_token, false, &probed);
        if (probed.is_fine && !esc_reply_select(&token, esc_buf_as_text(&probe.attempt.reply),
                                                ESC_TEXT("/access_token"), NULL)) {
            probed.is_fine = false;
            probed.words = ESC_TEXT("its reply holds no access_token");
        }
    }
    tour->tell(tour->context, &probed);
    if (token.size > 0)
        OPENSSL_cleanse(token.data, token.size);
    esc_buf_release(&token);
    probe_close(&probe);
}

static void probe_system(const Tour *tour, const EscSystemBinding *system)
{
    Probe probe;
    EscProbed probed = {.place = ESC_TEXT("systems"),
                        .name = system->name,
                        .type = ESC_TEXT("system"),
                        .is_tried = true,
                        .proven = the_system.proven,
                        .open = the_system.open};
    if (probe_open(&probe, tour->setup, tour->config)) {
        EscPlanner planner = planner_of(&probe);
        probe.attempt.route = (EscRoute){.way = ESC_WAY_HTTP, .system = system};
        get(&planner, system->base_url);
        run(&probe, &the_system, true, &probed);
    }
    tour->tell(tour->context, &probed);
    probe_close(&probe);
}

static void probe_mail(const Tour *tour)
{
    const EscMailServer *mail = &tour->config->mail;
    Probe probe;
    EscProbed probed = {.place = ESC_TEXT("mail"),
                        .type = ESC_TEXT("smtp"),
                        .is_tried = true,
                        .proven = the_mail_server.proven,
                        .open = the_mail_server.open};
    if (mail->server.size == 0)
        return;
    if (probe_open(&probe, tour->setup, tour->config)) {
        EscPlanner planner = planner_of(&probe);
        probe.attempt.route = (EscRoute){.way = ESC_WAY_MAIL};
        probe.attempt.plan.mail = mail;
        probe.attempt.plan.from = mail->from;
        esc_planner_url(&planner, mail->server);
        run(&probe, &the_mail_server, true, &probed);
    }
    tour->tell(tour->context, &probed);
    probe_close(&probe);
}

/* Only the service can try that one: at which address. */
static void tell_inbound(const Tour *tour, const EscInboundBinding *inbound)
{
    char words[ESC_URL_BYTES_MAX + 128];
    EscText url = tour->config->public_url;
    if (url.size == 0)
        url = ESC_TEXT("PUBLIC-ADDRESS");
    (void)snprintf(words, sizeof(words), "it comes from outside, to %.*s/v1/inbound/%.*s",
                   ESC_TEXT_ARG(url), ESC_TEXT_ARG(inbound->name));
    tell_untried(tour, "inbound", inbound->name, inbound->type, words);
}

void esc_probe(const EscOutsideSetup *setup, const EscWorkspaceConfig *config,
               void (*tell)(void *context, const EscProbed *probed), void *context)
{
    const Tour tour = {.setup = setup, .config = config, .tell = tell, .context = context};
    for (uint32_t i = 0; i < config->channels.count; i++)
        probe_endpoint(&tour, "channels", &config->channels.items[i]);
    probe_mail(&tour);
#define ESC_PEOPLE_WAY(way, CONTACT, help)                                                         \
    probe_endpoint(&tour, "people." #way, &config->people.way);
#include <esc/people_ways.def>
    for (uint32_t i = 0; i < config->systems.count; i++) {
        probe_system(&tour, &config->systems.items[i]);
        if (config->systems.items[i].auth.kind == ESC_AUTH_OAUTH2)
            probe_token(&tour, &config->systems.items[i]);
    }
    for (uint32_t i = 0; i < config->inbound.count; i++)
        tell_inbound(&tour, &config->inbound.items[i]);
}
