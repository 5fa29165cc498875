/* replay.c - runs a fuzz target without libFuzzer: every file once as it is, then mutations of
 * them from a seed.
 *
 *   fuzz_NAME COUNT FILE...      COUNT mutations; ESC_SEED is where they start
 *
 * ./check uses it, so that the targets keep working and a little is found every day; searching
 * for new paths is libFuzzer's work (preset fuzz). An input that crashes the target is left in
 * TMPDIR/crash-input. */
#define _GNU_SOURCE /* open, write, sigaction */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <esc/kit.h>

enum { INPUT_BYTES_MAX = 1 << 20, EDITS_MAX = 6, PATH_MAX_BYTES = 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the handler writes down; prepared before, because a handler may hardly do anything. */
static const uint8_t *current;
static size_t current_size;
static char crash_path[PATH_MAX_BYTES];

static void keep_input(void)
{
    int file = open(crash_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file < 0)
        return;
    for (size_t at = 0; at < current_size;) {
        ssize_t done = write(file, current + at, current_size - at);
        if (done <= 0)
            break;
        at += (size_t)done;
    }
    close(file);
}

static void on_abort(int signal_number)
{
    keep_input();
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>

static void keep_input_of_sanitizer_reports(void)
{
    __sanitizer_set_death_callback(keep_input);
}
#else
static void keep_input_of_sanitizer_reports(void)
{
}
#endif

static void run_one(const uint8_t *data, size_t size)
{
    /* A block of its own for each input: a read past its end is then a fault that the sanitizer
     * sees. */
    uint8_t *copy = malloc(size == 0 ? 1 : size);
    if (copy == NULL)
        abort();
    if (size > 0) /* an empty file is at NULL */
        memcpy(copy, data, size);
    current = copy;
    current_size = size;
    (void)LLVMFuzzerTestOneInput(copy, size);
    current_size = 0;
    free(copy);
}

static EscBuf read_file(const char *path)
{
    EscBuf bytes;
    esc_buf_init(&bytes, INPUT_BYTES_MAX);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        exit(2);
    }
    uint8_t part[4096];
    for (size_t got; (got = fread(part, 1, sizeof part, file)) > 0;)
        esc_buf_append(&bytes, part, got);
    fclose(file);
    return bytes;
}

/* --- mutations -------------------------------------------------------------------------------- */

static uint64_t random_state;

/* xorshift64* (Vigna), from 0 to below - 1. */
static size_t random_below(size_t below)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (size_t)((random_state * UINT64_C(2685821657736338717)) >> 16) % below;
}

/* out := in with `removed` bytes at `at` replaced by a part. */
static void replace_part(EscBuf *out, EscBytes in, size_t at, size_t removed, EscBytes part)
{
    esc_buf_clear(out);
    esc_buf_append(out, in.data, at);
    esc_buf_append(out, part.data, part.size);
    esc_buf_append(out, in.data + at + removed, in.size - at - removed);
}

/* A random run of up to 64 bytes of `bytes`. */
static EscBytes random_part(EscBytes bytes)
{
    if (bytes.size == 0)
        return bytes;
    size_t at = random_below(bytes.size);
    size_t left = bytes.size - at;
    return (EscBytes){bytes.data + at, 1 + random_below(left < 64 ? left : 64)};
}

static void edit_once(EscBuf *out, EscBytes in, EscBytes other)
{
    static const uint8_t interesting[] = {0, 1, 0x7f, 0x80, 0xff, '"', '{', '}', '\\', '\n', '#'};
    size_t at = random_below(in.size + 1);
    size_t left = in.size - at;
    uint8_t byte = interesting[random_below(sizeof interesting)];
    EscBytes nothing = {NULL, 0};
    switch (random_below(6)) {
    case 0: /* one byte becomes another */
        replace_part(out, in, at, left > 0, (EscBytes){&byte, 1});
        break;
    case 1: /* one bit flips */
        if (left > 0)
            byte = (uint8_t)(in.data[at] ^ (1u << random_below(8)));
        replace_part(out, in, at, left > 0, (EscBytes){&byte, 1});
        break;
    case 2: /* a run goes */
        replace_part(out, in, at, left > 0 ? 1 + random_below(left < 64 ? left : 64) : 0, nothing);
        break;
    case 3: /* a run comes twice */
        replace_part(out, in, at, 0, random_part(in));
        break;
    case 4: /* a run of another input comes in */
        replace_part(out, in, at, 0, random_part(other));
        break;
    default: /* the end is cut off */
        replace_part(out, in, at, left, nothing);
        break;
    }
}

static void run_mutation(const EscBuf *inputs, size_t inputs_count, EscBuf work[2])
{
    EscBytes base = esc_buf_as_bytes(&inputs[random_below(inputs_count)]);
    esc_buf_clear(&work[0]);
    esc_buf_append(&work[0], base.data, base.size);
    size_t edits = 1 + random_below(EDITS_MAX);
    for (size_t i = 0; i < edits; i++) {
        EscBytes other = esc_buf_as_bytes(&inputs[random_below(inputs_count)]);
        edit_once(&work[1], esc_buf_as_bytes(&work[0]), other);
        EscBuf edited = work[1];
        work[1] = work[0];
        work[0] = edited;
    }
    run_one(work[0].data, work[0].size);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: %s COUNT FILE...\n", argv[0]);
        return 2;
    }
    const char *folder = getenv("TMPDIR");
    snprintf(crash_path, sizeof crash_path, "%s/crash-input", folder == NULL ? "." : folder);
    keep_input_of_sanitizer_reports();
    signal(SIGABRT, on_abort);

    const char *seed = getenv("ESC_SEED");
    random_state = (seed == NULL ? 1 : strtoull(seed, NULL, 10)) * 2 + 1; /* never 0 */
    unsigned long count = strtoul(argv[1], NULL, 10);
    printf("seed %s, %d files, %lu mutations\n", seed == NULL ? "1" : seed, argc - 2, count);

    size_t inputs_count = (size_t)(argc - 2);
    EscBuf *inputs = calloc(inputs_count, sizeof *inputs);
    if (inputs == NULL)
        return 2;
    for (size_t i = 0; i < inputs_count; i++) {
        inputs[i] = read_file(argv[i + 2]);
        run_one(inputs[i].data, inputs[i].size);
    }
    EscBuf work[2];
    esc_buf_init(&work[0], INPUT_BYTES_MAX);
    esc_buf_init(&work[1], INPUT_BYTES_MAX);
    for (unsigned long i = 0; i < count; i++)
        run_mutation(inputs, inputs_count, work);

    esc_buf_release(&work[0]);
    esc_buf_release(&work[1]);
    for (size_t i = 0; i < inputs_count; i++)
        esc_buf_release(&inputs[i]);
    free(inputs);
    printf("%d passed, 0 failed\n", count > 0 ? 2 : 1); /* all files, all mutations */
    return 0;
}
