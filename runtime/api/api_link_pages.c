/* api_link_pages.c - what is shown behind a link: who asks for what until when, what a button will do, and what is the case
 * where nothing is left to be done. For a telephone at night: the first button is what most people want. */
#include "api_links.h"

#define PLACE_BYTES_MAX 512
#define REASON_CHARACTERS 300

static EscText word(const EscRequest *request, EscWord name)
{
    return esc_word(request->linked->message.language, name);
}

/* A sentence with its values, in the arena. */
static EscText said(EscRequest *request, EscWord name, const EscText *values, size_t count)
{
    EscBuf out;
    esc_buf_init(&out, ESC_PAGE_BYTES_MAX);
    esc_word_say(&out, request->linked->message.language, name, values, count);
    EscText text = esc_arena_text(request->arena, esc_buf_as_text(&out));
    esc_buf_release(&out);
    return text;
}

#define SAID(request, NAME, ...)                                                                   \
    said(request, ESC_WORD_##NAME, (const EscText[]){__VA_ARGS__},                                 \
         sizeof((const EscText[]){__VA_ARGS__}) / sizeof(EscText))

/* --- parts -------------------------------------------------------------------------------------- */

static void open_page(EscRequest *request, EscBuf *out, EscText title)
{
    const EscLinked *linked = request->linked;
    EscBuf place;
    esc_buf_init(out, ESC_PAGE_BYTES_MAX);
    esc_buf_init(&place, PLACE_BYTES_MAX);
    esc_buf_printf(&place, "%.*s · %.*s · %.*s", ESC_TEXT_ARG(linked->message.workspace),
                   ESC_TEXT_ARG(linked->message.escalation), ESC_TEXT_ARG(linked->message.ticket));
    esc_page_open(out, &(EscPage){.language = linked->message.language,
                                  .title = title,
                                  .place = esc_buf_as_text(&place),
                                  .base = linked->base});
    esc_buf_release(&place);
}

static EscText owner_text(EscRequest *request)
{
    const EscLinked *linked = request->linked;
    EscText role = esc_text_from(linked->role);
    return linked->is_acked ? SAID(request, LINK_OWNER_HAS, linked->owner, role)
                            : SAID(request, LINK_OWNER_CALLED, linked->owner, role);
}

static void put_facts(EscRequest *request, EscBuf *out)
{
    const EscLinked *linked = request->linked;
    esc_facts_open(out);
    esc_fact(out, word(request, ESC_WORD_LINK_TICKET), linked->title);
    esc_fact(out, word(request, ESC_WORD_LINK_CUSTOMER), linked->message.customer);
    esc_fact(out, word(request, ESC_WORD_LINK_SEVERITY), linked->message.severity);
    if (linked->stands == ESC_STANDS_OPEN)
        esc_fact(out, word(request, ESC_WORD_LINK_UNTIL), linked->due_at);
    if (linked->owner.size > 0 && linked->stands != ESC_STANDS_CLOSED)
        esc_fact(out, word(request, ESC_WORD_LINK_WITH), owner_text(request));
    esc_fact(out, word(request, ESC_WORD_LINK_YOU), linked->person);
    esc_facts_close(out);
}

static EscText stands_text(EscRequest *request)
{
    const EscLinked *linked = request->linked;
    EscText id = linked->message.escalation;
    switch (linked->stands) {
    case ESC_STANDS_CLOSED:
        return SAID(request, LINK_CLOSED, id, linked->outcome, linked->closed_at);
    case ESC_STANDS_YOURS:
        return SAID(request, LINK_YOURS, id);
    case ESC_STANDS_OTHERS:
        return SAID(request, LINK_OTHERS, linked->owner);
    case ESC_STANDS_MOVED:
        return SAID(request, LINK_MOVED, id, linked->owner);
    case ESC_STANDS_LATE:
        return SAID(request, LINK_LATE, linked->due_at, linked->owner);
    case ESC_STANDS_SETTLED:
        return SAID(request, LINK_SETTLED, id);
    default:
        return (EscText){0};
    }
}

static void put_reason(EscRequest *request, EscBuf *out)
{
    esc_form_field(out, &(EscField){.name = ESC_TEXT("reason"),
                                    .label = word(request, ESC_WORD_LINK_REASON),
                                    .is_required = true,
                                    .is_long = true,
                                    .size_max = REASON_CHARACTERS});
}

static void put_button(EscBuf *out, const char *what, EscText label, bool is_first)
{
    esc_form_button(out, &(EscPageButton){.name = ESC_TEXT("do"),
                                          .value = esc_text_from(what),
                                          .label = label,
                                          .is_first = is_first});
}

/* --- what is asked ------------------------------------------------------------------------------ */

/* Whether the page has this act: a link for one act shows that one alone. */
static bool has(const EscLinked *linked, EscLinkDo act)
{
    return linked->link.act == ESC_LINK_ANY || linked->wanted == act;
}

