/* apply.c - an engine is fed one input at a time.
 *
 * It is pure: it reads no clock, file or socket and draws no random number. The same inputs give the same rows, in
 * whatever order its hash tables lie in memory. An input's way: esc_engine_apply → events.c, actions.c, results.c or
 * due.c → esc_engine_settle, until nothing moves any more → esc_engine_flush (rows/flush.c). */
#include <engine/flow.h>

#include <stdlib.h>
#include <string.h>

/* --- one input -------------------------------------------------------------------------------- */

static void turn_begin(EscEngine *engine, int64_t now_ms, EscOutcome *outcome)
{
    esc_turn_end(engine); /* restoring touches tickets */
    esc_arena_clear(engine->turn.arena);
    esc_arena_clear(engine->view);
    *outcome = (EscOutcome){.escalations_count = 0};
    engine->turn.outcome = outcome;
    engine->turn.rounds = 0;
    engine->turn.by = engine->turn.through = engine->turn.noticed = (EscText){0};
    engine->turn.reads = ESC_LANGUAGE_ENGLISH;
    engine->turn.is_by_told = false;
    engine->turn.outbox_first = engine->pending->outbox_count;
    engine->now_ms = now_ms;
}

/* --- what the operator changed ---------------------------------------------------------------- */

static bool is_zero(const uint8_t hash[32])
{
    static const uint8_t zeros[32] = {0};
    return memcmp(hash, zeros, sizeof zeros) == 0;
}

static EscText hash_text(EscEngine *engine, const uint8_t hash[32])
{
    EscBuf buf;
    esc_buf_init(&buf, 65);
    for (size_t i = 0; i < 32; i++)
        esc_buf_printf(&buf, "%02x", hash[i]);
    return esc_turn_take(engine, &buf);
}

/* Nobody is told of the first one: there was nothing before. */
static void change_tell(EscEngine *engine, const char *what, const uint8_t before[32],
                        const uint8_t now[32])
{
    if (is_zero(before) || memcmp(before, now, 32) == 0)
        return;
    EscText old = hash_text(engine, before), new = hash_text(engine, now);
    esc_audit_ticket(
        engine, NULL, ESC_AUDIT_CHANGED,
        esc_audit_data(engine, "what", esc_text_from(what), "old", old, "new", new, NULL),
        "%s changed from %.12s to %.12s", what, old.data, new.data);
}

static uint8_t *found_hash(EscFound *found, EscRemarkKind kind)
{
    return kind == ESC_REMARK_CONFIGURATION ? found->configuration : found->tokens;
}

bool esc_engine_has_found(const EscEngine *engine, const EscRemark *remark)
{
    EscFound found = engine->found;
    return memcmp(found_hash(&found, remark->kind), remark->hash, 32) == 0;
}

static void found_take(EscEngine *engine, const EscRemark *remark)
{
    uint8_t *kept = found_hash(&engine->found, remark->kind);
    change_tell(engine,
                remark->kind == ESC_REMARK_CONFIGURATION ? "the configuration" : "the token file",
                kept, remark->hash);
    memcpy(kept, remark->hash, 32);
    engine->absences.is_dirty = true;
}

/* What came with a right proof is never lost: it stands in the trail, to be looked at and sent again. */
static void source_tell(EscEngine *engine, const EscRemark *remark)
{
    bool is_refused = remark->kind == ESC_REMARK_SOURCE_REFUSED;
    EscText what = esc_utf8_cut(esc_unmarked(engine, remark->what), ESC_REASON_BYTES_MAX);
    EscText content = esc_unmarked(engine, remark->content);
    esc_audit_ticket(
        engine, NULL, is_refused ? ESC_AUDIT_SOURCE_REFUSED : ESC_AUDIT_NOT_MAPPED,
        esc_audit_data(engine, "source", remark->source, "because", what, "content", content, NULL),
        "%s %.*s: %.*s",
        is_refused ? "requests were refused at the source"
                   : "something is kept as it came, and is no event of the source",
        ESC_TEXT_ARG(remark->source), ESC_TEXT_ARG(what));
}

/* Nobody can be asked for it again: whoever reads the trail knows that there was more. */
static void left_out_tell(EscEngine *engine, const EscRemark *remark)
{
    EscText what = esc_utf8_cut(esc_unmarked(engine, remark->what), ESC_REASON_BYTES_MAX);
    esc_audit_ticket(engine, NULL, ESC_AUDIT_LEFT_OUT,
                     esc_audit_data(engine, "source", remark->source, "what", what, NULL),
                     "the sender of the source %.*s left something out: %.*s",
                     ESC_TEXT_ARG(remark->source), ESC_TEXT_ARG(what));
}

