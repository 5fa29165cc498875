/* actions.c - which escalation or ticket an act of a person is about, and who does it: the table of verbs. An act is
 * checked in full before it changes anything; one that comes too late is accepted and changes nothing. */
#include <engine/flow.h>

#include <string.h>

#include "deeds.h"

/* Whether the verb has something to do there; decides which escalation of a ticket is meant. */
static bool is_meant(EscEngine *engine, EscEscalation *escalation, const EscAction *action)
{
    switch (action->verb) {
    case ESC_VERB_ACK:
        return !escalation->is_acked;
    case ESC_VERB_KEEP:
        return esc_follow_is_on(escalation);
    case ESC_VERB_ACCEPT:
    case ESC_VERB_DECLINE:
        return esc_offer_is_to(escalation, action->actor);
    case ESC_VERB_ANSWER:
        return esc_question_find(escalation, ESC_QUESTION_ASK, (EscText){0}) != NULL;
    case ESC_VERB_APPROVE:
    case ESC_VERB_REJECT:
        return esc_question_find(escalation, ESC_QUESTION_APPROVE, (EscText){0}) != NULL;
    case ESC_VERB_CONFIRM:
    case ESC_VERB_OVERRIDE:
        return esc_check_is_open(engine, escalation, action);
    case ESC_VERB_ROLLBACK:
        return escalation->changes_count > 0;
    default:
        return true;
    }
}

/* What these do to a ticket is one thing, however many escalations it has. */
static bool is_about_ticket(EscVerb verb)
{
    return verb == ESC_VERB_RESOLVE || verb == ESC_VERB_START;
}

static bool is_about_person(EscVerb verb)
{
    return verb == ESC_VERB_ABSENT || verb == ESC_VERB_PRESENT || verb == ESC_VERB_TEST ||
           verb == ESC_VERB_LOGIN;
}

/* A task may outlive its escalation. */
static bool is_about_task(EscVerb verb)
{
    return verb == ESC_VERB_CLAIM || verb == ESC_VERB_RELEASE || verb == ESC_VERB_COMPLETE;
}

/* Whether the verb names a check, which says whose it is though it is settled. */
static bool names_check(const EscAction *action)
{
    return (action->verb == ESC_VERB_CONFIRM || action->verb == ESC_VERB_OVERRIDE) &&
           action->target.size > 0;
}

/* The open escalation number i that an act on the ticket may be about: its own come first, then those that it joined. NULL
 * behind the last. */
static EscEscalation *escalation_number(const EscDeed *deed, size_t i)
{
    const EscTicket *ticket = deed->ticket;
    if (i < ticket->open_count)
        return ticket->open[i];
    i -= ticket->open_count;
    return i < ticket->joined_count
               ? esc_escalation_find(deed->engine, ticket->joined[i].escalation)
               : NULL;
}

/* One whose bundle is lost may have it. */
static EscEscalation *escalation_with_check(EscDeed *deed)
{
    EscEscalation *unknown = NULL, *escalation = NULL;
    for (size_t i = 0; (escalation = escalation_number(deed, i)) != NULL; i++) {
        if (esc_check_is_known(deed->engine, escalation, deed->action))
            return escalation;
        if (escalation->bundle == NULL)
            unknown = escalation;
    }
    return unknown;
}

/* None of the ticket's open escalations has anything left to do for the verb. What is said is said of the one that it was
 * about, where that is certain, and else of the ticket: never of another one. */
static EscStatus escalation_that_was(EscDeed *deed)
{
    const EscAction *action = deed->action;
    EscEscalation *first = escalation_number(deed, 0);
    EscText id = esc_utf8_cut(deed->ticket->id, 100);
    if (first == NULL)
        return esc_why(deed->why, ESC_CONFLICT, "", 0, "the ticket \"%.*s\" has no open escalation",
                       ESC_TEXT_ARG(id));
    bool is_only = escalation_number(deed, 1) == NULL;
    deed->escalation = names_check(action) ? escalation_with_check(deed) : is_only ? first : NULL;
    if (deed->escalation == NULL && names_check(action))
        return esc_why(deed->why, ESC_NOT_FOUND, "", 0,
                       "no open escalation of \"%.*s\" has a check \"%.*s\"", ESC_TEXT_ARG(id),
                       ESC_TEXT_ARG(esc_utf8_cut(action->target, 100)));
    if (deed->escalation == NULL)
        esc_deed_note(deed->engine, esc_say(deed->engine, SORRY_NONE_WAITS, id));
    return ESC_OK;
}

