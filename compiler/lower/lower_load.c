/* lower_load.c - values that stand in paths: fields, facts, locals, members; and the step from
 * optional to plain.
 *
 * The type that an instruction gives may differ in the optional bit from what the check said (a
 * runbook is checked once but run in several places), so it is computed here as the verifier
 * does, and fitted afterwards. */
#include "lower/lower.h"

void esc_lower_narrow(EscLower *lower, const EscNode *path, EscRegister at)
{
    if (path->kind != ESC_NODE_PATH || lower->narrowings_count >= ESC_LOWER_NARROWINGS_MAX)
        return; /* a use that finds nothing loads again */
    lower->narrowings[lower->narrowings_count++] = (EscNarrowing){path, at};
}

/* The newest test of the same value that is there on every way to here. */
bool esc_lower_narrowed(const EscLower *lower, const EscNode *node, EscRegister *at)
{
    const EscWorkspace *workspace = lower->workspace;
    EscMeaning meaning = esc_meaning(workspace, node);
    if (node->kind != ESC_NODE_PATH || (meaning.flags & ESC_MEANING_NARROWED) == 0)
        return false;
    EscType wanted =
        meaning.unit != ESC_UNIT_NONE ? ESC_TYPE(ESC_KIND_DURATION) : esc_type_plain(meaning.type);
    uint32_t parts = esc_path_value_parts(workspace, node);
    for (uint32_t i = lower->narrowings_count; i > lower->narrowings_first; i--) {
        const EscNarrowing *known = &lower->narrowings[i - 1];
        if (esc_emit_type(lower->emit, known->at) == wanted &&
            esc_paths_begin_equal(known->path, esc_path_value_parts(workspace, known->path), node,
                                  parts)) {
            *at = known->at;
            return true;
        }
    }
    return false;
}

bool esc_lower_held(EscLower *lower, const EscNode *node, EscRegister *at)
{
    if (node->kind != ESC_NODE_PATH)
        return false;
    EscMeaning meaning = esc_meaning(lower->workspace, node);
    if ((meaning.flags & ESC_MEANING_NARROWED) != 0)
        return meaning.unit == ESC_UNIT_NONE && esc_lower_narrowed(lower, node, at);
    if (meaning.means != ESC_MEANS_LOCAL || meaning.unit != ESC_UNIT_NONE)
        return false;
    *at = lower->local_registers[meaning.index];
    return !esc_type_is_optional(esc_emit_type(lower->emit, *at));
}

static bool event_has_field(const EscEventInfo *event, uint32_t field)
{
    for (uint32_t i = 0; i < event->count; i++)
        if (event->fields[i] == field)
            return true;
    return false;
}

/* LOAD_EVENT gives an optional unless every event of the function has the field. */
static EscType event_field_type(const EscLower *lower, uint32_t field)
{
    EscType type = lower->workspace->fields[field].type;
    const EscEventSource *source = lower->source;
    bool may_be_missing = source == NULL || source->may_be_missing || source->count == 0;
    for (uint32_t i = 0; !may_be_missing && i < source->count; i++)
        may_be_missing = !event_has_field(&lower->workspace->events[source->events[i]], field);
    return may_be_missing ? type | ESC_TYPE_OPTIONAL : type;
}

static void load_previous(EscLower *lower, EscMeaning meaning, EscRegister out)
{
    EscEmit *emit = lower->emit;
    EscType type = lower->workspace->fields[meaning.index].type | ESC_TYPE_OPTIONAL;
    esc_emit_make(emit, ESC_OP_LOAD_PREVIOUS, out, type, 0, 0, meaning.index);
    bool wants_text = esc_type_kind(meaning.type) == ESC_KIND_TEXT;
    if (meaning.means == ESC_MEANS_PREVIOUS && wants_text && esc_type_kind(type) != ESC_KIND_TEXT)
        esc_emit_make(emit, ESC_OP_TO_TEXT, out, ESC_TYPE(ESC_KIND_TEXT), out, 0, 0);
}

void esc_lower_load(EscLower *lower, const EscNode *node, EscRegister out)
{
    EscEmit *emit = lower->emit;
    EscMeaning meaning = esc_meaning(lower->workspace, node);
    const EscFieldInfo *fields = lower->workspace->fields;
    switch ((EscMeans)meaning.means) {
    case ESC_MEANS_TICKET_FIELD:
        esc_emit_make(emit, ESC_OP_LOAD_TICKET, out, fields[meaning.index].type, 0, 0,
                      meaning.index);
        break;
    case ESC_MEANS_EVENT_FIELD:
        esc_emit_make(emit, ESC_OP_LOAD_EVENT, out, event_field_type(lower, meaning.index), 0, 0,
                      meaning.index);
        break;
    case ESC_MEANS_EXCEPTION_FIELD:
        esc_emit_make(emit, ESC_OP_LOAD_EXCEPTION, out,
                      fields[meaning.index].type | ESC_TYPE_OPTIONAL, 0, 0, meaning.index);
        break;
    case ESC_MEANS_FACT:
        esc_emit_make(emit, ESC_OP_LOAD_FACT, out, esc_fact_info[meaning.index].type, 0, 0,
                      meaning.index);
        break;
    case ESC_MEANS_LOCAL:
        esc_emit_move(emit, out, lower->local_registers[meaning.index]);
        break;
    case ESC_MEANS_MEMBER:
        esc_emit_const(emit, out, esc_type_plain(meaning.type), meaning.index);
        break;
    case ESC_MEANS_PERSON_NAME:
        esc_emit_const_text(emit, out, lower->workspace->persons[meaning.index].name);
        break;
    case ESC_MEANS_PREVIOUS:
        load_previous(lower, meaning, out);
        break;
    case ESC_MEANS_REF:
        esc_emit_const(emit, out, ESC_TYPE(ESC_KIND_REF), meaning.index);
        break;
    default:
        ESC_ASSERT(false && "a path without a value passed the check");
    }
}

void esc_lower_default(EscLower *lower, EscRegister out, EscType type)
{
    if (esc_type_kind(type) == ESC_KIND_TEXT)
        esc_emit_const_text(lower->emit, out, (EscText){0});
    else if (esc_type_kind(type) == ESC_KIND_NUMBER)
        esc_emit_const_number(lower->emit, out, 0);
    else
        esc_emit_const(lower->emit, out, type, 0);
}

void esc_lower_make_plain(EscLower *lower, EscRegister out, EscLabel *missing)
{
    EscEmit *emit = lower->emit;
    EscType type = esc_emit_type(emit, out);
    if (!esc_type_is_optional(type))
        return;
    if (missing != NULL) {
        esc_emit_unwrap(emit, out, out, missing);
        return;
    }
    /* UNWRAP leaves `out` alone when the value is missing, so the default is put there first. */
    uint32_t mark = emit->next;
    EscRegister optional = esc_emit_take(emit);
    EscLabel end = {0};
    esc_emit_move(emit, optional, out);
    esc_lower_default(lower, out, esc_type_plain(type));
    esc_emit_unwrap(emit, out, optional, &end);
    esc_emit_label(emit, &end);
    esc_emit_drop_to(emit, mark);
}

void esc_lower_fit(EscLower *lower, EscRegister out, EscType wanted)
{
    EscType type = esc_emit_type(lower->emit, out);
    if (esc_type_is_optional(wanted) && !esc_type_is_optional(type))
        esc_emit_make(lower->emit, ESC_OP_WRAP, out, type | ESC_TYPE_OPTIONAL, out, 0, 0);
    else if (!esc_type_is_optional(wanted))
        esc_lower_make_plain(lower, out, NULL);
}
