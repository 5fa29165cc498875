/* write_tests.c - tests.esc: who is paged when, over a week, by the model's own evaluator (evaluate.c). */
#include "write.h"

#define MOMENTS_MAX 40 /* of one chain; a week of eight-hour turns has 21 */
#define PEOPLE_MAX 64

/* Monday 00:00 of the workspace's zone behind now. */
static int64_t next_monday(const EscModel *model)
{
    int64_t local = esc_clock_local(model, model->timezone, model->request->now_ms);
    int64_t day = local / ESC_DAY_MS, weekday = (int64_t)esc_weekday_from_days(day);
    return esc_clock_instant(model, model->timezone, (day - weekday + 7) * ESC_DAY_MS);
}

static size_t people_of(const EscModel *model, const ModelLevel *level, int64_t at_ms,
                        uint32_t people[PEOPLE_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < level->targets.count; i++) {
        uint32_t found[PEOPLE_MAX];
        size_t more = esc_evaluate(model, level->targets.items[i], at_ms, found, PEOPLE_MAX);
        for (size_t f = 0; f < more; f++) {
            bool is_there = false;
            for (size_t c = 0; c < count; c++)
                is_there = is_there || people[c] == found[f];
            if (!is_there && count < PEOPLE_MAX)
                people[count++] = found[f];
        }
    }
    return count;
}

/* The first level from `number` on that has somebody other than `than`; whoever is accountable then. */
static size_t level_staffed(const EscModel *model, const ModelChain *chain, size_t number,
                            int64_t at_ms, uint32_t than, uint32_t *owner)
{
    for (; number < chain->levels.count; number++) {
        uint32_t people[PEOPLE_MAX];
        size_t count = people_of(model, &chain->levels.items[number], at_ms, people);
        for (size_t i = 0; i < count; i++) {
            if (people[i] != than) {
                *owner = people[i];
                return number;
            }
        }
    }
    return number;
}

static int64_t change_behind(const EscModel *model, const ModelChain *chain, int64_t at_ms)
{
    int64_t next = INT64_MAX;
    for (size_t l = 0; l < chain->levels.count; l++) {
        const ModelLevel *level = &chain->levels.items[l];
        for (size_t i = 0; i < level->targets.count; i++) {
            int64_t turn = esc_evaluate_next(model, level->targets.items[i], at_ms);
            next = turn < next ? turn : next;
        }
    }
    return next;
}

/* Whether a level draws a member: who that is depends on what was before. */
static bool is_drawn(const ModelChain *chain)
{
    for (size_t l = 0; l < chain->levels.count; l++) {
        for (size_t i = 0; i < chain->levels.items[l].targets.count; i++) {
            if (chain->levels.items[l].targets.items[i].kind == MODEL_DRAWN)
                return true;
        }
    }
    return false;
}

static void write_begin(EscModel *model, EscBuf *out, const ModelChain *chain, const char *what,
                        int64_t at_ms)
{
    esc_buf_string(out, "test ");
    write_text(model, out,
               esc_model_printf(model, "%.*s: %s",
                                ESC_TEXT_ARG(esc_utf8_cut(chain->title, WRITE_TITLE_MAX)), what),
               WRITE_TITLE_MAX + 40);
    esc_buf_string(out, " {\nat ");
    write_local(model, out, model->timezone, at_ms);
    esc_buf_string(out, "\n");
}

/* Somebody whom `level` does not call then, since whoever starts what calls them has noticed it by that; the last resort,
 * when they can. MODEL_NONE: it calls everybody. */
static uint32_t starter_of(const EscModel *model, const ModelChain *chain, size_t level,
                           int64_t at_ms)
{
    uint32_t people[PEOPLE_MAX];
    size_t called = people_of(model, &chain->levels.items[level], at_ms, people);
    for (size_t i = 0; i <= model->persons.count; i++) {
        uint32_t person = i == 0 ? model->last_resort : (uint32_t)(i - 1);
        bool is_called = model->persons.items[person].is_nobody;
        for (size_t c = 0; c < called; c++)
            is_called = is_called || people[c] == person;
        if (!is_called)
            return person;
    }
    return MODEL_NONE;
}

static void write_start(EscModel *model, EscBuf *out, const ModelChain *chain, unsigned number,
                        uint32_t starter)
{
    if (number == 1)
        esc_buf_string(out, "given ticket { id: \"W-1\" }\n");
    else
        esc_buf_printf(out, "on ticket.created { id: \"W-%u\" }\n", number);
    esc_buf_printf(out, "start %.*s by %.*s\n", ESC_TEXT_ARG(chain->name),
                   ESC_TEXT_ARG(model->persons.items[starter].name));
}

static void write_paged(const EscModel *model, EscBuf *out, uint32_t person)
{
    EscText name = model->persons.items[person].name;
    esc_buf_printf(out, "expect page %.*s and owner %.*s\n", ESC_TEXT_ARG(name),
                   ESC_TEXT_ARG(name));
}

