/* plan_gateway.c - text messages and calls by a gateway in Twilio's form. Pure.
 *
 * https://www.twilio.com/docs/messaging/api/message-resource and /docs/voice/api/call-resource: a form, basic auth, and an
 * error as {"code", "message"}. What its codes mean stands in a table here; every other 4xx is final, as the same request
 * would get the same answer. By taking a message the gateway proves `accepted`. */
#include "answers.h"
#include "labels.h"
#include "link_offers.h"
#include "planner.h"
#include "teller.h"
#include "verdict.h"

#define FORM_BYTES_MAX ((size_t)64 << 10)
#define SPOKEN_BYTES_MAX                                                                           \
    1000 /* of a text that is read out twice; a document has at most 4000 letters */
#define TITLE_BYTES_MAX 40 /* of an answer */
#define REPLY_VALUES_MAX 1000u
#define REPLY_TREE_BYTES_MAX ((size_t)4 << 20)

/* --- what its errors mean ------------------------------------------------------------------------- */

/* HOLD: no other message would fare better until somebody puts account or number right. */
static const struct {
    int64_t code;
    EscVerdict verdict;
    const char *words;
} codes[] = {
    {14107, ESC_VERDICT_RETRY, "the gateway sends no faster"},
    {20003, ESC_VERDICT_HOLD, "the gateway refuses the account's token"},
    {20005, ESC_VERDICT_HOLD, "the account is not active"},
    {20429, ESC_VERDICT_RETRY, "the gateway takes no more requests just now"},
    {21210, ESC_VERDICT_HOLD, "the number that it comes from is not verified"},
    {21211, ESC_VERDICT_DEAD, "there is no such number"},
    {21212, ESC_VERDICT_HOLD, "the number that it comes from is not valid"},
    {21214, ESC_VERDICT_DEAD, "the number cannot be reached"},
    {21408, ESC_VERDICT_DEAD, "the account may not send to that country"},
    {21603, ESC_VERDICT_HOLD, "the gateway wants a number that it comes from"},
    {21606, ESC_VERDICT_HOLD, "the number that it comes from cannot send this"},
    {21608, ESC_VERDICT_DEAD, "a trial account sends to verified numbers only"},
    {21610, ESC_VERDICT_DEAD, "who has this number has asked for no more messages"},
    {21611, ESC_VERDICT_RETRY, "too much waits at the number that it comes from"},
    {21612, ESC_VERDICT_DEAD, "the number cannot be reached from ours"},
    {21614, ESC_VERDICT_DEAD, "the number takes no text messages"},
    {21659, ESC_VERDICT_HOLD, "the number that it comes from is not of this account"},
    {21701, ESC_VERDICT_HOLD, "there is no such messaging service"},
    {21703, ESC_VERDICT_HOLD, "the messaging service has no number"},
    {30001, ESC_VERDICT_RETRY, "too much waits at the gateway"},
    {30022, ESC_VERDICT_RETRY, "the gateway sends no faster"},
};

/* 0: the reply has none. */
static int64_t code_of(EscText reply)
{
    static const EscJsonLimits limits = {.depth_max = 16, .values_max = REPLY_VALUES_MAX};
    EscArena *arena = esc_arena_new(REPLY_TREE_BYTES_MAX);
    const EscJson *root = NULL;
    int64_t code = 0;
    if (arena != NULL && esc_json_read(arena, reply, &limits, &root, NULL) == ESC_OK) {
        const EscJson *member = esc_json_member(root, ESC_TEXT("code"));
        code = member != NULL && member->kind == ESC_JSON_INTEGER ? member->integer : 0;
    }
    esc_arena_free(arena);
    return code;
}

static void judge(EscSaid *said)
{
    if (said->verdict == ESC_VERDICT_DONE)
        return;
    int64_t code = code_of(said->reply);
    for (size_t i = 0; i < ESC_COUNT_OF(codes); i++) {
        if (codes[i].code != code)
            continue;
        said->verdict = codes[i].verdict;
        said->words = codes[i].words;
    }
}

/* --- requests ------------------------------------------------------------------------------------- */

/* "+49 (30) 555-010" as "+4930555010". */
static EscText plain_number(EscPlanner *planner, EscText number)
{
    EscBuf plain;
    esc_buf_init(&plain, ESC_TEXT_MAX);
    for (size_t i = 0; i < number.size; i++)
        if ((number.data[i] >= '0' && number.data[i] <= '9') || (i == 0 && number.data[i] == '+'))
            esc_buf_char(&plain, number.data[i]);
    if (plain.size < 3)
        esc_planner_refuse(planner, "there is no telephone number");
    return esc_planner_keep(planner, &plain);
}

