/* attempt.c - one attempt: from the row whose turn has come to what became of it. */
#include "outside.h"

#include <stdlib.h>
#include <string.h>

#include <esc/document.h>

#include "reply.h"

#define ATTEMPT_ARENA_BYTES_MAX ((size_t)16 << 20)
#define SPARE_MAX 64 /* attempts kept to be used again */
#define RETRY_AFTER_S_MAX 86400
#define DOCUMENT_MAX ESC_DOCUMENT_REPLY_BYTES_MAX
#define REFUSED_BYTES_MAX (ESC_DETAIL_BYTES_MAX / 2)

/* --- life --------------------------------------------------------------------------------------- */

static void init_buffers(EscAttempt *attempt)
{
    esc_buf_init(&attempt->reply, ESC_HTTP_REPLY_BYTES_MAX);
    esc_buf_init(&attempt->refused, REFUSED_BYTES_MAX);
    esc_buf_init(&attempt->said, ESC_DETAIL_BYTES_MAX);
}

EscAttempt *esc_attempt_new(EscOutside *outside, EscQueueItem *item)
{
    EscAttempt *attempt = outside->spare;
    if (attempt != NULL) {
        outside->spare = attempt->next_spare;
        outside->spare_count--;
        EscArena *arena = attempt->arena;
        CURL *easy = attempt->easy;
        *attempt = (EscAttempt){.arena = arena, .easy = easy};
    } else {
        attempt = calloc(1, sizeof(*attempt));
        ESC_ASSERT(attempt != NULL);
        attempt->arena = esc_arena_new(ATTEMPT_ARENA_BYTES_MAX);
        ESC_ASSERT(attempt->arena != NULL);
    }
    attempt->outside = outside;
    attempt->site = esc_site_of(outside, item);
    attempt->item = item;
    attempt->state = ESC_DELIVERY_ACCEPTED; /* what a server says by taking it */
    init_buffers(attempt);
    esc_ring_put(&outside->attempts, &attempt->link);
    return attempt;
}

static void attempt_destroy(EscAttempt *attempt)
{
    if (attempt->easy != NULL)
        curl_easy_cleanup(attempt->easy);
    esc_arena_free(attempt->arena);
    free(attempt);
}

void esc_attempt_free(EscAttempt *attempt)
{
    EscOutside *outside = attempt->outside;
    esc_ring_remove(&attempt->link);
    esc_transfer_release(attempt);
    if (outside->spare_count == SPARE_MAX) {
        attempt_destroy(attempt);
    } else {
        esc_arena_clear(attempt->arena);
        attempt->next_spare = outside->spare;
        outside->spare = attempt;
        outside->spare_count++;
    }
}

/* The row's attempt goes on with another request: nothing of the one before is left. */
void esc_attempt_renew(EscAttempt *attempt)
{
    esc_transfer_release(attempt);
    init_buffers(attempt);
    attempt->headers = attempt->recipients = NULL;
    attempt->sent = 0;
    attempt->is_address_refused = attempt->is_address_tried = attempt->is_lost = false;
    attempt->is_refused_within = attempt->is_unknown = false;
    attempt->words = NULL;
    attempt->code = CURLE_OK;
    attempt->status = 0;
    attempt->next_ended = NULL;
}

void esc_attempts_close(EscOutside *outside)
{
    for (EscRing *at = outside->attempts.next; at != &outside->attempts; at = at->next) {
        EscAttempt *one = ESC_RING_OWNER(at, EscAttempt, link);
        if (one->route.way == ESC_WAY_MAIL)
            esc_lane_close(&one->lane);
        else if (one->pool != NULL) /* else it waits for another one's token */
            esc_request_give_up(one);
    }
}

void esc_attempts_free(EscOutside *outside)
{
    while (!esc_ring_is_empty(&outside->attempts))
        esc_attempt_free(ESC_RING_OWNER(outside->attempts.next, EscAttempt, link));
    while (outside->spare != NULL) {
        EscAttempt *attempt = outside->spare;
        outside->spare = attempt->next_spare;
        attempt_destroy(attempt);
    }
}

/* --- the beginning ------------------------------------------------------------------------------ */

static void give_back(EscAttempt *attempt, int64_t now_ms, const char *why)
{
    EscOutside *outside = attempt->outside;
    EscQueueItem *item = attempt->item;
    EscQueue *queue = item->queue;
    esc_item_settle(outside, item, ESC_DELIVERY_DEAD, 0, why, (EscText){0});
    esc_queue_gave_back(queue, now_ms);
    esc_attempt_free(attempt);
}

static void settle_done(EscAttempt *attempt, const char *detail);

static void end_unsent(EscAttempt *attempt, int64_t now_ms)
{
    EscQueue *queue = attempt->item->queue;
    settle_done(attempt, "nothing had to be sent");
    esc_queue_gave_back(queue, now_ms);
    esc_attempt_free(attempt);
}

