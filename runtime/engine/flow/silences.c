/* silences.c - starts that wait for what does not come: `start after no EVENT per KEY for TIME`.
 *
 * A key is awaited from its first event on. When its time is over without a further one its template starts on a ticket of
 * its own, `silence/EVENT/KEY`, with the fields of the last event; the next event resolves that ticket. All keys of one
 * `start` have the same time, so the one that is over first is the one whose event came first, and one timer for the
 * workspace is enough; it is set no later than the first that is over, and looks again when it is too early.
 *
 * What else the `start` asks for is judged when the time is over, and as often as hours in it open or close. */
#include <engine/flow.h>

#include <string.h>

#define NEVER INT64_MAX

/* --- which ticket ----------------------------------------------------------------------------- */

#define TICKET_PREFIX "silence/"
#define DIGEST_BYTES 16u

/* So that "a/b" and "c" are not "a" and "b/c". */
static void part_write(EscBuf *out, const EscProgram *program, EscValue value)
{
    EscBuf text = esc_turn_buf();
    esc_value_write_text(&text, program, value);
    esc_buf_char(out, '/');
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '/' || text.data[i] == '%')
            esc_buf_printf(out, "%%%02X", (unsigned)text.data[i]);
        else
            esc_buf_char(out, (char)text.data[i]);
    }
    ESC_ASSERT(text.status == ESC_OK);
    esc_buf_release(&text);
}

/* Two long ids must not meet where they are cut. */
static EscText id_cut(EscEngine *engine, EscText id)
{
    uint8_t digest[32];
    EscBuf tail;
    if (id.size <= ESC_ID_BYTES_MAX)
        return id;
    esc_sha256((EscBytes){(const uint8_t *)id.data, id.size}, digest);
    esc_buf_init(&tail, 2 * DIGEST_BYTES + 2);
    esc_buf_char(&tail, '#');
    for (size_t i = 0; i < DIGEST_BYTES; i++)
        esc_buf_printf(&tail, "%02x", digest[i]);
    EscText end = esc_turn_take(engine, &tail);
    return esc_turn_printf(engine, "%.*s%.*s",
                           ESC_TEXT_ARG(esc_utf8_cut(id, ESC_ID_BYTES_MAX - end.size)),
                           ESC_TEXT_ARG(end));
}

/* Empty: a part of the key is missing, and nothing is awaited. */
static EscText ticket_id(EscEngine *engine, const EscTriggerRow *row, const EscEvent *event)
{
    EscMatching matching = esc_matching_begin(engine, NULL, event);
    EscBuf id = esc_turn_buf();
    esc_buf_string(&id, TICKET_PREFIX);
    esc_buf_text(&id, esc_event_type_name(engine, event));
    bool is_whole = esc_key_write(engine->schema.current->program, esc_world_keys(&matching.world),
                                  row->keys_first, row->keys_count, part_write, &id);
    esc_run_return(engine);
    EscText whole = esc_turn_take(engine, &id);
    return is_whole ? id_cut(engine, whole) : (EscText){0};
}

static EscKeptId silence_id(const EscEngine *engine, const EscKeptClause *clause, EscText ticket)
{
    EscBuf name = esc_turn_buf();
    esc_buf_signed(&name, clause->clause);
    esc_buf_text(&name, clause->template_name);
    EscKeptId id = esc_kept_id(engine, 's', esc_buf_as_text(&name), ticket);
    esc_buf_release(&name);
    return id;
}

/* --- when ------------------------------------------------------------------------------------- */

static const EscTriggerRow *trigger_of(EscEngine *engine, const EscKept *kept)
{
    return &engine->schema.current->program->triggers[esc_kept_clause(engine, kept)->row];
}

/* NULL: the schema of now does not take it. */
static const EscEvent *event_read(EscEngine *engine, const EscKept *kept)
{
    EscEvent *event = esc_arena_alloc(engine->turn.arena, sizeof *event);
    EscWhy why;
    ESC_ASSERT(event != NULL);
    EscStatus status =
        esc_event_parse(engine->turn.arena, engine->schema.current->program,
                        esc_turn_text(engine, kept->silence->event_json), event, &why);
    bool is_awaited = status == ESC_OK && event->type == trigger_of(engine, kept)->event - 1;
    return is_awaited ? event : NULL;
}

