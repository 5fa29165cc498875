/* link_keys.c - the keys that sign links: a file of the data folder that nobody else may read, made at the first start. */
#include <esc/links.h>

#include <stdio.h>
#include <string.h>

#define FILE_NAME "links.keys"
#define FILE_BYTES_MAX 4096
#define PATH_BYTES_MAX 4096

static EscText next_line(EscText *rest)
{
    const char *end = memchr(rest->data, '\n', rest->size);
    EscText line = {rest->data, end == NULL ? rest->size : (size_t)(end - rest->data)};
    size_t used = line.size + (end != NULL);
    *rest = (EscText){rest->data + used, rest->size - used};
    while (line.size > 0 && (unsigned char)line.data[line.size - 1] <= ' ')
        line.size--;
    return line;
}

EscStatus esc_link_keys_read(EscText text, EscLinkKeys *keys, EscWhy *why)
{
    unsigned number = 0;
    *keys = (EscLinkKeys){.count = 0};
    while (text.size > 0) {
        EscText line = next_line(&text);
        number++;
        if (line.size == 0 || line.data[0] == '#')
            continue;
        if (keys->count == ESC_LINK_KEYS_MAX)
            return esc_why(why, ESC_BAD_CONFIG, "", 0, "line %u: there are more than %d keys",
                           number, ESC_LINK_KEYS_MAX);
        if (!esc_hex_read(line, keys->keys[keys->count], ESC_LINK_KEY_BYTES))
            return esc_why(why, ESC_BAD_CONFIG, "", 0,
                           "line %u: a key has 64 hexadecimal digits, and nothing else", number);
        keys->count++;
    }
    return keys->count > 0 ? ESC_OK : esc_why(why, ESC_BAD_CONFIG, "", 0, "there is no key in it");
}

void esc_link_keys_write(EscBuf *out, const EscLinkKeys *keys)
{
    esc_buf_string(out, "# Keys of the links in messages: the first one signs, what the second "
                        "has signed holds as well.\n");
    for (uint32_t i = 0; i < keys->count; i++) {
        char hex[2 * ESC_LINK_KEY_BYTES + 1];
        esc_hex((EscBytes){keys->keys[i], ESC_LINK_KEY_BYTES}, hex);
        esc_buf_printf(out, "%s\n", hex);
    }
}

/* The one that signed until now comes second. */
static void draw(const EscRandom *random, EscLinkKeys *keys)
{
    if (keys->count > 0)
        memcpy(keys->keys[1], keys->keys[0], ESC_LINK_KEY_BYTES);
    keys->count = keys->count == 0 ? 1 : ESC_LINK_KEYS_MAX;
    random->fill(random->context, keys->keys[0], ESC_LINK_KEY_BYTES);
}

static EscStatus keep(const EscFiles *files, const char *path, const EscLinkKeys *keys, EscWhy *why)
{
    EscBuf text;
    esc_buf_init(&text, FILE_BYTES_MAX);
    esc_link_keys_write(&text, keys);
    EscStatus status = text.status;
    if (status == ESC_OK && files->replace == NULL)
        status = ESC_IO_FAILED;
    if (status == ESC_OK)
        status = files->replace(files->context, path, esc_buf_as_bytes(&text));
    esc_buf_release(&text);
    return status == ESC_OK
               ? status
               : esc_why(why, status, "", 0,
                         "the keys of links cannot be written to " FILE_NAME " in the data folder");
}

EscStatus esc_link_keys_open(const EscFiles *files, const EscRandom *random,
                             const char *data_folder, bool is_new, EscLinkKeys *keys, EscWhy *why)
{
    char path[PATH_BYTES_MAX];
    int length = snprintf(path, sizeof(path), "%s/" FILE_NAME, data_folder);
    if (length < 0 || (size_t)length >= sizeof(path))
        return esc_why(why, ESC_BAD_ARGUMENT, "", 0, "the data folder's path is too long");
    EscBuf text;
    EscWhy wrong = {.text = ""};
    esc_buf_init(&text, FILE_BYTES_MAX);
    *keys = (EscLinkKeys){.count = 0};
    EscStatus status = files->read(files->context, path, &text);
    bool is_there = status != ESC_NOT_FOUND;
    if (status == ESC_OK)
        status = esc_link_keys_read(esc_buf_as_text(&text), keys, &wrong);
    esc_buf_release(&text);
    if (is_there && status != ESC_OK)
        return esc_why(why, status, "", 0, FILE_NAME " in the data folder: %s",
                       wrong.text[0] != '\0' ? wrong.text : esc_status_text(status));
    if (is_there && files->is_open_to_others != NULL &&
        files->is_open_to_others(files->context, path))
        return esc_why(why, ESC_BAD_CONFIG, "", 0,
                       FILE_NAME " in the data folder may be read by others: chmod 600 it, or "
                                 "delete it and no former link holds");
    if (is_there && !is_new)
        return ESC_OK;
    draw(random, keys);
    return keep(files, path, keys, why);
}
