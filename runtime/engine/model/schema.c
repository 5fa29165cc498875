/* schema.c - the bundles an engine serves: the current one, which types tickets and takes new events, and
 * older ones that open escalations are pinned to. Names, not numbers, hold between bundles. */
#include <engine/model.h>

#include <stdlib.h>
#include <string.h>

EscText esc_program_text(const EscProgram *program, uint32_t index)
{
    return program->texts[index];
}

EscText esc_workspace_text(const EscEngine *engine)
{
    const EscProgram *program = engine->schema.current->program;
    return program->texts[program->meta[0].name];
}

static EscEngineBundle *bundle_find(const EscEngine *engine, const uint8_t hash[32])
{
    for (size_t i = 0; i < engine->schema.bundles_count; i++) {
        if (memcmp(esc_bundle_hash(engine->schema.bundles[i]->bundle), hash, 32) == 0)
            return engine->schema.bundles[i];
    }
    return NULL;
}

const EscEngineBundle *esc_engine_bundle_find(const EscEngine *engine, const uint8_t hash[32])
{
    return bundle_find(engine, hash);
}

uint32_t esc_template_find(const EscProgram *program, EscText name)
{
    for (uint32_t i = 0; i < program->templates_count; i++) {
        if (esc_text_equal(program->texts[program->templates[i].name], name))
            return i;
    }
    return ESC_NONE;
}

/* Index of the row called `name`; rows of all these tables begin with their name. */
#define FIND_ROW(program, table, name)                                                             \
    for (uint32_t i_ = 0; i_ < (program)->table##_count; i_++) {                                   \
        if (esc_text_equal((program)->texts[(program)->table[i_].name], (name)))                   \
            return i_;                                                                             \
    }                                                                                              \
    return ESC_NONE

static uint32_t ref_find(const EscProgram *program, EscRefKind kind, EscText name)
{
    switch (kind) {
    case ESC_REF_PERSON:
        FIND_ROW(program, persons, name);
    case ESC_REF_TEAM:
    case ESC_REF_TURNS:
        FIND_ROW(program, teams, name);
    case ESC_REF_SCHEDULE:
        FIND_ROW(program, schedules, name);
    case ESC_REF_ROUTE:
        FIND_ROW(program, routes, name);
    case ESC_REF_CHANNEL:
        FIND_ROW(program, channels, name);
    case ESC_REF_FIELD:
        return esc_field_find(program, ESC_SCOPE_TICKET, name);
    default:
        return ESC_NONE;
    }
}

EscRef esc_ref_translate(const EscEngine *engine, const EscEngineBundle *bundle, EscRef ref,
                         const EscEngineBundle **in)
{
    *in = bundle;
    if (bundle == engine->schema.current)
        return ref;
    const EscProgram *program = bundle->program;
    EscRefKind kind = esc_ref_kind(ref);
    EscText name = kind == ESC_REF_FIELD ? program->texts[program->fields[esc_ref_index(ref)].name]
                                         : esc_directory_ref_name(program, ref);
    uint32_t index = ref_find(engine->schema.current->program, kind, name);
    if (index == ESC_NONE)
        return ref;
    *in = engine->schema.current;
    return ESC_REF(kind, index);
}

EscRef esc_ref_named(const EscProgram *program, EscText name)
{
    static const EscRefKind kinds[] = {ESC_REF_PERSON, ESC_REF_TEAM, ESC_REF_SCHEDULE,
                                       ESC_REF_ROUTE};
    for (size_t i = 0; i < ESC_COUNT_OF(kinds); i++) {
        uint32_t index = ref_find(program, kinds[i], name);
        if (index != ESC_NONE)
            return ESC_REF(kinds[i], index);
    }
    return 0;
}

/* --- the current bundle's ticket -------------------------------------------------------------- */

EscType esc_slot_type(const EscEngine *engine, uint32_t slot)
{
    return engine->schema.current->program->fields[engine->schema.slot_fields[slot]].type;
}

EscText esc_slot_name(const EscEngine *engine, uint32_t slot)
{
    const EscProgram *program = engine->schema.current->program;
    return esc_program_text(program, program->fields[engine->schema.slot_fields[slot]].name);
}

uint32_t esc_slot_find(const EscEngine *engine, EscText name)
{
    uint32_t field = esc_field_find(engine->schema.current->program, ESC_SCOPE_TICKET, name);
    return field == ESC_NONE ? ESC_NONE : engine->schema.current->slots[field];
}

