/* message.c - the body of an outbox row: the one place where its JSON is written and read. */
#include <esc/message.h>

#include <string.h>

#define TEXTS_MAX 20
#define ITEMS_MAX 255 /* answers or statuses that are read */

/* --- written ------------------------------------------------------------------------------------ */

static void member_write(EscBuf *out, const char *name, EscText value)
{
    esc_buf_printf(out, ",\"%s\":", name);
    esc_json_text(out, value);
}

void esc_answers_write_json(EscBuf *out, const EscMessageAnswer *answers, uint32_t count)
{
    esc_buf_char(out, '[');
    for (uint32_t i = 0; i < count; i++) {
        esc_buf_string(out, i > 0 ? ",{\"name\":" : "{\"name\":");
        esc_json_text(out, answers[i].name);
        member_write(out, "title", answers[i].title);
        esc_buf_char(out, '}');
    }
    esc_buf_char(out, ']');
}

static void own_write(EscBuf *out, const EscMessage *message)
{
    for (uint32_t i = 0; i < message->own_count; i++)
        esc_buf_printf(out, "%s[%u,%u]", i == 0 ? ",\"own\":[" : ",", message->own[i].from,
                       message->own[i].to);
    if (message->own_count > 0)
        esc_buf_char(out, ']');
}

static void guide_write(EscBuf *out, const EscMessage *message)
{
    const struct {
        const char *name;
        EscText value;
    } members[] = {{"customer", message->customer}, {"until", message->until},
                   {"next", message->next},         {"by", message->by},
                   {"act", message->act},           {"login", message->login},
                   {"room", message->room}};
    for (size_t i = 0; i < ESC_COUNT_OF(members); i++)
        if (members[i].value.size > 0)
            member_write(out, members[i].name, members[i].value);
}

const char *esc_asks_name(EscAsks asks)
{
    static const char *const names[ESC_ASKS_COUNT] = {
        [ESC_ASKS_NOTHING] = "",
        [ESC_ASKS_ACK] = "ack",
        [ESC_ASKS_ANSWER] = "answer",
        [ESC_ASKS_APPROVAL] = "approval",
        [ESC_ASKS_CONFIRMATION] = "confirmation",
    };
    ESC_ASSERT(asks < ESC_ASKS_COUNT);
    return names[asks];
}

static void number_write(EscBuf *out, const char *name, int64_t number)
{
    if (number > 0)
        esc_buf_printf(out, ",\"%s\":%lld", name, (long long)number);
}

static void asks_write(EscBuf *out, const EscMessage *message)
{
    if (message->asks == ESC_ASKS_NOTHING)
        return;
    esc_buf_printf(out, ",\"asks\":{\"what\":\"%s\"", esc_asks_name(message->asks));
    number_write(out, "due", message->due_ms);
    number_write(out, "handoffs", message->handoffs);
    number_write(out, "question", message->question_number);
    number_write(out, "check", message->check);
    esc_buf_char(out, '}');
}

void esc_message_write_json(EscBuf *out, const EscMessage *message)
{
    esc_buf_string(out, "{\"text\":");
    esc_json_text(out, message->text);
    own_write(out, message);
    member_write(out, "subject", message->subject);
    member_write(out, "workspace", message->workspace);
    if (message->language.size > 0)
        member_write(out, "language", message->language);
    if (message->escalation.size > 0)
        member_write(out, "escalation", message->escalation);
    if (message->ticket.size > 0)
        member_write(out, "ticket", message->ticket);
    if (message->escalation.size > 0)
        member_write(out, "template", message->template_name);
    if (message->severity_json.size > 0) {
        esc_buf_string(out, ",\"severity\":");
        esc_buf_text(out, message->severity_json);
    }
    guide_write(out, message);
    esc_buf_printf(out, ",\"page\":%s", message->page ? "true" : "false");
    if (message->question.size > 0)
        member_write(out, "question", message->question);
    if (message->has_answers) {
        esc_buf_string(out, ",\"answers\":");
        esc_answers_write_json(out, message->answers, message->answers_count);
    }
    if (message->browsers.size > 0) {
        esc_buf_string(out, ",\"browsers\":");
        esc_buf_text(out, message->browsers);
    }
    asks_write(out, message);
    esc_buf_char(out, '}');
}

static void headers_write(EscBuf *out, const EscCall *call)
{
    for (uint32_t i = 0; i < call->headers_count; i++) {
        esc_buf_string(out, i == 0 ? ",\"headers\":[" : ",");
        esc_json_text(out, call->headers[i]);
    }
    if (call->headers_count > 0)
        esc_buf_char(out, ']');
}

