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
    action.target = verb == ESC_VERB_CONFIRM ? step->text : step->name;
    if (verb == ESC_VERB_START) {
        status = esc_play_given(play, step, &action, why);
        if (status != ESC_OK)
            return status;
    }
    if (verb == ESC_VERB_REJECT)
        action.reason = ESC_TEXT("the test rejects it");
    if (verb == ESC_VERB_KEEP)
        action.reason = ESC_TEXT("the test keeps it");
    if (verb == ESC_VERB_CALL_OFF)
        action.reason = ESC_TEXT("the test calls it off");
    EscOutcome outcome = {.is_noop = false};
    status = esc_play_apply(play, &(EscInput){.kind = ESC_INPUT_ACTION, .action = &action},
                            &outcome, why);
    if (status != ESC_OK)
        return refuse(play, status, verb, why->text, why);
    if ((outcome.is_noop && !outcome.is_noted) || outcome.is_refused)
        return refuse(play, ESC_CONFLICT, verb, outcome.note, why);
    return ESC_OK;
}
