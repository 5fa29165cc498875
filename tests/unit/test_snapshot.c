/* test_snapshot.c - frames as bytes: F1 to F7, every field changed in turn, and runs that go on as if they had never slept. */
#include <stdlib.h>
#include <string.h>

#include "program_builder.h"
#include "support/test.h"
#include "vm_internal.h"

/* --- a frame that waits with one register of each kind, inside a loop --------------------------------- */

static const EscInstr frame_body[] = {
    OP(LOAD_EXCEPTION, 0, 0, 0,
       FIELD_VENDOR), /* the base's condition and reminder read registers 0 and 2 */
    OP(LOAD_TICKET, 1, 0, 0, FIELD_TAGS),
    OP(LOAD_TICKET, 3, 0, 0, FIELD_FLAG),
    OP(LOAD_TICKET, 4, 0, 0, FIELD_COUNT),
    OP(LOAD_TICKET, 5, 0, 0, FIELD_SPENT),
    OP(LOAD_TICKET, 6, 0, 0, FIELD_DUE),
    OP(LOAD_TICKET, 7, 0, 0, FIELD_SEVERITY),
    OP(CONST, 8, 0, 0, CONST_ANA),
    OP(MISSING, 9, 0, 0, ESC_KIND_TEXT | 0x100),
    OP(LOOP_BEGIN, 2, 1, 3, 14),
    OP(EMIT, 0, 2, 1, SITE_ROLLBACK),
    OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_CONDITION, 12)),
    OP(EMIT, 0, 2, 1, SITE_ATTACH),
    OP(LOOP_END, 0, 0, 0, 9),
    OP(END, 0, 0, 0, ESC_END_RESUME),
};

typedef struct Frame {
    TestProgram p;
    EscBundle *bundle;
    TestHost host;
    EscRun run;
    EscBuf bytes;
    EscValue fields[FIELD_TOTAL];
} Frame;

static char scratch[2][ESC_RUN_SCRATCH_MAX];
static const EscText tags[] = {{"red", 3}, {"", 0}, {"gr\xc3\xbcn", 5}};

static EscRunEnd go(Frame *f, EscRun *run)
{
    EscHost door = test_host(&f->host);
    EscRunEnd end = ESC_RUN_DONE;
    EscWhy why = {.text = ""};
    EscStatus status = esc_run_go(run, &door, 1000, &end, &why);
    if (status != ESC_OK)
        fail_msg("%s", why.text);
    return end;
}

static void frame_fields(Frame *f)
{
    EscValue *v = f->fields;
    v[FIELD_TAGS] = (EscValue){.type = ESC_TYPE(ESC_KIND_LIST)};
    v[FIELD_TAGS].list.items = tags;
    v[FIELD_TAGS].list.count = 3;
    v[FIELD_FLAG] = (EscValue){.type = ESC_TYPE(ESC_KIND_BOOL), .truth = true};
    v[FIELD_COUNT] = (EscValue){.type = ESC_TYPE(ESC_KIND_NUMBER), .number = -1.5};
    v[FIELD_SPENT] = (EscValue){.type = ESC_TYPE(ESC_KIND_DURATION), .ms = -7};
    v[FIELD_DUE] = (EscValue){.type = ESC_TYPE(ESC_KIND_TIME), .ms = 1767600000000};
    v[FIELD_SEVERITY] = (EscValue){.type = ESC_TYPE_ENUM(ENUM_SEVERITY), .member = 2};
    f->host.fields = v;
}

/* Runs to the second wait, so that the loop counter is not 0, and writes the snapshot. */
static void frame_begin(Frame *f)
{
    program_begin(&f->p);
    f->p.bodies[BODY_CATCH] = BODY(frame_body);
    program_finish(&f->p);
    f->bundle = program_load(&f->p);
    f->host = (TestHost){.bundle = f->bundle, .function = BODY_CATCH, .seed = 3};
    frame_fields(f);
    esc_run_init(&f->run, f->bundle, BODY_CATCH, NULL, 0, scratch[0], sizeof scratch[0]);
    assert_int_equal(go(f, &f->run), ESC_RUN_WAITING);
    assert_status(esc_run_resume(&f->run, true, NULL), ESC_OK);
    assert_int_equal(go(f, &f->run), ESC_RUN_WAITING);
    assert_int_equal(f->run.loops[0], 1);
    esc_buf_init(&f->bytes, ESC_SNAPSHOT_BYTES_MAX);
    assert_status(esc_snapshot_write(&f->run, &f->bytes), ESC_OK);
    assert_int_equal(f->bytes.size, esc_snapshot_size(&f->run));
}

