/* coverage.c - counts what runs, and says what did not. Which counters make a place stands in the points that the build noted. */
#include "coverage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COVERAGE_BYTES_MAX ((size_t)1 << 30)
#define SOURCE_BYTES_MAX 60

/* A value that is looked for at an instruction or a node of PREDS. */
typedef struct Watch {
    uint32_t place, member;
    uint64_t count;
    uint32_t next; /* index + 1 of the next one at the same place */
} Watch;

/* Points of one place, kind and way are one. */
typedef struct Spot {
    const EscCoverPoint *point;
    uint64_t count;
} Spot;

struct Coverage {
    EscArena *arena;
    const EscWorkspace *workspace;
    const EscProgram *program;
    EscListener listener;
    uint64_t *ran,
        *held; /* by instruction: how often, and with a true value in its first register */
    uint64_t *pred_held, *pred_failed;
    uint32_t *code_watches, *pred_watches; /* index + 1 of the first watch there */
    Watch *watches;
    uint32_t watches_count;
    Spot *spots; /* sorted by place */
    uint32_t spots_count;
};

static const char *const KINDS[ESC_COVER_COUNT] = {"steps", "branches", "conditions", "members",
                                                   "handlers"};
static const char *const KIND[ESC_COVER_COUNT] = {"step", "branch", "condition", "member",
                                                  "handler"};

/* --- counting --------------------------------------------------------------------------------- */

static void hear_step(void *context, const EscBundle *bundle, uint32_t at,
                      const EscValue *registers)
{
    Coverage *coverage = context;
    const EscInstr *instr = &coverage->program->code[at];
    (void)bundle;
    coverage->ran[at]++;
    bool is_decision = instr->op == ESC_OP_JUMP_IF || instr->op == ESC_OP_JUMP_UNLESS ||
                       instr->op == ESC_OP_RETURN;
    if (is_decision)
        coverage->held[at] += registers[instr->a].truth;
    else if (instr->op == ESC_OP_UNWRAP)
        coverage->held[at] += !registers[instr->b].is_missing;
    for (uint32_t w = coverage->code_watches[at]; w != 0; w = coverage->watches[w - 1].next)
        coverage->watches[w - 1].count +=
            registers[coverage->watches[w - 1].place].member == coverage->watches[w - 1].member;
}

static void hear_judged(void *context, const EscBundle *bundle, uint32_t pred,
                        const EscValue *value, bool holds)
{
    Coverage *coverage = context;
    (void)bundle;
    (holds ? coverage->pred_held : coverage->pred_failed)[pred]++;
    if (value == NULL || value->is_missing)
        return;
    for (uint32_t w = coverage->pred_watches[pred]; w != 0; w = coverage->watches[w - 1].next)
        coverage->watches[w - 1].count += value->member == coverage->watches[w - 1].member;
}

static bool is_watch(const EscCoverTerm *term)
{
    return term->kind == ESC_COVER_IS_MEMBER || term->kind == ESC_COVER_PRED_MEMBER;
}

static uint32_t *first_watch(const Coverage *coverage, const EscCoverTerm *term)
{
    uint32_t *first =
        term->kind == ESC_COVER_IS_MEMBER ? coverage->code_watches : coverage->pred_watches;
    return &first[term->at];
}

static Watch *find_watch(const Coverage *coverage, const EscCoverTerm *term)
{
    for (uint32_t w = *first_watch(coverage, term); w != 0; w = coverage->watches[w - 1].next) {
        Watch *watch = &coverage->watches[w - 1];
        if (watch->place == term->place && watch->member == term->member)
            return watch;
    }
    return NULL;
}

