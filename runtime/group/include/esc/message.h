/* esc/message.h - what stands in the body of an outbox row, as a struct and as JSON.
 *
 * The engine makes the struct once and has its JSON written for the store. Rows that come from the engine bring the
 * struct along; only those that come back from a store are read again. */
#ifndef ESC_MESSAGE_H
#define ESC_MESSAGE_H

#include <esc/kit.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a message asks its reader to do; the numbers stand in links. */
typedef enum EscAsks {
    ESC_ASKS_NOTHING,
    ESC_ASKS_ACK,
    ESC_ASKS_ANSWER,
    ESC_ASKS_APPROVAL,
    ESC_ASKS_CONFIRMATION,
    ESC_ASKS_COUNT
} EscAsks;
const char *esc_asks_name(EscAsks asks); /* "ack", "answer", "approval", "confirmation"; "" */

typedef struct EscMessageAnswer {
    EscText name, title;
} EscMessageAnswer;

/* A part of a text, in bytes. */
typedef struct EscSpan {
    uint32_t from, to; /* `to` is behind its last byte */
} EscSpan;

/* A text, and which parts of it are its author's own words: what a template says between its values. Only these may do
 * something where they are shown, such as naming a whole channel; the rest came from tickets, people and systems. */
typedef struct EscWords {
    EscText text;
    const EscSpan *own; /* in order, between characters, without overlap */
    uint32_t own_count;
} EscWords;
/* From a text with marks (ESC_MARK_OWN). Everything in *words lives in the arena. False: no memory. */
ESC_MUST_USE bool esc_words_split(EscArena *arena, EscText marked, EscWords *words);
/* True when the spans are in order, between characters and within the text. */
bool esc_spans_fit(EscText text, const EscSpan *spans, uint32_t count);

/* {"text","own":[[0,12]]?,"subject","workspace","language"?,"escalation"?,"ticket"?,"template"?,"severity"?,"customer"?,
 * "until"?,"next"?,"act"?,"login"?,"room"?,"page":bool,"question"?,"answers"?,
 * "by"?,"browsers":[{"id","url","key","auth"}]?,"asks":{"what","due"?,"handoffs"?,"question"?,"check"?}?} */
typedef struct EscMessage {
    EscText text, subject, workspace;
    EscText language;   /* of what no author wrote: "de"; empty: English */
    const EscSpan *own; /* of the text */
    uint32_t own_count;
    EscText escalation, ticket, template_name; /* all empty: it belongs to none */
    EscText severity;                          /* for people; empty: none, or it is no text */
    EscText severity_json; /* as it stands in the body; empty: tickets have no such field */
    EscText customer;      /* the account's name; empty: none */
    EscText
        until; /* when the reader's time to acknowledge ends, in their zone; empty: they need not */
    EscText next;     /* "ben (secondary)": who is called then */
    EscText act;      /* the command that does what is asked for */
    EscText login;    /* a link to log in by, which nobody else may see; empty: none */
    EscText browsers; /* of a push: those of its receiver, as JSON; nobody else may see them. Empty: none */
    EscText room;     /* where people talk about it; empty: no room was made */
    EscText question; /* empty: nothing is asked */
    bool page, has_answers;
    const EscMessageAnswer *answers;
    uint32_t answers_count;
    /* What its reader can do by a link, and what that is bound to. */
    EscAsks asks;
    int64_t due_ms; /* until when it is asked for; 0: no end is set */
    EscText by; /* the same of a question, in the reader's zone; empty: none, or `until` says it */
    uint32_t handoffs;        /* how often the escalation had changed hands */
    uint32_t question_number; /* within the escalation; 0: no question */
    uint32_t check;           /* CONFIRM: of the template's checks, from 1 */
} EscMessage;

/* What a button below a message does when it is pressed, as the service keeps it with the button and gives it back:
 * {"do","e","o"?,"q"?,"a"?,"c"?,"p"?}. Whoever reads it knows it is ours by the service's proof. */
typedef struct EscButton {
    EscText verb;            /* "ack", as in the API's routes */
    EscText escalation;      /* "E-12" */
    EscText answer;          /* of a question: which one; empty: none */
    EscText channel, person; /* to which the message went: one of them */
    uint64_t outbox;         /* the message */
    uint32_t question;       /* that it asked, by its number within the escalation; 0: none */
} EscButton;
void esc_button_write(EscBuf *out, const EscButton *button);
/* Everything in *button lives in the arena. False: it is none of ours. */
ESC_MUST_USE bool esc_button_read(EscArena *arena, EscText json, EscButton *button);

/* {"system","action","method","path","headers":["Name: value"]?,"json":{…}?,"form":"a=b"?,"expect":[200],"result_path":"",
 * "judged"?:true,"undoes"?} */
typedef struct EscCall {
    EscText system, action, method, path;
    EscText json;           /* of the request, byte for byte; empty: it has none */
    EscText form;           /* instead, as a form is sent: "user=ana&realm=desk" */
    const EscText *headers; /* that the action says: "If-Match: 7" */
    uint32_t headers_count;
    EscText result_path;
    bool is_judged;           /* what the reply says decides, too: the engine wants all of it */
    EscText undoes;           /* the change that it takes back: "crm.lock"; empty: none */
    const uint32_t *statuses; /* that count as success; none: any 2xx */
    uint32_t statuses_count;
} EscCall;

void esc_message_write_json(EscBuf *out, const EscMessage *message);
void esc_call_write_json(EscBuf *out, const EscCall *call);
void esc_answers_write_json(EscBuf *out, const EscMessageAnswer *answers, uint32_t count);

/* Everything in *message or *call lives in the arena. False: it is no JSON object, or there is no memory. What is not
 * there or has another type is empty. */
ESC_MUST_USE bool esc_message_read_json(EscArena *arena, EscText json, EscMessage *message);
ESC_MUST_USE bool esc_call_read_json(EscArena *arena, EscText json, EscCall *call);

/* A copy in one block, which begins with the struct: bytes that it needs, and the copy in such a block (aligned as by
 * malloc). Every text has a NUL behind it. */
size_t esc_message_size(const EscMessage *message);
EscMessage *esc_message_copy(void *block, const EscMessage *message);
size_t esc_call_size(const EscCall *call);
EscCall *esc_call_copy(void *block, const EscCall *call);

#ifdef __cplusplus
}
#endif
#endif
