/* shifts.c - who is told that accountability changed hands. What happens within one input is told once, when it is done:
 * whoever is accountable then is paged, and those who are not any more hear who is. Where the time of whoever it begins with
 * counts hours that are closed, they are paged when these open: nothing is asked of them before. */
#include <engine/duty.h>

static void loser_add(EscEngine *engine, EscShift *shift, EscText person)
{
    if (esc_texts_hold(shift->losers, shift->losers_count, person))
        return;
    shift->losers = esc_arena_grow(engine->turn.arena, shift->losers, shift->losers_count,
                                   &shift->losers_capacity, sizeof *shift->losers);
    ESC_ASSERT(shift->losers != NULL);
    shift->losers[shift->losers_count++] = person;
}

/* What an earlier input has left to be told is told with this one. */
static void owed_take(EscEngine *engine, EscEscalation *escalation, EscShift *shift)
{
    const EscOwed *owed = escalation->owed;
    if (owed == NULL)
        return;
    shift->from = owed->from;
    shift->actor = owed->actor;
    shift->because = esc_turn_text(engine, owed->because);
    shift->asking = (EscAsking)owed->asking;
    shift->is_quiet = owed->is_quiet;
    shift->is_handed = owed->is_handed;
    for (size_t i = 0; i < owed->losers_count; i++)
        loser_add(engine, shift, owed->losers[i]);
    esc_owed_drop(engine, escalation);
    esc_escalation_dirty(engine, escalation);
}

static EscShift *shift_of(EscEngine *engine, EscEscalation *escalation)
{
    EscTurn *turn = &engine->turn;
    if (escalation->shift == 0) {
        ESC_ENGINE_GROW(turn->shifts, turn->shifts_count, turn->shifts_capacity);
        EscShift *shift = &turn->shifts[turn->shifts_count++];
        *shift = (EscShift){.escalation = escalation, .from = escalation->owner};
        owed_take(engine, escalation, shift);
        escalation->shift = (uint32_t)turn->shifts_count;
    }
    return &turn->shifts[escalation->shift - 1];
}

void esc_shift_note(EscEngine *engine, EscEscalation *escalation, EscText because, EscAsking asking)
{
    EscShift *shift = shift_of(engine, escalation);
    shift->actor = esc_engine_intern(engine, engine->turn.actor);
    shift->because = because;
    shift->asking = asking > shift->asking ? asking : shift->asking;
    if (shift->from.size > 0)
        loser_add(engine, shift,
                  shift->from); /* others of this input have not heard that it was theirs */
    for (size_t i = 0; i < escalation->ackers_count; i++)
        loser_add(engine, shift, escalation->ackers[i]);
}

void esc_shift_quiet(EscEngine *engine, EscEscalation *escalation)
{
    shift_of(engine, escalation)->is_quiet = true;
}

void esc_shift_handed(EscEngine *engine, EscEscalation *escalation)
{
    shift_of(engine, escalation)->is_handed = true;
}

void esc_shift_spare(EscEngine *engine, EscEscalation *escalation, EscText person)
{
    loser_add(engine, shift_of(engine, escalation), person);
}

/* --- telling ---------------------------------------------------------------------------------- */

/* "Trouble, the room is cold: ana did not acknowledge within 5m": what it is about, and why they hear of it. */
static EscText matter_text(EscEngine *engine, const EscEscalation *escalation, EscText because)
{
    EscText title = esc_unmarked(
                engine, esc_ticket_text(engine, escalation->ticket, engine->schema.title_slot)),
            name = esc_escalation_title(escalation);
    return esc_turn_printf(engine, "%.*s%s%.*s%s%.*s", ESC_TEXT_ARG(name),
                           esc_words_with(title, ", "), ESC_TEXT_ARG(title),
                           esc_words_with(because, ": "), ESC_TEXT_ARG(because));
}

