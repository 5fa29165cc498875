/* digests.c - one message for many: notifications that the policy's limit held back, and pages of a storm. */
#include <engine/duty.h>

#define TITLE_BYTES_MAX 80

/* A line end of our own: those within the messages do not begin a line. */
#define NEW_LINE ESC_MARK_OWN "\n" ESC_MARK_END

static EscText digest_text(EscEngine *engine, const EscWindow *window)
{
    EscBuf buf = esc_turn_buf();
    esc_buf_printf(&buf,
                   "%zu messages were held back:", window->items_count + window->items_left_out);
    for (size_t i = 0; i < window->items_count; i++)
        esc_buf_printf(&buf, NEW_LINE "E-%llu: %.*s",
                       (unsigned long long)window->items[i].escalation,
                       ESC_TEXT_ARG(esc_message_words(engine, window->items[i].text).text));
    if (window->items_left_out > 0)
        esc_buf_printf(&buf, NEW_LINE "and %u more", window->items_left_out);
    return esc_turn_take(engine, &buf);
}

void esc_digest_fire(EscEngine *engine)
{
    for (size_t i = 0; i < engine->windows.count; i++) {
        EscWindow *window = &engine->windows.items[i];
        if (window->items_count == 0 || window->ends_at_ms > engine->now_ms)
            continue;
        EscWords words = esc_message_words(engine, digest_text(engine, window));
        EscNotice message = {
            .text = words.text, .own = words.own, .own_count = words.own_count, .is_digest = true};
        esc_audit_ticket(
            engine, NULL, ESC_AUDIT_DIGEST,
            esc_audit_data(
                engine, "person", window->person, "count",
                esc_turn_printf(engine, "%zu", window->items_count + window->items_left_out), NULL),
            "%.*s gets %zu messages as one digest", ESC_TEXT_ARG(window->person),
            window->items_count + window->items_left_out);
        esc_window_empty(window);
        engine->absences.is_dirty = true;
        esc_message_person(engine, NULL, window->person, &message);
    }
    esc_digest_timer(engine);
}

/* --- pages ------------------------------------------------------------------------------------ */

/* One line for each, the oldest first; line ends of ours between them. */
static EscText merged_text(EscEngine *engine, const EscWindow *window)
{
    EscBuf buf = esc_turn_buf();
    size_t count = window->paged_count + window->paged_left_out;
    esc_buf_printf(&buf, "%zu escalations wait for an acknowledgement:", count);
    size_t named = count < ESC_DIGEST_ITEMS_MAX ? count : ESC_DIGEST_ITEMS_MAX;
    named = named < window->paged_count ? named : window->paged_count;
    for (size_t i = 0; i < named; i++) {
        const EscEscalation *escalation = esc_escalation_find(engine, window->paged[i]);
        EscText title = esc_ticket_text(engine, escalation->ticket, engine->schema.title_slot);
        EscText line =
            esc_turn_printf(engine, "E-%llu %.*s: %.*s", (unsigned long long)escalation->id,
                            ESC_TEXT_ARG(escalation->ticket->id),
                            ESC_TEXT_ARG(esc_turn_cut(engine, title, TITLE_BYTES_MAX)));
        esc_buf_printf(&buf, NEW_LINE "%.*s", ESC_TEXT_ARG(esc_message_words(engine, line).text));
    }
    if (count > named)
        esc_buf_printf(&buf, NEW_LINE "and %zu more", count - named);
    return esc_turn_take(engine, &buf);
}

static void merged_send(EscEngine *engine, EscWindow *window)
{
    EscWords words = esc_message_words(engine, merged_text(engine, window));
    EscNotice notice = {
        .text = words.text, .own = words.own, .own_count = words.own_count, .is_page = true};
    EscText count = esc_turn_printf(engine, "%zu", window->paged_count + window->paged_left_out);
    esc_audit_ticket(engine, NULL, ESC_AUDIT_DIGEST,
                     esc_audit_data(engine, "person", window->person, "count", count, NULL),
                     "%.*s is paged once for %.*s escalations", ESC_TEXT_ARG(window->person),
                     ESC_TEXT_ARG(count));
    esc_message_contacts(engine, window->person, window->held, &notice);
}

void esc_storms_fire(EscEngine *engine)
{
    for (size_t i = 0; i < engine->windows.count; i++) {
        EscWindow *window = &engine->windows.items[i];
        if (window->held == 0 || window->held_due_ms > engine->now_ms)
            continue;
        esc_storm_review(engine, window);
        if (window->paged_count > 0)
            merged_send(engine, window);
        window->held = 0;
        window->held_due_ms = 0;
        engine->absences.is_dirty = true;
    }
    esc_storm_timer(engine);
}
