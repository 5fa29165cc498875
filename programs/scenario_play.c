/* scenario_play.c - moves the world of a scenario: events, people, time, connectors and deliveries.
 *
 * Every delivery and every call comes back at the same virtual instant, successfully unless the scenario said otherwise, as inputs of
 * the engine: what a template sees here is what it sees in escald. */
#include "scenario.h"

#include <stdlib.h>

#define TICKET_ID "TEST-1"
#define FIRST_MONDAY_DAYS 20458 /* 2026-01-05, where scenarios without `at` begin, at 09:00 */
#define FIRST_HOUR_MINUTES 540

/* --- noticing what the engine did ---------------------------------------------------------------------- */

static EscText keep(EscPlay *play, EscText text)
{
    return esc_arena_text(play->arena, text);
}

static void keep_record(EscPlay *play, const EscAuditRow *row)
{
    play->records = esc_arena_grow(play->arena, play->records, play->records_count,
                                   &play->records_capacity, sizeof *play->records);
    ESC_ASSERT(play->records != NULL);
    play->records[play->records_count++] = (EscRecord){
        .at_ms = row->at_ms,
        .escalation = row->escalation,
        .kind = keep(play, row->kind),
        .text = keep(play, row->text),
        .data = row->data.size == 0 ? NULL : json_loadb(row->data.data, row->data.size, 0, NULL),
    };
}

static void keep_sent(EscPlay *play, const EscOutboxRow *row)
{
    json_t *body = json_loadb(row->body.data, row->body.size, 0, NULL);
    const char *text = json_string_value(json_object_get(body, "text"));
    play->sent = esc_arena_grow(play->arena, play->sent, play->sent_count, &play->sent_capacity,
                                sizeof *play->sent);
    ESC_ASSERT(play->sent != NULL);
    play->sent[play->sent_count++] = (EscSent){
        .at_ms = row->created_at_ms,
        .kind = row->kind,
        .target = keep(play, row->target),
        .text = keep(play, esc_text_from(text)),
        .is_page = json_is_true(json_object_get(body, "page")),
        .is_question = json_object_get(body, "question") != NULL,
    };
    json_decref(body);
}

/* The most specific word of the scenario about a target: "crm.requeue" before "crm"; later words before earlier ones. */
static const EscConduct *conduct_of(const EscPlay *play, EscText target)
{
    const EscConduct *found = NULL;
    for (size_t i = 0; i < play->conducts_count; i++) {
        const EscConduct *conduct = &play->conducts[i];
        bool is_exact = esc_text_equal(conduct->name, target);
        bool is_system = target.size > conduct->name.size &&
                         esc_text_starts_with(target, conduct->name) &&
                         target.data[conduct->name.size] == '.';
        bool is_better = found == NULL || found->name.size <= conduct->name.size;
        if ((is_exact || is_system) && is_better)
            found = conduct;
    }
    return found;
}

/* How far a message comes when nothing fails: as far as any check asks for, which the compiler has found possible. */
static EscDeliveryState arrival_of(const EscPlay *play, EscOutboxKind kind)
{
    uint32_t proof = kind == ESC_OUTBOX_CALL ? ESC_PROOF_DELIVERED : ESC_PROOF_ACCEPTED;
    for (uint32_t i = 0; i < play->program->checks_count; i++)
        if (play->program->checks[i].proof > proof)
            proof = play->program->checks[i].proof;
    if (proof >= ESC_PROOF_SEEN)
        return ESC_DELIVERY_SEEN;
    return proof == ESC_PROOF_DELIVERED ? ESC_DELIVERY_DELIVERED : ESC_DELIVERY_ACCEPTED;
}

static EscStatus apply(EscPlay *play, const EscInput *input, EscWhy *why);

/* Answers the messages and calls of the last group, at once. */
static EscStatus answer_outbox(EscPlay *play, const EscDelivery *deliveries, size_t count,
                               EscWhy *why)
{
    EscStatus status = ESC_OK;
    for (size_t i = 0; i < count && status == ESC_OK; i++)
        status =
            apply(play, &(EscInput){.kind = ESC_INPUT_DELIVERY, .delivery = &deliveries[i]}, why);
    return status;
}

