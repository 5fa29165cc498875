/* plan.h - from an outbox row and the configuration to what is sent where. Pure; for this folder only.
 *
 * `esc_route_find` says which endpoint a row belongs to from its plain columns, so that it can wait in
 * the right queue; `esc_plan_make` says what is sent, when its turn has come. */
#ifndef ESC_DELIVERY_PLAN_H
#define ESC_DELIVERY_PLAN_H

#include <esc/config.h>
#include <esc/group.h>
#include <esc/known.h>

/* --- routes (route.c) ------------------------------------------------------------------------- */

typedef enum EscWay {
    ESC_WAY_NONE, /* bound to nothing, and nothing may be written to the sink */
    ESC_WAY_FILE,
    ESC_WAY_HTTP,
    ESC_WAY_MAIL
} EscWay;

#define ESC_ROUTE_NAME_BYTES_MAX 256

typedef struct EscRoute {
    EscWay way;
    const EscEndpoint *endpoint;    /* a message's; NULL: a call, mail to a person, unbound */
    const EscSystemBinding *system; /* a call's */
    EscText path;                   /* FILE; empty: the workspace's sink */
    bool is_unbound;                /* NONE, or the sink for want of a binding */
    bool is_gone; /* NONE: of a receiver whom the configuration does not name any more */
    char name[ESC_ROUTE_NAME_BYTES_MAX]; /* of the endpoint: "channel incidents", "system crm" */
} EscRoute;

/* Where a row goes. No JSON is parsed and nothing is allocated; texts point into the configuration. */
void esc_route_find(const EscWorkspaceConfig *config, const EscOutboxRow *row, EscRoute *route);

/* --- plans (plan.c, plan_channels.c, plan_call.c, plan_auth.c) ----------------------------------------------- */

#define ESC_PLAN_HEADERS_MAX 32

struct EscSaid;

typedef struct EscPlan {
    EscText refusal; /* not empty: it cannot be sent, and why */
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
    const uint32_t *statuses; /* CALL: what counts as success; none: any 2xx */
    uint32_t statuses_count;
    EscText result_path;
    bool is_judged;      /* the reply is given whole, and said in the detail */
    EscText result_head; /* stands before what the reply says there */
    EscText result_else; /* CALL: what is returned when it does not say it; empty: nothing */
    EscText result;      /* CALL: what is returned, whatever the reply says; empty: see above */
    bool is_done;        /* nothing is sent: it is done with its result */
    int64_t timeout_ms;  /* 0: delivery_timeout_ms */
    EscText credential;  /* as it stands in a header: never shown, though a peer repeats it */
    /* It only finds out what the message's own request needs: when it is done, the row is planned again. */
    bool is_step;
    /* What its reply says is kept: the value at `learns_from`, an RFC 6901 pointer, under the key; empty: nothing is. */
    EscKnownSort learns_sort;
    EscText learns;
    const char *learns_from;
    /* What is known and it relies on: forgotten, and found out anew, when the receiver knows no such thing. Empty: nothing. */
    EscKnownSort relies_sort;
    EscText relies_on;
    /* Of several receivers: how many come behind this one, for whom the row is planned again, and who this one is; 0: none. */
    uint32_t others;
    EscText receiver;
    /* What the receiver's reply says of a message beyond its status (verdict.h); NULL: nothing. */
    void (*judge)(struct EscSaid *said);
} EscPlan;

typedef struct EscPlanInput {
    const EscWorkspaceConfig *config;
    const EscRoute *route;
    const EscOutboxRow *row;
    int64_t now_ms;  /* of the attempt: only signatures tell it */
    uint32_t turn;   /* of several receivers, from 0 */
    EscText token;   /* that a call is made with, where its system wants one (oauth2) */
    EscKnown *known; /* what services call people and places; NULL: nothing is known */
} EscPlanInput;

/* Everything in *plan lives in the arena, the row or the configuration. Never fails: what cannot be sent has a
 * refusal. */
void esc_plan_make(EscArena *arena, const EscPlanInput *input, EscPlan *plan);

/* What fetches a token for calls to the system (plan_auth.c); as esc_plan_make. */
void esc_plan_token(EscArena *arena, const EscWorkspaceConfig *config,
                    const EscSystemBinding *system, EscPlan *plan);

/* --- texts (message.c, mail_text.c, sign.c) ----------------------------------------------------- */

/* A message for people: for a chat, or as plain text. Only its author's words do anything there (teller.h). */
void esc_message_say(EscBuf *out, const EscMessage *message, bool is_chat);
/* The same for a chat that knows no entities (teller.h). */
void esc_message_mark_down(EscBuf *out, const EscMessage *message);
typedef struct EscMail {
    EscText from, sender_name, subject, text, key;
    EscText html; /* the same with buttons; empty: the text is all */
    EscText inbox,
        secret; /* where answers come to; empty: they come to nobody who would know them again */
    EscTexts to;
    int64_t date_ms;
} EscMail;
void esc_mail_write(EscBuf *out, const EscMail *mail); /* RFC 5322, lines end in CRLF */

/* Standard Webhooks: value of webhook-signature, "v1,<base64>". `secret` may have the form
 * whsec_<base64>. */
void esc_webhook_sign(EscBuf *out, EscText secret, EscText id, int64_t timestamp_s, EscText body);

#endif