static void frame_end(Frame *f)
{
    esc_buf_release(&f->bytes);
    esc_bundle_free(f->bundle);
    program_release(&f->p);
}

/* Offsets within the snapshot, as snapshot.c describes them. */
enum {
    AT_FORMAT = 4,
    AT_FLAGS = 6,
    AT_HASH = 8,
    AT_FUNCTION = 40,
    AT_WAIT = 44,
    AT_EFFECTS = 48,
    AT_DEPTH = 52,
    AT_ROUNDS = 54, /* the lower byte */
    AT_COUNT = 55,
    AT_REGISTERS = 56
};

static void seal(EscBuf *bytes)
{
    uint32_t crc = esc_crc32c((EscBytes){bytes->data, bytes->size - 4});
    for (int i = 0; i < 4; i++)
        bytes->data[bytes->size - 4 + (size_t)i] = (uint8_t)(crc >> (24 - 8 * i));
}

static EscStatus read_back(Frame *f, EscRun *run, EscWhy *why)
{
    *why = (EscWhy){.check = ""};
    return esc_snapshot_read(esc_buf_as_bytes(&f->bytes), f->bundle, 0, scratch[1],
                             sizeof scratch[1], run, why);
}

static void assert_frame_rejected(Frame *f, const char *check)
{
    EscRun run;
    EscWhy why;
    assert_status(read_back(f, &run, &why), ESC_BAD_SNAPSHOT);
    assert_string_equal(why.check, check);
    assert_status(esc_run_resume(&run, true, NULL), ESC_BAD_ARGUMENT); /* it is of no use */
}

/* One byte changed to a value; the checksum is made to fit. */
static void assert_byte_rejected(size_t at, uint8_t value, const char *check)
{
    Frame f;
    frame_begin(&f);
    assert_int_not_equal(f.bytes.data[at], value);
    f.bytes.data[at] = value;
    seal(&f.bytes);
    assert_frame_rejected(&f, check);
    frame_end(&f);
}

/* Where register `number` begins: each is u8 number, u32 type, u8 is-missing, payload. */
static size_t register_at(const Frame *f, uint32_t number)
{
    size_t at = AT_REGISTERS;
    while (f->bytes.data[at] != number) {
        uint8_t kind = f->bytes.data[at + 4];
        bool is_missing = f->bytes.data[at + 5] != 0;
        at += 6;
        if (is_missing)
            continue;
        if (kind == ESC_KIND_BOOL)
            at += 1;
        else if (kind == ESC_KIND_ENUM || kind == ESC_KIND_REF)
            at += 4;
        else if (kind == ESC_KIND_TEXT)
            at += 2 + (size_t)f->bytes.data[at + 1];
        else if (kind == ESC_KIND_LIST)
            at += 1 + 2 * 3 + 8;
        else
            at += 8;
        assert_true(at < f->bytes.size);
    }
    return at;
}

static void assert_payload_rejected(uint32_t number, size_t offset, uint8_t value,
                                    const char *check)
{
    Frame f;
    frame_begin(&f);
    f.bytes.data[register_at(&f, number) + 6 + offset] = value;
    seal(&f.bytes);
    assert_frame_rejected(&f, check);
    frame_end(&f);
}

