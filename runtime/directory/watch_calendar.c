/* watch_calendar.c - watches as a calendar file (iCalendar, RFC 5545), wherever they come from. */
#include <esc/directory.h>

#include <stdio.h>

#define LINE_BYTES_MAX 73 /* of a content line before it is folded: 75 with the sign of its end */

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
    const EscWatchSource *source;
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
        EscWatch watch = calendar->source->at(calendar->source->context, schedule, at_ms);
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

static void write_all(const Calendar *calendar, uint32_t schedule, uint32_t person)
{
    const EscProgram *program = calendar->program;
    const EscScheduleRow *row = &program->schedules[schedule == ESC_NONE ? 0 : schedule];
    EscText title = schedule == ESC_NONE ? title_of(program, program->persons[person].title,
                                                    program->persons[person].name)
                                         : title_of(program, row->title, row->name);
    esc_buf_string(calendar->out,
                   "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Escal//schedules//EN\r\n");
    write_text(calendar->out, "X-WR-CALNAME:", title);
    for (uint32_t i = 0; i < program->schedules_count; i++)
        if (schedule == ESC_NONE || schedule == i)
            write_watches(calendar, i, person);
    esc_buf_string(calendar->out, "END:VCALENDAR\r\n");
}

bool esc_watches_write(const EscProgram *program, const EscWatchSource *source, EscText name,
                       int64_t from_ms, int64_t to_ms, EscBuf *out)
{
    const Calendar calendar = {program, source, from_ms, to_ms, out};
    uint32_t person = ESC_NONE;
    for (uint32_t i = 0; i < program->schedules_count; i++) {
        if (!esc_text_equal(program->texts[program->schedules[i].name], name))
            continue;
        write_all(&calendar, i, ESC_NONE);
        return true;
    }
    if (!esc_directory_person(program, name, &person))
        return false;
    write_all(&calendar, ESC_NONE, person);
    return true;
}
