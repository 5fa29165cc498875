/* find.c - what is asked for by its key: bundles, events, tickets, outbox rows. */
#include "sqlite_internal.h"

#include <string.h>

/* Appends the first column of the only row. */
static EscStatus get_bytes(EscSqliteStep *get, EscBuf *out, const char *missing, EscWhy *why)
{
    bool is_found = esc_sqlite_next(get);
    if (is_found) {
        EscBytes bytes = esc_sqlite_column_bytes(get, 0);
        esc_buf_append(out, bytes.data, bytes.size);
    }
    EscStatus status = esc_sqlite_done(get, why);
    if (status != ESC_OK)
        return status;
    if (!is_found)
        return esc_why(why, ESC_NOT_FOUND, "", 0, "%s", missing);
    return out->status == ESC_OK
               ? ESC_OK
               : esc_why(why, out->status, "", 0, "what is kept does not fit into its buffer");
}

EscStatus esc_sqlite_bundle_get(EscStore *base, const uint8_t hash[32], EscBuf *out, EscWhy *why)
{
    EscSqliteStep get =
        esc_sqlite_step(esc_sqlite_of(base), ESC_STATEMENT_BUNDLE_GET, "to read a bundle");
    esc_sqlite_bind_bytes(&get, (EscBytes){hash, 32});
    return get_bytes(&get, out, "the store has no bundle of that hash", why);
}

EscStatus esc_sqlite_bundle_newest(EscStore *base, uint8_t hash[32], EscWhy *why)
{
    EscSqliteStep get = esc_sqlite_step(esc_sqlite_of(base), ESC_STATEMENT_BUNDLE_NEWEST,
                                        "to look for its newest bundle");
    bool is_found = esc_sqlite_next(&get);
    if (is_found)
        memcpy(hash, esc_sqlite_column_bytes(&get, 0).data, 32); /* the schema's CHECK */
    EscStatus status = esc_sqlite_done(&get, why);
    return status != ESC_OK || is_found
               ? status
               : esc_why(why, ESC_NOT_FOUND, "", 0, "the store has no bundle");
}

/* --- events ------------------------------------------------------------------------------------ */

static EscStatus find_event(EscSqlite *store, const EscEventKey *key, EscEventKnown *known,
                            EscWhy *why)
{
    *known = (EscEventKnown){.is_known = false};
    EscSqliteStep get = esc_sqlite_step(store, ESC_STATEMENT_EVENT_GET, "to look for an event");
    esc_sqlite_bind_text(&get, key->source);
    esc_sqlite_bind_text(&get, key->id);
    if (esc_sqlite_next(&get)) {
        EscBytes digest = esc_sqlite_column_bytes(&get, 0);
        ESC_ASSERT(digest.size == sizeof known->digest); /* the schema's CHECK */
        memcpy(known->digest, digest.data, digest.size);
        known->is_known = true;
    }
    return esc_sqlite_done(&get, why);
}

/* In one transaction, or each look would begin and end one of its own. */
EscStatus esc_sqlite_events_find(EscStore *base, const EscEventKey *keys, size_t count,
                                 EscEventKnown *known, EscWhy *why)
{
    EscSqlite *store = esc_sqlite_of(base);
    EscStatus status =
        esc_sqlite_run(store, ESC_STATEMENT_BEGIN_READING, "to look for events", why);
    if (status != ESC_OK)
        return status;
    for (size_t i = 0; i < count && status == ESC_OK; i++)
        status = find_event(store, &keys[i], &known[i], why);
    EscStatus ended = esc_sqlite_run(store, ESC_STATEMENT_COMMIT, "to look for events",
                                     status == ESC_OK ? why : NULL);
    return status == ESC_OK ? ended : status;
}

/* Appends a content that content.c has found, and lets it go. */
static EscStatus take_content(EscSqlite *store, EscContentPlace place, EscBuf *out, EscWhy *why)
{
    EscText content;
    EscStatus status = esc_sqlite_content_find(store, place, &content, why);
    if (status == ESC_OK)
        esc_buf_text(out, content);
    esc_sqlite_content_forget(store);
    if (status == ESC_OK && out->status != ESC_OK)
        status = esc_why(why, out->status, "", 0, "the event does not fit into its buffer");
    return status;
}

static EscContentPlace place_at(const EscSqliteStep *step, int column)
{
    return (EscContentPlace){esc_sqlite_column_u64(step, column),
                             (uint32_t)esc_sqlite_column_i64(step, column + 1)};
}

EscStatus esc_sqlite_event_get(EscStore *base, const EscEventKey *key, EscBuf *content,
                               int64_t *received_at_ms, EscWhy *why)
{
    EscSqlite *store = esc_sqlite_of(base);
    EscSqliteStep get = esc_sqlite_step(store, ESC_STATEMENT_EVENT_GET, "to read an event");
    esc_sqlite_bind_text(&get, key->source);
    esc_sqlite_bind_text(&get, key->id);
    EscContentPlace place = {0};
    bool is_found = esc_sqlite_next(&get);
    if (is_found) {
        *received_at_ms = esc_sqlite_column_i64(&get, 1);
        place = place_at(&get, 2);
    }
    EscStatus status = esc_sqlite_done(&get, why);
    if (status == ESC_OK && !is_found)
        status = esc_why(why, ESC_NOT_FOUND, "", 0, "no such event was received");
    return status == ESC_OK ? take_content(store, place, content, why) : status;
}

