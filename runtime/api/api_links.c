/* api_links.c - /x/LINK: a person who was sent a message does what it asks for, from wherever they are.
 *
 * GET shows and changes nothing, so whatever looks at links on their way (scanners, previews, a HEAD) does no harm. POST
 * makes one act of the person whom the message went to, through "link", bound to what the message was about (EscMeant): the
 * engine takes it once, whatever is sent again, since it is its own state that says whether there is anything left to do.
 *
 * A link is proven at the door, before anything else: one that is none, and one whose message is gone, look the same. */
#include "api_links.h"

#include <esc/inbound.h>

#include <string.h>

#define THROUGH "link"
#define GRACE_MS ESC_DAY_MS         /* for what is not asked for, behind the time of what is */
#define ENDLESS_MS (7 * ESC_DAY_MS) /* where nothing says how long it is asked for */
#define FORM_BYTES_MAX ((size_t)16 << 10)

/* --- at the door -------------------------------------------------------------------------------- */

/* "https://desk.example/escal" → "/escal" */
static EscText path_of(EscText url)
{
    const char *end = url.data + url.size;
    const char *host = url.size == 0 ? NULL : memchr(url.data, ':', url.size);
    host = host == NULL || end - host < 3 ? end : host + 3;
    const char *path = host == end ? NULL : memchr(host, '/', (size_t)(end - host));
    return path == NULL ? (EscText){"", 0} : (EscText){path, (size_t)(end - path)};
}

/* The workspace that signed it; all take the same time. */
static const EscWorkspaceConfig *signer_of(const EscConfig *config, EscText letters, EscLink *link)
{
    const EscWorkspaceConfig *signer = NULL;
    EscLink found = {.outbox = 0};
    for (uint32_t i = 0; i < config->workspaces.count; i++) {
        const EscWorkspaceConfig *one = &config->workspaces.items[i];
        if (esc_link_is_for(letters, one->name) &&
            esc_link_read(letters, config->links, one->name, &found)) {
            signer = one;
            *link = found;
        }
    }
    return signer;
}

static bool admit(EscRequest *request)
{
    const EscConfig *config = request->setup->config;
    EscLinked *linked = esc_arena_alloc(request->arena, sizeof(*linked));
    if (config == NULL || config->links == NULL || linked == NULL) {
        esc_request_refuse(request, 404, "no_such_route", "There is nothing at this address", NULL,
                           "");
        return false;
    }
    linked->base = path_of(config->public_url);
    const EscWorkspaceConfig *signer =
        signer_of(config, esc_buf_as_text(&request->parameter), &linked->link);
    request->shard = signer == NULL ? NULL : esc_shards_find(request->setup->shards, signer->name);
    request->linked = linked;
    if (request->shard != NULL)
        return true;
    if (esc_request_hold_up(request, true))
        esc_link_answer_none(request, linked->base,
                             esc_language_asked(esc_http_header(request->http, "Accept-Language")));
    return false;
}

/* --- what the form says ------------------------------------------------------------------------- */

static const struct {
    const char *word;
    EscLinkDo wanted;
    EscVerb verb;
    bool needs_reason;
} acts[] = {
    {"ack", ESC_DO_ACK, ESC_VERB_ACK, false},
    {"answer", ESC_DO_ANSWER, ESC_VERB_ANSWER, false},
    {"approve", ESC_DO_APPROVE, ESC_VERB_APPROVE, false},
    {"reject", ESC_DO_REJECT, ESC_VERB_REJECT, true},
    {"confirm", ESC_DO_CONFIRM, ESC_VERB_CONFIRM, false},
    {"handoff", ESC_DO_HANDOFF, ESC_VERB_HANDOFF, true},
    {"cannot", ESC_DO_CANNOT, ESC_VERB_HANDOFF, true},
    {"call-off", ESC_DO_CALL_OFF, ESC_VERB_CALL_OFF, true},
};

/* "answer.2": the second one. */
static bool read_wanted(EscText word, EscLinked *linked)
{
    const char *dot = word.size == 0 ? NULL : memchr(word.data, '.', word.size);
    EscText name = {word.data, dot == NULL ? word.size : (size_t)(dot - word.data)};
    unsigned item = 0;
    for (const char *at = dot == NULL ? NULL : dot + 1; at != NULL && at < word.data + word.size;
         at++) {
        if (*at < '0' || *at > '9' || item > 25)
            return false;
        item = item * 10 + (unsigned)(*at - '0');
    }
    for (size_t i = 0; i < ESC_COUNT_OF(acts); i++)
        if (esc_text_equal(name, esc_text_from(acts[i].word)))
            linked->wanted = acts[i].wanted;
    linked->item = item > UINT8_MAX ? 0 : (uint8_t)item;
    return linked->wanted != ESC_DO_NOTHING;
}

