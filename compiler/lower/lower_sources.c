/* lower_sources.c - what comes in and goes back: rows of SOURCES and their parts, a DOCUMENT function for each condition and
 * value, a BACK function for each call that goes back. */
#include <stdlib.h>

#include "lower/lower.h"

/* --- a value of several that may be missing, and its table --------------------------------------- */

/* out := the first of them that is there, plain; else to `missing`. */
static void lower_choices(EscLower *lower, EscNodeList values, EscRegister out, EscLabel *missing)
{
    EscEmit *emit = lower->emit;
    EscLabel end = {0};
    ESC_EACH_NODE(value, values) {
        EscLabel next = {0};
        EscLowerMark mark = esc_lower_mark(lower);
        esc_lower_plain(lower, value, out, value->next == NULL ? missing : &next);
        esc_lower_reset(lower, mark);
        if (value->next != NULL)
            esc_emit_jump(emit, &end);
        esc_emit_label(emit, &next);
    }
    esc_emit_label(emit, &end);
}

static bool is_otherwise(const EscNode *entry)
{
    return esc_text_equal(entry->entry.name.text, ESC_TEXT("otherwise"));
}

/* out := what the table says of the text, of exactly `type`; what is missing stays missing. */
static void lower_table(EscLower *lower, const EscNode *map, EscRegister out, EscType type)
{
    EscEmit *emit = lower->emit;
    EscLabel missing = {0}, end = {0};
    const EscNode *last = NULL;
    EscRegister value = esc_emit_take(emit);
    lower_choices(lower, map->source_map.values, value, &missing);
    ESC_EACH_NODE(entry, map->source_map.entries) {
        if (is_otherwise(entry)) {
            last = entry;
            continue;
        }
        EscLabel next = {0};
        uint32_t mark = emit->next;
        EscRegister key = esc_emit_take(emit);
        esc_emit_const_text(emit, key, entry->entry.name.text);
        esc_emit_make(emit, ESC_OP_EQ_TEXT, key, ESC_TYPE(ESC_KIND_BOOL), value, key, 0);
        esc_emit_jump_if(emit, key, false, &next);
        esc_emit_drop_to(emit, mark);
        esc_emit_move(emit, out, esc_lower_argument(lower, entry->entry.value, type));
        esc_emit_drop_to(emit, mark);
        esc_emit_jump(emit, &end);
        esc_emit_label(emit, &next);
    }
    uint32_t mark = emit->next;
    esc_emit_move(emit, out, esc_lower_argument(lower, last->entry.value, type));
    esc_emit_drop_to(emit, mark);
    if (missing.is_reached) {
        esc_emit_jump(emit, &end);
        esc_emit_label(emit, &missing);
        esc_emit_make(emit, ESC_OP_MISSING, out, type, 0, 0, type);
    }
    esc_emit_label(emit, &end);
}

/* A DOCUMENT function for a row `target <- …`. */
static uint32_t lower_value(EscLower *lower, const EscNode *map, EscType type)
{
    EscLowerFunction function;
    type |= ESC_TYPE_OPTIONAL;
    esc_lower_document_begin(lower, &function, type, map->span);
    EscEmit *emit = lower->emit;
    EscRegister out = esc_emit_take(emit);
    if (map->source_map.has_map) {
        lower_table(lower, map, out, type);
        return esc_lower_document_end(lower, &function, out);
    }
    EscLabel missing = {0}, end = {0};
    lower_choices(lower, map->source_map.values, out, &missing);
    esc_lower_fit(lower, out, type);
    if (missing.is_reached) {
        esc_emit_jump(emit, &end);
        esc_emit_label(emit, &missing);
        esc_emit_make(emit, ESC_OP_MISSING, out, type, 0, 0, type);
    }
    esc_emit_label(emit, &end);
    return esc_lower_document_end(lower, &function, out);
}

/* --- rows ---------------------------------------------------------------------------------------- */

static void put_events(EscLower *lower, const EscInboundInfo *info, EscSourceRow *row)
{
    ESC_EACH_NODE(item, info->node->source.items) {
        if (item->kind != ESC_NODE_SOURCE_EVENT)
            continue;
        EscSourceEventRow event = {
            .event = esc_meaning(lower->workspace, item->source_event.event).index};
        if (item->source_event.condition != NULL)
            event.cond = esc_lower_document_condition(lower, item->source_event.condition) + 1;
        uint32_t at = esc_build_put_source_events(&lower->build, event);
        row->events_first = row->events_count++ == 0 ? at : row->events_first;
    }
}

static int by_field(const void *a, const void *b)
{
    const EscSourceFieldRow *left = a, *right = b;
    return ESC_ORDER(left->field, right->field);
}

static int by_field_of_back(const void *a, const void *b)
{
    const EscSourceBackRow *left = a, *right = b;
    return ESC_ORDER(left->field, right->field);
}

