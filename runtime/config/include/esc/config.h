/* esc/config.h - what escald.json says. */
#ifndef ESC_CONFIG_H
#define ESC_CONFIG_H

#include <esc/doors.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ESC_URL_BYTES_MAX 2048
#define ESC_CONFIG_BYTES_MAX ((size_t)4 << 20)
#define ESC_SECRET_BYTES_MAX 4096
/* What has no binding goes to the file, as nobody has said otherwise; no word of the configuration. */
#define ESC_UNBOUND_REHEARSAL "rehearsal"
#define ESC_INBOUND_NAME_BYTES_MAX 64
#define ESC_ROOM_PLACE "{room}"   /* in the url of a meeting server */
#define ESC_CONFIG_ITEMS_MAX 4096 /* members of one list or map of the configuration */

typedef struct EscTexts {
    EscText *items;
    uint32_t count;
} EscTexts;

/* What somebody may do. */
typedef enum EscScopeBit {
    ESC_SCOPE_BIT_EVENTS = 1,
    ESC_SCOPE_BIT_READ = 2,
    ESC_SCOPE_BIT_ACT = 4,
    ESC_SCOPE_BIT_START = 8,
    ESC_SCOPE_BIT_PEOPLE = 16,
    ESC_SCOPE_BIT_AUDIT = 32,
    ESC_SCOPE_BIT_ACT_AS = 64,
    ESC_SCOPE_BIT_CLOCK = 128
} EscScopeBit;
/* "events,read,act" as bits; false when a word is unknown. */
bool esc_scopes_read(EscText text, uint32_t *scopes);
/* ["events","read"]: in JSON. */
void esc_scopes_write(EscBuf *out, uint32_t scopes);

typedef enum EscEndpointKind {
#define ESC_ENDPOINT(kind, name, way, needs, people, plan) ESC_ENDPOINT_##kind,
#include <esc/endpoint_kinds.def>
#undef ESC_ENDPOINT
    ESC_ENDPOINT_COUNT
} EscEndpointKind;

/* Where a browser wants to be pushed to (RFC 8030, 8291). */
typedef struct EscPushSubscription {
    EscText name;      /* whose, or of what */
    EscText url;       /* whoever knows it can push */
    EscText key, auth; /* of the browser: an uncompressed point of P-256, and 16 bytes */
} EscPushSubscription;

/* Where the messages of a channel, or of people by one way, go. */
typedef struct EscEndpoint {
    EscText name; /* channel; empty for people */
    EscText type; /* a word of endpoint_kinds.def */
    EscEndpointKind kind;
    EscText url, url_file; /* CHAT, WEBHOOK: one of them; after loading url holds it */
    EscText path;          /* FILE */
    EscTexts
        to; /* SMTP; SMS, CALL, WEBPUSH: the one address of a channel; SLACK, MATTERMOST: its one place */
    EscText answers; /* the inbound binding by which people answer from there; empty: they cannot */
    /* WEBHOOK: signing secret; of others a token, or a key. `secret` is filled in from the file and never written anywhere. */
    EscText secret_file, secret;
    EscText
        ca_file; /* HTTP: authorities that its certificate may come from; a path, after loading whole */
    EscText account,
        from; /* SMS, CALL: the account, whose token is `secret`; a number, or a messaging service */
    EscText topic;   /* NTFY, of a channel */
    EscText contact; /* WEBPUSH: "mailto:…", for push services; `secret` is our private key */
    EscText subscriptions_file;
    EscPushSubscription *subscriptions; /* WEBPUSH: from the file */
    uint32_t subscriptions_count;
} EscEndpoint;

typedef struct EscMailServer {
    EscText server; /* "smtp://mail.example:587"; empty: mail is not bound */
    EscText from;
    EscText user, password_file, password;
    EscText tls; /* required, opportunistic, none */
    EscText ca_file, sender_name;
} EscMailServer;

/* Where mail to the workspace comes in. */
typedef struct EscInbox {
    EscText address;             /* "desk+acme@x.example"; empty: there is none */
    EscTexts also;               /* further addresses whose mails come in */
    EscText secret_file, secret; /* by which answers are known again; filled in from the file */
    EscText machines;            /* take, leave: mails that a program wrote */
    EscText reply_event;         /* what an answer about a ticket is; empty: ticket.updated */
} EscInbox;

typedef struct EscPeopleBinding { /* an empty type: not bound */
#define ESC_PEOPLE_WAY(way, CONTACT, help) EscEndpoint way;
#include <esc/people_ways.def>
} EscPeopleBinding;
/* What people are reached by, by the word of a way; NULL: no endpoint is bound to such a way. */
const EscEndpoint *esc_people_endpoint(const EscPeopleBinding *people, EscText way);

