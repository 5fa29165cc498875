/* imports.c - schedules in calendar files: whom each turn means, and which one counts where they overlap. What stands in a file
 * is the program's to know (EscSourceFiles.turns). */
#include <stdlib.h>

#include "check/check.h"
#include "check/names.h"

/* Repetitions of a file are written out so far around the day of the build. */
#define DAYS_BEFORE 31
#define DAYS_BEHIND 800
#define DAY_MINUTES 1440
#define SHOWN_BYTES_MAX 60
#define SEVERAL (ESC_NONE - 1) /* more than one person is called like this */

typedef struct Turn {
    int64_t from, to;
    uint32_t person, line;
} Turn;

typedef struct Import {
    EscWorkspace *workspace;
    EscCalendarFile file;
    Turn *turns;
    uint32_t count;
    size_t capacity;
    uint32_t line, person; /* of the event at hand; person ESC_NONE: it was reported */
    bool has_fault;
    int64_t last_day;
} Import;

/* --- people by what they are called ----------------------------------------------------------- */

static EscText lower(EscWorkspace *workspace, EscText text)
{
    char *copy = esc_arena_alloc(workspace->arena, text.size + 1);
    for (size_t i = 0; copy != NULL && i < text.size; ++i)
        copy[i] = esc_ascii_lower(text.data[i]);
    return copy == NULL ? ESC_TEXT("") : (EscText){copy, text.size};
}

static void call(EscWorkspace *workspace, EscText name, uint32_t person)
{
    EscText key = lower(workspace, name);
    uint32_t other = person;
    if (key.size == 0)
        return;
    if (esc_names_find(workspace->called, key, &other) && other != person)
        person = SEVERAL;
    EscStatus status = esc_names_put(workspace->called, key, person);
    if (status != ESC_OK)
        esc_workspace_fail(workspace, status);
}

/* Their name in the directory, their own, and their mail address. */
static bool call_people(EscWorkspace *workspace)
{
    if (workspace->called != NULL)
        return true;
    workspace->called = esc_names_new(esc_seed());
    if (workspace->called == NULL) {
        esc_workspace_fail(workspace, ESC_NO_MEMORY);
        return false;
    }
    for (uint32_t i = 0; i < workspace->persons_count; ++i) {
        const EscPersonInfo *person = &workspace->persons[i];
        call(workspace, person->name, i);
        call(workspace, person->title, i);
        for (uint32_t k = 0; k < person->contacts_count; ++k)
            if (person->contacts[k].kind == ESC_CONTACT_EMAIL)
                call(workspace, person->contacts[k].address, i);
    }
    return true;
}

/* Whom a text and those before it mean together. */
static uint32_t with(EscWorkspace *workspace, uint32_t person, EscText text)
{
    uint32_t called = ESC_NONE;
    if (!esc_names_find(workspace->called, lower(workspace, text), &called))
        return person;
    return person == ESC_NONE || person == called ? called : SEVERAL;
}

static uint32_t person_of(Import *import, const EscFileTurn *turn)
{
    uint32_t person = with(import->workspace, ESC_NONE, turn->summary);
    for (uint32_t i = 0; i < turn->attendees_count; ++i)
        person = with(import->workspace, person, turn->attendees[i]);
    if (person < SEVERAL)
        return person;
    EscText shown = esc_utf8_cut(turn->summary, SHOWN_BYTES_MAX);
    EscText message = esc_arena_printf(
        import->workspace->arena,
        person == SEVERAL ? "`%.*s` and who takes part are more than one person of the directory"
                          : "neither `%.*s` nor who takes part is a person of the directory",
        ESC_TEXT_ARG(shown));
    esc_calendar_file_fault(&import->file, turn->line, message);
    return ESC_NONE;
}

/* --- the file --------------------------------------------------------------------------------- */

static void file_turn(void *context, const EscFileTurn *turn)
{
    Import *import = context;
    if (turn->line != import->line) {
        import->line = turn->line;
        import->person = person_of(import, turn);
        import->has_fault = import->has_fault || import->person == ESC_NONE;
    }
    if (import->person == ESC_NONE)
        return;
    Turn *grown = esc_arena_grow(import->workspace->arena, import->turns, import->count,
                                 &import->capacity, sizeof *grown);
    if (grown == NULL)
        return;
    int64_t last = (turn->to_minute - 1) / DAY_MINUTES;
    import->last_day = last > import->last_day ? last : import->last_day;
    import->turns = grown;
    grown[import->count++] = (Turn){turn->from_minute, turn->to_minute, import->person, turn->line};
}

static void file_fault(void *context, uint32_t line, EscText message)
{
    const Import *import = context;
    esc_calendar_file_fault(&import->file, line, message);
}