/* ", to be acknowledged by 2026-01-05 09:10 UTC and resolved by 2026-01-05 12:00 UTC", in the reader's zone */
static EscText until_text(EscEngine *engine, const EscEscalation *escalation, EscText person)
{
    const EscTimerNode *ack = esc_timer_find(escalation->timers, ESC_TIMER_ACK, 0);
    int64_t resolved_ms = esc_expected_by_ms(escalation, escalation->owner);
    EscText ack_by = {0}, resolved_by = {0};
    if (ack != NULL)
        ack_by = esc_person_time(engine, person, ack->due_ms);
    if (resolved_ms == 0)
        return ack == NULL ? (EscText){0} : esc_say(engine, ACK_BY, ack_by);
    resolved_by = esc_person_time(engine, person, resolved_ms);
    return ack == NULL ? esc_say(engine, RESOLVE_BY, resolved_by)
                       : esc_say(engine, ACK_AND_RESOLVE_BY, ack_by, resolved_by);
}

static EscText page_text(EscEngine *engine, const EscEscalation *escalation, EscText person,
                         EscText because)
{
    EscText ticket = escalation->ticket->id, until = until_text(engine, escalation, person),
            matter = matter_text(engine, escalation, because);
    return esc_text_equal(person, escalation->owner)
               ? esc_say(engine, YOU_ARE, ticket, until, matter)
               : esc_say(engine, WITH_YOU, escalation->owner, ticket, until, matter);
}

/* Whether this input has sent the person a message of that escalation, or a page that is merged with others names it; they
 * know then that it has begun. */
static bool has_heard(const EscEngine *engine, const EscEscalation *escalation, EscText person)
{
    const EscGroup *group = engine->pending;
    if (esc_storm_names(engine, person, escalation->id))
        return true;
    for (size_t i = engine->turn.outbox_first; i < group->outbox_count; i++) {
        if (group->outbox[i].escalation == escalation->id &&
            esc_text_equal(group->outbox[i].target, person))
            return true;
    }
    return false;
}

static bool is_to_be_paged(const EscEngine *engine, const EscShift *shift, EscText person)
{
    const EscEscalation *escalation = shift->escalation;
    if (esc_escalation_has_acked(escalation, person))
        return false; /* where several have to, they have done their part */
    if (shift->from.size == 0 &&
        (has_heard(engine, escalation, person) || esc_paged_is_under_way(escalation, person)))
        return false;
    return shift->asking != ESC_ASKING_OWNER || esc_text_equal(person, escalation->owner);
}

static void people_page(EscEngine *engine, const EscShift *shift, const EscPeople *people)
{
    EscEscalation *escalation = shift->escalation;
    for (uint32_t i = 0; i < people->count; i++) {
        if (is_to_be_paged(engine, shift, people->names[i]))
            esc_page_person(engine, escalation, people->names[i],
                            page_text(engine, escalation, people->names[i], shift->because));
    }
}

/* Who has it now and why; of a hand-off also until when something is expected of them. */
static EscText other_text(EscEngine *engine, const EscShift *shift, EscText loser)
{
    const EscEscalation *escalation = shift->escalation;
    EscText matter = matter_text(engine, escalation, shift->because), until = {0};
    if (shift->is_handed)
        until = until_text(engine, escalation, loser);
    return until.size == 0
               ? esc_say(engine, OTHER_IS, escalation->owner, escalation->ticket->id, matter)
               : esc_say(engine, OTHER_IS_UNTIL, escalation->owner, escalation->ticket->id, until,
                         matter);
}

static void losers_tell(EscEngine *engine, const EscShift *shift, const EscPeople *people)
{
    EscEscalation *escalation = shift->escalation;
    for (size_t i = 0; i < shift->losers_count; i++) {
        EscText loser = shift->losers[i];
        bool has_it = esc_text_equal(loser, escalation->owner) ||
                      (!escalation->is_acked && esc_people_has(people, loser));
        if (has_it || esc_text_equal(loser, shift->actor) || esc_person_absent(engine, loser))
            continue;
        const EscNotice message = {.marked = other_text(engine, shift, loser)};
        esc_message_person(engine, escalation, loser, &message);
    }
}

/* What is closing or parked has no steps to be asked for; somebody who was not accountable before must still hear it. */
static bool is_asking(const EscShift *shift)
{
    const EscEscalation *escalation = shift->escalation;
    bool is_new = !esc_text_equal(shift->from, escalation->owner);
    return shift->asking != ESC_ASKING_NOBODY && !escalation->is_acked &&
           (escalation->state == ESC_STATE_OPEN || escalation->state == ESC_STATE_PARKED || is_new);
}

