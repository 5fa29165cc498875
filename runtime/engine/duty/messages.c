/* messages.c - messages and pages: who gets which words by which contact method. Carrying them out is the
 * delivery worker's job; what became of them comes back through flow/results.c.
 *
 * A page goes through a person's contact methods by their times until the escalation is acknowledged. The policy's
 * limit on notifications holds back what asks for nothing (windows.c counts, digests.c tells); pages are merged in a
 * storm, never held back: a page is how somebody learns that they are accountable. */
#include <engine/duty.h>

#include <string.h>

#define SUBJECT_BYTES_MAX 120

/* --- one message ------------------------------------------------------------------------------ */

/* A mail's subject and the like: what is asked, or else the text, to the end of its first line. */
static EscText subject_of(EscEngine *engine, EscText text)
{
    size_t size = 0;
    while (size < text.size && text.data[size] != '\n')
        size++;
    text.size = size;
    return esc_turn_cut(engine, text, SUBJECT_BYTES_MAX);
}

/* Those of an approval are the engine's own. */
static const EscMessageAnswer *answers_said(EscEngine *engine, const EscNotice *notice,
                                            EscLanguage language)
{
    EscMessageAnswer *answers = esc_turn_alloc(engine, notice->answers_count * sizeof *answers);
    for (uint32_t i = 0; i < notice->answers_count; i++) {
        answers[i].name = notice->answers[i].name;
        answers[i].title = esc_said(engine, notice->answers[i].title, language);
    }
    return answers;
}

/* For people, and as data. */
static void severity_tell(EscEngine *engine, const EscTicket *ticket, EscMessage *message)
{
    uint32_t slot = engine->schema.severity_slot;
    if (slot == ESC_NONE)
        return;
    const EscProgram *program = engine->schema.current->program;
    EscValue value = ticket->values[slot].value;
    EscBuf buf = esc_turn_buf();
    esc_value_write_json(&buf, program, value);
    message->severity_json = esc_turn_take(engine, &buf);
    if (value.is_missing)
        return;
    if (esc_type_kind(value.type) == ESC_KIND_TEXT)
        message->severity = value.text;
    else if (esc_type_kind(value.type) == ESC_KIND_ENUM)
        message->severity = esc_member_name(program, value.type, value.member);
}

static EscMessage message_of(EscEngine *engine, EscEscalation *escalation, EscText person,
                             const EscNotice *notice, EscLanguage language)
{
    EscWords words = esc_notice_words(engine, notice, language);
    EscMessage message = {.text = words.text,
                          .own = words.own,
                          .own_count = words.own_count,
                          .subject = subject_of(engine, esc_text_or(notice->question, words.text)),
                          .workspace = esc_workspace_text(engine),
                          .language = language == ESC_LANGUAGE_ENGLISH
                                          ? (EscText){0}
                                          : esc_text_from(esc_language_words[language]),
                          .login = notice->link,
                          .question = notice->question,
                          .page = notice->is_page,
                          .has_answers = notice->has_answers,
                          .answers = answers_said(engine, notice, language),
                          .answers_count = notice->answers_count};
    const EscTicket *ticket = escalation != NULL ? escalation->ticket : notice->ticket;
    if (ticket == NULL)
        return message;
    message.subject = esc_turn_printf(engine, "[%.*s] %.*s", ESC_TEXT_ARG(ticket->id),
                                      ESC_TEXT_ARG(message.subject));
    message.ticket = ticket->id;
    severity_tell(engine, ticket, &message);
    if (escalation == NULL)
        return message;
    message.escalation = esc_escalation_name(engine, escalation);
    message.template_name = escalation->template_name;
    esc_message_guide(engine, escalation, person, notice, language, &message);
    return message;
}

