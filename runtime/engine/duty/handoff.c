/* handoff.c - ownership handed over with a reason and an expectation, by a template or by a person. */
#include <engine/duty.h>

#define HANDOFFS_MAX 20 /* of a ticket within a day, where the policy says nothing else */

/* Position of the role that a hand-off goes to; ESC_NONE when it goes to somebody outside the roles. */
static uint32_t role_position(const EscEscalation *escalation, const EscHandoff *handoff)
{
    if (handoff->bundle != escalation->bundle)
        return ESC_NONE;
    uint32_t count = esc_role_count(escalation);
    uint32_t wanted =
        esc_ref_kind(handoff->to) == ESC_REF_ROLE ? esc_ref_index(handoff->to) : ESC_NONE;
    if (wanted == ESC_ROLE_LAST_RESORT)
        return count;
    if (wanted == ESC_ROLE_ESCALATION)
        return esc_role_position(escalation, wanted);
    for (uint32_t i = 0; i < count; i++) {
        const EscRoleRow *role = esc_role_row(escalation, i);
        if (role->role == wanted || (wanted == ESC_NONE && role->owner == handoff->to))
            return i;
    }
    return ESC_NONE;
}

static void limit_tell(EscEngine *engine, EscEscalation *escalation, const EscLimitRow *limit)
{
    const EscProgram *program = engine->schema.current->program;
    EscText count = esc_say_count(engine, limit->count), ticket = escalation->ticket->id,
            window = esc_duration_text(engine, limit->window_ms);
    EscText text = limit->count == 1 ? esc_say(engine, HANDOFF_LIMIT_ONE, count, ticket, window)
                                     : esc_say(engine, HANDOFF_LIMIT_MANY, count, ticket, window);
    esc_audit_escalation(engine, escalation, ESC_AUDIT_LIMITED,
                         esc_audit_data(engine, "limit", ESC_TEXT("handoffs"), NULL), "%.*s",
                         ESC_TEXT_ARG(text));
    if (limit->action != ESC_LIMIT_ACTION_RAISE)
        return;
    EscText name = limit->exception > 0
                       ? program->texts[program->exceptions[limit->exception - 1].name]
                       : ESC_TEXT("routing_loop");
    esc_exception_ask_named(engine, escalation, name, text);
}

static bool is_within(const EscEngine *engine, const EscTicket *ticket, const EscLimitRow *limit)
{
    uint32_t count = 0;
    for (size_t i = 0; i < ticket->handoffs_count; i++)
        count += ticket->handoffs[i] > engine->now_ms - limit->window_ms;
    return count < limit->count;
}

/* The limits on hand-offs; false when this one is too many, and the exception that it asks for is on its way. */
static bool limit_allows(EscEngine *engine, EscEscalation *escalation)
{
    const EscProgram *program = engine->schema.current->program;
    const EscLimitRow usual = {.kind = ESC_LIMIT_HANDOFFS_PER_TICKET,
                               .count = HANDOFFS_MAX,
                               .window_ms = ESC_DAY_MS,
                               .action = ESC_LIMIT_ACTION_RAISE};
    bool has_own = false;
    for (uint32_t i = 0; i < program->limits_count; i++) {
        const EscLimitRow *limit = &program->limits[i];
        if (limit->kind != ESC_LIMIT_HANDOFFS_PER_TICKET)
            continue;
        has_own = true;
        if (is_within(engine, escalation->ticket, limit))
            continue;
        limit_tell(engine, escalation, limit);
        return false;
    }
    if (has_own || is_within(engine, escalation->ticket, &usual))
        return true;
    limit_tell(engine, escalation, &usual);
    return false;
}

static void handoff_count(EscEngine *engine, EscEscalation *escalation)
{
    EscTicket *ticket = escalation->ticket;
    escalation->handoffs++;
    esc_ticket_handoff_add(ticket, engine->now_ms);
    esc_ticket_dirty(engine, ticket);
}

/* Who hands it over; empty: a template does. */
static EscText giver_of(EscEngine *engine, const EscHandoff *handoff)
{
    if (!handoff->is_by_person)
        return (EscText){0};
    return esc_engine_intern(engine, esc_text_or(handoff->by, engine->turn.actor));
}

/* Who expects an acknowledgement hears when none comes. */
static void giver_note(EscEngine *engine, EscEscalation *escalation, const EscHandoff *handoff)
{
    EscText giver = giver_of(engine, handoff);
    if (handoff->expect == ESC_EXPECT_ACKED && !esc_text_equal(giver, escalation->owner))
        escalation->handed_by = giver;
}

/* `expect acked within D` sets the deadline of the turn; `expect resolved within D` stands beside it. What is due, 0 when
 * nothing is. */