static void remark_apply(EscEngine *engine, const EscRemark *remark)
{
    if (remark->kind == ESC_REMARK_NOT_MAPPED || remark->kind == ESC_REMARK_SOURCE_REFUSED) {
        source_tell(engine, remark);
        return;
    }
    if (remark->kind == ESC_REMARK_LEFT_OUT) {
        left_out_tell(engine, remark);
        return;
    }
    if (remark->kind == ESC_REMARK_CONFIGURATION || remark->kind == ESC_REMARK_TOKENS) {
        found_take(engine, remark);
        return;
    }
    static const struct {
        EscAuditKind kind;
        const char *text;
    } told[] = {
        [ESC_REMARK_LOSS_ACCEPTED] = {ESC_AUDIT_LOSS_ACCEPTED,
                                      "the store was opened although it has lost something"},
        [ESC_REMARK_OLD_TEMPLATES] = {ESC_AUDIT_OLD_TEMPLATES,
                                      "the last good templates stay in force"},
        [ESC_REMARK_NOT_MATCHED] = {ESC_AUDIT_NOT_MATCHED, "nothing followed from what came in"},
        [ESC_REMARK_MAIL_LEFT] = {ESC_AUDIT_MAIL_LEFT,
                                  "a mail was taken, and nothing was done by it"},
    };
    EscText what = esc_utf8_cut(remark->what, ESC_REASON_BYTES_MAX);
    esc_audit_ticket(engine, NULL, told[remark->kind].kind,
                     esc_audit_data(engine, "what", what, NULL), "%s: %.*s",
                     told[remark->kind].text, ESC_TEXT_ARG(what));
}

/* Who is accountable when all has settled is told then: somebody who only was so in between is not. */
static void settle(EscEngine *engine)
{
    esc_engine_settle(engine);
    for (int round = 0; round < ESC_ENGINE_ROUNDS_MAX && esc_shifts_tell(engine); round++)
        esc_engine_settle(engine);
}

/* Who has left the directory, or is away by what it says now, is accountable for nothing any more; who has left is not
 * called. */
static void left_pass_over(EscEngine *engine)
{
    EscEscalation *escalation = NULL;
    for (size_t at = 0; (escalation = esc_escalation_next(engine, &at)) != NULL;) {
        if (!esc_escalation_is_open(escalation))
            continue;
        for (size_t i = escalation->pages_count; i > 0; i--) {
            if (i <= escalation->pages_count &&
                !esc_person_known(engine, escalation->pages[i - 1].person))
                esc_pages_stop(engine, escalation, escalation->pages[i - 1].person);
        }
        if (escalation->owner.size == 0 || !esc_person_absent(engine, escalation->owner) ||
            esc_resort_stands(engine, escalation))
            continue;
        if (esc_person_known(engine, escalation->owner)) {
            esc_absence_spread(engine, escalation->owner); /* as it is written now */
            continue;
        }
        esc_role_absent(engine, escalation, esc_say(engine, GONE, escalation->owner));
        esc_outcome_add(engine, escalation);
    }
}

/* Escalations that could not be read at the start, and service levels under another bundle: done with the first
 * input that changes anything. */
static void arrears_do(EscEngine *engine)
{
    if (engine->escalations.is_parked_due) {
        engine->escalations.is_parked_due = false;
        EscEscalation *escalation = NULL;
        for (size_t at = 0; (escalation = esc_escalation_next(engine, &at)) != NULL;) {
            if (!escalation->is_parked_now)
                continue;
            escalation->is_parked_now = false;
            esc_escalation_park(engine, escalation, escalation->parked_because);
        }
    }
    if (!engine->schema.is_review_due)
        return;
    engine->schema.is_review_due = false;
    const EscEngineBundle *before = esc_engine_bundle_find(engine, engine->schema.reviewed);
    change_tell(engine, "the workspace", engine->schema.reviewed,
                esc_bundle_hash(engine->schema.current->bundle));
    memcpy(engine->schema.reviewed, esc_bundle_hash(engine->schema.current->bundle),
           sizeof engine->schema.reviewed);
    esc_clock_calendars(engine, before == NULL ? NULL : before->program);
    engine->absences.is_dirty = true;
    esc_absences_alarm(engine);
    left_pass_over(engine);
    esc_follow_review(engine);
    for (size_t i = 0; i < engine->tickets.count; i++) {
        EscTicket *ticket = esc_ticket_at(engine, i);
        if (ticket == NULL)
            continue;
        esc_sla_rebuild(engine, ticket);
        if (ticket->armed_count > 0)
            esc_pending_rebuild(engine, ticket);
    }
    esc_wakes_note_all(engine);
    if (engine->quiets.count > 0)
        esc_quiets_review(engine);
    esc_silences_review(engine);
    esc_held_review(engine);
}

