/* owners.c - who is accountable: roles, acknowledgements, failover, leases, hand-offs, the last resort.
 *
 * At every moment one role number and one person are accountable. People are looked up at the moment of use, in the
 * current directory, and what was found is recorded. The people lookup itself is in people.c. */
#include <engine/duty.h>

const char *esc_role_name(uint32_t role)
{
    static const char *const names[] = {"primary", "secondary", "escalation", "last resort"};
    return role < ESC_COUNT_OF(names) ? names[role] : "nobody";
}

static const EscRoleRow *role_row(const EscEscalation *escalation, uint32_t position)
{
    const EscTemplateRow *row =
        escalation->bundle == NULL ? NULL : esc_escalation_template(escalation);
    if (row == NULL || position >= row->roles_count)
        return NULL;
    return &escalation->bundle->program->roles[row->roles_first + position];
}

EscRef esc_role_ref(const EscEscalation *escalation, uint32_t position)
{
    const EscRoleRow *row = role_row(escalation, position);
    if (row != NULL)
        return row->owner;
    return escalation->bundle == NULL ? 0 : escalation->bundle->program->meta[0].last_resort;
}

static void role_people(EscEngine *engine, EscEscalation *escalation, uint32_t position,
                        EscPeople *people)
{
    const EscEngineBundle *bundle = escalation->bundle;
    EscRef ref = esc_role_ref(escalation, position);
    if (role_row(escalation, position) == NULL) {
        bundle = engine->schema.current; /* the last resort is the present policy's */
        ref = engine->schema.current->program->meta[0].last_resort;
    }
    esc_people_find(engine, escalation, escalation->ticket, bundle, ref, people);
}

static void skipped_tell(EscEngine *engine, EscEscalation *escalation, const EscPeople *people,
                         const char *role)
{
    for (uint32_t i = 0; i < people->skipped_count; i++) {
        EscText person = people->skipped[i];
        esc_audit_escalation(
            engine, escalation, ESC_AUDIT_SKIPPED,
            esc_audit_data(engine, "person", person, "because", ESC_TEXT("absent"), NULL),
            "%.*s is absent and was passed over as %s", ESC_TEXT_ARG(person), role);
    }
}

/* --- deadlines of the turn -------------------------------------------------------------------- */

static void ack_deadline(EscEngine *engine, EscEscalation *escalation, int64_t within_ms,
                         uint32_t calendar)
{
    int64_t due_ms = esc_calendar_due_ms(escalation->bundle->program, engine->zones, calendar,
                                         engine->now_ms, within_ms);
    escalation->ack_calendar = calendar;
    esc_timer_put(engine, escalation, NULL, ESC_TIMER_ACK, 0, due_ms);
}

void esc_role_ack_timer(EscEngine *engine, EscEscalation *escalation)
{
    const EscRoleRow *row = role_row(escalation, escalation->role_row);
    if (row == NULL)
        esc_timer_cancel(engine, escalation, NULL, ESC_TIMER_ACK, 0);
    else
        ack_deadline(engine, escalation, row->ack_ms, row->ack_calendar);
}

void esc_role_hold_timer(EscEngine *engine, EscEscalation *escalation)
{
    const EscRoleRow *row = role_row(escalation, escalation->role_row);
    if (row != NULL && row->hold_ms > 0 && escalation->is_acked)
        esc_timer_put(engine, escalation, NULL, ESC_TIMER_HOLD, 0, engine->now_ms + row->hold_ms);
    else
        esc_timer_cancel(engine, escalation, NULL, ESC_TIMER_HOLD, 0);
}

void esc_role_active(EscEngine *engine, EscEscalation *escalation)
{
    if (esc_timer_find(escalation->timers, ESC_TIMER_HOLD, 0) != NULL)
        esc_role_hold_timer(engine, escalation);
}

static EscText ack_until(EscEngine *engine, const EscEscalation *escalation)
{
    const EscTimerNode *timer = esc_timer_find(escalation->timers, ESC_TIMER_ACK, 0);
    return timer == NULL ? (EscText){0} : esc_local_time(engine, timer->due_ms);
}

/* --- a turn begins ---------------------------------------------------------------------------- */

static void turn_set(EscEngine *engine, EscEscalation *escalation, uint32_t position, EscText owner)
{
    const EscRoleRow *row = role_row(escalation, position);
    escalation->role_row = position;
    escalation->role = row == NULL ? 3 : row->role;
    if (escalation->is_first_run)
        escalation->opening_role = escalation->role;
    escalation->owner = owner;
    escalation->turn_at_ms = engine->now_ms;
    escalation->handed_to = (EscText){0};
    escalation->is_acked = false;
    escalation->ackers_count = 0;
    esc_timer_cancel(engine, escalation, NULL, ESC_TIMER_HOLD, 0);
    esc_escalation_dirty(engine, escalation);
    esc_ticket_touch(engine, escalation->ticket);
}

