/* yaml.c - a YAML text as the same tree that JSON gives, by libyaml, so that readers know one form.
 *
 * Every scalar is a text, but for what is nothing (`~`, `null`, empty): readers take "5" for 5 and "true" for true. Aliases are
 * copied, and what they make of a small file has a bound; a mapping's `<<` brings in what it has not itself. */
#include <yaml.h>

#include "documents.h"

#define DEPTH_MAX 64
#define VALUES_MAX 1000000
#define MERGED_MAX 1000 /* members of a mapping into which others are brought */

typedef struct Build {
    EscModel *model;
    yaml_document_t *document;
    EscText text;
    const Document *file; /* its lines */
    size_t values;
    bool is_too_large;
} Build;

/* --- places ------------------------------------------------------------------------------------------- */

/* libyaml counts characters; lines are the same either way. */
static EscText place_of(const Build *build, const yaml_node_t *node)
{
    size_t line = node->start_mark.line < build->file->lines_count ? node->start_mark.line
                                                                   : build->file->lines_count - 1;
    return (EscText){build->text.data + build->file->lines[line], 0};
}

/* --- values --------------------------------------------------------------------------------------------- */

static EscText scalar_text(Build *build, const yaml_node_t *node)
{
    EscText text = {(const char *)node->data.scalar.value, node->data.scalar.length};
    const void *end = text.size == 0 ? NULL : memchr(text.data, '\0', text.size);
    if (end != NULL)
        text.size = (size_t)((const char *)end - text.data);
    return esc_model_printf(build->model, "%.*s", ESC_TEXT_ARG(text));
}

static bool is_nothing(const yaml_node_t *node, EscText text)
{
    return node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
           (text.size == 0 || esc_text_equal(text, ESC_TEXT("~")) ||
            esc_text_equal(text, ESC_TEXT("null")));
}

static EscJson *new_value(Build *build, const yaml_node_t *node, EscJsonKind kind)
{
    EscJson *value = esc_arena_alloc(build->model->arena, sizeof *value);
    if (value == NULL)
        esc_model_lack(build->model);
    value->kind = kind;
    value->source = place_of(build, node);
    build->is_too_large = build->is_too_large || ++build->values > VALUES_MAX;
    return value;
}

static EscJson *convert(Build *build, int number, unsigned depth);

static void append(EscJson *around, EscJson **last, EscJson *value)
{
    if (*last == NULL)
        around->first = value;
    else
        (*last)->next = value;
    *last = value;
    around->count++;
}

static EscJson *convert_list(Build *build, const yaml_node_t *node, unsigned depth)
{
    EscJson *list = new_value(build, node, ESC_JSON_LIST), *last = NULL;
    for (yaml_node_item_t *item = node->data.sequence.items.start;
         item < node->data.sequence.items.top && !build->is_too_large; item++)
        append(list, &last, convert(build, *item, depth + 1));
    return list;
}

static void put_member(EscJson *object, EscJson **last, EscJson *value, EscText name)
{
    value->name = name;
    append(object, last, value);
}

/* Members of a mapping, or of several, that `object` has not itself. */
static void merge(Build *build, EscJson *object, EscJson **last, int number, unsigned depth)
{
    EscJson *from = convert(build, number, depth + 1);
    if (from->kind != ESC_JSON_OBJECT && from->kind != ESC_JSON_LIST)
        return;
    bool is_list = from->kind == ESC_JSON_LIST;
    for (const EscJson *each = is_list ? from->first : from; each != NULL;
         each = is_list ? each->next : NULL) {
        if (each->kind != ESC_JSON_OBJECT)
            continue;
        for (const EscJson *member = each->first, *next; member != NULL; member = next) {
            next = member->next;
            EscJson *copy = esc_arena_alloc(build->model->arena, sizeof *copy);
            if (copy == NULL)
                esc_model_lack(build->model);
            *copy = *member;
            copy->next = NULL;
            build->is_too_large = build->is_too_large || object->count > MERGED_MAX;
            if (!build->is_too_large && esc_json_member(object, member->name) == NULL)
                put_member(object, last, copy, member->name);
        }
    }
}

