/* maildoor_mail.c - what a mail means to its workspace: the steps of its job, on workers.
 *
 * Who wrote it is anybody's claim, so nothing follows from a name or a subject. A mark of ours says that its author has a mail
 * about an escalation; one that was made for the author's address, and an author who is a person of the directory, that this
 * person acts. What is neither is a new ticket, as a mail to a help desk is. */
#include <stdio.h>
#include <string.h>

#include "maildoor_internal.h"

/* --- answers ---------------------------------------------------------------------------------- */

static void answer_status(EscMailJob *job, EscStatus status, const EscWhy *why)
{
    bool is_ours = status == ESC_NO_MEMORY || status == ESC_STORE_BUSY || status == ESC_IO_FAILED;
    if (status == ESC_OK || status == ESC_DUPLICATE)
        esc_lmtp_say(&job->answer, 250, "2.0.0", "%s",
                     status == ESC_OK ? "taken" : "it was taken before");
    else if (is_ours)
        esc_lmtp_say(&job->answer, 451, "4.3.0", "not now");
    else if (status == ESC_OVER_LIMIT)
        esc_lmtp_say(&job->answer, 552, "5.3.4", "the mail is not taken: %s", why->text);
    else
        esc_lmtp_say(&job->answer, 550, "5.7.1", "nothing was done: %s", why->text);
}

/* --- what machines write ---------------------------------------------------------------------- */

/* Why it is left; NULL: it is taken. */
static const char *left_because(const EscMailJob *job)
{
    if (esc_lmtp_sender(job->mail).size == 0)
        return "it is a notice of delivery";
    switch (job->read.machine) {
    case ESC_MAIL_LOOP:
        return "it came from here, and comes back";
    case ESC_MAIL_AUTO_REPLY:
        return "it is an automatic reply";
    case ESC_MAIL_BULK:
        return "it is of a list, or in bulk";
    case ESC_MAIL_BY_MACHINE:
        return job->inbox->takes_machines ? NULL : "a program wrote it";
    case ESC_MAIL_BY_PERSON:
        break;
    }
    return job->read.from.size == 0 ? "its author is not one address" : NULL;
}

static void leave(EscMailJob *job, const char *because)
{
    EscText from = job->read.from.size > 0 ? job->read.from : esc_lmtp_sender(job->mail);
    job->remark = (EscRemark){
        .kind = ESC_REMARK_MAIL_LEFT,
        .what = esc_arena_printf(job->arena, "from %.*s, \"%.*s\": %s",
                                 ESC_TEXT_ARG(from.size > 0 ? from : ESC_TEXT("nobody")),
                                 ESC_TEXT_ARG(esc_utf8_cut(job->read.subject, 200)), because)};
    job->input = (EscInput){.kind = ESC_INPUT_REMARK, .remark = &job->remark};
}

/* --- whose answer it is ------------------------------------------------------------------------ */

static EscMarkProof proof_of(EscMailJob *job, uint64_t escalation, EscText mark)
{
    const EscLetterSubject subject = {
        .workspace = esc_shard_name(job->inbox->shard),
        .escalation = escalation,
        .store = esc_text_from(job->store),
    };
    EscMarkProof proof = esc_mark_check(mark, job->inbox->secret, &subject, job->read.from);
    if (proof > job->proof) {
        job->proof = proof;
        job->subject = subject;
    }
    return proof;
}

/* False: the address carries a mark that is not ours, or of a store that is gone. */
static bool find_subject(EscMailJob *job, EscService *service)
{
    EscCursor id =
        esc_cursor((EscBytes){esc_store_id(esc_service_store(service)), ESC_STORE_ID_SIZE});
    (void)snprintf(job->store, sizeof(job->store), "%016llx",
                   (unsigned long long)esc_cursor_u64(&id));
    EscText mark;
    uint64_t escalation;
    if (esc_reply_address_read(esc_lmtp_recipient(job->mail, job->recipient), job->inbox->address,
                               &escalation, &mark) &&
        escalation != 0 && proof_of(job, escalation, mark) == ESC_MARK_WRONG)
        return false;
    for (uint32_t i = 0; i < job->read.references_count && job->proof < ESC_MARK_PERSON; i++)
        if (esc_message_id_read(job->read.references[i], &escalation, &mark))
            (void)proof_of(job, escalation, mark);
    return true;
}

