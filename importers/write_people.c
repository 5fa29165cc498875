/* write_people.c - people.esc: people and teams. */
#include "write.h"

static const char *const MEDIA[MODEL_MEDIUMS] = {"email", "chat", "phone"};

static void write_contacts(EscModel *model, EscBuf *out, const ModelPerson *person)
{
    bool has_one = false;
    for (unsigned i = 0; i < MODEL_MEDIUMS; i++) {
        if (person->contact[i].size == 0)
            continue;
        has_one = true;
        esc_buf_printf(out, "%s ", MEDIA[i]);
        write_text(model, out, person->contact[i], 254);
        esc_buf_string(out, "\n");
    }
    if (!has_one) /* no mail goes to a name below .invalid (RFC 2606) */
        esc_buf_printf(out, "email \"%.*s@nobody.invalid\"\n", ESC_TEXT_ARG(person->name));
}

static void write_reach(EscBuf *out, const ModelPerson *person)
{
    if (person->reach.count < 2)
        return;
    esc_buf_string(out, "reach by ");
    for (size_t i = 0; i < person->reach.count; i++) {
        const ModelReach *reach = &person->reach.items[i];
        esc_buf_printf(out, "%s%s", i == 0 ? "" : ", then ", MEDIA[reach->medium]);
        if (i > 0 && reach->after_ms > 0) {
            esc_buf_string(out, " after ");
            write_duration(out, reach->after_ms);
        }
    }
    esc_buf_string(out, "\n");
}

/* The dates are far enough for anybody; the language counts within 400 years of 1970. */
static void write_absences(EscModel *model, EscBuf *out, const ModelPerson *person)
{
    if (person->is_nobody) {
        esc_buf_string(out, "absent 2000-01-01..2200-01-01\n");
        return;
    }
    for (size_t i = 0; i < person->absences.count; i++) {
        const ModelAbsence *absence = &person->absences.items[i];
        write_notes(model, out, absence->seen);
        esc_buf_string(out, "absent ");
        write_span(model, out, person->timezone, absence->from_ms, absence->until_ms);
        if (absence->deputy != MODEL_NONE)
            esc_buf_printf(out, " covered by %.*s",
                           ESC_TEXT_ARG(model->persons.items[absence->deputy].name));
        esc_buf_string(out, "\n");
    }
}

static void write_person(EscModel *model, EscBuf *out, const ModelPerson *person)
{
    write_notes(model, out, person->seen);
    if (person->is_nobody)
        write_comment(model, out,
                      ESC_TEXT("Never there: whose turn this is, the next layer or the next level "
                               "has it. Put somebody in."));
    esc_buf_printf(out, "person %.*s ", ESC_TEXT_ARG(person->name));
    write_text(model, out, person->title, WRITE_TITLE_MAX);
    esc_buf_string(out, " {\n");
    write_contacts(model, out, person);
    if (!esc_text_equal(person->timezone, model->timezone))
        esc_buf_printf(out, "timezone \"%.*s\"\n", ESC_TEXT_ARG(person->timezone));
    write_reach(out, person);
    write_absences(model, out, person);
    esc_buf_string(out, "}\n\n");
}

static void write_team(EscModel *model, EscBuf *out, const ModelTeam *team)
{
    write_notes(model, out, team->seen);
    if (team->members.count == 0) {
        write_comment(model, out,
                      esc_model_printf(model, "team %.*s \"%.*s\"", ESC_TEXT_ARG(team->name),
                                       ESC_TEXT_ARG(team->title)));
        return;
    }
    esc_buf_printf(out, "team %.*s ", ESC_TEXT_ARG(team->name));
    write_text(model, out, team->title, WRITE_TITLE_MAX);
    esc_buf_string(out, " {");
    for (size_t i = 0; i < team->members.count; i++)
        esc_buf_printf(out, " %.*s",
                       ESC_TEXT_ARG(model->persons.items[team->members.items[i]].name));
    if (team->lead != MODEL_NONE)
        esc_buf_printf(out, " lead %.*s", ESC_TEXT_ARG(model->persons.items[team->lead].name));
    esc_buf_string(out, " }\n");
}

void write_people(EscModel *model)
{
    EscBuf *out = write_open(model, "people.esc");
    for (size_t i = 0; i < model->persons.count; i++)
        write_person(model, out = write_more(model), &model->persons.items[i]);
    for (size_t i = 0; i < model->teams.count; i++) {
        write_team(model, out = write_more(model), &model->teams.items[i]);
        esc_buf_char(out, '\n');
    }
}
