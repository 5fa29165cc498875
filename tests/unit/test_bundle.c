/* test_bundle.c - the container: V01 to V05, round trips, and bytes that were changed on the way. */

#include <stdlib.h>
#include <string.h>

#include "program_builder.h"
#include "support/alloc_fail.h"
#include "support/test.h"
#include "vm_internal.h"

static EscBuf base_bundle(void)
{
    TestProgram p;
    program_begin(&p);
    program_finish(&p);
    EscBuf bytes = program_encode(&p);
    program_release(&p);
    return bytes;
}

static void assert_bundle_accepted(const EscBuf *bytes)
{
    EscBundle *bundle = NULL;
    EscWhy why = {.check = ""};
    if (esc_bundle_load(esc_buf_as_bytes(bytes), &bundle, &why) != ESC_OK)
        fail_msg("%s: %s", why.check, why.text);
    esc_bundle_free(bundle);
}

/* The directory entry of the i-th section that is present. */
static uint8_t *entry(EscBuf *bytes, size_t i)
{
    return bytes->data + ESC_BUNDLE_HEADER_SIZE + i * ESC_BUNDLE_ENTRY_SIZE;
}

static void put_u32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (24 - 8 * i));
}

static uint32_t get_u32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* A base bundle, one change, its hash computed again, and the check that must notice. */
#define BYTES_REJECT(name, check, ...)                                                             \
    static void name(void **state)                                                                 \
    {                                                                                              \
        (void)state;                                                                               \
        EscBuf bytes = base_bundle();                                                              \
        __VA_ARGS__;                                                                               \
        if (bytes.size >= ESC_BUNDLE_HEADER_SIZE)                                                  \
            bundle_rehash(&bytes);                                                                 \
        assert_bundle_rejected(&bytes, check);                                                     \
        esc_buf_release(&bytes);                                                                   \
    }
#define BYTES_ACCEPT(name, ...)                                                                    \
    static void name(void **state)                                                                 \
    {                                                                                              \
        (void)state;                                                                               \
        EscBuf bytes = base_bundle();                                                              \
        __VA_ARGS__;                                                                               \
        bundle_rehash(&bytes);                                                                     \
        assert_bundle_accepted(&bytes);                                                            \
        esc_buf_release(&bytes);                                                                   \
    }

/* --- V01: magic, format, exact length -------------------------------------------------------- */

BYTES_REJECT(v01_rejects_empty_input, "V01", bytes.size = 0)
BYTES_REJECT(v01_rejects_short_header, "V01", bytes.size = ESC_BUNDLE_HEADER_SIZE - 1)
BYTES_REJECT(v01_rejects_other_magic, "V01", bytes.data[3] = 'S')
BYTES_REJECT(v01_rejects_next_format, "V01", bytes.data[5] = ESC_BUNDLE_FORMAT + 1)
BYTES_REJECT(v01_rejects_trailing_byte, "V01", esc_buf_u8(&bytes, 0))
BYTES_ACCEPT(v01_accepts_exact_length, (void)0)

/* --- V02: sections known, once, ascending, without gaps ------------------------------------------ */

BYTES_REJECT(v02_rejects_cut_section, "V02", bytes.size--)
BYTES_REJECT(v02_rejects_unknown_section, "V02", entry(&bytes, 0)[1] = ESC_SECTION_COUNT)
BYTES_REJECT(v02_rejects_section_zero, "V02", entry(&bytes, 0)[1] = 0)
BYTES_REJECT(v02_rejects_repeated_section, "V02", entry(&bytes, 1)[1] = entry(&bytes, 0)[1])
BYTES_REJECT(v02_rejects_descending_sections, "V02", entry(&bytes, 0)[1] = ESC_TABLE_ENUMS;
             entry(&bytes, 1)[1] = ESC_TABLE_CONSTS)
BYTES_REJECT(v02_rejects_gap, "V02",
             put_u32(entry(&bytes, 1) + 4, get_u32(entry(&bytes, 1) + 4) + 1))
BYTES_REJECT(v02_rejects_overlap, "V02",
             put_u32(entry(&bytes, 1) + 4, get_u32(entry(&bytes, 1) + 4) - 1))
