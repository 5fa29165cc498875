/* watch.c - who is on duty by all that is written, until when and then who; and the same as a calendar file. What people say
 * since is the engine's to know. */
#include <esc/directory.h>

#include <stdio.h>

#define HORIZON_MS (400 * ESC_DAY_MS)
#define LINE_BYTES_MAX 73 /* of a content line before it is folded: 75 with the sign of its end */

typedef struct Written {
    const EscProgram *program;
    const EscZones *zones;
    int64_t at_ms;
} Written;

static bool is_away(void *context, uint32_t person)
{
    const Written *written = context;
    EscAway away;
    return esc_person_away(written->program, written->zones, person, written->at_ms, &away);
}

static uint32_t deputy(void *context, uint32_t person)
{
    const Written *written = context;
    EscAway away;
    return esc_person_away(written->program, written->zones, person, written->at_ms, &away)
               ? away.deputy
               : ESC_NONE;
}

static bool no_route_holds(void *context, uint32_t function)
{
    (void)context;
    (void)function;
    return false;
}

static EscText no_field(void *context, uint32_t field)
{
    (void)context;
    (void)field;
    return ESC_TEXT("");
}

/* --- watches ---------------------------------------------------------------------------------- */

/* When somebody goes away or comes back. */
static void take_absence(const Written *written, uint32_t person, int64_t *until_ms)
{
    EscAway away;
    if (esc_person_away(written->program, written->zones, person, written->at_ms, &away) &&
        away.to_ms < *until_ms)
        *until_ms = away.to_ms;
    if (esc_person_away_next(written->program, written->zones, person, written->at_ms, &away) &&
        away.from_ms < *until_ms)
        *until_ms = away.from_ms;
}

/* Whom it means, and the first instant at which it may mean somebody else. */
static uint32_t look(const Written *written, uint32_t schedule, int64_t *until_ms)
{
    EscDirectoryHost host = {(void *)written, no_route_holds, no_field, is_away, deputy, NULL};
    EscOwners owners;
    esc_directory_resolve(written->program, written->zones, &host,
                          ESC_REF(ESC_REF_SCHEDULE, schedule), written->at_ms, &owners);
    *until_ms = owners.until_ms;
    for (uint32_t i = 0; i < owners.count; i++)
        take_absence(written, owners.persons[i], until_ms);
    for (uint32_t i = 0; i < owners.skipped_count; i++)
        take_absence(written, owners.skipped[i], until_ms);
    return owners.count == 0 ? ESC_NONE : owners.persons[0];
}

EscWatch esc_schedule_watch(const EscProgram *program, const EscZones *zones, uint32_t schedule,
                            int64_t at_ms)
{
    Written written = {program, zones, at_ms};
    int64_t until_ms = INT64_MAX;
    EscWatch watch = {.person = look(&written, schedule, &until_ms), .from_ms = at_ms};
    while (until_ms <= at_ms + HORIZON_MS) { /* each round is a boundary further */
        written.at_ms = until_ms;
        if (look(&written, schedule, &until_ms) != watch.person) {
            watch.until_ms = written.at_ms;
            return watch;
        }
    }
    watch.until_ms = INT64_MAX;
    return watch;
}

/* --- as a calendar ---------------------------------------------------------------------------- */

/* A content line, folded behind so many bytes, never within a character. */
static void write_line(EscBuf *out, EscText line)
{
    while (line.size > LINE_BYTES_MAX) {
        EscText part = esc_utf8_cut(line, LINE_BYTES_MAX);
        esc_buf_text(out, part);
        esc_buf_string(out, "\r\n ");
        line = (EscText){line.data + part.size, line.size - part.size};
    }
    esc_buf_text(out, line);
    esc_buf_string(out, "\r\n");
}

static void write_text(EscBuf *out, const char *name, EscText text)
{
    EscBuf line;
    esc_buf_init(&line, 2 * (size_t)ESC_TEXT_MAX + 64);
    esc_buf_string(&line, name);
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '\n') {
            esc_buf_string(&line, "\\n");
            continue;
        }
        if (text.data[i] == ',' || text.data[i] == ';' || text.data[i] == '\\')
            esc_buf_char(&line, '\\');
        if ((unsigned char)text.data[i] >= ' ')
            esc_buf_char(&line, text.data[i]);
    }
    write_line(out, esc_buf_as_text(&line));
    esc_buf_release(&line);
}

