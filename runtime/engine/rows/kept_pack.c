/* kept_pack.c - what is counted and awaited as rows (model/kept.c). A row's id is the key's; its body:
 *
 *   u8 format   u8 kind
 *   COUNT    clause   seq   last   count of earlier instants, each as what it is before the next one
 *   SILENCE  template   clause   seq   last   u8 state   OVER: when it is judged again, 0: not   ticket   event as it came
 *   OPEN     number of an escalation   what it is open for: 16 bytes (model/opens.c)
 *   BROWSER  person   title   address   key   secret   since
 *   TOLD     when it was told that there are too many; the id is all zeros
 *
 * Numbers are varints, texts have their size before them. Instants are elapsed time, so that a correction of the clock
 * changes no row. The row of a silence is written at most once in half of its time: at a start each has all of it anyway. */
#include <engine/rows.h>

#include <stdlib.h>
#include <string.h>

#define FORMAT 1

enum { KIND_COUNT, KIND_SILENCE, KIND_TOLD, KIND_OPEN, KIND_BROWSER };

static const EscKeptId told_id;

static void count_pack(EscBuf *out, const EscKeptClause *clause, const EscKept *kept)
{
    int64_t after_ms = kept->last_ms;
    esc_buf_u8(out, KIND_COUNT);
    esc_buf_signed(out, clause->clause);
    esc_buf_varint(out, kept->seq);
    esc_buf_signed(out, kept->last_ms);
    esc_buf_varint(out, kept->count);
    for (uint32_t i = kept->count; i > 0; i--) {
        esc_buf_signed(out, kept->instants[i - 1] - after_ms);
        after_ms = kept->instants[i - 1];
    }
}

static void silence_pack(EscBuf *out, const EscKeptClause *clause, const EscKept *kept)
{
    esc_buf_u8(out, KIND_SILENCE);
    esc_buf_packed(out, clause->template_name);
    esc_buf_signed(out, clause->clause);
    esc_buf_varint(out, kept->seq);
    esc_buf_signed(out, kept->last_ms);
    esc_buf_u8(out, (uint8_t)kept->silence->state);
    if (kept->silence->state == ESC_SILENCE_OVER)
        esc_buf_signed(out, kept->silence->turns_ms == INT64_MAX ? 0 : kept->silence->turns_ms);
    esc_buf_packed(out, kept->silence->ticket);
    esc_buf_packed(out, kept->silence->event_json);
}

void esc_kept_pack(EscBuf *out, const EscEngine *engine, const EscKept *kept)
{
    const EscKeptClause *clause = &engine->kepts.clauses[kept->clause];
    esc_buf_u8(out, FORMAT);
    if (clause->is_silence)
        silence_pack(out, clause, kept);
    else
        count_pack(out, clause, kept);
}

void esc_kepts_told_row(const EscEngine *engine, EscKeptId *id, EscBuf *out)
{
    *id = told_id;
    esc_buf_u8(out, FORMAT);
    esc_buf_u8(out, KIND_TOLD);
    esc_buf_signed(out, engine->kepts.told_ms);
}

void esc_open_pack(EscBuf *out, const EscOpen *open)
{
    esc_buf_u8(out, FORMAT);
    esc_buf_u8(out, KIND_OPEN);
    esc_buf_varint(out, open->escalation);
    esc_buf_append(out, open->value.bytes, sizeof open->value.bytes);
}

void esc_browser_pack(EscBuf *out, const EscBrowserNode *browser)
{
    esc_buf_u8(out, FORMAT);
    esc_buf_u8(out, KIND_BROWSER);
    esc_buf_packed(out, browser->person);
    esc_buf_packed(out, browser->title);
    esc_buf_packed(out, browser->url);
    esc_buf_packed(out, browser->key);
    esc_buf_packed(out, browser->auth);
    esc_buf_signed(out, browser->since_ms);
}

/* --- read ------------------------------------------------------------------------------------- */

/* A clause that is not written any more has no keys: the row goes. */
static EscKept *kept_open(EscEngine *engine, const EscKeptId *id, uint32_t clause, uint64_t seq,
                          int64_t last_ms, EscSilence *silence)
{
    engine->kepts.is_sort_due = true;
    if (engine->kepts.clauses[clause].row != ESC_NONE)
        return esc_kept_put(engine, id, clause, last_ms, seq, silence);
    esc_kept_gone(engine, id->bytes);
    return NULL;
}

