/* api_health.c - /health and /health/ready, answered by the door from what the shards show of themselves: however busy
 * or stuck the workspaces are, these answer.
 *
 * They need no token, so they name a workspace only when something is wrong with it. */
#include "api_internal.h"

#define HEALTH_BYTES_MAX ((size_t)1 << 20)

typedef struct Sum {
    EscShardCounts all;
    size_t longest;            /* queue */
    uint32_t stopped, noticed; /* workspaces */
    int64_t latest_ms;
    EscServiceClock
        clock; /* of the workspace that is furthest apart, with the last correction of all */
} Sum;

static int64_t size_of(int64_t difference_ms)
{
    return difference_ms < 0 ? -difference_ms : difference_ms;
}

static void add_clock(EscServiceClock *all, const EscServiceClock *one)
{
    if (size_of(one->ahead_ms) > size_of(all->ahead_ms))
        all->ahead_ms = one->ahead_ms;
    all->waits_for_word = all->waits_for_word || one->waits_for_word;
    if (one->corrections > 0 &&
        (all->corrections == 0 || one->corrected_at_ms > all->corrected_at_ms)) {
        all->corrected_by_ms = one->corrected_by_ms;
        all->corrected_at_ms = one->corrected_at_ms;
    }
    all->corrections += one->corrections;
}

static Sum sum_up(const EscShards *shards)
{
    Sum sum = {0};
    for (uint32_t i = 0; i < shards->count; i++) {
        EscShardCounts one;
        esc_shard_counts(shards->items[i], &one);
        sum.all.turns += one.turns;
        sum.all.inputs += one.inputs;
        sum.all.timers += one.timers;
        sum.all.waiting += one.waiting;
        sum.all.alarmed += one.alarmed;
        sum.all.gaps += one.gaps;
        sum.longest = one.waiting > sum.longest ? one.waiting : sum.longest;
        sum.latest_ms = one.time_ms > sum.latest_ms ? one.time_ms : sum.latest_ms;
        add_clock(&sum.clock, &one.clock);
        bool is_stopped = esc_shard_state(shards->items[i]) == ESC_SHARD_STOPPED;
        sum.stopped += is_stopped;
        sum.noticed += !is_stopped && esc_shard_notice(shards->items[i]).size > 0;
    }
    return sum;
}

/* Those that are stopped, or those that are served otherwise than they should be, with the reason. */
static void write_shards(EscBuf *out, const EscShards *shards, const char *name, bool are_stopped)
{
    esc_buf_printf(out, ",\"%s\":[", name);
    const char *before = "";
    for (uint32_t i = 0; i < shards->count; i++) {
        EscShard *shard = shards->items[i];
        bool is_stopped = esc_shard_state(shard) == ESC_SHARD_STOPPED;
        EscText reason = is_stopped ? esc_shard_reason(shard) : esc_shard_notice(shard);
        if (is_stopped != are_stopped || reason.size == 0)
            continue;
        esc_buf_printf(out, "%s{\"workspace\":", before);
        esc_json_text(out, esc_shard_name(shard));
        esc_buf_string(out, ",\"reason\":");
        esc_json_text(out, reason);
        esc_buf_char(out, '}');
        before = ",";
    }
    esc_buf_char(out, ']');
}

static void write_time(EscBuf *out, const char *name, int64_t time_ms)
{
    esc_buf_printf(out, "\"%s\":\"", name);
    esc_time_write(out, time_ms);
    esc_buf_char(out, '"');
}

static void write_clock(EscBuf *out, const EscServiceClock *clock)
{
    esc_buf_printf(out, ",\"ahead_ms\":%lld,\"waits_for_word\":%s,\"corrections\":%llu",
                   (long long)clock->ahead_ms, clock->waits_for_word ? "true" : "false",
                   (unsigned long long)clock->corrections);
    if (clock->corrections == 0)
        return;
    esc_buf_printf(out, ",\"corrected_by_ms\":%lld,", (long long)clock->corrected_by_ms);
    write_time(out, "corrected_at", clock->corrected_at_ms);
}

/* What calendar files repeat is written out at the start. Behind its end every day would be a working day, and nobody on call. */
static void write_calendars(EscBuf *out, int64_t calendars_end_day)
{
    int64_t year = 0;
    unsigned month = 0, day = 0;
    if (calendars_end_day == 0)
        return;
    esc_date_from_days(calendars_end_day, &year, &month, &day);
    esc_buf_printf(out, ",\"calendars\":{\"written_out_to\":\"%04lld-%02u-%02u\"}", (long long)year,
                   month, day);
}

/* --- why it is not as it should be --------------------------------------------------------------- */

typedef struct Causes {
    EscBuf out;
    const char *before;
} Causes;

