/* scenario_play.c - moves the world of a scenario: events, people, time, connectors and deliveries.
 *
 * Every delivery and every call comes back at the same virtual instant, successfully unless the scenario said otherwise, as inputs of
 * the engine: what a template sees here is what it sees in escald. */
#include "scenario.h"

#include <stdlib.h>

#define TICKET_ID "TEST-1"
#define FIRST_HOUR_MINUTES 540

/* --- noticing what the engine did ---------------------------------------------------------------------- */

static EscText keep(EscPlay *play, EscText text)
{
    return esc_arena_text(play->arena, text);
}

const EscJson *esc_play_json(EscPlay *play, EscText text)
{
    static const EscJsonLimits limits = {.depth_max = 64, .values_max = 1000000};
    const EscJson *json = NULL;
    if (text.size == 0)
        return NULL;
    EscStatus status = esc_json_read(play->arena, keep(play, text), &limits, &json, NULL);
    ESC_ASSERT(status == ESC_OK); /* the engine has just written it */
    return json;
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
        .data = esc_play_json(play, row->data),
    };
}

static void keep_sent(EscPlay *play, const EscOutboxRow *row)
{
    const EscJson *body = esc_play_json(play, row->body),
                  *page = esc_json_member(body, ESC_TEXT("page"));
    play->sent = esc_arena_grow(play->arena, play->sent, play->sent_count, &play->sent_capacity,
                                sizeof *play->sent);
    ESC_ASSERT(play->sent != NULL);
    play->sent[play->sent_count++] = (EscSent){
        .at_ms = row->created_at_ms,
        .escalation = row->escalation,
        .kind = row->kind,
        .target = keep(play, row->target),
        .medium = keep(play, row->medium),
        .address = keep(play, row->address),
        .text = esc_json_text_or(esc_json_member(body, ESC_TEXT("text")), ESC_TEXT("")),
        .is_page = page != NULL && page->kind == ESC_JSON_TRUE,
        .is_question = esc_json_member(body, ESC_TEXT("question")) != NULL,
    };
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

/* Answers the messages and calls of the last group, at once. */
static EscStatus answer_outbox(EscPlay *play, const EscDelivery *deliveries, size_t count,
                               EscWhy *why)
{
    EscStatus status = ESC_OK;
    EscOutcome outcome;
    for (size_t i = 0; i < count && status == ESC_OK; i++)
        status = esc_play_apply(play,
                                &(EscInput){.kind = ESC_INPUT_DELIVERY, .delivery = &deliveries[i]},
                                &outcome, why);
    return status;
}

/* What people are told of a reply: the first text in it. */
static EscText words_of(const EscJson *reply)
{
    for (int depth = 0; depth < 8 && reply != NULL; depth++) {
        if (reply->kind == ESC_JSON_TEXT)
            return reply->text;
        reply =
            reply->kind == ESC_JSON_LIST || reply->kind == ESC_JSON_OBJECT ? reply->first : NULL;
    }
    return ESC_TEXT("");
}

/* What `return` selects of it. */
static EscText result_of(EscPlay *play, EscText pointer, EscText text, const EscJson *reply)
{
    if (pointer.size == 0)
        return text;
    const EscJson *place = esc_document_find(reply, pointer);
    if (place == NULL || place->kind == ESC_JSON_TEXT || place->kind == ESC_JSON_NULL)
        return esc_json_text_or(place, ESC_TEXT(""));
    EscBuf out;
    esc_buf_init(&out, ESC_TEXT_MAX);
    esc_json_write(&out, place, 0);
    EscText kept = keep(play, esc_buf_as_text(&out));
    esc_buf_release(&out);
    return kept;
}

/* As the test says that the system replies; where it says nothing, whatever the action expects was there. */
static void answer_call(EscPlay *play, const EscOutboxRow *row, const EscConduct *conduct,
                        EscDelivery *delivery)
{
    if (conduct == NULL || conduct->reply.size == 0) {
        delivery->http_status = row->call->is_judged ? 0 : 200;
        return;
    }
    const EscJson *reply = NULL;
    if (esc_document_read(play->arena, conduct->reply, &reply, NULL) != ESC_OK)
        reply = NULL;
    EscText words = words_of(reply);
    delivery->document = conduct->reply;
    delivery->reply = result_of(play, row->call->result_path, conduct->reply, reply);
    if (row->call->is_judged)
        delivery->detail = esc_arena_printf(play->arena, "HTTP status 200%s%.*s",
                                            words.size > 0 ? ": " : "", ESC_TEXT_ARG(words));
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
        };
        if (row->kind == ESC_OUTBOX_CALL && !is_failing)
            answer_call(play, row, conduct, &deliveries[i]);
    }
    *count = group->outbox_count;
    return deliveries;
}

