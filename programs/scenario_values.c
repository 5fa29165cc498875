/* scenario_values.c - conditions of a scenario: fields and facts, read as the steps of a template would read them. */
#include <string.h>

#include "scenario.h"

/* --- reading ---------------------------------------------------------------------------------- */

static bool find_fact(EscText path, uint32_t *fact)
{
    for (*fact = 0; *fact < ESC_FACT_COUNT; (*fact)++)
        if (esc_text_equal(path, esc_text_from(esc_fact_info[*fact].path)))
            return true;
    return false;
}

static bool find_field(const EscProgram *program, EscText path, uint32_t *field)
{
    static const EscText scope = {"ticket.", 7};
    if (!esc_text_starts_with(path, scope))
        return false;
    EscText name = {path.data + scope.size, path.size - scope.size};
    for (*field = 0; *field < program->fields_count; (*field)++)
        if (program->fields[*field].scope == ESC_SCOPE_TICKET &&
            esc_text_equal(program->texts[program->fields[*field].name], name))
            return true;
    return false;
}

static bool is_of_escalation(EscText path)
{
    return esc_text_starts_with(path, ESC_TEXT("escalation.")) ||
           esc_text_starts_with(path, ESC_TEXT("exception."));
}

/* What a ticket has is read of the ticket at hand, also when the only escalation is of another one. */
static bool is_read_of_subject(const EscPlay *play, const EscSubject *subject, EscText path)
{
    return subject->is_there && (is_of_escalation(path) || subject->name.size > 0 ||
                                 esc_text_equal(subject->view.ticket, play->ticket) ||
                                 !esc_engine_has_ticket(play->engine, play->ticket));
}

/* Missing when there is none. */
static EscValue read_path(EscPlay *play, const EscSubject *subject, EscText path)
{
    EscValue value = {.is_missing = true};
    EscLoad what = ESC_LOAD_TICKET;
    uint32_t index = 0;
    if (find_fact(path, &index))
        what = ESC_LOAD_FACT;
    else if (!find_field(play->program, path, &index))
        return value;
    bool is_its = is_read_of_subject(play, subject, path);
    EscText ticket = is_its ? subject->view.ticket : play->ticket;
    uint64_t escalation = is_its ? subject->view.id : 0;
    if (!esc_engine_read(play->engine, ticket, escalation, what, index, play->now_ms, &value))
        value = (EscValue){.is_missing = true};
    return value;
}

bool esc_play_needs_escalation(const EscScenarioExpect *expect)
{
    for (uint32_t i = 0; i < expect->probes_count; i++)
        if (is_of_escalation(expect->probes[i].path))
            return true;
    return false;
}

/* --- comparing -------------------------------------------------------------------------------- */

static int order_of(double found, double wanted)
{
    return found < wanted ? -1 : found > wanted ? 1 : 0;
}

static int order_of_ms(int64_t found, int64_t wanted)
{
    return found < wanted ? -1 : found > wanted ? 1 : 0;
}

/* A day is the whole of it. */
static int order_of_time(const EscPlay *play, int64_t found_ms, const EscDatum *wanted)
{
    EscText zone = esc_workspace_timezone(play->workspace);
    int64_t from_ms = esc_zone_instant_ms(play->zones, zone, wanted->ms);
    bool is_within = wanted->end_minute > wanted->ms && found_ms >= from_ms &&
                     found_ms < esc_zone_instant_ms(play->zones, zone, wanted->end_minute);
    return is_within ? 0 : order_of_ms(found_ms, from_ms);
}

/* Negative, zero or positive: what was found against what the probe says. Of one kind, as the check has seen to. */
static int compare(const EscPlay *play, const EscDatum *wanted, const EscValue *found)
{
    switch (wanted->kind) {
    case ESC_DATUM_BOOL:
        return (found->truth ? 1 : 0) - (wanted->truth ? 1 : 0);
    case ESC_DATUM_NUMBER:
        return order_of(found->number, wanted->number);
    case ESC_DATUM_DURATION:
        return order_of_ms(found->ms, wanted->ms);
    case ESC_DATUM_TIME:
        return order_of_time(play, found->ms, wanted);
    case ESC_DATUM_MEMBER:
        return (int)found->member - (int)wanted->member;
    case ESC_DATUM_TEXT:
        return esc_text_compare(found->text, wanted->text);
    case ESC_DATUM_LIST:
        break;
    }
    return -1;
}

static bool has_item(const EscValue *list, EscText text)
{
    for (uint32_t i = 0; i < list->list.count; i++)
        if (esc_text_equal(list->list.items[i], text))
            return true;
    return false;
}

static bool is_same_list(const EscValue *found, const EscDatum *wanted)
{
    bool is_same = found->list.count == wanted->items_count;
    for (uint32_t i = 0; is_same && i < wanted->items_count; i++)
        is_same = esc_text_equal(found->list.items[i], wanted->items[i]);
    return is_same;
}

static bool folded_holds(const EscProbe *probe, const EscValue *value)
{
    if (esc_type_kind(value->type) == ESC_KIND_LIST)
        return probe->kind == ESC_PROBE_CONTAINS && esc_list_has_folded(value, probe->value.text);
    if (probe->kind == ESC_PROBE_STARTS)
        return esc_text_starts_folded(value->text, probe->value.text);
    if (probe->kind == ESC_PROBE_ENDS)
        return esc_text_ends_folded(value->text, probe->value.text);
    return esc_text_contains_folded(value->text, probe->value.text);
}

