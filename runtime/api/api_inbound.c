/* api_inbound.c - POST /v1/inbound/NAME: a service tells what people answered there, and what became of messages.
 *
 * The service's own proof stands in the place of a token (esc/inbound.h). What a person did goes the way of every act: an
 * EscAction of that person, recorded with the binding through which it came. What is told of a message is a receipt: its
 * row is read from the store when nothing is under way. From what speaks of nobody or of no message nothing follows but a
 * record, and the answer is 200: a service would send it again for ever, and switch the address off at last. */
#include <esc/inbound.h>
#include <esc/pages.h>

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "api_internal.h"

#define WORDS_BYTES_MAX 400
#define NAME_SHOWN_BYTES_MAX 80

/* What became of one item: which of the inputs are its own. */
typedef struct Way {
    EscText person;        /* who did it; empty: nobody who is known */
    EscText language;      /* theirs; empty: English */
    const char *because;   /* NULL, or why nothing follows */
    uint32_t act, receipt; /* numbers of its inputs; ESC_NONE: it has none */
    EscReceipt *told;      /* of `receipt`, to be completed */
    EscRemark remark;      /* in the place of either */
} Way;

typedef struct EscInbound {
    const EscInboundBinding *binding;
    const EscWorkspaceConfig *config;
    const EscInboundKind *kind;
    EscInboundReading reading;
    Way ways[ESC_INBOUND_ITEMS_MAX];
    EscInput inputs[2 * ESC_INBOUND_ITEMS_MAX];
    uint32_t inputs_count;
} EscInbound;

/* --- at the door ------------------------------------------------------------------------------ */

static bool admit(EscRequest *request)
{
    const EscConfig *config = request->setup->config;
    const EscWorkspaceConfig *workspace = NULL;
    const EscInboundBinding *binding =
        config == NULL
            ? NULL
            : esc_config_inbound(config, esc_buf_as_text(&request->parameter), &workspace);
    request->shard =
        binding == NULL ? NULL : esc_shards_find(request->setup->shards, workspace->name);
    EscInbound *inbound =
        request->shard == NULL ? NULL : esc_arena_alloc(request->arena, sizeof(*inbound));
    if (inbound == NULL) {
        esc_request_refuse(request, 404, "no_such_route", "There is nothing at this address", NULL,
                           "");
        return false;
    }
    *inbound = (EscInbound){
        .binding = binding, .config = workspace, .kind = esc_inbound_kind(binding->kind)};
    request->inbound = inbound;
    return true;
}

static EscText header_of(void *context, const char *name)
{
    EscText value = esc_text_from(esc_http_header(context, name));
    return value.data == NULL ? (EscText){"", 0} : value;
}

static EscInboundCall call_of(const EscRequest *request)
{
    const EscInbound *inbound = request->inbound;
    const EscClock *clock = request->setup->clock;
    return (EscInboundCall){.config = inbound->config,
                            .binding = inbound->binding,
                            .query = request->query,
                            .type = request->type,
                            .body = esc_buf_as_text(&request->body),
                            .wall_ms = clock->wall_ms(clock->context)};
}

/* Of all bindings one number each, by their names. */
static uint64_t key_of(const EscRequest *request)
{
    return esc_hash(request->inbound->binding->name, request->setup->hash_seed);
}

/* A secret that is not the service's refuses everything that comes, and nobody would know: the first one is a warning, and
 * many in a row are an alarm. Whoever has no secret can make no more of it. */
static void tell_unproven(EscRequest *request, const char *why)
{
    const EscApiSetup *setup = request->setup;
    EscText name = request->inbound->binding->name, workspace = request->inbound->config->name;
    uint32_t count = esc_refusals_count(&request->door->refusals, key_of(request), true);
    bool is_alarm = esc_refusals_are_told(count);
    if (setup->log == NULL || (count != 1 && !is_alarm))
        return;
    EscText text = esc_arena_printf(
        request->arena, "%.*s: a request to /v1/inbound/%.*s was refused%s: %s",
        ESC_TEXT_ARG(workspace), ESC_TEXT_ARG(name),
        is_alarm
            ? esc_arena_printf(request->arena,
                               ", as all of the last %u were (is its secret_file the service's?)",
                               (unsigned)count)
                  .data
            : "",
        why);
    setup->log(setup->outside_context, is_alarm ? "alarm" : "warning", "inbound_refused", text);
}