BYTES_REJECT(v02_rejects_empty_section, "V02", put_u32(entry(&bytes, 0) + 8, 0))
BYTES_REJECT(v02_rejects_huge_section, "V02", put_u32(entry(&bytes, 0) + 8, UINT32_MAX))
BYTES_REJECT(v02_rejects_more_sections_than_bytes, "V02", bytes.data[6] = 0xff)
BYTES_REJECT(v02_rejects_one_section_fewer, "V02", bytes.data[7]--)
BYTES_ACCEPT(v02_accepts_sections_in_order, (void)0)

/* --- V03: counts before they are multiplied ---------------------------------------------------------- */

/* A bundle of one section that says `count` rows and has `size` bytes behind that, all of them `fill`. */
static EscBuf lone_section(uint32_t section, uint32_t count, uint32_t size, uint8_t fill)
{
    EscBuf bytes;
    esc_buf_init(&bytes, ESC_BUNDLE_BYTES_MAX);
    esc_buf_append(&bytes, "ESCB", 4);
    esc_buf_u16(&bytes, ESC_BUNDLE_FORMAT);
    esc_buf_u16(&bytes, 1);
    for (int i = 0; i < 32; i++)
        esc_buf_u8(&bytes, 0);
    esc_buf_u16(&bytes, (uint16_t)section);
    esc_buf_u16(&bytes, 0);
    esc_buf_u32(&bytes, ESC_BUNDLE_HEADER_SIZE + ESC_BUNDLE_ENTRY_SIZE);
    esc_buf_u32(&bytes, ESC_SECTION_COUNT_SIZE + size);
    esc_buf_u32(&bytes, count);
    for (uint32_t i = 0; i < size; i++)
        esc_buf_u8(&bytes, fill);
    assert_int_equal(bytes.status, ESC_OK);
    bundle_rehash(&bytes);
    return bytes;
}

static uint8_t *lone_rows(EscBuf *bytes)
{
    return bytes->data + ESC_BUNDLE_HEADER_SIZE + ESC_BUNDLE_ENTRY_SIZE + ESC_SECTION_COUNT_SIZE;
}

static void assert_section_rejected(uint32_t section, uint32_t count, uint32_t size, uint8_t fill,
                                    const char *check)
{
    EscBuf bytes = lone_section(section, count, size, fill);
    assert_bundle_rejected(&bytes, check);
    esc_buf_release(&bytes);
}

static uint32_t columns_of(EscTable table)
{
    return (uint32_t)esc_table_info[table].columns_count;
}

static void v03_rejects_part_of_a_row(void **state)
{
    (void)state;
    assert_section_rejected(ESC_TABLE_META, 1, columns_of(ESC_TABLE_META) + 1, 0, "V03");
    assert_section_rejected(ESC_TABLE_META, 1, columns_of(ESC_TABLE_META) - 1, 0, "V03");
    /* there are bytes enough, but one column has two of them */
    EscBuf bytes = lone_section(ESC_TABLE_META, 1, columns_of(ESC_TABLE_META), 0);
    lone_rows(&bytes)[3] = 0x80;
    lone_rows(&bytes)[4] = 1;
    bundle_rehash(&bytes);
    assert_bundle_rejected(&bytes, "V03");
    esc_buf_release(&bytes);
    assert_section_rejected(ESC_TABLE_CODE, 1, ESC_INSTR_SIZE_MIN + 1, 0, "V03");
    assert_section_rejected(ESC_TABLE_CODE, 1, ESC_INSTR_SIZE_MIN - 1, 0, "V03");
}

static void v03_rejects_a_count_without_rows(void **state)
{
    (void)state;
    assert_section_rejected(ESC_TABLE_META, 0, columns_of(ESC_TABLE_META), 0, "V03");
    assert_section_rejected(ESC_TABLE_SPANS, 2, 2 * columns_of(ESC_TABLE_SPANS) - 1, 0, "V03");
    assert_section_rejected(ESC_TABLE_SPANS, esc_table_info[ESC_TABLE_SPANS].rows_max, 64, 0,
                            "V03");
    assert_section_rejected(ESC_TABLE_CODE, ESC_CODE_ROWS_MAX, 64, 0, "V03");
    assert_section_rejected(ESC_TABLE_CODE, UINT32_MAX, 64, 0, "V03");
}