static int64_t deadlines_put(EscEngine *engine, EscEscalation *escalation,
                             const EscHandoff *handoff)
{
    const EscEngineBundle *bundle =
        escalation->bundle != NULL ? escalation->bundle : engine->schema.current;
    if (handoff->expect == ESC_EXPECT_RESOLVED) {
        int64_t due_ms = esc_hours_due_ms(engine, bundle->program, handoff->calendar,
                                          engine->now_ms, handoff->within_ms);
        esc_expectation_put(engine, escalation, due_ms, handoff->calendar,
                            giver_of(engine, handoff));
        return due_ms;
    }
    if (escalation->is_acked)
        return 0;
    if (handoff->within_ms > 0)
        esc_turn_deadline(engine, escalation, handoff->within_ms, handoff->calendar);
    return esc_timer_find(escalation->timers, ESC_TIMER_ACK, 0)->due_ms;
}

static EscText expected_text(EscEngine *engine, const EscHandoff *handoff, int64_t due_ms)
{
    if (due_ms == 0)
        return (EscText){0};
    return esc_turn_printf(engine, "; expected to be %s by %.*s",
                           handoff->expect == ESC_EXPECT_ACKED ? "acknowledged" : "resolved",
                           ESC_TEXT_ARG(esc_local_time(engine, due_ms)));
}

/* A person hands over what is theirs; a template and a principal hand over what is somebody's. */
static EscText giver_text(EscEngine *engine, const EscHandoff *handoff, EscText from)
{
    if (handoff->by.size > 0)
        return esc_turn_printf(engine, "%.*s accepted what %.*s offered: handed over from %.*s",
                               ESC_TEXT_ARG(engine->turn.actor), ESC_TEXT_ARG(handoff->by),
                               ESC_TEXT_ARG(from));
    if (handoff->is_by_person && esc_text_equal(engine->turn.actor, from))
        return esc_turn_printf(engine, "%.*s handed over", ESC_TEXT_ARG(from));
    if (handoff->is_by_person)
        return esc_turn_printf(engine, "%.*s handed over from %.*s",
                               ESC_TEXT_ARG(engine->turn.actor), ESC_TEXT_ARG(from));
    return esc_turn_printf(engine, "handed over from %.*s", ESC_TEXT_ARG(from));
}

/* A turn has just begun, so something is due. */
static void handoff_record(EscEngine *engine, EscEscalation *escalation, EscText from,
                           const EscHandoff *handoff, int64_t due_ms)
{
    bool is_ack = handoff->expect == ESC_EXPECT_ACKED;
    EscText until = esc_local_time(engine, due_ms),
            ack_until = is_ack ? (EscText){0} : esc_turn_until(engine, escalation),
            role = esc_text_from(esc_role_name(escalation->role)),
            word = is_ack ? ESC_TEXT("acked") : ESC_TEXT("resolved");
    EscText data = esc_audit_data(engine, "from", from, "owner", escalation->owner, "role", role,
                                  "reason", handoff->reason, "expect", word, "until", until, NULL);
    esc_audit_escalation(
        engine, escalation, ESC_AUDIT_HANDOFF, data, "%.*s to %.*s (%.*s) because %.*s%.*s%s%.*s",
        ESC_TEXT_ARG(giver_text(engine, handoff, from)), ESC_TEXT_ARG(escalation->owner),
        ESC_TEXT_ARG(role), ESC_TEXT_ARG(handoff->reason),
        ESC_TEXT_ARG(expected_text(engine, handoff, due_ms)),
        esc_words_with(ack_until, "; to be acknowledged by "), ESC_TEXT_ARG(ack_until));
    esc_escalation_moment(engine, escalation, ESC_AUDIT_HANDOFF, escalation->owner);
}

/* --- whom it goes to -------------------------------------------------------------------------- */

typedef struct Target {
    uint32_t position; /* ESC_NONE: outside the roles */
    EscPeople people;
} Target;

static void target_find(EscEngine *engine, EscEscalation *escalation, const EscHandoff *handoff,
                        Target *target)
{
    target->position = role_position(escalation, handoff);
    if (target->position != ESC_NONE)
        esc_role_people(engine, escalation, target->position, &target->people);
    else
        esc_people_find(engine, escalation, escalation->ticket, handoff->bundle, handoff->to,
                        &target->people);
}

/* Whether they have it already: it is their turn, or the only person meant is accountable. */
static bool has_it(const EscEscalation *escalation, const Target *target)
{
    const EscPeople *people = &target->people;
    bool is_their_turn =
        target->position == ESC_NONE
            ? esc_text_equal(escalation->handed_to, people->via)
            : escalation->handed_to.size == 0 && target->position == escalation->role_row;
    if (is_their_turn)
        return esc_people_has(people, escalation->owner) ||
               target->position == esc_role_count(escalation);
    return people->count == 1 && esc_text_equal(people->names[0], escalation->owner);
}

static bool is_resort(const EscEscalation *escalation, const Target *target)
{
    return target->position == esc_role_count(escalation);
}

