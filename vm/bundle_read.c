/* bundle_read.c - the bytes of a bundle as a program: the container's checks V01 to V05.
 *
 * The format stands in bundle_write.c. Bytes come from a stranger: every size is checked before it is multiplied or
 * allocated, the hash is checked over the very bytes that are then parsed, and the parsed form is encoded again and
 * compared, so nothing can hide in a second encoding of the same program. What rows and code mean is checked elsewhere. */
#include <esc/vm.h>

#include <string.h>

#include "vm_internal.h"

typedef struct Reader {
    EscBytes bytes;
    EscBundle *bundle;
    EscWhy *why;
    EscBytes sections[ESC_SECTION_COUNT]; /* {NULL, 0}: absent */
} Reader;

static uint32_t get_u16(const uint8_t *at)
{
    return (uint32_t)at[0] << 8 | at[1];
}

static uint32_t get_u32(const uint8_t *at)
{
    return get_u16(at) << 16 | get_u16(at + 2);
}

static EscStatus read_header(Reader *reader)
{
    EscBytes bytes = reader->bytes;
    if (bytes.size < ESC_BUNDLE_HEADER_SIZE)
        return esc_why(reader->why, ESC_BAD_BUNDLE, "V01", bytes.size,
                       "%zu bytes are too few for a bundle", bytes.size);
    if (memcmp(bytes.data, ESC_BUNDLE_MAGIC, 4) != 0)
        return esc_why(reader->why, ESC_BAD_BUNDLE, "V01", 0,
                       "this is not a bundle: it does not begin with ESCB");
    if (get_u16(bytes.data + 4) != ESC_BUNDLE_FORMAT)
        return esc_why(reader->why, ESC_BAD_BUNDLE, "V01", 4,
                       "bundle format %u, but this build reads format %d",
                       (unsigned)get_u16(bytes.data + 4), ESC_BUNDLE_FORMAT);
    if (bytes.size > ESC_BUNDLE_BYTES_MAX)
        return esc_why(reader->why, ESC_BAD_BUNDLE, "V03", 0,
                       "%zu bytes are more than a bundle may have", bytes.size);
    EscBytes content = {bytes.data + ESC_BUNDLE_HEADER_SIZE, bytes.size - ESC_BUNDLE_HEADER_SIZE};
    esc_sha256(content, reader->bundle->hash);
    if (memcmp(reader->bundle->hash, bytes.data + ESC_BUNDLE_HASH_AT, 32) != 0)
        return esc_why(reader->why, ESC_BAD_BUNDLE, "V04", ESC_BUNDLE_HASH_AT,
                       "the content does not have the hash that the header states");
    return ESC_OK;
}

/* Known sections only, each once, ascending, one right behind the other up to the last byte. */
static EscStatus read_directory(Reader *reader)
{
    EscBytes bytes = reader->bytes;
    uint32_t count = get_u16(bytes.data + 6);
    if (count >= ESC_SECTION_COUNT ||
        ESC_BUNDLE_HEADER_SIZE + count * ESC_BUNDLE_ENTRY_SIZE > bytes.size)
        return esc_why(reader->why, ESC_BAD_BUNDLE, "V02", 6,
                       "a directory of %u sections does not fit", (unsigned)count);
    size_t end = ESC_BUNDLE_HEADER_SIZE + count * ESC_BUNDLE_ENTRY_SIZE;
    uint32_t before = 0;
    for (uint32_t i = 0; i < count; i++) {
        size_t at = ESC_BUNDLE_HEADER_SIZE + i * ESC_BUNDLE_ENTRY_SIZE;
        const uint8_t *entry = bytes.data + at;
        uint32_t section = get_u16(entry);
        uint32_t offset = get_u32(entry + 4), size = get_u32(entry + 8);
        if (section <= before || section >= ESC_SECTION_COUNT)
            return esc_why(reader->why, ESC_BAD_BUNDLE, "V02", at,
                           "section %u is unknown, repeated or out of order", (unsigned)section);
        if (get_u16(entry + 2) != 0)
            return esc_why(reader->why, ESC_BAD_BUNDLE, "V05", at + 2,
                           "reserved bytes are not zero");
        if (offset != end || size == 0 || size > bytes.size - end)
            return esc_why(reader->why, ESC_BAD_BUNDLE, "V02", at + 4,
                           "section %u must begin at %zu, have a size, and end within the bundle",
                           (unsigned)section, end);
        reader->sections[section] = (EscBytes){bytes.data + offset, size};
        end += size;
        before = section;
    }
    if (end != bytes.size)
        return esc_why(reader->why, ESC_BAD_BUNDLE, "V01", end, "%zu bytes follow the last section",
                       bytes.size - end);
    return ESC_OK;
}

