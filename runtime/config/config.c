/* config.c - reads escald.json by the rows of config_table.c.
 *
 * Strict: no unknown option, no second mention of one, no value out of its range. A message
 * names the place as a path ("workspaces.acme.channels.incidents.type") and never shows a value,
 * because values may be secrets that somebody put in the wrong place. A fault costs the option that
 * it is in: reading goes on, so that one run finds them all. Not its job: secret files and what
 * needs several options at once (config_check.c), what a workspace's folder may say
 * (config_folder.c). */
#include <stdlib.h>
#include <string.h>

#include "config_internal.h"

#define CONFIG_PATH_BYTES_MAX 180
#define CONFIG_DEPTH_MAX                                                                           \
    32 /* the options nest five deep; what is a little deeper is told by its path */
#define CONFIG_VALUES_MAX 400000u
#define CONFIG_TREE_BYTES_MAX ((size_t)64 << 20)

typedef struct Reader {
    EscConfig *config;
    EscArena *arena;
    const char *origin;
    const EscWorkspaceConfig *folder_of; /* the file is that of its folder; NULL: the operator's */
    EscWhy first;
    char path[CONFIG_PATH_BYTES_MAX];
} Reader;

/* Groups nest as config_table.c nests them, four deep, so this recursion is bounded by our own
 * table and not by the input. */
static EscStatus read_group(Reader *reader, const OptionGroup *group, const EscJson *json,
                            void *base);

/* Puts ".name" behind the path and gives its old length, to be given back to path_pop. */
static size_t path_push(Reader *reader, EscText name)
{
    size_t length = strlen(reader->path);
    size_t at = length;
    if (at > 0 && at + 1 < sizeof(reader->path))
        reader->path[at++] = '.';
    for (size_t i = 0; i < name.size && at + 1 < sizeof(reader->path); i++)
        reader->path[at++] = name.data[i];
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
    return esc_config_fault(reader->config, &reader->first, "%s: %s: %s", reader->origin,
                            reader->path, what);
}

/* What stands after a further part was read: wrong parts do not end the reading, but no memory does. */
static bool goes_on(EscStatus *all, EscStatus one)
{
    if (*all == ESC_OK || one == ESC_NO_MEMORY)
        *all = one;
    return one != ESC_NO_MEMORY;
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

static EscStatus read_text(Reader *reader, const Option *option, const EscJson *json,
                           uint8_t *member)
{
    if (json->kind != ESC_JSON_TEXT)
        return refuse(reader, "must be a text");
    EscText text = json->text;
    if (has_control_bytes(text))
        return refuse(reader, "must not hold control characters");
    if (option->type == OPTION_WORD && !word_is_known(option->words, text))
        return esc_config_fault(reader->config, &reader->first, "%s: %s: must be one of %s",
                                reader->origin, reader->path, option->words);
    EscText copy = esc_arena_text(reader->arena, text);
    memcpy(member, &copy, sizeof(copy));
    return ESC_OK;
}

static EscStatus read_count(Reader *reader, const Option *option, const EscJson *json,
                            uint8_t *member)
{
    if (json->kind != ESC_JSON_INTEGER)
        return refuse(reader, "must be a whole number");
    int64_t value = json->integer;
    if (value < option->min || value > option->max)
        return esc_config_fault(reader->config, &reader->first, "%s: %s: must be from %lld to %lld",
                                reader->origin, reader->path, (long long)option->min,
                                (long long)option->max);
    memcpy(member, &value, sizeof(value));
    return ESC_OK;
}

static EscStatus read_texts(Reader *reader, const EscJson *json, uint8_t *member)
{
    if (json->kind != ESC_JSON_LIST)
        return refuse(reader, "must be a list of texts");
    if (json->count > ESC_CONFIG_ITEMS_MAX)
        return refuse(reader, "has too many items");
    EscTexts texts = {.items = esc_arena_alloc_array(reader->arena, json->count, sizeof(EscText))};
    static const Option option = {.type = OPTION_TEXT};
    const EscJson *item = texts.items == NULL ? NULL : json->first;
    for (; item != NULL; item = item->next) {
        EscStatus status = read_text(reader, &option, item, (uint8_t *)&texts.items[texts.count++]);
        if (status != ESC_OK)
            return status;
    }
    memcpy(member, &texts, sizeof(texts));
    return ESC_OK;
}

static bool is_header_name(EscText name)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (size_t i = 0; i < name.size; i++)
        if (memchr(letters, name.data[i], sizeof(letters) - 1) == NULL)
            return false;
    return name.size > 0 && name.size <= 128;
}