/* The beginning of both forms. */
static void put_numbers(EscPlanner *planner, const EscEndpoint *endpoint, EscBuf *form)
{
    esc_planner_field(form, "To", plain_number(planner, esc_planner_receiver(planner, endpoint)));
    bool is_service = esc_text_starts_with(endpoint->from, ESC_TEXT("MG"));
    esc_planner_field(form, is_service ? "MessagingServiceSid" : "From", endpoint->from);
}

static void send_form(EscPlanner *planner, const EscEndpoint *endpoint, const char *what,
                      EscBuf *form)
{
    EscText base = endpoint->url;
    while (esc_text_ends_with(base, ESC_TEXT("/")))
        base.size--;
    EscText url = esc_arena_printf(planner->arena, "%.*s/Accounts/%.*s/%s.json", ESC_TEXT_ARG(base),
                                   ESC_TEXT_ARG(endpoint->account), what);
    planner->plan->judge = judge;
    esc_planner_form(planner, url, esc_planner_keep(planner, form));
    esc_planner_basic(planner, endpoint->account, endpoint->secret);
    esc_planner_header(planner, "Idempotency-Key",
                       planner->row->key); /* a gateway of one's own looks */
}

/* Our own query says what a receipt or a key is about; the gateway signs it (../inbound/gateway.c). */
static void put_callback(EscPlanner *planner, EscText url, EscBuf *form)
{
    if (url.size > 0)
        esc_planner_field(form, "StatusCallback",
                          esc_arena_printf(planner->arena, "%.*s?o=%llu", ESC_TEXT_ARG(url),
                                           (unsigned long long)planner->row->id));
}

/* "Reply: YES E-12 (Roll it back), NO E-12 (Leave it)": in capitals, as one writes what is to be written. */
static EscText reply_words(EscPlanner *planner, const EscMessage *message,
                           const EscEndpoint *endpoint)
{
    EscOffered offers[ESC_BUTTONS_MAX];
    uint32_t count = esc_answers_offers(planner, endpoint, message, offers);
    EscBuf out;
    if (count == 0)
        return (EscText){0};
    esc_buf_init(&out, FORM_BYTES_MAX);
    esc_buf_text(&out, esc_label(message->language, ESC_LABEL_REPLY));
    for (uint32_t i = 0; i < count; i++) {
        EscText word = offers[i].does.answer.size > 0 ? offers[i].does.answer : offers[i].does.verb;
        esc_buf_string(&out, i == 0 ? "" : ", ");
        for (size_t k = 0; k < word.size; k++)
            esc_buf_char(&out, word.data[k] >= 'a' && word.data[k] <= 'z'
                                   ? (char)(word.data[k] - 'a' + 'A')
                                   : word.data[k]);
        esc_buf_printf(&out, " %.*s (%.*s)", ESC_TEXT_ARG(message->escalation),
                       ESC_TEXT_ARG(esc_utf8_cut(offers[i].label, TITLE_BYTES_MAX)));
    }
    return esc_planner_keep(planner, &out);
}

/* Words that come back, and a page where the rest can be done; empty: neither. */
static EscText sms_act(EscPlanner *planner, const EscMessage *message, const EscEndpoint *endpoint)
{
    EscText words = reply_words(planner, message, endpoint);
    if (words.size == 0 || !esc_link_is_offered(planner, message))
        return words;
    return esc_arena_printf(planner->arena, "%.*s\n%.*s%.*s", ESC_TEXT_ARG(words),
                            ESC_TEXT_ARG(esc_label(message->language, ESC_LABEL_ACT)),
                            ESC_TEXT_ARG(message->act));
}

void esc_plan_sms(EscPlanner *planner, const EscEndpoint *endpoint)
{
    const EscMessage *message = esc_planner_message(planner);
    if (message == NULL)
        return;
    EscBuf form, text;
    esc_buf_init(&form, FORM_BYTES_MAX);
    esc_buf_init(&text, ESC_PLAN_BYTES_MAX);
    put_numbers(planner, endpoint, &form);
    esc_brief_sms(&text, message, sms_act(planner, message, endpoint));
    esc_planner_field(&form, "Body", esc_planner_keep(planner, &text));
    put_callback(planner, esc_answers_url(planner, endpoint), &form);
    send_form(planner, endpoint, "Messages", &form);
}

/* --- calls ---------------------------------------------------------------------------------------- */

static void put_xml(EscBuf *out, EscText text)
{
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        const char *entity = c == '&'   ? "&amp;"
                             : c == '<' ? "&lt;"
                             : c == '>' ? "&gt;"
                             : c == '"' ? "&quot;"
                                        : NULL;
        if (entity != NULL)
            esc_buf_string(out, entity);
        else
            esc_buf_char(out, c == '\n' ? ' ' : c);
    }
}

