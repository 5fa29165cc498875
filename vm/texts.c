/* texts.c - the instructions that make texts: TO_TEXT, JOIN, URL_ENCODE, UNMARK.
 *
 * A text is written straight into the run's scratch memory and cut at ESC_TEXT_MAX bytes between characters; what is cut
 * stays cut, a later part is not squeezed in behind it, and people see that it was: it ends in "…". The run says how much
 * is not there. */
#include <esc/vm.h>

#include <string.h>

#include "vm_internal.h"

#define ELLIPSIS "\xe2\x80\xa6"
#define ELLIPSIS_SIZE (sizeof ELLIPSIS - 1)

typedef struct Maker {
    char *data;
    size_t size, room, lost;
    bool is_cut;
    const EscHost *host; /* of TO_TEXT */
} Maker;

static Maker maker(const EscRun *run)
{
    size_t left = run->scratch_size - run->scratch_used;
    return (Maker){.data = left == 0 ? NULL : run->scratch + run->scratch_used,
                   .room = left < ESC_TEXT_MAX ? left : ESC_TEXT_MAX};
}

/* What people would have read of it. */
static size_t size_for_people(EscText part)
{
    size_t size = 0;
    for (size_t at = 0; at < part.size;) {
        size_t mark = esc_mark_find((EscText){part.data + at, part.size - at});
        size += mark;
        at += mark + ESC_MARK_SIZE;
    }
    return size;
}

static void put(Maker *make, EscText part)
{
    size_t left = make->is_cut ? 0 : make->room - make->size;
    if (part.size > left) {
        EscText whole = part;
        part = esc_utf8_cut(part, left);
        make->is_cut = true;
        make->lost += size_for_people((EscText){whole.data + part.size, whole.size - part.size});
    }
    if (part.size > 0)
        memcpy(make->data + make->size, part.data, part.size);
    make->size += part.size;
}

/* A part that is of no use when it is cut: all or nothing. */
static void put_whole(Maker *make, EscText part)
{
    if (make->is_cut || part.size > make->room - make->size) {
        make->is_cut = true;
        make->lost += part.size;
    } else {
        put(make, part);
    }
}

/* Never longer than a text may be: what stands in its place goes, whole characters of it. */
static void ellipsis_put(Maker *make)
{
    EscText whole = {make->data, make->size},
            kept = esc_utf8_cut(whole, ESC_TEXT_MAX - ELLIPSIS_SIZE);
    make->lost += size_for_people((EscText){whole.data + kept.size, whole.size - kept.size});
    memcpy(make->data + kept.size, ELLIPSIS, ELLIPSIS_SIZE);
    make->size = kept.size + ELLIPSIS_SIZE;
}

static void cut_note(EscRun *run, const Maker *make)
{
    uint32_t room = UINT32_MAX - run->cut_bytes;
    run->cut_pc = run->cut_pc == ESC_NONE ? run->pc : run->cut_pc;
    run->cut_bytes += make->lost < room ? (uint32_t)make->lost : room;
}

/* Cut by the limit of texts, that is the language's rule; cut because scratch is full, that is a failure. */
static EscStatus finish(EscRun *run, Maker *make, bool is_for_people, EscText *text)
{
    if (make->is_cut && make->room < ESC_TEXT_MAX)
        return ESC_OVER_LIMIT;
    if (make->is_cut && is_for_people)
        ellipsis_put(make);
    if (make->is_cut)
        cut_note(run, make);
    *text = (EscText){make->data, make->size};
    run->scratch_used += make->size;
    return ESC_OK;
}

/* --- TO_TEXT ---------------------------------------------------------------------------------------------------- */

static EscText first_of(EscText title, EscText name)
{
    return title.size > 0 ? title : name;
}

