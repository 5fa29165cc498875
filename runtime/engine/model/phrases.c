/* phrases.c - where an escalation stands, in words: what it waits for, on which line. */
#include <engine/model.h>

EscText esc_index_place(EscEngine *engine, const EscEscalation *escalation, uint32_t code_index)
{
    EscPlace place = esc_program_place(escalation->bundle->program, code_index);
    if (place.line == 0)
        return (EscText){0};
    return esc_turn_printf(engine, "%.*s:%u", ESC_TEXT_ARG(place.file), place.line);
}

EscText esc_code_place(EscEngine *engine, const EscEscalation *escalation, uint32_t function,
                       uint32_t pc)
{
    return esc_index_place(engine, escalation,
                           escalation->bundle->program->functions[function].code_first + pc);
}

EscText esc_place_text(EscEngine *engine, const EscEscalation *escalation)
{
    if (escalation->bundle == NULL)
        return (EscText){0};
    if (engine->turn.emit_place != ESC_NONE)
        return esc_index_place(engine, escalation, engine->turn.emit_place);
    const EscWaitRow *wait = esc_frame_wait(escalation);
    if (wait == NULL)
        return (EscText){0};
    return esc_code_place(engine, escalation, wait->function, wait->pc);
}

static EscText event_name(const EscEscalation *escalation, const EscWaitRow *wait)
{
    const EscProgram *program = escalation->bundle->program;
    return wait->event == 0 ? (EscText){0} : program->texts[program->events[wait->event - 1].name];
}

static EscText question_text(const EscEscalation *escalation)
{
    const EscQuestion *question = escalation->frame.question;
    return question == NULL ? (EscText){0} : question->text;
}

/* What holds the steps: the one exception that triage asks about, or the handler's own. */
static EscText raised_name(const EscEscalation *escalation)
{
    return escalation->frame.is_held ? ESC_SAYING(FOR_TRIAGE) : ESC_SAYING(FOR_EXCEPTION);
}

/* "round 3 of 8": the one that comes next. */
static EscText round_name(EscEngine *engine, const EscEscalation *escalation,
                          const EscWaitRow *wait)
{
    const EscProgram *program = escalation->bundle->program;
    const EscInstr *code = program->code + program->functions[wait->function].code_first;
    uint32_t times = code[code[wait->timeout].imm].imm;
    EscBytes frame = {escalation->frame.bytes, escalation->frame.size};
    uint32_t next = esc_snapshot_rounds(frame) + 2;
    if (next > times)
        return times == 1 ? esc_say(engine, FOR_LAST_ROUND_ONE, esc_say_count(engine, times))
                          : esc_say(engine, FOR_LAST_ROUND_MANY, esc_say_count(engine, times));
    return esc_say(engine, FOR_ROUND, esc_say_count(engine, next), esc_say_count(engine, times));
}

EscText esc_called_name(EscEngine *engine, const EscEscalation *escalation, const EscWaitRow *wait)
{
    const EscProgram *program = escalation->bundle->program;
    uint32_t first = program->functions[wait->function].code_first, at = first + wait->pc;
    while (at > first && program->code[at].op != ESC_OP_EMIT)
        at--;
    if (program->code[at].op != ESC_OP_EMIT ||
        program->effects[program->code[at].imm].kind != ESC_EFFECT_CALL)
        return ESC_SAYING(A_CONNECTOR);
    const EscActionRow *action = &program->actions[program->effects[program->code[at].imm].aux];
    return esc_turn_printf(engine, "%.*s.%.*s",
                           ESC_TEXT_ARG(program->texts[program->systems[action->system].name]),
                           ESC_TEXT_ARG(program->texts[action->name]));
}

