/* write.c - a model as the files of a workspace: what all parts need, the workspace's own file and the policy. */
#include "write.h"

#define FILE_BYTES_MAX ((size_t)64 << 20)
#define FILE_BYTES_FULL ((size_t)400 << 10)
#define COMMENT_WIDTH 110

EscBuf *write_open(EscModel *model, const char *name)
{
    ModelFile *file = MODEL_ADD(model, model->files);
    file->name = file->first = esc_text_from(name);
    file->number = 1;
    esc_buf_init(&file->text, FILE_BYTES_MAX);
    return &file->text;
}

/* What is laid out has blanks before its lines, so a file that is full here has room behind it. */
EscBuf *write_more(EscModel *model)
{
    ModelFile *file = &model->files.items[model->files.count - 1];
    if (file->text.size < FILE_BYTES_FULL)
        return &file->text;
    EscText first = file->first;
    unsigned number = file->number + 1;
    EscBuf *text = write_open(model, "");
    file = &model->files.items[model->files.count - 1];
    file->first = first;
    file->number = number;
    file->name = esc_model_printf(model, "%.*s_%u.esc", (int)(first.size - strlen(".esc")),
                                  first.data, number);
    return text;
}

void write_text(EscModel *model, EscBuf *out, EscText text, size_t size_max)
{
    EscText line = esc_text_on_line(model, text, size_max);
    esc_buf_char(out, '"');
    for (size_t i = 0; i < line.size; i++) {
        if (strchr("\"\\{", line.data[i]) != NULL)
            esc_buf_char(out, '\\');
        esc_buf_char(out, line.data[i]);
    }
    esc_buf_char(out, '"');
}

void write_comment(EscModel *model, EscBuf *out, EscText text)
{
    EscText rest = esc_text_on_line(model, text, 2000);
    while (rest.size > 0) {
        size_t size = rest.size;
        if (size > COMMENT_WIDTH) {
            for (size = COMMENT_WIDTH; size > 0 && rest.data[size] != ' ';)
                size--;
            if (size == 0)
                for (size = COMMENT_WIDTH; size < rest.size && rest.data[size] != ' ';)
                    size++;
        }
        esc_buf_printf(out, "# %.*s\n", (int)size, rest.data);
        rest.data += size;
        rest.size -= size;
        while (rest.size > 0 && rest.data[0] == ' ') {
            rest.data++;
            rest.size--;
        }
    }
}

void write_notes(EscModel *model, EscBuf *out, uint32_t seen)
{
    if (seen == MODEL_NONE)
        return;
    for (size_t i = 0; i < model->seen.items[seen].notes.count; i++) {
        const ModelNote *note = &model->seen.items[seen].notes.items[i];
        const char *before = note->fate == MODEL_CHANGED ? "Changed: "
                             : note->fate == MODEL_LEFT  ? "Left out: "
                                                         : "";
        write_comment(model, out,
                      esc_model_printf(model, "%s%.*s", before, ESC_TEXT_ARG(note->text)));
    }
}

void write_local(const EscModel *model, EscBuf *out, EscText zone, int64_t at_ms)
{
    EscBuf text;
    esc_buf_init(&text, 64);
    esc_time_write(&text, esc_clock_local(model, zone, at_ms));
    if (text.status == ESC_OK)
        esc_buf_append(out, text.data, text.size < 16 ? text.size : 16);
    else
        out->status = text.status;
    esc_buf_release(&text);
}

void write_span(const EscModel *model, EscBuf *out, EscText zone, int64_t from_ms, int64_t until_ms)
{
    write_local(model, out, zone, from_ms);
    esc_buf_string(out, "..");
    write_local(model, out, zone, until_ms);
}

void write_duration(EscBuf *out, int64_t duration_ms)
{
    esc_duration_write(out, duration_ms - duration_ms % ESC_SECOND_MS);
}

void write_target(const EscModel *model, EscBuf *out, ModelTarget target)
{
    EscText name = target.kind == MODEL_PERSON     ? model->persons.items[target.index].name
                   : target.kind == MODEL_SCHEDULE ? model->schedules.items[target.index].name
                                                   : model->teams.items[target.index].name;
    if (target.kind == MODEL_DRAWN)
        esc_buf_printf(out, "round_robin(%.*s)", ESC_TEXT_ARG(name));
    else
        esc_buf_text(out, name);
}

/* --- workspace.esc, policy.esc ---------------------------------------------------------------------------- */

