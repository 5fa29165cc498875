/* agree.c - random conditions, each held against itself in five ways on random tickets: the predicates of a trigger, a
 * condition function, an `if`, the decision diagram, and a plain evaluation of the tree that the text was written from.
 * The predicates are read back too and must give the same diagram; an example of the diagram must be one; and what the
 * check says can never (always) hold must be so for every ticket.
 *
 *   conditions SEED COUNT */
#include <esc/compiler.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "condition/condition.h"
#include "random_condition.h"

enum { BATCH = 64, TICKETS = 48, SOURCE_MAX = 3 * CONDITION_TEXT_MAX + 1024 };

/* Some conditions in one workspace, a file for each. */
typedef struct Batch {
    RandomCondition conditions[BATCH];
    char sources[BATCH][SOURCE_MAX];
    char names[BATCH][16];
    bool is_out[BATCH]; /* the check refuses it: it can never hold */
    bool is_always[BATCH];
    uint32_t count;
    EscWorkspace *workspace;
    EscBundle *bundle;
} Batch;

static Sample samples[TICKETS];
static char scratch[ESC_RUN_SCRATCH_MAX];
static uint64_t seed, evaluations, examples, readings;
static uint32_t failures;

static void fail(const RandomCondition *condition, const char *what)
{
    failures++;
    printf("seed %llu: %s: %s\n", (unsigned long long)seed, what, condition->text);
}

static void must(bool holds, const char *what)
{
    if (holds)
        return;
    printf("%s\n", what);
    exit(1);
}

/* --- a workspace ------------------------------------------------------------------------------ */

static void write_source(Batch *batch, uint32_t i)
{
    const char *text = batch->conditions[i].text;
    int size =
        snprintf(batch->sources[i], SOURCE_MAX,
                 "template t%03u {\n  start on probe.sent when %s\n"
                 "  owners { primary ana ack within 5m }\n"
                 "  steps { if %s { notify incidents \"yes\" } else { notify incidents \"no\" }\n"
                 "    await resolved within 1h }\n"
                 "  on probe.sent when %s { skip }\n  close when resolved\n}\n",
                 (unsigned)i, text, text, text);
    must(size > 0 && size < SOURCE_MAX, "a condition is too long");
    snprintf(batch->names[i], sizeof batch->names[i], "t%03u.esc", (unsigned)i);
}

static EscStatus check(Batch *batch)
{
    batch->workspace = esc_workspace_new();
    must(batch->workspace != NULL, "no memory");
    EscStatus status =
        esc_workspace_add(batch->workspace, ESC_TEXT("a.esc"), esc_text_from(sample_schema), false);
    for (uint32_t i = 0; i < batch->count && status == ESC_OK; i++)
        if (!batch->is_out[i])
            status = esc_workspace_add(batch->workspace, esc_text_from(batch->names[i]),
                                       esc_text_from(batch->sources[i]), false);
    must(status == ESC_OK, "a source was refused");
    return esc_workspace_check(batch->workspace);
}

/* Said of the templates of a workspace together, and so of who happens to be in the batch. */
static bool is_of_siblings(const EscDiagnostic *diagnostic)
{
    return strcmp(diagnostic->code, "A0315") == 0;
}