static void assert_runs_equal(const EscRun *a, const EscRun *b)
{
    assert_int_equal(a->function, b->function);
    assert_int_equal(a->pc, b->pc);
    assert_int_equal(a->wait, b->wait);
    assert_int_equal(a->effects_total, b->effects_total);
    for (uint32_t d = 0; d < ESC_LOOP_DEPTH_MAX; d++)
        assert_int_equal(a->loops[d], b->loops[d]);
    for (uint32_t r = 0; r < ESC_REGISTERS_MAX; r++)
        assert_true(esc_value_equal(a->registers[r], b->registers[r]));
}

/* --- F1: what a frame carries ------------------------------------------------------------------------------ */

static void f1_accepts_what_was_written(void **state)
{
    (void)state;
    Frame f;
    frame_begin(&f);
    EscRun run;
    EscWhy why;
    assert_status(read_back(&f, &run, &why), ESC_OK);
    assert_runs_equal(&f.run, &run);
    frame_end(&f);
}

static void f1_rejects_other_magic_and_format(void **state)
{
    (void)state;
    assert_byte_rejected(0, 'X', "F1");
    assert_byte_rejected(AT_FORMAT + 1, 1, "F1");
    assert_byte_rejected(AT_FORMAT + 1, 3, "F1");
    assert_byte_rejected(AT_FLAGS + 1, 1, "F1");
}

static void f1_rejects_every_prefix(void **state)
{
    (void)state;
    Frame f;
    frame_begin(&f);
    for (size_t size = 0; size < f.bytes.size; size++) {
        uint8_t *copy =
            malloc(size + 1); /* a block of its own, so that reading past its end is seen */
        assert_non_null(copy);
        memcpy(copy, f.bytes.data, size);
        if (size >= 4)
            seal(&(EscBuf){.data = copy, .size = size});
        EscRun run;
        assert_status(esc_snapshot_read((EscBytes){copy, size}, f.bundle, 0, scratch[1],
                                        sizeof scratch[1], &run, NULL),
                      ESC_BAD_SNAPSHOT);
        free(copy);
    }
    frame_end(&f);
}

static void f1_rejects_bytes_behind_the_last_register(void **state)
{
    (void)state;
    Frame f;
    frame_begin(&f);
    esc_buf_u8(&f.bytes, 0);
    seal(&f.bytes);
    assert_frame_rejected(&f, "F1");
    frame_end(&f);
}

static void f1_rejects_text_past_the_end(void **state)
{
    (void)state;
    assert_payload_rejected(2, 0, 0x0f, "F1"); /* 3840 bytes more */
}

/* --- F2: exactly the registers and loops of the wait ------------------------------------------------------------ */

static void f2_rejects_other_wait_points(void **state)
{
    (void)state;
    assert_byte_rejected(AT_WAIT + 3, 0, "F2"); /* of another function */
    assert_byte_rejected(AT_WAIT, 1, "F2");     /* of none */
    assert_byte_rejected(AT_FUNCTION + 3, BODY_STEPS, "F2");
    assert_byte_rejected(AT_FUNCTION, 0xff, "F2");
}

static void f2_rejects_other_loops(void **state)
{
    (void)state;
    assert_byte_rejected(AT_DEPTH, 0, "F2");
    assert_byte_rejected(AT_DEPTH, 2, "F2");
    assert_byte_rejected(AT_DEPTH, 255, "F2");
    assert_byte_rejected(AT_ROUNDS, 3, "F2"); /* the loop has 3 rounds: 0, 1, 2 */
    assert_byte_rejected(AT_ROUNDS - 1, 1, "F2");
    assert_byte_rejected(AT_ROUNDS, 255, "F2");
}

static void f2_accepts_the_last_round(void **state)
{
    (void)state;
    Frame f;
    frame_begin(&f);
    f.bytes.data[AT_ROUNDS] = 2;
    seal(&f.bytes);
    EscRun run;
    EscWhy why;
    assert_status(read_back(&f, &run, &why), ESC_OK);
    assert_status(esc_run_resume(&run, true, NULL), ESC_OK);
    assert_int_equal(go(&f, &run), ESC_RUN_ENDED); /* no round is left */
    frame_end(&f);
}

