/* gateway.c - what a gateway for text messages and calls in Twilio's form sends: receipts, answers by text, and keys that
 * were pressed while a page was read out. Pure.
 *
 * Forms, signed as Twilio has it: X-Twilio-Signature is the HMAC-SHA1, in base64 and with the account's token, of the
 * address as the gateway called it and of all fields, sorted by name, each name with its value behind it. The address is
 * ours: public_url, the path, and the query that we wrote (plan_gateway.c): o, the message; e, the escalation; k, what each
 * key means, "ack" or "answer.yes"; so a receipt and a key say what they are about, and nobody else can write one.
 *
 * An answer by text names its escalation ("ack E-12"): there is no time in a signature, and what somebody sends again a week
 * later must not acknowledge something else. Who wrote or pressed is known by the number, which the gateway vouches for as
 * far as telephone networks do. */
#include <esc/inbound.h>

#include <string.h>
#include <strings.h>

#define FIELDS_MAX 128
#define XML_TYPE "text/xml"

typedef struct Field {
    EscText name, value;
} Field;

typedef struct Fields {
    Field items[FIELDS_MAX];
    uint32_t count;
} Fields;

/* False: it is no form, or has too many fields. */
static bool read_fields(EscArena *arena, EscText form, Fields *fields)
{
    Field field;
    fields->count = 0;
    while (esc_form_next(arena, &form, &field.name, &field.value)) {
        if (fields->count == FIELDS_MAX)
            return false;
        fields->items[fields->count++] = field;
    }
    return form.size == 0;
}

static EscText value_of(const Fields *fields, const char *name)
{
    for (uint32_t i = 0; i < fields->count; i++)
        if (esc_text_equal(fields->items[i].name, esc_text_from(name)))
            return fields->items[i].value;
    return (EscText){"", 0};
}

/* --- the proof ---------------------------------------------------------------------------------- */

static void sort_fields(Fields *fields)
{
    for (uint32_t i = 1; i < fields->count; i++) { /* a few dozen at most */
        Field one = fields->items[i];
        uint32_t at = i;
        for (; at > 0 && esc_text_compare(fields->items[at - 1].name, one.name) > 0; at--)
            fields->items[at] = fields->items[at - 1];
        fields->items[at] = one;
    }
}

static void put_signed(const EscInboundCall *call, const Fields *fields, EscBuf *out)
{
    esc_buf_printf(out, "%.*s/v1/inbound/%.*s", ESC_TEXT_ARG(call->config->public_url),
                   ESC_TEXT_ARG(call->binding->name));
    if (call->query.size > 0)
        esc_buf_char(out, '?');
    esc_buf_text(out, call->query);
    for (uint32_t i = 0; i < fields->count; i++) {
        esc_buf_text(out, fields->items[i].name);
        esc_buf_text(out, fields->items[i].value);
    }
}

static EscStatus verify(const EscInboundCall *call, EscWhy *why)
{
    EscArena *arena = esc_arena_new(8 * ESC_INBOUND_BYTES_MAX);
    Fields fields = {.count = 0};
    EscBuf text;
    esc_buf_init(&text, 4 * ESC_INBOUND_BYTES_MAX);
    bool is_form = arena != NULL && read_fields(arena, call->body, &fields);
    sort_fields(&fields);
    put_signed(call, &fields, &text);
    EscText signed_text = esc_buf_as_text(&text);
    EscText given = call->header(call->context, "X-Twilio-Signature");
    bool is_proven = text.status == ESC_OK &&
                     esc_proof_sha1_base64(call->binding->secret, signed_text, given) && is_form;
    esc_buf_release(&text);
    esc_arena_free(arena);
    return is_proven ? ESC_OK
                     : esc_why(why, ESC_FORBIDDEN, "", 0,
                               "the request is not signed by the gateway's account for this "
                               "daemon's public_url");
}

/* --- what is said ------------------------------------------------------------------------------- */

static uint64_t number_of(EscText text)
{
    uint64_t number = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.size > 18 || text.data[i] < '0' || text.data[i] > '9')
            return 0;
        number = number * 10 + (uint64_t)(text.data[i] - '0');
    }
    return number;
}

