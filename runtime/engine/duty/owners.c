/* owners.c - who is accountable next: the chain of roles, failover, leases that end, people who go away or leave.
 *
 * At every moment one role number and one person are accountable. People are looked up at the moment of use, in the
 * current directory (people.c), and what was found is recorded. What a turn is stands in turns.c, what follows behind
 * the chain in resort.c. */
#include <engine/duty.h>

/* --- the next of the chain -------------------------------------------------------------------- */

/* Somebody of them who is not `than`; empty when there is nobody else. */
static EscText other_than(const EscPeople *people, EscText than)
{
    for (uint32_t i = 0; i < people->count; i++) {
        if (!esc_text_equal(people->names[i], than))
            return people->names[i];
    }
    return (EscText){0};
}

/* The first role from `position` on that somebody other than `than` stands for; the number of roles when there is none. */
static uint32_t role_staffed(EscEngine *engine, EscEscalation *escalation, uint32_t position,
                             EscText than, EscPeople *people)
{
    uint32_t count = esc_role_count(escalation);
    for (; position < count; position++) {
        esc_role_people(engine, escalation, position, people);
        const char *role = esc_role_name(esc_role_row(escalation, position)->role);
        esc_skipped_tell(engine, escalation, people,
                         esc_turn_printf(engine, "was passed over as %s", role));
        if (other_than(people, than).size > 0)
            break;
        EscText because = people->count > 0 ? ESC_TEXT("the same person") : ESC_TEXT("nobody");
        esc_audit_escalation(
            engine, escalation, ESC_AUDIT_SKIPPED,
            esc_audit_data(engine, "role", esc_text_from(role), "because", because, NULL),
            "the %s role (%.*s) was passed over: %s", role, ESC_TEXT_ARG(people->via),
            people->count > 0 ? "it is the same person" : "it has nobody now");
    }
    return position;
}

/* Nobody of the chain is left. */
static void chain_over(EscEngine *engine, EscEscalation *escalation, EscText because)
{
    esc_role_last_resort(engine, escalation, because, true);
    (void)esc_exception_ask(engine, escalation, ESC_EXCEPTION_UNOWNED,
                            esc_say(engine, IS_RESORT, because, escalation->owner));
}

void esc_role_own(EscEngine *engine, EscEscalation *escalation, uint32_t role)
{
    uint32_t count = esc_role_count(escalation), position = 0;
    while (position < count && esc_role_row(escalation, position)->role != role)
        position++;
    if (position == count)
        position = 0;
    EscPeople people;
    position = role_staffed(engine, escalation, position, (EscText){0}, &people);
    if (position == count) {
        chain_over(engine, escalation, ESC_SAYING(NOBODY_THERE));
        return;
    }
    esc_turn_begin(engine, escalation, position, people.names[0], (EscText){0});
    esc_turn_record(engine, escalation, people.via);
}

bool esc_role_behind(EscEngine *engine, EscEscalation *escalation, uint32_t position,
                     EscText because)
{
    EscPeople people;
    position = role_staffed(engine, escalation, position, escalation->owner, &people);
    if (position == esc_role_count(escalation))
        return false;
    esc_turn_begin(engine, escalation, position, other_than(&people, escalation->owner), because);
    return true;
}

/* Nobody of this pass acknowledged: the chain once more, if it is to be repeated and somebody is there. */
static bool pass_begin(EscEngine *engine, EscEscalation *escalation, EscText because)
{
    uint32_t passes = esc_escalation_template(escalation)->repeats + 1;
    EscPeople people;
    if (escalation->pass + 1 >= passes)
        return false;
    escalation->pass++;
    escalation->draws_count = 0;
    uint32_t position = role_staffed(engine, escalation, 0, (EscText){0}, &people);
    if (position == esc_role_count(escalation))
        return false;
    EscText pass = esc_turn_printf(engine, "%u", escalation->pass + 1),
            of = esc_turn_printf(engine, "%u", passes);
    esc_audit_escalation(engine, escalation, ESC_AUDIT_REPEATED,
                         esc_audit_data(engine, "pass", pass, "of", of, NULL),
                         "the chain begins again: pass %.*s of %.*s", ESC_TEXT_ARG(pass),
                         ESC_TEXT_ARG(of));
    esc_turn_begin(engine, escalation, position, people.names[0], because);
    return true;
}

