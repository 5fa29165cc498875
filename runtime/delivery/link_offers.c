/* link_offers.c - links below a message to a person: one for each thing that is asked of them, and one to a page with all that
 * they can do. Pure. What stands behind a link is read by ../api/api_links.c. */
#include "link_offers.h"

#define URL_BYTES_MAX 2048
#define ITEMS_MAX 255 /* answers that a link can name */

bool esc_link_is_offered(const EscPlanner *planner, const EscMessage *message)
{
    const EscWorkspaceConfig *config = planner->config;
    const EscOutboxRow *row = planner->row;
    uint32_t store = 0;
    return config->links != NULL && config->public_url.size > 0 && row->address.size > 0 &&
           !esc_text_equal(row->medium, ESC_TEXT(ESC_MEDIUM_MAIL)) &&
           !esc_planner_is_errand(planner) && message->asks != ESC_ASKS_NOTHING &&
           message->escalation.size > 0 && esc_link_store(row->key, &store);
}

static EscText url_of(EscPlanner *planner, EscLinkAct act, uint32_t item)
{
    EscLink link = {.act = act, .item = (uint8_t)item, .outbox = planner->row->id};
    EscBuf url;
    esc_buf_init(&url, URL_BYTES_MAX);
    (void)esc_link_store(planner->row->key, &link.store);
    esc_buf_text(&url, planner->config->public_url);
    esc_buf_string(&url, "/x/");
    esc_link_write(&url, planner->config->links, planner->config->name, &link);
    return esc_planner_keep(planner, &url);
}

EscText esc_link_page(EscPlanner *planner, const EscMessage *message)
{
    return esc_link_is_offered(planner, message) ? url_of(planner, ESC_LINK_ANY, 0) : (EscText){0};
}

/* ESC_LINK_ANY: no link does this alone. */
static EscLinkAct act_of(EscText verb)
{
    static const struct {
        const char *verb;
        EscLinkAct act;
    } rows[] = {{"ack", ESC_LINK_ACK},
                {"answer", ESC_LINK_ANSWER},
                {"approve", ESC_LINK_APPROVE},
                {"reject", ESC_LINK_REJECT},
                {"confirm", ESC_LINK_CONFIRM}};
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++)
        if (esc_text_equal(verb, esc_text_from(rows[i].verb)))
            return rows[i].act;
    return ESC_LINK_ANY;
}

uint32_t esc_link_offers(EscPlanner *planner, const EscMessage *message,
                         EscLinkOffer out[ESC_BUTTONS_MAX])
{
    EscOffered offered[ESC_BUTTONS_MAX];
    if (!esc_link_is_offered(planner, message))
        return 0;
    uint32_t count = esc_buttons_of(message, planner->row, offered), kept = 0, item = 0;
    for (uint32_t i = 0; i < count; i++) {
        EscLinkAct act = act_of(offered[i].does.verb);
        item += act == ESC_LINK_ANSWER;
        if (act == ESC_LINK_ANY || item > ITEMS_MAX)
            continue;
        out[kept++] = (EscLinkOffer){.label = offered[i].label,
                                     .url = url_of(planner, act, act == ESC_LINK_ANSWER ? item : 0),
                                     .is_first_choice = offered[i].is_first_choice};
    }
    return kept;
}