/* Takes what changed out of the engine; gives the deliveries that answer it. */
static EscDelivery *collect(EscPlay *play, size_t *count)
{
    const EscGroup *group = esc_engine_flush(play->engine);
    for (size_t i = 0; i < group->audit_count; i++)
        keep_record(play, &group->audit[i]);
    EscDelivery *deliveries =
        esc_arena_alloc_array(play->arena, group->outbox_count, sizeof *deliveries);
    ESC_ASSERT(deliveries != NULL);
    for (size_t i = 0; i < group->outbox_count; i++) {
        const EscOutboxRow *row = &group->outbox[i];
        const EscConduct *conduct = conduct_of(play, row->target);
        bool is_failing = conduct != NULL && conduct->is_failing;
        keep_sent(play, row);
        deliveries[i] = (EscDelivery){
            .outbox = row->id,
            .state = is_failing ? ESC_DELIVERY_DEAD : arrival_of(play, row->kind),
            .http_status = row->kind == ESC_OUTBOX_MESSAGE ? 0
                           : is_failing                    ? 503
                                                           : 200,
            .detail = is_failing ? ESC_TEXT("the test says that it fails") : ESC_TEXT(""),
            .reply = conduct == NULL || is_failing ? ESC_TEXT("") : conduct->reply,
        };
    }
    *count = group->outbox_count;
    return deliveries;
}

static EscStatus apply(EscPlay *play, const EscInput *input, EscWhy *why)
{
    EscOutcome outcome;
    if (play->inputs_count++ >= ESC_SCENARIO_INPUTS_MAX)
        return esc_why(why, ESC_OVER_LIMIT, "", 0,
                       "more than %u inputs: something never comes to rest",
                       ESC_SCENARIO_INPUTS_MAX);
    EscStatus status = esc_engine_apply(play->engine, input, play->now_ms, &outcome, why);
    if (status != ESC_OK)
        return status;
    size_t count = 0;
    EscDelivery *deliveries = collect(play, &count);
    return answer_outbox(play, deliveries, count, why);
}

/* --- data ---------------------------------------------------------------------------------------------------- */

static json_t *text_json(EscText text)
{
    return json_stringn(text.size == 0 ? "" : text.data, text.size);
}

static json_t *written_json(void (*write)(EscBuf *out, int64_t value), int64_t value)
{
    EscBuf text;
    esc_buf_init(&text, 64);
    write(&text, value);
    json_t *json = text_json(esc_buf_as_text(&text));
    esc_buf_release(&text);
    return json;
}

static json_t *datum_json(const EscPlay *play, const EscDatum *datum)
{
    switch (datum->kind) {
    case ESC_DATUM_BOOL:
        return json_boolean(datum->truth);
    case ESC_DATUM_NUMBER:
        return json_real(datum->number);
    case ESC_DATUM_TEXT:
    case ESC_DATUM_MEMBER:
        return text_json(datum->text);
    case ESC_DATUM_DURATION:
        return written_json(esc_duration_write, datum->ms);
    case ESC_DATUM_TIME:
        return written_json(
            esc_time_write,
            esc_zone_instant_ms(play->zones, esc_workspace_timezone(play->workspace), datum->ms));
    case ESC_DATUM_LIST:
        break;
    }
    json_t *list = json_array();
    for (uint32_t i = 0; i < datum->items_count; i++)
        json_array_append_new(list, text_json(datum->items[i]));
    return list;
}

static void add_fields(const EscPlay *play, json_t *object, const EscScenarioStep *step)
{
    for (uint32_t i = 0; i < step->fields_count; i++) {
        EscText name = step->fields[i].name;
        json_object_setn_new(object, name.data, name.size,
                             datum_json(play, &step->fields[i].value));
    }
}

static EscText dump(EscPlay *play, const json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
    ESC_ASSERT(text != NULL);
    EscText kept = keep(play, esc_text_from(text));
    free(text);
    return kept;
}

/* --- steps ------------------------------------------------------------------------------------------------------ */

/* `given` describes the ticket as it was before: it is put there without an event, unless the first event creates it. */
static EscStatus put_given_ticket(EscPlay *play, EscWhy *why)
{
    json_t *fields = json_deep_copy(play->given);
    json_object_set_new(fields, "id", json_string(TICKET_ID));
    EscText given = dump(play, fields);
    json_decref(fields);
    return esc_engine_make_ticket(play->engine, play->ticket, given, play->now_ms, why);
}

