/* qa.c - quality checks: when each is judged, by what, and what a failure does.
 *
 * A check is pending until it is judged. `within` ones have a timer; all of the QA block are judged at closing when
 * they are still pending. A failed check runs its `else` (and is then handled) or raises qa_failed, once; one that
 * failed without an `else` is judged again while the closing waits for it. */
#include <engine/run.h>

#define WOKE_MAX_MS (5 * ESC_MINUTE_MS) /* what the queue gets at most after the daemon was away */

static const EscCheckRow *check_row(const EscEscalation *escalation, uint32_t check)
{
    return &escalation->bundle->program
                ->checks[esc_escalation_template(escalation)->checks_first + check];
}

EscText esc_qa_check_text(EscEngine *engine, const EscEscalation *escalation, uint32_t check)
{
    (void)engine;
    const EscCheckRow *row = check_row(escalation, check);
    EscText text = escalation->bundle->program->texts[row->text];
    return esc_text_or(text, esc_text_from(esc_check_name(row)));
}

static int64_t check_due_ms(const EscEngine *engine, const EscEscalation *escalation,
                            const EscCheckRow *row)
{
    if (row->timing != ESC_TIMING_WITHIN)
        return 0;
    return esc_hours_due_ms(engine, escalation->bundle->program, row->calendar,
                            escalation->opened_at_ms, row->within_ms);
}

void esc_qa_begin(EscEngine *engine, EscEscalation *escalation)
{
    for (uint32_t i = 0; i < escalation->checks_count; i++) {
        int64_t due_ms = check_due_ms(engine, escalation, check_row(escalation, i));
        if (due_ms > 0)
            esc_timer_put(engine, escalation, NULL, ESC_TIMER_CHECK, i, due_ms);
    }
}

int64_t esc_qa_moved(const EscEngine *engine, const EscEscalation *escalation, const EscMove *move,
                     uint32_t check, int64_t due_ms)
{
    uint32_t calendar =
        check < escalation->checks_count ? check_row(escalation, check)->calendar : 0;
    return esc_move_due(engine, escalation->bundle->program, move, calendar, due_ms);
}

/* --- judging ---------------------------------------------------------------------------------- */

/* Somebody's time to acknowledge was over before anybody did. */
static bool was_missed(const EscEscalation *escalation)
{
    for (size_t i = 0; i < escalation->formers_count; i++) {
        if (escalation->formers[i].has_missed)
            return true;
    }
    return false;
}

/* Without a time of its own it asks for the time of the turns. */
static EscJudgement judge_acknowledged(const EscEscalation *escalation, const EscCheckRow *row,
                                       bool is_deadline)
{
    if (row->timing != ESC_TIMING_IN_PLACE && row->within_ms == 0 && was_missed(escalation))
        return ESC_JUDGEMENT_FAIL;
    if (escalation->first_acked_ms != 0)
        return ESC_JUDGEMENT_PASS;
    return is_deadline || row->timing != ESC_TIMING_IN_PLACE ? ESC_JUDGEMENT_FAIL
                                                             : ESC_JUDGEMENT_OPEN;
}

/* How many notifications have not reached the proof that is asked for. */
static uint32_t messages_short(const EscEscalation *escalation, uint32_t proof)
{
    uint32_t arrived = escalation->seen + escalation->reached;
    if (proof <= ESC_PROOF_DELIVERED)
        arrived += escalation->delivered;
    if (proof <= ESC_PROOF_ACCEPTED)
        arrived += escalation->accepted;
    if (proof == ESC_PROOF_QUEUED)
        arrived = escalation->messages - escalation->dead;
    return escalation->messages - arrived;
}

static EscJudgement judge_delivered(const EscEscalation *escalation, const EscCheckRow *row,
                                    bool is_deadline)
{
    uint32_t missing = messages_short(escalation, row->proof);
    if (missing == 0)
        return ESC_JUDGEMENT_PASS;
    return is_deadline || escalation->dead > 0 ? ESC_JUDGEMENT_FAIL : ESC_JUDGEMENT_OPEN;
}

