/* scenario_deeds.c - what happened: messages, pages, questions, calls, and records of the engine. Looked for since the
 * last step that moved the world, or in the whole play, of one escalation where a template is named. */
#include <string.h>

#include "scenario.h"

enum { SHOWN_MAX = 6 };

static EscText text_of(const EscJson *object, const char *member)
{
    return esc_json_text_or(esc_json_member(object, esc_text_from(member)), (EscText){0});
}

static bool is_of_subject(const EscSubject *subject, uint64_t escalation)
{
    return subject->name.size == 0 || (subject->is_there && subject->view.id == escalation);
}

/* --- records ---------------------------------------------------------------------------------- */

/* The kind of record that tells it, and the member of its data that has the name. */
static const char *record_of(const EscScenarioExpect *expect, const char **member)
{
    *member = "name";
    if (expect->kind == ESC_EXPECTED_EXCEPTION)
        return "exception";
    if (expect->kind == ESC_EXPECTED_CREATED)
        return "created";
    if (expect->kind == ESC_EXPECTED_HANDOFF)
        return "handoff";
    *member = "template";
    return "opened";
}

static bool is_handoff(EscPlay *play, const EscRecord *record, const EscScenarioExpect *expect)
{
    EscText owner = text_of(record->data, "owner");
    bool is_reason =
        esc_text_contains(text_of(record->data, "reason"), expect->text); /* empty: any */
    return is_reason && (expect->who.kind == ESC_WHO_NONE ||
                         (owner.size > 0 && esc_play_is_one_of(play, expect->who, owner)));
}

static bool is_postmortem(const EscRecord *record, const EscScenarioExpect *expect)
{
    return expect->kind == ESC_EXPECTED_CREATED &&
           esc_text_equal(expect->name, ESC_TEXT("postmortem")) &&
           esc_text_equal(record->kind, ESC_TEXT("postmortem"));
}

static bool record_fits(EscPlay *play, const EscRecord *record, const EscScenarioExpect *expect)
{
    const char *member = NULL;
    const char *kind = record_of(expect, &member);
    if (is_postmortem(record, expect))
        return true;
    if (!esc_text_equal(record->kind, esc_text_from(kind)))
        return false;
    return expect->kind == ESC_EXPECTED_HANDOFF
               ? is_handoff(play, record, expect)
               : esc_text_equal(text_of(record->data, member), expect->name);
}

static uint32_t count_records(EscPlay *play, const EscSubject *subject,
                              const EscScenarioExpect *expect)
{
    uint32_t count = 0;
    for (size_t i = subject->is_so_far ? 0 : play->records_moved; i < play->records_count; i++) {
        const EscRecord *record = &play->records[i];
        /* `started` is asked of the ticket, not of an escalation that was there before */
        bool is_its =
            expect->kind == ESC_EXPECTED_STARTED || is_of_subject(subject, record->escalation);
        count += is_its && record_fits(play, record, expect);
    }
    return count;
}

/* --- messages and calls ----------------------------------------------------------------------- */

static bool is_message(EscExpected kind)
{
    return kind == ESC_EXPECTED_NOTIFY || kind == ESC_EXPECTED_PAGE || kind == ESC_EXPECTED_ASKED ||
           kind == ESC_EXPECTED_CALL;
}

/* Of the kind, whoever gets it. */
static bool is_of_kind(const EscSent *sent, EscExpected kind)
{
    if ((kind == ESC_EXPECTED_CALL) != (sent->kind == ESC_OUTBOX_CALL))
        return false;
    return (kind != ESC_EXPECTED_PAGE || sent->is_page) &&
           (kind != ESC_EXPECTED_ASKED || sent->is_question);
}

static bool is_called(EscWho who, EscText target)
{
    return who.kind == ESC_WHO_SYSTEM && target.size > who.name.size &&
           esc_text_starts_with(target, who.name) && target.data[who.name.size] == '.';
}

static bool sent_fits(EscPlay *play, const EscSubject *subject, const EscSent *sent,
                      const EscScenarioExpect *expect)
{
    return is_of_kind(sent, expect->kind) && is_of_subject(subject, sent->escalation) &&
           esc_text_contains(sent->text, expect->text) &&
           (is_called(expect->who, sent->target) ||
            esc_play_is_one_of(play, expect->who, sent->target));
}

static bool is_same_receiver(const EscSent *a, const EscSent *b)
{
    return esc_text_equal(a->target, b->target) && esc_text_equal(a->medium, b->medium) &&
           esc_text_equal(a->address, b->address);
}

/* A page goes to each contact of a person, and what is for a team to each member: what one receiver got counts, the
 * one who got most. Calls count each for itself. */