static void v03_rejects_one_row_too_many(void **state)
{
    (void)state;
    uint32_t rows = esc_table_info[ESC_TABLE_LIMITS].rows_max + 1;
    assert_section_rejected(ESC_TABLE_LIMITS, rows, rows * columns_of(ESC_TABLE_LIMITS), 0, "V03");
}

/* A column of 32 bits that becomes one more than fits, by one row or by the difference to the row before, or less than 0. */
static void v03_rejects_a_value_outside_its_column(void **state)
{
    (void)state;
    static const uint8_t most[] = {0xfe, 0xff, 0xff, 0xff, 0x1f}; /* UINT32_MAX, folded */
    uint32_t columns = columns_of(ESC_TABLE_MEMBERS);
    assert_int_equal(columns, 1);
    EscBuf bytes = lone_section(ESC_TABLE_MEMBERS, 2, sizeof most + 1, 0);
    memcpy(lone_rows(&bytes), most, sizeof most);
    bundle_rehash(&bytes);
    assert_bundle_rejected(&bytes, "V06"); /* it fits, and there is no such text */
    lone_rows(&bytes)[sizeof most] = 2;
    bundle_rehash(&bytes);
    assert_bundle_rejected(&bytes, "V03");
    lone_rows(&bytes)[sizeof most] = 0;
    lone_rows(&bytes)[4] = 0x20;
    bundle_rehash(&bytes);
    assert_bundle_rejected(&bytes, "V03");
    esc_buf_release(&bytes);
    assert_section_rejected(ESC_TABLE_MEMBERS, 1, 1, 1, "V03");
}

static void v03_rejects_an_operand_outside_its_column(void **state)
{
    (void)state;
    EscBuf bytes = lone_section(ESC_TABLE_CODE, 1, 9, 0xff);
    lone_rows(&bytes)[8] = 0x1f; /* 2^33 - 1 */
    bundle_rehash(&bytes);
    assert_bundle_rejected(&bytes, "V03");
    lone_rows(&bytes)[8] = 0x0f; /* 2^32 - 1: the container holds, and there is no META */
    bundle_rehash(&bytes);
    assert_bundle_rejected(&bytes, "V06");
    esc_buf_release(&bytes);
}

/* The same number in more bytes than it needs. */
static void v03_rejects_a_padded_number(void **state)
{
    (void)state;
    EscBuf bytes = lone_section(ESC_TABLE_MEMBERS, 1, 2, 0);
    lone_rows(&bytes)[0] = 0x80;
    bundle_rehash(&bytes);
    assert_bundle_rejected(&bytes, "V03");
    esc_buf_release(&bytes);
}

static void v03_rejects_texts_that_do_not_fit(void **state)
{
    (void)state;
    assert_section_rejected(ESC_TABLE_TEXTS, 0, 0, 0, "V03"); /* no text at all */
    assert_section_rejected(ESC_TABLE_TEXTS, UINT32_MAX, 64, 0, "V03");
    assert_section_rejected(ESC_TABLE_TEXTS, 0x01010101, 64, 0, "V03");
}

static void v03_rejects_text_past_the_end(void **state)
{
    (void)state;
    EscBuf bytes = lone_section(ESC_TABLE_TEXTS, 1, 4, 0);
    uint8_t *section = lone_rows(&bytes);
    section[1] = 3; /* two bytes are there */
    bundle_rehash(&bytes);
    assert_bundle_rejected(&bytes, "V03");
    section[1] = 1; /* and now one belongs to nobody */
    bundle_rehash(&bytes);
    assert_bundle_rejected(&bytes, "V03");
    esc_buf_release(&bytes);
}

/* It is refused by its size before anything behind the header is looked at: there is nothing. */
static void v03_rejects_bundle_over_the_limit(void **state)
{
    (void)state;
    EscBuf bytes = lone_section(ESC_TABLE_TEXTS, 1, 4, 0);
    EscBundle *bundle = NULL;
    EscWhy why;
    assert_int_equal(
        esc_bundle_load((EscBytes){bytes.data, ESC_BUNDLE_BYTES_MAX + 1}, &bundle, &why),
        ESC_BAD_BUNDLE);
    assert_string_equal(why.check, "V03");
    assert_non_null(strstr(why.text, "more than a bundle may have"));
    esc_buf_release(&bytes);
}

