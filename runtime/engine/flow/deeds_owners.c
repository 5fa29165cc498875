/* deeds_owners.c - people acknowledge, hand over, and keep what the end of their shift would hand over. */
#include "deeds.h"

#define MEANT_ACK_MS (15 * ESC_MINUTE_MS)

static EscText holder_text(EscEngine *engine, const EscEscalation *escalation)
{
    return esc_say(engine, SORRY_HAS_IT, escalation->owner,
                   esc_text_from(esc_role_name(escalation->role)));
}

EscStatus esc_deed_ack(EscDeed *deed)
{
    EscEngine *engine = deed->engine;
    EscStatus status = esc_role_check_ack(engine, deed->escalation, deed->actor, deed->why);
    if (status != ESC_OK)
        return status;
    if (!esc_escalation_is_open(deed->escalation))
        return esc_deed_noop_text(deed, esc_deed_closed_text(deed));
    engine->turn.reason = deed->action->reason;
    bool is_taken = esc_role_ack(engine, deed->escalation, deed->actor);
    engine->turn.reason = (EscText){0};
    engine->turn.outcome->is_noted = !is_taken && deed->escalation->is_acked &&
                                     !esc_text_equal(deed->escalation->owner, deed->actor);
    if (!is_taken)
        return deed->escalation->is_acked
                   ? esc_deed_noop_text(deed, holder_text(engine, deed->escalation))
                   : esc_deed_noop_text(deed, ESC_SAYING(SORRY_MORE_NEEDED));
    if (deed->escalation->is_acked)
        esc_qa_acked(engine, deed->escalation);
    return ESC_OK;
}

/* Who was accountable and is not any more has nothing to hand over, but may take it back. */
static EscStatus giver_check(EscDeed *deed)
{
    const EscEscalation *escalation = deed->escalation;
    EscPeople people;
    esc_turn_people(deed->engine, deed->escalation, &people);
    if (esc_text_equal(escalation->owner, deed->actor) || esc_people_has(&people, deed->actor) ||
        esc_text_equal(deed->action->target, deed->actor))
        return ESC_OK;
    for (size_t i = 0; i < escalation->formers_count; i++) {
        if (esc_text_equal(escalation->formers[i].person, deed->actor))
            return esc_sorry(deed->engine, deed->why, ESC_CONFLICT,
                             esc_say(deed->engine, SORRY_NOT_THEIRS, escalation->owner,
                                     esc_escalation_name(deed->engine, escalation), deed->actor));
    }
    return ESC_OK;
}

static EscStatus handoff_check(EscDeed *deed, EscRef *to)
{
    const EscAction *action = deed->action;
    EscStatus status = esc_deed_check_reason(deed);
    if (status != ESC_OK)
        return status;
    *to = esc_ref_named(deed->engine->schema.current->program, action->target);
    if (*to == 0)
        return esc_why(deed->why, ESC_NOT_FOUND, "", 0, "\"%.*s\" is no person, team or schedule",
                       ESC_TEXT_ARG(esc_utf8_cut(action->target, 64)));
    if (action->within_ms < 0 || action->within_ms > ESC_DEADLINE_MAX_MS ||
        action->expect >= ESC_EXPECT_COUNT)
        return esc_why(deed->why, ESC_BAD_INPUT, "", 0, "the expectation's time is out of range");
    if (deed->escalation->state == ESC_STATE_CLOSED)
        return esc_sorry(deed->engine, deed->why, ESC_CONFLICT, esc_deed_closed_text(deed));
    return giver_check(deed);
}

/* Nothing was changed yet: there is nobody to hand it to. */
static EscStatus nobody_there(EscDeed *deed)
{
    EscText target = deed->action->target;
    int64_t until_ms = esc_person_absent_until(deed->engine, target);
    if (until_ms == 0)
        return esc_sorry(deed->engine, deed->why, ESC_CONFLICT,
                         esc_say(deed->engine, SORRY_NOBODY_THERE, target));
    return esc_sorry(
        deed->engine, deed->why, ESC_CONFLICT,
        esc_say(deed->engine, SORRY_TARGET_AWAY, target, esc_local_time(deed->engine, until_ms)));
}

static void handoff_end(EscDeed *deed, EscHandoffEnd end)
{
    EscEngine *engine = deed->engine;
    switch (end) {
    case ESC_HANDOFF_NOTHING:
        engine->turn.outcome->is_noop = true;
        esc_deed_note(engine, esc_say(engine, SORRY_HAS_ALREADY, deed->escalation->owner));
        break;
    case ESC_HANDOFF_LIMITED:
        engine->turn.outcome->is_refused = true;
        esc_deed_note(engine, ESC_SAYING(SORRY_HANDOFF_LIMIT));
        break;
    case ESC_HANDOFF_DONE:
        break;
    }
}

/* An acknowledgement is expected where nobody can say more: whoever takes it over has it at once, and a link or a button has
 * no field for it. */
static bool is_ack_meant(const EscDeed *deed)
{
    const EscAction *action = deed->action;
    return action->offer_ms == 0 &&
           (action->through.size > 0 || esc_text_equal(action->target, action->actor));
}

