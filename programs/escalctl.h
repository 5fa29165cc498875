/* escalctl.h - what the files of escalctl share: options, one request and its answer, ways to
 * show it. */
#ifndef ESCALCTL_H
#define ESCALCTL_H

#include <jansson.h>

#include <esc/kit.h>

enum { EXIT_FINE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2, EXIT_TRY_AGAIN = 3, EXIT_FAILED = 4 };

/* Options that a command may take; each is a member of the body (POST) or a parameter of the
 * query (GET) of the same name. */
#define CTL_OPTIONS(X)                                                                             \
    X(reason) X(to) X(expect) X(within) X(ticket) X(until) X(for) X(state) X(limit) X(before)      \
    X(after) X(escalation) X(id) X(workspace) X(principal) X(scopes)

typedef enum CtlOption {
#define CTL_OPTION_ENUM(name) CTL_OPTION_##name,
    CTL_OPTIONS(CTL_OPTION_ENUM)
#undef CTL_OPTION_ENUM
        CTL_OPTION_COUNT
} CtlOption;

typedef struct CtlCall {
    const char *url, *token_file, *as;
    bool is_json;                          /* --format json */
    bool all;                              /* status: closed ones too */
    const char *options[CTL_OPTION_COUNT]; /* NULL: not given */
    const char *arguments[2];
    int arguments_count;
} CtlCall;

typedef struct CtlReply {
    long status; /* HTTP; 0: no answer */
    EscBuf body;
    json_t *json; /* NULL when the body is no JSON */
} CtlReply;

/* One request; `body` NULL for GET. False: a message is on stderr. */
bool ctl_request(const CtlCall *call, const char *path, const char *type, EscText body,
                 bool is_post, CtlReply *reply);
void ctl_reply_release(CtlReply *reply);
/* 0 for 2xx; otherwise shows the problem on stderr and gives the exit status for it. */
int ctl_check(const CtlReply *reply);

typedef void (*CtlShow)(const CtlCall *call, const json_t *json);
void ctl_show_escalations(const CtlCall *call, const json_t *json);
void ctl_show_one(const CtlCall *call, const json_t *json);
void ctl_show_done(const CtlCall *call, const json_t *json);
void ctl_show_audit(const CtlCall *call, const json_t *json);
void ctl_show_outbox(const CtlCall *call, const json_t *json);
void ctl_show_events(const CtlCall *call, const json_t *json);

int ctl_token_new(const CtlCall *call);
int ctl_send(const CtlCall *call);

#endif