void esc_call_write_json(EscBuf *out, const EscCall *call)
{
    esc_buf_string(out, "{\"system\":");
    esc_json_text(out, call->system);
    member_write(out, "action", call->action);
    member_write(out, "method", call->method);
    member_write(out, "path", call->path);
    headers_write(out, call);
    if (call->json.size > 0) {
        esc_buf_string(out, ",\"json\":");
        esc_buf_text(out, call->json);
    }
    if (call->form.size > 0)
        member_write(out, "form", call->form);
    esc_buf_string(out, ",\"expect\":[");
    for (uint32_t i = 0; i < call->statuses_count; i++)
        esc_buf_printf(out, "%s%u", i > 0 ? "," : "", call->statuses[i]);
    esc_buf_char(out, ']');
    member_write(out, "result_path", call->result_path);
    if (call->is_judged)
        esc_buf_string(out, ",\"judged\":true");
    if (call->undoes.size > 0)
        member_write(out, "undoes", call->undoes);
    esc_buf_char(out, '}');
}

/* --- read --------------------------------------------------------------------------------------- */

/* A message or a call is as deep as the JSON of a call's body, which the engine has written. */
static const EscJsonLimits limits = {.depth_max = 64, .values_max = 100000};

static EscText text_of(EscArena *arena, const EscJson *object, const char *name)
{
    const EscJson *value = esc_json_member(object, esc_text_from(name));
    return value == NULL || value->kind != ESC_JSON_TEXT ? (EscText){0}
                                                         : esc_arena_text(arena, value->text);
}

/* A member's own bytes; empty when it is not there. */
static EscText bytes_of(EscArena *arena, const EscJson *object, const char *name)
{
    const EscJson *value = esc_json_member(object, esc_text_from(name));
    return value == NULL ? (EscText){0} : esc_arena_text(arena, value->source);
}

static const EscJson *object_of(EscArena *arena, EscText json)
{
    const EscJson *root = NULL;
    EscStatus status = esc_json_read(arena, json, &limits, &root, NULL);
    return status == ESC_OK && root->kind == ESC_JSON_OBJECT ? root : NULL;
}

/* The items of a list member, ITEMS_MAX at most; NULL when there is none. */
static const EscJson *list_of(const EscJson *object, const char *name, uint32_t *count)
{
    const EscJson *list = esc_json_member(object, esc_text_from(name));
    bool is_list = list != NULL && list->kind == ESC_JSON_LIST;
    *count = !is_list ? 0 : list->count < ITEMS_MAX ? list->count : ITEMS_MAX;
    return is_list ? list : NULL;
}

static void read_answers(EscArena *arena, const EscJson *root, EscMessage *message)
{
    uint32_t count = 0;
    const EscJson *list = list_of(root, "answers", &count);
    message->has_answers = list != NULL;
    if (count == 0)
        return;
    EscMessageAnswer *answers = esc_arena_alloc_array(arena, count, sizeof(*answers));
    if (answers == NULL)
        return;
    const EscJson *answer = list->first;
    for (uint32_t i = 0; i < count; i++, answer = answer->next) {
        answers[i].name = text_of(arena, answer, "name");
        answers[i].title = text_of(arena, answer, "title");
    }
    message->answers = answers;
    message->answers_count = count;
}

/* An edge of a span; UINT32_MAX, which no text reaches, when it is none. */
static uint32_t edge_of(const EscJson *edge)
{
    bool is_edge = edge != NULL && edge->kind == ESC_JSON_INTEGER && edge->integer >= 0 &&
                   edge->integer < UINT32_MAX;
    return is_edge ? (uint32_t)edge->integer : UINT32_MAX;
}

static EscSpan span_of(const EscJson *span)
{
    const EscJson *from = span->kind == ESC_JSON_LIST ? span->first : NULL;
    return (EscSpan){.from = edge_of(from), .to = edge_of(from == NULL ? NULL : from->next)};
}

/* Spans that do not fit their text are nobody's: then all of it is a value. */
static void read_own(EscArena *arena, const EscJson *list, EscMessage *message)
{
    uint32_t count = list == NULL || list->kind != ESC_JSON_LIST ? 0 : list->count;
    EscSpan *own = count == 0 ? NULL : esc_arena_alloc_array(arena, count, sizeof(*own));
    if (own == NULL)
        return;
    const EscJson *span = list->first;
    for (uint32_t i = 0; i < count; i++, span = span->next)
        own[i] = span_of(span);
    if (!esc_spans_fit(message->text, own, count))
        return;
    message->own = own;
    message->own_count = count;
}