/* Fields with a common beginning are one record: labels.team and labels.job. */
static void write_fields(EscModel *model, EscBuf *out)
{
    EscText record = {0};
    if (model->fields.count == 0)
        return;
    esc_buf_string(out, "extend ticket {\n");
    for (size_t i = 0; i < model->fields.count; i++) {
        const ModelField *field = &model->fields.items[i];
        size_t dot = 0;
        while (dot < field->path.size && field->path.data[dot] != '.')
            dot++;
        EscText own = dot < field->path.size ? (EscText){field->path.data, dot} : (EscText){0};
        EscText name = own.size > 0
                           ? (EscText){field->path.data + dot + 1, field->path.size - dot - 1}
                           : field->path;
        if (record.size > 0 && !esc_text_equal(record, own))
            esc_buf_string(out, "}\n");
        if (own.size > 0 && !esc_text_equal(record, own))
            esc_buf_printf(out, "%.*s {\n", ESC_TEXT_ARG(own));
        record = own;
        if (field->comment.size > 0)
            write_comment(model, out, field->comment);
        esc_buf_printf(out, "%.*s: %.*s\n", ESC_TEXT_ARG(name), ESC_TEXT_ARG(field->type));
    }
    esc_buf_string(out, record.size > 0 ? "}\n}\n\n" : "}\n\n");
}

static void write_channels(EscModel *model, EscBuf *out)
{
    for (size_t i = 0; i < model->channels.count; i++) {
        const ModelChannel *channel = &model->channels.items[i];
        write_notes(model, out, channel->seen);
        if (channel->comment.size > 0)
            write_comment(model, out, channel->comment);
        if (!channel->is_used) {
            write_comment(model, out,
                          esc_model_printf(model, "channel \"%.*s\": nothing tells it anything",
                                           ESC_TEXT_ARG(channel->title)));
            continue;
        }
        esc_buf_printf(out, "channel %.*s %.*s", ESC_TEXT_ARG(channel->name),
                       ESC_TEXT_ARG(channel->medium));
        if (channel->quiet != MODEL_NONE)
            esc_buf_printf(out, " quiet during %.*s",
                           ESC_TEXT_ARG(model->calendars.items[channel->quiet].name));
        esc_buf_string(out, "\n");
    }
}

static void write_own_file(EscModel *model)
{
    EscBuf *out = write_open(model, "workspace.esc");
    esc_buf_printf(out,
                   "# Made by `escalc import %.*s`. What changed and what is missing stands in "
                   "import-report.md.\n",
                   ESC_TEXT_ARG(model->kind));
    esc_buf_printf(out, "workspace %.*s ", ESC_TEXT_ARG(model->name));
    write_text(model, out, model->title, WRITE_TITLE_MAX);
    esc_buf_printf(out, " {\n  language 1\n  timezone \"%.*s\"\n}\n\n",
                   ESC_TEXT_ARG(model->timezone));
    write_fields(model, out);
    write_channels(model, out);
}

/* A file of its own, where the export says what comes in. */
static void write_sources(EscModel *model)
{
    EscBuf *out = model->sources.count == 0 ? NULL : write_open(model, "sources.esc");
    for (size_t i = 0; i < model->sources.count; i++) {
        const ModelSource *source = &model->sources.items[i];
        write_comment(model, out, source->comment);
        esc_buf_printf(out, "source %.*s ", ESC_TEXT_ARG(source->name));
        write_text(model, out, source->title, WRITE_TITLE_MAX);
        esc_buf_string(out, " {\n");
        for (size_t l = 0; l < source->lines.count; l++)
            esc_buf_printf(out, "%.*s\n", ESC_TEXT_ARG(source->lines.items[l]));
        esc_buf_string(out, "}\n\n");
    }
}

static void write_policy(EscModel *model)
{
    EscBuf *out = write_open(model, "policy.esc");
    write_comment(model, out,
                  ESC_TEXT("Who has what nobody acknowledged. The tool that this came from knows "
                           "nothing like it: choose "
                           "somebody who can always be reached."));
    esc_buf_printf(out, "policy imported {\n  last resort %.*s\n}\n",
                   ESC_TEXT_ARG(model->persons.items[model->last_resort].name));
}

void esc_write_workspace(EscModel *model)
{
    write_own_file(model);
    write_people(model);
    write_schedules(model);
    write_chains(model);
    write_intakes(model);
    write_sources(model);
    write_policy(model);
}
