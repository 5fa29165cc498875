/* deeds_tests.c - somebody tries whether a person is reached: one message by each of their ways, outside of limits and quiet
 * hours, and of no escalation. What became of them stands in the outbox. */
#include "deeds.h"

static void record(EscDeed *deed, EscText ways)
{
    EscEngine *engine = deed->engine;
    const EscOutcome *outcome = engine->turn.outcome;
    EscText first = esc_turn_printf(engine, "%llu", (unsigned long long)outcome->messages_first),
            reason = esc_deed_reason_tail(deed);
    esc_audit_ticket(engine, NULL, ESC_AUDIT_TESTED,
                     esc_audit_data(engine, "person", deed->action->target, "ways", ways, "outbox",
                                    first, "reason", deed->action->reason, NULL),
                     "a test message is sent to %.*s by %.*s%.*s",
                     ESC_TEXT_ARG(deed->action->target), ESC_TEXT_ARG(ways), ESC_TEXT_ARG(reason));
}

EscStatus esc_deed_test(EscDeed *deed)
{
    EscEngine *engine = deed->engine;
    EscOutcome *outcome = engine->turn.outcome;
    EscText target = deed->action->target, ways = {"", 0};
    if (!esc_person_known(engine, target))
        return esc_why(deed->why, ESC_NOT_FOUND, "", 0, "\"%.*s\" is nobody in the directory",
                       ESC_TEXT_ARG(esc_utf8_cut(target, 64)));
    EscText person = esc_engine_intern(engine, target);
    EscNotice notice = {.marked = esc_say(engine, TEST_MESSAGE, deed->actor), .is_due = true};
    for (uint32_t kind = 0; kind < ESC_CONTACT_KINDS; kind++) {
        uint64_t id = esc_message_contact(engine, person, kind, &notice);
        if (id == 0)
            continue;
        if (outcome->messages_count++ == 0)
            outcome->messages_first = id;
        EscText word = esc_contact_word(kind);
        ways = esc_turn_printf(engine, "%.*s%s%.*s", ESC_TEXT_ARG(ways), ways.size > 0 ? ", " : "",
                               ESC_TEXT_ARG(word));
    }
    if (outcome->messages_count == 0)
        return esc_why(deed->why, ESC_CONFLICT, "", 0, "the directory has no way of reaching %.*s",
                       ESC_TEXT_ARG(person));
    record(deed, ways);
    return ESC_OK;
}
