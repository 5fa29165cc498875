/* daemon_alarms.c - what is wrong with the daemon itself reaches somebody.
 *
 * An alarm is a ticket of the workspace that the configuration names, and its beginning and end are events of fixed types
 * about it (docs/operations.md): what becomes of them is that workspace's templates' to say. What was told and has not
 * ended is known by these tickets, so a start goes on with them. An address gets the same in words: all of it where there is
 * no workspace; otherwise what the workspace could not take, and what is about that workspace itself.
 *
 * Telling one may be the cause of another: a page about an endpoint may go by that endpoint. So each stands once, however
 * often it is seen, and rests before it is told again (alarm_list.c). */
#include "daemon_alarms.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alarm_list.h"
#include "own_site.h"

#define LOOK_REAL_MS 1000
#define EVENT_BYTES_MAX ((size_t)16 << 10)
#define LETTER_REAL_MS ESC_HOUR_MS /* a message to the address is given up then */
#define FORMER_MAX 256

struct EscDaemonAlarms {
    EscOwnSite site;
    const EscShards *shards;
    EscDaemonLog *log;
    void *log_context;
    EscAlarmList list;
    EscJob former;              /* asks the workspace what a former process told */
    atomic_bool is_former_over; /* it has answered */
    bool is_former_asked, is_former_taken;
    EscText *keys; /* its answer, in the arena */
    size_t keys_count;
    EscArena *arena;
    int64_t look_real_ms;
};

static const EscAlarmBinding *config_of(const EscDaemonAlarms *alarms)
{
    return &alarms->site.setup->config->alarms;
}

/* --- in words ----------------------------------------------------------------------------------- */

static void write_words(EscBuf *out, const EscAlarm *alarm, EscAlarmNews news)
{
    static const char *const heads[] = {
        [ESC_ALARM_RAISED] = "ALARM", [ESC_ALARM_REMINDED] = "STILL", [ESC_ALARM_OVER] = "OVER"};
    esc_buf_printf(out, "%s %s%s%s", heads[news], esc_cause_word(alarm->code),
                   alarm->client[0] != '\0' ? " of " : "", alarm->client);
    if (alarm->sentence[0] != '\0')
        esc_buf_printf(out, ": %s", alarm->sentence);
    if (alarm->subject[0] != '\0')
        esc_buf_printf(out, " (%s)", alarm->subject);
    if (alarm->since_ms != 0) {
        esc_buf_string(out, "; since ");
        esc_time_write(out, alarm->since_ms);
    }
}

static void tell_address(EscDaemonAlarms *alarms, const EscAlarm *alarm, EscAlarmNews news)
{
    EscBuf words;
    if (config_of(alarms)->site.channels.count == 0)
        return;
    esc_buf_init(&words, EVENT_BYTES_MAX);
    write_words(&words, alarm, news);
    esc_own_site_send(&alarms->site, ESC_TEXT(ESC_ALARMS_TO), esc_text_from(alarm->key),
                      esc_buf_as_text(&words), LETTER_REAL_MS);
    esc_buf_release(&words);
}

/* --- as an event -------------------------------------------------------------------------------- */

typedef struct AlarmJob {
    EscJob job; /* first */
    EscDaemonAlarms *alarms;
    EscAlarm alarm;
    EscAlarmNews news;
    EscArena *arena;
    EscInput input;
} AlarmJob;

static void member(EscBuf *out, const char *name, const char *text)
{
    esc_buf_printf(out, ",\"%s\":", name);
    esc_json_text(out, esc_text_from(text));
}