static EscJudgement judge_condition(EscEngine *engine, EscEscalation *escalation,
                                    const EscCheckRow *row, bool is_deadline)
{
    EscWorld world = esc_world_of(engine, escalation, row->cond - 1, false);
    if (esc_cond_holds(&world, NULL))
        return ESC_JUDGEMENT_PASS;
    return is_deadline || row->timing != ESC_TIMING_IN_PLACE ? ESC_JUDGEMENT_FAIL
                                                             : ESC_JUDGEMENT_OPEN;
}

/* M11.8: a field that goes back to the ticket's home has arrived there; empty text: each has. */
static EscText lacking_at_home(const EscEngine *engine, const EscEscalation *escalation,
                               EscArrived *arrived)
{
    EscText lacking = {0};
    *arrived = ESC_ARRIVED;
    for (size_t i = 0; i < escalation->changes_count; i++) {
        const EscChange *change = &escalation->changes[i];
        if (change->kind == ESC_CHANGE_TICKET || change->kind == ESC_CHANGE_CALL)
            continue;
        EscArrived one = esc_write_arrived(engine, escalation->ticket, change->name);
        if (one > *arrived) {
            *arrived = one;
            lacking = change->name;
        }
    }
    return lacking;
}

static EscJudgement judge_consistent(const EscEngine *engine, const EscEscalation *escalation,
                                     bool is_deadline)
{
    EscArrived arrived;
    (void)lacking_at_home(engine, escalation, &arrived);
    if (escalation->is_inconsistent || arrived == ESC_ARRIVED_NOT)
        return ESC_JUDGEMENT_FAIL;
    if (arrived == ESC_ARRIVED)
        return ESC_JUDGEMENT_PASS;
    return is_deadline ? ESC_JUDGEMENT_FAIL : ESC_JUDGEMENT_OPEN;
}

static EscText inconsistent_text(EscEngine *engine, const EscEscalation *escalation)
{
    EscArrived arrived;
    EscText lacking = lacking_at_home(engine, escalation, &arrived);
    return escalation->is_inconsistent || lacking.size == 0
               ? esc_say(engine, INCONSISTENT, escalation->inconsistent_field)
               : esc_say(engine, NOT_AT_HOME, lacking, escalation->ticket->home);
}

EscJudgement esc_qa_judge(EscEngine *engine, EscEscalation *escalation, uint32_t check,
                          bool is_deadline)
{
    const EscCheckRow *row = check_row(escalation, check);
    switch ((EscCheck)row->kind) {
    case ESC_CHECK_ACKNOWLEDGED:
        return judge_acknowledged(escalation, row, is_deadline);
    case ESC_CHECK_DELIVERED:
        return judge_delivered(escalation, row, is_deadline);
    case ESC_CHECK_CONSISTENT:
        return judge_consistent(engine, escalation, is_deadline);
    case ESC_CHECK_CONFIRMED: /* only a person's word passes it */
        return is_deadline ? ESC_JUDGEMENT_FAIL : ESC_JUDGEMENT_OPEN;
    case ESC_CHECK_CONDITION:
    case ESC_CHECK_COUNT:
        break;
    }
    return judge_condition(engine, escalation, row, is_deadline);
}

static bool has_missed(const EscFormer *former, const EscCheckRow *row)
{
    return former->has_missed || (row->within_ms > 0 && former->has_missed_check);
}

