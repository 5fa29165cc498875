/* escalctl_table.c - rows of an answer, with texts that were made for people put to them, as a table. */
#include <stdlib.h>
#include <string.h>

#include "escalctl.h"
#include "escalctl_print.h"

#define COLUMNS_MAX 12
#define CELLS_BYTES_MAX ((size_t)1 << 30)

struct CtlCell {
    const char *name; /* borrowed: a word of the program */
    EscText text;
    const CtlCell *next;
};

/* --- rows ------------------------------------------------------------------------------------- */

CtlRows ctl_rows_for(size_t count)
{
    CtlRows rows = {.arena = esc_arena_new(CELLS_BYTES_MAX),
                    .items = calloc(count + 1, sizeof(CtlRow))};
    ESC_ASSERT(rows.arena != NULL);
    ESC_ASSERT(rows.items != NULL);
    return rows;
}

CtlRows ctl_rows(const EscJson *list)
{
    bool is_list = list != NULL && list->kind == ESC_JSON_LIST;
    CtlRows rows = ctl_rows_for(is_list ? list->count : 0);
    for (const EscJson *item = is_list ? list->first : NULL; item != NULL; item = item->next)
        rows.items[rows.count++].json = item;
    return rows;
}

void ctl_rows_release(CtlRows *rows)
{
    esc_arena_free(rows->arena);
    free(rows->items);
    *rows = (CtlRows){0};
}

void ctl_put(CtlRows *rows, CtlRow *row, const char *name, EscBuf *text)
{
    if (text->size > 0) {
        CtlCell *cell = esc_arena_alloc(rows->arena, sizeof(*cell));
        ESC_ASSERT(cell != NULL);
        *cell = (CtlCell){.name = name,
                          .text = esc_arena_text(rows->arena, esc_buf_as_text(text)),
                          .next = row->cells};
        row->cells = cell;
    }
    esc_buf_release(text);
}

/* --- tables ----------------------------------------------------------------------------------- */

/* A value as text: texts as they are, whole numbers and truths in words, anything else empty. */
static EscText value_text(const EscJson *value)
{
    if (value == NULL)
        return (EscText){0};
    switch (value->kind) {
    case ESC_JSON_TEXT:
        return value->text;
    case ESC_JSON_TRUE:
        return ESC_TEXT("yes");
    case ESC_JSON_FALSE:
        return ESC_TEXT("no");
    case ESC_JSON_INTEGER:
        return value->source;
    case ESC_JSON_NULL:
    case ESC_JSON_REAL:
    case ESC_JSON_LIST:
    case ESC_JSON_OBJECT:
        break;
    }
    return (EscText){0};
}

static EscText member_text(const CtlRow *row, const char *name)
{
    for (const CtlCell *cell = row->cells; cell != NULL; cell = cell->next)
        if (strcmp(cell->name, name) == 0)
            return cell->text;
    return value_text(esc_json_member(row->json, esc_text_from(name)));
}

/* Columns that some row fills, with the width each needs; gives their number. */
static size_t measure(const CtlRows *rows, const CtlColumn *columns, size_t count,
                      const CtlColumn **used, size_t *widths)
{
    size_t kept = 0;
    for (size_t c = 0; c < count; c++) {
        size_t widest = 0;
        for (size_t r = 0; r < rows->count; r++) {
            size_t width = print_width(member_text(&rows->items[r], columns[c].member));
            widest = width > widest ? width : widest;
        }
        if (widest == 0 && rows->count > 0)
            continue;
        widest = widest < columns[c].width_max ? widest : columns[c].width_max;
        size_t title = strlen(columns[c].title);
        used[kept] = &columns[c];
        widths[kept++] = widest > title ? widest : title;
    }
    return kept;
}

static const char *colour_of(const CtlCall *call, const CtlRow *row)
{
    if (!call->has_colours || row->colour == CTL_PLAIN)
        return "";
    return row->colour == CTL_RED ? "\033[31m" : "\033[33m";
}

static void print_row(const CtlCall *call, const CtlRow *row, const CtlColumn **used,
                      const size_t *widths, size_t kept)
{
    const char *colour = colour_of(call, row);
    size_t indent = 0;
    while (kept > 1 && member_text(row, used[kept - 1]->member).size == 0)
        kept--; /* no blanks at the end of a line */
    (void)fputs(colour, stdout);
    for (size_t c = 0; c < kept; c++) {
        EscText text = member_text(row, used[c]->member);
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

void ctl_table(const CtlCall *call, const CtlRows *rows, const CtlColumn *columns, size_t count)
{
    const CtlColumn *used[COLUMNS_MAX];
    size_t widths[COLUMNS_MAX];
    ESC_ASSERT(count <= COLUMNS_MAX);
    size_t kept = measure(rows, columns, count, used, widths);
    for (size_t c = 0; c < kept; c++)
        (void)printf("%-*s%s", c + 1 < kept ? (int)widths[c] : 0, used[c]->title,
                     c + 1 < kept ? "  " : "\n");
    for (size_t r = 0; r < rows->count; r++)
        print_row(call, &rows->items[r], used, widths, kept);
}
