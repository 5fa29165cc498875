/* closed_view.c - an escalation that is closed and forgotten, shown from its row.
 *
 * It is read back into an engine of its own, which is thrown away: who only looks must not change what runs. */
#include <engine/rows.h>

const EscBundle *esc_engine_bundle(const EscEngine *engine, const uint8_t hash[32])
{
    const EscEngineBundle *found = esc_engine_bundle_find(engine, hash);
    return found == NULL ? NULL : found->bundle;
}

/* An engine with the present directory and schema, and the bundle that the escalation ran on. */
static EscStatus shadow_fill(const EscEngine *engine, EscEngine *shadow, const EscBundle *bundle,
                             const EscTicketRow *ticket, const EscEscalationRow *row, EscWhy *why)
{
    const EscBundle *current = engine->schema.current->bundle;
    shadow->counters = engine->counters; /* what is read is checked against them */
    shadow->now_ms = engine->now_ms;
    shadow->moved_ms = engine->moved_ms;
    EscStatus status = esc_engine_add_bundle(shadow, current, true, why);
    if (status == ESC_OK && bundle != NULL && bundle != current)
        status = esc_engine_add_bundle(shadow, bundle, false, why);
    if (status == ESC_OK)
        status = esc_engine_restore_ticket(shadow, ticket, why);
    return status == ESC_OK ? esc_engine_restore_closed(shadow, row, why) : status;
}

EscStatus esc_engine_show_closed(const EscEngine *engine, const EscBundle *bundle,
                                 const EscTicketRow *ticket, const EscEscalationRow *row,
                                 void (*show)(void *context, const EscEscalationView *view),
                                 void *context, EscWhy *why)
{
    EscEngineConfig config = {.zones = engine->zones};
    EscEngine *shadow = esc_engine_new(&config);
    if (shadow == NULL)
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory to show an escalation");
    EscEscalationView view;
    EscStatus status = shadow_fill(engine, shadow, bundle, ticket, row, why);
    if (status == ESC_OK && esc_engine_find_escalation(shadow, row->id, &view)) {
        view.step = row->step;
        show(context, &view);
    }
    esc_engine_free(shadow);
    return status;
}