static uint64_t count_of(const Coverage *coverage, const EscCoverTerm *term)
{
    switch (term->kind) {
    case ESC_COVER_RAN:
        return coverage->ran[term->at];
    case ESC_COVER_TRUE:
        return coverage->held[term->at];
    case ESC_COVER_FALSE:
        return coverage->ran[term->at] - coverage->held[term->at];
    case ESC_COVER_PRED_TRUE:
        return coverage->pred_held[term->at];
    case ESC_COVER_PRED_FALSE:
        return coverage->pred_failed[term->at];
    case ESC_COVER_IS_MEMBER:
    case ESC_COVER_PRED_MEMBER:
        break;
    }
    const Watch *watch = find_watch(coverage, term);
    return watch == NULL ? 0 : watch->count;
}

static uint64_t point_count(const Coverage *coverage, const EscCoverPoint *point)
{
    uint64_t plus = 0, less = 0;
    for (uint32_t i = 0; i < point->terms_count; i++)
        *(point->terms[i].is_minus ? &less : &plus) += count_of(coverage, &point->terms[i]);
    return plus > less ? plus - less : 0;
}

/* --- making it -------------------------------------------------------------------------------- */

static int compare_points(const EscCoverPoint *a, const EscCoverPoint *b)
{
    if (a->span.file != b->span.file)
        return a->span.file < b->span.file ? -1 : 1;
    if (a->span.start != b->span.start)
        return a->span.start < b->span.start ? -1 : 1;
    if (a->span.end != b->span.end)
        return a->span.end < b->span.end ? -1 : 1;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    return strcmp(a->way, b->way);
}

static int compare_spots(const void *a, const void *b)
{
    return compare_points(((const Spot *)a)->point, ((const Spot *)b)->point);
}

static void put_watches(Coverage *coverage, const EscCoverPoint *point)
{
    for (uint32_t i = 0; i < point->terms_count; i++) {
        const EscCoverTerm *term = &point->terms[i];
        if (!is_watch(term) || find_watch(coverage, term) != NULL)
            continue;
        uint32_t *first = first_watch(coverage, term);
        coverage->watches[coverage->watches_count++] =
            (Watch){.place = term->place, .member = term->member, .next = *first};
        *first = coverage->watches_count;
    }
}

static bool make_room(Coverage *coverage)
{
    uint32_t points = esc_workspace_cover_count(coverage->workspace), terms = 0;
    for (uint32_t i = 0; i < points; i++)
        terms += esc_workspace_cover_point(coverage->workspace, i)->terms_count;
    size_t code = (size_t)coverage->program->code_count + 1,
           preds = (size_t)coverage->program->preds_count + 1;
    EscArena *arena = coverage->arena;
    coverage->ran = esc_arena_alloc_array(arena, code, sizeof(uint64_t));
    coverage->held = esc_arena_alloc_array(arena, code, sizeof(uint64_t));
    coverage->code_watches = esc_arena_alloc_array(arena, code, sizeof(uint32_t));
    coverage->pred_held = esc_arena_alloc_array(arena, preds, sizeof(uint64_t));
    coverage->pred_failed = esc_arena_alloc_array(arena, preds, sizeof(uint64_t));
    coverage->pred_watches = esc_arena_alloc_array(arena, preds, sizeof(uint32_t));
    coverage->watches = esc_arena_alloc_array(arena, (size_t)terms + 1, sizeof(Watch));
    coverage->spots = esc_arena_alloc_array(arena, (size_t)points + 1, sizeof(Spot));
    return !esc_arena_failed(arena);
}

Coverage *coverage_new(const EscWorkspace *workspace, const EscBundle *bundle)
{
    EscArena *arena = esc_arena_new(COVERAGE_BYTES_MAX);
    Coverage *coverage = arena == NULL ? NULL : esc_arena_alloc(arena, sizeof *coverage);
    if (coverage == NULL) {
        esc_arena_free(arena);
        return NULL;
    }
    coverage->arena = arena;
    coverage->workspace = workspace;
    coverage->program = esc_bundle_program(bundle);
    coverage->listener =
        (EscListener){.context = coverage, .step = hear_step, .judged = hear_judged};
    if (!make_room(coverage)) {
        esc_arena_free(arena);
        return NULL;
    }
    uint32_t points = esc_workspace_cover_count(workspace);
    for (uint32_t i = 0; i < points; i++) {
        const EscCoverPoint *point = esc_workspace_cover_point(workspace, i);
        put_watches(coverage, point);
        coverage->spots[coverage->spots_count++] = (Spot){.point = point};
    }
    qsort(coverage->spots, coverage->spots_count, sizeof(Spot), compare_spots);
    return coverage;
}

