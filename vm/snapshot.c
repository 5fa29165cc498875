/* snapshot.c - a waiting run as bytes, and back: F1 to F7.
 *
 *   0  [4] "ESCS"   4  u16 format   6  u16 flags, zero   8  [32] hash of the bundle   40  u32 function   44  u32 wait point
 *  48  u32 effects over the life of the frame   52  u8 count of loops around the wait, then that many u16 rounds done
 *  then u8 count of registers, and for each u8 number, u32 type, u8 is-missing, and its value unless it is missing:
 *      BOOL u8   NUMBER u64 IEEE bits   DURATION, TIME i64 ms   ENUM, REF u32   TEXT u16 size, bytes
 *      LIST u8 count, for each u16 size, bytes
 *  then u32 CRC-32C of all before it
 *
 * Integers are big-endian. Where the frame goes on is the wait's to say, so no program counter is stored. Registers hold values,
 * never addresses: a snapshot outlives the process that wrote it. It is input like any other: what the verifier recorded
 * for the wait decides which registers there are and of what type. Bytes that cannot be read are still evidence, and the
 * caller keeps them. */
#include <esc/vm.h>

#include <math.h>
#include <string.h>

#include "vm_internal.h"

#define MAGIC "ESCS"
enum { FORMAT = 2, FIXED_SIZE = 53, HASH_AT = 8 };

/* --- writing ------------------------------------------------------------------------------------------------------- */

static size_t value_size(const EscValue *value)
{
    if (value->is_missing)
        return 0;
    switch (esc_type_kind(value->type)) {
    case ESC_KIND_BOOL:
        return 1;
    case ESC_KIND_NUMBER:
    case ESC_KIND_DURATION:
    case ESC_KIND_TIME:
        return 8;
    case ESC_KIND_ENUM:
    case ESC_KIND_REF:
        return 4;
    case ESC_KIND_TEXT:
        return 2 + value->text.size;
    case ESC_KIND_LIST: {
        size_t size = 1;
        for (uint32_t i = 0; i < value->list.count; i++)
            size += 2 + value->list.items[i].size;
        return size;
    }
    case ESC_KIND_UNSET:
    case ESC_KIND_COUNT:
        break;
    }
    return 0;
}

size_t esc_snapshot_size(const EscRun *run)
{
    const EscWaitState *state = &run->bundle->wait_states[run->wait];
    size_t size = FIXED_SIZE + 2 * (size_t)state->loop_depth + 1 + 4;
    for (uint32_t r = 0; r < ESC_REGISTERS_MAX; r++) {
        if ((state->mask >> r & 1) != 0)
            size += 6 + value_size(&run->registers[r]);
    }
    return size;
}

static void write_text(EscBuf *out, EscText text)
{
    esc_buf_u16(out, (uint16_t)text.size);
    esc_buf_text(out, text);
}

static void write_value(EscBuf *out, const EscValue *value)
{
    uint64_t bits;
    esc_buf_u32(out, value->type);
    esc_buf_u8(out, value->is_missing);
    if (value->is_missing)
        return;
    switch (esc_type_kind(value->type)) {
    case ESC_KIND_BOOL:
        esc_buf_u8(out, value->truth);
        break;
    case ESC_KIND_NUMBER:
        memcpy(&bits, &value->number, sizeof bits);
        esc_buf_u64(out, bits);
        break;
    case ESC_KIND_DURATION:
    case ESC_KIND_TIME:
        esc_buf_u64(out, (uint64_t)value->ms);
        break;
    case ESC_KIND_ENUM:
        esc_buf_u32(out, value->member);
        break;
    case ESC_KIND_REF:
        esc_buf_u32(out, value->ref);
        break;
    case ESC_KIND_TEXT:
        write_text(out, value->text);
        break;
    case ESC_KIND_LIST:
        esc_buf_u8(out, (uint8_t)value->list.count);
        for (uint32_t i = 0; i < value->list.count; i++)
            write_text(out, value->list.items[i]);
        break;
    case ESC_KIND_UNSET:
    case ESC_KIND_COUNT:
        break; /* a live register holds something */
    }
}

EscStatus esc_snapshot_write(const EscRun *run, EscBuf *out)
{
    if (run->wait == ESC_NONE)
        return ESC_BAD_ARGUMENT;
    if (esc_snapshot_size(run) > ESC_SNAPSHOT_BYTES_MAX)
        return ESC_OVER_LIMIT;
    const EscWaitState *state = &run->bundle->wait_states[run->wait];
    size_t start = out->size;
    esc_buf_append(out, MAGIC, 4);
    esc_buf_u16(out, FORMAT);
    esc_buf_u16(out, 0);
    esc_buf_append(out, run->bundle->hash, 32);
    esc_buf_u32(out, run->function);
    esc_buf_u32(out, run->wait);
    esc_buf_u32(out, run->effects_total);
    esc_buf_u8(out, state->loop_depth);
    for (uint32_t d = 0; d < state->loop_depth; d++)
        esc_buf_u16(out, (uint16_t)run->loops[d]);
    uint8_t count = 0;
    for (uint32_t r = 0; r < ESC_REGISTERS_MAX; r++)
        count = (uint8_t)(count + (state->mask >> r & 1));
    esc_buf_u8(out, count);
    for (uint32_t r = 0; r < ESC_REGISTERS_MAX; r++) {
        if ((state->mask >> r & 1) == 0)
            continue;
        esc_buf_u8(out, (uint8_t)r);
        write_value(out, &run->registers[r]);
    }
    if (out->status == ESC_OK)
        esc_buf_u32(out, esc_crc32c((EscBytes){out->data + start, out->size - start}));
    return out->status;
}