static EscStatus send_event(EscPlay *play, const EscScenarioStep *step, EscWhy *why)
{
    bool is_ticket_event = esc_text_starts_with(step->name, ESC_TEXT("ticket."));
    bool is_creation = esc_text_equal(step->name, ESC_TEXT("ticket.created"));
    if (!play->has_ticket && !is_creation && json_object_size(play->given) > 0) {
        EscStatus status = put_given_ticket(play, why);
        if (status != ESC_OK)
            return status;
    }
    json_t *data = is_ticket_event && is_creation && !play->has_ticket ? json_deep_copy(play->given)
                                                                       : json_object();
    add_fields(play, data, step);
    play->has_ticket = true;
    EscEvent event;
    EscText id = esc_arena_printf(play->arena, "event-%u", ++play->events_count);
    EscStatus status = esc_event_make(play->arena, play->program, step->name, ESC_TEXT("test"), id,
                                      play->ticket, dump(play, data), &event, why);
    json_decref(data);
    if (status != ESC_OK)
        return status;
    return apply(play, &(EscInput){.kind = ESC_INPUT_EVENT, .event = &event}, why);
}

/* Time passes: what is due on the way fires in its order. */
static EscStatus pass_time(EscPlay *play, int64_t ms, EscWhy *why)
{
    int64_t until_ms = play->now_ms + ms;
    EscStatus status = ESC_OK;
    while (status == ESC_OK && esc_engine_next_due_ms(play->engine) <= until_ms) {
        int64_t due_ms = esc_engine_next_due_ms(play->engine);
        play->now_ms = due_ms > play->now_ms ? due_ms : play->now_ms;
        status = apply(play, &(EscInput){.kind = ESC_INPUT_TIMER}, why);
    }
    play->now_ms = until_ms;
    return status;
}

static EscStatus act(EscPlay *play, const EscScenarioStep *step, EscVerb verb, EscWhy *why)
{
    EscOwners owners;
    esc_play_who(play, step->who, &owners);
    if (owners.count == 0)
        return esc_why(why, ESC_NOT_FOUND, "", 0, "%.*s is nobody at this moment",
                       ESC_TEXT_ARG(step->who.name));
    EscText actor = play->program->texts[play->program->persons[owners.persons[0]].name];
    EscAction action = {.verb = verb, .actor = actor, .ticket = play->ticket};
    action.target = verb == ESC_VERB_CONFIRM ? step->text : step->name;
    if (verb == ESC_VERB_REJECT)
        action.reason = ESC_TEXT("the test rejects it");
    return apply(play, &(EscInput){.kind = ESC_INPUT_ACTION, .action = &action}, why);
}

static EscStatus send_away(EscPlay *play, const EscScenarioStep *step, EscWhy *why)
{
    int64_t until_ms = INT64_MAX;
    if (step->local_minute != INT64_MAX)
        until_ms = esc_zone_instant_ms(play->zones, esc_workspace_timezone(play->workspace),
                                       step->local_minute);
    EscAction action = {.verb = ESC_VERB_ABSENT,
                        .actor = step->who.name,
                        .target = step->who.name,
                        .until_ms = until_ms};
    return apply(play, &(EscInput){.kind = ESC_INPUT_ACTION, .action = &action}, why);
}

static void set_conduct(EscPlay *play, const EscScenarioStep *step)
{
    play->conducts = esc_arena_grow(play->arena, play->conducts, play->conducts_count,
                                    &play->conducts_capacity, sizeof *play->conducts);
    ESC_ASSERT(play->conducts != NULL);
    bool is_failing =
        step->kind == ESC_SCENARIO_SYSTEM_FAILS || step->kind == ESC_SCENARIO_DELIVER_FAILS;
    play->conducts[play->conducts_count++] =
        (EscConduct){.name = step->who.name, .is_failing = is_failing, .reply = step->text};
}

static EscStatus play_step(EscPlay *play, const EscScenarioStep *step, EscWhy *why)
{
    switch (step->kind) {
    case ESC_SCENARIO_AT:
        play->now_ms = esc_zone_instant_ms(play->zones, esc_workspace_timezone(play->workspace),
                                           step->local_minute);
        return ESC_OK;
    case ESC_SCENARIO_AFTER:
        return pass_time(play, step->ms, why);
    case ESC_SCENARIO_GIVEN:
        add_fields(play, play->given, step);
        return ESC_OK;
    case ESC_SCENARIO_EVENT:
        return send_event(play, step, why);
    case ESC_SCENARIO_ACK:
        return act(play, step, ESC_VERB_ACK, why);
    case ESC_SCENARIO_RESOLVE:
    case ESC_SCENARIO_CLOSE:
        return act(play, step, ESC_VERB_RESOLVE, why);
    case ESC_SCENARIO_APPROVE:
        return act(play, step, ESC_VERB_APPROVE, why);
    case ESC_SCENARIO_REJECT:
        return act(play, step, ESC_VERB_REJECT, why);
    case ESC_SCENARIO_ANSWER:
        return act(play, step, ESC_VERB_ANSWER, why);
    case ESC_SCENARIO_CONFIRM:
        return act(play, step, ESC_VERB_CONFIRM, why);
    case ESC_SCENARIO_START:
        return act(play, step, ESC_VERB_START, why);
    case ESC_SCENARIO_SYSTEM_FAILS:
    case ESC_SCENARIO_SYSTEM_REPLIES:
    case ESC_SCENARIO_DELIVER_FAILS:
    case ESC_SCENARIO_DELIVER_WORKS:
        set_conduct(play, step);
        return ESC_OK;
    case ESC_SCENARIO_ABSENT:
        return send_away(play, step, why);
    case ESC_SCENARIO_EXPECT:
        break;
    }
    return ESC_OK;
}

