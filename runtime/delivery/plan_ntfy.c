/* plan_ntfy.c - pushes by ntfy (https://docs.ntfy.sh/publish/#publish-as-json). Pure.
 *
 * A topic is a name that who knows it can read, so what is secret does not belong into one. The server keeps the message for
 * telephones that are not there: its answer proves `accepted`. */
#include "answers.h"
#include "link_offers.h"
#include "verdict.h"

#define TEXT_ROOM 3600 /* longer ones the server turns into a file that has to be opened */
#define ACTIONS_MAX 3
#define LABEL_BYTES_MAX 60

/* From 1 to 5, by the words that severities are mostly called by. A page always rings. */
static unsigned priority_of(const EscMessage *message)
{
    static const struct {
        const char *word;
        unsigned priority;
    } rows[] = {{"critical", 5}, {"urgent", 5}, {"high", 4}, {"medium", 3}, {"low", 2}};
    unsigned priority = 3;
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++)
        if (esc_text_equal(message->severity, esc_text_from(rows[i].word)))
            priority = rows[i].priority;
    return message->page && priority < 4 ? 4 : priority;
}

static void judge(EscSaid *said)
{
    said->state = ESC_DELIVERY_ACCEPTED; /* its id is the server's, whoever has read it */
    if (said->http_status == 413)
        said->words = "the server takes no message of this length";
}

/* Where nobody answers from there: each opens a page. */
static void put_links(EscPlanner *planner, const EscMessage *message, EscBuf *out)
{
    EscLinkOffer offers[ESC_BUTTONS_MAX];
    uint32_t count = esc_link_offers(planner, message, offers);
    for (uint32_t i = 0; i < count && i < ACTIONS_MAX; i++) {
        esc_buf_string(out, i == 0 ? ",\"actions\":[" : ",");
        esc_buf_string(out, "{\"action\":\"view\",\"clear\":true");
        esc_planner_member(out, "label", esc_utf8_cut(offers[i].label, LABEL_BYTES_MAX));
        esc_planner_member(out, "url", offers[i].url);
        esc_buf_char(out, '}');
    }
    esc_buf_string(out, count > 0 ? "]" : "");
}

/* At most three, as the apps show them. */
static void put_actions(EscPlanner *planner, const EscEndpoint *endpoint, const EscMessage *message,
                        EscBuf *out)
{
    EscOffered offers[ESC_BUTTONS_MAX];
    uint32_t count = esc_answers_offers(planner, endpoint, message, offers);
    for (uint32_t i = 0; i < count && i < ACTIONS_MAX; i++) {
        EscSignedButton button = esc_answers_button(planner, endpoint, &offers[i]);
        esc_buf_string(out, i == 0 ? ",\"actions\":[" : ",");
        esc_buf_string(out, "{\"action\":\"http\",\"method\":\"POST\",\"clear\":true");
        esc_planner_member(out, "label", esc_utf8_cut(offers[i].label, LABEL_BYTES_MAX));
        esc_planner_member(out, "url", esc_answers_url(planner, endpoint));
        esc_buf_string(out, ",\"headers\":{\"Content-Type\":\"application/json\"");
        esc_planner_member(out, "X-Escal-Proof", button.proof);
        esc_buf_char(out, '}');
        esc_planner_member(out, "body", button.body);
        esc_buf_char(out, '}');
    }
    esc_buf_string(out, count > 0 ? "]" : "");
    if (count == 0)
        put_links(planner, message, out);
}

void esc_plan_ntfy(EscPlanner *planner, const EscEndpoint *endpoint)
{
    const EscMessage *message = esc_planner_message(planner);
    if (message == NULL)
        return;
    EscBuf text, body;
    esc_buf_init(&text, ESC_PLAN_BYTES_MAX);
    esc_buf_init(&body, ESC_PLAN_BYTES_MAX);
    const EscBrief brief = {.room = esc_room_bytes, .room_max = TEXT_ROOM};
    esc_brief_say(&text, message, &brief);
    esc_buf_string(&body, "{\"topic\":");
    esc_json_text(&body, planner->row->address.size > 0 ? planner->row->address : endpoint->topic);
    esc_planner_member(&body, "title",
                       message->subject.size > 0 ? message->subject : message->workspace);
    esc_planner_member(&body, "message", esc_planner_keep(planner, &text));
    esc_buf_printf(&body, ",\"priority\":%u", priority_of(message));
    if (message->page)
        esc_buf_string(&body, ",\"tags\":[\"rotating_light\"]");
    if (esc_link_is_offered(planner, message))
        esc_planner_member(&body, "click", message->act);
    put_actions(planner, endpoint, message, &body);
    esc_buf_char(&body, '}');
    planner->plan->judge = judge;
    esc_planner_post(planner, endpoint->url, esc_planner_keep(planner, &body));
    if (endpoint->secret.size > 0)
        esc_planner_bearer(planner, endpoint->secret);
}