static void f2_rejects_other_registers(void **state)
{
    (void)state;
    assert_byte_rejected(AT_COUNT, 9, "F2");
    assert_byte_rejected(AT_COUNT, 11, "F2");
    assert_byte_rejected(AT_REGISTERS, 10, "F2");                /* number */
    assert_byte_rejected(AT_REGISTERS + 4, ESC_KIND_BOOL, "F2"); /* kind */
    assert_byte_rejected(AT_REGISTERS + 3, 0, "F2");             /* optional bit */
    assert_byte_rejected(AT_REGISTERS + 1, 1, "F2");             /* enum of a text */
}

/* --- F3: values within the bounds of their types --------------------------------------------------------------------- */

static void f3_rejects_values_out_of_bounds(void **state)
{
    (void)state;
    assert_payload_rejected(3, 0, 2, "F3"); /* a truth of 2 */
    assert_payload_rejected(7, 3, 3, "F3"); /* member 3 of an enum of 3 */
    assert_payload_rejected(8, 0, ESC_REF_COUNT, "F3");
    assert_payload_rejected(8, 3, 9, "F3"); /* person 9 of 2 */
    assert_payload_rejected(2, 0, 0xff, "F1");
    assert_byte_rejected(AT_REGISTERS + 5, 2, "F3"); /* neither missing nor not */
}

static void f3_rejects_a_number_that_is_not_finite(void **state)
{
    (void)state;
    Frame f;
    frame_begin(&f);
    uint8_t *number = f.bytes.data + register_at(&f, 4) + 6;
    number[0] = 0x7f;
    number[1] = 0xf0;
    memset(number + 2, 0, 6);
    seal(&f.bytes);
    assert_frame_rejected(&f, "F3");
    number[1] = 0xef; /* the nearest that is */
    seal(&f.bytes);
    EscRun run;
    EscWhy why;
    assert_status(read_back(&f, &run, &why), ESC_OK);
    frame_end(&f);
}

static void f3_rejects_plain_value_that_is_missing(void **state)
{
    (void)state;
    Frame f;
    frame_begin(&f);
    size_t at = register_at(&f, 3);
    f.bytes.data[at + 5] = 1; /* and without its payload byte */
    memmove(f.bytes.data + at + 6, f.bytes.data + at + 7, f.bytes.size - at - 7);
    f.bytes.size--;
    seal(&f.bytes);
    assert_frame_rejected(&f, "F3");
    frame_end(&f);
}

static void f3_rejects_text_that_is_not_utf8(void **state)
{
    (void)state;
    Frame f;
    frame_begin(&f);
    size_t at = register_at(&f, 1) + 6; /* count, size, "red" … "grün" */
    assert_int_equal(f.bytes.data[at + 10 + 1], 'r');
    f.bytes.data[at + 10 + 1] = 0x80;
    seal(&f.bytes);
    assert_frame_rejected(&f, "F3");
    f.bytes.data[at + 10 + 1] = 'x';
    seal(&f.bytes);
    EscRun run;
    EscWhy why;
    assert_status(read_back(&f, &run, &why), ESC_OK);
    assert_text_equal(run.registers[1].list.items[2], "gx\xc3\xbcn");
    frame_end(&f);
}

/* The first text of the list in register 1, "red", as one of `size` letters. */
static void lengthen_text(Frame *f, size_t size)
{
    size_t at = register_at(f, 1) + 6 + 1; /* behind the count: a size in two bytes, and the text */
    EscBuf longer;
    esc_buf_init(&longer, ESC_SNAPSHOT_BYTES_MAX);
    esc_buf_append(&longer, f->bytes.data, at);
    esc_buf_u8(&longer, (uint8_t)(size >> 8));
    esc_buf_u8(&longer, (uint8_t)size);
    for (size_t i = 0; i < size; i++)
        esc_buf_char(&longer, 'r');
    esc_buf_append(&longer, f->bytes.data + at + 2 + 3, f->bytes.size - at - 2 - 3);
    esc_buf_release(&f->bytes);
    f->bytes = longer;
    seal(&f->bytes);
}

