/* acks.c - acknowledging: who may, how many are needed, and what it changes. */
#include <engine/duty.h>

/* --- who may ---------------------------------------------------------------------------------- */

/* Position of the first role of the chain that the person stands for; the number of roles for the last resort; ESC_NONE
 * when it is none. *is_away: they belong to one, and are not there. */
static uint32_t position_of(EscEngine *engine, EscEscalation *escalation, EscText person,
                            bool *is_away)
{
    uint32_t count = esc_role_count(escalation);
    *is_away = false;
    for (uint32_t i = 0; i <= count; i++) {
        EscPeople people;
        esc_role_people(engine, escalation, i, &people);
        if (esc_people_has(&people, person))
            return i;
        *is_away = *is_away || esc_people_misses(&people, person);
    }
    return ESC_NONE;
}

static bool is_of_turn(EscEngine *engine, EscEscalation *escalation, EscText person)
{
    if (esc_text_equal(escalation->owner, person))
        return true;
    EscPeople people;
    esc_turn_people(engine, escalation, &people);
    return esc_people_has(&people, person);
}

EscStatus esc_role_check_ack(EscEngine *engine, EscEscalation *escalation, EscText actor,
                             EscWhy *why)
{
    EscText shown = esc_utf8_cut(actor, 64);
    if (!esc_person_known(engine, actor))
        return esc_sorry(engine, why, ESC_FORBIDDEN, esc_say(engine, SORRY_NOBODY, shown));
    bool is_away = false;
    if (is_of_turn(engine, escalation, actor) ||
        position_of(engine, escalation, actor, &is_away) != ESC_NONE)
        return ESC_OK;
    if (is_away)
        return esc_sorry(engine, why, ESC_FORBIDDEN,
                         esc_say(engine, SORRY_AWAY, shown,
                                 esc_local_time(engine, esc_person_absent_until(engine, actor))));
    return esc_sorry(engine, why, ESC_FORBIDDEN,
                     esc_say(engine, SORRY_NO_ROLE, escalation->owner, shown, shown));
}

/* --- how many --------------------------------------------------------------------------------- */

static uint32_t acks_needed(const EscEscalation *escalation, const EscPeople *people)
{
    const EscRoleRow *row = esc_role_row(escalation, escalation->role_row);
    uint32_t needed = row == NULL || escalation->handed_to.size > 0 ? 1 : row->ack_count;
    if (needed == 0 || needed > people->count)
        needed = people->count;
    return needed == 0 ? 1 : needed;
}

/* Of those who are there; the accountable one counts as well when a schedule has moved on meanwhile. */
static uint32_t acks_there(const EscEscalation *escalation, const EscPeople *people)
{
    uint32_t there = 0;
    for (size_t i = 0; i < escalation->ackers_count; i++)
        there += esc_people_has(people, escalation->ackers[i]) ||
                 esc_text_equal(escalation->ackers[i], escalation->owner);
    return there;
}

/* --- what it changes -------------------------------------------------------------------------- */

/* Who was called for it need not come any more. */
static void others_spare(EscEngine *engine, EscEscalation *escalation)
{
    EscPeople people;
    esc_turn_people(engine, escalation, &people);
    for (uint32_t i = 0; i < people.count; i++)
        esc_shift_spare(engine, escalation, people.names[i]);
    for (size_t i = 0; i < escalation->pages_count; i++)
        esc_shift_spare(engine, escalation, escalation->pages[i].person);
}

/* Of each of its tickets: somebody looks at all of them. */
static void respond_met(EscEngine *engine, EscEscalation *escalation)
{
    esc_sla_respond_met(engine, escalation->ticket);
    for (size_t i = 0; i < escalation->members_count; i++) {
        EscTicket *ticket = esc_member_ticket(engine, escalation, i);
        if (ticket != NULL)
            esc_sla_respond_met(engine, ticket);
    }
}

/* Enough have acknowledged; the first of them has it. is_passing: who hands it over, so that others are called on. */
static void acked(EscEngine *engine, EscEscalation *escalation, bool is_passing)
{
    EscText owner = escalation->owner, role = esc_text_from(esc_role_name(escalation->role));
    escalation->is_acked = true;
    escalation->acked_ms = engine->now_ms;
    escalation->is_chain_over = false;
    escalation->pass = 0;
    esc_escalation_alarm(engine, escalation, ESC_ALARM_OWNER, false);
    escalation->resort.alarms = 0;
    escalation->resort.asked_count = 0;
    if (escalation->first_acked_ms == 0)
        escalation->first_acked_ms = engine->now_ms;
    esc_timer_cancel(engine, escalation, NULL, ESC_TIMER_ACK, 0);
    esc_role_hold_timer(engine, escalation);
    esc_follow_timer(engine, escalation);
    const EscTimerNode *hold = esc_timer_find(escalation->timers, ESC_TIMER_HOLD, 0);
    EscText until = hold == NULL ? (EscText){0} : esc_local_time(engine, hold->due_ms);
    const EscShift *shift = &engine->turn.shifts[escalation->shift - 1];
    EscText from = esc_text_equal(shift->from, owner) ? (EscText){0} : shift->from;
    esc_audit_escalation(
        engine, escalation, ESC_AUDIT_ACKED,
        esc_audit_data(engine, "owner", owner, "role", role, "from", from, "until", until,
                       "noticed", engine->turn.noticed, "reason", engine->turn.reason, NULL),
        "%.*s acknowledged%s%.*s after %.*s%s%.*s and is accountable (%.*s)%.*s",
        ESC_TEXT_ARG(owner), esc_words_with(engine->turn.noticed, " "),
        ESC_TEXT_ARG(engine->turn.noticed),
        ESC_TEXT_ARG(esc_duration_text(engine, engine->now_ms - escalation->opened_at_ms)),
        esc_words_with(from, " in place of "), ESC_TEXT_ARG(from), ESC_TEXT_ARG(role),
        ESC_TEXT_ARG(esc_turn_reason(engine, engine->turn.reason)));
    esc_escalation_moment(engine, escalation, ESC_AUDIT_ACKED, owner);
    if (!is_passing) {
        others_spare(engine, escalation);
        esc_pages_stop(engine, escalation, (EscText){0});
    }
    respond_met(engine, escalation);
    esc_ticket_touch(engine, escalation->ticket);
}