/* As many rows as the table may have pass V03, and fail where rows are looked at. */
static void v03_accepts_as_many_rows_as_fit(void **state)
{
    (void)state;
    uint32_t rows = esc_table_info[ESC_TABLE_LIMITS].rows_max;
    assert_section_rejected(ESC_TABLE_LIMITS, rows, rows * columns_of(ESC_TABLE_LIMITS), 0, "V06");
}

/* --- V04: the hash -------------------------------------------------------------------------------------- */

static void v04_rejects_content_with_another_hash(void **state)
{
    (void)state;
    EscBuf bytes = base_bundle();
    bytes.data[bytes.size - 1] ^= 1;
    assert_bundle_rejected(&bytes, "V04");
    bytes.data[bytes.size - 1] ^= 1;
    bytes.data[ESC_BUNDLE_HASH_AT + 31] ^= 1;
    assert_bundle_rejected(&bytes, "V04");
    esc_buf_release(&bytes);
}

static void v04_accepts_and_reports_the_hash(void **state)
{
    (void)state;
    EscBuf bytes = base_bundle();
    EscBundle *bundle = NULL;
    assert_int_equal(esc_bundle_load(esc_buf_as_bytes(&bytes), &bundle, NULL), ESC_OK);
    assert_memory_equal(esc_bundle_hash(bundle), bytes.data + ESC_BUNDLE_HASH_AT, 32);
    esc_bundle_free(bundle);
    esc_buf_release(&bytes);
}

/* --- V05: one encoding for one meaning ------------------------------------------------------------------- */

BYTES_REJECT(v05_rejects_reserved_bits, "V05", entry(&bytes, 0)[3] = 1)
BYTES_ACCEPT(v05_accepts_zero_reserved_bits, entry(&bytes, 0)[3] = 0)

/* Every row struct survives the way to bytes and back, whatever its columns hold. */
static void v05_round_trip_gives_the_same_bytes(void **state)
{
    (void)state;
    TestProgram p;
    program_begin(&p);
    program_finish(&p);
    EscBundle *bundle = program_load(&p);
    EscBuf first = program_encode(&p), again;
    esc_buf_init(&again, ESC_BUNDLE_BYTES_MAX);
    assert_int_equal(esc_bundle_encode(esc_bundle_program(bundle), &again), ESC_OK);
    assert_int_equal(first.size, again.size);
    assert_memory_equal(first.data, again.data, first.size);
    esc_buf_release(&first);
    esc_buf_release(&again);
    esc_bundle_free(bundle);
    program_release(&p);
}

static void encode_refuses_a_text_over_the_limit(void **state)
{
    (void)state;
    static char long_text[ESC_TEXT_MAX + 1];
    memset(long_text, 'x', sizeof long_text);
    TestProgram p;
    program_begin(&p);
    program_finish(&p);
    p.texts[p.texts_count - 1] = (EscText){long_text, sizeof long_text};
    EscBuf out;
    esc_buf_init(&out, ESC_BUNDLE_BYTES_MAX);
    program_refresh(&p);
    assert_int_equal(esc_bundle_encode(&p.program, &out), ESC_OVER_LIMIT);
    p.texts[p.texts_count - 1].size = ESC_TEXT_MAX;
    assert_int_equal(esc_bundle_encode(&p.program, &out), ESC_OK);
    esc_buf_release(&out);
    program_release(&p);
}

/* --- places ------------------------------------------------------------------------------------------------ */

static void place_finds_the_span_before_an_instruction(void **state)
{
    (void)state;
    TestProgram p;
    program_begin(&p);
    program_finish(&p);
    EscPlace place = esc_program_place(&p.program, 0);
    assert_int_equal(place.line, 1);
    assert_true(esc_text_equal(place.file, ESC_TEXT("main.esc")));
    assert_int_equal(esc_program_place(&p.program, 1).line, 1);
    assert_int_equal(esc_program_place(&p.program, 2).column, 3);
    assert_int_equal(esc_program_place(&p.program, p.code_count - 1).line, 2);
    p.spans[0].first = 1;
    assert_int_equal(esc_program_place(&p.program, 0).line, 0);
    program_release(&p);
}

