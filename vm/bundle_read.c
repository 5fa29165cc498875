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

static bool is_section(uint32_t section)
{
    return section >= ESC_TABLE_COUNT || esc_table_info[section].name != NULL;
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
        if (section <= before || section >= ESC_SECTION_COUNT || !is_section(section))
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

/* How many rows a section says it has, each of at least row_min bytes: so nobody makes room for what cannot be there. */
static EscStatus read_count(Reader *reader, EscTable section, const char *name, size_t row_min,
                            uint32_t rows_max, uint32_t *count)
{
    EscBytes bytes = reader->sections[section];
    *count = bytes.size < ESC_SECTION_COUNT_SIZE ? 0 : get_u32(bytes.data);
    if (*count > 0 && *count <= rows_max &&
        *count <= (bytes.size - ESC_SECTION_COUNT_SIZE) / row_min)
        return ESC_OK;
    return esc_why(reader->why, ESC_BAD_BUNDLE, "V03", (uint64_t)(bytes.data - reader->bytes.data),
                   "%u rows do not fit into %s, which may have 1 to %u", (unsigned)*count, name,
                   (unsigned)rows_max);
}

static EscCursor rows_of(const Reader *reader, EscTable section)
{
    EscBytes bytes = reader->sections[section];
    return esc_cursor(
        (EscBytes){bytes.data + ESC_SECTION_COUNT_SIZE, bytes.size - ESC_SECTION_COUNT_SIZE});
}

/* Every byte must have been read, and none missing. */
static EscStatus end_section(Reader *reader, EscTable section, const char *name,
                             const EscCursor *cursor)
{
    if (!cursor->failed && cursor->at == cursor->bytes.size)
        return ESC_OK;
    return esc_why(reader->why, ESC_BAD_BUNDLE, "V03",
                   (uint64_t)(reader->sections[section].data - reader->bytes.data),
                   "%s must be whole rows", name);
}

/* A row as its differences from `before`, which is then this row. */
static void decode_row(uint8_t *row, const EscTableInfo *info, const EscColumn *columns,
                       uint64_t *before, EscCursor *cursor)
{
    for (size_t c = 0; c < info->columns_count; c++) {
        uint64_t wide = before[c] += (uint64_t)esc_cursor_signed(cursor);
        if (columns[c].kind == ESC_COLUMN_I64) {
            memcpy(row + columns[c].offset, &wide, sizeof wide);
            continue;
        }
        uint32_t narrow = (uint32_t)wide;
        cursor->failed |= narrow != wide;
        memcpy(row + columns[c].offset, &narrow, sizeof narrow);
    }
}

static EscStatus read_table(Reader *reader, EscTable table)
{
    const EscTableInfo *info = &esc_table_info[table];
    uint32_t count = 0;
    EscStatus status =
        read_count(reader, table, info->name, info->columns_count, info->rows_max, &count);
    if (status != ESC_OK)
        return status;
    uint8_t *rows = esc_arena_alloc_array(reader->bundle->arena, count, info->struct_size);
    if (rows == NULL)
        return esc_why(reader->why, ESC_NO_MEMORY, "", 0, "no memory for %s", info->name);
    const EscColumn *columns = info->columns();
    uint64_t before[ESC_COLUMNS_MAX] = {0};
    EscCursor cursor = rows_of(reader, table);
    for (uint32_t i = 0; i < count && !cursor.failed; i++)
        decode_row(rows + i * info->struct_size, info, columns, before, &cursor);
    uint8_t *program = (uint8_t *)&reader->bundle->program;
    memcpy(program + info->rows_offset, &(const void *){rows}, sizeof(const void *));
    memcpy(program + info->count_offset, &count, sizeof count);
    return end_section(reader, table, info->name, &cursor);
}

static EscInstr decode_instr(EscCursor *cursor)
{
    EscBytes operands = esc_cursor_bytes(cursor, 4);
    uint64_t imm = esc_cursor_varint(cursor);
    cursor->failed |= imm > UINT32_MAX;
    if (cursor->failed)
        return (EscInstr){0};
    const uint8_t *at = operands.data;
    return (EscInstr){at[0], at[1], at[2], at[3], (uint32_t)imm};
}

static EscStatus read_code(Reader *reader)
{
    uint32_t count = 0;
    EscStatus status =
        read_count(reader, ESC_TABLE_CODE, "CODE", ESC_INSTR_SIZE_MIN, ESC_CODE_ROWS_MAX, &count);
    if (status != ESC_OK)
        return status;
    EscInstr *code = esc_arena_alloc_array(reader->bundle->arena, count, sizeof *code);
    if (code == NULL)
        return esc_why(reader->why, ESC_NO_MEMORY, "", 0, "no memory for CODE");
    EscCursor cursor = rows_of(reader, ESC_TABLE_CODE);
    for (uint32_t i = 0; i < count && !cursor.failed; i++)
        code[i] = decode_instr(&cursor);
    reader->bundle->program.code = code;
    reader->bundle->program.code_count = count;
    return end_section(reader, ESC_TABLE_CODE, "CODE", &cursor);
}

static EscStatus read_texts(Reader *reader)
{
    EscBytes section = reader->sections[ESC_TABLE_TEXTS];
    uint64_t at = (uint64_t)(section.data - reader->bytes.data);
    uint32_t count = 0;
    EscStatus status = read_count(reader, ESC_TABLE_TEXTS, "TEXTS", 2, ESC_TEXTS_ROWS_MAX, &count);
    if (status != ESC_OK)
        return status;
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

/* Encodes what was parsed, section by section, and compares it with the bytes that it came from. The directory has no second
 * form: its entries are in order, without a gap, and none is empty. */
static EscStatus compare_encoding(Reader *reader)
{
    EscBuf again;
    esc_buf_init(&again, reader->bytes.size);
    bool is_same = true;
    uint64_t at = 0;
    for (EscTable section = 1; section < ESC_SECTION_COUNT && is_same; section++) {
        EscBytes written = reader->sections[section];
        if (written.size == 0)
            continue;
        esc_buf_clear(&again);
        esc_bundle_encode_section(&reader->bundle->program, section, &again);
        is_same = again.status == ESC_OK && again.size == written.size &&
                  memcmp(again.data, written.data, again.size) == 0;
        at = (uint64_t)(written.data - reader->bytes.data);
    }
    EscStatus status = again.status;
    esc_buf_release(&again);
    if (status == ESC_NO_MEMORY)
        return esc_why(reader->why, status, "", 0, "no memory to compare encodings");
    if (!is_same)
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