/* Values of fields by their rows; those of the event itself into *row. */
static void put_fields(EscLower *lower, const EscInboundInfo *info, EscSourceRow *row)
{
    EscSourceFieldRow *rows =
        esc_arena_alloc_array(lower->build.arena, info->node->source.items.count, sizeof *rows);
    if (rows == NULL) {
        lower->build.status = ESC_NO_MEMORY;
        return;
    }
    ESC_EACH_NODE(item, info->node->source.items) {
        if (item->kind != ESC_NODE_SOURCE_MAP)
            continue;
        EscMeaning meaning = esc_meaning(lower->workspace, item->source_map.target);
        uint32_t value = lower_value(lower, item, esc_type_plain(meaning.type));
        bool is_time = esc_type_kind(meaning.type) == ESC_KIND_TIME;
        if (item->source_map.target->path.count == 1)
            row->comment = value + 1;
        else if (meaning.means == ESC_MEANS_VALUE)
            *(is_time ? &row->event_time : &row->event_id) = value + 1;
        else
            rows[row->fields_count++] = (EscSourceFieldRow){meaning.index, value};
    }
    qsort(rows, row->fields_count, sizeof *rows, by_field);
    for (uint32_t i = 0; i < row->fields_count; i++) {
        uint32_t at = esc_build_put_source_fields(&lower->build, rows[i]);
        row->fields_first = i == 0 ? at : row->fields_first;
    }
}

/* A BACK function: the one call of an action. */
static uint32_t lower_back(EscLower *lower, EscSpan span, EscNodeList arguments, uint32_t action)
{
    EscLowerFunction function;
    esc_lower_begin(lower, &function, ESC_FUNCTION_BACK, span);
    esc_lower_origin(lower, span);
    EscEffectArgRow args[ESC_PARAMS_MAX] = {0};
    uint32_t count = 0;
    EscRegister first = esc_lower_arguments(lower, action, arguments, args, &count);
    esc_emit_effect(lower->emit, (EscEffectRow){.kind = ESC_EFFECT_CALL, .aux = action}, 0, first,
                    args, count);
    esc_emit_op(lower->emit, ESC_OP_END, 0, 0, 0, ESC_END_FALL);
    return esc_lower_end(lower, &function);
}

static void put_backs(EscLower *lower, const EscInboundInfo *info, EscSourceRow *row)
{
    EscSourceBackRow *rows =
        esc_arena_alloc_array(lower->build.arena, info->node->source.items.count, sizeof *rows);
    if (rows == NULL) {
        lower->build.status = ESC_NO_MEMORY;
        return;
    }
    ESC_EACH_NODE(item, info->node->source.items) {
        if (item->kind != ESC_NODE_SOURCE_BACK || esc_is_errand(item))
            continue;
        uint32_t action = esc_meaning(lower->workspace, item->source_back.action).index;
        rows[row->backs_count++] = (EscSourceBackRow){
            .field = esc_meaning(lower->workspace, item->source_back.field).index,
            .action = action,
            .arguments = lower_back(lower, item->span, item->source_back.arguments, action)};
    }
    qsort(rows, row->backs_count, sizeof *rows, by_field_of_back);
    for (uint32_t i = 0; i < row->backs_count; i++) {
        uint32_t at = esc_build_put_source_backs(&lower->build, rows[i]);
        row->backs_first = i == 0 ? at : row->backs_first;
    }
}

static void errand_lower(EscLower *lower, EscSourceErrandRow *rows, EscErrandKind kind,
                         const EscNode *path, EscNodeList arguments)
{
    uint32_t action = esc_meaning(lower->workspace, path).index;
    rows[kind] = (EscSourceErrandRow){
        .kind = kind,
        .action = action,
        .arguments = lower_back(lower, path->span, arguments, action) + 1};
}

static void put_errands(EscLower *lower, const EscInboundInfo *info, EscSourceRow *row)
{
    EscSourceErrandRow rows[ESC_ERRAND_COUNT] = {{0}};
    ESC_EACH_NODE(item, info->node->source.items) {
        if (item->kind != ESC_NODE_SOURCE_BACK || !esc_is_errand(item))
            continue;
        const EscNode *undo = item->source_back.undo;
        errand_lower(lower, rows, esc_errand_kind(item), item->source_back.action,
                     item->source_back.arguments);
        if (undo != NULL && undo->undo.action != NULL)
            errand_lower(lower, rows, ESC_ERRAND_UNDO, undo->undo.action, undo->undo.arguments);
    }
    for (uint32_t kind = 0; kind < ESC_ERRAND_COUNT; kind++) {
        if (rows[kind].arguments == 0)
            continue;
        rows[kind].arguments--;
        uint32_t at = esc_build_put_source_errands(&lower->build, rows[kind]);
        row->errands_first = row->errands_count++ == 0 ? at : row->errands_first;
    }
}

static void put_source(EscLower *lower, const EscInboundInfo *info)
{
    lower->inbound = info->node;
    EscBuild *build = &lower->build;
    EscSourceRow row = {.name = esc_build_text(build, info->name),
                        .title = esc_build_text(build, info->title),
                        .verify = info->verify,
                        .place = info->place,
                        .place_name = esc_build_text(build, info->place_name)};
    if (info->each != NULL)
        row.each =
            esc_build_text(build, esc_lower_pointer(lower, info->each->source_each.list)) + 1;
    if (info->left_out != NULL)
        row.left_out = esc_lower_document_value(lower, info->left_out->source_left_out.place,
                                                ESC_TYPE(ESC_KIND_TEXT) | ESC_TYPE_OPTIONAL) +
                       1;
    put_events(lower, info, &row);
    put_fields(lower, info, &row);
    put_backs(lower, info, &row);
    put_errands(lower, info, &row);
    esc_build_put_sources(build, row);
}

void esc_lower_sources(EscLower *lower)
{
    for (uint32_t i = 0; i < lower->workspace->inbounds_count && lower->build.status == ESC_OK; i++)
        put_source(lower, &lower->workspace->inbounds[i]);
}
