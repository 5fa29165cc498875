/* bundle_write.c - a program as the bytes of a bundle.
 *
 *   0  [4] "ESCB"   4  u16 format   6  u16 section count   8  [32] SHA-256 of everything behind it
 *  40  directory: for each section u16 number, u16 zero, u32 offset, u32 size; then the sections in that order
 *
 * Integers of a fixed size are big-endian, all others varints (kit_pack.c). A section exists exactly when it has rows; sections stand
 * in ascending order without gaps, so one program has one encoding. Every section begins with u32, how many rows it has. A table is
 * its rows, each column a signed varint: by how much it differs from the row before, because neighbours are much alike. CODE is
 * opcode, a, b and c as bytes and imm as a varint; TEXTS is a u16 size for each, then the bytes of all.
 * Nothing is verified here: that is the reader's work. */
#include <esc/vm.h>

#include <string.h>

#include "vm_internal.h"

#define BLOCK_SIZE 4096u

static void put_u32(uint8_t *at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* As esc_buf_varint does, without asking the buffer for every byte. */
static uint8_t *put_varint(uint8_t *at, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        *at++ = (uint8_t)(value | 0x80);
    *at++ = (uint8_t)value;
    return at;
}

static uint64_t fold(uint64_t difference)
{
    return (int64_t)difference < 0 ? ~(difference << 1) : difference << 1;
}

/* Rows go through a block on the stack: one append for a block, not one for a column. `before` is a row's value by column. */
static void encode_table(const EscProgram *program, EscTable table, EscBuf *out)
{
    const EscTableInfo *info = &esc_table_info[table];
    const EscColumn *columns = info->columns();
    const uint8_t *row = esc_program_rows(program, table);
    uint64_t before[ESC_COLUMNS_MAX] = {0};
    uint8_t block[BLOCK_SIZE];
    uint8_t *at = block;
    for (uint32_t i = esc_program_count(program, table); i > 0; i--) {
        for (size_t c = 0; c < info->columns_count; c++) {
            uint64_t value = (uint64_t)esc_column_value(&columns[c], row);
            at = put_varint(at, fold(value - before[c]));
            before[c] = value;
        }
        row += info->struct_size;
        if ((size_t)(block + sizeof block - at) < ESC_COLUMNS_MAX * ESC_VARINT_BYTES_MAX ||
            i == 1) {
            esc_buf_append(out, block, (size_t)(at - block));
            at = block;
        }
    }
}

static void encode_texts(const EscProgram *program, EscBuf *out)
{
    for (uint32_t i = 0; i < program->texts_count; i++)
        esc_buf_u16(out, (uint16_t)program->texts[i].size);
    for (uint32_t i = 0; i < program->texts_count; i++)
        esc_buf_text(out, program->texts[i]);
}

static void encode_code(const EscProgram *program, EscBuf *out)
{
    uint8_t block[BLOCK_SIZE];
    uint8_t *at = block;
    for (uint32_t i = 0; i < program->code_count; i++) {
        const EscInstr *instr = &program->code[i];
        *at++ = instr->op;
        *at++ = instr->a;
        *at++ = instr->b;
        *at++ = instr->c;
        at = put_varint(at, instr->imm);
        if ((size_t)(block + sizeof block - at) < 4 + ESC_VARINT_BYTES_MAX ||
            i + 1 == program->code_count) {
            esc_buf_append(out, block, (size_t)(at - block));
            at = block;
        }
    }
}

void esc_bundle_encode_section(const EscProgram *program, EscTable section, EscBuf *out)
{
    esc_buf_u32(out, esc_program_count(program, section));
    if (section == ESC_TABLE_TEXTS)
        encode_texts(program, out);
    else if (section == ESC_TABLE_CODE)
        encode_code(program, out);
    else
        encode_table(program, section, out);
}

static uint32_t section_count(const EscProgram *program)
{
    uint32_t count = 0;
    for (EscTable section = 1; section < ESC_SECTION_COUNT; section++)
        count += esc_program_count(program, section) > 0;
    return count;
}

/* How long a section is shows when it is written, so its entry waits for it. */
static void encode_sections(const EscProgram *program, size_t start, EscBuf *out)
{
    size_t entry = start + ESC_BUNDLE_HEADER_SIZE;
    for (EscTable section = 1; section < ESC_SECTION_COUNT && out->status == ESC_OK; section++) {
        if (esc_program_count(program, section) == 0)
            continue;
        size_t from = out->size;
        esc_bundle_encode_section(program, section, out);
        if (out->status == ESC_OK && out->size - start > ESC_BUNDLE_BYTES_MAX)
            out->status = ESC_OVER_LIMIT;
        if (out->status != ESC_OK)
            return;
        put_u32(out->data + entry, (uint32_t)section << 16);
        put_u32(out->data + entry + 4, (uint32_t)(from - start));
        put_u32(out->data + entry + 8, (uint32_t)(out->size - from));
        entry += ESC_BUNDLE_ENTRY_SIZE;
    }
}

static bool texts_fit(const EscProgram *program)
{
    for (uint32_t i = 0; i < program->texts_count; i++) {
        if (program->texts[i].size > ESC_TEXT_MAX)
            return false;
    }
    return true;
}

EscStatus esc_bundle_encode(const EscProgram *program, EscBuf *out)
{
    if (!texts_fit(program))
        return ESC_OVER_LIMIT;
    size_t start = out->size;
    static const uint8_t no_hash[32], no_entry[ESC_BUNDLE_ENTRY_SIZE];
    esc_buf_append(out, ESC_BUNDLE_MAGIC, 4);
    esc_buf_u16(out, ESC_BUNDLE_FORMAT);
    esc_buf_u16(out, (uint16_t)section_count(program));
    esc_buf_append(out, no_hash, sizeof no_hash);
    for (uint32_t i = section_count(program); i > 0; i--)
        esc_buf_append(out, no_entry, sizeof no_entry);
    encode_sections(program, start, out);
    if (out->status != ESC_OK)
        return out->status;
    uint8_t *bundle = out->data + start;
    EscBytes content = {bundle + ESC_BUNDLE_HEADER_SIZE,
                        out->size - start - ESC_BUNDLE_HEADER_SIZE};
    esc_sha256(content, bundle + ESC_BUNDLE_HASH_AT);
    return ESC_OK;
}