/* 0 for what is not there, and for what is no number that was written. */
static int64_t number_of(const EscJson *object, const char *name, int64_t max)
{
    const EscJson *value = esc_json_member(object, esc_text_from(name));
    bool is_number = value != NULL && value->kind == ESC_JSON_INTEGER && value->integer > 0 &&
                     value->integer <= max;
    return is_number ? value->integer : 0;
}

static void read_asks(const EscJson *asks, EscMessage *message)
{
    EscText what = esc_json_text_or(esc_json_member(asks, ESC_TEXT("what")), (EscText){0});
    for (int i = ESC_ASKS_NOTHING + 1; i < ESC_ASKS_COUNT; i++)
        if (esc_text_equal(what, esc_text_from(esc_asks_name((EscAsks)i))))
            message->asks = (EscAsks)i;
    if (message->asks == ESC_ASKS_NOTHING)
        return;
    message->due_ms = number_of(asks, "due", INT64_MAX);
    message->handoffs = (uint32_t)number_of(asks, "handoffs", UINT32_MAX);
    message->question_number = (uint32_t)number_of(asks, "question", UINT32_MAX);
    message->check = (uint32_t)number_of(asks, "check", UINT32_MAX);
}

bool esc_message_read_json(EscArena *arena, EscText json, EscMessage *message)
{
    *message = (EscMessage){0};
    const EscJson *root = object_of(arena, json);
    if (root == NULL)
        return false;
    message->text = text_of(arena, root, "text");
    message->subject = text_of(arena, root, "subject");
    message->workspace = text_of(arena, root, "workspace");
    message->language = text_of(arena, root, "language");
    message->escalation = text_of(arena, root, "escalation");
    message->ticket = text_of(arena, root, "ticket");
    message->template_name = text_of(arena, root, "template");
    message->severity = text_of(arena, root, "severity");
    message->severity_json = bytes_of(arena, root, "severity");
    message->customer = text_of(arena, root, "customer");
    message->until = text_of(arena, root, "until");
    message->next = text_of(arena, root, "next");
    message->by = text_of(arena, root, "by");
    message->room = text_of(arena, root, "room");
    message->act = text_of(arena, root, "act");
    message->login = text_of(arena, root, "login");
    message->browsers = bytes_of(arena, root, "browsers");
    message->question = text_of(arena, root, "question");
    const EscJson *page = esc_json_member(root, ESC_TEXT("page"));
    message->page = page != NULL && page->kind == ESC_JSON_TRUE;
    read_own(arena, esc_json_member(root, ESC_TEXT("own")), message);
    read_answers(arena, root, message);
    read_asks(esc_json_member(root, ESC_TEXT("asks")), message);
    return !esc_arena_failed(arena);
}

static void read_statuses(EscArena *arena, const EscJson *root, EscCall *call)
{
    uint32_t count = 0;
    const EscJson *list = list_of(root, "expect", &count);
    if (count == 0)
        return;
    uint32_t *statuses = esc_arena_alloc_array(arena, count, sizeof(*statuses));
    if (statuses == NULL)
        return;
    const EscJson *item = list->first;
    for (uint32_t i = 0; i < count; i++, item = item->next)
        statuses[i] = item->kind == ESC_JSON_INTEGER ? (uint32_t)item->integer : 0;
    call->statuses = statuses;
    call->statuses_count = count;
}

static void read_headers(EscArena *arena, const EscJson *root, EscCall *call)
{
    uint32_t count = 0;
    const EscJson *list = list_of(root, "headers", &count);
    EscText *headers = count == 0 ? NULL : esc_arena_alloc_array(arena, count, sizeof(*headers));
    if (headers == NULL)
        return;
    const EscJson *item = list->first;
    for (uint32_t i = 0; i < count; i++, item = item->next)
        headers[i] = esc_arena_text(arena, esc_json_text_or(item, (EscText){0}));
    call->headers = headers;
    call->headers_count = count;
}

/* The request's JSON keeps its bytes: a call that is made again is the same under its key. */
bool esc_call_read_json(EscArena *arena, EscText json, EscCall *call)
{
    *call = (EscCall){0};
    const EscJson *root = object_of(arena, json);
    if (root == NULL)
        return false;
    call->system = text_of(arena, root, "system");
    call->action = text_of(arena, root, "action");
    call->method = text_of(arena, root, "method");
    call->path = text_of(arena, root, "path");
    call->json = bytes_of(arena, root, "json");
    call->form = text_of(arena, root, "form");
    call->result_path = text_of(arena, root, "result_path");
    call->undoes = text_of(arena, root, "undoes");
    const EscJson *judged = esc_json_member(root, ESC_TEXT("judged"));
    call->is_judged = judged != NULL && judged->kind == ESC_JSON_TRUE;
    read_statuses(arena, root, call);
    read_headers(arena, root, call);
    return !esc_arena_failed(arena);
}

