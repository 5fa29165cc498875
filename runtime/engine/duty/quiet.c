/* quiet.c - quiet hours: what a template tells a person or a channel in them waits for their end, and goes out as one
 * message then. Nothing else waits: what asks for an act or tells of a deadline goes at once (messages.c).
 *
 * A message that waits is counted as one of its escalation that has not arrived; what becomes of the message that stands
 * for it is its own. How long hours are quiet is asked anew whenever they may have changed. */
#include <engine/duty.h>

#include <stdlib.h>
#include <string.h>

#define ITEM_BYTES_MAX 200

/* A line end of our own: those within the messages do not begin a line. */
#define NEW_LINE ESC_MARK_OWN "\n" ESC_MARK_END

/* --- whose hours ------------------------------------------------------------------------------ */

/* OPTION of the present bundle's CALENDARS; 0 for whoever is never quiet, or is not there any more. */
static uint32_t hours_of(const EscEngine *engine, EscText target, bool is_channel)
{
    const EscProgram *program = engine->schema.current->program;
    uint32_t person = 0;
    if (!is_channel)
        return esc_directory_person(program, target, &person) ? program->persons[person].quiet : 0;
    for (uint32_t i = 0; i < program->channels_count; i++)
        if (esc_text_equal(program->texts[program->channels[i].name], target))
            return program->channels[i].quiet;
    return 0;
}

int64_t esc_quiet_until_ms(const EscEngine *engine, EscText target, bool is_channel)
{
    const EscProgram *program = engine->schema.current->program;
    uint32_t hours = hours_of(engine, target, is_channel);
    if (hours == 0 || !esc_calendar_is_open(program, engine->zones, hours - 1, engine->now_ms))
        return 0;
    return esc_calendar_turns_ms(program, engine->zones, hours - 1, engine->now_ms);
}

/* --- waiting ---------------------------------------------------------------------------------- */

static EscQuiet *quiet_of(EscEngine *engine, EscText target, bool is_channel)
{
    EscQuiets *quiets = &engine->quiets;
    for (size_t i = 0; i < quiets->count; i++)
        if (quiets->items[i].is_channel == is_channel &&
            esc_text_equal(quiets->items[i].target, target))
            return &quiets->items[i];
    ESC_ENGINE_GROW(quiets->items, quiets->count, quiets->capacity);
    EscQuiet *quiet = &quiets->items[quiets->count++];
    *quiet = (EscQuiet){.target = esc_engine_intern(engine, target), .is_channel = is_channel};
    return quiet;
}

static void timer_set(EscEngine *engine)
{
    int64_t due_ms = INT64_MAX;
    for (size_t i = 0; i < engine->quiets.count; i++)
        if (engine->quiets.items[i].until_ms < due_ms)
            due_ms = engine->quiets.items[i].until_ms;
    const EscTimerNode *timer =
        esc_timer_find(engine->timers.own, ESC_TIMER_DIGEST, ESC_DIGEST_QUIET);
    if (due_ms == INT64_MAX)
        esc_timer_cancel(engine, NULL, NULL, ESC_TIMER_DIGEST, ESC_DIGEST_QUIET);
    else if (timer == NULL || timer->due_ms != due_ms)
        esc_timer_put(engine, NULL, NULL, ESC_TIMER_DIGEST, ESC_DIGEST_QUIET, due_ms);
}

/* Beyond what one message can repeat they are counted, and no evidence of their escalation. */
static void item_add(EscEngine *engine, EscQuiet *quiet, EscEscalation *escalation, EscText text)
{
    if (quiet->items_count == ESC_DIGEST_ITEMS_MAX) {
        quiet->items_left_out++;
        return;
    }
    ESC_ENGINE_GROW(quiet->items, quiet->items_count, quiet->items_capacity);
    quiet->items[quiet->items_count++] = (EscDigestItem){
        .escalation = escalation == NULL ? 0 : escalation->id,
        .text = esc_text_own(esc_turn_cut(engine, text, ITEM_BYTES_MAX)),
    };
    if (escalation == NULL)
        return;
    escalation->messages++;
    escalation->held++;
    esc_escalation_dirty(engine, escalation);
}

