/* again.c - a message that was given up is sent once more, since a person asks for it: the row that it was waits again, with its
 * key, so that a receiver who has it after all knows it. Nothing else is undone: who was told that it was given up, and what
 * handled that, stays. */
#include "deeds.h"
#include "results.h"

static EscStatus refuse_others(const EscEngine *engine, const EscAgain *again, EscWhy *why)
{
    const EscOutboxRow *row = &again->row;
    if (row->id == 0 || row->id >= engine->counters.next_outbox)
        return esc_why(why, ESC_NOT_FOUND, "", 0, "there is no message %llu",
                       (unsigned long long)row->id);
    if (row->kind != ESC_OUTBOX_MESSAGE)
        return esc_why(why, ESC_CONFLICT, "", 0,
                       "%llu is a call: what waited for it has gone on, and it is not made again",
                       (unsigned long long)row->id);
    return ESC_OK;
}

static void row_wait(EscEngine *engine, const EscOutboxRow *given)
{
    EscGroup *group = engine->pending;
    group->again = esc_arena_grow(group->arena, group->again, group->again_count,
                                  &group->again_capacity, sizeof *group->again);
    ESC_ASSERT(group->again != NULL);
    EscOutboxRow *row = &group->again[group->again_count++];
    esc_outbox_row_keep(group->arena, given, row);
    row->body = esc_arena_text(group->arena, given->body);
    row->created_at_ms = engine->now_ms;
    row->deadline_ms = 0; /* it was over, or it would be given up at once */
    ESC_ASSERT(!esc_arena_failed(group->arena));
    esc_outbox_wait(engine, row);
}

static void again_tell(EscEngine *engine, EscEscalation *escalation, const EscAgain *again)
{
    const EscOutboxRow *row = &again->row;
    EscText reason = esc_utf8_cut(again->reason, ESC_REASON_BYTES_MAX),
            label = esc_outbox_label(engine, row),
            outbox = esc_turn_printf(engine, "%llu", (unsigned long long)row->id),
            data =
                esc_audit_data(engine, "outbox", outbox, "target", label, "reason", reason, NULL),
            text = esc_turn_printf(engine, "%.*s has the message to %.*s sent once more%s%.*s",
                                   ESC_TEXT_ARG(engine->turn.actor), ESC_TEXT_ARG(label),
                                   esc_words_with(reason, ": "), ESC_TEXT_ARG(reason));
    if (escalation != NULL)
        esc_audit_escalation(engine, escalation, ESC_AUDIT_SENT_AGAIN, data, "%.*s",
                             ESC_TEXT_ARG(text));
    else
        esc_audit_bare(engine, row->escalation, row->ticket, ESC_AUDIT_SENT_AGAIN, data, "%.*s",
                       ESC_TEXT_ARG(text));
}

/* It counts as one that is under way, as if it had not been given up. */
static void dead_take_back(EscEngine *engine, EscEscalation *escalation, uint64_t id)
{
    if (escalation->dead > 0)
        escalation->dead--;
    esc_last_message_again(engine, escalation, id);
    esc_outcome_add(engine, escalation);
    esc_ticket_touch(engine, escalation->ticket);
}

EscStatus esc_again_apply(EscEngine *engine, const EscAgain *again, EscWhy *why)
{
    const EscOutboxRow *row = &again->row;
    EscStatus status = refuse_others(engine, again, why);
    if (status != ESC_OK)
        return status;
    bool waits = esc_outbox_find(engine, row->id) != NULL;
    if (waits || again->state != ESC_DELIVERY_DEAD) {
        engine->turn.outcome->is_noop = true;
        engine->turn.reads = esc_reads(engine, again->actor);
        esc_deed_note(engine, esc_say(engine, SORRY_NOT_DEAD, esc_say_count(engine, row->id)));
        return ESC_OK;
    }
    engine->turn.actor = esc_engine_intern(engine, again->actor);
    engine->turn.by = esc_text_equal(again->by, again->actor) ? (EscText){0} : again->by;
    EscEscalation *escalation =
        row->escalation == 0 ? NULL : esc_escalation_find(engine, row->escalation);
    if (escalation != NULL && escalation->state == ESC_STATE_CLOSED)
        escalation = NULL;
    row_wait(engine, row);
    again_tell(engine, escalation, again);
    if (escalation != NULL)
        dead_take_back(engine, escalation, row->id);
    return ESC_OK;
}
