/* zones.c - the names of time zones. Which ones exist is known where their tables are, so the program
 * is asked; without a program only the shape of a name is judged. */
#include <string.h>

#include "check/check.h"
#include "check/names.h"

static bool is_zone_name(EscText zone)
{
    if (zone.size == 0 || zone.size > ESC_NAME_SIZE_MAX)
        return false;
    for (size_t i = 0; i < zone.size; ++i) {
        char c = zone.data[i];
        bool is_letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!is_letter && (i == 0 || ((c < '0' || c > '9') && strchr("/_+-", c) == NULL)))
            return false;
    }
    return true;
}

/* --- what was meant --------------------------------------------------------------------------- */

typedef struct ZoneSearch {
    EscWorkspace *workspace;
    EscSuggest near;
    EscText place; /* the zone whose last word is the wanted one: "Berlin" */
} ZoneSearch;

static char small_letter(char c)
{
    return c == ' ' ? '_' : esc_ascii_lower(c);
}

static bool is_alike(EscText a, EscText b)
{
    for (size_t i = 0; i < a.size && a.size == b.size; ++i) {
        if (small_letter(a.data[i]) != small_letter(b.data[i]))
            return false;
    }
    return a.size == b.size;
}

static void try_zone(void *context, EscText zone)
{
    ZoneSearch *search = context;
    EscText place = zone, best = search->near.best;
    for (size_t i = 0; i < zone.size; ++i) {
        if (zone.data[i] == '/')
            place = (EscText){zone.data + i + 1, zone.size - i - 1};
    }
    bool is_place = is_alike(place, search->near.wanted) || is_alike(zone, search->near.wanted);
    if (is_place && search->place.size == 0)
        search->place = esc_arena_text(search->workspace->arena, zone);
    esc_suggest_try(&search->near, zone);
    if (search->near.best.data != best.data) /* the program's text goes when we return */
        search->near.best = esc_arena_text(search->workspace->arena, search->near.best);
}

/* UTC+1: which way it goes is easily mistaken, so nothing is guessed. */
static bool has_distance(EscText zone)
{
    for (size_t i = 0; i + 1 < zone.size; ++i) {
        bool is_sign = zone.data[i] == '+' || zone.data[i] == '-';
        if (is_sign && zone.data[i + 1] >= '0' && zone.data[i + 1] <= '9')
            return true;
    }
    return false;
}

static void no_such_zone(EscWorkspace *workspace, EscSpan span, EscText zone)
{
    ZoneSearch search = {.workspace = workspace, .near = esc_suggest(zone)};
    const EscSourceFiles *io = &workspace->io;
    bool is_distance = has_distance(zone);
    if (!is_distance && io->list_zones != NULL &&
        workspace->diagnostics_count < ESC_DIAGNOSTICS_MAX)
        io->list_zones(io->context, try_zone, &search);
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0326", span, "there is no time zone `%.*s`", ESC_TEXT_ARG(zone));
    if (is_distance)
        esc_report_hint(workspace, diagnostic,
                        "zones are named after places, such as \"Europe/Berlin\"; \"Etc/GMT-1\" is "
                        "always one hour ahead of UTC");
    EscText meant = search.place.size > 0 ? search.place : search.near.best;
    if (meant.size > 0)
        esc_report_edit(workspace, diagnostic,
                        search.place.size > 0 ? ESC_EDIT_SAFE : ESC_EDIT_MAYBE, span,
                        esc_arena_printf(workspace->arena, "\"%.*s\"", ESC_TEXT_ARG(meant)));
    else if (!is_distance)
        esc_report_hint(
            workspace, diagnostic,
            "zones are named after places, such as \"Europe/Berlin\"; or write \"UTC\"");
}

EscText esc_timezone_setting(EscWorkspace *workspace, const EscNode *setting)
{
    EscSpan span = setting->setting.value->span;
    EscText zone = setting->setting.value->kind == ESC_NODE_TEXT
                       ? esc_plain_text(workspace, setting->setting.value)
                       : ESC_TEXT("");
    const EscSourceFiles *io = &workspace->io;
    if (!is_zone_name(zone) && (zone.size == 0 || io->list_zones == NULL)) {
        EscDiagnostic *diagnostic =
            esc_report(workspace, "E0326", span, "this is not the name of a time zone");
        esc_report_hint(workspace, diagnostic, "write it as \"Europe/Berlin\" or \"UTC\"");
        return ESC_TEXT("");
    }
    if (is_zone_name(zone) && (io->zone_exists == NULL || io->zone_exists(io->context, zone)))
        return zone;
    no_such_zone(workspace, span, zone);
    return ESC_TEXT("");
}
