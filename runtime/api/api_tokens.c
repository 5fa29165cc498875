/* api_tokens.c - bearer tokens: made, read from their file, recognised.
 *
 *   esc_<id>_<64 hex digits>      what the holder keeps; the prefix lets scanners find leaked ones
 *
 * A line of the file (the hash is that of the whole token):
 *
 *   <id>  <sha256 hex>  <workspace>  <principal>  <scope,scope…>
 *
 * The secret part has 256 random bits, so a plain hash is enough: there is nothing to guess. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "api_internal.h"

#define TOKEN_BYTES_MAX 256
#define TOKEN_SECRET_HEX 64
#define TOKEN_FIELDS 5
#define TOKEN_FILE_BYTES_MAX ((size_t)8 << 20)

static bool is_plain_word(EscText text)
{
    if (text.size == 0 || text.size > ESC_ID_BYTES_MAX)
        return false;
    for (size_t i = 0; i < text.size; i++)
        if ((unsigned char)text.data[i] <= ' ' || text.data[i] == '#' || text.data[i] == 0x7f)
            return false;
    return true;
}

EscStatus esc_token_make(const uint8_t random[32], EscText id, EscText workspace, EscText principal,
                         EscText scopes, EscBuf *token, EscBuf *line, EscWhy *why)
{
    uint32_t bits = 0;
    if (!is_plain_word(id) || id.size > 64 || memchr(id.data, '_', id.size) != NULL)
        return esc_why(why, ESC_BAD_ARGUMENT, "", 0,
                       "a token's id is one word of at most 64 bytes without `_`");
    if (!is_plain_word(workspace) || !is_plain_word(principal))
        return esc_why(why, ESC_BAD_ARGUMENT, "", 0, "workspace and principal are one word each");
    if (!esc_scopes_read(scopes, &bits))
        return esc_why(why, ESC_BAD_ARGUMENT, "", 0,
                       "scopes are events, read, act, start, people, audit, act-as, clock, "
                       "operate, with commas between");
    char hex[2 * 32 + 1];
    esc_hex((EscBytes){random, 32}, hex);
    esc_buf_clear(token);
    esc_buf_printf(token, "esc_%.*s_%s", ESC_TEXT_ARG(id), hex);
    uint8_t hash[32];
    esc_sha256(esc_buf_as_bytes(token), hash);
    esc_hex((EscBytes){hash, 32}, hex);
    esc_buf_printf(line, "%.*s  %s  %.*s  %.*s  %.*s", ESC_TEXT_ARG(id), hex,
                   ESC_TEXT_ARG(workspace), ESC_TEXT_ARG(principal), ESC_TEXT_ARG(scopes));
    return token->status != ESC_OK ? token->status : line->status;
}

static bool hash_from_hex(EscText hex, uint8_t hash[32])
{
    if (hex.size != TOKEN_SECRET_HEX)
        return false;
    for (size_t i = 0; i < 32; i++) {
        unsigned value = 0;
        for (size_t k = 0; k < 2; k++) {
            char c = hex.data[2 * i + k];
            if (c >= '0' && c <= '9')
                value = value * 16 + (unsigned)(c - '0');
            else if (c >= 'a' && c <= 'f')
                value = value * 16 + (unsigned)(c - 'a') + 10;
            else
                return false;
        }
        hash[i] = (uint8_t)value;
    }
    return true;
}

/* Splits at blanks; gives the number of words, TOKEN_FIELDS + 1 when there are more. */
static size_t split_words(EscText line, EscText words[TOKEN_FIELDS])
{
    size_t count = 0, at = 0;
    for (;;) {
        while (at < line.size &&
               (line.data[at] == ' ' || line.data[at] == '\t' || line.data[at] == '\r'))
            at++;
        if (at == line.size || line.data[at] == '#')
            return count;
        size_t start = at;
        while (at < line.size && line.data[at] != ' ' && line.data[at] != '\t' &&
               line.data[at] != '\r')
            at++;
        if (count == TOKEN_FIELDS)
            return count + 1;
        words[count++] = (EscText){line.data + start, at - start};
    }
}

static EscStatus read_line(EscTokens *tokens, EscText line, size_t *capacity, unsigned long number,
                           EscWhy *why)
{
    EscText words[TOKEN_FIELDS];
    size_t count = split_words(line, words);
    if (count == 0)
        return ESC_OK;
    EscToken token = {0};
    if (count != TOKEN_FIELDS || !hash_from_hex(words[1], token.hash) ||
        !esc_scopes_read(words[4], &token.scopes))
        return esc_why(
            why, ESC_BAD_CONFIG, "", number,
            "token file, line %lu: must be `id  sha256-hex  workspace  principal  scopes`", number);
    if (esc_names_find(tokens->ids, words[0], NULL))
        return esc_why(why, ESC_BAD_CONFIG, "", number,
                       "token file, line %lu: this id is there already", number);
    if (tokens->count == ESC_TOKENS_MAX)
        return esc_why(why, ESC_OVER_LIMIT, "", number, "token file: more than %d tokens",
                       ESC_TOKENS_MAX);
    tokens->items =
        esc_arena_grow(tokens->arena, tokens->items, tokens->count, capacity, sizeof(EscToken));
    if (tokens->items == NULL)
        return ESC_NO_MEMORY;
    token.id = esc_arena_text(tokens->arena, words[0]);
    token.workspace = esc_arena_text(tokens->arena, words[2]);
    token.principal = esc_arena_text(tokens->arena, words[3]);
    if (esc_arena_failed(tokens->arena))
        return ESC_NO_MEMORY;
    tokens->items[tokens->count++] = token;
    return esc_names_put(tokens->ids, token.id, tokens->count - 1);
}

