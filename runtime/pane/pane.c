/* pane.c - finds a file of the web UI and answers with it, in the best coding that the browser takes.
 *
 * Pages and the service worker are never kept by a browser: an old page would show an old state. Its assets carry a hash
 * of their content in their names, and are kept for ever. */
#include <string.h>
#include <strings.h>

#include <esc/pages.h>
#include <esc/pane.h>

#include "pane_files.h"

#define KEPT_FOR_EVER "public, max-age=31536000, immutable"
#define FILE_BYTES_MAX ((size_t)1 << 20)

/* Scripts and styles are our own files; nothing becomes a script but what web/src/push.js lets through. */
static const char policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; require-trusted-types-for 'script'; trusted-types escal";

bool esc_pane_is_built(void)
{
    return esc_pane_files_count > 0;
}

static const EscPaneFile *find(EscText path)
{
    for (size_t i = 0; i < esc_pane_files_count; i++)
        if (esc_text_equal(path, esc_text_from(esc_pane_files[i].path)))
            return &esc_pane_files[i];
    return NULL;
}

/* "q=0" and "q=0.0" mean: not this one. */
static bool is_refused(const char *parameters, size_t size)
{
    const char *q = memchr(parameters, '=', size);
    if (q == NULL)
        return false;
    size_t rest = size - (size_t)(q + 1 - parameters);
    return strspn(q + 1, "0. ") >= rest;
}

/* Whether a header Accept-Encoding takes a coding. */
static bool takes(const char *header, const char *coding)
{
    size_t wanted = strlen(coding);
    for (const char *at = header; at != NULL && *at != '\0';) {
        at += strspn(at, " \t,");
        size_t size = strcspn(at, ",");
        size_t name = strcspn(at, ",; \t");
        if (name == wanted && strncasecmp(at, coding, wanted) == 0)
            return !is_refused(at + name, size - name);
        at += size;
    }
    return false;
}

static void answer_with(EscAnswer *answer, const EscPaneFile *file, const char *accept_encoding)
{
    EscBytes content = file->plain;
    EscBuf body;
    if (takes(accept_encoding, "br")) {
        content = file->brotli;
        esc_answer_header(answer, "Content-Encoding", "br");
    } else if (takes(accept_encoding, "gzip")) {
        content = file->gzip;
        esc_answer_header(answer, "Content-Encoding", "gzip");
    }
    esc_answer_header(answer, "Vary", "Accept-Encoding");
    if (file->is_kept)
        esc_answer_header(answer, "Cache-Control", KEPT_FOR_EVER);
    esc_answer_header(answer, "Content-Security-Policy", policy);
    esc_answer_header(answer, "Referrer-Policy", "no-referrer");
    esc_answer_header(answer, "Cross-Origin-Opener-Policy", "same-origin");
    esc_buf_init(&body, FILE_BYTES_MAX);
    esc_buf_append(&body, content.data, content.size);
    answer->type = file->type;
    answer->status = body.status == ESC_OK ? 200 : 503;
    answer->body = body;
}

static void answer_none(EscAnswer *answer, const char *accept_language)
{
    EscBuf out;
    esc_buf_init(&out, ESC_PAGE_BYTES_MAX);
    EscPage page = {.language = esc_language_asked(accept_language), .title = ESC_TEXT("Escal")};
    esc_page_open(&out, &page);
    esc_page_text(&out, ESC_PAGE_PLAIN, esc_word(page.language, ESC_WORD_PANE_NONE));
    esc_page_close(&out);
    esc_answer_page(answer, 200, &out);
}

void esc_pane_answer_page(EscAnswer *answer, const char *accept_encoding,
                          const char *accept_language)
{
    const EscPaneFile *page = find(ESC_TEXT("/"));
    if (page == NULL)
        answer_none(answer, accept_language);
    else
        answer_with(answer, page, accept_encoding);
}

bool esc_pane_answer_file(EscAnswer *answer, EscText path, const char *accept_encoding)
{
    const EscPaneFile *file = find(path);
    if (file == NULL)
        return false;
    answer_with(answer, file, accept_encoding);
    return true;
}