/* The turn of whoever it goes to begins; of the next role behind when nobody of them is there. */
static void target_take(EscEngine *engine, EscEscalation *escalation, const Target *target,
                        EscText because)
{
    uint32_t behind = target->position == ESC_NONE ? escalation->role_row : target->position;
    if (is_resort(escalation, target)) {
        esc_role_last_resort(engine, escalation, because, false);
    } else if (target->people.count == 0) {
        if (!esc_role_behind(engine, escalation, behind + 1, because))
            esc_role_last_resort(engine, escalation, because, false);
    } else {
        uint32_t role = escalation->role;
        esc_turn_begin(engine, escalation, behind, target->people.names[0], because);
        if (target->position == ESC_NONE)
            escalation->handed_to = target->people.via;
        esc_follow_timer(engine, escalation);
        if (escalation->bundle == NULL) /* its roles are not known: whose place it is stays */
            escalation->role = role;
    }
}

static EscText because_text(EscEngine *engine, const EscHandoff *handoff)
{
    if (handoff->by.size > 0)
        return esc_say(engine, OFFER_TAKEN, engine->turn.actor, handoff->by, handoff->reason);
    if (handoff->is_by_person)
        return esc_say(engine, HANDED_BY, engine->turn.actor, handoff->reason);
    return esc_say(engine, HANDED, handoff->reason);
}

/* Nobody's turn begins, so nobody else tells them that something is expected of them by then. */
static void expected_tell(EscEngine *engine, EscEscalation *escalation, const EscHandoff *handoff,
                          int64_t due_ms)
{
    EscText owner = escalation->owner;
    if (due_ms == 0 || esc_text_equal(engine->turn.actor, owner))
        return;
    bool is_ack = handoff->expect == ESC_EXPECT_ACKED;
    EscText ticket = escalation->ticket->id, until = esc_person_time(engine, owner, due_ms),
            because = because_text(engine, handoff);
    EscText text = is_ack ? esc_say(engine, EXPECTED_ACK, ticket, until, because)
                          : esc_say(engine, EXPECTED_RESOLVED, ticket, until, because);
    const EscNotice notice = {.marked = text, .is_due = true};
    if (escalation->is_acked || !is_ack) {
        esc_message_person(engine, escalation, owner, &notice);
        return;
    }
    esc_pages_stop(engine, escalation, owner); /* what they say of the deadline is over */
    esc_page_person(engine, escalation, owner, text);
}

/* --- handing over ----------------------------------------------------------------------------- */

/* Nothing moves; what is expected of whoever has it is set, if something is. */
static EscHandoffEnd nothing(EscEngine *engine, EscEscalation *escalation,
                             const EscHandoff *handoff)
{
    int64_t due_ms = handoff->within_ms == 0 ? 0 : deadlines_put(engine, escalation, handoff);
    if (due_ms > 0)
        giver_note(engine, escalation, handoff);
    expected_tell(engine, escalation, handoff, due_ms);
    esc_audit_escalation(engine, escalation, ESC_AUDIT_IGNORED,
                         esc_audit_data(engine, "verb", ESC_TEXT("handoff"), "owner",
                                        escalation->owner, "reason", handoff->reason, NULL),
                         "a handoff to %.*s, who has it already, moves nothing (because %.*s)%.*s",
                         ESC_TEXT_ARG(escalation->owner), ESC_TEXT_ARG(handoff->reason),
                         ESC_TEXT_ARG(expected_text(engine, handoff, due_ms)));
    return due_ms == 0 ? ESC_HANDOFF_NOTHING : ESC_HANDOFF_DONE;
}

void esc_handoff_people(EscEngine *engine, EscEscalation *escalation, const EscHandoff *handoff,
                        EscPeople *people)
{
    Target target;
    target_find(engine, escalation, handoff, &target);
    *people = target.people;
}

bool esc_handoff_is_possible(EscEngine *engine, EscEscalation *escalation,
                             const EscHandoff *handoff)
{
    EscPeople people;
    esc_handoff_people(engine, escalation, handoff, &people);
    return people.count > 0;
}

EscHandoffEnd esc_role_handoff(EscEngine *engine, EscEscalation *escalation,
                               const EscHandoff *handoff)
{
    Target target;
    target_find(engine, escalation, handoff, &target);
    if (has_it(escalation, &target))
        return nothing(engine, escalation, handoff);
    if (!limit_allows(engine, escalation))
        return ESC_HANDOFF_LIMITED;
    esc_skipped_tell(engine, escalation, &target.people, ESC_TEXT("was passed over in a hand-off"));
    EscText from = escalation->owner;
    const EscTimerNode *ack = esc_timer_find(escalation->timers, ESC_TIMER_ACK, 0);
    if (ack != NULL && ack->due_ms <= engine->now_ms &&
        esc_role_row(escalation, escalation->role_row) != NULL)
        esc_role_misses_note(engine, escalation); /* their time is over at this very instant */
    handoff_count(engine, escalation);
    if (handoff->is_by_person)
        escalation->pass = 0;
    target_take(engine, escalation, &target, because_text(engine, handoff));
    esc_shift_handed(engine, escalation);
    giver_note(engine, escalation, handoff);
    handoff_record(engine, escalation, from, handoff, deadlines_put(engine, escalation, handoff));
    return ESC_HANDOFF_DONE;
}
