/* api_rows.c - rows of the store as JSON for people's lists.
 *
 * Ids of escalations are written as people say them ("E-12"), times as RFC 3339; what is empty or not yet so is left out,
 * but for tickets, which have the same members wherever they are shown. The store's own numbers for "never" are no times.
 * Texts that are JSON themselves are put in as they are: they came from the engine's own writers. */
#include "api_internal.h"

/* An object while its members are written. */
typedef struct Object {
    EscBuf *out;
    bool has_member;
} Object;

/* The next item of a list. */
static Object object_open(EscApiItems *items)
{
    esc_buf_string(&items->out, items->count++ == 0 ? "{" : ",{");
    return (Object){&items->out, false};
}

static bool object_close(Object *object)
{
    esc_buf_char(object->out, '}');
    return object->out->status == ESC_OK;
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

static void put_raw(Object *object, const char *name, EscText json)
{
    if (json.size == 0)
        return;
    member(object, name);
    esc_buf_text(object->out, json);
}

static void put_number(Object *object, const char *name, uint64_t value)
{
    member(object, name);
    esc_buf_printf(object->out, "%llu", (unsigned long long)value);
}

static void put_time(Object *object, const char *name, int64_t time_ms)
{
    if (time_ms <= 0)
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

bool esc_api_audit_item(void *context, const EscAuditRow *row)
{
    Object object = object_open(context);
    put_number(&object, "seq", row->seq);
    put_time(&object, "at", row->at_ms);
    put_escalation(&object, "escalation", row->escalation);
    put_text(&object, "ticket", row->ticket);
    put_text(&object, "kind", row->kind);
    put_text(&object, "actor", row->actor);
    put_text(&object, "place", row->place);
    put_text(&object, "text", row->text);
    put_raw(&object, "data", row->data);
    return object_close(&object);
}

static void put_row(Object *object, const EscEscalationRow *row)
{
    put_escalation(object, "id", row->id);
    put_text(object, "ticket", row->ticket);
    put_text(object, "template", row->template_name);
    put_text(object, "state", esc_text_from(esc_state_name(row->state)));
    put_text(object, "role", esc_text_from(esc_role_row_name(row->role)));
    put_text(object, "owner", row->owner);
    put_raw(object, "acked", esc_text_from(row->is_acked ? "true" : "false"));
    put_time(object, "opened_at", row->opened_at_ms);
    put_time(object, "closed_at", row->closed_at_ms);
    put_text(object, "outcome", row->outcome);
    put_text(object, "step", row->step);
    put_time(object, "next_due_at", row->next_due_ms);
}

bool esc_api_escalation_item(void *context, const EscEscalationRow *row)
{
    Object object = object_open(context);
    put_row(&object, row);
    return object_close(&object);
}

/* Which level of the chain has it, and which pass through it this is. */
static void put_chain(Object *object, const EscEscalationView *view)
{
    if (view->levels == 0)
        return;
    put_number(object, "level", view->level);
    put_number(object, "levels", view->levels);
    put_number(object, "pass", view->pass);
    put_number(object, "passes", view->passes);
}

static void put_next(Object *object, const EscEscalationView *view)
{
    if (view->next_owner.size == 0)
        return;
    put_text(object, "next_owner", view->next_owner);
    put_text(object, "next_role", esc_text_from(esc_role_row_name(view->next_role)));
    if (view->next_pass > 0)
        put_number(object, "next_pass", view->next_pass);
}

bool esc_api_escalation_with_facts(EscApiItems *items, const EscEscalationRow *row,
                                   const EscApiFacts *facts)
{
    Object object = object_open(items);
    put_row(&object, row);
    put_text(&object, "ticket_title", facts->title);
    put_text(&object, "account", facts->account);
    put_text(&object, "severity", facts->severity);
    if (facts->view != NULL) {
        put_time(&object, "ack_due_at", facts->view->ack_due_ms);
        put_time(&object, "wait_due_at", facts->view->wait_due_ms);
        put_text(&object, "waiting_for", facts->view->waiting_for);
        put_text(&object, "question", facts->view->question);
        put_chain(&object, facts->view);
        put_next(&object, facts->view);
        if (facts->view->is_alarmed)
            put_raw(&object, "alarm", ESC_TEXT("true"));
    }
    return object_close(&object);
}

/* --- one escalation: each member is always there ------------------------------------------------ */

static void put_text_always(Object *object, const char *name, EscText text)
{
    member(object, name);
    esc_json_text(object->out, text);
}

static void put_time_always(Object *object, const char *name, int64_t time_ms)
{
    if (time_ms > 0)
        put_time(object, name, time_ms);
    else
        put_raw(object, name, ESC_TEXT("null"));
}

static void put_json(Object *object, const char *name, EscText json)
{
    put_raw(object, name, json.size > 0 ? json : ESC_TEXT("[]"));
}

void esc_api_escalation_view(EscApiItems *items, const EscEscalationView *view,
                             const EscApiFacts *facts)
{
    Object object = object_open(items);
    put_escalation(&object, "id", view->id);
    put_text_always(&object, "ticket", view->ticket);
    put_text_always(&object, "ticket_title", view->ticket_title);
    put_text_always(&object, "account", facts->account);
    put_text_always(&object, "severity", facts->severity);
    put_text_always(&object, "template", view->template_name);
    put_text_always(&object, "template_title", view->template_title);
    put_text_always(&object, "state", esc_text_from(esc_state_name(view->state)));
    put_text_always(&object, "outcome", view->outcome);
    put_text_always(&object, "owner", view->owner);
    put_text_always(&object, "role", esc_text_from(esc_role_row_name(view->role)));
    put_raw(&object, "acked", esc_text_from(view->is_acked ? "true" : "false"));
    put_raw(&object, "alarm", esc_text_from(view->is_alarmed ? "true" : "false"));
    put_text_always(&object, "step", view->step);
    put_text_always(&object, "waiting_for", view->waiting_for);
    put_text_always(&object, "room", view->room);
    put_time_always(&object, "opened_at", view->opened_at_ms);
    put_time_always(&object, "closed_at", view->closed_at_ms);
    put_time_always(&object, "next_due_at", view->next_due_ms);
    put_time_always(&object, "ack_due_at", view->ack_due_ms);
    put_time_always(&object, "wait_due_at", view->wait_due_ms);
    put_chain(&object, view);
    put_next(&object, view);
    put_number(&object, "handoffs", view->handoffs);
    put_number(&object, "exceptions", view->exceptions);
    put_text_always(&object, "question", view->question);
    put_json(&object, "answers", view->answers_json);
    put_json(&object, "checks", view->checks_json);
    put_json(&object, "changes", view->changes_json);
    put_text_always(&object, "group", view->group_key);
    put_number(&object, "tickets_open", view->tickets_open);
    put_json(&object, "tickets", view->tickets_json);
    put_time(&object, "now", items->now_ms);
    (void)object_close(&object);
}

/* --- who is on duty, and evidence --------------------------------------------------------------- */

bool esc_api_duty_item(void *items, const EscDutyView *view)
{
    Object object = object_open(items);
    if (view->is_schedule) {
        put_text(&object, "schedule", view->means);
        put_text(&object, "title", view->title);
    } else {
        put_text(&object, "template", view->template_name);
        put_text(&object, "role", esc_text_from(esc_role_row_name(view->role)));
        put_text(&object, "who", view->means);
    }
    if (view->depends)
        put_raw(&object, "depends_on_ticket", ESC_TEXT("true"));
    if (view->is_turns)
        put_raw(&object, "turns", ESC_TEXT("true"));
    put_text(&object, "last_drawn", view->last_drawn);
    put_text(&object, "person", view->person);
    put_text(&object, "name", view->person_title);
    put_time(&object, "until", view->until_ms);
    put_text(&object, "next", view->next);
    put_text(&object, "next_name", view->next_title);
    put_json(&object, "absent", view->absent_json);
    return object_close(&object);
}

bool esc_api_evidence_item(EscApiItems *items, const EscEvidenceRow *row, bool has_content)
{
    char hex[65];
    Object object = object_open(items);
    esc_hex((EscBytes){row->hash, sizeof(row->hash)}, hex);
    put_number(&object, "number", row->number);
    put_text(&object, "name", row->name);
    put_time(&object, "at", row->at_ms);
    put_number(&object, "size", row->content.size);
    put_text(&object, "sha256", esc_text_from(hex));
    if (has_content)
        put_text_always(&object, "content", row->content);
    return object_close(&object);
}

/* --- tickets and messages ----------------------------------------------------------------------- */

#define SHOWN_BYTES_MAX ((size_t)16 << 20)

void esc_api_body_open(EscApiBody *shown, EscBytes body)
{
    esc_buf_init(&shown->fields, SHOWN_BYTES_MAX);
    esc_buf_init(&shown->assumed, SHOWN_BYTES_MAX);
    esc_buf_init(&shown->sla, SHOWN_BYTES_MAX);
    esc_buf_init(&shown->joined, SHOWN_BYTES_MAX);
    if (esc_ticket_body_show(body, &shown->fields, &shown->assumed, &shown->sla) &&
        esc_ticket_joined_show(body, &shown->joined))
        return;
    esc_buf_clear(&shown->fields);
    esc_buf_clear(&shown->assumed);
    esc_buf_clear(&shown->sla);
    esc_buf_clear(&shown->joined);
}

void esc_api_body_close(EscApiBody *shown)
{
    esc_buf_release(&shown->fields);
    esc_buf_release(&shown->assumed);
    esc_buf_release(&shown->sla);
    esc_buf_release(&shown->joined);
}

void esc_api_ticket_write(EscBuf *out, const EscTicketRow *row, int64_t now_ms)
{
    Object object = {out, false};
    EscApiBody shown;
    esc_api_body_open(&shown, row->body);
    bool is_read = shown.fields.size > 0;
    esc_buf_char(out, '{');
    put_text_always(&object, "id", row->id);
    put_text_always(&object, "title", row->title);
    put_text_always(&object, "status", row->status);
    put_time_always(&object, "created_at", row->created_at_ms);
    put_time_always(&object, "updated_at", row->updated_at_ms);
    put_raw(&object, "fields", is_read ? esc_buf_as_text(&shown.fields) : ESC_TEXT("{}"));
    put_raw(&object, "assumed", is_read ? esc_buf_as_text(&shown.assumed) : ESC_TEXT("[]"));
    put_raw(&object, "sla", is_read ? esc_buf_as_text(&shown.sla) : ESC_TEXT("null"));
    put_raw(&object, "joined", is_read ? esc_buf_as_text(&shown.joined) : ESC_TEXT("[]"));
    put_time(&object, "now", now_ms);
    esc_buf_char(out, '}');
    esc_api_body_close(&shown);
}

bool esc_api_ticket_item(void *context, const EscTicketRow *row)
{
    EscApiItems *list = context;
    esc_buf_string(&list->out, list->count++ == 0 ? "" : ",");
    esc_api_ticket_write(&list->out, row, 0);
    return list->out.status == ESC_OK;
}

#define BODY_ARENA_BYTES_MAX ((size_t)16 << 20)

/* A message as it is sent. Which of its words are its author's own is the delivery's business. */
static void put_message(Object *object, const char *name, EscText body)
{
    static const EscJsonLimits limits = {.depth_max = 32, .values_max = 100000};
    EscArena *arena = esc_arena_new(BODY_ARENA_BYTES_MAX);
    const EscJson *json = NULL;
    if (arena == NULL || esc_json_read(arena, body, &limits, &json, NULL) != ESC_OK ||
        json->kind != ESC_JSON_OBJECT) {
        put_raw(object, name, body);
        esc_arena_free(arena);
        return;
    }
    member(object, name);
    Object inner = {object->out, false};
    esc_buf_char(object->out, '{');
    for (const EscJson *one = json->first; one != NULL; one = one->next) {
        if (esc_text_equal(one->name, ESC_TEXT("own")))
            continue;
        esc_buf_string(object->out, inner.has_member ? "," : "");
        esc_json_text(object->out, one->name);
        esc_buf_char(object->out, ':');
        esc_buf_text(object->out, one->source);
        inner.has_member = true;
    }
    esc_buf_char(object->out, '}');
    esc_arena_free(arena);
}

bool esc_api_outbox_item(void *context, const EscOutboxEntry *entry)
{
    const EscOutboxRow *row = &entry->row;
    Object object = object_open(context);
    put_number(&object, "id", row->id);
    put_text(&object, "key", row->key);
    put_escalation(&object, "escalation", row->escalation);
    put_text(&object, "ticket", row->ticket);
    put_text(&object, "kind", esc_text_from(esc_outbox_kind_name(row->kind)));
    put_text(&object, "target", row->target);
    put_text(&object, "medium", row->medium);
    put_text(&object, "address", row->address);
    if (row->kind == ESC_OUTBOX_MESSAGE)
        put_message(&object, "body", row->body);
    else
        put_raw(&object, "body", row->body);
    put_time(&object, "created_at", row->created_at_ms);
    put_time(&object, "deadline_at", row->deadline_ms);
    put_number(&object, "attempts", entry->attempts);
    put_text(&object, "state", esc_text_from(esc_delivery_state_name(entry->state)));
    if (entry->state == ESC_DELIVERY_QUEUED)
        put_time(&object, "next_attempt_at", entry->next_attempt_at_ms);
    put_text(&object, "detail", entry->detail);
    return object_close(&object);
}
