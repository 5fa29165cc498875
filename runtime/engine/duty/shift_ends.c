/* shift_ends.c - the end of a shift that an owner follows: whoever has acknowledged hands over to the next person, with what
 * was tried and what is open.
 *
 * An end within the time of a turn that nobody has acknowledged moves nothing: that turn runs out first. Who has it may keep
 * it, with a reason: then the end of the shift is as nothing, and the lease counts as everywhere. */
#include <engine/duty.h>

#define TRIED_MAX 6 /* moments that the next one is told of */

/* --- what the next one is told ---------------------------------------------------------------- */

static EscText moment_text(EscEngine *engine, const EscMoment *moment)
{
    EscText at = esc_local_time(engine, moment->at_ms);
    switch ((EscAuditKind)moment->kind) {
    case ESC_AUDIT_ACKED:
        return esc_say(engine, ACKED_AT, moment->who, at);
    case ESC_AUDIT_HANDOFF:
        return esc_say(engine, HANDED_AT, moment->who, at);
    case ESC_AUDIT_FAILOVER:
        return esc_say(engine, PASSED_AT, moment->who, at);
    default:
        return (EscText){0};
    }
}

/* "so far passed to ben 09:05, acknowledged by ben 09:07": the last of it, in the order in which it happened. */
static EscText tried_text(EscEngine *engine, const EscEscalation *escalation)
{
    EscText text = {0};
    size_t first =
        escalation->timeline_count > TRIED_MAX ? escalation->timeline_count - TRIED_MAX : 0;
    for (size_t i = first; i < escalation->timeline_count; i++) {
        EscText moment = moment_text(engine, &escalation->timeline[i]);
        if (moment.size > 0)
            text = esc_turn_printf(engine, "%.*s%s%.*s", ESC_TEXT_ARG(text),
                                   esc_words_with(text, ", "), ESC_TEXT_ARG(moment));
    }
    return text.size == 0 ? text : esc_say(engine, SO_FAR, text);
}

static EscText sent_text(EscEngine *engine, const EscEscalation *escalation)
{
    EscText count = esc_say_count(engine, escalation->messages);
    return escalation->messages == 1 ? esc_say(engine, SENT_ONE, count)
                                     : esc_say(engine, SENT_MANY, count);
}

static EscText open_text(EscEngine *engine, const EscEscalation *escalation)
{
    EscText waits =
        esc_frame_wait(escalation) == NULL ? (EscText){0} : esc_wait_phrase(engine, escalation);
    return waits.size == 0 ? (EscText){0} : esc_say(engine, IT_WAITS, waits);
}

/* --- the end of a shift ----------------------------------------------------------------------- */

static void shift_over(EscEngine *engine, EscEscalation *escalation, const EscPeople *people)
{
    EscText from = escalation->owner;
    EscText tried = tried_text(engine, escalation), open = open_text(engine, escalation);
    EscText because = esc_turn_printf(engine, "%.*s%s%.*s; %.*s%s%.*s",
                                      ESC_TEXT_ARG(esc_say(engine, SHIFT_OVER, from)),
                                      esc_words_with(tried, "; "), ESC_TEXT_ARG(tried),
                                      ESC_TEXT_ARG(sent_text(engine, escalation)),
                                      esc_words_with(open, "; "), ESC_TEXT_ARG(open));
    esc_turn_begin(engine, escalation, escalation->role_row, people->names[0], because);
    EscText owner = escalation->owner, until = esc_turn_until(engine, escalation),
            role = esc_text_from(esc_role_name(escalation->role));
    esc_audit_escalation(
        engine, escalation, ESC_AUDIT_SHIFT_ENDED,
        esc_audit_data(engine, "from", from, "owner", owner, "role", role, "schedule", people->via,
                       NULL),
        "the shift of %.*s (%.*s) has ended; %.*s is accountable now and has until %.*s to "
        "acknowledge",
        ESC_TEXT_ARG(from), ESC_TEXT_ARG(people->via), ESC_TEXT_ARG(owner), ESC_TEXT_ARG(until));
    esc_escalation_moment(engine, escalation, ESC_AUDIT_FAILOVER, owner);
}

void esc_follow_fire(EscEngine *engine, EscEscalation *escalation)
{
    EscPeople people;
    if (!esc_follow_is_on(escalation))
        return;
    esc_role_people(engine, escalation, escalation->role_row, &people);
    bool moves =
        escalation->is_acked && people.count > 0 && !esc_people_has(&people, escalation->owner);
    if (moves)
        shift_over(engine, escalation, &people);
    else
        esc_follow_timer(engine, escalation);
}

void esc_follow_keep(EscEngine *engine, EscEscalation *escalation, EscText reason)
{
    escalation->is_shift_kept = true;
    esc_follow_timer(engine, escalation); /* it had one, so its row is written */
    esc_audit_escalation(engine, escalation, ESC_AUDIT_SHIFT_KEPT,
                         esc_audit_data(engine, "owner", escalation->owner, "reason", reason, NULL),
                         "%.*s keeps it beyond the end of the shift%.*s",
                         ESC_TEXT_ARG(escalation->owner),
                         ESC_TEXT_ARG(esc_turn_reason(engine, reason)));
}