EscStatus esc_play_apply(EscPlay *play, const EscInput *input, EscOutcome *outcome, EscWhy *why)
{
    if (play->inputs_count++ >= ESC_SCENARIO_INPUTS_MAX)
        return esc_why(why, ESC_OVER_LIMIT, "", 0,
                       "more than %u inputs: something never comes to rest",
                       ESC_SCENARIO_INPUTS_MAX);
    EscStatus status = esc_engine_apply(play->engine, input, play->now_ms, outcome, why);
    if (status != ESC_OK)
        return status;
    size_t count = 0;
    EscDelivery *deliveries = collect(play, &count);
    return answer_outbox(play, deliveries, count, why);
}

static EscStatus apply(EscPlay *play, const EscInput *input, EscWhy *why)
{
    EscOutcome outcome;
    return esc_play_apply(play, input, &outcome, why);
}

/* --- data ---------------------------------------------------------------------------------------------------- */

static void write_written(EscBuf *out, void (*write)(EscBuf *out, int64_t value), int64_t value)
{
    esc_buf_char(out, '"');
    write(out, value);
    esc_buf_char(out, '"');
}

static void write_datum(const EscPlay *play, EscBuf *out, const EscDatum *datum)
{
    switch (datum->kind) {
    case ESC_DATUM_BOOL:
        esc_buf_string(out, datum->truth ? "true" : "false");
        break;
    case ESC_DATUM_NUMBER:
        esc_json_number(out, datum->number);
        break;
    case ESC_DATUM_TEXT:
    case ESC_DATUM_MEMBER:
        esc_json_text(out, datum->text);
        break;
    case ESC_DATUM_DURATION:
        write_written(out, esc_duration_write, datum->ms);
        break;
    case ESC_DATUM_TIME:
        write_written(
            out, esc_time_write,
            esc_zone_instant_ms(play->zones, esc_workspace_timezone(play->workspace), datum->ms));
        break;
    case ESC_DATUM_LIST:
        esc_buf_char(out, '[');
        for (uint32_t i = 0; i < datum->items_count; i++) {
            esc_buf_string(out, i > 0 ? "," : "");
            esc_json_text(out, datum->items[i]);
        }
        esc_buf_char(out, ']');
        break;
    }
}

/* Fields as an object that is being written. What was said last of a field counts, so each is put only once. */
typedef struct Fields {
    const EscPlay *play;
    const EscScenarioStep *const *steps;
    size_t steps_count;
    EscBuf out;
} Fields;

static bool is_said_later(const Fields *fields, size_t step, uint32_t field)
{
    EscText name = fields->steps[step]->fields[field].name;
    for (size_t s = step; s < fields->steps_count; s++)
        for (uint32_t f = s == step ? field + 1 : 0; f < fields->steps[s]->fields_count; f++)
            if (esc_text_equal(fields->steps[s]->fields[f].name, name))
                return true;
    return false;
}

static void write_step(Fields *fields, size_t step)
{
    for (uint32_t i = 0; i < fields->steps[step]->fields_count; i++) {
        if (is_said_later(fields, step, i))
            continue;
        esc_buf_string(&fields->out, fields->out.size > 1 ? "," : "");
        esc_json_text(&fields->out, fields->steps[step]->fields[i].name);
        esc_buf_char(&fields->out, ':');
        write_datum(fields->play, &fields->out, &fields->steps[step]->fields[i].value);
    }
}

/* The fields that these steps give, as JSON. */
static EscText fields_json(EscPlay *play, const EscScenarioStep *const *steps, size_t count)
{
    Fields fields = {.play = play, .steps = steps, .steps_count = count};
    esc_buf_init(&fields.out, ESC_SCENARIO_BYTES_MAX);
    esc_buf_char(&fields.out, '{');
    for (size_t i = 0; i < count; i++)
        write_step(&fields, i);
    esc_buf_char(&fields.out, '}');
    ESC_ASSERT(fields.out.status == ESC_OK);
    EscText kept = keep(play, esc_buf_as_text(&fields.out));
    esc_buf_release(&fields.out);
    return kept;
}

void esc_play_turn_to(EscPlay *play, EscText ticket)
{
    if (ticket.size == 0 || esc_text_equal(ticket, play->ticket))
        return;
    play->ticket = ticket;
    play->given_count = 0;
}

static void keep_given(EscPlay *play, const EscScenarioStep *step)
{
    play->given = esc_arena_grow(play->arena, play->given, play->given_count, &play->given_capacity,
                                 sizeof(EscScenarioStep *));
    ESC_ASSERT(play->given != NULL);
    play->given[play->given_count++] = step;
}