/* --- turns that overlap ----------------------------------------------------------------------- */

static int by_start(const void *left, const void *right)
{
    const Turn *a = left, *b = right;
    int order = ESC_ORDER(a->from, b->from);
    order = order != 0 ? order : ESC_ORDER(b->to, a->to);
    return order != 0 ? order : ESC_ORDER(a->line, b->line);
}

static void beginning_together(Import *import)
{
    for (uint32_t i = 1; i < import->count; ++i) {
        const Turn *before = &import->turns[i - 1], *turn = &import->turns[i];
        if (before->from != turn->from || before->person == turn->person)
            continue;
        EscText message = esc_arena_printf(
            import->workspace->arena,
            "a turn of this event begins at the same time as one of line %u, of somebody else",
            before->line);
        esc_calendar_file_fault(&import->file, turn->line, message);
        return;
    }
}

typedef struct Spread {
    EscWorkspace *workspace;
    EscTurnInfo *made;
    uint32_t count;
    const Turn **open; /* by their starts: the last one counts */
    uint32_t open_count;
    int64_t minute;
} Spread;

static void put(Spread *spread, int64_t to, uint32_t person)
{
    EscTurnInfo *last = spread->count == 0 ? NULL : &spread->made[spread->count - 1];
    if (last != NULL && last->to_minute == spread->minute &&
        esc_ref_index(last->members[0]) == person) {
        last->to_minute = to;
        return;
    }
    EscRef *member = esc_arena_alloc(spread->workspace->arena, sizeof *member);
    if (member == NULL)
        return;
    *member = ESC_REF(ESC_REF_PERSON, person);
    spread->made[spread->count++] = (EscTurnInfo){spread->minute, to, member, 1};
}

/* What the turns that are open make of the time up to a minute. */
static void advance(Spread *spread, int64_t to)
{
    while (spread->open_count > 0 && spread->minute < to) {
        const Turn *top = spread->open[spread->open_count - 1];
        if (top->to <= spread->minute) {
            spread->open_count--;
            continue;
        }
        int64_t end = top->to < to ? top->to : to;
        put(spread, end, top->person);
        spread->minute = end;
    }
    spread->minute = to;
}

/* The turn that begins later counts; behind it the earlier one goes on, if it lasts longer. */
static void spread_turns(Import *import, EscLayerInfo *layer)
{
    EscArena *arena = import->workspace->arena;
    Spread spread = {.workspace = import->workspace};
    spread.made = esc_arena_alloc_array(arena, 2 * (size_t)import->count, sizeof *spread.made);
    spread.open = esc_arena_alloc_array(arena, import->count, sizeof *spread.open);
    if (import->count == 0 || spread.made == NULL || spread.open == NULL)
        return;
    qsort(import->turns, import->count, sizeof *import->turns, by_start);
    beginning_together(import);
    for (uint32_t i = 0; i < import->count; ++i) {
        advance(&spread, import->turns[i].from);
        spread.open[spread.open_count++] = &import->turns[i];
    }
    advance(&spread, INT64_MAX);
    layer->turns = spread.made;
    layer->turns_count = spread.count;
}

void esc_check_import(EscWorkspace *workspace, const EscScheduleInfo *schedule,
                      const EscNode *setting, EscLayerInfo *layer)
{
    Import import = {.workspace = workspace,
                     .file = esc_calendar_file(workspace, setting),
                     .last_day = INT64_MIN};
    EscTurnFile asked = {
        .path = import.file.path,
        .library = import.file.library,
        .timezone =
            schedule->timezone.size > 0 ? schedule->timezone : esc_workspace_timezone(workspace),
        .from_day = workspace->io.today - DAYS_BEFORE,
        .to_day = workspace->io.today + DAYS_BEHIND,
        .context = &import,
        .turn = file_turn,
        .fault = file_fault,
    };
    EscStatus status = ESC_NOT_FOUND;
    if (!call_people(workspace))
        return;
    if (esc_calendar_file_is_inside(&import.file) && workspace->io.turns != NULL)
        status = workspace->io.turns(workspace->io.context, &asked);
    workspace->depends_on_today = workspace->depends_on_today || asked.repeats;
    workspace->imports_repeat = workspace->imports_repeat || asked.repeats;
    if (status == ESC_NO_MEMORY)
        esc_workspace_fail(workspace, status);
    else if (status == ESC_OK && !import.has_fault)
        esc_calendar_file_ends(&import.file, import.last_day, "turn");
    else if (status != ESC_OK && status != ESC_BAD_INPUT)
        esc_calendar_file_unreadable(&import.file, "calendar of turns");
    spread_turns(&import, layer);
}
