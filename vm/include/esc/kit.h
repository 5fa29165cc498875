/* esc/kit.h - the small kit that every Escal library stands on: status, texts and bytes, arena,
 * buffer, names, UTF-8, checksums.
 *
 * Nothing here does I/O. Allocation fails by returning ESC_NO_MEMORY or NULL, never by abort;
 * the one exception is ESC_ASSERT, which reports our own mistakes and stays on in release
 * builds. */
#ifndef ESC_KIT_H
#define ESC_KIT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define ESC_MUST_USE __attribute__((warn_unused_result))
#define ESC_PRINTF(format_at, first_at) __attribute__((format(printf, format_at, first_at)))
#else
#define ESC_MUST_USE
#define ESC_PRINTF(format_at, first_at)
#endif
#ifdef __cplusplus
#define ESC_NO_RETURN [[noreturn]]
#else
#define ESC_NO_RETURN _Noreturn
#endif

/* --- status ---------------------------------------------------------------------------------- */

/* What to do about a failure, for callers that must choose between retrying and giving up. */
typedef enum EscRemedy {
    ESC_REMEDY_NONE,      /* nothing failed */
    ESC_REMEDY_RETRY,     /* the outside was busy or away: the same call may succeed later */
    ESC_REMEDY_RECOMPILE, /* the bytes do not fit this build: compile or migrate again */
    ESC_REMEDY_REDUCE,    /* a limit was reached: ask for less */
    ESC_REMEDY_CORRECT,   /* the caller's input is wrong and must be changed */
    ESC_REMEDY_GIVE_UP    /* a human has to look */
} EscRemedy;

/* The enum, its names and its texts all come from this list. */
#define ESC_STATUS_LIST(X)                                                                         \
    X(OK, NONE, "success")                                                                         \
    X(NO_MEMORY, GIVE_UP, "out of memory")                                                         \
    X(OVER_LIMIT, REDUCE, "a limit was reached")                                                   \
    X(BAD_ARGUMENT, CORRECT, "an argument is out of its range")                                    \
    X(BAD_SOURCE, CORRECT, "the source text has errors")                                           \
    X(BAD_BUNDLE, RECOMPILE, "the bundle failed verification")                                     \
    X(BAD_SNAPSHOT, RECOMPILE, "the snapshot failed verification")                                 \
    X(BAD_INPUT, CORRECT, "the input is malformed")                                                \
    X(BAD_CONFIG, CORRECT, "the configuration is wrong")                                           \
    X(NOT_FOUND, CORRECT, "there is no such thing")                                                \
    X(CONFLICT, CORRECT, "the request does not fit the present state")                             \
    X(FORBIDDEN, CORRECT, "not allowed")                                                           \
    X(DUPLICATE, NONE, "already received")                                                         \
    X(IO_FAILED, RETRY, "reading or writing failed")                                               \
    X(STORE_BUSY, RETRY, "the store is locked by another writer")                                  \
    X(STORE_FULL, GIVE_UP, "the disk is full")                                                     \
    X(STORE_FAILED, GIVE_UP, "the store failed")                                                   \
    X(STORE_DAMAGED, GIVE_UP, "the store is damaged, or has lost what it held")                    \
    X(OUT_OF_FUEL, GIVE_UP, "the program ran past its proved cost bound")                          \
    X(TRAP, GIVE_UP, "a run-time check in the interpreter failed")

typedef enum EscStatus {
#define ESC_STATUS_ENUM(name, remedy, text) ESC_##name,
    ESC_STATUS_LIST(ESC_STATUS_ENUM)
#undef ESC_STATUS_ENUM
        ESC_STATUS_COUNT
} EscStatus;

const char *esc_status_name(EscStatus status); /* "BAD_BUNDLE"; never NULL */
const char *esc_status_text(EscStatus status); /* one English clause; never NULL */
EscRemedy esc_status_remedy(EscStatus status);

/* Why something failed, for a person: which named check, where, and a sentence. Filled in by
 * functions that take an `EscWhy *why`, which may always be NULL. */