/* What is under way yet tells nothing. A call that somebody takes has arrived, whoever has heard it. */
static bool find_state(EscText word, EscDeliveryState *state)
{
    static const struct {
        const char *word;
        EscDeliveryState state;
    } rows[] = {{"sent", ESC_DELIVERY_ACCEPTED},
                {"delivered", ESC_DELIVERY_DELIVERED},
                {"read", ESC_DELIVERY_SEEN},
                {"undelivered", ESC_DELIVERY_DEAD},
                {"failed", ESC_DELIVERY_DEAD},
                {"canceled", ESC_DELIVERY_DEAD},
                {"in-progress", ESC_DELIVERY_DELIVERED},
                {"completed", ESC_DELIVERY_DELIVERED},
                {"busy", ESC_DELIVERY_DEAD},
                {"no-answer", ESC_DELIVERY_DEAD}};
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++)
        if (esc_text_equal(word, esc_text_from(rows[i].word))) {
            *state = rows[i].state;
            return true;
        }
    return false;
}

static void read_receipt(EscArena *arena, const Fields *query, const Fields *form,
                         EscInboundReading *reading)
{
    EscText message = value_of(form, "MessageStatus"), called = value_of(form, "CallStatus");
    EscText word = message.size > 0 ? message : called, code = value_of(form, "ErrorCode");
    EscInboundItem item = {.outbox = number_of(value_of(query, "o"))};
    if (item.outbox == 0 || !find_state(word, &item.state))
        return;
    item.detail = code.size == 0 ? word
                                 : esc_arena_printf(arena, "%.*s, error %.*s", ESC_TEXT_ARG(word),
                                                    ESC_TEXT_ARG(code));
    reading->items[reading->count++] = item;
}

/* "ack" or "answer.yes", as plan_gateway.c wrote it. */
static bool take_meaning(EscArena *arena, EscText meaning, EscInboundItem *item)
{
    const char *dot = meaning.size == 0 ? NULL : memchr(meaning.data, '.', meaning.size);
    size_t size = dot == NULL ? meaning.size : (size_t)(dot - meaning.data);
    item->target = dot == NULL ? (EscText){"", 0}
                               : esc_arena_text(arena, (EscText){dot + 1, meaning.size - size - 1});
    return esc_inbound_verb((EscText){meaning.data, size}, &item->verb);
}

static void say_now(EscInboundReading *reading, EscText document)
{
    reading->type = XML_TYPE;
    reading->answer = document;
}

/* One key: the number of what it means among the `k` of our query. */
static void read_key(EscArena *arena, const Fields *query, const Fields *form,
                     EscInboundReading *reading)
{
    uint64_t key = number_of(value_of(form, "Digits")), at = 0;
    EscInboundItem item = {.is_act = true,
                           .medium = ESC_TEXT("phone"),
                           .senders = {value_of(form, "To")},
                           .outbox = number_of(value_of(query, "o")),
                           .escalation = value_of(query, "e")};
    for (uint32_t i = 0; i < query->count; i++)
        if (esc_text_equal(query->items[i].name, ESC_TEXT("k")) && ++at == key &&
            take_meaning(arena, query->items[i].value, &item)) {
            reading->items[reading->count++] = item;
            return;
        }
    say_now(reading, ESC_TEXT("<Response><Say>Nothing was done: this key means nothing.</Say>"
                              "</Response>"));
}

/* --- answers by text ---------------------------------------------------------------------------- */

static EscText next_word(EscText *text)
{
    while (text->size > 0 && (unsigned char)text->data[0] <= ' ')
        *text = (EscText){text->data + 1, text->size - 1};
    size_t size = 0;
    while (size < text->size && (unsigned char)text->data[size] > ' ')
        size++;
    EscText word = {text->data, size};
    *text = (EscText){text->data + size, text->size - size};
    return word;
}

static bool is_word(EscText word, const char *other)
{
    return word.size == strlen(other) && strncasecmp(word.data, other, word.size) == 0;
}

/* What every gateway understands itself, and answers. */
static bool is_gateways_own(EscText word)
{
    static const char *const words[] = {"stop", "stopall", "unsubscribe", "cancel", "end",
                                        "quit", "start",   "unstop",      "help",   "info"};
    for (size_t i = 0; i < ESC_COUNT_OF(words); i++)
        if (is_word(word, words[i]))
            return true;
    return false;
}

