/* turn.c - what one input leaves for later: exceptions, starts, events and triggers that were asked for, and what the
 * answer says. Who asks does not run anything: the rooms above do, when the present run is over. */
#include <engine/model.h>

#include <stdlib.h>
#include <string.h>

void esc_outcome_add(EscEngine *engine, const EscEscalation *escalation)
{
    EscOutcome *outcome = engine->turn.outcome;
    if (outcome == NULL)
        return;
    for (uint32_t i = 0; i < outcome->escalations_count; i++) {
        if (outcome->escalations[i] == escalation->id)
            return;
    }
    if (outcome->escalations_count < ESC_COUNT_OF(outcome->escalations))
        outcome->escalations[outcome->escalations_count++] = escalation->id;
}

void esc_start_ask(EscEngine *engine, EscTicket *ticket, EscText template_name, EscText because,
                   EscText by, EscGiven given)
{
    if (engine->turn.starts_count >= ESC_ENGINE_STARTS_MAX) {
        esc_audit_ticket(engine, ticket, ESC_AUDIT_NOT_STARTED,
                         esc_audit_data(engine, "template", template_name, "because",
                                        ESC_TEXT("too many"), NULL),
                         "%.*s did not start: templates started %d others at once",
                         ESC_TEXT_ARG(template_name), ESC_ENGINE_STARTS_MAX);
        return;
    }
    ESC_ENGINE_GROW(engine->turn.starts, engine->turn.starts_count, engine->turn.starts_capacity);
    engine->turn.starts[engine->turn.starts_count++] = (EscStartAsked){
        .ticket = ticket,
        .template_name = esc_engine_intern(engine, template_name),
        .because = because,
        .by = by,
        .given = given,
    };
}

/* --- what an escalation asks for -------------------------------------------------------------- */

static const EscWish *wish_find(const EscEngine *engine, const EscEscalation *escalation)
{
    return escalation->wish == 0 ? NULL : &engine->turn.wishes[escalation->wish - 1];
}

EscWish *esc_wish_of(EscEngine *engine, EscEscalation *escalation)
{
    EscTurn *turn = &engine->turn;
    if (escalation->wish == 0) {
        ESC_ENGINE_GROW(turn->wishes, turn->wishes_count, turn->wishes_capacity);
        turn->wishes[turn->wishes_count++] = (EscWish){.escalation = escalation};
        escalation->wish = (uint32_t)turn->wishes_count;
    }
    return &turn->wishes[escalation->wish - 1];
}

bool esc_wish_is_open(const EscWish *wish)
{
    return wish->raised_count > 0 || wish->is_closing || wish->is_closing_again || wish->is_resumed;
}

bool esc_exception_is_asked(const EscEngine *engine, const EscEscalation *escalation)
{
    const EscWish *wish = wish_find(engine, escalation);
    return wish != NULL && wish->raised_count > 0;
}

bool esc_close_is_asked(const EscEngine *engine, const EscEscalation *escalation)
{
    const EscWish *wish = wish_find(engine, escalation);
    return wish != NULL && wish->is_closing;
}

bool esc_closing_is_again(const EscEngine *engine, const EscEscalation *escalation)
{
    const EscWish *wish = wish_find(engine, escalation);
    return wish != NULL && wish->is_closing_again;
}

bool esc_wish_is_resumed(const EscEngine *engine, const EscEscalation *escalation)
{
    const EscWish *wish = wish_find(engine, escalation);
    return wish != NULL && wish->is_resumed;
}

void esc_wish_set_resumed(EscEngine *engine, EscEscalation *escalation, bool is_resumed)
{
    if (is_resumed || escalation->wish != 0)
        esc_wish_of(engine, escalation)->is_resumed = is_resumed;
}

void esc_close_ask(EscEngine *engine, EscEscalation *escalation, EscText outcome)
{
    esc_wish_of(engine, escalation)->is_closing = true;
    escalation->outcome = outcome;
}

void esc_close_take(EscEngine *engine, EscEscalation *escalation)
{
    esc_wish_of(engine, escalation)->is_closing = false;
}

EscRaised *esc_exception_take(EscEngine *engine, EscEscalation *escalation)
{
    EscWish *wish = esc_wish_of(engine, escalation);
    ESC_ASSERT(wish->raised_count > 0);
    EscRaised *first = wish->raised[0];
    memmove(wish->raised, wish->raised + 1, --wish->raised_count * sizeof(EscRaised *));
    return first;
}