bool esc_engine_has_arrears(const EscEngine *engine)
{
    return engine->escalations.is_parked_due || engine->schema.is_review_due;
}

static void escalation_woke(EscEngine *engine, uint64_t id)
{
    const EscSleeper *sleeper = esc_escalation_sleeper(engine, id);
    if (sleeper != NULL && !sleeper->waits_for_queue)
        return;
    EscEscalation *escalation = esc_escalation_find(engine, id);
    if (escalation != NULL && escalation->bundle != NULL && esc_escalation_is_open(escalation))
        esc_qa_woke(engine, escalation);
}

/* Only who has sent something that is not settled has a check that waits for the queue: the others sleep on. Merged pages
 * are sent for those that their window names. */
static void woke(EscEngine *engine)
{
    esc_silences_woke(engine);
    for (size_t i = 0; i < engine->outbox.count; i++) {
        const EscOutboxNode *node = &engine->outbox.items[i];
        if (!node->is_settled && node->escalation != 0)
            escalation_woke(engine, node->escalation);
    }
    for (size_t i = 0; i < engine->windows.count; i++) {
        const EscWindow *window = &engine->windows.items[i];
        for (size_t j = 0; j < window->paged_count; j++)
            escalation_woke(engine, window->paged[j]);
    }
}

static EscStatus input_apply(EscEngine *engine, const EscInput *input, EscWhy *why)
{
    switch (input->kind) {
    case ESC_INPUT_EVENT:
        return esc_event_apply(engine, input->event, why);
    case ESC_INPUT_ACTION:
        return esc_action_apply(engine, input->action, why);
    case ESC_INPUT_DELIVERY:
        return esc_delivery_apply(engine, input->delivery, why);
    case ESC_INPUT_TIMER:
        esc_due_apply(engine);
        return ESC_OK;
    case ESC_INPUT_CLOCK:
        esc_clock_apply(engine, input->clock);
        return ESC_OK;
    case ESC_INPUT_REMARK:
        remark_apply(engine, input->remark);
        return ESC_OK;
    case ESC_INPUT_RECEIPT:
        return esc_receipt_apply(engine, input->receipt, why);
    case ESC_INPUT_BROWSER:
        return esc_browser_apply(engine, input->browser, why);
    case ESC_INPUT_AGAIN:
        return esc_again_apply(engine, input->again, why);
    case ESC_INPUT_NIGHT:
        esc_night_apply(engine);
        return ESC_OK;
    case ESC_INPUT_WOKE:
        woke(engine);
        return ESC_OK;
    }
    return esc_why(why, ESC_BAD_ARGUMENT, "", 0, "an input of an unknown kind");
}

EscStatus esc_engine_apply(EscEngine *engine, const EscInput *input, int64_t now_ms,
                           EscOutcome *outcome, EscWhy *why)
{
    if (engine->schema.current == NULL)
        return esc_why(why, ESC_CONFLICT, "", 0, "the engine has no bundle");
    /* As far as the clock had come before it was corrected: it never runs back by itself. */
    int64_t come_ms =
        input->kind == ESC_INPUT_CLOCK ? now_ms - input->clock->correction_ms : now_ms;
    int64_t time_before_ms = engine->now_ms;
    ESC_ASSERT(time_before_ms == 0 || come_ms >= time_before_ms); /* 0: the first input of all */
    esc_reaches_refresh(engine);
    turn_begin(engine, come_ms, outcome);
    esc_kepts_sort(engine);
    esc_kepts_bind(engine);
    esc_held_catch_up(engine);
    EscStatus status = input_apply(engine, input, why);
    if (status == ESC_OK) {
        engine->turn.actor = engine->turn.by = engine->turn.through = (EscText){0};
        arrears_do(engine);
        settle(engine);
        for (int round = 0; round < ESC_ENGINE_ROUNDS_MAX && esc_homes_tell(engine); round++)
            settle(engine);
        esc_wakes_set(engine);
        esc_reaches_set(engine);
    } else {
        engine->now_ms = time_before_ms;
    }
    esc_turn_end(engine);
    return status;
}