/* A link for one act says itself what is done by it. */
static void take_act_of_link(EscLinked *linked)
{
    static const EscLinkDo wanted[ESC_LINK_ACT_COUNT] = {
        [ESC_LINK_ANY] = ESC_DO_NOTHING,   [ESC_LINK_ACK] = ESC_DO_ACK,
        [ESC_LINK_ANSWER] = ESC_DO_ANSWER, [ESC_LINK_APPROVE] = ESC_DO_APPROVE,
        [ESC_LINK_REJECT] = ESC_DO_REJECT, [ESC_LINK_CONFIRM] = ESC_DO_CONFIRM,
    };
    linked->wanted = wanted[linked->link.act];
    linked->item = linked->link.item;
}

static size_t row_of(EscLinkDo wanted)
{
    size_t i = 0;
    while (acts[i].wanted != wanted)
        i++;
    return i;
}

static void parse_link(EscRequest *request, const EscProgram *program)
{
    (void)program;
    EscLinked *linked = request->linked;
    EscText form = esc_buf_as_text(&request->body);
    take_act_of_link(linked);
    if (linked->link.act == ESC_LINK_ANY &&
        !read_wanted(esc_form_find(request->arena, form, "do"), linked)) {
        esc_request_refuse(request, 422, "missing_member", "The form does not say what to do",
                           "/do", "");
        return;
    }
    linked->to = esc_utf8_cut(esc_form_find(request->arena, form, "to"), ESC_ID_BYTES_MAX);
    linked->reason =
        esc_utf8_cut(esc_form_find(request->arena, form, "reason"), ESC_REASON_BYTES_MAX);
    while (linked->reason.size > 0 && (unsigned char)linked->reason.data[0] <= ' ')
        linked->reason = (EscText){linked->reason.data + 1, linked->reason.size - 1};
    linked->lacks_reason = acts[row_of(linked->wanted)].needs_reason && linked->reason.size == 0;
    if (esc_arena_failed(request->arena)) {
        esc_request_fail(request, ESC_NO_MEMORY, NULL);
        return;
    }
    request->job.inputs = linked->inputs;
    request->job.inputs_count = 1; /* which they are shows when the state is looked at */
}

/* --- the message -------------------------------------------------------------------------------- */

typedef struct Visit {
    EscArena *arena;
    EscLinked *linked;
    bool is_found;
} Visit;

static bool take_row(void *context, const EscOutboxEntry *entry)
{
    Visit *visit = context;
    EscLinked *linked = visit->linked;
    EscText body = esc_arena_text(visit->arena, entry->row.body);
    esc_outbox_row_keep(visit->arena, &entry->row, &linked->row);
    linked->state = entry->state;
    linked->person = linked->row.target;
    visit->is_found = linked->row.kind == ESC_OUTBOX_MESSAGE && linked->row.address.size > 0 &&
                      esc_message_read_json(visit->arena, body, &linked->message);
    return false;
}

/* False: it is not there any more, or is another store's. */
static bool find_message(EscRequest *request, EscService *service)
{
    EscLinked *linked = request->linked;
    Visit visit = {.arena = request->arena, .linked = linked};
    uint32_t store = 0;
    (void)!esc_store_outbox_get(esc_service_store(service), &linked->link.outbox, 1, take_row,
                                &visit, NULL);
    return visit.is_found && esc_link_store(linked->row.key, &store) &&
           store == linked->link.store && linked->message.asks != ESC_ASKS_NOTHING &&
           esc_escalation_id_read(linked->message.escalation, &linked->escalation);
}

/* --- how it stands ------------------------------------------------------------------------------ */

static EscMeant meant_of(const EscLinked *linked)
{
    const EscMessage *message = &linked->message;
    return (EscMeant){.is_set = true,
                      .handoffs = message->handoffs,
                      .question = message->question_number,
                      .item = message->check};
}

static EscVerb verb_asked(const EscMessage *message)
{
    switch (message->asks) {
    case ESC_ASKS_ANSWER:
        return ESC_VERB_ANSWER;
    case ESC_ASKS_APPROVAL:
        return ESC_VERB_APPROVE;
    case ESC_ASKS_CONFIRMATION:
        return ESC_VERB_CONFIRM;
    default:
        return ESC_VERB_ACK;
    }
}

