/* map.c - a body as its items. Each is looked at for itself: what cannot be mapped is kept, and keeps nobody up. */
#include "sources_internal.h"

#include <string.h>

uint32_t esc_source_find(const EscProgram *program, EscText name)
{
    for (uint32_t i = 0; i < program->sources_count; i++)
        if (esc_text_equal(program->texts[program->sources[i].name], name))
            return i;
    return ESC_NONE;
}

/* Programs put \u0000 where they had no text, and no text of ours holds it: six characters become six others. */
static EscText mended(EscArena *arena, EscText body)
{
    EscText copy = esc_arena_text(arena, body);
    char *data = (char *)(uintptr_t)copy.data; /* the arena's copy is ours alone */
    if (esc_arena_failed(arena))
        return (EscText){0};
    for (size_t i = 0; i + 1 < copy.size; i++) {
        if (data[i] != '\\')
            continue;
        if (data[i + 1] == 'u' && i + 6 <= copy.size && memcmp(data + i + 2, "0000", 4) == 0)
            memcpy(data + i + 2, "fffd", 4);
        i++; /* what an escape says is none itself */
    }
    return copy;
}

/* What of the body has room, over all of its items: M11.6. */
static EscText keep(EscMapping *mapping, EscText source, size_t *left)
{
    EscText kept = esc_arena_text(mapping->arena, esc_utf8_cut(source, *left));
    *left -= kept.size;
    return kept;
}

static EscStatus map_one(EscMapping *mapping, const EscJson *json, EscSourceItem *item,
                         size_t *left)
{
    *item = (EscSourceItem){.is_mapped = false};
    esc_document_set(mapping->document, ESC_DOCUMENT_ITEM, json);
    EscStatus status = esc_source_event(mapping, json, item);
    if (status == ESC_OK && !item->is_mapped)
        item->kept = keep(mapping, json->source, left);
    return status == ESC_OK && esc_arena_failed(mapping->arena) ? ESC_NO_MEMORY : status;
}

/* The last place is for what is behind the items that are taken. */
static EscStatus map_list(EscMapping *mapping, const EscJson *list, EscSourceItem *items,
                          uint32_t *count)
{
    size_t left = ESC_SOURCE_KEPT_BYTES_MAX;
    EscStatus status = ESC_OK;
    *count = 0;
    for (const EscJson *json = list->first; json != NULL && status == ESC_OK; json = json->next) {
        if (*count == ESC_SOURCE_ITEMS_MAX) {
            items[(*count)++] = (EscSourceItem){
                .why = esc_arena_printf(
                    mapping->arena,
                    "%u items are too many: this is the first of %u behind the first %u",
                    (unsigned)list->count, (unsigned)list->count - ESC_SOURCE_ITEMS_MAX,
                    (unsigned)ESC_SOURCE_ITEMS_MAX),
                .kept = keep(mapping, json->source, &left)};
            break;
        }
        status = map_one(mapping, json, &items[(*count)++], &left);
    }
    return status;
}

/* What the sender says that it left out: a number of things, a truth, their names. */
static EscStatus find_left_out(EscMapping *mapping, EscText *left_out)
{
    EscValue value;
    if (mapping->row->left_out == 0)
        return ESC_OK;
    EscStatus status = esc_document_gives(mapping->document, mapping->row->left_out - 1,
                                          mapping->now_ms, &value, mapping->why);
    bool is_nothing = status != ESC_OK || value.is_missing ||
                      esc_text_equal(value.text, ESC_TEXT("0")) ||
                      esc_text_equal(value.text, ESC_TEXT("false"));
    *left_out = is_nothing ? (EscText){0} : value.text;
    return status;
}

static EscStatus map_body(EscMapping *mapping, const EscJson *body, EscSourceItem **items,
                          uint32_t *count)
{
    size_t left = ESC_SOURCE_KEPT_BYTES_MAX;
    EscText pointer =
        mapping->row->each == 0 ? (EscText){0} : mapping->program->texts[mapping->row->each - 1];
    const EscJson *list = mapping->row->each == 0
                              ? NULL
                              : esc_document_place(mapping->document, ESC_DOCUMENT_BODY, pointer);
    bool is_list = list != NULL && list->kind == ESC_JSON_LIST;
    uint32_t room =
        is_list && list->count < ESC_SOURCE_ITEMS_MAX ? list->count : ESC_SOURCE_ITEMS_MAX;
    *items = esc_arena_alloc_array(mapping->arena, (size_t)room + 1, sizeof **items);
    if (*items == NULL)
        return ESC_NO_MEMORY;
    if (is_list)
        return map_list(mapping, list, *items, count);
    *count = 1;
    if (mapping->row->each == 0)
        return map_one(mapping, body, *items, &left);
    **items = (EscSourceItem){.why = ESC_TEXT("there is no list where the source goes through one"),
                              .kept = keep(mapping, body->source, &left)};
    return ESC_OK;
}

/* The document of a request: its body as JSON, its headers. */
static EscStatus read_sent(EscMapping *mapping, const EscSourceSent *sent, const EscJson **body)
{
    EscText text = sent->body;
    EscStatus status = ESC_OK;
    if (esc_source_is_form(sent->type, sent->body))
        status = esc_source_form(mapping->arena, sent->body, &text, mapping->why);
    if (status == ESC_OK)
        text = mended(mapping->arena, text);
    if (status == ESC_OK && esc_arena_failed(mapping->arena))
        return ESC_NO_MEMORY;
    if (status == ESC_OK)
        status = esc_document_read(mapping->arena, text, body, mapping->why);
    if (status != ESC_OK)
        return status;
    const EscJson *headers =
        esc_source_headers(mapping->arena, mapping->program, mapping->row, sent);
    esc_document_set(mapping->document, ESC_DOCUMENT_HEADERS, headers);
    esc_document_set(mapping->document, ESC_DOCUMENT_BODY, *body);
    return headers == NULL ? ESC_NO_MEMORY : ESC_OK;
}

EscStatus esc_source_map(EscArena *arena, const EscBundle *bundle, uint32_t source,
                         const EscSourceSent *sent, const EscListener *listener,
                         EscSourceFound *found, EscWhy *why)
{
    const EscProgram *program = esc_bundle_program(bundle);
    EscMapping mapping = {.arena = arena,
                          .bundle = bundle,
                          .program = program,
                          .row = &program->sources[source],
                          .document = esc_document_new(bundle, arena),
                          .now_ms = sent->now_ms,
                          .why = why};
    const EscJson *json = NULL;
    *found = (EscSourceFound){0};
    EscStatus status = mapping.document == NULL ? ESC_NO_MEMORY : read_sent(&mapping, sent, &json);
    if (status == ESC_OK) {
        esc_document_listen(mapping.document, listener);
        status = map_body(&mapping, json, &found->items, &found->count);
    }
    if (status == ESC_OK)
        status = find_left_out(&mapping, &found->left_out);
    esc_document_free(mapping.document);
    return status == ESC_NO_MEMORY ? esc_why(why, status, "", 0, "no memory for a request")
                                   : status;
}