/* The instant behind now at which time alone may turn what else the `start` asks for. */
static int64_t flips_ms(EscEngine *engine, const EscKept *kept)
{
    const EscEvent *event = event_read(engine, kept);
    if (event == NULL)
        return NEVER;
    EscMatching matching = esc_matching_begin(engine, NULL, event);
    int64_t turns_ms = esc_pred_flips_ms(&matching.world, trigger_of(engine, kept)->pred);
    esc_run_return(engine);
    return turns_ms;
}

/* It is set anew when it is too late: it may well be too early. */
static void timer_put(EscEngine *engine, int64_t due_ms)
{
    const EscTimerNode *timer = esc_timer_find(engine->timers.own, ESC_TIMER_SILENCE, 0);
    if (due_ms != NEVER && (timer == NULL || due_ms < timer->due_ms))
        esc_timer_put(engine, NULL, NULL, ESC_TIMER_SILENCE, 0, due_ms);
}

static void timer_set(EscEngine *engine)
{
    const EscKept *next = esc_silence_next(engine);
    const EscTimerNode *timer = esc_timer_find(engine->timers.own, ESC_TIMER_SILENCE, 0);
    int64_t due_ms = next == NULL ? NEVER : esc_silence_over_ms(engine, next);
    if (timer != NULL && timer->due_ms == due_ms)
        return;
    esc_timer_cancel(engine, NULL, NULL, ESC_TIMER_SILENCE, 0);
    timer_put(engine, due_ms);
}

/* Those of a list, which changes while they are gone through. */
static EscKeptId *ids_of(EscEngine *engine, const EscKeptClause *clause, EscSilenceState state,
                         size_t *count)
{
    *count = 0;
    for (const EscKept *kept = esc_kept_first(engine, clause, state); kept != NULL;
         kept = esc_kept_after(engine, kept))
        (*count)++;
    EscKeptId *ids = esc_arena_alloc_array(engine->turn.arena, *count, sizeof *ids);
    size_t at = 0;
    ESC_ASSERT(ids != NULL);
    for (const EscKept *kept = esc_kept_first(engine, clause, state); kept != NULL;
         kept = esc_kept_after(engine, kept))
        memcpy(ids[at++].bytes, kept->id, sizeof kept->id);
    return ids;
}

static void clause_review(EscEngine *engine, const EscKeptClause *clause)
{
    size_t count = 0;
    EscKeptId *ids = ids_of(engine, clause, ESC_SILENCE_OVER, &count);
    for (size_t i = 0; i < count; i++) {
        EscKept *kept = esc_kept_find(engine, &ids[i]);
        /* It is judged at once: what it asks for may hold by the clock, or the calendar, of now. */
        esc_kept_set_state(engine, kept, ESC_SILENCE_OVER, engine->now_ms);
    }
}

void esc_silences_review(EscEngine *engine)
{
    for (size_t i = 0; i < engine->kepts.clauses_count; i++)
        if (engine->kepts.clauses[i].is_silence)
            clause_review(engine, &engine->kepts.clauses[i]);
    timer_set(engine);
}

static void clause_woke(EscEngine *engine, const EscKeptClause *clause)
{
    size_t count = 0;
    for (EscKept *kept = esc_kept_first(engine, clause, ESC_SILENCE_AWAITED); kept != NULL;
         kept = esc_kept_after(engine, kept))
        kept->last_ms = esc_elapsed_ms(engine);
    EscKeptId *ids = ids_of(engine, clause, ESC_SILENCE_OVER, &count);
    for (size_t i = 0; i < count; i++) {
        EscKept *kept = esc_kept_find(engine, &ids[i]);
        esc_kept_touch(engine, kept, ESC_SILENCE_AWAITED);
        esc_kept_dirty(engine, kept);
    }
}

