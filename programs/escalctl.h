/* escalctl.h - what the files of escalctl share: a command line that was read, one request and its answer, ways to show
 * it. */
#ifndef ESCALCTL_H
#define ESCALCTL_H

#include <jansson.h>

#include "cli.h"

enum { EXIT_FINE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2, EXIT_TRY_AGAIN = 3, EXIT_FAILED = 4 };

typedef struct CtlCall {
    const CliLine *line;
    const char *url, *token_file, *as;
    bool is_json; /* --format json */
    bool has_colours;
} CtlCall;

typedef struct CtlReply {
    long status; /* HTTP; 0: no answer */
    EscBuf body;
    json_t *json; /* NULL when the body is no JSON */
} CtlReply;

/* --- escalctl_request.c ----------------------------------------------------------------------- */

/* One request; `body` NULL for GET. False: a message is on stderr. */
bool ctl_request(const CtlCall *call, const char *path, const char *type, EscText body,
                 bool is_post, CtlReply *reply);
void ctl_reply_release(CtlReply *reply);
/* 0 for 2xx; otherwise shows the problem on stderr and gives the exit status for it. */
int ctl_check(const CtlReply *reply);
/* A GET, checked: the exit status; *json is to be given back (json_decref) when that is EXIT_FINE. */
int ctl_get(const CtlCall *call, const char *path, json_t **json);
/* A GET whose failure matters to nobody: NULL then, and nothing is said. To be given back. */
json_t *ctl_look(const CtlCall *call, const char *path);

/* --- escalctl_show.c: pieces ------------------------------------------------------------------ */

/* A member of an object, as it stands there; empty when it is no text. */
EscText ctl_text(const json_t *object, const char *name);
/* An instant; 0 when there is none. */
int64_t ctl_time(const json_t *object, const char *name);
/* When the answer was made: its member `now`, else this machine's clock. */
int64_t ctl_now(const json_t *json);
/* Puts a text that was written into a buffer as a member, and gives the buffer back. */
void ctl_put(json_t *object, const char *name, EscBuf *text);
/* The target of a mail to one receiver of a channel says whom: "managers (eva@x.example)". */
void ctl_name_receiver(json_t *row);

typedef struct CtlColumn {
    const char *title, *member;
    size_t width_max;
} CtlColumn;
/* Rows as a table. A column that all rows leave empty is left out; `colour` of a row: red or yellow, on a terminal. */
void ctl_table(const CtlCall *call, const json_t *rows, const CtlColumn *columns, size_t count);

/* --- ways to show an answer ------------------------------------------------------------------- */

typedef void (*CtlShow)(const CtlCall *call, const json_t *json);
void ctl_show_done(const CtlCall *call, const json_t *json);
void ctl_show_audit(const CtlCall *call, const json_t *json);
void ctl_show_outbox(const CtlCall *call, const json_t *json);
void ctl_show_events(const CtlCall *call, const json_t *json);
void ctl_show_oncall(const CtlCall *call, const json_t *json); /* escalctl_oncall.c */

/* --- whole commands --------------------------------------------------------------------------- */

int ctl_status(const CtlCall *call);    /* escalctl_status.c */
int ctl_show(const CtlCall *call);      /* escalctl_one.c */
int ctl_evidence(const CtlCall *call);  /* escalctl_oncall.c */
int ctl_token_new(const CtlCall *call); /* escalctl_request.c */
int ctl_send(const CtlCall *call);

/* An id as a segment of a path, percent-encoded. */
void ctl_encode(EscBuf *out, const char *text);
bool ctl_is_escalation(const char *text); /* "E-12" */
/* Where an escalation (E-12) has got to, in one line: "E-1  ana (primary) is asked until 14:05 CET, in 5 min". */
void ctl_print_state(const json_t *escalation, int64_t now_ms);
/* Whom or what it stands at: asked, taken, closing, parked, closed as resolved. */
void ctl_write_state(EscBuf *out, const json_t *escalation);
/* The deadline that counts now; 0: none. */
int64_t ctl_deadline(const json_t *escalation);
/* What it waits for, without the time that stands beside it. */
EscText ctl_waiting(const json_t *escalation);

#endif
