/* escalctl_oncall.c - who is on duty; what an escalation kept as evidence. */
#include "escalctl.h"
#include "escalctl_print.h"
#include "escalctl_when.h"

#define CONTENT_BYTES_MAX ((size_t)64 << 20) /* of evidence that is laid out, and of its tree */

/* --- on duty ---------------------------------------------------------------------------------- */

/* "ana, Ana Ruiz" */
static void put_person(CtlRows *rows, CtlRow *row, const char *as, EscText name, EscText title,
                       const char *nobody)
{
    EscBuf text;
    esc_buf_init(&text, 4096);
    esc_buf_text(&text, name);
    if (name.size == 0)
        esc_buf_string(&text, nobody);
    else if (title.size > 0 && !esc_text_equal(name, title))
        esc_buf_printf(&text, " (%.*s)", ESC_TEXT_ARG(title));
    ctl_put(rows, row, as, &text);
}

static void put_absent(CtlRows *rows, CtlRow *row, int64_t now_ms)
{
    const EscJson *first = ctl_first(row->json, "absent");
    EscBuf text;
    esc_buf_init(&text, 65536);
    for (const EscJson *item = first; item != NULL; item = item->next) {
        esc_buf_printf(&text, "%s%.*s until ", item == first ? "" : "; ",
                       ESC_TEXT_ARG(ctl_text(item, "person")));
        when_write(&text, ctl_time(item, "until"), now_ms);
        EscText deputy = ctl_text(item, "deputy");
        if (deputy.size > 0)
            esc_buf_printf(&text, " (%.*s stands in)", ESC_TEXT_ARG(deputy));
    }
    ctl_put(rows, row, "away", &text);
}

/* "support, in turn": whoever is on duty is drawn next. */
static void put_who(CtlRows *rows, CtlRow *row)
{
    EscBuf text;
    esc_buf_init(&text, 256);
    esc_buf_text(&text, ctl_text(row->json, "who"));
    if (ctl_is_true(row->json, "turns"))
        esc_buf_string(&text, ", in turn");
    ctl_put(rows, row, "who_text", &text);
}

static void put_words(CtlRows *rows, CtlRow *row, int64_t now_ms)
{
    const EscJson *json = row->json;
    bool depends = ctl_is_true(json, "depends_on_ticket");
    int64_t until_ms = ctl_time(json, "until");
    EscBuf until, role;
    esc_buf_init(&until, 256);
    esc_buf_init(&role, 256);
    EscText name = ctl_text(json, "role");
    if (esc_text_equal(name, ESC_TEXT("last_resort")))
        name = ESC_TEXT("last resort");
    esc_buf_text(&role, name);
    if (until_ms != 0)
        when_write_far(&until, until_ms, now_ms);
    put_person(rows, row, "now", ctl_text(json, "person"), ctl_text(json, "name"),
               depends ? "(depends on the ticket)" : "NOBODY");
    put_person(rows, row, "then", ctl_text(json, "next"), ctl_text(json, "next_name"),
               until_ms != 0 ? "NOBODY" : "");
    put_who(rows, row);
    put_absent(rows, row, now_ms);
    ctl_put(rows, row, "until_text", &until);
    ctl_put(rows, row, "role_text", &role);
    if (ctl_text(json, "person").size == 0 && !depends)
        row->colour = CTL_RED;
}