static void program_without_templates_is_valid(void **state)
{
    (void)state;
    TestProgram p;
    program_begin(&p);
    program_finish(&p);
    program_strip(&p);
    assert_int_equal(p.meta[0].cost_max, 0);
    assert_accepts(&p);
    program_release(&p);
}

/* --- bytes that somebody changed ---------------------------------------------------------------------------------- */

typedef struct Mutants {
    uint32_t accepted, rejected, runs;
} Mutants;

/* Runs each function that may be entered with nothing: whatever a mutant does, it stays within what the bundle states. */
static void run_mutant(const EscBundle *bundle, uint64_t seed, Mutants *mutants)
{
    static char scratch[ESC_RUN_SCRATCH_MAX];
    const EscProgram *program = esc_bundle_program(bundle);
    for (uint32_t f = 0; f < program->functions_count; f++) {
        const EscFunctionRow *row = &program->functions[f];
        if (row->at_wait != 0 || row->action != 0 || row->kind == ESC_FUNCTION_CLOSING)
            continue;
        TestHost host = {.bundle = bundle, .seed = seed, .function = f};
        EscHost door = test_host(&host);
        EscRun run;
        EscRunEnd end = ESC_RUN_DONE;
        EscWhy why;
        esc_run_init(&run, bundle, f, NULL, 0, scratch, sizeof scratch);
        EscStatus status = esc_run_go(&run, &door, 1000, &end, &why);
        for (int resumes = 0; status == ESC_OK && end == ESC_RUN_WAITING && resumes < 64;
             resumes++) {
            assert_int_equal(esc_run_resume(&run, false, NULL), ESC_OK);
            status = esc_run_go(&run, &door, 1000, &end, &why);
            assert_true(run.fuel_used <= row->cost);
            mutants->runs++;
        }
        assert_true(run.fuel_used <= row->cost);
        assert_true(run.effects_used <= program->meta[0].effects_max);
        if (status !=
            ESC_OK) /* only what a program may do: divide by zero, or leave the finite numbers */
            assert_true(strstr(why.text, "zero") != NULL || strstr(why.text, "finite") != NULL);
        mutants->runs++;
    }
}

static void try_mutant(const EscBuf *bytes, uint64_t seed, Mutants *mutants)
{
    EscBundle *bundle = NULL;
    EscWhy why;
    EscStatus status = esc_bundle_load(esc_buf_as_bytes(bytes), &bundle, &why);
    if (status != ESC_OK) {
        assert_int_equal(status, ESC_BAD_BUNDLE);
        assert_true(why.check[0] == 'V');
        mutants->rejected++;
        return;
    }
    run_mutant(bundle, seed, mutants);
    esc_bundle_free(bundle);
    mutants->accepted++;
}

static void every_flipped_bit_is_rejected_or_harmless(void **state)
{
    (void)state;
    EscBuf bytes = base_bundle();
    Mutants mutants = {0};
    bool is_long = getenv("ESC_LONG") != NULL;
    for (size_t at = 0; at < bytes.size; at++) {
        for (int bit = 0; bit < 8; bit++) {
            if (!is_long && (at * 3 + (size_t)bit) % 4 !=
                                0) /* two bits of each byte, not always the same ones */
                continue;
            bytes.data[at] ^= (uint8_t)(1u << bit);
            if (at >= ESC_BUNDLE_HEADER_SIZE)
                bundle_rehash(&bytes);
            try_mutant(&bytes, at, &mutants);
            bytes.data[at] ^= (uint8_t)(1u << bit);
            if (at >= ESC_BUNDLE_HEADER_SIZE)
                bundle_rehash(&bytes);
        }
    }
    assert_true(mutants.accepted > 100); /* texts, durations and the like may differ */
    assert_true(mutants.rejected > 1000);
    print_message("%u mutants accepted and run %u times, %u rejected\n", (unsigned)mutants.accepted,
                  (unsigned)mutants.runs, (unsigned)mutants.rejected);
    esc_buf_release(&bytes);
}

