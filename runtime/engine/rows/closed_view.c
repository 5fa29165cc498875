/* closed_view.c - an escalation that is closed and forgotten, shown from its row.
 *
 * It is read back into an engine of its own, which is thrown away: who only looks must not change what runs. */
#include <engine/rows.h>

#include <string.h>

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

/* --- in lists --------------------------------------------------------------------------------------- */

void esc_escalation_row_show(const EscEscalationRow *row, EscEscalationView *view)
{
    EscText face;
    uint64_t shown = 0;
    *view = (EscEscalationView){.id = 0};
    if (!esc_escalation_face_find(row->body, &face) || !esc_face_show(face, view, &shown))
        *view = (EscEscalationView){.id = 0}; /* its columns are there all the same */
    view->id = row->id;
    view->ticket = row->ticket;
    view->template_name = row->template_name;
    view->state = row->state;
    view->role = row->role;
    view->owner = row->owner;
    view->is_acked = row->is_acked;
    view->opened_at_ms = row->opened_at_ms;
    view->closed_at_ms = row->closed_at_ms;
    view->outcome = row->outcome;
    view->step = row->step;
    view->next_due_ms = row->next_due_ms;
    view->version = row->version;
    view->account = row->account;
    view->severity = row->severity;
    view->due_ms = row->due_ms;
    memcpy(view->bundle_hash, row->bundle_hash, sizeof view->bundle_hash);
}
