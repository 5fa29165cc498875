/* esc/causes.h - why the daemon is not as it should be: a list of what stands now, each with its code, of which client, since when.
 *
 * Whoever finds something out says so here, from any thread; /health, the status page and the alarms read it. It knows
 * neither workspaces nor deliveries, and keeps nothing beyond the process: who says something finds it out anew. */
#ifndef ESC_CAUSES_H
#define ESC_CAUSES_H

#include <esc/kit.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ESC_CAUSES_MAX 1000 /* that are kept */
#define ESC_CAUSE_SENTENCE_BYTES_MAX 500

typedef enum EscCauseCode {
#define ESC_CAUSE(CODE, word, weight) ESC_CAUSE_##CODE,
#include <esc/causes.def>
#undef ESC_CAUSE
    ESC_CAUSE_COUNT
} EscCauseCode;

typedef enum EscCauseWeight {
    ESC_WEIGHT_NONE, /* nothing stands */
    ESC_WEIGHT_NOTICE,
    ESC_WEIGHT_GRAVE,
    ESC_WEIGHT_FAILING
} EscCauseWeight;

const char *esc_cause_word(EscCauseCode code); /* "endpoint_held" */
EscCauseWeight esc_cause_weight(EscCauseCode code);

/* Known by its code, client and subject: one of these stands once. */
typedef struct EscCause {
    EscCauseCode code;
    EscText client; /* the workspace; empty: of the whole daemon */
    /* What it is about, such as an endpoint: for those who may see the client. Empty: the client itself. */
    EscText subject;
    EscText sentence; /* for everybody, so it names no person and repeats nobody's words */
    int64_t since_ms; /* wall clock */
    int64_t
        lapse_ms; /* the same: it is over then unless it is said again; 0: until somebody says so */
} EscCause;

typedef struct EscCauses EscCauses;
EscCauses *esc_causes_new(void);         /* NULL without memory */
void esc_causes_free(EscCauses *causes); /* NULL is allowed */

/* It stands: since `since_ms` when it is new; otherwise the sentence and the time of its lapse are these now. */
void esc_causes_put(EscCauses *causes, const EscCause *cause);
void esc_causes_end(EscCauses *causes, EscCauseCode code, EscText client, EscText subject);
/* Of this code and client these stand, and no others. */
void esc_causes_set(EscCauses *causes, EscCauseCode code, EscText client, const EscCause *items,
                    size_t count);
void esc_causes_lapse(EscCauses *causes, int64_t now_ms); /* ends those whose time is over */

/* What the daemon is said to be: the heaviest of what stands. */
EscCauseWeight esc_causes_weight(EscCauses *causes);
/* "ok", "degraded", "failing" */
const char *esc_health_word(EscCauseWeight weight);
/* Grows when one comes or goes. */
uint64_t esc_causes_version(EscCauses *causes);
/* In the order in which they came, until `visit` gives false; it must not call any of these. True: there are more than were kept. */
bool esc_causes_each(EscCauses *causes, bool (*visit)(void *context, const EscCause *cause),
                     void *context);

#ifdef __cplusplus
}
#endif
#endif