/* Those who missed it; the accountable one only where nobody did before, for their time may not be over. */
static EscText unacknowledged_text(EscEngine *engine, const EscEscalation *escalation,
                                   const EscCheckRow *row)
{
    EscBuf buf = esc_turn_buf();
    uint32_t count = 0;
    for (size_t i = 0; i < escalation->formers_count; i++) {
        if (!has_missed(&escalation->formers[i], row))
            continue;
        count++;
        esc_buf_string(&buf, esc_words_with(esc_buf_as_text(&buf), ", "));
        esc_buf_text(&buf, escalation->formers[i].person);
    }
    EscText names = esc_turn_take(engine, &buf);
    if (count > 0)
        return count == 1 ? esc_say(engine, LATE_ACK_ONE, names)
                          : esc_say(engine, LATE_ACK_MANY, names);
    if (row->within_ms == 0)
        return esc_say(engine, NO_ACK, escalation->owner);
    return esc_say(engine, NO_ACK_WITHIN, escalation->owner,
                   esc_duration_text(engine, row->within_ms));
}

static EscText undelivered_text(EscEngine *engine, const EscEscalation *escalation,
                                const EscCheckRow *row)
{
    uint32_t count = messages_short(escalation, row->proof);
    EscText some = esc_say_count(engine, count), all = esc_say_count(engine, escalation->messages),
            level = esc_text_from(esc_check_name(row));
    if (count == 1)
        return escalation->messages == 1 ? esc_say(engine, SHORT_ONE_OF_ONE, some, all, level)
                                         : esc_say(engine, SHORT_ONE, some, all, level);
    return esc_say(engine, SHORT_MANY, some, all, level);
}

static EscText failure_reason(EscEngine *engine, const EscEscalation *escalation, uint32_t check)
{
    const EscCheckRow *row = check_row(escalation, check);
    switch ((EscCheck)row->kind) {
    case ESC_CHECK_ACKNOWLEDGED:
        return unacknowledged_text(engine, escalation, row);
    case ESC_CHECK_DELIVERED:
        return undelivered_text(engine, escalation, row);
    case ESC_CHECK_CONSISTENT:
        return inconsistent_text(engine, escalation);
    case ESC_CHECK_CONFIRMED:
        return ESC_SAYING(NOT_CONFIRMED);
    default:
        return ESC_SAYING(DOES_NOT_HOLD);
    }
}

void esc_qa_set(EscEngine *engine, EscEscalation *escalation, uint32_t check, EscCheckState state,
                EscText actor, EscText because)
{
    static const struct {
        EscAuditKind kind;
        const char *words;
    } records[ESC_CHECK_STATE_COUNT] = {
        [ESC_CHECK_STATE_PENDING] = {ESC_AUDIT_CHECK_BEGUN, "is open"},
        [ESC_CHECK_STATE_PASSED] = {ESC_AUDIT_CHECK_PASSED, "passed"},
        [ESC_CHECK_STATE_FAILED] = {ESC_AUDIT_CHECK_FAILED, "failed"},
        [ESC_CHECK_STATE_HANDLED] = {ESC_AUDIT_CHECK_HANDLED, "failed and was handled"},
        [ESC_CHECK_STATE_OVERRIDDEN] = {ESC_AUDIT_CHECK_OVERRIDDEN, "was overridden"},
        [ESC_CHECK_STATE_NOT_ASKED] = {ESC_AUDIT_CHECK_NOT_ASKED,
                                       "is not asked for when it ends this way"},
    };
    escalation->checks[check] = (uint8_t)state;
    esc_timer_cancel(engine, escalation, NULL, ESC_TIMER_CHECK, check);
    if (state == ESC_CHECK_STATE_FAILED && because.size == 0)
        because = failure_reason(engine, escalation, check);
    EscText text = esc_qa_check_text(engine, escalation, check),
            name = esc_text_from(esc_check_name(check_row(escalation, check)));
    esc_audit_escalation(engine, escalation, records[state].kind,
                         esc_audit_data(engine, "check", name, "text", text, "because", because,
                                        "person", actor, NULL),
                         "check \"%.*s\" %s%s%.*s%s%.*s", ESC_TEXT_ARG(text), records[state].words,
                         esc_words_with(actor, " by the word of "), ESC_TEXT_ARG(actor),
                         esc_words_with(because, ": "), ESC_TEXT_ARG(because));
}

