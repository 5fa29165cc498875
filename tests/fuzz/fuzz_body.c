/* fuzz_body.c - bodies of rows that nobody vouches for: refused or parked, or run on within bounds.
 *
 * An engine runs a story once and keeps its rows at each moment of it; as they are they all go on. The input's first byte chooses a moment, each four
 * bytes behind it are an edit of one of its bodies; then the whole input stands in for every body. Snapshots are sealed
 * again, so that what is wrong with them is not caught by their checksum alone. What is not refused gets some inputs, and
 * whatever the engine writes then it must be able to read. */
#include <string.h>

#include <esc/compiler.h>
#include <esc/engine.h>

enum { MOMENTS_MAX = 32, EDITS_MAX = 4, EDIT_BYTES = 4, BODY_BYTES_MAX = 1 << 20 };
enum { BODY_TICKET, BODY_ESCALATION, BODY_WORKSPACE, BODY_COUNT };
#define KEPT_BYTES_MAX ((size_t)64 << 20)
#define START_MS INT64_C(1767603600000) /* 2026-01-05T09:00:00Z */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char source[] =
    "workspace fuzz \"Fuzz\" { language 1 timezone \"UTC\" }\n"
    "person ana \"Ana\" { email \"a@x.example\" chat \"@ana\" reach by chat, then email after 3m "
    "}\n"
    "person ben \"Ben\" { email \"b@x.example\" }\n"
    "person dora \"Dora\" { email \"d@x.example\" }\n"
    "channel room chat\n"
    "extend ticket { labels: list of text  grace: duration?  due: time?  amount: number? }\n"
    "event deploy.done { build: number }\n"
    "policy p { last resort dora  limit 1 notifications per person per 1h else digest }\n"
    "sla s { resolve within 4h warn at 50% }\n"
    "system crm \"CRM\" {\n"
    "action lock(id: text) undo unlock(id: id) { POST \"/lock/{id}\" expect 200 }\n"
    "action unlock(id: text) undo lock(id: id) { POST \"/unlock/{id}\" expect 200 }\n"
    "}\n"
    "template t \"T\" { start on ticket.created\n"
    "owners { primary ana ack within 5m  secondary ben ack within 5m }\n"
    "steps {\n"
    "  page primary \"see\"  set ticket.severity to low  create ticket incident { title: \"I\" }\n"
    "  crm.lock(id: ticket.id)  notify ben \"one\"  notify ben \"two\"\n"
    "  handoff to secondary because \"x\" expect resolved within 2h\n"
    "  ask primary \"Which?\" within 1h { guidance \"g\" answer a \"A\" { } timeout { } }\n"
    "  await deploy.done when event.build > 5 within 1h else { }\n"
    "  await resolved within 4h at 50% { notify room \"half\" } else raise overdue\n"
    "}\n"
    "on exception overdue { wait 10m  rollback \"late\"  close as given_up }\n"
    "qa { check ticket.severity = low within 10m else { notify room \"late\" } }\n"
    "close when resolved }\n"
    "template u \"U\" { start on ticket.created when ticket.priority = high for 30m\n"
    "owners { primary ana ack within 5m }\n"
    "steps { await resolved within 4h else raise overdue }\nclose when resolved }\n";

/* The rows of one ticket, its escalation and the workspace, as a store would have them. */
typedef struct Moment {
    EscTicketRow ticket;
    EscEscalationRow escalation;
    EscBytes workspace;
    EscCounters counters;
} Moment;

typedef struct World {
    EscBundle *bundle;
    EscZones *zones;
    EscArena *kept;
    Moment moments[MOMENTS_MAX];
    size_t moments_count;
} World;

static World world; /* made once and kept for the life of the process */

/* --- the story -------------------------------------------------------------------------------- */

