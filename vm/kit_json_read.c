/* kit_json_read.c - JSON (RFC 8259) as a tree that is only read, in an arena, in one pass over the text.
 *
 * Strict: no duplicate members, no NUL, no number that is not one of the standard's, none that leaves int64_t or
 * double, valid UTF-8 only. Depth and number of values are counted while reading, so hostile text costs what
 * the limits allow and not what it asks for. Texts without an escape are borrowed from the input, the rest is unescaped
 * into the arena.
 *
 * A library (jansson) reads an event at 12 µs, more than deciding and storing it cost together; it is
 * the oracle of tests/fuzz/fuzz_json.c instead. Not here: writing (kit_json.c). */
#include <esc/kit.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Up to so many members each is compared with each; beyond, they are sorted. */
#define COMPARED_MEMBERS_MAX 12
/* 10^22 is the largest power of ten, and 2^53 the largest whole number, up to which a double holds each exactly. */
#define EXACT_POWER_MAX 22
#define EXACT_WHOLE_MAX (UINT64_C(1) << 53)
#define REPLACEMENT 0xFFFD /* for half a surrogate pair */

typedef struct Reader {
    EscArena *arena;
    const char *from, *at, *end;
    uint32_t values_left, depth_left;
    EscStatus status;
    EscWhy *why;
} Reader;

/* --- errors ------------------------------------------------------------------------------------------ */

static bool fail(Reader *reader, EscStatus status, const char *at, const char *text)
{
    if (reader->status == ESC_OK)
        reader->status =
            esc_why(reader->why, status, "JSON", (uint64_t)(at - reader->from), "%s", text);
    return false;
}

static bool malformed(Reader *reader, const char *text)
{
    return fail(reader, ESC_BAD_INPUT, reader->at, text);
}

static bool no_memory(Reader *reader)
{
    return fail(reader, ESC_NO_MEMORY, reader->at, "no memory for a JSON text");
}

/* --- characters -------------------------------------------------------------------------------------- */

static void skip_space(Reader *reader)
{
    while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\n' ||
                                        *reader->at == '\t' || *reader->at == '\r'))
        reader->at++;
}

