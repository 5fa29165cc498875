/* quiet.c - quiet hours: what a template tells a person or a channel in them waits for their end, and goes out as one
 * message then. Nothing else waits: what asks for an act or tells of a deadline goes at once (messages.c).
 *
 * A message that waits is counted as one of its escalation that has not arrived; what becomes of the message that stands
 * for it is its own. Their end is in quiet_end.c. */
#include <engine/duty.h>

#define ITEM_BYTES_MAX 200

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

/* When nothing waits any more its timer has just fired. */
void esc_quiet_timer_set(EscEngine *engine)
{
    int64_t due_ms = INT64_MAX;
    for (size_t i = 0; i < engine->quiets.count; i++)
        if (engine->quiets.items[i].until_ms < due_ms)
            due_ms = engine->quiets.items[i].until_ms;
    const EscTimerNode *timer =
        esc_timer_find(engine->timers.own, ESC_TIMER_DIGEST, ESC_DIGEST_QUIET);
    if (due_ms != INT64_MAX && (timer == NULL || timer->due_ms != due_ms))
        esc_timer_put(engine, NULL, NULL, ESC_TIMER_DIGEST, ESC_DIGEST_QUIET, due_ms);
}

/* Beyond what one message can repeat they are counted, and no evidence of their escalation. */
static void item_add(EscEngine *engine, EscQuiet *quiet, EscEscalation *escalation,
                     const EscNotice *notice)
{
    if (quiet->items_count == ESC_DIGEST_ITEMS_MAX) {
        quiet->items_left_out++;
        return;
    }
    EscWords words = esc_notice_words(engine, notice, esc_reads(engine, quiet->target));
    ESC_ENGINE_GROW(quiet->items, quiet->items_count, quiet->items_capacity);
    quiet->items[quiet->items_count++] = (EscDigestItem){
        .escalation = escalation == NULL ? 0 : escalation->id, /* 0: an automation's */
        .text = esc_text_own(esc_turn_cut(engine, words.text, ITEM_BYTES_MAX)),
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
    item_add(engine, quiet, escalation, message);
    engine->absences.is_dirty = true;
    esc_quiet_timer_set(engine);
    EscText until = esc_local_time(engine, until_ms);
    EscText text =
        esc_turn_printf(engine, "a message to %.*s waits until their quiet time is over at %.*s",
                        ESC_TEXT_ARG(target), ESC_TEXT_ARG(until));
    esc_notice_record(engine, escalation, message, ESC_AUDIT_HELD,
                      esc_audit_data(engine, "target", target, "until", until, "text",
                                     esc_notice_words(engine, message, ESC_LANGUAGE_ENGLISH).text,
                                     NULL),
                      text);
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