static void decode_row(uint8_t *row, const EscTableInfo *info, const EscColumn *columns,
                       const uint8_t *at)
{
    for (size_t c = 0; c < info->columns_count; c++) {
        uint32_t high = get_u32(at);
        at += 4;
        if (columns[c].kind != ESC_COLUMN_I64) {
            memcpy(row + columns[c].offset, &high, sizeof high);
            continue;
        }
        uint64_t wide = (uint64_t)high << 32 | get_u32(at);
        memcpy(row + columns[c].offset, &wide, sizeof wide);
        at += 4;
    }
}

static EscStatus read_table(Reader *reader, EscTable table)
{
    const EscTableInfo *info = &esc_table_info[table];
    EscBytes section = reader->sections[table];
    if (section.size % info->row_size != 0 || section.size / info->row_size > info->rows_max)
        return esc_why(reader->why, ESC_BAD_BUNDLE, "V03",
                       (uint64_t)(section.data - reader->bytes.data),
                       "%s must be whole rows of %zu bytes, at most %u", info->name, info->row_size,
                       (unsigned)info->rows_max);
    uint32_t count = (uint32_t)(section.size / info->row_size);
    uint8_t *rows = esc_arena_alloc_array(reader->bundle->arena, count, info->struct_size);
    if (rows == NULL)
        return esc_why(reader->why, ESC_NO_MEMORY, "", 0, "no memory for %s", info->name);
    const EscColumn *columns = info->columns();
    for (uint32_t i = 0; i < count; i++)
        decode_row(rows + i * info->struct_size, info, columns, section.data + i * info->row_size);
    uint8_t *program = (uint8_t *)&reader->bundle->program;
    memcpy(program + info->rows_offset, &(const void *){rows}, sizeof(const void *));
    memcpy(program + info->count_offset, &count, sizeof count);
    return ESC_OK;
}

static EscStatus read_code(Reader *reader)
{
    EscBytes section = reader->sections[ESC_TABLE_CODE];
    if (section.size % ESC_INSTR_SIZE != 0 || section.size / ESC_INSTR_SIZE > ESC_CODE_ROWS_MAX)
        return esc_why(reader->why, ESC_BAD_BUNDLE, "V03",
                       (uint64_t)(section.data - reader->bytes.data),
                       "CODE must be whole instructions of %u bytes", ESC_INSTR_SIZE);
    uint32_t count = (uint32_t)(section.size / ESC_INSTR_SIZE);
    EscInstr *code = esc_arena_alloc_array(reader->bundle->arena, count, sizeof *code);
    if (code == NULL)
        return esc_why(reader->why, ESC_NO_MEMORY, "", 0, "no memory for CODE");
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *at = section.data + (size_t)i * ESC_INSTR_SIZE;
        code[i] = (EscInstr){at[0], at[1], at[2], at[3], get_u32(at + 4)};
    }
    reader->bundle->program.code = code;
    reader->bundle->program.code_count = count;
    return ESC_OK;
}

