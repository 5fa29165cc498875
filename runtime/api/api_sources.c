/* api_sources.c - POST /v1/sources/NAME: what other systems send in their own words (runtime/sources).
 *
 * The door finds workspace and source, and judges tokens; a worker judges signatures, which need the body, and maps it. A
 * sender of webhooks repeats what got a 5xx and drops what got a 4xx, so only what is no JSON, too large or not proven is
 * refused: everything else is taken, as events or as records of what could not be mapped, in one commit, and answered then. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api_internal.h"

/* --- telling the workspace ---------------------------------------------------------------------- */

/* A remark that no request waits for. */
typedef struct Telling {
    EscJob job; /* first */
    EscRemark remark;
    EscInput input;
    EscBuf texts; /* what the remark's texts lie in */
} Telling;

static void telling_over(EscJob *job)
{
    Telling *telling = (Telling *)job; /* its first member */
    esc_buf_release(&telling->texts);
    free(telling);
}

static const EscJobSteps telling_steps = {.over = telling_over};

static void tell(EscShard *shard, EscRemarkKind kind, EscText source, EscText what, EscText content)
{
    Telling *telling = calloc(1, sizeof *telling);
    if (telling == NULL)
        return; /* the sender was answered all the same, and the next alarm comes */
    esc_buf_init(&telling->texts, source.size + what.size + content.size + 1);
    esc_buf_text(&telling->texts, source);
    esc_buf_text(&telling->texts, what);
    esc_buf_text(&telling->texts, content);
    const char *data = (const char *)telling->texts.data;
    if (telling->texts.status == ESC_OK)
        telling->remark = (EscRemark){.kind = kind,
                                      .source = {data, source.size},
                                      .what = {data + source.size, what.size},
                                      .content = {data + source.size + what.size, content.size}};
    telling->input = (EscInput){.kind = ESC_INPUT_REMARK, .remark = &telling->remark};
    telling->job = (EscJob){.steps = &telling_steps, .inputs = &telling->input, .inputs_count = 1};
    if (telling->texts.status != ESC_OK || !esc_shard_put(shard, &telling->job))
        telling_over(&telling->job);
}

/* --- refusals ------------------------------------------------------------------------------------ */

/* How many in a row, with this one; a proof begins anew. */
static uint32_t count_refusal(EscRequest *request, bool is_refused)
{
    uint64_t key = esc_hash(esc_shard_name(request->shard), request->setup->hash_seed);
    return esc_refusals_count(&request->door->refusals, key ^ (request->call.source + 1),
                              is_refused);
}

static EscText name_of(const EscRequest *request)
{
    const EscProgram *program = esc_bundle_program(esc_shard_bundle(request->shard));
    return program->texts[program->sources[request->call.source].name];
}

static void note_refusal(EscRequest *request, EscSourceProof proof)
{
    uint32_t count = count_refusal(request, true);
    char what[160];
    if (!esc_refusals_are_told(count))
        return;
    (void)snprintf(what, sizeof what, "%u in a row: %s", (unsigned)count,
                   esc_source_proof_words(proof));
    tell(request->shard, ESC_REMARK_SOURCE_REFUSED, name_of(request), esc_text_from(what),
         (EscText){0});
}

/* --- at the door --------------------------------------------------------------------------------- */

/* A token of the API that may post events is proof enough, and says which workspace is meant. */
static const EscToken *token_of(const EscRequest *request)
{
    const EscToken *token = esc_request_token(request);
    return token != NULL && (token->scopes & ESC_SCOPE_BIT_EVENTS) != 0 ? token : NULL;
}