static void every_prefix_is_rejected(void **state)
{
    (void)state;
    EscBuf bytes = base_bundle();
    for (size_t size = 0; size < bytes.size; size++) {
        /* A block of its own size, so that reading past its end is seen. */
        uint8_t *copy = malloc(size == 0 ? 1 : size);
        assert_non_null(copy);
        memcpy(copy, bytes.data, size);
        EscBuf cut = {.data = copy, .size = size};
        if (size >= ESC_BUNDLE_HEADER_SIZE)
            bundle_rehash(&cut);
        EscBundle *bundle = NULL;
        assert_int_equal(esc_bundle_load((EscBytes){copy, size}, &bundle, NULL), ESC_BAD_BUNDLE);
        free(copy);
    }
    esc_buf_release(&bytes);
}

/* Whichever allocation fails, it is said, and nothing leaks. */
static void every_failed_allocation_is_reported(void **state)
{
    (void)state;
    EscBuf bytes = base_bundle();
    EscStatus status = ESC_NO_MEMORY;
    uint32_t failures = 0;
    for (unsigned n = 1; status == ESC_NO_MEMORY; n++) {
        EscBundle *bundle = NULL;
        EscWhy why = {.text = ""};
        alloc_fail_at(n);
        status = esc_bundle_load(esc_buf_as_bytes(&bytes), &bundle, &why);
        alloc_fail_at(0);
        assert_true((status == ESC_OK) == (bundle != NULL));
        assert_true(status == ESC_OK || why.text[0] != '\0');
        failures += status != ESC_OK;
        esc_bundle_free(bundle);
    }
    assert_status(status, ESC_OK);
    assert_true(failures > 4);
    esc_buf_release(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(v01_rejects_empty_input),
        cmocka_unit_test(v01_rejects_short_header),
        cmocka_unit_test(v01_rejects_other_magic),
        cmocka_unit_test(v01_rejects_next_format),
        cmocka_unit_test(v01_rejects_trailing_byte),
        cmocka_unit_test(v01_accepts_exact_length),
        cmocka_unit_test(v02_rejects_cut_section),
        cmocka_unit_test(v02_rejects_unknown_section),
        cmocka_unit_test(v02_rejects_section_zero),
        cmocka_unit_test(v02_rejects_repeated_section),
        cmocka_unit_test(v02_rejects_descending_sections),
        cmocka_unit_test(v02_rejects_gap),
        cmocka_unit_test(v02_rejects_overlap),
        cmocka_unit_test(v02_rejects_empty_section),
        cmocka_unit_test(v02_rejects_huge_section),
        cmocka_unit_test(v02_rejects_more_sections_than_bytes),
        cmocka_unit_test(v02_rejects_one_section_fewer),
        cmocka_unit_test(v02_accepts_sections_in_order),
        cmocka_unit_test(v03_rejects_part_of_a_row),
        cmocka_unit_test(v03_rejects_a_count_without_rows),
        cmocka_unit_test(v03_rejects_one_row_too_many),
        cmocka_unit_test(v03_rejects_a_value_outside_its_column),
        cmocka_unit_test(v03_rejects_an_operand_outside_its_column),
        cmocka_unit_test(v03_rejects_a_padded_number),
        cmocka_unit_test(v03_rejects_texts_that_do_not_fit),
        cmocka_unit_test(v03_rejects_text_past_the_end),
        cmocka_unit_test(v03_rejects_bundle_over_the_limit),
        cmocka_unit_test(v03_accepts_as_many_rows_as_fit),
        cmocka_unit_test(v04_rejects_content_with_another_hash),
        cmocka_unit_test(v04_accepts_and_reports_the_hash),
        cmocka_unit_test(v05_rejects_reserved_bits),
        cmocka_unit_test(v05_accepts_zero_reserved_bits),
        cmocka_unit_test(v05_round_trip_gives_the_same_bytes),
        cmocka_unit_test(encode_refuses_a_text_over_the_limit),
        cmocka_unit_test(place_finds_the_span_before_an_instruction),
        cmocka_unit_test(program_without_templates_is_valid),
        cmocka_unit_test(every_flipped_bit_is_rejected_or_harmless),
        cmocka_unit_test(every_prefix_is_rejected),
        cmocka_unit_test(every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