static EscText acked_text(EscEngine *engine, const EscEscalation *escalation)
{
    return esc_say(engine, ACKED_IT, escalation->owner);
}

static bool ack_judge(EscEngine *engine, EscEscalation *escalation, bool is_passing)
{
    if (escalation->is_acked || escalation->ackers_count == 0)
        return false;
    EscPeople people;
    esc_turn_people(engine, escalation, &people);
    if (acks_there(escalation, &people) < acks_needed(escalation, &people))
        return false;
    esc_shift_note(engine, escalation, acked_text(engine, escalation), ESC_ASKING_NOBODY);
    acked(engine, escalation, is_passing);
    return true;
}

bool esc_role_ack_judge(EscEngine *engine, EscEscalation *escalation)
{
    return ack_judge(engine, escalation, false);
}

/* The first of those who are needed has it from now on; the deadline stands until the others have come. */
static void one_of_several(EscEngine *engine, EscEscalation *escalation, EscText actor)
{
    EscPeople people;
    esc_turn_people(engine, escalation, &people);
    uint32_t have = acks_there(escalation, &people), needed = acks_needed(escalation, &people);
    esc_audit_escalation(engine, escalation, ESC_AUDIT_ACK_COUNTED,
                         esc_audit_data(engine, "owner", escalation->owner, "have",
                                        esc_turn_printf(engine, "%u", have), "need",
                                        esc_turn_printf(engine, "%u", needed), "noticed",
                                        engine->turn.noticed, "reason", engine->turn.reason, NULL),
                         "%.*s acknowledged%s%.*s, %u of %u; %.*s is accountable%.*s",
                         ESC_TEXT_ARG(actor), esc_words_with(engine->turn.noticed, " "),
                         ESC_TEXT_ARG(engine->turn.noticed), have, needed,
                         ESC_TEXT_ARG(escalation->owner),
                         ESC_TEXT_ARG(esc_turn_reason(engine, engine->turn.reason)));
    esc_pages_stop(engine, escalation, actor);
}

/* Who acknowledges from another role takes the accountability there. */
static void turn_join(EscEngine *engine, EscEscalation *escalation, EscText actor)
{
    if (is_of_turn(engine, escalation, actor))
        return;
    /* At the beginning people are called beside each other by the steps: one of them comes, and no one is called again. */
    if (escalation->turn_at_ms == escalation->opened_at_ms && escalation->handoffs == 0)
        esc_shift_quiet(engine, escalation);
    bool is_away = false;
    uint32_t position = position_of(engine, escalation, actor, &is_away);
    ESC_ASSERT(position != ESC_NONE); /* esc_role_check_ack has asked before */
    esc_turn_begin(engine, escalation, position, actor, esc_say(engine, ACKED_IT, actor));
}

static bool renewed(EscEngine *engine, EscEscalation *escalation, EscText actor)
{
    if (!esc_text_equal(escalation->owner, actor) ||
        esc_timer_find(escalation->timers, ESC_TIMER_HOLD, 0) == NULL)
        return false;
    esc_role_hold_timer(engine, escalation);
    EscText until =
        esc_local_time(engine, esc_timer_find(escalation->timers, ESC_TIMER_HOLD, 0)->due_ms);
    esc_audit_escalation(
        engine, escalation, ESC_AUDIT_ACK_RENEWED,
        esc_audit_data(engine, "owner", actor, "until", until, "reason", engine->turn.reason, NULL),
        "%.*s acknowledged again and has it until %.*s%.*s", ESC_TEXT_ARG(actor),
        ESC_TEXT_ARG(until), ESC_TEXT_ARG(esc_turn_reason(engine, engine->turn.reason)));
    return true;
}

static bool ack_take(EscEngine *engine, EscEscalation *escalation, EscText actor, bool is_passing)
{
    actor = esc_engine_intern(engine, actor);
    if (escalation->is_acked)
        return renewed(engine, escalation, actor);
    if (esc_escalation_has_acked(escalation, actor))
        return false;
    esc_shift_note(engine, escalation, (EscText){0}, ESC_ASKING_NOBODY);
    turn_join(engine, escalation, actor);
    bool is_first = escalation->ackers_count == 0;
    esc_escalation_acker_add(escalation, actor);
    if (is_first && !esc_text_equal(escalation->owner, actor)) {
        esc_escalation_former_add(escalation, escalation->owner, false);
        escalation->owner = actor;
    }
    if (!ack_judge(engine, escalation, is_passing))
        one_of_several(engine, escalation, actor);
    return true;
}

bool esc_role_ack(EscEngine *engine, EscEscalation *escalation, EscText actor)
{
    return ack_take(engine, escalation, actor, false);
}

bool esc_role_ack_passing(EscEngine *engine, EscEscalation *escalation, EscText actor)
{
    return ack_take(engine, escalation, actor, true);
}
