/* daemon_heart.c - the dead man's switch.
 *
 * A beat goes through everything that must live: the door's loop says that it is time, a worker writes a file into the data
 * folder and looks at what stands, and the outside carries it. Where one of them is stuck nobody says anything, which is
 * what the monitor outside waits for. A beat that does not get through within its time is given up: an old one must not say
 * that all is well now. */
#include "daemon_heart.h"

#include <stdio.h>
#include <stdlib.h>

#include "own_site.h"

#define TEXT_BYTES_MAX 4000
#define FIRST_REAL_MS 5000 /* after the start: a daemon that dies at once does not beat */

struct EscHeart {
    EscOwnSite site;
    EscLane lane; /* a disk may hang, and then there is no beat */
    int64_t beat_real_ms;
};

static const EscHeartbeat *config_of(const EscHeart *heart)
{
    return &heart->site.setup->config->heartbeat;
}

/* Whether the data folder takes something, and for good. */
static bool can_write(const EscDaemonSetup *setup)
{
    const EscFiles *files = setup->files;
    static const char bytes[] = "written with each heartbeat\n";
    char path[4096];
    int length = snprintf(path, sizeof(path), "%s/heartbeat", setup->data_folder);
    return length > 0 && (size_t)length < sizeof(path) &&
           (files->replace == NULL ||
            files->replace(files->context, path,
                           (EscBytes){(const uint8_t *)bytes, sizeof(bytes) - 1}) == ESC_OK);
}

static bool add_word(void *context, const EscCause *cause)
{
    EscBuf *out = context;
    if (esc_cause_weight(cause->code) >= ESC_WEIGHT_GRAVE)
        esc_buf_printf(out, "%s%s%s%.*s%s", out->size == 0 ? "" : ", ", esc_cause_word(cause->code),
                       cause->client.size > 0 ? " (" : "", ESC_TEXT_ARG(cause->client),
                       cause->client.size > 0 ? ")" : "");
    return out->status == ESC_OK;
}

static void beat(EscHeart *heart, const char *channel, const char *subject, EscText text)
{
    esc_own_site_send(&heart->site, esc_text_from(channel), esc_text_from(subject), text,
                      config_of(heart)->every_s * 1000);
}

static void beat_run(void *context)
{
    EscHeart *heart = context;
    EscDaemonHealth *health = heart->site.health;
    EscCauses *causes = esc_daemon_health_causes(health);
    esc_daemon_health_written(health, can_write(heart->site.setup));
    if (esc_causes_weight(causes) < ESC_WEIGHT_GRAVE) {
        beat(heart, ESC_HEARTBEAT_URL, "escald is alive", ESC_TEXT("escald is alive and well"));
        return;
    }
    if (config_of(heart)->site.channels.count < 2) /* silence says it */
        return;
    EscBuf words;
    esc_buf_init(&words, TEXT_BYTES_MAX);
    (void)esc_causes_each(causes, add_word, &words);
    beat(heart, ESC_HEARTBEAT_FAIL_URL, "escald is not well", esc_buf_as_text(&words));
    esc_buf_release(&words);
}

EscStatus esc_heart_new(const EscDaemonSetup *setup, EscDaemonHealth *health, EscOutside *outside,
                        EscHeart **out, EscWhy *why)
{
    const EscHeartbeat *config = &setup->config->heartbeat;
    *out = NULL;
    if (config->site.channels.count == 0)
        return ESC_OK;
    EscHeart *heart = calloc(1, sizeof(*heart));
    if (heart == NULL)
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for the heartbeat");
    heart->site.setup = setup;
    heart->site.health = health;
    heart->site.outside = outside;
    int64_t first_ms =
        config->every_s * 1000 < FIRST_REAL_MS ? config->every_s * 1000 : FIRST_REAL_MS;
    heart->beat_real_ms = esc_boot_ms() + first_ms;
    esc_lane_init(&heart->lane, setup->pool, beat_run, heart);
    EscStatus status = esc_own_site_open(&heart->site, ESC_TEXT("heartbeat"), &config->site, why);
    if (status == ESC_OK)
        *out = heart;
    else
        free(heart);
    return status;
}

void esc_heart_run(EscHeart *heart)
{
    int64_t now_ms = esc_boot_ms();
    if (heart == NULL || now_ms < heart->beat_real_ms)
        return;
    heart->beat_real_ms = now_ms + config_of(heart)->every_s * 1000;
    esc_lane_wake(&heart->lane);
}

int64_t esc_heart_wait_ms(const EscHeart *heart)
{
    if (heart == NULL)
        return INT64_MAX;
    int64_t wait_ms = heart->beat_real_ms - esc_boot_ms();
    return wait_ms > 0 ? wait_ms : 0;
}

void esc_heart_free(EscHeart *heart)
{
    if (heart == NULL)
        return;
    esc_lane_close(&heart->lane);
    free(heart);
}