/* --- a whole scenario ----------------------------------------------------------------------------------------------- */

static void write_timeline(EscPlay *play)
{
    EscBuf *out = play->report;
    esc_buf_string(out, "  what happened:\n");
    for (size_t i = 0; i < play->records_count; i++) {
        const EscRecord *record = &play->records[i];
        int64_t local_ms = record->at_ms + (int64_t)esc_zone_offset_s(
                                               play->zones, esc_workspace_timezone(play->workspace),
                                               record->at_ms) *
                                               1000;
        EscBuf time;
        esc_buf_init(&time, 64);
        esc_time_write(&time, local_ms);
        esc_buf_printf(out, "    %.16s  %-16.*s %.*s\n", (const char *)time.data,
                       ESC_TEXT_ARG(record->kind), ESC_TEXT_ARG(record->text));
        esc_buf_release(&time);
    }
    if (play->records_count == 0)
        esc_buf_string(out, "    nothing\n");
}

static bool play_steps(EscPlay *play, const EscScenario *scenario)
{
    for (uint32_t i = 0; i < scenario->steps_count; i++) {
        const EscScenarioStep *step = &scenario->steps[i];
        EscWhy why = {0};
        if (step->kind == ESC_SCENARIO_EXPECT) {
            if (!esc_play_expect(play, step))
                return false;
            continue;
        }
        EscStatus status = play_step(play, step, &why);
        if (status != ESC_OK) {
            EscLineColumn place =
                esc_workspace_place(play->workspace, step->span.file, step->span.start);
            esc_buf_printf(play->report, "  %.*s:%u: this step was refused: %s\n",
                           ESC_TEXT_ARG(esc_workspace_file_path(play->workspace, step->span.file)),
                           place.line, why.text[0] == '\0' ? esc_status_text(status) : why.text);
            return false;
        }
    }
    return true;
}

static bool open_play(EscPlay *play)
{
    play->arena = esc_arena_new(ESC_SCENARIO_BYTES_MAX);
    play->given = json_object();
    play->engine = esc_engine_new(&(EscEngineConfig){.zones = play->zones, .hash_seed = 1});
    if (play->arena == NULL || play->given == NULL || play->engine == NULL)
        return false;
    play->ticket = ESC_TEXT(TICKET_ID);
    int64_t first_minute = (int64_t)FIRST_MONDAY_DAYS * 1440 + FIRST_HOUR_MINUTES;
    play->now_ms =
        esc_zone_instant_ms(play->zones, esc_workspace_timezone(play->workspace), first_minute);
    return esc_engine_add_bundle(play->engine, play->bundle, true, NULL) == ESC_OK;
}

static void close_play(EscPlay *play)
{
    for (size_t i = 0; i < play->records_count; i++)
        json_decref(play->records[i].data);
    json_decref(play->given);
    esc_engine_free(play->engine);
    esc_arena_free(play->arena);
}

bool esc_play_scenario(const EscWorkspace *workspace, const EscBundle *bundle,
                       const EscZones *zones, const EscScenario *scenario, EscBuf *report)
{
    EscPlay play = {.workspace = workspace,
                    .bundle = bundle,
                    .program = esc_bundle_program(bundle),
                    .zones = zones,
                    .report = report};
    bool is_fine = false;
    if (!open_play(&play))
        esc_buf_string(report, "  out of memory\n");
    else
        is_fine = play_steps(&play, scenario);
    if (!is_fine && play.arena != NULL)
        write_timeline(&play);
    close_play(&play);
    return is_fine;
}