static EscStatus read_headers(Reader *reader, const EscJson *json, uint8_t *member)
{
    if (json->kind != ESC_JSON_OBJECT)
        return refuse(reader, "must be an object of texts");
    if (json->count > ESC_CONFIG_ITEMS_MAX)
        return refuse(reader, "has too many members");
    EscTexts texts = {.items = esc_arena_alloc_array(reader->arena, json->count, sizeof(EscText))};
    for (const EscJson *value = json->first; value != NULL; value = value->next) {
        if (!is_header_name(value->name))
            return refuse(reader, "has a member that is no header name");
        if (value->kind != ESC_JSON_TEXT || has_control_bytes(value->text))
            return refuse(reader, "has a value that is no text without control characters");
        if (texts.items != NULL)
            texts.items[texts.count++] = esc_arena_printf(
                reader->arena, "%.*s: %.*s", ESC_TEXT_ARG(value->name), ESC_TEXT_ARG(value->text));
    }
    memcpy(member, &texts, sizeof(texts));
    return ESC_OK;
}

/* Every map's struct: its items, whose names come first. */
typedef struct Map {
    void *items;
    uint32_t count;
} Map;

/* Whether what the path names may be bound by the file. */
static EscStatus check_place(Reader *reader)
{
    const char *fault =
        reader->folder_of == NULL
            ? NULL
            : esc_config_folder_place_fault(reader->folder_of, esc_text_from(reader->path));
    return fault == NULL ? ESC_OK : refuse(reader, fault);
}

static EscStatus read_item(Reader *reader, const Option *option, const EscJson *json, uint8_t *item)
{
    EscText copy = esc_arena_text(reader->arena, json->name);
    esc_config_preset(option->group, item);
    memcpy(item, &copy, sizeof(copy)); /* a MAP's item begins with its name */
    EscStatus status = check_place(reader);
    (void)goes_on(&status, read_group(reader, option->group, json, item));
    return status;
}

/* In a folder's file: behind what the operator's own said. */
static EscStatus read_map(Reader *reader, const Option *option, const EscJson *json,
                          uint8_t *member)
{
    if (json->kind != ESC_JSON_OBJECT)
        return refuse(reader, "must be an object");
    Map old, map;
    memcpy(&old, member, sizeof(old));
    size_t count = json->count, size = option->group->size;
    if (count + old.count > ESC_CONFIG_ITEMS_MAX)
        return refuse(reader, "has too many members");
    map = (Map){.items = esc_arena_alloc_array(reader->arena, count + old.count, size),
                .count = old.count};
    if (map.items == NULL)
        return ESC_NO_MEMORY;
    if (old.count > 0)
        memcpy(map.items, old.items, old.count * size);
    EscStatus status = ESC_OK, one = ESC_OK;
    for (const EscJson *value = json->first; value != NULL; value = value->next) {
        size_t length = path_push(reader, value->name);
        one = read_item(reader, option, value, (uint8_t *)map.items + map.count++ * size);
        path_pop(reader, length);
        if (!goes_on(&status, one))
            return status;
    }
    memcpy(member, &map, sizeof(map));
    return status;
}

static const Option *find_option(const OptionGroup *group, EscText name)
{
    for (size_t i = 0; i < group->options_count; i++)
        if (esc_text_equal(esc_text_from(group->options[i].name), name))
            return &group->options[i];
    return NULL;
}

static EscStatus refuse_unknown(Reader *reader, const OptionGroup *group, EscText name)
{
    const char *nearest = NULL;
    unsigned best = 4; /* further apart than three edits is no misspelling */
    for (size_t i = 0; i < group->options_count; i++) {
        unsigned distance = esc_text_distance(name, esc_text_from(group->options[i].name), best);
        if (distance < best) {
            best = distance;
            nearest = group->options[i].name;
        }
    }
    if (nearest == NULL)
        return refuse(reader, "there is no such option (escald --help-config lists all)");
    return esc_config_fault(reader->config, &reader->first,
                            "%s: %s: there is no such option; did you mean \"%s\"?", reader->origin,
                            reader->path, nearest);
}

/* An object is a group of options, or itself a place that is bound ("people.chat"). */
static EscStatus read_object(Reader *reader, const Option *option, const EscJson *json,
                             uint8_t *member)
{
    EscStatus status = option->is_place ? check_place(reader) : ESC_OK;
    (void)goes_on(&status, read_group(reader, option->group, json, member));
    return status;
}

static EscStatus read_option(Reader *reader, const Option *option, const EscJson *json,
                             uint8_t *member)
{
    if (reader->folder_of != NULL && !option->in_folder)
        return refuse(reader, "only the operator's configuration may say this");
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
        return read_object(reader, option, json, member);
    case OPTION_MAP:
        return read_map(reader, option, json, member);
    }
    return ESC_BAD_ARGUMENT;
}

static EscStatus read_member(Reader *reader, const OptionGroup *group, const EscJson *value,
                             void *base)
{
    const Option *option = find_option(group, value->name);
    size_t length = path_push(reader, value->name);
    EscStatus status = option == NULL
                           ? refuse_unknown(reader, group, value->name)
                           : read_option(reader, option, value, (uint8_t *)base + option->offset);
    path_pop(reader, length);
    return status;
}

static EscStatus read_group(Reader *reader, const OptionGroup *group, const EscJson *json,
                            void *base)
{
    if (json->kind != ESC_JSON_OBJECT)
        return refuse(reader, "must be an object");
    EscStatus status = ESC_OK;
    for (const EscJson *value = json->first; value != NULL; value = value->next)
        if (!goes_on(&status, read_member(reader, group, value, base)))
            return status;
    return esc_arena_failed(reader->arena) ? ESC_NO_MEMORY : status;
}

