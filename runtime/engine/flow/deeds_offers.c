/* deeds_offers.c - people accept and decline what they were offered. Offering is a hand-off (deeds_owners.c). */
#include "deeds.h"

/* ESC_OK with *is_open false: it came too late, and that is said. */
static EscStatus offer_check(EscDeed *deed, bool *is_open)
{
    EscEngine *engine = deed->engine;
    EscEscalation *escalation = deed->escalation;
    EscStatus status = esc_deed_check_actor(deed);
    *is_open = false;
    if (status != ESC_OK)
        return status;
    if (!esc_escalation_is_open(escalation))
        return esc_deed_noop_text(deed, esc_deed_closed_text(deed));
    if (escalation->offer == NULL)
        return esc_deed_noop_text(
            deed, esc_turn_printf(engine, "nothing is offered any more, and %.*s has it",
                                  ESC_TEXT_ARG(escalation->owner)));
    if (!esc_offer_is_to(escalation, deed->actor))
        return esc_why(deed->why, ESC_FORBIDDEN, "", 0, "E-%llu is offered to %.*s, not to %.*s",
                       (unsigned long long)escalation->id, ESC_TEXT_ARG(escalation->offer->to),
                       ESC_TEXT_ARG(esc_utf8_cut(deed->actor, 64)));
    *is_open = true;
    return ESC_OK;
}

EscStatus esc_deed_accept(EscDeed *deed)
{
    EscEngine *engine = deed->engine;
    bool is_open = false;
    EscStatus status = offer_check(deed, &is_open);
    if (status != ESC_OK || !is_open)
        return status;
    if (esc_person_absent(engine, deed->actor))
        return esc_why(deed->why, ESC_CONFLICT, "", 0,
                       "%.*s is away until %.*s: say first that they are back",
                       ESC_TEXT_ARG(deed->actor),
                       ESC_TEXT_ARG(esc_local_time(
                           engine, esc_person_absent_until(engine, deed->actor))));
    EscText actor = esc_engine_intern(engine, deed->actor);
    if (esc_offer_accept(engine, deed->escalation, actor) == ESC_HANDOFF_LIMITED) {
        engine->turn.outcome->is_refused = true;
        esc_deed_note(engine, ESC_TEXT("the policy allows no more hand-offs of this ticket now"));
        return ESC_OK;
    }
    if (deed->escalation->is_acked)
        esc_qa_acked(engine, deed->escalation);
    return ESC_OK;
}

EscStatus esc_deed_decline(EscDeed *deed)
{
    EscStatus status = esc_deed_check_reason(deed);
    bool is_open = false;
    if (status == ESC_OK)
        status = offer_check(deed, &is_open);
    if (status != ESC_OK || !is_open)
        return status;
    esc_offer_decline(deed->engine, deed->escalation, esc_engine_intern(deed->engine, deed->actor),
                      deed->action->reason);
    return ESC_OK;
}