static bool prove(EscRequest *request)
{
    EscInboundCall call = call_of(request);
    EscWhy why = {.text = ""};
    call.header = header_of;
    call.context = request->http;
    if (request->inbound->kind->verify(&call, &why) == ESC_OK) {
        (void)esc_refusals_count(&request->door->refusals, key_of(request), false);
        return true;
    }
    tell_unproven(request, why.text);
    esc_request_refuse(request, 401, "unauthenticated",
                       "The request does not prove where it comes from", NULL, why.text);
    return false;
}

/* --- who it was ------------------------------------------------------------------------------- */

static bool is_address_of(const EscInboundItem *item, EscText address)
{
    for (size_t i = 0; i < ESC_INBOUND_SENDERS_MAX; i++) {
        EscText sender = item->senders[i];
        if (sender.size > 0 && sender.size == address.size &&
            strncasecmp(sender.data, address.data, sender.size) == 0)
            return true;
    }
    return false;
}

/* However people write them: "+49 30 5550100". */
static bool is_same_number(EscText a, EscText b)
{
    size_t i = 0, k = 0;
    for (;;) {
        while (i < a.size && memchr(" -/().", a.data[i], 6) != NULL)
            i++;
        while (k < b.size && memchr(" -/().", b.data[k], 6) != NULL)
            k++;
        if (i == a.size || k == b.size)
            return i == a.size && k == b.size && a.size > 0;
        if (a.data[i++] != b.data[k++])
            return false;
    }
}

/* Who is called and who gets text messages is the same to a gateway. */
static bool is_number_of(const EscInboundItem *item, uint32_t kind, EscText address)
{
    return esc_text_equal(item->medium, ESC_TEXT("phone")) &&
           (kind == ESC_CONTACT_PHONE || kind == ESC_CONTACT_SMS) &&
           is_same_number(item->senders[0], address);
}

static bool has_address(const EscProgram *program, const EscPersonRow *person,
                        const EscInboundItem *item)
{
    for (uint32_t i = 0; i < person->contacts_count; i++) {
        const EscContactRow *contact = &program->contacts[person->contacts_first + i];
        EscText address = program->texts[contact->address];
        if (is_number_of(item, contact->kind, address) ||
            (esc_text_equal(item->medium, esc_text_from(esc_contact_words[contact->kind])) &&
             is_address_of(item, address)))
            return true;
    }
    return false;
}

static EscText language_of(const EscProgram *program, const EscPersonRow *person)
{
    uint32_t reads = person->reads > 0 ? person->reads - 1 : program->meta[0].reads;
    return reads == ESC_LANGUAGE_ENGLISH ? (EscText){"", 0}
                                         : esc_text_from(esc_language_words[reads]);
}

/* Nobody guesses between two who share an address, and a message to a person is nobody else's to answer. */
static void find_person(const EscProgram *program, const EscInboundItem *item, Way *way)
{
    uint32_t found = 0;
    EscText person = {"", 0}, language = {"", 0};
    for (uint32_t i = 0; i < program->persons_count; i++) {
        if (!has_address(program, &program->persons[i], item))
            continue;
        person = program->texts[program->persons[i].name];
        language = language_of(program, &program->persons[i]);
        found++;
    }
    if (found != 1)
        way->because = found == 0 ? "nobody of the directory has this address"
                                  : "several people of the directory have this address";
    else if (item->person.size > 0 && !esc_text_equal(item->person, person))
        way->because = "the message was for somebody else";
    else {
        way->person = person;
        way->language = language;
    }
}

/* --- inputs ----------------------------------------------------------------------------------- */

static uint32_t add(EscInbound *inbound, EscInput input)
{
    inbound->inputs[inbound->inputs_count] = input;
    return inbound->inputs_count++;
}

static EscText shown(EscText text)
{
    return esc_utf8_cut(text, NAME_SHOWN_BYTES_MAX);
}

/* What an act is about, as far as it says so. */
static EscText about_of(const EscInboundItem *item)
{
    return item->escalation.size > 0 ? item->escalation
           : item->ticket.size > 0   ? item->ticket
                                     : ESC_TEXT("what waits for them");
}

static EscText act_text(EscRequest *request, const EscInboundItem *item, const char *because)
{
    EscText name = request->inbound->binding->name,
            sender = shown(item->senders[0].size > 0 ? item->senders[0] : ESC_TEXT("somebody")),
            about = shown(about_of(item));
    return esc_arena_printf(request->arena, "%.*s: %s by %.*s on %.*s; %s", ESC_TEXT_ARG(name),
                            esc_verb_name(item->verb), ESC_TEXT_ARG(sender), ESC_TEXT_ARG(about),
                            because);
}

