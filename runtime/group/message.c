/* message.c - the body of an outbox row: the one place where its JSON is written and read. */
#include <esc/message.h>

#include <string.h>

#include <jansson.h>

#define TEXTS_MAX 16
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

void esc_message_write_json(EscBuf *out, const EscMessage *message)
{
    esc_buf_string(out, "{\"text\":");
    esc_json_text(out, message->text);
    member_write(out, "subject", message->subject);
    member_write(out, "workspace", message->workspace);
    if (message->escalation.size > 0) {
        member_write(out, "escalation", message->escalation);
        member_write(out, "ticket", message->ticket);
        member_write(out, "template", message->template_name);
    }
    if (message->severity_json.size > 0) {
        esc_buf_string(out, ",\"severity\":");
        esc_buf_text(out, message->severity_json);
    }
    esc_buf_printf(out, ",\"page\":%s", message->page ? "true" : "false");
    if (message->question.size > 0)
        member_write(out, "question", message->question);
    if (message->has_answers) {
        esc_buf_string(out, ",\"answers\":");
        esc_answers_write_json(out, message->answers, message->answers_count);
    }
    esc_buf_char(out, '}');
}

void esc_call_write_json(EscBuf *out, const EscCall *call)
{
    esc_buf_string(out, "{\"system\":");
    esc_json_text(out, call->system);
    member_write(out, "action", call->action);
    member_write(out, "method", call->method);
    member_write(out, "path", call->path);
    if (call->json.size > 0) {
        esc_buf_string(out, ",\"json\":");
        esc_buf_text(out, call->json);
    }
    esc_buf_string(out, ",\"expect\":[");
    for (uint32_t i = 0; i < call->statuses_count; i++)
        esc_buf_printf(out, "%s%u", i > 0 ? "," : "", call->statuses[i]);
    esc_buf_char(out, ']');
    member_write(out, "result_path", call->result_path);
    esc_buf_char(out, '}');
}

/* --- where a value stands, in JSON that is known to be right ------------------------------------ */

static size_t string_end(EscText json, size_t at)
{
    for (at++; at < json.size && json.data[at] != '"'; at++)
        at += json.data[at] == '\\';
    return at + 1;
}

