/* event_fields.c - which event has which field, and what a function may count on when it reads one.
 *
 * An event's fields are a row of a bit matrix. Functions with a long list of events also have two rows of their own, what
 * every event of the list has and what any has, made once for each list: a question about a load is a shift then, however
 * many events there are. */
#include <esc/vm.h>

#include <string.h>

#include "vm_internal.h"

/* Lists up to this long are walked through at each question: rows of their own would cost more. */
enum { WALKED_EVENTS_MAX = 16 };

static size_t row_bytes(const EscBundle *bundle)
{
    return bundle->event_fields_words * sizeof(uint64_t);
}

static EscStatus make_matrix(EscBundle *bundle)
{
    const EscProgram *program = &bundle->program;
    bundle->event_fields_words = program->fields_count / 64 + 1;
    bundle->event_fields =
        esc_arena_alloc(bundle->arena, (size_t)program->events_count * row_bytes(bundle));
    if (bundle->event_fields == NULL)
        return ESC_NO_MEMORY;
    for (uint32_t e = 0; e < program->events_count; e++) {
        const EscEventRow *event = &program->events[e];
        uint64_t *row = bundle->event_fields + (size_t)e * bundle->event_fields_words;
        for (uint32_t i = 0; i < event->fields_count; i++) {
            uint32_t field = program->event_fields[event->fields_first + i].field;
            row[field / 64] |= UINT64_C(1) << (field % 64);
        }
    }
    return ESC_OK;
}

static EscStatus make_list(EscBundle *bundle, const EscFunctionRow *function, EscEventList *list)
{
    uint32_t words = bundle->event_fields_words;
    list->all = esc_arena_alloc(bundle->arena, row_bytes(bundle));
    list->any = esc_arena_alloc(bundle->arena, row_bytes(bundle));
    if (list->all == NULL || list->any == NULL)
        return ESC_NO_MEMORY;
    list->count = function->events_count;
    memset(list->all, 0xff, row_bytes(bundle));
    for (uint32_t i = 0; i < function->events_count; i++) {
        uint32_t event = bundle->program.function_events[function->events_first + i].event;
        const uint64_t *row = bundle->event_fields + (size_t)event * words;
        for (uint32_t w = 0; w < words; w++) {
            list->all[w] &= row[w];
            list->any[w] |= row[w];
        }
    }
    return ESC_OK;
}

/* Lists of a natural program do not overlap, so all of them together are as long as their table. A program that was crafted
 * to have more of them walks through the rest, and V29 counts that. */
EscStatus esc_event_fields_make(EscBundle *bundle)
{
    const EscProgram *program = &bundle->program;
    EscStatus status = make_matrix(bundle);
    bundle->event_lists = esc_arena_alloc_array(bundle->arena, program->function_events_count,
                                                sizeof *bundle->event_lists);
    if (bundle->event_lists == NULL)
        return ESC_NO_MEMORY;
    uint64_t listed = 0;
    for (uint32_t f = 0; f < program->functions_count && status == ESC_OK; f++) {
        const EscFunctionRow *function = &program->functions[f];
        if (function->events_count <= WALKED_EVENTS_MAX)
            continue;
        EscEventList *list = &bundle->event_lists[function->events_first];
        bool has_room = listed + function->events_count <= program->function_events_count;
        if (list->count != 0 || !has_room)
            continue;
        listed += function->events_count;
        status = make_list(bundle, function, list);
    }
    return status;
}

/* The rows that were made for this function's list, or NULL. */
static const EscEventList *list_of(const EscBundle *bundle, const EscFunctionRow *function)
{
    if (function->events_count <= WALKED_EVENTS_MAX)
        return NULL;
    const EscEventList *list = &bundle->event_lists[function->events_first];
    return list->count == function->events_count ? list : NULL;
}

uint32_t esc_event_load_steps(const EscBundle *bundle, uint32_t function)
{
    const EscFunctionRow *row = &bundle->program.functions[function];
    return list_of(bundle, row) != NULL ? 1 : row->events_count;
}

static bool has_bit(const uint64_t *words, uint32_t bit)
{
    return (words[bit / 64] >> (bit % 64) & 1) != 0;
}

EscType esc_event_load_type(const EscBundle *bundle, uint32_t function, uint32_t field)
{
    const EscProgram *program = &bundle->program;
    const EscFunctionRow *row = &program->functions[function];
    const EscEventList *list = list_of(bundle, row);
    bool is_in_all = true, is_in_any = false;
    if (list != NULL) {
        is_in_all = has_bit(list->all, field);
        is_in_any = has_bit(list->any, field);
    }
    for (uint32_t i = 0; list == NULL && i < row->events_count; i++) {
        uint32_t event = program->function_events[row->events_first + i].event;
        bool has_field = esc_event_has_field(bundle, event, field);
        is_in_all = is_in_all && has_field;
        is_in_any = is_in_any || has_field;
    }
    if (!is_in_any)
        return 0;
    bool is_sure = is_in_all && row->event_may_be_missing == 0;
    return program->fields[field].type | (is_sure ? 0 : ESC_TYPE_OPTIONAL);
}

bool esc_function_has_event(const EscProgram *program, const EscFunctionRow *function,
                            uint32_t event)
{
    const EscFunctionEventRow *rows = program->function_events + function->events_first;
    uint32_t low = 0, high = function->events_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (rows[middle].event < event)
            low = middle + 1;
        else
            high = middle;
    }
    return low < function->events_count && rows[low].event == event;
}