/* --- a turn ends ------------------------------------------------------------------------------ */

static void failover_record(EscEngine *engine, EscEscalation *escalation, EscText from,
                            EscText because)
{
    EscText role = esc_text_from(esc_role_name(escalation->role)),
            until = esc_turn_until(engine, escalation);
    EscText data = esc_audit_data(engine, "from", from, "owner", escalation->owner, "role", role,
                                  "until", until, NULL);
    esc_audit_escalation(engine, escalation, ESC_AUDIT_FAILOVER, data,
                         "%.*s; %.*s (%.*s) is accountable now%s%.*s%s", ESC_TEXT_ARG(because),
                         ESC_TEXT_ARG(escalation->owner), ESC_TEXT_ARG(role),
                         esc_words_with(until, " and has until "), ESC_TEXT_ARG(until),
                         esc_words_with(until, " to acknowledge"));
    esc_escalation_moment(engine, escalation, ESC_AUDIT_FAILOVER, escalation->owner);
}

static void failover(EscEngine *engine, EscEscalation *escalation, EscText because)
{
    EscText from = escalation->owner;
    bool is_known = esc_role_row(escalation, escalation->role_row) != NULL,
         is_resort = !is_known && escalation->role == 3;
    if (is_resort && escalation->handed_to.size == 0) {
        esc_resort_next(engine, escalation, because);
        return;
    }
    if (is_known && (esc_role_behind(engine, escalation, escalation->role_row + 1, because) ||
                     pass_begin(engine, escalation, because))) {
        failover_record(engine, escalation, from, because);
        return;
    }
    esc_audit_escalation(
        engine, escalation, ESC_AUDIT_FAILOVER, esc_audit_data(engine, "from", from, NULL),
        "%.*s; %s, the last resort takes over", ESC_TEXT_ARG(because),
        escalation->bundle == NULL ? "the chain is not known" : "nobody is left in the chain");
    chain_over(engine, escalation, because);
}

/* Those of the turn who were to acknowledge and did not, as long as nobody ever has. */
void esc_role_misses_note(EscEngine *engine, EscEscalation *escalation)
{
    if (escalation->first_acked_ms != 0)
        return;
    if (escalation->ackers_count == 0) {
        esc_escalation_former_add(escalation, escalation->owner, true);
        return;
    }
    EscPeople people;
    esc_turn_people(engine, escalation, &people);
    for (uint32_t i = 0; i < people.count; i++) {
        if (!esc_escalation_has_acked(escalation, people.names[i]))
            esc_escalation_former_add(escalation, people.names[i], true);
    }
}

/* Who handed it over and expected an acknowledgement hears that none came. */
static void expected_missed_tell(EscEngine *engine, EscEscalation *escalation, EscText within)
{
    EscText by = escalation->handed_by, owner = escalation->owner;
    if (by.size == 0 || esc_person_absent(engine, by))
        return;
    esc_audit_escalation(engine, escalation, ESC_AUDIT_EXPECTATION_MISSED,
                         esc_audit_data(engine, "expect", ESC_TEXT("acked"), NULL),
                         "%.*s was expected to acknowledge this by now and did not",
                         ESC_TEXT_ARG(owner));
    const EscNotice notice = {
        .marked = esc_say(engine, EXPECTED_ACK_MISSED, owner, escalation->ticket->id, within),
        .is_due = true};
    esc_message_person(engine, escalation, by, &notice);
}

void esc_role_miss(EscEngine *engine, EscEscalation *escalation, EscText within)
{
    EscText owner = escalation->owner;
    expected_missed_tell(engine, escalation, within);
    EscText because = escalation->ackers_count > 0 ? esc_say(engine, NOT_JOINED, owner, within)
                                                   : esc_say(engine, MISSED_ACK, owner, within);
    esc_role_misses_note(engine, escalation);
    failover(engine, escalation, because);
}