/* Notes what the check says of whole conditions; true when all that it refuses can never hold. */
static bool note_verdicts(Batch *batch)
{
    for (uint32_t d = 0; d < esc_workspace_diagnostic_count(batch->workspace); d++) {
        const EscDiagnostic *diagnostic = esc_workspace_diagnostic(batch->workspace, d);
        if (is_of_siblings(diagnostic))
            continue;
        EscText path = esc_workspace_file_path(batch->workspace, diagnostic->span.file);
        bool is_never = strcmp(diagnostic->code, "E0230") == 0;
        bool is_whole =
            esc_text_starts_with(diagnostic->message, ESC_TEXT("this can never hold")) ||
            esc_text_starts_with(diagnostic->message, ESC_TEXT("this always holds"));
        uint32_t i = 0;
        while (i < batch->count && !esc_text_equal(path, esc_text_from(batch->names[i])))
            i++;
        if (i == batch->count || (!is_never && strcmp(diagnostic->code, "A0210") != 0)) {
            printf("%.*s: %s %.*s\n", ESC_TEXT_ARG(path), diagnostic->code,
                   ESC_TEXT_ARG(diagnostic->message));
            if (i < batch->count)
                fail(&batch->conditions[i], "the check says something else of it");
            return false;
        }
        batch->is_out[i] = batch->is_out[i] || is_never;
        batch->is_always[i] = batch->is_always[i] || (is_whole && !is_never);
        for (uint32_t t = 0; is_whole && t < TICKETS; t++)
            if (condition_holds(&batch->conditions[i], &samples[t]) == is_never)
                fail(&batch->conditions[i], is_never ? "it holds, and the check says never"
                                                     : "it fails, and the check says always");
    }
    return true;
}

/* --- the world of a run ----------------------------------------------------------------------- */

typedef struct World {
    const EscProgram *program;
    const Sample *sample;
    EscText told;
} World;

static int field_of(const EscProgram *program, uint32_t index)
{
    char path[64];
    const EscFieldRow *row = &program->fields[index];
    snprintf(path, sizeof path, "%s.%.*s", row->scope == ESC_SCOPE_EVENT ? "event" : "ticket",
             ESC_TEXT_ARG(program->texts[row->name]));
    return sample_find(esc_text_from(path));
}

static EscStatus load(void *context, EscLoad what, uint32_t index, EscValue *value)
{
    World *world = context;
    if (what == ESC_LOAD_FACT) {
        *value = (EscValue){.type = esc_fact_info[index].type};
        if (index == ESC_FACT_RESOLVED)
            value->truth = world->sample->is_resolved;
        else if (index == ESC_FACT_ESCALATION_HANDOFFS)
            value->number = world->sample->handoffs;
        else
            *value = index == ESC_FACT_SLA_RESOLVE_DUE ? world->sample->due : world->sample->late;
        value->type = esc_fact_info[index].type;
        return ESC_OK;
    }
    if (what == ESC_LOAD_HOURS) {
        *value =
            (EscValue){.type = ESC_TYPE(ESC_KIND_BOOL), .truth = world->sample->is_open[index]};
        return ESC_OK;
    }
    int field = field_of(world->program, index);
    must(field >= 0, "a run reads a field that no condition is about");
    if (what == ESC_LOAD_CHANGED) {
        *value =
            (EscValue){.type = ESC_TYPE(ESC_KIND_BOOL), .truth = world->sample->is_changed[field]};
        return ESC_OK;
    }
    *value = world->sample->values[field];
    value->type = world->program->fields[index].type;
    return ESC_OK;
}

static EscStatus emit(void *context, uint32_t effect, const EscValue *arguments, uint32_t count,
                      EscValue *result)
{
    World *world = context;
    (void)effect;
    (void)result;
    world->told = count > 0 ? arguments[0].text : (EscText){0};
    return ESC_OK;
}

static EscStatus own(void *context, uint32_t role)
{
    (void)context;
    (void)role;
    return ESC_OK;
}

static bool run_holds(const Batch *batch, const EscHost *host, World *world, uint32_t function,
                      bool is_steps)
{
    EscRun run;
    EscRunEnd end;
    world->told = (EscText){0};
    esc_run_init(&run, batch->bundle, function, NULL, 0, scratch, sizeof scratch);
    must(esc_run_go(&run, host, SAMPLE_NOW_MS, &end, NULL) == ESC_OK, "a run failed");
    must(is_steps ? end == ESC_RUN_WAITING : end == ESC_RUN_RETURNED, "a run ended otherwise");
    if (!is_steps)
        return run.answer;
    bool is_yes = esc_text_contains(world->told, ESC_TEXT("yes"));
    must(is_yes || esc_text_contains(world->told, ESC_TEXT("no")), "an `if` said nothing");
    return is_yes;
}

