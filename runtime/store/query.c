/* query.c - readings for the API, as JSON arrays.
 *
 * Ids of escalations are written as people say them ("E-12"), times as RFC 3339; what is empty or not yet so
 * is left out. Texts that are JSON themselves are put in as they are: they came from the engine's own writers. */
#include "store_internal.h"

#include <string.h>

static const char *const delivery_names[] = {"queued", "accepted", "delivered", "dead"};
static const char *const outbox_names[] = {"message", "call"};
static const char *const role_names[] = {"primary", "secondary", "escalation", "last_resort"};
static const char *const state_names[] = {"open", "closing", "parked", "closed"};

_Static_assert(ESC_COUNT_OF(delivery_names) == ESC_DELIVERY_STATE_COUNT, "one name each");
_Static_assert(ESC_COUNT_OF(outbox_names) == ESC_OUTBOX_KIND_COUNT, "one name each");
_Static_assert(ESC_COUNT_OF(state_names) == ESC_STATE_COUNT, "one name each");

/* An object while its members are written. */
typedef struct Object {
    EscBuf *out;
    bool has_member;
} Object;

static Object object_open(EscBuf *out, size_t index)
{
    esc_buf_string(out, index == 0 ? "{" : ",{");
    return (Object){out, false};
}

static void member(Object *object, const char *name)
{
    esc_buf_printf(object->out, "%s\"%s\":", object->has_member ? "," : "", name);
    object->has_member = true;
}

static void put_text(Object *object, const char *name, EscText text)
{
    if (text.size == 0)
        return;
    member(object, name);
    esc_json_text(object->out, text);
}

static void put_name(Object *object, const char *name, const char *const *names, size_t count,
                     int64_t value)
{
    ESC_ASSERT(value >= 0);
    ESC_ASSERT((size_t)value < count); /* the schema's CHECK */
    put_text(object, name, esc_text_from(names[value]));
}

static void put_raw(Object *object, const char *name, EscText json)
{
    if (json.size == 0)
        return;
    member(object, name);
    esc_buf_text(object->out, json);
}

static void put_number(Object *object, const char *name, int64_t value)
{
    member(object, name);
    esc_buf_printf(object->out, "%lld", (long long)value);
}

static void put_time(Object *object, const char *name, int64_t time_ms)
{
    if (time_ms == 0)
        return;
    member(object, name);
    esc_buf_char(object->out, '"');
    esc_time_write(object->out, time_ms);
    esc_buf_char(object->out, '"');
}

static void put_escalation(Object *object, const char *name, uint64_t id)
{
    if (id == 0)
        return;
    member(object, name);
    esc_buf_printf(object->out, "\"E-%llu\"", (unsigned long long)id);
}

typedef void WriteRow(const EscStoreStep *step, Object *object);

/* Writes every row of a statement that is ready to step. */
static EscStatus write_rows(EscStoreStep *step, WriteRow *write, EscBuf *out, EscWhy *why)
{
    esc_buf_char(out, '[');
    for (size_t i = 0; out->status == ESC_OK && esc_store_next(step); i++) {
        Object object = object_open(out, i);
        write(step, &object);
        esc_buf_char(out, '}');
    }
    esc_buf_char(out, ']');
    EscStatus status = esc_store_done(step, why);
    if (status == ESC_OK && out->status != ESC_OK)
        status = esc_why(why, out->status, "", 0, "the answer is larger than its limit: ask for less");
    return status;
}

static int64_t limit_of(size_t limit)
{
    return limit > ESC_STORE_LIST_MAX ? ESC_STORE_LIST_MAX : (int64_t)limit;
}

static int64_t before_of(uint64_t before)
{
    return before == 0 || before > INT64_MAX ? INT64_MAX : (int64_t)before;
}

/* -1 for an empty name: every state. */
static EscStatus state_of(EscText name, const char *const *names, size_t count, int64_t *state,
                          EscWhy *why)
{
    *state = -1;
    if (name.size == 0)
        return ESC_OK;
    for (size_t i = 0; i < count; i++) {
        if (esc_text_equal(name, esc_text_from(names[i]))) {
            *state = (int64_t)i;
            return ESC_OK;
        }
    }
    return esc_why(why, ESC_BAD_INPUT, "", 0, "there is no state %.*s",
                   ESC_TEXT_ARG(esc_utf8_cut(name, 64)));
}