static EscText receipt_text(EscRequest *request, const EscInboundItem *item, const char *because)
{
    return esc_arena_printf(
        request->arena, "%.*s: message %llu is %s; %s",
        ESC_TEXT_ARG(request->inbound->binding->name), (unsigned long long)item->outbox,
        esc_delivery_state_name(item->is_act ? ESC_DELIVERY_ACKED : item->state), because);
}

/* From what stands in it nothing follows but its record. */
static EscInput remark_of(Way *way, EscText what)
{
    way->remark = (EscRemark){.kind = ESC_REMARK_NOT_MATCHED, .what = what};
    return (EscInput){.kind = ESC_INPUT_REMARK, .remark = &way->remark};
}

static void add_act(EscRequest *request, const EscInboundItem *item, Way *way)
{
    EscAction *action = esc_arena_alloc(request->arena, sizeof(*action));
    if (action == NULL)
        return;
    *action = (EscAction){.verb = item->verb,
                          .actor = way->person,
                          .through = request->inbound->binding->name,
                          .ticket = item->ticket,
                          .is_only = item->escalation.size == 0 && item->ticket.size == 0,
                          .target = item->target,
                          .meant = {.is_set = item->question > 0, .question = item->question},
                          .reason = esc_utf8_cut(item->reason, ESC_REASON_BYTES_MAX)};
    bool needs_reason = item->verb == ESC_VERB_REJECT || item->verb == ESC_VERB_DECLINE;
    if (needs_reason && action->reason.size == 0) /* a button asks for no words */
        action->reason = esc_arena_printf(request->arena, "by a button of %.*s",
                                          ESC_TEXT_ARG(request->inbound->binding->name));
    if (item->escalation.size > 0 &&
        !esc_escalation_id_read(item->escalation, &action->escalation)) {
        way->because = "there is no such escalation";
        return;
    }
    way->act = add(request->inbound, (EscInput){.kind = ESC_INPUT_ACTION, .action = action});
}

static void add_receipt(EscRequest *request, const EscInboundItem *item, Way *way)
{
    EscReceipt *receipt = esc_arena_alloc(request->arena, sizeof(*receipt));
    if (receipt == NULL)
        return;
    *receipt = (EscReceipt){.row = {.id = item->outbox},
                            .state = item->is_act ? ESC_DELIVERY_ACKED : item->state,
                            .detail = item->detail,
                            .through = request->inbound->binding->name};
    way->told = receipt;
    way->receipt = add(request->inbound, (EscInput){.kind = ESC_INPUT_RECEIPT, .receipt = receipt});
}

/* Whom the service knows by an id of its own was written to by another address before. */
static void add_alias(EscRequest *request, EscInboundItem *item)
{
    const EscApiSetup *setup = request->setup;
    EscText *last = &item->senders[ESC_INBOUND_SENDERS_MAX - 1];
    EscText prefix =
        esc_arena_printf(request->arena, "%.*s ", ESC_TEXT_ARG(request->inbound->binding->type));
    if (setup->address_of != NULL && last->size == 0)
        *last = setup->address_of(setup->outside_context, request->shard, request->arena, prefix,
                                  item->senders[0]);
}

/* What names no escalation acts once; what cannot be told from its repetition does not act at all. */
static bool is_first(EscRequest *request, EscText once)
{
    EscSeen *seen = &request->door->seen;
    uint64_t hash = esc_hash(once, request->setup->hash_seed) | 1;
    return once.size > 0 &&
           atomic_exchange(&seen->hashes[hash / 2 % ESC_COUNT_OF(seen->hashes)], hash) != hash;
}

static void take_item(EscRequest *request, const EscProgram *program, uint32_t index)
{
    EscInboundItem *item = &request->inbound->reading.items[index];
    Way *way = &request->inbound->ways[index];
    *way = (Way){.act = ESC_NONE, .receipt = ESC_NONE};
    if (item->is_act)
        add_alias(request, item);
    bool is_named = item->escalation.size > 0 || item->ticket.size > 0;
    if (item->is_act)
        find_person(program, item, way);
    else if (item->outbox == 0)
        way->because = "no message is named";
    if (item->is_act && way->because == NULL && !is_named && !is_first(request, item->once))
        way->because = "it names no escalation, and has come before";
    if (way->because == NULL && item->is_act)
        add_act(request, item, way);
    if (way->because != NULL)
        (void)add(request->inbound,
                  remark_of(way, item->is_act ? act_text(request, item, way->because)
                                              : receipt_text(request, item, way->because)));
    else if (item->outbox > 0)
        add_receipt(request, item, way);
}

