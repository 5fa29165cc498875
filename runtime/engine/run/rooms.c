/* rooms.c - war rooms: where people talk about an escalation. One is asked for by an outbox row to the channel `warroom`,
 * whose endpoint makes it; its address comes back as what the row returns, and stands below every message from then on.
 *
 * Each of those who have it is called into it by a row of their own, so that one who cannot be called keeps nobody out. Its end
 * is said in it, and closes it where the endpoint can do that. An escalation has one room: a second one would part those who talk. Not its job: what a room is (../../delivery/). */
#include <engine/duty.h>
#include <engine/run.h>

#define ROOM_ADDRESS_BYTES_MAX 500

/* "acme-e-12": letters that a chat and an address take as they are. */
static EscText room_name(EscEngine *engine, const EscEscalation *escalation)
{
    EscText name = esc_turn_printf(engine, "%.*s-e-%llu", ESC_TEXT_ARG(esc_workspace_text(engine)),
                                   (unsigned long long)escalation->id);
    char *bytes = (char *)(uintptr_t)name.data;
    for (size_t i = 0; i < name.size; i++)
        bytes[i] = esc_ascii_lower(bytes[i]);
    return name;
}

static bool has_channel(const EscEngine *engine)
{
    const EscProgram *program = engine->schema.current->program;
    for (uint32_t i = 0; i < program->channels_count; i++)
        if (esc_text_equal(program->texts[program->channels[i].name], ESC_TEXT(ESC_ROOM_CHANNEL)))
            return true;
    return false;
}

static void member(EscBuf *json, const char *name, EscText value)
{
    esc_buf_printf(json, "%s\"%s\":", json->size == 0 ? "{" : ",", name);
    esc_json_text(json, value);
}

/* What the channel's endpoint is asked to do with a room; `json` without its end, `person` empty or who is called. Gives the
 * row's number, by which the trail names it. */
static EscText put_row(EscEngine *engine, EscEscalation *escalation, const char *action,
                       EscText person, EscBuf *json)
{
    member(json, "escalation", esc_escalation_name(engine, escalation));
    member(json, "ticket", escalation->ticket->id);
    esc_buf_char(json, '}');
    EscCall call = {.system = ESC_TEXT(ESC_ROOM_CHANNEL),
                    .action = esc_text_from(action),
                    .method = ESC_TEXT("POST"),
                    .json = esc_turn_take(engine, json)};
    EscText target = person.size == 0
                         ? ESC_TEXT(ESC_ROOM_CHANNEL)
                         : esc_turn_printf(engine, ESC_ROOM_CHANNEL " %.*s", ESC_TEXT_ARG(person));
    EscOutboxRow row = {.kind = ESC_OUTBOX_CALL,
                        .target = target,
                        .medium = ESC_TEXT(ESC_MEDIUM_ROOM),
                        .call = &call};
    uint64_t id = esc_outbox_put(engine, escalation, &row);
    return esc_turn_printf(engine, "%llu", (unsigned long long)id);
}

static EscText ask(EscEngine *engine, EscEscalation *escalation, EscText name, EscText title)
{
    EscBuf json = esc_turn_buf();
    member(&json, "room", name);
    member(&json, "title", title);
    escalation->is_room_asked = true;
    return put_row(engine, escalation, ESC_ROOM_OPEN, (EscText){0}, &json);
}

EscText esc_room_open(EscEngine *engine, EscEscalation *escalation, EscText title)
{
    EscText name = room_name(engine, escalation), outbox = {0};
    bool has_room = escalation->room.size > 0 || escalation->is_room_asked;
    if (!has_room && has_channel(engine))
        outbox = ask(engine, escalation, name, title);
    const char *begin = outbox.size > 0 ? "asks for a war room"
                        : has_room      ? "wants a war room"
                                        : "names a war room",
               *end = outbox.size > 0 ? ""
                      : has_room      ? ", and has one already"
                                      : "; no channel is called warroom, so none was made";
    esc_audit_escalation(
        engine, escalation, ESC_AUDIT_WARROOM,
        esc_audit_data(engine, "outbox", outbox, "room", name, "title", title, NULL),
        "%s (\"%.*s\")%s", begin, ESC_TEXT_ARG(title), end);
    return name;
}

/* Whom a row calls into a room: "warroom ana"; empty: it makes or closes one. */
static EscText called_by(const EscOutboxNode *node)
{
    size_t size = sizeof ESC_ROOM_CHANNEL; /* with the blank behind it */
    return node->target.size <= size
               ? (EscText){0}
               : (EscText){node->target.data + size, node->target.size - size};
}

bool esc_room_is_asked_by(const EscOutboxNode *node)
{
    EscText channel = ESC_TEXT(ESC_ROOM_CHANNEL);
    bool is_about_room =
        node->kind == ESC_OUTBOX_CALL && esc_text_starts_with(node->target, channel);
    return is_about_room &&
           (node->target.size == channel.size || node->target.data[channel.size] == ' ');
}

static void tell(EscEngine *engine, EscEscalation *escalation, EscText marked)
{
    const EscNotice notice = {.marked = marked, .is_due = true};
    esc_message_person(engine, escalation, escalation->owner, &notice);
}

/* The chat's address of a person; empty: they have none. */
static EscText chat_of(const EscEngine *engine, EscText person)
{
    const EscProgram *program = engine->schema.current->program;
    uint32_t index = 0;
    if (!esc_directory_person(program, person, &index))
        return (EscText){0};
    const EscPersonRow *row = &program->persons[index];
    for (uint32_t i = 0; i < row->contacts_count; i++) {
        const EscContactRow *contact = &program->contacts[row->contacts_first + i];
        if (contact->kind == ESC_CONTACT_CHAT)
            return program->texts[contact->address];
    }
    return (EscText){0};
}

