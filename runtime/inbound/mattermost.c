/* mattermost.c - what a Mattermost server sends when a button of a post is pressed. Pure.
 *
 * It signs nothing. The button's `context`, which the server keeps to itself and gives back, holds the button and our own
 * HMAC over it (../delivery/plan_mattermost.c): that proves the button. Who pressed it, and when, the server only says, so
 * whoever can read one request could send it again in another name: its address should be in nobody's reach but the
 * server's. A button below a message to a person is theirs alone, whoever is said to have pressed it.
 *
 * Users are known by their id and by their name, which is theirs alone on the server. */
#include <esc/inbound.h>

static const EscJsonLimits limits = {.depth_max = 16, .values_max = 2000};

static EscText text_at(const EscJson *object, const char *name)
{
    return esc_json_text_or(esc_json_member(object, esc_text_from(name)), (EscText){"", 0});
}

static EscStatus read_body(EscArena *arena, EscText body, const EscJson **root, EscWhy *why)
{
    *root = NULL;
    EscStatus status = esc_json_read(arena, body, &limits, root, why);
    return status == ESC_OK && (*root)->kind != ESC_JSON_OBJECT
               ? esc_why(why, ESC_BAD_INPUT, "", 0, "the body is no object")
               : status;
}

static EscStatus verify(const EscInboundCall *call, EscWhy *why)
{
    EscArena *arena = esc_arena_new((size_t)4 << 20);
    const EscJson *root = NULL;
    bool is_proven = false;
    if (arena != NULL && read_body(arena, call->body, &root, NULL) == ESC_OK) {
        const EscJson *context = esc_json_member(root, ESC_TEXT("context"));
        EscText button = text_at(context, "button");
        is_proven = button.size > 0 &&
                    esc_proof_hex(call->binding->secret, &button, 1, text_at(context, "proof"));
    }
    esc_arena_free(arena);
    return is_proven ? ESC_OK : esc_why(why, ESC_FORBIDDEN, "", 0, "the button is none of ours");
}

static EscStatus read_request(EscArena *arena, const EscInboundCall *call,
                              EscInboundReading *reading, EscWhy *why)
{
    const EscJson *root = NULL;
    *reading = (EscInboundReading){.items = esc_arena_alloc(arena, sizeof(EscInboundItem))};
    EscStatus status =
        reading->items == NULL ? ESC_NO_MEMORY : read_body(arena, call->body, &root, why);
    if (status != ESC_OK)
        return status;
    EscInboundItem item = {.medium = ESC_TEXT("chat"), .message = text_at(root, "post_id")};
    const EscJson *context = esc_json_member(root, ESC_TEXT("context"));
    if (!esc_inbound_button(arena, text_at(context, "button"), &item))
        return ESC_OK;
    EscText name = text_at(root, "user_name");
    item.senders[0] = text_at(root, "user_id");
    if (name.size > 0)
        item.senders[1] = esc_arena_printf(arena, "@%.*s", ESC_TEXT_ARG(name));
    reading->items[reading->count++] = item;
    return ESC_OK;
}

/* Only who pressed it sees this. */
static void answer(const EscInboundReading *reading, const EscInboundOutcome *outcomes, EscBuf *out)
{
    esc_buf_char(out, '{');
    if (reading->count > 0 && outcomes[0].words.size > 0) {
        esc_buf_string(out, "\"ephemeral_text\":");
        esc_json_text(out, outcomes[0].words);
    }
    esc_buf_char(out, '}');
}

/* The post keeps its text; in the place of its buttons stands what became of one. */
static bool tell(const EscInboundItem *item, const EscInboundOutcome *outcome, EscBuf *out)
{
    if (outcome->status != ESC_OK || item->message.size == 0)
        return false;
    esc_buf_string(out, "{\"do\":\"patch\",\"post\":");
    esc_json_text(out, item->message);
    esc_buf_string(out, ",\"with\":{\"props\":{\"attachments\":[{\"footer\":");
    esc_json_text(out, outcome->words);
    esc_buf_string(out, "}]}}}");
    return true;
}

const EscInboundKind esc_inbound_mattermost = {
    .verify = verify, .read = read_request, .answer = answer, .tell = tell};
