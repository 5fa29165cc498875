/* group.c - the plain struct in which changes go to a store, and the names of what stands in its rows.
 * Filling it is the engine's and the service's job, writing it a store's. */
#include <esc/group.h>

void esc_group_init(EscGroup *group, EscArena *arena)
{
    *group = (EscGroup){.arena = arena};
}

void esc_group_clear(EscGroup *group)
{
    EscArena *arena = group->arena;
    esc_arena_clear(arena);
    *group = (EscGroup){.arena = arena};
}

bool esc_group_is_empty(const EscGroup *group)
{
    return group->bundles_count + group->events_count + group->tickets_count +
               group->escalations_count + group->outbox_count + group->settled_count +
               group->retries_count + group->audit_count + group->evidence_count +
               group->kept_count + group->workspace.size ==
           0;
}

/* --- names ------------------------------------------------------------------------------------ */

static bool name_find(const char *const *names, size_t count, EscText name, size_t *index)
{
    for (size_t i = 0; i < count; i++) {
        if (esc_text_equal(name, esc_text_from(names[i]))) {
            *index = i;
            return true;
        }
    }
    return false;
}

static const char *const state_names[ESC_STATE_COUNT] = {"open", "closing", "parked", "closed"};

const char *esc_state_name(EscState state)
{
    return state < ESC_STATE_COUNT ? state_names[state] : "unknown";
}

bool esc_state_find(EscText name, EscState *state)
{
    size_t index = 0;
    bool is_found = name_find(state_names, ESC_STATE_COUNT, name, &index);
    *state = (EscState)index;
    return is_found;
}

const char *esc_role_row_name(uint32_t role)
{
    return role < ESC_ROLE_COUNT ? esc_role_words[role] : "unknown";
}

const char *esc_outbox_kind_name(EscOutboxKind kind)
{
    static const char *const names[ESC_OUTBOX_KIND_COUNT] = {"message", "call"};
    return kind < ESC_OUTBOX_KIND_COUNT ? names[kind] : "unknown";
}

void esc_outbox_row_keep(EscArena *arena, const EscOutboxRow *row, EscOutboxRow *kept)
{
    *kept = *row;
    EscText *const texts[] = {&kept->key, &kept->ticket, &kept->target, &kept->medium,
                              &kept->address};
    for (size_t i = 0; i < ESC_COUNT_OF(texts); i++)
        *texts[i] = esc_arena_text(arena, *texts[i]);
    kept->body = (EscText){0};
    kept->message = NULL;
    kept->call = NULL;
}

/* --- the ladder of a delivery ------------------------------------------------------------------- */

static const char *const delivery_names[ESC_DELIVERY_STATE_COUNT] = {
    "queued", "accepted", "delivered", "dead", "seen", "acked"};

const char *esc_delivery_state_name(EscDeliveryState state)
{
    return state < ESC_DELIVERY_STATE_COUNT ? delivery_names[state] : "unknown";
}

bool esc_delivery_state_find(EscText name, EscDeliveryState *state)
{
    size_t index = 0;
    bool is_found = name_find(delivery_names, ESC_DELIVERY_STATE_COUNT, name, &index);
    *state = (EscDeliveryState)index;
    return is_found;
}

bool esc_delivery_climbs(EscDeliveryState from, EscDeliveryState to)
{
    static const int rungs[ESC_DELIVERY_STATE_COUNT] = {
        [ESC_DELIVERY_QUEUED] = 0,    [ESC_DELIVERY_ACCEPTED] = 1, [ESC_DELIVERY_DEAD] = 2,
        [ESC_DELIVERY_DELIVERED] = 2, [ESC_DELIVERY_SEEN] = 3,     [ESC_DELIVERY_ACKED] = 4,
    };
    if (from >= ESC_DELIVERY_STATE_COUNT || to >= ESC_DELIVERY_STATE_COUNT)
        return false;
    return from != ESC_DELIVERY_DEAD && rungs[to] > rungs[from];
}