static void write_instant(EscBuf *out, const char *name, int64_t at_ms)
{
    int64_t seconds = at_ms / 1000, year = 0;
    unsigned month = 0, day = 0;
    esc_date_from_days(seconds / 86400, &year, &month, &day);
    int of_day = (int)(seconds % 86400);
    esc_buf_printf(out, "%s%04d%02u%02uT%02d%02d%02dZ\r\n", name, (int)year, month, day,
                   of_day / 3600, of_day / 60 % 60, of_day % 60);
}

static EscText title_of(const EscProgram *program, uint32_t title, uint32_t name)
{
    return program->texts[title].size > 0 ? program->texts[title] : program->texts[name];
}

typedef struct Calendar {
    const EscProgram *program;
    const EscZones *zones;
    int64_t from_ms, to_ms;
    EscBuf *out;
} Calendar;

static void write_event(const Calendar *calendar, uint32_t schedule, const EscWatch *watch,
                        EscText summary)
{
    const EscProgram *program = calendar->program;
    EscText person = program->texts[program->persons[watch->person].name],
            name = program->texts[program->schedules[schedule].name],
            workspace = program->texts[program->meta->name];
    char uid[512];
    (void)snprintf(uid, sizeof uid, "%.*s-%.*s-%lld@%.*s", ESC_TEXT_ARG(esc_utf8_cut(name, 128)),
                   ESC_TEXT_ARG(esc_utf8_cut(person, 128)), (long long)(watch->from_ms / 1000),
                   ESC_TEXT_ARG(esc_utf8_cut(workspace, 128)));
    esc_buf_string(calendar->out, "BEGIN:VEVENT\r\n");
    write_text(calendar->out, "UID:", esc_text_from(uid));
    write_instant(calendar->out, "DTSTAMP:", calendar->from_ms);
    write_instant(calendar->out, "DTSTART:", watch->from_ms);
    write_instant(calendar->out, "DTEND:", watch->until_ms);
    write_text(calendar->out, "SUMMARY:", summary);
    esc_buf_string(calendar->out, "END:VEVENT\r\n");
}

/* The watches of a schedule; of all people, or with `only` of one. */
static void write_watches(const Calendar *calendar, uint32_t schedule, uint32_t only)
{
    const EscProgram *program = calendar->program;
    for (int64_t at_ms = calendar->from_ms; at_ms < calendar->to_ms;) {
        EscWatch watch = esc_schedule_watch(program, calendar->zones, schedule, at_ms);
        at_ms = watch.until_ms;
        if (watch.until_ms > calendar->to_ms)
            watch.until_ms = calendar->to_ms;
        if (watch.person == ESC_NONE || (only != ESC_NONE && watch.person != only))
            continue;
        const EscScheduleRow *row = &program->schedules[schedule];
        const EscPersonRow *person = &program->persons[watch.person];
        write_event(calendar, schedule, &watch,
                    only == ESC_NONE ? program->texts[person->name]
                                     : title_of(program, row->title, row->name));
    }
}

static void write_begin(const Calendar *calendar, EscText title)
{
    esc_buf_string(calendar->out,
                   "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Escal//schedules//EN\r\n");
    write_text(calendar->out, "X-WR-CALNAME:", title);
}

void esc_schedule_write_calendar(const EscProgram *program, const EscZones *zones,
                                 uint32_t schedule, int64_t from_ms, int64_t to_ms, EscBuf *out)
{
    const EscScheduleRow *row = &program->schedules[schedule];
    Calendar calendar = {program, zones, from_ms, to_ms, out};
    write_begin(&calendar, title_of(program, row->title, row->name));
    write_watches(&calendar, schedule, ESC_NONE);
    esc_buf_string(out, "END:VCALENDAR\r\n");
}

void esc_person_write_calendar(const EscProgram *program, const EscZones *zones, uint32_t person,
                               int64_t from_ms, int64_t to_ms, EscBuf *out)
{
    const EscPersonRow *row = &program->persons[person];
    Calendar calendar = {program, zones, from_ms, to_ms, out};
    write_begin(&calendar, title_of(program, row->title, row->name));
    for (uint32_t i = 0; i < program->schedules_count; i++)
        write_watches(&calendar, i, person);
    esc_buf_string(out, "END:VCALENDAR\r\n");
}