static int slot_name_compare(const EscEngine *engine, uint32_t a, uint32_t b)
{
    return esc_text_compare(esc_slot_name(engine, a), esc_slot_name(engine, b));
}

/* Insertion sort: a ticket has a few dozen fields, and qsort takes no context. */
static void slots_sort(EscEngine *engine)
{
    for (uint32_t i = 1; i < engine->schema.slots_count; i++) {
        uint32_t slot = engine->schema.slots_by_name[i], j = i;
        for (; j > 0 && slot_name_compare(engine, slot, engine->schema.slots_by_name[j - 1]) < 0;
             j--)
            engine->schema.slots_by_name[j] = engine->schema.slots_by_name[j - 1];
        engine->schema.slots_by_name[j] = slot;
    }
}

static void slots_build(EscEngine *engine)
{
    const EscProgram *program = engine->schema.current->program;
    uint32_t count = 0;
    for (uint32_t i = 0; i < program->fields_count; i++)
        count += program->fields[i].scope == ESC_SCOPE_TICKET;
    engine->schema.slots_count = count;
    free(engine->schema.slot_fields);
    free(engine->schema.slots_by_name);
    free(engine->schema.numbers);
    free(engine->turn.before);
    engine->schema.slot_fields = esc_engine_alloc(count * sizeof *engine->schema.slot_fields);
    engine->schema.slots_by_name = esc_engine_alloc(count * sizeof *engine->schema.slots_by_name);
    engine->schema.numbers = esc_engine_alloc(count * sizeof *engine->schema.numbers);
    engine->turn.before = esc_engine_alloc(count * sizeof *engine->turn.before);
    engine->turn.before_ticket = NULL;
    for (uint32_t i = 0; i < program->fields_count; i++) {
        if (program->fields[i].scope == ESC_SCOPE_TICKET)
            engine->schema.slot_fields[program->fields[i].slot] = i;
    }
    for (uint32_t i = 0; i < count; i++)
        engine->schema.slots_by_name[i] = i;
    slots_sort(engine);
}

static void slots_map(EscEngine *engine, EscEngineBundle *bundle)
{
    const EscProgram *program = bundle->program, *current = engine->schema.current->program;
    free(bundle->slots);
    bundle->slots = esc_engine_alloc(program->fields_count * sizeof *bundle->slots);
    for (uint32_t i = 0; i < program->fields_count; i++) {
        bundle->slots[i] = ESC_NONE;
        if (program->fields[i].scope != ESC_SCOPE_TICKET)
            continue;
        uint32_t field =
            esc_field_find(current, ESC_SCOPE_TICKET, program->texts[program->fields[i].name]);
        if (field != ESC_NONE &&
            esc_type_kind(current->fields[field].type) == esc_type_kind(program->fields[i].type))
            bundle->slots[i] = current->fields[field].slot;
    }
}

/* A ticket's values in the fields of the new bundle. Fields that are gone are dropped: the audit trail has them. */
static void ticket_retype(EscEngine *engine, EscTicket *ticket, const EscProgram *from,
                          const uint32_t *from_slots, uint32_t from_count)
{
    const EscProgram *to = engine->schema.current->program;
    EscOwned *before = ticket->values;
    uint64_t *assumed_before = ticket->assumed;
    esc_text_drop(&ticket->body);
    esc_ticket_values_make(engine, ticket);
    for (uint32_t i = 0; i < engine->schema.slots_count; i++) {
        EscType type = esc_slot_type(engine, i);
        for (uint32_t j = 0; j < from_count; j++) {
            if (!esc_text_equal(from->texts[from->fields[from_slots[j]].name],
                                esc_slot_name(engine, i)))
                continue;
            ticket->values[i] = esc_owned_copy(esc_value_convert(from, to, before[j].value, type));
            esc_ticket_set_assumed(ticket, i, (assumed_before[j / 64] >> (j % 64) & 1) != 0);
        }
    }
    free(assumed_before);
    for (size_t i = ticket->origins_count; i > 0; i--) {
        EscOrigin *origin = &ticket->origins[i - 1];
        if (origin->slot == ESC_NONE)
            continue;
        origin->slot =
            esc_slot_find(engine, from->texts[from->fields[from_slots[origin->slot]].name]);
        if (origin->slot == ESC_NONE) /* the field is gone */
            *origin = ticket->origins[--ticket->origins_count];
    }
    for (uint32_t j = 0; j < from_count; j++)
        esc_owned_release(&before[j]);
    free(before);
}