static EscJson *convert_mapping(Build *build, const yaml_node_t *node, unsigned depth)
{
    EscJson *object = new_value(build, node, ESC_JSON_OBJECT), *last = NULL;
    for (unsigned pass = 0; pass < 2;
         pass++) { /* own members go before those that are brought in */
        for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
             pair < node->data.mapping.pairs.top && !build->is_too_large; pair++) {
            const yaml_node_t *key = yaml_document_get_node(build->document, pair->key);
            if (key == NULL || key->type != YAML_SCALAR_NODE)
                continue;
            EscText name = scalar_text(build, key);
            bool is_merge = esc_text_equal(name, ESC_TEXT("<<"));
            if (is_merge && pass == 1)
                merge(build, object, &last, pair->value, depth);
            else if (!is_merge && pass == 0)
                put_member(object, &last, convert(build, pair->value, depth + 1), name);
        }
    }
    return object;
}

static EscJson *convert(Build *build, int number, unsigned depth)
{
    const yaml_node_t *node = yaml_document_get_node(build->document, number);
    build->is_too_large = build->is_too_large || depth > DEPTH_MAX || node == NULL;
    if (build->is_too_large || node->type == YAML_SCALAR_NODE) {
        EscText text = node != NULL && node->type == YAML_SCALAR_NODE ? scalar_text(build, node)
                                                                      : (EscText){0};
        bool is_null = node == NULL || node->type != YAML_SCALAR_NODE || is_nothing(node, text);
        EscJson *value =
            new_value(build, node != NULL ? node : yaml_document_get_root_node(build->document),
                      is_null ? ESC_JSON_NULL : ESC_JSON_TEXT);
        if (!is_null)
            value->text = text;
        return value;
    }
    return node->type == YAML_SEQUENCE_NODE ? convert_list(build, node, depth)
                                            : convert_mapping(build, node, depth);
}

/* --- a file ------------------------------------------------------------------------------------------------ */

static const EscJson *read_root(EscModel *model, Document *document, yaml_document_t *loaded)
{
    Build build = {.model = model, .document = loaded, .text = document->text, .file = document};
    if (yaml_document_get_root_node(loaded) == NULL) {
        (void)esc_why(&document->why, ESC_BAD_INPUT, "", 0, "the file is empty");
        return NULL;
    }
    const EscJson *root = convert(&build, 1, 0);
    if (!build.is_too_large)
        return root;
    (void)esc_why(&document->why, ESC_OVER_LIMIT, "", 0, "it is too large, or refers to itself");
    return NULL;
}

/* Memory that runs out goes through here, since libyaml's own has to be given back. */
static void convert_document(EscModel *model, Document *document, yaml_document_t *loaded)
{
    jmp_buf outer;
    memcpy(&outer, &model->lack, sizeof outer);
    bool is_lacking = setjmp(model->lack) != 0;
    if (!is_lacking)
        document->root = read_root(model, document, loaded);
    memcpy(&model->lack, &outer, sizeof outer);
    yaml_document_delete(loaded);
    if (is_lacking)
        esc_model_lack(model);
}

void yaml_read_document(EscModel *model, Document *document)
{
    yaml_parser_t parser;
    yaml_document_t loaded;
    if (yaml_parser_initialize(&parser) == 0)
        esc_model_lack(model);
    const char *text = document->text.size > 0 ? document->text.data : ""; /* it wants an address */
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, document->text.size);
    bool is_loaded = yaml_parser_load(&parser, &loaded) != 0,
         is_memory = parser.error == YAML_MEMORY_ERROR;
    size_t line = parser.problem_mark.line;
    (void)esc_why(&document->why, ESC_BAD_INPUT, "", 0, "%s",
                  parser.problem != NULL ? parser.problem : "it cannot be read");
    yaml_parser_delete(&parser);
    if (is_memory)
        esc_model_lack(model);
    if (is_loaded)
        convert_document(model, document, &loaded);
    else
        document->why.offset =
            document->lines[line < document->lines_count ? line : document->lines_count - 1];
}
