/* message.c - messages as people read them. Pure. */
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

static void tell_line(EscTeller *teller, EscText name, EscText value)
{
    if (value.size == 0)
        return;
    esc_tell_own(teller, ESC_TEXT("\n"));
    esc_tell_own(teller, name);
    esc_tell_value(teller, value);
}

/* Who it is for, until when, who is called then, and how to act. */
static void tell_guide(EscTeller *teller, const EscMessage *message)
{
    tell_line(teller, ESC_TEXT("Customer: "), message->customer);
    tell_line(teller, ESC_TEXT("Acknowledge by: "), message->until);
    if (message->next.size > 0) {
        esc_tell_own(teller, ESC_TEXT("; then "));
        esc_tell_value(teller, message->next);
        esc_tell_own(teller, ESC_TEXT(" is called"));
    }
    tell_line(teller, ESC_TEXT("To act: "), message->act);
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

void esc_message_say(EscBuf *out, const EscMessage *message, bool is_chat)
{
    EscTeller teller = {.out = out, .is_chat = is_chat};
    if (message->page)
        esc_tell_own(&teller, ESC_TEXT("PAGE: "));
    esc_tell_words(&teller, message->text, message->own, message->own_count);
    if (!esc_text_contains(message->text, message->question)) {
        esc_tell_own(&teller, ESC_TEXT("\n"));
        esc_tell_value(&teller, message->question);
    }
    tell_answers(&teller, message);
    tell_guide(&teller, message);
    tell_place(&teller, message);
}
