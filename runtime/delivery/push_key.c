/* push_key.c - our key for push services (VAPID) where the configuration names none: a file of the data folder that nobody else may
 * read, made at the first start. Browsers are subscribed with its public half, so it stays. */
#include <esc/delivery.h>

#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

#include "push_crypt.h"

#define FILE_NAME "webpush.key"
#define FILE_BYTES_MAX 4096
#define PATH_BYTES_MAX 4096

static bool key_read(EscText text, uint8_t key[ESC_PUSH_KEY_BYTES])
{
    EscBuf bytes;
    uint8_t point[ESC_PUSH_POINT_BYTES];
    esc_buf_init(&bytes, FILE_BYTES_MAX);
    while (text.size > 0 && (unsigned char)text.data[text.size - 1] <= ' ')
        text.size--;
    bool is_key = esc_base64url_read(text, &bytes) && bytes.size == ESC_PUSH_KEY_BYTES &&
                  esc_push_point(esc_buf_as_bytes(&bytes), point);
    if (is_key)
        memcpy(key, bytes.data, ESC_PUSH_KEY_BYTES);
    if (bytes.data != NULL)
        OPENSSL_cleanse(bytes.data, bytes.size);
    esc_buf_release(&bytes);
    return is_key;
}

/* A number below the order of the curve: all but one in 2^32 of those drawn are. */
static void draw(const EscRandom *random, uint8_t key[ESC_PUSH_KEY_BYTES])
{
    uint8_t point[ESC_PUSH_POINT_BYTES];
    do
        random->fill(random->context, key, ESC_PUSH_KEY_BYTES);
    while (!esc_push_point((EscBytes){key, ESC_PUSH_KEY_BYTES}, point));
}

static EscStatus keep(const EscFiles *files, const char *path,
                      const uint8_t key[ESC_PUSH_KEY_BYTES], EscWhy *why)
{
    EscBuf text;
    esc_buf_init(&text, FILE_BYTES_MAX);
    esc_base64url_write(&text, (EscBytes){key, ESC_PUSH_KEY_BYTES});
    esc_buf_char(&text, '\n');
    EscStatus status = text.status;
    if (status == ESC_OK && files->replace == NULL)
        status = ESC_IO_FAILED;
    if (status == ESC_OK)
        status = files->replace(files->context, path, esc_buf_as_bytes(&text));
    if (text.data != NULL)
        OPENSSL_cleanse(text.data, text.size);
    esc_buf_release(&text);
    return status == ESC_OK ? status
                            : esc_why(why, status, "", 0,
                                      "the key for push services cannot be written to " FILE_NAME
                                      " in the data folder");
}

EscStatus esc_push_key_open(const EscFiles *files, const EscRandom *random, const char *data_folder,
                            uint8_t key[ESC_PUSH_KEY_BYTES], EscWhy *why)
{
    char path[PATH_BYTES_MAX];
    int length = snprintf(path, sizeof(path), "%s/" FILE_NAME, data_folder);
    if (length < 0 || (size_t)length >= sizeof(path))
        return esc_why(why, ESC_BAD_ARGUMENT, "", 0, "the data folder's path is too long");
    EscBuf text;
    esc_buf_init(&text, FILE_BYTES_MAX);
    EscStatus status = files->read(files->context, path, &text);
    bool is_key = status == ESC_OK && key_read(esc_buf_as_text(&text), key);
    if (text.data != NULL)
        OPENSSL_cleanse(text.data, text.size);
    esc_buf_release(&text);
    if (status == ESC_NOT_FOUND) {
        draw(random, key);
        return keep(files, path, key, why);
    }
    if (status != ESC_OK)
        return esc_why(why, status, "", 0, FILE_NAME " in the data folder: %s",
                       esc_status_text(status));
    if (!is_key)
        return esc_why(why, ESC_BAD_CONFIG, "", 0,
                       FILE_NAME
                       " in the data folder holds no private key (32 bytes as base64url)");
    if (files->is_open_to_others != NULL && files->is_open_to_others(files->context, path))
        return esc_why(why, ESC_BAD_CONFIG, "", 0,
                       FILE_NAME " in the data folder may be read by others: chmod 600 it");
    return ESC_OK;
}

bool esc_push_key_public(EscText secret, EscBuf *out)
{
    uint8_t point[ESC_PUSH_POINT_BYTES];
    if (secret.size != ESC_PUSH_KEY_BYTES ||
        !esc_push_point((EscBytes){(const uint8_t *)secret.data, secret.size}, point))
        return false;
    esc_base64url_write(out, (EscBytes){point, sizeof(point)});
    return true;
}