typedef struct EscWhy {
    char check[8];   /* "V17", "F2" …, empty when no numbered check is meant */
    uint64_t offset; /* byte offset or instruction index; 0 when there is none */
    char text[232];  /* one sentence, NUL-terminated, valid UTF-8 */
} EscWhy;

/* Fills *why (NULL allowed) and returns `status`, so that a failing check is one line. `check`
 * may be "". */
EscStatus esc_why(EscWhy *why, EscStatus status, const char *check, uint64_t offset,
                  const char *format, ...) ESC_PRINTF(5, 6);

/* Our own mistake: prints file, line and condition to stderr and aborts. On in release too. */
#define ESC_ASSERT(condition)                                                                      \
    ((condition) ? (void)0 : esc_assert_failed(#condition, __FILE__, __LINE__))
ESC_NO_RETURN void esc_assert_failed(const char *condition, const char *file, int line);

#define ESC_COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* --- texts and bytes -------------------------------------------------------------------------- */

/* A borrowed run of UTF-8; not NUL-terminated, `data` may be NULL when size is 0. */
typedef struct EscText {
    const char *data;
    size_t size;
} EscText;

/* A borrowed run of bytes. */
typedef struct EscBytes {
    const uint8_t *data;
    size_t size;
} EscBytes;

#define ESC_TEXT(literal) ((EscText){.data = ("" literal), .size = sizeof(literal) - 1})
#define ESC_TEXT_ARG(text) (int)(text).size, ((text).size == 0 ? "" : (text).data) /* for "%.*s" */

EscText esc_text_from(const char *string); /* strlen; NULL gives an empty text */
static inline bool esc_text_equal(EscText a, EscText b)
{
    /* memcmp must not be given NULL, not even for no bytes */
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}
/* as memcmp; a prefix comes before what it begins; <0, 0, >0 */
int esc_text_compare(EscText a, EscText b);
bool esc_text_starts_with(EscText text, EscText prefix);
bool esc_text_ends_with(EscText text, EscText suffix);
bool esc_text_contains(EscText text, EscText part);
/* Smallest number of single-character edits between a and b (Damerau-Levenshtein, adjacent swaps
 * count one), or limit + 1 when it is more than limit. For "did you mean". Texts over 64 bytes
 * count as far apart. */
unsigned esc_text_distance(EscText a, EscText b, unsigned limit);
/* True when text is well-formed UTF-8 without NUL and without surrogates; *bad_at (may be NULL)
 * is the first bad byte. */
bool esc_utf8_is_valid(EscText text, size_t *bad_at);
/* The longest prefix of text that is at most size_max bytes and ends between characters. */
EscText esc_utf8_cut(EscText text, size_t size_max);
/* Makes bytes well-formed in place: each that is no part of a character becomes `?`. For messages
 * that quote what is not known to be text. */
void esc_utf8_mend(char *bytes, size_t size);
/* Whether mail can be sent to this address as it is: NAME@HOST of at most 254 bytes, without a display name, white space or
 * letters beyond ASCII. */
bool esc_mail_address_is_plain(EscText address);
/* Decodes the character at text.data[at] of valid UTF-8; *size gets its length in bytes. */
uint32_t esc_utf8_decode(EscText text, size_t at, size_t *size);

/* What a character does where a text is shown, if it is not just seen. */
typedef enum EscUnseen {
    ESC_SEEN,
    ESC_UNSEEN_LINE,    /* ends a line */
    ESC_UNSEEN_CONTROL, /* commands a terminal; the tabulator too */
    ESC_UNSEEN_TURN,    /* changes the direction of what stands behind it */
    ESC_UNSEEN_BLANK,   /* cannot be seen, or is no character at all */
    ESC_UNSEEN_JOINER   /* changes how its neighbours are written: emoji, Persian, Japanese names */
} EscUnseen;
EscUnseen esc_unseen(uint32_t c);

/* Marks tell the words of a message's author from values that stand between them: OWN begins what the author wrote,
 * END ends it. SAY, NEXT and SAID stand around and between the name of a sentence of the engine's and what is put into it,
 * until it is known in which language it is read. They are noncharacters, which Unicode keeps for inside a program; they
 * never leave the engine. */
#define ESC_MARK_OWN "\xef\xb7\x90"  /* U+FDD0 */
#define ESC_MARK_END "\xef\xb7\x91"  /* U+FDD1 */
#define ESC_MARK_SAY "\xef\xb7\x92"  /* U+FDD2 */
#define ESC_MARK_NEXT "\xef\xb7\x93" /* U+FDD3 */
#define ESC_MARK_SAID "\xef\xb7\x94" /* U+FDD4 */
#define ESC_MARK_SIZE 3
/* Where the first mark stands; text.size: there is none. */
size_t esc_mark_find(EscText text);

/* ASCII only: what is no letter of it stays. */
static inline char esc_ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}
/* Of a hexadecimal digit of either case; -1 for another character. */
static inline int esc_hex_value(char c)
{
    char lower = esc_ascii_lower(c);
    if (c >= '0' && c <= '9')
        return c - '0';
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* --- arena ------------------------------------------------------------------------------------ */

/* Memory that is released all at once. Pointers stay valid until esc_arena_free or
 * esc_arena_clear. */
typedef struct EscArena EscArena;

/* For one workspace or one bundle, whose own limits bound what is taken: so that a mistake of ours ends before the machine does. */
#define ESC_ARENA_BYTES_MAX (sizeof(size_t) > 4 ? (size_t)64 << 30 : (size_t)3 << 30)

/* size_max bounds the sum of all allocations, in bytes; each counts rounded up to the alignment
 * of max_align_t. NULL when there is no memory. */
EscArena *esc_arena_new(size_t size_max);
void esc_arena_free(EscArena *arena);  /* NULL is allowed */
void esc_arena_clear(EscArena *arena); /* keeps the first block for reuse */
size_t esc_arena_used(const EscArena *arena);
/* Zeroed memory, aligned for any type. NULL when memory or size_max is used up; once that has
 * happened every later call gives NULL too and esc_arena_failed is true, so a pass may check
 * once at its end. size 0 gives a valid pointer. */
void *esc_arena_alloc(EscArena *arena, size_t size);
/* checked multiplication */
void *esc_arena_alloc_array(EscArena *arena, size_t count, size_t item_size);
bool esc_arena_failed(const EscArena *arena);
/* copy, with a NUL behind it; {NULL,0} on failure */
EscText esc_arena_text(EscArena *arena, EscText text);
EscText esc_arena_printf(EscArena *arena, const char *format, ...) ESC_PRINTF(2, 3);
/* Grows an arena array so that one more item fits: returns the (moved) array and updates
 * *capacity. Start with items NULL and *capacity 0. NULL on failure. */
void *esc_arena_grow(EscArena *arena, void *items, size_t count, size_t *capacity,
                     size_t item_size);

/* --- buffer ----------------------------------------------------------------------------------- */

/* A growable byte buffer with a maximum. After a failed append the buffer stays failed and keeps
 * what it had before; check `status` once at the end. What is appended must not lie in the
 * buffer itself. */
typedef struct EscBuf {
    uint8_t *data; /* owned; NULL while empty */
    size_t size, capacity, size_max;
    EscStatus status; /* ESC_OK, ESC_NO_MEMORY or ESC_OVER_LIMIT */
} EscBuf;

void esc_buf_init(EscBuf *buf, size_t size_max);
void esc_buf_release(EscBuf *buf); /* frees the contents; the buffer may be initialised again */
void esc_buf_clear(EscBuf *buf);   /* size 0, status OK, keeps the memory */
/* Makes room for so many more bytes at once, where a writer knows about how many come; the failure is the buffer's. */
void esc_buf_reserve(EscBuf *buf, size_t size);
void esc_buf_append(EscBuf *buf, const void *data, size_t size);
void esc_buf_text(EscBuf *buf, EscText text);
void esc_buf_string(EscBuf *buf, const char *string);
void esc_buf_number(EscBuf *buf,
                    int64_t number); /* in decimal; printf is slow where rows are written */
void esc_buf_printf(EscBuf *buf, const char *format, ...) ESC_PRINTF(2, 3);
void esc_buf_vprintf(EscBuf *buf, const char *format, va_list arguments);
/* Percent-encoded for one segment of a path, one value of a query, one name or value of a form (RFC 3986: all but unreserved
 * characters). kit_percent.c */
void esc_buf_percent(EscBuf *buf, EscText text);
bool esc_is_unreserved(uint32_t c);
/* Decodes that; false when it is malformed, or holds NUL or bad UTF-8. kit_form.c */
bool esc_percent_decode(EscText text, bool plus_is_space, EscBuf *out);
/* The same without any fault: what is no escape stands for itself, and the bytes need not be UTF-8. */
void esc_percent_read(EscText text, bool plus_is_space, EscBuf *out);
/* The next field of a form (application/x-www-form-urlencoded) or a query, as it stands there; false at its end. */
bool esc_form_next_coded(EscText *form, EscText *name, EscText *value);
/* The same, decoded into the arena. False at its end and behind a field that is badly encoded: then *form is not empty. */
bool esc_form_next(EscArena *arena, EscText *form, EscText *name, EscText *value);
/* The first field of that name; empty when there is none. */
EscText esc_form_find(EscArena *arena, EscText form, const char *name);
/* Base64 (RFC 4648), with its padding; and the alphabet of addresses, without. kit_base64.c */
void esc_base64_write(EscBuf *out, EscBytes bytes);
void esc_base64url_write(EscBuf *out, EscBytes bytes);
/* Appends what a text says in base64, with its padding; false when it is none, or does not fit. */
bool esc_base64_read(EscText coded, EscBuf *out);
/* The same for either alphabet, with or without padding. */
bool esc_base64url_read(EscText coded, EscBuf *out);
void esc_buf_u16(EscBuf *buf, uint16_t value); /* integers are big-endian */
void esc_buf_u32(EscBuf *buf, uint32_t value);
void esc_buf_u64(EscBuf *buf, uint64_t value);
/* Whether `size` bytes more fit into what is there, without growing or failing. Rows are written a byte or two at a time, so
 * these calls stand inline. */
static inline bool esc_buf_has_room(const EscBuf *buf, size_t size)
{
    return buf->status == ESC_OK && size <= buf->capacity - buf->size &&
           size <= buf->size_max - buf->size;
}
static inline void esc_buf_u8(EscBuf *buf, uint8_t value)
{
    if (esc_buf_has_room(buf, 1))
        buf->data[buf->size++] = value;
    else
        esc_buf_append(buf, &value, 1);
}
static inline void esc_buf_char(EscBuf *buf, char c)
{
    esc_buf_u8(buf, (uint8_t)c);
}
static inline EscText esc_buf_as_text(const EscBuf *buf)
{
    return (EscText){(const char *)buf->data, buf->size};
}
static inline EscBytes esc_buf_as_bytes(const EscBuf *buf)
{
    return (EscBytes){buf->data, buf->size};
}

/* --- cursor: reads that cannot run past the end ----------------------------------------------- */

typedef struct EscCursor {
    EscBytes bytes;
    size_t at;
    bool failed; /* set by the first read past the end; every later read gives 0 */
} EscCursor;

EscCursor esc_cursor(EscBytes bytes);
static inline uint8_t esc_cursor_u8(EscCursor *cursor)
{
    if (!cursor->failed && cursor->at < cursor->bytes.size)
        return cursor->bytes.data[cursor->at++];
    cursor->failed = true;
    return 0;
}
uint16_t esc_cursor_u16(EscCursor *cursor);
uint32_t esc_cursor_u32(EscCursor *cursor);
uint64_t esc_cursor_u64(EscCursor *cursor);
EscBytes esc_cursor_bytes(EscCursor *cursor, size_t size); /* {NULL,0} when there are fewer */
static inline size_t esc_cursor_left(const EscCursor *cursor)
{
    return cursor->failed ? 0 : cursor->bytes.size - cursor->at;
}

/* --- packing: rows and records in few bytes (LEB128; the format stands in kit_pack.c) ---------- */

void esc_buf_varint(EscBuf *buf, uint64_t value); /* 1 to 10 bytes */
void esc_buf_signed(EscBuf *buf, int64_t value);
void esc_buf_double(EscBuf *buf, double value); /* its bits, 8 bytes */
void esc_buf_packed(EscBuf *buf, EscText text); /* its size as a varint, then its bytes */
/* Each fails the cursor when the bytes are not what the writer above writes for some value. */
uint64_t esc_cursor_varint(EscCursor *cursor);
int64_t esc_cursor_signed(EscCursor *cursor);
double esc_cursor_double(EscCursor *cursor);
EscText esc_cursor_packed(EscCursor *cursor); /* borrowed from the cursor's bytes */
/* A number of items, each of a byte at least: one that cannot be there fails the cursor, so that nobody makes room
 * for it. */
size_t esc_cursor_count(EscCursor *cursor);

/* --- names: text → number, open addressing ---------------------------------------------------- */

/* A map from text to uint32_t. Keys are borrowed and must outlive the map. It cannot be
 * iterated: who needs an order keeps an array beside it, with the values as indexes. */
typedef struct EscNames EscNames;

/* seed against crafted collisions; the order does not depend on it */
EscNames *esc_names_new(uint64_t seed);
void esc_names_free(EscNames *names);                                     /* NULL is allowed */
bool esc_names_find(const EscNames *names, EscText key, uint32_t *value); /* value may be NULL */
/* Puts or replaces. ESC_NO_MEMORY and ESC_OVER_LIMIT leave the map as it was. */
ESC_MUST_USE EscStatus esc_names_put(EscNames *names, EscText key, uint32_t value);
/* From now on the map borrows this text for its equal. False when it has none. */
bool esc_names_rekey(EscNames *names, EscText key);
bool esc_names_remove(EscNames *names, EscText key); /* false when it was not there */
uint32_t esc_names_count(const EscNames *names);

/* --- checksums -------------------------------------------------------------------------------- */

/* Castagnoli, reflected, as in RFC 3720 */
uint32_t esc_crc32c(EscBytes bytes);
void esc_sha256(EscBytes bytes, uint8_t digest[32]); /* FIPS 180-4 */
/* The same for a message that comes in parts: init, add each part, end. What `end` leaves behind must be
 * initialised again. Up to 2^61 - 1 bytes, which nobody has. */
typedef struct EscSha256 {
    uint32_t state[8];
    uint64_t size;     /* of what was added, in bytes */
    uint8_t block[64]; /* what of it is no whole block yet */
} EscSha256;
void esc_sha256_init(EscSha256 *hash);
void esc_sha256_add(EscSha256 *hash, EscBytes bytes);
void esc_sha256_end(EscSha256 *hash, uint8_t digest[32]);
/* lower case; writes 2 * size + 1 bytes */
void esc_hex(EscBytes bytes, char *out);
/* The other way; false when the text is not just twice `size` hexadecimal digits. */
bool esc_hex_read(EscText digits, uint8_t *bytes, size_t size);
/* in-memory tables only: the values are not stable */
uint64_t esc_hash(EscText text, uint64_t seed);

/* --- numbers ---------------------------------------------------------------------------------- */

/* The nearest whole number that is not above (not below) the value; infinities and NaN stay. As floor and
 * ceil, which are in a library of their own on some systems; a zero has no sign here. */
double esc_number_floor(double value);
double esc_number_ceil(double value);

/* --- JSON text writing ------------------------------------------------------------------------ */

/* Quoted and escaped; text must be valid UTF-8. What does something else than being seen (esc_unseen) is escaped
 * too, but for joiners: whoever shows the JSON as it is shows nothing that is not there. */
void esc_json_text(EscBuf *out, EscText text);
/* shortest form that reads back equal; finite values only */
void esc_json_number(EscBuf *out, double value);

/* --- JSON reading ----------------------------------------------------------------------------- */

typedef enum EscJsonKind {
    ESC_JSON_NULL,
    ESC_JSON_FALSE,
    ESC_JSON_TRUE,
    ESC_JSON_INTEGER, /* written without point and exponent */
    ESC_JSON_REAL,
    ESC_JSON_TEXT,
    ESC_JSON_LIST,
    ESC_JSON_OBJECT
} EscJsonKind;

/* A value, its place in the list or object that it stands in, and what it holds: first item or member. */
typedef struct EscJson {
    EscJsonKind kind;
    uint32_t count;             /* items or members; 0 for other kinds */
    EscText name;               /* of a member; empty otherwise */
    EscText source;             /* the value as it stands in the text */
    const struct EscJson *next; /* NULL behind the last */
    union {
        int64_t integer;
        double real;  /* finite */
        EscText text; /* valid UTF-8 without NUL */
        const struct EscJson *first;
    };
} EscJson;

typedef struct EscJsonLimits {
    uint32_t depth_max;  /* of lists and objects; reading recurses so deep */
    uint32_t values_max; /* in all; each costs sizeof(EscJson) of the arena */
} EscJsonLimits;

/* Reads a JSON text (RFC 8259) strictly: a member said twice, a NUL, a number outside of int64_t or double and text behind
 * the value are errors; half a surrogate pair becomes U+FFFD. The tree lies in the arena and borrows from the text,
 * which must outlive it. ESC_BAD_INPUT, ESC_OVER_LIMIT or ESC_NO_MEMORY with the byte in why->offset: of a member said
 * twice where its second value begins. */
ESC_MUST_USE EscStatus esc_json_read(EscArena *arena, EscText text, const EscJsonLimits *limits,
                                     const EscJson **json, EscWhy *why);
/* The same for the value at *at, which moves behind it and the white space that follows; unchanged on failure. */
ESC_MUST_USE EscStatus esc_json_read_at(EscArena *arena, EscText text, size_t *at,
                                        const EscJsonLimits *limits, const EscJson **json,
                                        EscWhy *why);
/* NULL when there is none, or when `object` is NULL or no object. */
const EscJson *esc_json_member(const EscJson *object, EscText name);
/* The text of a value; `otherwise` when it is NULL or no text. */
EscText esc_json_text_or(const EscJson *json, EscText otherwise);
/* Writes a value again, members in their order and numbers in their own words: in one line when `indent` is 0, else a line
 * for each item, so many columns further in for each level. */
void esc_json_write(EscBuf *out, const EscJson *json, unsigned indent);

/* --- durations and times as people write them ------------------------------------------------- */

#define ESC_SECOND_MS INT64_C(1000)
#define ESC_MINUTE_MS (60 * ESC_SECOND_MS)
#define ESC_HOUR_MS (60 * ESC_MINUTE_MS)
#define ESC_DAY_MS (24 * ESC_HOUR_MS)
#define ESC_YEAR_MS (365 * ESC_DAY_MS)      /* as a unit of retention, never of the calendar */
#define ESC_SPAN_MAX_MS (400 * ESC_YEAR_MS) /* no duration is longer; sums saturate here */

/* "1h30m", "5m", "90s", "2d", "0s"; "-" before a negative one */
void esc_duration_write(EscBuf *out, int64_t duration_ms);
/* "1h30m" with falling units, or ISO 8601 "PT1H30M" without years and months. False when it is
 * neither, or longer than max_ms (which is at least 0); nothing overflows, however long the text. */
bool esc_duration_read(EscText text, int64_t max_ms, int64_t *duration_ms);
/* "2026-01-05T09:00:00.000Z"; years 0001 to 9999, others are written clamped. */
void esc_time_write(EscBuf *out, int64_t time_ms);
/* RFC 3339 date-time with offset or Z. Leap seconds are read as :59. */
bool esc_time_read(EscText text, int64_t *time_ms);
/* Days since 1970-01-01 of a proleptic Gregorian date, and back (algorithm: Howard Hinnant,
 * "days_from_civil"). */
int64_t esc_days_from_date(int64_t year, unsigned month, unsigned day);
void esc_date_from_days(int64_t days, int64_t *year, unsigned *month, unsigned *day);
/* The day of the week of a day since 1970-01-01: 0 Monday … 6 Sunday. */
uint32_t esc_weekday_from_days(int64_t days);

#ifdef __cplusplus
}
#endif
#endif