/* --- failing ---------------------------------------------------------------------------------- */

/* Whether its failing was raised before; from now on it was, or was not. */
static bool raised_set(EscEscalation *escalation, uint32_t check, bool is_raised)
{
    uint64_t bit = UINT64_C(1) << (check % 64), *bits = &escalation->raised_checks[check / 64];
    bool before = (*bits & bit) != 0;
    *bits = is_raised ? *bits | bit : *bits & ~bit;
    return before;
}

EscText esc_qa_failure(EscEngine *engine, const EscEscalation *escalation, uint32_t check)
{
    return esc_say(engine, CHECK_FAILED, esc_qa_check_text(engine, escalation, check),
                   failure_reason(engine, escalation, check));
}

static void failure_raise(EscEngine *engine, EscEscalation *escalation, uint32_t check)
{
    if (!raised_set(escalation, check, true))
        (void)esc_exception_ask(engine, escalation, ESC_EXCEPTION_QA_FAILED,
                                esc_qa_failure(engine, escalation, check));
}

/* True when its `else` has to run: the caller does, and says so with ESC_CHECK_STATE_HANDLED. */
static bool check_fail(EscEngine *engine, EscEscalation *escalation, uint32_t check)
{
    const EscCheckRow *row = check_row(escalation, check);
    EscText reason = failure_reason(engine, escalation, check);
    esc_qa_set(engine, escalation, check, ESC_CHECK_STATE_FAILED, (EscText){0}, reason);
    if (row->otherwise == 0)
        failure_raise(engine, escalation, check);
    if (row->kind == ESC_CHECK_ACKNOWLEDGED && escalation->first_acked_ms == 0)
        esc_escalation_check_missed(escalation);
    return row->otherwise > 0;
}

uint32_t esc_qa_otherwise(const EscEscalation *escalation, uint32_t check)
{
    return check_row(escalation, check)->otherwise - 1;
}

int64_t esc_qa_begins_ms(const EscEngine *engine, const EscEscalation *escalation, uint32_t check)
{
    return check_row(escalation, check)->kind == ESC_CHECK_DELIVERED
               ? esc_quiet_release_ms(engine, escalation)
               : 0;
}

/* Evidence cannot come before the message that waits for the end of a quiet time goes out: its time begins then. */
static bool is_postponed(EscEngine *engine, EscEscalation *escalation, uint32_t check)
{
    const EscCheckRow *row = check_row(escalation, check);
    int64_t from_ms = esc_qa_begins_ms(engine, escalation, check);
    int64_t due_ms = esc_hours_due_ms(engine, escalation->bundle->program, row->calendar, from_ms,
                                      row->within_ms);
    if (due_ms <= engine->now_ms)
        return false;
    esc_timer_put(engine, escalation, NULL, ESC_TIMER_CHECK, check, due_ms);
    return true;
}

bool esc_qa_fire(EscEngine *engine, EscEscalation *escalation, uint32_t check)
{
    if (check >= escalation->checks_count || escalation->checks[check] != ESC_CHECK_STATE_PENDING ||
        is_postponed(engine, escalation, check))
        return false;
    if (esc_qa_judge(engine, escalation, check, true) != ESC_JUDGEMENT_PASS)
        return check_fail(engine, escalation, check);
    esc_qa_set(engine, escalation, check, ESC_CHECK_STATE_PASSED, (EscText){0}, (EscText){0});
    return false;
}

/* --- closing ---------------------------------------------------------------------------------- */

/* One check at closing; true when it does not hold the closing up. *is_otherwise: its `else` has to run, after which
 * it does not either. */
