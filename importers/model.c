/* model.c - filling a model in: what was seen and what became of it, people, teams, schedules, chains, conditions. */
#include <stdio.h>

#include "model.h"

/* --- memory ------------------------------------------------------------------------------------- */

ESC_NO_RETURN void esc_model_lack(EscModel *model)
{
    longjmp(model->lack, 1);
}

void *esc_model_room(EscModel *model, void *items, size_t count, size_t *capacity, size_t size)
{
    void *moved = esc_arena_grow(model->arena, items, count, capacity, size);
    if (moved == NULL)
        esc_model_lack(model);
    memset((char *)moved + count * size, 0, size);
    return moved;
}

EscText esc_model_keep(EscModel *model, EscBuf *buf)
{
    EscText text = {0};
    if (buf->status != ESC_NO_MEMORY)
        text = esc_arena_text(model->arena, esc_buf_as_text(buf));
    if (text.data == NULL) {
        esc_buf_release(buf);
        esc_model_lack(model);
    }
    return text;
}

static EscText printed(EscModel *model, const char *format, va_list arguments)
{
    EscBuf out;
    esc_buf_init(&out, (size_t)1 << 20);
    esc_buf_vprintf(&out, format, arguments);
    EscText text = esc_model_keep(model, &out);
    esc_buf_release(&out);
    return text;
}

EscText esc_model_printf(EscModel *model, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    EscText text = printed(model, format, arguments);
    va_end(arguments);
    return text;
}

#define NOTES_MAX 60 /* of one thing; the fate counts all the same */

/* --- what was seen ------------------------------------------------------------------------------ */

uint32_t esc_model_see(EscModel *model, const char *what, EscText title, EscText place)
{
    ModelSeen *seen = MODEL_ADD(model, model->seen);
    seen->what = what;
    seen->title = title;
    seen->place = place;
    return (uint32_t)(model->seen.count - 1);
}

/* A thing of which a part was left out is a changed one. */
static ModelFate worse(ModelFate before, ModelFate now)
{
    if (before == MODEL_UNSETTLED)
        return now;
    if (before == now)
        return before;
    return MODEL_CHANGED;
}

static void note(EscModel *model, uint32_t number, ModelFate fate, EscText text)
{
    if (number == MODEL_NONE)
        return;
    ModelSeen *seen = &model->seen.items[number];
    if (seen->notes.count == NOTES_MAX)
        text = ESC_TEXT("and more of the kind");
    if (seen->notes.count > NOTES_MAX)
        return;
    for (size_t i = 0; i < seen->notes.count; i++) {
        if (esc_text_equal(seen->notes.items[i].text, text))
            return;
    }
    *MODEL_ADD(model, seen->notes) = (ModelNote){fate, text};
}

void esc_model_carry(EscModel *model, uint32_t seen)
{
    if (seen != MODEL_NONE && model->seen.items[seen].fate == MODEL_UNSETTLED)
        model->seen.items[seen].fate = MODEL_CARRIED;
}

void esc_model_change(EscModel *model, uint32_t seen, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    note(model, seen, MODEL_CHANGED, printed(model, format, arguments));
    va_end(arguments);
    if (seen != MODEL_NONE)
        model->seen.items[seen].fate = MODEL_CHANGED;
}

void esc_model_leave(EscModel *model, uint32_t seen, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    note(model, seen, MODEL_LEFT, printed(model, format, arguments));
    va_end(arguments);
    if (seen != MODEL_NONE)
        model->seen.items[seen].fate = worse(model->seen.items[seen].fate, MODEL_LEFT);
}

void esc_model_drop(EscModel *model, uint32_t seen, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    note(model, seen, MODEL_LEFT, printed(model, format, arguments));
    va_end(arguments);
    if (seen != MODEL_NONE)
        model->seen.items[seen].fate = MODEL_LEFT;
}

void esc_model_remark(EscModel *model, uint32_t seen, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    note(model, seen, MODEL_CARRIED, printed(model, format, arguments));
    va_end(arguments);
}

/* --- things with a key -------------------------------------------------------------------------- */

/* Keys are ids and names; of longer ones the end is not looked at. */
#define INDEXED_MAX 250

static EscText indexed_key(char room[INDEXED_MAX + 1], char kind, EscText key)
{
    size_t size = key.size < INDEXED_MAX ? key.size : INDEXED_MAX;
    room[0] = kind;
    if (size > 0)
        memcpy(room + 1, key.data, size);
    return (EscText){room, size + 1};
}

uint32_t esc_model_indexed(const EscModel *model, char kind, EscText key)
{
    char room[INDEXED_MAX + 1];
    uint32_t number = MODEL_NONE;
    if (key.size > 0 && model->index != NULL)
        (void)esc_names_find(model->index, indexed_key(room, kind, key), &number);
    return number;
}