static bool add_cause(void *context, const EscCause *cause)
{
    Causes *causes = context;
    esc_buf_printf(&causes->out, "%s{\"code\":\"%s\"", causes->before, esc_cause_word(cause->code));
    if (cause->client.size > 0) {
        esc_buf_string(&causes->out, ",\"client\":");
        esc_json_text(&causes->out, cause->client);
    }
    esc_buf_string(&causes->out, ",\"sentence\":");
    esc_json_text(&causes->out, cause->sentence);
    esc_buf_char(&causes->out, ',');
    write_time(&causes->out, "since", cause->since_ms);
    esc_buf_char(&causes->out, '}');
    causes->before = ",";
    return causes->out.status == ESC_OK;
}

static bool add_reason(void *context, const EscCause *cause)
{
    Causes *causes = context;
    esc_buf_string(&causes->out, causes->before);
    esc_json_text(&causes->out, cause->sentence);
    causes->before = ",";
    return causes->out.status == ESC_OK;
}

void esc_health_brief(const EscApiSetup *setup, EscBuf *out)
{
    Causes causes = {.before = ""};
    esc_buf_init(&causes.out, HEALTH_BYTES_MAX);
    (void)esc_causes_each(setup->causes, add_reason, &causes);
    esc_buf_printf(out, "{\"status\":\"%s\",\"reasons\":[%.*s]}",
                   esc_health_word(esc_causes_weight(setup->causes)),
                   ESC_TEXT_ARG(esc_buf_as_text(&causes.out)));
    esc_buf_release(&causes.out);
}

static void write_causes(EscBuf *out, EscCauses *all)
{
    Causes causes = {.before = ""};
    esc_buf_init(&causes.out, HEALTH_BYTES_MAX / 2);
    bool is_cut = esc_causes_each(all, add_cause, &causes);
    esc_buf_printf(out, ",\"causes\":[%.*s]", ESC_TEXT_ARG(esc_buf_as_text(&causes.out)));
    if (is_cut)
        esc_buf_string(out, ",\"causes_cut\":true");
    esc_buf_release(&causes.out);
}

/* --- the answers ----------------------------------------------------------------------------------- */

static void answer_health(EscRequest *request)
{
    const EscApiSetup *setup = request->setup;
    Sum sum = sum_up(setup->shards);
    if (setup->look != NULL)
        setup->look(setup->look_context);
    EscCauseWeight weight = esc_causes_weight(setup->causes);
    EscBuf out;
    esc_buf_init(&out, HEALTH_BYTES_MAX);
    esc_buf_printf(&out,
                   "{\"status\":\"%s\",\"workspaces\":%u,\"turns\":%llu,\"inputs\":%llu,"
                   "\"timers\":%llu,\"alarms\":%zu,\"gaps\":%zu,\"queue\":{\"inputs\":%zu,"
                   "\"longest\":%zu},\"clock\":{",
                   esc_health_word(weight), setup->shards->count, (unsigned long long)sum.all.turns,
                   (unsigned long long)sum.all.inputs, (unsigned long long)sum.all.timers,
                   sum.all.alarmed, sum.all.gaps, sum.all.waiting, sum.longest);
    write_time(&out, "now", setup->clock->wall_ms(setup->clock->context));
    esc_buf_char(&out, ',');
    write_time(&out, "engine", sum.latest_ms);
    write_clock(&out, &sum.clock);
    esc_buf_printf(&out, ",\"up_s\":%lld}",
                   (long long)((esc_boot_ms() - setup->started_boot_ms) / 1000));
    write_calendars(&out, setup->calendars_end_day);
    if (sum.stopped > 0)
        write_shards(&out, setup->shards, "stopped", true);
    if (sum.noticed > 0)
        write_shards(&out, setup->shards, "noticed", false);
    write_causes(&out, setup->causes);
    esc_buf_char(&out, '}');
    esc_answer_json(&request->answer, weight == ESC_WEIGHT_FAILING ? 503 : 200, &out);
}

static bool any_serves(const EscShards *shards)
{
    for (uint32_t i = 0; i < shards->count; i++)
        if (esc_shard_state(shards->items[i]) == ESC_SHARD_SERVING)
            return true;
    return false;
}

static void answer_ready(EscRequest *request)
{
    if (request->is_stopping || !any_serves(request->setup->shards)) {
        esc_request_refuse(request, 503, "not_ready", "The server takes no work now", NULL, "");
        return;
    }
    EscBuf out;
    esc_buf_init(&out, 64);
    esc_buf_string(&out, "{\"status\":\"ready\"}");
    esc_answer_json(&request->answer, 200, &out);
}

const EscHandler esc_handle_health = {.at_door = answer_health};
const EscHandler esc_handle_ready = {.at_door = answer_ready};