bool esc_quiet_takes(EscEngine *engine, EscEscalation *escalation, EscText target, bool is_channel,
                     const EscNotice *message)
{
    int64_t until_ms = message->is_told ? esc_quiet_until_ms(engine, target, is_channel) : 0;
    if (until_ms == 0)
        return false;
    EscQuiet *quiet = quiet_of(engine, target, is_channel);
    quiet->until_ms = until_ms;
    item_add(engine, quiet, escalation, message->text);
    engine->absences.is_dirty = true;
    timer_set(engine);
    EscText until = esc_local_time(engine, until_ms);
    if (escalation != NULL)
        esc_audit_escalation(
            engine, escalation, ESC_AUDIT_HELD,
            esc_audit_data(engine, "target", target, "until", until, "text", message->text, NULL),
            "a message to %.*s waits until their quiet time is over at %.*s", ESC_TEXT_ARG(target),
            ESC_TEXT_ARG(until));
    return true;
}

int64_t esc_quiet_release_ms(const EscEngine *engine, const EscEscalation *escalation)
{
    int64_t last_ms = escalation->held == 0 ? escalation->released_at_ms : 0;
    for (size_t i = 0; escalation->held > 0 && i < engine->quiets.count; i++) {
        const EscQuiet *quiet = &engine->quiets.items[i];
        for (size_t k = 0; k < quiet->items_count; k++)
            if (quiet->items[k].escalation == escalation->id && quiet->until_ms > last_ms)
                last_ms = quiet->until_ms;
    }
    return last_ms;
}

/* --- its end ---------------------------------------------------------------------------------- */

static EscText state_text(EscEngine *engine, const EscEscalation *escalation)
{
    if (escalation == NULL || !esc_escalation_is_open(escalation))
        return ESC_TEXT("over");
    return esc_turn_printf(engine, escalation->is_acked ? "%.*s has it" : "waits for %.*s",
                           ESC_TEXT_ARG(escalation->owner));
}

static EscText digest_text(EscEngine *engine, const EscQuiet *quiet)
{
    EscBuf buf = esc_turn_buf();
    size_t count = quiet->items_count + quiet->items_left_out;
    esc_buf_printf(&buf, "%zu %s in your quiet time:", count,
                   esc_one_or_many(count, "message waited", "messages waited"));
    for (size_t i = 0; i < quiet->items_count; i++) {
        const EscDigestItem *item = &quiet->items[i];
        EscText words = esc_message_words(engine, item->text).text;
        const EscEscalation *escalation = esc_escalation_find(engine, item->escalation);
        if (item->escalation == 0)
            esc_buf_printf(&buf, NEW_LINE "%.*s", ESC_TEXT_ARG(words));
        else
            esc_buf_printf(&buf, NEW_LINE "E-%llu (%.*s): %.*s",
                           (unsigned long long)item->escalation,
                           ESC_TEXT_ARG(state_text(engine, escalation)), ESC_TEXT_ARG(words));
    }
    if (quiet->items_left_out > 0)
        esc_buf_printf(&buf, NEW_LINE "and %u more", quiet->items_left_out);
    return esc_turn_take(engine, &buf);
}

/* Who has left, or cannot be reached any more: the messages are dead ones. */
static void item_lost(EscEscalation *escalation)
{
    escalation->dead++;
}