EscText esc_wait_name(EscEngine *engine, const EscEscalation *escalation)
{
    const EscWaitRow *wait = esc_frame_wait(escalation);
    if (wait == NULL)
        return (EscText){0};
    switch ((EscWait)wait->kind) {
    case ESC_WAIT_ACK:
    case ESC_WAIT_CHAIN:
        return esc_say(engine, FOR_ACK, escalation->owner);
    case ESC_WAIT_RESOLVED:
        return ESC_SAYING(FOR_RESOLUTION);
    case ESC_WAIT_CONDITION:
        return ESC_SAYING(FOR_CONDITION);
    case ESC_WAIT_EVENT:
        return esc_say(engine, FOR_EVENT, event_name(escalation, wait));
    case ESC_WAIT_REPLY:
        return esc_say(engine, FOR_REPLY, esc_called_name(engine, escalation, wait));
    case ESC_WAIT_ANSWER:
        return esc_say(engine, FOR_ANSWER, question_text(escalation));
    case ESC_WAIT_APPROVAL:
        return esc_say(engine, FOR_APPROVAL, question_text(escalation));
    case ESC_WAIT_PAUSE:
        return ESC_SAYING(FOR_PAUSE);
    case ESC_WAIT_ROUND:
        return round_name(engine, escalation, wait);
    case ESC_WAIT_CHECK:
        return ESC_SAYING(FOR_CHECK);
    case ESC_WAIT_RAISED:
        return raised_name(escalation);
    case ESC_WAIT_CLOSE_WHEN:
        return ESC_SAYING(FOR_CLOSING);
    case ESC_WAIT_QA:
        return ESC_SAYING(FOR_CHECKS);
    case ESC_WAIT_COUNT:
        break;
    }
    return (EscText){0};
}

/* An acknowledgement is waited for until the accountable one's time is over, at most. */
static int64_t wait_due_ms(const EscEscalation *escalation)
{
    uint32_t kind = esc_frame_wait(escalation)->kind;
    bool has_time =
        kind != ESC_WAIT_CHAIN && kind != ESC_WAIT_RAISED && kind != ESC_WAIT_CLOSE_WHEN;
    int64_t due_ms = has_time ? escalation->frame.due_ms : 0;
    const EscTimerNode *ack = esc_timer_find(escalation->timers, ESC_TIMER_ACK, 0);
    bool is_ack = kind == ESC_WAIT_CHAIN || kind == ESC_WAIT_ACK;
    return is_ack && ack != NULL && (due_ms == 0 || ack->due_ms < due_ms) ? ack->due_ms : due_ms;
}

EscText esc_wait_until(EscEngine *engine, const EscEscalation *escalation)
{
    const EscWaitRow *wait = esc_frame_wait(escalation);
    int64_t due_ms = wait == NULL ? 0 : wait_due_ms(escalation);
    if (due_ms == 0)
        return (EscText){0};
    return wait->kind == ESC_WAIT_PAUSE ? esc_local_second(engine, due_ms)
                                        : esc_local_time(engine, due_ms);
}

EscText esc_wait_phrase(EscEngine *engine, const EscEscalation *escalation)
{
    EscText name = esc_wait_name(engine, escalation), until = esc_wait_until(engine, escalation);
    return until.size == 0 ? name : esc_say(engine, FOR_UNTIL, name, until);
}

EscText esc_step_text(EscEngine *engine, const EscEscalation *escalation)
{
    static const char *const words[ESC_WAIT_COUNT] = {
        [ESC_WAIT_ACK] = "await ack",
        [ESC_WAIT_CHAIN] = "await ack",
        [ESC_WAIT_RESOLVED] = "await resolved",
        [ESC_WAIT_CONDITION] = "await a condition",
        [ESC_WAIT_EVENT] = "await an event",
        [ESC_WAIT_REPLY] = "await a reply",
        [ESC_WAIT_ANSWER] = "ask",
        [ESC_WAIT_APPROVAL] = "approve",
        [ESC_WAIT_PAUSE] = "wait",
        [ESC_WAIT_ROUND] = "every",
        [ESC_WAIT_CHECK] = "check",
        [ESC_WAIT_RAISED] = "exception",
        [ESC_WAIT_CLOSE_WHEN] = "steps done",
        [ESC_WAIT_QA] = "closing",
    };
    if (escalation->state == ESC_STATE_PARKED)
        return esc_turn_printf(
            engine, "parked: %.*s",
            ESC_TEXT_ARG(esc_said(engine, escalation->parked_because, ESC_LANGUAGE_ENGLISH)));
    const EscWaitRow *wait = esc_frame_wait(escalation);
    if (escalation->state == ESC_STATE_CLOSED)
        return (EscText){0};
    if (wait == NULL)
        return ESC_TEXT("by hand");
    EscText place = esc_code_place(engine, escalation, wait->function, wait->pc);
    return esc_turn_printf(engine, "%.*s%s%s", ESC_TEXT_ARG(place), esc_words_with(place, " "),
                           words[wait->kind]);
}