EscText esc_ref_text(const EscProgram *program, EscRef ref)
{
    uint32_t i = esc_ref_index(ref);
    const EscText *texts = program->texts;
    switch ((uint32_t)esc_ref_kind(ref)) {
    case ESC_REF_PERSON:
        return first_of(texts[program->persons[i].title], texts[program->persons[i].name]);
    case ESC_REF_TEAM:
    case ESC_REF_TURNS:
        return first_of(texts[program->teams[i].title], texts[program->teams[i].name]);
    case ESC_REF_SCHEDULE:
        return first_of(texts[program->schedules[i].title], texts[program->schedules[i].name]);
    case ESC_REF_ROUTE:
        return texts[program->routes[i].name];
    case ESC_REF_CHANNEL:
        return first_of(texts[program->channels[i].title], texts[program->channels[i].name]);
    case ESC_REF_ROLE:
        return i == 4 ? ESC_TEXT("owner")
                      : texts[program->members[program->enums[0].members_first + i].name];
    case ESC_REF_FIELD:
        return texts[program->fields[i].name];
    case ESC_REF_TEMPLATE:
        return first_of(texts[program->templates[i].title], texts[program->templates[i].name]);
    case ESC_REF_TEXT:
        return texts[i];
    case ESC_REF_PARAM:
        return texts[program->params[i].name];
    default:
        return ESC_TEXT("");
    }
}

/* Numbers, durations and times have writers for buffers; a buffer over an array on the stack never allocates. */
static void put_written(Maker *make, const EscValue *value)
{
    uint8_t block[96];
    EscBuf buf = {
        .data = block, .capacity = sizeof block, .size_max = sizeof block - 1, .status = ESC_OK};
    switch (esc_type_kind(value->type)) {
    case ESC_KIND_NUMBER:
        esc_json_number(&buf, value->number);
        break;
    case ESC_KIND_DURATION: {
        bool is_for_people =
            make->host->write_time != NULL; /* who read no milliseconds behind minutes */
        int64_t rest_ms =
            is_for_people && value->ms >= ESC_MINUTE_MS ? value->ms % ESC_SECOND_MS : 0;
        esc_duration_write(&buf, value->ms - rest_ms);
        break;
    }
    default:
        if (make->host->write_time != NULL)
            make->host->write_time(make->host->context, &buf, value->ms);
        else
            esc_time_write(&buf, value->ms);
        break;
    }
    ESC_ASSERT(buf.status == ESC_OK);
    ESC_ASSERT(buf.data == block);
    put(make, esc_buf_as_text(&buf));
}

static void put_list(Maker *make, const EscValue *value)
{
    for (uint32_t i = 0; i < value->list.count; i++) {
        if (i > 0)
            put(make, ESC_TEXT(", "));
        put(make, value->list.items[i]);
    }
}

static void put_value(Maker *make, const EscProgram *program, const EscValue *value)
{
    if (value->is_missing) {
        put(make, ESC_TEXT("(none)"));
        return;
    }
    switch (esc_type_kind(value->type)) {
    case ESC_KIND_BOOL:
        put(make, value->truth ? ESC_TEXT("true") : ESC_TEXT("false"));
        break;
    case ESC_KIND_NUMBER:
    case ESC_KIND_DURATION:
    case ESC_KIND_TIME:
        put_written(make, value);
        break;
    case ESC_KIND_TEXT:
        put(make, value->text);
        break;
    case ESC_KIND_ENUM:
        put(make,
            program->texts[program
                               ->members[program->enums[esc_type_enum(value->type)].members_first +
                                         value->member]
                               .name]);
        break;
    case ESC_KIND_LIST:
        put_list(make, value);
        break;
    case ESC_KIND_REF:
        put(make, esc_ref_text(program, value->ref));
        break;
    case ESC_KIND_UNSET:
    case ESC_KIND_COUNT:
        break; /* the caller has checked the tag */
    }
}

EscStatus esc_make_text(EscRun *run, const EscHost *host, const EscValue *value, EscText *text)
{
    Maker make = maker(run);
    make.host = host;
    put_value(&make, &run->bundle->program, value);
    return finish(run, &make, true, text);
}

/* --- SHOW ------------------------------------------------------------------------------------------------------- */

const char *const esc_form_words[] = {"date", "time", "seconds", "minutes", "hours", "days", NULL};

