/* replies.c - whether a call that was answered has succeeded: its action may ask for more than a status. Some systems answer 200 to what
 * they refuse, and say so in the reply alone. */
#include <engine/run.h>

#include <esc/document.h>

static const EscActionRow *action_find(const EscProgram *program, EscText target)
{
    for (uint32_t i = 0; i < program->actions_count; i++) {
        const EscActionRow *row = &program->actions[i];
        EscText system = program->texts[program->systems[row->system].name],
                name = program->texts[row->name];
        bool is_it = target.size == system.size + 1 + name.size &&
                     esc_text_starts_with(target, system) && target.data[system.size] == '.' &&
                     esc_text_ends_with(target, name);
        if (is_it)
            return row;
    }
    return NULL;
}

/* The bundle that made the call; without an escalation the present one. */
static const EscEngineBundle *bundle_of(EscEngine *engine, const EscOutboxNode *node)
{
    const EscEscalation *escalation =
        node->escalation == 0 ? NULL : esc_escalation_find(engine, node->escalation);
    bool has_own = escalation != NULL && escalation->bundle != NULL;
    return has_own ? escalation->bundle : engine->schema.current;
}

/* M11.1: a reply that is no JSON has no place that is there. What the turn's arena is too small for is no success either. */
static bool holds(EscEngine *engine, const EscEngineBundle *bundle, uint32_t function, EscText text)
{
    const EscJson *reply = NULL;
    bool is_fine = false;
    EscDocument *document = esc_document_new(bundle->bundle, engine->turn.arena);
    if (document == NULL)
        return false;
    if (esc_document_read(engine->turn.arena, text, &reply, NULL) != ESC_OK)
        reply = NULL;
    esc_document_set(document, ESC_DOCUMENT_BODY, reply);
    EscStatus status = esc_document_holds(document, function, engine->now_ms, &is_fine, NULL);
    esc_document_free(document);
    return status == ESC_OK && is_fine;
}

void esc_reply_judge(EscEngine *engine, const EscOutboxNode *node, EscDelivery *delivery)
{
    bool is_answered = node->kind == ESC_OUTBOX_CALL && delivery->state != ESC_DELIVERY_DEAD &&
                       delivery->http_status != 0; /* 0: it was written to a file */
    if (!is_answered)
        return;
    const EscEngineBundle *bundle = bundle_of(engine, node);
    const EscActionRow *action = action_find(bundle->program, node->target);
    if (action == NULL || action->accepts == 0 ||
        holds(engine, bundle, action->accepts - 1, delivery->document))
        return;
    delivery->state = ESC_DELIVERY_DEAD;
    delivery->reply = (EscText){0};
    if (delivery->detail.size == 0)
        delivery->detail = ESC_TEXT("the reply is not what the action expects");
}
