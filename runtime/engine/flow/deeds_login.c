/* deeds_login.c - somebody asks to log in as a person: the link goes to that person, by the first of their ways that shows
 * links, and nowhere else. The trail says that it was sent; the link itself stands in no record. */
#include "deeds.h"

EscStatus esc_deed_login(EscDeed *deed)
{
    EscEngine *engine = deed->engine;
    const EscProgram *program = engine->schema.current->program;
    EscOutcome *outcome = engine->turn.outcome;
    EscText target = deed->action->target;
    uint32_t index = 0;
    if (deed->action->link.size == 0)
        return esc_why(deed->why, ESC_BAD_INPUT, "", 0, "a login needs its link");
    if (!esc_directory_person(program, target, &index))
        return esc_why(deed->why, ESC_NOT_FOUND, "", 0, "\"%.*s\" is nobody in the directory",
                       ESC_TEXT_ARG(esc_utf8_cut(target, 64)));
    const EscContactRow *way = esc_directory_link_contact(program, index);
    if (way == NULL)
        return esc_why(deed->why, ESC_CONFLICT, "", 0,
                       "the directory has no way of sending %.*s a link", ESC_TEXT_ARG(target));
    EscNotice notice = {
        .marked = ESC_SAYING(LOGIN_MESSAGE), .is_due = true, .link = deed->action->link};
    EscText person = esc_engine_intern(engine, target), medium = esc_contact_word(way->kind);
    outcome->messages_first = esc_message_contact(engine, person, way->kind, &notice);
    outcome->messages_count = 1;
    esc_audit_ticket(
        engine, NULL, ESC_AUDIT_LOGIN_ASKED,
        esc_audit_data(engine, "person", person, "way", medium, "outbox",
                       esc_turn_printf(engine, "%llu", (unsigned long long)outcome->messages_first),
                       NULL),
        "somebody asks to log in as %.*s: the link is sent to them by %.*s", ESC_TEXT_ARG(person),
        ESC_TEXT_ARG(medium));
    return ESC_OK;
}
