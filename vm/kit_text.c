/* kit_text.c - borrowed texts: comparing, UTF-8, and the edit distance behind "did you mean".
 *
 * Not here: case folding and normal forms, which need Unicode tables and belong to the compiler. */
#include <esc/kit.h>

#include <string.h>

enum { DISTANCE_BYTES_MAX = 64 };

#define REPLACEMENT_CHARACTER UINT32_C(0xFFFD)

EscText esc_text_from(const char *string)
{
    return string == NULL ? (EscText){NULL, 0} : (EscText){string, strlen(string)};
}

/* memcmp must not be given NULL, not even for no bytes. */
static int compare_bytes(const char *a, const char *b, size_t size)
{
    return size == 0 ? 0 : memcmp(a, b, size);
}

int esc_text_compare(EscText a, EscText b)
{
    int order = compare_bytes(a.data, b.data, a.size < b.size ? a.size : b.size);
    if (order != 0)
        return order;
    return (a.size > b.size) - (a.size < b.size);
}

bool esc_text_starts_with(EscText text, EscText prefix)
{
    return text.size >= prefix.size && compare_bytes(text.data, prefix.data, prefix.size) == 0;
}

bool esc_text_ends_with(EscText text, EscText suffix)
{
    if (suffix.size == 0)
        return true;
    return text.size >= suffix.size &&
           compare_bytes(text.data + (text.size - suffix.size), suffix.data, suffix.size) == 0;
}

/* Looks for the first byte with memchr and compares there: at worst size * part.size, and both
 * are bounded by whoever made the texts. */
bool esc_text_contains(EscText text, EscText part)
{
    if (part.size == 0)
        return true;
    while (text.size >= part.size) {
        const char *hit = memchr(text.data, part.data[0], text.size - part.size + 1);
        if (hit == NULL)
            return false;
        if (memcmp(hit, part.data, part.size) == 0)
            return true;
        text.size -= (size_t)(hit - text.data) + 1;
        text.data = hit + 1;
    }
    return false;
}

/* --- UTF-8 ------------------------------------------------------------------------------------ */

/* Length of the well-formed character at `at` by table 3-7 of the Unicode standard, or 0: no
 * overlong forms, no surrogates, nothing above U+10FFFF. */
static size_t character_size(EscText text, size_t at)
{
    const uint8_t *bytes = (const uint8_t *)text.data + at;
    size_t left = text.size - at;
    uint8_t lead = bytes[0];
    if (lead < 0x80)
        return 1;
    if (lead < 0xC2 || lead > 0xF4)
        return 0;
    size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (left < size)
        return 0;
    uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (bytes[1] < low || bytes[1] > high)
        return 0;
    for (size_t i = 2; i < size; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
    }
    return size;
}

/* Behind the characters of one byte from `at` on, eight at a time; fewer are left to the caller. No byte of a word has its high bit
 * set, and none is 0: then taking 1 from each borrows from no neighbour. */
static size_t skip_ascii(EscText text, size_t at)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = UINT64_C(0x8080808080808080);
    for (; text.size - at >= sizeof(uint64_t); at += sizeof(uint64_t)) {
        uint64_t word = 0;
        memcpy(&word, text.data + at, sizeof word);
        if (((word | (word - ones)) & highs) != 0)
            break;
    }
    return at;
}

bool esc_utf8_is_valid(EscText text, size_t *bad_at)
{
    for (size_t at = skip_ascii(text, 0); at < text.size;) {
        size_t size = text.data[at] == '\0' ? 0 : character_size(text, at);
        if (size == 0) {
            if (bad_at != NULL)
                *bad_at = at;
            return false;
        }
        at += size;
        if (size > 1)
            at = skip_ascii(text, at);
    }
    return true;
}

EscText esc_utf8_cut(EscText text, size_t size_max)
{
    if (text.size <= size_max)
        return text;
    size_t size = size_max;
    while (size > 0 && ((uint8_t)text.data[size] & 0xC0) == 0x80)
        size--;
    return (EscText){text.data, size};
}

void esc_utf8_mend(char *bytes, size_t size)
{
    size_t bad_at = 0;
    for (size_t at = 0; !esc_utf8_is_valid((EscText){bytes + at, size - at}, &bad_at);
         at += bad_at + 1)
        bytes[at + bad_at] = '?';
}