/* Memory may be there the next time. */
static void put_off(EscAttempt *attempt, int64_t now_ms)
{
    EscQueue *queue = attempt->item->queue;
    esc_item_again(attempt->outside, attempt->item, 0, "no memory");
    esc_queue_gave_back(queue, now_ms);
    esc_attempt_free(attempt);
}

/* Nothing can be sent to this one of several receivers: the others have their turns. */
static void pass_over(EscAttempt *attempt)
{
    EscVerdict verdict = ESC_VERDICT_DEAD;
    if (esc_fan_goes_on(attempt, &verdict)) {
        esc_attempt_renew(attempt);
        esc_attempt_send(attempt);
        return;
    }
    char detail[ESC_DETAIL_BYTES_MAX];
    esc_fan_describe(attempt, detail, sizeof(detail));
    esc_attempt_close(attempt, verdict, detail);
}

void esc_attempt_send(EscAttempt *attempt)
{
    const EscContent *content = attempt->item->content;
    EscPlanInput input = {.config = attempt->site->config,
                          .route = &attempt->route,
                          .row = &content->row,
                          .now_ms = esc_outside_wall_ms(attempt->outside),
                          .turn = attempt->fan.asked,
                          .token = attempt->token,
                          .known = attempt->site->host.known};
    esc_plan_make(attempt->arena, &input, &attempt->plan);
    esc_attempt_begin(attempt);
}

void esc_attempt_begin(EscAttempt *attempt)
{
    int64_t now_ms = esc_outside_now_ms(attempt->outside);
    attempt->timeout_ms = attempt->plan.timeout_ms > 0
                              ? attempt->plan.timeout_ms
                              : attempt->outside->setup.config->delivery_timeout_ms;
    bool is_one_of_several = attempt->plan.others > 0 || attempt->fan.asked > 0;
    if (attempt->plan.refusal.size != 0 && is_one_of_several)
        pass_over(attempt);
    else if (attempt->plan.refusal.size != 0)
        give_back(attempt, now_ms, attempt->plan.refusal.data);
    else if (attempt->plan.is_done)
        end_unsent(attempt, now_ms);
    else if (!esc_transfer_prepare(attempt))
        put_off(attempt, now_ms);
    else if (attempt->route.way == ESC_WAY_MAIL)
        esc_mail_start(attempt);
    else if (!esc_request_start(attempt))
        put_off(attempt, now_ms);
}

/* --- the end ------------------------------------------------------------------------------------ */

/* What a call returns. False: the reply does not say it, and *why says why. */
static bool put_result(const EscAttempt *attempt, EscBuf *out, EscWhy *why)
{
    const EscPlan *plan = &attempt->plan;
    esc_buf_text(out, plan->result.size > 0 ? plan->result : plan->result_head);
    if (plan->result.size > 0 ||
        esc_reply_select(out, esc_buf_as_text(&attempt->reply), plan->result_path, why))
        return true;
    esc_buf_clear(out);
    esc_buf_text(out, plan->result_else);
    return plan->result_else.size > 0;
}

static void settle_done(EscAttempt *attempt, const char *detail)
{
    EscOutside *outside = attempt->outside;
    if (!attempt->plan.is_call) {
        esc_item_settle(outside, attempt->item, attempt->state, (unsigned)attempt->status, detail,
                        esc_text_from(attempt->fan.gone));
        return;
    }
    EscBuf result;
    EscWhy why = {.text = ""};
    EscText body = esc_buf_as_text(&attempt->reply), document = {0};
    esc_buf_init(&result, ESC_TEXT_MAX);
    bool has_result = put_result(attempt, &result, &why);
    if (attempt->plan.is_judged)
        document = (EscText){body.data, body.size < DOCUMENT_MAX ? body.size : DOCUMENT_MAX};
    bool is_told =
        has_result || attempt->plan.is_judged; /* what it says is more than what it lacks */
    esc_item_settle_call(outside, attempt->item, (unsigned)attempt->status,
                         is_told ? detail : why.text, esc_buf_as_text(&result), document);
    esc_buf_release(&result);
}

/* What no other message to this endpoint would fare better with: its name, its certificate, our login. */
static bool is_endpoints_fault(CURLcode code)
{
    return code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_PEER_FAILED_VERIFICATION ||
           code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_CONNECT_ERROR ||
           code == CURLE_SSL_CERTPROBLEM || code == CURLE_SSL_CIPHER ||
           code == CURLE_USE_SSL_FAILED || code == CURLE_LOGIN_DENIED;
}

static EscVerdict verdict_of_mail(const EscAttempt *attempt)
{
    bool is_refused = attempt->status / 100 == 5;
    if (is_refused && attempt->recipients_asked == 0)
        return ESC_VERDICT_HOLD; /* the server refused us, not a recipient or a message */
    if (attempt->has_temporary_refusal && attempt->recipients_accepted == 0)
        return ESC_VERDICT_RETRY; /* whatever the last recipient was refused for */
    return esc_verdict_mail(attempt->code == CURLE_OK, (unsigned)attempt->status);
}

