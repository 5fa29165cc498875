/* buttons.c - which buttons a message has: what its reader could also do by escalctl, and nothing that would have to be told
 * more (handing over, starting). Pure. */
#include "buttons.h"

#include "labels.h"

typedef struct Row {
    const EscMessage *message;
    const EscOutboxRow *row;
    EscOffered *out;
    uint32_t count;
} Row;

static void offer(Row *buttons, EscText verb, EscText answer, EscText label, bool is_first_choice)
{
    const EscOutboxRow *row = buttons->row;
    bool is_to_person = row->address.size > 0;
    if (buttons->count == ESC_BUTTONS_MAX)
        return;
    buttons->out[buttons->count++] =
        (EscOffered){.does = {.verb = verb,
                              .escalation = buttons->message->escalation,
                              .answer = answer,
                              .channel = is_to_person ? (EscText){"", 0} : row->target,
                              .person = is_to_person ? row->target : (EscText){"", 0},
                              .outbox = row->id,
                              .question = buttons->message->question_number},
                     .label = label,
                     .is_first_choice = is_first_choice};
}

static EscText label(const Row *buttons, EscLabel name)
{
    return esc_label(buttons->message->language, name);
}

/* Those of an approval and of an offer are verbs of their own. */
static void offer_answers(Row *buttons)
{
    const EscMessage *message = buttons->message;
    bool is_verb = esc_text_equal(message->answers[0].name, ESC_TEXT("approve")) ||
                   (message->question.size == 0 &&
                    esc_text_equal(message->answers[0].name, ESC_TEXT("accept")));
    for (uint32_t i = 0; i < message->answers_count; i++) {
        const EscMessageAnswer *answer = &message->answers[i];
        offer(buttons, is_verb ? answer->name : ESC_TEXT("answer"),
              is_verb ? (EscText){"", 0} : answer->name, answer->title, i == 0);
    }
}

uint32_t esc_buttons_of(const EscMessage *message, const EscOutboxRow *row,
                        EscOffered out[ESC_BUTTONS_MAX])
{
    Row buttons = {.message = message, .row = row, .out = out};
    bool is_to_channel = row->address.size == 0;
    if (message->escalation.size == 0)
        return 0;
    if (message->answers_count > 0) {
        offer_answers(&buttons);
    } else if (message->question.size > 0) {
        offer(&buttons, ESC_TEXT("confirm"), (EscText){"", 0}, label(&buttons, ESC_LABEL_CONFIRM),
              true);
    } else if (is_to_channel || message->until.size > 0) {
        offer(&buttons, ESC_TEXT("ack"), (EscText){"", 0}, label(&buttons, ESC_LABEL_ACKNOWLEDGE),
              true);
        offer(&buttons, ESC_TEXT("resolve"), (EscText){"", 0}, label(&buttons, ESC_LABEL_RESOLVE),
              false);
    }
    return buttons.count;
}