static void bundle_make(void)
{
    EscWorkspace *workspace = esc_workspace_new();
    EscBuf bytes;
    esc_buf_init(&bytes, ESC_BUNDLE_BYTES_MAX);
    ESC_ASSERT(workspace != NULL);
    ESC_ASSERT(esc_workspace_add(workspace, ESC_TEXT("fuzz.esc"), esc_text_from(source), false) ==
               ESC_OK);
    ESC_ASSERT(esc_workspace_check(workspace) == ESC_OK);
    ESC_ASSERT(esc_workspace_build(workspace, &bytes, NULL) == ESC_OK);
    ESC_ASSERT(esc_bundle_load(esc_buf_as_bytes(&bytes), &world.bundle, NULL) == ESC_OK);
    esc_buf_release(&bytes);
    esc_workspace_free(workspace);
}

static EscEngine *engine_make(uint64_t hash_seed)
{
    EscEngineConfig config = {.zones = world.zones, .hash_seed = hash_seed};
    EscEngine *engine = esc_engine_new(&config);
    ESC_ASSERT(engine != NULL);
    ESC_ASSERT(esc_engine_add_bundle(engine, world.bundle, true, NULL) == ESC_OK);
    return engine;
}

static EscText text_kept(EscText text)
{
    return esc_arena_text(world.kept, text);
}

static EscBytes bytes_kept(EscBytes bytes)
{
    EscText copy = text_kept((EscText){(const char *)bytes.data, bytes.size});
    return (EscBytes){(const uint8_t *)copy.data, copy.size};
}

static void ticket_keep(Moment *moment, const EscTicketRow *row)
{
    moment->ticket = *row;
    moment->ticket.id = text_kept(row->id);
    moment->ticket.title = text_kept(row->title);
    moment->ticket.status = text_kept(row->status);
    moment->ticket.body = bytes_kept(row->body);
}

static void escalation_keep(Moment *moment, const EscEscalationRow *row)
{
    moment->escalation = *row;
    EscText *texts[] = {&moment->escalation.ticket, &moment->escalation.template_name,
                        &moment->escalation.owner,  &moment->escalation.outcome,
                        &moment->escalation.step,   &moment->escalation.start_event};
    for (size_t i = 0; i < ESC_COUNT_OF(texts); i++)
        *texts[i] = text_kept(*texts[i]);
    moment->escalation.body = bytes_kept(row->body);
}

/* What an input changed, over the rows of the moment before. */
static void moment_add(const EscGroup *group)
{
    Moment moment = {.counters = group->counters};
    if (world.moments_count > 0)
        moment = world.moments[world.moments_count - 1];
    moment.counters = group->counters;
    for (size_t i = 0; i < group->tickets_count; i++)
        if (esc_text_equal(group->tickets[i].id, ESC_TEXT("T")))
            ticket_keep(&moment, &group->tickets[i]);
    for (size_t i = 0; i < group->escalations_count; i++)
        if (group->escalations[i].id == 1)
            escalation_keep(&moment, &group->escalations[i]);
    if (group->workspace.size > 0)
        moment.workspace = bytes_kept(group->workspace);
    if (moment.escalation.state != ESC_STATE_CLOSED && world.moments_count < MOMENTS_MAX)
        world.moments[world.moments_count++] = moment;
}

static EscStatus apply(EscEngine *engine, const EscInput *input, int64_t now_ms)
{
    EscOutcome outcome;
    EscWhy why;
    return esc_engine_apply(engine, input, now_ms, &outcome, &why);
}

static EscStatus tell(EscEngine *engine, const char *type, const char *json, int64_t now_ms)
{
    EscArena *arena = esc_arena_new(KEPT_BYTES_MAX);
    ESC_ASSERT(arena != NULL);
    EscEvent event;
    EscWhy why;
    ESC_ASSERT(esc_event_make(arena, esc_bundle_program(world.bundle), esc_text_from(type),
                              ESC_TEXT("fuzz"), ESC_TEXT("1"), ESC_TEXT("T"), esc_text_from(json),
                              &event, &why) == ESC_OK);
    EscInput input = {.kind = ESC_INPUT_EVENT, .event = &event};
    EscStatus status = apply(engine, &input, now_ms);
    esc_arena_free(arena);
    return status;
}

static EscStatus act(EscEngine *engine, EscVerb verb, const char *actor, const char *target,
                     int64_t now_ms)
{
    EscAction action = {.verb = verb,
                        .actor = esc_text_from(actor),
                        .escalation = verb == ESC_VERB_ABSENT ? 0 : 1,
                        .target = esc_text_from(target),
                        .for_ms = ESC_DAY_MS};
    EscInput input = {.kind = ESC_INPUT_ACTION, .action = &action};
    return apply(engine, &input, now_ms);
}