void coverage_free(Coverage *coverage)
{
    if (coverage != NULL)
        esc_arena_free(coverage->arena);
}

const EscListener *coverage_listener(const Coverage *coverage)
{
    return &coverage->listener;
}

/* --- summing up ------------------------------------------------------------------------------- */

/* The spot at *at, with all points that are the same; *at goes behind them. */
static Spot take_spot(const Coverage *coverage, uint32_t *at)
{
    Spot spot = coverage->spots[*at];
    spot.count = 0;
    while (*at < coverage->spots_count &&
           compare_points(coverage->spots[*at].point, spot.point) == 0)
        spot.count += point_count(coverage, coverage->spots[(*at)++].point);
    return spot;
}

/* Of one file; UINT32_MAX: of all. */
static void sum_file(const Coverage *coverage, uint32_t file, CoverageSum *sum)
{
    for (uint32_t at = 0; at < coverage->spots_count;) {
        Spot spot = take_spot(coverage, &at);
        if (file != UINT32_MAX && spot.point->span.file != file)
            continue;
        sum->all[spot.point->kind]++;
        sum->reached[spot.point->kind] += spot.count > 0;
    }
}

void coverage_sum(Coverage *coverage, CoverageSum *sum)
{
    sum_file(coverage, UINT32_MAX, sum);
}

uint32_t coverage_share(const CoverageSum *sum)
{
    uint64_t reached = 0, all = 0;
    for (uint32_t i = 0; i < ESC_COVER_COUNT; i++) {
        reached += sum->reached[i];
        all += sum->all[i];
    }
    return all == 0 ? 10000 : (uint32_t)(reached * 10000 / all);
}

/* --- for people ------------------------------------------------------------------------------- */

static void write_row(EscBuf *out, EscText name, uint32_t width, const CoverageSum *sum)
{
    esc_buf_printf(out, "%-*.*s", (int)width, ESC_TEXT_ARG(name));
    for (uint32_t i = 0; i < ESC_COVER_COUNT; i++) {
        char cell[32] = "-";
        if (sum->all[i] > 0)
            snprintf(cell, sizeof cell, "%u of %u", sum->reached[i], sum->all[i]);
        esc_buf_printf(out, "  %12s", cell);
    }
    uint32_t share = coverage_share(sum);
    esc_buf_printf(out, "  %3u.%u %%\n", share / 100, share % 100 / 10);
}

static bool has_spots(const CoverageSum *sum)
{
    uint32_t all = 0;
    for (uint32_t i = 0; i < ESC_COVER_COUNT; i++)
        all += sum->all[i];
    return all > 0;
}

static uint32_t width_of_names(const Coverage *coverage)
{
    size_t width = 8;
    for (uint32_t i = 0; i < coverage->spots_count; i++) {
        EscText path =
            esc_workspace_file_path(coverage->workspace, coverage->spots[i].point->span.file);
        width = path.size > width ? path.size : width;
    }
    return width < 60 ? (uint32_t)width : 60;
}