/* What is expected of whoever gets it: as the act says, or as the policy does. */
static EscStatus expectation_find(EscDeed *deed, EscHandoff *handoff)
{
    const EscEngineBundle *bundle = deed->engine->schema.current;
    const EscAction *action = deed->action;
    if (action->within_ms > 0) {
        handoff->expect = action->expect;
        handoff->within_ms = action->within_ms;
        return ESC_OK;
    }
    if (bundle->program->expects_count == 0 && is_ack_meant(deed)) {
        handoff->expect = ESC_EXPECT_ACKED;
        handoff->within_ms = MEANT_ACK_MS;
        return ESC_OK;
    }
    if (bundle->program->expects_count == 0)
        return esc_why(deed->why, ESC_BAD_INPUT, "", 0,
                       "a handoff says what is expected and by when: acked or resolved, within a "
                       "time such as 30m (or a policy says it for all: `handoff expects acked "
                       "within 15m`)");
    const EscExpectsRow *row = &bundle->program->expects[0];
    handoff->expect = (EscExpect)row->expect;
    handoff->within_ms = row->within_ms;
    handoff->calendar = deed->escalation->bundle == bundle ? row->calendar : 0;
    return ESC_OK;
}

static EscStatus offer_it(EscDeed *deed, const EscHandoff *handoff)
{
    EscEngine *engine = deed->engine;
    EscEscalation *escalation = deed->escalation;
    EscPeople people;
    if (deed->action->offer_ms < ESC_DEADLINE_MIN_MS || deed->action->offer_ms > ESC_DEADLINE_MAX_MS)
        return esc_why(deed->why, ESC_BAD_INPUT, "", 0, "an offer's time is out of range");
    if (escalation->state != ESC_STATE_OPEN && escalation->state != ESC_STATE_PARKED)
        return esc_why(deed->why, ESC_CONFLICT, "", 0,
                       "E-%llu is closing: hand it over, or let it end",
                       (unsigned long long)escalation->id);
    esc_handoff_people(engine, escalation, handoff, &people);
    if (people.count == 1 && esc_text_equal(people.names[0], escalation->owner))
        return esc_why(deed->why, ESC_CONFLICT, "", 0, "%.*s has it already: offer it to others",
                       ESC_TEXT_ARG(escalation->owner));
    EscText actor = esc_engine_intern(engine, deed->actor);
    if (esc_text_equal(escalation->owner, actor) && esc_role_ack(engine, escalation, actor) &&
        escalation->is_acked) /* who offers what they have has noticed it, and keeps it */
        esc_qa_acked(engine, escalation);
    esc_offer_make(engine, escalation, handoff, &people, deed->action->offer_ms);
    return ESC_OK;
}

static void hand_over(EscDeed *deed, const EscHandoff *handoff)
{
    EscEngine *engine = deed->engine;
    bool has_acked = esc_deed_notices(deed);
    handoff_end(deed, esc_role_handoff(engine, deed->escalation, handoff));
    if (has_acked && deed->escalation->is_acked) /* nothing moved: then nobody is called on */
        esc_pages_stop(engine, deed->escalation, (EscText){0});
    if (esc_deed_notices(deed) || has_acked) /* who takes it has noticed it, too */
        engine->turn.outcome->is_noop = false;
}

EscStatus esc_deed_handoff(EscDeed *deed)
{
    EscEngine *engine = deed->engine;
    EscHandoff handoff = {
        .bundle = engine->schema.current,
        .reason = deed->action->reason,
        .is_by_person = true,
    };
    EscStatus status = handoff_check(deed, &handoff.to);
    if (status == ESC_OK)
        status = expectation_find(deed, &handoff);
    if (status != ESC_OK)
        return status;
    if (!esc_handoff_is_possible(engine, deed->escalation, &handoff))
        return nobody_there(deed);
    if (deed->action->offer_ms != 0)
        return offer_it(deed, &handoff);
    hand_over(deed, &handoff);
    return ESC_OK;
}

EscStatus esc_deed_keep(EscDeed *deed)
{
    EscEscalation *escalation = deed->escalation;
    EscStatus status = esc_deed_check_reason(deed);
    if (status != ESC_OK)
        return status;
    if (!esc_escalation_is_open(escalation))
        return esc_deed_noop_text(deed, esc_deed_closed_text(deed));
    if (!esc_text_equal(escalation->owner, deed->actor))
        return esc_why(deed->why, ESC_FORBIDDEN, "", 0,
                       "%.*s is accountable for E-%llu: only who has it can keep it",
                       ESC_TEXT_ARG(escalation->owner), (unsigned long long)escalation->id);
    if (escalation->is_shift_kept)
        return esc_deed_noop_text(deed, ESC_SAYING(SORRY_KEPT));
    if (!esc_follow_is_on(escalation))
        return esc_why(deed->why, ESC_CONFLICT, "", 0,
                       "E-%llu follows no shift, so the end of none takes it from %.*s",
                       (unsigned long long)escalation->id, ESC_TEXT_ARG(escalation->owner));
    (void)esc_deed_notices(deed);
    esc_follow_keep(deed->engine, escalation, deed->action->reason);
    return ESC_OK;
}
