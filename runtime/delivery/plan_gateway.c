/* plan_gateway.c - text messages and calls by a gateway in Twilio's form. Pure.
 *
 * https://www.twilio.com/docs/messaging/api/message-resource and /docs/voice/api/call-resource: a form, basic auth, and an
 * error as {"code", "message"}. What its codes mean stands in a table here; every other 4xx is final, as the same request
 * would get the same answer. By taking a message the gateway proves `accepted`. */
#include "brief.h"
#include "labels.h"
#include "planner.h"
#include "teller.h"
#include "verdict.h"

#define FORM_BYTES_MAX ((size_t)64 << 10)
#define SPOKEN_BYTES_MAX                                                                           \
    900 /* of a text that is read out twice; a document has at most 4000 letters */
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

void esc_plan_sms(EscPlanner *planner, const EscEndpoint *endpoint)
{
    const EscMessage *message = esc_planner_message(planner);
    if (message == NULL)
        return;
    EscBuf form, text;
    esc_buf_init(&form, FORM_BYTES_MAX);
    esc_buf_init(&text, ESC_PLAN_BYTES_MAX);
    put_numbers(planner, endpoint, &form);
    esc_brief_sms(&text, message, (EscText){0});
    esc_planner_field(&form, "Body", esc_planner_keep(planner, &text));
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

static void put_spoken(EscBuf *out, EscText language, EscText text)
{
    bool is_german = esc_text_equal(language, ESC_TEXT("de"));
    esc_buf_printf(out, "<Say language=\"%s\">", is_german ? "de-DE" : "en-US");
    put_xml(out, text);
    esc_buf_string(out, "</Say>");
}

/* Read out twice: whoever picks up a telephone at night did not listen from the first word on. */
static EscText spoken(EscPlanner *planner, const EscMessage *message)
{
    EscBuf text, document;
    esc_buf_init(&text, ESC_PLAN_BYTES_MAX);
    esc_buf_init(&document, FORM_BYTES_MAX);
    esc_brief_headline(&text, message);
    EscText said = esc_utf8_cut(esc_buf_as_text(&text), SPOKEN_BYTES_MAX);
    esc_buf_string(&document, "<Response>");
    for (unsigned i = 0; i < 2; i++) {
        put_spoken(&document, message->language, said);
        esc_buf_string(&document, "<Pause length=\"1\"/>");
    }
    esc_buf_string(&document, "</Response>");
    if (text.status != ESC_OK)
        esc_planner_refuse(planner, "the message is too big");
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
    esc_planner_field(&form, "Twiml", spoken(planner, message));
    send_form(planner, endpoint, "Calls", &form);
}