static void shift_tell(EscEngine *engine, const EscShift *shift)
{
    EscEscalation *escalation = shift->escalation;
    if (escalation->state == ESC_STATE_CLOSED)
        return;
    esc_offer_moved(engine, escalation);
    EscPeople people;
    esc_turn_people(engine, escalation, &people);
    if (is_asking(shift))
        people_page(engine, shift, &people);
    if (!shift->is_quiet)
        losers_tell(engine, shift, &people);
}

/* --- what waits ------------------------------------------------------------------------------- */

/* When the hours open that the time of the present turn counts; 0: they are, or all hours count, or it was handed over. */
static int64_t hours_open_ms(const EscEngine *engine, const EscEscalation *escalation)
{
    uint32_t calendar = escalation->ack_calendar;
    bool is_asked = escalation->state == ESC_STATE_OPEN && escalation->bundle != NULL &&
                    escalation->handoffs == 0 &&
                    esc_role_row(escalation, escalation->role_row) != NULL &&
                    esc_timer_find(escalation->timers, ESC_TIMER_ACK, 0) != NULL;
    if (!is_asked || calendar == 0)
        return 0;
    uint32_t hours = calendar - 1;
    const EscProgram *program =
        esc_calendar_in(engine->schema.current->program, escalation->bundle->program, &hours);
    return esc_calendar_is_open(program, engine->zones, hours, engine->now_ms)
               ? 0
               : esc_calendar_turns_ms(program, engine->zones, hours, engine->now_ms);
}

int64_t esc_shift_due_ms(const EscEngine *engine, const EscEscalation *escalation)
{
    return escalation->owed == NULL || escalation->owed->from.size > 0
               ? 0
               : hours_open_ms(engine, escalation);
}

static bool waits_for_hours(EscEngine *engine, const EscShift *shift)
{
    EscPeople people;
    if (shift->from.size > 0 || hours_open_ms(engine, shift->escalation) == 0)
        return false;
    esc_turn_people(engine, shift->escalation, &people);
    for (uint32_t i = 0; i < people.count; i++)
        if (is_to_be_paged(engine, shift, people.names[i]))
            return true;
    return false;
}

/* Something of it is due at this very instant, as after a time in which nothing ran: it may change hands again. What is
 * closed has no timers. */
static bool is_still_moving(const EscEngine *engine, const EscEscalation *escalation)
{
    int64_t due_ms = esc_timer_earliest(escalation->timers);
    return due_ms != 0 && due_ms <= engine->now_ms;
}

static void owed_keep(EscEngine *engine, const EscShift *shift)
{
    EscOwed *owed = esc_owed_make(engine, shift->escalation);
    owed->from = shift->from;
    owed->actor = shift->actor;
    owed->because = esc_text_own(shift->because);
    owed->asking = (uint8_t)shift->asking;
    owed->is_quiet = shift->is_quiet;
    owed->is_handed = shift->is_handed;
    for (size_t i = 0; i < shift->losers_count; i++)
        esc_owed_loser_add(owed, shift->losers[i]);
    esc_escalation_dirty(engine, shift->escalation);
}

/* Those that came to rest without changing hands again; what was due has changed them. */
static void owed_collect(EscEngine *engine)
{
    for (size_t i = 0; i < engine->escalations.dirty_count && engine->escalations.owed_count > 0;
         i++) {
        EscEscalation *escalation = engine->escalations.dirty[i];
        if (escalation->owed != NULL && !is_still_moving(engine, escalation) &&
            esc_shift_due_ms(engine, escalation) == 0)
            (void)shift_of(engine, escalation);
    }
}

bool esc_shifts_tell(EscEngine *engine)
{
    EscTurn *turn = &engine->turn;
    owed_collect(engine);
    if (turn->shifts_count == 0)
        return false;
    for (size_t i = 0; i < turn->shifts_count; i++) {
        const EscShift *shift = &turn->shifts[i];
        shift->escalation->shift = 0;
        if (is_still_moving(engine, shift->escalation) || waits_for_hours(engine, shift))
            owed_keep(engine, shift);
        else
            shift_tell(engine, shift);
    }
    turn->shifts_count = 0;
    return true;
}
