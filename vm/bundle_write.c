/* bundle_write.c - a program as the bytes of a bundle.
 *
 *   0  [4] "ESCB"   4  u16 format   6  u16 section count   8  [32] SHA-256 of everything behind it
 *  40  directory: for each section u16 number, u16 zero, u32 offset, u32 size; then the sections in that order
 *
 * Integers are big-endian. A section exists exactly when it has rows; sections stand in ascending order without gaps, so
 * one program has one encoding. A table is its rows, each column a u32 but for I64; CODE is 8 bytes an instruction;
 * TEXTS is u32 count, a u16 size for each, then the bytes of all. Nothing is verified here: that is the reader's work. */
#include <esc/vm.h>

#include <string.h>

#include "vm_internal.h"

static uint8_t *put_u16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
    return at + 2;
}

static uint8_t *put_u32(uint8_t *at, uint32_t value)
{
    return put_u16(put_u16(at, value >> 16), value);
}

static uint8_t *put_row(uint8_t *at, const EscTableInfo *info, const EscColumn *columns,
                        const uint8_t *row)
{
    for (size_t c = 0; c < info->columns_count; c++) {
        uint64_t value = (uint64_t)esc_column_value(&columns[c], row);
        if (columns[c].kind == ESC_COLUMN_I64)
            at = put_u32(at, (uint32_t)(value >> 32));
        at = put_u32(at, (uint32_t)value);
    }
    return at;
}

/* Rows go through a block on the stack: one append for a block, not one for a column. */
static void encode_table(const EscProgram *program, EscTable table, EscBuf *out)
{
    const EscTableInfo *info = &esc_table_info[table];
    const EscColumn *columns = info->columns();
    const uint8_t *row = esc_program_rows(program, table);
    uint8_t block[4096];
    uint8_t *at = block;
    ESC_ASSERT(info->row_size <= sizeof block);
    for (uint32_t i = esc_program_count(program, table); i > 0; i--) {
        at = put_row(at, info, columns, row);
        row += info->struct_size;
        if ((size_t)(block + sizeof block - at) < info->row_size || i == 1) {
            esc_buf_append(out, block, (size_t)(at - block));
            at = block;
        }
    }
}

static void encode_texts(const EscProgram *program, EscBuf *out)
{
    esc_buf_u32(out, program->texts_count);
    for (uint32_t i = 0; i < program->texts_count; i++)
        esc_buf_u16(out, (uint16_t)program->texts[i].size);
    for (uint32_t i = 0; i < program->texts_count; i++)
        esc_buf_text(out, program->texts[i]);
}

static void encode_code(const EscProgram *program, EscBuf *out)
{
    for (uint32_t i = 0; i < program->code_count; i++) {
        const EscInstr *instr = &program->code[i];
        uint8_t bytes[ESC_INSTR_SIZE] = {instr->op, instr->a, instr->b, instr->c};
        put_u32(bytes + 4, instr->imm);
        esc_buf_append(out, bytes, sizeof bytes);
    }
}

void esc_bundle_encode_section(const EscProgram *program, EscTable section, EscBuf *out)
{
    if (section == ESC_TABLE_TEXTS)
        encode_texts(program, out);
    else if (section == ESC_TABLE_CODE)
        encode_code(program, out);
    else
        encode_table(program, section, out);
}

static uint64_t section_size(const EscProgram *program, EscTable section)
{
    uint64_t count = esc_program_count(program, section);
    if (section == ESC_TABLE_CODE)
        return count * ESC_INSTR_SIZE;
    if (section < ESC_TABLE_COUNT)
        return count * esc_table_info[section].row_size;
    uint64_t size = 4 + 2 * count;
    for (uint32_t i = 0; i < count; i++)
        size += program->texts[i].size;
    return size;
}

static uint32_t section_count(const EscProgram *program)
{
    uint32_t count = 0;
    for (EscTable section = 1; section < ESC_SECTION_COUNT; section++)
        count += esc_program_count(program, section) > 0;
    return count;
}

void esc_bundle_encode_directory(const EscProgram *program, EscBuf *out)
{
    uint64_t offset =
        ESC_BUNDLE_HEADER_SIZE + (uint64_t)section_count(program) * ESC_BUNDLE_ENTRY_SIZE;
    for (EscTable section = 1; section < ESC_SECTION_COUNT; section++) {
        if (esc_program_count(program, section) == 0)
            continue;
        uint64_t size = section_size(program, section);
        if (offset + size > ESC_BUNDLE_BYTES_MAX) {
            out->status = ESC_OVER_LIMIT;
            return;
        }
        esc_buf_u16(out, (uint16_t)section);
        esc_buf_u16(out, 0);
        esc_buf_u32(out, (uint32_t)offset);
        esc_buf_u32(out, (uint32_t)size);
        offset += size;
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
    uint8_t no_hash[32] = {0};
    esc_buf_append(out, ESC_BUNDLE_MAGIC, 4);
    esc_buf_u16(out, ESC_BUNDLE_FORMAT);
    esc_buf_u16(out, (uint16_t)section_count(program));
    esc_buf_append(out, no_hash, sizeof no_hash);
    esc_bundle_encode_directory(program, out);
    for (EscTable section = 1; section < ESC_SECTION_COUNT; section++) {
        if (esc_program_count(program, section) > 0)
            esc_bundle_encode_section(program, section, out);
    }
    if (out->status != ESC_OK)
        return out->status;
    uint8_t *bundle = out->data + start;
    EscBytes content = {bundle + ESC_BUNDLE_HEADER_SIZE,
                        out->size - start - ESC_BUNDLE_HEADER_SIZE};
    esc_sha256(content, bundle + ESC_BUNDLE_HASH_AT);
    return ESC_OK;
}