static void put_answers(EscRequest *request, EscBuf *out)
{
    const EscLinked *linked = request->linked;
    esc_page_text(out, ESC_PAGE_SOFT, word(request, ESC_WORD_LINK_WILL_ANSWER));
    esc_form_open(out, (EscText){0});
    for (uint32_t i = 0; i < linked->message.answers_count; i++) {
        const EscMessageAnswer *answer = &linked->message.answers[i];
        EscText value = esc_arena_printf(request->arena, "answer.%u", i + 1);
        bool is_only = linked->link.act == ESC_LINK_ANSWER;
        if (is_only && linked->link.item != i + 1)
            continue;
        esc_form_button(
            out, &(EscPageButton){.name = ESC_TEXT("do"),
                                  .value = value,
                                  .label = answer->title.size > 0 ? answer->title : answer->name,
                                  .is_first = is_only || i == 0});
    }
    esc_form_close(out);
}

static void put_approval(EscRequest *request, EscBuf *out)
{
    const EscLinked *linked = request->linked;
    if (has(linked, ESC_DO_APPROVE)) {
        esc_page_text(out, ESC_PAGE_SOFT, word(request, ESC_WORD_LINK_WILL_APPROVE));
        esc_form_open(out, (EscText){0});
        put_button(out, "approve", word(request, ESC_WORD_LINK_DO_APPROVE), true);
        esc_form_close(out);
    }
    if (has(linked, ESC_DO_REJECT)) {
        esc_form_open(out, (EscText){0});
        put_reason(request, out);
        put_button(out, "reject", word(request, ESC_WORD_LINK_DO_REJECT),
                   linked->link.act == ESC_LINK_REJECT);
        esc_form_close(out);
    }
}

static void put_plain(EscRequest *request, EscBuf *out, EscWord will, const char *what,
                      EscWord label)
{
    esc_page_text(out, ESC_PAGE_SOFT, word(request, will));
    esc_form_open(out, (EscText){0});
    put_button(out, what, word(request, label), true);
    esc_form_close(out);
}

static void put_asked(EscRequest *request, EscBuf *out)
{
    switch (request->linked->message.asks) {
    case ESC_ASKS_ANSWER:
        put_answers(request, out);
        break;
    case ESC_ASKS_APPROVAL:
        put_approval(request, out);
        break;
    case ESC_ASKS_CONFIRMATION:
        put_plain(request, out, ESC_WORD_LINK_WILL_CONFIRM, "confirm", ESC_WORD_LINK_DO_CONFIRM);
        break;
    default:
        put_plain(request, out, ESC_WORD_LINK_WILL_ACK, "ack", ESC_WORD_LINK_DO_ACK);
        break;
    }
}

/* --- what else can be done ---------------------------------------------------------------------- */

static void put_heading(EscRequest *request, EscBuf *out, EscWord name)
{
    esc_buf_string(out, "<h2>");
    esc_html_text(out, word(request, name));
    esc_buf_string(out, "</h2>\n");
}

static const EscCandidate *next_of(const EscLinked *linked)
{
    for (size_t i = 0; i < linked->candidates_count; i++)
        if (linked->candidates[i].is_next)
            return &linked->candidates[i];
    return NULL;
}

static EscText name_of(EscRequest *request, const EscCandidate *candidate)
{
    return candidate->title.size == 0
               ? candidate->name
               : esc_arena_printf(request->arena, "%.*s (%.*s)", ESC_TEXT_ARG(candidate->title),
                                  ESC_TEXT_ARG(candidate->name));
}

static void put_cannot(EscRequest *request, EscBuf *out)
{
    const EscCandidate *next = next_of(request->linked);
    if (next == NULL)
        return;
    put_heading(request, out, ESC_WORD_LINK_CANNOT);
    esc_page_text(out, ESC_PAGE_SOFT, SAID(request, LINK_WILL_CANNOT, name_of(request, next)));
    esc_form_open(out, (EscText){0});
    put_reason(request, out);
    put_button(out, "cannot", word(request, ESC_WORD_LINK_DO_CANNOT), false);
    esc_form_close(out);
}

static void put_handoff(EscRequest *request, EscBuf *out)
{
    const EscLinked *linked = request->linked;
    if (linked->candidates_count == 0)
        return;
    put_heading(request, out, ESC_WORD_LINK_HANDOFF);
    esc_form_open(out, (EscText){0});
    esc_form_choice_open(out, word(request, ESC_WORD_LINK_TO));
    for (size_t i = 0; i < linked->candidates_count; i++)
        esc_form_choice(out, ESC_TEXT("to"), linked->candidates[i].name,
                        name_of(request, &linked->candidates[i]), false);
    esc_form_choice_close(out);
    put_reason(request, out);
    put_button(out, "handoff", word(request, ESC_WORD_LINK_DO_HANDOFF), false);
    esc_form_close(out);
}

static void put_call_off(EscRequest *request, EscBuf *out)
{
    put_heading(request, out, ESC_WORD_LINK_MISTAKE);
    esc_page_text(out, ESC_PAGE_SOFT, word(request, ESC_WORD_LINK_WILL_CALL_OFF));
    esc_form_open(out, (EscText){0});
    put_reason(request, out);
    put_button(out, "call-off", word(request, ESC_WORD_LINK_DO_CALL_OFF), false);
    esc_form_close(out);
}

