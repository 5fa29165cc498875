/* esc/links.h - signed links: what stands behind /x/ in an address that a person is sent, and the keys that sign it.
 *
 * A link names a message that went to one person, and what is done by it. The message, in the outbox, says everything else:
 * whose it is, which escalation, which question, until when. So a link is short enough for a text message, and nothing that
 * it is bound to can be changed. It is no secret of a person's: whoever has the message has it, as with a pressed button.
 *
 * Pure but for esc_link_keys_open. */
#ifndef ESC_LINKS_H
#define ESC_LINKS_H

#include <esc/doors.h>
#include <esc/kit.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a link is for; the numbers stand in links that were sent. */
typedef enum EscLinkAct {
    ESC_LINK_ANY, /* a page with all that the message's reader can do */
    ESC_LINK_ACK,
    ESC_LINK_ANSWER, /* `item`: of its answers, from 1 */
    ESC_LINK_APPROVE,
    ESC_LINK_REJECT,
    ESC_LINK_CONFIRM,
    ESC_LINK_ACT_COUNT
} EscLinkAct;

typedef struct EscLink {
    EscLinkAct act;
    uint8_t item;
    uint32_t
        store; /* the first 32 bits of the store's mark in the message's key: another store has other messages */
    uint64_t outbox; /* the message */
} EscLink;

#define ESC_LINK_KEY_BYTES 32
#define ESC_LINK_KEYS_MAX 2
#define ESC_LINK_LETTERS_MAX 64

/* The first one signs; what the second has signed holds as well. */
typedef struct EscLinkKeys {
    uint8_t keys[ESC_LINK_KEYS_MAX][ESC_LINK_KEY_BYTES];
    uint32_t count;
} EscLinkKeys;

/* Lines of 64 hexadecimal digits; `#` begins a comment. ESC_BAD_CONFIG says what is wrong, and no digit. */
ESC_MUST_USE EscStatus esc_link_keys_read(EscText text, EscLinkKeys *keys, EscWhy *why);
void esc_link_keys_write(EscBuf *out, const EscLinkKeys *keys);
/* The keys in the file `links.keys` of the data folder. Where there is none, or `is_new`, a new one is drawn, which signs
 * from then on, and the file is written; of the former ones the last that signed still holds. */
ESC_MUST_USE EscStatus esc_link_keys_open(const EscFiles *files, const EscRandom *random,
                                          const char *data_folder, bool is_new, EscLinkKeys *keys,
                                          EscWhy *why);

/* The first 32 bits of the store's mark at the end of a message's key ("acme/E-12/7/9f3c2b1a0d4e5f60"); false: it has none,
 * and nothing can be bound to it. */
bool esc_link_store(EscText key, uint32_t *store);
/* Letters, digits, - and _. */
void esc_link_write(EscBuf *out, const EscLinkKeys *keys, EscText workspace, const EscLink *link);
/* Which of several workspaces a link may be for costs no proof: of the others it is none. */
bool esc_link_is_for(EscText letters, EscText workspace);
/* Whether one of the keys signed it for that workspace. Constant time. */
bool esc_link_read(EscText letters, const EscLinkKeys *keys, EscText workspace, EscLink *link);

#ifdef __cplusplus
}
#endif
#endif
