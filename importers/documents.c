/* documents.c - the files of an export as trees, and careful reading of them. */
#include <stdlib.h>

#include "documents.h"

/* An export of a large firm has some megabytes; what is larger is none. */
static const EscJsonLimits LIMITS = {.depth_max = 64, .values_max = 4000000};

static bool ends_in(EscText path, const char *end)
{
    return esc_text_ends_with(path, esc_text_from(end));
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t behind_blanks(EscText text, size_t at)
{
    if (at == 0 && text.size >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0)
        at = 3; /* the mark that Windows puts before UTF-8 */
    while (at < text.size && is_blank(text.data[at]))
        at++;
    return at;
}

static void find_lines(EscModel *model, Document *document)
{
    MODEL_LIST(size_t) starts = {0};
    *MODEL_ADD(model, starts) = 0;
    for (size_t i = 0; i < document->text.size; i++) {
        if (document->text.data[i] == '\n')
            *MODEL_ADD(model, starts) = i + 1;
    }
    document->lines = starts.items;
    document->lines_count = starts.count;
}

static void read_values(EscModel *model, const EscImportFile *file, Documents *documents,
                        size_t *capacity)
{
    size_t at = behind_blanks(file->text, 0);
    bool is_first = true;
    Document whole = {.path = file->path, .text = file->text, .seen = MODEL_NONE};
    find_lines(model, &whole);
    while (is_first || at < file->text.size) {
        documents->items = esc_model_room(model, documents->items, documents->count, capacity,
                                          sizeof *documents->items);
        Document *document = &documents->items[documents->count++];
        *document = whole;
        document->is_yaml = ends_in(file->path, ".yml") || ends_in(file->path, ".yaml");
        is_first = false;
        if (document->is_yaml) {
            yaml_read_document(model, document);
            return;
        }
        EscStatus status = esc_json_read_at(model->arena, file->text, &at, &LIMITS, &document->root,
                                            &document->why);
        if (status == ESC_NO_MEMORY)
            esc_model_lack(model);
        if (status != ESC_OK) {
            document->root = NULL;
            return; /* where one value ends cannot be known any more */
        }
        at = behind_blanks(file->text, at);
    }
}

void esc_documents_read(EscModel *model, Documents *documents)
{
    size_t capacity = 0;
    *documents = (Documents){0};
    for (size_t i = 0; i < model->request->files_count; i++)
        read_values(model, &model->request->files[i], documents, &capacity);
}

static unsigned line_of(EscText text, uint64_t offset)
{
    unsigned line = 1;
    for (size_t i = 0; i < text.size && i < offset; i++)
        line += text.data[i] == '\n';
    return line;
}

void esc_documents_close(EscModel *model, const Documents *documents)
{
    for (size_t i = 0; i < documents->count; i++) {
        const Document *document = &documents->items[i];
        if (document->seen != MODEL_NONE)
            continue;
        uint32_t seen = esc_model_see(model, "file", document->path, document->path);
        if (document->root == NULL)
            esc_model_leave(model, seen, "it is no %s from line %u on: %s",
                            document->is_yaml ? "YAML" : "JSON",
                            line_of(document->text, document->why.offset), document->why.text);
        else
            esc_model_leave(model, seen, "it holds nothing that an export of this kind has");
    }
}

/* --- members ------------------------------------------------------------------------------------ */

static const EscJson *member(const EscJson *object, const char *name)
{
    return esc_json_member(object, esc_text_from(name));
}

EscText json_text(const EscJson *object, const char *name)
{
    return esc_json_text_or(member(object, name), (EscText){0});
}

static bool number_of(const EscJson *value, int64_t *number)
{
    if (value == NULL)
        return false;
    if (value->kind == ESC_JSON_INTEGER) {
        *number = value->integer;
        return true;
    }
    if (value->kind == ESC_JSON_REAL && value->real > -1e15 && value->real < 1e15) {
        *number = (int64_t)value->real;
        return true;
    }
    if (value->kind != ESC_JSON_TEXT || value->text.size == 0 || value->text.size > 18)
        return false;
    int64_t sum = 0;
    size_t at = value->text.data[0] == '-' ? 1 : 0;
    if (at == value->text.size)
        return false;
    for (size_t i = at; i < value->text.size; i++) {
        if (value->text.data[i] < '0' || value->text.data[i] > '9')
            return false;
        sum = sum * 10 + (value->text.data[i] - '0');
    }
    *number = at == 1 ? -sum : sum;
    return true;
}

int64_t json_integer(const EscJson *object, const char *name, int64_t otherwise)
{
    int64_t number = 0;
    return number_of(member(object, name), &number) ? number : otherwise;
}

bool json_bool(const EscJson *object, const char *name, bool otherwise)
{
    const EscJson *value = member(object, name);
    if (value != NULL && (value->kind == ESC_JSON_TRUE || value->kind == ESC_JSON_FALSE))
        return value->kind == ESC_JSON_TRUE;
    EscText text = esc_json_text_or(value, (EscText){0});
    if (esc_text_equal(text, ESC_TEXT("true")) || esc_text_equal(text, ESC_TEXT("false")))
        return text.size == 4;
    return otherwise;
}

const EscJson *json_object(const EscJson *object, const char *name)
{
    const EscJson *value = member(object, name);
    return value != NULL && value->kind == ESC_JSON_OBJECT ? value : NULL;
}

const EscJson *json_list(const EscJson *object, const char *name)
{
    const EscJson *value = member(object, name);
    return value != NULL && value->kind == ESC_JSON_LIST && value->count > 0 ? value->first : NULL;
}

const EscJson *json_items(const EscJson *root, const char *name)
{
    if (root != NULL && root->kind == ESC_JSON_LIST && root->count > 0)
        return root->first;
    return json_list(root, name);
}

bool json_time(const EscJson *object, const char *name, int64_t *at_ms)
{
    const EscJson *value = member(object, name);
    if (value == NULL)
        return false;
    if (value->kind == ESC_JSON_TEXT)
        return esc_clock_read(value->text, at_ms);
    return value->kind == ESC_JSON_INTEGER && esc_clock_read(value->source, at_ms);
}

/* What comes by `curl` is one long line, so the column is told as well; of YAML only lines are known. */
EscText json_place(EscModel *model, const Document *document, const EscJson *value)
{
    size_t offset = 0, low = 0, high = document->lines_count;
    if (value != NULL && value->source.data >= document->text.data)
        offset = (size_t)(value->source.data - document->text.data);
    while (high - low > 1) { /* the last line that does not begin behind it */
        size_t middle = low + (high - low) / 2;
        if (document->lines[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    EscText path = esc_utf8_cut(document->path, 300);
    if (document->is_yaml)
        return esc_model_printf(model, "%.*s:%zu", ESC_TEXT_ARG(path), low + 1);
    return esc_model_printf(model, "%.*s:%zu:%zu", ESC_TEXT_ARG(path), low + 1,
                            offset - document->lines[low] + 1);
}

/* --- Terraform ------------------------------------------------------------------------------------ */

bool terraform_is_state(const Document *document)
{
    return document->root != NULL && document->root->kind == ESC_JSON_OBJECT &&
           member(document->root, "terraform_version") != NULL &&
           member(document->root, "resources") != NULL;
}

/* provider["registry.terraform.io/opsgenie/opsgenie"], also with an alias behind it. */
static bool is_of_provider(EscText address, const char *provider)
{
    size_t end = address.size;
    while (end > 0 && address.data[end - 1] != ']')
        end--;
    if (end < 2)
        return esc_text_contains(address, esc_text_from(provider));
    EscText inside = {address.data, end - 1};
    while (inside.size > 0 && inside.data[inside.size - 1] == '"')
        inside.size--;
    size_t size = strlen(provider);
    return ends_in(inside, provider) &&
           (inside.size == size || inside.data[inside.size - size - 1] == '/');
}

void terraform_each(const Document *document, const char *provider, TerraformVisit visit,
                    void *context)
{
    for (const EscJson *resource = json_list(document->root, "resources"); resource != NULL;
         resource = resource->next) {
        if (!is_of_provider(json_text(resource, "provider"), provider))
            continue;
        for (const EscJson *instance = json_list(resource, "instances"); instance != NULL;
             instance = instance->next)
            visit(context, json_text(resource, "type"), json_text(resource, "name"), instance,
                  json_object(instance, "attributes"));
    }
}