static EscStatus read_texts(Reader *reader)
{
    EscBytes section = reader->sections[ESC_TABLE_TEXTS];
    uint64_t at = (uint64_t)(section.data - reader->bytes.data);
    uint32_t count = section.size < 4 ? 0 : get_u32(section.data);
    if (count == 0 || count > ESC_TEXTS_ROWS_MAX || 4 + 2 * (size_t)count > section.size)
        return esc_why(reader->why, ESC_BAD_BUNDLE, "V03", at, "%u texts do not fit into TEXTS",
                       (unsigned)count);
    size_t data_size = section.size - 4 - 2 * (size_t)count;
    EscText *texts = esc_arena_alloc_array(reader->bundle->arena, count, sizeof *texts);
    char *data = esc_arena_alloc(reader->bundle->arena, data_size);
    if (texts == NULL || data == NULL)
        return esc_why(reader->why, ESC_NO_MEMORY, "", 0, "no memory for TEXTS");
    memcpy(data, section.data + section.size - data_size, data_size);
    size_t used = 0;
    for (uint32_t i = 0; i < count; i++) {
        size_t size = get_u16(section.data + 4 + 2 * (size_t)i);
        if (size > data_size - used)
            return esc_why(reader->why, ESC_BAD_BUNDLE, "V03", at,
                           "text %u runs past the end of TEXTS", (unsigned)i);
        texts[i] = (EscText){data + used, size};
        used += size;
    }
    if (used != data_size)
        return esc_why(reader->why, ESC_BAD_BUNDLE, "V03", at,
                       "%zu bytes of TEXTS belong to no text", data_size - used);
    reader->bundle->program.texts = texts;
    reader->bundle->program.texts_count = count;
    reader->bundle->text_bytes = (EscBytes){(const uint8_t *)data, data_size};
    return ESC_OK;
}

static EscStatus read_sections(Reader *reader)
{
    EscStatus status = ESC_OK;
    for (EscTable table = 1; table < ESC_TABLE_COUNT && status == ESC_OK; table++) {
        if (reader->sections[table].size > 0)
            status = read_table(reader, table);
    }
    if (status == ESC_OK && reader->sections[ESC_TABLE_TEXTS].size > 0)
        status = read_texts(reader);
    if (status == ESC_OK && reader->sections[ESC_TABLE_CODE].size > 0)
        status = read_code(reader);
    return status;
}

/* Encodes what was parsed, part by part, and compares it with the bytes that it came from. */
static EscStatus compare_encoding(Reader *reader)
{
    const EscProgram *program = &reader->bundle->program;
    EscBuf again;
    esc_buf_init(&again, reader->bytes.size);
    esc_bundle_encode_directory(program, &again);
    EscBytes written = {reader->bytes.data + ESC_BUNDLE_HEADER_SIZE,
                        get_u16(reader->bytes.data + 6) * ESC_BUNDLE_ENTRY_SIZE};
    bool is_same = again.size == written.size &&
                   (again.size == 0 || memcmp(again.data, written.data, again.size) == 0);
    uint64_t at = ESC_BUNDLE_HEADER_SIZE;
    for (EscTable section = 1; section < ESC_SECTION_COUNT && is_same; section++) {
        written = reader->sections[section];
        if (written.size == 0)
            continue;
        esc_buf_clear(&again);
        esc_bundle_encode_section(program, section, &again);
        is_same = again.size == written.size && memcmp(again.data, written.data, again.size) == 0;
        at = (uint64_t)(written.data - reader->bytes.data);
    }
    EscStatus status = again.status;
    esc_buf_release(&again);
    if (status == ESC_NO_MEMORY)
        return esc_why(reader->why, status, "", 0, "no memory to compare encodings");
    if (status != ESC_OK || !is_same)
        return esc_why(reader->why, ESC_BAD_BUNDLE, "V05", at,
                       "the same program has another encoding");
    return ESC_OK;
}

EscStatus esc_bundle_read(EscBytes bytes, EscBundle *bundle, EscWhy *why)
{
    Reader reader = {.bytes = bytes, .bundle = bundle, .why = why};
    EscStatus status = read_header(&reader);
    if (status == ESC_OK)
        status = read_directory(&reader);
    if (status == ESC_OK)
        status = read_sections(&reader);
    if (status == ESC_OK)
        status = compare_encoding(&reader);
    return status;
}