/* "# Mon 09:00" in the zone of the workspace */
static void write_moment(const EscModel *model, EscBuf *out, int64_t at_ms)
{
    static const char *const DAYS[7] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                        "Friday", "Saturday", "Sunday"};
    int64_t local = esc_clock_local(model, model->timezone, at_ms), day = local / ESC_DAY_MS;
    esc_buf_printf(out, "# %s ", DAYS[esc_weekday_from_days(day)]);
    esc_minute_write(out, (uint32_t)((local - day * ESC_DAY_MS) / ESC_MINUTE_MS));
    esc_buf_char(out, '\n');
}

/* In the middle between two changes of anybody's turn a ticket comes in: who is paged first? It is acknowledged and
 * resolved, so that the next one finds the same world. */
static void write_week(EscModel *model, EscBuf *out, const ModelChain *chain, int64_t monday)
{
    int64_t at = monday, end = monday + 7 * ESC_DAY_MS, clock = 0;
    unsigned count = 0;
    while (at < end && count < MOMENTS_MAX) {
        int64_t next = change_behind(model, chain, at), until = next < end ? next : end;
        int64_t moment = at + (until - at) / 2;
        uint32_t owner = MODEL_NONE;
        moment -= moment % ESC_MINUTE_MS;
        at = until;
        size_t level = level_staffed(model, chain, 0, moment, MODEL_NONE, &owner);
        if (moment < monday || level == chain->levels.count)
            continue;
        count++;
        if (count == 1) {
            write_begin(model, out, chain, "who is paged in a week", moment);
        } else {
            esc_buf_string(out, "\nafter ");
            write_duration(out, moment - clock);
            esc_buf_char(out, ' ');
            write_moment(model, out, moment);
        }
        uint32_t starter = starter_of(model, chain, level, moment);
        EscText name = model->persons.items[owner].name;
        write_start(model, out, chain, count, starter == MODEL_NONE ? owner : starter);
        write_paged(model, out, owner);
        if (starter != MODEL_NONE)
            esc_buf_printf(out, "ack by %.*s\n", ESC_TEXT_ARG(name));
        esc_buf_printf(out, "resolve by %.*s\n", ESC_TEXT_ARG(name));
        clock = moment;
    }
    esc_buf_string(out, count > 0 ? "}\n\n" : "");
}

/* Nobody answers: every level in its time, once through the chain, then what follows. Nothing where the first level calls
 * everybody: then somebody has noticed it who started it. */
static void write_ladder(EscModel *model, EscBuf *out, const ModelChain *chain, int64_t monday)
{
    int64_t at = monday + 10 * ESC_HOUR_MS;
    uint32_t owner = MODEL_NONE;
    size_t level = level_staffed(model, chain, 0, at, MODEL_NONE, &owner);
    uint32_t starter =
        level == chain->levels.count ? MODEL_NONE : starter_of(model, chain, level, at);
    if (starter == MODEL_NONE)
        return;
    write_begin(model, out, chain, "nobody answers", at);
    write_start(model, out, chain, 1, starter);
    for (unsigned pass = 0; pass < 2; pass++) {
        while (level < chain->levels.count) {
            write_paged(model, out, owner);
            int64_t within = chain->levels.items[level].within_ms;
            within -= within % ESC_SECOND_MS;
            at += within;
            uint32_t former = owner;
            size_t next = level_staffed(model, chain, level + 1, at, former, &owner);
            if (next == chain->levels.count && (pass > 0 || chain->repeats == 0)) {
                if (chain->repeats <= 1) {
                    esc_buf_string(out, "after ");
                    write_duration(out, within);
                    esc_buf_string(out, "\nexpect exception unowned\n");
                }
                esc_buf_string(out, "}\n\n");
                return;
            }
            esc_buf_string(out, "after ");
            write_duration(out, within);
            esc_buf_char(out, '\n');
            level = next;
        }
        level = level_staffed(model, chain, 0, at, MODEL_NONE, &owner);
    }
    esc_buf_string(out, "}\n\n");
}

void esc_write_tests(EscModel *model)
{
    EscBuf *out = write_open(model, "tests.esc");
    int64_t monday = next_monday(model);
    write_comment(model, out,
                  ESC_TEXT("Who is paged when, computed from the export and not from the schedules "
                           "of this workspace: what these tests "
                           "show is that both mean the same."));
    esc_buf_char(out, '\n');
    for (size_t i = 0; i < model->chains.count; i++) {
        const ModelChain *chain = &model->chains.items[i];
        if (is_drawn(chain) || chain->hours != MODEL_NONE)
            continue;
        out = write_more(model);
        write_week(model, out, chain, monday);
        write_ladder(model, out, chain, monday);
    }
    write_routes(model);
}