static void message_record(EscEngine *engine, EscEscalation *escalation, const EscOutboxRow *row,
                           uint64_t id, const EscNotice *notice)
{
    EscText label = esc_outbox_label(engine, row),
            said = esc_notice_words(engine, notice, ESC_LANGUAGE_ENGLISH).text;
    EscText data =
        esc_audit_data(engine, "outbox", esc_turn_printf(engine, "%llu", (unsigned long long)id),
                       "target", label, "medium", row->medium, "text", said, "page",
                       notice->is_page ? ESC_TEXT("yes") : (EscText){0}, NULL);
    EscText text =
        esc_turn_printf(engine, "%s %.*s by %.*s: \"%.*s\"", notice->is_page ? "paged" : "notified",
                        ESC_TEXT_ARG(label), ESC_TEXT_ARG(row->medium), ESC_TEXT_ARG(said));
    esc_notice_record(engine, escalation, notice, ESC_AUDIT_NOTIFIED, data, text);
}

static uint64_t message_send(EscEngine *engine, EscEscalation *escalation, EscText target,
                             EscText medium, EscText address, const EscNotice *notice)
{
    bool is_to_person = address.size > 0 && !esc_text_equal(medium, ESC_TEXT(ESC_MEDIUM_MAIL));
    EscText person = is_to_person ? target : (EscText){0};
    EscMessage message = message_of(engine, escalation, person, notice, esc_reads(engine, target));
    if (esc_text_equal(medium, esc_contact_word(ESC_CONTACT_PUSH)))
        message.browsers = esc_browsers_json(engine, person); /* as they are now */
    EscOutboxRow row = {
        .kind = ESC_OUTBOX_MESSAGE,
        .target = target,
        .medium = medium,
        .address = address,
        .message = &message,
        .ticket = message.ticket,
    };
    uint64_t id = esc_outbox_put(engine, escalation, &row);
    if (escalation != NULL) {
        escalation->messages++;
        esc_last_message_put(engine, escalation, id, &row);
    }
    message_record(engine, escalation, &row, id, notice);
    return id;
}

/* An automation has no owner to tell: its record is an alarm. */
static void unreachable_tell(EscEngine *engine, EscEscalation *escalation, const EscNotice *notice,
                             EscText target, const char *because)
{
    EscText data = esc_audit_data(engine, "target", target, NULL);
    EscText text = esc_turn_printf(engine, "a message to %.*s went nowhere: %s",
                                   ESC_TEXT_ARG(esc_text_or(target, ESC_TEXT("nobody"))), because);
    if (escalation == NULL && notice->ticket != NULL)
        esc_audit_ticket(
            engine, notice->ticket, ESC_AUDIT_ALARM,
            esc_audit_data(engine, "name", engine->turn.automation, "because", text, NULL), "%.*s",
            ESC_TEXT_ARG(text));
    if (escalation == NULL)
        return;
    escalation->messages++; /* a message that cannot go anywhere is a dead one */
    escalation->dead++;
    esc_audit_escalation(engine, escalation, ESC_AUDIT_UNREACHABLE, data, "%.*s",
                         ESC_TEXT_ARG(text));
}

/* --- people ----------------------------------------------------------------------------------- */

/* The person's row in the current directory; NULL for who has left it: nothing goes to them any more. */
static const EscPersonRow *person_find(const EscEngine *engine, EscText name,
                                       const EscProgram **program)
{
    uint32_t person = 0;
    *program = engine->schema.current->program;
    return esc_directory_person(*program, name, &person) ? &(*program)->persons[person] : NULL;
}

static void limited_tell(EscEngine *engine, EscEscalation *escalation, EscText person,
                         const EscNotice *message, const EscLimitRow *limit, int64_t until_ms)
{
    EscText data =
        esc_audit_data(engine, "limit", ESC_TEXT("notifications"), "person", person, "text",
                       esc_notice_words(engine, message, ESC_LANGUAGE_ENGLISH).text, NULL);
    EscText text = esc_turn_printf(
        engine, "a message to %.*s waits for the digest at %.*s: more than %u within %.*s",
        ESC_TEXT_ARG(person), ESC_TEXT_ARG(esc_local_time(engine, until_ms)), limit->count,
        ESC_TEXT_ARG(esc_duration_text(engine, limit->window_ms)));
    esc_notice_record(engine, escalation, message, ESC_AUDIT_LIMITED, data, text);
}