EscStatus esc_sqlite_start_event_get(EscStore *base, uint64_t escalation, EscBuf *content,
                                     EscWhy *why)
{
    EscSqlite *store = esc_sqlite_of(base);
    EscSqliteStep get = esc_sqlite_step(store, ESC_STATEMENT_START_EVENT_GET, "to read evidence");
    esc_sqlite_bind_i64(&get, escalation > INT64_MAX ? INT64_MAX : (int64_t)escalation);
    EscContentPlace place = {0};
    bool is_found = esc_sqlite_next(&get);
    if (is_found) {
        EscText own = esc_sqlite_column_text(&get, 0);
        place = place_at(&get, 1);
        esc_buf_text(content, own);
        is_found = own.size != 0 || place.content != 0;
    }
    EscStatus status = esc_sqlite_done(&get, why);
    if (status == ESC_OK && !is_found)
        status =
            esc_why(why, ESC_NOT_FOUND, "", 0, "nothing is kept of how that escalation started");
    return status == ESC_OK && place.content != 0 ? take_content(store, place, content, why)
                                                  : status;
}

/* --- escalations, tickets and outbox rows -------------------------------------------------------- */

EscStatus esc_sqlite_escalation_get(EscStore *base, uint64_t id, EscArena *arena,
                                    EscEscalationRow *row, EscWhy *why)
{
    *row = (EscEscalationRow){0};
    EscSqliteStep get =
        esc_sqlite_step(esc_sqlite_of(base), ESC_STATEMENT_ESCALATION_GET, "to read an escalation");
    esc_sqlite_bind_u64(&get, id);
    bool is_found = esc_sqlite_next(&get);
    EscStatus status = is_found ? esc_sqlite_escalation_row(&get, row, why) : ESC_OK;
    if (is_found) {
        EscText *texts[] = {&row->ticket, &row->template_name, &row->owner,   &row->outcome,
                            &row->step,   &row->account,       &row->severity};
        for (size_t i = 0; i < ESC_COUNT_OF(texts); i++)
            *texts[i] = esc_arena_text(arena, *texts[i]);
        EscText body = {(const char *)row->body.data, row->body.size};
        row->body = esc_sqlite_as_bytes(esc_arena_text(arena, body));
    }
    status = esc_sqlite_finish(&get, status, why);
    if (status != ESC_OK)
        return status;
    if (!is_found)
        return esc_why(why, ESC_NOT_FOUND, "", 0, "there is no escalation E-%llu",
                       (unsigned long long)id);
    return esc_arena_failed(arena)
               ? esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for an escalation")
               : ESC_OK;
}

EscStatus esc_sqlite_ticket_get(EscStore *base, EscText id, EscArena *arena, EscTicketRow *row,
                                EscWhy *why)
{
    *row = (EscTicketRow){0};
    EscSqliteStep get =
        esc_sqlite_step(esc_sqlite_of(base), ESC_STATEMENT_TICKET_GET, "to read a ticket");
    esc_sqlite_bind_text(&get, id);
    bool is_found = esc_sqlite_next(&get);
    if (is_found) {
        *row = esc_sqlite_ticket_row(&get, 0);
        EscText *texts[] = {&row->id, &row->title, &row->status};
        for (size_t i = 0; i < ESC_COUNT_OF(texts); i++)
            *texts[i] = esc_arena_text(arena, *texts[i]);
        EscText body = {(const char *)row->body.data, row->body.size};
        row->body = esc_sqlite_as_bytes(esc_arena_text(arena, body));
    }
    EscStatus status = esc_sqlite_done(&get, why);
    if (status != ESC_OK)
        return status;
    if (!is_found)
        return esc_why(why, ESC_NOT_FOUND, "", 0, "there is no ticket %.*s",
                       ESC_TEXT_ARG(esc_utf8_cut(id, ESC_ID_BYTES_MAX)));
    return esc_arena_failed(arena) ? esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for a ticket")
                                   : ESC_OK;
}

EscStatus esc_sqlite_outbox_get(EscStore *base, const uint64_t *ids, size_t count,
                                EscOutboxVisit *visit, void *context, EscWhy *why)
{
    bool goes_on = true;
    EscStatus status = ESC_OK;
    for (size_t i = 0; i < count && goes_on && status == ESC_OK; i++) {
        EscSqliteStep get =
            esc_sqlite_step(esc_sqlite_of(base), ESC_STATEMENT_OUTBOX_GET, "to read the outbox");
        esc_sqlite_bind_i64(&get, ids[i] > INT64_MAX ? INT64_MAX : (int64_t)ids[i]);
        if (esc_sqlite_next(&get)) {
            EscOutboxEntry entry = esc_sqlite_outbox_entry(&get);
            goes_on = visit(context, &entry);
        }
        status = esc_sqlite_done(&get, why);
    }
    return status;
}
