/* writes.c - what is told to the system that a ticket came from: for each field that goes back there the value that was set
 * here, how far it has come, and what the system said since. Telling it is run/homes.c's job.
 *
 * A write is due (set and not told), under way (`outbox`), accepted, and reported when an event of the source brings the value.
 * One is under way for each field at most; a value that is set meanwhile waits for its end, and takes the place of one that waits. */
#include <engine/model.h>

#include <string.h>

#define AFTER_WRITE_MS                                                                             \
    (10 * ESC_MINUTE_MS)       /* events as old as the value before may still come: clocks differ */
#define CONTEST_MS ESC_HOUR_MS /* in which values that go to and fro are counted */

/* The source of that name that gives fields back; NULL: there is none. */
static const EscSourceRow *home_find(const EscEngine *engine, EscText name)
{
    const EscProgram *program = engine->schema.current->program;
    for (uint32_t i = 0; i < program->sources_count; i++) {
        const EscSourceRow *row = &program->sources[i];
        if ((row->backs_count > 0 || row->errands_count > 0) &&
            esc_text_equal(program->texts[row->name], name))
            return row;
    }
    return NULL;
}

bool esc_home_is(const EscEngine *engine, EscText source)
{
    return home_find(engine, source) != NULL;
}

const EscSourceBackRow *esc_home_row(const EscEngine *engine, EscText home, uint32_t slot)
{
    const EscProgram *program = engine->schema.current->program;
    const EscSourceRow *source = home_find(engine, home);
    for (uint32_t i = 0; source != NULL && i < source->backs_count; i++) {
        const EscSourceBackRow *row = &program->source_backs[source->backs_first + i];
        if (program->fields[row->field].slot == slot)
            return row;
    }
    return NULL;
}

/* Whether the source brings the field, too: then it says what has arrived. */
static bool is_brought(const EscEngine *engine, EscText home, uint32_t field)
{
    const EscProgram *program = engine->schema.current->program;
    const EscSourceRow *source = home_find(engine, home);
    for (uint32_t i = 0; source != NULL && i < source->fields_count; i++)
        if (program->source_fields[source->fields_first + i].field == field)
            return true;
    return false;
}

EscWrite *esc_write_find(const EscTicket *ticket, EscText field)
{
    for (size_t i = 0; i < ticket->writes_count; i++)
        if (esc_text_equal(ticket->writes[i].field, field))
            return &ticket->writes[i];
    return NULL;
}

EscWrite *esc_write_of_outbox(const EscTicket *ticket, uint64_t outbox)
{
    for (size_t i = 0; i < ticket->writes_count; i++)
        if (ticket->writes[i].outbox == outbox)
            return &ticket->writes[i];
    return NULL;
}

EscWrite *esc_write_add(EscEngine *engine, EscTicket *ticket, EscText field)
{
    ESC_ENGINE_GROW(ticket->writes, ticket->writes_count, ticket->writes_capacity);
    EscWrite *write = &ticket->writes[ticket->writes_count++];
    *write = (EscWrite){.field = esc_engine_intern(engine, field)};
    return write;
}

void esc_writes_release(EscTicket *ticket)
{
    for (size_t i = 0; i < ticket->writes_count; i++) {
        esc_owned_release(&ticket->writes[i].value);
        esc_owned_release(&ticket->writes[i].sent);
        esc_owned_release(&ticket->writes[i].before);
    }
}

bool esc_writes_wait(const EscTicket *ticket)
{
    for (size_t i = 0; i < ticket->writes_count; i++)
        if (ticket->writes[i].outbox != 0)
            return true;
    return false;
}

void esc_writes_move(EscTicket *ticket, int64_t by_ms)
{
    for (size_t i = 0; i < ticket->writes_count; i++) {
        EscWrite *write = &ticket->writes[i];
        write->set_ms += by_ms;
        write->told_ms += write->told_ms == 0 ? 0 : by_ms;
        write->contest_ms += write->contest_ms == 0 ? 0 : by_ms;
    }
}

void esc_write_note(EscEngine *engine, EscTicket *ticket)
{
    EscTurn *turn = &engine->turn;
    if (ticket->is_telling)
        return;
    ticket->is_telling = true;
    ESC_ENGINE_GROW(turn->telling, turn->telling_count, turn->telling_capacity);
    turn->telling[turn->telling_count++] = ticket;
}

