/* teller.h - words of an author and words of others in one text; for this folder only. */
#ifndef ESC_DELIVERY_TELLER_H
#define ESC_DELIVERY_TELLER_H

#include <esc/group.h>

typedef enum EscAddress { /* where the author's words have left off */
                          ESC_ADDRESS_NONE,
                          ESC_ADDRESS_BEGINS, /* behind < or ]( */
                          ESC_ADDRESS_INSIDE
} EscAddress;

typedef struct EscTeller {
    EscBuf *out;
    bool is_chat; /* else it is plain text */
    bool
        is_markdown; /* a chat that shows &lt; as it stands, so that nothing is written as an entity */
    bool is_one_line; /* as a mail's subject */
    uint32_t last;    /* the last character that was put; 0 at the beginning */
    EscAddress address;
    bool is_behind_colon; /* the author's last two characters are ":/" */
} EscTeller;

/* What an author wrote: its markup and line ends keep their meaning. */
void esc_tell_own(EscTeller *teller, EscText text);
/* What others wrote: read as it stands, and nothing more. Line ends become ⏎. */
void esc_tell_value(EscTeller *teller, EscText text);
/* A text and its author's parts (esc_spans_fit). */
void esc_tell_words(EscTeller *teller, EscText text, const EscSpan *own, uint32_t own_count);

#endif
