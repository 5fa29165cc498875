/* gaps.c - every night: times of the next days in which nobody of a chain would be there, by what the directory says and what people
 * said of themselves. Each is told once; the last resort is asked then, so that nothing else changes (M8.8). */
#include <engine/flow.h>

#define AHEAD_MS (7 * ESC_DAY_MS)
#define TOLD_MAX 64       /* different gaps that are told, and kept */
#define NIGHT_MINUTES 180 /* of the day: 03:00 in the workspace's zone */
#define WHY_BYTES 1000

/* --- who is there when ------------------------------------------------------------------------ */

static bool presence_away(void *context, uint32_t person, int64_t at_ms)
{
    EscAwayNow away;
    return esc_absence_of(context, person, at_ms, &away);
}

static uint32_t presence_deputy(void *context, uint32_t person, int64_t at_ms)
{
    const EscEngine *engine = context;
    return esc_deputy_in(engine, engine->schema.current, person, at_ms);
}

static int64_t presence_turns_ms(void *context, uint32_t person, int64_t at_ms)
{
    const EscEngine *engine = context;
    const EscProgram *program = engine->schema.current->program;
    return esc_absence_change_ms(engine, program->texts[program->persons[person].name], at_ms);
}

/* --- telling ---------------------------------------------------------------------------------- */

static EscText why_of(EscEngine *engine, const EscPresence *presence, const EscGap *gap)
{
    EscBuf why = esc_turn_buf();
    esc_gap_write_why(engine->schema.current->program, engine->zones, presence, gap, &why);
    return esc_turn_cut(engine, esc_turn_take(engine, &why), WHY_BYTES);
}

static EscText instant_text(EscEngine *engine, int64_t at_ms)
{
    EscBuf text = esc_turn_buf();
    esc_time_write(&text, at_ms);
    return esc_turn_take(engine, &text);
}

static void tell(EscEngine *engine, const EscPresence *presence, const EscGap *gap, uint32_t others)
{
    const EscProgram *program = engine->schema.current->program;
    const EscTemplateRow *template = &program->templates[gap->template];
    EscText name = program->texts[template->name], title = program->texts[template->title];
    EscText why = why_of(engine, presence, gap), from = esc_local_time(engine, gap->from_ms),
            until = esc_local_time(engine, gap->until_ms);
    EscText more = others == 0 ? (EscText){0} : esc_turn_printf(engine, "%u", (unsigned)others);
    bool is_now = gap->from_ms <= engine->now_ms;
    esc_audit_ticket(
        engine, NULL, ESC_AUDIT_GAP,
        esc_audit_data(engine, "template", name, "from", instant_text(engine, gap->from_ms),
                       "until", instant_text(engine, gap->until_ms), "because", why, "others", more,
                       NULL),
        "%s of \"%.*s\" %s %.*s to %.*s: %.*s%s%.*s%s",
        gap->is_of_all ? "nobody at all" : "none of the owners",
        ESC_TEXT_ARG(esc_text_or(title, name)), is_now ? "is there from" : "will be there from",
        ESC_TEXT_ARG(from), ESC_TEXT_ARG(until), ESC_TEXT_ARG(why),
        esc_words_with(more, "; and so of "), ESC_TEXT_ARG(more), esc_words_with(more, " more"));
}

/* --- what was told ---------------------------------------------------------------------------- */

/* One that has begun begins later with each look, and one that goes on ends later, so it is known by the time that both have. */
static const EscToldGap *told_of(const EscEngine *engine, EscText name, const EscGap *gap)
{
    for (size_t i = 0; i < engine->gaps.count; i++) {
        const EscToldGap *told = &engine->gaps.items[i];
        if (told->is_of_all == gap->is_of_all && told->from_ms <= gap->until_ms &&
            gap->from_ms <= told->until_ms && esc_text_equal(told->template_name, name))
            return told;
    }
    return NULL;
}

static bool is_same_time(const EscGap *a, const EscGap *b)
{
    return a->from_ms == b->from_ms && a->until_ms == b->until_ms && a->is_of_all == b->is_of_all;
}

/* Templates that have nobody at the same time are told of together, by the first of them. *others: how many more have it. */
static bool is_first(const EscGap *gaps, size_t count, size_t at, uint32_t *others)
{
    *others = 0;
    for (size_t i = 0; i < at; i++)
        if (is_same_time(&gaps[i], &gaps[at]))
            return false;
    for (size_t i = at + 1; i < count; i++)
        *others += is_same_time(&gaps[i], &gaps[at]);
    return true;
}

static bool is_kept_so(const EscToldGap *a, const EscToldGap *b)
{
    return a->from_ms == b->from_ms && a->until_ms == b->until_ms && a->is_of_all == b->is_of_all &&
           esc_text_equal(a->template_name, b->template_name);
}

/* True when what is kept of them is another now. */
static bool keep(EscEngine *engine, const EscToldGap *found, size_t count)
{
    bool is_changed = count != engine->gaps.count;
    for (size_t i = 0; i < count && !is_changed; i++)
        is_changed = !is_kept_so(&found[i], &engine->gaps.items[i]);
    engine->gaps.count = 0;
    for (size_t i = 0; i < count; i++)
        esc_gap_remember(engine, found[i]);
    return is_changed;
}

static bool take(EscEngine *engine, const EscPresence *presence, const EscGap *gaps, size_t count)
{
    const EscProgram *program = engine->schema.current->program;
    EscToldGap found[TOLD_MAX];
    size_t found_count = 0;
    for (size_t i = 0; i < count && found_count < TOLD_MAX; i++) {
        EscText name = program->texts[program->templates[gaps[i].template].name];
        uint32_t others = 0;
        if (!is_first(gaps, count, i, &others))
            continue;
        const EscToldGap *told = told_of(engine, name, &gaps[i]);
        if (told == NULL)
            tell(engine, presence, &gaps[i], others);
        found[found_count++] = (EscToldGap){esc_engine_intern(engine, name),
                                            told == NULL ? gaps[i].from_ms : told->from_ms,
                                            gaps[i].until_ms, gaps[i].is_of_all};
    }
    return keep(engine, found, found_count);
}

/* --- the look --------------------------------------------------------------------------------- */

static int64_t next_night_ms(const EscEngine *engine)
{
    const EscProgram *program = engine->schema.current->program;
    EscText zone = program->texts[program->meta->timezone];
    int64_t minute = esc_zone_minute(engine->zones, zone, engine->now_ms), day = 24 * 60;
    int64_t night = minute - minute % day + NIGHT_MINUTES;
    return esc_zone_instant_ms(engine->zones, zone, night > minute ? night : night + day);
}

void esc_night_apply(EscEngine *engine)
{
    EscPresence presence = {engine, presence_away, presence_deputy, presence_turns_ms};
    const EscGap *gaps = NULL;
    size_t count = 0;
    EscStatus status =
        esc_gaps_find(engine->schema.current->program, engine->zones, &presence, engine->now_ms,
                      engine->now_ms + AHEAD_MS, engine->turn.arena, &gaps, &count);
    ESC_ASSERT(status == ESC_OK);
    engine->gaps.due_ms = next_night_ms(engine);
    bool is_changed = take(engine, &presence, gaps, count);
    engine->turn.outcome->is_noop = !is_changed;
    engine->absences.is_dirty = engine->absences.is_dirty || is_changed;
}