static EscShard *shard_of_query(EscRequest *request)
{
    const EscShards *shards = request->setup->shards;
    EscShard *shard = NULL;
    EscBuf name;
    esc_buf_init(&name, ESC_ID_BYTES_MAX);
    EscStatus status = esc_query_get(esc_http_query(request->http), "workspace", &name);
    if (status == ESC_OK)
        shard = esc_shards_find(shards, esc_buf_as_text(&name));
    else if (status == ESC_NOT_FOUND && shards->count == 1)
        shard = shards->items[0];
    esc_buf_release(&name);
    if (shard != NULL)
        return shard;
    esc_request_refuse(request, 404, "no_such_source", "There is no such source", "query:workspace",
                       status == ESC_NOT_FOUND ? "say whose it is: ?workspace=NAME" : "");
    return NULL;
}

static void take_secret(EscRequest *request)
{
    const EscConfig *config = request->setup->config;
    const EscWorkspaceConfig *workspace =
        config == NULL ? NULL : esc_config_workspace(config, esc_shard_name(request->shard));
    for (uint32_t i = 0; workspace != NULL && i < workspace->sources.count; i++) {
        const EscSourceBinding *source = &workspace->sources.items[i];
        if (esc_text_equal(source->name, name_of(request)))
            request->call.secret = (EscSourceSecret){
                .secret = source->secret, .former = source->former_secret, .url = source->url};
    }
}

typedef struct Headers {
    EscRequest *request;
    EscSourceHeader *items;
} Headers;

static bool keep_header(void *context, EscText name, EscText value)
{
    const Headers *headers = context;
    EscArena *arena = headers->request->arena;
    EscSourceSent *sent = &headers->request->call.sent;
    headers->items[sent->headers_count++] =
        (EscSourceHeader){esc_arena_text(arena, name), esc_arena_text(arena, value)};
    return sent->headers_count < ESC_SOURCE_SENT_HEADERS_MAX;
}

/* What the source may read; all of them, since which it reads is for a worker to find out. */
static void keep_headers(EscRequest *request)
{
    EscSourceSent *sent = &request->call.sent;
    Headers headers = {request, esc_arena_alloc_array(request->arena, ESC_SOURCE_SENT_HEADERS_MAX,
                                                      sizeof *headers.items)};
    if (headers.items == NULL)
        return; /* the arena says so */
    sent->headers = headers.items;
    esc_http_each_header(request->http, keep_header, &headers);
    sent->type = esc_arena_text(request->arena,
                                esc_text_from(esc_http_header(request->http, "Content-Type")));
}

/* What a worker needs of the headers is copied: they are the door's. */
static void keep_proof(EscRequest *request, const EscProgram *program)
{
    EscSourceRequest *proof = &request->call.proof;
    const char *query = esc_http_query(request->http);
    for (uint32_t i = 0; i < ESC_SOURCE_HEADERS_MAX; i++) {
        char name[65];
        const char *value = esc_source_header(program, request->call.source, i, name)
                                ? esc_http_header(request->http, name)
                                : NULL;
        if (value != NULL)
            proof->headers[i] = esc_arena_text(request->arena, esc_text_from(value));
    }
    if (query != NULL)
        proof->query = esc_arena_text(request->arena, esc_text_from(query));
    const EscClock *clock = request->setup->clock;
    proof->now_ms = clock->wall_ms(clock->context);
}

static bool is_proven_by_token(EscRequest *request, const EscProgram *program)
{
    if (request->call.is_proven || !esc_source_is_token(program, request->call.source))
        return true; /* of others a worker judges, who has the body */
    EscSourceProof proof = esc_source_verify(program, request->call.source, &request->call.secret,
                                             &request->call.proof);
    request->call.is_proven = proof == ESC_SOURCE_PROVEN;
    if (request->call.is_proven)
        return true;
    note_refusal(request, proof);
    esc_request_refuse_proof(request, proof == ESC_SOURCE_WRONG, esc_source_proof_words(proof));
    return false;
}

