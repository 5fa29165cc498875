/* deeds_rights.c - which right an act of a person needs, and what becomes of an act without it: it is refused with the rule
 * and where that stands, and the attempt is recorded. Who has a right is duty/rights.c's to say. */
#include "deeds.h"

/* ESC_RIGHT_COUNT: none of the policy's; the act itself asks whether it is theirs (a role to acknowledge, a question, a task:
 * what completes one is an act of its own, with its right). */
static EscRight right_of(const EscDeed *deed)
{
    const EscAction *action = deed->action;
    switch (action->verb) {
    case ESC_VERB_HANDOFF:
        return action->offer_ms == 0 && esc_text_equal(action->target, action->actor)
                   ? ESC_RIGHT_TAKEOVER
                   : ESC_RIGHT_HANDOFF;
    case ESC_VERB_RESOLVE:
        return ESC_RIGHT_RESOLVE;
    case ESC_VERB_CALL_OFF:
        return ESC_RIGHT_CALL_OFF;
    case ESC_VERB_ROLLBACK:
        return ESC_RIGHT_ROLLBACK;
    case ESC_VERB_CONFIRM:
        return ESC_RIGHT_CONFIRM;
    case ESC_VERB_OVERRIDE:
        return ESC_RIGHT_OVERRIDE;
    case ESC_VERB_START:
        return ESC_RIGHT_START;
    case ESC_VERB_ABSENT:
    case ESC_VERB_PRESENT:
        return ESC_RIGHT_ABSENT;
    case ESC_VERB_TEST:
        return ESC_RIGHT_TEST;
    default:
        return ESC_RIGHT_COUNT;
    }
}

static bool is_about_person(EscRight right)
{
    return right == ESC_RIGHT_ABSENT || right == ESC_RIGHT_TEST;
}

/* What a ticket has open is guarded together: who may resolve it for one of its escalations may. */
static bool may_for_ticket(EscDeed *deed, EscRightAsked *asked)
{
    const EscTicket *ticket = deed->ticket;
    for (size_t i = 0; i < ticket->open_count + ticket->joined_count; i++) {
        asked->escalation =
            i < ticket->open_count
                ? ticket->open[i]
                : esc_escalation_find(deed->engine,
                                      ticket->joined[i - ticket->open_count].escalation);
        if (asked->escalation != NULL && esc_right_holds(deed->engine, asked))
            return true;
    }
    return ticket->open_count + ticket->joined_count == 0;
}

static EscRightAsked asked_of(const EscDeed *deed, EscRight right)
{
    return (EscRightAsked){.right = right,
                           .actor = deed->actor,
                           .escalation = deed->escalation,
                           .is_operator = deed->action->is_operator};
}

static bool may(EscDeed *deed, EscRight right)
{
    EscEngine *engine = deed->engine;
    EscRightAsked asked = asked_of(deed, right);
    if (is_about_person(right)) {
        asked.person = deed->action->target;
        return !esc_person_known(engine, asked.person) || esc_right_holds(engine, &asked);
    }
    if (right == ESC_RIGHT_START) {
        asked.escalation = NULL;
        return esc_right_holds(engine, &asked);
    }
    if (right == ESC_RIGHT_RESOLVE && deed->action->escalation == 0)
        return may_for_ticket(deed, &asked);
    return !esc_escalation_is_open(deed->escalation) || esc_right_holds(engine, &asked);
}

/* How they would get it, where there is a way. */
static EscText way_text(EscDeed *deed, EscRight right)
{
    EscEngine *engine = deed->engine;
    const EscRightAsked asked = asked_of(deed, ESC_RIGHT_TAKEOVER);
    uint32_t owner = 1u << ESC_RIGHT_ROLE_OWNER, count = 0;
    (void)esc_right_rules(engine, right, &count);
    bool is_owners = count == 0 && (esc_right_info[right].by_default & owner) != 0;
    if (deed->escalation == NULL || !is_owners || !esc_person_known(engine, deed->actor) ||
        !esc_right_holds(engine, &asked))
        return (EscText){"", 0};
    return esc_turn_printf(
        engine, "; %.*s has it: take it over first, with a handoff to %.*s that says why",
        ESC_TEXT_ARG(deed->escalation->owner), ESC_TEXT_ARG(deed->actor));
}

static void refuse(EscDeed *deed, EscRight right)
{
    EscEngine *engine = deed->engine;
    EscText rule = esc_right_text(engine, right), actor = esc_utf8_cut(deed->actor, 64),
            verb = esc_text_from(esc_verb_name(deed->action->verb));
    EscText because =
        esc_turn_printf(engine, "%.*s, and %.*s is none of these%.*s", ESC_TEXT_ARG(rule),
                        ESC_TEXT_ARG(actor), ESC_TEXT_ARG(way_text(deed, right)));
    EscText data = esc_audit_data(
        engine, "verb", verb, "right", esc_text_from(esc_right_info[right].words), "rule", rule,
        "target", deed->action->target, "reason", deed->action->reason, NULL);
    if (deed->escalation != NULL && esc_escalation_is_open(deed->escalation))
        esc_audit_escalation(engine, deed->escalation, ESC_AUDIT_REFUSED, data,
                             "%.*s by %.*s was refused: %.*s", ESC_TEXT_ARG(verb),
                             ESC_TEXT_ARG(actor), ESC_TEXT_ARG(because));
    else
        esc_audit_ticket(engine, deed->ticket, ESC_AUDIT_REFUSED, data,
                         "%.*s by %.*s was refused: %.*s", ESC_TEXT_ARG(verb), ESC_TEXT_ARG(actor),
                         ESC_TEXT_ARG(because));
    engine->turn.outcome->is_refused = engine->turn.outcome->is_forbidden = true;
    esc_deed_note(engine, because);
}

bool esc_deed_may(EscDeed *deed)
{
    EscRight right = right_of(deed);
    if (right == ESC_RIGHT_COUNT || may(deed, right))
        return true;
    refuse(deed, right);
    return false;
}