static void story_tell(void)
{
    EscEngine *engine = engine_make(1);
    ESC_ASSERT(
        tell(engine, "ticket.created",
             "{\"title\":\"x\",\"severity\":\"high\",\"priority\":\"high\",\"labels\":[\"a\","
             "\"b\"],\"grace\":\"5m\",\"amount\":1.5}",
             START_MS) == ESC_OK);
    moment_add(esc_engine_flush(engine));
    ESC_ASSERT(act(engine, ESC_VERB_ABSENT, "ana", "ana", START_MS) == ESC_OK);
    moment_add(esc_engine_flush(engine));
    ESC_ASSERT(act(engine, ESC_VERB_ACK, "ben", "", START_MS) == ESC_OK);
    moment_add(esc_engine_flush(engine));
    EscInput timer = {.kind = ESC_INPUT_TIMER};
    while (esc_engine_next_due_ms(engine) != INT64_MAX && world.moments_count < MOMENTS_MAX) {
        size_t before = world.moments_count;
        ESC_ASSERT(apply(engine, &timer, esc_engine_next_due_ms(engine)) == ESC_OK);
        moment_add(esc_engine_flush(engine));
        if (world.moments_count == before) /* closed */
            break;
    }
    ESC_ASSERT(world.moments_count > 8);
    esc_engine_free(engine);
}

static void world_make(void)
{
    bundle_make();
    world.zones = esc_zones_new();
    world.kept = esc_arena_new(KEPT_BYTES_MAX);
    ESC_ASSERT(world.zones != NULL && world.kept != NULL);
    story_tell();
    ESC_ASSERT(!esc_arena_failed(world.kept));
}

static void bodies_take(const Moment *moment, EscBuf *bodies)
{
    const EscBytes own[BODY_COUNT] = {moment->ticket.body, moment->escalation.body,
                                      moment->workspace};
    for (size_t i = 0; i < BODY_COUNT; i++) {
        esc_buf_init(&bodies[i], BODY_BYTES_MAX);
        esc_buf_append(&bodies[i], own[i].data, own[i].size);
    }
}

static void bodies_release(EscBuf *bodies)
{
    for (size_t i = 0; i < BODY_COUNT; i++)
        esc_buf_release(&bodies[i]);
}

/* --- edits ------------------------------------------------------------------------------------ */

/* The number that begins there, if one does, becomes another. */
static void number_replace(EscBuf *body, size_t at, int64_t number)
{
    EscBuf edited;
    EscCursor cursor = esc_cursor((EscBytes){body->data + at, body->size - at});
    (void)esc_cursor_varint(&cursor);
    if (cursor.failed)
        return;
    esc_buf_init(&edited, BODY_BYTES_MAX);
    esc_buf_append(&edited, body->data, at);
    esc_buf_signed(&edited, number);
    esc_buf_append(&edited, body->data + body->size - esc_cursor_left(&cursor),
                   esc_cursor_left(&cursor));
    esc_buf_release(body);
    *body = edited;
}

/* One edit: a byte that says which body and what is done, two that say where, one that comes there. */
static void body_edit(EscBuf *body, const uint8_t *edit)
{
    if (body->size == 0)
        return;
    size_t at = ((size_t)edit[1] << 8 | edit[2]) % body->size;
    switch (edit[0] / BODY_COUNT % 5) {
    case 0:
        body->data[at] = edit[3];
        break;
    case 1:
        body->data[at] ^= (uint8_t)(1u << (edit[3] % 8));
        break;
    case 2: /* an instant becomes the first or the last of all */
        number_replace(body, at, edit[3] % 2 == 0 ? INT64_MAX : INT64_MIN);
        break;
    case 3: /* a byte goes */
        memmove(body->data + at, body->data + at + 1, body->size - at - 1);
        body->size--;
        break;
    default: /* a byte comes in */
        esc_buf_u8(body, edit[3]);
        memmove(body->data + at + 1, body->data + at, body->size - at - 1);
        body->data[at] = edit[3];
        break;
    }
}

