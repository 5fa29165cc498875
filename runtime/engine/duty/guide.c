/* guide.c - what stands below a message to a person, so that they need to look nothing up: the customer, until when, who is
 * next, and how to act. The text above is the author's; these lines are the engine's, in the reader's own zone. */
#include <engine/duty.h>

static EscText customer_text(EscEngine *engine, const EscEscalation *escalation)
{
    uint32_t slot = esc_slot_find(engine, ESC_TEXT("account.name"));
    return slot == ESC_NONE ? (EscText){0} : esc_ticket_text(engine, escalation->ticket, slot);
}

/* The first of a level from `from` on that somebody stands for: "ben (secondary)", "ben (primary, pass 2 of 3)". */
static EscText level_text(EscEngine *engine, EscEscalation *escalation, uint32_t from, bool is_anew)
{
    uint32_t count = esc_role_count(escalation);
    for (uint32_t i = from; i < count; i++) {
        EscPeople people;
        if (is_anew)
            esc_role_people_anew(engine, escalation, i, &people);
        else
            esc_role_people(engine, escalation, i, &people);
        bool is_same = people.count > 0 && esc_text_equal(people.names[0], escalation->owner);
        if (people.count == 0 || (is_same && !is_anew))
            continue; /* as it will be passed over */
        const char *role = esc_role_name(esc_role_row(escalation, i)->role);
        if (is_anew)
            return esc_say(engine, NEXT_IN_PASS, people.names[0], esc_text_from(role),
                           esc_say_count(engine, escalation->pass + 2),
                           esc_say_count(engine, esc_escalation_template(escalation)->repeats + 1));
        return esc_turn_printf(engine, "%.*s (%s)", ESC_TEXT_ARG(people.names[0]), role);
    }
    return (EscText){0};
}

/* Whose turn is next when this one ends without an acknowledgement; empty: nobody can be named. */
static EscText next_text(EscEngine *engine, EscEscalation *escalation)
{
    uint32_t count = esc_role_count(escalation);
    if (escalation->role_row >= count)
        return (EscText){0};
    EscText text = level_text(engine, escalation, escalation->role_row + 1, false);
    if (text.size == 0 && escalation->pass < esc_escalation_template(escalation)->repeats)
        text = level_text(engine, escalation, 0, true);
    if (text.size > 0)
        return text;
    EscPeople people;
    esc_role_people(engine, escalation, count, &people);
    if (people.count == 0 || esc_text_equal(people.names[0], escalation->owner))
        return (EscText){0};
    return esc_turn_printf(engine, "%.*s (%s)", ESC_TEXT_ARG(people.names[0]),
                           esc_role_name(ESC_ROLE_LAST_RESORT));
}

/* Which level of a chain has it, where the role's name does not say so, and which pass through it this is. */
static EscText level_of(EscEngine *engine, const EscEscalation *escalation)
{
    uint32_t count = esc_role_count(escalation);
    if (escalation->role_row >= count)
        return (EscText){0};
    const EscTemplateRow *row = esc_escalation_template(escalation);
    EscText text = {0};
    if (count > ESC_ROLE_LAST_RESORT)
        text = esc_say(engine, LEVEL, esc_say_count(engine, escalation->role_row + 1),
                       esc_say_count(engine, count));
    if (row->repeats > 0) {
        EscText pass = esc_say(engine, PASS, esc_say_count(engine, escalation->pass + 1),
                               esc_say_count(engine, row->repeats + 1));
        text = esc_turn_printf(engine, "%.*s%s%.*s", ESC_TEXT_ARG(text), esc_words_with(text, ", "),
                               ESC_TEXT_ARG(pass));
    }
    return text.size == 0 ? text : esc_turn_printf(engine, " (%.*s)", ESC_TEXT_ARG(text));
}

static bool is_open(const EscFrame *frame)
{
    return frame->question != NULL && frame->question->kind == ESC_QUESTION_ASK;
}

/* Who takes over a ticket finds the question open that somebody else was sent: theirs to answer now. */
static bool has_open_question(const EscEscalation *escalation)
{
    return is_open(&escalation->frame) ||
           (escalation->triage != NULL && is_open(&escalation->triage->frame));
}

