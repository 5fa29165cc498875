/* daemon_health.c - finds out whether the daemon is as it should be, and says so in its list of causes.
 *
 * Three ways lead here. What workspaces show of themselves is looked at by the door, every few seconds and for each /health:
 * that works however stuck they are. What only their stores know (messages that were given up, pages that wait) is looked up by a job
 * of theirs, when something has changed. And what happens once, such as an endpoint that takes nothing any more, is said by
 * whoever sees it.
 *
 * A job that does not come back is no matter: its workspace is late then, which the door sees by itself. */
#include "daemon_health.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "health_outbox.h"

#define LOOK_REAL_MS 5000      /* of the door; more often where `late_s` is short */
#define LOOK_REAL_MS_MIN 250   /* so often at most */
#define LOOK_AGAIN_REAL_MS 100 /* however often somebody asks */
#define SPACE_REAL_MS 60000    /* between two looks at the disk */
#define LATE_TWICE_REAL_MS                                                                         \
    2000 /* late at two looks so far apart: the machine did not just wake up */
#define HAPPENED_MS                                                                                \
    (2 * ESC_HOUR_MS)          /* what is told once an hour stands until it was not told again */
#define ENDPOINT_MS ESC_DAY_MS /* nothing was sent there for a day: nobody knows how it is */
#define CALENDARS_LEFT_DAYS 60 /* fewer: a person should start the daemon anew */
#define SPACE_LEFT_MIN ((uint64_t)100 << 20)
#define SPACE_LEFT_PLENTY ((uint64_t)2 << 30)

struct EscHealthSite {
    EscJob job; /* first: a look at its store */
    EscDaemonHealth *health;
    EscShard *shard;
    atomic_bool is_wanted;  /* something has changed in its outbox */
    atomic_bool is_pending; /* what was found at the last look may be over by time alone */
    atomic_bool is_away;    /* the job is under way */
    /* The door's. */
    int64_t looked_real_ms;
    int64_t late_real_ms; /* when it was seen late first; 0: it is not */
    struct EscHealthSite *next;
};

struct EscDaemonHealth {
    const EscDaemonSetup *setup;
    const EscShards *shards;
    EscCauses *causes;
    EscHealthSite *sites;
    EscLane space;                       /* a disk may hang, and nobody but a worker waits for it */
    int64_t look_real_ms, space_real_ms; /* when it is time to */
    int64_t looked_real_ms;              /* when it did last */
};

/* --- life --------------------------------------------------------------------------------------- */

static void space_run(void *context);

EscDaemonHealth *esc_daemon_health_new(const EscDaemonSetup *setup, const EscShards *shards)
{
    EscDaemonHealth *health = calloc(1, sizeof(*health));
    EscCauses *causes = esc_causes_new();
    if (health == NULL || causes == NULL) {
        free(health);
        esc_causes_free(causes);
        return NULL;
    }
    *health = (EscDaemonHealth){.setup = setup, .shards = shards, .causes = causes};
    esc_lane_init(&health->space, setup->pool, space_run, health);
    return health;
}

void esc_daemon_health_free(EscDaemonHealth *health)
{
    if (health == NULL)
        return;
    esc_lane_close(&health->space);
    for (EscHealthSite *site = health->sites, *next = NULL; site != NULL; site = next) {
        next = site->next;
        free(site);
    }
    esc_causes_free(health->causes);
    free(health);
}

EscCauses *esc_daemon_health_causes(const EscDaemonHealth *health)
{
    return health->causes;
}

EscHealthSite *esc_daemon_health_add(EscDaemonHealth *health, EscShard *shard)
{
    EscHealthSite *site = calloc(1, sizeof(*site));
    if (site == NULL)
        return NULL;
    site->health = health;
    site->shard = shard;
    atomic_store(&site->is_wanted, true); /* what a former run left */
    site->next = health->sites;
    health->sites = site;
    return site;
}

static int64_t wall_ms(const EscDaemonHealth *health)
{
    return health->setup->clock->wall_ms(health->setup->clock->context);
}

static int64_t late_ms(const EscDaemonHealth *health)
{
    return health->setup->config->late_s * 1000;
}

