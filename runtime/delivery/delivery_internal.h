/* delivery_internal.h - from outbox rows to the outside world and back; for delivery*.c and
 * reactor*.c only.
 *
 * A row becomes a plan (what to send where: pure), a plan becomes a transfer (libcurl, or a line
 * in a file), and the transfer's end becomes a verdict (pure): settled, to be tried again, or
 * dead. */
#ifndef ESC_DELIVERY_INTERNAL_H
#define ESC_DELIVERY_INTERNAL_H

#include "daemon/daemon_internal.h"

/* --- the worker ------------------------------------------------------------------------------- */

typedef struct EscDeliveries EscDeliveries;

ESC_MUST_USE EscStatus esc_deliveries_new(EscDaemon *daemon, EscDeliveries **out, EscWhy *why);
/* Takes due rows of each workspace as long as there is room, and starts them. */
ESC_MUST_USE EscStatus esc_deliveries_start(EscDeliveries *deliveries, EscWhy *why);
/* Moves transfers on; those that ended go into the queue of their workspace or are noted for
 * another attempt. */
ESC_MUST_USE EscStatus esc_deliveries_run(EscDeliveries *deliveries, EscWhy *why);
/* Real time until one of the two wants to be called again. */
int64_t esc_deliveries_wait_ms(const EscDeliveries *deliveries);
/* Gives up what is under way: the rows stay unsettled. NULL is allowed. */
void esc_deliveries_free(EscDeliveries *deliveries);

/* --- plans (delivery_plan.c, delivery_text.c, delivery_mail.c) -------------------------------- */

typedef enum EscPlanKind {
    ESC_PLAN_REFUSED,
    ESC_PLAN_FILE,
    ESC_PLAN_HTTP,
    ESC_PLAN_MAIL
} EscPlanKind;

#define ESC_PLAN_HEADERS_MAX 32
#define ESC_PLAN_STATUSES_MAX 64

typedef struct EscPlan {
    EscPlanKind kind;
    /* What the circuit breaker and messages call it: "channel incidents", "system crm". */
    EscText endpoint;
    EscText refusal; /* REFUSED: why */
    EscText path;    /* FILE; empty: the workspace's sink */
    EscText method, url;
    EscText host; /* of the URL, for allowed_addresses */
    EscText headers[ESC_PLAN_HEADERS_MAX];
    uint32_t headers_count;
    bool has_body;
    EscText body; /* HTTP body, mail as RFC 5322, or the line for the file */
    EscText from;
    EscTexts to;
    const EscMailServer *mail;
    bool is_call;
    uint32_t statuses[ESC_PLAN_STATUSES_MAX]; /* CALL: what counts as success; none: any 2xx */
    uint32_t statuses_count;
    EscText result_path;
    int64_t timeout_ms; /* 0: delivery_timeout_ms */
} EscPlan;

/* Everything in *plan lives in the arena or the configuration. Never fails: what cannot be sent
 * is a REFUSED plan. */
void esc_plan_make(EscArena *arena, const EscWorkspaceConfig *config, const EscOutboxRow *row,
                   int64_t now_ms, EscPlan *plan);

/* Text for people from a message's body; chat mark-up is escaped when `is_chat`. Control and
 * bidirectional characters are left out. */
typedef struct EscMessage {
    EscText text, subject, workspace, escalation, ticket, template_name, severity, question;
    bool page;
    EscText answer_names[ESC_LIST_ITEMS_MAX], answer_titles[ESC_LIST_ITEMS_MAX];
    uint32_t answers_count;
} EscMessage;
bool esc_message_read(EscArena *arena, EscText json, EscMessage *message);
void esc_message_write(EscBuf *out, const EscMessage *message, bool is_chat);
/* Appends text without control (but line ends, when `lines`) and bidirectional characters; & < >
 * escaped when `is_chat`. */
void esc_delivery_text(EscBuf *out, EscText text, bool lines, bool is_chat);

typedef struct EscMail {
    EscText from, subject, text, key;
    EscTexts to;
    int64_t date_ms;
} EscMail;
void esc_mail_write(EscBuf *out, const EscMail *mail); /* RFC 5322, lines end in CRLF */

/* Standard Webhooks: value of webhook-signature, "v1,<base64>". `secret` may have the form
 * whsec_<base64>. */
void esc_webhook_sign(EscBuf *out, EscText secret, EscText id, int64_t timestamp_s, EscText body);
void esc_base64_write(EscBuf *out, EscBytes bytes);

/* --- verdicts (delivery_verdict.c) ------------------------------------------------------------ */

typedef enum EscVerdict { ESC_VERDICT_DONE, ESC_VERDICT_RETRY, ESC_VERDICT_DEAD } EscVerdict;
/* `is_transferred`: the peer answered completely. http_status 0: no answer. */
EscVerdict esc_verdict_http(const EscPlan *plan, bool is_transferred, unsigned http_status);
EscVerdict esc_verdict_mail(bool is_transferred, unsigned reply_code);
/* Full jitter: anything from 0 to min(max, base * 2^(attempts - 1)), but not before `floor_ms`. */
int64_t esc_backoff_ms(uint32_t attempts, int64_t base_ms, int64_t max_ms, int64_t floor_ms,
                       uint64_t random);
/* What the action returns: the member that an RFC 6901 pointer names, or the whole body. False:
 * there is no such member. */
bool esc_reply_select(EscBuf *out, EscText body, EscText pointer);

/* A breaker opens after so many failures in a row, and lets one attempt through when its time is
 * over. */
typedef struct EscBreaker {
    uint32_t failures;
    int64_t open_until_ms; /* 0: closed */
    bool is_probing;
} EscBreaker;
bool esc_breaker_lets_through(EscBreaker *breaker, int64_t now_ms);
void esc_breaker_note(EscBreaker *breaker, EscVerdict verdict, int64_t now_ms, int64_t failures_max,
                      int64_t open_ms);

#endif
