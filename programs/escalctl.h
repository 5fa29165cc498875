/* escalctl.h - what the files of escalctl share: a command line that was read, one request and its answer, ways to show
 * it. */
#ifndef ESCALCTL_H
#define ESCALCTL_H

#include "cli.h"

enum { EXIT_FINE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2, EXIT_TRY_AGAIN = 3, EXIT_FAILED = 4 };

#define CTL_KEY_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-"

typedef struct CtlCall {
    const CliLine *line;
    const char *url, *token_file, *as;
    const char *client;  /* the workspace that is meant; NULL: the only one */
    const char *ca_file; /* authorities of the daemon's certificate; NULL: the machine's */
    const char *token;   /* of a login; NULL: of --token-file or ESCAL_TOKEN */
    bool is_login;       /* so it is of a person, who may have several clients */
    bool is_bare;        /* it goes without a token */
    const char *key;     /* Idempotency-Key of the request, of CTL_KEY_LETTERS; NULL: none */
    bool is_json;        /* --format json */
    bool has_colours;
} CtlCall;

typedef struct CtlReply {
    long status; /* HTTP; 0: no answer */
    EscBuf body;
    EscArena *arena;
    const EscJson *json; /* in the arena, over the body; NULL when that is no JSON */
    EscWhy why;          /* then */
} CtlReply;

/* --- escalctl_request.c ----------------------------------------------------------------------- */

/* One request; `body` NULL for GET. False: a message is on stderr. */
bool ctl_request(const CtlCall *call, const char *path, const char *type, EscText body,
                 bool is_post, CtlReply *reply);
void ctl_reply_release(CtlReply *reply); /* a second time does nothing */
/* 0 for 2xx; otherwise shows the problem on stderr and gives the exit status for it. */
int ctl_check(const CtlReply *reply);
/* A GET, checked: the exit status. The reply is to be released, whatever that is. */
int ctl_get(const CtlCall *call, const char *path, CtlReply *reply);
/* A GET whose failure matters to nobody: its JSON, or NULL, and nothing is said. The reply is to be released. */
const EscJson *ctl_look(const CtlCall *call, const char *path, CtlReply *reply);

/* --- escalctl_login.c ------------------------------------------------------------------------- */

/* What `escalctl login` kept; owned. */
typedef struct CtlLogin {
    char *url, *token, *ca_file; /* NULL: nobody has logged in */
} CtlLogin;
/* False: it cannot be used, and a message is on stderr. */
bool ctl_login_load(CtlLogin *login);
void ctl_login_release(CtlLogin *login);
int ctl_login(const CtlCall *call);
int ctl_logout(const CtlCall *call);

/* --- escalctl_show.c: pieces ------------------------------------------------------------------ */

/* A member of an object, as it stands there; empty when it is no text. `object` may be NULL, or no object. */
EscText ctl_text(const EscJson *object, const char *name);
bool ctl_is_true(const EscJson *object, const char *name);
int64_t ctl_number(const EscJson *object, const char *name); /* 0 where there is none */
/* An instant; 0 when there is none. */
int64_t ctl_time(const EscJson *object, const char *name);
/* The first item of a list that is a member, and how many there are; NULL and 0 when it is no list. */
const EscJson *ctl_first(const EscJson *object, const char *name);
size_t ctl_count(const EscJson *object, const char *name);
/* When the answer was made: its member `now`, else this machine's clock. */
int64_t ctl_now(const EscJson *json);

typedef enum CtlColour { CTL_PLAIN, CTL_YELLOW, CTL_RED } CtlColour;

typedef struct CtlCell
    CtlCell; /* a text that was made for a row, by the name of its column's member */

typedef struct CtlRow {
    const EscJson *json;
    const CtlCell *cells; /* count before members of the same name */
    CtlColour colour;     /* on a terminal */
} CtlRow;

typedef struct CtlRows {
    EscArena *arena;
    CtlRow *items;
    size_t count;
} CtlRows;

