/* deeds.c - what every act of a person needs: what is answered to one that changes nothing, its reason, the text for who
 * comes too late, and that the accountable person who acts has noticed it. Not its job: any single act. */
#include "deeds.h"

#include <string.h>

const char *esc_verb_name(EscVerb verb)
{
    static const char *const names[ESC_VERB_COUNT] = {
        [ESC_VERB_ACK] = "ack",           [ESC_VERB_RESOLVE] = "resolve",
        [ESC_VERB_HANDOFF] = "handoff",   [ESC_VERB_ANSWER] = "answer",
        [ESC_VERB_APPROVE] = "approve",   [ESC_VERB_REJECT] = "reject",
        [ESC_VERB_CONFIRM] = "confirm",   [ESC_VERB_OVERRIDE] = "override",
        [ESC_VERB_START] = "start",       [ESC_VERB_ABSENT] = "absent",
        [ESC_VERB_PRESENT] = "present",   [ESC_VERB_KEEP] = "keep",
        [ESC_VERB_TEST] = "test",         [ESC_VERB_CLAIM] = "claim",
        [ESC_VERB_RELEASE] = "release",   [ESC_VERB_COMPLETE] = "complete",
        [ESC_VERB_ROLLBACK] = "rollback", [ESC_VERB_CALL_OFF] = "call-off",
        [ESC_VERB_LOGIN] = "login",
        [ESC_VERB_ACCEPT] = "accept",   [ESC_VERB_DECLINE] = "decline",
    };
    ESC_ASSERT(verb < ESC_VERB_COUNT);
    return names[verb];
}

static void text_put(char *to, EscText text, size_t size_max)
{
    text = esc_utf8_cut(text, size_max);
    memcpy(to, text.data, text.size);
    to[text.size] = '\0';
}

void esc_deed_note(EscEngine *engine, EscText text)
{
    text_put(engine->turn.outcome->note, esc_said(engine, text, engine->turn.reads),
             ESC_NOTE_BYTES_MAX - 1);
}

EscText esc_deed_reason_tail(const EscDeed *deed)
{
    return esc_turn_reason(deed->engine, deed->action->reason);
}

EscStatus esc_deed_noop_text(EscDeed *deed, EscText because)
{
    EscEngine *engine = deed->engine;
    engine->turn.outcome->is_noop = true;
    esc_deed_note(engine, because);
    EscText verb = esc_text_from(esc_verb_name(deed->action->verb));
    if (deed->escalation != NULL && esc_escalation_is_open(deed->escalation))
        esc_audit_escalation(
            engine, deed->escalation, ESC_AUDIT_IGNORED,
            esc_audit_data(engine, "verb", verb, "reason", deed->action->reason, NULL),
            "%.*s by %.*s changed nothing: %.*s", ESC_TEXT_ARG(verb), ESC_TEXT_ARG(deed->actor),
            ESC_TEXT_ARG(because));
    return ESC_OK;
}

/* A title that is long gives way to what is said of it. */
#define TITLE_BYTES_MAX 60

/* "E-1 (INC-7, Checkout fails) was closed as resolved at 2026-03-02 11:06 CET" */
static EscText ended_text(EscEngine *engine, const EscEscalationRow *row, EscText title)
{
    title = esc_turn_cut(engine, title, TITLE_BYTES_MAX);
    EscText id = esc_turn_printf(engine, "E-%llu", (unsigned long long)row->id),
            about =
                esc_turn_printf(engine, "%.*s%s%.*s", ESC_TEXT_ARG(esc_utf8_cut(row->ticket, 64)),
                                esc_words_with(title, ", "), ESC_TEXT_ARG(title));
    return esc_say(engine, SORRY_CLOSED, id, about, row->outcome,
                   esc_local_time(engine, row->closed_at_ms));
}

EscText esc_deed_closed_text(const EscDeed *deed)
{
    const EscEscalation *escalation = deed->escalation;
    const EscEscalationRow row = {.id = escalation->id,
                                  .ticket = escalation->ticket->id,
                                  .outcome = escalation->outcome,
                                  .closed_at_ms = escalation->closed_at_ms};
    return ended_text(
        deed->engine, &row,
        esc_ticket_text(deed->engine, escalation->ticket, deed->engine->schema.title_slot));
}

