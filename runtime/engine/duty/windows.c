/* windows.c - what is counted for each person, and what waits for them: notifications beyond the policy's limit, and
 * pages in a storm. digests.c sends it.
 *
 * Beyond a person's limit pages are merged into one every few minutes, which names all that nobody has acknowledged:
 * whoever is called two hundred times in a minute puts the phone away. What was held back is not sent later, the merged
 * page stands for it, by each kind of contact that was held back. Deadlines of the chain stand. */
#include <engine/duty.h>

#include <stdlib.h>
#include <string.h>

#define MERGED_EVERY_MS (5 * ESC_MINUTE_MS)
#define PAGES_DEFAULT 20u
#define ITEM_BYTES_MAX 200

static EscWindow *window_find(const EscEngine *engine, EscText person)
{
    for (size_t i = 0; i < engine->windows.count; i++)
        if (esc_text_equal(engine->windows.items[i].person, person))
            return &engine->windows.items[i];
    return NULL;
}

/* Those that are over and hold nothing are as good as none. */
static void windows_prune(EscEngine *engine)
{
    size_t kept = 0;
    for (size_t i = 0; i < engine->windows.count; i++) {
        EscWindow *window = &engine->windows.items[i];
        bool is_over = window->ends_at_ms <= engine->now_ms &&
                       window->pages_end_ms <= engine->now_ms && window->items_count == 0 &&
                       window->held == 0 && window->paged_count == 0;
        if (!is_over) {
            engine->windows.items[kept++] = *window;
            continue;
        }
        free(window->items);
        free(window->paged);
    }
    engine->windows.count = kept;
}

static EscWindow *window_of(EscEngine *engine, EscText person)
{
    EscWindow *window = window_find(engine, person);
    if (window != NULL)
        return window;
    windows_prune(engine); /* addresses of tickets are without number, people are not */
    ESC_ENGINE_GROW(engine->windows.items, engine->windows.count, engine->windows.capacity);
    window = &engine->windows.items[engine->windows.count++];
    *window = (EscWindow){.person = esc_engine_intern(engine, person)};
    return window;
}

EscWindow *esc_window_begun(EscEngine *engine, EscText person, int64_t window_ms)
{
    EscWindow *window = window_of(engine, person);
    if (window->ends_at_ms <= engine->now_ms && window->items_count == 0) {
        window->ends_at_ms = engine->now_ms + window_ms;
        window->count = 0;
    }
    return window;
}

void esc_digest_timer(EscEngine *engine)
{
    int64_t due_ms = INT64_MAX;
    for (size_t i = 0; i < engine->windows.count; i++) {
        if (engine->windows.items[i].items_count > 0 &&
            engine->windows.items[i].ends_at_ms < due_ms)
            due_ms = engine->windows.items[i].ends_at_ms;
    }
    const EscTimerNode *timer =
        esc_timer_find(engine->timers.own, ESC_TIMER_DIGEST, ESC_DIGEST_MESSAGES);
    if (due_ms == INT64_MAX)
        esc_timer_cancel(engine, NULL, NULL, ESC_TIMER_DIGEST, ESC_DIGEST_MESSAGES);
    else if (timer == NULL || timer->due_ms != due_ms)
        esc_timer_put(engine, NULL, NULL, ESC_TIMER_DIGEST, ESC_DIGEST_MESSAGES, due_ms);
}

void esc_digest_add(EscEngine *engine, EscWindow *window, EscEscalation *escalation,
                    const EscNotice *notice)
{
    if (window->items_count == ESC_DIGEST_ITEMS_MAX) {
        window->items_left_out++;
        return;
    }
    EscWords words = esc_notice_words(engine, notice, esc_reads(engine, window->person));
    ESC_ENGINE_GROW(window->items, window->items_count, window->items_capacity);
    window->items[window->items_count++] = (EscDigestItem){
        .escalation = escalation == NULL ? 0 : escalation->id, /* 0: an automation's */
        .text = esc_text_own(esc_turn_cut(engine, words.text, ITEM_BYTES_MAX)),
    };
    esc_digest_timer(engine);
}

/* --- pages ------------------------------------------------------------------------------------ */

static EscLimitRow limit_of(const EscProgram *program)
{
    for (uint32_t i = 0; i < program->limits_count; i++)
        if (program->limits[i].kind == ESC_LIMIT_PAGES_PER_PERSON)
            return program->limits[i];
    return (EscLimitRow){.count = PAGES_DEFAULT, .window_ms = ESC_HOUR_MS};
}

void esc_storm_timer(EscEngine *engine)
{
    int64_t due_ms = INT64_MAX;
    for (size_t i = 0; i < engine->windows.count; i++)
        if (engine->windows.items[i].held != 0 && engine->windows.items[i].held_due_ms < due_ms)
            due_ms = engine->windows.items[i].held_due_ms;
    const EscTimerNode *timer =
        esc_timer_find(engine->timers.own, ESC_TIMER_DIGEST, ESC_DIGEST_STORM);
    if (due_ms == INT64_MAX)
        esc_timer_cancel(engine, NULL, NULL, ESC_TIMER_DIGEST, ESC_DIGEST_STORM);
    else if (timer == NULL || timer->due_ms != due_ms)
        esc_timer_put(engine, NULL, NULL, ESC_TIMER_DIGEST, ESC_DIGEST_STORM, due_ms);
}