/* The escalation of the deed's ticket that the action fits. Nobody guesses which of two a person means. */
static EscStatus escalation_of_ticket(EscDeed *deed)
{
    EscEscalation *second = NULL, *escalation = NULL;
    const EscTicket *ticket = deed->ticket;
    for (size_t i = 0; (escalation = escalation_number(deed, i)) != NULL; i++) {
        if (!is_meant(deed->engine, escalation, deed->action))
            continue;
        if (deed->escalation == NULL)
            deed->escalation = escalation;
        else if (second == NULL)
            second = escalation;
    }
    if (second != NULL && !is_about_ticket(deed->action->verb))
        return esc_why(deed->why, ESC_CONFLICT, "", 0,
                       "%s could mean E-%llu or E-%llu of \"%.*s\": name the escalation",
                       esc_verb_name(deed->action->verb), (unsigned long long)deed->escalation->id,
                       (unsigned long long)second->id, ESC_TEXT_ARG(esc_utf8_cut(ticket->id, 100)));
    return deed->escalation == NULL && !is_about_ticket(deed->action->verb)
               ? escalation_that_was(deed)
               : ESC_OK;
}

/* Whether it waits for whoever acts to do just that: the last resort, who may do it too, is waited for nowhere. */
static bool waits_for(EscEngine *engine, EscEscalation *escalation, const EscAction *action)
{
    switch (action->verb) {
    case ESC_VERB_ANSWER:
        return esc_question_is_for(engine, escalation, ESC_QUESTION_ASK, action->target,
                                   action->actor);
    case ESC_VERB_APPROVE:
    case ESC_VERB_REJECT:
        return esc_question_is_for(engine, escalation, ESC_QUESTION_APPROVE, (EscText){0},
                                   action->actor);
    default:
        return esc_text_equal(escalation->owner, action->actor) &&
               is_meant(engine, escalation, action);
    }
}

/* Nobody says which is meant: then it is the only one that waits for them, or none. */
static EscStatus escalation_of_actor(EscDeed *deed)
{
    EscEscalation *escalation = NULL, *second = NULL;
    for (size_t at = 0; (escalation = esc_escalation_next(deed->engine, &at)) != NULL;) {
        if (!esc_escalation_is_open(escalation) ||
            !waits_for(deed->engine, escalation, deed->action))
            continue;
        if (deed->escalation == NULL)
            deed->escalation = escalation;
        else if (second == NULL || escalation->id < second->id)
            second = escalation;
    }
    if (deed->escalation == NULL)
        return esc_why(deed->why, ESC_NOT_FOUND, "", 0,
                       "nothing that is open waits for that of you");
    if (second != NULL)
        return esc_why(deed->why, ESC_CONFLICT, "", 0,
                       "E-%llu and E-%llu wait for you: write which one is meant",
                       (unsigned long long)(deed->escalation->id < second->id ? deed->escalation->id
                                                                              : second->id),
                       (unsigned long long)(deed->escalation->id < second->id
                                                ? second->id
                                                : deed->escalation->id));
    deed->ticket = deed->escalation->ticket;
    return ESC_OK;
}

static EscStatus escalation_of(EscDeed *deed)
{
    EscEngine *engine = deed->engine;
    const EscAction *action = deed->action;
    if (action->escalation != 0) {
        deed->escalation = esc_escalation_find(engine, action->escalation);
        if (deed->escalation != NULL)
            deed->ticket = deed->escalation->ticket;
        else if (!esc_escalation_was(engine, action->escalation))
            return esc_why(deed->why, ESC_NOT_FOUND, "", 0, "there is no escalation E-%llu",
                           (unsigned long long)action->escalation);
        return ESC_OK;
    }
    if (action->is_only && action->ticket.size == 0)
        return escalation_of_actor(deed);
    deed->ticket = esc_ticket_find(engine, action->ticket);
    if (deed->ticket == NULL)
        return esc_why(deed->why, ESC_NOT_FOUND, "", 0, "there is no ticket \"%.*s\"",
                       ESC_TEXT_ARG(esc_utf8_cut(action->ticket, 100)));
    return escalation_of_ticket(deed);
}

/* What is changed and not written yet has a version that nobody has seen. */
static bool is_as_seen(const EscDeed *deed)
{
    const EscEscalation *escalation = deed->escalation;
    return escalation != NULL && escalation->id == deed->action->if_escalation &&
           escalation->version == deed->action->if_version && !escalation->is_dirty;
}

/* It was handed over behind the message by which somebody acts: what that asked of them is others' now. A question stands for
 * itself, whoever has the escalation. */
