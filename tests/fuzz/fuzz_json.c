/* fuzz_json.c - any bytes as JSON, beside an independent reader of it (jansson): both take the same texts and find the same
 * values in them. Where we differ on purpose the test says so: half a surrogate pair, which jansson refuses and we mend,
 * is left out; jansson overlooks a NUL behind a number. */
#include <esc/kit.h>

#include <math.h>
#include <string.h>

#include <jansson.h>

enum { ARENA_BYTES_MAX = 16 << 20, DEPTH_MAX = 64, VALUES_MAX = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void assert_same(const EscJson *ours, const json_t *theirs);

static void assert_same_text(EscText ours, const json_t *theirs)
{
    ESC_ASSERT(esc_utf8_is_valid(ours, NULL));
    ESC_ASSERT(
        esc_text_equal(ours, (EscText){json_string_value(theirs), json_string_length(theirs)}));
}

static void assert_same_items(const EscJson *ours, const json_t *theirs)
{
    ESC_ASSERT(ours->count == json_array_size(theirs));
    size_t place = 0;
    for (const EscJson *item = ours->first; item != NULL; item = item->next)
        assert_same(item, json_array_get(theirs, place++));
    ESC_ASSERT(place == ours->count);
}

static void assert_same_members(const EscJson *ours, const json_t *theirs)
{
    ESC_ASSERT(ours->count == json_object_size(theirs));
    for (const EscJson *member = ours->first; member != NULL; member = member->next) {
        ESC_ASSERT(esc_json_member(ours, member->name) == member);
        assert_same(member, json_object_getn(theirs, member->name.data, member->name.size));
    }
}

/* Bit for bit: zeros of both signs are different numbers. */
static void assert_same_real(double ours, double theirs)
{
    ESC_ASSERT(isfinite(ours));
    ESC_ASSERT(memcmp(&ours, &theirs, sizeof(ours)) == 0);
}

static void assert_same(const EscJson *ours, const json_t *theirs)
{
    static const int kinds[] = {[ESC_JSON_NULL] = JSON_NULL,  [ESC_JSON_FALSE] = JSON_FALSE,
                                [ESC_JSON_TRUE] = JSON_TRUE,  [ESC_JSON_INTEGER] = JSON_INTEGER,
                                [ESC_JSON_REAL] = JSON_REAL,  [ESC_JSON_TEXT] = JSON_STRING,
                                [ESC_JSON_LIST] = JSON_ARRAY, [ESC_JSON_OBJECT] = JSON_OBJECT};
    ESC_ASSERT(theirs != NULL && (int)json_typeof(theirs) == kinds[ours->kind]);
    if (ours->kind == ESC_JSON_INTEGER)
        ESC_ASSERT(ours->integer == json_integer_value(theirs));
    else if (ours->kind == ESC_JSON_REAL)
        assert_same_real(ours->real, json_real_value(theirs));
    else if (ours->kind == ESC_JSON_TEXT)
        assert_same_text(ours->text, theirs);
    else if (ours->kind == ESC_JSON_LIST)
        assert_same_items(ours, theirs);
    else if (ours->kind == ESC_JSON_OBJECT)
        assert_same_members(ours, theirs);
}

static bool has_surrogate_or_nul(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (data[i] == 0 || (i + 3 < size && data[i] == '\\' && data[i + 1] == 'u' &&
                             (data[i + 2] == 'd' || data[i + 2] == 'D') &&
                             strchr("89abcdefABCDEF", data[i + 3]) != NULL))
            return true;
    return false;
}

/* Where a value ends, the next one may begin: reading piece by piece finds the same as reading at once. */
static void assert_reads_at(EscArena *arena, EscText text, const EscJsonLimits *limits,
                            bool is_json)
{
    size_t at = 0;
    const EscJson *json = NULL;
    bool is_read = esc_json_read_at(arena, text, &at, limits, &json, NULL) == ESC_OK;
    ESC_ASSERT(is_read == (json != NULL));
    ESC_ASSERT(at <= text.size);
    ESC_ASSERT((is_read && at == text.size) == is_json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    EscText text = {(const char *)data, size};
    EscArena *arena = esc_arena_new(ARENA_BYTES_MAX);
    ESC_ASSERT(arena != NULL);
    EscJsonLimits limits = {.depth_max = DEPTH_MAX, .values_max = VALUES_MAX};
    const EscJson *ours = NULL;
    EscWhy why = {.text = ""};
    EscStatus status = esc_json_read(arena, text, &limits, &ours, &why);
    ESC_ASSERT((status == ESC_OK) == (ours != NULL));
    ESC_ASSERT(status == ESC_OK || (why.text[0] != '\0' && why.offset <= size));
    assert_reads_at(arena, text, &limits, status == ESC_OK);
    if (status != ESC_OVER_LIMIT && !has_surrogate_or_nul(data, size)) {
        json_t *theirs =
            json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
        ESC_ASSERT((status == ESC_OK) == (theirs != NULL));
        if (theirs != NULL)
            assert_same(ours, theirs);
        json_decref(theirs);
    }
    esc_arena_free(arena);
    return 0;
}