/* False when the message is held back for the digest. */
static bool limit_allows(EscEngine *engine, EscEscalation *escalation, EscText person,
                         const EscNotice *message)
{
    const EscProgram *program = engine->schema.current->program;
    uint32_t counted = 0; /* once, however many limits there are */
    for (uint32_t i = 0; i < program->limits_count && !message->is_digest; i++) {
        const EscLimitRow *limit = &program->limits[i];
        if (limit->kind != ESC_LIMIT_NOTIFICATIONS_PER_PERSON)
            continue;
        EscWindow *window = esc_window_begun(engine, person, limit->window_ms);
        engine->absences.is_dirty = true;
        if (window->count - counted < limit->count || message->is_page) {
            window->count += 1 - counted;
            counted = 1;
            continue;
        }
        if (limit->action == ESC_LIMIT_ACTION_RAISE && limit->exception > 0 && escalation != NULL) {
            EscText name = program->texts[program->exceptions[limit->exception - 1].name];
            if (!esc_exception_is_open(engine, escalation, name))
                esc_exception_ask_named(engine, escalation, name, ESC_SAYING(TOO_MANY));
            continue; /* the message goes out; the exception says that there are too many */
        }
        if (message->is_due || message->question.size > 0)
            continue; /* what asks for an act loses it when it comes later */
        esc_digest_add(engine, window, escalation, message);
        limited_tell(engine, escalation, person, message, limit, window->ends_at_ms);
        return false;
    }
    return true;
}

static uint64_t contact_send(EscEngine *engine, EscEscalation *escalation,
                             const EscProgram *program, EscText person,
                             const EscContactRow *contact, const EscNotice *message)
{
    return message_send(engine, escalation, person, esc_contact_word(contact->kind),
                        program->texts[contact->address], message);
}

/* No name of the directory has an @ in it. */
static bool is_address(EscText text)
{
    return text.size > 0 && memchr(text.data, '@', text.size) != NULL;
}

/* `target`: what it is told of, such as ticket.requester. One address and nothing else: what stands in a field came from
 * outside. Neither quiet hours nor pages are for who is not of the workspace. */
static void message_address(EscEngine *engine, EscEscalation *escalation, EscText target,
                            EscText address, const EscNotice *message)
{
    if (!esc_mail_address_is_plain(address)) {
        unreachable_tell(engine, escalation, message, target,
                         "what stands there is no mail address");
        return;
    }
    if (limit_allows(engine, escalation, address, message))
        (void)message_send(engine, escalation, target, esc_contact_word(ESC_CONTACT_EMAIL), address,
                           message);
}

void esc_message_person(EscEngine *engine, EscEscalation *escalation, EscText person,
                        const EscNotice *message)
{
    if (is_address(person)) { /* the digest of one */
        message_address(engine, escalation, person, person, message);
        return;
    }
    const EscProgram *program = NULL;
    const EscPersonRow *row = person_find(engine, person, &program);
    if (row == NULL || row->contacts_count == 0) {
        unreachable_tell(engine, escalation, message, person,
                         "the directory has no way of reaching them");
        return;
    }
    if (esc_quiet_takes(engine, escalation, person, false, message) ||
        !limit_allows(engine, escalation, person, message))
        return;
    const EscContactRow *contact = &program->contacts[row->contacts_first];
    for (uint32_t i = 0; i < row->contacts_count && message->via > 0; i++) {
        if (program->contacts[row->contacts_first + i].kind == message->via - 1) {
            contact = &program->contacts[row->contacts_first + i];
            break;
        }
    }
    (void)contact_send(engine, escalation, program, person, contact, message);
}

uint64_t esc_message_contact(EscEngine *engine, EscText person, uint32_t kind,
                             const EscNotice *message)
{
    const EscProgram *program = NULL;
    const EscPersonRow *row = person_find(engine, person, &program);
    for (uint32_t i = 0; row != NULL && i < row->contacts_count; i++) {
        const EscContactRow *contact = &program->contacts[row->contacts_first + i];
        if (contact->kind == kind)
            return contact_send(engine, NULL, program, person, contact, message);
    }
    return 0;
}

