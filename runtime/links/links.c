/* links.c - links written and read.
 *
 *   u8   version << 4 | act        u8   item
 *   u16  tag of the workspace: of SHA-256 of its name
 *   u32  of the store's mark       varint  number of the message
 *   16 bytes  of HMAC-SHA256(key, "escal link" 0 WORKSPACE 0 all of the above)
 *
 * in base64url without padding: 36 letters for most. Integers are big-endian. */
#include <esc/links.h>
#include <esc/proofs.h>

#define VERSION 1u
#define PROOF_BYTES 16
#define SAID_BYTES_MAX 512
#define STORE_DIGITS 16
#define PURPOSE "escal link"

/* --- the proof ---------------------------------------------------------------------------------- */

static uint16_t tag_of(EscText workspace)
{
    uint8_t digest[32];
    esc_sha256((EscBytes){(const uint8_t *)workspace.data, workspace.size}, digest);
    return (uint16_t)(digest[0] << 8 | digest[1]);
}

/* False only without memory. */
static bool prove(const uint8_t key[ESC_LINK_KEY_BYTES], EscText workspace, EscText said,
                  EscMac *mac)
{
    const EscText parts[] = {ESC_TEXT(PURPOSE "\0"), workspace, ESC_TEXT("\0"), said};
    EscText secret = {(const char *)key, ESC_LINK_KEY_BYTES};
    bool is_made = esc_mac_make(ESC_MAC_SHA256, secret, parts, ESC_COUNT_OF(parts), mac);
    mac->size = is_made ? PROOF_BYTES : 0;
    return is_made;
}

static EscText proof_text(const EscMac *mac)
{
    return (EscText){(const char *)mac->bytes, mac->size};
}

/* --- links -------------------------------------------------------------------------------------- */

bool esc_link_store(EscText key, uint32_t *store)
{
    *store = 0;
    if (key.size <= STORE_DIGITS || key.data[key.size - STORE_DIGITS - 1] != '/')
        return false;
    for (size_t i = 0; i < STORE_DIGITS; i++) {
        int digit = esc_hex_value(key.data[key.size - STORE_DIGITS + i]);
        if (digit < 0)
            return false;
        if (i < STORE_DIGITS / 2)
            *store = *store << 4 | (uint32_t)digit;
    }
    return true;
}

void esc_link_write(EscBuf *out, const EscLinkKeys *keys, EscText workspace, const EscLink *link)
{
    EscBuf said;
    EscMac mac;
    ESC_ASSERT(keys->count > 0 && link->act < ESC_LINK_ACT_COUNT);
    esc_buf_init(&said, SAID_BYTES_MAX);
    esc_buf_u8(&said, (uint8_t)(VERSION << 4 | (unsigned)link->act));
    esc_buf_u8(&said, link->item);
    esc_buf_u16(&said, tag_of(workspace));
    esc_buf_u32(&said, link->store);
    esc_buf_varint(&said, link->outbox);
    if (prove(keys->keys[0], workspace, esc_buf_as_text(&said), &mac))
        esc_buf_append(&said, mac.bytes, mac.size);
    else
        said.status = ESC_NO_MEMORY;
    if (said.status == ESC_OK)
        esc_base64url_write(out, esc_buf_as_bytes(&said));
    else
        out->status = said.status;
    esc_buf_release(&said);
}

/* What a link says, and its proof; nothing of it is believed yet. */
typedef struct Opened {
    EscBuf bytes;
    EscText said, proof;
    EscLink link;
    uint16_t tag;
} Opened;

static bool open_link(EscText letters, Opened *opened)
{
    *opened = (Opened){.tag = 0};
    esc_buf_init(&opened->bytes, SAID_BYTES_MAX);
    if (letters.size > ESC_LINK_LETTERS_MAX || !esc_base64url_read(letters, &opened->bytes) ||
        opened->bytes.size <= PROOF_BYTES)
        return false;
    EscText all = esc_buf_as_text(&opened->bytes);
    opened->said = (EscText){all.data, all.size - PROOF_BYTES};
    opened->proof = (EscText){all.data + opened->said.size, PROOF_BYTES};
    EscCursor cursor = esc_cursor((EscBytes){opened->bytes.data, opened->said.size});
    uint8_t first = esc_cursor_u8(&cursor);
    opened->link.act = (EscLinkAct)(first & 15);
    opened->link.item = esc_cursor_u8(&cursor);
    opened->tag = esc_cursor_u16(&cursor);
    opened->link.store = esc_cursor_u32(&cursor);
    opened->link.outbox = esc_cursor_varint(&cursor);
    return !cursor.failed && esc_cursor_left(&cursor) == 0 && first >> 4 == VERSION &&
           opened->link.act < ESC_LINK_ACT_COUNT;
}

bool esc_link_is_for(EscText letters, EscText workspace)
{
    Opened opened;
    bool is_for = open_link(letters, &opened) && opened.tag == tag_of(workspace);
    esc_buf_release(&opened.bytes);
    return is_for;
}

bool esc_link_read(EscText letters, const EscLinkKeys *keys, EscText workspace, EscLink *link)
{
    Opened opened;
    bool is_proven = false, is_open = open_link(letters, &opened);
    for (uint32_t i = 0; i < keys->count && is_open; i++) {
        EscMac mac;
        bool is_it = prove(keys->keys[i], workspace, opened.said, &mac) &&
                     esc_secrets_equal(proof_text(&mac), opened.proof);
        is_proven = is_proven || is_it;
    }
    *link = is_proven ? opened.link : (EscLink){.outbox = 0};
    esc_buf_release(&opened.bytes);
    return is_proven && link->outbox > 0;
}
