/* quiet_end.c - quiet hours are over: what waited goes out as one message, and what becomes of that is what became of each of
 * those that it stands for. How long hours are quiet is asked anew whenever they may have changed. */
#include <engine/duty.h>

#include <stdlib.h>
#include <string.h>

/* A line end of our own: those within the messages do not begin a line. */
#define NEW_LINE ESC_MARK_OWN "\n" ESC_MARK_END

/* --- its end ---------------------------------------------------------------------------------- */

static EscText state_text(EscEngine *engine, const EscEscalation *escalation)
{
    if (escalation == NULL || !esc_escalation_is_open(escalation))
        return ESC_SAYING(IS_OVER);
    return escalation->is_acked ? esc_say(engine, HAS_IT, escalation->owner)
                                : esc_say(engine, WAITS_FOR, escalation->owner);
}

static EscText digest_text(EscEngine *engine, const EscQuiet *quiet)
{
    EscBuf buf = esc_turn_buf();
    size_t count = quiet->items_count + quiet->items_left_out;
    EscText number = esc_say_count(engine, count);
    esc_buf_text(&buf, count == 1 ? esc_say(engine, QUIET_ONE, number)
                                  : esc_say(engine, QUIET_MANY, number));
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
    if (quiet->items_left_out > 0) {
        EscText more = esc_say_count(engine, quiet->items_left_out);
        esc_buf_printf(&buf, NEW_LINE "%.*s", ESC_TEXT_ARG(esc_say(engine, AND_MORE, more)));
    }
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
    EscNotice message = {.marked = digest_text(engine, quiet), .is_digest = true};
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
    esc_quiet_timer_set(engine);
}

void esc_quiets_review(EscEngine *engine)
{
    for (size_t i = 0; i < engine->quiets.count; i++) {
        EscQuiet *quiet = &engine->quiets.items[i];
        int64_t until_ms = esc_quiet_until_ms(engine, quiet->target, quiet->is_channel);
        quiet->until_ms = until_ms == 0 ? engine->now_ms : until_ms;
        engine->absences.is_dirty = true;
    }
    esc_quiet_timer_set(engine);
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
