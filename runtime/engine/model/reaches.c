/* reaches.c - which escalations an event is about beside those of its own ticket: those with a handler of it, or that wait for it,
 * whose condition demands that a field of the ticket equals one of the event (REACHES), and whose ticket has that value.
 *
 * An index by event, fields and value holds their numbers in order; it is what the end of the last input left, and an
 * escalation is looked at again whenever it or its ticket changed. Escalations that sleep stay in it. Whoever is found is
 * asked the whole condition. Not its job: what they do with the event (flow/shared.c). */
#include <engine/model.h>

#include <stdlib.h>
#include <string.h>

/* --- which pairs of fields there are ---------------------------------------------------------- */

static const EscReachRow *row_find(const EscProgram *program, uint32_t cond)
{
    uint32_t low = 0, high = program->reaches_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (program->reaches[middle].cond < cond)
            low = middle + 1;
        else
            high = middle;
    }
    bool is_there = low < program->reaches_count && program->reaches[low].cond == cond;
    return is_there ? &program->reaches[low] : NULL;
}

static uint32_t event_find(const EscProgram *program, EscText name)
{
    for (uint32_t i = ESC_EVENT_BUILTIN_COUNT; i < program->events_count; i++)
        if (esc_text_equal(program->texts[program->events[i].name], name))
            return i;
    return ESC_NONE;
}

static EscText field_name(const EscProgram *program, uint32_t field)
{
    return program->texts[program->fields[field].name];
}

/* Position of the field of that name among those of the event; ESC_NONE when it has none. */
static uint32_t position_find(const EscProgram *program, uint32_t event, EscText name)
{
    const EscEventRow *row = &program->events[event];
    for (uint32_t i = 0; i < row->fields_count; i++)
        if (esc_text_equal(field_name(program, program->event_fields[row->fields_first + i].field),
                           name))
            return i;
    return ESC_NONE;
}

/* `event` is of the current bundle. */
static void pair_add(EscReaches *all, uint32_t event, uint32_t position, EscText field,
                     EscText name)
{
    if (position == ESC_NONE)
        return;
    for (size_t i = 0; i < all->pairs_count; i++) {
        const EscReachPair *pair = &all->pairs[i];
        if (pair->event == event && pair->position == position &&
            esc_text_equal(pair->field, field))
            return;
    }
    ESC_ENGINE_GROW(all->pairs, all->pairs_count, all->pairs_capacity);
    all->pairs[all->pairs_count++] = (EscReachPair){event, position, field, name};
}

/* Events and fields of another bundle are known by their names. */
static void pairs_of(EscEngine *engine, const EscProgram *program)
{
    const EscProgram *current = engine->schema.current->program;
    for (uint32_t i = 0; i < program->reaches_count; i++) {
        const EscReachRow *row = &program->reaches[i];
        const EscFunctionRow *cond = &program->functions[row->cond];
        EscText field = field_name(program, row->field),
                name = field_name(program, row->event_field);
        for (uint32_t k = 0; k < cond->events_count; k++) {
            uint32_t event = program->function_events[cond->events_first + k].event;
            if (program != current)
                event = event_find(current, program->texts[program->events[event].name]);
            if (event != ESC_NONE && event >= ESC_EVENT_BUILTIN_COUNT)
                pair_add(&engine->reaches, event, position_find(current, event, name), field, name);
        }
    }
}

/* --- the index -------------------------------------------------------------------------------- */