/* Makes the checksum of the next packed snapshot right. */
static void snapshot_seal(EscCursor *cursor, EscBuf *body)
{
    EscText snapshot = esc_cursor_packed(cursor);
    if (snapshot.size < 4)
        return;
    size_t end = (size_t)((const uint8_t *)snapshot.data - body->data) + snapshot.size;
    uint32_t crc = esc_crc32c((EscBytes){(const uint8_t *)snapshot.data, snapshot.size - 4});
    for (size_t i = 0; i < 4; i++)
        body->data[end - 4 + i] = (uint8_t)(crc >> (24 - 8 * i));
}

/* The way to the snapshots is that of rest_find in escalation_pack.c. */
static void snapshots_seal(EscBuf *body)
{
    EscCursor cursor = esc_cursor(esc_buf_as_bytes(body));
    (void)esc_cursor_u8(&cursor);
    size_t timers = esc_cursor_count(&cursor);
    for (size_t i = 0; i < timers; i++) {
        (void)esc_cursor_u8(&cursor);
        (void)esc_cursor_varint(&cursor);
        (void)esc_cursor_varint(&cursor);
        (void)esc_cursor_signed(&cursor);
    }
    (void)esc_cursor_packed(&cursor);
    EscText rest = esc_cursor_packed(&cursor);
    EscCursor inner = esc_cursor((EscBytes){(const uint8_t *)rest.data, rest.size});
    snapshot_seal(&inner, body);
    snapshot_seal(&inner, body);
}

/* --- what is restored runs on ----------------------------------------------------------------- */

static bool is_restored(EscEngine *engine, const EscTicketRow *ticket)
{
    EscWhy why;
    EscStatus status = esc_engine_restore_ticket(engine, ticket, &why);
    ESC_ASSERT(status == ESC_OK || status == ESC_BAD_INPUT);
    ESC_ASSERT((status == ESC_OK) == esc_engine_has_ticket(engine, ticket->id));
    return status == ESC_OK;
}

/* Everything that the engine writes another one reads as it was meant. */
static void group_read(const EscGroup *group)
{
    EscEngine *engine = engine_make(3);
    ESC_ASSERT(esc_engine_restore_counters(engine, &group->counters, group->workspace, NULL) ==
               ESC_OK);
    for (size_t i = 0; i < group->tickets_count; i++)
        ESC_ASSERT(is_restored(engine, &group->tickets[i]));
    for (size_t i = 0; i < group->escalations_count; i++) {
        const EscEscalationRow *row = &group->escalations[i];
        EscEscalationView view;
        if (row->state == ESC_STATE_CLOSED || !esc_engine_has_ticket(engine, row->ticket))
            continue;
        ESC_ASSERT(esc_engine_restore_escalation(engine, row, NULL) == ESC_OK);
        ESC_ASSERT(esc_engine_find_escalation(engine, row->id, &view));
        ESC_ASSERT(view.state == row->state);
    }
    esc_engine_free(engine);
}

static void run_on(EscEngine *engine)
{
    static const int64_t later_ms[] = {0, ESC_MINUTE_MS, ESC_HOUR_MS, ESC_HOUR_MS, ESC_DAY_MS};
    EscInput timer = {.kind = ESC_INPUT_TIMER};
    EscClockChange change = {.correction_ms = -ESC_HOUR_MS};
    EscInput clock = {.kind = ESC_INPUT_CLOCK, .clock = &change};
    for (size_t i = 0; i < ESC_COUNT_OF(later_ms); i++) {
        ESC_ASSERT(apply(engine, &timer, esc_engine_time_ms(engine) + later_ms[i]) == ESC_OK);
        group_read(esc_engine_flush(engine));
    }
    (void)act(engine, ESC_VERB_ANSWER, "ben", "a", esc_engine_time_ms(engine));
    ESC_ASSERT(tell(engine, "deploy.done", "{\"build\":7}", esc_engine_time_ms(engine)) == ESC_OK);
    ESC_ASSERT(apply(engine, &clock, esc_engine_time_ms(engine) - ESC_HOUR_MS) == ESC_OK);
    ESC_ASSERT(tell(engine, "ticket.resolved", "{}", esc_engine_time_ms(engine)) == ESC_OK);
    group_read(esc_engine_flush(engine));
}

