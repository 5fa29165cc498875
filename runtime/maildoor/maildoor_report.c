/* maildoor_report.c - notices of delivery: what a mail server tells of a mail of ours after it took it (RFC 3464).
 *
 * Anybody can write such a notice. It counts when it shows the Message-ID of the very mail: its mark is known to nobody but
 * us, who got the mail, and the servers that carried it. */
#include "maildoor_internal.h"

/* Rows of the outbox that are looked through, newest first: a notice comes within days. */
#define ROWS_MAX 20000u

typedef struct Search {
    EscMailJob *job;
    EscText key;
    uint64_t last; /* the row that was seen last */
    uint32_t seen;
    bool is_found;
} Search;

static bool visit(void *context, const EscOutboxEntry *entry)
{
    Search *search = context;
    search->last = entry->row.id;
    search->seen++;
    if (!esc_text_equal(entry->row.key, search->key))
        return true;
    EscReceipt *receipt = &search->job->receipt;
    esc_outbox_row_keep(search->job->arena, &entry->row, &receipt->row);
    receipt->from = entry->state;
    search->is_found = true;
    return false;
}

static bool find_row(EscMailJob *job, EscService *service, EscText key)
{
    Search search = {.job = job, .key = key};
    for (bool has_more = true; has_more && !search.is_found && search.seen < ROWS_MAX;) {
        uint32_t before = search.seen;
        const EscOutboxFilter filter = {.before = search.last, .limit = ESC_STORE_LIST_MAX};
        has_more =
            esc_store_outbox(esc_service_store(service), &filter, visit, &search, NULL) == ESC_OK &&
            search.seen - before == ESC_STORE_LIST_MAX;
    }
    return search.is_found;
}

/* The mark was made for the row's receiver; of a mail that several got it has one part only. */
static bool is_proven(EscMailJob *job)
{
    uint64_t escalation = 0;
    EscText mark, address = job->receipt.row.address;
    const EscLetterSubject subject = {.workspace = esc_shard_name(job->inbox->shard),
                                      .escalation = job->receipt.row.escalation,
                                      .store = esc_text_from(job->store)};
    if (!esc_message_id_read(job->read.report.message_id, &escalation, &mark) ||
        escalation != subject.escalation)
        return false;
    EscMarkProof proof = esc_mark_check(mark, job->inbox->secret, &subject, address);
    return address.size > 0 ? proof == ESC_MARK_PERSON : proof == ESC_MARK_THREAD;
}

/* False: it says nothing that is news (delayed, expanded). */
static bool state_of(EscText action, EscDeliveryState *state)
{
    static const struct {
        const char *action;
        EscDeliveryState state;
    } rows[] = {{"failed", ESC_DELIVERY_DEAD}, {"delivered", ESC_DELIVERY_DELIVERED}};
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++)
        if (esc_address_equal(action, esc_text_from(rows[i].action))) {
            *state = rows[i].state;
            return true;
        }
    return false;
}

bool esc_mail_report_make(EscMailJob *job, EscService *service)
{
    const EscMailReport *report = &job->read.report;
    EscBuf key;
    if (report->message_id.size == 0 || !state_of(report->action, &job->receipt.state))
        return false;
    esc_buf_init(&key, 512);
    bool is_ours =
        esc_message_id_key(report->message_id, esc_shard_name(job->inbox->shard), &key) &&
        find_row(job, service, esc_buf_as_text(&key)) && is_proven(job);
    esc_buf_release(&key);
    if (!is_ours)
        return false;
    job->receipt.detail = report->words.size > 0 ? report->words : report->status;
    job->receipt.through = ESC_TEXT(ESC_MAIL_THROUGH);
    job->input = (EscInput){.kind = ESC_INPUT_RECEIPT, .receipt = &job->receipt};
    return true;
}