static void owner_record(EscEngine *engine, EscEscalation *escalation, EscText via)
{
    EscText role = esc_text_from(esc_role_name(escalation->role)),
            until = ack_until(engine, escalation);
    EscText data = esc_audit_data(engine, "owner", escalation->owner, "role", role, "via", via,
                                  "until", until, NULL);
    if (until.size == 0)
        esc_audit_escalation(engine, escalation, ESC_AUDIT_OWNER, data,
                             "%.*s (%.*s) is accountable now", ESC_TEXT_ARG(escalation->owner),
                             ESC_TEXT_ARG(role));
    else
        esc_audit_escalation(engine, escalation, ESC_AUDIT_OWNER, data,
                             "%.*s (%.*s) is accountable and has until %.*s to acknowledge",
                             ESC_TEXT_ARG(escalation->owner), ESC_TEXT_ARG(role),
                             ESC_TEXT_ARG(until));
}

/* The first role from `position` on that somebody other than `than` stands for; roles_count when there is none. */
static uint32_t role_staffed(EscEngine *engine, EscEscalation *escalation, uint32_t position,
                             EscText than, EscPeople *people)
{
    uint32_t count = esc_escalation_template(escalation)->roles_count;
    for (; position < count; position++) {
        role_people(engine, escalation, position, people);
        const char *role = esc_role_name(role_row(escalation, position)->role);
        skipped_tell(engine, escalation, people, role);
        if (people->count > 0 && !(than.size > 0 && esc_text_equal(people->names[0], than)))
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

/* The last resort stands even when absent: a ticket never has nobody. */
static EscText last_resort_person(EscEngine *engine, EscEscalation *escalation)
{
    EscPeople people;
    role_people(engine, escalation, UINT32_MAX, &people);
    skipped_tell(engine, escalation, &people, "last resort");
    if (people.count > 0)
        return people.names[0];
    if (people.skipped_count > 0)
        return people.skipped[0];
    const EscProgram *program = engine->schema.current->program;
    EscText name = esc_directory_ref_name(program, program->meta[0].last_resort);
    return esc_engine_intern(engine, name.size > 0 ? name : ESC_TEXT("last resort"));
}

static EscText page_text(EscEngine *engine, EscEscalation *escalation, const char *because)
{
    EscText title = esc_ticket_text(engine, escalation->ticket, engine->schema.title_slot),
            id = escalation->ticket->id;
    EscText name = esc_escalation_title(escalation);
    return esc_turn_printf(engine, "You are accountable for %.*s (%.*s), %.*s: %s",
                           ESC_TEXT_ARG(id), ESC_TEXT_ARG(name), ESC_TEXT_ARG(title), because);
}

void esc_role_last_resort(EscEngine *engine, EscEscalation *escalation, const char *because)
{
    EscText person = last_resort_person(engine, escalation);
    uint32_t position =
        escalation->bundle == NULL ? 0 : esc_escalation_template(escalation)->roles_count;
    turn_set(engine, escalation, position, person);
    esc_timer_cancel(engine, escalation, NULL, ESC_TIMER_ACK, 0);
    owner_record(engine, escalation, (EscText){0});
    esc_escalation_moment(engine, escalation, ESC_AUDIT_FAILOVER, person);
    esc_page_person(engine, escalation, person, page_text(engine, escalation, because));
}

void esc_role_own(EscEngine *engine, EscEscalation *escalation, uint32_t role)
{
    uint32_t count = esc_escalation_template(escalation)->roles_count, position = 0;
    while (position < count && role_row(escalation, position)->role != role)
        position++;
    if (position == count)
        position = 0;
    EscPeople people;
    position = role_staffed(engine, escalation, position, (EscText){0}, &people);
    if (position == count) {
        esc_role_last_resort(engine, escalation, "nobody of the chain is there");
        return;
    }
    turn_set(engine, escalation, position, people.names[0]);
    esc_role_ack_timer(engine, escalation);
    owner_record(engine, escalation, people.via);
}

void esc_role_take(EscEngine *engine, EscEscalation *escalation, uint32_t position, EscText owner,
                   EscText handed_to)
{
    turn_set(engine, escalation, position, owner);
    escalation->handed_to = handed_to;
}

/* --- a turn ends ------------------------------------------------------------------------------ */

void esc_role_failover(EscEngine *engine, EscEscalation *escalation, const char *because)
{
    EscText from = escalation->owner;
    EscPeople people;
    uint32_t count =
        escalation->bundle == NULL ? 0 : esc_escalation_template(escalation)->roles_count;
    uint32_t position =
        count == 0 ? 0 : role_staffed(engine, escalation, escalation->role_row + 1, from, &people);
    if (position >= count) {
        esc_audit_escalation(engine, escalation, ESC_AUDIT_FAILOVER,
                             esc_audit_data(engine, "from", from, NULL),
                             "%.*s %s; nobody is left in the chain, the last resort takes over",
                             ESC_TEXT_ARG(from), because);
        esc_role_last_resort(engine, escalation, "nobody acknowledged");
        EscText message = esc_turn_printf(engine, "nobody acknowledged; %.*s is the last resort",
                                          ESC_TEXT_ARG(escalation->owner));
        (void)esc_exception_ask(engine, escalation, ESC_EXCEPTION_UNOWNED, message);
        return;
    }
    turn_set(engine, escalation, position, people.names[0]);
    esc_role_ack_timer(engine, escalation);
    const char *role = esc_role_name(escalation->role);
    EscText data = esc_audit_data(engine, "from", from, "owner", escalation->owner, "role",
                                  esc_text_from(role), "via", people.via, "until",
                                  ack_until(engine, escalation), NULL);
    esc_audit_escalation(engine, escalation, ESC_AUDIT_FAILOVER, data,
                         "%.*s %s; %.*s (%s) is accountable now", ESC_TEXT_ARG(from), because,
                         ESC_TEXT_ARG(escalation->owner), role);
    esc_escalation_moment(engine, escalation, ESC_AUDIT_FAILOVER, escalation->owner);
    EscText text = page_text(engine, escalation, "the one before did not acknowledge");
    for (uint32_t i = 0; i < people.count; i++)
        esc_page_person(engine, escalation, people.names[i], text);
}

/* The role is looked up anew; when nobody stands for it, the chain goes on. */
static void turn_again(EscEngine *engine, EscEscalation *escalation, const char *because,
                       EscText than)
{
    EscPeople people = {.count = 0};
    if (escalation->handed_to.size == 0)
        role_people(engine, escalation, escalation->role_row, &people);
    bool is_staffed = people.count > 0 && !(than.size > 0 && esc_text_equal(people.names[0], than));
    if (!is_staffed || role_row(escalation, escalation->role_row) == NULL) {
        esc_role_failover(engine, escalation, because);
        return;
    }
    turn_set(engine, escalation, escalation->role_row, people.names[0]);
    esc_role_ack_timer(engine, escalation);
    owner_record(engine, escalation, people.via);
    esc_page_person(engine, escalation, escalation->owner, page_text(engine, escalation, because));
}

/* --- acknowledging ---------------------------------------------------------------------------- */

/* Members of the accountable turn: the role's people, or those it was handed to. */
static void turn_people(EscEngine *engine, EscEscalation *escalation, EscPeople *people)
{
    role_people(engine, escalation, escalation->role_row, people);
    if (escalation->handed_to.size > 0)
        esc_people_named(engine, escalation->ticket, escalation->handed_to, people);
}

static uint32_t acks_needed(const EscEscalation *escalation, const EscPeople *people)
{
    const EscRoleRow *row = role_row(escalation, escalation->role_row);
    uint32_t needed = row == NULL || escalation->handed_to.size > 0 ? 1 : row->ack_count;
    if (needed == 0 || needed > people->count)
        needed = people->count;
    return needed == 0 ? 1 : needed;
}

EscStatus esc_role_check_ack(EscEngine *engine, EscEscalation *escalation, EscText actor,
                             EscWhy *why)
{
    if (!esc_person_known(engine, actor))
        return esc_why(why, ESC_FORBIDDEN, "", 0, "\"%.*s\" is nobody in the directory",
                       ESC_TEXT_ARG(esc_utf8_cut(actor, 64)));
    EscPeople people;
    turn_people(engine, escalation, &people);
    if (acks_needed(escalation, &people) > 1 && !escalation->is_acked &&
        !esc_people_has(&people, actor))
        return esc_why(why, ESC_FORBIDDEN, "", 0,
                       "only %.*s can acknowledge this: %u of them are needed",
                       ESC_TEXT_ARG(people.via), acks_needed(escalation, &people));
    return ESC_OK;
}

/* Who acknowledges from another role takes the accountability there. */
static void role_of_acker(EscEngine *engine, EscEscalation *escalation, EscText actor)
{
    EscPeople people;
    turn_people(engine, escalation, &people);
    if (esc_people_has(&people, actor) || escalation->bundle == NULL)
        return;
    uint32_t count = esc_escalation_template(escalation)->roles_count;
    for (uint32_t i = 0; i < count; i++) {
        role_people(engine, escalation, i, &people);
        if (esc_people_has(&people, actor)) {
            escalation->role_row = i;
            escalation->role = role_row(escalation, i)->role;
            escalation->handed_to = (EscText){0};
            return;
        }
    }
}

static bool acker_add(EscEscalation *escalation, EscText actor)
{
    for (size_t i = 0; i < escalation->ackers_count; i++) {
        if (esc_text_equal(escalation->ackers[i], actor))
            return false;
    }
    if (escalation->ackers_count >= ESC_OWNERS_MAX)
        return false;
    esc_escalation_acker_add(escalation, actor);
    return true;
}

static bool ack_count(EscEngine *engine, EscEscalation *escalation, EscText actor)
{
    EscPeople people;
    turn_people(engine, escalation, &people);
    uint32_t needed = acks_needed(escalation, &people);
    if (!acker_add(escalation, actor))
        return false;
    esc_escalation_dirty(engine, escalation);
    if (escalation->ackers_count >= needed)
        return true;
    esc_audit_escalation(
        engine, escalation, ESC_AUDIT_ACK_COUNTED,
        esc_audit_data(engine, "have", esc_turn_printf(engine, "%zu", escalation->ackers_count),
                       "need", esc_turn_printf(engine, "%u", needed), NULL),
        "%.*s acknowledged: %zu of %u", ESC_TEXT_ARG(actor), escalation->ackers_count, needed);
    esc_pages_stop(engine, escalation, actor);
    return false;
}

bool esc_role_ack(EscEngine *engine, EscEscalation *escalation, EscText actor)
{
    actor = esc_engine_intern(engine, actor);
    if (escalation->is_acked)
        return false;
    size_t acks_before = escalation->ackers_count;
    if (!ack_count(engine, escalation, actor))
        return escalation->ackers_count > acks_before;
    EscText before = escalation->owner;
    role_of_acker(engine, escalation, actor);
    escalation->is_acked = true;
    escalation->owner = actor;
    if (escalation->first_acked_ms == 0)
        escalation->first_acked_ms = engine->now_ms;
    esc_timer_cancel(engine, escalation, NULL, ESC_TIMER_ACK, 0);
    esc_role_hold_timer(engine, escalation);
    EscText role = esc_text_from(esc_role_name(escalation->role));
    bool is_same = esc_text_equal(before, actor);
    esc_audit_escalation(
        engine, escalation, ESC_AUDIT_ACKED,
        esc_audit_data(engine, "owner", actor, "role", role, "from",
                       is_same ? (EscText){0} : before, NULL),
        "%.*s acknowledged after %.*s%s and is accountable (%.*s)", ESC_TEXT_ARG(actor),
        ESC_TEXT_ARG(esc_duration_text(engine, engine->now_ms - escalation->opened_at_ms)),
        is_same ? "" : " in place of the one before", ESC_TEXT_ARG(role));
    esc_escalation_moment(engine, escalation, ESC_AUDIT_ACKED, actor);
    esc_pages_stop(engine, escalation, (EscText){0});
    esc_sla_respond_met(engine, escalation->ticket);
    esc_ticket_touch(engine, escalation->ticket);
    return true;
}

void esc_role_lease_end(EscEngine *engine, EscEscalation *escalation)
{
    if (!escalation->is_acked)
        return;
    esc_audit_escalation(engine, escalation, ESC_AUDIT_LEASE_ENDED,
                         esc_audit_data(engine, "owner", escalation->owner, NULL),
                         "nothing happened since %.*s acknowledged: the question is open again",
                         ESC_TEXT_ARG(escalation->owner));
    turn_again(engine, escalation, "nothing happened for the time an acknowledgement holds",
               (EscText){0});
}

void esc_role_absent(EscEngine *engine, EscEscalation *escalation)
{
    if (role_row(escalation, escalation->role_row) == NULL)
        return; /* the last resort stands even when absent */
    turn_again(engine, escalation, "is absent", escalation->owner);
}

void esc_role_reopen(EscEngine *engine, EscEscalation *escalation)
{
    static const char because[] = "the ticket is open again";
    escalation->handed_to = (EscText){0};
    if (role_row(escalation, escalation->role_row) == NULL)
        esc_role_last_resort(engine, escalation, because);
    else
        turn_again(engine, escalation, because, (EscText){0});
}

/* --- the clock is corrected ------------------------------------------------------------------- */

void esc_role_move(EscEscalation *escalation, int64_t by_ms)
{
    escalation->turn_at_ms += by_ms;
    if (escalation->first_acked_ms != 0)
        escalation->first_acked_ms += by_ms;
}

int64_t esc_role_ack_moved(const EscEngine *engine, const EscEscalation *escalation,
                           const EscMove *move, int64_t due_ms)
{
    return esc_move_due(engine, escalation->bundle->program, move, escalation->ack_calendar,
                        due_ms);
}
