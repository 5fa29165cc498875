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
#define ESC_CONFIG_ITEMS_MAX 4096 /* members of one list or map of the configuration */

typedef struct EscTexts {
    EscText *items;
    uint32_t count;
} EscTexts;

typedef enum EscEndpointKind {
#define ESC_ENDPOINT(kind, name, way, needs, people, plan) ESC_ENDPOINT_##kind,
#include <esc/endpoint_kinds.def>
#undef ESC_ENDPOINT
    ESC_ENDPOINT_COUNT
} EscEndpointKind;

/* Where the messages of a channel, or of people by chat or phone, go. */
typedef struct EscEndpoint {
    EscText name; /* channel; empty for people */
    EscText type; /* a word of endpoint_kinds.def */
    EscEndpointKind kind;
    EscText url, url_file; /* CHAT, WEBHOOK: one of them; after loading url holds it */
    EscText path;          /* FILE */
    EscTexts to;           /* SMTP */
    /* WEBHOOK: signing secret. `secret` is filled in from the file and never written anywhere. */
    EscText secret_file, secret;
    EscText
        ca_file; /* CHAT, WEBHOOK: authorities that its certificate may come from; a path, after loading whole */
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

typedef struct EscPeopleBinding {
    EscEndpoint chat, phone; /* an empty type: not bound */
} EscPeopleBinding;

typedef struct EscSystemBinding {
    EscText name, base_url;
    EscTexts headers; /* "Name: value" each */
    EscText secret_file, secret, secret_header, secret_prefix, ca_file;
    int64_t timeout_ms; /* 0: delivery_timeout_ms */
} EscSystemBinding;

typedef struct EscEndpoints {
    EscEndpoint *items;
    uint32_t count;
} EscEndpoints;
typedef struct EscSystemBindings {
    EscSystemBinding *items;
    uint32_t count;
} EscSystemBindings;

/* Bindings of one workspace: what `channel` and `system` mean outside. */
typedef struct EscWorkspaceConfig {
    EscText name;
    EscText folder; /* of the file that says it: relative names are relative to it */
    EscEndpoints channels;
    EscMailServer mail;
    EscInbox inbox;
    EscPeopleBinding people;
    EscSystemBindings systems;
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

/* Everything that escald.json says; one member for each row of the tables in
 * runtime/config/config_table.c, with its default when it is not said. */
typedef struct EscConfig {
    EscText listen, token_file, zoneinfo, unbound;
    int64_t header_bytes_max, body_bytes_max, connections_max, connections_per_address_max,
        request_timeout_s, wrong_token_pause_max_ms;
    EscTexts webhook_origins; /* who may ask to send events; none: everybody */
    EscText lmtp_listen;      /* "unix:PATH", "127.0.0.1:24"; empty: no mail comes in */
    int64_t lmtp_connections_max, lmtp_mail_bytes_max, lmtp_timeout_s, mails_per_sender_max;
    int64_t queue_max, timers_per_turn_max, clock_settle_ms;
    int64_t workers, store_cache_mib;
    int64_t delivery_parallel_max, delivery_parallel_per_workspace_max,
        delivery_parallel_per_host_max, delivery_timeout_ms, delivery_attempts_max,
        delivery_lifetime_s;
    int64_t backoff_base_ms, backoff_max_ms, circuit_failures, circuit_open_ms, stop_timeout_s;
    EscWorkspaceConfigs workspaces;
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

#ifdef __cplusplus
}
#endif
#endif
