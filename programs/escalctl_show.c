/* escalctl_show.c - answers as tables and short texts. */
#include <stdlib.h>
#include <string.h>

#include "escalctl.h"
#include "escalctl_print.h"

#define COLUMNS_MAX 8

typedef struct Column {
    const char *title, *member;
    size_t width_max;
} Column;

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

static void print_table(const json_t *rows, const Column *columns, size_t count)
{
    size_t widths[COLUMNS_MAX];
    char scratch[32];
    ESC_ASSERT(count <= COLUMNS_MAX);
    for (size_t c = 0; c < count; c++) {
        widths[c] = strlen(columns[c].title);
        for (size_t r = 0; r < json_array_size(rows); r++) {
            size_t width =
                print_width(member_text(json_array_get(rows, r), columns[c].member, scratch));
            if (width > widths[c])
                widths[c] = width < columns[c].width_max ? width : columns[c].width_max;
        }
    }
    for (size_t c = 0; c < count; c++)
        (void)printf("%-*s%s", c + 1 < count ? (int)widths[c] : 0, columns[c].title,
                     c + 1 < count ? "  " : "\n");
    for (size_t r = 0; r < json_array_size(rows); r++)
        for (size_t c = 0; c < count; c++) {
            EscText text = member_text(json_array_get(rows, r), columns[c].member, scratch);
            if (c + 1 < count)
                print_cell(stdout, text, widths[c]);
            else
                print_safe(stdout, text, false);
            (void)fputs(c + 1 < count ? "  " : "\n", stdout);
        }
}

void ctl_show_escalations(const CtlCall *call, const json_t *json)
{
    static const Column columns[] = {
        {"ID", "id", 12},           {"STATE", "state", 8},  {"TEMPLATE", "template", 28},
        {"TICKET", "ticket", 24},   {"OWNER", "owner", 16}, {"ACKED", "acked", 5},
        {"OUTCOME", "outcome", 16}, {"STEP", "step", 60},
    };
    const json_t *items = json_object_get(json, "items");
    json_t *shown = json_array();
    for (size_t i = 0; i < json_array_size(items); i++) {
        json_t *item = json_array_get(items, i);
        const char *state = json_string_value(json_object_get(item, "state"));
        bool is_closed = state != NULL && strcmp(state, "closed") == 0;
        if (!is_closed || call->all || call->options[CTL_OPTION_state] != NULL)
            (void)json_array_append(shown, item);
    }
    print_table(shown, columns, ESC_COUNT_OF(columns));
    json_decref(shown);
}

/* Members one under the other; lists and objects as JSON. */
void ctl_show_one(const CtlCall *call, const json_t *json)
{
    (void)call;
    void *at = json_object_iter((json_t *)(uintptr_t)json);
    for (; at != NULL; at = json_object_iter_next((json_t *)(uintptr_t)json, at)) {
        json_t *value = json_object_iter_value(at);
        char scratch[32];
        EscText text = member_text(json, json_object_iter_key(at), scratch);
        if (json_is_null(value) || (text.size == 0 && json_is_string(value)) ||
            (json_is_array(value) && json_array_size(value) == 0))
            continue;
        (void)printf("%-15s ", json_object_iter_key(at));
        if (text.size > 0) {
            print_safe(stdout, text, false);
        } else {
            char *dump = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
            print_safe(stdout, esc_text_from(dump), false);
            free(dump);
        }
        (void)fputc('\n', stdout);
    }
}

void ctl_show_done(const CtlCall *call, const json_t *json)
{
    (void)call;
    const json_t *escalations = json_object_get(json, "escalations");
    (void)fputs(json_is_true(json_object_get(json, "noop")) ? "nothing to do" : "done", stdout);
    for (size_t i = 0; i < json_array_size(escalations); i++) {
        (void)fputs(i == 0 ? ": " : ", ", stdout);
        print_safe(stdout, esc_text_from(json_string_value(json_array_get(escalations, i))), false);
    }
    const char *note = json_string_value(json_object_get(json, "note"));
    if (note != NULL) {
        (void)fputs(": ", stdout);
        print_safe(stdout, esc_text_from(note), false);
    }
    (void)fputc('\n', stdout);
}

void ctl_show_audit(const CtlCall *call, const json_t *json)
{
    (void)call;
    static const Column columns[] = {
        {"SEQ", "seq", 10},   {"TIME", "at", 24},     {"ESCALATION", "escalation", 10},
        {"KIND", "kind", 20}, {"ACTOR", "actor", 16}, {"WHAT", "text", 400},
    };
    print_table(json_object_get(json, "items"), columns, ESC_COUNT_OF(columns));
}

void ctl_show_outbox(const CtlCall *call, const json_t *json)
{
    (void)call;
    static const Column columns[] = {
        {"ID", "id", 10},          {"KEY", "key", 28},      {"KIND", "kind", 8},
        {"TARGET", "target", 20},  {"MEDIUM", "medium", 8}, {"STATE", "state", 10},
        {"DETAIL", "detail", 200},
    };
    print_table(json_object_get(json, "items"), columns, ESC_COUNT_OF(columns));
}

void ctl_show_events(const CtlCall *call, const json_t *json)
{
    (void)call;
    static const Column columns[] = {
        {"SOURCE", "source", 32}, {"EVENT", "id", 32},       {"STATUS", "status", 10},
        {"TICKET", "ticket", 40}, {"DETAIL", "detail", 200},
    };
    print_table(json_object_get(json, "events"), columns, ESC_COUNT_OF(columns));
}
