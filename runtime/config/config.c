/* config.c - reads escald.json by the rows of config_table.c.
 *
 * Strict: no unknown option, no second mention of one, no value out of its range. A message
 * names the place as a path ("workspaces.acme.channels.incidents.type") and never shows a value,
 * because values may be secrets that somebody put in the wrong place. Not its job: secret files
 * and what needs several options at once (config_check.c). */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <openssl/crypto.h>

#include "config_internal.h"

#define CONFIG_ARENA_BYTES_MAX ((size_t)64 << 20)
#define CONFIG_PATH_BYTES_MAX 180

typedef struct Reader {
    EscArena *arena;
    const char *origin;
    EscWhy *why;
    char path[CONFIG_PATH_BYTES_MAX];
} Reader;

/* Groups nest as config_table.c nests them, four deep, so this recursion is bounded by our own
 * table and not by the input. */
static EscStatus read_group(Reader *reader, const OptionGroup *group, json_t *json, void *base);

void esc_config_preset(const OptionGroup *group, void *base)
{
    for (size_t i = 0; i < group->options_count; i++) {
        const Option *option = &group->options[i];
        uint8_t *member = (uint8_t *)base + option->offset;
        if (option->type == OPTION_TEXT || option->type == OPTION_WORD) {
            EscText preset = esc_text_from(option->preset);
            memcpy(member, &preset, sizeof(preset));
        } else if (option->type == OPTION_COUNT) {
            memcpy(member, &option->count, sizeof(option->count));
        } else if (option->type == OPTION_OBJECT) {
            esc_config_preset(option->group, member);
        }
    }
}

EscConfig *esc_config_new(void)
{
    EscConfig *config = calloc(1, sizeof(*config));
    if (config == NULL)
        return NULL;
    esc_config_preset(CONFIG_GROUP_DAEMON, config);
    config->arena = esc_arena_new(CONFIG_ARENA_BYTES_MAX);
    if (config->arena == NULL) {
        free(config);
        return NULL;
    }
    return config;
}

static void wipe(EscText secret)
{
    if (secret.size > 0)
        OPENSSL_cleanse((void *)(uintptr_t)secret.data, secret.size);
}

static void wipe_endpoint(const EscEndpoint *endpoint)
{
    wipe(endpoint->secret);
    if (endpoint->url_file.size > 0)
        wipe(endpoint->url);
}

void esc_config_free(EscConfig *config)
{
    if (config == NULL)
        return;
    for (uint32_t i = 0; i < config->workspaces.count; i++) {
        const EscWorkspaceConfig *workspace = &config->workspaces.items[i];
        for (uint32_t k = 0; k < workspace->channels.count; k++)
            wipe_endpoint(&workspace->channels.items[k]);
        for (uint32_t k = 0; k < workspace->systems.count; k++)
            wipe(workspace->systems.items[k].secret);
        wipe_endpoint(&workspace->people.chat);
        wipe_endpoint(&workspace->people.phone);
        wipe(workspace->mail.password);
    }
    esc_arena_free(config->arena);
    free(config);
}

/* Puts ".name" behind the path and gives its old length, to be given back to path_pop. */
static size_t path_push(Reader *reader, const char *name)
{
    size_t length = strlen(reader->path);
    size_t at = length;
    if (at > 0 && at + 1 < sizeof(reader->path))
        reader->path[at++] = '.';
    for (const char *c = name; *c != '\0' && at + 1 < sizeof(reader->path); c++)
        reader->path[at++] = *c;
    reader->path[at] = '\0';
    size_t bad_at = 0;
    if (!esc_utf8_is_valid(esc_text_from(reader->path), &bad_at))
        reader->path[bad_at] = '\0';
    return length;
}

static void path_pop(Reader *reader, size_t length)
{
    reader->path[length] = '\0';
}

static EscStatus refuse(Reader *reader, const char *what)
{
    return esc_why(reader->why, ESC_BAD_CONFIG, "", 0, "%s: %s: %s", reader->origin, reader->path,
                   what);
}

static bool word_is_known(const char *words, EscText word)
{
    EscText rest = esc_text_from(words);
    while (rest.size > 0) {
        const char *bar = memchr(rest.data, '|', rest.size);
        EscText one = {rest.data, bar == NULL ? rest.size : (size_t)(bar - rest.data)};
        if (esc_text_equal(one, word))
            return true;
        size_t used = bar == NULL ? rest.size : one.size + 1;
        rest = (EscText){rest.data + used, rest.size - used};
    }
    return false;
}

static bool has_control_bytes(EscText text)
{
    for (size_t i = 0; i < text.size; i++)
        if ((unsigned char)text.data[i] < 0x20 || text.data[i] == 0x7f)
            return true;
    return false;
}