/* A message over HTTP, of a kind that says more in its reply than by its status. */
static EscVerdict verdict_of_kind(EscAttempt *attempt, EscVerdict verdict)
{
    EscSaid said = {.http_status = (unsigned)attempt->status,
                    .reply = esc_buf_as_text(&attempt->reply),
                    .verdict = verdict,
                    .state = ESC_DELIVERY_ACCEPTED};
    attempt->plan.judge(&said);
    attempt->state = said.state;
    attempt->words = said.words;
    attempt->is_unknown = said.is_unknown;
    attempt->is_refused_within = verdict == ESC_VERDICT_DONE && said.verdict != ESC_VERDICT_DONE;
    return said.verdict;
}

/* A message over HTTP that was answered with a success: how far it has come. */
static EscVerdict verdict_of_reply(EscAttempt *attempt)
{
    const EscEndpoint *endpoint = attempt->route.endpoint;
    bool is_chat = endpoint != NULL && endpoint->kind == ESC_ENDPOINT_CHAT;
    attempt->state =
        esc_reply_state(esc_buf_as_text(&attempt->reply), is_chat, &attempt->is_refused_within);
    return attempt->is_refused_within ? ESC_VERDICT_DEAD : ESC_VERDICT_DONE;
}

EscVerdict esc_attempt_verdict(EscAttempt *attempt)
{
    if (attempt->is_address_refused && !attempt->is_address_tried)
        return ESC_VERDICT_DEAD;
    if (is_endpoints_fault(attempt->code) &&
        !(attempt->code == CURLE_LOGIN_DENIED && attempt->status / 100 == 4))
        return ESC_VERDICT_HOLD;
    if (attempt->route.way == ESC_WAY_MAIL)
        return verdict_of_mail(attempt);
    EscVerdict verdict =
        esc_verdict_http(&attempt->plan, attempt->code == CURLE_OK, (unsigned)attempt->status);
    if (attempt->plan.judge != NULL && attempt->code == CURLE_OK)
        return verdict_of_kind(attempt, verdict);
    bool is_message = !attempt->plan.is_call && verdict == ESC_VERDICT_DONE;
    return is_message ? verdict_of_reply(attempt) : verdict;
}

/* As long as the receiver asks for, within reason. */
static int64_t retry_after_ms(const EscAttempt *attempt)
{
    curl_off_t after_s = 0;
    if (attempt->route.way != ESC_WAY_MAIL)
        (void)curl_easy_getinfo(attempt->easy, CURLINFO_RETRY_AFTER, &after_s);
    return after_s > 0 && after_s < RETRY_AFTER_S_MAX ? (int64_t)after_s * 1000 : 0;
}

/* Whoever watches over the daemon is told when the breaker opens or closes by it. */
static void end_slot(EscOutside *outside, EscQueue *queue, EscVerdict verdict)
{
    const EscOutsideHost *host = &outside->sites[esc_queue_workspace(queue)]->host;
    bool was_open = esc_queue_is_open(queue);
    esc_queue_ended(queue, verdict, esc_outside_now_ms(outside));
    if (host->endpoint != NULL && esc_queue_is_open(queue) != was_open)
        host->endpoint(host->context, esc_queue_name(queue), !was_open);
}

void esc_attempt_close(EscAttempt *attempt, EscVerdict verdict, const char *detail)
{
    EscOutside *outside = attempt->outside;
    EscQueueItem *item = attempt->item;
    EscQueue *queue = item->queue;
    if (verdict == ESC_VERDICT_HOLD && esc_queue_is_items_own(item))
        verdict = ESC_VERDICT_DEAD; /* others went through since */
    bool was_held = esc_queue_is_held(queue),
         is_definite = verdict == ESC_VERDICT_DONE || verdict == ESC_VERDICT_DEAD;
    if ((verdict == ESC_VERDICT_HOLD && !was_held) || (was_held && is_definite))
        esc_endpoint_tell(outside, item, !was_held, detail);
    if (verdict == ESC_VERDICT_HOLD)
        esc_item_hold(outside, item, detail);
    else if (verdict == ESC_VERDICT_RETRY)
        esc_item_again(outside, item, retry_after_ms(attempt), detail);
    else if (verdict == ESC_VERDICT_DONE)
        settle_done(attempt, detail);
    else
        esc_item_settle(outside, item, ESC_DELIVERY_DEAD, (unsigned)attempt->status, detail,
                        esc_text_from(attempt->fan.gone));
    end_slot(outside, queue, verdict);
    esc_endpoint_look(outside, queue);
    esc_attempt_free(attempt);
}