/* Keeps the list in order of id. */
static void paged_add(EscWindow *window, uint64_t id)
{
    size_t at = window->paged_count;
    while (at > 0 && window->paged[at - 1] > id)
        at--;
    if (at > 0 && window->paged[at - 1] == id)
        return;
    if (window->paged_count == ESC_STORM_ESCALATIONS_MAX) {
        window->paged_left_out++;
        return;
    }
    ESC_ENGINE_GROW(window->paged, window->paged_count, window->paged_capacity);
    memmove(window->paged + at + 1, window->paged + at,
            (window->paged_count - at) * sizeof *window->paged);
    window->paged[at] = id;
    window->paged_count++;
}

bool esc_storm_is_waiting(EscEngine *engine, uint64_t id)
{
    const EscEscalation *escalation = esc_escalation_find(engine, id);
    return escalation != NULL && esc_escalation_is_open(escalation) && !escalation->is_acked;
}

/* Those that somebody has taken, or that are over, need no page any more; what became of the last one still counts. */
void esc_storm_review(EscEngine *engine, EscWindow *window)
{
    size_t kept = 0;
    for (size_t i = 0; i < window->paged_count; i++) {
        const EscEscalation *escalation = esc_escalation_find(engine, window->paged[i]);
        bool is_under_way = escalation != NULL && esc_escalation_is_open(escalation) &&
                            esc_paged_is_under_way(escalation, window->person);
        if (is_under_way || esc_storm_is_waiting(engine, window->paged[i]))
            window->paged[kept++] = window->paged[i];
    }
    window->paged_count = kept;
}

static void window_begin(EscEngine *engine, EscWindow *window, int64_t length_ms)
{
    window->pages = 0;
    window->pages_end_ms = engine->now_ms + length_ms;
    window->paged_left_out = 0;
    esc_storm_review(engine, window);
}

static void held_tell(EscEngine *engine, EscEscalation *escalation, const EscWindow *window,
                      EscLimitRow limit)
{
    EscText until = esc_local_time(engine, window->held_due_ms);
    esc_audit_escalation(engine, escalation, ESC_AUDIT_LIMITED,
                         esc_audit_data(engine, "limit", ESC_TEXT("pages"), "person",
                                        window->person, "until", until, NULL),
                         "the page to %.*s is merged with others at %.*s: more than %u within %.*s",
                         ESC_TEXT_ARG(window->person), ESC_TEXT_ARG(until), limit.count,
                         ESC_TEXT_ARG(esc_duration_text(engine, limit.window_ms)));
}

bool esc_storm_takes(EscEngine *engine, EscEscalation *escalation, EscText person, uint32_t kind)
{
    EscLimitRow limit = limit_of(engine->schema.current->program);
    EscWindow *window = window_of(engine, person);
    if (window->pages_end_ms <= engine->now_ms)
        window_begin(engine, window, limit.window_ms);
    paged_add(window, escalation->id);
    engine->absences.is_dirty = true;
    if (window->pages < limit.count) {
        window->pages++;
        return false;
    }
    if (window->held == 0)
        window->held_due_ms = engine->now_ms + MERGED_EVERY_MS;
    window->held |= 1u << kind;
    esc_storm_timer(engine);
    held_tell(engine, escalation, window, limit);
    return true;
}

const uint64_t *esc_storm_escalations(EscEngine *engine, EscText person, size_t *count)
{
    const EscWindow *window = window_find(engine, person);
    *count = window == NULL ? 0 : window->paged_count;
    uint64_t *ids = esc_turn_alloc(engine, (*count + 1) * sizeof *ids);
    for (size_t i = 0; i < *count; i++)
        ids[i] = window->paged[i];
    return ids;
}

void esc_storm_hurry(EscEngine *engine, EscText person)
{
    EscWindow *window = window_find(engine, person);
    if (window == NULL || window->held == 0)
        return;
    window->held_due_ms = engine->now_ms;
    esc_storm_timer(engine);
}

bool esc_storm_names(const EscEngine *engine, EscText person, uint64_t escalation)
{
    const EscWindow *window = window_find(engine, person);
    for (size_t i = 0; window != NULL && window->held != 0 && i < window->paged_count; i++)
        if (window->paged[i] == escalation)
            return true;
    return false;
}

/* --- the clock is corrected ------------------------------------------------------------------- */

void esc_windows_move(EscEngine *engine, int64_t by_ms)
{
    for (size_t i = 0; i < engine->windows.count; i++) {
        EscWindow *window = &engine->windows.items[i];
        window->ends_at_ms += by_ms;
        window->pages_end_ms += by_ms;
        window->held_due_ms += window->held != 0 ? by_ms : 0;
    }
    engine->absences.is_dirty = true;
}
