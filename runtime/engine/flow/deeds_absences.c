/* deeds_absences.c - people say who is away, from when until when and who stands in, and who is back. */
#include "deeds.h"

#define ABSENCES_MAX 64 /* of one person, that are not over yet */

/* Takes out what is over, and what lies in the time of `item`. Gives how many of that person are left. */
static size_t make_room(EscEngine *engine, const EscAbsence *item)
{
    EscAbsences *absences = &engine->absences;
    size_t kept = 0, theirs = 0;
    for (size_t i = 0; i < absences->count; i++) {
        const EscAbsence *other = &absences->items[i];
        bool is_theirs = esc_text_equal(other->person, item->person);
        if (other->until_ms <= engine->now_ms ||
            (is_theirs && other->from_ms < item->until_ms && item->from_ms < other->until_ms))
            continue;
        theirs += is_theirs;
        absences->items[kept++] = *other;
    }
    absences->is_dirty = absences->is_dirty || kept != absences->count;
    absences->count = kept;
    return theirs;
}

static void put(EscEngine *engine, const EscAbsence *item)
{
    EscAbsences *absences = &engine->absences;
    ESC_ENGINE_GROW(absences->items, absences->count, absences->capacity);
    absences->items[absences->count++] = *item;
    absences->is_dirty = true;
}

/* --- away ------------------------------------------------------------------------------------- */

static EscStatus check(EscDeed *deed)
{
    EscEngine *engine = deed->engine;
    const EscAction *action = deed->action;
    if (action->until_ms == 0 && (action->for_ms < 0 || action->for_ms > ESC_DEADLINE_MAX_MS))
        return esc_why(deed->why, ESC_BAD_INPUT, "", 0, "an absence lasts at most 400 days");
    if (action->deputy.size > 0 && !esc_person_known(engine, action->deputy))
        return esc_why(deed->why, ESC_NOT_FOUND, "", 0, "\"%.*s\" is nobody in the directory",
                       ESC_TEXT_ARG(esc_utf8_cut(action->deputy, 64)));
    if (esc_text_equal(action->deputy, action->target))
        return esc_why(deed->why, ESC_BAD_INPUT, "", 0, "%.*s cannot stand in for themselves",
                       ESC_TEXT_ARG(action->target));
    return ESC_OK;
}

static EscAbsence absence_of(EscDeed *deed, EscText person)
{
    EscEngine *engine = deed->engine;
    const EscAction *action = deed->action;
    bool is_for = action->until_ms == 0, is_planned = action->from_ms > engine->now_ms;
    int64_t begins_ms = is_planned ? action->from_ms : engine->now_ms;
    return (EscAbsence){.person = person,
                        .deputy = esc_engine_intern(engine, action->deputy),
                        .from_ms = is_planned ? begins_ms : 0,
                        .until_ms = is_for ? begins_ms + action->for_ms : action->until_ms,
                        .is_for = is_for && !is_planned};
}

static void away_record(EscDeed *deed, const EscAbsence *item)
{
    EscEngine *engine = deed->engine;
    EscText until = esc_local_time(engine, item->until_ms), from = {0};
    if (item->from_ms > engine->now_ms)
        from = esc_local_time(engine, item->from_ms);
    esc_audit_ticket(engine, NULL, ESC_AUDIT_ABSENT,
                     esc_audit_data(engine, "person", item->person, "from", from, "until", until,
                                    "deputy", item->deputy, "reason", deed->action->reason, NULL),
                     "%.*s %s%.*s until %.*s%s%.*s%s%.*s", ESC_TEXT_ARG(item->person),
                     from.size > 0 ? "will be away from " : "is away", ESC_TEXT_ARG(from),
                     ESC_TEXT_ARG(until), item->deputy.size > 0 ? ", and " : "",
                     ESC_TEXT_ARG(item->deputy), item->deputy.size > 0 ? " stands in" : "",
                     ESC_TEXT_ARG(esc_deed_reason_tail(deed)));
}

static EscStatus away(EscDeed *deed, EscText person)
{
    EscEngine *engine = deed->engine;
    EscStatus status = check(deed);
    if (status != ESC_OK)
        return status;
    const EscAbsence item = absence_of(deed, person);
    if (item.until_ms <= engine->now_ms || item.until_ms <= item.from_ms)
        return esc_why(deed->why, ESC_BAD_INPUT, "", 0, "the absence has to end in the future");
    if (make_room(engine, &item) >= ABSENCES_MAX)
        return esc_why(deed->why, ESC_CONFLICT, "", 0, "%.*s has %d absences that are not over yet",
                       ESC_TEXT_ARG(person), ABSENCES_MAX);
    put(engine, &item);
    away_record(deed, &item);
    esc_absences_alarm(engine);
    if (item.from_ms <= engine->now_ms)
        esc_absence_spread(engine, person);
    return ESC_OK;
}

/* --- back ------------------------------------------------------------------------------------- */

/* What was said of now is over; what the directory says of now does not hold until it is over. */
static EscStatus back(EscDeed *deed, EscText person)
{
    EscEngine *engine = deed->engine;
    EscAwayNow away;
    EscAbsence item = {.person = person, .until_ms = engine->now_ms + 1, .is_back = true};
    if (!esc_absence_at(engine, person, engine->now_ms, &away)) {
        engine->turn.outcome->is_noop = true;
        return ESC_OK;
    }
    (void)make_room(engine, &item);
    if (esc_absence_at(engine, person, engine->now_ms, &away)) {
        item.until_ms = away.until_ms;
        put(engine, &item);
    }
    esc_audit_ticket(engine, NULL, ESC_AUDIT_PRESENT,
                     esc_audit_data(engine, "person", person, "reason", deed->action->reason, NULL),
                     "%.*s is back%.*s", ESC_TEXT_ARG(person),
                     ESC_TEXT_ARG(esc_deed_reason_tail(deed)));
    esc_absences_alarm(engine);
    return ESC_OK;
}

EscStatus esc_deed_absence(EscDeed *deed)
{
    EscText target = deed->action->target;
    if (!esc_person_known(deed->engine, target))
        return esc_why(deed->why, ESC_NOT_FOUND, "", 0, "\"%.*s\" is nobody in the directory",
                       ESC_TEXT_ARG(esc_utf8_cut(target, 64)));
    EscText person = esc_engine_intern(deed->engine, target);
    return deed->action->verb == ESC_VERB_ABSENT ? away(deed, person) : back(deed, person);
}