/* One row for each of those who get the channel's mails; the last one, 0 when nobody is known to. */
static uint64_t message_receivers(EscEngine *engine, EscEscalation *escalation, EscText channel,
                                  const EscNotice *message)
{
    uint64_t last = 0;
    for (size_t i = 0; i < engine->receivers_count; i++) {
        const EscReceiver *receiver = &engine->receivers[i];
        if (!esc_text_equal(receiver->channel, channel))
            continue;
        last = message_send(engine, escalation, channel, ESC_TEXT(ESC_MEDIUM_MAIL),
                            receiver->address, message);
    }
    return last;
}

static uint64_t channel_send(EscEngine *engine, EscEscalation *escalation,
                             const EscProgram *program, const EscChannelRow *row,
                             const EscNotice *message)
{
    EscText channel = program->texts[row->name];
    uint64_t last = message_receivers(engine, escalation, channel, message);
    return last != 0
               ? last
               : message_send(engine, escalation, channel,
                              esc_text_from(esc_channel_words[row->kind]), (EscText){0}, message);
}

/* ESC_NONE when there is none of this name. */
static uint32_t channel_find(const EscProgram *program, EscText name)
{
    for (uint32_t i = 0; i < program->channels_count; i++)
        if (esc_text_equal(program->texts[program->channels[i].name], name))
            return i;
    return ESC_NONE;
}

uint64_t esc_message_digest(EscEngine *engine, EscText target, bool is_channel,
                            const EscNotice *message)
{
    const EscProgram *program = NULL;
    const EscPersonRow *person = person_find(engine, target, &program);
    if (!is_channel)
        return person == NULL || person->contacts_count == 0
                   ? 0
                   : contact_send(engine, NULL, program, target,
                                  &program->contacts[person->contacts_first], message);
    uint32_t channel = channel_find(program, target);
    return channel == ESC_NONE
               ? 0
               : channel_send(engine, NULL, program, &program->channels[channel], message);
}

/* Whom a message is for, by a reference in the numbering of a bundle. */
typedef struct Receiver {
    EscEngine *engine;
    EscEscalation *escalation; /* NULL: an automation's */
    EscTicket *ticket;
    const EscEngineBundle *bundle;
    EscRef ref;
} Receiver;

static Receiver receiver_of(EscEngine *engine, EscEscalation *escalation, EscRef ref)
{
    const EscEngineBundle *bundle =
        escalation->bundle != NULL ? escalation->bundle : engine->schema.current;
    return (Receiver){engine, escalation, escalation->ticket, bundle, ref};
}

static void message_channel(const Receiver *to, const EscNotice *message)
{
    EscEngine *engine = to->engine;
    const EscEngineBundle *in = to->bundle;
    EscRef ref = esc_ref_translate(engine, to->bundle, to->ref, &in);
    const EscChannelRow *row = &in->program->channels[esc_ref_index(ref)];
    EscText channel = in->program->texts[row->name];
    if (!esc_quiet_takes(engine, to->escalation, channel, true, message))
        (void)channel_send(engine, to->escalation, in->program, row, message);
}

static void people_of(const Receiver *to, const EscNotice *message, EscPeople *people)
{
    EscEngine *engine = to->engine;
    EscEscalation *escalation = to->escalation;
    esc_people_find(engine, escalation, to->ticket, to->bundle, to->ref, people);
    if (escalation != NULL)
        esc_skipped_tell(engine, escalation, people, ESC_TEXT("gets no message"));
    if (people->count == 0)
        unreachable_tell(engine, escalation, message, people->via, "nobody is there now");
}