/* Of a question the engine says itself when its time is over, and of who has it too: a clock that is corrected moves its
 * deadlines, and no message's. */
static bool is_late(const EscLinked *linked, const EscEscalationView *view, int64_t now_ms)
{
    if (linked->message.asks != ESC_ASKS_ACK || esc_text_equal(view->owner, linked->person))
        return false;
    int64_t due_ms = linked->message.due_ms;
    return now_ms >= (due_ms > 0 ? due_ms : linked->row.created_at_ms + ENDLESS_MS);
}

static EscLinkStands judge(const EscLinked *linked, EscEngine *engine,
                           const EscEscalationView *view, int64_t now_ms)
{
    bool is_theirs = esc_text_equal(view->owner, linked->person);
    bool is_ack = linked->message.asks == ESC_ASKS_ACK;
    if (view->state == ESC_STATE_CLOSED)
        return ESC_STANDS_CLOSED;
    if (is_ack && view->is_acked && is_theirs)
        return ESC_STANDS_YOURS;
    if (is_ack && view->handoffs != linked->message.handoffs)
        return ESC_STANDS_MOVED;
    if (is_ack && view->is_acked)
        return ESC_STANDS_OTHERS;
    const EscAction action = {.verb = verb_asked(&linked->message),
                              .actor = linked->person,
                              .escalation = linked->escalation,
                              .meant = meant_of(linked)};
    if (!esc_engine_waits_for(engine, &action))
        return ESC_STANDS_SETTLED;
    return is_late(linked, view, now_ms) ? ESC_STANDS_LATE : ESC_STANDS_OPEN;
}

static EscText kept(EscRequest *request, EscText text)
{
    return esc_arena_text(request->arena, text);
}

static EscText title_of(EscRequest *request, const EscEscalationView *view)
{
    return kept(request, view->ticket_title.size > 0 ? view->ticket_title : view->template_title);
}

static void take_view(EscRequest *request, EscService *service, const EscEscalationView *view)
{
    EscLinked *linked = request->linked;
    EscEngine *engine = esc_service_engine(service);
    int64_t now_ms = esc_service_now_ms(service);
    linked->title = title_of(request, view);
    linked->owner = kept(request, view->owner);
    linked->role = esc_role_row_name(view->role);
    linked->is_acked = view->is_acked;
    linked->outcome = kept(request, view->outcome);
    linked->stands = judge(linked, engine, view, now_ms);
    bool is_in_time =
        now_ms < (linked->message.due_ms > 0 ? linked->message.due_ms
                                             : linked->row.created_at_ms + ENDLESS_MS) +
                     GRACE_MS;
    linked->has_more = linked->stands != ESC_STANDS_CLOSED && is_in_time &&
                       esc_text_equal(view->owner, linked->person) &&
                       view->handoffs == linked->message.handoffs;
    int64_t closed_at_ms = view->closed_at_ms;
    if (closed_at_ms > 0)
        linked->closed_at =
            kept(request, esc_engine_person_time(engine, linked->person, closed_at_ms));
    bool is_theirs = linked->message.asks == ESC_ASKS_ACK && view->ack_due_ms > 0 &&
                     esc_text_equal(view->owner, linked->person);
    int64_t due_ms = is_theirs ? view->ack_due_ms : linked->message.due_ms;
    if (due_ms > 0)
        linked->due_at = kept(request, esc_engine_person_time(engine, linked->person, due_ms));
    if (!linked->has_more)
        return;
    linked->candidates_count =
        esc_engine_candidates(engine, linked->escalation, linked->person, linked->candidates);
    for (size_t i = 0; i < linked->candidates_count; i++) {
        linked->candidates[i].name = kept(request, linked->candidates[i].name);
        linked->candidates[i].title = kept(request, linked->candidates[i].title);
    }
}

/* One that the engine has forgotten is closed. */
static bool take_row_of_closed(EscRequest *request, EscService *service)
{
    EscLinked *linked = request->linked;
    EscEscalationRow row;
    if (esc_store_escalation_get(esc_service_store(service), linked->escalation, request->arena,
                                 &row, NULL) != ESC_OK)
        return false;
    EscEscalationView view;
    esc_escalation_row_show(&row, &view);
    linked->stands = ESC_STANDS_CLOSED;
    linked->title = title_of(request, &view);
    linked->outcome = row.outcome;
    linked->closed_at = kept(request, esc_engine_person_time(esc_service_engine(service),
                                                             linked->person, row.closed_at_ms));
    return true;
}

