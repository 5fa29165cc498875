/* document.c - places of a document, and functions that read them. What a value there is worth stands in value.c. */
#include "document_internal.h"

#include <stdlib.h>
#include <string.h>

/* Places of the whole body that were looked up last: with a thousand items each of them would look again. */
enum { KNOWN_MAX = 256 };

typedef struct Known {
    uint32_t path; /* row of DOCUMENT_PATHS + 1; 0: none */
    const EscJson *json;
} Known;

/* A text that was read as JSON: `inside` is NULL where it is none. */
typedef struct Opened {
    const EscJson *text, *inside;
    struct Opened *next;
} Opened;

struct EscDocument {
    const EscBundle *bundle;
    const EscListener *listener;
    EscConversion conversion;
    const EscJson *roots[ESC_DOCUMENT_ROOT_COUNT];
    Known known[KNOWN_MAX];
    Opened
        *opened; /* of what the roots are now, in the arena: as many as pointers have beginnings */
    size_t opened_bytes;
    char scratch[ESC_RUN_SCRATCH_MAX];
};

EscStatus esc_document_read(EscArena *arena, EscText text, const EscJson **json, EscWhy *why)
{
    static const EscJsonLimits limits = {ESC_DOCUMENT_DEPTH_MAX, ESC_DOCUMENT_VALUES_MAX};
    return esc_json_read(arena, text, &limits, json, why);
}

/* --- pointers ----------------------------------------------------------------------------------- */

/* One step of a pointer, with ~1 and ~0 decoded. False: it is malformed, or longer than any name. */
static bool decode_step(EscText step, char *out, size_t out_size)
{
    size_t at = 0;
    for (size_t i = 0; i < step.size; i++) {
        char c = step.data[i];
        if (c == '~') {
            char next = i + 1 < step.size ? step.data[++i] : '\0';
            if (next != '0' && next != '1')
                return false;
            c = next == '0' ? '~' : '/';
        }
        if (at + 1 >= out_size)
            return false;
        out[at++] = c;
    }
    out[at] = '\0';
    return true;
}

static const EscJson *item_at(const EscJson *list, size_t index)
{
    const EscJson *item = index < list->count ? list->first : NULL;
    for (; item != NULL && index > 0; index--)
        item = item->next;
    return item;
}

static const EscJson *take_step(const EscJson *json, const char *step)
{
    if (json->kind == ESC_JSON_OBJECT)
        return esc_json_member(json, esc_text_from(step));
    bool is_number = step[0] != '\0' && step[strspn(step, "0123456789")] == '\0' &&
                     (step[0] != '0' || step[1] == '\0');
    if (json->kind != ESC_JSON_LIST || !is_number)
        return NULL;
    return item_at(json, strtoul(step, NULL, 10)); /* too big: there is no such item */
}

/* The JSON that a text holds; NULL: it holds none. */
static const EscJson *inside_of(EscDocument *document, const EscJson *text)
{
    for (const Opened *one = document->opened; one != NULL; one = one->next)
        if (one->text == text)
            return one->inside;
    Opened *opened = esc_arena_alloc(document->conversion.arena, sizeof *opened);
    bool is_small = text->text.size <= ESC_DOCUMENT_OPENED_BYTES_MAX - document->opened_bytes;
    if (opened == NULL || !is_small) {
        document->conversion.is_cut = document->conversion.is_cut || !is_small;
        return NULL;
    }
    *opened = (Opened){.text = text, .next = document->opened};
    document->opened = opened;
    document->opened_bytes += text->text.size;
    if (esc_document_read(document->conversion.arena, text->text, &opened->inside, NULL) != ESC_OK)
        opened->inside = NULL;
    return opened->inside;
}

/* `document` NULL: no text is opened. */
static const EscJson *walk(EscDocument *document, const EscJson *json, EscText pointer)
{
    while (json != NULL && pointer.size > 0) {
        char step[256];
        if (pointer.data[0] != '/')
            return NULL;
        const char *end = memchr(pointer.data + 1, '/', pointer.size - 1);
        size_t size = end == NULL ? pointer.size - 1 : (size_t)(end - pointer.data) - 1;
        bool is_step = decode_step((EscText){pointer.data + 1, size}, step, sizeof step);
        if (document != NULL && json->kind == ESC_JSON_TEXT)
            json = inside_of(document, json);
        json = is_step && json != NULL ? take_step(json, step) : NULL;
        pointer = (EscText){pointer.data + 1 + size, pointer.size - 1 - size};
    }
    return json;
}

