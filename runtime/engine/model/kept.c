/* kept.c - keys of counts and silences: a table, found by id, with the instants of each; in the order of their last
 * events, so that the one that was silent longest stands first.
 *
 * An id is the first 128 bits of a SHA-256 over the store's tag, the clause and the values of its fields, and stands for
 * them: among a million keys two are the same by chance once in 10^26 workspaces, and to make two by purpose takes 2^64
 * tries. So values are not kept, and a key of a count is 64 bytes and a block for its instants, whatever its fields say.
 *
 * Instants are elapsed time (esc_elapsed_ms): a correction of the clock leaves all of it as it is, in memory and in rows. */
#include <engine/model.h>

#include <stdlib.h>
#include <string.h>

#define LIMIT_USUAL 100000u
#define BUCKETS_MIN 64u
#define SEQ_MASK ((UINT64_C(1) << 62) - 1) /* numbers of timers do not come so far */

int64_t esc_elapsed_ms(const EscEngine *engine)
{
    return engine->now_ms - engine->moved_ms;
}

static EscKept *at(EscKepts *kepts, uint32_t place)
{
    return place == 0 ? NULL : &kepts->items[place - 1];
}

static uint32_t place_of(const EscKepts *kepts, const EscKept *kept)
{
    return (uint32_t)(kept - kepts->items) + 1;
}

EscKeptClause *esc_kept_clause(EscEngine *engine, const EscKept *kept)
{
    return &engine->kepts.clauses[kept->clause];
}

static uint32_t state_of(const EscEngine *engine, const EscKept *kept)
{
    return engine->kepts.clauses[kept->clause].is_silence ? (uint32_t)kept->silence->state : 0;
}

/* --- by id ------------------------------------------------------------------------------------ */