uint32_t esc_snapshot_rounds(EscBytes bytes)
{
    uint32_t depth = bytes.size < FIXED_SIZE ? 0 : bytes.data[FIXED_SIZE - 1];
    size_t at = FIXED_SIZE + 2 * (size_t)depth;
    if (depth == 0 || at > bytes.size)
        return 0;
    return (uint32_t)bytes.data[at - 2] << 8 | bytes.data[at - 1];
}

bool esc_snapshot_bundle_hash(EscBytes bytes, uint8_t hash[32])
{
    if (bytes.size < FIXED_SIZE || memcmp(bytes.data, MAGIC, 4) != 0)
        return false;
    memcpy(hash, bytes.data + HASH_AT, 32);
    return true;
}

/* --- reading ------------------------------------------------------------------------------------------------------------ */

typedef struct Reader {
    EscCursor at;
    const EscProgram *program;
    EscRun *run;
    EscWhy *why;
} Reader;

static EscStatus bad(Reader *reader, const char *check, const char *sentence)
{
    return esc_why(reader->why, ESC_BAD_SNAPSHOT, check, reader->at.at, "%s", sentence);
}

static EscStatus read_text(Reader *reader, EscText *text)
{
    size_t size = esc_cursor_u16(&reader->at);
    EscBytes bytes = esc_cursor_bytes(&reader->at, size);
    *text = (EscText){(const char *)bytes.data, bytes.size};
    if (reader->at.failed)
        return bad(reader, "F1", "a text runs past the end");
    if (size > ESC_TEXT_MAX || !esc_utf8_is_valid(*text, NULL))
        return bad(reader, "F3", "a text is too long or not UTF-8");
    return ESC_OK;
}

/* Items are read into an array on the stack, then copied: their number is bounded by its size. */
static EscStatus read_list(Reader *reader, EscValue *value)
{
    EscText items[ESC_LIST_ITEMS_MAX];
    uint32_t count = esc_cursor_u8(&reader->at);
    EscStatus status = ESC_OK;
    for (uint32_t i = 0; i < count && status == ESC_OK; i++)
        status = read_text(reader, &items[i]);
    if (status != ESC_OK)
        return status;
    value->list.items = items;
    value->list.count = count;
    return esc_scratch_copy(reader->run, value);
}

static EscStatus read_flag(Reader *reader, bool *flag)
{
    uint8_t byte = esc_cursor_u8(&reader->at);
    *flag = byte != 0;
    return byte > 1 ? bad(reader, "F3", "a truth value is neither 0 nor 1") : ESC_OK;
}

static EscStatus read_payload(Reader *reader, EscValue *value)
{
    uint64_t bits;
    EscStatus status = ESC_OK;
    switch (esc_type_kind(value->type)) {
    case ESC_KIND_BOOL:
        return read_flag(reader, &value->truth);
    case ESC_KIND_NUMBER:
        bits = esc_cursor_u64(&reader->at);
        memcpy(&value->number, &bits, sizeof bits);
        return ESC_OK;
    case ESC_KIND_DURATION:
    case ESC_KIND_TIME:
        value->ms = (int64_t)esc_cursor_u64(&reader->at);
        return ESC_OK;
    case ESC_KIND_ENUM:
        value->member = esc_cursor_u32(&reader->at);
        return ESC_OK;
    case ESC_KIND_REF:
        value->ref = esc_cursor_u32(&reader->at);
        return ESC_OK;
    case ESC_KIND_TEXT:
        status = read_text(reader, &value->text);
        return status == ESC_OK ? esc_scratch_copy(reader->run, value) : status;
    case ESC_KIND_LIST:
        return read_list(reader, value);
    case ESC_KIND_UNSET:
    case ESC_KIND_COUNT:
        break;
    }
    return bad(reader, "F2", "a register has no type");
}