/* --- diagrams --------------------------------------------------------------------------------- */

typedef struct Values {
    const RandomCondition *condition;
    const Sample *sample;
} Values;

static EscCell cell_of(const EscValue *value, EscKind kind)
{
    EscCell cell = {.is_missing = value->is_missing};
    if (value->is_missing)
        return cell;
    if (kind == ESC_KIND_ENUM)
        cell.member = value->member;
    else if (kind == ESC_KIND_BOOL)
        cell.member = value->truth;
    else if (kind == ESC_KIND_NUMBER)
        cell.key = esc_number_key(value->number);
    else if (kind == ESC_KIND_TEXT)
        cell.text = value->text;
    else if (kind == ESC_KIND_LIST)
        cell.items = value->list.items, cell.items_count = value->list.count;
    else
        cell.key = value->ms;
    return cell;
}

/* Of two fields: less, equal, greater. */
static EscCell order_cell(const Values *values, const EscSubject *subject)
{
    int left = sample_find(subject->words), right = sample_find(subject->other);
    must(left >= 0 && right >= 0, "an order of what is no field");
    EscCell cell = {.is_missing = values->sample->values[left].is_missing ||
                                  values->sample->values[right].is_missing};
    Atom atom = {.kind = ATOM_FIELDS, .field = left, .other = right, .op = OP_LESS};
    bool is_less = atom_holds(&atom, values->sample);
    atom.op = OP_EQUAL;
    cell.member = is_less ? 0 : atom_holds(&atom, values->sample) ? 1 : 2;
    return cell;
}

static EscCell opaque_cell(const Values *values, const EscSubject *subject)
{
    for (int i = 0; i < values->condition->count; i++) {
        const Node *node = &values->condition->nodes[i];
        if (node->kind == NODE_ATOM &&
            esc_text_equal(subject->words, esc_text_from(node->atom.text)))
            return (EscCell){.member = atom_holds(&node->atom, values->sample)};
    }
    must(false, "an opaque part that nobody wrote");
    return (EscCell){0};
}

static EscCell clock_cell(const Sample *sample, const EscSubject *subject)
{
    bool is_due = subject->index == ESC_FACT_SLA_RESOLVE_DUE;
    const EscValue *value = is_due ? &sample->due : &sample->late;
    return value->is_missing ? (EscCell){.is_missing = true}
                             : (EscCell){.key = is_due ? value->ms - SAMPLE_NOW_MS : value->ms};
}

static EscCell value_of(void *context, const EscSubject *subject)
{
    const Values *values = context;
    if (subject->kind == ESC_SUBJECT_ORDER)
        return order_cell(values, subject);
    if (subject->kind == ESC_SUBJECT_OPAQUE)
        return opaque_cell(values, subject);
    if (subject->kind == ESC_SUBJECT_HOURS)
        return (EscCell){.member = values->sample->is_open[subject->index]};
    if (subject->kind == ESC_SUBJECT_FACT && (subject->index == ESC_FACT_SLA_RESOLVE_DUE ||
                                              subject->index == ESC_FACT_SLA_RESOLVE_OVERDUE))
        return clock_cell(values->sample, subject);
    if (subject->kind == ESC_SUBJECT_FACT)
        return subject->index == ESC_FACT_RESOLVED
                   ? (EscCell){.member = values->sample->is_resolved}
                   : (EscCell){.key = esc_number_key(values->sample->handoffs)};
    int field = sample_find(subject->words);
    must(field >= 0, "a subject that is no field");
    if (subject->is_change)
        return (EscCell){.member = values->sample->is_changed[field]};
    EscCell cell = cell_of(&values->sample->values[field], sample_fields[field].kind);
    if (subject->is_from_now)
        cell.key -= SAMPLE_NOW_MS;
    return cell;
}