/* The number of the first that is not below `id`. */
static size_t place_of(const EscReach *reach, uint64_t id)
{
    size_t low = 0, high = reach->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (reach->items[middle].escalation < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static uint32_t reach_make(EscReaches *all, EscText name)
{
    uint32_t index = 0;
    if (esc_names_find(all->names, name, &index))
        return index;
    if (all->free_count > 0) {
        index = all->free[--all->free_count];
    } else {
        ESC_ENGINE_GROW(all->items, all->count, all->capacity);
        index = (uint32_t)all->count++;
    }
    all->items[index] = (EscReach){.name = esc_text_own(name)};
    EscStatus status = esc_names_put(all->names, all->items[index].name, index);
    ESC_ASSERT(status == ESC_OK);
    return index;
}

static void reach_drop(EscReaches *all, uint32_t index)
{
    EscReach *reach = &all->items[index];
    esc_names_remove(all->names, reach->name);
    esc_text_drop(&reach->name);
    free(reach->items);
    *reach = (EscReach){.count = 0};
    ESC_ENGINE_GROW(all->free, all->free_count, all->free_capacity);
    all->free[all->free_count++] = index;
}

/* New ones come last; others only at a start, and when a ticket changes. */
static void reach_put(EscReach *reach, uint64_t id)
{
    size_t at = place_of(reach, id);
    if (at < reach->count && reach->items[at].escalation == id) {
        reach->left -= reach->items[at].has_left;
        reach->items[at].has_left = false;
        return;
    }
    ESC_ENGINE_GROW(reach->items, reach->count, reach->capacity);
    memmove(reach->items + at + 1, reach->items + at, (reach->count - at) * sizeof *reach->items);
    reach->items[at] = (EscReached){.escalation = id};
    reach->count++;
}

/* Places are cleared up when more of them are empty than not. */
static void reach_take(EscReaches *all, uint32_t index, uint64_t id)
{
    EscReach *reach = &all->items[index];
    size_t at = place_of(reach, id), kept = 0;
    ESC_ASSERT(at < reach->count);
    ESC_ASSERT(reach->items[at].escalation == id);
    reach->items[at].has_left = true;
    if (++reach->left <= reach->count / 2)
        return;
    for (size_t i = 0; i < reach->count; i++)
        if (!reach->items[i].has_left)
            reach->items[kept++] = reach->items[i];
    reach->count = kept;
    reach->left = 0;
    if (kept == 0)
        reach_drop(all, index);
}

/* --- what an escalation stands in --------------------------------------------------------------- */

/* "vendor.outage vendor vendor \"ovh\"": names have no blank in them. */
static EscBuf name_of(EscText event, EscText field, EscText event_field, const EscProgram *program,
                      EscValue value)
{
    EscBuf name = esc_turn_buf();
    esc_buf_printf(&name, "%.*s %.*s %.*s ", ESC_TEXT_ARG(event), ESC_TEXT_ARG(field),
                   ESC_TEXT_ARG(event_field));
    esc_value_write_key(&name, program, value);
    ESC_ASSERT(name.status == ESC_OK);
    return name;
}

typedef struct Stands {
    EscEngine *engine;
    EscEscalation *escalation;
    uint32_t *indexes;
    size_t count, capacity;
} Stands;

static void stands_add(Stands *stands, uint32_t event, uint32_t cond)
{
    const EscEngineBundle *bundle = stands->escalation->bundle;
    const EscProgram *program = bundle->program;
    const EscReachRow *row = cond == 0 ? NULL : row_find(program, cond - 1);
    uint32_t slot = row == NULL ? ESC_NONE : bundle->slots[row->field];
    if (slot == ESC_NONE || event < ESC_EVENT_BUILTIN_COUNT)
        return;
    EscValue value = stands->escalation->ticket->values[slot].value;
    if (value.is_missing)
        return;
    EscBuf name = name_of(program->texts[program->events[event].name],
                          field_name(program, row->field), field_name(program, row->event_field),
                          stands->engine->schema.current->program, value);
    uint32_t index = reach_make(&stands->engine->reaches, esc_buf_as_text(&name));
    esc_buf_release(&name);
    for (size_t i = 0; i < stands->count; i++)
        if (stands->indexes[i] == index)
            return;
    ESC_ENGINE_GROW(stands->indexes, stands->count, stands->capacity);
    stands->indexes[stands->count++] = index;
}

static void stands_collect(Stands *stands)
{
    EscEscalation *escalation = stands->escalation;
    if (escalation->bundle == NULL || escalation->bundle->program->reaches_count == 0 ||
        !esc_escalation_is_open(escalation) || escalation->state == ESC_STATE_PARKED)
        return;
    const EscProgram *program = escalation->bundle->program;
    const EscTemplateRow *row = esc_escalation_template(escalation);
    bool has_handlers = escalation->state == ESC_STATE_OPEN;
    for (uint32_t i = 0; has_handlers && i < row->handlers_count; i++) {
        const EscHandlerRow *handler = &program->handlers[row->handlers_first + i];
        stands_add(stands, handler->event, handler->cond);
    }
    const EscFrame *frame = NULL;
    for (size_t at = 0; (frame = esc_frame_next(escalation, false, &at)) != NULL;) {
        const EscWaitRow *wait = esc_wait_of(escalation, frame);
        if (wait != NULL && wait->kind == ESC_WAIT_EVENT)
            stands_add(stands, wait->event - 1, wait->cond);
    }
}

static bool holds(const uint32_t *indexes, size_t count, uint32_t index)
{
    for (size_t i = 0; i < count; i++)
        if (indexes[i] == index)
            return true;
    return false;
}

void esc_reach_look(EscEngine *engine, EscEscalation *escalation)
{
    esc_reaches_refresh(engine);
    Stands stands = {.engine = engine, .escalation = escalation};
    stands_collect(&stands);
    for (size_t i = 0; i < stands.count; i++)
        reach_put(&engine->reaches.items[stands.indexes[i]], escalation->id);
    for (size_t i = 0; i < escalation->reaches_count; i++)
        if (!holds(stands.indexes, stands.count, escalation->reaches[i]))
            reach_take(&engine->reaches, escalation->reaches[i], escalation->id);
    free(escalation->reaches);
    escalation->reaches = stands.indexes;
    escalation->reaches_count = stands.count;
}

/* --- looking ---------------------------------------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static void ids_add(EscReachedIds *ids, EscArena *arena, size_t *capacity, const EscReach *reach)
{
    for (size_t i = 0; i < reach->count; i++) {
        if (reach->items[i].has_left)
            continue;
        ids->items = esc_arena_grow(arena, ids->items, ids->count, capacity, sizeof *ids->items);
        ESC_ASSERT(ids->items != NULL);
        ids->items[ids->count++] = reach->items[i].escalation;
    }
}

/* By one pair they are in order and differ already. */
static void ids_sort(EscReachedIds *ids)
{
    size_t kept = 0;
    if (ids->count > 1)
        qsort(ids->items, ids->count, sizeof *ids->items, by_number);
    for (size_t i = 0; i < ids->count; i++)
        if (kept == 0 || ids->items[kept - 1] != ids->items[i])
            ids->items[kept++] = ids->items[i];
    ids->count = kept;
}

EscReachedIds esc_reaches_find(EscEngine *engine, const EscEvent *event)
{
    const EscReaches *all = &engine->reaches;
    const EscProgram *program = engine->schema.current->program;
    EscReachedIds ids = {.count = 0};
    size_t capacity = 0, found = 0;
    for (size_t i = 0; i < all->pairs_count; i++) {
        const EscReachPair *pair = &all->pairs[i];
        uint32_t index = 0;
        if (pair->event != event->type || pair->position >= event->fields_count ||
            event->fields[pair->position].is_missing)
            continue;
        EscBuf name = name_of(program->texts[program->events[event->type].name], pair->field,
                              pair->name, program, event->fields[pair->position]);
        if (esc_names_find(all->names, esc_buf_as_text(&name), &index)) {
            ids_add(&ids, engine->turn.arena, &capacity, &all->items[index]);
            found++;
        }
        esc_buf_release(&name);
    }
    if (found > 1)
        ids_sort(&ids);
    return ids;
}

/* --- bundles ---------------------------------------------------------------------------------- */

static void index_empty(EscReaches *all)
{
    for (uint32_t i = 0; i < all->count; i++) {
        if (all->items[i].name.size > 0)
            esc_names_remove(all->names, all->items[i].name);
        esc_text_drop(&all->items[i].name);
        free(all->items[i].items);
    }
    all->count = all->free_count = 0;
}

/* Values have other types, perhaps, and fields other places: everything is filed anew. */
static void build(EscEngine *engine)
{
    EscEscalation *escalation = NULL;
    index_empty(&engine->reaches);
    for (size_t at = 0; (escalation = esc_escalation_next(engine, &at)) != NULL;) {
        escalation->reaches_count = 0;
        esc_reach_look(engine, escalation);
    }
}

void esc_reaches_refresh(EscEngine *engine)
{
    EscReaches *all = &engine->reaches;
    bool is_due = all->is_due;
    if (is_due)
        all->pairs_count = all->bundles_done = 0;
    all->is_due = false;
    while (all->bundles_done < engine->schema.bundles_count)
        pairs_of(engine, engine->schema.bundles[all->bundles_done++]->program);
    if (is_due)
        build(engine);
}

void esc_reaches_release(EscEngine *engine)
{
    EscReaches *all = &engine->reaches;
    if (all->names != NULL)
        index_empty(all);
    free(all->items);
    free(all->free);
    free(all->pairs);
    esc_names_free(all->names);
}
