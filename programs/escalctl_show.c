/* escalctl_show.c - answers as tables and short texts; the pieces that all ways to show are made of. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "escalctl.h"
#include "escalctl_print.h"
#include "escalctl_when.h"

#define COLUMNS_MAX 12

/* --- pieces ----------------------------------------------------------------------------------- */

EscText ctl_text(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    return (EscText){json_string_value(value), json_string_length(value)};
}

int64_t ctl_time(const json_t *object, const char *name)
{
    int64_t time_ms = 0;
    EscText text = ctl_text(object, name);
    return text.size > 0 && esc_time_read(text, &time_ms) ? time_ms : 0;
}

int64_t ctl_now(const json_t *json)
{
    int64_t now_ms = ctl_time(json, "now");
    struct timespec now;
    if (now_ms != 0)
        return now_ms;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * ESC_SECOND_MS + now.tv_nsec / 1000000;
}

void ctl_put(json_t *object, const char *name, EscBuf *text)
{
    if (text->size > 0)
        (void)json_object_set_new(object, name, json_stringn((const char *)text->data, text->size));
    esc_buf_release(text);
}

/* A member as text: texts as they are, numbers and truths in words, anything else empty.
 * `scratch` holds numbers. */
static EscText member_text(const json_t *object, const char *name, char scratch[32])
{
    const json_t *value = json_object_get(object, name);
    if (json_is_string(value))
        return (EscText){json_string_value(value), json_string_length(value)};
    if (json_is_boolean(value))
        return json_is_true(value) ? ESC_TEXT("yes") : ESC_TEXT("no");
    if (!json_is_integer(value))
        return (EscText){0};
    (void)snprintf(scratch, 32, "%lld", (long long)json_integer_value(value));
    return esc_text_from(scratch);
}

/* --- tables ----------------------------------------------------------------------------------- */

/* Columns that some row fills, with the width each needs; gives their number. */
static size_t measure(const json_t *rows, const CtlColumn *columns, size_t count,
                      const CtlColumn **used, size_t *widths)
{
    size_t kept = 0;
    char scratch[32];
    for (size_t c = 0; c < count; c++) {
        size_t widest = 0;
        for (size_t r = 0; r < json_array_size(rows); r++) {
            size_t width =
                print_width(member_text(json_array_get(rows, r), columns[c].member, scratch));
            widest = width > widest ? width : widest;
        }
        if (widest == 0 && json_array_size(rows) > 0)
            continue;
        widest = widest < columns[c].width_max ? widest : columns[c].width_max;
        size_t title = strlen(columns[c].title);
        used[kept] = &columns[c];
        widths[kept++] = widest > title ? widest : title;
    }
    return kept;
}

/* Only these: a row may have come from elsewhere. */
static const char *colour_of(const CtlCall *call, const json_t *row)
{
    EscText colour = ctl_text(row, "colour");
    if (!call->has_colours)
        return "";
    if (esc_text_equal(colour, ESC_TEXT("red")))
        return "\033[31m";
    return esc_text_equal(colour, ESC_TEXT("yellow")) ? "\033[33m" : "";
}

static void print_row(const CtlCall *call, const json_t *row, const CtlColumn **used,
                      const size_t *widths, size_t kept)
{
    char scratch[32];
    const char *colour = colour_of(call, row);
    size_t indent = 0;
    while (kept > 1 && member_text(row, used[kept - 1]->member, scratch).size == 0)
        kept--; /* no blanks at the end of a line */
    (void)fputs(colour, stdout);
    for (size_t c = 0; c < kept; c++) {
        EscText text = member_text(row, used[c]->member, scratch);
        if (c + 1 == kept) {
            print_lines(stdout, text, indent);
        } else {
            print_cell(stdout, text, widths[c]);
            (void)fputs("  ", stdout);
            indent += widths[c] + 2;
        }
    }
    (void)fputs(colour[0] != '\0' ? "\033[0m\n" : "\n", stdout);
}