void esc_silences_woke(EscEngine *engine)
{
    for (size_t i = 0; i < engine->kepts.clauses_count; i++)
        if (engine->kepts.clauses[i].is_silence)
            clause_woke(engine, &engine->kepts.clauses[i]);
    timer_set(engine);
}

/* --- an event --------------------------------------------------------------------------------- */

static void told(EscEngine *engine, EscTicket *ticket, EscText event, const char *state)
{
    esc_audit_ticket(engine, ticket, ESC_AUDIT_SILENCE,
                     esc_audit_data(engine, "event", event, "state", esc_text_from(state), NULL),
                     "%.*s %s", ESC_TEXT_ARG(event), state);
}

/* The ticket was in memory as long as its silence had been told. */
static void ticket_back(EscEngine *engine, EscText id, const EscEvent *event)
{
    EscTicket *ticket = esc_ticket_find(engine, id);
    if (ticket == NULL)
        return;
    esc_ticket_pin(engine, ticket, false);
    if (esc_ticket_is_resolved(engine, ticket))
        return;
    told(engine, ticket, esc_event_type_name(engine, event), "came again");
    esc_ticket_set_resolved(engine, ticket, "resolved", true);
}

static void event_keep(EscSilence *silence, const EscEvent *event)
{
    if (esc_text_equal(silence->event_json, event->json))
        return;
    esc_text_drop(&silence->event_json);
    silence->event_json = esc_text_own(event->json);
}

static void silence_arm(EscEngine *engine, const EscKeptId *id, uint32_t clause, EscText ticket,
                        const EscEvent *event)
{
    if (esc_kept_is_full(engine)) {
        esc_kepts_full_tell(engine, "the silence of a new key is not waited for");
        return;
    }
    EscSilence *silence = esc_engine_alloc(sizeof *silence);
    silence->ticket = esc_text_own(ticket);
    silence->event_json = esc_text_own(event->json);
    esc_kept_dirty(engine, esc_kept_put(engine, id, clause, esc_elapsed_ms(engine),
                                        engine->counters.next_timer++, silence));
}

/* Its row is written when it says something else, or half of its time lies behind what it says. */
static void silence_again(EscEngine *engine, EscKept *kept, int64_t within_ms,
                          const EscEvent *event)
{
    EscSilenceState before = kept->silence->state;
    event_keep(kept->silence, event);
    esc_kept_touch(engine, kept, ESC_SILENCE_AWAITED);
    if (before != ESC_SILENCE_AWAITED || kept->last_ms - kept->silence->written_ms >= within_ms / 2)
        esc_kept_dirty(engine, kept);
    if (before == ESC_SILENCE_TOLD)
        ticket_back(engine, kept->silence->ticket, event);
}

static void silence_hear(EscEngine *engine, uint32_t position, const EscEvent *event)
{
    const EscProgram *program = engine->schema.current->program;
    const EscTriggerRow *row = &program->triggers[engine->schema.silences.rows[position]];
    uint32_t clause = engine->kepts.of_silences[position];
    EscText ticket = ticket_id(engine, row, event);
    if (ticket.size == 0)
        return;
    EscKeptId id = silence_id(engine, &engine->kepts.clauses[clause], ticket);
    EscKept *kept = esc_kept_find(engine, &id);
    if (kept == NULL)
        silence_arm(engine, &id, clause, ticket, event);
    else
        silence_again(engine, kept, row->for_ms, event);
    timer_put(engine, engine->now_ms + row->for_ms);
}

void esc_silences_hear(EscEngine *engine, const EscEvent *event)
{
    const EscByEvent *silences = &engine->schema.silences;
    uint32_t end = esc_by_event_first(silences, event->type + 1);
    for (uint32_t i = esc_by_event_first(silences, event->type); i < end; i++)
        silence_hear(engine, i, event);
}

