/* canonical.c - a JSON value as bytes that do not depend on the order of its members or on white space, for its hash. Numbers
 * are taken in their own words, so 1 and 1.0 are two. Depth is bounded by ESC_DOCUMENT_DEPTH_MAX. */
#include "sources_internal.h"

#include <stdlib.h>

static int compare_names(const void *a, const void *b)
{
    return esc_text_compare((*(const EscJson *const *)a)->name, (*(const EscJson *const *)b)->name);
}

static bool write_value(EscBuf *out, const EscJson *json);

static bool write_object(EscBuf *out, const EscJson *json)
{
    const EscJson **members = calloc((size_t)json->count + 1, sizeof *members);
    uint32_t count = 0;
    if (members == NULL)
        return false;
    for (const EscJson *member = json->first; member != NULL; member = member->next)
        members[count++] = member;
    qsort(members, count, sizeof *members, compare_names);
    bool is_fine = true;
    esc_buf_char(out, '{');
    for (uint32_t i = 0; i < count && is_fine; i++) {
        esc_buf_string(out, i == 0 ? "" : ",");
        esc_json_text(out, members[i]->name);
        esc_buf_char(out, ':');
        is_fine = write_value(out, members[i]);
    }
    esc_buf_char(out, '}');
    free(members);
    return is_fine;
}

static bool write_list(EscBuf *out, const EscJson *json)
{
    bool is_fine = true;
    esc_buf_char(out, '[');
    for (const EscJson *item = json->first; item != NULL && is_fine; item = item->next) {
        esc_buf_string(out, item == json->first ? "" : ",");
        is_fine = write_value(out, item);
    }
    esc_buf_char(out, ']');
    return is_fine;
}

static bool write_value(EscBuf *out, const EscJson *json)
{
    if (json->kind == ESC_JSON_OBJECT)
        return write_object(out, json);
    if (json->kind == ESC_JSON_LIST)
        return write_list(out, json);
    if (json->kind == ESC_JSON_TEXT)
        esc_json_text(out, json->text); /* whatever escapes it came with */
    else
        esc_buf_text(out, json->source);
    return true;
}

bool esc_source_hash(const EscJson *json, uint8_t hash[32])
{
    EscBuf bytes;
    esc_buf_init(&bytes, 8 * ESC_SOURCE_BODY_BYTES_MAX);
    bool is_fine = write_value(&bytes, json) && bytes.status == ESC_OK;
    if (is_fine)
        esc_sha256(esc_buf_as_bytes(&bytes), hash);
    esc_buf_release(&bytes);
    return is_fine;
}
