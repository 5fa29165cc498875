/* scenario_acts.c - what people do in a scenario. An act that nothing asked for shows that the test, or the template, is not
 * what its author thinks, so it fails the test. */
#include <stdio.h>
#include <string.h>

#include "scenario.h"

/* --- what waits ------------------------------------------------------------------------------- */

typedef struct Waiting {
    EscEngine *engine;
    EscText ticket; /* the one at hand */
    EscBuf out;
    uint32_t open_count, own_count; /* of all tickets, of this one */
    EscText only;                   /* the ticket of the open one */
} Waiting;

static bool add_waiting(void *context, const EscEscalationView *view)
{
    Waiting *waiting = context;
    if (view->state == ESC_STATE_CLOSED)
        return true;
    waiting->only = view->ticket;
    waiting->own_count += esc_engine_is_about(waiting->engine, view->id, waiting->ticket);
    esc_buf_printf(&waiting->out, "%s%.*s waits for %.*s", waiting->open_count++ > 0 ? "; " : "",
                   ESC_TEXT_ARG(view->template_name), ESC_TEXT_ARG(view->waiting_for));
    if (view->question.size > 0)
        esc_buf_printf(&waiting->out, " (\"%.*s\")",
                       ESC_TEXT_ARG(esc_utf8_cut(view->question, 60)));
    return true;
}

static Waiting look_around(EscPlay *play)
{
    Waiting waiting = {.engine = play->engine, .ticket = play->ticket};
    esc_buf_init(&waiting.out, ESC_SCENARIO_BYTES_MAX);
    esc_engine_each_escalation(play->engine, add_waiting, &waiting);
    waiting.only = esc_arena_text(play->arena, waiting.only);
    return waiting;
}

/* Says why, and what waits instead. */
static EscStatus refuse(EscPlay *play, EscStatus status, EscVerb verb, const char *note,
                        EscWhy *why)
{
    Waiting waiting = look_around(play);
    char said[sizeof why->text];
    snprintf(said, sizeof said, "%s", note);
    if (waiting.open_count == 0)
        esc_buf_string(&waiting.out, "no escalation is open");
    status = esc_why(why, status, "", 0, "nothing asks for this `%s`%s%s; %.*s",
                     esc_verb_name(verb), said[0] == '\0' ? "" : ": ", said,
                     ESC_TEXT_ARG(esc_utf8_cut(esc_buf_as_text(&waiting.out), 300)));
    esc_buf_release(&waiting.out);
    return status;
}

/* --- acting ----------------------------------------------------------------------------------- */

/* The ticket at hand, or that of the only open escalation where it has none. */
static EscText ticket_of(EscPlay *play, EscVerb verb)
{
    if (verb == ESC_VERB_START)
        return play->ticket;
    Waiting waiting = look_around(play);
    bool is_other = waiting.own_count == 0 && waiting.open_count == 1;
    esc_buf_release(&waiting.out);
    return is_other ? waiting.only : play->ticket;
}

/* What has to have one gets it, so that a test need not say it. */
static EscText reason_of(EscVerb verb)
{
    switch (verb) {
    case ESC_VERB_REJECT:
        return ESC_TEXT("the test rejects it");
    case ESC_VERB_KEEP:
        return ESC_TEXT("the test keeps it");
    case ESC_VERB_CALL_OFF:
        return ESC_TEXT("the test calls it off");
    case ESC_VERB_OVERRIDE:
        return ESC_TEXT("the test overrides it");
    case ESC_VERB_HANDOFF:
        return ESC_TEXT("the test hands it over");
    case ESC_VERB_DECLINE:
        return ESC_TEXT("the test declines it");
    default:
        return (EscText){"", 0};
    }
}

/* `refused ack by leo`, and it was not: it was done, or something else was in the way. */
static EscStatus not_refused(EscVerb verb, EscStatus status, const EscOutcome *outcome,
                             EscWhy *why)
{
    char said[ESC_NOTE_BYTES_MAX];
    snprintf(said, sizeof said, "%s", status == ESC_OK ? outcome->note : why->text);
    return esc_why(why, ESC_CONFLICT, "", 0, "this `%s` was not refused%s%.*s", esc_verb_name(verb),
                   said[0] == '\0' ? "" : ": ",
                   ESC_TEXT_ARG(esc_utf8_cut(esc_text_from(said), 180)));
}

EscStatus esc_play_act(EscPlay *play, const EscScenarioStep *step, EscVerb verb, EscWhy *why)
{
    EscStatus status = esc_play_put_given(play, why);
    if (status != ESC_OK)
        return status;
    if (!esc_engine_has_ticket(play->engine, play->ticket) && verb == ESC_VERB_START)
        return esc_why(why, ESC_NOT_FOUND, "", 0,
                       "there is no ticket yet: `given ticket { … }` says what it is");
    EscOwners owners;
    esc_play_who(play, step->who, &owners);
    if (owners.count == 0)
        return esc_why(why, ESC_NOT_FOUND, "", 0, "%.*s is nobody at this moment",
                       ESC_TEXT_ARG(step->who.name));
    EscText actor = play->program->texts[play->program->persons[owners.persons[0]].name];
    EscAction action = {.verb = verb, .actor = actor, .ticket = ticket_of(play, verb)};
    bool is_check = verb == ESC_VERB_CONFIRM || verb == ESC_VERB_OVERRIDE;
    action.target = is_check                     ? step->text
                    : verb == ESC_VERB_HANDOFF ? step->to.name
                                               : step->name;
    if (verb == ESC_VERB_START) {
        status = esc_play_given(play, step, &action, why);
        if (status != ESC_OK)
            return status;
    }
    action.reason = reason_of(verb);
    action.within_ms = verb == ESC_VERB_HANDOFF ? step->ms : 0;
    action.expect = step->until_resolved ? ESC_EXPECT_RESOLVED : ESC_EXPECT_ACKED;
    action.offer_ms = step->offer_ms;
    EscOutcome outcome = {.is_noop = false};
    status = esc_play_apply(play, &(EscInput){.kind = ESC_INPUT_ACTION, .action = &action},
                            &outcome, why);
    bool is_refused = status == ESC_FORBIDDEN || (status == ESC_OK && outcome.is_forbidden);
    if (step->is_refused)
        return is_refused ? ESC_OK : not_refused(verb, status, &outcome, why);
    if (status != ESC_OK)
        return refuse(play, status, verb, why->text, why);
    if ((outcome.is_noop && !outcome.is_noted) || outcome.is_refused)
        return refuse(play, ESC_CONFLICT, verb, outcome.note, why);
    return ESC_OK;
}