/* As much of it as takes so many bytes there. */
static void put_xml_cut(EscBuf *out, EscText text, size_t bytes_max)
{
    size_t size;
    for (size_t at = 0; at < text.size && out->size < bytes_max; at += size) {
        (void)esc_utf8_decode(text, at, &size);
        put_xml(out, (EscText){text.data + at, size});
    }
}

/* "Press 1 for: Acknowledge." */
static void put_keys(EscBuf *out, EscText language, const EscOffered *offers, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        esc_buf_printf(out, " %.*s%u%.*s", ESC_TEXT_ARG(esc_label(language, ESC_LABEL_PRESS)),
                       i + 1, ESC_TEXT_ARG(esc_label(language, ESC_LABEL_KEY_MEANS)));
        put_xml(out, esc_utf8_cut(offers[i].label, TITLE_BYTES_MAX));
        esc_buf_char(out, '.');
    }
}

/* Where a pressed key goes, and what each one means: the question may be another one by then. */
static EscText key_url(EscPlanner *planner, EscText url, const EscMessage *message,
                       const EscOffered *offers, uint32_t count)
{
    EscBuf query;
    esc_buf_init(&query, FORM_BYTES_MAX);
    esc_planner_field(
        &query, "o",
        esc_arena_printf(planner->arena, "%llu", (unsigned long long)planner->row->id));
    esc_planner_field(&query, "e", message->escalation);
    for (uint32_t i = 0; i < count; i++)
        esc_planner_field(&query, "k",
                          offers[i].does.answer.size == 0
                              ? offers[i].does.verb
                              : esc_arena_printf(planner->arena, "%.*s.%.*s",
                                                 ESC_TEXT_ARG(offers[i].does.verb),
                                                 ESC_TEXT_ARG(offers[i].does.answer)));
    EscText written = esc_planner_keep(planner, &query);
    return esc_arena_printf(planner->arena, "%.*s?%.*s", ESC_TEXT_ARG(url), ESC_TEXT_ARG(written));
}

/* Read out twice: whoever picks up a telephone at night did not listen from the first word on. */
static void put_twice(EscBuf *out, EscText language, EscText xml)
{
    bool is_german = esc_text_equal(language, ESC_TEXT("de"));
    for (unsigned i = 0; i < 2; i++)
        esc_buf_printf(out, "<Say language=\"%s\">%.*s</Say><Pause length=\"1\"/>",
                       is_german ? "de-DE" : "en-US", ESC_TEXT_ARG(xml));
}

static EscText spoken(EscPlanner *planner, const EscMessage *message, const EscEndpoint *endpoint)
{
    EscOffered offers[ESC_BUTTONS_MAX];
    uint32_t count = esc_answers_offers(planner, endpoint, message, offers);
    EscBuf headline, text, document;
    esc_buf_init(&headline, ESC_PLAN_BYTES_MAX);
    esc_buf_init(&text, ESC_PLAN_BYTES_MAX);
    esc_buf_init(&document, FORM_BYTES_MAX);
    esc_brief_headline(&headline, message);
    put_xml_cut(&text, esc_buf_as_text(&headline), SPOKEN_BYTES_MAX);
    put_keys(&text, message->language, offers, count);
    esc_buf_string(&document, "<Response>");
    if (count > 0) {
        EscText url = esc_answers_url(planner, endpoint);
        esc_buf_string(&document, "<Gather numDigits=\"1\" timeout=\"8\" action=\"");
        put_xml(&document, key_url(planner, url, message, offers, count));
        esc_buf_string(&document, "\">");
    }
    put_twice(&document, message->language, esc_buf_as_text(&text));
    esc_buf_string(&document, count > 0 ? "</Gather></Response>" : "</Response>");
    if (headline.status != ESC_OK || text.status != ESC_OK)
        esc_planner_refuse(planner, "the message is too big");
    esc_buf_release(&headline);
    esc_buf_release(&text);
    return esc_planner_keep(planner, &document);
}

void esc_plan_voice(EscPlanner *planner, const EscEndpoint *endpoint)
{
    const EscMessage *message = esc_planner_message(planner);
    if (message == NULL)
        return;
    EscBuf form;
    esc_buf_init(&form, FORM_BYTES_MAX);
    put_numbers(planner, endpoint, &form);
    esc_planner_field(&form, "Twiml", spoken(planner, message, endpoint));
    put_callback(planner, esc_answers_url(planner, endpoint), &form);
    send_form(planner, endpoint, "Calls", &form);
}
