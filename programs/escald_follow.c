/* escald_follow.c - audit rows as an account for people: local time with its zone, ticket, sentence. Colours
 * only where a terminal is. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "escalctl_print.h"
#include "escald_follow.h"

#define WORKSPACE_COLUMNS 10
#define TICKET_COLUMNS 18
#define ESCALATION_COLUMNS 6

/* Rows that somebody should look at now stand out. */
static const char *colour_of(EscText kind)
{
    static const struct {
        const char *word, *colour;
    } rows[] = {
        {"opened", "\033[1m"},    {"closed", "\033[32m"},       {"acked", "\033[32m"},
        {"resolved", "\033[32m"}, {"failover", "\033[33m"},     {"exception", "\033[31m"},
        {"parked", "\033[31m"},   {"check_failed", "\033[31m"}, {"delivery_dead", "\033[31m"},
        {"handoff", "\033[33m"},  {"unowned", "\033[31m"},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++)
        if (esc_text_equal(kind, esc_text_from(rows[i].word)))
            return rows[i].colour;
    return "";
}

/* Gives the columns that it took. */
static size_t print_time(FILE *out, const EscZones *zones, EscText timezone, int64_t at_ms)
{
    size_t columns = 0;
    EscBuf text;
    esc_buf_init(&text, 64);
    esc_time_write(&text, at_ms + (int64_t)esc_zone_offset_s(zones, timezone, at_ms) * 1000);
    EscText time =
        esc_buf_as_text(&text); /* 2026-01-05T09:00:00.000Z, to the second and without the zone */
    if (time.size >= 19)
        columns = (size_t)fprintf(out, "%.10s %.8s %-4.*s", time.data, time.data + 11,
                                  ESC_TEXT_ARG(esc_zone_name(zones, timezone, at_ms)));
    esc_buf_release(&text);
    return columns;
}

static void print_row(FILE *out, const Follow *follow, EscText workspace, EscText timezone,
                      const EscAuditRow *row)
{
    const char *colour = follow->has_colours ? colour_of(row->kind) : "";
    char escalation[24] = "";
    if (row->escalation != 0)
        (void)snprintf(escalation, sizeof(escalation), "E-%llu",
                       (unsigned long long)row->escalation);
    size_t columns = print_time(out, follow->zones, timezone, row->at_ms);
    (void)fputs("  ", out);
    if (follow->has_many) {
        columns += WORKSPACE_COLUMNS + 2;
        print_cell(out, workspace, WORKSPACE_COLUMNS);
        (void)fputs("  ", out);
    }
    print_cell(out, row->ticket, TICKET_COLUMNS);
    (void)fprintf(out, "  %-*s  %s", ESCALATION_COLUMNS, escalation, colour);
    print_lines(out, row->text, columns + 2 + TICKET_COLUMNS + 2 + ESCALATION_COLUMNS + 2);
    (void)fputs(colour[0] != '\0' ? "\033[0m" : "", out);
}

void follow_row(const Follow *follow, EscText workspace, EscText timezone, const EscAuditRow *row)
{
    char *line = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&line, &size);
    ESC_ASSERT(out != NULL);
    print_row(out, follow, workspace, timezone, row);
    ESC_ASSERT(fclose(out) == 0);
    line_writer_put(follow->out, (EscText){line, size});
    free(line);
}
