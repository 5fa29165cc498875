/* bench_check.c - how long a check takes within a process: bench_check ROUNDS FILE…
 *
 * Prints medians of a thread's processor time: a check of all files afresh, with the bundle, and once more behind a change of the last
 * file, whose text is one of two. A first round warms up. */
#define _GNU_SOURCE
#include "bench.h"

#include <esc/compiler.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS_MAX = 1000, FILES_MAX = 16, FILE_BYTES_MAX = 1 << 20 };

typedef struct Files {
    const char *paths[FILES_MAX];
    EscBuf texts[FILES_MAX];
    int count;
} Files;

static int64_t processor_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void need(EscStatus status, const char *what)
{
    if (status != ESC_OK)
        bench_fail(what, NULL);
}

static void read_file(Files *files, const char *path)
{
    EscBuf *text = &files->texts[files->count];
    esc_buf_init(text, FILE_BYTES_MAX);
    FILE *file = fopen(path, "rb");
    char block[4096];
    size_t size = 0;
    if (file == NULL)
        bench_fail(path, NULL);
    while ((size = fread(block, 1, sizeof block, file)) > 0)
        esc_buf_append(text, block, size);
    (void)fclose(file);
    need(text->status, path);
    files->paths[files->count++] = path;
}

static int64_t check_afresh(const Files *files, bool builds)
{
    int64_t begin = processor_ns();
    EscWorkspace *workspace = esc_workspace_new();
    for (int i = 0; i < files->count; i++)
        need(esc_workspace_add(workspace, esc_text_from(files->paths[i]),
                               esc_buf_as_text(&files->texts[i]), true),
             "add");
    need(esc_workspace_check(workspace), "check");
    EscBuf bundle;
    esc_buf_init(&bundle, (size_t)64 << 20);
    if (builds)
        need(esc_workspace_build(workspace, &bundle, NULL), "build");
    esc_buf_release(&bundle);
    esc_workspace_free(workspace);
    return processor_ns() - begin;
}

static int64_t check_again(EscSources *sources, const Files *files, size_t round)
{
    int last = files->count - 1;
    EscText path = esc_text_from(files->paths[last]);
    EscBuf changed; /* a text that nobody has seen yet */
    esc_buf_init(&changed, FILE_BYTES_MAX + 64);
    esc_buf_printf(&changed, "# %zu\n", round);
    esc_buf_text(&changed, esc_buf_as_text(&files->texts[last]));
    int64_t begin = processor_ns();
    need(esc_sources_put(sources, path, esc_buf_as_text(&changed)), "put");
    EscWorkspace *workspace = esc_workspace_of_sources(sources, NULL);
    need(workspace == NULL ? ESC_NO_MEMORY : esc_workspace_check(workspace), "check");
    esc_workspace_free(workspace);
    esc_buf_release(&changed);
    return processor_ns() - begin;
}

static void print(const char *what, int64_t *times, size_t rounds)
{
    printf("%s %.2f ms of processor (median of %zu rounds)\n", what,
           (double)bench_percentile(times, rounds, 50) / 1e6, rounds);
}

int main(int argc, char **argv)
{
    static int64_t checked[ROUNDS_MAX], built[ROUNDS_MAX], again[ROUNDS_MAX];
    Files files = {.count = 0};
    size_t rounds = argc > 2 ? strtoul(argv[1], NULL, 10) : 0;
    if (rounds == 0 || rounds > ROUNDS_MAX || argc - 2 > FILES_MAX) {
        (void)fprintf(stderr, "usage: bench_check ROUNDS FILE…\n");
        return 2;
    }
    for (int i = 2; i < argc; i++)
        read_file(&files, argv[i]);
    EscSources *sources = esc_sources_new();
    for (int i = 0; i < files.count; i++)
        need(esc_sources_put(sources, esc_text_from(files.paths[i]),
                             esc_buf_as_text(&files.texts[i])),
             "put");
    (void)check_afresh(&files, true);
    for (size_t i = 0; i < rounds; i++) {
        checked[i] = check_afresh(&files, false);
        built[i] = check_afresh(&files, true);
        again[i] = check_again(sources, &files, i);
    }
    print("checked in", checked, rounds);
    print("checked and built in", built, rounds);
    print("checked again behind a change of the small one in", again, rounds);
    esc_sources_free(sources);
    for (int i = 0; i < files.count; i++)
        esc_buf_release(&files.texts[i]);
    return 0;
}
