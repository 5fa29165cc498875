/* esc/mime.h - bytes of a mail to what it says: who, about what, in which words, with which files. Pure, any thread.
 *
 * GMime reads it; here stands what is taken of it, within which bounds, and what it means. Everything in a mail is
 * somebody's claim: who may act by it is decided elsewhere. */
#ifndef ESC_MIME_H
#define ESC_MIME_H

#include <esc/kit.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ESC_MAIL_HEADER_BYTES_MAX ((size_t)128 << 10) /* headers of the mail itself */
#define ESC_MAIL_PARTS_MAX 200                      /* parts that say their type; so deep at most */
#define ESC_MAIL_FILES_MAX 50                       /* that are named; the rest is counted */
#define ESC_MAIL_FILE_BYTES_MAX ((size_t)400 << 10) /* of all files whose content is kept */
#define ESC_MAIL_TEXT_BYTES_MAX ((size_t)64 << 10)  /* of what it says in words; cut there */
#define ESC_MAIL_REFERENCES_MAX 50
#define ESC_MAIL_SUBJECT_BYTES_MAX ((size_t)1000)

typedef struct EscMailFile {
    EscText name, type; /* "invoice.pdf", "application/pdf"; the name may be empty */
    uint64_t size;
    uint8_t hash[32]; /* SHA-256 */
    EscBytes content; /* empty: it is not kept, being too large beside the others */
} EscMailFile;

/* What keeps a mail from being somebody's word. */
typedef enum EscMailMachine {
    ESC_MAIL_BY_PERSON,  /* nothing says otherwise */
    ESC_MAIL_BY_MACHINE, /* Auto-Submitted: auto-generated: a report of a program */
    ESC_MAIL_AUTO_REPLY, /* out of office, a notice of delivery: an answer that nobody wrote */
    ESC_MAIL_BULK,       /* Precedence: bulk, junk or list, or a List-Id */
    ESC_MAIL_LOOP        /* it was here before (X-Loop) */
} EscMailMachine;

/* What a mail server reports of a mail of ours (RFC 3464), of its first recipient. Anybody can write one: it counts for what
 * the id proves. */
typedef struct EscMailReport {
    EscText
        message_id; /* of the mail that it is about, without brackets; empty: it is no such report */
    EscText action; /* "failed", "delayed", "delivered", "relayed", "expanded" */
    EscText status; /* "5.1.1" */
    EscText words;  /* what the server was told: "550 5.1.1 <x>: user unknown"; may be empty */
} EscMailReport;

/* In the arena. Texts are UTF-8 without NUL; nothing of them is taken at its word. */
typedef struct EscMailRead {
    EscText from;       /* the address, in small letters; empty: none, or more than one author */
    EscText from_name;  /* may be empty */
    EscText subject;    /* one line */
    EscText message_id; /* without brackets; may be empty */
    const EscText *references; /* ids without brackets: In-Reply-To first */
    uint32_t references_count;
    EscText text; /* what it says, with \n as line ends; of a mail that is only HTML its words */
    bool is_text_cut;
    int64_t date_ms; /* what the sender's clock said; 0: nothing that can be read */
    EscMailMachine machine;
    EscMailReport report;
    const EscMailFile *files;
    uint32_t files_count, files_left_out; /* of files beyond ESC_MAIL_FILES_MAX nothing is known */
} EscMailRead;

/* `loop` is what stands in X-Loop of what comes from here (may be empty). ESC_OVER_LIMIT with *why for a mail with too many
 * parts or too long headers; ESC_NO_MEMORY. Everything else is read somehow, as mail programs do. */
ESC_MUST_USE EscStatus esc_mail_read(EscArena *arena, EscBytes raw, EscText loop, EscMailRead *mail,
                                     EscWhy *why);

/* Appends the content of a file in base 64. */
void esc_mail_file_base64(EscBuf *out, const EscMailFile *file);

/* The words of HTML: blocks as lines, entities as characters, quotes with "> " before each line; scripts, styles and
 * comments are left out. */
void esc_html_say(EscBuf *out, EscText html);

/* --- an answer to a page ---------------------------------------------------------------------- */

typedef enum EscReplyVerb {
    ESC_REPLY_TEXT, /* no word of ours: something to be read */
    ESC_REPLY_ACK,
    ESC_REPLY_RESOLVE,
    ESC_REPLY_APPROVE,
    ESC_REPLY_REJECT,
    ESC_REPLY_CALL_OFF
} EscReplyVerb;

typedef struct EscReplySaid {
    EscReplyVerb verb;
    EscText
        line; /* the first line that is no quotation, without white space around it; may be empty */
    EscText reason; /* behind the verb; may be empty */
} EscReplySaid;
/* What the first line of an answer says, in English or German: "ack", "1", "erledigt: Cache geleert". A word counts alone on its
 * line, or with a colon, comma or dash behind it and a reason; a sentence that begins with it is a text. */
EscReplySaid esc_reply_read(EscText text);

#ifdef __cplusplus
}
#endif
#endif