static bool find_state(EscRequest *request, EscService *service)
{
    EscLinked *linked = request->linked;
    EscEscalationView view;
    if (!find_message(request, service))
        return false;
    if (!esc_engine_find_escalation(esc_service_engine(service), linked->escalation, &view))
        return take_row_of_closed(request, service);
    take_view(request, service, &view);
    return true;
}

/* --- acts --------------------------------------------------------------------------------------- */

static bool is_asked_for(const EscLinked *linked)
{
    switch (linked->wanted) {
    case ESC_DO_ACK:
        return linked->message.asks == ESC_ASKS_ACK;
    case ESC_DO_ANSWER:
        return linked->message.asks == ESC_ASKS_ANSWER && linked->item > 0 &&
               linked->item <= linked->message.answers_count;
    case ESC_DO_APPROVE:
    case ESC_DO_REJECT:
        return linked->message.asks == ESC_ASKS_APPROVAL;
    case ESC_DO_CONFIRM:
        return linked->message.asks == ESC_ASKS_CONFIRMATION;
    default:
        return false;
    }
}

/* Whom it goes to: one of those who were offered. */
static EscText receiver_of(const EscLinked *linked)
{
    for (size_t i = 0; i < linked->candidates_count; i++) {
        const EscCandidate *one = &linked->candidates[i];
        if (linked->wanted == ESC_DO_CANNOT ? one->is_next : esc_text_equal(one->name, linked->to))
            return one->name;
    }
    return (EscText){0};
}

static bool can_be_done(const EscLinked *linked, EscText receiver)
{
    switch (linked->wanted) {
    case ESC_DO_HANDOFF:
    case ESC_DO_CANNOT:
        return linked->has_more && receiver.size > 0;
    case ESC_DO_CALL_OFF:
        return linked->has_more;
    default:
        return is_asked_for(linked) && linked->stands == ESC_STANDS_OPEN;
    }
}

static void make_act(EscRequest *request, EscText receiver)
{
    EscLinked *linked = request->linked;
    EscAction *action = &request->action;
    *action = (EscAction){.verb = acts[row_of(linked->wanted)].verb,
                          .actor = linked->person,
                          .through = ESC_TEXT(THROUGH),
                          .escalation = linked->escalation,
                          .target = receiver,
                          .reason = linked->reason,
                          .meant = meant_of(linked)};
    bool is_about_question = is_asked_for(linked) && linked->wanted != ESC_DO_ACK;
    if (!is_about_question)
        action->meant.question = action->meant.item = 0;
    if (linked->wanted == ESC_DO_ANSWER)
        action->meant.item = linked->item;
    linked->receipt = (EscReceipt){.row = linked->row,
                                   .from = linked->state,
                                   .state = ESC_DELIVERY_ACKED,
                                   .through = ESC_TEXT(THROUGH)};
    linked->inputs[0] = (EscInput){.kind = ESC_INPUT_ACTION, .action = action};
    linked->inputs[1] = (EscInput){.kind = ESC_INPUT_RECEIPT, .receipt = &linked->receipt};
    request->job.inputs_count = 2;
}

static void look_link(EscRequest *request, EscService *service)
{
    EscLinked *linked = request->linked;
    bool is_found = find_state(request, service);
    request->job.inputs_count = 0;
    if (esc_arena_failed(request->arena)) {
        esc_request_fail(request, ESC_NO_MEMORY, NULL);
        return;
    }
    if (!is_found) {
        esc_link_answer_none(request, linked->base, linked->message.language);
        return;
    }
    if (request->route->method != ESC_HTTP_POST) {
        take_act_of_link(linked);
        esc_link_answer_asked(request, 200);
        return;
    }
    EscText receiver = receiver_of(linked);
    if (!can_be_done(linked, receiver))
        esc_link_answer_asked(request, 409);
    else if (linked->lacks_reason)
        esc_link_answer_asked(request, 422);
    else
        make_act(request, receiver);
}

static void committed_link(EscRequest *request, const EscReply *replies)
{
    esc_link_answer_done(request, &replies[0]);
}

const EscHandler esc_handle_link = {.admit = admit, .look = look_link};

const EscHandler esc_handle_link_act = {
    .admit = admit,
    .parse = parse_link,
    .look = look_link,
    .committed = committed_link,
    .has_reserve = true,
    .may_be_empty = true,
    .takes_any_query = true,
    .body_bytes_max = FORM_BYTES_MAX,
    .types = ESC_FORM_TYPE,
};