static void write_table(Coverage *coverage, EscBuf *out)
{
    uint32_t width = width_of_names(coverage);
    esc_buf_printf(out, "%-*s", (int)width, "coverage");
    for (uint32_t i = 0; i < ESC_COVER_COUNT; i++)
        esc_buf_printf(out, "  %12s", KINDS[i]);
    esc_buf_char(out, '\n');
    for (uint32_t file = 0; file < esc_workspace_file_count(coverage->workspace); file++) {
        CoverageSum sum = {{0}, {0}};
        sum_file(coverage, file, &sum);
        if (has_spots(&sum))
            write_row(out, esc_workspace_file_path(coverage->workspace, file), width, &sum);
    }
    CoverageSum sum = {{0}, {0}};
    coverage_sum(coverage, &sum);
    write_row(out, ESC_TEXT("together"), width, &sum);
}

/* The next point that no test reached, and its place; NULL behind the last. */
static const EscCoverPoint *next_missed(const Coverage *coverage, uint32_t *at,
                                        EscLineColumn *place)
{
    while (*at < coverage->spots_count) {
        Spot spot = take_spot(coverage, at);
        if (spot.count > 0)
            continue;
        EscPlaceSpan span = spot.point->span;
        *place = esc_workspace_place(coverage->workspace, span.file, span.start);
        return spot.point;
    }
    return NULL;
}

/* The first line of the place as it was written. */
static EscText source_of(const Coverage *coverage, EscPlaceSpan span)
{
    EscText source = esc_workspace_file_source(coverage->workspace, span.file);
    uint32_t end = span.start;
    while (end < span.end && end < source.size && source.data[end] != '\n')
        end++;
    return esc_utf8_cut((EscText){source.data + span.start, end - span.start}, SOURCE_BYTES_MAX);
}

static void write_missed(const Coverage *coverage, EscBuf *out)
{
    bool is_first = true;
    EscLineColumn place;
    const EscCoverPoint *point = NULL;
    for (uint32_t at = 0; (point = next_missed(coverage, &at, &place)) != NULL;) {
        esc_buf_string(out, is_first ? "no test reaches\n" : "");
        is_first = false;
        esc_buf_printf(out, "  %.*s:%u:%u: %s%s%s: %.*s\n",
                       ESC_TEXT_ARG(esc_workspace_file_path(coverage->workspace, point->span.file)),
                       place.line, place.column, KIND[point->kind],
                       point->way[0] == '\0' ? "" : " ", point->way,
                       ESC_TEXT_ARG(source_of(coverage, point->span)));
    }
}

void coverage_write_text(Coverage *coverage, EscBuf *out)
{
    write_table(coverage, out);
    write_missed(coverage, out);
}

/* --- for programs ----------------------------------------------------------------------------- */

static void write_missed_json(const Coverage *coverage, EscBuf *out)
{
    bool is_first = true;
    EscLineColumn place;
    const EscCoverPoint *point = NULL;
    for (uint32_t at = 0; (point = next_missed(coverage, &at, &place)) != NULL;) {
        esc_buf_string(out, is_first ? "\n    {\"file\":" : ",\n    {\"file\":");
        esc_json_text(out, esc_workspace_file_path(coverage->workspace, point->span.file));
        esc_buf_printf(out, ",\"line\":%u,\"column\":%u,\"kind\":\"%s\",\"way\":\"%s\"}",
                       place.line, place.column, KIND[point->kind], point->way);
        is_first = false;
    }
}

void coverage_write_json(Coverage *coverage, EscBuf *out)
{
    CoverageSum sum = {{0}, {0}};
    coverage_sum(coverage, &sum);
    uint32_t share = coverage_share(&sum);
    esc_buf_string(out, "{\"workspace\":");
    esc_json_text(out, esc_workspace_name(coverage->workspace));
    esc_buf_printf(out, ",\"percent\":%u.%02u", share / 100, share % 100);
    for (uint32_t i = 0; i < ESC_COVER_COUNT; i++)
        esc_buf_printf(out, ",\"%s\":{\"reached\":%u,\"all\":%u}", KINDS[i], sum.reached[i],
                       sum.all[i]);
    esc_buf_string(out, ",\"missed\":[");
    write_missed_json(coverage, out);
    esc_buf_string(out, "]}");
}
