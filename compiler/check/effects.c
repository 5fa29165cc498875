/* effects.c - steps that do something at once and have rules of their own: notify, handoff, snapshot, queue, attach.
 * What has none is a plain row of verbs.def; what takes fields or arguments is in calls.c. */
#include "check/expressions.h"
#include "check/lookup.h"
#include "check/steps.h"

/* --- messages --------------------------------------------------------------------------------- */

static bool person_has(const EscWorkspace *workspace, uint32_t person, uint32_t contact)
{
    const EscPersonInfo *info = &workspace->persons[person];
    for (uint32_t i = 0; i < info->contacts_count; ++i) {
        if ((uint32_t)info->contacts[i].kind == contact)
            return true;
    }
    return info->contacts_count == 0; /* reported with the person */
}

static uint32_t member_without(const EscWorkspace *workspace, const uint32_t *members,
                               uint32_t count, uint32_t contact)
{
    for (uint32_t i = 0; i < count; ++i) {
        if (!person_has(workspace, members[i], contact))
            return members[i];
    }
    return ESC_NONE;
}

/* A team in a schedule is its lead or any of its members. */
static uint32_t turns_without(const EscWorkspace *workspace, const EscRef *members, uint32_t count,
                              uint32_t contact)
{
    uint32_t person = ESC_NONE;
    for (uint32_t i = 0; i < count && person == ESC_NONE; ++i) {
        uint32_t index = esc_ref_index(members[i]);
        if (esc_ref_kind(members[i]) == ESC_REF_PERSON) {
            person = member_without(workspace, &index, 1, contact);
            continue;
        }
        const EscTeamInfo *team = &workspace->teams[index];
        if (team->lead != ESC_NONE && !person_has(workspace, team->lead, contact))
            person = team->lead;
        else
            person = member_without(workspace, team->members, team->count, contact);
    }
    return person;
}

static uint32_t on_call_without(const EscWorkspace *workspace, const EscScheduleInfo *schedule,
                                uint32_t contact)
{
    uint32_t person = ESC_NONE;
    for (uint32_t i = 0; i < schedule->layers_count; ++i) {
        const EscLayerInfo *layer = &schedule->layers[i];
        for (uint32_t r = 0; r < layer->rotations_count && person == ESC_NONE; ++r)
            person = turns_without(workspace, layer->rotations[r].members,
                                   layer->rotations[r].count, contact);
        for (uint32_t t = 0; t < layer->turns_count && person == ESC_NONE; ++t)
            person =
                turns_without(workspace, layer->turns[t].members, layer->turns[t].count, contact);
    }
    return person;
}

/* The first person behind a reference who has no such contact; ESC_NONE when all have, or
 * nothing is known yet. */
static uint32_t person_without(EscWorkspace *workspace, EscRef ref, uint32_t contact)
{
    uint32_t index = esc_ref_index(ref);
    bool is_team = esc_ref_kind(ref) == ESC_REF_TEAM;
    if (esc_ref_kind(ref) == ESC_REF_PERSON)
        return person_has(workspace, index, contact) ? ESC_NONE : index;
    if (!is_team && esc_ref_kind(ref) != ESC_REF_SCHEDULE)
        return ESC_NONE;
    EscTeamInfo *team = is_team ? &workspace->teams[index] : NULL;
    EscScheduleInfo *schedule = is_team ? NULL : &workspace->schedules[index];
    EscLacking *lacking = is_team ? &team->lacking : &schedule->lacking;
    if (!lacking->is_known[contact])
        lacking->person[contact] =
            is_team ? member_without(workspace, team->members, team->count, contact)
                    : on_call_without(workspace, schedule, contact);
    lacking->is_known[contact] = true;
    return lacking->person[contact];
}

/* The kind of contact behind `via`; ESC_NONE when none is said, or none that there is. */
static uint32_t check_via(EscWhere *where, const EscNode *node)
{
    EscName via = node->notify.via;
    uint32_t contact = via.text.size == 0 ? ESC_NONE : esc_contact_kind(via.text);
    if (contact == ESC_NONE && via.text.size > 0)
        esc_report_word(where->workspace, via, "a way of reaching somebody", esc_contact_words);
    else if (contact != ESC_NONE)
        esc_mark(where->workspace, node, ESC_MEANS_CONTACT, contact, ESC_TYPE_ANY);
    return contact;
}

/* Whether each of those who are told can be reached like that. */
static void check_contact(EscWhere *where, EscName via, uint32_t contact, EscRef ref)
{
    EscWorkspace *workspace = where->workspace;
    if (ref == 0 || contact == ESC_NONE)
        return;
    if (esc_ref_kind(ref) == ESC_REF_CHANNEL) {
        EscDiagnostic *diagnostic = esc_report(workspace, "E0316", via.span,
                                               "a channel has one way only, so `via` says nothing");
        esc_report_hint(workspace, diagnostic, "leave `via %.*s` out", ESC_TEXT_ARG(via.text));
        return;
    }
    uint32_t person = person_without(workspace, ref, contact);
    if (person == ESC_NONE)
        return;
    const EscPersonInfo *info = &workspace->persons[person];
    EscDiagnostic *diagnostic = esc_report(workspace, "E0316", via.span, "`%.*s` has no %s",
                                           ESC_TEXT_ARG(info->name), esc_contact_words[contact]);
    esc_report_hint(workspace, diagnostic, "add `%s \"…\"` to the person, or leave `via` out",
                    esc_contact_words[contact]);
    esc_report_related(workspace, diagnostic, info->node->person.name.span, "declared here");
}