/* The end of the value, or of the object when nothing follows. */
static size_t value_end(EscText json, size_t at)
{
    for (int depth = 0; at < json.size;) {
        char c = json.data[at];
        if (depth == 0 && (c == ',' || c == '}' || c == ']'))
            break;
        depth += (c == '{' || c == '[') - (c == '}' || c == ']');
        at = c == '"' ? string_end(json, at) : at + 1;
    }
    return at < json.size ? at : json.size;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static EscText trimmed(EscText text)
{
    while (text.size > 0 && is_space(text.data[0]))
        text = (EscText){text.data + 1, text.size - 1};
    while (text.size > 0 && is_space(text.data[text.size - 1]))
        text.size--;
    return text;
}

/* The bytes of an object's member, of the last one when there are several; empty: there is none. */
static EscText member_bytes(EscText json, const char *name)
{
    EscText found = {0};
    const char *first = memchr(json.data, '"', json.size);
    for (size_t at = first == NULL ? json.size : (size_t)(first - json.data); at < json.size;) {
        size_t key_end = string_end(json, at);
        EscText key = {json.data + at + 1, key_end - at - 2};
        const char *colon = memchr(json.data + key_end, ':', json.size - key_end);
        if (colon == NULL)
            break;
        size_t value = (size_t)(colon - json.data) + 1, end = value_end(json, value);
        if (esc_text_equal(key, esc_text_from(name)))
            found = trimmed((EscText){json.data + value, end - value});
        const char *next = memchr(json.data + end, '"', json.size - end);
        at = next == NULL ? json.size : (size_t)(next - json.data);
    }
    return found;
}

/* --- read --------------------------------------------------------------------------------------- */

static EscText text_of(EscArena *arena, const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    if (!json_is_string(value))
        return (EscText){0};
    return esc_arena_text(arena, (EscText){json_string_value(value), json_string_length(value)});
}

static json_t *object_of(EscText json)
{
    json_t *root = json_loadb(json.data == NULL ? "" : json.data, json.size, 0, NULL);
    if (json_is_object(root))
        return root;
    json_decref(root);
    return NULL;
}

static void read_answers(EscArena *arena, const json_t *list, EscMessage *message)
{
    size_t count = json_array_size(list) < ITEMS_MAX ? json_array_size(list) : ITEMS_MAX;
    message->has_answers = json_is_array(list);
    if (count == 0)
        return;
    EscMessageAnswer *answers = esc_arena_alloc(arena, count * sizeof(*answers));
    for (size_t i = 0; i < count && answers != NULL; i++) {
        const json_t *answer = json_array_get(list, i);
        answers[i].name = text_of(arena, answer, "name");
        answers[i].title = text_of(arena, answer, "title");
    }
    message->answers = answers;
    message->answers_count = answers == NULL ? 0 : (uint32_t)count;
}

bool esc_message_read_json(EscArena *arena, EscText json, EscMessage *message)
{
    *message = (EscMessage){0};
    json_t *root = object_of(json);
    if (root == NULL)
        return false;
    message->text = text_of(arena, root, "text");
    message->subject = text_of(arena, root, "subject");
    message->workspace = text_of(arena, root, "workspace");
    message->escalation = text_of(arena, root, "escalation");
    message->ticket = text_of(arena, root, "ticket");
    message->template_name = text_of(arena, root, "template");
    message->severity = text_of(arena, root, "severity");
    message->severity_json = esc_arena_text(arena, member_bytes(json, "severity"));
    message->question = text_of(arena, root, "question");
    message->page = json_is_true(json_object_get(root, "page"));
    read_answers(arena, json_object_get(root, "answers"), message);
    json_decref(root);
    return !esc_arena_failed(arena);
}

static void read_statuses(EscArena *arena, const json_t *list, EscCall *call)
{
    size_t count = json_array_size(list) < ITEMS_MAX ? json_array_size(list) : ITEMS_MAX;
    if (count == 0)
        return;
    uint32_t *statuses = esc_arena_alloc(arena, count * sizeof(*statuses));
    for (size_t i = 0; i < count && statuses != NULL; i++)
        statuses[i] = (uint32_t)json_integer_value(json_array_get(list, i));
    call->statuses = statuses;
    call->statuses_count = statuses == NULL ? 0 : (uint32_t)count;
}

/* The request's JSON keeps its bytes: a call that is made again is the same under its key. */
bool esc_call_read_json(EscArena *arena, EscText json, EscCall *call)
{
    *call = (EscCall){0};
    json_t *root = object_of(json);
    if (root == NULL)
        return false;
    call->system = text_of(arena, root, "system");
    call->action = text_of(arena, root, "action");
    call->method = text_of(arena, root, "method");
    call->path = text_of(arena, root, "path");
    call->json = esc_arena_text(arena, member_bytes(json, "json"));
    call->result_path = text_of(arena, root, "result_path");
    read_statuses(arena, json_object_get(root, "expect"), call);
    json_decref(root);
    return !esc_arena_failed(arena);
}

/* --- copied ------------------------------------------------------------------------------------- */

static size_t message_texts(EscMessage *message, EscText *texts[TEXTS_MAX])
{
    EscText *const all[] = {&message->text,          &message->subject,  &message->workspace,
                            &message->escalation,    &message->ticket,   &message->template_name,
                            &message->severity_json, &message->severity, &message->question};
    memcpy(texts, all, sizeof(all));
    return ESC_COUNT_OF(all);
}

static size_t call_texts(EscCall *call, EscText *texts[TEXTS_MAX])
{
    EscText *const all[] = {&call->system, &call->action, &call->method,
                            &call->path,   &call->json,   &call->result_path};
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
    size_t size = sizeof(copy) + texts_size(texts, count);
    for (uint32_t i = 0; i < message->answers_count; i++)
        size += sizeof(EscMessageAnswer) + message->answers[i].name.size +
                message->answers[i].title.size + 2;
    return size;
}

EscMessage *esc_message_copy(void *block, const EscMessage *message)
{
    EscMessage *copy = block;
    EscMessageAnswer *answers = (EscMessageAnswer *)(copy + 1);
    char *at = (char *)(answers + message->answers_count);
    *copy = *message;
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
    return sizeof(copy) + call->statuses_count * sizeof(*call->statuses) + texts_size(texts, count);
}

EscCall *esc_call_copy(void *block, const EscCall *call)
{
    EscCall *copy = block;
    uint32_t *statuses = (uint32_t *)(copy + 1);
    char *at = (char *)(statuses + call->statuses_count);
    *copy = *call;
    copy->statuses = call->statuses_count > 0 ? statuses : NULL;
    if (call->statuses_count > 0)
        memcpy(statuses, call->statuses, call->statuses_count * sizeof(*statuses));
    EscText *texts[TEXTS_MAX];
    size_t count = call_texts(copy, texts);
    for (size_t i = 0; i < count; i++)
        keep(&at, texts[i]);
    return copy;
}
