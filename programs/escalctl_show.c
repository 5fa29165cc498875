/* escalctl_show.c - answers as tables and short texts; the pieces that all ways to show are made of. Not here: tables
 * themselves (escalctl_table.c). */
#define _GNU_SOURCE
#include <string.h>
#include <time.h>

#include "escalctl.h"
#include "escalctl_print.h"
#include "escalctl_when.h"

/* --- pieces ----------------------------------------------------------------------------------- */

EscText ctl_text(const EscJson *object, const char *name)
{
    return esc_json_text_or(esc_json_member(object, esc_text_from(name)), (EscText){0});
}

int64_t ctl_number(const EscJson *object, const char *name)
{
    const EscJson *value = esc_json_member(object, esc_text_from(name));
    return value != NULL && value->kind == ESC_JSON_INTEGER ? value->integer : 0;
}

bool ctl_is_true(const EscJson *object, const char *name)
{
    const EscJson *value = esc_json_member(object, esc_text_from(name));
    return value != NULL && value->kind == ESC_JSON_TRUE;
}

int64_t ctl_time(const EscJson *object, const char *name)
{
    int64_t time_ms = 0;
    EscText text = ctl_text(object, name);
    return text.size > 0 && esc_time_read(text, &time_ms) ? time_ms : 0;
}

const EscJson *ctl_first(const EscJson *object, const char *name)
{
    const EscJson *list = esc_json_member(object, esc_text_from(name));
    return list != NULL && list->kind == ESC_JSON_LIST ? list->first : NULL;
}

size_t ctl_count(const EscJson *object, const char *name)
{
    const EscJson *list = esc_json_member(object, esc_text_from(name));
    return list != NULL && list->kind == ESC_JSON_LIST ? list->count : 0;
}

int64_t ctl_now(const EscJson *json)
{
    int64_t now_ms = ctl_time(json, "now");
    struct timespec now;
    if (now_ms != 0)
        return now_ms;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * ESC_SECOND_MS + now.tv_nsec / 1000000;
}

/* --- the state of an escalation --------------------------------------------------------------- */

static bool is_state(const EscJson *escalation, const char *state)
{
    return esc_text_equal(ctl_text(escalation, "state"), esc_text_from(state));
}

void ctl_write_state(EscBuf *out, const EscJson *escalation)
{
    EscText outcome = ctl_text(escalation, "outcome");
    if (!is_state(escalation, "open")) {
        esc_buf_text(out, ctl_text(escalation, "state"));
        if (is_state(escalation, "closed") && outcome.size > 0)
            esc_buf_printf(out, " as %.*s", ESC_TEXT_ARG(outcome));
        return;
    }
    bool is_acked = ctl_is_true(escalation, "acked");
    esc_buf_string(out, is_acked ? "taken" : "asked");
}

bool ctl_has_owner_asked(const EscJson *escalation)
{
    return (is_state(escalation, "open") || is_state(escalation, "parked")) &&
           !ctl_is_true(escalation, "acked");
}

int64_t ctl_deadline(const EscJson *escalation)
{
    int64_t ack_ms = ctl_time(escalation, "ack_due_at");
    bool is_asked = ctl_has_owner_asked(escalation);
    return is_asked && ack_ms != 0 ? ack_ms : ctl_time(escalation, "wait_due_at");
}

EscText ctl_waiting(const EscJson *escalation)
{
    EscText text = ctl_text(escalation, "waiting_for"), until = ESC_TEXT(" until ");
    for (size_t at = text.size; at > 0; at--) {
        EscText rest = {text.data + at, text.size - at};
        if (esc_text_starts_with(rest, until) && rest.size > until.size &&
            rest.data[until.size] >= '0' && rest.data[until.size] <= '9')
            return (EscText){text.data, at};
    }
    return text;
}

static EscText role_words(EscText role)
{
    return esc_text_equal(role, ESC_TEXT("last_resort")) ? ESC_TEXT("last resort") : role;
}