void esc_wish_forget(EscEngine *engine, EscEscalation *escalation)
{
    if (escalation->wish == 0)
        return;
    EscWish *wish = esc_wish_of(engine, escalation);
    while (wish->raised_count > 0)
        esc_raised_free(wish->raised[--wish->raised_count]);
    wish->is_closing = wish->is_closing_again = wish->is_resumed = false;
}

void esc_wish_close(EscEngine *engine, EscEscalation *escalation)
{
    if (escalation->wish == 0)
        return;
    EscWish *wish = esc_wish_of(engine, escalation);
    size_t kept = 0;
    for (size_t i = 0; i < wish->raised_count; i++) {
        if (wish->raised[i]->is_step)
            esc_raised_free(wish->raised[i]);
        else
            wish->raised[kept++] = wish->raised[i];
    }
    wish->raised_count = kept;
    wish->is_closing = wish->is_closing_again = wish->is_resumed = false;
}

/* What stands until its cause is gone is found again whenever somebody looks: people are asked about it once. */
static bool is_asked_about(const EscEngine *engine, const EscEscalation *escalation,
                           uint32_t exception, EscText message)
{
    const EscWish *wish = wish_find(engine, escalation);
    for (size_t i = 0; wish != NULL && i < wish->raised_count; i++) {
        if (wish->raised[i]->exception == exception &&
            esc_text_equal(wish->raised[i]->message, message))
            return true;
    }
    const EscRaised *open = escalation->triage == NULL ? NULL : escalation->triage->frame.raised;
    return open != NULL && open->exception == exception && esc_text_equal(open->message, message);
}

EscRaised *esc_exception_ask(EscEngine *engine, EscEscalation *escalation, uint32_t exception,
                             EscText message)
{
    if (escalation->state == ESC_STATE_CLOSED || escalation->state == ESC_STATE_PARKED)
        return NULL;
    EscRaised *raised = esc_engine_alloc(sizeof *raised);
    *raised = (EscRaised){
        .exception = exception,
        .message = esc_text_own(message),
        .place = ESC_NONE,
    };
    EscWish *wish = esc_wish_of(engine, escalation);
    ESC_ENGINE_GROW(wish->raised, wish->raised_count, wish->raised_capacity);
    wish->raised[wish->raised_count++] = raised;
    esc_escalation_dirty(engine, escalation);
    esc_ticket_touch(engine, escalation->ticket);
    return raised;
}

EscRaised *esc_exception_ask_once(EscEngine *engine, EscEscalation *escalation, uint32_t exception,
                                  EscText message)
{
    return is_asked_about(engine, escalation, exception, message)
               ? NULL
               : esc_exception_ask(engine, escalation, exception, message);
}

static uint32_t exception_of(const EscEngine *engine, const EscEscalation *escalation, EscText name)
{
    const EscProgram *program =
        escalation->bundle == NULL ? engine->schema.current->program : escalation->bundle->program;
    for (uint32_t i = 0; i < program->exceptions_count; i++) {
        if (esc_text_equal(program->texts[program->exceptions[i].name], name))
            return i;
    }
    return ESC_EXCEPTION_ROUTING_LOOP;
}

void esc_exception_ask_named(EscEngine *engine, EscEscalation *escalation, EscText name,
                             EscText message)
{
    (void)esc_exception_ask_once(engine, escalation, exception_of(engine, escalation, name),
                                 message);
}

bool esc_exception_is_open(EscEngine *engine, EscEscalation *escalation, EscText name)
{
    uint32_t exception = exception_of(engine, escalation, name);
    const EscWish *wish = escalation->wish == 0 ? NULL : &engine->turn.wishes[escalation->wish - 1];
    for (size_t i = 0; wish != NULL && i < wish->raised_count; i++)
        if (wish->raised[i]->exception == exception)
            return true;
    const EscFrame *frame = NULL;
    for (size_t at = 0; (frame = esc_frame_next(escalation, false, &at)) != NULL;)
        if (frame->raised != NULL && frame->raised->exception == exception)
            return true;
    return escalation->triage != NULL;
}

static EscAsked *asked_add(EscEngine *engine, EscAskedKind kind, EscTicket *ticket)
{
    ESC_ENGINE_GROW(engine->turn.asked, engine->turn.asked_count, engine->turn.asked_capacity);
    EscAsked *asked = &engine->turn.asked[engine->turn.asked_count++];
    *asked = (EscAsked){.kind = kind, .ticket = ticket};
    return asked;
}