/* The door's part: workspace, source and token. False: it was answered. */
static bool admit(EscRequest *request)
{
    const EscToken *token = token_of(request);
    request->shard = token != NULL ? esc_shards_find(request->setup->shards, token->workspace)
                                   : shard_of_query(request);
    if (request->shard == NULL || esc_shard_bundle(request->shard) == NULL) {
        if (request->shard == NULL && request->answer.status == 0)
            esc_request_refuse(request, 404, "no_such_source", "There is no such source", NULL, "");
        return request->shard != NULL; /* of one that could not be opened the state says why */
    }
    const EscProgram *program = esc_bundle_program(esc_shard_bundle(request->shard));
    request->call.source = esc_source_find(program, esc_buf_as_text(&request->parameter));
    if (request->call.source == ESC_NONE) {
        esc_request_refuse(request, 404, "no_such_source", "There is no such source", NULL,
                           "the templates of the workspace declare no source of this name");
        return false;
    }
    request->call.is_proven = token != NULL;
    take_secret(request);
    keep_proof(request, program);
    keep_headers(request);
    if (esc_arena_failed(request->arena)) {
        esc_request_later(request);
        return false;
    }
    return is_proven_by_token(request, program);
}

/* --- on a worker --------------------------------------------------------------------------------- */

static bool check_signature(EscRequest *request, const EscProgram *program)
{
    EscSourceCall *call = &request->call;
    call->proof.body = esc_buf_as_text(&request->body);
    EscSourceProof proof =
        call->is_proven ? ESC_SOURCE_PROVEN
                        : esc_source_verify(program, call->source, &call->secret, &call->proof);
    if (proof == ESC_SOURCE_PROVEN) {
        (void)count_refusal(request, false);
        return true;
    }
    note_refusal(request, proof);
    esc_request_refuse(request, 401, "unproven", "The sender is not known", NULL,
                       esc_source_proof_words(proof));
    return false;
}

static void refuse_body(EscRequest *request, EscStatus status, const EscWhy *why)
{
    if (status == ESC_BAD_INPUT && strcmp(why->check, "JSON") == 0)
        esc_request_refuse(request, 400, "malformed_json", "The body is not JSON", NULL, why->text);
    else if (status == ESC_OVER_LIMIT)
        esc_request_refuse(request, 413, "over_limit", "The body is too large", NULL, why->text);
    else
        esc_request_later(request);
}

static void answer_nothing(EscRequest *request)
{
    EscBuf out;
    esc_buf_init(&out, 64);
    esc_buf_string(&out, "{\"items\":[]}");
    esc_answer_json(&request->answer, 200, &out);
}

/* Events and remarks in the order of the items: all of them are one commit. */
static void make_inputs(EscRequest *request)
{
    EscSourceCall *call = &request->call;
    const uint32_t count = call->found.count + (call->found.left_out.size > 0);
    EscInput *inputs = esc_arena_alloc_array(request->arena, count, sizeof *inputs);
    EscRemark *remarks = esc_arena_alloc_array(request->arena, count, sizeof *remarks);
    if (inputs == NULL || remarks == NULL) {
        esc_request_later(request);
        return;
    }
    for (uint32_t i = 0; i < call->found.count; i++) {
        const EscSourceItem *item = &call->found.items[i];
        remarks[i] = (EscRemark){.kind = ESC_REMARK_NOT_MAPPED,
                                 .source = name_of(request),
                                 .what = item->why,
                                 .content = item->kept};
        inputs[i] = item->is_mapped ? (EscInput){.kind = ESC_INPUT_EVENT, .event = &item->event}
                                    : (EscInput){.kind = ESC_INPUT_REMARK, .remark = &remarks[i]};
    }
    if (count > call->found.count) {
        remarks[count - 1] = (EscRemark){
            .kind = ESC_REMARK_LEFT_OUT, .source = name_of(request), .what = call->found.left_out};
        inputs[count - 1] = (EscInput){.kind = ESC_INPUT_REMARK, .remark = &remarks[count - 1]};
    }
    request->job.inputs = inputs;
    request->job.inputs_count = count;
}

