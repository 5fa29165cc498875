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
    if (meaning.means != ESC_MEANS_LOCAL || meaning.unit != ESC_UNIT_NONE ||
        lower->workspace->locals[meaning.index].param != 0)
        return false;
    *at = lower->local_registers[meaning.index];
    return !esc_type_is_optional(esc_emit_type(lower->emit, *at));
}

bool esc_lower_event_has_field(const EscLower *lower, uint32_t event, uint32_t field)
{
    const EscWorkspace *workspace = lower->workspace;
    const EscNames *names = workspace->events[event].field_names;
    /* Of one name and another type it is not: the check refuses to read it (E0222). */
    return names != NULL && esc_names_find(names, workspace->fields[field].name, NULL);
}

/* Lists up to this long are walked through for each load. */
enum { WALKED_EVENTS_MAX = 16 };

/* How many events of the list have each field; NULL without memory. */
static const uint32_t *count_having(EscLower *lower, EscEventSource *source)
{
    const EscWorkspace *workspace = lower->workspace;
    if (source->having != NULL)
        return source->having;
    source->having =
        esc_arena_alloc_array(lower->build.arena, workspace->fields_count, sizeof *source->having);
    for (uint32_t i = 0; source->having != NULL && i < source->count; i++) {
        const EscEventInfo *event = &workspace->events[source->events[i]];
        for (uint32_t k = 0; k < event->count; k++)
            source->having[event->fields[k]]++;
    }
    if (source->having == NULL)
        lower->build.status = ESC_NO_MEMORY;
    return source->having;
}

static bool is_in_all_events(EscLower *lower, EscEventSource *source, uint32_t field)
{
    if (source->count > WALKED_EVENTS_MAX) {
        const uint32_t *having = count_having(lower, source);
        return having != NULL && having[field] == source->count;
    }
    for (uint32_t i = 0; i < source->count; i++) {
        if (!esc_lower_event_has_field(lower, source->events[i], field))
            return false;
    }
    return true;
}

/* LOAD_EVENT gives an optional unless every event of the function has the field. */
static EscType event_field_type(EscLower *lower, uint32_t field)
{
    EscType type = lower->workspace->fields[field].type;
    EscEventSource *source = lower->source;
    bool may_be_missing = source == NULL || source->may_be_missing || source->count == 0 ||
                          !is_in_all_events(lower, source, field);
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

/* What a template was started with lies with its escalation; other names are registers. */
static void load_local(EscLower *lower, uint32_t local, EscRegister out)
{
    uint32_t param = lower->workspace->locals[local].param;
    if (param == 0)
        esc_emit_move(lower->emit, out, lower->local_registers[local]);
    else
        esc_emit_make(lower->emit, ESC_OP_LOAD_PARAM, out, lower->workspace->params[param - 1].type,
                      0, 0, param - 1);
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
        load_local(lower, meaning.index, out);
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
    case ESC_MEANS_DOCUMENT:
        esc_lower_document_place(lower, node, out);
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

int64_t esc_lower_duration(const EscLower *lower, const EscNode *node, uint32_t *calendar_option)
{
    EscMeaning meaning = esc_meaning(lower->workspace, node);
    *calendar_option = meaning.means == ESC_MEANS_CALENDAR ? meaning.index + 1 : 0;
    return node->duration.ms;
}
