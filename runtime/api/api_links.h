/* api_links.h - what is behind a link in a message, for api_links.c, which finds it out and acts, and api_link_pages.c, which
 * shows it. */
#ifndef ESC_API_LINKS_H
#define ESC_API_LINKS_H

#include <esc/links.h>
#include <esc/pages.h>

#include "api_internal.h"

/* What a form can send. */
typedef enum EscLinkDo {
    ESC_DO_NOTHING,
    ESC_DO_ACK,
    ESC_DO_ANSWER,
    ESC_DO_APPROVE,
    ESC_DO_REJECT,
    ESC_DO_CONFIRM,
    ESC_DO_HANDOFF,
    ESC_DO_CANNOT,
    ESC_DO_CALL_OFF,
    ESC_DO_COUNT
} EscLinkDo;

/* How what the message asked for stands now. */
typedef enum EscLinkStands {
    ESC_STANDS_OPEN,    /* it can be done */
    ESC_STANDS_YOURS,   /* the reader has it */
    ESC_STANDS_OTHERS,  /* somebody else has taken it */
    ESC_STANDS_MOVED,   /* it has changed hands since */
    ESC_STANDS_LATE,    /* the time for it is over */
    ESC_STANDS_SETTLED, /* the question or the check is decided, or is not asked any more */
    ESC_STANDS_CLOSED,
    ESC_STANDS_COUNT
} EscLinkStands;

typedef struct EscLinked {
    EscLink link;
    EscText base; /* the path of public_url */
    EscMessage message;
    EscOutboxRow row; /* without what it says */
    EscDeliveryState state;
    EscText person;

    /* Of the escalation, as it was committed last. */
    uint64_t escalation;
    EscText title, owner, outcome, closed_at, due_at;
    const char *role;
    bool is_acked;
    EscLinkStands stands;
    bool has_more; /* the reader can hand it over, or call it off */
    EscCandidate candidates[ESC_CANDIDATES_MAX];
    size_t candidates_count;

    /* What the form says. */
    EscLinkDo wanted;
    uint8_t item; /* of the answers */
    EscText reason, to;
    bool lacks_reason;
    EscReceipt receipt;
    EscInput inputs[2];
} EscLinked;

/* A link that is none, or whose message is not there any more: the same page for all, 404. `language` may be empty. */
void esc_link_answer_none(EscRequest *request, EscText base, EscText language);
/* What is asked, what the reader can do about it, and what is the case where that is nothing. */
void esc_link_answer_asked(EscRequest *request, unsigned status);
/* What became of the act. */
void esc_link_answer_done(EscRequest *request, const EscReply *reply);

#endif