uint32_t esc_utf8_decode(EscText text, size_t at, size_t *size)
{
    ESC_ASSERT(at < text.size);
    const uint8_t *bytes = (const uint8_t *)text.data + at;
    *size = character_size(text, at);
    switch (*size) {
    case 1:
        return bytes[0];
    case 2:
        return (uint32_t)(bytes[0] & 0x1F) << 6 | (uint32_t)(bytes[1] & 0x3F);
    case 3:
        return (uint32_t)(bytes[0] & 0x0F) << 12 | (uint32_t)(bytes[1] & 0x3F) << 6 |
               (uint32_t)(bytes[2] & 0x3F);
    case 4:
        return (uint32_t)(bytes[0] & 0x07) << 18 | (uint32_t)(bytes[1] & 0x3F) << 12 |
               (uint32_t)(bytes[2] & 0x3F) << 6 | (uint32_t)(bytes[3] & 0x3F);
    default: /* malformed: step over one byte, so that no caller's loop can stand still */
        *size = 1;
        return REPLACEMENT_CHARACTER;
    }
}

/* --- edit distance ---------------------------------------------------------------------------- */

static size_t decode_all(EscText text, uint32_t characters[DISTANCE_BYTES_MAX])
{
    size_t count = 0;
    for (size_t at = 0, size = 0; at < text.size; at += size)
        characters[count++] = esc_utf8_decode(text, at, &size);
    return count;
}

static unsigned least(unsigned a, unsigned b, unsigned c)
{
    unsigned smaller = a < b ? a : b;
    return smaller < c ? smaller : c;
}

/* Optimal string alignment: the rows of the Levenshtein table, and one row more for adjacent
 * swaps. */
unsigned esc_text_distance(EscText a, EscText b, unsigned limit)
{
    if (a.size > DISTANCE_BYTES_MAX || b.size > DISTANCE_BYTES_MAX)
        return limit + 1;
    uint32_t from[DISTANCE_BYTES_MAX];
    uint32_t to[DISTANCE_BYTES_MAX];
    size_t from_count = decode_all(a, from);
    size_t to_count = decode_all(b, to);

    unsigned rows[3][DISTANCE_BYTES_MAX + 1];
    unsigned *before = rows[0], *last = rows[1], *row = rows[2];
    for (unsigned j = 0; j <= to_count; j++)
        last[j] = j;
    for (size_t i = 1; i <= from_count; i++) {
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= to_count; j++) {
            unsigned changed = from[i - 1] != to[j - 1];
            row[j] = least(last[j] + 1, row[j - 1] + 1, last[j - 1] + changed);
            if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                row[j] = least(row[j], row[j], before[j - 2] + 1);
        }
        unsigned *oldest = before;
        before = last;
        last = row;
        row = oldest;
    }
    return last[to_count] <= limit ? last[to_count] : limit + 1;
}

#define MAIL_ADDRESS_MAX 254 /* RFC 5321, sections 4.5.3.1.1 to 4.5.3.1.3 */
#define MAIL_LOCAL_MAX 64
#define HOST_LABEL_MAX 63

/* Words of letters and signs with one dot between them. */
static bool is_mail_local(EscText local)
{
    bool is_dot = true; /* none may come first */
    for (size_t i = 0; i < local.size; i++) {
        unsigned char c = (unsigned char)local.data[i];
        if (c <= ' ' || c >= 0x7f || strchr("<>()[],;:\\\"@", c) != NULL || (is_dot && c == '.'))
            return false;
        is_dot = c == '.';
    }
    return !is_dot && local.size <= MAIL_LOCAL_MAX;
}

static bool is_host_character(char c)
{
    char lower = esc_ascii_lower(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

/* Labels of letters, digits and hyphens inside, the last of them no number: that would be an address of the network. */
static bool is_host_name(EscText host)
{
    size_t start = 0;
    bool has_letter = false;
    for (size_t i = 0; i <= host.size; i++) {
        if (i < host.size && host.data[i] != '.') {
            has_letter = has_letter || host.data[i] < '0' || host.data[i] > '9';
            if (!is_host_character(host.data[i]))
                return false;
            continue;
        }
        size_t size = i - start;
        if (size == 0 || size > HOST_LABEL_MAX || host.data[start] == '-' ||
            host.data[i - 1] == '-' || (i == host.size && !has_letter))
            return false;
        start = i + 1;
        has_letter = false;
    }
    return true;
}

bool esc_mail_address_is_plain(EscText address)
{
    const char *at = address.size == 0 ? NULL : memchr(address.data, '@', address.size);
    if (at == NULL || address.size > MAIL_ADDRESS_MAX)
        return false;
    size_t size = (size_t)(at - address.data);
    return is_mail_local((EscText){address.data, size}) &&
           is_host_name((EscText){at + 1, address.size - size - 1});
}