/* One register: it must be the one and of the type that the verifier recorded for this wait. */
static EscStatus read_register(Reader *reader, uint32_t wanted, EscType type)
{
    uint32_t number = esc_cursor_u8(&reader->at);
    EscValue value = {.type = esc_cursor_u32(&reader->at)};
    if (reader->at.failed)
        return bad(reader, "F1", "the snapshot is cut off");
    if (number != wanted || value.type != type)
        return bad(reader, "F2", "the registers are not those of this wait");
    EscStatus status = read_flag(reader, &value.is_missing);
    if (status == ESC_OK && !value.is_missing)
        status = read_payload(reader, &value);
    if (status == ESC_OVER_LIMIT)
        return esc_why(reader->why, status, "", reader->at.at, "scratch memory is used up");
    if (status != ESC_OK)
        return status;
    bool is_ref_bad = esc_type_kind(type) == ESC_KIND_REF && !value.is_missing &&
                      !esc_verify_ref_is_valid(reader->program, value.ref);
    if (is_ref_bad || !esc_value_fits(reader->program, &value, type))
        return bad(reader, "F3", "a value is outside the bounds of its type");
    reader->run->registers[wanted] = value;
    return ESC_OK;
}

static EscStatus read_registers(Reader *reader, const EscWaitState *state)
{
    const EscBundle *bundle = reader->run->bundle;
    uint32_t count = esc_cursor_u8(&reader->at), live = 0;
    for (uint32_t r = 0; r < ESC_REGISTERS_MAX; r++)
        live += state->mask >> r & 1;
    if (count != live)
        return bad(reader, "F2", "the registers are not those of this wait");
    uint32_t at = state->types_first;
    for (uint32_t r = 0; r < ESC_REGISTERS_MAX; r++) {
        EscStatus status = (state->mask >> r & 1) != 0
                               ? read_register(reader, r, bundle->wait_types[at++])
                               : ESC_OK;
        if (status != ESC_OK)
            return status;
    }
    return ESC_OK;
}

static EscStatus read_loops(Reader *reader, const EscWaitState *state)
{
    uint32_t depth = esc_cursor_u8(&reader->at);
    if (depth != state->loop_depth)
        return bad(reader, "F2", "the loops are not those around this wait");
    for (uint32_t d = 0; d < depth; d++) {
        reader->run->loops[d] = esc_cursor_u16(&reader->at);
        if (reader->run->loops[d] >= state->loop_limits[d])
            return bad(reader, "F2", "a loop counter is out of its range");
    }
    return ESC_OK;
}

static EscStatus read_header(Reader *reader, EscBytes bytes, const EscBundle *bundle)
{
    if (bytes.size < FIXED_SIZE + 1 + 4 || bytes.size > ESC_SNAPSHOT_BYTES_MAX)
        return bad(reader, "F1", "this is too short or too long for a snapshot");
    EscCursor crc = esc_cursor((EscBytes){bytes.data + bytes.size - 4, 4});
    reader->at = esc_cursor((EscBytes){bytes.data, bytes.size - 4});
    if (memcmp(esc_cursor_bytes(&reader->at, 4).data, MAGIC, 4) != 0)
        return bad(reader, "F1", "this is not a snapshot: it does not begin with ESCS");
    if (esc_cursor_u16(&reader->at) != FORMAT || esc_cursor_u16(&reader->at) != 0)
        return bad(reader, "F1", "the format is not one that this build reads");
    if (esc_cursor_u32(&crc) != esc_crc32c(reader->at.bytes))
        return bad(reader, "F4", "the checksum does not fit: the bytes were damaged or edited");
    if (memcmp(esc_cursor_bytes(&reader->at, 32).data, bundle->hash, 32) != 0)
        return bad(reader, "F7", "it was taken under another bundle");
    return ESC_OK;
}

static EscStatus read_wait(Reader *reader, uint32_t effects_total_min)
{
    const EscProgram *program = reader->program;
    EscRun *run = reader->run;
    run->function = esc_cursor_u32(&reader->at);
    run->wait = esc_cursor_u32(&reader->at);
    run->effects_total = esc_cursor_u32(&reader->at);
    if (run->function >= program->functions_count || run->wait >= program->waits_count ||
        program->waits[run->wait].function != run->function)
        return bad(reader, "F2", "there is no such wait point");
    if (run->effects_total < effects_total_min)
        return bad(reader, "F5", "the frame claims fewer effects than it had before");
    run->pc = program->waits[run->wait].pc;
    return ESC_OK;
}

EscStatus esc_snapshot_read(EscBytes bytes, const EscBundle *bundle, uint32_t effects_total_min,
                            char *scratch, size_t scratch_size, EscRun *run, EscWhy *why)
{
    memset(run, 0, sizeof *run);
    run->bundle = bundle;
    run->wait = ESC_NONE;
    run->scratch = scratch;
    run->scratch_size = scratch_size;
    Reader reader = {.program = &bundle->program, .run = run, .why = why};
    EscStatus status = read_header(&reader, bytes, bundle);
    if (status == ESC_OK)
        status = read_wait(&reader, effects_total_min);
    if (status == ESC_OK)
        status = read_loops(&reader, &bundle->wait_states[run->wait]);
    if (status == ESC_OK)
        status = read_registers(&reader, &bundle->wait_states[run->wait]);
    if (status == ESC_OK && (reader.at.failed || esc_cursor_left(&reader.at) != 0))
        status = bad(&reader, "F1", "bytes follow the last register");
    if (status != ESC_OK)
        run->wait = ESC_NONE; /* nothing can be done with it */
    return status;
}