static void write_data(EscBuf *out, const EscAlarm *alarm, bool is_over)
{
    static const char *const severities[] = {[ESC_WEIGHT_NONE] = "low",
                                             [ESC_WEIGHT_NOTICE] = "medium",
                                             [ESC_WEIGHT_GRAVE] = "high",
                                             [ESC_WEIGHT_FAILING] = "critical"};
    esc_buf_printf(out, "{\"code\":\"%s\"", esc_cause_word(alarm->code));
    member(out, "client", alarm->client);
    member(out, "about", alarm->subject);
    member(out, "sentence", alarm->sentence);
    if (alarm->since_ms != 0) {
        esc_buf_string(out, ",\"since\":\"");
        esc_time_write(out, alarm->since_ms);
        esc_buf_char(out, '"');
    }
    if (is_over) {
        esc_buf_string(out, ",\"ticket\":{\"status\":\"resolved\"}}");
        return;
    }
    EscBuf title;
    esc_buf_init(&title, EVENT_BYTES_MAX);
    esc_buf_printf(&title, "%s%s%s", alarm->client, alarm->client[0] != '\0' ? ": " : "",
                   alarm->sentence);
    esc_buf_char(&title, '\0');
    esc_buf_string(out, ",\"ticket\":{\"status\":\"open\"");
    member(out, "title", (const char *)title.data);
    member(out, "severity", severities[esc_cause_weight(alarm->code)]);
    esc_buf_string(out, "}}");
    esc_buf_release(&title);
}

/* Its id has the time: the same one that is told again is another event. */
static void write_event(EscBuf *out, const EscAlarm *alarm, EscAlarmNews news, int64_t now_ms)
{
    bool is_over = news == ESC_ALARM_OVER;
    char id[64];
    (void)snprintf(id, sizeof(id), "%s/%lld/%llu", is_over ? "over" : "raised", (long long)now_ms,
                   (unsigned long long)esc_hash(esc_text_from(alarm->key), 1));
    esc_buf_printf(out, "{\"specversion\":\"1.0\",\"source\":\"escald\",\"type\":\"%s\"",
                   is_over ? ESC_ALARM_EVENT_OVER : ESC_ALARM_EVENT_RAISED);
    member(out, "id", id);
    member(out, "subject", alarm->key);
    esc_buf_string(out, ",\"data\":");
    write_data(out, alarm, is_over);
    esc_buf_char(out, '}');
}

static void not_taken(AlarmJob *one, EscText why)
{
    EscDaemonAlarms *alarms = one->alarms;
    char text[512];
    (void)snprintf(text, sizeof(text), "%s is not taken by the workspace of alarms: %.*s",
                   one->alarm.key, (int)(why.size < 300 ? why.size : 300), why.data);
    esc_utf8_mend(text, strlen(text));
    alarms->log(alarms->log_context, "error", "alarm_not_taken", esc_text_from(text));
    tell_address(alarms, &one->alarm, one->news);
}

static bool alarm_parse(EscJob *job, const EscProgram *program)
{
    AlarmJob *one = (AlarmJob *)job; /* its first member */
    const EscClock *clock = one->alarms->site.setup->clock;
    EscWhy why = {.text = ""};
    EscEvent *event = esc_arena_alloc(one->arena, sizeof(*event));
    EscBuf json;
    esc_buf_init(&json, EVENT_BYTES_MAX);
    write_event(&json, &one->alarm, one->news, clock->wall_ms(clock->context));
    EscStatus status =
        event == NULL ? ESC_NO_MEMORY
                      : esc_event_parse(one->arena, program, esc_buf_as_text(&json), event, &why);
    esc_buf_release(&json);
    if (status != ESC_OK) {
        not_taken(one, esc_text_from(why.text));
        return false;
    }
    one->input = (EscInput){.kind = ESC_INPUT_EVENT, .event = event};
    job->inputs = &one->input;
    job->inputs_count = 1;
    return true;
}

static void alarm_committed(EscJob *job, const EscReply *replies)
{
    if (replies[0].status != ESC_OK && replies[0].status != ESC_DUPLICATE)
        not_taken((AlarmJob *)job, esc_text_from(replies[0].why.text));
}

static void alarm_refused(EscJob *job, EscRefusal refusal, EscText reason)
{
    if (refusal == ESC_REFUSED_STOPPED)
        not_taken((AlarmJob *)job, reason);
}

static void alarm_over(EscJob *job)
{
    AlarmJob *one = (AlarmJob *)job;
    esc_arena_free(one->arena);
    free(one);
}