void ctl_table(const CtlCall *call, const json_t *rows, const CtlColumn *columns, size_t count)
{
    const CtlColumn *used[COLUMNS_MAX];
    size_t widths[COLUMNS_MAX];
    ESC_ASSERT(count <= COLUMNS_MAX);
    size_t kept = measure(rows, columns, count, used, widths);
    for (size_t c = 0; c < kept; c++)
        (void)printf("%-*s%s", c + 1 < kept ? (int)widths[c] : 0, used[c]->title,
                     c + 1 < kept ? "  " : "\n");
    for (size_t r = 0; r < json_array_size(rows); r++)
        print_row(call, json_array_get(rows, r), used, widths, kept);
}

/* --- the state of an escalation --------------------------------------------------------------- */

static bool is_state(const json_t *escalation, const char *state)
{
    return esc_text_equal(ctl_text(escalation, "state"), esc_text_from(state));
}

void ctl_write_state(EscBuf *out, const json_t *escalation)
{
    EscText outcome = ctl_text(escalation, "outcome");
    if (!is_state(escalation, "open")) {
        esc_buf_text(out, ctl_text(escalation, "state"));
        if (is_state(escalation, "closed") && outcome.size > 0)
            esc_buf_printf(out, " as %.*s", ESC_TEXT_ARG(outcome));
        return;
    }
    bool is_acked = json_is_true(json_object_get(escalation, "acked"));
    esc_buf_string(out, is_acked ? "taken" : "asked");
}

int64_t ctl_deadline(const json_t *escalation)
{
    int64_t ack_ms = ctl_time(escalation, "ack_due_at");
    bool is_asked =
        is_state(escalation, "open") && !json_is_true(json_object_get(escalation, "acked"));
    return is_asked && ack_ms != 0 ? ack_ms : ctl_time(escalation, "wait_due_at");
}

EscText ctl_waiting(const json_t *escalation)
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

void ctl_print_state(const json_t *escalation, int64_t now_ms)
{
    EscBuf line;
    esc_buf_init(&line, 4096);
    int64_t due_ms = ctl_deadline(escalation);
    esc_buf_printf(&line, "%.*s  ", ESC_TEXT_ARG(ctl_text(escalation, "id")));
    if (is_state(escalation, "open")) {
        bool is_acked = json_is_true(json_object_get(escalation, "acked"));
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

static void show_state_of(const CtlCall *call, const char *id)
{
    EscBuf path;
    esc_buf_init(&path, 4096);
    esc_buf_string(&path, "/v1/escalations/");
    ctl_encode(&path, id);
    esc_buf_char(&path, '\0');
    json_t *escalation = path.status == ESC_OK ? ctl_look(call, (const char *)path.data) : NULL;
    if (escalation != NULL)
        ctl_print_state(escalation, ctl_now(escalation));
    json_decref(escalation);
    esc_buf_release(&path);
}

/* Of an act that changed nothing: who has it then, and until when. */
static void show_state_of_argument(const CtlCall *call)
{
    const char *id = call->line->arguments_count > 0 ? call->line->arguments[0] : "";
    if (ctl_is_escalation(id))
        show_state_of(call, id);
}

/* What was done, and how each escalation stands now, if the token may look. */
void ctl_show_done(const CtlCall *call, const json_t *json)
{
    const json_t *escalations = json_object_get(json, "escalations");
    EscText note = ctl_text(json, "note");
    (void)fputs(json_is_true(json_object_get(json, "noop")) ? "nothing to do" : "done", stdout);
    for (size_t i = 0; i < json_array_size(escalations); i++) {
        (void)fputs(i == 0 ? ": " : ", ", stdout);
        print_safe(stdout, esc_text_from(json_string_value(json_array_get(escalations, i))), false);
    }
    if (note.size > 0) {
        (void)fputs(": ", stdout);
        print_lines(stdout, note, 2);
    }
    (void)fputc('\n', stdout);
    if (json_array_size(escalations) == 0)
        show_state_of_argument(call);
    for (size_t i = 0; i < json_array_size(escalations); i++)
        if (json_is_string(json_array_get(escalations, i)))
            show_state_of(call, json_string_value(json_array_get(escalations, i)));
}

/* A copy of a list's rows, with an instant of each in words. */
static json_t *with_stamps(const json_t *items, const char *member, const char *as)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < json_array_size(items); i++) {
        json_t *row = json_copy(json_array_get(items, i));
        int64_t at_ms = ctl_time(row, member);
        EscBuf stamp;
        esc_buf_init(&stamp, 128);
        if (at_ms != 0)
            when_write_stamp(&stamp, at_ms);
        ctl_put(row, as, &stamp);
        (void)json_array_append_new(rows, row);
    }
    return rows;
}