static void f3_rejects_text_that_is_too_long(void **state)
{
    (void)state;
    Frame f;
    frame_begin(&f);
    lengthen_text(&f, ESC_TEXT_MAX + 1);
    assert_frame_rejected(&f, "F3");
    frame_end(&f);
}

static void f3_accepts_the_longest_text(void **state)
{
    (void)state;
    Frame f;
    frame_begin(&f);
    lengthen_text(&f, ESC_TEXT_MAX);
    EscRun run;
    EscWhy why;
    assert_status(read_back(&f, &run, &why), ESC_OK);
    assert_int_equal(run.registers[1].list.items[0].size, ESC_TEXT_MAX);
    frame_end(&f);
}

/* --- F4: damage and edits show ------------------------------------------------------------------------------------------- */

static void f4_rejects_every_flipped_bit_without_a_new_checksum(void **state)
{
    (void)state;
    Frame f;
    frame_begin(&f);
    for (size_t at = 0; at < f.bytes.size; at++) {
        for (int bit = 0; bit < 8; bit++) {
            EscRun run;
            EscWhy why;
            f.bytes.data[at] ^= (uint8_t)(1 << bit);
            assert_status(read_back(&f, &run, &why), ESC_BAD_SNAPSHOT);
            assert_string_equal(why.check, at < AT_HASH ? "F1" : "F4");
            f.bytes.data[at] ^= (uint8_t)(1 << bit);
        }
    }
    frame_end(&f);
}

static void f4_accepts_a_frame_with_its_checksum(void **state)
{
    (void)state;
    Frame f;
    frame_begin(&f);
    uint8_t before[4];
    memcpy(before, f.bytes.data + f.bytes.size - 4, 4);
    seal(&f.bytes);
    assert_memory_equal(before, f.bytes.data + f.bytes.size - 4, 4);
    frame_end(&f);
}

/* --- F5: budgets only shrink ------------------------------------------------------------------------------------------------ */

static void f5_rejects_fewer_effects_than_before(void **state)
{
    (void)state;
    Frame f;
    frame_begin(&f);
    EscRun run;
    EscWhy why;
    uint32_t effects = f.run.effects_total;
    assert_int_equal(effects, 3);
    EscBytes bytes = esc_buf_as_bytes(&f.bytes);
    assert_status(
        esc_snapshot_read(bytes, f.bundle, effects + 1, scratch[1], sizeof scratch[1], &run, &why),
        ESC_BAD_SNAPSHOT);
    assert_string_equal(why.check, "F5");
    frame_end(&f);
}

static void f5_accepts_as_many_effects_as_before(void **state)
{
    (void)state;
    Frame f;
    frame_begin(&f);
    EscRun run;
    EscBytes bytes = esc_buf_as_bytes(&f.bytes);
    assert_status(esc_snapshot_read(bytes, f.bundle, f.run.effects_total, scratch[1],
                                    sizeof scratch[1], &run, NULL),
                  ESC_OK);
    assert_int_equal(run.effects_total, f.run.effects_total);
    frame_end(&f);
}

/* --- F6: a frame that was made elsewhere passes the same check ------------------------------------------------------------------ */

/* The same frame under a changed bundle, as a migration would make it: with the new hash it is checked against the new waits. */
static void with_new_bundle(EscInstr extra, const char *check)
{
    Frame f;
    frame_begin(&f);
    EscInstr code[ESC_COUNT_OF(frame_body) + 1];
    memcpy(code, frame_body, sizeof frame_body);
    memmove(code + 9, code + 8,
            sizeof frame_body - 8 * sizeof *code); /* room for one instruction before MISSING */
    code[8] = extra;
    code[10].imm++; /* LOOP_BEGIN's exit */
    code[12].imm = WAIT_IMM(WAIT_CONDITION, 13);
    code[14].imm++; /* LOOP_END's begin */
    TestProgram p;
    program_begin(&p);
    p.bodies[BODY_CATCH] = BODY(code);
    program_finish(&p);
    EscBundle *bundle = program_load(&p);
    memcpy(f.bytes.data + AT_HASH, esc_bundle_hash(bundle), 32);
    seal(&f.bytes);
    EscRun run;
    EscWhy why = {.check = ""};
    EscStatus status = esc_snapshot_read(esc_buf_as_bytes(&f.bytes), bundle, 0, scratch[1],
                                         sizeof scratch[1], &run, &why);
    assert_status(status, check == NULL ? ESC_OK : ESC_BAD_SNAPSHOT);
    assert_string_equal(why.check, check == NULL ? "" : check);
    esc_bundle_free(bundle);
    program_release(&p);
    frame_end(&f);
}