/* --- audit -------------------------------------------------------------------------------------- */

static void write_audit(const EscStoreStep *step, Object *object)
{
    put_number(object, "seq", esc_store_column_i64(step, 0));
    put_time(object, "at", esc_store_column_i64(step, 1));
    put_escalation(object, "escalation", esc_store_column_u64(step, 2));
    put_text(object, "ticket", esc_store_column_text(step, 3));
    put_text(object, "kind", esc_store_column_text(step, 4));
    put_text(object, "actor", esc_store_column_text(step, 5));
    put_text(object, "place", esc_store_column_text(step, 6));
    put_text(object, "text", esc_store_column_text(step, 7));
    put_raw(object, "data", esc_store_column_text(step, 8));
}

EscStatus esc_store_audit_json(EscStore *store, EscText ticket, uint64_t escalation,
                               uint64_t after_seq, size_t limit, EscBuf *out, EscWhy *why)
{
    EscStoreSql sql = escalation != 0    ? ESC_STORE_SQL_AUDIT_OF_ESCALATION
                      : ticket.size != 0 ? ESC_STORE_SQL_AUDIT_OF_TICKET
                                         : ESC_STORE_SQL_AUDIT_AFTER;
    EscStoreStep get = esc_store_step(store, sql, "to read the audit trail");
    esc_store_bind_i64(&get, after_seq > INT64_MAX ? INT64_MAX : (int64_t)after_seq);
    esc_store_bind_i64(&get, limit_of(limit));
    if (escalation != 0)
        esc_store_bind_i64(&get, escalation > INT64_MAX ? INT64_MAX : (int64_t)escalation);
    else if (ticket.size != 0)
        esc_store_bind_text(&get, ticket);
    return write_rows(&get, write_audit, out, why);
}

/* --- escalations --------------------------------------------------------------------------------- */

static void write_escalation(const EscStoreStep *step, Object *object)
{
    put_escalation(object, "id", esc_store_column_u64(step, 0));
    put_text(object, "ticket", esc_store_column_text(step, 1));
    put_text(object, "template", esc_store_column_text(step, 2));
    put_name(object, "state", state_names, ESC_COUNT_OF(state_names), esc_store_column_i64(step, 3));
    put_name(object, "role", role_names, ESC_COUNT_OF(role_names), esc_store_column_i64(step, 4));
    put_text(object, "owner", esc_store_column_text(step, 5));
    put_raw(object, "acked", esc_text_from(esc_store_column_i64(step, 6) != 0 ? "true" : "false"));
    put_time(object, "opened_at", esc_store_column_i64(step, 7));
    put_time(object, "closed_at", esc_store_column_i64(step, 8));
    put_text(object, "outcome", esc_store_column_text(step, 9));
    put_text(object, "step", esc_store_column_text(step, 10));
    put_time(object, "next_due_at", esc_store_column_i64(step, 11));
}

EscStatus esc_store_escalations_json(EscStore *store, EscText state, EscText ticket,
                                     uint64_t before, size_t limit, EscBuf *out, EscWhy *why)
{
    int64_t number = -1;
    EscStatus status = state_of(state, state_names, ESC_COUNT_OF(state_names), &number, why);
    if (status != ESC_OK)
        return status;
    EscStoreSql sql = ticket.size != 0 ? ESC_STORE_SQL_ESCALATIONS_OF_TICKET
                      : number >= 0    ? ESC_STORE_SQL_ESCALATIONS_OF_STATE
                                       : ESC_STORE_SQL_ESCALATIONS_BEFORE;
    EscStoreStep get = esc_store_step(store, sql, "to list escalations");
    esc_store_bind_i64(&get, before_of(before));
    esc_store_bind_i64(&get, limit_of(limit));
    if (sql != ESC_STORE_SQL_ESCALATIONS_BEFORE)
        esc_store_bind_i64(&get, number);
    if (ticket.size != 0)
        esc_store_bind_text(&get, ticket);
    return write_rows(&get, write_escalation, out, why);
}

/* --- tickets --------------------------------------------------------------------------------------- */

static void write_ticket(const EscStoreStep *step, Object *object)
{
    EscTicketRow row = esc_store_ticket_row(step);
    put_text(object, "id", row.id);
    put_text(object, "title", row.title);
    put_text(object, "status", row.status);
    put_time(object, "created_at", row.created_at_ms);
    put_time(object, "updated_at", row.updated_at_ms);
    put_raw(object, "fields", row.json);
    put_raw(object, "sla", row.sla_json);
}