static void not_called(EscEngine *engine, EscEscalation *escalation, EscText person, EscText why)
{
    esc_audit_escalation(engine, escalation, ESC_AUDIT_WARROOM,
                         esc_audit_data(engine, "not_invited", person, "because", why, NULL),
                         "%.*s was not called into its war room%s%.*s",
                         ESC_TEXT_ARG(esc_text_or(person, ESC_TEXT("somebody"))),
                         esc_words_with(why, ": "), ESC_TEXT_ARG(why));
}

/* One row for each: what is refused for one of them is theirs alone. */
static void invite(EscEngine *engine, EscEscalation *escalation, EscText person, EscText address)
{
    EscText chat = chat_of(engine, person);
    EscBuf json = esc_turn_buf();
    if (chat.size == 0) {
        not_called(engine, escalation, person,
                   ESC_TEXT("the directory has no chat address of theirs"));
        return;
    }
    member(&json, "room", room_name(engine, escalation));
    member(&json, "address", address);
    esc_buf_string(&json, ",\"people\":[");
    esc_json_text(&json, chat);
    esc_buf_char(&json, ']');
    (void)put_row(engine, escalation, ESC_ROOM_INVITE, person, &json);
}

/* Who has it hears where to go: what was sent before does not say it. */
static void opened(EscEngine *engine, EscEscalation *escalation, EscText address)
{
    EscPeople people;
    escalation->room = esc_text_own(address);
    esc_audit_escalation(engine, escalation, ESC_AUDIT_WARROOM,
                         esc_audit_data(engine, "room", address, NULL), "its war room is %.*s",
                         ESC_TEXT_ARG(address));
    esc_turn_people(engine, escalation, &people); /* whoever is accountable */
    for (uint32_t i = 0; i < people.count; i++)
        invite(engine, escalation, people.names[i], address);
    tell(engine, escalation,
         esc_say(engine, ROOM_IS_OPEN, escalation->ticket->id, esc_unmarked(engine, address)));
}

/* Nobody waits for the answer to an invitation: they have the address. Where nobody can be called, nothing is told. */
static void invited(EscEngine *engine, EscEscalation *escalation, const EscOutboxNode *node,
                    const EscDelivery *delivery, EscText why)
{
    EscText who = esc_utf8_cut(delivery->reply, ROOM_ADDRESS_BYTES_MAX), person = called_by(node);
    if (delivery->state == ESC_DELIVERY_DEAD)
        not_called(engine, escalation, person, why);
    else if (who.size > 0)
        esc_audit_escalation(engine, escalation, ESC_AUDIT_WARROOM,
                             esc_audit_data(engine, "invited", who, "person", person, NULL),
                             "called into its war room: %.*s", ESC_TEXT_ARG(who));
}

/* "E-12 of INC-7 is closed as resolved after 1h 5m", in the language of the channel. */
void esc_room_close(EscEngine *engine, EscEscalation *escalation)
{
    EscBuf json = esc_turn_buf();
    if (escalation->room.size == 0) {
        esc_buf_release(&json);
        return;
    }
    EscText lasted = esc_duration_text(engine, engine->now_ms - escalation->opened_at_ms);
    EscText words =
        esc_say(engine, ROOM_ENDS, esc_escalation_name(engine, escalation), escalation->ticket->id,
                esc_unmarked(engine, escalation->outcome), lasted);
    member(&json, "room", room_name(engine, escalation));
    member(&json, "address", escalation->room);
    const EscNotice notice = {.marked = words};
    member(&json, "words",
           esc_notice_words(engine, &notice, esc_reads(engine, ESC_TEXT(ESC_ROOM_CHANNEL))).text);
    EscText outbox = put_row(engine, escalation, ESC_ROOM_CLOSE, (EscText){0}, &json);
    esc_audit_escalation(engine, escalation, ESC_AUDIT_WARROOM,
                         esc_audit_data(engine, "outbox", outbox, "room", escalation->room, NULL),
                         "its war room is told of the end");
}

/* What was written to a file for want of a binding is as somebody has wanted it: that is noted, and nobody is told. */
static void not_made(EscEngine *engine, EscEscalation *escalation, EscText why, bool is_dead)
{
    esc_audit_escalation(engine, escalation, ESC_AUDIT_WARROOM,
                         esc_audit_data(engine, "because", why, NULL), "no war room was made%s%.*s",
                         esc_words_with(why, ": "), ESC_TEXT_ARG(why));
    if (is_dead)
        tell(engine, escalation,
             esc_say(engine, ROOM_IS_NOT, escalation->ticket->id, esc_unmarked(engine, why)));
}

void esc_room_settled(EscEngine *engine, EscEscalation *escalation, const EscOutboxNode *node,
                      const EscDelivery *delivery)
{
    EscText address = esc_utf8_cut(delivery->reply, ROOM_ADDRESS_BYTES_MAX),
            why = esc_utf8_cut(delivery->detail, 200);
    if (called_by(node).size > 0 || !escalation->is_room_asked) {
        invited(engine, escalation, node, delivery, why);
        return;
    }
    escalation->is_room_asked = false;
    esc_escalation_dirty(engine, escalation);
    bool is_dead = delivery->state == ESC_DELIVERY_DEAD;
    if (is_dead || address.size == 0)
        not_made(engine, escalation, why, is_dead);
    else
        opened(engine, escalation, address);
}