/* --- steps ------------------------------------------------------------------------------------------------------ */

EscStatus esc_play_put_given(EscPlay *play, EscWhy *why)
{
    if (play->given_count == 0 || esc_engine_has_ticket(play->engine, play->ticket))
        return ESC_OK;
    return esc_engine_make_ticket(play->engine, play->ticket,
                                  fields_json(play, play->given, play->given_count), play->now_ms,
                                  why);
}

EscStatus esc_play_given(EscPlay *play, const EscScenarioStep *step, EscAction *action, EscWhy *why)
{
    const EscJson *json = esc_play_json(play, fields_json(play, &step, 1));
    return esc_arguments_read(play->arena, play->program, step->name, json, &action->given,
                              &action->given_count, why);
}

/* Who a test's events are from: the source that gives fields back, where there is one and no other. */
static EscText source_of(const EscPlay *play)
{
    const EscProgram *program = play->program;
    EscText name = ESC_TEXT("test");
    uint32_t count = 0;
    for (uint32_t i = 0; i < program->sources_count; i++) {
        if (program->sources[i].backs_count == 0)
            continue;
        count++;
        name = program->texts[program->sources[i].name];
    }
    return count == 1 ? name : ESC_TEXT("test");
}

/* `given` describes the ticket as it was before: it is put there without an event, unless the first event creates it. */
static EscStatus send_event(EscPlay *play, const EscScenarioStep *step, EscWhy *why)
{
    esc_play_turn_to(play, step->ticket);
    bool is_creation = !esc_engine_has_ticket(play->engine, play->ticket) &&
                       esc_text_equal(step->name, ESC_TEXT("ticket.created"));
    EscText data = fields_json(play, &step, 1);
    if (is_creation) {
        size_t given_count = play->given_count;
        keep_given(play, step); /* what the event says counts before what was given */
        data = fields_json(play, play->given, play->given_count);
        play->given_count = given_count;
    } else {
        EscStatus status = esc_play_put_given(play, why);
        if (status != ESC_OK)
            return status;
    }
    EscEvent event;
    EscText id = esc_arena_printf(play->arena, "event-%u", ++play->events_count);
    EscStatus status = esc_event_make(play->arena, play->program, step->name, source_of(play), id,
                                      play->ticket, data, &event, why);
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

static EscStatus send_away(EscPlay *play, const EscScenarioStep *step, EscWhy *why)
{
    int64_t until_ms = INT64_MAX;
    if (step->local_minute != INT64_MAX)
        until_ms = esc_zone_instant_ms(play->zones, esc_workspace_timezone(play->workspace),
                                       step->local_minute);
    EscAction action = {.verb = ESC_VERB_ABSENT,
                        .actor = step->who.name,
                        .target = step->who.name,
                        .deputy = step->name,
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
        esc_play_turn_to(play, step->ticket);
        keep_given(play, step);
        return ESC_OK;
    case ESC_SCENARIO_EVENT:
        return send_event(play, step, why);
    case ESC_SCENARIO_RECEIVE:
        return esc_play_receive(play, step, why);
    case ESC_SCENARIO_ACK:
        return esc_play_act(play, step, ESC_VERB_ACK, why);
    case ESC_SCENARIO_RESOLVE:
    case ESC_SCENARIO_CLOSE:
        return esc_play_act(play, step, ESC_VERB_RESOLVE, why);
    case ESC_SCENARIO_KEEP:
        return esc_play_act(play, step, ESC_VERB_KEEP, why);
    case ESC_SCENARIO_CALL_OFF:
        return esc_play_act(play, step, ESC_VERB_CALL_OFF, why);
    case ESC_SCENARIO_APPROVE:
        return esc_play_act(play, step, ESC_VERB_APPROVE, why);
    case ESC_SCENARIO_REJECT:
        return esc_play_act(play, step, ESC_VERB_REJECT, why);
    case ESC_SCENARIO_ANSWER:
        return esc_play_act(play, step, ESC_VERB_ANSWER, why);
    case ESC_SCENARIO_CONFIRM:
        return esc_play_act(play, step, ESC_VERB_CONFIRM, why);
    case ESC_SCENARIO_OVERRIDE:
        return esc_play_act(play, step, ESC_VERB_OVERRIDE, why);
    case ESC_SCENARIO_HANDOFF:
        return esc_play_act(play, step, ESC_VERB_HANDOFF, why);
    case ESC_SCENARIO_ACCEPT:
        return esc_play_act(play, step, ESC_VERB_ACCEPT, why);
    case ESC_SCENARIO_DECLINE:
        return esc_play_act(play, step, ESC_VERB_DECLINE, why);
    case ESC_SCENARIO_START:
        return esc_play_act(play, step, ESC_VERB_START, why);
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

void esc_play_write_time(const EscPlay *play, EscBuf *out, int64_t at_ms)
{
    int64_t offset_s =
        esc_zone_offset_s(play->zones, esc_workspace_timezone(play->workspace), at_ms);
    EscBuf time;
    esc_buf_init(&time, 64);
    esc_time_write(&time, at_ms + offset_s * 1000);
    esc_buf_text(out, (EscText){(const char *)time.data, time.size < 16 ? time.size : 16});
    esc_buf_release(&time);
}

static void write_timeline(EscPlay *play)
{
    EscBuf *out = play->report;
    esc_buf_string(out, "  what happened:\n");
    for (size_t i = 0; i < play->records_count; i++) {
        const EscRecord *record = &play->records[i];
        esc_buf_string(out, "    ");
        esc_play_write_time(play, out, record->at_ms);
        esc_buf_printf(out, "  %-16.*s %.*s\n", ESC_TEXT_ARG(record->kind),
                       ESC_TEXT_ARG(record->text));
    }
    if (play->records_count == 0)
        esc_buf_string(out, "    nothing\n");
}

/* Whether a step lets the engine do something: what happens is looked for since the last of these. */
static bool moves_world(EscScenarioKind kind)
{
    switch (kind) {
    case ESC_SCENARIO_AT:
    case ESC_SCENARIO_GIVEN:
    case ESC_SCENARIO_SYSTEM_FAILS:
    case ESC_SCENARIO_SYSTEM_REPLIES:
    case ESC_SCENARIO_DELIVER_FAILS:
    case ESC_SCENARIO_DELIVER_WORKS:
    case ESC_SCENARIO_EXPECT:
        return false;
    default:
        return true;
    }
}

static void write_refusal(EscPlay *play, const EscScenarioStep *step, const char *reason)
{
    EscLineColumn place = esc_workspace_place(play->workspace, step->span.file, step->span.start);
    play->failed_at = step->span;
    esc_buf_printf(play->report, "  %.*s:%u: this step was refused: %s\n",
                   ESC_TEXT_ARG(esc_workspace_file_path(play->workspace, step->span.file)),
                   place.line, reason);
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
        if (moves_world(step->kind)) {
            play->records_moved = play->records_count;
            play->sent_moved = play->sent_count;
        }
        EscStatus status = play_step(play, step, &why);
        if (status != ESC_OK) {
            write_refusal(play, step, why.text[0] == '\0' ? esc_status_text(status) : why.text);
            return false;
        }
    }
    return true;
}

static bool open_play(EscPlay *play, const EscStage *stage)
{
    play->arena = esc_arena_new(ESC_SCENARIO_BYTES_MAX);
    play->engine = esc_engine_new(
        &(EscEngineConfig){.zones = play->zones, .hash_seed = 1, .listener = stage->listener});
    if (play->arena == NULL || play->engine == NULL)
        return false;
    play->ticket = ESC_TEXT(TICKET_ID);
    int64_t first_minute = (int64_t)ESC_SCENARIO_FIRST_DAY * 1440 + FIRST_HOUR_MINUTES;
    play->now_ms =
        esc_zone_instant_ms(play->zones, esc_workspace_timezone(play->workspace), first_minute);
    return esc_engine_add_bundle(play->engine, play->bundle, true, NULL) == ESC_OK;
}

static void close_play(EscPlay *play)
{
    esc_engine_free(play->engine);
    esc_arena_free(play->arena);
}

int64_t esc_scenario_day(const EscScenario *scenario)
{
    bool has_at = scenario->steps_count > 0 && scenario->steps[0].kind == ESC_SCENARIO_AT;
    return has_at ? scenario->steps[0].local_minute / 1440 : ESC_SCENARIO_FIRST_DAY;
}

bool esc_play_scenario(const EscStage *stage, const EscScenario *scenario, EscBuf *report,
                       EscPlaceSpan *failed_at)
{
    EscPlay play = {.workspace = stage->workspace,
                    .bundle = stage->bundle,
                    .program = esc_bundle_program(stage->bundle),
                    .zones = stage->zones,
                    .listener = stage->listener,
                    .report = report,
                    .failed_at = scenario->span};
    bool is_fine = false;
    if (!open_play(&play, stage))
        esc_buf_string(report, "  out of memory\n");
    else
        is_fine = play_steps(&play, scenario);
    if (!is_fine && play.arena != NULL)
        write_timeline(&play);
    *failed_at = play.failed_at;
    close_play(&play);
    return is_fine;
}