static bool is_moved_on(const EscDeed *deed)
{
    const EscMeant *meant = &deed->action->meant;
    return meant->is_set && meant->question == 0 && meant->item == 0 && deed->escalation != NULL &&
           esc_escalation_is_open(deed->escalation) &&
           deed->escalation->handoffs != meant->handoffs;
}

bool esc_engine_waits_for(EscEngine *engine, const EscAction *action)
{
    EscDeed deed = {.engine = engine,
                    .action = action,
                    .actor = action->actor,
                    .escalation = esc_escalation_find(engine, action->escalation)};
    if (deed.escalation == NULL || !esc_escalation_is_open(deed.escalation))
        return false;
    return action->verb == ESC_VERB_ACK ? !deed.escalation->is_acked && !is_moved_on(&deed)
                                        : esc_question_is_open(&deed);
}

EscStatus esc_action_apply(EscEngine *engine, const EscAction *action, EscWhy *why)
{
    static EscStatus (*const deeds[ESC_VERB_COUNT])(EscDeed * deed) = {
        [ESC_VERB_ACK] = esc_deed_ack,           [ESC_VERB_RESOLVE] = esc_deed_resolve,
        [ESC_VERB_HANDOFF] = esc_deed_handoff,   [ESC_VERB_ANSWER] = esc_deed_answer,
        [ESC_VERB_APPROVE] = esc_deed_approve,   [ESC_VERB_REJECT] = esc_deed_reject,
        [ESC_VERB_CONFIRM] = esc_deed_confirm,   [ESC_VERB_OVERRIDE] = esc_deed_override,
        [ESC_VERB_START] = esc_deed_start,       [ESC_VERB_ABSENT] = esc_deed_absence,
        [ESC_VERB_PRESENT] = esc_deed_absence,   [ESC_VERB_KEEP] = esc_deed_keep,
        [ESC_VERB_TEST] = esc_deed_test,         [ESC_VERB_CLAIM] = esc_deed_claim,
        [ESC_VERB_RELEASE] = esc_deed_release,   [ESC_VERB_COMPLETE] = esc_deed_complete,
        [ESC_VERB_ROLLBACK] = esc_deed_rollback, [ESC_VERB_CALL_OFF] = esc_deed_call_off,
        [ESC_VERB_LOGIN] = esc_deed_login,
        [ESC_VERB_ACCEPT] = esc_deed_accept,   [ESC_VERB_DECLINE] = esc_deed_decline,
    };
    if (action->verb >= ESC_VERB_COUNT || action->actor.size == 0 ||
        action->actor.size > ESC_ID_BYTES_MAX)
        return esc_why(why, ESC_BAD_INPUT, "", 0, "an action needs a verb and an actor");
    engine->turn.reads = esc_act_reads(engine, action);
    EscDeed deed = {.engine = engine, .action = action, .why = why};
    bool needs_escalation = !is_about_person(action->verb) && !is_about_task(action->verb);
    if (needs_escalation) {
        EscStatus status = escalation_of(&deed);
        if (status != ESC_OK)
            return status;
    }
    if (action->if_version != 0 && !is_as_seen(&deed)) {
        engine->turn.outcome->is_noop = engine->turn.outcome->is_stale = true;
        return ESC_OK;
    }
    if (needs_escalation && deed.escalation == NULL &&
        (action->escalation != 0 || !is_about_ticket(action->verb))) { /* an old button */
        engine->turn.outcome->is_noop = true;
        return ESC_OK;
    }
    deed.actor = action->actor;
    engine->turn.actor = deed.actor;
    engine->turn.by = esc_text_equal(action->by, deed.actor) ? (EscText){0} : action->by;
    engine->turn.through = action->through;
    if (!is_moved_on(&deed) && !esc_deed_may(&deed))
        return ESC_OK;
    EscStatus status =
        is_moved_on(&deed)
            ? esc_deed_noop_text(&deed, esc_say(engine, SORRY_MOVED,
                                                esc_escalation_name(engine, deed.escalation),
                                                deed.escalation->owner))
            : deeds[action->verb](&deed);
    if (status != ESC_OK)
        return status;
    if (deed.escalation != NULL && !engine->turn.outcome->is_noop) {
        esc_role_active(engine, deed.escalation);
        esc_outcome_add(engine, deed.escalation);
        esc_ticket_touch(engine, deed.escalation->ticket); /* the act may name one that joined */
    }
    if (deed.ticket != NULL) {
        memcpy(engine->turn.outcome->ticket, deed.ticket->id.data, deed.ticket->id.size);
        esc_ticket_touch(engine, deed.ticket);
    }
    return ESC_OK;
}
