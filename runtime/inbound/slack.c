/* slack.c - what a Slack app sends: pressed buttons, and the questions by which Slack tries an address. Pure.
 *
 * Signed as Slack has it: X-Slack-Signature is "v0=" and the HMAC-SHA256 of "v0:" X-Slack-Request-Timestamp ":" body. A
 * pressed button is the field `payload` of a form, JSON of the type block_actions; events are JSON as such. Slack waits
 * three seconds for any answer in the 200s and shows nothing of it, so what became of a button is sent to the place where
 * it was pressed (chat.update, chat.postEphemeral).
 *
 * Who pressed it is known by the id that Slack gives them (U…), which nobody chooses: not by their name there, which they
 * can change. */
#include <esc/inbound.h>

#include <string.h>

#define SIGNED_VERSION "v0"

static const EscJsonLimits payload_limits = {.depth_max = 32, .values_max = 20000};

/* --- the proof ---------------------------------------------------------------------------------- */

static EscStatus verify(const EscInboundCall *call, EscWhy *why)
{
    EscText signature = call->header(call->context, "X-Slack-Signature");
    EscText at = call->header(call->context, "X-Slack-Request-Timestamp");
    EscText prefix = ESC_TEXT(SIGNED_VERSION "=");
    const EscText parts[] = {ESC_TEXT(SIGNED_VERSION ":"), at, ESC_TEXT(":"), call->body};
    bool has_prefix = esc_text_starts_with(signature, prefix);
    EscText hex = has_prefix ? (EscText){signature.data + prefix.size, signature.size - prefix.size}
                             : (EscText){0};
    if (!esc_proof_hex(call->binding->secret, parts, ESC_COUNT_OF(parts), hex))
        return esc_why(why, ESC_FORBIDDEN, "", 0, "the request is not signed by the Slack app");
    if (!esc_proof_is_fresh(at, call->wall_ms))
        return esc_why(why, ESC_FORBIDDEN, "", 0,
                       "the request was signed too long ago, or the clocks differ");
    return ESC_OK;
}

/* --- what is said ------------------------------------------------------------------------------- */

static EscText text_at(const EscJson *object, const char *name)
{
    return esc_json_text_or(esc_json_member(object, esc_text_from(name)), (EscText){0});
}

static void take_action(EscArena *arena, const EscJson *payload, const EscJson *action,
                        EscInboundReading *reading)
{
    const EscJson *container = esc_json_member(payload, ESC_TEXT("container"));
    EscInboundItem item = {.medium = ESC_TEXT("chat")};
    if (reading->count == ESC_INBOUND_ITEMS_MAX ||
        !esc_text_starts_with(text_at(action, "action_id"), ESC_TEXT("escal.")) ||
        !esc_inbound_button(arena, text_at(action, "value"), &item))
        return;
    item.senders[0] = text_at(esc_json_member(payload, ESC_TEXT("user")), "id");
    item.place = text_at(container, "channel_id");
    item.message = text_at(container, "message_ts");
    item.shown = esc_json_member(payload, ESC_TEXT("message"));
    reading->items[reading->count++] = item;
}

static EscStatus read_payload(EscArena *arena, EscText text, EscInboundReading *reading,
                              EscWhy *why)
{
    const EscJson *payload = NULL;
    EscStatus status = esc_json_read(arena, text, &payload_limits, &payload, why);
    if (status != ESC_OK)
        return status;
    if (!esc_text_equal(text_at(payload, "type"), ESC_TEXT("block_actions")))
        return ESC_OK; /* a shortcut or a form of another part of the app */
    const EscJson *actions = esc_json_member(payload, ESC_TEXT("actions"));
    const EscJson *action =
        actions != NULL && actions->kind == ESC_JSON_LIST ? actions->first : NULL;
    for (; action != NULL; action = action->next)
        take_action(arena, payload, action, reading);
    return ESC_OK;
}

/* Slack asks whether this address is the app's; other events tell nothing that we wait for. */
static EscStatus read_event(EscArena *arena, EscText text, EscInboundReading *reading, EscWhy *why)
{
    const EscJson *event = NULL;
    EscStatus status = esc_json_read(arena, text, &payload_limits, &event, why);
    if (status == ESC_OK && esc_text_equal(text_at(event, "type"), ESC_TEXT("url_verification"))) {
        reading->answer = text_at(event, "challenge");
        reading->type = "text/plain";
    }
    return status;
}