void esc_role_page_died(EscEngine *engine, EscEscalation *escalation)
{
    if (!esc_turn_is_out_of_reach(engine, escalation))
        return;
    EscPeople people;
    esc_turn_people(engine, escalation, &people);
    EscText owner = escalation->owner;
    EscText because = people.count > 1 ? esc_say(engine, OUT_OF_REACH_WITH, owner,
                                                 esc_say_count(engine, people.count - 1))
                                       : esc_say(engine, OUT_OF_REACH, owner);
    failover(engine, escalation, because);
}

void esc_role_ack_due(EscEngine *engine, EscEscalation *escalation, int64_t due_ms)
{
    if (escalation->is_acked)
        return;
    if (escalation->resort.alarms > 0) {
        esc_resort_next(engine, escalation, ESC_SAYING(RESORT_SILENT));
        return;
    }
    esc_role_miss(engine, escalation,
                  esc_deadline_text(engine, due_ms - escalation->turn_at_ms, due_ms));
}

/* The turn's people are looked up anew and have its full time; when nobody stands for it, the chain goes on. */
static void turn_again(EscEngine *engine, EscEscalation *escalation, EscText because, EscText than)
{
    EscPeople people;
    esc_turn_people(engine, escalation, &people);
    EscText owner = other_than(&people, than), handed_to = escalation->handed_to,
            from = escalation->owner;
    if (owner.size == 0) {
        failover(engine, escalation, because);
        return;
    }
    esc_turn_begin(engine, escalation, escalation->role_row, owner, because);
    escalation->handed_to = handed_to;
    esc_follow_timer(engine, escalation);
    if (esc_text_equal(from, owner))
        esc_turn_record(engine, escalation, people.via);
    else
        failover_record(engine, escalation, from, because);
}

void esc_role_lease_end(EscEngine *engine, EscEscalation *escalation)
{
    if (!escalation->is_acked)
        return;
    esc_audit_escalation(engine, escalation, ESC_AUDIT_LEASE_ENDED,
                         esc_audit_data(engine, "owner", escalation->owner, NULL),
                         "nothing happened since %.*s acknowledged: the question is open again",
                         ESC_TEXT_ARG(escalation->owner));
    turn_again(engine, escalation, esc_say(engine, LEASE_OVER, escalation->owner), (EscText){0});
}

void esc_role_reopen(EscEngine *engine, EscEscalation *escalation)
{
    EscText because =
        escalation->members_count > 0 ? ESC_SAYING(SOME_OPEN_AGAIN) : ESC_SAYING(OPEN_AGAIN);
    escalation->handed_to = (EscText){0};
    if (esc_role_row(escalation, escalation->role_row) == NULL)
        esc_role_last_resort(engine, escalation, because, escalation->is_chain_over);
    else
        turn_again(engine, escalation, because, (EscText){0});
}

/* --- somebody goes away ----------------------------------------------------------------------- */

/* Who follows in the same turn: somebody who has acknowledged already before the others. */
static EscText heir(const EscEscalation *escalation, const EscPeople *people)
{
    for (size_t i = 0; i < escalation->ackers_count; i++) {
        if (esc_people_has(people, escalation->ackers[i]))
            return escalation->ackers[i];
    }
    return other_than(people, escalation->owner);
}

void esc_role_absent(EscEngine *engine, EscEscalation *escalation, EscText because)
{
    EscPeople people;
    bool is_resort =
        esc_role_row(escalation, escalation->role_row) == NULL && escalation->handed_to.size == 0;
    people.count = 0;
    if (!is_resort)
        esc_turn_people(engine, escalation, &people);
    EscText next = heir(escalation, &people);
    if (escalation->is_acked || next.size == 0) {
        turn_again(engine, escalation, because, escalation->owner);
        return;
    }
    EscText from = escalation->owner;
    esc_shift_note(engine, escalation, because, ESC_ASKING_OWNER);
    esc_pages_stop(engine, escalation, from);
    esc_escalation_former_add(escalation, from, false);
    escalation->owner = next;
    failover_record(engine, escalation, from, because);
}
