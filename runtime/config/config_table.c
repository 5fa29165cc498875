/* config_table.c - every option of the daemon: one row each.
 *
 * Not its job: reading JSON (config.c), what needs several options at once (config_check.c). */
#include "config_internal.h"

/* The formatter takes the # of a macro for a directive. */
/* clang-format off */
#define AT(Struct, member) offsetof(Struct, member)
#define TEXT_ROW(Struct, member, preset_, ...)                                                     \
    {.name = #member, .type = OPTION_TEXT, .offset = AT(Struct, member), .preset = preset_, .help = __VA_ARGS__}
#define WORD_ROW(Struct, member, preset_, words_, ...)                                             \
    {.name = #member, .type = OPTION_WORD, .offset = AT(Struct, member), .preset = preset_, .words = words_, .help = __VA_ARGS__}
#define COUNT_ROW(Struct, member, preset_, min_, max_, ...)                                        \
    {.name = #member, .type = OPTION_COUNT, .offset = AT(Struct, member), .count = preset_, .min = min_, .max = max_, .help = __VA_ARGS__}
#define TEXTS_ROW(Struct, member, ...)                                                             \
    {.name = #member, .type = OPTION_TEXTS, .offset = AT(Struct, member), .help = __VA_ARGS__}
#define HEADERS_ROW(Struct, member, ...)                                                           \
    {.name = #member, .type = OPTION_HEADERS, .offset = AT(Struct, member), .help = __VA_ARGS__}
#define OBJECT_ROW(Struct, member, group_, ...)                                                    \
    {.name = #member, .type = OPTION_OBJECT, .offset = AT(Struct, member), .group = group_, .help = __VA_ARGS__}
#define MAP_ROW(Struct, member, group_, ...)                                                       \
    {.name = #member, .type = OPTION_MAP, .offset = AT(Struct, member), .group = group_, .help = __VA_ARGS__}
/* Behind the help of a row. */
#define IN_FOLDER .in_folder = true
#define IS_PLACE .is_place = true
/* clang-format on */

#define GROUP_WORKSPACE (&esc_config_groups[1])
#define GROUP_CHANNEL (&esc_config_groups[2])
#define GROUP_MAIL (&esc_config_groups[3])
#define GROUP_PEOPLE (&esc_config_groups[4])
#define GROUP_ENDPOINT (&esc_config_groups[5])
#define GROUP_SYSTEM (&esc_config_groups[6])
#define GROUP_INBOUND (&esc_config_groups[7])
#define GROUP_AUTH (&esc_config_groups[8])
#define GROUP_INBOX (&esc_config_groups[9])
#define GROUP_LIBRARY (&esc_config_groups[10])
#define GROUP_SOURCE (&esc_config_groups[11])
#define GROUP_TLS (&esc_config_groups[12])
#define GROUP_SESSIONS (&esc_config_groups[13])
#define GROUP_OPERATOR (&esc_config_groups[14])
#define GROUP_OPERATOR_CLIENT (&esc_config_groups[15])
#define GROUP_OIDC (&esc_config_groups[16])
#define GROUP_HEARTBEAT (&esc_config_groups[17])
#define GROUP_ALARMS (&esc_config_groups[18])
#define GROUP_ALARMS_TO (&esc_config_groups[19])

/* The words of all kinds of endpoints, and of those that people can be reached by. Each has a | in
 * front, so the first character is left out. */
#define ESC_ENDPOINT(kind, name, way, needs, people, plan) "|" name
static const char channel_types[] =
#include <esc/endpoint_kinds.def>
    ;
#undef ESC_ENDPOINT
#define PEOPLE_YES(name) "|" name
#define PEOPLE_NO(name) ""
#define ESC_ENDPOINT(kind, name, way, needs, people, plan) PEOPLE_##people(name)
static const char people_types[] =
#include <esc/endpoint_kinds.def>
    ;
#undef ESC_ENDPOINT

/* Of all kinds of services that answer, in the same way. */
#define ESC_INBOUND(kind, name, functions) "|" name
static const char inbound_types[] =
#include <esc/inbound_kinds.def>
    ;
#undef ESC_INBOUND

static const char unbound_words[] = "stop|file|refuse";

static const Option daemon_options[] = {
    TEXT_ROW(EscConfig, listen, "127.0.0.1:8080",
             "host and port of the API; port 0 picks a free one; empty: at listen_unix alone"),
    TEXT_ROW(EscConfig, listen_unix, "",
             "path of a socket of this machine at which the API is served as well, without TLS"),
    TEXT_ROW(EscConfig, listen_unix_rights, "0660", "rights of that socket, in octal"),
    TEXT_ROW(EscConfig, listen_unix_group, "",
             "group of that socket, whose users may connect; empty: the daemon's"),
    OBJECT_ROW(EscConfig, tls, GROUP_TLS, "speaks HTTPS at `listen`"),
    OBJECT_ROW(EscConfig, sessions, GROUP_SESSIONS, "people who log in"),
    MAP_ROW(EscConfig, operators, GROUP_OPERATOR,
            "people who log in for several clients, by their mail addresses"),
    OBJECT_ROW(EscConfig, oidc, GROUP_OIDC,
               "a provider of OpenID Connect by which operators log in"),
    OBJECT_ROW(EscConfig, heartbeat, GROUP_HEARTBEAT,
               "a monitor outside that raises its alarm when it hears nothing more of this daemon"),
    OBJECT_ROW(EscConfig, alarms, GROUP_ALARMS,
               "who hears that something is wrong with the daemon itself"),
    TEXT_ROW(EscConfig, token_file, "",
             "file of bearer tokens; empty: \"tokens\" in the data folder"),
    TEXT_ROW(EscConfig, zoneinfo, "/usr/share/zoneinfo", "folder of the time zone files"),
    TEXT_ROW(EscConfig, public_url, "",
             "address under which services on the Internet reach this daemon, such as "
             "https://escal.example: links in messages and what is told to those that answer "
             "(inbound) begin with it"),
    COUNT_ROW(EscConfig, header_bytes_max, 16384, 4096, 65536,
              "request line and headers of one request, in bytes"),
    COUNT_ROW(EscConfig, body_bytes_max, 8388608, 1024, 8388608, "body of one request, in bytes"),
    COUNT_ROW(EscConfig, connections_max, 1000, 4, 100000, "open connections"),
    COUNT_ROW(EscConfig, connections_per_address_max, 64, 1, 100000,
              "open connections from one address"),
    COUNT_ROW(EscConfig, request_timeout_s, 30, 1, 3600,
              "time a client has for the headers of a request, for its body, and between requests"),
    COUNT_ROW(
        EscConfig, wrong_token_pause_max_ms, 500, 0, 60000,
        "how long the answer to a wrong token is held back at most: it doubles with each from "
        "an address"),
    TEXTS_ROW(EscConfig, webhook_origins,
              "senders that may ask by OPTIONS whether they may send events (the names in "
              "WebHook-Request-Origin); none: all may ask, and each delivery needs its token"),
    TEXT_ROW(EscConfig, lmtp_listen, "",
             "where a mail server on this machine hands mail to the workspaces over, by LMTP: "
             "unix:PATH or a port of 127.0.0.1; empty: no mail comes in"),
    COUNT_ROW(EscConfig, lmtp_connections_max, 20, 1, 1000, "open connections of mail servers"),
    COUNT_ROW(EscConfig, lmtp_mail_bytes_max, 10485760, 4096, 33554432, "one mail, in bytes"),
    COUNT_ROW(EscConfig, lmtp_timeout_s, 300, 1, 3600,
              "time a mail server has for a command, and for a whole mail"),
    COUNT_ROW(EscConfig, mails_per_sender_max, 60, 1, 1000000,
              "mails of one sender to a workspace in an hour; further ones wait in the mail "
              "server's queue"),
    COUNT_ROW(EscConfig, queue_max, 10000, 1, 1000000,
              "events of a workspace that wait for their turn; beyond it requests get 503"),
    COUNT_ROW(EscConfig, timers_per_turn_max, 200, 1, 100000,
              "due timers of a workspace fired between two looks at its inputs"),
    COUNT_ROW(EscConfig, clock_settle_ms, 60000, 100, 3600000,
              "how long the wall clock has to differ by more than 2 s before it is followed"),
    COUNT_ROW(EscConfig, workers, 0, 0, 1024,
              "threads that the workspaces take their turns on; 0: two more than processors, at "
              "least 4"),
    COUNT_ROW(EscConfig, delivery_parallel_max, 128, 1, 1000, "deliveries under way at once"),
    COUNT_ROW(EscConfig, delivery_parallel_per_workspace_max, 32, 1, 1000,
              "of these of one workspace; with several workspaces at most half of all"),
    COUNT_ROW(EscConfig, delivery_parallel_per_host_max, 8, 1, 1000,
              "of these to one endpoint: a channel, people by one medium, a system"),
    COUNT_ROW(EscConfig, delivery_timeout_ms, 10000, 50, 600000, "one attempt, in real time"),
    COUNT_ROW(EscConfig, delivery_attempts_max, 12, 1, 1000, "attempts before a delivery is dead"),
    COUNT_ROW(EscConfig, delivery_lifetime_s, 86400, 1, 31536000,
              "age at which a delivery without its own deadline is dead"),
    COUNT_ROW(EscConfig, backoff_base_ms, 1000, 1, 3600000,
              "longest pause after the first failed attempt; it doubles with each"),
    COUNT_ROW(EscConfig, backoff_max_ms, 600000, 1, 86400000,
              "longest pause after any failed attempt"),
    COUNT_ROW(EscConfig, circuit_failures, 5, 1, 1000,
              "failures in a row that stop the deliveries to one endpoint"),
    COUNT_ROW(EscConfig, circuit_open_ms, 30000, 1, 86400000, "how long they stop"),
    COUNT_ROW(
        EscConfig, late_s, 120, 1, 86400,
        "how late, in real time, a turn, a timer or a page may be before /health says failing"),
    COUNT_ROW(EscConfig, store_cache_mib, 24, 1, 1 << 20,
              "of memory for pages of the stores, all workspaces together"),
    COUNT_ROW(EscConfig, stop_timeout_s, 10, 0, 600,
              "how long a stop waits for deliveries under way; what is given up is sent again"),
    WORD_ROW(
        EscConfig, unbound, "", unbound_words,
        "what becomes of a channel, a system or a way to people without a binding: the daemon does "
        "not start, a line in the workspace's file sink, or a dead delivery; each workspace may "
        "say otherwise. Where nobody says, it is stop, but file in a rehearsal: on a virtual clock "
        "(--start-time, --time-scale), and while nothing that is bound leads beyond this machine; "
        "--check-config asks for every binding all the same"),
    MAP_ROW(EscConfig, workspaces, GROUP_WORKSPACE, "bindings of each workspace, by its name"),
    MAP_ROW(
        EscConfig, libraries, GROUP_LIBRARY,
        "libraries that workspaces `use`, by their names: read from these folders alone, whatever "
        "a workspace says"),
};

static const Option workspace_options[] = {
    MAP_ROW(EscWorkspaceConfig, channels, GROUP_CHANNEL, "where each `channel` of the templates is",
            IN_FOLDER),
    OBJECT_ROW(EscWorkspaceConfig, mail, GROUP_MAIL, "the mail server"),
    OBJECT_ROW(EscWorkspaceConfig, inbox, GROUP_INBOX, "mail to the workspace, by lmtp_listen"),
    OBJECT_ROW(EscWorkspaceConfig, people, GROUP_PEOPLE,
               "how people are reached by chat, phone, text message and push", IN_FOLDER),
    MAP_ROW(EscWorkspaceConfig, systems, GROUP_SYSTEM, "where each `system` of the templates is",
            IN_FOLDER),
    MAP_ROW(EscWorkspaceConfig, inbound, GROUP_INBOUND,
            "services that people answer from, and that tell what became of messages: each is "
            "POST /v1/inbound/NAME; a name is of one workspace alone"),
    MAP_ROW(EscWorkspaceConfig, sources, GROUP_SOURCE,
            "how the sender of each `source` of the templates is known"),
    TEXTS_ROW(EscWorkspaceConfig, allowed_addresses,
              "addresses, ranges (10.0.0.0/8) and host names beyond the public Internet that may "
              "be connected to; http:// and smtp:// without TLS only to these"),
    WORD_ROW(EscWorkspaceConfig, unbound, "", unbound_words,
             "as `unbound` above, for this workspace"),
    TEXTS_ROW(EscWorkspaceConfig, folder_may_bind,
              "places that a file escald.json in the workspace's own folder may bind: channels, "
              "channels.NAME, systems, systems.NAME, people.chat, people.phone, people.sms, "
              "people.push"),
};

#define CA_HELP                                                                                    \
    "file (PEM) of the authorities that the server's certificate may come from; empty: the "       \
    "machine's"

#define SECRET_HELP                                                                                \
    "file that holds the secret; webhook: what signs (whsec_… or plain); sms, call: the "        \
    "account's "                                                                                   \
    "token; ntfy: an access token; webpush: the private key (VAPID, base64url); slack, "           \
    "mattermost: the bot's token"

#define ANSWERS_HELP                                                                               \
    "the inbound.NAME that answers and receipts come in by (slack, mattermost: of the same "       \
    "type; sms, call: of type gateway; ntfy, webpush: of type buttons); empty: nobody answers "    \
    "from there"

/* Of the kinds that are no webhook, for channels and for people. */
#define GATEWAY_ROWS                                                                               \
    TEXT_ROW(EscEndpoint, account, "",                                                             \
             "sms, call: the account at the gateway; secret_file holds its token"),                \
        TEXT_ROW(EscEndpoint, from, "",                                                            \
                 "sms, call: the number that it comes from, +49…; sms: or a messaging service, " \
                 "MG…"),                                                                           \
        TEXT_ROW(EscEndpoint, contact, "",                                                         \
                 "webpush: mailto: or https: address of who runs this, for push services"),        \
        TEXT_ROW(EscEndpoint, subscriptions_file, "",                                              \
                 "webpush: file {\"NAME\": {\"endpoint\", \"keys\": {\"p256dh\", \"auth\"}}}, as " \
                 "browsers "                                                                       \
                 "give them")

static const Option channel_options[] = {
    WORD_ROW(EscEndpoint, type, "file", channel_types + 1,
             "chat: POST {\"text\"} to an incoming webhook; webhook: signed POST; smtp: mail; sms, "
             "call: a gateway in Twilio's form; ntfy: a topic; webpush: a browser; slack, "
             "mattermost: as "
             "a bot, with buttons; teams, discord: to their webhooks; "
             "meeting: an address for war rooms",
             IN_FOLDER),
    TEXT_ROW(EscEndpoint, url, "",
             "chat, webhook: the address; ntfy: of the server; sms, call: of the gateway, such as "
             "https://api.twilio.com/2010-04-01; meeting: such as https://meet.example/{room}",
             IN_FOLDER),
    TEXT_ROW(EscEndpoint, url_file, "", "file that holds the url, when it is a secret itself"),
    TEXT_ROW(EscEndpoint, path, "",
             "file: the file to append to; empty: the workspace's file sink"),
    TEXTS_ROW(
        EscEndpoint, to,
        "smtp: recipients; sms, call: one number; webpush: one name; slack: one channel (C… or "
        "#name); mattermost: one (TEAM/CHANNEL, or its id)",
        IN_FOLDER),
    TEXT_ROW(EscEndpoint, topic, "", "ntfy: the topic", IN_FOLDER),
    TEXT_ROW(EscEndpoint, secret_file, "", SECRET_HELP),
    TEXT_ROW(EscEndpoint, answers, "", ANSWERS_HELP),
    TEXT_ROW(EscEndpoint, ca_file, "", CA_HELP),
    GATEWAY_ROWS,
};

static const Option mail_options[] = {
    TEXT_ROW(EscMailServer, server, "", "smtp://HOST:PORT or smtps://HOST:PORT"),
    TEXT_ROW(EscMailServer, from, "", "sender address"),
    TEXT_ROW(EscMailServer, user, "", "user name, when the server wants one"),
    TEXT_ROW(EscMailServer, password_file, "", "file that holds the password"),
    WORD_ROW(EscMailServer, tls, "required", "required|opportunistic|none",
             "whether an smtp:// connection must, may or must not be encrypted"),
    TEXT_ROW(EscMailServer, ca_file, "", CA_HELP),
    TEXT_ROW(EscMailServer, sender_name, "Escal", "name beside the sender address"),
};

static const Option inbox_options[] = {
    TEXT_ROW(EscInbox, address, "",
             "address whose mails become tickets; answers to ours come to it too, with more behind "
             "a + or ="),
    TEXTS_ROW(EscInbox, also, "further addresses whose mails become tickets"),
    TEXT_ROW(
        EscInbox, secret_file, "",
        "file that holds a secret of 16 characters at least, by which answers are known again"),
    WORD_ROW(EscInbox, machines, "leave", "leave|take",
             "mails that a program wrote (Auto-Submitted: auto-generated): recorded and left, or "
             "taken as people's are"),
    TEXT_ROW(EscInbox, reply_event, "",
             "event of the templates that an answer about a ticket is, with its fields from and "
             "text where it has them; empty: ticket.updated"),
};

static const Option people_options[] = {
#define ESC_PEOPLE_WAY(way, CONTACT, help_)                                                        \
    OBJECT_ROW(EscPeopleBinding, way, GROUP_ENDPOINT, help_, IN_FOLDER, IS_PLACE),
#include <esc/people_ways.def>
};

static const Option endpoint_options[] = {
    WORD_ROW(EscEndpoint, type, "", people_types + 1,
             "as for channels; without it nothing is bound", IN_FOLDER),
    TEXT_ROW(EscEndpoint, url, "", "as for channels", IN_FOLDER),
    TEXT_ROW(EscEndpoint, url_file, "", "file that holds the url"),
    TEXT_ROW(EscEndpoint, path, "",
             "file: the file to append to; empty: the workspace's file sink"),
    TEXT_ROW(EscEndpoint, secret_file, "", SECRET_HELP),
    TEXT_ROW(EscEndpoint, answers, "", ANSWERS_HELP),
    TEXT_ROW(EscEndpoint, ca_file, "", CA_HELP),
    GATEWAY_ROWS,
};

static const Option system_options[] = {
    TEXT_ROW(EscSystemBinding, base_url, "", "address that the paths of the actions are put behind",
             IN_FOLDER),
    HEADERS_ROW(EscSystemBinding, headers, "headers of every call, {\"Name\": \"value\"}",
                IN_FOLDER),
    TEXT_ROW(EscSystemBinding, secret_file, "",
             "file that holds a secret to be sent in secret_header"),
    TEXT_ROW(EscSystemBinding, secret_header, "Authorization", "header that carries the secret"),
    TEXT_ROW(EscSystemBinding, secret_prefix, "Bearer ", "text before the secret"),
    TEXT_ROW(EscSystemBinding, ca_file, "", CA_HELP),
    COUNT_ROW(EscSystemBinding, timeout_ms, 0, 0, 600000,
              "one call, in real time; 0: delivery_timeout_ms", IN_FOLDER),
    OBJECT_ROW(EscSystemBinding, auth, GROUP_AUTH,
               "how the system is signed in to, instead of secret_file"),
};

static const Option auth_options[] = {
    WORD_ROW(EscAuthBinding, type, "none", "none|basic|bearer|api_key|oauth2",
             "basic: user and password; bearer: a token that does not end; api_key: a key in a "
             "header or in the query; oauth2: client credentials, whose token is fetched and "
             "renewed in time"),
    TEXT_ROW(EscAuthBinding, secret_file, "",
             "file that holds the password, token, key or the client's secret"),
    TEXT_ROW(EscAuthBinding, user, "", "basic: the user's name"),
    TEXT_ROW(EscAuthBinding, header, "", "api_key: header that carries the key, such as X-Api-Key"),
    TEXT_ROW(EscAuthBinding, query, "",
             "api_key: instead of a header, parameter of the query that carries it"),
    TEXT_ROW(EscAuthBinding, token_url, "", "oauth2: address that gives tokens"),
    TEXT_ROW(EscAuthBinding, client_id, "", "oauth2: name of this client"),
    WORD_ROW(EscAuthBinding, client_in, "header", "header|body",
             "oauth2: where the client's name and secret stand in the request for a token"),
    TEXT_ROW(EscAuthBinding, scope, "", "oauth2: what is asked for; empty: not said"),
    TEXT_ROW(EscAuthBinding, audience, "", "oauth2: `audience` of the request; empty: not said"),
    TEXT_ROW(EscAuthBinding, ca_file, "",
             "oauth2: file (PEM) of the authorities that the certificate of token_url may come "
             "from; empty: the machine's"),
};

static const Option inbound_options[] = {
    WORD_ROW(
        EscInboundBinding, type, "", inbound_types + 1,
        "slack: buttons of a Slack app (its request URL for interactivity); mattermost: buttons "
        "of posts; gateway: receipts, text messages and keys of a gateway in Twilio's form; "
        "buttons: those that stand below messages of ntfy and webpush"),
    TEXT_ROW(EscInboundBinding, secret_file, "",
             "file that holds what the service signs its requests with; slack: the app's signing "
             "secret; gateway: the account's token; mattermost, buttons: one of your own (openssl "
             "rand -hex 32)"),
};

static const Option library_options[] = {
    TEXT_ROW(EscLibraryBinding, folder, "", "folder of its modules (paths.esc …)"),
};

static const Option source_options[] = {
    TEXT_ROW(EscSourceBinding, secret_file, "",
             "file that holds the secret of the source: its token, or what its sender signs with"),
    TEXT_ROW(EscSourceBinding, former_secret_file, "",
             "file that holds the secret of before, which counts too while the sender changes it"),
    TEXT_ROW(EscSourceBinding, url, "",
             "address at which the sender calls the source, where it signs that (hubspot)"),
};

static const Option tls_options[] = {
    TEXT_ROW(EscTlsBinding, certificate_file, "",
             "file (PEM) of the certificate, and of those between it and its authority; read again "
             "at SIGHUP and when it has changed"),
    TEXT_ROW(EscTlsBinding, key_file, "", "file (PEM) of its private key"),
};

static const Option sessions_options[] = {
    COUNT_ROW(EscSessionRules, idle_s, 604800, 60, 31536000,
              "a session that nobody used for so long is over"),
    COUNT_ROW(EscSessionRules, lifetime_s, 2592000, 60, 31536000,
              "and so is one that began so long ago"),
    WORD_ROW(EscSessionRules, people, "act", "act|read|none",
             "what somebody of a workspace's directory may do there who logs in by a link and is "
             "none of `operators`: look and act, look, or not even log in"),
};

static const Option operator_options[] = {
    TEXT_ROW(EscOperator, title, "", "how the person is called; empty: as the directory has it"),
    TEXT_ROW(EscOperator, subject, "",
             "who they are at the provider of `oidc` (`sub`); empty: whoever it says has this mail "
             "address, verified"),
    TEXT_ROW(EscOperator, language, "", "such as de; empty: as the directory has it"),
    TEXT_ROW(EscOperator, time_zone, "", "such as Europe/Berlin; empty: as the directory has it"),
    MAP_ROW(EscOperator, clients, GROUP_OPERATOR_CLIENT, "workspaces that they may see"),
};

static const Option operator_client_options[] = {
    TEXT_ROW(
        EscOperatorClient, person, "",
        "who of the directory they are there; empty: nobody, and they act under their address"),
    TEXTS_ROW(EscOperatorClient, scopes,
              "what they may do, of events, read, act, start, people, audit, act-as, clock, operate"),
};

static const Option oidc_options[] = {
    TEXT_ROW(EscOidcBinding, issuer, "", "the provider's address, as its tokens have it in `iss`"),
    TEXT_ROW(EscOidcBinding, client_id, "", "name of this daemon there"),
    TEXT_ROW(EscOidcBinding, secret_file, "",
             "file that holds the client's secret; empty: it has none, and PKCE alone protects"),
    TEXT_ROW(EscOidcBinding, title, "Single sign-on", "what stands on the button"),
    TEXT_ROW(EscOidcBinding, scope, "openid email profile", "what is asked for"),
    TEXT_ROW(EscOidcBinding, ca_file, "", CA_HELP),
    TEXTS_ROW(EscOidcBinding, allowed_addresses,
              "addresses and names beyond the public Internet that the provider may have; http:// "
              "only to these"),
};

static const Option heartbeat_options[] = {
    TEXT_ROW(
        EscHeartbeat, url, "",
        "address that gets a POST as long as the daemon is alive, nothing is late by more than "
        "late_s, and it can write"),
    TEXT_ROW(EscHeartbeat, url_file, "", "file that holds the url, when it is a secret itself"),
    TEXT_ROW(EscHeartbeat, fail_url, "",
             "address that gets one instead when it is alive and not well; empty: it says nothing"),
    TEXT_ROW(EscHeartbeat, fail_url_file, "", "file that holds the fail_url"),
    COUNT_ROW(EscHeartbeat, every_s, 60, 1, 86400, "time between two of them"),
    TEXT_ROW(EscHeartbeat, ca_file, "", CA_HELP),
    TEXTS_ROW(EscHeartbeat, allowed_addresses,
              "addresses and names beyond the public Internet that these may have; http:// only to "
              "these"),
};

static const Option alarms_options[] = {
    TEXT_ROW(EscAlarmBinding, workspace, "",
             "workspace that gets an event alarm.raised for each, and alarm.over for its end: its "
             "templates escalate them"),
    OBJECT_ROW(
        EscAlarmBinding, to, GROUP_ALARMS_TO,
        "an address for all of them where no workspace is named; else for those that it does "
        "not take, and those that are about itself"),
    OBJECT_ROW(EscAlarmBinding, mail, GROUP_MAIL, "the mail server, where the address is mail"),
    TEXTS_ROW(EscAlarmBinding, allowed_addresses,
              "addresses and names beyond the public Internet that these may have; http:// and "
              "smtp:// without TLS only to these"),
    COUNT_ROW(
        EscAlarmBinding, settle_s, 10, 1, 3600,
        "how long something is wrong before it is told; its end is told behind six times that, "
        "and the same again behind sixty times"),
    COUNT_ROW(EscAlarmBinding, again_s, 3600, 1, 31536000,
              "time between two reminders to the address, as long as it lasts"),
};

static const Option alarms_to_options[] = {
    WORD_ROW(EscEndpoint, type, "",
             "chat|webhook|smtp|slack|mattermost|teams|discord|sms|call|ntfy",
             "as for channels; without it there is no address"),
    TEXT_ROW(EscEndpoint, url, "", "as for channels"),
    TEXT_ROW(EscEndpoint, url_file, "", "file that holds the url, when it is a secret itself"),
    TEXTS_ROW(EscEndpoint, to, "as for channels"),
    TEXT_ROW(EscEndpoint, topic, "", "as for channels"),
    TEXT_ROW(EscEndpoint, secret_file, "", SECRET_HELP),
    TEXT_ROW(EscEndpoint, ca_file, "", CA_HELP),
    TEXT_ROW(EscEndpoint, account, "", "as for channels"),
    TEXT_ROW(EscEndpoint, from, "", "as for channels"),
};

#define GROUP(title_, Struct, rows)                                                                \
    {                                                                                              \
        title_, sizeof(Struct), rows, ESC_COUNT_OF(rows)                                           \
    }

const OptionGroup esc_config_groups[] = {
    GROUP("", EscConfig, daemon_options),
    GROUP("workspaces.NAME", EscWorkspaceConfig, workspace_options),
    GROUP("workspaces.NAME.channels.NAME", EscEndpoint, channel_options),
    GROUP("workspaces.NAME.mail", EscMailServer, mail_options),
    GROUP("workspaces.NAME.people", EscPeopleBinding, people_options),
    GROUP("workspaces.NAME.people.chat, .phone, .sms, .push", EscEndpoint, endpoint_options),
    GROUP("workspaces.NAME.systems.NAME", EscSystemBinding, system_options),
    GROUP("workspaces.NAME.inbound.NAME", EscInboundBinding, inbound_options),
    GROUP("workspaces.NAME.systems.NAME.auth", EscAuthBinding, auth_options),
    GROUP("workspaces.NAME.inbox", EscInbox, inbox_options),
    GROUP("libraries.NAME", EscLibraryBinding, library_options),
    GROUP("workspaces.NAME.sources.NAME", EscSourceBinding, source_options),
    GROUP("tls", EscTlsBinding, tls_options),
    GROUP("sessions", EscSessionRules, sessions_options),
    GROUP("operators.MAIL", EscOperator, operator_options),
    GROUP("operators.MAIL.clients.NAME", EscOperatorClient, operator_client_options),
    GROUP("oidc", EscOidcBinding, oidc_options),
    GROUP("heartbeat", EscHeartbeat, heartbeat_options),
    GROUP("alarms", EscAlarmBinding, alarms_options),
    GROUP("alarms.to", EscEndpoint, alarms_to_options),
};
const size_t esc_config_groups_count = ESC_COUNT_OF(esc_config_groups);
