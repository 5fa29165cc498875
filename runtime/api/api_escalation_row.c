/* api_escalation_row.c - an escalation as people's lists, boards and answers show it: everywhere the same members, whatever it
 * lacks; a single one has more behind them. docs/api.md says what each means. */
#include <stdio.h>

#include "api_object.h"

#define BUNDLE_DIGITS 8 /* of its hash: enough to tell the few of one workspace apart */

static void put_bundle(EscApiObject *object, const uint8_t hash[32])
{
    char hex[65];
    esc_hex((EscBytes){hash, 32}, hex);
    esc_put_text_always(object, "bundle", (EscText){hex, BUNDLE_DIGITS});
}

static void put_times(EscApiObject *object, const EscEscalationView *view)
{
    esc_put_time_always(object, "opened_at", view->opened_at_ms);
    esc_put_time_always(object, "closed_at", view->closed_at_ms);
    esc_put_time_always(object, "resolved_at", view->resolved_ms);
    esc_put_time_always(object, "next_due_at", view->next_due_ms);
    esc_put_time_always(object, "due_at", view->due_ms);
    esc_put_time_always(object, "ack_due_at", view->ack_due_ms);
    esc_put_time_always(object, "wait_due_at", view->wait_due_ms);
    esc_put_time_always(object, "holds_until", view->holds_until_ms);
}

static void put_people(EscApiObject *object, const EscEscalationView *view)
{
    EscText role = view->next_owner.size == 0 ? (EscText){0}
                                              : esc_text_from(esc_role_row_name(view->next_role));
    esc_put_text_or_null(object, "next_owner", view->next_owner);
    esc_put_text_or_null(object, "next_role", role);
    if (view->next_owner.size > 0 && view->next_pass > 0)
        esc_put_number(object, "next_pass", view->next_pass);
    esc_put_text_or_null(object, "primary", view->primary);
    esc_put_text_or_null(object, "secondary", view->secondary);
    esc_put_text_or_null(object, "escalation_owner", view->escalation_owner);
    if (view->levels == 0) /* its chain is not known */
        return;
    esc_put_number(object, "level", view->level);
    esc_put_number(object, "levels", view->levels);
    esc_put_number(object, "pass", view->pass);
    esc_put_number(object, "passes", view->passes);
}

/* Whose it is to answer, and who is at it, says its task. */
static void put_task(EscApiObject *question, const EscEscalationView *view)
{
    char id[48] = "";
    if (view->question_task != 0)
        (void)snprintf(id, sizeof(id), "E-%llu-%u", (unsigned long long)view->id,
                       view->question_task);
    esc_put_text_or_null(question, "task", esc_text_from(id));
}

static void put_question(EscApiObject *object, const EscEscalationView *view)
{
    if (view->question.size == 0) {
        esc_put_raw(object, "question", ESC_TEXT("null"));
        return;
    }
    esc_object_member(object, "question");
    EscApiObject inner = {object->out, false};
    esc_buf_char(object->out, '{');
    esc_put_text_always(&inner, "text", view->question);
    esc_put_text_always(&inner, "kind", esc_text_from(esc_wanted_name(view->wanted)));
    esc_put_json(&inner, "answers", view->answers_json);
    esc_put_time_always(&inner, "due_at", view->question_due_ms);
    esc_put_text_always(&inner, "guidance", view->guidance);
    put_task(&inner, view);
    (void)esc_object_close(&inner);
}