/* Recorded changes keep the current bundle's types, as the ticket does; those of a field that is gone have none. */
static void changes_retype(EscEngine *engine, EscEscalation *escalation, const EscProgram *from)
{
    const EscProgram *to = engine->schema.current->program;
    esc_text_drop(&escalation->body);
    for (size_t i = 0; i < escalation->changes_count; i++) {
        EscChange *change = &escalation->changes[i];
        if (change->kind != ESC_CHANGE_FIELD)
            continue;
        uint32_t slot = esc_slot_find(engine, change->name);
        EscType type = slot == ESC_NONE ? ESC_TYPE(ESC_KIND_UNSET) : esc_slot_type(engine, slot);
        EscOwned before = change->before, after = change->after;
        change->before = esc_owned_copy(esc_value_convert(from, to, before.value, type));
        change->after = esc_owned_copy(esc_value_convert(from, to, after.value, type));
        esc_owned_release(&before);
        esc_owned_release(&after);
    }
}

static void current_set(EscEngine *engine, EscEngineBundle *bundle)
{
    for (size_t i = 0; i < engine->tickets.count; i++)
        (void)esc_ticket_at(engine, i); /* those that sleep have values of the types of now */
    const EscEngineBundle *before = engine->schema.current;
    uint32_t *before_slots = engine->schema.slot_fields;
    uint32_t before_count = engine->schema.slots_count;
    engine->schema.slot_fields = NULL;
    engine->schema.current = bundle;
    slots_build(engine);
    for (size_t i = 0; i < engine->schema.bundles_count; i++)
        slots_map(engine, engine->schema.bundles[i]);
    for (size_t i = 0; before != NULL && i < engine->tickets.count; i++) {
        if (engine->tickets.items[i] != NULL)
            ticket_retype(engine, engine->tickets.items[i], before->program, before_slots,
                          before_count);
    }
    EscEscalation *escalation = NULL;
    for (size_t at = 0; before != NULL && (escalation = esc_escalation_next(engine, &at)) != NULL;)
        changes_retype(engine, escalation, before->program);
    free(before_slots);
    engine->schema.status_slot = esc_slot_find(engine, ESC_TEXT("status"));
    engine->schema.title_slot = esc_slot_find(engine, ESC_TEXT("title"));
    engine->schema.assignee_slot = esc_slot_find(engine, ESC_TEXT("assignee"));
    engine->schema.queue_slot = esc_slot_find(engine, ESC_TEXT("queue"));
    engine->schema.created_slot = esc_slot_find(engine, ESC_TEXT("created_at"));
    engine->schema.severity_slot = esc_slot_find(engine, ESC_TEXT("severity"));
    engine->schema.account_slot = esc_slot_find(engine, ESC_TEXT("account"));
    engine->schema.account_name_slot = esc_slot_find(engine, ESC_TEXT("account.name"));
    esc_postings_build(engine);
    engine->kepts.is_bind_due = true;
    engine->reaches.is_due = true;
    engine->schema.is_review_due =
        true; /* tickets that are there, or that are restored now, may have other levels */
}

EscStatus esc_engine_add_bundle(EscEngine *engine, const EscBundle *bundle, bool is_current,
                                EscWhy *why)
{
    if (esc_bundle_program(bundle)->meta_count != 1)
        return esc_why(why, ESC_BAD_BUNDLE, "", 0,
                       "the bundle does not say which workspace it is for");
    EscEngineBundle *added = bundle_find(engine, esc_bundle_hash(bundle));
    if (added == NULL) {
        ESC_ENGINE_GROW(engine->schema.bundles, engine->schema.bundles_count,
                        engine->schema.bundles_capacity);
        added = esc_engine_alloc(sizeof *added);
        *added = (EscEngineBundle){.bundle = bundle, .program = esc_bundle_program(bundle)};
        engine->schema.bundles[engine->schema.bundles_count++] = added;
        if (engine->schema.current != NULL && !is_current)
            slots_map(engine, added);
    }
    /* Without a current one the first serves as that until the real one comes: tickets need types. */
    if (engine->schema.current != added && (is_current || engine->schema.current == NULL))
        current_set(engine, added);
    return ESC_OK;
}

const EscBundle *esc_engine_current(const EscEngine *engine)
{
    return engine->schema.current == NULL ? NULL : engine->schema.current->bundle;
}

const EscProgram *esc_engine_program(const EscEngine *engine)
{
    return engine->schema.current == NULL ? NULL : engine->schema.current->program;
}
