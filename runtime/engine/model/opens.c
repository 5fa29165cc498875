/* opens.c - which templates are open for which value of a field: what `open(TEMPLATE per FIELD)` asks. The value is the one
 * that a ticket had when the escalation started on it, or when the ticket joined it; one that is missing is none.
 *
 * Each is a row of what is kept: it outlives a restart, whether the escalation is awake or not. */
#include <engine/model.h>

#include <stdlib.h>
#include <string.h>

/* --- keys ------------------------------------------------------------------------------------- */

static EscKeptId value_id(const EscEngine *engine, EscText template_name, EscText field,
                          EscText value)
{
    EscBuf clause = esc_turn_buf();
    esc_buf_packed(&clause, template_name);
    esc_buf_packed(&clause, field);
    EscKeptId id = esc_kept_id(engine, 'o', esc_buf_as_text(&clause), value);
    esc_buf_release(&clause);
    return id;
}

static EscKeptId escalation_key(uint64_t escalation)
{
    EscKeptId key = {{0}};
    memcpy(key.bytes, &escalation, sizeof escalation);
    return key;
}

/* Empty: it is missing. As JSON, so that a number is not a text. */
static EscText value_text(EscEngine *engine, EscValue value)
{
    EscBuf text = esc_turn_buf();
    if (!value.is_missing)
        esc_value_write_json(&text, engine->schema.current->program, value);
    return esc_turn_take(engine, &text);
}

static EscText field_name(const EscProgram *program, const EscOpenRow *row)
{
    return program->texts[program->fields[row->field].name];
}

static EscText asked_name(const EscProgram *program, const EscOpenRow *row)
{
    return program->texts[program->templates[row->template].name];
}

bool esc_open_id(EscEngine *engine, EscKeySource source, uint32_t open, EscKeptId *id)
{
    const EscProgram *program = engine->schema.current->program;
    const EscOpenRow *row = &program->opens[open];
    EscText value = value_text(engine, source.value(source.world, row->field));
    *id = value_id(engine, asked_name(program, row), field_name(program, row), value);
    return value.size > 0;
}

uint64_t esc_open_holder(const EscEngine *engine, const EscKeptId *id)
{
    uint64_t holder = 0, escalation = 0;
    for (uint32_t at = 0; esc_chain_next(&engine->opens.by_value, id, &at, &escalation);)
        if (holder == 0 || escalation < holder)
            holder = escalation;
    return holder;
}

/* --- made and dropped ------------------------------------------------------------------------- */

static uint32_t open_put(EscEngine *engine, const EscOpen *open)
{
    EscOpenIndex *opens = &engine->opens;
    uint32_t place = opens->free_first;
    if (place != 0) {
        opens->free_first = opens->items[place - 1].next;
    } else {
        ESC_ENGINE_GROW(opens->items, opens->count, opens->capacity);
        place = (uint32_t)++opens->count;
    }
    EscKeptId key = escalation_key(open->escalation);
    opens->items[place - 1] = *open;
    esc_chain_add(&opens->by_escalation, &key, place);
    esc_chain_add(&opens->by_value, &open->value, open->escalation);
    return place - 1;
}

static bool is_noted(const EscEngine *engine, uint64_t escalation, const EscKeptId *row)
{
    EscKeptId key = escalation_key(escalation);
    uint64_t place = 0;
    for (uint32_t at = 0; esc_chain_next(&engine->opens.by_escalation, &key, &at, &place);)
        if (memcmp(engine->opens.items[place - 1].row.bytes, row->bytes, sizeof row->bytes) == 0)
            return true;
    return false;
}

static void field_note(EscEngine *engine, const EscEscalation *escalation, const EscTicket *ticket,
                       const EscOpenRow *row)
{
    const EscProgram *program = engine->schema.current->program;
    uint32_t slot = program->fields[row->field].slot;
    EscText value = value_text(engine, ticket->values[slot].value);
    if (value.size == 0)
        return;
    EscBuf name = esc_turn_buf();
    esc_buf_varint(&name, escalation->id);
    esc_buf_packed(&name, field_name(program, row));
    EscOpen open = {.escalation = escalation->id, .is_dirty = true};
    open.row = esc_kept_id(engine, 'e', esc_buf_as_text(&name), ticket->id);
    open.value = value_id(engine, escalation->template_name, field_name(program, row), value);
    esc_buf_release(&name);
    if (is_noted(engine, escalation->id, &open.row))
        return;
    uint32_t place = open_put(engine, &open);
    ESC_ENGINE_GROW(engine->opens.dirty, engine->opens.dirty_count, engine->opens.dirty_capacity);
    engine->opens.dirty[engine->opens.dirty_count++] = place;
}

void esc_opens_note(EscEngine *engine, const EscEscalation *escalation, const EscTicket *ticket)
{
    const EscProgram *program = engine->schema.current->program;
    if (program->opens_count == 0)
        return;
    for (uint32_t i = 0; i < program->opens_count; i++)
        if (esc_text_equal(asked_name(program, &program->opens[i]), escalation->template_name))
            field_note(engine, escalation, ticket, &program->opens[i]);
}

static void value_free(EscEngine *engine, const EscOpen *open)
{
    EscTurn *turn = &engine->turn;
    if (esc_open_holder(engine, &open->value) != 0)
        return;
    ESC_ENGINE_GROW(turn->freed, turn->freed_count, turn->freed_capacity);
    turn->freed[turn->freed_count++] = open->value;
}

void esc_opens_forget(EscEngine *engine, const EscEscalation *escalation)
{
    EscOpenIndex *opens = &engine->opens;
    EscKeptId key = escalation_key(escalation->id);
    uint64_t place = 0;
    for (uint32_t at = 0; esc_chain_next(&opens->by_escalation, &key, &at, &place); at = 0) {
        EscOpen *item = &opens->items[place - 1];
        EscOpen open = *item;
        esc_chain_remove(&opens->by_escalation, &key, place);
        esc_chain_remove(&opens->by_value, &open.value, open.escalation);
        *item = (EscOpen){.next = opens->free_first};
        opens->free_first = (uint32_t)place;
        esc_kept_gone(engine, open.row.bytes);
        value_free(engine, &open);
    }
}

void esc_open_restore(EscEngine *engine, const EscOpen *open)
{
    if (esc_escalation_sleeper(engine, open->escalation) == NULL &&
        esc_escalation_find(engine, open->escalation) == NULL)
        esc_kept_gone(engine, open->row.bytes);
    else
        (void)open_put(engine, open);
}

void esc_opens_release(EscEngine *engine)
{
    free(engine->opens.items);
    esc_chains_release(&engine->opens.by_value);
    esc_chains_release(&engine->opens.by_escalation);
    esc_chains_release(&engine->opens.held);
    free(engine->opens.unread);
    free(engine->opens.dirty);
}
