/* offers.c - a hand-off that is offered: whoever has it stays accountable until somebody of those whom it is offered to
 * accepts, and it comes back when none of them does in time, when all decline or go away. That it ends otherwise is
 * offer_ends.c's. */
#include <engine/duty.h>

/* --- telling ---------------------------------------------------------------------------------- */

static EscText offer_text(EscEngine *engine, const EscEscalation *escalation, EscText person,
                          int64_t due_ms)
{
    const EscOffer *offer = escalation->offer;
    EscText until = esc_person_time(engine, person, due_ms), expected = {"", 0},
            title = esc_unmarked(
                engine, esc_ticket_text(engine, escalation->ticket, engine->schema.title_slot));
    if (offer->expect == ESC_EXPECT_RESOLVED)
        expected = esc_say(engine, OFFER_RESOLVE, esc_duration_text(engine, offer->within_ms));
    EscText matter = esc_turn_printf(engine, "%.*s%s%.*s",
                                     ESC_TEXT_ARG(esc_escalation_title(escalation)),
                                     esc_words_with(title, ", "), ESC_TEXT_ARG(title));
    return esc_say(engine, OFFERED, offer->by, escalation->ticket->id, until, expected, matter,
                   offer->reason);
}

/* Who offered it, and whoever has it where that is another one. */
static void makers_tell(EscEngine *engine, EscEscalation *escalation, EscText by, EscText because)
{
    const EscNotice notice = {
        .marked = esc_say(engine, OFFER_BACK, escalation->ticket->id, escalation->owner, because),
        .is_due = true,
    };
    EscText told[] = {by, escalation->owner};
    for (size_t i = 0; i < ESC_COUNT_OF(told); i++) {
        if (i > 0 && esc_text_equal(told[0], told[1]))
            break;
        if (!esc_text_equal(told[i], engine->turn.actor) && !esc_person_absent(engine, told[i]))
            esc_message_person(engine, escalation, told[i], &notice);
    }
}

/* --- coming back ------------------------------------------------------------------------------ */

/* It stays with whoever has it, who is told. */
static void come_back(EscEngine *engine, EscEscalation *escalation, EscText because)
{
    EscText by = escalation->offer->by;
    esc_offer_withdraw(engine, escalation, because);
    makers_tell(engine, escalation, by, because);
}

void esc_offer_fire(EscEngine *engine, EscEscalation *escalation)
{
    const EscOffer *offer = escalation->offer;
    if (offer != NULL)
        come_back(engine, escalation, esc_say(engine, NOT_ACCEPTED, offer->to));
}

/* They are not asked any more; true when nobody is. */
static bool asked_remove(EscEngine *engine, EscEscalation *escalation, EscText person)
{
    EscOffer *offer = escalation->offer;
    size_t kept = 0;
    for (size_t i = 0; i < offer->asked_count; i++) {
        if (!esc_text_equal(offer->asked[i], person))
            offer->asked[kept++] = offer->asked[i];
    }
    offer->asked_count = kept;
    esc_pages_stop(engine, escalation, person);
    esc_escalation_dirty(engine, escalation);
    return kept == 0;
}

void esc_offer_absent(EscEngine *engine, EscEscalation *escalation, EscText person)
{
    if (esc_offer_is_to(escalation, person) && asked_remove(engine, escalation, person))
        come_back(engine, escalation, esc_say(engine, AWAY, person));
}

/* --- making, accepting, declining ------------------------------------------------------------- */

static EscOffer *offer_new(EscEngine *engine, const EscEscalation *escalation,
                           const EscHandoff *handoff, const EscPeople *people)
{
    EscOffer *offer = esc_engine_alloc(sizeof *offer);
    *offer = (EscOffer){
        .to = people->via,
        .by = esc_engine_intern(engine, engine->turn.actor),
        .owner = escalation->owner,
        .reason = esc_text_own(handoff->reason),
        .expect = handoff->expect,
        .within_ms = handoff->within_ms,
        .calendar = handoff->calendar,
    };
    for (uint32_t i = 0; i < people->count; i++) {
        if (!esc_text_equal(people->names[i], escalation->owner))
            esc_offer_asked_add(offer, people->names[i]);
    }
    return offer;
}

void esc_offer_make(EscEngine *engine, EscEscalation *escalation, const EscHandoff *handoff,
                    const EscPeople *people, int64_t for_ms)
{
    EscOffer *offer = offer_new(engine, escalation, handoff, people);
    esc_offer_withdraw(engine, escalation, esc_say(engine, OFFER_REPLACED, offer->to));
    escalation->offer = offer;
    int64_t due_ms = engine->now_ms + for_ms;
    esc_timer_put(engine, escalation, NULL, ESC_TIMER_OFFER, 0, due_ms);
    esc_escalation_dirty(engine, escalation);
    EscText until = esc_local_time(engine, due_ms),
            expect = offer->expect == ESC_EXPECT_ACKED ? ESC_TEXT("acked") : ESC_TEXT("resolved"),
            within = esc_duration_text(engine, offer->within_ms);
    esc_audit_escalation(
        engine, escalation, ESC_AUDIT_OFFERED,
        esc_audit_data(engine, "to", offer->to, "by", offer->by, "owner", escalation->owner,
                       "reason", offer->reason, "expect", expect, "within", within, "until", until,
                       NULL),
        "%.*s offered it to %.*s until %.*s because %.*s; %.*s stays accountable until then",
        ESC_TEXT_ARG(offer->by), ESC_TEXT_ARG(offer->to), ESC_TEXT_ARG(until),
        ESC_TEXT_ARG(offer->reason), ESC_TEXT_ARG(escalation->owner));
    for (size_t i = 0; i < offer->asked_count; i++)
        esc_page_person(engine, escalation, offer->asked[i],
                        offer_text(engine, escalation, offer->asked[i], due_ms));
}

EscHandoffEnd esc_offer_accept(EscEngine *engine, EscEscalation *escalation, EscText actor)
{
    const EscOffer *offer = escalation->offer;
    const EscHandoff handoff = {
        .bundle = engine->schema.current,
        .to = esc_ref_named(engine->schema.current->program, actor),
        .reason = esc_turn_text(engine, offer->reason),
        .expect = offer->expect,
        .within_ms = offer->within_ms,
        .calendar = escalation->bundle == engine->schema.current ? offer->calendar : 0,
        .is_by_person = true,
        .by = offer->by,
    };
    EscHandoffEnd end = esc_role_handoff(engine, escalation, &handoff);
    if (end == ESC_HANDOFF_LIMITED)
        return end;
    esc_offer_over(engine, escalation);
    (void)esc_role_ack(engine, escalation, actor);
    return end;
}

void esc_offer_decline(EscEngine *engine, EscEscalation *escalation, EscText actor, EscText reason)
{
    const EscOffer *offer = escalation->offer;
    esc_audit_escalation(engine, escalation, ESC_AUDIT_DECLINED,
                         esc_audit_data(engine, "by", offer->by, "reason", reason, NULL),
                         "%.*s declined what %.*s offered because %.*s", ESC_TEXT_ARG(actor),
                         ESC_TEXT_ARG(offer->by), ESC_TEXT_ARG(reason));
    if (asked_remove(engine, escalation, actor))
        come_back(engine, escalation, esc_say(engine, DECLINED_IT, actor, reason));
}