static bool check_settle(EscEngine *engine, EscEscalation *escalation, uint32_t check,
                         bool *is_otherwise)
{
    const EscCheckRow *row = check_row(escalation, check);
    uint8_t state = escalation->checks[check];
    if (row->timing == ESC_TIMING_IN_PLACE ||
        (state != ESC_CHECK_STATE_PENDING && state != ESC_CHECK_STATE_FAILED))
        return true;
    bool was_late = state == ESC_CHECK_STATE_FAILED && row->kind == ESC_CHECK_ACKNOWLEDGED &&
                    row->timing == ESC_TIMING_WITHIN;
    EscJudgement judgement =
        was_late ? ESC_JUDGEMENT_FAIL : esc_qa_judge(engine, escalation, check, false);
    if (judgement == ESC_JUDGEMENT_PASS) {
        esc_qa_set(engine, escalation, check, ESC_CHECK_STATE_PASSED, (EscText){0}, (EscText){0});
        return true;
    }
    if (judgement == ESC_JUDGEMENT_FAIL && state == ESC_CHECK_STATE_PENDING)
        *is_otherwise = check_fail(engine, escalation, check);
    else if (judgement == ESC_JUDGEMENT_FAIL)
        failure_raise(engine, escalation, check);
    return *is_otherwise;
}

void esc_qa_closing(EscEscalation *escalation)
{
    for (uint32_t i = 0; i < escalation->checks_count; i++) {
        if (escalation->checks[i] == ESC_CHECK_STATE_FAILED)
            (void)raised_set(escalation, i, false);
    }
}

/* The owner hears once what the closing waits for. */
static void closing_tell(EscEngine *engine, EscEscalation *escalation)
{
    for (uint32_t i = 0; i < escalation->checks_count && !escalation->is_close_told; i++) {
        const EscCheckRow *row = check_row(escalation, i);
        if (row->kind != ESC_CHECK_CONFIRMED || row->timing == ESC_TIMING_IN_PLACE ||
            escalation->checks[i] != ESC_CHECK_STATE_PENDING)
            continue;
        EscText text = esc_qa_check_text(engine, escalation, i);
        EscNotice message = {
            .marked = esc_say(engine, CLOSES_WHEN, escalation->ticket->id, text),
            .question = text,
            .check = i + 1,
        };
        escalation->is_close_told = true;
        esc_message_person(engine, escalation, escalation->owner, &message);
    }
}

bool esc_qa_settle(EscEngine *engine, EscEscalation *escalation, EscSettling *settling)
{
    while (settling->next < escalation->checks_count) {
        bool is_otherwise = false;
        settling->check = settling->next++;
        if (!check_settle(engine, escalation, settling->check, &is_otherwise))
            settling->is_held_up = true;
        if (is_otherwise)
            return true;
    }
    if (settling->is_held_up && !esc_exception_is_asked(engine, escalation))
        closing_tell(engine, escalation);
    settling->is_settled = !settling->is_held_up && !esc_exception_is_asked(engine, escalation);
    return false;
}

/* Whether it acknowledged in time was decided then, and stays. */
static bool is_decided(const EscCheckRow *row)
{
    return row->kind == ESC_CHECK_ACKNOWLEDGED;
}

void esc_qa_again(EscEngine *engine, EscEscalation *escalation)
{
    for (uint32_t i = 0; i < escalation->checks_count; i++) {
        if (escalation->checks[i] != ESC_CHECK_STATE_FAILED)
            continue;
        bool passes = !is_decided(check_row(escalation, i)) &&
                      esc_qa_judge(engine, escalation, i, false) == ESC_JUDGEMENT_PASS;
        (void)raised_set(escalation, i, false);
        if (passes)
            esc_qa_set(engine, escalation, i, ESC_CHECK_STATE_PASSED, (EscText){0}, (EscText){0});
        else
            failure_raise(engine, escalation, i);
    }
}

void esc_qa_override(EscEngine *engine, EscEscalation *escalation, EscText by, EscText reason)
{
    EscText because = esc_turn_printf(engine, "in triage%s%.*s", esc_words_with(reason, ": "),
                                      ESC_TEXT_ARG(reason));
    for (uint32_t i = 0; i < escalation->checks_count; i++) {
        if (escalation->checks[i] == ESC_CHECK_STATE_FAILED)
            esc_qa_set(engine, escalation, i, ESC_CHECK_STATE_OVERRIDDEN, by, because);
    }
}

