/* api_evidence.c - what an escalation kept as evidence: a list, or one with its content.
 *
 * People count them from 1 within the escalation, in the order kept. Number 0 is the event that started it. */
#include <string.h>

#include "api_internal.h"

#define PAGE 100
#define CONTENT_BYTES_MAX ((size_t)32 << 20)
#define NOT_ASKED UINT64_MAX

typedef struct Walk {
    EscApiItems items;
    uint64_t only;  /* the number asked for, with its content; NOT_ASKED: the list */
    uint64_t after; /* of the list: the last number of the page before */
    size_t limit;
    uint64_t number;   /* of the row at hand */
    uint64_t in_store; /* the store's number of the last row */
} Walk;

static bool is_full(const Walk *walk)
{
    return walk->items.count >= (walk->only == NOT_ASKED ? walk->limit : 1);
}

static bool put(Walk *walk, EscEvidenceRow row)
{
    row.number = walk->number;
    bool fits = walk->only == NOT_ASKED ? walk->number > walk->after || walk->number == 0
                                        : walk->number == walk->only;
    if (fits)
        (void)esc_api_evidence_item(&walk->items, &row, walk->only != NOT_ASKED);
    return !is_full(walk) && walk->items.out.status == ESC_OK;
}

static bool visit(void *context, const EscEvidenceRow *row)
{
    Walk *walk = context;
    walk->number++;
    walk->in_store = row->number;
    return put(walk, *row);
}

/* Its time is not kept beside it: it is the escalation's own. */
static void put_start(Walk *walk, EscService *service, uint64_t escalation)
{
    EscBuf content;
    EscWhy why;
    esc_buf_init(&content, CONTENT_BYTES_MAX);
    if (walk->after == 0 && esc_store_start_event_get(esc_service_store(service), escalation,
                                                      &content, &why) == ESC_OK) {
        EscEvidenceRow row = {.name = ESC_TEXT("start event"),
                              .content = esc_buf_as_text(&content)};
        esc_sha256(esc_buf_as_bytes(&content), row.hash);
        (void)put(walk, row);
    }
    esc_buf_release(&content);
}

static EscStatus put_rows(Walk *walk, EscService *service, uint64_t escalation, EscWhy *why)
{
    EscStatus status = ESC_OK;
    for (uint64_t before = NOT_ASKED;
         status == ESC_OK && !is_full(walk) && before != walk->number;) {
        before = walk->number;
        EscEvidenceFilter filter = {
            .escalation = escalation, .after = walk->in_store, .limit = PAGE};
        status = esc_store_evidence(esc_service_store(service), &filter, visit, walk, why);
    }
    return status;
}

static void answer_evidence(EscRequest *request, EscService *service)
{
    uint64_t escalation = 0;
    EscWhy why = {.text = ""};
    Walk walk = {.only = NOT_ASKED};
    if (!esc_request_path_escalation(request, &escalation) ||
        !esc_request_number(request, "number", NOT_ASKED, NOT_ASKED, &walk.only) ||
        !esc_request_number(request, "after", 0, INT64_MAX, &walk.after) ||
        !esc_request_limit(request, &walk.limit) ||
        !esc_request_finds_escalation(request, service, escalation))
        return;
    EscApiItems *items = &walk.items;
    esc_api_items_open(items);
    put_start(&walk, service, escalation);
    EscStatus status = put_rows(&walk, service, escalation, &why);
    if (status == ESC_OK && items->count == 0 && walk.only != NOT_ASKED)
        status = esc_why(&why, ESC_NOT_FOUND, "", 0, "E-%llu has no evidence of number %llu",
                         (unsigned long long)escalation, (unsigned long long)walk.only);
    esc_api_items_answer(request, items, status, &why);
}

const EscHandler esc_handle_evidence = {.look = answer_evidence};