static void released_add(EscEngine *engine, EscReleased *released, const EscDigestItem *item)
{
    EscEscalation *escalation = esc_escalation_find(engine, item->escalation);
    if (escalation == NULL || !esc_escalation_is_open(escalation))
        return;
    escalation->held -= escalation->held > 0;
    escalation->released_at_ms = engine->now_ms;
    esc_escalation_dirty(engine, escalation);
    esc_ticket_touch(engine, escalation->ticket);
    if (released->outbox == 0) {
        item_lost(escalation);
        return;
    }
    ESC_ENGINE_GROW(released->escalations, released->count, released->capacity);
    released->escalations[released->count++] = escalation->id;
}

static void released_keep(EscEngine *engine, const EscQuiet *quiet, uint64_t outbox)
{
    EscQuiets *quiets = &engine->quiets;
    EscReleased released = {.outbox = outbox};
    for (size_t i = 0; i < quiet->items_count; i++)
        released_add(engine, &released, &quiet->items[i]);
    if (released.count == 0)
        return;
    ESC_ENGINE_GROW(quiets->released, quiets->released_count, quiets->released_capacity);
    quiets->released[quiets->released_count++] = released; /* ids of the outbox ascend */
}

static void release(EscEngine *engine, const EscQuiet *quiet)
{
    EscWords words = esc_message_words(engine, digest_text(engine, quiet));
    EscNotice message = {
        .text = words.text, .own = words.own, .own_count = words.own_count, .is_digest = true};
    EscText count = esc_turn_printf(engine, "%zu", quiet->items_count + quiet->items_left_out);
    esc_audit_ticket(engine, NULL, ESC_AUDIT_DIGEST,
                     esc_audit_data(engine, quiet->is_channel ? "channel" : "person", quiet->target,
                                    "count", count, NULL),
                     "%.*s gets what waited in their quiet time: %.*s", ESC_TEXT_ARG(quiet->target),
                     ESC_TEXT_ARG(count));
    released_keep(engine, quiet,
                  esc_message_digest(engine, quiet->target, quiet->is_channel, &message));
}

static void quiet_drop(EscQuiets *quiets, size_t at)
{
    EscQuiet *quiet = &quiets->items[at];
    for (size_t i = 0; i < quiet->items_count; i++)
        esc_text_drop(&quiet->items[i].text);
    free(quiet->items);
    memmove(quiet, quiet + 1, (quiets->count - at - 1) * sizeof *quiet);
    quiets->count--;
}

void esc_quiets_fire(EscEngine *engine)
{
    EscQuiets *quiets = &engine->quiets;
    for (size_t i = 0; i < quiets->count;) {
        if (quiets->items[i].until_ms > engine->now_ms) {
            i++;
            continue;
        }
        release(engine, &quiets->items[i]);
        quiet_drop(quiets, i);
    }
    engine->absences.is_dirty = true;
    timer_set(engine);
}

void esc_quiets_review(EscEngine *engine)
{
    for (size_t i = 0; i < engine->quiets.count; i++) {
        EscQuiet *quiet = &engine->quiets.items[i];
        int64_t until_ms = esc_quiet_until_ms(engine, quiet->target, quiet->is_channel);
        quiet->until_ms = until_ms == 0 ? engine->now_ms : until_ms;
        engine->absences.is_dirty = true;
    }
    timer_set(engine);
}

/* --- what became of it ------------------------------------------------------------------------ */

const uint64_t *esc_released_take(EscEngine *engine, uint64_t outbox, size_t *count)
{
    EscQuiets *quiets = &engine->quiets;
    *count = 0;
    for (size_t i = 0; i < quiets->released_count; i++) {
        EscReleased *released = &quiets->released[i];
        if (released->outbox != outbox)
            continue;
        uint64_t *ids = esc_turn_alloc(engine, released->count * sizeof *ids);
        memcpy(ids, released->escalations, released->count * sizeof *ids);
        *count = released->count;
        free(released->escalations);
        memmove(released, released + 1, (quiets->released_count - i - 1) * sizeof *released);
        quiets->released_count--;
        engine->absences.is_dirty = true;
        return ids;
    }
    return NULL;
}