static EscStatus read_request(EscArena *arena, const EscInboundCall *call,
                              EscInboundReading *reading, EscWhy *why)
{
    *reading = (EscInboundReading){
        .items = esc_arena_alloc_array(arena, ESC_INBOUND_ITEMS_MAX, sizeof(EscInboundItem))};
    if (reading->items == NULL)
        return ESC_NO_MEMORY;
    if (esc_text_equal(call->type, ESC_TEXT("application/json")))
        return read_event(arena, call->body, reading, why);
    EscText payload = esc_form_find(arena, call->body, "payload");
    if (esc_form_find(arena, call->body, "ssl_check").size > 0)
        return ESC_OK;
    if (payload.size == 0)
        return esc_why(why, ESC_BAD_INPUT, "", 0, "the form has no payload");
    return read_payload(arena, payload, reading, why);
}

/* --- what is told back -------------------------------------------------------------------------- */

static void member(EscBuf *out, const char *name, EscText value)
{
    esc_buf_printf(out, ",\"%s\":", name);
    esc_json_text(out, value);
}

/* Words with a ticket's title in them: read as they stand, and nobody is called by them. */
static void put_plain(EscBuf *out, EscText words)
{
    EscBuf text;
    esc_buf_init(&text, 5 * words.size + 1);
    for (size_t i = 0; i < words.size; i++) {
        char c = words.data[i];
        if (c == '&')
            esc_buf_string(&text, "&amp;");
        else if (c == '<' || c == '>')
            esc_buf_string(&text, c == '<' ? "&lt;" : "&gt;");
        else
            esc_buf_char(&text, c);
    }
    member(out, "text", esc_buf_as_text(&text));
    esc_buf_release(&text);
}

static bool is_dropped(const EscInboundItem *item, const EscJson *element)
{
    return item->verb != ESC_VERB_ACK ||
           esc_text_equal(text_at(element, "action_id"), ESC_TEXT("escal.ack"));
}

/* The buttons that still lead somewhere: behind an acknowledgement the others. */
static void put_buttons(EscBuf *out, const EscInboundItem *item, const EscJson *block)
{
    const EscJson *elements = esc_json_member(block, ESC_TEXT("elements"));
    const EscJson *element =
        elements != NULL && elements->kind == ESC_JSON_LIST ? elements->first : NULL;
    uint32_t count = 0;
    for (; element != NULL; element = element->next) {
        if (is_dropped(item, element))
            continue;
        esc_buf_string(out, count++ == 0 ? "{\"type\":\"actions\",\"elements\":[" : ",");
        esc_json_write(out, element, 0);
    }
    if (count > 0)
        esc_buf_string(out, "]},");
}

/* The message as it was, without what nobody should press again, and what became of it. */
static void put_blocks(EscBuf *out, const EscInboundItem *item, EscText words)
{
    const EscJson *blocks = esc_json_member(item->shown, ESC_TEXT("blocks"));
    const EscJson *block = blocks != NULL && blocks->kind == ESC_JSON_LIST ? blocks->first : NULL;
    esc_buf_string(out, ",\"blocks\":[");
    for (; block != NULL; block = block->next) {
        if (esc_text_equal(text_at(block, "type"), ESC_TEXT("actions"))) {
            put_buttons(out, item, block);
            continue;
        }
        esc_json_write(out, block, 0);
        esc_buf_char(out, ',');
    }
    esc_buf_string(out, "{\"type\":\"context\",\"elements\":[{\"type\":\"plain_text\",\"text\":");
    esc_json_text(out, words);
    esc_buf_string(out, "}]}]");
}

static bool tell(const EscInboundItem *item, const EscInboundOutcome *outcome, EscBuf *out)
{
    if (item->place.size == 0 || item->message.size == 0)
        return false;
    bool is_done = outcome->status == ESC_OK;
    esc_buf_printf(out, "{\"do\":\"%s\",\"with\":{\"channel\":",
                   is_done ? "chat.update" : "chat.postEphemeral");
    esc_json_text(out, item->place);
    if (is_done) {
        member(out, "ts", item->message);
        member(out, "text", text_at(item->shown, "text"));
        put_blocks(out, item, outcome->words);
    } else { /* only who pressed it hears that it was not theirs to do */
        member(out, "user", item->senders[0]);
        put_plain(out, outcome->words);
    }
    esc_buf_string(out, "}}");
    return true;
}

const EscInboundKind esc_inbound_slack = {.verify = verify, .read = read_request, .tell = tell};
