/* tallies.c - how often an event came with one key: the instants of each key within its time, no more than the number that
 * is asked for and one. And how keys are made of the values of fields. */
#include <engine/model.h>

#include <stdlib.h>
#include <string.h>

#define INSTANTS_FIRST 3u
#define COUNT_MASK 1023u /* of EscKept.count: ESC_TALLY_OVER_MAX fits */
/* Where no event comes any more, expired keys go a step at a time: what they say is not asked for, so it may be late. */
#define SWEEP_MS (10 * ESC_MINUTE_MS)
#define SWEEP_KEYS_MAX 256u

/* --- keys ------------------------------------------------------------------------------------- */

bool esc_key_write(const EscProgram *program, EscKeySource source, uint32_t first, uint32_t count,
                   EscKeyWrite *write, EscBuf *out)
{
    for (uint32_t i = first; i < first + count; i++) {
        EscValue value = source.value(source.world, program->keys[i].field);
        if (value.is_missing)
            return false;
        write(out, program, value);
    }
    return true;
}

/* JSON tells one value from the next, and calls members of enums by their names, which another bundle has too. */
static void value_write(EscBuf *out, const EscProgram *program, EscValue value)
{
    esc_value_write_json(out, program, value);
    esc_buf_char(out, ',');
}

EscKeptId esc_kept_id(const EscEngine *engine, char kind, EscText clause, EscText values)
{
    uint8_t digest[32];
    EscKeptId id;
    EscBuf text = esc_turn_buf();
    esc_buf_u64(&text, engine->store_tag);
    esc_buf_char(&text, kind);
    esc_buf_packed(&text, clause);
    esc_buf_text(&text, values);
    ESC_ASSERT(text.status == ESC_OK);
    esc_sha256(esc_buf_as_bytes(&text), digest);
    esc_buf_release(&text);
    memcpy(id.bytes, digest, sizeof id.bytes);
    return id;
}

/* False: a part of the key is missing, and nothing is counted. */
static bool id_of(const EscEngine *engine, EscKeySource source, uint32_t tally, EscKeptId *id)
{
    const EscProgram *program = engine->schema.current->program;
    const EscTallyRow *row = &program->tallies[tally];
    EscBuf values = esc_turn_buf();
    bool is_whole =
        esc_key_write(program, source, row->keys_first, row->keys_count, value_write, &values);
    int64_t clause = row->clause;
    if (is_whole)
        *id = esc_kept_id(engine, 'c', (EscText){(const char *)&clause, sizeof clause},
                          esc_buf_as_text(&values));
    esc_buf_release(&values);
    return is_whole;
}

/* --- instants --------------------------------------------------------------------------------- */

/* Those behind from_ms, the last one too. */
static uint32_t count_since(const EscKept *kept, int64_t from_ms)
{
    uint32_t first = 0;
    if (kept->last_ms <= from_ms)
        return 0;
    while (first < kept->count && kept->instants[first] <= from_ms)
        first++;
    return kept->count - first + 1;
}

static void instants_forget(EscKept *kept, int64_t from_ms)
{
    uint32_t gone = 0;
    while (gone < kept->count && kept->instants[gone] <= from_ms)
        gone++;
    kept->count = (kept->count - gone) & COUNT_MASK;
    if (gone > 0 && kept->count > 0)
        memmove(kept->instants, kept->instants + gone, kept->count * sizeof *kept->instants);
}

/* Room for how many instants a block of so many has: 3, 9, 21 … */
static uint32_t room_for(uint32_t count)
{
    uint32_t room = INSTANTS_FIRST;
    while (room < count)
        room = 2 * room + INSTANTS_FIRST;
    return room;
}

static void instants_room(EscKept *kept, uint32_t count)
{
    kept->instants = realloc(kept->instants, room_for(count) * sizeof *kept->instants);
    ESC_ASSERT(kept->instants != NULL);
}

/* The last one becomes one of at most `keep` before it. */
static void instants_push(EscKept *kept, uint32_t keep)
{
    uint32_t count = kept->count;
    if (keep == 0)
        return;
    if (count >= keep) { /* a row may have more than its count asks for */
        memmove(kept->instants, kept->instants + (count - keep + 1),
                (keep - 1) * sizeof *kept->instants);
        count = keep - 1;
    }
    if (count == 0 || count == room_for(count)) /* else its block is large enough, or larger */
        instants_room(kept, count + 1);
    kept->instants[count] = kept->last_ms;
    kept->count = (count + 1) & COUNT_MASK;
}

void esc_tally_restore(EscKept *kept, const int64_t *instants, uint32_t count)
{
    kept->count = count & COUNT_MASK;
    if (count == 0)
        return;
    instants_room(kept, count);
    memcpy(kept->instants, instants, count * sizeof *kept->instants);
}

/* --- the event at hand ------------------------------------------------------------------------ */