void esc_event_ask(EscEngine *engine, EscTicket *ticket, EscBuiltinEvent type,
                   const EscValue *fields, uint32_t count)
{
    EscAsked *asked = asked_add(engine, ESC_ASKED_EVENT, ticket);
    ESC_ASSERT(count <= ESC_COUNT_OF(asked->fields));
    asked->event = type;
    asked->fields_count = count;
    for (uint32_t i = 0; i < count; i++)
        asked->fields[i] = fields[i];
}

void esc_overdue_ask(EscEngine *engine, EscTicket *ticket, EscSlaClock clock, int64_t from_ms,
                     int64_t to_ms)
{
    EscAsked *asked = asked_add(engine, ESC_ASKED_OVERDUE, ticket);
    asked->clock = clock;
    asked->from_ms = from_ms;
    asked->to_ms = to_ms;
}

bool esc_act_once(EscEngine *engine, const void *owner, uint32_t kind, uint32_t number)
{
    EscTurn *turn = &engine->turn;
    for (size_t i = 0; i < turn->acted_count; i++) {
        const EscActed *acted = &turn->acted[i];
        if (acted->owner == owner && acted->kind == kind && acted->number == number)
            return false;
    }
    ESC_ENGINE_GROW(turn->acted, turn->acted_count, turn->acted_capacity);
    turn->acted[turn->acted_count++] = (EscActed){owner, kind, number};
    return true;
}

/* --- its end ---------------------------------------------------------------------------------- */

bool esc_turn_is_empty(const EscEngine *engine)
{
    const EscTurn *turn = &engine->turn;
    return turn->actor.size == 0 && turn->emit_place == ESC_NONE && turn->event == NULL &&
           turn->outcome == NULL && turn->before_ticket == NULL && !turn->before_is_new &&
           !turn->is_taking && turn->depth == 0 && turn->derived_count == 0 &&
           turn->acted_count == 0 && turn->automation.size == 0 && turn->automated_count == 0 &&
           !turn->has_undo && turn->touched_count == 0 && turn->missed.size == 0 &&
           turn->wishes_count == 0 && turn->asked_count == 0 && turn->noted_count == 0 &&
           turn->noted_escalations_count == 0 && turn->starts_count == 0 && turn->counted == NULL &&
           turn->freed_count == 0 && turn->shifts_count == 0 && turn->garbage_count == 0 &&
           engine->runs.depth == 0;
}

void esc_turn_end(EscEngine *engine)
{
    EscTurn *turn = &engine->turn;
    for (size_t i = 0; i < turn->wishes_count; i++) {
        ESC_ASSERT(!esc_wish_is_open(&turn->wishes[i]));
        turn->wishes[i].escalation->wish = 0;
        free(turn->wishes[i].raised);
    }
    for (size_t i = 0; i < turn->shifts_count; i++)
        turn->shifts[i].escalation->shift = 0;
    for (size_t i = 0; i < turn->touched_count; i++)
        turn->touched[i]->is_touched = false;
    for (size_t i = 0; i < turn->noted_count; i++)
        turn->noted[i]->is_noted = false;
    for (size_t i = 0; i < turn->noted_escalations_count; i++)
        turn->noted_escalations[i]->is_noted = false;
    for (size_t i = 0; i < turn->telling_count; i++)
        turn->telling[i]->is_telling = false;
    turn->noted_count = turn->noted_escalations_count = turn->telling_count = 0;
    esc_garbage_free(engine);
    turn->actor = (EscText){0};
    turn->outcome = NULL;
    turn->before_ticket = NULL;
    turn->before_is_new = turn->is_taking = turn->is_reporting = false;
    turn->counted = NULL;
    turn->freed_count = 0;
    turn->depth = 0;
    turn->derived_first = turn->derived_count = turn->acted_count = turn->automated_count = 0;
    turn->wishes_count = turn->touched_count = turn->starts_count = turn->shifts_count = 0;
    ESC_ASSERT(esc_turn_is_empty(engine));
}

void esc_turn_release(EscEngine *engine)
{
    EscTurn *turn = &engine->turn;
    esc_garbage_free(engine);
    free(turn->before);
    free(turn->touched);
    free(turn->noted);
    free(turn->telling);
    free(turn->noted_escalations);
    for (size_t i = 0; i < turn->wishes_count; i++)
        free(turn->wishes[i].raised);
    free(turn->wishes);
    free(turn->asked);
    free(turn->starts);
    free(turn->derived);
    free(turn->acted);
    free(turn->automated);
    free(turn->shifts);
    free(turn->freed);
    free(turn->garbage);
    esc_arena_free(turn->arena);
}