/* One message for each: who is named twice would get two. */
static void told_once(EscWhere *where, EscNodeList all, const EscNode *to, EscRef ref)
{
    ESC_EACH_NODE(other, all) {
        if (other == to)
            return;
        if (ref == 0 || esc_meaning(where->workspace, other).means != ESC_MEANS_REF ||
            esc_meaning(where->workspace, other).index != ref)
            continue;
        EscDiagnostic *diagnostic = esc_report(where->workspace, "E0306", to->span,
                                               "`%.*s` is named twice and would be told twice",
                                               ESC_TEXT_ARG(esc_words_of(where, to)));
        esc_report_related(where->workspace, diagnostic, other->span, "first here");
        return;
    }
}

bool esc_check_notify(EscWhere *where, const EscNode *node)
{
    uint32_t contact = check_via(where, node);
    ESC_EACH(to, node->notify.to) {
        EscRef ref =
            esc_check_who(where, to, ESC_WHO_CAN_PEOPLE | ESC_WHO_CAN_CHANNEL, "be notified");
        check_contact(where, node->notify.via, contact, ref);
        told_once(where, node->notify.to, to, ref);
        if (ref != 0)
            esc_note_receiver(where, ref, to->span);
    }
    esc_check_text(where, node->notify.text);
    return false;
}

/* --- other effects ---------------------------------------------------------------------------- */

bool esc_check_handoff(EscWhere *where, const EscNode *node)
{
    (void)esc_check_who(where, node->handoff.to, ESC_WHO_CAN_PEOPLE, "own an escalation");
    esc_check_text(where, node->handoff.reason);
    esc_check_deadline(where->workspace, node->handoff.within);
    return false;
}

bool esc_check_snapshot(EscWhere *where, const EscNode *node)
{
    static const char *const words[] = {"ticket", "changes", "timeline", "notifications", NULL};
    EscWorkspace *workspace = where->workspace;
    ESC_EACH(item, node->snapshot.items) {
        const EscNode *what = item->snapshot_item.what;
        uint32_t bit = 0;
        for (uint32_t i = 0; words[i] != NULL; ++i) {
            if (what->path.count == 1 &&
                esc_text_equal(what->path.parts[0].text, esc_text_from(words[i])))
                bit = 1u << i;
        }
        if (bit == 0) {
            char buffer[ESC_PATH_TEXT_MAX];
            EscName whole = {.text = esc_path_text(what, 0, what->path.count, buffer),
                             .span = what->span};
            esc_report_word(workspace, whole, "something a snapshot can keep", words);
            continue;
        }
        esc_mark(workspace, item, ESC_MEANS_EVIDENCE, bit, ESC_TYPE_ANY);
        if (item->snapshot_item.window == NULL)
            continue;
        esc_check_duration(workspace, item->snapshot_item.window, false, ESC_BOUND_WINDOW_MS);
        if (bit != ESC_EVIDENCE_CHANGES)
            esc_report_hint(workspace,
                            esc_report(workspace, "E0338", item->snapshot_item.window->span,
                                       "only `changes` reach back in time"),
                            "leave `for` out");
    }
    return false;
}

/* queue first_line   queue desk_queue, where that is a route to queues */
bool esc_check_queue(EscWhere *where, const EscNode *node)
{
    EscWorkspace *workspace = where->workspace;
    const EscNode *queue = node->queue.queue;
    const EscSymbol *symbol =
        queue->path.count == 1 ? esc_symbol_find(workspace, queue->path.parts[0].text) : NULL;
    if (symbol == NULL || symbol->kind != ESC_SYMBOL_ROUTE) {
        esc_mark(workspace, queue, ESC_MEANS_QUEUE, 0, ESC_TYPE_ANY);
        return false;
    }
    const EscRouteInfo *route = &workspace->routes[symbol->index];
    if (route->result == ESC_SYMBOL_NONE) {
        esc_mark(workspace, queue, ESC_MEANS_REF, ESC_REF(ESC_REF_ROUTE, symbol->index),
                 ESC_TYPE_ANY);
        return false;
    }
    EscDiagnostic *diagnostic = esc_report(
        workspace, "E0111", queue->span,
        "the route `%.*s` does not lead to queues, and the name of a queue is wanted here",
        ESC_TEXT_ARG(symbol->name));
    esc_report_related(workspace, diagnostic, route->node->route.result.span, "it leads to this");
    return false;
}

bool esc_check_attach(EscWhere *where, const EscNode *node)
{
    (void)esc_check_expression(where, node->attach.value, ESC_TYPE_ANY);
    return false;
}