#define EXPIRED_WITH_AN_EVENT 2u /* more than an event can make, so that they do not pile up */

static uint32_t expired_drop(EscEngine *engine, EscKeptClause *clause, uint32_t drops_max)
{
    const EscTallyRow *row = &engine->schema.current->program->tallies[clause->row];
    int64_t from_ms = esc_elapsed_ms(engine) - row->within_ms;
    EscKept *first = esc_kept_first(engine, clause, ESC_SILENCE_AWAITED);
    uint32_t dropped = 0;
    for (; dropped < drops_max && first != NULL && first->last_ms <= from_ms; dropped++) {
        esc_kept_drop(engine, first);
        first = esc_kept_first(engine, clause, ESC_SILENCE_AWAITED);
    }
    return dropped;
}

/* NULL: there is no room for one more. */
static EscKept *tally_open(EscEngine *engine, const EscKeptId *id, uint32_t clause)
{
    if (esc_kept_is_full(engine) && !esc_kept_make_room(engine))
        return NULL;
    esc_tallies_alarm(engine);
    return esc_kept_put(engine, id, clause, esc_elapsed_ms(engine), engine->counters.next_timer++,
                        NULL);
}

bool esc_tally_hear(EscEngine *engine, EscKeySource source, uint32_t tally)
{
    const EscTallyRow *row = &engine->schema.current->program->tallies[tally];
    uint32_t clause = engine->kepts.of_tallies[tally];
    int64_t from_ms = esc_elapsed_ms(engine) - row->within_ms;
    EscKeptId id;
    if (!id_of(engine, source, tally, &id))
        return false;
    (void)expired_drop(engine, &engine->kepts.clauses[clause], EXPIRED_WITH_AN_EVENT);
    EscKept *kept = esc_kept_find(engine, &id);
    uint32_t earlier = 0;
    if (kept == NULL) {
        kept = tally_open(engine, &id, clause);
    } else {
        earlier = count_since(kept, from_ms);
        instants_forget(kept, from_ms);
        if (earlier > 0)
            instants_push(kept, row->over);
        esc_kept_touch(engine, kept, ESC_SILENCE_AWAITED);
    }
    if (kept != NULL)
        esc_kept_dirty(engine, kept);
    return kept != NULL && earlier == row->over;
}

bool esc_tally_holds(EscEngine *engine, EscKeySource source, uint32_t tally)
{
    const EscTallyRow *row = &engine->schema.current->program->tallies[tally];
    EscKeptId id;
    if (!id_of(engine, source, tally, &id))
        return false;
    const EscKept *kept = esc_kept_find(engine, &id);
    int64_t from_ms = esc_elapsed_ms(engine) - row->within_ms;
    return kept != NULL && count_since(kept, from_ms) > row->over;
}

/* --- keys that have expired ------------------------------------------------------------------- */

/* The earliest instant at which a key has expired; INT64_MAX: there is no key. */
static int64_t earliest_expiry_ms(EscEngine *engine)
{
    const EscProgram *program = engine->schema.current->program;
    int64_t earliest_ms = INT64_MAX;
    for (size_t i = 0; i < engine->kepts.clauses_count; i++) {
        const EscKeptClause *clause = &engine->kepts.clauses[i];
        const EscKept *first = clause->is_silence || clause->row == ESC_NONE
                                   ? NULL
                                   : esc_kept_first(engine, clause, ESC_SILENCE_AWAITED);
        if (first == NULL)
            continue;
        int64_t expiry_ms =
            first->last_ms + program->tallies[clause->row].within_ms + engine->moved_ms;
        earliest_ms = expiry_ms < earliest_ms ? expiry_ms : earliest_ms;
    }
    return earliest_ms;
}

void esc_tallies_alarm(EscEngine *engine)
{
    if (esc_timer_find(engine->timers.own, ESC_TIMER_TALLIES, 0) == NULL)
        esc_timer_put(engine, NULL, NULL, ESC_TIMER_TALLIES, 0, engine->now_ms + SWEEP_MS);
}

void esc_tallies_fire(EscEngine *engine)
{
    uint32_t left = SWEEP_KEYS_MAX;
    for (size_t i = 0; i < engine->kepts.clauses_count && left > 0; i++) {
        EscKeptClause *clause = &engine->kepts.clauses[i];
        if (!clause->is_silence && clause->row != ESC_NONE)
            left -= expired_drop(engine, clause, left);
    }
    int64_t expiry_ms = earliest_expiry_ms(engine);
    if (expiry_ms == INT64_MAX)
        return;
    int64_t soonest_ms = engine->now_ms + (left == 0 ? ESC_SECOND_MS : SWEEP_MS);
    esc_timer_put(engine, NULL, NULL, ESC_TIMER_TALLIES, 0,
                  expiry_ms > soonest_ms ? expiry_ms : soonest_ms);
}
