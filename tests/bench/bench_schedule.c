/* bench_schedule.c - whom a schedule means, and until when: bench_schedule BUNDLE ANSWERS
 *
 * Each schedule of the bundle is asked at instants all over two years, and what an answer takes is told. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>

#define FROM_MS INT64_C(1767603600000) /* 2026-01-05T09:00:00Z */
#define STEP_MS                                                                                    \
    (7919 * INT64_C(1000)) /* a prime number of seconds: no hour of the day is left out */
#define SPAN_MS (730 * ESC_DAY_MS)

static bool nobody_is_absent(void *context, uint32_t person)
{
    (void)context;
    (void)person;
    return false;
}

static EscStatus read_file(void *context, const char *path, EscBuf *out)
{
    (void)context;
    FILE *file = fopen(path, "rb");
    char block[4096];
    size_t size = 0;
    while (file != NULL && (size = fread(block, 1, sizeof block, file)) > 0)
        esc_buf_append(out, block, size);
    if (file != NULL)
        (void)fclose(file);
    return file == NULL ? ESC_NOT_FOUND : out->status;
}

static void ask(const EscProgram *program, const EscZones *zones, uint32_t schedule, size_t count)
{
    EscDirectoryHost host = {.is_absent = nobody_is_absent};
    EscOwners owners;
    size_t found = 0;
    int64_t begin = bench_now_ns(), at_ms = 0;
    for (size_t i = 0; i < count; i++) {
        at_ms = (at_ms + STEP_MS) % SPAN_MS;
        esc_directory_resolve(program, zones, &host, ESC_REF(ESC_REF_SCHEDULE, schedule),
                              FROM_MS + at_ms, &owners);
        found += owners.count;
    }
    double spent_us = (double)(bench_now_ns() - begin) / 1000;
    EscText name = program->texts[program->schedules[schedule].name];
    printf("%.*s: %u layers, %.2f us an answer, somebody in %.0f %%\n", ESC_TEXT_ARG(name),
           (unsigned)program->schedules[schedule].layers_count, spent_us / (double)count,
           100 * (double)found / (double)count);
}

int main(int argc, char **argv)
{
    EscWhy why = {.text = ""};
    EscFiles files = {.read = read_file};
    EscBundle *bundle = NULL;
    EscZones *zones = esc_zones_new();
    EscBuf bytes;
    esc_buf_init(&bytes, ESC_BUNDLE_BYTES_MAX);
    if (argc != 3 || zones == NULL || read_file(NULL, argv[1], &bytes) != ESC_OK ||
        esc_bundle_load(esc_buf_as_bytes(&bytes), &bundle, &why) != ESC_OK ||
        esc_zones_load(zones, esc_bundle_program(bundle), &files, "/usr/share/zoneinfo", &why) !=
            ESC_OK)
        bench_fail("bench_schedule BUNDLE ANSWERS", &why);
    const EscProgram *program = esc_bundle_program(bundle);
    for (uint32_t i = 0; i < program->schedules_count; i++)
        ask(program, zones, i, strtoull(argv[2], NULL, 10));
    esc_bundle_free(bundle);
    esc_zones_free(zones);
    esc_buf_release(&bytes);
    return 0;
}
