/* message.c - messages as people read them. Pure. */
#include "labels.h"
#include "plan.h"
#include "teller.h"

static void tell_answers(EscTeller *teller, const EscMessage *message)
{
    for (uint32_t i = 0; i < message->answers_count; i++) {
        esc_tell_own(teller, ESC_TEXT("\n  "));
        esc_tell_value(teller, message->answers[i].name);
        esc_tell_own(teller, ESC_TEXT(": "));
        esc_tell_own(teller, message->answers[i].title);
    }
}

static void tell_label(EscTeller *teller, const EscMessage *message, EscLabel label)
{
    esc_tell_own(teller, esc_label(message->language, label));
}

static void tell_line(EscTeller *teller, const EscMessage *message, EscLabel label, EscText value)
{
    if (value.size == 0)
        return;
    esc_tell_own(teller, ESC_TEXT("\n"));
    tell_label(teller, message, label);
    esc_tell_value(teller, value);
}

/* Who it is for, until when, who is called then, and how to act. */
static void tell_guide(EscTeller *teller, const EscMessage *message)
{
    tell_line(teller, message, ESC_LABEL_CUSTOMER, message->customer);
    tell_line(teller, message, ESC_LABEL_UNTIL, message->until);
    if (message->next.size > 0) {
        tell_label(teller, message, ESC_LABEL_THEN);
        esc_tell_value(teller, message->next);
        tell_label(teller, message, ESC_LABEL_IS_CALLED);
    }
    tell_line(teller, message, ESC_LABEL_BY, message->by);
    tell_line(teller, message, ESC_LABEL_ROOM, message->room);
    tell_line(teller, message, ESC_LABEL_ACT, message->act);
}

/* What it belongs to, on a line of its own. */
static void tell_place(EscTeller *teller, const EscMessage *message)
{
    const EscText parts[] = {message->workspace, message->escalation, message->ticket,
                             message->template_name, message->severity};
    esc_tell_own(teller, ESC_TEXT("\n"));
    for (size_t i = 0; i < ESC_COUNT_OF(parts); i++) {
        if (parts[i].size == 0)
            continue;
        if (i > 0)
            esc_tell_own(teller, ESC_TEXT(" · "));
        esc_tell_value(teller, parts[i]);
    }
}

static void say(EscTeller teller, const EscMessage *message)
{
    if (message->page)
        tell_label(&teller, message, ESC_LABEL_PAGE);
    esc_tell_words(&teller, message->text, message->own, message->own_count);
    if (!esc_text_contains(message->text, message->question)) {
        esc_tell_own(&teller, ESC_TEXT("\n"));
        esc_tell_value(&teller, message->question);
    }
    tell_answers(&teller, message);
    tell_guide(&teller, message);
    tell_place(&teller, message);
}

void esc_message_say(EscBuf *out, const EscMessage *message, bool is_chat)
{
    say((EscTeller){.out = out, .is_chat = is_chat}, message);
}

void esc_message_mark_down(EscBuf *out, const EscMessage *message)
{
    say((EscTeller){.out = out, .is_chat = true, .is_markdown = true}, message);
}
