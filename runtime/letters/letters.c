/* letters.c - marks, reply addresses and Message-IDs: written and read.
 *
 *   thread part   the first 50 bits of HMAC-SHA256(secret, "thread\n" WORKSPACE "\n" NUMBER "\n" STORE)
 *   person part   the first 80 bits of HMAC-SHA256(secret, "person\n" WORKSPACE "\n" NUMBER "\n" STORE "\n" ADDRESS)
 *
 * each in Crockford's base 32; the address in small letters. */
#include <esc/letters.h>
#include <esc/proofs.h>

#include <string.h>

#include <openssl/crypto.h>

#define STORE_DIGITS 16
#define NUMBER_DIGITS_MAX 18
#define PART_BYTES_MAX 1024

/* --- keys ------------------------------------------------------------------------------------- */

static EscText next_part(EscText *key, char separator)
{
    const char *end = key->size == 0 ? NULL : memchr(key->data, separator, key->size);
    EscText part = {key->data, end == NULL ? key->size : (size_t)(end - key->data)};
    size_t used = end == NULL ? part.size : part.size + 1;
    *key = (EscText){key->data + used, key->size - used};
    return part;
}

/* "E-12", in either case; 0 for anything else. */
static uint64_t number_of(EscText text)
{
    uint64_t number = 0;
    if (text.size < 3 || text.size > 2 + NUMBER_DIGITS_MAX ||
        esc_ascii_lower(text.data[0]) != 'e' || text.data[1] != '-' || text.data[2] == '0')
        return 0;
    for (size_t i = 2; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return 0;
        number = number * 10 + (uint64_t)(text.data[i] - '0');
    }
    return number;
}

bool esc_letter_subject_read(EscText key, EscLetterSubject *subject)
{
    EscText rest = key;
    subject->workspace = next_part(&rest, '/');
    subject->escalation = number_of(next_part(&rest, '/'));
    (void)next_part(&rest, '/');
    subject->store = rest;
    return subject->escalation != 0 && rest.size == STORE_DIGITS;
}

/* --- marks ------------------------------------------------------------------------------------ */

static void put_lower(EscBuf *out, EscText text)
{
    for (size_t i = 0; i < text.size; i++)
        esc_buf_char(out, esc_ascii_lower(text.data[i]));
}

/* One part of a mark, `letters` long. Without memory it is of other letters than any check expects: of none. */
static void put_part(EscBuf *out, const char *kind, EscText secret, const EscLetterSubject *subject,
                     EscText address, size_t letters)
{
    static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
    EscMac mac;
    EscBuf said;
    esc_buf_init(&said, PART_BYTES_MAX);
    esc_buf_printf(&said, "%s\n%.*s\n%llu\n%.*s\n", kind, ESC_TEXT_ARG(subject->workspace),
                   (unsigned long long)subject->escalation, ESC_TEXT_ARG(subject->store));
    put_lower(&said, address);
    EscText text = esc_buf_as_text(&said);
    bool is_made = said.status == ESC_OK && esc_mac_make(ESC_MAC_SHA256, secret, &text, 1, &mac);
    esc_buf_release(&said);
    for (size_t i = 0; i < letters && is_made; i++) {
        size_t bit = i * 5;
        unsigned pair = (unsigned)mac.bytes[bit / 8] << 8 | mac.bytes[bit / 8 + 1];
        esc_buf_char(out, digits[pair >> (11 - bit % 8) & 31]);
    }
}

void esc_mark_write(EscBuf *out, EscText secret, const EscLetterSubject *subject, EscText address)
{
    put_part(out, "thread", secret, subject, (EscText){0}, ESC_MARK_THREAD_LETTERS);
    if (address.size > 0)
        put_part(out, "person", secret, subject, address,
                 ESC_MARK_LETTERS - ESC_MARK_THREAD_LETTERS);
}