/* --- examples --------------------------------------------------------------------------------- */

static EscText unquoted(EscText text)
{
    return text.size < 2 ? text : (EscText){text.data + 1, text.size - 2};
}

/* "2026-01-05 08:00" */
static bool read_date(EscText words, int64_t *ms)
{
    char time[32];
    if (words.size != 16)
        return false;
    snprintf(time, sizeof time, "%.10sT%.5s:00Z", words.data, words.data + 11);
    return esc_time_read(esc_text_from(time), ms);
}

static bool read_time(EscText words, int64_t *ms)
{
    if (read_date(words, ms))
        return true;
    *ms = SAMPLE_NOW_MS;
    if (esc_text_equal(words, ESC_TEXT("now")))
        return true;
    int64_t span;
    if (words.size < 7 ||
        !esc_duration_read((EscText){words.data + 6, words.size - 6}, INT64_MAX / 4, &span))
        return false;
    *ms += words.data[4] == '+' ? span : -span;
    return true;
}

static bool read_span(EscText words, int64_t *ms)
{
    bool is_negative = words.size > 0 && words.data[0] == '-';
    EscText plain = is_negative ? (EscText){words.data + 1, words.size - 1} : words;
    if (!esc_duration_read(plain, INT64_MAX / 4, ms))
        return false;
    *ms = is_negative ? -*ms : *ms;
    return true;
}

static bool read_items(Sample *sample, int field, EscText words)
{
    EscValue *value = &sample->values[field];
    value->list.items = sample->items[field];
    value->list.count = 0;
    for (size_t at = 0; at < words.size; at++) {
        if (words.data[at] != '"')
            continue;
        size_t end = at + 1;
        while (words.data[end] != '"')
            end++;
        if (value->list.count == SAMPLE_ITEMS_MAX)
            return false;
        sample->items[field][value->list.count++] = (EscText){words.data + at + 1, end - at - 1};
        at = end;
    }
    return true;
}

static bool read_value(Sample *sample, int field, EscText words)
{
    EscValue *value = &sample->values[field];
    char number[64];
    *value = (EscValue){.is_missing = esc_text_equal(words, ESC_TEXT("missing"))};
    if (value->is_missing)
        return sample_fields[field].is_optional;
    switch (sample_fields[field].kind) {
    case ESC_KIND_ENUM:
        for (uint32_t i = 0; i < SAMPLE_MEMBERS; i++)
            if (esc_text_equal(words, esc_text_from(sample_members[i])))
                value->member = i;
        return esc_text_equal(words, esc_text_from(sample_members[value->member]));
    case ESC_KIND_BOOL:
        value->truth = esc_text_equal(words, ESC_TEXT("true"));
        return true;
    case ESC_KIND_NUMBER:
        snprintf(number, sizeof number, "%.*s", ESC_TEXT_ARG(words));
        value->number = strtod(number, NULL);
        return true;
    case ESC_KIND_TEXT:
        value->text = unquoted(words);
        return true;
    case ESC_KIND_DURATION:
        return read_span(words, &value->ms);
    case ESC_KIND_TIME:
        return read_time(words, &value->ms);
    default:
        return read_items(sample, field, words);
    }
}

static bool read_clock(Sample *sample, const EscWitness *line)
{
    bool is_due = esc_text_equal(line->field, ESC_TEXT("sla.resolve.due"));
    EscValue *value = is_due ? &sample->due : &sample->late;
    *value = (EscValue){.is_missing = esc_text_equal(line->value, ESC_TEXT("missing"))};
    return value->is_missing ||
           (is_due ? read_time(line->value, &value->ms) : read_span(line->value, &value->ms));
}

