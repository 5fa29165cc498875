/* report.c - import-report.md: what was carried over, what changed, what could not be, and why. */
#include "write.h"

/* What there is of a kind of thing. */
typedef struct Kind {
    const char *what;
    size_t counts[MODEL_LEFT + 1]; /* by fate */
} Kind;
typedef struct Kinds {
    MODEL_LIST(Kind) list;
} Kinds;

static Kind *kind_of(EscModel *model, Kinds *kinds, const char *what)
{
    for (size_t i = 0; i < kinds->list.count; i++) {
        if (strcmp(kinds->list.items[i].what, what) == 0)
            return &kinds->list.items[i];
    }
    Kind *kind = MODEL_ADD(model, kinds->list);
    kind->what = what;
    return kind;
}

static void write_counts(EscModel *model, EscBuf *out)
{
    Kinds kinds = {0};
    for (size_t i = 0; i < model->seen.count; i++)
        kind_of(model, &kinds, model->seen.items[i].what)->counts[model->seen.items[i].fate]++;
    esc_buf_string(out, "| | carried over | changed | left out |\n| --- | --- | --- | --- |\n");
    for (size_t i = 0; i < kinds.list.count; i++) {
        const Kind *kind = &kinds.list.items[i];
        esc_buf_printf(out, "| %s | %zu | %zu | %zu |\n", kind->what, kind->counts[MODEL_CARRIED],
                       kind->counts[MODEL_CHANGED], kind->counts[MODEL_LEFT]);
    }
}

/* What stands in Markdown for itself would be taken for a mark. */
static void write_plain(EscModel *model, EscBuf *out, EscText text)
{
    EscText line = esc_text_on_line(model, text, 1000);
    for (size_t i = 0; i < line.size; i++) {
        if (strchr("\\`*_[]<>|#", line.data[i]) != NULL)
            esc_buf_char(out, '\\');
        esc_buf_char(out, line.data[i]);
    }
}

static void write_thing(EscModel *model, EscBuf *out, const ModelSeen *seen)
{
    esc_buf_printf(out, "- %s **", seen->what);
    write_plain(model, out, seen->title.size > 0 ? seen->title : ESC_TEXT("(without a name)"));
    esc_buf_string(out, "** (");
    write_plain(model, out, seen->place);
    esc_buf_string(out, ")");
    bool has_reason = false;
    for (size_t i = 0; i < seen->notes.count; i++) {
        const ModelNote *note = &seen->notes.items[i];
        if (note->fate == MODEL_CARRIED)
            continue;
        esc_buf_string(out, has_reason ? "; " : ": ");
        esc_buf_string(out,
                       note->fate == MODEL_LEFT && seen->fate == MODEL_CHANGED ? "left out: " : "");
        write_plain(model, out, note->text);
        has_reason = true;
    }
    bool is_told = has_reason || seen->fate == MODEL_CARRIED;
    esc_buf_string(out, is_told ? "\n" : ": there is no place for it in a workspace\n");
}

static void write_list(EscModel *model, EscBuf *out, ModelFate fate, const char *title)
{
    bool is_first = true;
    for (size_t i = 0; i < model->seen.count; i++) {
        if (model->seen.items[i].fate != fate)
            continue;
        if (is_first)
            esc_buf_printf(out, "\n## %s\n\n", title);
        is_first = false;
        write_thing(model, out, &model->seen.items[i]);
    }
}

static void write_made(EscModel *model, EscBuf *out)
{
    esc_buf_string(out, "\n## To look at\n\n");
    const ModelPerson *resort = &model->persons.items[model->last_resort];
    esc_buf_string(out, "- policy.esc: the last resort is ");
    write_plain(model, out, resort->name);
    esc_buf_string(out, ", chosen by the import. It has what nobody acknowledges.\n");
    for (size_t i = 0; i < model->persons.count; i++) {
        const ModelPerson *person = &model->persons.items[i];
        bool is_reached = false;
        for (unsigned m = 0; m < MODEL_MEDIUMS; m++)
            is_reached = is_reached || person->contact[m].size > 0;
        if (is_reached)
            continue;
        esc_buf_string(out, "- people.esc: ");
        write_plain(model, out, person->name);
        esc_buf_string(out, person->is_nobody ? " stands for turns in which nobody is there.\n"
                                              : " has no address: put one in.\n");
    }
    for (size_t i = 0; i < model->chains.count; i++) {
        if (!model->chains.items[i].has_resort)
            continue;
        esc_buf_string(out, "- escalations.esc: ");
        write_plain(model, out, model->chains.items[i].name);
        esc_buf_string(out, " has hours in which none of its people is there; its last level was "
                            "added for them.\n");
    }
}

void esc_write_report(EscModel *model)
{
    EscBuf *out = &model->report;
    for (size_t i = 0; i < model->seen.count; i++) {
        if (model->seen.items[i].fate == MODEL_UNSETTLED)
            model->seen.items[i].fate = MODEL_LEFT;
    }
    esc_buf_string(out, "# Import of ");
    write_plain(model, out, model->title);
    esc_buf_printf(out, "\n\nRead as %.*s.\n\n", ESC_TEXT_ARG(model->kind));
    write_counts(model, out);
    write_list(model, out, MODEL_LEFT, "Left out");
    write_list(model, out, MODEL_CHANGED, "Changed");
    write_made(model, out);
    write_list(model, out, MODEL_CARRIED, "Carried over");
}