/* --- copied ------------------------------------------------------------------------------------- */

static size_t message_texts(EscMessage *message, EscText *texts[TEXTS_MAX])
{
    EscText *const all[] = {
        &message->text,     &message->subject,       &message->workspace,     &message->escalation,
        &message->ticket,   &message->template_name, &message->severity_json, &message->severity,
        &message->question, &message->customer,      &message->until,         &message->next,
        &message->act,      &message->language,      &message->room,          &message->by,
        &message->login,    &message->browsers};
    memcpy(texts, all, sizeof(all));
    return ESC_COUNT_OF(all);
}

static size_t call_texts(EscCall *call, EscText *texts[TEXTS_MAX])
{
    EscText *const all[] = {&call->system, &call->action,      &call->method, &call->path,
                            &call->json,   &call->result_path, &call->undoes, &call->form};
    memcpy(texts, all, sizeof(all));
    return ESC_COUNT_OF(all);
}

static size_t texts_size(EscText *const *texts, size_t count)
{
    size_t size = count;
    for (size_t i = 0; i < count; i++)
        size += texts[i]->size;
    return size;
}

static void keep(char **at, EscText *text)
{
    if (text->size > 0)
        memcpy(*at, text->data, text->size);
    text->data = *at;
    (*at)[text->size] = '\0';
    *at += text->size + 1;
}

size_t esc_message_size(const EscMessage *message)
{
    EscMessage copy = *message;
    EscText *texts[TEXTS_MAX];
    size_t count = message_texts(&copy, texts);
    size_t size = sizeof(copy) + texts_size(texts, count) + message->own_count * sizeof(EscSpan);
    for (uint32_t i = 0; i < message->answers_count; i++)
        size += sizeof(EscMessageAnswer) + message->answers[i].name.size +
                message->answers[i].title.size + 2;
    return size;
}

EscMessage *esc_message_copy(void *block, const EscMessage *message)
{
    EscMessage *copy = block;
    EscMessageAnswer *answers = (EscMessageAnswer *)(copy + 1);
    EscSpan *own = (EscSpan *)(answers + message->answers_count);
    char *at = (char *)(own + message->own_count);
    *copy = *message;
    copy->own = message->own_count > 0 ? own : NULL;
    if (message->own_count > 0)
        memcpy(own, message->own, message->own_count * sizeof(*own));
    copy->answers = message->answers_count > 0 ? answers : NULL;
    EscText *texts[TEXTS_MAX];
    size_t count = message_texts(copy, texts);
    for (size_t i = 0; i < count; i++)
        keep(&at, texts[i]);
    for (uint32_t i = 0; i < message->answers_count; i++) {
        answers[i] = message->answers[i];
        keep(&at, &answers[i].name);
        keep(&at, &answers[i].title);
    }
    return copy;
}

size_t esc_call_size(const EscCall *call)
{
    EscCall copy = *call;
    EscText *texts[TEXTS_MAX];
    size_t count = call_texts(&copy, texts);
    size_t size = sizeof(copy) + call->statuses_count * sizeof(*call->statuses) +
                  call->headers_count * sizeof(*call->headers) + texts_size(texts, count);
    for (uint32_t i = 0; i < call->headers_count; i++)
        size += call->headers[i].size + 1;
    return size;
}

EscCall *esc_call_copy(void *block, const EscCall *call)
{
    EscCall *copy = block;
    EscText *headers = (EscText *)(copy + 1);
    uint32_t *statuses = (uint32_t *)(headers + call->headers_count);
    char *at = (char *)(statuses + call->statuses_count);
    *copy = *call;
    copy->headers = call->headers_count > 0 ? headers : NULL;
    copy->statuses = call->statuses_count > 0 ? statuses : NULL;
    if (call->statuses_count > 0)
        memcpy(statuses, call->statuses, call->statuses_count * sizeof(*statuses));
    EscText *texts[TEXTS_MAX];
    size_t count = call_texts(copy, texts);
    for (size_t i = 0; i < count; i++)
        keep(&at, texts[i]);
    for (uint32_t i = 0; i < call->headers_count; i++) {
        headers[i] = call->headers[i];
        keep(&at, &headers[i]);
    }
    return copy;
}