void ctl_print_state(const EscJson *escalation, int64_t now_ms)
{
    EscBuf line;
    esc_buf_init(&line, 4096);
    int64_t due_ms = ctl_deadline(escalation);
    esc_buf_printf(&line, "%.*s  ", ESC_TEXT_ARG(ctl_text(escalation, "id")));
    if (is_state(escalation, "open") || is_state(escalation, "parked")) {
        if (is_state(escalation, "parked"))
            esc_buf_string(&line, "parked; ");
        bool is_acked = ctl_is_true(escalation, "acked");
        esc_buf_printf(&line, "%.*s (%.*s) %s", ESC_TEXT_ARG(ctl_text(escalation, "owner")),
                       ESC_TEXT_ARG(role_words(ctl_text(escalation, "role"))),
                       is_acked ? "has it" : "is asked");
        if (due_ms != 0) {
            esc_buf_string(&line, is_acked ? ", next deadline " : " until ");
            when_write_far(&line, due_ms, now_ms);
        }
    } else {
        ctl_write_state(&line, escalation);
    }
    print_safe(stdout, esc_buf_as_text(&line), false);
    (void)fputc('\n', stdout);
    esc_buf_release(&line);
}

/* --- answers ---------------------------------------------------------------------------------- */

static void show_state_of(const CtlCall *call, EscText id)
{
    EscBuf path;
    esc_buf_init(&path, 4096);
    esc_buf_string(&path, "/v1/escalations/");
    ctl_encode(&path, id);
    esc_buf_char(&path, '\0');
    if (path.status == ESC_OK) {
        CtlReply reply;
        const EscJson *escalation = ctl_look(call, (const char *)path.data, &reply);
        if (escalation != NULL)
            ctl_print_state(escalation, ctl_now(escalation));
        ctl_reply_release(&reply);
    }
    esc_buf_release(&path);
}

void ctl_show_states(const CtlCall *call, const EscJson *json)
{
    for (const EscJson *id = ctl_first(json, "escalations"); id != NULL; id = id->next)
        if (id->kind == ESC_JSON_TEXT)
            show_state_of(call, id->text);
}

/* Of an act that changed nothing: who has it then, and until when. */
static void show_state_of_argument(const CtlCall *call)
{
    const char *id = call->line->arguments_count > 0 ? call->line->arguments[0] : "";
    if (ctl_is_escalation(id))
        show_state_of(call, esc_text_from(id));
}

/* What was done, and how each escalation stands now, if the token may look. */
void ctl_show_done(const CtlCall *call, const EscJson *json)
{
    const EscJson *first = ctl_first(json, "escalations");
    EscText note = ctl_text(json, "note");
    (void)fputs(ctl_is_true(json, "noop") ? "nothing to do" : "done", stdout);
    for (const EscJson *id = first; id != NULL; id = id->next) {
        (void)fputs(id == first ? ": " : ", ", stdout);
        print_safe(stdout, esc_json_text_or(id, (EscText){0}), false);
    }
    if (note.size > 0) {
        (void)fputs(": ", stdout);
        print_lines(stdout, note, 2);
    }
    (void)fputc('\n', stdout);
    if (first == NULL)
        show_state_of_argument(call);
    ctl_show_states(call, json);
}

/* An instant of each row in words. */
static void put_stamps(CtlRows *rows, const char *member, const char *as)
{
    for (size_t i = 0; i < rows->count; i++) {
        int64_t at_ms = ctl_time(rows->items[i].json, member);
        EscBuf stamp;
        esc_buf_init(&stamp, 128);
        if (at_ms != 0)
            when_write_stamp(&stamp, at_ms);
        ctl_put(rows, &rows->items[i], as, &stamp);
    }
}

/* "ana, by helpdesk" where a principal has acted in a person's name. */
static void name_who_acted(CtlRows *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        const EscJson *json = rows->items[i].json;
        EscText by = ctl_text(esc_json_member(json, ESC_TEXT("data")), "by");
        EscText actor = ctl_text(json, "actor");
        EscBuf both;
        if (by.size == 0)
            continue;
        esc_buf_init(&both, 1024);
        esc_buf_printf(&both, "%.*s, by %.*s", ESC_TEXT_ARG(actor), ESC_TEXT_ARG(by));
        ctl_put(rows, &rows->items[i], "actor", &both);
    }
}