void esc_qa_reopen(EscEngine *engine, EscEscalation *escalation)
{
    for (uint32_t i = 0; i < escalation->checks_count; i++) {
        const EscCheckRow *row = check_row(escalation, i);
        if (row->timing == ESC_TIMING_IN_PLACE || is_decided(row) ||
            escalation->checks[i] == ESC_CHECK_STATE_PENDING)
            continue;
        (void)raised_set(escalation, i, false);
        esc_qa_set(engine, escalation, i, ESC_CHECK_STATE_PENDING, (EscText){0},
                   ESC_TEXT("the ticket is open again"));
        int64_t due_ms = check_due_ms(engine, escalation, row);
        if (due_ms > engine->now_ms)
            esc_timer_put(engine, escalation, NULL, ESC_TIMER_CHECK, i, due_ms);
    }
}

/* The instant before which a check of deliveries is not judged: the queue has its chance first. */
static int64_t chance_ms(const EscEngine *engine, int64_t within_ms)
{
    return engine->now_ms + (within_ms < WOKE_MAX_MS ? within_ms : WOKE_MAX_MS);
}

/* A step that waits for deliveries is a frame with a deadline of its own. */
static void steps_woke(EscEngine *engine, EscEscalation *escalation)
{
    EscFrame *frame = NULL;
    for (size_t at = 0; (frame = esc_frame_next(escalation, false, &at)) != NULL;) {
        const EscWaitRow *wait = esc_wait_of(escalation, frame);
        if (wait == NULL || wait->kind != ESC_WAIT_CHECK)
            continue;
        const EscCheckRow *row = &escalation->bundle->program->checks[wait->check - 1];
        int64_t due_ms = chance_ms(engine, wait->deadline_ms);
        if (row->kind != ESC_CHECK_DELIVERED || frame->due_ms >= due_ms ||
            judge_delivered(escalation, row, false) != ESC_JUDGEMENT_OPEN)
            continue;
        frame->due_ms = due_ms;
        if (frame == &escalation->frame)
            esc_frame_timers(engine, escalation, frame);
        esc_escalation_dirty(engine, escalation);
    }
}

void esc_qa_woke(EscEngine *engine, EscEscalation *escalation)
{
    steps_woke(engine, escalation);
    for (uint32_t i = 0; i < escalation->checks_count; i++) {
        const EscCheckRow *row = check_row(escalation, i);
        const EscTimerNode *timer = esc_timer_find(escalation->timers, ESC_TIMER_CHECK, i);
        if (row->kind != ESC_CHECK_DELIVERED || timer == NULL)
            continue;
        int64_t due_ms = chance_ms(engine, row->within_ms);
        if (timer->due_ms < due_ms && judge_delivered(escalation, row, false) == ESC_JUDGEMENT_OPEN)
            esc_timer_put(engine, escalation, NULL, ESC_TIMER_CHECK, i, due_ms);
    }
}

void esc_qa_acked(EscEngine *engine, EscEscalation *escalation)
{
    for (uint32_t i = 0; i < escalation->checks_count; i++) {
        const EscCheckRow *row = check_row(escalation, i);
        if (row->kind == ESC_CHECK_ACKNOWLEDGED && row->timing == ESC_TIMING_WITHIN &&
            escalation->checks[i] == ESC_CHECK_STATE_PENDING)
            esc_qa_set(engine, escalation, i, ESC_CHECK_STATE_PASSED, (EscText){0}, (EscText){0});
    }
}

/* --- people and reports ----------------------------------------------------------------------- */

