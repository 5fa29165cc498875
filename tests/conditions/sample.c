/* sample.c - fields and values; the values lie on the constants of random conditions and beside them. */
#include "sample.h"

const SampleField sample_fields[SAMPLE_FIELDS] = {
    {"ticket.rank", ESC_KIND_ENUM, false, true},     {"ticket.spot", ESC_KIND_ENUM, true, false},
    {"ticket.size", ESC_KIND_NUMBER, false, true},   {"ticket.cost", ESC_KIND_NUMBER, true, true},
    {"ticket.spent", ESC_KIND_DURATION, true, true}, {"ticket.note", ESC_KIND_TEXT, true, false},
    {"ticket.vip", ESC_KIND_BOOL, true, false},      {"ticket.due_at", ESC_KIND_TIME, true, true},
    {"event.state", ESC_KIND_ENUM, false, true},     {"event.count", ESC_KIND_NUMBER, false, true},
    {"event.took", ESC_KIND_DURATION, false, true},  {"event.words", ESC_KIND_TEXT, false, false},
    {"event.tags", ESC_KIND_LIST, false, false},     {"event.done", ESC_KIND_BOOL, false, false},
    {"event.seen", ESC_KIND_TIME, false, true},
};

const char *const sample_members[SAMPLE_MEMBERS] = {"red", "amber", "green"};

const char *const sample_hours[SAMPLE_HOURS] = {"nights", "22:00..06:00"};

const char sample_schema[] =
    "workspace sample { language 1  timezone \"UTC\" }\n"
    "calendar nights { mon..sun 20:00..07:00 }\n"
    "person ana { chat \"@ana\" quiet during nights }\nchannel incidents chat\npolicy p { last "
    "resort ana }\n"
    "extend ticket { rank: red < amber < green default red  spot: red | amber | green?\n"
    "  size: number default 0  cost: number?  spent: duration?  note: text?  vip: bool? }\n"
    "event probe.sent { state: red < amber < green  count: number  took: duration  words: text\n"
    "  tags: list of text  done: bool  seen: time }\n";

uint64_t sample_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

uint32_t sample_below(uint64_t *state, uint32_t count)
{
    return (uint32_t)(sample_random(state) % count);
}

static const int64_t OFFSETS[] = {-7200000, -3600000, -3599999, -1, 0, 1, 3600000, 3600001};

/* What a clock of a service level says: it may be none, and late by a millisecond at least. */
static void fill_clock(Sample *sample, uint64_t *state)
{
    static const int64_t late[] = {1, 59999, 60000, 60001, 300000, 5400000, 7200000, 7200001};
    sample->due = (EscValue){.is_missing = sample_below(state, 3) == 0};
    sample->late = (EscValue){.is_missing = sample_below(state, 2) == 0};
    if (!sample->due.is_missing)
        sample->due.ms = SAMPLE_NOW_MS + OFFSETS[sample_below(state, ESC_COUNT_OF(OFFSETS))];
    if (!sample->late.is_missing)
        sample->late.ms = late[sample_below(state, ESC_COUNT_OF(late))];
}

static void fill(Sample *sample, int field, uint64_t *state)
{
    static const double numbers[] = {-3, -2.5, 0, 0.5, 2, 2.25, 2.5, 5, 7};
    static const int64_t spans[] = {-60000, -1,      0,       59999,   60000,   299999,
                                    300000, 5400000, 7199999, 7200000, 90000000};
    static const char *const texts[] = {"", "ab", "abc", "bc", "aBC", "b", "cab", "abcab"};
    static const char *const items[] = {"a", "b", "ab"};
    EscValue *value = &sample->values[field];
    switch (sample_fields[field].kind) {
    case ESC_KIND_ENUM:
        value->member = sample_below(state, SAMPLE_MEMBERS);
        break;
    case ESC_KIND_NUMBER:
        value->number = numbers[sample_below(state, ESC_COUNT_OF(numbers))];
        break;
    case ESC_KIND_DURATION:
        value->ms = spans[sample_below(state, ESC_COUNT_OF(spans))];
        break;
    case ESC_KIND_TIME:
        value->ms = SAMPLE_NOW_MS + OFFSETS[sample_below(state, ESC_COUNT_OF(OFFSETS))];
        break;
    case ESC_KIND_TEXT:
        value->text = esc_text_from(texts[sample_below(state, ESC_COUNT_OF(texts))]);
        break;
    case ESC_KIND_BOOL:
        value->truth = sample_below(state, 2) == 1;
        break;
    default:
        value->list.count = sample_below(state, SAMPLE_ITEMS_MAX);
        value->list.items = sample->items[field];
        for (uint32_t i = 0; i < value->list.count; i++)
            sample->items[field][i] =
                esc_text_from(items[sample_below(state, ESC_COUNT_OF(items))]);
        break;
    }
}

void sample_fill(Sample *sample, uint64_t *state)
{
    *sample =
        (Sample){.is_resolved = sample_below(state, 2) == 1, .handoffs = sample_below(state, 4)};
    for (int i = 0; i < SAMPLE_HOURS; i++)
        sample->is_open[i] = sample_below(state, 2) == 1;
    fill_clock(sample, state);
    for (int i = 0; i < SAMPLE_FIELDS; i++) {
        sample->is_changed[i] = sample_below(state, 2) == 1;
        sample->values[i].is_missing = sample_fields[i].is_optional && sample_below(state, 3) == 0;
        if (!sample->values[i].is_missing)
            fill(sample, i, state);
    }
}

int sample_find(EscText path)
{
    for (int i = 0; i < SAMPLE_FIELDS; i++)
        if (esc_text_equal(esc_text_from(sample_fields[i].path), path))
            return i;
    return -1;
}