void ctl_show_audit(const CtlCall *call, const EscJson *json)
{
    static const CtlColumn columns[] = {
        {"SEQ", "seq", 10},        {"TIME", "time", 28},       {"TICKET", "ticket", 20},
        {"ESC", "escalation", 10}, {"KIND", "kind", 18},       {"ACTOR", "actor", 24},
        {"WHERE", "place", 28},    {"WHAT", "text", SIZE_MAX},
    };
    CtlRows rows = ctl_rows(esc_json_member(json, ESC_TEXT("items")));
    const char *limit = cli_value(call->line, CLI_ESCALCTL_LIMIT);
    put_stamps(&rows, "at", "time");
    name_who_acted(&rows);
    ctl_table(call, &rows, columns, ESC_COUNT_OF(columns));
    if (limit == NULL && rows.count == 100) {
        const EscJson *last = esc_json_member(rows.items[rows.count - 1].json, ESC_TEXT("seq"));
        if (last != NULL && last->kind == ESC_JSON_INTEGER)
            (void)printf("… and perhaps more: --after %lld goes on\n", (long long)last->integer);
    }
    ctl_rows_release(&rows);
}

/* What a message says; of a call its action. */
static EscText words_of(const EscJson *item)
{
    const EscJson *body = esc_json_member(item, ESC_TEXT("body"));
    return esc_json_member(body, ESC_TEXT("text")) != NULL ? ctl_text(body, "text")
                                                           : ctl_text(body, "action");
}

void ctl_write_receiver(EscBuf *out, const EscJson *message)
{
    EscText address = ctl_text(message, "address");
    esc_buf_text(out, ctl_text(message, "target"));
    if (esc_text_equal(ctl_text(message, "medium"), ESC_TEXT("mail")) && address.size > 0)
        esc_buf_printf(out, " (%.*s)", ESC_TEXT_ARG(address));
}

void ctl_show_outbox(const CtlCall *call, const EscJson *json)
{
    static const CtlColumn columns[] = {
        {"ID", "id", 10},         {"TIME", "time", 28},       {"ESC", "escalation", 10},
        {"TO", "target", 40},     {"BY", "medium", 8},        {"STATE", "state", 10},
        {"DETAIL", "detail", 60}, {"TEXT", "text", SIZE_MAX},
    };
    CtlRows rows = ctl_rows(esc_json_member(json, ESC_TEXT("items")));
    put_stamps(&rows, "created_at", "time");
    for (size_t i = 0; i < rows.count; i++) {
        const EscJson *message = rows.items[i].json;
        EscBuf text, whom;
        esc_buf_init(&text, words_of(message).size + 1);
        esc_buf_text(&text, words_of(message));
        ctl_put(&rows, &rows.items[i], "text", &text);
        esc_buf_init(&whom, 1024);
        ctl_write_receiver(&whom, message);
        ctl_put(&rows, &rows.items[i], "target", &whom);
    }
    ctl_table(call, &rows, columns, ESC_COUNT_OF(columns));
    ctl_rows_release(&rows);
}

void ctl_show_endpoints(const CtlCall *call, const EscJson *json)
{
    static const CtlColumn columns[] = {
        {"ENDPOINT", "endpoint", 40}, {"QUEUED", "queued", 10},
        {"SENT", "sent", 10},         {"DEAD", "dead", 10},
        {"HELD UNTIL", "until", 28},  {"LAST SUCCESS", "success", 28},
        {"LAST ERROR", "failed", 28}, {"SAID", "last_error", SIZE_MAX},
    };
    CtlRows rows = ctl_rows(esc_json_member(json, ESC_TEXT("items")));
    put_stamps(&rows, "held_until", "until");
    put_stamps(&rows, "last_success_at", "success");
    put_stamps(&rows, "last_error_at", "failed");
    ctl_table(call, &rows, columns, ESC_COUNT_OF(columns));
    ctl_rows_release(&rows);
}

void ctl_show_events(const CtlCall *call, const EscJson *json)
{
    static const CtlColumn columns[] = {
        {"SOURCE", "source", 32}, {"EVENT", "id", 32},          {"STATUS", "status", 10},
        {"TICKET", "ticket", 40}, {"ESCALATIONS", "which", 60}, {"DETAIL", "detail", SIZE_MAX},
    };
    CtlRows rows = ctl_rows(esc_json_member(json, ESC_TEXT("events")));
    for (size_t i = 0; i < rows.count; i++) {
        const EscJson *first = ctl_first(rows.items[i].json, "escalations");
        EscBuf which;
        esc_buf_init(&which, 4096);
        for (const EscJson *id = first; id != NULL; id = id->next) {
            esc_buf_string(&which, id == first ? "" : ", ");
            esc_buf_text(&which, esc_json_text_or(id, (EscText){0}));
        }
        ctl_put(&rows, &rows.items[i], "which", &which);
    }
    ctl_table(call, &rows, columns, ESC_COUNT_OF(columns));
    ctl_rows_release(&rows);
}