static bool is_our_own(EscMailJob *job)
{
    EscText mark;
    uint64_t escalation;
    EscLetterSubject subject = {.workspace = esc_shard_name(job->inbox->shard),
                                .store = esc_text_from(job->store)};
    if (!esc_message_id_read(job->read.message_id, &escalation, &mark))
        return false;
    subject.escalation = escalation;
    return esc_mark_check(mark, job->inbox->secret, &subject, (EscText){0}) != ESC_MARK_WRONG;
}

static EscText person_with(const EscProgram *program, EscText address)
{
    for (uint32_t i = 0; i < program->persons_count; i++) {
        const EscPersonRow *person = &program->persons[i];
        for (uint32_t k = 0; k < person->contacts_count; k++) {
            const EscContactRow *contact = &program->contacts[person->contacts_first + k];
            bool is_same = contact->kind == ESC_CONTACT_EMAIL &&
                           esc_address_equal(program->texts[contact->address], address);
            if (is_same)
                return program->texts[person->name];
        }
    }
    return (EscText){0};
}

/* --- acts --------------------------------------------------------------------------------------- */

/* The answer of an open question that the line names, by its word or its title; empty: none. */
static EscText answer_named(EscMailJob *job, const EscEscalationView *view, EscText line)
{
    static const EscJsonLimits limits = {.depth_max = 4, .values_max = 1000};
    const EscJson *answers = NULL;
    if (view->answers_json.size == 0 || line.size == 0 ||
        esc_json_read(job->arena, esc_arena_text(job->arena, view->answers_json), &limits, &answers,
                      NULL) != ESC_OK)
        return (EscText){0};
    for (const EscJson *one = answers->first; one != NULL; one = one->next) {
        EscText name = esc_json_text_or(esc_json_member(one, ESC_TEXT("name")), (EscText){0});
        EscText title = esc_json_text_or(esc_json_member(one, ESC_TEXT("title")), (EscText){0});
        if (esc_address_equal(line, name) || esc_address_equal(line, title))
            return name;
    }
    return (EscText){0};
}

static bool verb_of(EscReplyVerb said, EscVerb *verb)
{
    static const EscVerb verbs[] = {[ESC_REPLY_ACK] = ESC_VERB_ACK,
                                    [ESC_REPLY_RESOLVE] = ESC_VERB_RESOLVE,
                                    [ESC_REPLY_APPROVE] = ESC_VERB_APPROVE,
                                    [ESC_REPLY_REJECT] = ESC_VERB_REJECT,
                                    [ESC_REPLY_CALL_OFF] = ESC_VERB_CALL_OFF};
    *verb = said == ESC_REPLY_TEXT ? ESC_VERB_ACK : verbs[said];
    return said != ESC_REPLY_TEXT;
}

/* "decline: I am on a train": what is offered is accepted and declined by these words, alone on the line or with a reason
 * behind a colon. */
static bool is_of_offer(EscReplySaid *said, EscVerb *verb)
{
    const char *colon = memchr(said->line.data, ':', said->line.size);
    EscText word = said->line;
    if (colon != NULL)
        word.size = (size_t)(colon - word.data);
    if (esc_address_equal(word, ESC_TEXT("accept")))
        *verb = ESC_VERB_ACCEPT;
    else if (esc_address_equal(word, ESC_TEXT("decline")))
        *verb = ESC_VERB_DECLINE;
    else
        return false;
    EscText rest = {word.data + word.size, said->line.size - word.size};
    while (rest.size > 0 && (*rest.data == ':' || *rest.data == ' '))
        rest = (EscText){rest.data + 1, rest.size - 1};
    said->reason = rest.size == 0 && *verb == ESC_VERB_DECLINE ? ESC_TEXT("by mail") : rest;
    return true;
}

/* What a person of the directory does by the answer; false: it says nothing that is to be done. */
static bool make_act(EscMailJob *job, EscText person, const EscEscalationView *view)
{
    EscReplySaid said = esc_reply_read(job->read.text);
    EscText answer = answer_named(job, view, said.line);
    EscVerb verb = ESC_VERB_ANSWER;
    if (answer.size == 0 && !is_of_offer(&said, &verb) && !verb_of(said.verb, &verb))
        return false;
    job->action = (EscAction){.verb = verb,
                              .actor = esc_arena_text(job->arena, person),
                              .through = ESC_TEXT(ESC_MAIL_THROUGH),
                              .escalation = job->subject.escalation,
                              .target = answer,
                              .reason = esc_utf8_cut(said.reason, ESC_REASON_BYTES_MAX)};
    job->input = (EscInput){.kind = ESC_INPUT_ACTION, .action = &job->action};
    return true;
}

