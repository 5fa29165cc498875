/* escalctl_oncall.c - who is on duty; what an escalation kept as evidence. */
#include <stdlib.h>
#include <string.h>

#include "escalctl.h"
#include "escalctl_print.h"
#include "escalctl_when.h"

/* --- on duty ---------------------------------------------------------------------------------- */

/* "ana, Ana Ruiz" */
static void put_person(json_t *row, const char *as, EscText name, EscText title, const char *nobody)
{
    EscBuf text;
    esc_buf_init(&text, 4096);
    esc_buf_text(&text, name);
    if (name.size == 0)
        esc_buf_string(&text, nobody);
    else if (title.size > 0 && !esc_text_equal(name, title))
        esc_buf_printf(&text, " (%.*s)", ESC_TEXT_ARG(title));
    ctl_put(row, as, &text);
}

static void put_absent(json_t *row, int64_t now_ms)
{
    const json_t *absent = json_object_get(row, "absent");
    EscBuf text;
    esc_buf_init(&text, 65536);
    for (size_t i = 0; i < json_array_size(absent); i++) {
        const json_t *item = json_array_get(absent, i);
        esc_buf_printf(&text, "%s%.*s until ", i > 0 ? "; " : "",
                       ESC_TEXT_ARG(ctl_text(item, "person")));
        when_write(&text, ctl_time(item, "until"), now_ms);
    }
    ctl_put(row, "away", &text);
}

static void put_words(json_t *row, int64_t now_ms)
{
    bool depends = json_is_true(json_object_get(row, "depends_on_ticket"));
    int64_t until_ms = ctl_time(row, "until");
    EscBuf until, role;
    esc_buf_init(&until, 256);
    esc_buf_init(&role, 256);
    EscText name = ctl_text(row, "role");
    if (esc_text_equal(name, ESC_TEXT("last_resort")))
        name = ESC_TEXT("last resort");
    esc_buf_text(&role, name);
    if (until_ms != 0)
        when_write_far(&until, until_ms, now_ms);
    put_person(row, "now", ctl_text(row, "person"), ctl_text(row, "name"),
               depends ? "(depends on the ticket)" : "NOBODY");
    put_person(row, "then", ctl_text(row, "next"), ctl_text(row, "next_name"),
               until_ms != 0 ? "NOBODY" : "");
    put_absent(row, now_ms);
    ctl_put(row, "until_text", &until);
    ctl_put(row, "role_text", &role);
    if (ctl_text(row, "person").size == 0 && !depends)
        (void)json_object_set_new(row, "colour", json_string("red"));
}

void ctl_show_oncall(const CtlCall *call, const json_t *json)
{
    static const CtlColumn schedules_columns[] = {
        {"SCHEDULE", "schedule", 24}, {"ON DUTY", "now", 32}, {"UNTIL", "until_text", 40},
        {"THEN", "then", 32},         {"AWAY", "away", 80},
    };
    static const CtlColumn roles_columns[] = {
        {"TEMPLATE", "template", 28}, {"ROLE", "role_text", 12},   {"WHO", "who", 24},
        {"ON DUTY", "now", 32},       {"UNTIL", "until_text", 40}, {"THEN", "then", 32},
        {"AWAY", "away", 80},
    };
    const json_t *items = json_object_get(json, "items");
    json_t *schedules = json_array(), *roles = json_array();
    int64_t now_ms = ctl_now(json);
    for (size_t i = 0; i < json_array_size(items); i++) {
        json_t *row = json_copy(json_array_get(items, i));
        put_words(row, now_ms);
        (void)json_array_append_new(ctl_text(row, "schedule").size > 0 ? schedules : roles, row);
    }
    if (json_array_size(schedules) > 0) {
        ctl_table(call, schedules, schedules_columns, ESC_COUNT_OF(schedules_columns));
        (void)fputc('\n', stdout);
    }
    ctl_table(call, roles, roles_columns, ESC_COUNT_OF(roles_columns));
    json_decref(schedules);
    json_decref(roles);
}

/* --- evidence --------------------------------------------------------------------------------- */

static void show_list(const CtlCall *call, const json_t *json)
{
    static const CtlColumn columns[] = {
        {"NUMBER", "number", 8}, {"NAME", "name", 40},      {"KEPT", "kept", 28},
        {"BYTES", "size", 10},   {"SHA-256", "sha256", 64},
    };
    json_t *rows = json_deep_copy(json_object_get(json, "items"));
    for (size_t i = 0; i < json_array_size(rows); i++) {
        json_t *row = json_array_get(rows, i);
        int64_t at_ms = ctl_time(row, "at");
        EscBuf kept;
        esc_buf_init(&kept, 128);
        if (at_ms != 0)
            when_write_stamp(&kept, at_ms);
        ctl_put(row, "kept", &kept);
    }
    if (json_array_size(rows) == 0)
        (void)puts("nothing was kept as evidence");
    else
        ctl_table(call, rows, columns, ESC_COUNT_OF(columns));
    json_decref(rows);
}

/* JSON is laid out to be read, a text that was attached is shown as it is. */
static void show_content(const json_t *item)
{
    EscText content = ctl_text(item, "content");
    json_t *json = json_loadb(content.data == NULL ? "" : content.data, content.size, 0, NULL);
    char *text = json == NULL ? NULL : json_dumps(json, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    print_lines(stdout, text != NULL ? esc_text_from(text) : content, 0);
    (void)fputc('\n', stdout);
    free(text);
    json_decref(json);
}

int ctl_evidence(const CtlCall *call)
{
    const CliLine *line = call->line;
    EscBuf path;
    json_t *json = NULL;
    if (!ctl_is_escalation(line->arguments[0]))
        return cli_wrong(line, "`%s` is no escalation: its id looks like E-12", line->arguments[0]);
    esc_buf_init(&path, 4096);
    esc_buf_printf(&path, "/v1/escalations/%s/evidence?limit=1000", line->arguments[0]);
    if (line->arguments_count > 1) {
        esc_buf_string(&path, "&number=");
        ctl_encode(&path, line->arguments[1]);
    }
    esc_buf_char(&path, '\0');
    int result = path.status == ESC_OK ? ctl_get(call, (const char *)path.data, &json)
                                       : cli_wrong(line, "an argument is too long");
    char *text = result == EXIT_FINE && call->is_json ? json_dumps(json, JSON_COMPACT) : NULL;
    if (text != NULL)
        print_json(stdout, esc_text_from(text));
    else if (result == EXIT_FINE && line->arguments_count > 1)
        show_content(json_array_get(json_object_get(json, "items"), 0));
    else if (result == EXIT_FINE)
        show_list(call, json);
    free(text);
    json_decref(json);
    esc_buf_release(&path);
    return result;
}