static EscStatus read_text(Reader *reader, const Option *option, json_t *json, uint8_t *member)
{
    if (!json_is_string(json))
        return refuse(reader, "must be a text");
    EscText text = {json_string_value(json), json_string_length(json)};
    if (has_control_bytes(text))
        return refuse(reader, "must not hold control characters");
    if (option->type == OPTION_WORD && !word_is_known(option->words, text))
        return esc_why(reader->why, ESC_BAD_CONFIG, "", 0, "%s: %s: must be one of %s",
                       reader->origin, reader->path, option->words);
    EscText copy = esc_arena_text(reader->arena, text);
    memcpy(member, &copy, sizeof(copy));
    return ESC_OK;
}

static EscStatus read_count(Reader *reader, const Option *option, json_t *json, uint8_t *member)
{
    if (!json_is_integer(json))
        return refuse(reader, "must be a whole number");
    int64_t value = json_integer_value(json);
    if (value < option->min || value > option->max)
        return esc_why(reader->why, ESC_BAD_CONFIG, "", 0, "%s: %s: must be from %lld to %lld",
                       reader->origin, reader->path, (long long)option->min,
                       (long long)option->max);
    memcpy(member, &value, sizeof(value));
    return ESC_OK;
}

static EscStatus read_texts(Reader *reader, json_t *json, uint8_t *member)
{
    if (!json_is_array(json))
        return refuse(reader, "must be a list of texts");
    size_t count = json_array_size(json);
    if (count > ESC_CONFIG_ITEMS_MAX)
        return refuse(reader, "has too many items");
    EscTexts texts = {.items = esc_arena_alloc_array(reader->arena, count, sizeof(EscText)),
                      .count = (uint32_t)count};
    static const Option item = {.type = OPTION_TEXT};
    for (size_t i = 0; i < count && texts.items != NULL; i++) {
        EscStatus status =
            read_text(reader, &item, json_array_get(json, i), (uint8_t *)&texts.items[i]);
        if (status != ESC_OK)
            return status;
    }
    memcpy(member, &texts, sizeof(texts));
    return ESC_OK;
}

static bool is_header_name(const char *name)
{
    size_t length = strlen(name);
    return length > 0 && length <= 128 &&
           strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
               length;
}

static EscStatus read_headers(Reader *reader, json_t *json, uint8_t *member)
{
    if (!json_is_object(json))
        return refuse(reader, "must be an object of texts");
    size_t count = json_object_size(json);
    if (count > ESC_CONFIG_ITEMS_MAX)
        return refuse(reader, "has too many members");
    EscTexts texts = {.items = esc_arena_alloc_array(reader->arena, count, sizeof(EscText))};
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(json, name, value)
    {
        if (!is_header_name(name))
            return refuse(reader, "has a member that is no header name");
        EscText text = {json_string_value(value), json_string_length(value)};
        if (!json_is_string(value) || has_control_bytes(text))
            return refuse(reader, "has a value that is no text without control characters");
        if (texts.items != NULL)
            texts.items[texts.count++] = esc_arena_printf(reader->arena, "%s: %s", name, text.data);
    }
    memcpy(member, &texts, sizeof(texts));
    return ESC_OK;
}

static EscStatus read_map(Reader *reader, const Option *option, json_t *json, uint8_t *member)
{
    if (!json_is_object(json))
        return refuse(reader, "must be an object");
    struct {
        void *items;
        uint32_t count;
    } map = {NULL, 0};
    size_t count = json_object_size(json);
    if (count > ESC_CONFIG_ITEMS_MAX)
        return refuse(reader, "has too many members");
    map.items = esc_arena_alloc_array(reader->arena, count, option->group->size);
    if (map.items == NULL)
        return ESC_NO_MEMORY;
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(json, name, value)
    {
        uint8_t *item = (uint8_t *)map.items + map.count++ * option->group->size;
        EscText copy = esc_arena_text(reader->arena, esc_text_from(name));
        esc_config_preset(option->group, item);
        memcpy(item, &copy, sizeof(copy)); /* a MAP's item begins with its name */
        size_t length = path_push(reader, name);
        EscStatus status = read_group(reader, option->group, value, item);
        if (status != ESC_OK)
            return status;
        path_pop(reader, length);
    }
    memcpy(member, &map, sizeof(map));
    return ESC_OK;
}

static const Option *find_option(const OptionGroup *group, EscText name)
{
    for (size_t i = 0; i < group->options_count; i++)
        if (esc_text_equal(esc_text_from(group->options[i].name), name))
            return &group->options[i];
    return NULL;
}

static EscStatus refuse_unknown(Reader *reader, const OptionGroup *group, const char *name)
{
    const char *nearest = NULL;
    unsigned best = 4; /* further apart than three edits is no misspelling */
    for (size_t i = 0; i < group->options_count; i++) {
        unsigned distance =
            esc_text_distance(esc_text_from(name), esc_text_from(group->options[i].name), best);
        if (distance < best) {
            best = distance;
            nearest = group->options[i].name;
        }
    }
    path_push(reader, name);
    if (nearest == NULL)
        return refuse(reader, "there is no such option (escald --help-config lists all)");
    return esc_why(reader->why, ESC_BAD_CONFIG, "", 0,
                   "%s: %s: there is no such option; did you mean \"%s\"?", reader->origin,
                   reader->path, nearest);
}

