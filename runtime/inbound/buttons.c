/* buttons.c - buttons of our own below messages of ntfy and in notices of a browser. Pure.
 *
 * Nobody but us signs them: the body of a request is a button (esc_button_write) with whose it is and how long it holds,
 * {"do",…,"m":"push","s":"ana-tel","t":1767690000}, and X-Escal-Proof its HMAC-SHA256 with the binding's secret, in hex.
 * Whoever holds the message can press it, as its receiver; what was pressed twice is done once. */
#include <esc/inbound.h>

static const EscJsonLimits limits = {.depth_max = 2, .values_max = 16};

static EscText text_at(const EscJson *object, const char *name)
{
    return esc_json_text_or(esc_json_member(object, esc_text_from(name)), (EscText){"", 0});
}

/* Of a body that is proven to be ours. */
static bool is_over(const EscInboundCall *call)
{
    EscArena *arena = esc_arena_new(4 * ESC_INBOUND_BYTES_MAX);
    const EscJson *body = NULL;
    bool is_read =
        arena != NULL && esc_json_read(arena, call->body, &limits, &body, NULL) == ESC_OK;
    const EscJson *until = is_read ? esc_json_member(body, ESC_TEXT("t")) : NULL;
    bool holds =
        until != NULL && until->kind == ESC_JSON_INTEGER && call->wall_ms / 1000 <= until->integer;
    esc_arena_free(arena);
    return !holds;
}

static EscStatus verify(const EscInboundCall *call, EscWhy *why)
{
    EscText given = call->header(call->context, "X-Escal-Proof");
    if (!esc_proof_hex(call->binding->secret, &call->body, 1, given))
        return esc_why(why, ESC_FORBIDDEN, "", 0, "this button is none of ours");
    return is_over(call) ? esc_why(why, ESC_FORBIDDEN, "", 0, "this button does not hold any more")
                         : ESC_OK;
}

static EscStatus read_request(EscArena *arena, const EscInboundCall *call,
                              EscInboundReading *reading, EscWhy *why)
{
    const EscJson *body = NULL;
    EscInboundItem *item = esc_arena_alloc(arena, sizeof(*item));
    *reading = (EscInboundReading){.items = item};
    EscStatus status =
        item == NULL ? ESC_NO_MEMORY : esc_json_read(arena, call->body, &limits, &body, why);
    if (status != ESC_OK)
        return status;
    if (!esc_inbound_button(arena, call->body, item))
        return esc_why(why, ESC_BAD_INPUT, "", 0, "it is no button");
    item->medium = text_at(body, "m");
    item->senders[0] = text_at(body, "s");
    reading->count = 1;
    return ESC_OK;
}

static void answer(const EscInboundReading *reading, const EscInboundOutcome *outcomes, EscBuf *out)
{
    (void)reading;
    esc_buf_printf(out, "{\"done\":%s,\"said\":",
                   outcomes[0].status == ESC_OK && !outcomes[0].is_noop ? "true" : "false");
    esc_json_text(out, outcomes[0].words);
    esc_buf_char(out, '}');
}

const EscInboundKind esc_inbound_buttons = {
    .verify = verify, .read = read_request, .answer = answer};