static void count_unpack(EscCursor *cursor, EscEngine *engine, const EscKeptId *id)
{
    int64_t instants[ESC_TALLY_OVER_MAX];
    int64_t text = esc_cursor_signed(cursor);
    uint64_t seq = esc_cursor_varint(cursor);
    int64_t last_ms = esc_instant_unpack(cursor), before_ms = last_ms;
    uint32_t count = esc_below_unpack(cursor, ESC_TALLY_OVER_MAX + 1);
    for (uint32_t i = count; i > 0; i--)
        before_ms = instants[i - 1] = esc_instant_after_unpack(cursor, before_ms);
    if (cursor->failed)
        return;
    uint32_t clause = esc_kept_clause_of(engine, false, (EscText){0}, text);
    EscKept *kept = kept_open(engine, id, clause, seq, last_ms, NULL);
    if (kept != NULL)
        esc_tally_restore(kept, instants, count);
}

/* The ticket of one that was told is in memory as long. */
static void silence_keep(EscEngine *engine, const EscKeptId *id, uint32_t clause, uint64_t seq,
                         int64_t last_ms, const EscSilence *read)
{
    EscSilence *silence = esc_engine_alloc(sizeof *silence);
    *silence = *read;
    silence->ticket = esc_text_own(read->ticket);
    silence->event_json = esc_text_own(read->event_json);
    silence->written_ms = last_ms;
    if (kept_open(engine, id, clause, seq, last_ms, silence) == NULL) {
        esc_text_drop(&silence->ticket);
        esc_text_drop(&silence->event_json);
        free(silence);
        return;
    }
    EscTicket *ticket =
        silence->state != ESC_SILENCE_TOLD ? NULL : esc_ticket_find(engine, silence->ticket);
    if (ticket != NULL) /* its row says already that it is live */
        ticket->pins++;
}

static void silence_unpack(EscCursor *cursor, EscEngine *engine, const EscKeptId *id)
{
    EscText template_name = esc_cursor_packed(cursor);
    int64_t text = esc_cursor_signed(cursor);
    uint64_t seq = esc_cursor_varint(cursor);
    int64_t last_ms = esc_instant_unpack(cursor);
    EscSilence silence = {.state = (EscSilenceState)esc_cursor_u8(cursor)};
    if (silence.state == ESC_SILENCE_OVER)
        silence.turns_ms = esc_instant_unpack(cursor);
    if (silence.turns_ms == 0)
        silence.turns_ms = INT64_MAX;
    silence.ticket = esc_cursor_packed(cursor);
    silence.event_json = esc_cursor_packed(cursor);
    cursor->failed = cursor->failed || silence.state >= ESC_SILENCE_STATE_COUNT ||
                     silence.ticket.size == 0 || silence.ticket.size > ESC_ID_BYTES_MAX;
    if (cursor->failed)
        return;
    uint32_t clause = esc_kept_clause_of(engine, true, template_name, text);
    silence_keep(engine, id, clause, seq, last_ms, &silence);
}

static void open_unpack(EscCursor *cursor, EscEngine *engine, const EscKeptId *id)
{
    EscOpen open = {.row = *id, .escalation = esc_cursor_varint(cursor)};
    EscBytes value = esc_cursor_bytes(cursor, sizeof open.value.bytes);
    if (cursor->failed)
        return;
    memcpy(open.value.bytes, value.data, value.size);
    esc_open_restore(engine, &open);
}

static void browser_unpack(EscCursor *cursor, EscEngine *engine, const EscKeptId *id)
{
    EscBrowserNode browser = {.person = esc_cursor_packed(cursor)};
    browser.title = esc_cursor_packed(cursor);
    browser.url = esc_cursor_packed(cursor);
    browser.key = esc_cursor_packed(cursor);
    browser.auth = esc_cursor_packed(cursor);
    browser.since_ms = esc_instant_unpack(cursor);
    if (!cursor->failed)
        esc_browser_restore(engine, id, &browser);
}

EscStatus esc_engine_restore_kept(EscEngine *engine, const EscKeptRow *row, EscWhy *why)
{
    EscCursor cursor = esc_cursor(row->body);
    EscKeptId id;
    esc_kepts_bind(engine);
    memcpy(id.bytes, row->id, sizeof id.bytes);
    bool is_known = esc_cursor_u8(&cursor) == FORMAT && esc_kept_find(engine, &id) == NULL;
    uint8_t kind = esc_cursor_u8(&cursor);
    if (is_known && kind == KIND_COUNT)
        count_unpack(&cursor, engine, &id);
    else if (is_known && kind == KIND_SILENCE)
        silence_unpack(&cursor, engine, &id);
    else if (is_known && kind == KIND_OPEN)
        open_unpack(&cursor, engine, &id);
    else if (is_known && kind == KIND_BROWSER)
        browser_unpack(&cursor, engine, &id);
    else if (is_known && kind == KIND_TOLD)
        engine->kepts.told_ms = esc_instant_unpack(&cursor);
    else
        cursor.failed = true;
    if (!cursor.failed && esc_cursor_left(&cursor) == 0)
        return ESC_OK;
    return esc_why(why, ESC_BAD_INPUT, "", 0, "what is counted or awaited cannot be read");
}
