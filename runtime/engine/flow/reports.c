/* reports.c - an event reports what its source knows of a ticket, and the ticket takes it: fields, status, when it was made.
 *
 * What the same source has said since stays: an event that is older changes only fields of which it is the last word. */
#include <engine/flow.h>

EscText esc_event_type_name(const EscEngine *engine, const EscEvent *event)
{
    const EscProgram *program = engine->schema.current->program;
    return program->texts[program->events[event->type].name];
}

/* --- which ticket ----------------------------------------------------------------------------- */

/* An event without a subject has a ticket of its own. Two long ids must not meet where they are cut. */
static EscText ticket_id_made(EscEngine *engine, const EscEvent *event)
{
    EscText type = esc_event_type_name(engine, event);
    EscText id = esc_turn_printf(engine, "%.*s:%.*s:%.*s", ESC_TEXT_ARG(type),
                                 ESC_TEXT_ARG(event->source), ESC_TEXT_ARG(event->id));
    if (id.size <= ESC_ID_BYTES_MAX)
        return id;
    EscText hash = esc_turn_printf(engine, "#%016llx", (unsigned long long)esc_origin_hash(id));
    return esc_turn_printf(engine, "%.*s%.*s",
                           ESC_TEXT_ARG(esc_utf8_cut(id, ESC_ID_BYTES_MAX - hash.size)),
                           ESC_TEXT_ARG(hash));
}

#define TITLE_FIELDS_MAX 3
#define TITLE_VALUE_BYTES_MAX 60

/* A name of the author's as words: "lead source", and at the front of a title "Content violation". */
static EscText words_of(EscEngine *engine, EscText name, bool is_front)
{
    char *words = esc_turn_alloc(engine, name.size + 1);
    for (size_t i = 0; i < name.size; i++)
        words[i] = name.data[i] == '.' || name.data[i] == '_' ? ' ' : name.data[i];
    if (is_front && words[0] >= 'a' && words[0] <= 'z')
        words[0] = (char)(words[0] - 'a' + 'A');
    return (EscText){words, name.size};
}

/* ": slug q3-report, rule quotes": what the first fields say that the event brought; its id where there is nothing. */
static EscText telling_fields(EscEngine *engine, const EscEvent *event)
{
    const EscProgram *program = engine->schema.current->program;
    const EscEventRow *row = &program->events[event->type];
    EscBuf buf = esc_turn_buf();
    uint32_t told = 0;
    for (uint32_t i = 0; i < event->fields_count && told < TITLE_FIELDS_MAX; i++) {
        const EscFieldRow *field =
            &program->fields[program->event_fields[row->fields_first + i].field];
        if (event->fields[i].is_missing || (event->is_given != NULL && !event->is_given[i]))
            continue; /* a value that nobody gave is no news */
        EscBuf value = esc_turn_buf();
        esc_value_write_text(&value, program, event->fields[i]);
        EscText text = esc_turn_cut(engine, esc_turn_take(engine, &value), TITLE_VALUE_BYTES_MAX);
        if (text.size == 0)
            continue;
        esc_buf_string(&buf, told++ == 0 ? ": " : ", "); /* for every event: no printf */
        esc_buf_text(&buf, words_of(engine, program->texts[field->name], false));
        esc_buf_char(&buf, ' ');
        esc_buf_text(&buf, text);
    }
    if (told == 0)
        esc_buf_printf(&buf, " %.*s", ESC_TEXT_ARG(event->id));
    return esc_turn_take(engine, &buf);
}

/* A ticket that no ticket event brought gets a title from the event. */
static void title_default(EscEngine *engine, EscTicket *ticket, const EscEvent *event)
{
    if (engine->schema.title_slot == ESC_NONE ||
        esc_ticket_text(engine, ticket, engine->schema.title_slot).size > 0 ||
        event->type <= ESC_EVENT_TICKET_REOPENED)
        return;
    const EscProgram *program = engine->schema.current->program;
    EscText title = program->texts[program->events[event->type].title];
    if (title.size == 0)
        title = words_of(engine, esc_event_type_name(engine, event), true);
    esc_ticket_set_text(engine, ticket, engine->schema.title_slot,
                        esc_turn_printf(engine, "%.*s%.*s", ESC_TEXT_ARG(title),
                                        ESC_TEXT_ARG(telling_fields(engine, event))));
}

/* --- what it brings --------------------------------------------------------------------------- */

