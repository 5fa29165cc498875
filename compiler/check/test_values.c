/* test_values.c - what tests write down: fixed values, people and places, actions of systems. */
#include "check/check.h"
#include "check/expressions.h"
#include "check/lookup.h"
#include "check/scenarios.h"
#include "check/steps.h"

bool esc_scenario_datum(EscWhere *where, const EscNode *node, EscDatum *datum)
{
    EscWorkspace *workspace = where->workspace;
    *datum = (EscDatum){0};
    switch (node->kind) {
    case ESC_NODE_BOOL:
        datum->kind = ESC_DATUM_BOOL;
        datum->truth = node->boolean.value;
        return true;
    case ESC_NODE_NUMBER:
        datum->kind = ESC_DATUM_NUMBER;
        datum->number = node->number.value;
        return true;
    case ESC_NODE_DURATION:
        datum->kind = ESC_DATUM_DURATION;
        datum->ms = node->duration.ms;
        return true;
    case ESC_NODE_LOCAL_TIME:
        datum->kind = ESC_DATUM_TIME;
        datum->ms = esc_local_minutes(node);
        datum->end_minute = esc_local_end_minutes(node);
        return true;
    case ESC_NODE_TEXT:
        datum->kind = ESC_DATUM_TEXT;
        datum->text = node->text.plain;
        if (node->text.is_plain)
            return true;
        break;
    case ESC_NODE_UNARY:
        if (node->unary.op == ESC_UNARY_NEGATE && node->unary.operand->kind == ESC_NODE_NUMBER) {
            datum->kind = ESC_DATUM_NUMBER;
            datum->number = -node->unary.operand->number.value;
            return true;
        }
        break;
    case ESC_NODE_PATH: {
        EscMeaning meaning = esc_meaning(workspace, node);
        datum->text = node->path.parts[0].text;
        datum->kind = meaning.means == ESC_MEANS_PERSON_NAME ? ESC_DATUM_TEXT : ESC_DATUM_MEMBER;
        datum->member = meaning.index;
        if (meaning.means == ESC_MEANS_MEMBER || meaning.means == ESC_MEANS_PERSON_NAME)
            return true;
        break;
    }
    case ESC_NODE_LIST: {
        EscText *items =
            esc_arena_alloc_array(workspace->arena, node->list.items.count, sizeof *items);
        bool is_plain = items != NULL;
        datum->kind = ESC_DATUM_LIST;
        ESC_EACH_NODE(item, node->list.items) {
            is_plain = is_plain && item->kind == ESC_NODE_TEXT && item->text.is_plain;
            if (is_plain)
                items[datum->items_count++] = item->text.plain;
        }
        datum->items = items;
        if (is_plain)
            return true;
        break;
    }
    default:
        break;
    }
    esc_report_hint(workspace,
                    esc_report(workspace, "E0342", node->span, "a test gives fixed values"),
                    "write a number, a text in quotes, a duration or a value of the field");
    return false;
}

/* --- who -------------------------------------------------------------------------------------- */

EscWho esc_scenario_who(EscWhere *where, const EscNode *node, unsigned allowed, const char *to)
{
    const EscWorkspace *workspace = where->workspace;
    if (node == NULL)
        return (EscWho){0};
    EscRef ref = esc_check_who(where, node, allowed, to);
    uint32_t index = esc_ref_index(ref);
    switch (esc_ref_kind(ref)) {
    case ESC_REF_PERSON:
        return (EscWho){ESC_WHO_PERSON, workspace->persons[index].name};
    case ESC_REF_TEAM:
        return (EscWho){ESC_WHO_TEAM, workspace->teams[index].name};
    case ESC_REF_SCHEDULE:
        return (EscWho){ESC_WHO_SCHEDULE, workspace->schedules[index].name};
    case ESC_REF_CHANNEL:
        return (EscWho){ESC_WHO_CHANNEL, workspace->channels[index].name};
    case ESC_REF_ROLE:
        return (EscWho){ESC_WHO_ROLE, esc_text_from(esc_role_word(index))};
    default:
        return (EscWho){0};
    }
}

EscWho esc_scenario_action(EscWorkspace *workspace, const EscNode *path)
{
    char buffer[ESC_PATH_TEXT_MAX];
    if (path->path.count == 1) {
        const EscSymbol *symbol = esc_check_symbol(workspace, path, ESC_SYMBOL_SYSTEM);
        return symbol == NULL ? (EscWho){0} : (EscWho){ESC_WHO_SYSTEM, symbol->name};
    }
    if (esc_check_action(workspace, path, ESC_NONE) == ESC_NONE)
        return (EscWho){0};
    return (EscWho){
        ESC_WHO_ACTION,
        esc_arena_text(workspace->arena, esc_path_text(path, 0, path->path.count, buffer))};
}
