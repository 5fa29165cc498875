/* session_file.c - sessions and asks as bytes: a JSON object a line.
 *
 *   {"format":1,"key":"64 digits"}
 *   {"session":"16 digits","hash":"64 digits","program":false,"client":"acme","person":"ana","mail":"ana@x.example",
 *    "subject":"","title":"","agent":"Firefox","began":ms,"used":ms}
 *   {"ask":"16 digits","nonce":"64 digits","client":"acme","person":"ana","mail":"ana@x.example","at":ms}
 *
 * It holds no secret of a session: whoever reads it is not logged in by that. The key proves links that lead to an ask,
 * and an ask is the browser's that made it. A line that cannot be read costs itself alone. */
#include <stdlib.h>
#include <string.h>

#include "session_internal.h"

#define LINE_BYTES_MAX ((size_t)65536)

static void hex_member(EscBuf *out, const char *name, const uint8_t *bytes, size_t size)
{
    char hex[2 * 32 + 1];
    esc_hex((EscBytes){bytes, size}, hex);
    esc_buf_printf(out, "\"%s\":\"%s\",", name, hex);
}

static void text_member(EscBuf *out, const char *name, EscText value)
{
    esc_buf_printf(out, "\"%s\":", name);
    esc_json_text(out, value);
    esc_buf_char(out, ',');
}

static void write_who(EscBuf *out, const EscIdentity *who)
{
    text_member(out, "client", who->client);
    text_member(out, "person", who->person);
    text_member(out, "mail", who->mail);
    text_member(out, "subject", who->subject);
    text_member(out, "title", who->title);
}

void esc_session_file_write(const EscSessions *sessions, EscBuf *out)
{
    esc_buf_string(out, "{\"format\":1,");
    hex_member(out, "key", sessions->key, sizeof(sessions->key));
    out->size -= out->size > 0; /* the comma */
    esc_buf_string(out, "}\n");
    for (size_t i = 0; i < sessions->count; i++) {
        const EscSession *one = &sessions->items[i];
        esc_buf_printf(out, "{\"session\":\"%016llx\",", (unsigned long long)one->id);
        hex_member(out, "hash", one->hash, sizeof(one->hash));
        esc_buf_printf(out, "\"program\":%s,", one->is_program ? "true" : "false");
        write_who(out, &one->who);
        text_member(out, "agent", one->agent);
        esc_buf_printf(out, "\"began\":%lld,\"used\":%lld}\n", (long long)one->began_ms,
                       (long long)one->used_ms);
    }
    for (size_t i = 0; i < sessions->asks_count; i++) {
        const EscAsk *ask = &sessions->asks[i];
        esc_buf_printf(out, "{\"ask\":\"%016llx\",", (unsigned long long)ask->id);
        hex_member(out, "nonce", ask->nonce_hash, sizeof(ask->nonce_hash));
        write_who(out, &ask->who);
        esc_buf_printf(out, "\"at\":%lld}\n", (long long)ask->at_ms);
    }
}

/* --- back --------------------------------------------------------------------------------------- */

static EscText text_of(const EscJson *line, const char *name)
{
    return esc_json_text_or(esc_json_member(line, esc_text_from(name)), (EscText){"", 0});
}

static bool time_of(const EscJson *line, const char *name, int64_t *out)
{
    const EscJson *value = esc_json_member(line, esc_text_from(name));
    if (value == NULL || value->kind != ESC_JSON_INTEGER || value->integer < 0)
        return false;
    *out = value->integer;
    return true;
}

static bool id_of(const EscJson *line, const char *name, uint64_t *out)
{
    uint8_t bytes[8];
    if (!esc_hex_read(text_of(line, name), bytes, sizeof(bytes)))
        return false;
    *out = 0;
    for (size_t i = 0; i < sizeof(bytes); i++)
        *out = *out << 8 | bytes[i];
    return *out != 0;
}

static EscIdentity who_of(const EscJson *line)
{
    return (EscIdentity){.client = text_of(line, "client"),
                         .person = text_of(line, "person"),
                         .mail = text_of(line, "mail"),
                         .subject = text_of(line, "subject"),
                         .title = text_of(line, "title")};
}

static bool read_session(EscSessions *sessions, const EscJson *line)
{
    const EscJson *program = esc_json_member(line, ESC_TEXT("program"));
    EscSession one = {.who = who_of(line), .agent = text_of(line, "agent")};
    if (!id_of(line, "session", &one.id) ||
        !esc_hex_read(text_of(line, "hash"), one.hash, sizeof(one.hash)) ||
        program == NULL || (program->kind != ESC_JSON_TRUE && program->kind != ESC_JSON_FALSE) ||
        !time_of(line, "began", &one.began_ms) || !time_of(line, "used", &one.used_ms))
        return false;
    one.is_program = program->kind == ESC_JSON_TRUE;
    one.block = esc_identity_copy(&one.who, &one.agent);
    return one.block != NULL && esc_session_put(sessions, &one);
}

static bool read_ask(EscSessions *sessions, const EscJson *line)
{
    EscText nothing = {"", 0};
    EscAsk ask = {.who = who_of(line)};
    if (!id_of(line, "ask", &ask.id) ||
        !esc_hex_read(text_of(line, "nonce"), ask.nonce_hash, sizeof(ask.nonce_hash)) ||
        !time_of(line, "at", &ask.at_ms))
        return false;
    ask.block = esc_identity_copy(&ask.who, &nothing);
    return ask.block != NULL && esc_asks_put(sessions, &ask);
}

static bool read_line(EscSessions *sessions, EscArena *arena, EscText text, bool *has_key)
{
    static const EscJsonLimits limits = {.depth_max = 2, .values_max = 64};
    const EscJson *line = NULL;
    if (text.size > LINE_BYTES_MAX || esc_json_read(arena, text, &limits, &line, NULL) != ESC_OK ||
        line->kind != ESC_JSON_OBJECT)
        return false;
    if (esc_json_member(line, ESC_TEXT("session")) != NULL)
        return read_session(sessions, line);
    if (esc_json_member(line, ESC_TEXT("ask")) != NULL)
        return read_ask(sessions, line);
    bool is_key = esc_hex_read(text_of(line, "key"), sessions->key, sizeof(sessions->key));
    *has_key = *has_key || is_key;
    return is_key;
}

size_t esc_session_file_read(EscSessions *sessions, EscText text, bool *has_key)
{
    size_t wrong = 0;
    EscArena *arena = esc_arena_new((size_t)1 << 20);
    *has_key = false;
    while (arena != NULL && text.size > 0) {
        const char *end = memchr(text.data, '\n', text.size);
        size_t size = end == NULL ? text.size : (size_t)(end - text.data);
        wrong += !read_line(sessions, arena, (EscText){text.data, size}, has_key);
        esc_arena_clear(arena);
        size += end != NULL;
        text = (EscText){text.data + size, text.size - size};
    }
    esc_arena_free(arena);
    return wrong;
}
