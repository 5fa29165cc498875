/* mapped.c - the words that another system has for a field with fixed values, where it goes back: by a table of its own,
 * `ticket.status map { open: "new" … }`, or by the table of the way in, `ticket.status map back`. */
#include "check/errands.h"
#include "check/expressions.h"
#include "check/names.h"
#include "check/steps.h"

static bool is_otherwise(const EscNode *entry)
{
    return esc_text_equal(entry->entry.name.text, ESC_TEXT("otherwise"));
}

static uint32_t member_of(const EscEnumInfo *info, EscText name)
{
    for (uint32_t i = 0; i < info->count; i++)
        if (esc_text_equal(info->members[i], name))
            return i;
    return ESC_NONE;
}

/* --- a table of its own ------------------------------------------------------------------------- */

static void no_member(EscWorkspace *workspace, const EscNode *entry, const EscEnumInfo *info)
{
    EscSuggest suggest = esc_suggest(entry->entry.name.text);
    for (uint32_t i = 0; i < info->count; i++)
        esc_suggest_try(&suggest, info->members[i]);
    EscDiagnostic *diagnostic = esc_report(
        workspace, "E0105", entry->entry.name.span, "`%.*s` is not a value of the field `%.*s`",
        ESC_TEXT_ARG(entry->entry.name.text), ESC_TEXT_ARG(info->name));
    (void)esc_suggest_hint(workspace, &suggest, diagnostic, entry->entry.name.span);
    esc_report_related(workspace, diagnostic, info->span, "its values are declared here");
}

static void check_table(EscWhere *where, const EscNode *mapped, const EscEnumInfo *info,
                        EscType wanted, const char *place)
{
    EscWorkspace *workspace = where->workspace;
    EscSeen seen = {.workspace = workspace};
    uint64_t said = 0; /* at most 64 values */
    bool has_default = false;
    ESC_EACH(entry, mapped->mapped.entries) {
        esc_entry_once(&seen, entry);
        (void)esc_check_value(where, entry->entry.value, wanted, "E0208", place);
        uint32_t member = member_of(info, entry->entry.name.text);
        has_default = has_default || is_otherwise(entry);
        if (member != ESC_NONE)
            said |= UINT64_C(1) << member;
        else if (!is_otherwise(entry))
            no_member(workspace, entry, info);
    }
    esc_seen_release(&seen);
    for (uint32_t i = 0; i < info->count && !has_default; i++) {
        if ((said >> i & 1) != 0)
            continue;
        esc_report_hint(workspace,
                        esc_report(workspace, "E0424", mapped->span,
                                   "this table says nothing about `%.*s`",
                                   ESC_TEXT_ARG(info->members[i])),
                        "add a row for it, or end the table with `otherwise: …`");
        return;
    }
}

/* --- the table of the way in -------------------------------------------------------------------- */

static void said_twice(EscWorkspace *workspace, const EscNode *mapped, const EscNode *map,
                       EscText member, const EscNode *second)
{
    EscDiagnostic *diagnostic = esc_report(
        workspace, "E0423", mapped->span,
        "`%.*s` comes in by more than one word, so which one goes back is not known",
        ESC_TEXT_ARG(member));
    esc_report_hint(workspace, diagnostic, "write the way back down: `map { %.*s: \"%.*s\"  … }`",
                    ESC_TEXT_ARG(member), ESC_TEXT_ARG(second->entry.name.text));
    esc_report_related(workspace, diagnostic, map->span, "this is how it comes in");
}

static void check_back(EscWhere *where, const EscNode *mapped, uint32_t field,
                       const EscEnumInfo *info)
{
    EscWorkspace *workspace = where->workspace;
    const EscNode *map = esc_map_of(workspace, where->source, field);
    if (map == NULL) {
        esc_report_hint(workspace,
                        esc_report(workspace, "E0422", mapped->span,
                                   "this source has no table by which the field comes in"),
                        "write the table down: `map { VALUE: \"word\"  … }`");
        return;
    }
    for (uint32_t i = 0; i < info->count; i++) {
        const EscNode *other = NULL, *word = esc_map_word(workspace, map, i, &other);
        if (word != NULL)
            continue;
        if (other != NULL) {
            said_twice(workspace, mapped, map, info->members[i], other);
            return;
        }
        EscDiagnostic *diagnostic = esc_report(
            workspace, "E0423", mapped->span, "`%.*s` comes in by no word, so none goes back for it",
            ESC_TEXT_ARG(info->members[i]));
        esc_report_hint(workspace, diagnostic,
                        "write the way back down: `map { %.*s: \"word\"  … }`",
                        ESC_TEXT_ARG(info->members[i]));
        esc_report_related(workspace, diagnostic, map->span, "this is how it comes in");
        return;
    }
}

/* --- either ------------------------------------------------------------------------------------- */

static bool is_way(EscWorkspace *workspace, EscName way)
{
    static const char *const ways[] = {"back", NULL};
    if (way.text.size == 0 || esc_text_equal(way.text, ESC_TEXT("back")))
        return true;
    esc_report_word(workspace, way, "a way through a table", ways);
    return false;
}

void esc_check_mapped(EscWhere *where, const EscNode *mapped, EscType wanted, const char *place)
{
    EscWorkspace *workspace = where->workspace;
    const EscNode *value = mapped->mapped.value;
    if (!where->is_back || where->source == NULL) {
        esc_report_hint(workspace,
                        esc_report(workspace, "E0422", mapped->span,
                                   "a table stands only in what a source gives back"),
                        "use `match`, or an `if` for each value");
        return;
    }
    EscType type = esc_check_expression(where, value, ESC_TYPE_ANY);
    EscMeaning meaning = esc_meaning(workspace, value);
    if (type == ESC_TYPE_WRONG || !is_way(workspace, mapped->mapped.way))
        return;
    if (meaning.means != ESC_MEANS_TICKET_FIELD || esc_type_kind(type) != ESC_KIND_ENUM) {
        esc_report(workspace, "E0422", value->span,
                   "only a field of the ticket with fixed values has other words there");
        return;
    }
    if (esc_type_is_optional(type) && !esc_type_is_optional(wanted))
        esc_must_be_present(where, value);
    const EscEnumInfo *info = &workspace->enums[esc_type_enum(type)];
    if (mapped->mapped.way.text.size > 0)
        check_back(where, mapped, meaning.index, info);
    else
        check_table(where, mapped, info, wanted, place);
    (void)esc_mark_value(where, mapped, wanted);
}