/* --- pages -------------------------------------------------------------------------------------- */

void esc_link_answer_none(EscRequest *request, EscText base, EscText language)
{
    EscBuf out;
    esc_buf_init(&out, ESC_PAGE_BYTES_MAX);
    esc_page_open(&out, &(EscPage){.language = language,
                                   .title = esc_word(language, ESC_WORD_LINK_NONE_TITLE),
                                   .base = base});
    esc_page_text(&out, ESC_PAGE_PLAIN, esc_word(language, ESC_WORD_LINK_NONE));
    esc_page_close(&out);
    esc_answer_page(&request->answer, 404, &out);
}

void esc_link_answer_asked(EscRequest *request, unsigned status)
{
    const EscLinked *linked = request->linked;
    const EscMessage *message = &linked->message;
    bool is_asked = linked->stands == ESC_STANDS_OPEN;
    EscBuf out;
    open_page(request, &out, message->question.size > 0 ? message->question : linked->title);
    if (linked->lacks_reason && status == 422)
        esc_page_text(&out, ESC_PAGE_ALARM, word(request, ESC_WORD_LINK_NO_REASON));
    if (!is_asked)
        esc_page_text(&out, linked->stands == ESC_STANDS_YOURS ? ESC_PAGE_DONE : ESC_PAGE_ALARM,
                      stands_text(request));
    else
        esc_page_text(&out, ESC_PAGE_PLAIN, message->text);
    put_facts(request, &out);
    if (is_asked)
        put_asked(request, &out);
    if (linked->has_more && linked->link.act == ESC_LINK_ANY) {
        put_cannot(request, &out);
        put_handoff(request, &out);
        put_call_off(request, &out);
    }
    if (is_asked || linked->has_more)
        esc_page_text(&out, ESC_PAGE_SOFT, word(request, ESC_WORD_LINK_NOTHING_YET));
    esc_page_close(&out);
    esc_answer_page(&request->answer, status, &out);
}

static EscText done_text(EscRequest *request)
{
    const EscLinked *linked = request->linked;
    EscText id = linked->message.escalation;
    switch (linked->wanted) {
    case ESC_DO_ANSWER: {
        const EscMessageAnswer *answer = &linked->message.answers[linked->item - 1];
        return SAID(request, LINK_DONE_ANSWER,
                    answer->title.size > 0 ? answer->title : answer->name);
    }
    case ESC_DO_APPROVE:
        return SAID(request, LINK_DONE_APPROVE, id);
    case ESC_DO_REJECT:
        return SAID(request, LINK_DONE_REJECT, id);
    case ESC_DO_CONFIRM:
        return SAID(request, LINK_DONE_CONFIRM, id);
    case ESC_DO_HANDOFF:
    case ESC_DO_CANNOT:
        return SAID(request, LINK_DONE_HANDOFF, id, request->action.target);
    case ESC_DO_CALL_OFF:
        return SAID(request, LINK_DONE_CALL_OFF, id);
    default:
        return SAID(request, LINK_YOURS, id);
    }
}

void esc_link_answer_done(EscRequest *request, const EscReply *reply)
{
    const EscLinked *linked = request->linked;
    bool is_refused = reply->status != ESC_OK || reply->outcome.is_refused;
    EscText note = esc_text_from(reply->status != ESC_OK ? reply->why.text : reply->outcome.note);
    bool is_done = !is_refused && !reply->outcome.is_noop;
    EscBuf out;
    open_page(request, &out,
              word(request, is_done ? ESC_WORD_LINK_DONE_TITLE : ESC_WORD_LINK_NOT_DONE_TITLE));
    if (is_done)
        esc_page_text(&out, ESC_PAGE_DONE, done_text(request));
    else if (note.size > 0)
        esc_page_text(&out, ESC_PAGE_ALARM, SAID(request, LINK_NOT_DONE, note));
    else
        esc_page_text(&out, ESC_PAGE_ALARM, word(request, ESC_WORD_LINK_NOTHING_LEFT));
    if (is_done && note.size > 0)
        esc_page_text(&out, ESC_PAGE_PLAIN, note);
    esc_facts_open(&out);
    esc_fact(&out, word(request, ESC_WORD_LINK_TICKET), linked->title);
    esc_fact(&out, word(request, ESC_WORD_LINK_CUSTOMER), linked->message.customer);
    esc_fact(&out, word(request, ESC_WORD_LINK_YOU), linked->person);
    esc_facts_close(&out);
    EscText here = esc_arena_printf(request->arena, "%.*s/x/%.*s", ESC_TEXT_ARG(linked->base),
                                    ESC_TEXT_ARG(esc_buf_as_text(&request->parameter)));
    esc_page_link(&out, here, word(request, ESC_WORD_LINK_SHOW));
    esc_page_close(&out);
    esc_answer_page(&request->answer, is_done ? 200 : is_refused ? 403 : 409, &out);
}