void esc_silences_resolved(EscEngine *engine, EscTicket *ticket)
{
    if (!esc_text_starts_with(ticket->id, ESC_TEXT(TICKET_PREFIX)))
        return;
    for (size_t i = 0; i < engine->kepts.clauses_count; i++) {
        const EscKeptClause *clause = &engine->kepts.clauses[i];
        if (!clause->is_silence || clause->row == ESC_NONE)
            continue;
        EscKeptId id = silence_id(engine, clause, ticket->id);
        EscKept *kept = esc_kept_find(engine, &id);
        if (kept == NULL || kept->last_ms == esc_elapsed_ms(engine)) /* its event did it */
            continue;
        const EscProgram *program = engine->schema.current->program;
        told(engine, ticket,
             program->texts[program->events[trigger_of(engine, kept)->event - 1].name],
             "is not waited for any more, until it comes again");
        esc_kept_drop(engine, kept);
    }
}

/* --- its time is over ------------------------------------------------------------------------- */

static void title_set(EscEngine *engine, EscTicket *ticket, EscText event, int64_t for_ms)
{
    size_t before = sizeof TICKET_PREFIX + event.size; /* the slash behind the event too */
    EscText key = {0};
    if (ticket->id.size > before)
        key = (EscText){ticket->id.data + before, ticket->id.size - before};
    EscText title =
        esc_said(engine, esc_say(engine, SILENT, event, esc_duration_text(engine, for_ms)),
                 esc_workspace_reads(engine));
    title = esc_turn_printf(engine, "%.*s%s%.*s", ESC_TEXT_ARG(esc_unmarked(engine, title)),
                            esc_words_with(key, ": "), ESC_TEXT_ARG(key));
    esc_ticket_set_text(engine, ticket, engine->schema.title_slot, title);
}

/* Made, or open again. */
static EscTicket *ticket_open(EscEngine *engine, EscText id, EscText event, int64_t for_ms)
{
    EscTicket *ticket = esc_ticket_find(engine, id);
    bool is_new = ticket == NULL;
    if (is_new)
        ticket = esc_ticket_new(engine, id, engine->now_ms);
    esc_ticket_remember(engine, ticket, is_new);
    if (is_new) {
        engine->turn.is_taking = true;
        title_set(engine, ticket, event, for_ms);
        engine->turn.is_taking = false;
        esc_ticket_dirty(engine, ticket);
    }
    told(engine, ticket, event,
         esc_turn_printf(engine, "did not come for %.*s",
                         ESC_TEXT_ARG(esc_duration_text(engine, for_ms)))
             .data);
    if (esc_ticket_is_resolved(engine, ticket))
        esc_ticket_set_resolved(engine, ticket, "open", false);
    esc_sla_review(engine, ticket);
    return ticket;
}

static void silence_start(EscEngine *engine, EscKept *kept, const EscEvent *event)
{
    const EscTriggerRow *row = trigger_of(engine, kept);
    uint32_t trigger = esc_kept_clause(engine, kept)->row;
    EscText id = esc_turn_text(engine, kept->silence->ticket);
    EscText type = esc_event_type_name(engine, event);
    esc_kept_set_state(engine, kept, ESC_SILENCE_TOLD, NEVER);
    EscTicket *ticket = ticket_open(engine, id, type, row->for_ms);
    esc_ticket_pin(engine, ticket, true);
    memcpy(engine->turn.outcome->ticket, id.data, id.size);
    esc_pending_start(engine, ticket, trigger, event,
                      esc_turn_printf(engine, "%.*s did not come for %.*s", ESC_TEXT_ARG(type),
                                      ESC_TEXT_ARG(esc_duration_text(engine, row->for_ms))));
    esc_ticket_touch(engine, ticket);
}

/* One at a time: each is an input. */
void esc_silences_fire(EscEngine *engine)
{
    EscKept *kept = esc_silence_next(engine);
    if (kept != NULL && esc_silence_over_ms(engine, kept) <= engine->now_ms) {
        const EscEvent *event = event_read(engine, kept);
        uint32_t trigger = esc_kept_clause(engine, kept)->row;
        if (event == NULL)
            esc_kept_drop(engine, kept); /* its next event will be one of now */
        else if (esc_trigger_holds(engine, NULL, trigger, event, engine->now_ms))
            silence_start(engine, kept, event);
        else
            esc_kept_set_state(engine, kept, ESC_SILENCE_OVER, flips_ms(engine, kept));
    }
    timer_set(engine);
}