static EscStatus read_option(Reader *reader, const Option *option, json_t *json, uint8_t *member)
{
    switch (option->type) {
    case OPTION_TEXT:
    case OPTION_WORD:
        return read_text(reader, option, json, member);
    case OPTION_COUNT:
        return read_count(reader, option, json, member);
    case OPTION_TEXTS:
        return read_texts(reader, json, member);
    case OPTION_HEADERS:
        return read_headers(reader, json, member);
    case OPTION_OBJECT:
        return read_group(reader, option->group, json, member);
    case OPTION_MAP:
        return read_map(reader, option, json, member);
    }
    return ESC_BAD_ARGUMENT;
}

static EscStatus read_group(Reader *reader, const OptionGroup *group, json_t *json, void *base)
{
    if (!json_is_object(json))
        return refuse(reader, "must be an object");
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(json, name, value)
    {
        const Option *option = find_option(group, esc_text_from(name));
        if (option == NULL)
            return refuse_unknown(reader, group, name);
        size_t length = path_push(reader, name);
        EscStatus status = read_option(reader, option, value, (uint8_t *)base + option->offset);
        if (status != ESC_OK)
            return status;
        path_pop(reader, length);
    }
    return esc_arena_failed(reader->arena) ? ESC_NO_MEMORY : ESC_OK;
}

static json_t *parse(EscText json, const char *origin, EscWhy *why)
{
    json_error_t error;
    json_t *root =
        json_loadb(json.data == NULL ? "" : json.data, json.size, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL)
        (void)esc_why(why, ESC_BAD_CONFIG, "", 0, "%s:%d:%d: %s", origin, error.line, error.column,
                      json_error_code(&error) == json_error_duplicate_key
                          ? "a member is there twice"
                          : "this is not JSON");
    return root;
}

/* The folder that relative names are relative to: that of the file. */
static EscText folder_of(EscArena *arena, const char *origin)
{
    const char *slash = strrchr(origin, '/');
    if (slash == NULL)
        return ESC_TEXT(".");
    return esc_arena_text(arena, (EscText){origin, slash == origin ? 1 : (size_t)(slash - origin)});
}

EscStatus esc_config_read(EscConfig *config, EscText json, const char *origin, EscWhy *why)
{
    json_t *root = parse(json, origin, why);
    if (root == NULL)
        return ESC_BAD_CONFIG;
    Reader reader = {.arena = config->arena, .origin = origin, .why = why};
    EscStatus status = read_group(&reader, CONFIG_GROUP_DAEMON, root, config);
    for (uint32_t i = 0; i < config->workspaces.count; i++)
        if (config->workspaces.items[i].folder.size == 0)
            config->workspaces.items[i].folder = folder_of(config->arena, origin);
    json_decref(root);
    return status;
}

void esc_config_workspace_preset(EscWorkspaceConfig *out)
{
    *out = (EscWorkspaceConfig){0};
    esc_config_preset(CONFIG_GROUP_WORKSPACE, out);
}

const EscWorkspaceConfig *esc_config_workspace(const EscConfig *config, EscText name)
{
    for (uint32_t i = 0; i < config->workspaces.count; i++)
        if (esc_text_equal(config->workspaces.items[i].name, name))
            return &config->workspaces.items[i];
    return NULL;
}

EscStatus esc_config_read_workspace(EscConfig *config, EscText name, EscText json,
                                    const char *origin, EscWhy *why)
{
    if (esc_config_workspace(config, name) != NULL)
        return esc_why(why, ESC_CONFLICT, "", 0,
                       "%s: workspace %.*s is configured elsewhere already", origin,
                       ESC_TEXT_ARG(name));
    EscWorkspaceConfigs old = config->workspaces;
    EscWorkspaceConfig *items =
        esc_arena_alloc_array(config->arena, old.count + 1u, sizeof(*items));
    if (items == NULL)
        return ESC_NO_MEMORY;
    json_t *root = parse(json, origin, why);
    if (root == NULL)
        return ESC_BAD_CONFIG;
    if (old.count > 0)
        memcpy(items, old.items, old.count * sizeof(*items));
    EscWorkspaceConfig *added = &items[old.count];
    esc_config_preset(CONFIG_GROUP_WORKSPACE, added);
    added->name = esc_arena_text(config->arena, name);
    added->folder = folder_of(config->arena, origin);
    Reader reader = {.arena = config->arena, .origin = origin, .why = why};
    EscStatus status = read_group(&reader, CONFIG_GROUP_WORKSPACE, root, added);
    if (status == ESC_OK)
        config->workspaces = (EscWorkspaceConfigs){.items = items, .count = old.count + 1u};
    json_decref(root);
    return status;
}