static void parse_source(EscRequest *request, const EscProgram *program)
{
    EscSourceCall *call = &request->call;
    EscWhy why = {.text = ""};
    if (!check_signature(request, program))
        return;
    call->sent.body = esc_buf_as_text(&request->body);
    call->sent.now_ms = call->proof.now_ms;
    EscStatus status = esc_source_map(request->arena, esc_shard_bundle(request->shard),
                                      call->source, &call->sent, NULL, &call->found, &why);
    esc_buf_release(&request->body); /* what is kept of it was copied */
    if (status != ESC_OK)
        refuse_body(request, status, &why);
    else if (call->found.count == 0 && call->found.left_out.size == 0)
        answer_nothing(request);
    else if (esc_request_let_in(request, call->found.count + (call->found.left_out.size > 0)))
        make_inputs(request);
}

/* --- after the turn ------------------------------------------------------------------------------ */

static bool is_known(EscStatus status)
{
    return status == ESC_DUPLICATE ||
           status == ESC_CONFLICT; /* the same event, whatever it says now */
}

/* What the engine refuses came with a right proof too, and is kept. */
static void keep_refused(EscRequest *request, const EscSourceItem *item, const EscReply *reply)
{
    if (item->is_mapped && reply->status != ESC_OK && !is_known(reply->status))
        tell(request->shard, ESC_REMARK_NOT_MAPPED, name_of(request),
             esc_text_from(reply->why.text),
             esc_utf8_cut(item->event.json, ESC_SOURCE_KEPT_BYTES_MAX));
}

static void write_notes(EscBuf *out, const EscEvent *event)
{
    for (uint32_t i = 0; i < event->notes_count; i++) {
        esc_buf_string(out, i == 0 ? ",\"notes\":[" : ",");
        esc_json_text(out, event->notes[i]);
    }
    esc_buf_string(out, event->notes_count > 0 ? "]" : "");
}

static void write_item(EscBuf *out, const EscSourceItem *item, const EscReply *reply)
{
    const char *word = !item->is_mapped          ? "not_mapped"
                       : reply->status == ESC_OK ? "accepted"
                       : is_known(reply->status) ? "duplicate"
                                                 : "refused";
    esc_buf_printf(out, "{\"status\":\"%s\"", word);
    if (!item->is_mapped) {
        esc_buf_string(out, ",\"detail\":");
        esc_json_text(out, item->why);
    } else {
        esc_buf_string(out, ",\"id\":");
        esc_json_text(out, item->event.id);
    }
    if (item->is_mapped && reply->status == ESC_OK) {
        esc_buf_char(out, ',');
        esc_outcome_write(out, &reply->outcome);
        write_notes(out, &item->event);
    } else if (item->is_mapped && reply->why.text[0] != '\0' && reply->status != ESC_DUPLICATE) {
        esc_buf_string(out, ",\"detail\":");
        esc_json_text(out, esc_text_from(reply->why.text));
    }
    esc_buf_char(out, '}');
}

static void answer_source(EscRequest *request, const EscReply *replies)
{
    const EscSourceCall *call = &request->call;
    bool has_new = false;
    EscBuf out;
    esc_buf_init(&out, (size_t)16 << 20);
    esc_buf_string(&out, "{\"items\":[");
    for (uint32_t i = 0; i < call->found.count; i++) {
        const EscSourceItem *item = &call->found.items[i];
        has_new = has_new || !item->is_mapped || !is_known(replies[i].status);
        keep_refused(request, item, &replies[i]);
        esc_buf_string(&out, i == 0 ? "" : ",");
        write_item(&out, item, &replies[i]);
    }
    esc_buf_char(&out, ']');
    if (call->found.left_out.size > 0) {
        esc_buf_string(&out, ",\"left_out\":");
        esc_json_text(&out, call->found.left_out);
    }
    esc_buf_char(&out, '}');
    esc_answer_json(&request->answer, has_new ? 202 : 200, &out);
}

const EscHandler esc_handle_source = {
    .admit = admit,
    .parse = parse_source,
    .committed = answer_source,
    .parses_apart = true,
    .takes_webhooks = true,
    .takes_any_query = true,
    .takes_any_type = true,
    .body_bytes_max = ESC_SOURCE_BODY_BYTES_MAX,
};