/* False for a line that says nothing of one field: an order, a quantifier. */
static bool read_line(Sample *sample, const EscWitness *line)
{
    bool is_true = esc_text_equal(line->value, ESC_TEXT("true"));
    if (esc_text_equal(line->field, ESC_TEXT("resolved"))) {
        sample->is_resolved = is_true;
        return true;
    }
    if (esc_text_equal(line->field, ESC_TEXT("escalation.handoffs"))) {
        char number[64];
        snprintf(number, sizeof number, "%.*s", ESC_TEXT_ARG(line->value));
        sample->handoffs = strtod(number, NULL);
        return true;
    }
    if (esc_text_starts_with(line->field, ESC_TEXT("sla.resolve.")))
        return read_clock(sample, line);
    for (int i = 0; i < SAMPLE_HOURS; i++) {
        if (!esc_text_ends_with(line->field, esc_text_from(sample_hours[i])))
            continue;
        sample->is_open[i] = is_true;
        return true;
    }
    if (esc_text_starts_with(line->field, ESC_TEXT("changed "))) {
        int field = sample_find((EscText){line->field.data + 8, line->field.size - 8});
        sample->is_changed[field] = is_true;
        return field >= 0;
    }
    int field = sample_find(line->field);
    return field >= 0 && read_value(sample, field, line->value);
}

static void check_example(const RandomCondition *condition, EscSpace *space, EscDiagram diagram)
{
    EscArena *arena = esc_arena_new((size_t)1 << 20);
    EscExample example;
    Sample sample = samples[0];
    bool is_plain =
        esc_space_example(space, diagram, arena, &example) && example.count < ESC_EXAMPLE_LINES_MAX;
    if (example.count == 0 && diagram != ESC_ALWAYS)
        fail(condition, "its diagram has no example");
    for (uint32_t i = 0; i < example.count; i++) {
        is_plain = is_plain && read_line(&sample, &example.lines[i]);
        for (uint32_t k = 0; k < i; k++) /* a time beside `now` and beside a date: two values */
            is_plain = is_plain && !esc_text_equal(example.lines[k].field, example.lines[i].field);
    }
    examples += is_plain;
    if (is_plain && !condition_holds(condition, &sample)) {
        fail(condition, "it does not hold for its example");
        for (uint32_t i = 0; i < example.count; i++)
            printf("    %.*s = %.*s\n", ESC_TEXT_ARG(example.lines[i].field),
                   ESC_TEXT_ARG(example.lines[i].value));
    }
    esc_arena_free(arena);
}

/* --- one condition ---------------------------------------------------------------------------- */

static bool has_code(const EscProgram *program, uint32_t pred)
{
    const EscPredRow *row = &program->preds[pred];
    bool is_found = row->kind == ESC_PRED_CODE;
    for (uint32_t i = 0; i < row->children_count; i++)
        is_found = is_found || has_code(program, row->children_first + i);
    return is_found;
}

static void judge_tickets(const Batch *batch, const RandomCondition *condition, uint32_t number,
                          EscSpace *space, EscDiagram diagram)
{
    const EscProgram *program = esc_bundle_program(batch->bundle);
    const EscTemplateRow *row = &program->templates[number];
    uint32_t cond = program->handlers[row->handlers_first].cond - 1,
             pred = program->triggers[number].pred;
    for (uint32_t t = 0; t < TICKETS; t++) {
        World world = {.program = program, .sample = &samples[t]};
        Values values = {condition, &samples[t]};
        EscHost host = {.context = &world, .load = load, .emit = emit, .own = own};
        bool wanted = condition_holds(condition, &samples[t]), holds = !wanted;
        must(esc_pred_holds(batch->bundle, pred, &host, SAMPLE_NOW_MS, scratch, sizeof scratch,
                            &holds) == ESC_OK,
             "a trigger failed");
        evaluations++;
        if (holds != wanted)
            fail(condition, "its predicates differ");
        if (run_holds(batch, &host, &world, cond, false) != wanted)
            fail(condition, "its function differs");
        if (run_holds(batch, &host, &world, row->steps, true) != wanted)
            fail(condition, "its `if` differs");
        if (diagram != ESC_INCONCLUSIVE &&
            esc_space_holds(space, diagram, value_of, &values) != wanted)
            fail(condition, "its diagram differs");
    }
}