static const EscJobSteps alarm_steps = {.parse = alarm_parse,
                                        .committed = alarm_committed,
                                        .refused = alarm_refused,
                                        .over = alarm_over};

static void tell_workspace(EscDaemonAlarms *alarms, EscShard *shard, const EscAlarm *alarm,
                           EscAlarmNews news)
{
    AlarmJob *one = calloc(1, sizeof(*one));
    ESC_ASSERT(one != NULL);
    *one = (AlarmJob){.job.steps = &alarm_steps,
                      .alarms = alarms,
                      .alarm = *alarm,
                      .news = news,
                      .arena = esc_arena_new(4 * EVENT_BYTES_MAX)};
    ESC_ASSERT(one->arena != NULL);
    bool is_put = esc_shard_put(shard, &one->job); /* small: always taken */
    ESC_ASSERT(is_put);
}

/* --- telling ------------------------------------------------------------------------------------ */

static void tell(void *context, const EscAlarm *alarm, EscAlarmNews news)
{
    EscDaemonAlarms *alarms = context;
    EscText workspace = config_of(alarms)->workspace;
    EscShard *shard = workspace.size == 0 ? NULL : esc_shards_find(alarms->shards, workspace);
    bool is_own = esc_text_equal(esc_text_from(alarm->client), workspace);
    if (shard != NULL && news != ESC_ALARM_REMINDED) /* its templates remind */
        tell_workspace(alarms, shard, alarm, news);
    if (shard == NULL || is_own)
        tell_address(alarms, alarm, news);
}

/* --- what a former process told ------------------------------------------------------------------- */

static bool is_ended(EscText status)
{
    return esc_text_equal(status, ESC_TEXT("resolved")) ||
           esc_text_equal(status, ESC_TEXT("closed"));
}

static bool add_former(void *context, const EscTicketRow *row)
{
    EscDaemonAlarms *alarms = context;
    if (!esc_text_starts_with(row->id, ESC_TEXT(ESC_ALARM_KEY_PREFIX)) ||
        alarms->keys_count == FORMER_MAX)
        return false;
    if (!is_ended(row->status))
        alarms->keys[alarms->keys_count++] = esc_arena_text(alarms->arena, row->id);
    return true;
}

static bool former_look(EscJob *job, EscService *service)
{
    EscDaemonAlarms *alarms = (EscDaemonAlarms *)((char *)job - offsetof(EscDaemonAlarms, former));
    const EscTicketFilter filter = {.after = ESC_TEXT(ESC_ALARM_KEY_PREFIX), .limit = 1000};
    (void)!esc_store_tickets(esc_service_store(service), &filter, add_former, alarms, NULL);
    return false;
}

static void former_over(EscJob *job)
{
    EscDaemonAlarms *alarms = (EscDaemonAlarms *)((char *)job - offsetof(EscDaemonAlarms, former));
    atomic_store(&alarms->is_former_over, true);
}

static const EscJobSteps former_steps = {.look = former_look, .over = former_over};

/* True when it is known what a former process told. */
static bool former_is_known(EscDaemonAlarms *alarms, int64_t now_ms)
{
    EscText workspace = config_of(alarms)->workspace;
    EscShard *shard = workspace.size == 0 ? NULL : esc_shards_find(alarms->shards, workspace);
    if (shard == NULL || alarms->is_former_taken)
        return true;
    if (!alarms->is_former_asked) {
        alarms->is_former_asked = true;
        alarms->former = (EscJob){.steps = &former_steps};
        bool is_put = esc_shard_put(shard, &alarms->former);
        ESC_ASSERT(is_put);
    }
    if (!atomic_load(&alarms->is_former_over))
        return false;
    for (size_t i = 0; i < alarms->keys_count; i++)
        (void)esc_alarm_list_former(&alarms->list, alarms->keys[i], now_ms);
    alarms->is_former_taken = true;
    return true;
}

/* --- life --------------------------------------------------------------------------------------- */