void ctl_show_oncall(const CtlCall *call, const EscJson *json)
{
    static const CtlColumn schedules_columns[] = {
        {"SCHEDULE", "schedule", 24}, {"ON DUTY", "now", 32}, {"UNTIL", "until_text", 40},
        {"THEN", "then", 32},         {"AWAY", "away", 80},
    };
    static const CtlColumn roles_columns[] = {
        {"TEMPLATE", "template", 28}, {"ROLE", "role_text", 12},   {"WHO", "who_text", 24},
        {"ON DUTY", "now", 32},       {"UNTIL", "until_text", 40}, {"THEN", "then", 32},
        {"AWAY", "away", 80},
    };
    EscText calendar = ctl_text(json, "calendar");
    if (calendar.size > 0) {
        (void)fwrite(calendar.data, 1, calendar.size, stdout);
        return;
    }
    size_t count = ctl_count(json, "items");
    CtlRows schedules = ctl_rows_for(count), roles = ctl_rows_for(count);
    int64_t now_ms = ctl_now(json);
    for (const EscJson *item = ctl_first(json, "items"); item != NULL; item = item->next) {
        CtlRows *rows = ctl_text(item, "schedule").size > 0 ? &schedules : &roles;
        CtlRow *row = &rows->items[rows->count++];
        row->json = item;
        put_words(rows, row, now_ms);
    }
    if (schedules.count > 0) {
        ctl_table(call, &schedules, schedules_columns, ESC_COUNT_OF(schedules_columns));
        (void)fputc('\n', stdout);
    }
    ctl_table(call, &roles, roles_columns, ESC_COUNT_OF(roles_columns));
    ctl_rows_release(&schedules);
    ctl_rows_release(&roles);
}

/* --- evidence --------------------------------------------------------------------------------- */

static void show_list(const CtlCall *call, const EscJson *json)
{
    static const CtlColumn columns[] = {
        {"NUMBER", "number", 8}, {"NAME", "name", 40},      {"KEPT", "kept", 28},
        {"BYTES", "size", 10},   {"SHA-256", "sha256", 64},
    };
    CtlRows rows = ctl_rows(esc_json_member(json, ESC_TEXT("items")));
    for (size_t i = 0; i < rows.count; i++) {
        int64_t at_ms = ctl_time(rows.items[i].json, "at");
        EscBuf kept;
        esc_buf_init(&kept, 128);
        if (at_ms != 0)
            when_write_stamp(&kept, at_ms);
        ctl_put(&rows, &rows.items[i], "kept", &kept);
    }
    if (rows.count == 0)
        (void)puts("nothing was kept as evidence");
    else
        ctl_table(call, &rows, columns, ESC_COUNT_OF(columns));
    ctl_rows_release(&rows);
}

/* JSON is laid out to be read, a text that was attached is shown as it is. */
static void show_content(const EscJson *item)
{
    static const EscJsonLimits limits = {.depth_max = 64, .values_max = 100000};
    EscText content = ctl_text(item, "content");
    EscArena *arena = esc_arena_new(CONTENT_BYTES_MAX);
    const EscJson *json = NULL;
    EscBuf text;
    esc_buf_init(&text, CONTENT_BYTES_MAX);
    bool is_json = arena != NULL && content.size > 0 &&
                   (content.data[0] == '{' || content.data[0] == '[') &&
                   esc_json_read(arena, content, &limits, &json, NULL) == ESC_OK;
    if (is_json)
        esc_json_write(&text, json, 2);
    print_lines(stdout, is_json && text.status == ESC_OK ? esc_buf_as_text(&text) : content, 0);
    (void)fputc('\n', stdout);
    esc_buf_release(&text);
    esc_arena_free(arena);
}

int ctl_evidence(const CtlCall *call)
{
    const CliLine *line = call->line;
    EscBuf path;
    CtlReply reply = {0};
    if (!ctl_is_escalation(line->arguments[0]))
        return cli_wrong(line, "`%s` is no escalation: its id looks like E-12", line->arguments[0]);
    esc_buf_init(&path, 4096);
    esc_buf_printf(&path, "/v1/escalations/%s/evidence?limit=1000", line->arguments[0]);
    if (line->arguments_count > 1) {
        esc_buf_string(&path, "&number=");
        ctl_encode(&path, esc_text_from(line->arguments[1]));
    }
    esc_buf_char(&path, '\0');
    int result = path.status == ESC_OK ? ctl_get(call, (const char *)path.data, &reply)
                                       : cli_wrong(line, "an argument is too long");
    if (result == EXIT_FINE && call->is_json)
        print_json(stdout, esc_buf_as_text(&reply.body));
    else if (result == EXIT_FINE && line->arguments_count > 1)
        show_content(ctl_first(reply.json, "items"));
    else if (result == EXIT_FINE)
        show_list(call, reply.json);
    ctl_reply_release(&reply);
    esc_buf_release(&path);
    return result;
}