/* Real time between two looks: short enough that nothing is late for long before it is seen. */
static int64_t pause_ms(const EscDaemonHealth *health)
{
    int64_t quarter_ms = late_ms(health) / 4;
    quarter_ms = quarter_ms < LOOK_REAL_MS_MIN ? LOOK_REAL_MS_MIN : quarter_ms;
    return quarter_ms < LOOK_REAL_MS ? quarter_ms : LOOK_REAL_MS;
}

/* --- saying it ---------------------------------------------------------------------------------- */

/* The one cause of its code and client, which stands while `holds`. */
static void say(EscDaemonHealth *health, EscCauseCode code, EscText client, bool holds,
                const char *format, ...) ESC_PRINTF(5, 6);
static void say(EscDaemonHealth *health, EscCauseCode code, EscText client, bool holds,
                const char *format, ...)
{
    char sentence[ESC_CAUSE_SENTENCE_BYTES_MAX] = "";
    if (holds) { /* most do not, and there are many */
        va_list arguments;
        va_start(arguments, format);
        (void)vsnprintf(sentence, sizeof(sentence), format, arguments);
        va_end(arguments);
        esc_utf8_mend(sentence, strlen(sentence));
    }
    EscCause cause = {.code = code,
                      .client = client,
                      .sentence = esc_text_from(sentence),
                      .since_ms = wall_ms(health)};
    esc_causes_set(health->causes, code, client, &cause, holds ? 1 : 0);
}

void esc_daemon_health_stopped(const EscHealthSite *site, EscText reason)
{
    say(site->health, ESC_CAUSE_WORKSPACE_STOPPED, esc_shard_name(site->shard), true,
        "it is stopped: %.*s", ESC_TEXT_ARG(reason));
}

void esc_daemon_health_happened(EscDaemonHealth *health, const EscHealthSite *site,
                                EscCauseCode code, const char *sentence)
{
    int64_t now_ms = wall_ms(health);
    EscCause cause = {.code = code,
                      .client = site == NULL ? (EscText){0} : esc_shard_name(site->shard),
                      .sentence = esc_text_from(sentence),
                      .since_ms = now_ms,
                      .lapse_ms = now_ms + HAPPENED_MS};
    esc_causes_put(health->causes, &cause);
}

static void endpoint_say(EscDaemonHealth *health, EscText client, EscText name, bool is_open)
{
    int64_t now_ms = wall_ms(health);
    EscCause cause = {.code = ESC_CAUSE_ENDPOINT_HELD,
                      .client = client,
                      .subject = name,
                      .sentence = ESC_TEXT("an endpoint takes nothing, and its messages wait"),
                      .since_ms = now_ms,
                      .lapse_ms = now_ms + ENDPOINT_MS};
    if (is_open)
        esc_causes_put(health->causes, &cause);
    else
        esc_causes_end(health->causes, cause.code, client, name);
}

void esc_daemon_health_endpoint(void *context, EscText name, bool is_open)
{
    const EscHealthSite *site = context;
    endpoint_say(site->health, esc_shard_name(site->shard), name, is_open);
}

void esc_daemon_health_own_endpoint(EscDaemonHealth *health, EscText name, bool is_open)
{
    endpoint_say(health, (EscText){0}, name, is_open);
}

void esc_daemon_health_written(EscDaemonHealth *health, bool is_written)
{
    say(health, ESC_CAUSE_DATA_NOT_WRITTEN, (EscText){0}, !is_written,
        "the data folder takes nothing");
}

void esc_daemon_health_certificate(EscDaemonHealth *health, const char *event)
{
    bool is_bad =
        strcmp(event, "certificate_ends") == 0 || strcmp(event, "certificate_refused") == 0;
    if (is_bad || strcmp(event, "certificate_read") == 0)
        say(health, ESC_CAUSE_CERTIFICATE_ENDS, (EscText){0}, is_bad,
            "the certificate ends soon, or a new one cannot be used; the log says which");
}

/* --- what the door sees -------------------------------------------------------------------------- */