typedef struct Taking {
    EscEngine *engine;
    EscTicket *ticket;
    const EscEvent *event;
    uint64_t source;
    int64_t time_ms; /* 0: the event does not say, and is never stale */
    bool is_home;    /* fields that were set here go back to the event's source */
    uint32_t transfers[2], transfers_count; /* slots of who works on it, which were changed there */
    EscBuf changed, stale, late;
} Taking;

static void field_name_add(EscBuf *names, EscText name)
{
    if (names->size > 0)
        esc_buf_string(names, ", ");
    esc_buf_text(names, name);
}

/* True when the source has said something later of the field; else this is its last word now. */
static bool is_stale(Taking *taking, uint32_t slot)
{
    if (taking->time_ms == 0)
        return false;
    if (esc_origin_is_stale(taking->ticket, slot, taking->source, taking->time_ms)) {
        field_name_add(&taking->stale,
                       slot == ESC_NONE ? ESC_TEXT("status") : esc_slot_name(taking->engine, slot));
        return true;
    }
    esc_origin_put(taking->engine, taking->ticket, slot, taking->source, taking->time_ms);
    return false;
}

static bool is_status_event(const EscEvent *event)
{
    return event->type >= ESC_EVENT_TICKET_RESOLVED && event->type <= ESC_EVENT_TICKET_REOPENED;
}

/* What the ticket's home says of a field that may have been set here since. */
static EscHomeWord hear(Taking *taking, uint32_t slot, EscValue value)
{
    EscWrite *write = !taking->is_home || slot == ESC_NONE
                          ? NULL
                          : esc_write_find(taking->ticket, esc_slot_name(taking->engine, slot));
    if (write == NULL || write->is_overtaken)
        return ESC_HOME_SAYS_AS_ALWAYS;
    esc_ticket_dirty(taking->engine, taking->ticket);
    EscHomeWord heard = esc_write_hear(taking->engine, write, value, taking->time_ms);
    if (heard == ESC_HOME_SAYS_LATE)
        field_name_add(&taking->late, esc_slot_name(taking->engine, slot));
    return heard;
}

/* A home with fewer words than we have says back what it was told, and means the value that was set here. */
static EscValue meant(const Taking *taking, uint32_t slot, EscValue value)
{
    EscEngine *engine = taking->engine;
    const EscProgram *program = engine->schema.current->program;
    const EscWrite *write = !taking->is_home || slot == ESC_NONE
                                ? NULL
                                : esc_write_find(taking->ticket, esc_slot_name(engine, slot));
    EscValue ours = slot == ESC_NONE ? value : taking->ticket->values[slot].value;
    bool is_ours = write != NULL && !write->is_overtaken &&
                   esc_value_same(program, write->value.value, program, ours);
    return is_ours && esc_home_takes_for(engine, taking->ticket, slot, value) ? ours : value;
}

/* M11: who works on the ticket was changed outside of the layer. */
static bool is_transfer(const Taking *taking, uint32_t slot)
{
    const EscSchema *schema = &taking->engine->schema;
    return taking->is_home && !taking->engine->turn.before_is_new &&
           (slot == schema->assignee_slot || slot == schema->queue_slot);
}

static void patch_take(Taking *taking, uint32_t field, EscValue value)
{
    EscEngine *engine = taking->engine;
    const EscProgram *program = engine->schema.current->program;
    ESC_ASSERT(field < program->fields_count);
    ESC_ASSERT(program->fields[field].scope == ESC_SCOPE_TICKET);
    uint32_t slot = program->fields[field].slot;
    value.type = program->fields[field].type;
    if (is_stale(taking, slot))
        return;
    value = meant(taking, slot, value);
    EscHomeWord heard = hear(taking, slot, value);
    if (heard == ESC_HOME_SAYS_LATE)
        return;
    if (!is_status_event(taking->event) || slot != engine->schema.status_slot)
        esc_qa_reported(engine, taking->ticket, slot, value);
    bool is_changed = esc_ticket_set(engine, taking->ticket, slot, value);
    if (is_changed)
        field_name_add(&taking->changed, esc_slot_name(engine, slot));
    bool is_ruled = engine->schema.current->program->meta->transfer != ESC_TRANSFER_ASK;
    if (is_changed && is_transfer(taking, slot) && (heard != ESC_HOME_SAYS_OVERTAKES || is_ruled))
        taking->transfers[taking->transfers_count++] = slot;
    else if (heard == ESC_HOME_SAYS_OVERTAKES)
        esc_home_overtook(engine, taking->ticket, slot, value);
}

/* When the ticket is what it is now. */
static void transfers_follow(const Taking *taking)
{
    const EscTurn *turn = &taking->engine->turn;
    for (uint32_t i = 0; i < taking->transfers_count; i++)
        esc_home_transferred(taking->engine, taking->ticket, taking->transfers[i],
                             turn->before[taking->transfers[i]]);
}