/* "ana, by helpdesk" where a principal has acted in a person's name. */
static void name_who_acted(json_t *rows)
{
    for (size_t i = 0; i < json_array_size(rows); i++) {
        json_t *row = json_array_get(rows, i);
        EscText by = ctl_text(json_object_get(row, "data"), "by");
        EscText actor = ctl_text(row, "actor");
        EscBuf both;
        if (by.size == 0)
            continue;
        esc_buf_init(&both, 1024);
        esc_buf_printf(&both, "%.*s, by %.*s", ESC_TEXT_ARG(actor), ESC_TEXT_ARG(by));
        ctl_put(row, "actor", &both);
    }
}

void ctl_show_audit(const CtlCall *call, const json_t *json)
{
    static const CtlColumn columns[] = {
        {"SEQ", "seq", 10},        {"TIME", "time", 28},       {"TICKET", "ticket", 20},
        {"ESC", "escalation", 10}, {"KIND", "kind", 18},       {"ACTOR", "actor", 24},
        {"WHERE", "place", 28},    {"WHAT", "text", SIZE_MAX},
    };
    json_t *rows = with_stamps(json_object_get(json, "items"), "at", "time");
    const char *limit = cli_value(call->line, CLI_ESCALCTL_LIMIT);
    size_t count = json_array_size(rows);
    name_who_acted(rows);
    ctl_table(call, rows, columns, ESC_COUNT_OF(columns));
    if (limit == NULL && count == 100)
        (void)printf(
            "… and perhaps more: --after %lld goes on\n",
            (long long)json_integer_value(json_object_get(json_array_get(rows, count - 1), "seq")));
    json_decref(rows);
}

void ctl_name_receiver(json_t *row)
{
    EscText medium = ctl_text(row, "medium"), target = ctl_text(row, "target");
    EscBuf both;
    if (!esc_text_equal(medium, ESC_TEXT("mail")))
        return;
    esc_buf_init(&both, 1024);
    esc_buf_printf(&both, "%.*s (%.*s)", ESC_TEXT_ARG(target),
                   ESC_TEXT_ARG(ctl_text(row, "address")));
    ctl_put(row, "target", &both);
}

void ctl_show_outbox(const CtlCall *call, const json_t *json)
{
    static const CtlColumn columns[] = {
        {"ID", "id", 10},         {"TIME", "time", 28},       {"ESC", "escalation", 10},
        {"TO", "target", 40},     {"BY", "medium", 8},        {"STATE", "state", 10},
        {"DETAIL", "detail", 60}, {"TEXT", "text", SIZE_MAX},
    };
    json_t *rows = with_stamps(json_object_get(json, "items"), "created_at", "time");
    for (size_t i = 0; i < json_array_size(rows); i++) {
        json_t *row = json_array_get(rows, i), *body = json_object_get(row, "body");
        json_t *text = json_object_get(body, "text");
        ctl_name_receiver(row);
        (void)json_object_set(row, "text", text != NULL ? text : json_object_get(body, "action"));
    }
    ctl_table(call, rows, columns, ESC_COUNT_OF(columns));
    json_decref(rows);
}

void ctl_show_events(const CtlCall *call, const json_t *json)
{
    static const CtlColumn columns[] = {
        {"SOURCE", "source", 32}, {"EVENT", "id", 32},          {"STATUS", "status", 10},
        {"TICKET", "ticket", 40}, {"ESCALATIONS", "which", 60}, {"DETAIL", "detail", SIZE_MAX},
    };
    json_t *rows = json_deep_copy(json_object_get(json, "events"));
    for (size_t i = 0; i < json_array_size(rows); i++) {
        json_t *row = json_array_get(rows, i), *list = json_object_get(row, "escalations");
        EscBuf which;
        esc_buf_init(&which, 4096);
        for (size_t k = 0; k < json_array_size(list); k++) {
            esc_buf_string(&which, k > 0 ? ", " : "");
            esc_buf_text(&which, esc_text_from(json_string_value(json_array_get(list, k))));
        }
        ctl_put(row, "which", &which);
    }
    ctl_table(call, rows, columns, ESC_COUNT_OF(columns));
    json_decref(rows);
}