/* What a field or a parameter holds, and how the trail calls it. */
static EscText written_receiver(const Receiver *to, EscText *called)
{
    EscEngine *engine = to->engine;
    uint32_t index = esc_ref_index(to->ref);
    if (esc_ref_kind(to->ref) == ESC_REF_PARAM) {
        EscValue value = esc_given_value(to->escalation, index);
        *called = esc_directory_ref_name(to->bundle->program, to->ref);
        return value.is_missing ? (EscText){0} : value.text;
    }
    uint32_t slot = to->bundle->slots[index];
    *called = esc_turn_printf(engine, "ticket.%.*s", ESC_TEXT_ARG(esc_slot_name(engine, slot)));
    return esc_ticket_text(engine, to->ticket, slot);
}

/* It holds the name of somebody of the directory, or a mail address: false when it is no address, or is not meant
 * as one. */
static bool message_written(const Receiver *to, const EscNotice *message)
{
    EscText called;
    EscText text = written_receiver(to, &called);
    bool is_mail = message->via == 0 || message->via == ESC_CONTACT_EMAIL + 1;
    if (!is_mail || !is_address(text))
        return false;
    message_address(to->engine, to->escalation, called, text, message);
    return true;
}

/* The channel whose name a parameter holds, as the present bundle has it; ESC_NONE: it is somebody's or nobody's. What a field of
 * the ticket holds was written outside, so it never leads into a channel. */
static uint32_t given_channel(const Receiver *to)
{
    EscText called;
    return esc_ref_kind(to->ref) == ESC_REF_PARAM
               ? channel_find(to->engine->schema.current->program, written_receiver(to, &called))
               : ESC_NONE;
}

static void message_to(const Receiver *to, const EscNotice *message)
{
    uint32_t channel = given_channel(to);
    Receiver given = *to;
    if (channel != ESC_NONE) {
        given.bundle = to->engine->schema.current;
        given.ref = ESC_REF(ESC_REF_CHANNEL, channel);
    }
    if (esc_ref_kind(given.ref) == ESC_REF_CHANNEL) {
        message_channel(&given, message);
        return;
    }
    EscRefKind kind = esc_ref_kind(to->ref);
    if ((kind == ESC_REF_FIELD || kind == ESC_REF_PARAM) && message_written(to, message))
        return;
    EscPeople people;
    people_of(to, message, &people);
    for (uint32_t i = 0; i < people.count; i++)
        esc_message_person(to->engine, to->escalation, people.names[i], message);
}

void esc_message_ref(EscEngine *engine, EscEscalation *escalation, EscRef ref,
                     const EscNotice *message)
{
    Receiver to = receiver_of(engine, escalation, ref);
    message_to(&to, message);
}

void esc_message_ticket(EscEngine *engine, EscTicket *ticket, EscRef ref, const EscNotice *message)
{
    Receiver to = {engine, NULL, ticket, engine->schema.current, ref};
    EscNotice notice = *message;
    notice.ticket = ticket;
    message_to(&to, &notice);
}

/* --- pages ------------------------------------------------------------------------------------ */

static void page_remove(EscEngine *engine, EscEscalation *escalation, size_t at)
{
    esc_timer_cancel(engine, escalation, NULL, ESC_TIMER_CONTACT, escalation->pages[at].number);
    esc_text_drop(&escalation->pages[at].text);
    memmove(escalation->pages + at, escalation->pages + at + 1,
            (escalation->pages_count - at - 1) * sizeof *escalation->pages);
    escalation->pages_count--;
}

/* Sends to every contact method whose time has come and sets the timer of the next; false when there is none left. */
static bool page_go(EscEngine *engine, EscEscalation *escalation, EscPage *page)
{
    const EscProgram *program = NULL;
    const EscPersonRow *row = person_find(engine, page->person, &program);
    if (row == NULL || row->contacts_count == 0) {
        unreachable_tell(engine, escalation, NULL, page->person,
                         "the directory has no way of reaching them");
        return false;
    }
    EscNotice message = {.marked = page->text, .is_page = true};
    for (; page->contact < row->contacts_count; page->contact++) {
        const EscContactRow *contact = &program->contacts[row->contacts_first + page->contact];
        int64_t due_ms = page->began_ms + contact->after_ms;
        if (due_ms > engine->now_ms) {
            esc_timer_put(engine, escalation, NULL, ESC_TIMER_CONTACT, page->number, due_ms);
            return true;
        }
        uint64_t outbox = 0;
        if (!esc_storm_takes(engine, escalation, page->person, contact->kind)) {
            (void)limit_allows(engine, escalation, page->person, &message);
            outbox = contact_send(engine, escalation, program, page->person, contact, &message);
        }
        if (outbox != 0 || esc_storm_names(engine, page->person, escalation->id))
            esc_paged_add(engine, escalation, page->person, contact->kind, outbox);
        else
            escalation->is_turn_reached = true; /* counted among others, and perhaps seen there */
    }
    return false;
}