EscLanguage esc_act_reads(const EscEngine *engine, const EscAction *action)
{
    return action->through.size == 0 ? ESC_LANGUAGE_ENGLISH : esc_reads(engine, action->actor);
}

void esc_engine_note_closed(EscEngine *engine, const EscAction *action, const EscEscalationRow *row,
                            EscText title, EscOutcome *outcome)
{
    EscText said = esc_said(engine, ended_text(engine, row, title), esc_act_reads(engine, action));
    text_put(outcome->note, said, ESC_NOTE_BYTES_MAX - 1);
    text_put(outcome->ticket, row->ticket, ESC_ID_BYTES_MAX);
}

EscStatus esc_deed_check_reason(const EscDeed *deed)
{
    if (deed->action->reason.size == 0)
        return esc_sorry(deed->engine, deed->why, ESC_BAD_INPUT,
                         esc_say(deed->engine, SORRY_NO_REASON,
                                 esc_text_from(esc_verb_name(deed->action->verb))));
    if (deed->action->reason.size > ESC_REASON_BYTES_MAX)
        return esc_why(deed->why, ESC_BAD_INPUT, "", 0, "a reason has at most %d bytes",
                       ESC_REASON_BYTES_MAX);
    return ESC_OK;
}

EscStatus esc_deed_check_actor(const EscDeed *deed)
{
    if (esc_person_known(deed->engine, deed->actor))
        return ESC_OK;
    return esc_sorry(deed->engine, deed->why, ESC_FORBIDDEN,
                     esc_say(deed->engine, SORRY_NOBODY, esc_utf8_cut(deed->actor, 64)));
}

/* Whoever had it and has it no more takes nothing back by what they were asked then. */
static bool was_former(const EscEscalation *escalation, EscText person)
{
    for (size_t i = 0; i < escalation->formers_count; i++)
        if (esc_text_equal(escalation->formers[i].person, person))
            return true;
    return false;
}

/* Whether it is this person whom it called: who has it, who is asked beside them, and whoever is paged for it and may take it. */
static bool was_called(EscDeed *deed)
{
    EscEngine *engine = deed->engine;
    EscEscalation *escalation = deed->escalation;
    if (esc_text_equal(escalation->owner, deed->actor))
        return true;
    if (deed->action->verb == ESC_VERB_HANDOFF) /* nobody takes what they hand over from another */
        return false;
    EscPeople people;
    esc_turn_people(engine, escalation, &people);
    return esc_people_has(&people, deed->actor) ||
           (!was_former(escalation, deed->actor) &&
            esc_paged_is_under_way(escalation, deed->actor) &&
            esc_role_check_ack(engine, escalation, deed->actor, NULL) == ESC_OK);
}

/* How the trail says by what somebody has acknowledged; empty: by saying so. */
static EscText noticed_by(EscVerb verb)
{
    static const char *const words[ESC_VERB_COUNT] = {
        [ESC_VERB_HANDOFF] = "by handing over", [ESC_VERB_ANSWER] = "by answering",
        [ESC_VERB_APPROVE] = "by approving",    [ESC_VERB_REJECT] = "by rejecting",
        [ESC_VERB_CONFIRM] = "by confirming",   [ESC_VERB_START] = "by starting it",
        [ESC_VERB_KEEP] = "by keeping it",
    };
    return words[verb] == NULL ? (EscText){"", 0} : esc_text_from(words[verb]);
}

bool esc_deed_notices(EscDeed *deed)
{
    EscEngine *engine = deed->engine;
    EscEscalation *escalation = deed->escalation;
    bool is_passing = deed->action->verb == ESC_VERB_HANDOFF &&
                      !esc_text_equal(deed->action->target, deed->actor);
    if (escalation->is_acked || !esc_escalation_is_open(escalation) || !was_called(deed))
        return false;
    engine->turn.noticed = noticed_by(deed->action->verb);
    bool is_taken = is_passing ? esc_role_ack_passing(engine, escalation, deed->actor)
                               : esc_role_ack(engine, escalation, deed->actor);
    engine->turn.noticed = (EscText){0};
    if (is_taken && escalation->is_acked)
        esc_qa_acked(engine, escalation);
    return is_taken;
}
