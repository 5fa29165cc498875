/* chains.c - what the language says in levels of owners, from steps at times.
 *
 * Steps of one time are one level. Who stands in an earlier level already is no owner again (the language asks the next
 * one then); they are paged once more at the step's time. So are those of a step behind the tenth level, and those who are
 * told although somebody has acknowledged. */
#include <stdlib.h>

#include "model.h"

#define LEVELS_MAX 10
#define REPEATS_MAX 9
#define OWNERS_OF_LEVEL_MAX 16
#define LAST_MS (15 * ESC_MINUTE_MS)

/* --- whom a target means --------------------------------------------------------------------------- */

static bool is_somebody(const EscModel *model, ModelTarget target);

static bool has_turns(const EscModel *model, const ModelTrack *track)
{
    for (size_t l = 0; l < track->layers.count; l++) {
        const ModelLayer *layer = &track->layers.items[l];
        for (size_t r = 0; r < layer->rotations.count; r++) {
            const ModelRotation *rotation = &layer->rotations.items[r];
            for (size_t i = 0; i < rotation->turns.count; i++) {
                if (is_somebody(model, rotation->turns.items[i]))
                    return true;
            }
        }
    }
    return false;
}

/* A schedule has no schedules in its turns, and a team no teams, so this goes two deep. */
static bool is_somebody(const EscModel *model, ModelTarget target)
{
    if (target.kind == MODEL_PERSON)
        return !model->persons.items[target.index].is_nobody;
    if (target.kind == MODEL_SCHEDULE) {
        const ModelSchedule *schedule = &model->schedules.items[target.index];
        return !schedule->is_off && schedule->tracks.count > 0 &&
               has_turns(model, &schedule->tracks.items[0]);
    }
    const ModelTeam *team = &model->teams.items[target.index];
    for (size_t i = 0; i < team->members.count; i++) {
        if (!model->persons.items[team->members.items[i]].is_nobody)
            return true;
    }
    return false;
}

/* The one person whom a target always means; MODEL_NONE: several, or it depends. */
static uint32_t only_person(const EscModel *model, ModelTarget target)
{
    uint32_t only = MODEL_NONE;
    if (target.kind == MODEL_PERSON)
        return target.index;
    if (target.kind != MODEL_SCHEDULE) {
        const ModelTeam *team = &model->teams.items[target.index];
        return team->members.count == 1 ? team->members.items[0] : MODEL_NONE;
    }
    const ModelSchedule *schedule = &model->schedules.items[target.index];
    if (schedule->overrides.count > 0)
        return MODEL_NONE;
    const ModelTrack *track = &schedule->tracks.items[0];
    for (size_t l = 0; l < track->layers.count; l++) {
        const ModelLayer *layer = &track->layers.items[l];
        for (size_t r = 0; r < layer->rotations.count; r++) {
            for (size_t i = 0; i < layer->rotations.items[r].turns.count; i++) {
                ModelTarget turn = layer->rotations.items[r].turns.items[i];
                if (turn.kind != MODEL_PERSON || (only != MODEL_NONE && only != turn.index))
                    return MODEL_NONE;
                only = turn.index;
            }
        }
    }
    return only;
}

static bool is_same(const EscModel *model, ModelTarget a, ModelTarget b)
{
    uint32_t person = only_person(model, a);
    return (a.kind == b.kind && a.index == b.index) ||
           (person != MODEL_NONE && person == only_person(model, b));
}

/* --- levels -------------------------------------------------------------------------------------------- */

static void page_at(EscModel *model, ModelChain *chain, const ModelStep *step, ModelTarget target)
{
    *MODEL_ADD(model, chain->pages) =
        (ModelPage){.at_ms = step->at_ms, .until_resolved = step->until_resolved, .target = target};
}

static bool is_owner(const EscModel *model, const ModelChain *chain, ModelTarget target,
                     bool *is_of_last)
{
    for (size_t i = 0; i < chain->levels.count; i++) {
        const ModelLevel *level = &chain->levels.items[i];
        for (size_t t = 0; t < level->targets.count; t++) {
            *is_of_last = i + 1 == chain->levels.count;
            if (is_same(model, level->targets.items[t], target))
                return true;
        }
    }
    return false;
}

