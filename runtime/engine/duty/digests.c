/* digests.c - one message for many: notifications that the policy's limit held back, and pages of a storm. */
#include <engine/duty.h>

#define TITLE_BYTES_MAX 80

/* A line end of our own: those within the messages do not begin a line. */
#define NEW_LINE ESC_MARK_OWN "\n" ESC_MARK_END

static EscText digest_text(EscEngine *engine, const EscWindow *window)
{
    EscBuf buf = esc_turn_buf();
    size_t count = window->items_count + window->items_left_out;
    EscText number = esc_say_count(engine, count);
    esc_buf_text(&buf, count == 1 ? esc_say(engine, HELD_BACK_ONE, number)
                                  : esc_say(engine, HELD_BACK_MANY, number));
    for (size_t i = 0; i < window->items_count; i++) {
        esc_buf_string(&buf, NEW_LINE);
        if (window->items[i].escalation != 0) /* an automation's belong to none */
            esc_buf_printf(&buf, "E-%llu: ", (unsigned long long)window->items[i].escalation);
        esc_buf_text(&buf, esc_message_words(engine, window->items[i].text).text);
    }
    if (window->items_left_out > 0) {
        EscText more = esc_say_count(engine, window->items_left_out);
        esc_buf_printf(&buf, NEW_LINE "%.*s", ESC_TEXT_ARG(esc_say(engine, AND_MORE, more)));
    }
    return esc_turn_take(engine, &buf);
}

/* A digest that asks for nothing is not for somebody's quiet time either. */
static bool waits_for_quiet(EscEngine *engine, EscWindow *window)
{
    int64_t until_ms = esc_quiet_until_ms(engine, window->person, false);
    if (until_ms == 0)
        return false;
    window->ends_at_ms = until_ms;
    engine->absences.is_dirty = true;
    return true;
}

void esc_digest_fire(EscEngine *engine)
{
    for (size_t i = 0; i < engine->windows.count; i++) {
        EscWindow *window = &engine->windows.items[i];
        if (window->items_count == 0 || window->ends_at_ms > engine->now_ms ||
            waits_for_quiet(engine, window))
            continue;
        EscNotice message = {.marked = digest_text(engine, window), .is_digest = true};
        EscText count =
            esc_turn_printf(engine, "%zu", window->items_count + window->items_left_out);
        esc_audit_ticket(engine, NULL, ESC_AUDIT_DIGEST,
                         esc_audit_data(engine, "person", window->person, "count", count, NULL),
                         "%.*s gets a digest of what was held back: %.*s",
                         ESC_TEXT_ARG(window->person), ESC_TEXT_ARG(count));
        esc_window_empty(window);
        engine->absences.is_dirty = true;
        esc_message_person(engine, NULL, window->person, &message);
    }
    esc_digest_timer(engine);
}

/* --- pages ------------------------------------------------------------------------------------ */

/* Those that nobody has acknowledged, by id. */
static const uint64_t *waiting_of(EscEngine *engine, const EscWindow *window, size_t *count)
{
    uint64_t *ids = esc_turn_alloc(engine, (window->paged_count + 1) * sizeof *ids);
    *count = 0;
    for (size_t i = 0; i < window->paged_count; i++)
        if (esc_storm_is_waiting(engine, window->paged[i]))
            ids[(*count)++] = window->paged[i];
    return ids;
}

/* One line for each, the oldest first; line ends of ours between them. */
static EscText merged_text(EscEngine *engine, const uint64_t *ids, size_t count, size_t left_out)
{
    EscBuf buf = esc_turn_buf();
    EscText number = esc_say_count(engine, count + left_out);
    esc_buf_text(&buf, count + left_out == 1 ? esc_say(engine, WAITING_ONE, number)
                                             : esc_say(engine, WAITING_MANY, number));
    size_t named = count < ESC_DIGEST_ITEMS_MAX ? count : ESC_DIGEST_ITEMS_MAX;
    for (size_t i = 0; i < named; i++) {
        const EscEscalation *escalation = esc_escalation_find(engine, ids[i]);
        EscText title = esc_ticket_text(engine, escalation->ticket, engine->schema.title_slot);
        EscText line =
            esc_turn_printf(engine, "E-%llu %.*s: %.*s", (unsigned long long)escalation->id,
                            ESC_TEXT_ARG(escalation->ticket->id),
                            ESC_TEXT_ARG(esc_turn_cut(engine, title, TITLE_BYTES_MAX)));
        esc_buf_printf(&buf, NEW_LINE "%.*s", ESC_TEXT_ARG(esc_message_words(engine, line).text));
    }
    if (count + left_out > named) {
        EscText more = esc_say_count(engine, count + left_out - named);
        esc_buf_printf(&buf, NEW_LINE "%.*s", ESC_TEXT_ARG(esc_say(engine, AND_MORE, more)));
    }
    return esc_turn_take(engine, &buf);
}

/* The row speaks for each of them: what becomes of it becomes of their pages. */
static void merged_go(EscEngine *engine, const EscWindow *window, const uint64_t *ids, size_t count,
                      const EscNotice *notice)
{
    for (uint32_t kind = 0; kind < ESC_CONTACT_KINDS; kind++) {
        if ((window->held >> kind & 1) == 0)
            continue;
        uint64_t outbox = esc_message_contact(engine, window->person, kind, notice);
        for (size_t i = 0; i < count; i++)
            esc_paged_merge(engine, esc_escalation_find(engine, ids[i]), window->person, kind,
                            outbox);
    }
}

static void merged_send(EscEngine *engine, const EscWindow *window, const uint64_t *ids,
                        size_t count)
{
    EscNotice notice = {.marked = merged_text(engine, ids, count, window->paged_left_out),
                        .is_page = true};
    EscText number = esc_turn_printf(engine, "%zu", count + window->paged_left_out);
    esc_audit_ticket(engine, NULL, ESC_AUDIT_DIGEST,
                     esc_audit_data(engine, "person", window->person, "count", number, NULL),
                     "%.*s is paged once for %.*s %s", ESC_TEXT_ARG(window->person),
                     ESC_TEXT_ARG(number),
                     esc_one_or_many(count + window->paged_left_out, "escalation", "escalations"));
    merged_go(engine, window, ids, count, &notice);
}

void esc_storms_fire(EscEngine *engine)
{
    for (size_t i = 0; i < engine->windows.count; i++) {
        EscWindow *window = &engine->windows.items[i];
        if (window->held == 0 || window->held_due_ms > engine->now_ms)
            continue;
        size_t count = 0;
        esc_storm_review(engine, window);
        const uint64_t *ids = waiting_of(engine, window, &count);
        if (count > 0)
            merged_send(engine, window, ids, count);
        window->held = 0;
        window->held_due_ms = 0;
        engine->absences.is_dirty = true;
    }
    esc_storm_timer(engine);
}