static void f6_rejects_migrated_frame_that_lacks_a_register(void **state)
{
    (void)state;
    with_new_bundle((EscInstr)OP(CONST, 20, 0, 0, CONST_ONE), "F2");
}

static void f6_accepts_migrated_frame_that_fits(void **state)
{
    (void)state;
    with_new_bundle((EscInstr)OP(CLEAR, 20, 1, 0, 0), NULL);
}

/* --- F7: another bundle ---------------------------------------------------------------------------------------------------------- */

static void f7_rejects_frame_of_another_bundle(void **state)
{
    (void)state;
    assert_byte_rejected(AT_HASH, 0xff, "F7");
    Frame f;
    frame_begin(&f);
    f.bytes.data[AT_HASH + 31] ^= 1;
    seal(&f.bytes);
    assert_frame_rejected(&f, "F7");
    frame_end(&f);
}

static void f7_accepts_and_names_its_bundle(void **state)
{
    (void)state;
    Frame f;
    frame_begin(&f);
    uint8_t hash[32];
    assert_true(esc_snapshot_bundle_hash(esc_buf_as_bytes(&f.bytes), hash));
    assert_memory_equal(hash, esc_bundle_hash(f.bundle), 32);
    assert_false(esc_snapshot_bundle_hash((EscBytes){f.bytes.data, AT_EFFECTS}, hash));
    f.bytes.data[0] = 'X';
    assert_false(esc_snapshot_bundle_hash(esc_buf_as_bytes(&f.bytes), hash));
    frame_end(&f);
}

/* --- whole lives ------------------------------------------------------------------------------------------------------------------- */

/* A run that sleeps at each wait says and does what a run that never slept does. */
static void sleeping_changes_nothing(void **state)
{
    (void)state;
    Frame awake, asleep;
    frame_begin(&awake);
    frame_begin(&asleep);
    EscRunEnd end = ESC_RUN_WAITING;
    for (int rounds = 0; end == ESC_RUN_WAITING; rounds++) {
        assert_in_range(rounds, 0, 10);
        EscRun woken;
        EscWhy why;
        static char other[ESC_RUN_SCRATCH_MAX];
        esc_buf_clear(&asleep.bytes);
        assert_status(esc_snapshot_write(&asleep.run, &asleep.bytes), ESC_OK);
        assert_status(esc_snapshot_read(esc_buf_as_bytes(&asleep.bytes), asleep.bundle, 0, other,
                                        sizeof other, &woken, &why),
                      ESC_OK);
        asleep.run = woken;
        assert_status(esc_run_resume(&awake.run, rounds % 2 == 0, NULL), ESC_OK);
        assert_status(esc_run_resume(&asleep.run, rounds % 2 == 0, NULL), ESC_OK);
        end = go(&awake, &awake.run);
        assert_int_equal(go(&asleep, &asleep.run), end);
        assert_int_equal(awake.run.fuel_used, asleep.run.fuel_used);
    }
    assert_true(awake.host.trace == asleep.host.trace);
    frame_end(&asleep);
    frame_end(&awake);
}

/* The host's texts may go away once a run has returned: what lives across a wait was copied. */
static void frames_outlive_the_texts_of_the_host(void **state)
{
    (void)state;
    Frame f;
    frame_begin(&f);
    const EscValue *list = &f.run.registers[1];
    for (uint32_t i = 0; i < list->list.count; i++) {
        const char *data = list->list.items[i].data;
        assert_true(data >= scratch[0] && data <= scratch[0] + sizeof scratch[0]);
        assert_true(esc_text_equal(list->list.items[i], tags[i]));
    }
    const char *items = (const char *)list->list.items, *text = f.run.registers[2].text.data;
    assert_true(items >= scratch[0] && items < scratch[0] + sizeof scratch[0]);
    assert_true(text >= scratch[0] && text <= scratch[0] + sizeof scratch[0]);
    assert_true(f.run.scratch_used < 1024); /* and nothing else is kept */
    frame_end(&f);
}

