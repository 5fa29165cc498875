/* call_off.c - an escalation was a mistake, and a person ends it: its changes are taken back, nothing is asked for any more,
 * and whoever was called hears that they need not come. Kept apart from a resolution: the ticket stays as it is. */
#include <engine/run.h>

/* Whoever was called for it, once each. */
typedef struct Called {
    EscText *names;
    size_t count, capacity;
} Called;

static void called_add(EscEngine *engine, Called *called, EscText person)
{
    if (person.size == 0 || esc_texts_hold(called->names, called->count, person))
        return;
    called->names = esc_arena_grow(engine->turn.arena, called->names, called->count,
                                   &called->capacity, sizeof *called->names);
    ESC_ASSERT(called->names != NULL);
    called->names[called->count++] = person;
}

static Called called_find(EscEngine *engine, EscEscalation *escalation)
{
    Called called = {.count = 0};
    EscPeople people;
    called_add(engine, &called, escalation->owner);
    esc_turn_people(engine, escalation, &people);
    for (uint32_t i = 0; i < people.count; i++)
        called_add(engine, &called, people.names[i]);
    for (size_t i = 0; i < escalation->formers_count; i++)
        called_add(engine, &called, escalation->formers[i].person);
    for (size_t i = 0; i < escalation->ackers_count; i++)
        called_add(engine, &called, escalation->ackers[i]);
    for (size_t i = 0; i < escalation->pages_count; i++)
        called_add(engine, &called, escalation->pages[i].person);
    for (size_t i = 0; i < escalation->paged_count; i++)
        called_add(engine, &called, escalation->paged[i].person);
    return called;
}

static EscText told_text(EscEngine *engine, const Called *called, EscText actor)
{
    EscBuf buf = esc_turn_buf();
    for (size_t i = 0; i < called->count; i++) {
        if (esc_text_equal(called->names[i], actor))
            continue;
        esc_buf_string(&buf, esc_words_with(esc_buf_as_text(&buf), ", "));
        esc_buf_text(&buf, called->names[i]);
    }
    return esc_turn_take(engine, &buf);
}

/* What it was about: "A customer is down, Checkout fails". */
static EscText matter_text(EscEngine *engine, const EscEscalation *escalation)
{
    EscText title = esc_unmarked(
        engine, esc_ticket_text(engine, escalation->ticket, engine->schema.title_slot));
    return esc_turn_printf(engine, "%.*s%s%.*s", ESC_TEXT_ARG(esc_escalation_title(escalation)),
                           esc_words_with(title, ", "), ESC_TEXT_ARG(title));
}

static void called_tell(EscEngine *engine, EscEscalation *escalation, const Called *called,
                        EscText actor, EscText reason)
{
    EscNotice notice = {
        .marked = esc_say(engine, CALLED_OFF, esc_escalation_name(engine, escalation),
                          escalation->ticket->id, matter_text(engine, escalation), actor, reason),
        .is_due = true,
    };
    for (size_t i = 0; i < called->count; i++)
        if (!esc_text_equal(called->names[i], actor))
            esc_message_person(engine, escalation, called->names[i], &notice);
}

/* None of them is asked for: what was judged before stays as it is. */
static void checks_skip(EscEngine *engine, EscEscalation *escalation)
{
    for (uint32_t i = 0; i < escalation->checks_count && escalation->bundle != NULL; i++)
        if (escalation->checks[i] == ESC_CHECK_STATE_PENDING)
            esc_qa_set(engine, escalation, i, ESC_CHECK_STATE_NOT_ASKED, (EscText){0},
                       (EscText){0});
}

void esc_escalation_call_off(EscEngine *engine, EscEscalation *escalation, EscText actor,
                             EscText reason)
{
    Called called = called_find(engine, escalation);
    esc_audit_escalation(
        engine, escalation, ESC_AUDIT_CALLED_OFF,
        esc_audit_data(engine, "reason", reason, "told", told_text(engine, &called, actor), NULL),
        "%.*s called it off as a mistake: %.*s", ESC_TEXT_ARG(actor), ESC_TEXT_ARG(reason));
    esc_rollback_at_end(engine, escalation, reason);
    checks_skip(engine, escalation);
    esc_pages_stop(engine, escalation, (EscText){0});
    called_tell(engine, escalation, &called, actor, reason);
    escalation->outcome = ESC_TEXT(ESC_OUTCOME_CALLED_OFF);
    escalation->is_closed_by_when = false;
    esc_escalation_closed(engine, escalation);
}