static EscText lower(EscArena *arena, EscText word)
{
    EscText copy = esc_arena_text(arena, word);
    char *bytes = (char *)(uintptr_t)copy.data;
    for (size_t i = 0; i < copy.size; i++)
        bytes[i] = esc_ascii_lower(bytes[i]);
    return copy;
}

/* A word that is no verb is the name of an answer. */
static void take_word(EscArena *arena, EscText word, EscInboundItem *item)
{
    EscText small = lower(arena, word);
    if (is_word(word, "ok") || is_word(word, "1"))
        item->verb = ESC_VERB_ACK;
    else if (!esc_inbound_verb(small, &item->verb) || item->verb == ESC_VERB_ANSWER) {
        item->verb = ESC_VERB_ANSWER;
        item->target = small;
    }
}

static void read_text(EscArena *arena, const Fields *form, EscInboundReading *reading)
{
    EscText rest = value_of(form, "Body"), word = next_word(&rest), what = {"", 0};
    EscInboundItem item = {
        .is_act = true, .medium = ESC_TEXT("phone"), .senders = {value_of(form, "From")}};
    if (word.size == 0 || is_gateways_own(word)) {
        say_now(reading, ESC_TEXT("<Response/>"));
        return;
    }
    for (; word.size > 0; word = next_word(&rest)) {
        if (item.escalation.size == 0 && word.size > 2 && strncasecmp(word.data, "E-", 2) == 0)
            item.escalation = esc_arena_printf(arena, "E-%.*s", (int)word.size - 2, word.data + 2);
        else if (what.size == 0)
            what = word;
    }
    if (what.size == 0) {
        say_now(reading, ESC_TEXT("<Response><Message>Nothing was done: write what you answer and "
                                  "the escalation, such as ACK E-12.</Message></Response>"));
        return;
    }
    item.once = value_of(form, "MessageSid");
    take_word(arena, what, &item);
    reading->items[reading->count++] = item;
}

static EscStatus read_request(EscArena *arena, const EscInboundCall *call,
                              EscInboundReading *reading, EscWhy *why)
{
    Fields *query = esc_arena_alloc(arena, sizeof(*query)),
           *form = esc_arena_alloc(arena, sizeof(*form));
    *reading = (EscInboundReading){.items = esc_arena_alloc(arena, sizeof(EscInboundItem))};
    if (query == NULL || form == NULL || reading->items == NULL)
        return ESC_NO_MEMORY;
    if (!read_fields(arena, call->query, query) || !read_fields(arena, call->body, form))
        return esc_why(why, ESC_BAD_INPUT, "", 0, "it is no form");
    say_now(reading, ESC_TEXT("<Response/>"));
    if (value_of(form, "Digits").size > 0)
        read_key(arena, query, form, reading);
    else if (value_of(query, "o").size > 0)
        read_receipt(arena, query, form, reading);
    else if (value_of(form, "From").size > 0)
        read_text(arena, form, reading);
    return ESC_OK;
}

/* --- what is answered --------------------------------------------------------------------------- */

static void put_xml(EscBuf *out, EscText text)
{
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (c == '&')
            esc_buf_string(out, "&amp;");
        else if (c == '<' || c == '>')
            esc_buf_string(out, c == '<' ? "&lt;" : "&gt;");
        else
            esc_buf_char(out, c);
    }
}

/* A receipt wants none; who pressed a key hears what became of it, and who wrote reads it. */
static void answer(const EscInboundReading *reading, const EscInboundOutcome *outcomes, EscBuf *out)
{
    const EscInboundItem *item = reading->items;
    if (reading->count == 0 || !item->is_act) {
        esc_buf_string(out, "<Response/>");
        return;
    }
    const char *how = item->outbox > 0 ? "Say" : "Message";
    esc_buf_printf(out, "<Response><%s>", how);
    put_xml(out, outcomes[0].words);
    esc_buf_printf(out, "</%s></Response>", how);
}

const EscInboundKind esc_inbound_gateway = {
    .verify = verify, .read = read_request, .answer = answer, .answer_type = XML_TYPE};