static bool is_open_for(const EscEscalation *escalation, uint32_t check, bool is_confirm)
{
    uint8_t state = escalation->checks[check];
    if (is_confirm && check_row(escalation, check)->kind != ESC_CHECK_CONFIRMED)
        return false;
    return state == ESC_CHECK_STATE_PENDING || state == ESC_CHECK_STATE_FAILED;
}

EscStatus esc_qa_find(EscEngine *engine, EscEscalation *escalation, EscText text, bool is_confirm,
                      uint32_t *check, EscWhy *why)
{
    uint32_t open = 0, named = ESC_NONE;
    for (uint32_t i = 0; i < escalation->checks_count; i++) {
        bool is_named =
            text.size > 0 && esc_text_equal(esc_qa_check_text(engine, escalation, i), text);
        if (is_named && (!is_confirm || check_row(escalation, i)->kind == ESC_CHECK_CONFIRMED))
            named = named == ESC_NONE || !is_open_for(escalation, named, is_confirm) ? i : named;
        if (text.size == 0 && is_open_for(escalation, i, is_confirm)) {
            open++;
            *check = i;
        }
    }
    if (text.size > 0 && named == ESC_NONE)
        return esc_why(why, ESC_NOT_FOUND, "", 0, "E-%llu has no check \"%.*s\"",
                       (unsigned long long)escalation->id, ESC_TEXT_ARG(esc_utf8_cut(text, 100)));
    if (text.size > 0) {
        *check = named;
        return ESC_OK;
    }
    if (open == 1)
        return ESC_OK;
    return esc_why(why, ESC_CONFLICT, "", 0,
                   open == 0 ? "E-%llu has no open check"
                             : "E-%llu has several open checks: say which one",
                   (unsigned long long)escalation->id);
}

/* Resolving and closing is what everybody waits for: it contradicts no status that a template set. */
bool esc_qa_is_resolution(const EscEngine *engine, uint32_t slot, EscValue value)
{
    if (slot != engine->schema.status_slot || value.is_missing ||
        esc_type_kind(value.type) != ESC_KIND_ENUM)
        return false;
    EscText name = esc_member_name(engine->schema.current->program, value.type, value.member);
    return esc_text_equal(name, ESC_TEXT("resolved")) || esc_text_equal(name, ESC_TEXT("closed"));
}

/* The last change that this escalation made to the field; NULL when it made none. */
static const EscChange *change_of(const EscEscalation *escalation, EscText field)
{
    for (size_t i = escalation->changes_count; i > 0; i--) {
        const EscChange *change = &escalation->changes[i - 1];
        if (change->kind != ESC_CHANGE_TICKET && change->kind != ESC_CHANGE_CALL &&
            esc_text_equal(change->name, field))
            return change;
    }
    return NULL;
}

/* A field that was set has that value; of a list that was changed each text of ours is there or is not. */
static bool is_as_changed(const EscEngine *engine, const EscEscalation *escalation,
                          const EscChange *change, EscValue value)
{
    const EscProgram *program = engine->schema.current->program;
    if (change->kind == ESC_CHANGE_FIELD)
        return esc_value_same(program, change->after.value, program, value);
    return esc_items_are_there(escalation, change->name, value);
}

void esc_qa_reported(EscEngine *engine, EscTicket *ticket, uint32_t slot, EscValue value)
{
    if (esc_qa_is_resolution(engine, slot, value))
        return;
    EscText name = esc_slot_name(engine, slot);
    for (size_t i = 0; i < ticket->open_count; i++) {
        EscEscalation *escalation = ticket->open[i];
        const EscChange *change = escalation->bundle == NULL ? NULL : change_of(escalation, name);
        if (change == NULL)
            continue;
        bool is_same = is_as_changed(engine, escalation, change, value);
        if (is_same &&
            !(escalation->is_inconsistent && esc_text_equal(escalation->inconsistent_field, name)))
            continue;
        escalation->is_inconsistent = !is_same;
        escalation->inconsistent_field = esc_engine_intern(engine, name);
        esc_escalation_dirty(engine, escalation);
    }
}