/* The place of a byte, as editors count: lines and their characters, from one. */
static void place_of(EscText text, uint64_t offset, unsigned *line, unsigned *column)
{
    *line = *column = 1;
    for (size_t i = 0; i < offset && i < text.size; i++) {
        bool is_line_end = text.data[i] == '\n', is_inside = (text.data[i] & 0xC0) == 0x80;
        *line += is_line_end;
        *column = is_line_end ? 1 : *column + (is_inside ? 0 : 1);
    }
}

/* The tree borrows from the text and is dropped with the arena it is in: what the configuration keeps is copied. */
static EscStatus parse(Reader *reader, EscArena *arena, EscText text, const EscJson **root)
{
    static const EscJsonLimits limits = {CONFIG_DEPTH_MAX, CONFIG_VALUES_MAX};
    EscWhy why = {.text = ""};
    unsigned line = 0, column = 0;
    EscStatus status = esc_json_read(arena, text, &limits, root, &why);
    if (status == ESC_OK || status == ESC_NO_MEMORY)
        return status;
    reader->config->is_unread = true;
    place_of(text, why.offset, &line, &column);
    return esc_config_fault(reader->config, &reader->first, "%s:%u:%u: this is not JSON: %s",
                            reader->origin, line, column, why.text);
}

/* The folder that relative names are relative to: that of the file. */
static EscText folder_of(EscArena *arena, const char *origin)
{
    const char *slash = strrchr(origin, '/');
    if (slash == NULL)
        return ESC_TEXT(".");
    return esc_arena_text(arena, (EscText){origin, slash == origin ? 1 : (size_t)(slash - origin)});
}

static EscStatus read_all(Reader *reader, const OptionGroup *group, EscText json, void *base,
                          EscWhy *why)
{
    EscArena *arena = esc_arena_new(CONFIG_TREE_BYTES_MAX);
    const EscJson *root = NULL;
    EscStatus status = arena == NULL ? ESC_NO_MEMORY : parse(reader, arena, json, &root);
    if (status == ESC_OK)
        status = read_group(reader, group, root, base);
    esc_arena_free(arena);
    if (status == ESC_NO_MEMORY)
        return esc_why(why, status, "", 0, "%s: no memory for the configuration", reader->origin);
    if (status != ESC_OK && why != NULL)
        *why = reader->first;
    return status;
}

EscText esc_config_path(EscConfig *config, EscText folder, EscText path)
{
    return path.size == 0 || path.data[0] == '/'
               ? path
               : esc_arena_printf(config->arena, "%.*s/%.*s", ESC_TEXT_ARG(folder),
                                  ESC_TEXT_ARG(path));
}

/* Templates are compiled before the configuration is finished, so what they are read from is known from here on. */
static EscStatus place_libraries(Reader *reader)
{
    EscConfig *config = reader->config;
    EscStatus status = ESC_OK;
    for (uint32_t i = 0; i < config->libraries.count; i++) {
        EscLibraryBinding *library = &config->libraries.items[i];
        if (library->folder.size == 0)
            status = esc_config_fault(config, &reader->first,
                                      "%s: libraries.%.*s has no folder: say where its modules lie",
                                      reader->origin, ESC_TEXT_ARG(library->name));
        else if (library->place.size == 0)
            library->place =
                esc_config_path(config, folder_of(config->arena, reader->origin), library->folder);
    }
    return status;
}

EscStatus esc_config_read(EscConfig *config, EscText json, const char *origin, EscWhy *why)
{
    Reader reader = {.config = config, .arena = config->arena, .origin = origin};
    EscStatus status = read_all(&reader, CONFIG_GROUP_DAEMON, json, config, why);
    config->folder = folder_of(config->arena, origin);
    for (uint32_t i = 0; i < config->workspaces.count; i++)
        if (config->workspaces.items[i].folder.size == 0)
            config->workspaces.items[i].folder = folder_of(config->arena, origin);
    EscStatus libraries = place_libraries(&reader);
    if (status == ESC_OK && libraries != ESC_OK && why != NULL)
        *why = reader.first;
    return status == ESC_OK ? libraries : status;
}

EscStatus esc_config_read_workspace(EscConfig *config, EscText name, EscText json,
                                    const char *origin, EscWhy *why)
{
    EscWorkspaceConfig nothing, *workspace = esc_config_workspace_find(config, name);
    if (workspace == NULL) { /* then nothing is allowed, and all of it is a fault */
        esc_config_workspace_preset(&nothing);
        nothing.name = name;
        workspace = &nothing;
    }
    EscWorkspaceConfig read = *workspace;
    Reader reader = {
        .config = config, .arena = config->arena, .origin = origin, .folder_of = workspace};
    EscStatus status = read_all(&reader, CONFIG_GROUP_WORKSPACE, json, &read, why);
    if (status == ESC_OK)
        *workspace = read;
    return status;
}