static bool brings_status(const EscEngine *engine, const EscEvent *event)
{
    const EscProgram *program = engine->schema.current->program;
    for (uint32_t i = 0; i < event->patches_count; i++) {
        if (program->fields[event->patches[i].field].slot == engine->schema.status_slot)
            return true;
    }
    return false;
}

/* As the status field holds it; false: it holds fixed values, and this is none of them. */
static bool status_value(const EscEngine *engine, const char *status, EscValue *value)
{
    uint32_t slot = engine->schema.status_slot;
    if (slot == ESC_NONE)
        return false;
    *value = (EscValue){.type = esc_slot_type(engine, slot), .text = esc_text_from(status)};
    if (esc_type_kind(value->type) == ESC_KIND_TEXT)
        return true;
    *value = (EscValue){.type = value->type};
    return esc_type_kind(value->type) == ESC_KIND_ENUM &&
           esc_member_find(engine->schema.current->program, value->type, esc_text_from(status),
                           &value->member);
}

static void status_set(Taking *taking, const char *status, bool is_resolved)
{
    EscEngine *engine = taking->engine;
    uint32_t slot = engine->schema.status_slot;
    bool is_old = brings_status(engine, taking->event)
                      ? esc_origin_is_stale(taking->ticket, slot, taking->source, taking->time_ms)
                      : is_stale(taking, slot);
    EscValue value;
    bool has_value = !is_old && status_value(engine, status, &value);
    EscHomeWord heard = has_value ? hear(taking, slot, value) : ESC_HOME_SAYS_AS_ALWAYS;
    if (is_old || heard == ESC_HOME_SAYS_LATE)
        return;
    esc_ticket_set_resolved(engine, taking->ticket, status, is_resolved);
    if (heard == ESC_HOME_SAYS_OVERTAKES)
        esc_home_overtook(engine, taking->ticket, slot, value);
}

/* The status that the event's type names is the ticket's already: what was told has arrived. */
static void status_echo(Taking *taking)
{
    EscEngine *engine = taking->engine;
    EscValue value;
    const char *status = taking->event->type == ESC_EVENT_TICKET_RESOLVED ? "resolved"
                         : taking->event->type == ESC_EVENT_TICKET_CLOSED ? "closed"
                                                                          : NULL;
    if (status != NULL && !brings_status(engine, taking->event) &&
        esc_text_equal(esc_ticket_status(engine, taking->ticket), esc_text_from(status)) &&
        status_value(engine, status, &value))
        (void)hear(taking, engine->schema.status_slot, value);
}

/* A ticket that is made is open then, whether its source says so or not. */
static void opening_note(Taking *taking)
{
    uint32_t slot = taking->engine->schema.status_slot;
    if (taking->time_ms != 0 &&
        !esc_origin_is_stale(taking->ticket, slot, taking->source, taking->time_ms))
        esc_origin_put(taking->engine, taking->ticket, slot, taking->source, taking->time_ms);
}

/* What the event's type says of the status, where the status that it brings does not say it. An alarm that is made
 * again is open again. */
static void status_take(Taking *taking, bool is_new)
{
    EscEngine *engine = taking->engine;
    EscStanding standing = esc_ticket_standing(engine, taking->ticket);
    bool is_made_again = taking->event->type == ESC_EVENT_TICKET_CREATED && !is_new &&
                         !brings_status(engine, taking->event);
    bool is_reopened = taking->event->type == ESC_EVENT_TICKET_REOPENED || is_made_again;
    if (taking->event->type == ESC_EVENT_TICKET_CREATED && standing == ESC_STANDING_OPEN)
        opening_note(taking);
    status_echo(taking);
    if (taking->event->type == ESC_EVENT_TICKET_RESOLVED && standing == ESC_STANDING_OPEN)
        status_set(taking, "resolved", true);
    else if (taking->event->type == ESC_EVENT_TICKET_CLOSED && standing != ESC_STANDING_CLOSED)
        status_set(taking, "closed", true);
    else if (is_reopened && standing != ESC_STANDING_OPEN)
        status_set(taking, "open", false);
}