static uint32_t count_sent(EscPlay *play, const EscSubject *subject,
                           const EscScenarioExpect *expect)
{
    uint32_t most = 0, all = 0;
    size_t first = subject->is_so_far ? 0 : play->sent_moved;
    for (size_t i = first; i < play->sent_count; i++) {
        uint32_t count = 0;
        if (!sent_fits(play, subject, &play->sent[i], expect))
            continue;
        all++;
        for (size_t k = i; k < play->sent_count; k++)
            count += is_same_receiver(&play->sent[i], &play->sent[k]) &&
                     sent_fits(play, subject, &play->sent[k], expect);
        most = count > most ? count : most;
    }
    return expect->kind == ESC_EXPECTED_CALL ? all : most;
}

/* --- anything --------------------------------------------------------------------------------- */

static bool is_deed(const EscRecord *record)
{
    static const char *const kinds[] = {"opened", "exception", "created", "handoff", "postmortem"};
    for (size_t i = 0; i < ESC_COUNT_OF(kinds); i++)
        if (esc_text_equal(record->kind, esc_text_from(kinds[i])))
            return true;
    return false;
}

static uint32_t count_anything(const EscPlay *play, const EscSubject *subject)
{
    uint32_t count = 0;
    for (size_t i = subject->is_so_far ? 0 : play->sent_moved; i < play->sent_count; i++)
        count += is_of_subject(subject, play->sent[i].escalation);
    for (size_t i = subject->is_so_far ? 0 : play->records_moved; i < play->records_count; i++)
        count += is_deed(&play->records[i]) && is_of_subject(subject, play->records[i].escalation);
    return count;
}

uint32_t esc_play_deeds(EscPlay *play, const EscSubject *subject, const EscScenarioExpect *expect)
{
    if (expect->kind == ESC_EXPECTED_NOTHING)
        return count_anything(play, subject);
    return is_message(expect->kind) ? count_sent(play, subject, expect)
                                    : count_records(play, subject, expect);
}

/* --- for people ------------------------------------------------------------------------------- */

static const char *word_of(const EscSent *sent)
{
    return sent->kind == ESC_OUTBOX_CALL ? "call"
           : sent->is_page               ? "page"
           : sent->is_question           ? "asked"
                                         : "notify";
}

/* Appends one, or that there are more; false when no more are shown. */
static bool begin_item(EscBuf *out, uint32_t *shown)
{
    if (*shown > 0)
        esc_buf_string(out, *shown == SHOWN_MAX ? " …" : ", ");
    return (*shown)++ < SHOWN_MAX;
}

static void write_sent(const EscSent *sent, EscBuf *out)
{
    esc_buf_printf(out, "%s %.*s", word_of(sent), ESC_TEXT_ARG(sent->target));
    if (sent->kind == ESC_OUTBOX_CALL)
        return;
    EscText text = esc_utf8_cut(sent->text, 60);
    esc_buf_printf(out, " \"%.*s%s\"", ESC_TEXT_ARG(text), text.size < sent->text.size ? "…" : "");
}

static void write_messages(const EscPlay *play, const EscSubject *subject, EscExpected kind,
                           EscBuf *out, uint32_t *shown)
{
    for (size_t i = subject->is_so_far ? 0 : play->sent_moved; i < play->sent_count; i++) {
        if ((kind != ESC_EXPECTED_NOTHING && !is_of_kind(&play->sent[i], kind)) ||
            !is_of_subject(subject, play->sent[i].escalation))
            continue;
        if (!begin_item(out, shown))
            return;
        write_sent(&play->sent[i], out);
    }
}

static void write_records(const EscPlay *play, const EscSubject *subject,
                          const EscScenarioExpect *expect, EscBuf *out, uint32_t *shown)
{
    const char *member = NULL;
    const char *kind = record_of(expect, &member);
    for (size_t i = subject->is_so_far ? 0 : play->records_moved; i < play->records_count; i++) {
        const EscRecord *record = &play->records[i];
        bool is_meant = expect->kind == ESC_EXPECTED_NOTHING
                            ? is_deed(record)
                            : esc_text_equal(record->kind, esc_text_from(kind));
        if (!is_meant || !is_of_subject(subject, record->escalation))
            continue;
        if (!begin_item(out, shown))
            return;
        esc_buf_text(out, record->text);
    }
}

void esc_play_write_deeds(EscPlay *play, const EscSubject *subject, const EscScenarioExpect *expect,
                          EscBuf *out)
{
    uint32_t shown = 0;
    bool is_anything = expect->kind == ESC_EXPECTED_NOTHING;
    if (is_anything || !is_message(expect->kind))
        write_records(play, subject, expect, out, &shown);
    if (is_anything || is_message(expect->kind))
        write_messages(play, subject, expect->kind, out, &shown);
    if (shown == 0)
        esc_buf_string(out, "nothing of the kind");
    if (!subject->is_so_far)
        esc_buf_string(out, " since the world moved last");
}