/* Behind its time by more than may be, in real time. Seen twice: a machine that has slept gets its breath first. */
static bool is_late(EscHealthSite *site, const EscShardCounts *counts, int64_t now_real_ms)
{
    const EscDaemonSetup *setup = site->health->setup;
    int64_t boot_ms = setup->clock->boot_ms(setup->clock->context);
    double late = counts->due_boot_ms >= boot_ms
                      ? 0
                      : (double)(boot_ms - counts->due_boot_ms) / setup->time_scale;
    if (late <= (double)late_ms(site->health)) {
        site->late_real_ms = 0;
        return false;
    }
    if (site->late_real_ms == 0)
        site->late_real_ms = now_real_ms;
    return now_real_ms - site->late_real_ms >= LATE_TWICE_REAL_MS;
}

static void look_at_clock(EscDaemonHealth *health, EscText client, const EscServiceClock *clock)
{
    say(health, ESC_CAUSE_CLOCK_APART, client, clock->is_apart && !clock->waits_for_word,
        "the wall clock is %lld s from the time that has passed; it is followed when that lasts",
        (long long)(clock->ahead_ms / 1000));
    say(health, ESC_CAUSE_CLOCK_WAITS, client, clock->waits_for_word,
        "the wall clock is %lld s ahead and is not followed until an operator says that it is "
        "right",
        (long long)(clock->ahead_ms / 1000));
}

static void look_at_site(EscHealthSite *site, int64_t now_real_ms)
{
    EscDaemonHealth *health = site->health;
    EscText client = esc_shard_name(site->shard), notice = esc_shard_notice(site->shard);
    bool serves = esc_shard_state(site->shard) == ESC_SHARD_SERVING;
    bool is_stopped = esc_shard_state(site->shard) == ESC_SHARD_STOPPED;
    EscShardCounts counts;
    esc_shard_counts(site->shard, &counts);
    if (is_stopped)
        esc_daemon_health_stopped(site, esc_shard_reason(site->shard));
    say(health, ESC_CAUSE_OLD_TEMPLATES, client, serves && notice.size > 0, "%.*s",
        ESC_TEXT_ARG(notice));
    say(health, ESC_CAUSE_TIMERS_LATE, client, serves && is_late(site, &counts, now_real_ms),
        "its turns and timers are late by more than %lld s",
        (long long)health->setup->config->late_s);
    say(health, ESC_CAUSE_NOBODY_ANSWERS, client, serves && counts.alarmed > 0,
        "open escalations wait for somebody in vain: %zu", counts.alarmed);
    say(health, ESC_CAUSE_COVERAGE_HOLE, client, serves && counts.gaps > 0,
        "times of the next seven days in which nobody of some template's owners is there: %zu",
        counts.gaps);
    size_t room = (size_t)health->setup->config->queue_max;
    say(health, ESC_CAUSE_QUEUE_LONG, client, serves && counts.waiting > room / 5 * 4,
        "more events wait than four fifths of queue_max");
    look_at_clock(health, client, &counts.clock);
}

static void look_at_all(EscDaemonHealth *health)
{
    bool any_serves = health->sites == NULL;
    for (const EscHealthSite *site = health->sites; site != NULL; site = site->next)
        any_serves = any_serves || esc_shard_state(site->shard) == ESC_SHARD_SERVING;
    int64_t end_day = health->setup->calendars_end_day;
    say(health, ESC_CAUSE_NOBODY_SERVED, (EscText){0}, !any_serves, "no workspace is served");
    say(health, ESC_CAUSE_CALENDARS_END, (EscText){0},
        end_day != 0 && wall_ms(health) / ESC_DAY_MS > end_day - CALENDARS_LEFT_DAYS,
        "calendars are written out for fewer than %d days: start the daemon anew",
        CALENDARS_LEFT_DAYS);
}

void esc_daemon_health_look(void *context)
{
    EscDaemonHealth *health = context;
    int64_t now_real_ms = esc_boot_ms();
    if (now_real_ms - health->looked_real_ms < LOOK_AGAIN_REAL_MS)
        return;
    health->looked_real_ms = now_real_ms;
    for (EscHealthSite *site = health->sites; site != NULL; site = site->next)
        look_at_site(site, now_real_ms);
    look_at_all(health);
    esc_causes_lapse(health->causes, wall_ms(health));
}