static void functions_beside_a_wait_see_its_registers(void **state)
{
    (void)state;
    Frame f;
    frame_begin(&f);
    EscRun beside;
    EscHost door = test_host(&f.host);
    EscRunEnd end;
    esc_run_init_at_wait(&beside, &f.run, BODY_AT_WAIT, scratch[1], sizeof scratch[1]);
    assert_status(esc_run_go(&beside, &door, 0, &end, NULL), ESC_OK);
    assert_int_equal(end, ESC_RUN_RETURNED);
    assert_int_equal(beside.answer, !f.run.registers[0].is_missing);
    esc_run_init_at_wait(&beside, &f.run, BODY_REMINDER, scratch[1], sizeof scratch[1]);
    assert_status(esc_run_go_reference(&beside, &door, 0, &end, NULL), ESC_OK);
    assert_int_equal(end, ESC_RUN_ENDED);
    frame_end(&f);
}

static void a_run_waits_at_its_own_wait_points_only(void **state)
{
    (void)state;
    Frame f;
    frame_begin(&f);
    EscWhy why = {.text = ""};
    const EscProgram *program = esc_bundle_program(f.bundle);
    assert_status(esc_run_resume(&f.run, true, NULL), ESC_OK);
    assert_status(esc_run_suspend(&f.run, program->waits_count, &why), ESC_TRAP);
    assert_status(esc_run_suspend(&f.run, ESC_NONE, &why), ESC_TRAP);
    frame_end(&f);
}

static void a_run_that_does_not_wait_has_no_snapshot(void **state)
{
    (void)state;
    Frame f;
    frame_begin(&f);
    assert_status(esc_run_resume(&f.run, true, NULL), ESC_OK);
    esc_buf_clear(&f.bytes);
    assert_status(esc_snapshot_write(&f.run, &f.bytes), ESC_BAD_ARGUMENT);
    assert_int_equal(f.bytes.size, 0);
    frame_end(&f);
}

/* 16 texts of 4096 bytes are more than 64 KiB: the run stops where it would have to sleep. */
static void frames_that_are_too_large_do_not_sleep(void **state)
{
    (void)state;
    static char data[ESC_TEXT_MAX];
    memset(data, 'x', sizeof data);
    for (uint32_t count = 15; count <= 16; count++) {
        EscInstr code[32] = {OP(OWN, 0, 0, 0, 0)};
        uint32_t at = 1;
        for (uint32_t i = 0; i < count; i++)
            code[at++] = (EscInstr)OP(LOAD_TICKET, (uint8_t)i, 0, 0, FIELD_ID);
        code[at] = (EscInstr)OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_ACK, at + 1));
        code[at + 1] = (EscInstr)OP(CLOSE, 0, 0, 0, 0);
        TestProgram p;
        program_begin(&p);
        p.bodies[BODY_STEPS] = (Body){code, at + 2};
        program_finish(&p);
        EscBundle *bundle = program_load(&p);
        EscValue fields[FIELD_TOTAL];
        fields[FIELD_ID] = (EscValue){.type = ESC_TYPE(ESC_KIND_TEXT), .text = {data, sizeof data}};
        TestHost host = {.bundle = bundle, .fields = fields};
        EscHost door = test_host(&host);
        EscRun run;
        EscRunEnd end;
        esc_run_init(&run, bundle, BODY_STEPS, NULL, 0, scratch[0], sizeof scratch[0]);
        assert_status(esc_run_go(&run, &door, 0, &end, NULL),
                      count == 15 ? ESC_OK : ESC_OVER_LIMIT);
        esc_bundle_free(bundle);
        program_release(&p);
    }
}

