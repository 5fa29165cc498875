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
               group->again_count + group->retries_count + group->audit_count +
               group->evidence_count + group->tasks_count + group->kept_count +
               group->workspace.size ==
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

/* --- tasks ------------------------------------------------------------------------------------- */

const char *esc_task_kind_name(EscTaskKind kind)
{
    static const char *const names[ESC_TASK_KIND_COUNT] = {"question", "approval",   "confirmation",
                                                           "triage",   "postmortem", "follow_up"};
    return kind < ESC_TASK_KIND_COUNT ? names[kind] : "unknown";
}

static const char *const task_state_names[ESC_TASK_STATE_COUNT] = {"open", "claimed", "done",
                                                                   "expired", "withdrawn"};

const char *esc_task_state_name(EscTaskState state)
{
    return state < ESC_TASK_STATE_COUNT ? task_state_names[state] : "unknown";
}

bool esc_task_state_find(EscText name, EscTaskState *state)
{
    size_t index = 0;
    bool is_found = name_find(task_state_names, ESC_TASK_STATE_COUNT, name, &index);
    *state = (EscTaskState)index;
    return is_found;
}

bool esc_task_is_candidate(EscText candidates, EscText person)
{
    for (size_t at = 0; person.size > 0 && at + person.size + 1 < candidates.size; at++) {
        EscText rest = {candidates.data + at + 1, candidates.size - at - 1};
        if (candidates.data[at] == '\n' && esc_text_starts_with(rest, person) &&
            rest.data[person.size] == '\n')
            return true;
    }
    return false;
}

/* A number without a sign and without noughts in front, of at most `max`. */
static bool number_read(EscText *text, uint64_t max, uint64_t *number)
{
    size_t used = 0;
    *number = 0;
    while (used < text->size && text->data[used] >= '0' && text->data[used] <= '9') {
        uint64_t digit = (uint64_t)(text->data[used++] - '0');
        if (*number > (max - digit) / 10)
            return false;
        *number = *number * 10 + digit;
    }
    bool is_number = used > 0 && text->data[0] != '0';
    *text = (EscText){text->data + used, text->size - used};
    return is_number;
}

bool esc_task_id_read(EscText text, uint64_t *escalation, uint32_t *number)
{
    uint64_t second = 0;
    if (!esc_text_starts_with(text, ESC_TEXT("E-")))
        return false;
    text = (EscText){text.data + 2, text.size - 2};
    if (!number_read(&text, INT64_MAX, escalation) || !esc_text_starts_with(text, ESC_TEXT("-")))
        return false;
    text = (EscText){text.data + 1, text.size - 1};
    bool is_read = number_read(&text, UINT32_MAX - 1, &second) && text.size == 0;
    *number = (uint32_t)second;
    return is_read;
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