/* Service levels count from when the source says that the ticket was made, if that has been. */
static void creation_time(Taking *taking)
{
    EscEngine *engine = taking->engine;
    uint32_t slot = engine->schema.created_slot;
    if (slot == ESC_NONE || esc_type_kind(esc_slot_type(engine, slot)) != ESC_KIND_TIME)
        return;
    EscValue value = taking->ticket->values[slot].value;
    if (value.is_missing && taking->event->type == ESC_EVENT_TICKET_CREATED &&
        taking->time_ms > 0) {
        value = (EscValue){.type = esc_slot_type(engine, slot), .ms = taking->time_ms};
        esc_ticket_set(engine, taking->ticket, slot, value);
    }
    if (!value.is_missing && value.ms > 0 && value.ms <= engine->now_ms)
        taking->ticket->created_at_ms = value.ms;
}

/* --- the record ------------------------------------------------------------------------------- */

/* What nobody gave, and the schema says instead. */
static EscText assumed_names(const Taking *taking)
{
    EscBuf names = esc_turn_buf();
    for (uint32_t i = 0; i < taking->engine->schema.slots_count; i++) {
        uint32_t slot = taking->engine->schema.slots_by_name[i];
        if (esc_ticket_is_assumed(taking->ticket, slot))
            field_name_add(&names, esc_slot_name(taking->engine, slot));
    }
    return esc_turn_take(taking->engine, &names);
}

static void opening_record(Taking *taking, EscText fields)
{
    EscEngine *engine = taking->engine;
    EscText type = esc_event_type_name(engine, taking->event), assumed = assumed_names(taking);
    const EscOpening *opening = taking->event->opening;
    if (opening != NULL) {
        esc_audit_ticket(engine, taking->ticket, ESC_AUDIT_TICKET_OPENED,
                         esc_audit_data(engine, "event", type, "fields", fields, "assumed", assumed,
                                        "reason", opening->reason, NULL),
                         "%.*s opened %.*s%s%.*s%s%.*s", ESC_TEXT_ARG(opening->actor),
                         ESC_TEXT_ARG(taking->ticket->id), esc_words_with(opening->reason, ": "),
                         ESC_TEXT_ARG(opening->reason),
                         esc_words_with(assumed, "; assumed, as nobody gave them: "),
                         ESC_TEXT_ARG(assumed));
        return;
    }
    esc_audit_ticket(
        engine, taking->ticket, ESC_AUDIT_TICKET_OPENED,
        esc_audit_data(engine, "event", type, "fields", fields, "assumed", assumed, NULL),
        "%.*s was seen for the first time (%.*s)%s%.*s", ESC_TEXT_ARG(taking->ticket->id),
        ESC_TEXT_ARG(type), esc_words_with(assumed, "; assumed, as nobody gave them: "),
        ESC_TEXT_ARG(assumed));
}

static void change_record(Taking *taking, bool is_new, EscText names)
{
    EscEngine *engine = taking->engine;
    EscTicket *ticket = taking->ticket;
    EscText type = esc_event_type_name(engine, taking->event);
    if (is_new)
        opening_record(taking, names);
    else if (names.size > 0)
        esc_audit_ticket(engine, ticket, ESC_AUDIT_TICKET_UPDATED,
                         esc_audit_data(engine, "event", type, "fields", names, NULL),
                         "%.*s reported other values of %.*s", ESC_TEXT_ARG(type),
                         ESC_TEXT_ARG(names));
}

static void stale_record(Taking *taking, EscText names)
{
    EscText type = esc_event_type_name(taking->engine, taking->event);
    if (names.size > 0)
        esc_audit_ticket(taking->engine, taking->ticket, ESC_AUDIT_STALE,
                         esc_audit_data(taking->engine, "event", type, "fields", names, NULL),
                         "%.*s is older than what its source has said of %.*s since: left as it is",
                         ESC_TEXT_ARG(type), ESC_TEXT_ARG(names));
}

static void late_record(Taking *taking, EscText names)
{
    EscText type = esc_event_type_name(taking->engine, taking->event);
    if (names.size > 0)
        esc_audit_ticket(taking->engine, taking->ticket, ESC_AUDIT_STALE,
                         esc_audit_data(taking->engine, "event", type, "fields", names, NULL),
                         "%.*s says of %.*s what was so before it was set here: left as it is",
                         ESC_TEXT_ARG(type), ESC_TEXT_ARG(names));
}

void esc_notes_record(EscEngine *engine, EscTicket *ticket, const EscEvent *event)
{
    if (event->notes_count == 0)
        return;
    EscBuf buf = esc_turn_buf();
    for (uint32_t i = 0; i < event->notes_count; i++) {
        esc_buf_string(&buf, i > 0 ? "; " : "");
        esc_buf_text(&buf, event->notes[i]);
    }
    if (event->notes_left_out > 0)
        esc_buf_printf(&buf, "; and %u more", event->notes_left_out);
    EscText notes = esc_turn_take(engine, &buf), type = esc_event_type_name(engine, event);
    esc_audit_ticket(engine, ticket, ESC_AUDIT_NOT_TAKEN,
                     esc_audit_data(engine, "event", type, "notes", notes, NULL),
                     "%.*s was not taken as it came: %.*s", ESC_TEXT_ARG(type),
                     ESC_TEXT_ARG(notes));
}