EscStatus esc_daemon_alarms_new(const EscDaemonSetup *setup, const EscShards *shards,
                                EscDaemonHealth *health, EscOutside *outside, EscDaemonLog *log,
                                void *log_context, EscDaemonAlarms **out, EscWhy *why)
{
    const EscAlarmBinding *config = &setup->config->alarms;
    *out = NULL;
    if (config->workspace.size == 0 && config->site.channels.count == 0)
        return ESC_OK;
    EscDaemonAlarms *alarms = calloc(1, sizeof(*alarms));
    EscArena *arena = esc_arena_new((size_t)1 << 20);
    EscText *keys = calloc(FORMER_MAX, sizeof(*keys));
    if (alarms == NULL || arena == NULL || keys == NULL) {
        free(alarms);
        esc_arena_free(arena);
        free(keys);
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for the alarms");
    }
    int64_t settle_ms = config->settle_s * 1000;
    alarms->site.setup = setup;
    alarms->site.health = health;
    alarms->site.outside = outside;
    alarms->shards = shards;
    alarms->log = log;
    alarms->log_context = log_context;
    alarms->arena = arena;
    alarms->keys = keys;
    alarms->list.rules = (EscAlarmRules){.settle_ms = settle_ms,
                                         .over_ms = 6 * settle_ms,
                                         .rest_ms = 60 * settle_ms,
                                         .again_ms = config->again_s * 1000,
                                         .workspace = config->workspace};
    EscStatus status = esc_own_site_open(&alarms->site, ESC_TEXT("alarms"), &config->site, why);
    if (status == ESC_OK)
        *out = alarms;
    else
        esc_daemon_alarms_free(alarms);
    return status;
}

void esc_daemon_alarms_free(EscDaemonAlarms *alarms)
{
    if (alarms == NULL)
        return;
    esc_alarm_list_release(&alarms->list);
    esc_arena_free(alarms->arena);
    free(alarms->keys);
    free(alarms);
}

static bool has_event(const EscProgram *program, const char *name)
{
    for (uint32_t i = 0; i < program->events_count; i++)
        if (esc_text_equal(program->texts[program->events[i].name], esc_text_from(name)))
            return true;
    return false;
}

void esc_daemon_alarms_check(EscDaemonAlarms *alarms)
{
    char text[512];
    if (alarms == NULL || config_of(alarms)->workspace.size == 0)
        return;
    EscText name = config_of(alarms)->workspace;
    EscShard *shard = esc_shards_find(alarms->shards, name);
    const EscBundle *bundle = shard == NULL ? NULL : esc_shard_bundle(shard);
    const EscProgram *program = bundle == NULL ? NULL : esc_bundle_program(bundle);
    if (shard == NULL)
        (void)snprintf(text, sizeof(text), "alarms.workspace: no workspace %.*s is served",
                       ESC_TEXT_ARG(name));
    else if (program != NULL && (!has_event(program, ESC_ALARM_EVENT_RAISED) ||
                                 !has_event(program, ESC_ALARM_EVENT_OVER)))
        (void)snprintf(
            text, sizeof(text),
            "alarms.workspace: %.*s declares no events alarm.raised and alarm.over, so it "
            "takes no alarm",
            ESC_TEXT_ARG(name));
    else
        return;
    alarms->log(alarms->log_context, "alarm", "alarms_unheard", esc_text_from(text));
}

void esc_daemon_alarms_run(EscDaemonAlarms *alarms)
{
    int64_t now_ms = esc_boot_ms();
    if (alarms == NULL || now_ms < alarms->look_real_ms)
        return;
    alarms->look_real_ms = now_ms + LOOK_REAL_MS;
    if (former_is_known(alarms, now_ms))
        esc_alarm_list_look(&alarms->list, esc_daemon_health_causes(alarms->site.health), now_ms,
                            tell, alarms);
}

int64_t esc_daemon_alarms_wait_ms(const EscDaemonAlarms *alarms)
{
    if (alarms == NULL)
        return INT64_MAX;
    int64_t wait_ms = alarms->look_real_ms - esc_boot_ms();
    return wait_ms > 0 ? wait_ms : 0;
}
