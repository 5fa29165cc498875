/* api_rows.c - rows of the store as JSON for people's lists.
 *
 * Ids of escalations are written as people say them ("E-12"), times as RFC 3339; what is empty or not yet so is left out,
 * but for tickets, which have the same members wherever they are shown. The store's own numbers for "never" are no times.
 * Texts that are JSON themselves are put in as they are: they came from the engine's own writers. */
#include "api_object.h"

bool esc_api_audit_item(void *context, const EscAuditRow *row)
{
    EscApiObject object = esc_object_open(context);
    esc_put_number(&object, "seq", row->seq);
    esc_put_time(&object, "at", row->at_ms);
    esc_put_escalation(&object, "escalation", row->escalation);
    esc_put_text(&object, "ticket", row->ticket);
    esc_put_text(&object, "kind", row->kind);
    esc_put_text(&object, "actor", row->actor);
    esc_put_text(&object, "place", row->place);
    esc_put_text(&object, "text", row->text);
    esc_put_raw(&object, "data", row->data);
    return esc_object_close(&object);
}

/* --- who is on duty, and evidence --------------------------------------------------------------- */

bool esc_api_duty_item(void *items, const EscDutyView *view)
{
    EscApiObject object = esc_object_open(items);
    if (view->is_schedule) {
        esc_put_text(&object, "schedule", view->means);
        esc_put_text(&object, "title", view->title);
    } else {
        esc_put_text(&object, "template", view->template_name);
        esc_put_text(&object, "role", esc_text_from(esc_role_row_name(view->role)));
        esc_put_text(&object, "who", view->means);
    }
    if (view->depends)
        esc_put_raw(&object, "depends_on_ticket", ESC_TEXT("true"));
    if (view->is_turns)
        esc_put_raw(&object, "turns", ESC_TEXT("true"));
    esc_put_text(&object, "last_drawn", view->last_drawn);
    esc_put_text(&object, "person", view->person);
    esc_put_text(&object, "name", view->person_title);
    esc_put_time(&object, "until", view->until_ms);
    esc_put_text(&object, "next", view->next);
    esc_put_text(&object, "next_name", view->next_title);
    esc_put_json(&object, "absent", view->absent_json);
    return esc_object_close(&object);
}

bool esc_api_evidence_item(EscApiItems *items, const EscEvidenceRow *row, bool has_content)
{
    char hex[65];
    EscApiObject object = esc_object_open(items);
    esc_hex((EscBytes){row->hash, sizeof(row->hash)}, hex);
    esc_put_number(&object, "number", row->number);
    esc_put_text(&object, "name", row->name);
    esc_put_time(&object, "at", row->at_ms);
    esc_put_number(&object, "size", row->content.size);
    esc_put_text(&object, "sha256", esc_text_from(hex));
    if (has_content)
        esc_put_text_always(&object, "content", row->content);
    return esc_object_close(&object);
}

/* --- tickets and messages ----------------------------------------------------------------------- */

#define SHOWN_BYTES_MAX ((size_t)16 << 20)

void esc_api_body_open(EscApiBody *shown, EscText id, EscBytes body)
{
    esc_buf_init(&shown->fields, SHOWN_BYTES_MAX);
    esc_buf_init(&shown->assumed, SHOWN_BYTES_MAX);
    esc_buf_init(&shown->sla, SHOWN_BYTES_MAX);
    esc_buf_init(&shown->joined, SHOWN_BYTES_MAX);
    esc_buf_init(&shown->homes, SHOWN_BYTES_MAX);
    if (esc_ticket_body_show(body, &shown->fields, &shown->assumed, &shown->sla) &&
        esc_ticket_joined_show(body, &shown->joined) &&
        esc_ticket_homes_show(body, id, &shown->homes))
        return;
    esc_buf_clear(&shown->fields);
    esc_buf_clear(&shown->assumed);
    esc_buf_clear(&shown->sla);
    esc_buf_clear(&shown->joined);
    esc_buf_clear(&shown->homes);
}

