/* group.c - the plain struct in which the engine hands its changes to the store. Filling it is the engine's
 * job (engine/rows/flush.c), writing it the store's. */
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

const char *esc_state_name(EscState state)
{
    static const char *const names[ESC_STATE_COUNT] = {"open", "closing", "parked", "closed"};
    return state < ESC_STATE_COUNT ? names[state] : "unknown";
}