/* --- the meaning ---------------------------------------------------------------------------------- */

/* The ticket of the escalation, also of one that is closed; empty: there is none. */
static EscText ticket_of(EscMailJob *job, EscService *service, EscEscalationView *view)
{
    EscEscalationRow row;
    if (esc_engine_find_escalation(esc_service_engine(service), job->subject.escalation, view))
        return esc_arena_text(job->arena, view->ticket);
    EscWhy why;
    EscStatus status = esc_store_escalation_get(esc_service_store(service), job->subject.escalation,
                                                job->arena, &row, &why);
    return status == ESC_OK ? row.ticket : (EscText){0};
}

static EscStatus make_reply(EscMailJob *job, EscService *service, EscWhy *why)
{
    EscEscalationView view = {.id = 0};
    const EscProgram *program = esc_engine_program(esc_service_engine(service));
    EscText ticket = ticket_of(job, service, &view);
    EscText person =
        job->proof == ESC_MARK_PERSON ? person_with(program, job->read.from) : (EscText){0};
    if (ticket.size == 0)
        return esc_why(why, ESC_NOT_FOUND, "", 0, "what it is about is no longer known");
    if (person.size > 0 && make_act(job, person, &view))
        return ESC_OK;
    return esc_mail_reply_make(job, program, ticket, why);
}

static EscStatus make_input(EscMailJob *job, EscService *service, EscWhy *why)
{
    if (!find_subject(job, service))
        return esc_why(why, ESC_FORBIDDEN, "", 0,
                       "this address for an answer is not valid, or not any more");
    if (esc_mail_report_make(job, service))
        return ESC_OK;
    const char *because = is_our_own(job) ? "it came from here, and comes back" : left_because(job);
    if (because != NULL) {
        leave(job, because);
        return ESC_OK;
    }
    if (job->subject.escalation != 0)
        return make_reply(job, service, why);
    return esc_mail_ticket_make(job, esc_engine_program(esc_service_engine(service)), why);
}

/* --- steps ----------------------------------------------------------------------------------------- */

bool esc_mail_parse(EscJob *base, const EscProgram *program)
{
    EscMailJob *job = (EscMailJob *)base; /* its first member */
    EscWhy why = {.text = ""};
    (void)program;
    EscStatus status = esc_mail_read(job->arena, esc_lmtp_content(job->mail), job->inbox->address,
                                     &job->read, &why);
    if (status != ESC_OK)
        answer_status(job, status, &why);
    return status == ESC_OK;
}

bool esc_mail_look(EscJob *base, EscService *service)
{
    EscMailJob *job = (EscMailJob *)base;
    EscWhy why = {.text = ""};
    EscStatus status = make_input(job, service, &why);
    if (status == ESC_OK && esc_arena_failed(job->arena))
        status = ESC_NO_MEMORY;
    if (status != ESC_OK) {
        answer_status(job, status, &why);
        return false;
    }
    job->job.inputs = &job->input;
    job->job.inputs_count = 1;
    return false;
}

/* A refusal by a rule stands in the record; whoever wrote it is told by their mail server. */
void esc_mail_committed(EscJob *base, const EscReply *reply)
{
    EscMailJob *job = (EscMailJob *)base;
    EscWhy why = reply->why;
    EscStatus status = reply->status;
    if (status == ESC_OK && reply->outcome.is_refused)
        status = esc_why(&why, ESC_CONFLICT, "", 0, "%s", reply->outcome.note);
    answer_status(job, status, &why);
}

void esc_mail_refused(EscJob *base, EscRefusal refusal, EscText reason)
{
    EscMailJob *job = (EscMailJob *)base;
    (void)reason;
    esc_lmtp_say(&job->answer, 451, "4.3.0", "%s",
                 refusal == ESC_REFUSED_STOPPED ? "the workspace is stopped" : "the server stops");
}