EscStatus esc_tokens_parse(EscText text, uint64_t hash_seed, EscTokens **out, EscWhy *why)
{
    EscTokens *tokens = calloc(1, sizeof(*tokens));
    *out = NULL;
    if (tokens != NULL) {
        tokens->arena = esc_arena_new((size_t)32 << 20);
        tokens->ids = esc_names_new(hash_seed);
    }
    EscStatus status =
        tokens == NULL || tokens->arena == NULL || tokens->ids == NULL ? ESC_NO_MEMORY : ESC_OK;
    if (status == ESC_OK)
        esc_sha256((EscBytes){(const uint8_t *)text.data, text.size}, tokens->hash);
    size_t capacity = 0;
    for (unsigned long number = 1; status == ESC_OK && text.size > 0; number++) {
        const char *end = memchr(text.data, '\n', text.size);
        EscText line = {text.data, end == NULL ? text.size : (size_t)(end - text.data)};
        status = read_line(tokens, line, &capacity, number, why);
        size_t used = line.size + (end == NULL ? 0 : 1);
        text = (EscText){text.data + used, text.size - used};
    }
    if (status == ESC_OK)
        *out = tokens;
    else
        esc_tokens_free(tokens);
    return status;
}

EscStatus esc_tokens_load(const EscFiles *files, EscText path, const char *data_folder,
                          uint64_t hash_seed, EscTokens **out, EscWhy *why)
{
    char name[4096];
    int length = path.size > 0 ? snprintf(name, sizeof(name), "%.*s", ESC_TEXT_ARG(path))
                               : snprintf(name, sizeof(name), "%s/tokens", data_folder);
    if (length < 0 || (size_t)length >= sizeof(name))
        return esc_why(why, ESC_BAD_CONFIG, "", 0, "the name of the token file is too long");
    EscBuf text;
    esc_buf_init(&text, TOKEN_FILE_BYTES_MAX);
    EscStatus status = files->read(files->context, name, &text);
    if (status == ESC_NOT_FOUND && path.size == 0)
        status =
            esc_tokens_parse((EscText){0}, hash_seed, out, why); /* nobody may do anything yet */
    else if (status != ESC_OK)
        status = esc_why(why, ESC_BAD_CONFIG, "", 0, "the token file %s cannot be read", name);
    else
        status = esc_tokens_parse(esc_buf_as_text(&text), hash_seed, out, why);
    esc_buf_release(&text);
    return status;
}

void esc_tokens_hash(const EscTokens *tokens, uint8_t hash[32])
{
    memcpy(hash, tokens->hash, sizeof(tokens->hash));
}

void esc_tokens_free(EscTokens *tokens)
{
    if (tokens == NULL)
        return;
    esc_names_free(tokens->ids);
    esc_arena_free(tokens->arena);
    free(tokens);
}

const EscToken *esc_tokens_find(const EscTokens *tokens, EscText presented)
{
    static const EscToken nobody = {.hash = {0}};
    const EscToken *found = &nobody;
    EscText prefix = ESC_TEXT("esc_");
    bool has_form = presented.size <= TOKEN_BYTES_MAX &&
                    presented.size > prefix.size + 1 + TOKEN_SECRET_HEX &&
                    esc_text_starts_with(presented, prefix);
    if (has_form) {
        EscText id = {presented.data + prefix.size,
                      presented.size - prefix.size - 1 - TOKEN_SECRET_HEX};
        uint32_t index = 0;
        if (esc_names_find(tokens->ids, id, &index))
            found = &tokens->items[index];
    }
    uint8_t hash[32];
    EscText hashed =
        presented.size <= TOKEN_BYTES_MAX ? presented : (EscText){presented.data, TOKEN_BYTES_MAX};
    esc_sha256((EscBytes){(const uint8_t *)hashed.data, hashed.size}, hash);
    bool is_equal = CRYPTO_memcmp(hash, found->hash, sizeof(hash)) == 0;
    return is_equal && found != &nobody ? found : NULL;
}

bool esc_tokens_hold(const EscTokens *tokens, EscText id, const uint8_t hash[32])
{
    uint32_t index = 0;
    return tokens != NULL && esc_names_find(tokens->ids, id, &index) &&
           CRYPTO_memcmp(tokens->items[index].hash, hash, sizeof(tokens->items[index].hash)) == 0;
}
