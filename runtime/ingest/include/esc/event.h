/* esc/event.h - bytes of a CloudEvent to a typed event. Pure. */
#ifndef ESC_EVENT_H
#define ESC_EVENT_H

#include <esc/vm.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ESC_EVENT_BYTES_MAX ((size_t)1 << 20) /* one event as JSON */
#define ESC_BATCH_EVENTS_MAX 1000             /* events of one request */
#define ESC_EVENT_NOTES_MAX 16 /* what was cut or left out of one event; the rest is counted */
#define ESC_OWN_TICKETS                                                                            \
    "escal:" /* how the ids of tickets begin that no source names: linked ones */

/* Who opened a ticket. */
typedef struct EscOpening {
    EscText actor;  /* a person, or a principal of the API */
    EscText by;     /* who said so in the actor's name; empty: the actor */
    EscText reason; /* may be empty */
} EscOpening;

typedef struct EscPatch {
    uint32_t field; /* index in FIELDS, TICKET scope */
    EscValue value; /* of the field's type, missing allowed where it is optional */
} EscPatch;

/* A typed event: everything in it lives in the arena it was parsed into. */
typedef struct EscEvent {
    EscText source, id; /* CloudEvents source and id: the key of deduplication */
    EscText subject;    /* ticket id, or empty */
    EscText comment;    /* that it is about, where its source says so; or empty */
    uint32_t type;      /* index in EVENTS of the current bundle */
    int64_t time_ms;    /* when the source says it happened; 0 when it says nothing */
    const EscValue *
        fields; /* by position in the event type's field list; every one set (missing or default) */
    uint32_t fields_count;
    const bool
        *is_given; /* by the same positions: what is not has its default; NULL: nobody knows */
    const EscPatch *
        patches; /* ticket fields it brings: data of ticket.* events, member "ticket" of the others */
    uint32_t patches_count;
    EscText json; /* the event as received, compact; kept as evidence */
    /* Of what it says: type, subject, time and typed data. Neither the order of members nor extensions nor white space count. */
    uint8_t digest[ESC_EVENT_DIGEST_SIZE];
    const EscText *notes; /* what of its data was cut, left out or assumed: a sentence each */
    uint32_t notes_count, notes_left_out;
    /* The name under which the escalations that are open on its ticket keep its content as evidence; empty: they do not. */
    EscText kept_as;
    /* A person opens this ticket, which must not be there yet; NULL: a system tells of it. */
    const EscOpening *opening;
} EscEvent;

/* An event of a request: taken, or refused for itself. */
typedef struct EscParsedEvent {
    EscStatus status; /* ESC_OK, ESC_BAD_INPUT or ESC_OVER_LIMIT */
    EscEvent event;   /* of a refused one what could be read: source and id, or empty texts */
    EscText why;      /* of a refused one, in words */
} EscParsedEvent;

/* Parses one CloudEvent 1.0 in JSON (structured mode) against a program's schema. Its attributes must be right (ESC_BAD_INPUT, ESC_OVER_LIMIT); of its data
 * what fits is taken, for an incident is not turned away because of a field: texts and lists that are too long are cut, members that are unknown or of
 * another kind are left out, and `notes` says each. Texts are normalised to NFC, enum members ignore case, escapes of half a surrogate pair become U+FFFD.
 * A member of ticket.* data that is null makes an optional field missing; it leaves another one as it is. Takes the engine's own events too. */
ESC_MUST_USE EscStatus esc_event_parse(EscArena *arena, const EscProgram *program, EscText json,
                                       EscEvent *event, EscWhy *why);
/* What a sender gave: a batch (JSON array) or a single event (object); *events in order, each with its own status. An event of a type that only the engine
 * raises is refused. Fails as a whole when it is no JSON (why->check is "JSON") or has too many events; why->offset is then the number of the event. */
ESC_MUST_USE EscStatus esc_event_parse_batch(EscArena *arena, const EscProgram *program,
                                             EscText json, EscParsedEvent **events, uint32_t *count,
                                             EscWhy *why);
/* A header of a request in HTTP's binary mode: the attribute's name without "ce-", and the value as it was sent. */
typedef struct EscEventHeader {
    EscText name, value;
} EscEventHeader;
#define ESC_EVENT_HEADERS_MAX 64 /* attributes of one event in binary mode */
/* An event in HTTP's binary mode as the JSON of structured mode (in the arena): values percent-decoded once, the body as its
 * data when the content type (empty: JSON) says JSON. Says of the attributes only what JSON could not say: ESC_BAD_INPUT
 * for one that is said twice; the rest is esc_event_parse_batch's. ESC_BAD_INPUT with why->check "JSON", or ESC_OVER_LIMIT,
 * for the body. */
ESC_MUST_USE EscStatus esc_event_from_binary(EscArena *arena, const EscEventHeader *headers,
                                             uint32_t count, EscText content_type, EscText body,
                                             EscText *json, EscWhy *why);
/* From typed values (escalc test): builds the same struct. */
ESC_MUST_USE EscStatus esc_event_make(EscArena *arena, const EscProgram *program, EscText type,
                                      EscText source, EscText id, EscText subject,
                                      EscText data_json, EscEvent *event, EscWhy *why);

/* A ticket that a person opens. */
typedef struct EscOpenedTicket {
    EscText source, id;    /* as those of an event: the key of deduplication */
    EscText ticket;        /* its id */
    const EscJson *fields; /* an object of its fields; borrowed, must outlive the event */
} EscOpenedTicket;
/* An id for a ticket that was given none, such as P-7f3k9qxm2d4r: of the same source and id always the same one. Empty without
 * memory. */
EscText esc_ticket_id_make(EscArena *arena, char letter, EscText source, EscText id);
/* The event ticket.created of it. A text that says a number or a truth counts as one, and one text is a list where a list is
 * wanted. ESC_BAD_INPUT with *why, which begins with the field's name: nothing is cut or left out, for somebody waits for the
 * answer; without a title there is no ticket. */
ESC_MUST_USE EscStatus esc_ticket_read(EscArena *arena, const EscProgram *program,
                                       const EscOpenedTicket *opened, EscEvent *event, EscWhy *why);

/* What a person starts a template with, by its name: members of a JSON object by the names of its parameters, in their types as fields of events
 * are; a text that says a number or a truth counts as one where that is wanted. *values (in the arena) has one for each parameter in order, *count of them; what may be
 * missing may be left out. Without such a template both are empty, for that is the engine's to say. ESC_BAD_INPUT with *why, which names the member: nothing is cut or assumed here, for somebody waits for the answer. */
ESC_MUST_USE EscStatus esc_arguments_read(EscArena *arena, const EscProgram *program,
                                          EscText template_name, const EscJson *json,
                                          const EscValue **values, uint32_t *count, EscWhy *why);

#ifdef __cplusplus
}
#endif
#endif