void esc_api_body_close(EscApiBody *shown)
{
    esc_buf_release(&shown->fields);
    esc_buf_release(&shown->assumed);
    esc_buf_release(&shown->sla);
    esc_buf_release(&shown->joined);
    esc_buf_release(&shown->homes);
}

void esc_api_ticket_write(EscBuf *out, const EscTicketRow *row, int64_t now_ms)
{
    EscApiObject object = {out, false};
    EscApiBody shown;
    esc_api_body_open(&shown, row->id, row->body);
    bool is_read = shown.fields.size > 0;
    esc_buf_char(out, '{');
    esc_put_text_always(&object, "id", row->id);
    esc_put_text_always(&object, "title", row->title);
    esc_put_text_always(&object, "status", row->status);
    esc_put_time_always(&object, "created_at", row->created_at_ms);
    esc_put_time_always(&object, "updated_at", row->updated_at_ms);
    esc_put_raw(&object, "fields", is_read ? esc_buf_as_text(&shown.fields) : ESC_TEXT("{}"));
    esc_put_raw(&object, "assumed", is_read ? esc_buf_as_text(&shown.assumed) : ESC_TEXT("[]"));
    esc_put_raw(&object, "sla", is_read ? esc_buf_as_text(&shown.sla) : ESC_TEXT("null"));
    esc_put_raw(&object, "joined", is_read ? esc_buf_as_text(&shown.joined) : ESC_TEXT("[]"));
    esc_put_raw(&object, "homes", is_read ? esc_buf_as_text(&shown.homes) : ESC_TEXT("[]"));
    esc_put_text(&object, "stands_for", esc_ticket_stands_for(row->body));
    esc_put_time(&object, "now", now_ms);
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
static void put_message(EscApiObject *object, const char *name, EscText body)
{
    static const EscJsonLimits limits = {.depth_max = 32, .values_max = 100000};
    EscArena *arena = esc_arena_new(BODY_ARENA_BYTES_MAX);
    const EscJson *json = NULL;
    if (arena == NULL || esc_json_read(arena, body, &limits, &json, NULL) != ESC_OK ||
        json->kind != ESC_JSON_OBJECT) {
        esc_put_raw(object, name, body);
        esc_arena_free(arena);
        return;
    }
    esc_object_member(object, name);
    EscApiObject inner = {object->out, false};
    esc_buf_char(object->out, '{');
    for (const EscJson *one = json->first; one != NULL; one = one->next) {
        if (esc_text_equal(one->name, ESC_TEXT("own")) ||
            esc_text_equal(one->name, ESC_TEXT("browsers")) || /* nor can they push there */
            esc_text_equal(one->name,
                           ESC_TEXT("login"))) /* whoever may look is not logged in by that */
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
    EscApiObject object = esc_object_open(context);
    esc_put_number(&object, "id", row->id);
    esc_put_text(&object, "key", row->key);
    esc_put_escalation(&object, "escalation", row->escalation);
    esc_put_text(&object, "ticket", row->ticket);
    esc_put_text(&object, "kind", esc_text_from(esc_outbox_kind_name(row->kind)));
    esc_put_text(&object, "target", row->target);
    esc_put_text(&object, "medium", row->medium);
    esc_put_text(&object, "address", row->address);
    if (row->kind == ESC_OUTBOX_MESSAGE)
        put_message(&object, "body", row->body);
    else
        esc_put_raw(&object, "body", row->body);
    esc_put_time(&object, "created_at", row->created_at_ms);
    esc_put_time(&object, "deadline_at", row->deadline_ms);
    esc_put_number(&object, "attempts", entry->attempts);
    esc_put_text(&object, "state", esc_text_from(esc_delivery_state_name(entry->state)));
    if (entry->state == ESC_DELIVERY_QUEUED)
        esc_put_time(&object, "next_attempt_at", entry->next_attempt_at_ms);
    esc_put_text(&object, "detail", entry->detail);
    return esc_object_close(&object);
}