typedef enum EscAuthKind {
    ESC_AUTH_NONE,
    ESC_AUTH_BASIC,
    ESC_AUTH_BEARER,
    ESC_AUTH_API_KEY,
    ESC_AUTH_OAUTH2, /* client credentials (RFC 6749 4.4) */
    ESC_AUTH_COUNT
} EscAuthKind;

/* How a system is signed in to. */
typedef struct EscAuthBinding {
    EscText type; /* none, basic, bearer, api_key, oauth2 */
    EscAuthKind kind;
    EscText user;                /* BASIC */
    EscText secret_file, secret; /* password, token, key, or the client's secret */
    EscText header, query;       /* API_KEY: where the key stands */
    EscText token_url, client_id, client_in, scope, audience, ca_file; /* OAUTH2 */
} EscAuthBinding;

typedef struct EscSystemBinding {
    EscText name, base_url;
    EscTexts headers; /* "Name: value" each */
    EscText secret_file, secret, secret_header, secret_prefix, ca_file;
    int64_t timeout_ms; /* 0: delivery_timeout_ms */
    EscAuthBinding auth;
} EscSystemBinding;

typedef enum EscInboundKindId {
#define ESC_INBOUND(kind, name, functions) ESC_INBOUND_##kind,
#include <esc/inbound_kinds.def>
#undef ESC_INBOUND
    ESC_INBOUND_COUNT
} EscInboundKindId;

/* Where a service sends what people answer and what became of messages: POST /v1/inbound/NAME. Its own proof stands in the
 * place of a token, so its name is of one workspace alone. */
typedef struct EscInboundBinding {
    EscText name;
    EscText type; /* a word of inbound_kinds.def */
    EscInboundKindId kind;
    EscText secret_file, secret; /* what the service signs with */
} EscInboundBinding;

typedef struct EscInboundBindings {
    EscInboundBinding *items;
    uint32_t count;
} EscInboundBindings;
/* Where a library of the agency's own lies, which workspaces `use`. */
typedef struct EscLibraryBinding {
    EscText name, folder; /* as it was said … */
    EscText place; /* … and from the present folder of the process, filled in when it is read */
} EscLibraryBinding;

typedef struct EscLibraryBindings {
    EscLibraryBinding *items;
    uint32_t count;
} EscLibraryBindings;
/* A `source` of the templates: what proves its sender. */
typedef struct EscSourceBinding {
    EscText name;
    EscText secret_file, secret, former_secret_file, former_secret;
    EscText url; /* how the sender calls it, for proofs of the address */
} EscSourceBinding;

typedef struct EscEndpoints {
    EscEndpoint *items;
    uint32_t count;
} EscEndpoints;
typedef struct EscSystemBindings {
    EscSystemBinding *items;
    uint32_t count;
} EscSystemBindings;

typedef struct EscSourceBindings {
    EscSourceBinding *items;
    uint32_t count;
} EscSourceBindings;

struct EscLinkKeys; /* esc/links.h */

/* Bindings of one workspace: what `channel` and `system` mean outside. */
typedef struct EscWorkspaceConfig {
    EscText name;
    EscText folder; /* of the file that says it: relative names are relative to it */
    EscEndpoints channels;
    EscMailServer mail;
    EscInbox inbox;
    EscPeopleBinding people;
    EscSystemBindings systems;
    EscInboundBindings inbound;
    EscText public_url; /* the daemon's own, where finishing finds one; without a / at its end */
    const struct EscLinkKeys *links; /* esc_config_use_links; NULL: messages have no links */
    EscSourceBindings sources;
    /* Addresses, CIDR ranges and host names beyond the public Internet; http:// only to these. */
    EscTexts allowed_addresses;
    /* "stop", "file" (the sink of the workspace), "refuse"; empty: as for all (esc_config_unbound). Finishing fills it in,
     * with ESC_UNBOUND_REHEARSAL too. */
    EscText unbound;
    EscTexts folder_may_bind; /* places that the folder's own file may bind: "channels.incidents" */
} EscWorkspaceConfig;

typedef struct EscWorkspaceConfigs {
    EscWorkspaceConfig *items;
    uint32_t count;
} EscWorkspaceConfigs;

/* Files (PEM) by which the daemon speaks TLS itself; after reading from the present folder of the process. */
typedef struct EscTlsBinding {
    EscText certificate_file, key_file; /* both empty: it speaks plain HTTP */
} EscTlsBinding;

typedef struct EscSessionRules {
    int64_t idle_s, lifetime_s;
    EscText people; /* what people of a directory may do who log in by a link: act, read, none */
} EscSessionRules;