/* The moment's rows with these bodies. A body of the ticket or the workspace that is refused stops a start; here the
 * engine's own takes its place, so that the others get their turn. True: the escalation is as it was. */
static bool play(const Moment *moment, const EscBuf *bodies)
{
    EscEngine *engine = engine_make(2);
    EscTicketRow ticket = moment->ticket;
    EscEscalationRow escalation = moment->escalation;
    EscEscalationView view;
    EscWhy why;
    EscStatus status = esc_engine_restore_counters(engine, &moment->counters,
                                                   esc_buf_as_bytes(&bodies[BODY_WORKSPACE]), &why);
    ESC_ASSERT(status == ESC_OK || status == ESC_BAD_INPUT);
    if (status != ESC_OK) {
        esc_engine_free(engine); /* half of it was read */
        engine = engine_make(2);
        ESC_ASSERT(esc_engine_restore_counters(engine, &moment->counters, moment->workspace,
                                               &why) == ESC_OK);
    }
    ticket.body = esc_buf_as_bytes(&bodies[BODY_TICKET]);
    if (!is_restored(engine, &ticket))
        ESC_ASSERT(is_restored(engine, &moment->ticket));
    escalation.body = esc_buf_as_bytes(&bodies[BODY_ESCALATION]);
    ESC_ASSERT(esc_engine_restore_escalation(engine, &escalation, &why) == ESC_OK);
    ESC_ASSERT(esc_engine_find_escalation(engine, 1, &view));
    bool is_whole = view.state == moment->escalation.state;
    ESC_ASSERT(is_whole || view.state == ESC_STATE_PARKED);
    run_on(engine);
    esc_engine_free(engine);
    return is_whole;
}

static void show(const EscBuf *body)
{
    EscBuf fields, assumed, sla;
    esc_buf_init(&fields, BODY_BYTES_MAX);
    esc_buf_init(&assumed, BODY_BYTES_MAX);
    esc_buf_init(&sla, BODY_BYTES_MAX);
    if (esc_ticket_body_show(esc_buf_as_bytes(body), &fields, &assumed, &sla)) {
        ESC_ASSERT(esc_utf8_is_valid(esc_buf_as_text(&fields), NULL));
        ESC_ASSERT(esc_utf8_is_valid(esc_buf_as_text(&assumed), NULL));
        ESC_ASSERT(esc_utf8_is_valid(esc_buf_as_text(&sla), NULL));
    }
    esc_buf_release(&fields);
    esc_buf_release(&assumed);
    esc_buf_release(&sla);
}

/* What an engine wrote is neither refused nor parked. */
static void moments_check(void)
{
    for (size_t i = 0; i < world.moments_count; i++) {
        const Moment *moment = &world.moments[i];
        EscBuf own[BODY_COUNT];
        bodies_take(moment, own);
        ESC_ASSERT(play(moment, own));
        bodies_release(own);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (world.moments_count == 0) {
        world_make();
        moments_check();
    }
    const Moment *moment = &world.moments[size == 0 ? 0 : data[0] % world.moments_count];
    EscBuf edited[BODY_COUNT], raw[BODY_COUNT];
    bodies_take(moment, edited);
    for (size_t i = 0; i < BODY_COUNT; i++) {
        esc_buf_init(&raw[i], BODY_BYTES_MAX);
        esc_buf_append(&raw[i], data, size);
    }
    size_t edits = size == 0 ? 0 : (size - 1) / EDIT_BYTES;
    for (size_t i = 0; i < edits && i < EDITS_MAX; i++) {
        const uint8_t *edit = data + 1 + i * EDIT_BYTES;
        body_edit(&edited[edit[0] % BODY_COUNT], edit);
    }
    snapshots_seal(&edited[BODY_ESCALATION]);
    show(&edited[BODY_TICKET]);
    show(&raw[BODY_TICKET]);
    (void)play(moment, edited);
    (void)play(moment, raw);
    bodies_release(edited);
    bodies_release(raw);
    return 0;
}
