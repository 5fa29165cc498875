/* api_open.c - POST /v1/tickets: a person opens a ticket.
 *
 * It becomes the event ticket.created, so everything starts that starts when a system tells of one. The header Idempotency-Key,
 * with the token's principal, says which request it is: who gets no answer sends the same once more, and one ticket is opened.
 * Without it each request is one of its own. */
#include <string.h>

#include "api_internal.h"

#define SOURCE "escal:opened/"

static const EscJsonLimits body_limits = {.depth_max = 8, .values_max = 4096};

/* A request that can only come once has a number of its own. */
static EscText random_key(EscRequest *request)
{
    uint8_t bytes[16];
    char hex[sizeof(bytes) * 2 + 1];
    const EscRandom *random = request->setup->random;
    random->fill(random->context, bytes, sizeof(bytes));
    esc_hex((EscBytes){bytes, sizeof(bytes)}, hex);
    return esc_arena_text(request->arena, esc_text_from(hex));
}

/* What is about the request, and no field of the ticket. */
static bool is_own_member(EscText name)
{
    return esc_text_equal(name, ESC_TEXT("as")) || esc_text_equal(name, ESC_TEXT("reason")) ||
           esc_text_equal(name, ESC_TEXT("id")) || esc_text_equal(name, ESC_TEXT("fields"));
}

static void add_member(EscJson *object, EscJson **last, EscJson *member)
{
    if (*last == NULL)
        object->first = member;
    else
        (*last)->next = member;
    *last = member;
    object->count++;
}

/* The fields of the ticket: the members of the body but for those of the request, and those of its member `fields`, where a field
 * may stand whose name is taken. NULL: refused. */
static const EscJson *fields_of(EscRequest *request, const EscJson *body)
{
    EscJson *object = esc_arena_alloc(request->arena, sizeof(*object)), *last = NULL;
    const EscJson *inner = esc_json_member(body, ESC_TEXT("fields"));
    EscJson *copies = esc_arena_alloc_array(
        request->arena, body->count + (inner == NULL ? 0 : (size_t)inner->count), sizeof(*copies));
    if (esc_arena_failed(request->arena)) {
        esc_request_fail(request, ESC_NO_MEMORY, NULL);
        return NULL;
    }
    if (inner != NULL && inner->kind != ESC_JSON_OBJECT) {
        esc_request_refuse_member(request, "bad_member", "fields", "must be an object");
        return NULL;
    }
    *object = (EscJson){.kind = ESC_JSON_OBJECT};
    const EscJson *const lists[] = {body->first, inner == NULL ? NULL : inner->first};
    for (size_t i = 0; i < ESC_COUNT_OF(lists); i++)
        for (const EscJson *one = lists[i]; one != NULL; one = one->next) {
            if (i == 0 && is_own_member(one->name))
                continue;
            *copies = *one;
            copies->next = NULL;
            add_member(object, &last, copies++);
        }
    return object;
}

/* The field that is wrong is the first word of what is said of it. */
static void refuse_field(EscRequest *request, const char *why)
{
    char name[64];
    size_t size = strcspn(why, " :");
    bool is_name = size > 0 && size < sizeof(name) && why[size] != '\0' &&
                   strspn(why, "abcdefghijklmnopqrstuvwxyz0123456789_.") == size;
    if (!is_name) {
        esc_request_refuse(request, 422, "bad_input", "The ticket cannot be opened", NULL, why);
        return;
    }
    memcpy(name, why, size);
    name[size] = '\0';
    esc_request_refuse_member(
        request, strstr(why, " is missing") != NULL ? "missing_member" : "bad_member", name, why);
}

static void make_input(EscRequest *request, EscParsedEvent *made)
{
    EscInput *input = esc_arena_alloc(request->arena, sizeof(*input));
    EscOpening *opening = esc_arena_alloc(request->arena, sizeof(*opening));
    if (input == NULL || opening == NULL) {
        esc_request_fail(request, ESC_NO_MEMORY, NULL);
        return;
    }
    *opening = (EscOpening){request->action.actor, request->action.by, request->action.reason};
    made->event.opening = opening;
    *input = (EscInput){.kind = ESC_INPUT_EVENT, .event = &made->event};
    request->job.inputs = input;
    request->job.inputs_count = 1;
}

static void read_ticket(EscRequest *request, const EscProgram *program, EscOpenedTicket *opened)
{
    EscParsedEvent *made = esc_arena_alloc(request->arena, sizeof(*made));
    EscWhy why = {.text = ""};
    opened->source =
        esc_arena_printf(request->arena, SOURCE "%.*s", ESC_TEXT_ARG(request->principal));
    opened->id = request->key.size > 0 ? request->key : random_key(request);
    if (opened->ticket.size == 0)
        opened->ticket = esc_ticket_id_make(request->arena, 'P', opened->source, opened->id);
    if (esc_arena_failed(request->arena)) {
        esc_request_fail(request, ESC_NO_MEMORY, NULL);
        return;
    }
    EscStatus status = esc_ticket_read(request->arena, program, opened, &made->event, &why);
    request->events = made;
    if (status == ESC_OK)
        make_input(request, made);
    else if (status == ESC_BAD_INPUT)
        refuse_field(request, why.text);
    else
        esc_request_fail(request, status, &why);
}

static void parse_open(EscRequest *request, const EscProgram *program)
{
    const EscJson *body = esc_request_read_body(request, &body_limits);
    EscOpenedTicket opened = {.ticket = {0}};
    const EscJson *fields = esc_json_member(body, ESC_TEXT("fields"));
    if (body == NULL || !esc_request_take_actor(request, body) ||
        !esc_request_take_text(request, body, "reason", ESC_REASON_BYTES_MAX,
                               &request->action.reason) ||
        !esc_request_take_text(request, body, "id", ESC_ID_BYTES_MAX, &opened.ticket))
        return;
    if (opened.ticket.size == 0)
        opened.ticket = esc_json_text_or(esc_json_member(fields, ESC_TEXT("id")), opened.ticket);
    opened.fields = fields_of(request, body);
    if (opened.fields != NULL)
        read_ticket(request, program, &opened);
}

/* The id is told of a repeated request too: who sends it has not seen the first answer. */
static void answer_open(EscRequest *request, const EscReply *reply)
{
    bool is_known = reply->status == ESC_DUPLICATE;
    if (reply->status != ESC_OK && !is_known) {
        esc_request_fail(request, reply->status, &reply->why);
        return;
    }
    EscBuf out;
    esc_buf_init(&out, 4096);
    if (is_known) {
        esc_buf_string(&out, "{\"escalations\":[],\"ticket\":");
        esc_json_text(&out, request->events->event.subject);
    } else {
        esc_buf_char(&out, '{');
        esc_outcome_write(&out, &reply->outcome);
    }
    esc_buf_printf(&out, ",\"noop\":%s", is_known ? "true" : "false");
    if (is_known)
        esc_buf_string(&out, ",\"note\":\"it was opened already, by the same request\"");
    esc_buf_char(&out, '}');
    esc_answer_json(&request->answer, is_known ? 200 : 201, &out);
}

const EscHandler esc_handle_open = {
    .headers = esc_open_take_key,
    .parse = parse_open,
    .committed = answer_open,
    .has_reserve = true,
    .body_bytes_max = ESC_ACTION_BYTES_MAX,
};