static void page_begin(EscEngine *engine, EscEscalation *escalation, EscText person, EscText marked)
{
    ESC_ENGINE_GROW(escalation->pages, escalation->pages_count, escalation->pages_capacity);
    size_t at = escalation->pages_count++;
    escalation->pages[at] = (EscPage){
        .person = esc_engine_intern(engine, person),
        .number = escalation->page_next++,
        .began_ms = engine->now_ms,
        .text = esc_text_own(marked),
    };
    if (!page_go(engine, escalation, &escalation->pages[at]))
        page_remove(engine, escalation, at);
}

void esc_page_person(EscEngine *engine, EscEscalation *escalation, EscText person, EscText marked)
{
    page_begin(engine, escalation, person, marked);
}

void esc_page_ref(EscEngine *engine, EscEscalation *escalation, EscRef ref, EscText marked)
{
    Receiver to = receiver_of(engine, escalation, ref);
    EscPeople people;
    people_of(&to, NULL, &people);
    for (uint32_t i = 0; i < people.count; i++)
        page_begin(engine, escalation, people.names[i], marked);
}

void esc_page_fire(EscEngine *engine, EscEscalation *escalation, uint32_t number)
{
    for (size_t i = 0; i < escalation->pages_count; i++) {
        if (escalation->pages[i].number != number)
            continue;
        if (!page_go(engine, escalation, &escalation->pages[i]))
            page_remove(engine, escalation, i);
        return;
    }
}

/* The time that the next method was to wait is what its failing takes away: who cannot be called is not waited for. */
bool esc_page_died(EscEngine *engine, EscEscalation *escalation, EscText person, uint32_t contact)
{
    for (size_t i = 0; i < escalation->pages_count; i++) {
        EscPage *page = &escalation->pages[i];
        const EscProgram *program = NULL;
        const EscPersonRow *row = person_find(engine, page->person, &program);
        if (!esc_text_equal(page->person, person) || row == NULL || page->contact == 0 ||
            page->contact >= row->contacts_count)
            continue;
        const EscContactRow *contacts = &program->contacts[row->contacts_first];
        if (contacts[page->contact - 1].kind + 1 != contact)
            continue; /* an earlier method, which the present one has followed already */
        page->began_ms = engine->now_ms - contacts[page->contact].after_ms;
        if (!page_go(engine, escalation, page))
            page_remove(engine, escalation, i);
        return true;
    }
    return false;
}

void esc_pages_stop(EscEngine *engine, EscEscalation *escalation, EscText person)
{
    esc_paged_stop(engine, escalation, person);
    for (size_t i = escalation->pages_count; i > 0; i--) {
        EscText paged = escalation->pages[i - 1].person;
        if (person.size > 0 && !esc_text_equal(paged, person))
            continue;
        esc_audit_escalation(engine, escalation, ESC_AUDIT_PAGE_STOPPED,
                             esc_audit_data(engine, "person", paged, NULL),
                             "the page to %.*s ended before its last contact method",
                             ESC_TEXT_ARG(paged));
        page_remove(engine, escalation, i - 1);
    }
}

/* --- the clock is corrected ------------------------------------------------------------------- */

void esc_pages_move(EscEscalation *escalation, int64_t by_ms)
{
    for (size_t i = 0; i < escalation->pages_count; i++)
        escalation->pages[i].began_ms += by_ms;
}