static void own(EscModel *model, ModelChain *chain, const ModelStep *step, ModelTarget target)
{
    bool is_of_last = false;
    ModelLevel *last =
        chain->levels.count == 0 ? NULL : &chain->levels.items[chain->levels.count - 1];
    bool is_new = last == NULL || step->at_ms > last->at_ms;
    if (is_owner(model, chain, target, &is_of_last)) {
        if (is_new || !is_of_last)
            page_at(model, chain, step, target);
        return;
    }
    if (is_new && chain->levels.count == LEVELS_MAX) {
        esc_model_change(
            model, chain->seen,
            "of its steps those behind the tenth page people and make nobody accountable");
        page_at(model, chain, step, target);
        return;
    }
    if (!is_new && last->targets.count == OWNERS_OF_LEVEL_MAX) {
        esc_model_change(model, chain->seen,
                         "of the people of one step those behind the sixteenth are paged and not "
                         "made accountable");
        page_at(model, chain, step, target);
        return;
    }
    if (is_new) {
        last = MODEL_ADD(model, chain->levels);
        last->at_ms = step->at_ms;
    }
    *MODEL_ADD(model, last->targets) = target;
}

static void take_target(EscModel *model, ModelChain *chain, const ModelStep *step,
                        ModelTarget target)
{
    if (!is_somebody(model, target)) {
        EscText title = target.kind == MODEL_PERSON     ? model->persons.items[target.index].title
                        : target.kind == MODEL_SCHEDULE ? model->schedules.items[target.index].title
                                                        : model->teams.items[target.index].title;
        esc_model_leave(model, chain->seen, "a step names \"%.*s\", where nobody is",
                        ESC_TEXT_ARG(title));
        return;
    }
    if (step->until_resolved)
        page_at(model, chain, step, target);
    else
        own(model, chain, step, target);
}

static void take_step(EscModel *model, ModelChain *chain, const ModelStep *step)
{
    for (size_t i = 0; i < step->targets.count; i++) {
        ModelTarget target = step->targets.items[i];
        take_target(model, chain, step, target);
        if (target.kind != MODEL_SCHEDULE)
            continue;
        for (size_t s = 0; s < model->schedules.items[target.index].siblings.count; s++) {
            ModelTarget sibling = {MODEL_SCHEDULE,
                                   model->schedules.items[target.index].siblings.items[s]};
            if (is_somebody(model, sibling)) /* that its twin has nobody is told once */
                take_target(model, chain, step, sibling);
        }
    }
    ModelLevel *last =
        chain->levels.count == 0 ? NULL : &chain->levels.items[chain->levels.count - 1];
    for (size_t i = 0; last != NULL && i < step->comments.count; i++)
        *MODEL_ADD(model, last->comments) = step->comments.items[i];
}

/* --- times ----------------------------------------------------------------------------------------------- */

static int by_time(const void *a, const void *b)
{
    const ModelStep *left = a, *right = b;
    return (left->at_ms > right->at_ms) - (left->at_ms < right->at_ms);
}

/* Stable, since those of one time keep their order: exports have some tens of steps. */
static void sort_steps(ModelChain *chain)
{
    for (size_t i = 1; i < chain->steps.count; i++) {
        ModelStep step = chain->steps.items[i];
        size_t at = i;
        for (; at > 0 && by_time(&chain->steps.items[at - 1], &step) > 0; at--)
            chain->steps.items[at] = chain->steps.items[at - 1];
        chain->steps.items[at] = step;
    }
}

/* An escalation begins with its first owner: what was told later than at once is told at once. */
static void begin_at_once(EscModel *model, ModelChain *chain)
{
    if (chain->levels.count == 0 || chain->levels.items[0].at_ms == 0)
        return;
    int64_t first = chain->levels.items[0].at_ms;
    EscBuf words;
    esc_buf_init(&words, 64);
    esc_duration_write(&words, first);
    EscText said = esc_model_keep(model, &words);
    esc_buf_release(&words);
    esc_model_change(model, chain->seen, "its first step is at once, and not after %.*s",
                     ESC_TEXT_ARG(said));
    for (size_t i = 0; i < chain->levels.count; i++)
        chain->levels.items[i].at_ms -= first;
    for (size_t i = 0; i < chain->pages.count; i++) {
        int64_t at = chain->pages.items[i].at_ms - first;
        chain->pages.items[i].at_ms = at < 0 ? 0 : at;
    }
}

static int64_t clamped(int64_t value, int64_t min, int64_t max)
{
    return value < min ? min : value > max ? max : value;
}

static void share_time(EscModel *model, ModelChain *chain)
{
    int64_t last = chain->last_ms > 0 ? chain->last_ms : LAST_MS, end = last;
    for (size_t i = 0; i < chain->pages.count; i++) {
        if (chain->pages.items[i].at_ms + last > end)
            end = chain->pages.items[i].at_ms + last;
    }
    size_t count = chain->levels.count;
    if (count > 0 && chain->levels.items[count - 1].at_ms + last > end)
        end = chain->levels.items[count - 1].at_ms + last;
    for (size_t i = 0; i < count; i++) {
        ModelLevel *level = &chain->levels.items[i];
        int64_t next = i + 1 < count ? chain->levels.items[i + 1].at_ms : end;
        level->within_ms = clamped(next - level->at_ms, ESC_MINUTE_MS, 30 * ESC_DAY_MS);
    }
    if (count > 0 && chain->last_ms == 0)
        esc_model_remark(model, chain->seen,
                         "how long the last step has is not said in the export: 15 minutes, then "
                         "the last resort is asked");
}

