/* example.c - one value for each subject on a way through a diagram that ends well, as people write it. */
#include <string.h>

#include "condition/space.h"

enum { TERMINALS = 2, WORDS_MAX = 80 };

/* The cell that the way takes for each variable; ESC_NONE: any. */
typedef struct Way {
    uint32_t cells[ESC_SPACE_VARIABLES_MAX];
} Way;

/* Every node but ESC_NEVER leads on to ESC_ALWAYS; missing values stand last, so they are taken last. */
static void find_way(const EscSpace *space, EscDiagram diagram, Way *way)
{
    for (uint32_t i = 0; i < ESC_SPACE_VARIABLES_MAX; i++)
        way->cells[i] = ESC_NONE;
    while (diagram >= TERMINALS) {
        const EscDiagramNode *node = &space->nodes[diagram - TERMINALS];
        uint32_t cell = 0;
        while (space->edges[node->edges + cell] == ESC_NEVER)
            cell++;
        way->cells[node->variable] = cell;
        diagram = space->edges[node->edges + cell];
    }
}

/* --- values in words -------------------------------------------------------------------------- */

static void write_from_now(EscBuf *out, int64_t ms)
{
    esc_buf_string(out, ms == 0 ? "now" : ms > 0 ? "now + " : "now - ");
    if (ms != 0)
        esc_duration_write(out, ms < 0 ? -ms : ms);
}

/* 2026-12-24 18:00 on the workspace's clocks; of a time of which only presence is asked for it is the present one. */
static void write_local(EscBuf *out, int64_t key)
{
    int64_t day_ms = key % ESC_DAY_MS, year = 0;
    unsigned month = 0, day = 0;
    day_ms += day_ms < 0 ? ESC_DAY_MS : 0;
    esc_date_from_days((key - day_ms) / ESC_DAY_MS, &year, &month, &day);
    int minutes = (int)(day_ms / ESC_MINUTE_MS);
    esc_buf_printf(out, "%04d-%02u-%02u %02d:%02d", (int)year, month, day, minutes / 60,
                   minutes % 60);
}

static void write_member(EscBuf *out, const EscSubject *subject, uint32_t member)
{
    if (member < subject->members_count)
        esc_buf_text(out, subject->members[member]);
    else
        esc_buf_string(out, member == 1 ? "true" : "false");
}

static void write_value(EscBuf *out, const EscTopic *topic, const EscCell *cell)
{
    const EscSubject *subject = &topic->subject;
    if (cell->is_missing) {
        esc_buf_string(out, "missing");
        return;
    }
    switch (esc_type_kind(subject->type)) {
    case ESC_KIND_NUMBER:
        esc_json_number(out, esc_key_number(cell->key));
        break;
    case ESC_KIND_DURATION:
        if (subject->is_from_now)
            write_from_now(out, cell->key);
        else
            esc_duration_write(out, cell->key);
        break;
    case ESC_KIND_TIME:
        write_local(out, cell->key);
        break;
    case ESC_KIND_TEXT:
        esc_json_text(out, cell->text);
        break;
    case ESC_KIND_LIST:
        esc_buf_string(out, "[]");
        break;
    default:
        write_member(out, subject, cell->member);
        break;
    }
}

/* `ticket.a < ticket.b` is one value of an example, and so is a part that nothing looks into. */
static void write_name(EscBuf *out, const EscSubject *subject, const EscCell *cell)
{
    static const char *const signs[] = {"<", "=", ">"};
    EscText words = esc_utf8_cut(subject->words, WORDS_MAX);
    if (subject->is_change)
        esc_buf_string(out, "changed ");
    esc_buf_text(out, words);
    if (words.size < subject->words.size)
        esc_buf_string(out, "…");
    if (subject->kind == ESC_SUBJECT_ORDER && !cell->is_missing)
        esc_buf_printf(out, " %s %.*s", signs[cell->member % 3],
                       ESC_TEXT_ARG(esc_utf8_cut(subject->other, WORDS_MAX)));
}

/* --- lines ------------------------------------------------------------------------------------ */

static EscText kept(EscArena *arena, EscExample *example, EscBuf *buf)
{
    EscText text = esc_arena_text(arena, esc_buf_as_text(buf));
    example->has_failed = example->has_failed || buf->status == ESC_NO_MEMORY || text.data == NULL;
    esc_buf_release(buf);
    return text;
}