uint32_t esc_model_index(EscModel *model, char kind, EscText key, uint32_t number)
{
    char room[INDEXED_MAX + 1];
    uint32_t found = esc_model_indexed(model, kind, key);
    if (found != MODEL_NONE || key.size == 0)
        return found;
    if (model->index == NULL)
        model->index = esc_names_new(1);
    EscText kept = esc_arena_text(model->arena, indexed_key(room, kind, key));
    if (model->index == NULL || kept.data == NULL ||
        esc_names_put(model->index, kept, number) != ESC_OK)
        esc_model_lack(model);
    return number;
}

uint32_t esc_model_person(const EscModel *model, EscText key)
{
    return esc_model_indexed(model, 'p', key);
}

uint32_t esc_model_team(const EscModel *model, EscText key)
{
    return esc_model_indexed(model, 't', key);
}

uint32_t esc_model_schedule(const EscModel *model, EscText key)
{
    return esc_model_indexed(model, 's', key);
}

uint32_t esc_model_chain(const EscModel *model, EscText key)
{
    return esc_model_indexed(model, 'c', key);
}

ModelPerson *esc_model_person_add(EscModel *model, uint32_t seen, EscText key, EscText title)
{
    ModelPerson *person = MODEL_ADD(model, model->persons);
    (void)esc_model_index(model, 'p', key, (uint32_t)(model->persons.count - 1));
    person->seen = seen;
    person->key = key;
    person->title = title;
    return person;
}

ModelTeam *esc_model_team_add(EscModel *model, uint32_t seen, EscText key, EscText title)
{
    ModelTeam *team = MODEL_ADD(model, model->teams);
    (void)esc_model_index(model, 't', key, (uint32_t)(model->teams.count - 1));
    team->seen = seen;
    team->key = key;
    team->title = title;
    team->lead = MODEL_NONE;
    return team;
}

ModelSchedule *esc_model_schedule_add(EscModel *model, uint32_t seen, EscText key, EscText title,
                                      EscText timezone)
{
    ModelSchedule *schedule = MODEL_ADD(model, model->schedules);
    (void)esc_model_index(model, 's', key, (uint32_t)(model->schedules.count - 1));
    schedule->seen = seen;
    schedule->key = key;
    schedule->title = title;
    schedule->timezone = timezone;
    return schedule;
}

ModelChain *esc_model_chain_add(EscModel *model, uint32_t seen, EscText key, EscText title)
{
    ModelChain *chain = MODEL_ADD(model, model->chains);
    (void)esc_model_index(model, 'c', key, (uint32_t)(model->chains.count - 1));
    chain->seen = seen;
    chain->key = key;
    chain->hours = MODEL_NONE;
    chain->title = title;
    return chain;
}

ModelIntake *esc_model_intake_add(EscModel *model, uint32_t seen, EscText key, EscText title)
{
    ModelIntake *intake = MODEL_ADD(model, model->intakes);
    intake->seen = seen;
    intake->key = key;
    intake->title = title;
    return intake;
}

ModelChannel *esc_model_channel_add(EscModel *model, uint32_t seen, EscText key, EscText title,
                                    const char *medium)
{
    ModelChannel *channel = MODEL_ADD(model, model->channels);
    channel->seen = seen;
    channel->key = key;
    channel->title = title;
    channel->medium = esc_text_from(medium);
    channel->quiet = MODEL_NONE;
    return channel;
}

ModelCalendar *esc_model_calendar_add(EscModel *model, uint32_t seen, EscText key, EscText title,
                                      EscText timezone)
{
    ModelCalendar *calendar = MODEL_ADD(model, model->calendars);
    calendar->seen = seen;
    calendar->key = key;
    calendar->title = title;
    calendar->timezone = timezone;
    return calendar;
}

/* --- people who are never there --------------------------------------------------------------------- */

uint32_t esc_model_nobody(EscModel *model)
{
    EscText key = ESC_TEXT("\001nobody");
    uint32_t found = esc_model_person(model, key);
    if (found != MODEL_NONE)
        return found;
    ModelPerson *person =
        esc_model_person_add(model, MODEL_NONE, key, ESC_TEXT("Nobody: an empty turn"));
    person->is_nobody = true;
    return (uint32_t)(model->persons.count - 1);
}

uint32_t esc_model_gone(EscModel *model, EscText key, EscText title)
{
    EscText gone = esc_model_printf(model, "\001gone %.*s", ESC_TEXT_ARG(key));
    uint32_t found = esc_model_person(model, gone);
    if (found != MODEL_NONE)
        return found;
    EscText called = title.size > 0 ? title : key.size > 0 ? key : ESC_TEXT("somebody");
    ModelPerson *person = esc_model_person_add(
        model, MODEL_NONE, gone,
        esc_model_printf(model, "%.*s, whom the export does not list", ESC_TEXT_ARG(called)));
    person->is_nobody = true;
    return (uint32_t)(model->persons.count - 1);
}

