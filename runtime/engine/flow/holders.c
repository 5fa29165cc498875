/* holders.c - what `not open(…)` in a start asks for on a ticket, and which escalation holds it back. */
#include <engine/flow.h>

bool esc_trigger_asks_open(const EscProgram *program, uint32_t pred)
{
    const EscPredRow *row = &program->preds[pred];
    bool asks = row->kind == ESC_PRED_OPEN;
    for (uint32_t i = 0; i < row->children_count && !asks; i++)
        asks = esc_trigger_asks_open(program, row->children_first + i);
    return asks;
}

/* --- who waits for whom ----------------------------------------------------------------------- */

/* Of a tree: notes that the ticket waits for each that is open; the first of them. Trees are at most ESC_PRED_DEPTH_MAX
 * deep. */
static uint64_t holders_note(const EscWorld *world, uint32_t pred)
{
    EscEngine *engine = world->engine;
    const EscProgram *program = world->bundle->program;
    const EscPredRow *row = &program->preds[pred];
    uint64_t first = 0;
    EscKeptId id;
    if (row->kind == ESC_PRED_OPEN && !program->opens[row->detail].is_wanted &&
        esc_open_id(engine, esc_world_keys(world), row->detail, &id)) {
        first = esc_open_holder(engine, &id);
        if (first != 0)
            esc_chain_add(&engine->opens.held, &id, world->ticket->index);
    }
    for (uint32_t i = 0; i < row->children_count; i++) {
        uint64_t other = holders_note(world, row->children_first + i);
        first = first == 0 || (other != 0 && other < first) ? other : first;
    }
    return first;
}

uint64_t esc_holders_note(EscEngine *engine, EscTicket *ticket, uint32_t trigger)
{
    EscMatching matching = esc_matching_begin(engine, ticket, NULL);
    uint64_t first =
        holders_note(&matching.world, engine->schema.current->program->triggers[trigger].pred);
    esc_run_return(engine);
    return first;
}