static void answer_now(EscRequest *request)
{
    const EscInboundReading *reading = &request->inbound->reading;
    request->answer.status = 200;
    request->answer.type = reading->type;
    esc_buf_init(&request->answer.body, reading->answer.size + 1);
    esc_buf_text(&request->answer.body, reading->answer);
}

static void parse_inbound(EscRequest *request, const EscProgram *program)
{
    EscInbound *inbound = request->inbound;
    EscInboundCall call = call_of(request);
    EscWhy why = {.text = ""};
    EscStatus status = inbound->kind->read(request->arena, &call, &inbound->reading, &why);
    if (status != ESC_OK) {
        esc_request_refuse(request, status == ESC_NO_MEMORY ? 503 : 400,
                           status == ESC_NO_MEMORY ? "no_memory" : "malformed",
                           "The body is not what this service sends", NULL, why.text);
        return;
    }
    for (uint32_t i = 0; i < inbound->reading.count; i++)
        take_item(request, program, i);
    if (esc_arena_failed(request->arena))
        esc_request_fail(request, ESC_NO_MEMORY, NULL);
    else if (inbound->inputs_count == 0)
        answer_now(request);
    request->job.inputs = inbound->inputs;
    request->job.inputs_count = request->answer.status != 0 ? 0 : inbound->inputs_count;
}

/* --- rows of receipts, from the store --------------------------------------------------------- */

typedef struct RowVisit {
    EscArena *arena;
    EscReceipt *receipt;
    bool is_found;
} RowVisit;

static bool take_row(void *context, const EscOutboxEntry *entry)
{
    RowVisit *visit = context;
    esc_outbox_row_keep(visit->arena, &entry->row, &visit->receipt->row);
    visit->receipt->from = entry->state;
    visit->is_found = true;
    return false;
}

/* An act proves only that the message of its own escalation was answered. */
static bool fits(const EscInboundItem *item, const EscOutboxRow *row)
{
    uint64_t escalation = 0;
    return row->kind == ESC_OUTBOX_MESSAGE &&
           (!item->is_act || (esc_escalation_id_read(item->escalation, &escalation) &&
                              row->escalation == escalation));
}

/* A store that fails here fails in the turn too, which stops the workspace. */
static void look_inbound(EscRequest *request, EscService *service)
{
    EscInbound *inbound = request->inbound;
    for (uint32_t i = 0; i < inbound->reading.count; i++) {
        const EscInboundItem *item = &inbound->reading.items[i];
        Way *way = &inbound->ways[i];
        if (way->told == NULL)
            continue;
        RowVisit visit = {.arena = request->arena, .receipt = way->told};
        (void)!esc_store_outbox_get(esc_service_store(service), &item->outbox, 1, take_row, &visit,
                                    NULL);
        if (!visit.is_found || !fits(item, &way->told->row))
            inbound->inputs[way->receipt] =
                remark_of(way, receipt_text(request, item, "there is no such message of it"));
    }
}

/* --- after the turn --------------------------------------------------------------------------- */

static EscWord done_word(EscVerb verb)
{
    switch (verb) {
    case ESC_VERB_ACK:
        return ESC_WORD_SAID_ACK;
    case ESC_VERB_RESOLVE:
        return ESC_WORD_SAID_RESOLVE;
    case ESC_VERB_APPROVE:
        return ESC_WORD_SAID_APPROVE;
    case ESC_VERB_REJECT:
        return ESC_WORD_SAID_REJECT;
    case ESC_VERB_CONFIRM:
        return ESC_WORD_SAID_CONFIRM;
    case ESC_VERB_CALL_OFF:
        return ESC_WORD_SAID_CALL_OFF;
    case ESC_VERB_ACCEPT:
        return ESC_WORD_SAID_ACCEPT;
    case ESC_VERB_DECLINE:
        return ESC_WORD_SAID_DECLINE;
    default:
        return ESC_WORD_SAID_ANSWER;
    }
}

/* A sentence in the language of whoever did it, in the arena. */
static EscText said(EscRequest *request, const Way *way, EscWord word, const EscText *values,
                    size_t count)
{
    EscBuf out;
    esc_buf_init(&out, ESC_INBOUND_BYTES_MAX);
    esc_word_say(&out, way->language, word, values, count);
    EscText text = esc_arena_text(request->arena, esc_buf_as_text(&out));
    esc_buf_release(&out);
    return text;
}

