/* api_retry.c - POST /v1/outbox/ID/retry: a message that was given up is sent once more, as somebody asks. */
#include "api_internal.h"

#define RETRY_VALUES_MAX 16

static bool take_id(EscRequest *request, uint64_t *id)
{
    if (esc_id_read(esc_buf_as_text(&request->parameter), id))
        return true;
    esc_request_refuse(request, 404, "not_found", "There is no such thing", NULL,
                       "a message of the outbox has a number");
    return false;
}

static void parse_retry(EscRequest *request, const EscProgram *program)
{
    (void)program;
    const EscJsonLimits limits = {.depth_max = 4, .values_max = RETRY_VALUES_MAX};
    EscAgain *again = &request->again;
    const EscJson *body = esc_request_read_body(request, &limits);
    if (body == NULL || !take_id(request, &again->row.id) ||
        !esc_request_check_members(request, body) || !esc_request_take_actor(request, body) ||
        !esc_request_take_text(request, body, "reason", ESC_REASON_BYTES_MAX, &again->reason))
        return;
    again->actor = request->action.actor;
    again->by = request->action.by;
    esc_request_make_input(request, (EscInput){.kind = ESC_INPUT_AGAIN, .again = again});
}

static bool take_row(void *context, const EscOutboxEntry *entry)
{
    EscRequest *request = context;
    EscAgain *again = &request->again;
    esc_outbox_row_keep(request->arena, &entry->row, &again->row);
    again->row.body = esc_arena_text(request->arena, entry->row.body);
    again->state = entry->state;
    request->has_row = true;
    return false;
}

/* The engine has forgotten what was given up: the store has its row. */
static void look_retry(EscRequest *request, EscService *service)
{
    EscWhy why = {.text = ""};
    uint64_t id = request->again.row.id;
    EscStatus status =
        esc_store_outbox_get(esc_service_store(service), &id, 1, take_row, request, &why);
    if (status == ESC_OK && esc_arena_failed(request->arena))
        status = ESC_NO_MEMORY;
    if (status == ESC_OK && !request->has_row)
        status =
            esc_why(&why, ESC_NOT_FOUND, "", 0, "there is no message %llu", (unsigned long long)id);
    if (status == ESC_OK)
        return;
    request->job.inputs_count = 0;
    esc_request_fail(request, status, &why);
}

const EscHandler esc_handle_retry = {
    .headers = esc_act_headers,
    .parse = parse_retry,
    .look = look_retry,
    .committed = esc_request_answer_act,
    .has_reserve = true,
    .may_be_empty = true,
    .body_bytes_max = ESC_ACTION_BYTES_MAX,
};
