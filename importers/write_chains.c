/* write_chains.c - escalations.esc: a template for each chain. */
#include "write.h"

#define PAGES_MAX 24
#define HOLDS_MS ESC_DAY_MS

static bool has_schedule(const ModelLevel *level)
{
    for (size_t i = 0; i < level->targets.count; i++) {
        if (level->targets.items[i].kind == MODEL_SCHEDULE)
            return true;
    }
    return false;
}

static void write_level(EscModel *model, EscBuf *out, const ModelChain *chain, size_t number)
{
    static const char *const ROLES[] = {"primary", "secondary", "escalation"};
    const ModelLevel *level = &chain->levels.items[number];
    for (size_t i = 0; i < level->comments.count; i++)
        write_comment(model, out, level->comments.items[i]);
    esc_buf_printf(out, "%s ", ROLES[number < 2 ? number : 2]);
    for (size_t i = 0; i < level->targets.count; i++) {
        esc_buf_string(out, i == 0 ? "" : ", ");
        write_target(model, out, level->targets.items[i]);
    }
    esc_buf_string(out, " ack within ");
    write_duration(out, level->within_ms);
    if (chain->hours != MODEL_NONE)
        esc_buf_printf(out, " of %.*s", ESC_TEXT_ARG(model->calendars.items[chain->hours].name));
    if (chain->holds_ms > 0 || has_schedule(level)) {
        esc_buf_string(out, " holds ");
        write_duration(out, chain->holds_ms > 0 ? chain->holds_ms : HOLDS_MS);
    }
    esc_buf_char(out, '\n');
}

static void write_page(const EscModel *model, EscBuf *out, const ModelPage *page)
{
    esc_buf_string(out, "page ");
    write_target(model, out, page->target);
    esc_buf_printf(out, " \"{ticket.id} is not %s: {ticket.title}\"\n",
                   page->until_resolved ? "resolved" : "acknowledged");
}

/* All pages of one time, those for whoever has not acknowledged behind the others. */
static size_t write_pages_of(EscModel *model, EscBuf *out, const ModelChain *chain, size_t first)
{
    size_t end = first;
    bool is_asked = false;
    while (end < chain->pages.count &&
           chain->pages.items[end].at_ms == chain->pages.items[first].at_ms)
        end++;
    for (size_t i = first; i < end; i++) {
        if (chain->pages.items[i].until_resolved)
            write_page(model, out, &chain->pages.items[i]);
    }
    for (size_t i = first; i < end; i++) {
        if (chain->pages.items[i].until_resolved)
            continue;
        if (!is_asked)
            esc_buf_string(out, "if not escalation.acked {\n");
        is_asked = true;
        write_page(model, out, &chain->pages.items[i]);
    }
    esc_buf_string(out, is_asked ? "}\n" : "");
    return end;
}

static void write_pages(EscModel *model, EscBuf *out, const ModelChain *chain)
{
    int64_t now = 0;
    for (size_t i = 0; i < chain->pages.count;) {
        int64_t at = chain->pages.items[i].at_ms, delay = at - now;
        if (delay >= ESC_SECOND_MS) {
            esc_buf_string(out, "await resolved within ");
            write_duration(out, delay);
            esc_buf_string(out, " else {\n");
            now = at;
        }
        i = write_pages_of(model, out, chain, i);
        esc_buf_string(out, delay >= ESC_SECOND_MS ? "}\n" : "");
    }
}

static void write_chain(EscModel *model, EscBuf *out, ModelChain *chain)
{
    if (chain->pages.count > PAGES_MAX) {
        esc_model_change(model, chain->seen,
                         "of its pages beside the owners those behind the first %d are left out",
                         PAGES_MAX);
        chain->pages.count = PAGES_MAX;
    }
    write_notes(model, out, chain->seen);
    esc_buf_printf(out, "template %.*s ", ESC_TEXT_ARG(chain->name));
    write_text(model, out, chain->title, WRITE_TITLE_MAX);
    esc_buf_string(out, " {\n  manual\n");
    for (size_t i = 0; i < chain->groups.count; i++)
        esc_buf_printf(out, "%s%.*s", i == 0 ? "  group by " : ", ",
                       ESC_TEXT_ARG(chain->groups.items[i]));
    esc_buf_string(out, chain->groups.count > 0 ? "\n\n  owners {\n" : "\n  owners {\n");
    for (size_t i = 0; i < chain->levels.count; i++)
        write_level(model, out, chain, i);
    if (chain->repeats > 0)
        esc_buf_printf(out, "repeat %u times\n", chain->repeats);
    esc_buf_string(out, "}\n\n  steps {\n    page primary \"{ticket.id}: {ticket.title}\"\n");
    write_pages(model, out, chain);
    esc_buf_string(out, "}\n\n  close when resolved\n}\n\n");
}

void write_chains(EscModel *model)
{
    EscBuf *out = write_open(model, "escalations.esc");
    for (size_t i = 0; i < model->chains.count; i++)
        write_chain(model, out = write_more(model), &model->chains.items[i]);
}