/* Of a refusal or a note, which the engine has said in their language. */
static EscText said_because(EscRequest *request, const Way *way, EscWord word, const char *because)
{
    EscText value = esc_utf8_cut(esc_text_from(because), WORDS_BYTES_MAX);
    return said(request, way, word, &value, 1);
}

static EscText words_of(EscRequest *request, const EscInboundItem *item, const Way *way,
                        const EscReply *reply)
{
    EscText about = shown(about_of(item));
    bool is_named = item->escalation.size > 0 || item->ticket.size > 0;
    if (!is_named && reply != NULL && reply->outcome.escalations_count > 0)
        about = esc_arena_printf(request->arena, "E-%llu",
                                 (unsigned long long)reply->outcome.escalations[0]);
    if (way->because != NULL)
        return said_because(request, way, ESC_WORD_SAID_NOT_DONE, way->because);
    if (reply == NULL)
        return (EscText){"", 0};
    if (reply->status != ESC_OK)
        return said_because(request, way, ESC_WORD_SAID_NOT_DONE, reply->why.text);
    if (reply->outcome.note[0] != '\0')
        return said_because(request, way, ESC_WORD_SAID_NOTE, reply->outcome.note);
    if (reply->outcome.is_noop)
        return said(request, way, ESC_WORD_SAID_NOTHING_LEFT, &about, 1);
    const EscText values[] = {way->person, about, shown(item->target)};
    return said(request, way, done_word(item->verb), values, ESC_COUNT_OF(values));
}

/* Back to the place where it was said, by the endpoint that the message went through. */
static void tell_back(EscRequest *request, const EscInboundItem *item,
                      const EscInboundOutcome *outcome)
{
    const EscApiSetup *setup = request->setup;
    bool is_to_person = item->person.size > 0;
    EscBuf body;
    esc_buf_init(&body, ESC_INBOUND_BYTES_MAX);
    bool has_place = item->channel.size > 0 || is_to_person;
    if (has_place && request->inbound->kind->tell(item, outcome, &body) && body.status == ESC_OK) {
        EscOutboxRow row = {.kind = ESC_OUTBOX_MESSAGE,
                            .key = ESC_TEXT("an answer to a button"),
                            .target = is_to_person ? item->person : item->channel,
                            .medium = item->medium,
                            .address = is_to_person ? item->senders[0] : (EscText){"", 0},
                            .body = esc_buf_as_text(&body)};
        setup->errand(setup->outside_context, request->shard, &row);
    }
    esc_buf_release(&body);
}

static EscInboundOutcome outcome_of(EscRequest *request, uint32_t index, const EscReply *replies)
{
    const EscInbound *inbound = request->inbound;
    const EscInboundItem *item = &inbound->reading.items[index];
    const Way *way = &inbound->ways[index];
    const EscReply *reply = way->act == ESC_NONE ? NULL : &replies[way->act];
    EscInboundOutcome outcome = {.status = way->because != NULL ? ESC_NOT_FOUND : ESC_OK};
    if (reply != NULL) {
        outcome.status = reply->outcome.is_refused ? ESC_CONFLICT : reply->status;
        outcome.is_noop = reply->outcome.is_noop;
    }
    outcome.words = words_of(request, item, way, reply);
    return outcome;
}

static void committed_inbound(EscRequest *request, const EscReply *replies)
{
    const EscInbound *inbound = request->inbound;
    const EscInboundReading *reading = &inbound->reading;
    EscInboundOutcome outcomes[ESC_INBOUND_ITEMS_MAX];
    for (uint32_t i = 0; i < reading->count; i++) {
        outcomes[i] = outcome_of(request, i, replies);
        if (reading->items[i].is_act && inbound->kind->tell != NULL &&
            request->setup->errand != NULL)
            tell_back(request, &reading->items[i], &outcomes[i]);
    }
    if (inbound->kind->answer == NULL) {
        answer_now(request);
        return;
    }
    EscBuf out;
    esc_buf_init(&out, 2 * ESC_INBOUND_BYTES_MAX);
    inbound->kind->answer(reading, outcomes, &out);
    esc_answer_json(&request->answer, 200, &out);
    request->answer.type = inbound->kind->answer_type;
}

const EscHandler esc_handle_inbound = {
    .admit = admit,
    .prove = prove,
    .parse = parse_inbound,
    .look = look_inbound,
    .committed = committed_inbound,
    .has_reserve = true,
    .takes_any_query = true,
    .body_bytes_max = ESC_INBOUND_BYTES_MAX,
    .types = ESC_FORM_TYPE "text/plain ",
};