EscMarkProof esc_mark_check(EscText mark, EscText secret, const EscLetterSubject *subject,
                            EscText address)
{
    EscBuf wanted, given;
    esc_buf_init(&wanted, ESC_MARK_LETTERS);
    esc_buf_init(&given, ESC_MARK_LETTERS);
    esc_mark_write(&wanted, secret, subject, address);
    put_lower(&given, mark);
    EscMarkProof proof = ESC_MARK_WRONG;
    bool has_thread = wanted.size >= ESC_MARK_THREAD_LETTERS && given.status == ESC_OK &&
                      (given.size == ESC_MARK_LETTERS || given.size == ESC_MARK_THREAD_LETTERS);
    if (has_thread && CRYPTO_memcmp(wanted.data, given.data, ESC_MARK_THREAD_LETTERS) == 0)
        proof = ESC_MARK_THREAD;
    if (proof == ESC_MARK_THREAD && address.size > 0 && given.size == ESC_MARK_LETTERS &&
        wanted.size == ESC_MARK_LETTERS &&
        CRYPTO_memcmp(wanted.data, given.data, ESC_MARK_LETTERS) == 0)
        proof = ESC_MARK_PERSON;
    esc_buf_release(&wanted);
    esc_buf_release(&given);
    return proof;
}

/* --- addresses -------------------------------------------------------------------------------- */

typedef struct Parts {
    EscText local, domain;
} Parts;

static Parts parts_of(EscText address)
{
    Parts parts = {.local = address};
    for (size_t i = 0; i < address.size; i++)
        if (address.data[i] == '@')
            parts = (Parts){{address.data, i}, {address.data + i + 1, address.size - i - 1}};
    return parts;
}

bool esc_address_equal(EscText a, EscText b)
{
    for (size_t i = 0; i < a.size && i < b.size; i++)
        if (esc_ascii_lower(a.data[i]) != esc_ascii_lower(b.data[i]))
            return false;
    return a.size == b.size;
}

static char separator_of(EscText local)
{
    return local.size > 0 && memchr(local.data, '+', local.size) != NULL ? '=' : '+';
}

void esc_reply_address_write(EscBuf *out, EscText inbox, uint64_t escalation, EscText mark)
{
    Parts parts = parts_of(inbox);
    esc_buf_text(out, parts.local);
    esc_buf_printf(out, "%cE-%llu=%.*s@", separator_of(parts.local), (unsigned long long)escalation,
                   ESC_TEXT_ARG(mark));
    esc_buf_text(out, parts.domain);
}

bool esc_reply_address_read(EscText address, EscText inbox, uint64_t *escalation, EscText *mark)
{
    Parts have = parts_of(address), own = parts_of(inbox);
    *escalation = 0;
    *mark = (EscText){0};
    if (!esc_address_equal(have.domain, own.domain) || have.local.size < own.local.size ||
        !esc_address_equal((EscText){have.local.data, own.local.size}, own.local))
        return false;
    EscText rest = {have.local.data + own.local.size, have.local.size - own.local.size};
    if (rest.size == 0)
        return true;
    if (rest.data[0] != separator_of(own.local))
        return false;
    rest = (EscText){rest.data + 1, rest.size - 1};
    *escalation = number_of(next_part(&rest, '='));
    *mark = rest;
    return *escalation != 0 &&
           (rest.size == ESC_MARK_LETTERS || rest.size == ESC_MARK_THREAD_LETTERS);
}

/* The workspace's name has no dots, and whose it is follows from the mark. */
/* Its parts, which borrow. */
typedef struct Id {
    EscText workspace, escalation, number, store, mark;
} Id;

static Id id_of(EscText id)
{
    if (id.size > 1 && id.data[0] == '<' && id.data[id.size - 1] == '>')
        id = (EscText){id.data + 1, id.size - 2};
    EscText rest = parts_of(id).local;
    Id made = {.workspace = next_part(&rest, '.')};
    made.escalation = next_part(&rest, '.');
    made.number = next_part(&rest, '.');
    made.store = next_part(&rest, '.');
    made.mark = rest;
    return made;
}

bool esc_message_id_read(EscText id, uint64_t *escalation, EscText *mark)
{
    const Id said = id_of(id);
    *escalation = number_of(said.escalation);
    *mark = said.mark;
    return *escalation != 0 && said.store.size == STORE_DIGITS &&
           (said.mark.size == ESC_MARK_LETTERS || said.mark.size == ESC_MARK_THREAD_LETTERS);
}

bool esc_message_id_key(EscText id, EscText workspace, EscBuf *key)
{
    const Id said = id_of(id);
    esc_buf_printf(key, "%.*s/E-%llu/%.*s/%.*s", ESC_TEXT_ARG(workspace),
                   (unsigned long long)number_of(said.escalation), ESC_TEXT_ARG(said.number),
                   ESC_TEXT_ARG(said.store));
    return number_of(said.escalation) != 0 && said.store.size == STORE_DIGITS &&
           key->status == ESC_OK;
}