/* The command that does what the message asks for. */
static EscText act_text(EscEngine *engine, const EscEscalation *escalation, EscText person,
                        const EscNotice *notice, bool is_asked_to_ack)
{
    EscText id = esc_escalation_name(engine, escalation);
    if (notice->is_page && !is_asked_to_ack && esc_offer_is_to(escalation, person))
        return esc_say(engine, DO_ACCEPT, id, id);
    if (notice->answers_count > 0 && esc_text_equal(notice->answers[0].name, ESC_TEXT("approve")))
        return esc_say(engine, DO_APPROVE, id, id);
    if (notice->has_answers)
        return esc_say(engine, DO_ANSWER, id);
    if (is_asked_to_ack && notice->question.size == 0 && has_open_question(escalation))
        return esc_say(engine, DO_ACK_AND_ANSWER, id, id);
    const char *verb = notice->question.size > 0 ? "confirm" : is_asked_to_ack ? "ack" : "show";
    return esc_turn_printf(engine, "escalctl %s %.*s", verb, ESC_TEXT_ARG(id));
}

void esc_offer_answers(EscEngine *engine, const EscEscalation *escalation, EscText person,
                       EscNotice *page)
{
    if (!esc_offer_is_to(escalation, person) || esc_text_equal(escalation->owner, person))
        return;
    EscMessageAnswer *answers = esc_turn_alloc(engine, 2 * sizeof *answers);
    answers[0] = (EscMessageAnswer){ESC_TEXT("accept"), ESC_SAYING(ACCEPT)};
    answers[1] = (EscMessageAnswer){ESC_TEXT("decline"), ESC_SAYING(DECLINE)};
    page->answers = answers;
    page->answers_count = 2;
    page->has_answers = true;
}

/* What the reader of a message is asked to do, and what that is bound to. */
static void asks_put(EscEngine *engine, const EscEscalation *escalation, EscText person,
                     const EscNotice *notice, int64_t ack_due_ms, EscMessage *message)
{
    if (!esc_person_known(engine, person)) /* an address in a field: nobody who could act */
        return;
    bool is_approval =
        notice->answers_count > 0 && esc_text_equal(notice->answers[0].name, ESC_TEXT("approve"));
    message->asks = is_approval           ? ESC_ASKS_APPROVAL
                    : notice->has_answers && notice->question.size > 0 ? ESC_ASKS_ANSWER
                    : notice->check > 0   ? ESC_ASKS_CONFIRMATION
                    : ack_due_ms > 0      ? ESC_ASKS_ACK
                                          : ESC_ASKS_NOTHING;
    if (message->asks == ESC_ASKS_NOTHING)
        return;
    message->due_ms = message->asks == ESC_ASKS_ACK ? ack_due_ms : notice->due_ms;
    if (message->asks != ESC_ASKS_ACK && notice->due_ms > 0)
        message->by = esc_person_time(engine, person, notice->due_ms);
    message->handoffs = escalation->handoffs;
    message->question_number = notice->question_number;
    message->check = notice->check;
}

void esc_message_guide(EscEngine *engine, EscEscalation *escalation, EscText person,
                       const EscNotice *notice, EscLanguage language, EscMessage *message)
{
    message->customer = customer_text(engine, escalation);
    message->room = escalation->room;
    if (person.size == 0 || (!notice->is_page && notice->question.size == 0))
        return;
    EscPeople people;
    esc_turn_people(engine, escalation, &people);
    const EscTimerNode *ack = esc_timer_find(escalation->timers, ESC_TIMER_ACK, 0);
    bool is_theirs = esc_text_equal(escalation->owner, person) || esc_people_has(&people, person);
    bool is_asked_to_ack = is_theirs && !escalation->is_acked && ack != NULL;
    if (notice->is_page && is_asked_to_ack) {
        EscText until = esc_turn_printf(engine, "%.*s%.*s",
                                        ESC_TEXT_ARG(esc_person_time(engine, person, ack->due_ms)),
                                        ESC_TEXT_ARG(level_of(engine, escalation)));
        message->until = esc_said(engine, until, language);
        message->next = esc_said(engine, next_text(engine, escalation), language);
    }
    asks_put(engine, escalation, person, notice, message->until.size > 0 ? ack->due_ms : 0,
             message);
    message->act =
        esc_said(engine, act_text(engine, escalation, person, notice, is_asked_to_ack), language);
}
