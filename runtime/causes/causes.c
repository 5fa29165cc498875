/* causes.c - the list of what stands, under one lock: it is short, and nobody waits for anything while they have it. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <esc/causes.h>

/* The texts lie behind it, in its block. */
typedef struct Standing {
    EscCause cause;
    char sentence[ESC_CAUSE_SENTENCE_BYTES_MAX];
    char texts[];
} Standing;

struct EscCauses {
    pthread_mutex_t lock;
    Standing *items[ESC_CAUSES_MAX];
    size_t count;
    bool is_cut; /* there are more than have room */
    uint64_t version;
};

static const struct {
    const char *word;
    EscCauseWeight weight;
} kinds[ESC_CAUSE_COUNT] = {
#define ESC_CAUSE(CODE, word, weight) [ESC_CAUSE_##CODE] = {word, ESC_WEIGHT_##weight},
#include <esc/causes.def>
#undef ESC_CAUSE
};

const char *esc_cause_word(EscCauseCode code)
{
    return kinds[code].word;
}

EscCauseWeight esc_cause_weight(EscCauseCode code)
{
    return kinds[code].weight;
}

const char *esc_health_word(EscCauseWeight weight)
{
    return weight == ESC_WEIGHT_NONE ? "ok" : weight == ESC_WEIGHT_FAILING ? "failing" : "degraded";
}

EscCauses *esc_causes_new(void)
{
    EscCauses *causes = calloc(1, sizeof(*causes));
    if (causes != NULL)
        ESC_ASSERT(pthread_mutex_init(&causes->lock, NULL) == 0);
    return causes;
}

void esc_causes_free(EscCauses *causes)
{
    if (causes == NULL)
        return;
    for (size_t i = 0; i < causes->count; i++)
        free(causes->items[i]);
    (void)pthread_mutex_destroy(&causes->lock);
    free(causes);
}

static void take(EscCauses *causes)
{
    (void)pthread_mutex_lock(&causes->lock);
}

static void give(EscCauses *causes)
{
    (void)pthread_mutex_unlock(&causes->lock);
}

/* --- changes, with the lock -------------------------------------------------------------------- */

static bool is_it(const EscCause *one, EscCauseCode code, EscText client, EscText subject)
{
    return one->code == code && esc_text_equal(one->client, client) &&
           esc_text_equal(one->subject, subject);
}

static Standing *find(const EscCauses *causes, EscCauseCode code, EscText client, EscText subject)
{
    for (size_t i = 0; i < causes->count; i++)
        if (is_it(&causes->items[i]->cause, code, client, subject))
            return causes->items[i];
    return NULL;
}

static void say(Standing *standing, const EscCause *cause)
{
    EscText sentence = esc_utf8_cut(cause->sentence, sizeof(standing->sentence));
    if (sentence.size > 0)
        memmove(standing->sentence, sentence.data, sentence.size);
    standing->cause.sentence = (EscText){standing->sentence, sentence.size};
    standing->cause.lapse_ms = cause->lapse_ms;
}

static EscText keep(char **at, EscText text)
{
    EscText kept = {*at, text.size};
    if (text.size > 0)
        memcpy(*at, text.data, text.size);
    *at += text.size;
    return kept;
}

static void put(EscCauses *causes, const EscCause *cause)
{
    Standing *known = find(causes, cause->code, cause->client, cause->subject);
    if (known != NULL) {
        say(known, cause);
        return;
    }
    if (causes->count == ESC_CAUSES_MAX) {
        causes->is_cut = true;
        return;
    }
    Standing *added = calloc(1, sizeof(*added) + cause->client.size + cause->subject.size + 1);
    ESC_ASSERT(added != NULL);
    char *at = added->texts;
    added->cause = *cause;
    added->cause.client = keep(&at, cause->client);
    added->cause.subject = keep(&at, cause->subject);
    say(added, cause);
    causes->items[causes->count++] = added;
    causes->version++;
}

static void end_at(EscCauses *causes, size_t at)
{
    free(causes->items[at]);
    causes->count--;
    memmove(&causes->items[at], &causes->items[at + 1],
            (causes->count - at) * sizeof(causes->items[0]));
    causes->is_cut = false; /* there is room again: who says one again is heard */
    causes->version++;
}

static bool is_among(const EscCause *one, const EscCause *items, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_it(one, items[i].code, items[i].client, items[i].subject))
            return true;
    return false;
}

/* --- what others call --------------------------------------------------------------------------- */

void esc_causes_put(EscCauses *causes, const EscCause *cause)
{
    take(causes);
    put(causes, cause);
    give(causes);
}

void esc_causes_end(EscCauses *causes, EscCauseCode code, EscText client, EscText subject)
{
    take(causes);
    for (size_t i = causes->count; i-- > 0;)
        if (is_it(&causes->items[i]->cause, code, client, subject))
            end_at(causes, i);
    give(causes);
}

void esc_causes_set(EscCauses *causes, EscCauseCode code, EscText client, const EscCause *items,
                    size_t count)
{
    take(causes);
    for (size_t i = causes->count; i-- > 0;) {
        const EscCause *one = &causes->items[i]->cause;
        if (one->code == code && esc_text_equal(one->client, client) &&
            !is_among(one, items, count))
            end_at(causes, i);
    }
    for (size_t i = 0; i < count; i++)
        put(causes, &items[i]);
    give(causes);
}

void esc_causes_lapse(EscCauses *causes, int64_t now_ms)
{
    take(causes);
    for (size_t i = causes->count; i-- > 0;) {
        int64_t lapse_ms = causes->items[i]->cause.lapse_ms;
        if (lapse_ms != 0 && lapse_ms <= now_ms)
            end_at(causes, i);
    }
    give(causes);
}

EscCauseWeight esc_causes_weight(EscCauses *causes)
{
    EscCauseWeight heaviest = ESC_WEIGHT_NONE;
    take(causes);
    for (size_t i = 0; i < causes->count; i++) {
        EscCauseWeight weight = esc_cause_weight(causes->items[i]->cause.code);
        heaviest = weight > heaviest ? weight : heaviest;
    }
    give(causes);
    return heaviest;
}

uint64_t esc_causes_version(EscCauses *causes)
{
    take(causes);
    uint64_t version = causes->version;
    give(causes);
    return version;
}

bool esc_causes_each(EscCauses *causes, bool (*visit)(void *context, const EscCause *cause),
                     void *context)
{
    take(causes);
    for (size_t i = 0; i < causes->count && visit(context, &causes->items[i]->cause); i++)
        continue;
    bool is_cut = causes->is_cut;
    give(causes);
    return is_cut;
}