static void judge(const Batch *batch, const RandomCondition *condition, uint32_t number,
                  bool is_always)
{
    const EscProgram *program = esc_bundle_program(batch->bundle);
    const EscNode *node = batch->workspace->templates[number].node;
    EscArena *arena = esc_arena_new((size_t)1 << 20);
    uint32_t pred = program->triggers[number].pred;
    const EscCondition *forms[2] = {
        esc_condition_of(batch->workspace, node->template.items.first->start.condition),
        esc_condition_read(arena, program, pred)};
    must(forms[0] != NULL && forms[1] != NULL, "a condition has no form");
    EscSpace *space = esc_space_new(forms, 2);
    must(space != NULL, "no memory");
    EscDiagram diagram = esc_space_diagram(space, forms[0]);
    if (diagram == ESC_NEVER || (diagram == ESC_ALWAYS) != is_always)
        fail(condition, "its diagram says something else than the check");
    judge_tickets(batch, condition, number, space, diagram);
    check_example(condition, space, diagram);
    if (!has_code(program, pred)) {
        readings++;
        if (esc_space_diagram(space, forms[1]) != diagram)
            fail(condition, "its predicates, read back, have another diagram");
    }
    esc_space_free(space);
    esc_arena_free(arena);
}

static void judge_batch(Batch *batch)
{
    EscBuf bytes;
    EscWhy why = {0};
    esc_buf_init(&bytes, ESC_BUNDLE_BYTES_MAX);
    must(esc_workspace_build(batch->workspace, &bytes, &why) == ESC_OK,
         "a workspace was not built");
    must(esc_bundle_load(esc_buf_as_bytes(&bytes), &batch->bundle, &why) == ESC_OK, why.text);
    esc_buf_release(&bytes);
    for (uint32_t i = 0, number = 0; i < batch->count; i++)
        if (!batch->is_out[i])
            judge(batch, &batch->conditions[i], number++, batch->is_always[i]);
    esc_bundle_free(batch->bundle);
}

static void play(Batch *batch, uint32_t count, uint64_t *state)
{
    batch->count = count;
    for (uint32_t i = 0; i < TICKETS; i++)
        sample_fill(&samples[i], state);
    for (uint32_t i = 0; i < count; i++) {
        batch->is_out[i] = batch->is_always[i] = false;
        random_condition(&batch->conditions[i], state);
        write_source(batch, i);
    }
    EscStatus status = check(batch);
    if (note_verdicts(batch) && status == ESC_BAD_SOURCE) {
        esc_workspace_free(batch->workspace);
        status = check(batch); /* without those that can never hold */
    }
    if (status == ESC_OK)
        judge_batch(batch);
    else
        failures++;
    esc_workspace_free(batch->workspace);
}

int main(int count, char **words)
{
    must(count == 3, "usage: conditions SEED COUNT");
    static Batch batch;
    seed = strtoull(words[1], NULL, 10);
    uint64_t state = seed;
    uint32_t left = (uint32_t)strtoul(words[2], NULL, 10), played = left;
    while (left > 0 && failures < 20) {
        uint32_t some = left < BATCH ? left : BATCH;
        play(&batch, some, &state);
        left -= some;
    }
    printf("seed %llu: %llu evaluations, %llu examples, %llu readings\n", (unsigned long long)seed,
           (unsigned long long)evaluations, (unsigned long long)examples,
           (unsigned long long)readings);
    must(failures > 0 || (evaluations > 0 && examples > 0 && readings > 0), "nothing was judged");
    printf("%u passed, %u failed\n", failures > 0 ? 0u : (unsigned)played, (unsigned)failures);
    return failures > 0;
}