static bool text_holds(const EscProbe *probe, const EscValue *value)
{
    if (probe->ignores_case)
        return folded_holds(probe, value);
    if (esc_type_kind(value->type) == ESC_KIND_LIST)
        return probe->kind == ESC_PROBE_CONTAINS && has_item(value, probe->value.text);
    if (probe->kind == ESC_PROBE_STARTS)
        return esc_text_starts_with(value->text, probe->value.text);
    if (probe->kind == ESC_PROBE_ENDS)
        return esc_text_ends_with(value->text, probe->value.text);
    return esc_text_contains_folded(value->text, probe->value.text);
}

/* A test of a missing value is false, but for MISSING, as in templates. */
static bool leaf_holds(EscPlay *play, const EscSubject *subject, const EscProbe *probe)
{
    EscValue value = read_path(play, subject, probe->path);
    if (probe->kind == ESC_PROBE_MISSING || probe->kind == ESC_PROBE_PRESENT)
        return value.is_missing == (probe->kind == ESC_PROBE_MISSING);
    if (value.is_missing)
        return false;
    switch (probe->kind) {
    case ESC_PROBE_EQUAL:
        return probe->value.kind == ESC_DATUM_LIST ? is_same_list(&value, &probe->value)
                                                   : compare(play, &probe->value, &value) == 0;
    case ESC_PROBE_LESS:
        return compare(play, &probe->value, &value) < 0;
    case ESC_PROBE_LESS_EQUAL:
        return compare(play, &probe->value, &value) <= 0;
    case ESC_PROBE_GREATER:
        return compare(play, &probe->value, &value) > 0;
    case ESC_PROBE_GREATER_EQUAL:
        return compare(play, &probe->value, &value) >= 0;
    case ESC_PROBE_TRUE:
        return value.truth;
    default:
        return text_holds(probe, &value);
    }
}

static bool is_joint(const EscProbe *probe)
{
    return probe->kind == ESC_PROBE_AND || probe->kind == ESC_PROBE_OR ||
           probe->kind == ESC_PROBE_NOT;
}

typedef struct Reader {
    EscPlay *play;
    const EscSubject *subject;
    const EscScenarioExpect *expect;
    uint32_t at;
} Reader;

/* Prefix form; the source's nesting limit bounds the depth. */
static bool probe_holds(Reader *reader)
{
    ESC_ASSERT(reader->at < reader->expect->probes_count);
    const EscProbe *probe = &reader->expect->probes[reader->at++];
    if (!is_joint(probe))
        return leaf_holds(reader->play, reader->subject, probe);
    bool every = true, any = false;
    for (uint32_t i = 0; i < probe->children; i++) {
        bool holds = probe_holds(reader);
        every = every && holds;
        any = any || holds;
    }
    return probe->kind == ESC_PROBE_AND ? every : probe->kind == ESC_PROBE_OR ? any : !any;
}

bool esc_play_condition(EscPlay *play, const EscSubject *subject, const EscScenarioExpect *expect)
{
    return probe_holds(&(Reader){.play = play, .subject = subject, .expect = expect});
}

/* --- for people ------------------------------------------------------------------------------- */

static void write_list(EscBuf *out, const EscValue *value)
{
    esc_buf_char(out, '[');
    for (uint32_t i = 0; i < value->list.count; i++) {
        esc_buf_string(out, i > 0 ? ", " : "");
        esc_json_text(out, value->list.items[i]);
    }
    esc_buf_char(out, ']');
}

static void write_member(const EscPlay *play, EscBuf *out, const EscValue *value)
{
    const EscEnumRow *of = &play->program->enums[esc_type_enum(value->type)];
    esc_buf_text(
        out, play->program->texts[play->program->members[of->members_first + value->member].name]);
}

static void write_value(const EscPlay *play, EscBuf *out, const EscValue *value)
{
    switch (esc_type_kind(value->type)) {
    case ESC_KIND_BOOL:
        esc_buf_string(out, value->truth ? "true" : "false");
        break;
    case ESC_KIND_NUMBER:
        esc_json_number(out, value->number);
        break;
    case ESC_KIND_DURATION:
        esc_duration_write(out, value->ms);
        break;
    case ESC_KIND_TIME:
        esc_play_write_time(play, out, value->ms);
        break;
    case ESC_KIND_ENUM:
        write_member(play, out, value);
        break;
    case ESC_KIND_LIST:
        write_list(out, value);
        break;
    default:
        esc_json_text(out, value->text);
        break;
    }
}

static bool is_shown_before(const EscScenarioExpect *expect, uint32_t at)
{
    for (uint32_t i = 0; i < at; i++)
        if (esc_text_equal(expect->probes[i].path, expect->probes[at].path))
            return true;
    return false;
}

void esc_play_write_values(EscPlay *play, const EscSubject *subject,
                           const EscScenarioExpect *expect, EscBuf *out)
{
    bool is_first = true;
    for (uint32_t i = 0; i < expect->probes_count; i++) {
        EscText path = expect->probes[i].path;
        if (is_joint(&expect->probes[i]) || is_shown_before(expect, i))
            continue;
        EscValue value = read_path(play, subject, path);
        esc_buf_printf(out, "%s%.*s%s", is_first ? "" : ", ", ESC_TEXT_ARG(path),
                       value.is_missing ? " is missing" : " = ");
        if (!value.is_missing)
            write_value(play, out, &value);
        is_first = false;
    }
}