/* --- contacts --------------------------------------------------------------------------------------- */

/* A number as the language takes it: a plus, digits and what people put between them. */
static EscText phone_of(EscModel *model, EscText text)
{
    char written[48];
    size_t size = 0, digits = 0;
    for (size_t i = 0; i < text.size && size + 1 < sizeof written; i++) {
        char c = text.data[i];
        bool is_digit = c >= '0' && c <= '9';
        if (!is_digit && strchr(" -()./+", c) == NULL)
            return (EscText){0};
        if (is_digit)
            written[size++] = c;
        else if (size > 0 && written[size - 1] != ' ')
            written[size++] = ' ';
        digits += is_digit;
    }
    if (digits < 3 || digits > 20 || text.size >= sizeof written)
        return (EscText){0};
    bool is_bare = text.data[0] == '0' || digits < 7;
    return esc_model_printf(model, "%s%.*s", is_bare ? "" : "+", (int)size, written);
}

static bool is_on_one_line(EscText text)
{
    for (size_t i = 0; i < text.size; i++) {
        if ((unsigned char)text.data[i] < ' ' || text.data[i] == 0x7f)
            return false;
    }
    return text.size > 0 && text.size <= 254;
}

bool esc_model_contact(EscModel *model, ModelPerson *person, ModelMedium medium, EscText text,
                       int64_t after_ms)
{
    EscText contact = medium == MODEL_PHONE ? phone_of(model, text) : text;
    if (medium == MODEL_EMAIL && !esc_mail_address_is_plain(contact))
        return false;
    if (!is_on_one_line(contact))
        return false;
    for (size_t i = 0; i < person->reach.count; i++) {
        if (person->reach.items[i].medium == medium)
            return false;
    }
    if (person->contact[medium].size == 0)
        person->contact[medium] = contact;
    *MODEL_ADD(model, person->reach) = (ModelReach){medium, after_ms < 0 ? 0 : after_ms};
    return true;
}

/* --- schedules of the next one ------------------------------------------------------------------------ */

static void shift_turns(EscModel *model, const ModelRotation *from, ModelRotation *to, int shift)
{
    size_t count = from->turns.count;
    *to = *from;
    to->turns.items = NULL;
    to->turns.count = to->turns.capacity = 0;
    for (size_t i = 0; i < count; i++)
        *MODEL_ADD(model, to->turns) = from->turns.items[(i + (shift > 0 ? 1 : count - 1)) % count];
}

uint32_t esc_model_shifted(EscModel *model, uint32_t schedule, int shift)
{
    ModelSchedule whole = model->schedules.items[schedule];
    EscText key = esc_model_printf(model, "\001%s %.*s", shift > 0 ? "next" : "previous",
                                   ESC_TEXT_ARG(whole.key));
    uint32_t found = esc_model_schedule(model, key);
    if (found != MODEL_NONE)
        return found;
    EscText title = esc_model_printf(model, "%.*s: who %s", ESC_TEXT_ARG(whole.title),
                                     shift > 0 ? "is next" : "was before");
    ModelSchedule *made = esc_model_schedule_add(model, MODEL_NONE, key, title, whole.timezone);
    made->is_off = whole.is_off;
    for (size_t t = 0; t < whole.tracks.count; t++) {
        ModelTrack *track = MODEL_ADD(model, made->tracks);
        track->seen = MODEL_NONE;
        track->title = whole.tracks.items[t].title;
        for (size_t l = 0; l < whole.tracks.items[t].layers.count; l++) {
            const ModelLayer *before = &whole.tracks.items[t].layers.items[l];
            ModelLayer *layer = MODEL_ADD(model, track->layers);
            layer->title = before->title;
            for (size_t r = 0; r < before->rotations.count; r++)
                shift_turns(model, &before->rotations.items[r], MODEL_ADD(model, layer->rotations),
                            shift);
        }
    }
    return (uint32_t)(model->schedules.count - 1);
}

/* --- fields ------------------------------------------------------------------------------ */

EscText esc_model_field(EscModel *model, EscText path, const char *type, const char *comment)
{
    bool is_there = false;
    for (size_t i = 0; i < model->fields.count && !is_there; i++)
        is_there = esc_text_equal(model->fields.items[i].path, path);
    if (!is_there)
        *MODEL_ADD(model, model->fields) =
            (ModelField){path, esc_text_from(type), esc_text_from(comment)};
    return esc_model_printf(model, "ticket.%.*s", ESC_TEXT_ARG(path));
}
