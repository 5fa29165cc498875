/* lower_requests.c - the REQUEST function of an action, and the rows that say where its values stand: headers first, then the
 * places of the body, what holds others before them. */
#include "lower/lower.h"

void esc_lower_parameters(EscLower *lower, const EscActionInfo *action)
{
    for (uint32_t i = 0; i < action->params_count; i++) {
        const EscParamInfo *param = &lower->workspace->params[action->params_first + i];
        lower->local_registers[param->local] = esc_emit_take_entry(lower->emit, param->type);
    }
}

typedef struct Request {
    EscLower *lower;
    EscActionRow *row;
    EscEffectArgRow args[ESC_EFFECT_ARGS_MAX];
    uint32_t count; /* of args; the first is the path */
    bool is_form;
} Request;

static void put_part(Request *request, EscPart kind, EscText name, unsigned depth,
                     uint32_t argument)
{
    EscBuild *build = &request->lower->build;
    uint32_t at = esc_build_put_parts(build, (EscPartRow){.kind = kind,
                                                          .name = esc_build_text(build, name),
                                                          .depth = depth,
                                                          .argument = argument});
    if (request->row->parts_count++ == 0)
        request->row->parts_first = at;
}

/* The register of the next value; false: there are too many, which is reported at the end. */
static bool take_value(Request *request, EscText name, EscRegister *out)
{
    if (request->count >= ESC_EFFECT_ARGS_MAX) {
        request->lower->emit->fault = ESC_EMIT_ARGUMENTS;
        return false;
    }
    request->args[request->count++] =
        (EscEffectArgRow){.name = esc_build_text(&request->lower->build, name)};
    *out = esc_emit_take(request->lower->emit);
    return true;
}

/* --- values that are texts -------------------------------------------------------------------- */

/* What a part of a text shows and what may be missing; NULL: it is always there. */
static const EscNode *may_be_missing(const EscLower *lower, const EscNode *part)
{
    if (part->kind == ESC_NODE_TEXT_LITERAL)
        return NULL;
    if (part->kind == ESC_NODE_SHOWN) {
        if (part->shown.otherwise != NULL)
            return NULL;
        part = part->shown.value;
    }
    return esc_type_is_optional(esc_meaning(lower->workspace, part).type) ? part : NULL;
}

/* Goes to `missing` where something that the value needs is not there. */
static void jump_if_missing(EscLower *lower, const EscNode *value, EscLabel *missing)
{
    if (value->kind != ESC_NODE_TEXT) {
        const EscNode *needed = may_be_missing(lower, value);
        if (needed != NULL)
            (void)esc_lower_operand(lower, needed, missing);
        return;
    }
    ESC_EACH_NODE(part, value->text.parts) {
        const EscNode *needed = may_be_missing(lower, part);
        if (needed != NULL)
            (void)esc_lower_operand(lower, needed, missing);
    }
}

static void text_of(EscLower *lower, const EscNode *value, EscRegister out)
{
    if (value->kind == ESC_NODE_TEXT) {
        esc_lower_text(lower, value, out, ESC_TEXT_USE_VALUE);
        return;
    }
    esc_lower_into(lower, value, out);
    if (esc_emit_type(lower->emit, out) != ESC_TYPE(ESC_KIND_TEXT))
        esc_emit_make(lower->emit, ESC_OP_TO_TEXT, out, ESC_TYPE(ESC_KIND_TEXT), out, 0, 0);
}

/* out := the value as a text, or missing where a part of it is. */
static void lower_said(EscLower *lower, const EscNode *value, EscRegister out)
{
    EscType type = ESC_TYPE(ESC_KIND_TEXT) | ESC_TYPE_OPTIONAL;
    EscEmit *emit = lower->emit;
    EscLowerMark mark = esc_lower_mark(lower);
    EscLabel missing = {0}, end = {0};
    jump_if_missing(lower, value, &missing);
    EscRegister text = esc_emit_take(emit);
    text_of(lower, value, text);
    if (missing.is_reached) {
        esc_emit_make(emit, ESC_OP_WRAP, out, type, text, 0, 0);
        esc_emit_jump(emit, &end);
        esc_emit_label(emit, &missing);
        esc_emit_make(emit, ESC_OP_MISSING, out, type, 0, 0, type);
        esc_emit_label(emit, &end);
    } else {
        esc_emit_move(emit, out, text);
    }
    esc_lower_reset(lower, mark);
}

/* --- parts ------------------------------------------------------------------------------------ */

static void lower_headers(Request *request, const EscNode *action)
{
    EscRegister out;
    ESC_EACH_NODE(item, action->action.items) {
        if (item->kind != ESC_NODE_HEADER)
            continue;
        EscText name = item->header.name->text.plain;
        if (!take_value(request, name, &out))
            return;
        esc_lower_origin(request->lower, item->span);
        lower_said(request->lower, item->header.value, out);
        put_part(request, ESC_PART_HEADER, name, 0, request->count - 1);
    }
}

/* As deep as the check allows. */
static void lower_part(Request *request, EscText name, const EscNode *value, unsigned depth)
{
    EscRegister out;
    if (value->kind == ESC_NODE_RECORD) {
        put_part(request, ESC_PART_OBJECT, name, depth, 0);
        ESC_EACH_NODE(entry, value->record.entries)
            lower_part(request, entry->entry.name.text, entry->entry.value, depth + 1);
    } else if (value->kind == ESC_NODE_LIST) {
        put_part(request, ESC_PART_LIST, name, depth, 0);
        ESC_EACH_NODE(item, value->list.items)
            lower_part(request, ESC_TEXT(""), item, depth + 1);
    } else if (take_value(request, name, &out)) {
        if (request->is_form)
            lower_said(request->lower, value, out);
        else
            esc_lower_into(request->lower, value, out);
        put_part(request, ESC_PART_VALUE, name, depth, request->count - 1);
    }
}

void esc_lower_request(EscLower *lower, uint32_t index, EscActionRow *row)
{
    const EscActionInfo *action = &lower->workspace->actions[index];
    EscLowerFunction function;
    esc_lower_begin(lower, &function, ESC_FUNCTION_REQUEST, action->node->span);
    EscEmit *emit = lower->emit;
    emit->row.action = index + 1;
    esc_lower_origin(lower, action->url->span);
    esc_lower_parameters(lower, action);
    row->body = action->body_kind;
    Request request = {
        .lower = lower, .row = row, .count = 1, .is_form = action->body_kind == ESC_BODY_FORM};
    EscRegister path = esc_emit_take(emit);
    esc_lower_text(lower, action->url, path, ESC_TEXT_USE_URL);
    lower_headers(&request, action->node);
    if (action->body != NULL)
        ESC_EACH_NODE(entry, action->body->body.value->record.entries)
            lower_part(&request, entry->entry.name.text, entry->entry.value, 0);
    esc_emit_effect(emit, (EscEffectRow){.kind = ESC_EFFECT_REQUEST, .aux = action->method}, 0,
                    path, request.args, request.count);
    esc_emit_op(emit, ESC_OP_END, 0, 0, 0, ESC_END_FALL);
    row->request = esc_lower_end(lower, &function);
}
