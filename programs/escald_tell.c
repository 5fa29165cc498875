/* escald_tell.c - what the operator is told of each workspace at a start.
 *
 * All of it is told again with every start: what is not as it should be does not become normal by being told once. */
#include <stdio.h>
#include <string.h>

#include "escald_tell.h"

#define TEXT_BYTES_MAX 8192
#define NAMES_SHOWN 8

static const char old_templates[] =
    "the templates of its folder have errors, and the last good ones stay in force";

bool tell_next_line(EscText *lines, EscText *line)
{
    if (lines->size == 0)
        return false;
    const char *end = memchr(lines->data, '\n', lines->size);
    *line = (EscText){lines->data, end == NULL ? lines->size : (size_t)(end - lines->data)};
    size_t used = line->size + (end == NULL ? 0 : 1);
    *lines = (EscText){lines->data + used, lines->size - used};
    return true;
}

/* --- what has no binding, and goes to the file as nobody has said what becomes of it ------------- */

static bool is_rehearsal(const Served *served)
{
    EscText word =
        esc_config_unbound(served->serving->config, esc_text_from(served->compiled.name));
    return served->bindings.unbound.size > 0 &&
           esc_text_equal(word, ESC_TEXT(ESC_UNBOUND_REHEARSAL));
}

/* "channels.room" of "workspaces.desk.channels.room: …". */
static EscText place_of(const Served *served, EscText line)
{
    size_t before = strlen("workspaces.") + strlen(served->compiled.name) + 1;
    const char *end = memchr(line.data, ':', line.size);
    ESC_ASSERT(end != NULL && (size_t)(end - line.data) > before);
    return (EscText){line.data + before, (size_t)(end - line.data) - before};
}

static void write_unbound(const Served *served, EscBuf *out)
{
    EscText lines = esc_buf_as_text(&served->bindings.unbound), line;
    uint32_t count = 0;
    esc_buf_string(out, "this is a rehearsal: nothing is bound to ");
    for (; tell_next_line(&lines, &line); count++) {
        EscText place = place_of(served, line);
        if (count < NAMES_SHOWN)
            esc_buf_printf(out, "%s%.*s", count == 0 ? "" : ", ", ESC_TEXT_ARG(place));
    }
    if (count > NAMES_SHOWN)
        esc_buf_printf(out, " and %u more", count - NAMES_SHOWN);
    esc_buf_printf(out, ", and what is for them goes to %s.outbox.jsonl and to nobody",
                   served->compiled.name);
}

static void tell_unbound(EscDaemon *daemon, const Served *served)
{
    EscText lines = esc_buf_as_text(&served->bindings.unbound), line;
    EscBuf text;
    if (!is_rehearsal(served))
        return;
    esc_buf_init(&text, TEXT_BYTES_MAX);
    esc_buf_printf(&text, "%s: ", served->compiled.name);
    write_unbound(served, &text);
    esc_daemon_log(daemon, "alarm", "rehearsal", esc_buf_as_text(&text));
    esc_buf_release(&text);
    while (tell_next_line(&lines, &line))
        esc_daemon_log(daemon, "warning", "unbound", line);
}

/* --- losses and old templates -------------------------------------------------------------------- */

/* The operator's word is told again with every start that uses it. */
static void tell_loss(EscDaemon *daemon, const Served *served)
{
    char text[sizeof(served->loss.text) + ESC_ID_BYTES_MAX + 128];
    bool has_lost = served->loss.text[0] != '\0';
    (void)snprintf(text, sizeof(text), "%s: %s%s", served->compiled.name,
                   has_lost ? "opened by --accept-loss: "
                            : "--accept-loss had nothing to accept; leave the option out",
                   served->loss.text);
    if (has_lost || served_accepts_loss(served))
        esc_daemon_log(daemon, has_lost ? "alarm" : "warning",
                       has_lost ? "loss_accepted" : "nothing_lost", esc_text_from(text));
}

static void tell_old_templates(EscDaemon *daemon, const Served *served)
{
    char text[sizeof(old_templates) + ESC_ID_BYTES_MAX + 8];
    (void)snprintf(text, sizeof(text), "%s: %s", served->compiled.name, old_templates);
    if (served->has_errors && !served->is_out)
        esc_daemon_log(daemon, "alarm", "old_templates", esc_text_from(text));
}

void tell_start(EscDaemon *daemon, const Served *served)
{
    tell_loss(daemon, served);
    tell_old_templates(daemon, served);
    tell_unbound(daemon, served);
}

void tell_reason(const Served *served, bool is_served, EscBuf *out)
{
    if (!is_served) {
        esc_buf_string(out, served->why.text[0] != '\0' ? served->why.text
                                                        : esc_status_text(served->status));
        return;
    }
    if (served->has_errors)
        esc_buf_string(out, old_templates);
    if (is_rehearsal(served)) {
        esc_buf_string(out, out->size > 0 ? "; " : "");
        write_unbound(served, out);
    }
}