/* What somebody from outside may do in one client. */
typedef struct EscOperatorClient {
    EscText name;   /* of the workspace */
    EscText person; /* who they are there; empty: nobody of its directory */
    EscTexts scopes;
    uint32_t scope_bits; /* of these, from finishing on */
} EscOperatorClient;

typedef struct EscOperatorClients {
    EscOperatorClient *items;
    uint32_t count;
} EscOperatorClients;

/* Somebody who logs in, for several clients. */
typedef struct EscOperator {
    EscText name; /* a mail address */
    EscText title, subject, language, time_zone;
    EscOperatorClients clients;
} EscOperator;

typedef struct EscOperators {
    EscOperator *items;
    uint32_t count;
} EscOperators;

/* A provider of OpenID Connect by which people log in. */
typedef struct EscOidcBinding {
    EscText issuer; /* empty: there is none */
    EscText client_id, secret_file, secret, title, scope, ca_file;
    EscTexts allowed_addresses;
} EscOidcBinding;

/* A monitor outside that hears of a daemon that is alive and well. */
#define ESC_HEARTBEAT_URL "url" /* channels of its site */
#define ESC_HEARTBEAT_FAIL_URL "fail_url"
typedef struct EscHeartbeat {
    EscText url, url_file, fail_url, fail_url_file, ca_file;
    int64_t every_s;
    EscTexts allowed_addresses;
    EscWorkspaceConfig
        site; /* of finishing: these addresses as channels; none: there is no heartbeat */
} EscHeartbeat;

/* Who hears that something is wrong with the daemon itself. */
#define ESC_ALARMS_TO "to" /* channel of its site */
#define ESC_ALARM_EVENT_RAISED "alarm.raised"
#define ESC_ALARM_EVENT_OVER "alarm.over"
typedef struct EscAlarmBinding {
    EscText workspace; /* whose templates escalate them; empty: none */
    EscEndpoint to;    /* an address; an empty type: none */
    EscMailServer mail;
    EscTexts allowed_addresses;
    int64_t settle_s, again_s;
    EscWorkspaceConfig site; /* of finishing: the address as a channel; none: there is no address */
} EscAlarmBinding;

/* Everything that escald.json says; one member for each row of the tables in
 * runtime/config/config_table.c, with its default when it is not said. */
typedef struct EscConfig {
    EscText folder; /* of the file */
    EscText listen, token_file, zoneinfo, unbound;
    EscText listen_unix, listen_unix_rights, listen_unix_group;
    EscTlsBinding tls;
    EscSessionRules sessions;
    EscOperators operators;
    EscOidcBinding oidc;
    EscHeartbeat heartbeat;
    EscAlarmBinding alarms;
    EscText public_url; /* under which services reach this daemon from outside; empty: not said */
    const struct EscLinkKeys *links; /* esc_config_use_links; not said in any file */
    int64_t header_bytes_max, body_bytes_max, connections_max, connections_per_address_max,
        request_timeout_s, wrong_token_pause_max_ms;
    EscTexts webhook_origins; /* who may ask to send events; none: everybody */
    EscText lmtp_listen;      /* "unix:PATH", "127.0.0.1:24"; empty: no mail comes in */
    int64_t lmtp_connections_max, lmtp_mail_bytes_max, lmtp_timeout_s, mails_per_sender_max;
    int64_t queue_max, timers_per_turn_max, clock_settle_ms;
    int64_t workers, store_cache_mib, late_s;
    int64_t delivery_parallel_max, delivery_parallel_per_workspace_max,
        delivery_parallel_per_host_max, delivery_timeout_ms, delivery_attempts_max,
        delivery_lifetime_s;
    int64_t backoff_base_ms, backoff_max_ms, circuit_failures, circuit_open_ms, stop_timeout_s;
    EscWorkspaceConfigs workspaces;
    EscLibraryBindings libraries;
    EscWorkspaceConfig outside; /* what is the daemon's own: rules for addresses, without a name */
    /* To be set before it is finished. Where nobody has said what becomes of the unbound it is "stop", but in a
     * rehearsal ESC_UNBOUND_REHEARSAL: on a virtual clock, or while nothing that is bound leads beyond this machine. */
    bool has_virtual_clock;
    bool is_only_checked; /* by what holds in earnest: it is never a rehearsal */
    EscArena *arena;      /* owns every text */
    bool
        is_unread; /* some file of it is no JSON, or cannot be read: what is missing may stand there */
    EscBuf faults;   /* all that is wrong, as far as it was read and checked, one a line */
    EscBuf warnings; /* the same for what does not keep it from being used */
} EscConfig;

