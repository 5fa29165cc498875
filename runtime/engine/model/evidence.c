/* evidence.c - what an escalation can show for itself, as JSON: changes, timeline, notifications, checks, and
 * all of them for the post-mortem; and the evidence that is kept by its hash. */
#include <engine/model.h>

static void time_member(EscBuf *out, const char *name, int64_t time_ms)
{
    esc_buf_printf(out, "\"%s\":\"", name);
    esc_time_write(out, time_ms);
    esc_buf_char(out, '"');
}

static void text_member(EscBuf *out, const char *name, EscText value)
{
    esc_buf_printf(out, ",\"%s\":", name);
    esc_json_text(out, value);
}

EscText esc_changes_json(EscEngine *engine, const EscEscalation *escalation, int64_t window_ms)
{
    const EscTicket *ticket = escalation->ticket;
    EscBuf buf = esc_turn_buf();
    const char *begins = "{";
    esc_buf_char(&buf, '[');
    for (size_t i = 0; i < ticket->log_count; i++) {
        const EscTicketChange *change = &ticket->log[i];
        if (window_ms > 0 && change->at_ms < engine->now_ms - window_ms)
            continue;
        esc_buf_string(&buf, begins);
        begins = ",{";
        time_member(&buf, "at", change->at_ms);
        text_member(&buf, "field", change->field);
        text_member(&buf, "before", change->before);
        text_member(&buf, "after", change->after);
        esc_buf_char(&buf, '}');
    }
    esc_buf_char(&buf, ']');
    return esc_turn_take(engine, &buf);
}

EscText esc_timeline_json(EscEngine *engine, const EscEscalation *escalation)
{
    EscBuf buf = esc_turn_buf();
    esc_buf_char(&buf, '[');
    for (size_t i = 0; i < escalation->timeline_count; i++) {
        const EscMoment *moment = &escalation->timeline[i];
        esc_buf_string(&buf, i > 0 ? ",{" : "{");
        time_member(&buf, "at", moment->at_ms);
        text_member(&buf, "kind", esc_text_from(esc_audit_word((EscAuditKind)moment->kind)));
        text_member(&buf, "who", moment->who);
        esc_buf_char(&buf, '}');
    }
    esc_buf_char(&buf, ']');
    return esc_turn_take(engine, &buf);
}

EscText esc_notifications_json(EscEngine *engine, const EscEscalation *escalation)
{
    uint32_t accepted = escalation->accepted + escalation->reached;
    uint32_t settled = accepted + escalation->delivered + escalation->seen + escalation->dead;
    return esc_turn_printf(
        engine,
        "{\"sent\":%u,\"accepted\":%u,\"delivered\":%u,\"seen\":%u,\"dead\":%u,\"open\":%u}",
        escalation->messages, accepted, escalation->delivered, escalation->seen, escalation->dead,
        escalation->messages - settled);
}

const EscMessageAnswer *esc_answers_of(EscEngine *engine, const EscProgram *program,
                                       const EscWaitRow *wait)
{
    EscMessageAnswer *answers = esc_turn_alloc(engine, wait->answers_count * sizeof(*answers));
    for (uint32_t i = 0; i < wait->answers_count; i++) {
        const EscAnswerRow *answer = &program->answers[wait->answers_first + i];
        answers[i] = (EscMessageAnswer){.name = program->texts[answer->name],
                                        .title = program->texts[answer->title]};
    }
    return answers;
}

EscText esc_answers_json(EscEngine *engine, const EscProgram *program, const EscWaitRow *wait)
{
    EscBuf buf = esc_turn_buf();
    esc_answers_write_json(&buf, esc_answers_of(engine, program, wait), wait->answers_count);
    return esc_turn_take(engine, &buf);
}

const char *esc_check_name(const EscCheckRow *row)
{
    static const char *const names[ESC_CHECK_COUNT] = {"acknowledged", "delivered", "consistent",
                                                       "confirmed", "condition"};
    static const char *const proofs[ESC_PROOF_COUNT] = {"queued", "accepted", "delivered", "seen",
                                                        "acked"};
    return row->kind == ESC_CHECK_DELIVERED ? proofs[row->proof] : names[row->kind];
}

EscText esc_checks_json(EscEngine *engine, const EscEscalation *escalation)
{
    EscBuf buf = esc_turn_buf();
    esc_buf_char(&buf, '[');
    for (uint32_t i = 0; i < escalation->checks_count; i++) {
        const EscProgram *program = escalation->bundle->program;
        const EscCheckRow *row =
            &program->checks[esc_escalation_template(escalation)->checks_first + i];
        esc_buf_printf(&buf, "%s{\"check\":\"%s\"", i > 0 ? "," : "", esc_check_name(row));
        text_member(&buf, "text", program->texts[row->text]);
        text_member(&buf, "result",
                    esc_text_from(esc_check_state_name((EscCheckState)escalation->checks[i])));
        esc_buf_char(&buf, '}');
    }
    esc_buf_char(&buf, ']');
    return esc_turn_take(engine, &buf);
}

EscText esc_postmortem_json(EscEngine *engine, const EscEscalation *escalation)
{
    EscBuf buf = esc_turn_buf();
    esc_buf_string(&buf, "{\"escalation\":");
    esc_json_text(&buf, esc_escalation_name(engine, escalation));
    text_member(&buf, "ticket", escalation->ticket->id);
    text_member(&buf, "template", escalation->template_name);
    text_member(&buf, "outcome", escalation->outcome);
    esc_buf_char(&buf, ',');
    time_member(&buf, "opened_at", escalation->opened_at_ms);
    esc_buf_char(&buf, ',');
    time_member(&buf, "closed_at", escalation->closed_at_ms);
    esc_buf_printf(&buf, ",\"handoffs\":%u,\"exceptions\":%u,\"timeline\":", escalation->handoffs,
                   escalation->exceptions);
    esc_buf_text(&buf, esc_timeline_json(engine, escalation));
    esc_buf_string(&buf, ",\"notifications\":");
    esc_buf_text(&buf, esc_notifications_json(engine, escalation));
    esc_buf_string(&buf, ",\"checks\":");
    esc_buf_text(&buf, esc_checks_json(engine, escalation));
    esc_buf_string(&buf, ",\"changes\":");
    esc_buf_text(&buf, esc_changes_json(engine, escalation,
                                        engine->now_ms - escalation->opened_at_ms + ESC_DAY_MS));
    esc_buf_char(&buf, '}');
    return esc_turn_take(engine, &buf);
}

void esc_evidence_put(EscEngine *engine, EscEscalation *escalation, EscText name, EscText content,
                      char hex[65])
{
    EscGroup *group = engine->pending;
    group->evidence = esc_arena_grow(group->arena, group->evidence, group->evidence_count,
                                     &group->evidence_capacity, sizeof *group->evidence);
    ESC_ASSERT(group->evidence != NULL);
    EscEvidenceRow *row = &group->evidence[group->evidence_count++];
    *row = (EscEvidenceRow){
        .escalation = escalation->id,
        .name = esc_arena_text(group->arena, name),
        .content = esc_arena_text(group->arena, content),
        .at_ms = engine->now_ms,
    };
    ESC_ASSERT(!esc_arena_failed(group->arena));
    esc_sha256((EscBytes){(const uint8_t *)row->content.data, row->content.size}, row->hash);
    esc_hex((EscBytes){row->hash, sizeof row->hash}, hex);
}