static void reading_into_too_little_scratch_is_noticed(void **state)
{
    (void)state;
    Frame f;
    frame_begin(&f);
    EscRun run;
    for (size_t size = 0; size < 32; size += 8)
        assert_status(esc_snapshot_read(esc_buf_as_bytes(&f.bytes), f.bundle, 0, scratch[1], size,
                                        &run, NULL),
                      ESC_OVER_LIMIT);
    frame_end(&f);
}

/* Every byte set to each of a few values, with a fitting checksum: refused, or a frame that runs within its bounds. */
static void every_changed_byte_is_refused_or_harmless(void **state)
{
    (void)state;
    Frame f;
    frame_begin(&f);
    uint32_t accepted = 0, refused = 0;
    for (size_t at = 0; at < f.bytes.size - 4; at++) {
        uint8_t was = f.bytes.data[at];
        for (uint32_t step = 1; step < 256; step = step * 2 + 1) {
            f.bytes.data[at] = (uint8_t)(was + step);
            seal(&f.bytes);
            EscRun run;
            EscWhy why;
            EscStatus status = read_back(&f, &run, &why);
            if (status != ESC_OK) {
                assert_status(status, ESC_BAD_SNAPSHOT);
                assert_true(why.check[0] == 'F');
                refused++;
                continue;
            }
            accepted++;
            EscRunEnd end = ESC_RUN_WAITING;
            for (int rounds = 0; end == ESC_RUN_WAITING; rounds++) {
                assert_in_range(rounds, 0, 10);
                assert_status(esc_run_resume(&run, true, NULL), ESC_OK);
                end = go(&f, &run);
                assert_true(run.fuel_used <= f.p.functions[BODY_CATCH].cost);
            }
        }
        f.bytes.data[at] = was;
    }
    assert_true(accepted > 50);
    assert_true(refused > 500);
    frame_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(f1_accepts_what_was_written),
        cmocka_unit_test(f1_rejects_other_magic_and_format),
        cmocka_unit_test(f1_rejects_every_prefix),
        cmocka_unit_test(f1_rejects_bytes_behind_the_last_register),
        cmocka_unit_test(f1_rejects_text_past_the_end),
        cmocka_unit_test(f2_rejects_other_wait_points),
        cmocka_unit_test(f2_rejects_other_loops),
        cmocka_unit_test(f2_accepts_the_last_round),
        cmocka_unit_test(f2_rejects_other_registers),
        cmocka_unit_test(f3_rejects_values_out_of_bounds),
        cmocka_unit_test(f3_rejects_a_number_that_is_not_finite),
        cmocka_unit_test(f3_rejects_plain_value_that_is_missing),
        cmocka_unit_test(f3_rejects_text_that_is_not_utf8),
        cmocka_unit_test(f3_rejects_text_that_is_too_long),
        cmocka_unit_test(f3_accepts_the_longest_text),
        cmocka_unit_test(f4_rejects_every_flipped_bit_without_a_new_checksum),
        cmocka_unit_test(f4_accepts_a_frame_with_its_checksum),
        cmocka_unit_test(f5_rejects_fewer_effects_than_before),
        cmocka_unit_test(f5_accepts_as_many_effects_as_before),
        cmocka_unit_test(f6_rejects_migrated_frame_that_lacks_a_register),
        cmocka_unit_test(f6_accepts_migrated_frame_that_fits),
        cmocka_unit_test(f7_rejects_frame_of_another_bundle),
        cmocka_unit_test(f7_accepts_and_names_its_bundle),
        cmocka_unit_test(sleeping_changes_nothing),
        cmocka_unit_test(frames_outlive_the_texts_of_the_host),
        cmocka_unit_test(functions_beside_a_wait_see_its_registers),
        cmocka_unit_test(a_run_waits_at_its_own_wait_points_only),
        cmocka_unit_test(a_run_that_does_not_wait_has_no_snapshot),
        cmocka_unit_test(frames_that_are_too_large_do_not_sleep),
        cmocka_unit_test(reading_into_too_little_scratch_is_noticed),
        cmocka_unit_test(every_changed_byte_is_refused_or_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