void esc_standing_record(EscEngine *engine, EscTicket *ticket, EscStanding before)
{
    bool is_resolved = esc_ticket_is_resolved(engine, ticket),
         was_resolved = before != ESC_STANDING_OPEN;
    if (is_resolved && !was_resolved)
        esc_audit_ticket(engine, ticket, ESC_AUDIT_RESOLVED, (EscText){0}, "%.*s is %s",
                         ESC_TEXT_ARG(ticket->id),
                         esc_ticket_standing(engine, ticket) == ESC_STANDING_CLOSED ? "closed"
                                                                                    : "resolved");
    else if (was_resolved && !is_resolved)
        esc_audit_ticket(engine, ticket, ESC_AUDIT_REOPENED, (EscText){0}, "%.*s is open again",
                         ESC_TEXT_ARG(ticket->id));
}

/* --- the whole -------------------------------------------------------------------------------- */

static void all_take(Taking *taking, bool is_new)
{
    EscEngine *engine = taking->engine;
    engine->turn.is_taking = engine->turn.is_reporting = true;
    for (uint32_t i = 0; i < taking->event->patches_count; i++)
        patch_take(taking, taking->event->patches[i].field, taking->event->patches[i].value);
    status_take(taking, is_new);
    if (is_new) {
        title_default(engine, taking->ticket, taking->event);
        creation_time(taking);
        esc_ticket_dirty(engine, taking->ticket);
    }
    engine->turn.is_reporting = false;
    transfers_follow(taking);
    engine->turn.is_taking = false;
}

/* The first source that brings the ticket and gives fields back is its home. */
static void home_note(EscEngine *engine, EscTicket *ticket, const EscEvent *event)
{
    if (ticket->home.size > 0 || !esc_home_is(engine, event->source))
        return;
    ticket->home = esc_engine_intern(engine, event->source);
    esc_ticket_dirty(engine, ticket);
}

/* A ticket of that id, or the one that is made in its home just now, whose answer the event has overtaken. */
static EscTicket *ticket_of(EscEngine *engine, const EscEvent *event, EscText id)
{
    EscTicket *ticket = esc_ticket_find(engine, id);
    if (ticket != NULL || event->subject.size == 0)
        return ticket;
    ticket = esc_ticket_awaited(engine, event);
    if (ticket != NULL)
        esc_ticket_recognise(engine, ticket, id);
    return ticket;
}

EscStatus esc_report_take(EscEngine *engine, const EscEvent *event, EscReport *report, EscWhy *why)
{
    EscText id = event->subject.size > 0 ? event->subject : ticket_id_made(engine, event);
    if (id.size > ESC_ID_BYTES_MAX)
        return esc_why(why, ESC_BAD_INPUT, "", 0, "the subject has more than %d bytes",
                       ESC_ID_BYTES_MAX);
    EscTicket *ticket = ticket_of(engine, event, id);
    *report = (EscReport){.is_new = ticket == NULL};
    report->ticket = report->is_new ? esc_ticket_new(engine, id, engine->now_ms) : ticket;
    esc_ticket_remember(engine, report->ticket, report->is_new);
    Taking taking = {.engine = engine, .ticket = report->ticket, .event = event};
    if (event->time_ms > 0) { /* a time to come would keep away everything until then */
        taking.time_ms = event->time_ms < engine->now_ms ? event->time_ms : engine->now_ms;
        taking.source = esc_origin_source(engine, event->source);
    }
    home_note(engine, report->ticket, event);
    taking.is_home =
        report->ticket->home.size > 0 && esc_text_equal(report->ticket->home, event->source);
    taking.changed = esc_turn_buf();
    taking.late = esc_turn_buf();
    taking.stale = esc_turn_buf();
    all_take(&taking, report->is_new);
    change_record(&taking, report->is_new, esc_turn_take(engine, &taking.changed));
    esc_notes_record(engine, report->ticket, event);
    stale_record(&taking, esc_turn_take(engine, &taking.stale));
    late_record(&taking, esc_turn_take(engine, &taking.late));
    esc_standing_record(engine, report->ticket, engine->turn.before_standing);
    return ESC_OK;
}