/* The next character; '\0' at the end, where a NUL in the text is no valid character either. */
static char peek(const Reader *reader)
{
    return reader->at < reader->end ? *reader->at : '\0';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* --- texts ------------------------------------------------------------------------------------------- */

/* Four hexadecimal digits from `at` on; -1 when they are not there. */
static int32_t hex4(const char *at, const char *end)
{
    if (end - at < 4)
        return -1;
    int32_t value = 0;
    for (int i = 0; i < 4; i++) {
        int digit = esc_hex_value(at[i]);
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

static char *put_utf8(char *out, uint32_t character)
{
    if (character < 0x80) {
        *out++ = (char)character;
    } else if (character < 0x800) {
        *out++ = (char)(0xC0 | character >> 6);
        *out++ = (char)(0x80 | (character & 0x3F));
    } else if (character < 0x10000) {
        *out++ = (char)(0xE0 | character >> 12);
        *out++ = (char)(0x80 | (character >> 6 & 0x3F));
        *out++ = (char)(0x80 | (character & 0x3F));
    } else {
        *out++ = (char)(0xF0 | character >> 18);
        *out++ = (char)(0x80 | (character >> 12 & 0x3F));
        *out++ = (char)(0x80 | (character >> 6 & 0x3F));
        *out++ = (char)(0x80 | (character & 0x3F));
    }
    return out;
}

/* What stands behind "\u" at *at, which moves behind it. Programs cut texts between the halves of a surrogate pair, so half
 * a pair is what Unicode (3.9, D93b) puts for it and no reason to lose the rest. */
static bool read_unicode(Reader *reader, const char **at, uint32_t *character)
{
    int32_t unit = hex4(*at, reader->end);
    if (unit < 0)
        return malformed(reader, "\\u wants four hexadecimal digits");
    if (unit == 0)
        return malformed(reader, "\\u0000 is not taken");
    *at += 4;
    *character = (uint32_t)unit;
    if (unit < 0xD800 || unit > 0xDFFF)
        return true;
    bool has_low = unit < 0xDC00 && reader->end - *at >= 6 && (*at)[0] == '\\' && (*at)[1] == 'u';
    int32_t low = has_low ? hex4(*at + 2, reader->end) : -1;
    if (low < 0xDC00 || low > 0xDFFF) {
        *character = REPLACEMENT;
        return true;
    }
    *at += 6;
    *character = 0x10000 + (((uint32_t)unit - 0xD800) << 10) + ((uint32_t)low - 0xDC00);
    return true;
}

static bool read_escape(Reader *reader, const char **at, char **out)
{
    static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    char letter = *at < reader->end ? *(*at)++ : '\0';
    if (letter == 'u') {
        uint32_t character = 0;
        if (!read_unicode(reader, at, &character))
            return false;
        *out = put_utf8(*out, character);
        return true;
    }
    const char *known = letter == '\0' ? NULL : strchr(letters, letter);
    if (known == NULL)
        return malformed(reader, "there is no such escape");
    *(*out)++ = meanings[known - letters];
    return true;
}

/* The text between `from` and `to`, whose escapes are not longer when they are unescaped. */
static bool unescape(Reader *reader, const char *from, const char *to, EscText *text)
{
    char *out = esc_arena_alloc(reader->arena, (size_t)(to - from) + 1);
    if (out == NULL)
        return no_memory(reader);
    text->data = out;
    for (const char *at = from; at < to;) {
        reader->at = at;
        if (*at != '\\') {
            *out++ = *at++;
            continue;
        }
        at++;
        if (!read_escape(reader, &at, &out))
            return false;
    }
    text->size = (size_t)(out - text->data);
    return true;
}

/* The reader stands on the opening quote and moves behind the closing one. */
static bool read_text(Reader *reader, EscText *text)
{
    const char *from = ++reader->at, *at = from;
    bool has_escape = false;
    unsigned char seen =
        0; /* all bits that occur: the highest says whether there is more than ASCII */
    for (; at < reader->end && *at != '"'; at++) {
        seen |= (unsigned char)*at;
        if (*at == '\\') {
            has_escape = true;
            at++; /* the next one belongs to it, a quote too */
        } else if ((unsigned char)*at < 0x20) {
            reader->at = at;
            return malformed(reader, "a text has a control character that is not escaped");
        }
    }
    if (at >= reader->end)
        return malformed(reader, "a text does not end");
    *text = (EscText){from, (size_t)(at - from)};
    size_t bad_at = 0;
    if (seen >= 0x80 && !esc_utf8_is_valid(*text, &bad_at)) {
        reader->at = from + bad_at;
        return malformed(reader, "a text is not valid UTF-8");
    }
    if (has_escape && !unescape(reader, from, at, text))
        return false;
    reader->at = at + 1;
    return true;
}

/* --- numbers ----------------------------------------------------------------------------------------- */

typedef struct Number {
    const char *from;
    uint64_t whole;   /* all digits, without the point, as far as they fit */
    uint32_t digits;  /* of these, without zeros in front */
    int64_t exponent; /* of ten */
    bool is_negative, is_real, is_cut;
} Number;

static void take_digit(Number *number, char digit)
{
    if (number->whole == 0 && digit == '0')
        return;
    number->digits++;
    if (number->whole > (UINT64_MAX - 9) / 10)
        number->is_cut = true;
    else
        number->whole = number->whole * 10 + (uint64_t)(digit - '0');
}

static bool take_digits(Reader *reader, Number *number, bool is_fraction)
{
    if (!is_digit(peek(reader)))
        return malformed(reader, "a digit is wanted");
    for (; is_digit(peek(reader)); reader->at++) {
        take_digit(number, *reader->at);
        number->exponent -= is_fraction ? 1 : 0;
    }
    return true;
}

static bool take_exponent(Reader *reader, Number *number)
{
    reader->at++;
    bool is_negative = peek(reader) == '-';
    reader->at += is_negative || peek(reader) == '+' ? 1 : 0;
    if (!is_digit(peek(reader)))
        return malformed(reader, "an exponent wants a digit");
    int64_t exponent = 0;
    for (; is_digit(peek(reader)); reader->at++)
        exponent = exponent > INT32_MAX ? exponent : exponent * 10 + (*reader->at - '0');
    number->exponent += is_negative ? -exponent : exponent;
    return true;
}

/* Digits and an exponent without a point: so strtod reads the same in every locale. */
static bool read_slowly(Reader *reader, const Number *number, double *value)
{
    size_t size = (size_t)(reader->at - number->from) + 24;
    EscBuf text;
    esc_buf_init(&text, size);
    for (const char *at = number->from; at < reader->at && *at != 'e' && *at != 'E'; at++)
        if (*at != '.')
            esc_buf_char(&text, *at);
    esc_buf_char(&text, 'e');
    esc_buf_number(&text, number->exponent);
    esc_buf_char(&text, '\0');
    bool is_fine = text.status == ESC_OK;
    if (is_fine)
        *value = strtod((const char *)text.data, NULL);
    esc_buf_release(&text);
    return is_fine || no_memory(reader);
}

/* Exact where both the digits and the power of ten are doubles: one operation rounds once (W. Clinger, "How to Read
 * Floating Point Numbers Accurately", 1990). */
static bool read_exactly(const Number *number, double *value)
{
    static const double powers[EXACT_POWER_MAX + 1] = {
        1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
        1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (number->is_cut || number->whole > EXACT_WHOLE_MAX || number->exponent > EXACT_POWER_MAX ||
        number->exponent < -EXACT_POWER_MAX)
        return false;
    double whole = (double)number->whole;
    *value =
        number->exponent < 0 ? whole / powers[-number->exponent] : whole * powers[number->exponent];
    *value = number->is_negative ? -*value : *value;
    return true;
}

static bool set_real(Reader *reader, const Number *number, EscJson *json)
{
    json->kind = ESC_JSON_REAL;
    if (!read_exactly(number, &json->real) && !read_slowly(reader, number, &json->real))
        return false;
    return isfinite(json->real) ||
           fail(reader, ESC_BAD_INPUT, number->from, "a number is too large");
}

static bool set_integer(Reader *reader, const Number *number, EscJson *json)
{
    uint64_t most = (uint64_t)INT64_MAX + (number->is_negative ? 1 : 0);
    if (number->is_cut || number->whole > most)
        return fail(reader, ESC_BAD_INPUT, number->from, "a whole number is too large");
    json->kind = ESC_JSON_INTEGER;
    json->integer = number->is_negative ? (int64_t)(0 - number->whole) : (int64_t)number->whole;
    return true;
}

static bool read_number(Reader *reader, EscJson *json)
{
    Number number = {.from = reader->at, .is_negative = *reader->at == '-'};
    reader->at += number.is_negative ? 1 : 0;
    const char *first = reader->at;
    if (!take_digits(reader, &number, false))
        return false;
    if (*first == '0' && reader->at - first > 1)
        return fail(reader, ESC_BAD_INPUT, first, "a number begins with a zero");
    if (peek(reader) == '.') {
        number.is_real = true;
        reader->at++;
        if (!take_digits(reader, &number, true))
            return false;
    }
    if (peek(reader) == 'e' || peek(reader) == 'E') {
        number.is_real = true;
        if (!take_exponent(reader, &number))
            return false;
    }
    return number.is_real ? set_real(reader, &number, json) : set_integer(reader, &number, json);
}

/* --- lists and objects ------------------------------------------------------------------------------- */

static bool read_value(Reader *reader, EscJson *json);

static EscJson *next_value(Reader *reader)
{
    if (reader->values_left == 0) {
        (void)fail(reader, ESC_OVER_LIMIT, reader->at, "there are too many values");
        return NULL;
    }
    reader->values_left--;
    EscJson *json = esc_arena_alloc(reader->arena, sizeof(*json));
    if (json == NULL)
        (void)no_memory(reader);
    return json;
}

static int compare_names(const void *a, const void *b)
{
    return esc_text_compare((*(const EscJson *const *)a)->name, (*(const EscJson *const *)b)->name);
}

/* By name, and those of one name as they stand in the text. */
static int compare_members(const void *a, const void *b)
{
    int order = compare_names(a, b);
    const EscJson *left = *(const EscJson *const *)a, *right = *(const EscJson *const *)b;
    return order != 0 ? order : left->source.data < right->source.data ? -1 : 1;
}

static bool said_twice(Reader *reader, const EscJson *second)
{
    return fail(reader, ESC_BAD_INPUT, second->source.data, "a member is said twice");
}

static bool names_differ_sorted(Reader *reader, const EscJson *object)
{
    const EscJson **members =
        esc_arena_alloc_array(reader->arena, object->count, sizeof(EscJson *));
    if (members == NULL)
        return no_memory(reader);
    uint32_t count = 0;
    for (const EscJson *member = object->first; member != NULL; member = member->next)
        members[count++] = member;
    qsort(members, count, sizeof(EscJson *), compare_members);
    for (uint32_t i = 1; i < count; i++)
        if (compare_names(&members[i - 1], &members[i]) == 0)
            return said_twice(reader, members[i]);
    return true;
}

static bool names_differ(Reader *reader, const EscJson *object)
{
    if (object->count > COMPARED_MEMBERS_MAX)
        return names_differ_sorted(reader, object);
    for (const EscJson *a = object->first; a != NULL; a = a->next)
        for (const EscJson *b = a->next; b != NULL; b = b->next)
            if (esc_text_equal(a->name, b->name))
                return said_twice(reader, b);
    return true;
}

static bool read_name(Reader *reader, EscJson *member)
{
    skip_space(reader);
    if (peek(reader) != '"')
        return malformed(reader, "the name of a member is wanted");
    if (!read_text(reader, &member->name))
        return false;
    skip_space(reader);
    if (peek(reader) != ':')
        return malformed(reader, "':' is wanted behind the name of a member");
    reader->at++;
    return true;
}

/* What stands between the brackets; the reader is behind the first one and moves behind the last. */
static bool read_items(Reader *reader, EscJson *json, char closing)
{
    const EscJson **link = &json->first;
    skip_space(reader);
    if (peek(reader) == closing) {
        reader->at++;
        return true;
    }
    for (;;) { /* each round takes a value, of which there are at most values_max */
        EscJson *item = next_value(reader);
        if (item == NULL || (json->kind == ESC_JSON_OBJECT && !read_name(reader, item)) ||
            !read_value(reader, item))
            return false;
        *link = item;
        link = &item->next;
        json->count++;
        skip_space(reader);
        char c = peek(reader);
        if (c != closing && c != ',')
            return malformed(reader, json->kind == ESC_JSON_LIST ? "',' or ']' is wanted"
                                                                 : "',' or '}' is wanted");
        reader->at++;
        if (c == closing)
            return true;
    }
}

static bool read_container(Reader *reader, EscJson *json)
{
    bool is_list = *reader->at == '[';
    json->kind = is_list ? ESC_JSON_LIST : ESC_JSON_OBJECT;
    if (reader->depth_left == 0)
        return fail(reader, ESC_OVER_LIMIT, reader->at, "it is nested too deeply");
    reader->at++;
    reader->depth_left--;
    bool is_read = read_items(reader, json, is_list ? ']' : '}');
    reader->depth_left++;
    return is_read && (is_list || names_differ(reader, json));
}

static bool read_word(Reader *reader, EscJson *json, EscText word, EscJsonKind kind)
{
    if ((size_t)(reader->end - reader->at) < word.size ||
        memcmp(reader->at, word.data, word.size) != 0)
        return malformed(reader, "a value is wanted");
    reader->at += word.size;
    json->kind = kind;
    return true;
}

static bool read_any(Reader *reader, EscJson *json)
{
    switch (peek(reader)) {
    case '"':
        json->kind = ESC_JSON_TEXT;
        return read_text(reader, &json->text);
    case '{':
    case '[':
        return read_container(reader, json);
    case 't':
        return read_word(reader, json, ESC_TEXT("true"), ESC_JSON_TRUE);
    case 'f':
        return read_word(reader, json, ESC_TEXT("false"), ESC_JSON_FALSE);
    case 'n':
        return read_word(reader, json, ESC_TEXT("null"), ESC_JSON_NULL);
    default:
        if (peek(reader) == '-' || is_digit(peek(reader)))
            return read_number(reader, json);
        return malformed(reader, "a value is wanted");
    }
}

/* Recursion is bounded by the limit of depth. */
static bool read_value(Reader *reader, EscJson *json)
{
    skip_space(reader);
    json->source.data = reader->at;
    bool is_read = read_any(reader, json);
    json->source.size = (size_t)(reader->at - json->source.data);
    return is_read;
}

/* --- from outside ------------------------------------------------------------------------------------ */

EscStatus esc_json_read_at(EscArena *arena, EscText text, size_t *at, const EscJsonLimits *limits,
                           const EscJson **json, EscWhy *why)
{
    const char *from = text.data == NULL ? "" : text.data;
    Reader reader = {.arena = arena,
                     .from = from,
                     .at = from + *at,
                     .end = from + text.size,
                     .values_left = limits->values_max,
                     .depth_left = limits->depth_max,
                     .why = why};
    *json = NULL;
    EscJson *root = next_value(&reader);
    if (root != NULL && read_value(&reader, root)) {
        skip_space(&reader);
        *json = root;
        *at = (size_t)(reader.at - from);
    }
    return reader.status;
}

EscStatus esc_json_read(EscArena *arena, EscText text, const EscJsonLimits *limits,
                        const EscJson **json, EscWhy *why)
{
    size_t at = 0;
    EscStatus status = esc_json_read_at(arena, text, &at, limits, json, why);
    if (status == ESC_OK && at < text.size) {
        *json = NULL;
        status = esc_why(why, ESC_BAD_INPUT, "JSON", at, "there is text behind the JSON");
    }
    return status;
}

const EscJson *esc_json_member(const EscJson *object, EscText name)
{
    if (object == NULL || object->kind != ESC_JSON_OBJECT)
        return NULL;
    for (const EscJson *member = object->first; member != NULL; member = member->next)
        if (esc_text_equal(member->name, name))
            return member;
    return NULL;
}

EscText esc_json_text_or(const EscJson *json, EscText otherwise)
{
    return json != NULL && json->kind == ESC_JSON_TEXT ? json->text : otherwise;
}