EscStatus esc_store_tickets_json(EscStore *store, EscText after_id, size_t limit, EscBuf *out,
                                 EscWhy *why)
{
    EscStoreStep get = esc_store_step(store, ESC_STORE_SQL_TICKETS_AFTER, "to list tickets");
    esc_store_bind_text(&get, after_id);
    esc_store_bind_i64(&get, limit_of(limit));
    return write_rows(&get, write_ticket, out, why);
}

/* --- outbox ---------------------------------------------------------------------------------------- */

static void write_outbox(const EscStoreStep *step, Object *object)
{
    EscOutboxRow row = esc_store_outbox_row(step);
    put_number(object, "id", (int64_t)row.id);
    put_text(object, "key", row.key);
    put_escalation(object, "escalation", row.escalation);
    put_text(object, "ticket", row.ticket);
    put_name(object, "kind", outbox_names, ESC_COUNT_OF(outbox_names), (int64_t)row.kind);
    put_text(object, "target", row.target);
    put_text(object, "medium", row.medium);
    put_text(object, "address", row.address);
    put_raw(object, "body", row.body);
    put_time(object, "created_at", row.created_at_ms);
    put_time(object, "deadline_at", row.deadline_ms);
    put_number(object, "attempts", esc_store_column_i64(step, 11));
    int64_t state = esc_store_column_i64(step, 13);
    put_name(object, "state", delivery_names, ESC_COUNT_OF(delivery_names), state);
    if (state == ESC_DELIVERY_QUEUED)
        put_time(object, "next_attempt_at", esc_store_column_i64(step, 12));
    put_text(object, "detail", esc_store_column_text(step, 14));
}

EscStatus esc_store_outbox_json(EscStore *store, EscText state, uint64_t before, size_t limit,
                                EscBuf *out, EscWhy *why)
{
    int64_t number = -1;
    EscStatus status = state_of(state, delivery_names, ESC_COUNT_OF(delivery_names), &number, why);
    if (status != ESC_OK)
        return status;
    EscStoreStep get = esc_store_step(store, ESC_STORE_SQL_OUTBOX_BEFORE, "to list the outbox");
    esc_store_bind_i64(&get, before_of(before));
    esc_store_bind_i64(&get, limit_of(limit));
    esc_store_bind_i64(&get, number);
    return write_rows(&get, write_outbox, out, why);
}

/* --- evidence -------------------------------------------------------------------------------------- */

static void write_evidence(const EscStoreStep *step, Object *object)
{
    put_text(object, "name", esc_store_column_text(step, 0));
    EscBytes hash = esc_store_column_bytes(step, 1);
    char hex[2 * 32 + 1] = "";
    if (hash.size == 32)
        esc_hex(hash, hex);
    put_text(object, "sha256", esc_text_from(hex));
    put_time(object, "at", esc_store_column_i64(step, 2));
    put_text(object, "content", esc_store_column_text(step, 3));
}

EscStatus esc_store_evidence_json(EscStore *store, uint64_t escalation, size_t limit, EscBuf *out,
                                  EscWhy *why)
{
    EscStoreStep get = esc_store_step(store, ESC_STORE_SQL_EVIDENCE_OF_ESCALATION, "to read evidence");
    esc_store_bind_i64(&get, escalation > INT64_MAX ? INT64_MAX : (int64_t)escalation);
    esc_store_bind_i64(&get, limit_of(limit));
    return write_rows(&get, write_evidence, out, why);
}

EscStatus esc_store_start_event_json(EscStore *store, uint64_t escalation, EscBuf *out, EscWhy *why)
{
    EscStoreStep get = esc_store_step(store, ESC_STORE_SQL_START_EVENT_GET, "to read evidence");
    esc_store_bind_i64(&get, escalation > INT64_MAX ? INT64_MAX : (int64_t)escalation);
    bool is_found = esc_store_next(&get);
    if (is_found)
        esc_buf_text(out, esc_store_column_text(&get, 0));
    EscStatus status = esc_store_done(&get, why);
    if (status == ESC_OK && !is_found)
        status = esc_why(why, ESC_NOT_FOUND, "", 0, "nothing is kept of how that escalation started");
    return status;
}