/* --- set here --------------------------------------------------------------------------------- */

/* What is set again after the home said otherwise, and said otherwise again, goes to and fro. */
static void contest_count(const EscEngine *engine, EscWrite *write)
{
    if (!write->is_overtaken)
        return;
    if (engine->now_ms - write->contest_ms >= CONTEST_MS) {
        write->contest_ms = engine->now_ms;
        write->contests = 0;
    }
    write->contests++;
}

void esc_write_set(EscEngine *engine, EscTicket *ticket, uint32_t slot, EscValue before)
{
    const EscTurn *turn = &engine->turn;
    bool is_ours = turn->outcome != NULL && !turn->is_reporting;
    if (!is_ours || ticket->home.size == 0 || esc_home_row(engine, ticket->home, slot) == NULL)
        return;
    EscText field = esc_slot_name(engine, slot);
    EscWrite *write = esc_write_find(ticket, field);
    if (write == NULL)
        write = esc_write_add(engine, ticket, field);
    contest_count(engine, write);
    if (!write->is_due && write->outbox == 0) {
        esc_owned_release(&write->before);
        write->before = esc_owned_copy(before);
    }
    esc_owned_release(&write->value);
    write->value = esc_owned_copy(ticket->values[slot].value);
    write->set_ms = engine->now_ms;
    write->escalation = 0;
    write->is_due = true;
    write->is_accepted = write->is_reported = write->is_failed = write->is_overtaken = false;
    esc_write_note(engine, ticket);
}

void esc_write_by(const EscTicket *ticket, EscText field, uint64_t escalation)
{
    EscWrite *write = esc_write_find(ticket, field);
    if (write != NULL && write->is_due)
        write->escalation = escalation;
}

bool esc_write_is_contested(const EscEngine *engine, const EscWrite *write)
{
    return write->contests > ESC_CONTESTS_MAX && engine->now_ms - write->contest_ms < CONTEST_MS;
}

/* --- heard from there ------------------------------------------------------------------------- */

static bool is_recent(const EscEngine *engine, const EscWrite *write)
{
    int64_t from_ms = write->told_ms > write->set_ms ? write->told_ms : write->set_ms;
    return write->is_due || write->outbox != 0 || engine->now_ms - from_ms < AFTER_WRITE_MS;
}

static bool is_same(const EscEngine *engine, const EscOwned *ours, EscValue value)
{
    const EscProgram *program = engine->schema.current->program;
    return esc_value_same(program, ours->value, program, value);
}

EscHomeWord esc_write_hear(const EscEngine *engine, EscWrite *write, EscValue value,
                           int64_t time_ms)
{
    if (is_same(engine, &write->value, value)) { /* our own echo, or they had the same thought */
        write->is_reported = true;
        write->is_due = false;
        return ESC_HOME_SAYS_AS_ALWAYS;
    }
    bool is_earlier_echo = esc_type_kind(write->sent.value.type) != ESC_KIND_UNSET &&
                           (write->is_due || !write->is_reported) &&
                           is_same(engine, &write->sent, value) && is_recent(engine, write);
    /* What it was before the write can arrive there is no word about it. */
    bool is_before =
        (write->is_due || write->outbox != 0) && is_same(engine, &write->before, value);
    bool is_older = time_ms != 0 && time_ms < write->set_ms && is_recent(engine, write);
    if (is_earlier_echo || is_before || is_older)
        return ESC_HOME_SAYS_LATE;
    write->is_overtaken = true;
    write->is_due = false;
    return ESC_HOME_SAYS_OVERTAKES;
}

/* --- as a check asks -------------------------------------------------------------------------- */

EscArrived esc_write_arrived(const EscEngine *engine, const EscTicket *ticket, EscText field)
{
    const EscWrite *write = esc_write_find(ticket, field);
    uint32_t slot = esc_slot_find(engine, field);
    const EscSourceBackRow *row =
        write == NULL || slot == ESC_NONE ? NULL : esc_home_row(engine, ticket->home, slot);
    if (row == NULL || write->is_overtaken) /* what it says itself was judged when it said it */
        return ESC_ARRIVED;
    if (write->is_reported ||
        (write->is_accepted && !write->is_due && !is_brought(engine, ticket->home, row->field)))
        return ESC_ARRIVED;
    return write->is_failed ? ESC_ARRIVED_NOT : ESC_ARRIVED_NOT_YET;
}