/* Where lmtp_listen says that mail comes in. */
#define ESC_LMTP_PLACE_WANTED "wanted is unix:/PATH, or a port of this machine such as 127.0.0.1:24"
typedef struct EscLmtpPlace {
    EscText path;     /* of a socket; empty: a port */
    const char *host; /* of this machine */
    uint16_t port;
} EscLmtpPlace;
bool esc_lmtp_place_read(EscText text, EscLmtpPlace *place); /* *place borrows; false: it is none */

/* A configuration with every default. NULL when there is no memory. */
EscConfig *esc_config_new(void);
void esc_config_free(EscConfig *config); /* wipes the secrets; NULL is allowed */
/* Reads a whole escald.json (strict JSON, no unknown option) over what is there. `origin` names
 * the file in messages. ESC_BAD_CONFIG: *why names the option and the nearest known one. */
ESC_MUST_USE EscStatus esc_config_read(EscConfig *config, EscText json, const char *origin,
                                       EscWhy *why);
/* The same for the file escald.json in a workspace's own folder, which people write who write templates: it gives what
 * the operator's file lets it (folder_may_bind), and never files, secrets or addresses beyond the public Internet. It adds
 * to what the operator's file binds and changes none of it. To be read after that one. */
ESC_MUST_USE EscStatus esc_config_read_workspace(EscConfig *config, EscText name, EscText json,
                                                 const char *origin, EscWhy *why);
/* Notes a fault; in *first (may be NULL) when that is the first one. Returns ESC_BAD_CONFIG. */
EscStatus esc_config_fault(EscConfig *config, EscWhy *first, const char *format, ...)
    ESC_PRINTF(3, 4);
void esc_config_warn(EscConfig *config, const char *format, ...) ESC_PRINTF(2, 3);
/* Reads the secret files through the door (names are relative to the folder of the file that
 * says them) and checks what needs more than one option: urls against allowed addresses. Goes on
 * behind a fault: all are in config->faults, the first is in *why. */
ESC_MUST_USE EscStatus esc_config_finish(EscConfig *config, const EscFiles *files, EscWhy *why);
/* The operator's word from elsewhere, for all that says nothing of its own. ESC_BAD_CONFIG: it is none. */
ESC_MUST_USE EscStatus esc_config_set_unbound(EscConfig *config, EscText word, EscWhy *why);
/* What becomes of what a workspace has no binding for: its own word, or that for all; empty: nobody has said, and it is not
 * finished. */
EscText esc_config_unbound(const EscConfig *config, EscText name);
/* What holds for a workspace that the configuration says nothing about, but for `unbound`. */
void esc_config_workspace_preset(EscWorkspaceConfig *out);
/* NULL when the configuration says nothing about it. */
const EscWorkspaceConfig *esc_config_workspace(const EscConfig *config, EscText name);
/* The binding behind /v1/inbound/NAME and its workspace; NULL: there is none of that name. */
const EscInboundBinding *esc_config_inbound(const EscConfig *config, EscText name,
                                            const EscWorkspaceConfig **workspace);
/* The binding that an endpoint's `answers` names; NULL: none. */
const EscInboundBinding *esc_config_answers(const EscWorkspaceConfig *workspace,
                                            const EscEndpoint *endpoint);
/* The operator who is called so, or has that subject at the provider; NULL: nobody. An empty text is nobody's. */
const EscOperator *esc_config_operator(const EscConfig *config, EscText mail, EscText subject);
/* "0660" as rights; false: it is none. */
bool esc_rights_read(EscText text, unsigned *rights);
/* Whether anything that a finished configuration binds, of any workspace, leads beyond this machine. */
bool esc_config_leads_out(const EscConfig *config);
/* Whether a word of `unbound` sends what has no binding to the file. */
bool esc_unbound_is_file(EscText word);
/* Whether a connection for `host` may go to this address: public ones, and what allowed_addresses
 * names. */
bool esc_address_is_allowed(const EscWorkspaceConfig *workspace, EscText host,
                            const struct sockaddr *address);
/* The reference of all options as text, from the same tables. */
void esc_config_help(EscBuf *out);
/* From now on messages to people have links, signed with these keys (esc/links.h), which are borrowed. Of a finished
 * configuration with a public_url. */
void esc_config_use_links(EscConfig *config, const struct EscLinkKeys *keys);
/* Whether something is bound as a web push whose private key the configuration does not name; the one that it uses then. */
bool esc_config_wants_push_key(const EscConfig *config);
void esc_config_use_push_key(EscConfig *config, EscText key);
/* What is wrong with an address to post to, which is HTTPS or one of allowed_addresses; NULL: nothing. It has a NUL behind it. */
const char *esc_config_post_fault(const EscWorkspaceConfig *workspace, EscText url);

#ifdef __cplusplus
}
#endif
#endif
