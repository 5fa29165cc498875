/* api_rows.c - rows of the store as JSON for people's lists.
 *
 * Ids of escalations are written as people say them ("E-12"), times as RFC 3339; what is empty or not yet so is left out.
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

bool esc_api_escalation_item(void *context, const EscEscalationRow *row)
{
    Object object = object_open(context);
    put_escalation(&object, "id", row->id);
    put_text(&object, "ticket", row->ticket);
    put_text(&object, "template", row->template_name);
    put_text(&object, "state", esc_text_from(esc_state_name(row->state)));
    put_text(&object, "role", esc_text_from(esc_role_row_name(row->role)));
    put_text(&object, "owner", row->owner);
    put_raw(&object, "acked", esc_text_from(row->is_acked ? "true" : "false"));
    put_time(&object, "opened_at", row->opened_at_ms);
    put_time(&object, "closed_at", row->closed_at_ms);
    put_text(&object, "outcome", row->outcome);
    put_text(&object, "step", row->step);
    put_time(&object, "next_due_at", row->next_due_ms);
    return object_close(&object);
}

#define SHOWN_BYTES_MAX ((size_t)16 << 20)

void esc_api_body_open(EscApiBody *shown, EscBytes body)
{
    esc_buf_init(&shown->fields, SHOWN_BYTES_MAX);
    esc_buf_init(&shown->assumed, SHOWN_BYTES_MAX);
    esc_buf_init(&shown->sla, SHOWN_BYTES_MAX);
    if (esc_ticket_body_show(body, &shown->fields, &shown->assumed, &shown->sla))
        return;
    esc_buf_clear(&shown->fields);
    esc_buf_clear(&shown->assumed);
    esc_buf_clear(&shown->sla);
}

void esc_api_body_close(EscApiBody *shown)
{
    esc_buf_release(&shown->fields);
    esc_buf_release(&shown->assumed);
    esc_buf_release(&shown->sla);
}

bool esc_api_ticket_item(void *context, const EscTicketRow *row)
{
    Object object = object_open(context);
    put_text(&object, "id", row->id);
    put_text(&object, "title", row->title);
    put_text(&object, "status", row->status);
    put_time(&object, "created_at", row->created_at_ms);
    put_time(&object, "updated_at", row->updated_at_ms);
    EscApiBody shown;
    esc_api_body_open(&shown, row->body);
    put_raw(&object, "fields", esc_buf_as_text(&shown.fields));
    put_raw(&object, "assumed", esc_buf_as_text(&shown.assumed));
    put_raw(&object, "sla", esc_buf_as_text(&shown.sla));
    esc_api_body_close(&shown);
    return object_close(&object);
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