/* The id is a hash already. */
static uint32_t bucket_of(const EscKepts *kepts, const uint8_t *id)
{
    uint32_t hash = (uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 | (uint32_t)id[2] << 8 | id[3];
    return hash & (kepts->buckets_count - 1);
}

static void bucket_add(EscKepts *kepts, EscKept *kept)
{
    uint32_t bucket = bucket_of(kepts, kept->id);
    kept->next = kepts->buckets[bucket];
    kepts->buckets[bucket] = place_of(kepts, kept);
}

static void bucket_remove(EscKepts *kepts, const EscKept *kept)
{
    uint32_t *link = &kepts->buckets[bucket_of(kepts, kept->id)];
    while (*link != place_of(kepts, kept))
        link = &at(kepts, *link)->next;
    *link = kept->next;
}

static void buckets_grow(EscKepts *kepts)
{
    if (kepts->used < kepts->buckets_count)
        return;
    free(kepts->buckets);
    kepts->buckets_count = kepts->buckets_count == 0 ? BUCKETS_MIN : 2 * kepts->buckets_count;
    kepts->buckets = esc_engine_alloc(kepts->buckets_count * sizeof *kepts->buckets);
    for (uint32_t i = 0; i < kepts->count; i++)
        if (kepts->items[i].is_used)
            bucket_add(kepts, &kepts->items[i]);
}

EscKept *esc_kept_find(EscEngine *engine, const EscKeptId *id)
{
    EscKepts *kepts = &engine->kepts;
    if (kepts->used == 0)
        return NULL;
    EscKept *kept = at(kepts, kepts->buckets[bucket_of(kepts, id->bytes)]);
    while (kept != NULL && memcmp(kept->id, id->bytes, sizeof kept->id) != 0)
        kept = at(kepts, kept->next);
    return kept;
}

/* --- by the order of their last events -------------------------------------------------------- */

static EscKeptList *list_of(EscEngine *engine, const EscKept *kept)
{
    return &engine->kepts.clauses[kept->clause].lists[state_of(engine, kept)];
}

static void list_remove(EscEngine *engine, EscKept *kept)
{
    EscKepts *kepts = &engine->kepts;
    EscKeptList *list = list_of(engine, kept);
    if (kept->before == 0)
        list->first = kept->after;
    else
        at(kepts, kept->before)->after = kept->after;
    if (kept->after == 0)
        list->last = kept->before;
    else
        at(kepts, kept->after)->before = kept->before;
    kept->before = kept->after = 0;
}

static bool is_behind(const EscKept *kept, const EscKept *other, uint32_t state)
{
    if (state == ESC_SILENCE_OVER && kept->silence->turns_ms != other->silence->turns_ms)
        return kept->silence->turns_ms > other->silence->turns_ms;
    return kept->seq > other->seq;
}

static void list_put(EscEngine *engine, EscKept *kept, uint32_t before)
{
    EscKepts *kepts = &engine->kepts;
    EscKeptList *list = list_of(engine, kept);
    uint32_t place = place_of(kepts, kept);
    kept->before = before;
    kept->after = before == 0 ? list->first : at(kepts, before)->after;
    if (before == 0)
        list->first = place;
    else
        at(kepts, before)->after = place;
    if (kept->after == 0)
        list->last = place;
    else
        at(kepts, kept->after)->before = place;
}

/* Nearly always at the end. */
static void list_add(EscEngine *engine, EscKept *kept)
{
    uint32_t before = list_of(engine, kept)->last;
    while (before != 0 && !is_behind(kept, at(&engine->kepts, before), state_of(engine, kept)))
        before = at(&engine->kepts, before)->before;
    list_put(engine, kept, before);
}

static int by_seq(const void *a, const void *b)
{
    const EscKept *x = *(EscKept *const *)a, *y = *(EscKept *const *)b;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static int by_turn(const void *a, const void *b)
{
    const EscKept *x = *(EscKept *const *)a, *y = *(EscKept *const *)b;
    if (x->silence->turns_ms != y->silence->turns_ms)
        return x->silence->turns_ms < y->silence->turns_ms ? -1 : 1;
    return by_seq(a, b);
}

static void list_sort(EscEngine *engine, EscKeptList *list, bool is_by_turn)
{
    EscKepts *kepts = &engine->kepts;
    size_t count = 0;
    for (const EscKept *kept = at(kepts, list->first); kept != NULL; kept = at(kepts, kept->after))
        count++;
    EscKept **keys = esc_engine_alloc(count * sizeof *keys);
    count = 0;
    for (EscKept *kept = at(kepts, list->first); kept != NULL; kept = at(kepts, kept->after))
        keys[count++] = kept;
    if (count > 1)
        qsort(keys, count, sizeof(EscKept *), is_by_turn ? by_turn : by_seq);
    *list = (EscKeptList){0, 0};
    for (size_t i = 0; i < count; i++)
        list_put(engine, keys[i], list->last);
    free(keys);
}

void esc_kepts_sort(EscEngine *engine)
{
    EscKepts *kepts = &engine->kepts;
    if (!kepts->is_sort_due)
        return;
    kepts->is_sort_due = false;
    for (size_t i = 0; i < kepts->clauses_count; i++)
        for (uint32_t state = 0; state < ESC_SILENCE_STATE_COUNT; state++)
            list_sort(engine, &kepts->clauses[i].lists[state], state == ESC_SILENCE_OVER);
}

EscKept *esc_kept_first(EscEngine *engine, const EscKeptClause *clause, EscSilenceState state)
{
    return at(&engine->kepts, clause->lists[state].first);
}

EscKept *esc_kept_after(EscEngine *engine, const EscKept *kept)
{
    return at(&engine->kepts, kept->after);
}

void esc_kept_touch(EscEngine *engine, EscKept *kept, EscSilenceState state)
{
    list_remove(engine, kept);
    kept->last_ms = esc_elapsed_ms(engine);
    kept->seq = engine->counters.next_timer++ & SEQ_MASK;
    if (engine->kepts.clauses[kept->clause].is_silence)
        kept->silence->state = state;
    list_add(engine, kept);
}

void esc_kept_set_state(EscEngine *engine, EscKept *kept, EscSilenceState state, int64_t turns_ms)
{
    list_remove(engine, kept);
    kept->silence->state = state;
    kept->silence->turns_ms = turns_ms;
    list_add(engine, kept);
    esc_kept_dirty(engine, kept);
}

/* --- rows ------------------------------------------------------------------------------------- */

void esc_kept_dirty(EscEngine *engine, EscKept *kept)
{
    EscKepts *kepts = &engine->kepts;
    if (kept->is_dirty)
        return;
    kept->is_dirty = 1;
    ESC_ENGINE_GROW(kepts->dirty, kepts->dirty_count, kepts->dirty_capacity);
    kepts->dirty[kepts->dirty_count++] = place_of(kepts, kept) - 1;
}

void esc_kept_gone(EscEngine *engine, const uint8_t *id)
{
    EscKepts *kepts = &engine->kepts;
    ESC_ENGINE_GROW(kepts->gone, kepts->gone_count, kepts->gone_capacity);
    memcpy(kepts->gone[kepts->gone_count++].bytes, id, ESC_KEPT_ID_SIZE);
}

/* --- made and dropped ------------------------------------------------------------------------- */

static EscKept *place_take(EscKepts *kepts)
{
    EscKept *kept = at(kepts, kepts->free_first);
    if (kept != NULL) {
        kepts->free_first = kept->next;
        return kept;
    }
    size_t capacity = kepts->capacity;
    ESC_ENGINE_GROW(kepts->items, kepts->count, capacity);
    kepts->capacity = (uint32_t)capacity;
    return &kepts->items[kepts->count++];
}

EscKept *esc_kept_put(EscEngine *engine, const EscKeptId *id, uint32_t clause, int64_t last_ms,
                      uint64_t seq, EscSilence *silence)
{
    EscKepts *kepts = &engine->kepts;
    buckets_grow(kepts);
    EscKept *kept = place_take(kepts);
    *kept = (EscKept){.last_ms = last_ms,
                      .seq = seq & SEQ_MASK,
                      .clause = clause & (ESC_KEPT_CLAUSES_MAX - 1),
                      .is_used = 1};
    memcpy(kept->id, id->bytes, sizeof kept->id);
    if (kepts->clauses[clause].is_silence)
        kept->silence = silence;
    kepts->used++;
    bucket_add(kepts, kept);
    list_put(engine, kept, list_of(engine, kept)->last);
    return kept;
}

static void block_free(const EscEngine *engine, EscKept *kept)
{
    if (!engine->kepts.clauses[kept->clause].is_silence) {
        free(kept->instants);
        return;
    }
    esc_text_drop(&kept->silence->ticket);
    esc_text_drop(&kept->silence->event_json);
    free(kept->silence);
}

void esc_kept_drop(EscEngine *engine, EscKept *kept)
{
    EscKepts *kepts = &engine->kepts;
    if (state_of(engine, kept) == ESC_SILENCE_TOLD)
        esc_ticket_pin(engine, esc_ticket_find(engine, kept->silence->ticket), false);
    esc_kept_gone(engine, kept->id);
    bucket_remove(kepts, kept);
    list_remove(engine, kept);
    block_free(engine, kept);
    *kept = (EscKept){.next = kepts->free_first};
    kepts->free_first = place_of(kepts, kept);
    kepts->used--;
}

/* Of the keys of counts the one whose last event was the longest ago. */
static EscKept *longest_silent(EscEngine *engine)
{
    EscKepts *kepts = &engine->kepts;
    EscKept *longest = NULL;
    for (size_t i = 0; i < kepts->clauses_count; i++) {
        EscKept *first = at(kepts, kepts->clauses[i].lists[0].first);
        if (!kepts->clauses[i].is_silence && first != NULL &&
            (longest == NULL || first->seq < longest->seq))
            longest = first;
    }
    return longest;
}

bool esc_kept_is_full(const EscEngine *engine)
{
    return engine->kepts.used >= engine->kepts.limit;
}

bool esc_kept_make_room(EscEngine *engine)
{
    EscKept *longest = NULL;
    while (esc_kept_is_full(engine) && (longest = longest_silent(engine)) != NULL)
        esc_kept_drop(engine, longest);
    esc_kepts_full_tell(engine, esc_kept_is_full(engine)
                                    ? "what comes with a new key is not counted"
                                    : "the key that was silent longest is not counted any more");
    return !esc_kept_is_full(engine);
}

/* --- silences --------------------------------------------------------------------------------- */

int64_t esc_silence_over_ms(const EscEngine *engine, const EscKept *kept)
{
    const EscKeptClause *clause = &engine->kepts.clauses[kept->clause];
    if (kept->silence->state == ESC_SILENCE_OVER)
        return kept->silence->turns_ms;
    return kept->last_ms + engine->schema.current->program->triggers[clause->row].for_ms +
           engine->moved_ms;
}

static const EscKept *sooner(const EscEngine *engine, const EscKept *a, const EscKept *b)
{
    if (a == NULL || b == NULL)
        return a == NULL ? b : a;
    int64_t a_ms = esc_silence_over_ms(engine, a), b_ms = esc_silence_over_ms(engine, b);
    bool is_b = b_ms != a_ms ? b_ms < a_ms : b->seq < a->seq;
    return is_b ? b : a;
}

EscKept *esc_silence_next(EscEngine *engine)
{
    EscKepts *kepts = &engine->kepts;
    const EscKept *next = NULL;
    for (size_t i = 0; i < kepts->clauses_count; i++) {
        const EscKeptClause *clause = &kepts->clauses[i];
        if (!clause->is_silence)
            continue;
        next = sooner(engine, next, esc_kept_first(engine, clause, ESC_SILENCE_AWAITED));
        next = sooner(engine, next, esc_kept_first(engine, clause, ESC_SILENCE_OVER));
    }
    return next == NULL ? NULL : &kepts->items[next - kepts->items];
}

EscText esc_silence_lacks(EscEngine *engine)
{
    esc_kepts_sort(engine);
    bool is_first = !engine->kepts.is_bind_due && engine->timers.heap_count > 0 &&
                    engine->timers.heap[0].node->kind == ESC_TIMER_SILENCE;
    const EscKept *next = is_first ? esc_silence_next(engine) : NULL;
    if (next == NULL || esc_ticket_exists(engine, next->silence->ticket))
        return (EscText){0};
    return next->silence->ticket;
}

/* --- too many ---------------------------------------------------------------------------------- */

#define TOLD_AGAIN_MS ESC_HOUR_MS

void esc_kepts_full_tell(EscEngine *engine, const char *what)
{
    EscKepts *kepts = &engine->kepts;
    int64_t elapsed_ms = esc_elapsed_ms(engine);
    if (kepts->told_ms != 0 && elapsed_ms - kepts->told_ms < TOLD_AGAIN_MS)
        return;
    kepts->told_ms = elapsed_ms;
    kepts->is_told_dirty = true;
    esc_audit_ticket(
        engine, NULL, ESC_AUDIT_ALARM,
        esc_audit_data(engine, "name", ESC_TEXT("keys"), "because", esc_text_from(what), NULL),
        "%u keys of counts and silences are kept, which is the limit: %s", (unsigned)kepts->limit,
        what);
}

/* --- clauses ---------------------------------------------------------------------------------- */

/* Names are interned: there are as many as clauses that were ever published. */
static EscText clause_name(EscEngine *engine, bool is_silence, EscText template_name, int64_t text)
{
    return esc_engine_intern(engine, esc_turn_printf(engine, "%c%lld %.*s", is_silence ? 's' : 'c',
                                                     (long long)text, ESC_TEXT_ARG(template_name)));
}

uint32_t esc_kept_clause_of(EscEngine *engine, bool is_silence, EscText template_name, int64_t text)
{
    EscKepts *kepts = &engine->kepts;
    EscText name = clause_name(engine, is_silence, template_name, text);
    uint32_t index = 0;
    if (esc_names_find(kepts->names, name, &index))
        return index;
    index = (uint32_t)kepts->clauses_count;
    ESC_ASSERT(kepts->clauses_count < ESC_KEPT_CLAUSES_MAX);
    ESC_ENGINE_GROW(kepts->clauses, kepts->clauses_count, kepts->clauses_capacity);
    kepts->clauses[kepts->clauses_count++] =
        (EscKeptClause){.is_silence = is_silence,
                        .template_name = esc_engine_intern(engine, template_name),
                        .clause = text,
                        .row = ESC_NONE};
    EscStatus status = esc_names_put(kepts->names, name, index);
    ESC_ASSERT(status == ESC_OK);
    return index;
}

static void rows_bind(EscEngine *engine)
{
    EscSchema *schema = &engine->schema;
    const EscProgram *program = schema->current->program;
    uint32_t silences = esc_by_event_count(&schema->silences, program);
    engine->kepts.of_tallies =
        esc_engine_alloc(program->tallies_count * sizeof *engine->kepts.of_tallies);
    engine->kepts.of_silences = esc_engine_alloc(silences * sizeof *engine->kepts.of_silences);
    for (uint32_t i = 0; i < program->tallies_count; i++) {
        uint32_t clause =
            esc_kept_clause_of(engine, false, (EscText){0}, program->tallies[i].clause);
        engine->kepts.of_tallies[i] = clause;
        engine->kepts.clauses[clause].row = i;
    }
    for (uint32_t i = 0; i < silences; i++) {
        const EscTriggerRow *row = &program->triggers[schema->silences.rows[i]];
        uint32_t clause =
            esc_kept_clause_of(engine, true, esc_trigger_name(program, row), row->clause);
        engine->kepts.of_silences[i] = clause;
        engine->kepts.clauses[clause].row = schema->silences.rows[i];
    }
}

/* What is not written any more is not counted any more. */
static void clause_empty(EscEngine *engine, EscKeptClause *clause)
{
    for (size_t state = 0; state < ESC_SILENCE_STATE_COUNT; state++)
        while (clause->lists[state].first != 0)
            esc_kept_drop(engine, at(&engine->kepts, clause->lists[state].first));
}

void esc_kepts_bind(EscEngine *engine)
{
    EscKepts *kepts = &engine->kepts;
    const EscProgram *program = engine->schema.current->program;
    if (!kepts->is_bind_due)
        return;
    kepts->is_bind_due = false;
    kepts->limit = LIMIT_USUAL;
    for (uint32_t i = 0; i < program->limits_count; i++)
        if (program->limits[i].kind == ESC_LIMIT_KEYS)
            kepts->limit = program->limits[i].count;
    for (size_t i = 0; i < kepts->clauses_count; i++)
        kepts->clauses[i].row = ESC_NONE;
    free(kepts->of_tallies);
    free(kepts->of_silences);
    rows_bind(engine);
    for (size_t i = 0; i < kepts->clauses_count; i++)
        if (kepts->clauses[i].row == ESC_NONE)
            clause_empty(engine, &kepts->clauses[i]);
}

void esc_kepts_release(EscEngine *engine)
{
    EscKepts *kepts = &engine->kepts;
    for (uint32_t i = 0; i < kepts->count; i++)
        if (kepts->items[i].is_used)
            block_free(engine, &kepts->items[i]);
    free(kepts->items);
    free(kepts->buckets);
    free(kepts->clauses);
    free(kepts->dirty);
    free(kepts->gone);
    free(kepts->of_tallies);
    free(kepts->of_silences);
    esc_names_free(kepts->names);
}