/* Takes what `value` holds. */
static void put_line(EscArena *arena, EscExample *example, const EscTopic *topic,
                     const EscCell *cell, EscBuf *value)
{
    EscBuf name;
    EscText words = kept(arena, example, value);
    if (example->count == ESC_EXAMPLE_LINES_MAX)
        return;
    esc_buf_init(&name, 4096);
    write_name(&name, &topic->subject, cell);
    example->lines[example->count++] =
        (EscWitness){.field = kept(arena, example, &name), .value = words};
}

static void put_cell(EscArena *arena, EscExample *example, const EscTopic *topic,
                     const EscCell *cell)
{
    EscBuf value;
    esc_buf_init(&value, 4096);
    if (topic->subject.kind == ESC_SUBJECT_ORDER && !cell->is_missing)
        esc_buf_string(&value, "true");
    else
        write_value(&value, topic, cell);
    put_line(arena, example, topic, cell, &value);
}

static void write_items(EscBuf *out, const EscTopic *topic, const Way *way)
{
    bool is_first = true;
    esc_buf_char(out, '[');
    for (uint32_t i = 0; i < topic->atoms_count; i++) {
        if (way->cells[topic->first + 1 + i] != 1)
            continue;
        esc_buf_string(out, is_first ? "" : ", ");
        esc_json_text(out, topic->atoms[i].text);
        is_first = false;
    }
    esc_buf_char(out, ']');
}

/* Parts of a text are decided one by one where there are many; then there may be no text with all of them. */
static void write_parts(EscBuf *out, EscArena *arena, const EscTopic *topic, const Way *way)
{
    bool truths[ESC_TOPIC_ATOMS_MAX];
    EscText text;
    for (uint32_t i = 0; i < topic->atoms_count; i++)
        truths[i] = way->cells[topic->first + 1 + i] == 1;
    if (esc_text_for(arena, topic->atoms, truths, topic->atoms_count, &text))
        esc_json_text(out, text);
    else
        esc_buf_string(out, "a text that cannot be told for sure");
}

static void put_atoms(EscArena *arena, EscExample *example, const EscTopic *topic, const Way *way)
{
    EscBuf value;
    EscCell cell = {.is_missing = way->cells[topic->first] == 1};
    esc_buf_init(&value, 65536);
    if (cell.is_missing)
        esc_buf_string(&value, "missing");
    else if (esc_type_kind(topic->subject.type) == ESC_KIND_LIST)
        write_items(&value, topic, way);
    else
        write_parts(&value, arena, topic, way);
    put_line(arena, example, topic, &cell, &value);
}

/* Tests that are too large to be looked into. */
static void put_tests(EscArena *arena, EscExample *example, const EscTopic *topic, const Way *way)
{
    for (uint32_t i = 0; i < topic->count; i++) {
        uint32_t truth = way->cells[topic->first + i];
        if (truth == ESC_NONE)
            continue;
        EscBuf value;
        EscCell cell = {.member = truth};
        esc_buf_init(&value, 64);
        esc_buf_string(&value, truth == 1 ? "a value of its list" : "no value of its list");
        put_line(arena, example, topic, &cell, &value);
    }
}

bool esc_space_example(const EscSpace *space, EscDiagram diagram, EscArena *arena,
                       EscExample *example)
{
    Way way;
    *example = (EscExample){0};
    if (diagram == ESC_NEVER || diagram == ESC_INCONCLUSIVE)
        return false;
    find_way(space, diagram, &way);
    for (uint32_t i = 0; i < space->topics_count; i++) {
        const EscTopic *topic = &space->topics[i];
        bool is_used = false;
        for (uint32_t k = 0; k < topic->count; k++)
            is_used = is_used || way.cells[topic->first + k] != ESC_NONE;
        if (!is_used)
            continue;
        if (topic->mode == ESC_TOPIC_CELLS)
            put_cell(arena, example, topic,
                     &space->variables[topic->first].cells[way.cells[topic->first]]);
        else if (topic->mode == ESC_TOPIC_ATOMS)
            put_atoms(arena, example, topic, &way);
        else
            put_tests(arena, example, topic, &way);
    }
    return true;
}
