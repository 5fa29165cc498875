/* esc/letters.h - the signs by which an answer to one of our mails is known again. Pure.
 *
 * A mail about E-12 says in its Reply-To and in its Message-ID what it is about, with a *mark*: letters that only who has the
 * workspace's secret can make. Its first part says that somebody has seen a mail about E-12; its second one, that the mail
 * went to one address: an answer from that address may act. Whoever guesses has one chance in 2^50 for the first part, and
 * one in 2^80 for the second. A mark is of one store: what took the place of a lost one knows none of its marks. */
#ifndef ESC_LETTERS_H
#define ESC_LETTERS_H

#include <esc/kit.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ESC_MARK_THREAD_LETTERS 10
#define ESC_MARK_LETTERS 26 /* with the second part */
#define ESC_INBOX_SECRET_BYTES_MIN 16
#define ESC_INBOX_LOCAL_BYTES_MAX                                                                  \
    25 /* before the @ of an inbox: RFC 5321 leaves a reply address 64 */

/* What a mail is about. */
typedef struct EscLetterSubject {
    EscText workspace;
    uint64_t escalation;
    EscText store; /* 16 hex digits: the end of every key of that store */
} EscLetterSubject;

/* Takes a key of an outbox row, "acme/E-12/7/00f1…", to pieces, which borrow from it. False: it is about no escalation, or of
 * no store. */
bool esc_letter_subject_read(EscText key, EscLetterSubject *subject);

/* Appends the mark for the receiver at `address`; empty: several get the same mail, and there is no second part. */
void esc_mark_write(EscBuf *out, EscText secret, const EscLetterSubject *subject, EscText address);

typedef enum EscMarkProof {
    ESC_MARK_WRONG,
    ESC_MARK_THREAD, /* somebody has a mail about it */
    ESC_MARK_PERSON  /* the one that went to the address */
} EscMarkProof;
/* Takes the same time whatever is wrong. Letters count in either case, as mail servers change it. */
EscMarkProof esc_mark_check(EscText mark, EscText secret, const EscLetterSubject *subject,
                            EscText address);

/* Whether two addresses, or words of people, are the same: letters without a mark count in either case. */
bool esc_address_equal(EscText a, EscText b);
/* desk+acme@x.example → desk+acme=E-12=MARK@x.example; an inbox without a + gets one instead of the first =. */
void esc_reply_address_write(EscBuf *out, EscText inbox, uint64_t escalation, EscText mark);
/* Whether an address is the inbox (*escalation is 0 then) or an answer's of it; *mark borrows from the address. */
bool esc_reply_address_read(EscText address, EscText inbox, uint64_t *escalation, EscText *mark);
/* The key of the message that such an id was made of, for a mail that comes back: "acme/E-12/7/00f1…"; false: it is none. */
bool esc_message_id_key(EscText id, EscText workspace, EscBuf *key);
/* What an id of ours says that came back, with or without its angle brackets: "<acme.E-12.7.00f1….MARK@x.example>". */
bool esc_message_id_read(EscText id, uint64_t *escalation, EscText *mark);

#ifdef __cplusplus
}
#endif
#endif