/* --- what only a disk knows ------------------------------------------------------------------------ */

static void space_run(void *context)
{
    EscDaemonHealth *health = context;
    uint64_t left = 0, all = 0;
    const EscDaemonSetup *setup = health->setup;
    bool is_known = setup->space != NULL && setup->space(setup->data_folder, &left, &all);
    bool is_low = left < SPACE_LEFT_MIN || (left < SPACE_LEFT_PLENTY && left < all / 20);
    say(health, ESC_CAUSE_DISK_NEARLY_FULL, (EscText){0}, is_known && is_low,
        "the disk of the data folder is nearly full: %llu MiB are left",
        (unsigned long long)(left >> 20));
}

/* --- what only its store knows ---------------------------------------------------------------------- */

static bool site_look(EscJob *job, EscService *service)
{
    EscHealthSite *site = (EscHealthSite *)job; /* its first member */
    EscDaemonHealth *health = site->health;
    EscText client = esc_shard_name(site->shard);
    EscHealthOutbox found;
    EscStatus status = esc_health_outbox_find(
        esc_service_store(service), esc_service_now_ms(service),
        (int64_t)((double)late_ms(health) * health->setup->time_scale), &found);
    if (status != ESC_OK)
        return false; /* the store stops the workspace in its next turn */
    for (size_t i = 0; i < found.dead_count; i++)
        found.dead[i].client = client;
    esc_causes_set(health->causes, ESC_CAUSE_DELIVERY_DEAD, client, found.dead, found.dead_count);
    say(health, ESC_CAUSE_PAGES_WAIT, client, found.late_pages > 0,
        "pages wait in the outbox for more than %lld s: %zu",
        (long long)health->setup->config->late_s, found.late_pages);
    atomic_store(&site->is_pending, found.dead_count + found.queued > 0);
    esc_health_outbox_release(&found);
    return false;
}

static void site_over(EscJob *job)
{
    EscHealthSite *site = (EscHealthSite *)job;
    atomic_store(&site->is_away, false);
}

static const EscJobSteps look_steps = {.look = site_look, .over = site_over};

static void ask(EscHealthSite *site, int64_t now_real_ms)
{
    bool is_due = atomic_load(&site->is_wanted) || atomic_load(&site->is_pending);
    int64_t since_ms = now_real_ms - site->looked_real_ms;
    if (!is_due || atomic_load(&site->is_away) || since_ms < 2 * pause_ms(site->health) ||
        esc_shard_state(site->shard) != ESC_SHARD_SERVING)
        return;
    site->looked_real_ms = now_real_ms;
    atomic_store(&site->is_wanted, false);
    atomic_store(&site->is_away, true);
    site->job = (EscJob){.steps = &look_steps};
    bool is_put = esc_shard_put(site->shard, &site->job); /* nothing to parse: always taken */
    ESC_ASSERT(is_put);
}

void esc_daemon_health_committed(EscHealthSite *site, EscService *service)
{
    const EscGroup *group = esc_service_settled(service);
    if (group != NULL && group->outbox_count + group->settled_count > 0)
        atomic_store(&site->is_wanted, true);
}

/* --- its time ---------------------------------------------------------------------------------------- */

void esc_daemon_health_run(EscDaemonHealth *health)
{
    int64_t now_real_ms = esc_boot_ms();
    if (now_real_ms < health->look_real_ms)
        return;
    health->look_real_ms = now_real_ms + pause_ms(health);
    esc_daemon_health_look(health);
    for (EscHealthSite *site = health->sites; site != NULL; site = site->next)
        ask(site, now_real_ms);
    if (now_real_ms >= health->space_real_ms) {
        health->space_real_ms = now_real_ms + SPACE_REAL_MS;
        esc_lane_wake(&health->space);
    }
}

int64_t esc_daemon_health_wait_ms(const EscDaemonHealth *health)
{
    int64_t wait_ms = health->look_real_ms - esc_boot_ms();
    return wait_ms > 0 ? wait_ms : 0;
}