const EscJson *esc_document_find(const EscJson *json, EscText pointer)
{
    return walk(NULL, json, pointer);
}

const EscJson *esc_document_place(EscDocument *document, EscDocumentRoot root, EscText pointer)
{
    return walk(document, document->roots[root], pointer);
}

/* --- functions ---------------------------------------------------------------------------------- */

EscDocument *esc_document_new(const EscBundle *bundle, EscArena *arena)
{
    EscDocument *document = malloc(sizeof *document);
    if (document == NULL)
        return NULL;
    document->bundle = bundle;
    document->listener = NULL;
    document->conversion =
        (EscConversion){.program = esc_bundle_program(bundle), .arena = arena, .is_cut = false};
    memset(document->roots, 0, sizeof document->roots);
    memset(document->known, 0, sizeof document->known);
    document->opened = NULL;
    document->opened_bytes = 0;
    return document;
}

void esc_document_free(EscDocument *document)
{
    free(document);
}

void esc_document_set(EscDocument *document, EscDocumentRoot root, const EscJson *json)
{
    document->roots[root] = json;
    document->opened = NULL; /* with a thousand items it would be searched in vain */
    if (root != ESC_DOCUMENT_BODY)
        return;
    memset(document->known, 0, sizeof document->known);
    document->opened_bytes = 0;
}

void esc_document_listen(EscDocument *document, const EscListener *listener)
{
    document->listener = listener;
}

bool esc_document_was_cut(EscDocument *document)
{
    bool was_cut = document->conversion.is_cut;
    document->conversion.is_cut = false;
    return was_cut;
}

static const EscJson *place(EscDocument *document, uint32_t path)
{
    const EscProgram *program = document->conversion.program;
    const EscDocumentPathRow *row = &program->document_paths[path];
    EscText pointer = program->texts[row->pointer];
    if (row->root != ESC_DOCUMENT_BODY)
        return walk(document, document->roots[row->root], pointer);
    Known *known = &document->known[path % KNOWN_MAX];
    if (known->path != path + 1)
        *known = (Known){path + 1, walk(document, document->roots[row->root], pointer)};
    return known->json;
}

static EscStatus load(void *context, EscLoad what, uint32_t index, EscValue *value)
{
    EscDocument *document = context;
    if (what != ESC_LOAD_DOCUMENT)
        return ESC_TRAP; /* the verifier lets nothing else be read */
    return esc_document_value(&document->conversion,
                              &document->conversion.program->document_paths[index],
                              place(document, index), value);
}

/* Out of the run's scratch memory, which the next run takes. */
static EscStatus keep(EscArena *arena, EscValue *value)
{
    if (value->is_missing)
        return ESC_OK;
    if (esc_type_kind(value->type) == ESC_KIND_TEXT)
        value->text = esc_arena_text(arena, value->text);
    if (esc_type_kind(value->type) == ESC_KIND_LIST) {
        EscText *items = esc_arena_alloc_array(arena, value->list.count, sizeof *items);
        for (uint32_t i = 0; items != NULL && i < value->list.count; i++)
            items[i] = esc_arena_text(arena, value->list.items[i]);
        value->list.items = items;
    }
    return esc_arena_failed(arena) ? ESC_NO_MEMORY : ESC_OK;
}

EscStatus esc_document_gives(EscDocument *document, uint32_t function, int64_t now_ms,
                             EscValue *value, EscWhy *why)
{
    EscRun run;
    EscRunEnd end = ESC_RUN_ENDED;
    const EscHost host = {.context = document, .load = load, .listener = document->listener};
    esc_run_init(&run, document->bundle, function, NULL, 0, document->scratch,
                 sizeof document->scratch);
    EscStatus status = esc_run_go(&run, &host, now_ms, &end, why);
    if (status != ESC_OK)
        return status;
    if (end != ESC_RUN_GAVE)
        return esc_why(why, ESC_TRAP, "", 0, "function %u gives no value", (unsigned)function);
    document->conversion.is_cut = document->conversion.is_cut || run.cut_pc != ESC_NONE;
    *value = run.given;
    status = keep(document->conversion.arena, value);
    return status == ESC_OK ? ESC_OK : esc_why(why, status, "", 0, "no memory for a document");
}

EscStatus esc_document_holds(EscDocument *document, uint32_t function, int64_t now_ms, bool *holds,
                             EscWhy *why)
{
    EscValue value = {0};
    EscStatus status = esc_document_gives(document, function, now_ms, &value, why);
    *holds = status == ESC_OK && value.type == ESC_TYPE(ESC_KIND_BOOL) && value.truth;
    return status;
}