static void put_offer(EscApiObject *object, const EscEscalationView *view)
{
    if (view->offer_to.size == 0) {
        esc_put_raw(object, "offer", ESC_TEXT("null"));
        return;
    }
    bool is_resolved = view->offer_expect == ESC_EXPECT_RESOLVED;
    esc_object_member(object, "offer");
    EscApiObject inner = {object->out, false};
    esc_buf_char(object->out, '{');
    esc_put_text_always(&inner, "to", view->offer_to);
    esc_put_json(&inner, "asked", view->offer_asked_json);
    esc_put_text_always(&inner, "by", view->offer_by);
    esc_put_text_always(&inner, "reason", view->offer_reason);
    esc_put_time_always(&inner, "until", view->offer_due_ms);
    esc_put_text_always(&inner, "expect", is_resolved ? ESC_TEXT("resolved") : ESC_TEXT("acked"));
    esc_object_member(&inner, "within");
    esc_buf_char(object->out, '"');
    esc_duration_write(object->out, view->offer_within_ms);
    esc_buf_char(object->out, '"');
    (void)esc_object_close(&inner);
}

static void put_last_message(EscApiObject *object, const EscEscalationView *view)
{
    if (view->last_outbox == 0) {
        esc_put_raw(object, "last_message", ESC_TEXT("null"));
        return;
    }
    esc_object_member(object, "last_message");
    EscApiObject inner = {object->out, false};
    esc_buf_char(object->out, '{');
    esc_put_number(&inner, "id", view->last_outbox);
    esc_put_text_always(&inner, "to", view->last_to);
    esc_put_text_always(&inner, "medium", view->last_medium);
    esc_put_text_always(&inner, "state", esc_text_from(esc_delivery_state_name(view->last_state)));
    esc_put_time_always(&inner, "at", view->last_at_ms);
    esc_put_text_always(&inner, "detail", view->last_detail);
    (void)esc_object_close(&inner);
}

static void put_members(EscApiObject *object, EscText client, const EscEscalationView *view)
{
    esc_put_text_always(object, "client", client);
    esc_put_escalation(object, "id", view->id);
    esc_put_number(object, "version", view->version);
    esc_put_text_always(object, "ticket", view->ticket);
    esc_put_text_always(object, "ticket_title", view->ticket_title);
    esc_put_text_always(object, "account", view->account);
    esc_put_text_always(object, "severity", view->severity);
    esc_put_text_always(object, "template", view->template_name);
    esc_put_text_always(object, "template_title", view->template_title);
    put_bundle(object, view->bundle_hash);
    esc_put_text_always(object, "state", esc_text_from(esc_state_name(view->state)));
    esc_put_text_always(object, "outcome", view->outcome);
    esc_put_text_always(object, "owner", view->owner);
    esc_put_text_always(object, "owner_title", view->owner_title);
    esc_put_text_always(object, "role", esc_text_from(esc_role_row_name(view->role)));
    esc_put_truth(object, "acked", view->is_acked);
    esc_put_time_always(object, "acked_at", view->acked_ms);
    put_times(object, view);
    put_people(object, view);
    esc_put_text_always(object, "step", view->step);
    esc_put_text_always(object, "waiting_for", view->waiting_for);
    put_question(object, view);
    esc_put_truth(object, "alarm", view->is_alarmed);
    esc_put_number(object, "handoffs", view->handoffs);
    put_last_message(object, view);
    esc_put_number(object, "tasks_open", view->tasks_open);
    put_offer(object, view);
}

bool esc_api_row_item(EscApiItems *items, EscText client, const EscEscalationView *view)
{
    EscApiObject object = esc_object_open(items);
    put_members(&object, client, view);
    return esc_object_close(&object);
}

void esc_api_escalation_view(EscApiItems *items, EscText client, const EscEscalationView *view)
{
    EscApiObject object = esc_object_open(items);
    put_members(&object, client, view);
    esc_put_text_always(&object, "room", view->room);
    esc_put_number(&object, "exceptions", view->exceptions);
    esc_put_json(&object, "answers", view->answers_json);
    esc_put_json(&object, "checks", view->checks_json);
    esc_put_json(&object, "changes", view->changes_json);
    esc_put_text_always(&object, "group", view->group_key);
    esc_put_number(&object, "tickets_open", view->tickets_open);
    esc_put_json(&object, "tickets", view->tickets_json);
    esc_put_time(&object, "now", items->now_ms);
    (void)esc_object_close(&object);
}