EscKind esc_form_kind(EscForm form)
{
    return form == ESC_FORM_DATE || form == ESC_FORM_TIME ? ESC_KIND_TIME : ESC_KIND_DURATION;
}

/* Both forms of a time, "2026-03-02 10:05 CET" and RFC 3339, have the date and the time of day at the same places. */
static void put_part_of_time(Maker *make, const EscValue *value, EscForm form)
{
    enum { DATE_SIZE = 10, TIME_AT = 11, TIME_SIZE = 5 };
    Maker whole = *make;
    char block[96];
    whole.data = block;
    whole.room = sizeof block;
    whole.size = 0;
    put_written(&whole, value);
    ESC_ASSERT(whole.size >= TIME_AT + TIME_SIZE);
    put(make, form == ESC_FORM_DATE ? (EscText){block, DATE_SIZE}
                                    : (EscText){block + TIME_AT, TIME_SIZE});
}

/* Towards the past, as units are rounded elsewhere: -90 s are -1.5 minutes. */
static double tenths_of(int64_t duration_ms, EscForm form)
{
    static const int64_t units[ESC_FORM_COUNT] = {[ESC_FORM_SECONDS] = ESC_SECOND_MS,
                                                  [ESC_FORM_MINUTES] = ESC_MINUTE_MS,
                                                  [ESC_FORM_HOURS] = ESC_HOUR_MS,
                                                  [ESC_FORM_DAYS] = ESC_DAY_MS};
    int64_t tenth_ms = units[form] / 10, tenths = duration_ms / tenth_ms;
    if (duration_ms % tenth_ms < 0)
        tenths--;
    return (double)tenths / 10;
}

EscStatus esc_make_shown(EscRun *run, const EscHost *host, const EscValue *value, EscForm form,
                         EscText *text)
{
    Maker make = maker(run);
    make.host = host;
    if (esc_form_kind(form) == ESC_KIND_TIME) {
        put_part_of_time(&make, value, form);
    } else {
        EscValue number = {.type = ESC_TYPE(ESC_KIND_NUMBER), .number = tenths_of(value->ms, form)};
        put_written(&make, &number);
    }
    return finish(run, &make, true, text);
}

/* --- JOIN ------------------------------------------------------------------------------------------------------- */

EscStatus esc_make_join(EscRun *run, const EscValue *texts, uint32_t count, EscText *text)
{
    Maker make = maker(run);
    for (uint32_t i = 0; i < count; i++)
        put(&make, texts[i].text);
    return finish(run, &make, true, text);
}

/* --- URL_ENCODE: RFC 3986, everything but unreserved characters ----------------------------------------------------- */

EscStatus esc_make_url(EscRun *run, EscText plain, EscText *text)
{
    static const char digits[] = "0123456789ABCDEF";
    Maker make = maker(run);
    size_t size = 0;
    for (size_t at = 0; at < plain.size; at += size) {
        uint32_t c = esc_utf8_decode(plain, at, &size);
        if (esc_is_unreserved(c)) {
            put_whole(&make, (EscText){plain.data + at, 1});
            continue;
        }
        char coded[12];
        for (size_t i = 0; i < size; i++) {
            uint8_t byte = (uint8_t)plain.data[at + i];
            coded[3 * i] = '%';
            coded[3 * i + 1] = digits[byte >> 4];
            coded[3 * i + 2] = digits[byte & 15];
        }
        put_whole(&make, (EscText){coded, 3 * size});
    }
    return finish(run, &make, false, text);
}

/* --- UNMARK ------------------------------------------------------------------------------------------------------- */

EscStatus esc_make_unmarked(EscRun *run, EscText marked, EscText *text)
{
    Maker make = maker(run);
    for (size_t at = 0; at < marked.size;) {
        EscText rest = {marked.data + at, marked.size - at};
        size_t mark = esc_mark_find(rest);
        put(&make, (EscText){rest.data, mark});
        at += mark + ESC_MARK_SIZE;
    }
    return finish(run, &make, true, text);
}