/* A row for each object of a list (NULL: none). To be released; the list outlives them. */
CtlRows ctl_rows(const EscJson *list);
/* Without any row, and with room for so many. */
CtlRows ctl_rows_for(size_t count);
void ctl_rows_release(CtlRows *rows);
/* Puts a text that was written into a buffer into a row, and gives the buffer back. */
void ctl_put(CtlRows *rows, CtlRow *row, const char *name, EscBuf *text);
/* Whom a message is for; of a channel that is mail the receiver too: "managers (eva@x.example)". */
void ctl_write_receiver(EscBuf *out, const EscJson *message);

typedef struct CtlColumn {
    const char *title, *member;
    size_t width_max;
} CtlColumn;
/* Rows as a table. A column that all rows leave empty is left out. */
void ctl_table(const CtlCall *call, const CtlRows *rows, const CtlColumn *columns, size_t count);

/* --- escalctl_one.c: lines with a label ------------------------------------------------------- */

/* "owner        ana"; nothing when there is nothing to say. */
void ctl_line(const char *label, EscText text);
void ctl_line_of(const char *label, EscBuf *text); /* the same from a buffer, which is given back */
void ctl_line_time(const char *label, const char *before, int64_t at_ms, int64_t now_ms);
/* "history      13:55 CET  chen handed over": further lines of the text stand below its first. */
void ctl_line_at(const char *label, EscBuf *when, EscText text);
EscBuf ctl_new_text(void);

/* --- ways to show an answer ------------------------------------------------------------------- */

typedef void (*CtlShow)(const CtlCall *call, const EscJson *json);
void ctl_show_done(const CtlCall *call, const EscJson *json);
void ctl_show_audit(const CtlCall *call, const EscJson *json);
void ctl_show_outbox(const CtlCall *call, const EscJson *json);
void ctl_show_endpoints(const CtlCall *call, const EscJson *json);
void ctl_show_events(const CtlCall *call, const EscJson *json);
void ctl_show_oncall(const CtlCall *call, const EscJson *json); /* escalctl_oncall.c */

/* --- whole commands --------------------------------------------------------------------------- */

int ctl_status(const CtlCall *call);   /* escalctl_status.c */
int ctl_show(const CtlCall *call);     /* escalctl_one.c */
int ctl_evidence(const CtlCall *call); /* escalctl_oncall.c */
int ctl_open(const CtlCall *call);     /* escalctl_open.c */
int ctl_todo(const CtlCall *call);     /* escalctl_tasks.c */
int ctl_task(const CtlCall *call);
int ctl_rollback_look(const CtlCall *call); /* what a rollback would do */
int ctl_test_message(const CtlCall *call);  /* escalctl_test.c */
int ctl_token_new(const CtlCall *call);     /* escalctl_request.c */
int ctl_send(const CtlCall *call);

/* Puts a further member into a body that begins with its brace. False: the value is not UTF-8. */
bool ctl_put_member(EscBuf *out, const char *name, const char *value);
/* What --with says, as an object of that name; nothing when it says nothing. False: it is not UTF-8. */
bool ctl_write_with(EscBuf *out, const CliLine *line, const char *member);
/* How each escalation that an answer names stands now, if the token may look. */
void ctl_show_states(const CtlCall *call, const EscJson *json);
/* An id as a segment of a path, percent-encoded. */
void ctl_encode(EscBuf *out, EscText text);
bool ctl_is_escalation(const char *text); /* "E-12" */
/* Where an escalation (E-12) has got to, in one line: "E-1  ana (primary) is asked until 14:05 CET, in 5 min". */
void ctl_print_state(const EscJson *escalation, int64_t now_ms);
/* Whom or what it stands at: asked, taken, closing, parked, closed as resolved. */
void ctl_write_state(EscBuf *out, const EscJson *escalation);
/* Whether the owner is asked to acknowledge: in a parked one too, for only its steps have ended. */
bool ctl_has_owner_asked(const EscJson *escalation);
/* The deadline that counts now; 0: none. */
int64_t ctl_deadline(const EscJson *escalation);
/* What it waits for, without the time that stands beside it. */
EscText ctl_waiting(const EscJson *escalation);

#endif