static void settle_chain(EscModel *model, ModelChain *chain)
{
    for (size_t i = 0; i < chain->steps.count; i++)
        chain->steps.items[i].at_ms = clamped(chain->steps.items[i].at_ms, 0, 30 * ESC_DAY_MS);
    sort_steps(chain);
    for (size_t i = 0; i < chain->steps.count; i++)
        take_step(model, chain, &chain->steps.items[i]);
    begin_at_once(model, chain);
    share_time(model, chain);
    if (chain->repeats > REPEATS_MAX) {
        esc_model_change(model, chain->seen, "it is repeated 9 times and not %u", chain->repeats);
        chain->repeats = REPEATS_MAX;
    }
    if (chain->repeats > 0 && chain->pages.count > 0)
        esc_model_change(
            model, chain->seen,
            "in its repetitions only the owners are asked again: pages beside them come once");
}

/* --- times in which nobody is there ------------------------------------------------------------------------ */

#define LOOK_AHEAD_MS (402 * ESC_DAY_MS)
#define LOOKS_MAX 20000

static bool is_anybody_there(const EscModel *model, const ModelChain *chain, int64_t at_ms,
                             int64_t *next)
{
    uint32_t found[1];
    bool is_there = false;
    for (size_t i = 0; i < chain->levels.count; i++) {
        const ModelLevel *level = &chain->levels.items[i];
        for (size_t t = 0; t < level->targets.count; t++) {
            ModelTarget target = level->targets.items[t];
            int64_t turn = esc_evaluate_next(model, target, at_ms);
            *next = turn < *next ? turn : *next;
            is_there = is_there || esc_evaluate(model, target, at_ms, found, 1) > 0;
        }
    }
    return is_there;
}

static bool has_gap(const EscModel *model, const ModelChain *chain)
{
    int64_t at = model->request->now_ms -
                 ESC_DAY_MS; /* the compiler looks from the beginning of the day on */
    int64_t end = at + LOOK_AHEAD_MS;
    for (unsigned i = 0; i < LOOKS_MAX && at < end; i++) {
        int64_t next = INT64_MAX;
        if (!is_anybody_there(model, chain, at, &next))
            return true;
        at = next;
    }
    return at < end; /* too many turns to see to the end: better once more than nobody */
}

/* Who stands at the end of a chain with gaps: the last resort, or where it is an owner by a schedule of its own, another one
 * who is always there. */
static uint32_t gap_filler(EscModel *model, const ModelChain *chain)
{
    bool is_of_last = false;
    ModelTarget who = {MODEL_PERSON, model->last_resort};
    if (!is_owner(model, chain, who, &is_of_last))
        return who.index;
    for (who.index = 0; who.index < model->persons.count; who.index++) {
        if (esc_person_is_always_there(model, who.index) &&
            !is_owner(model, chain, who, &is_of_last))
            return who.index;
    }
    return esc_model_operator(model);
}

/* The last resort is asked when nobody is there, so that is said where it happens. */
static void close_gap(EscModel *model, ModelChain *chain)
{
    if (chain->levels.count > 0 && !has_gap(model, chain))
        return;
    esc_model_change(
        model, chain->seen,
        chain->levels.count == 0
            ? "none of its steps has anybody: the last resort has it"
            : "there are hours in which none of its people is there: its last level has them");
    chain->has_resort = true;
    size_t count = chain->levels.count;
    int64_t end = count == 0 ? 0
                             : chain->levels.items[count - 1].at_ms +
                                   chain->levels.items[count - 1].within_ms;
    uint32_t filler = gap_filler(model, chain);
    ModelLevel *level = count == LEVELS_MAX ? &chain->levels.items[LEVELS_MAX - 1]
                                            : MODEL_ADD(model, chain->levels);
    if (count < LEVELS_MAX) {
        level->at_ms = end;
        level->within_ms = LAST_MS;
    }
    *MODEL_ADD(model, level->targets) = (ModelTarget){MODEL_PERSON, filler};
}

void esc_chains_settle(EscModel *model)
{
    for (size_t i = 0; i < model->chains.count; i++) {
        settle_chain(model, &model->chains.items[i]);
        close_gap(model, &model->chains.items[i]);
    }
}
