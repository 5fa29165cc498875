/* page.c - what all pages have in common: head, foot, headers, the stylesheet. Pure.
 *
 * No script and no style stands in a page, so its policy allows neither; the stylesheet is a file of its own, whose name is
 * made of its content, so that it is kept by browsers for ever and never stale. */
#include <esc/pages.h>

#include <stdio.h>
#include <string.h>

#include "style.h"

#define STYLE_FOLDER "/pages/"
#define NAME_DIGEST_BYTES 8

static const char policy[] = "default-src 'none'; style-src 'self'; form-action 'self'; "
                             "frame-ancestors 'none'; base-uri 'none'";

void esc_page_open(EscBuf *out, const EscPage *page)
{
    char style[ESC_STYLE_PATH_MAX];
    esc_style_path(style);
    bool is_german = esc_text_equal(page->language, ESC_TEXT("de"));
    esc_buf_printf(out, "<!doctype html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n",
                   is_german ? "de" : "en");
    esc_buf_string(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                        "<meta name=\"color-scheme\" content=\"light dark\">\n"
                        "<meta name=\"robots\" content=\"noindex\">\n"
                        "<meta name=\"format-detection\" content=\"telephone=no\">\n<title>");
    esc_html_text(out, page->title);
    esc_buf_string(out, " · Escal</title>\n<link rel=\"stylesheet\" href=\"");
    esc_html_text(out, page->base);
    esc_buf_string(out, style);
    esc_buf_string(out, "\">\n</head>\n<body>\n<main>\n");
    if (page->place.size > 0) {
        esc_buf_string(out, "<p class=\"place\" dir=\"auto\">");
        esc_html_text(out, page->place);
        esc_buf_string(out, "</p>\n");
    }
    esc_buf_string(out, "<h1 dir=\"auto\">");
    esc_html_text(out, page->title);
    esc_buf_string(out, "</h1>\n");
}

void esc_page_close(EscBuf *out)
{
    esc_buf_string(out, "</main>\n</body>\n</html>\n");
}

void esc_answer_page(EscAnswer *answer, unsigned status, EscBuf *page)
{
    bool is_whole = page->status == ESC_OK;
    if (!is_whole) {
        esc_buf_release(page);
        esc_buf_init(page, ESC_PAGE_BYTES_MAX);
        esc_buf_text(page, esc_word((EscText){0}, ESC_WORD_PAGE_FAILED));
    }
    ESC_ASSERT(answer->status == 0);
    answer->status = is_whole ? status : 503;
    answer->type = is_whole ? "text/html; charset=utf-8" : "text/plain; charset=utf-8";
    answer->body = *page;
    esc_buf_init(page, 0);
    esc_answer_header(answer, "Content-Security-Policy", policy);
    esc_answer_header(answer, "Referrer-Policy", "no-referrer");
}

/* --- the stylesheet ----------------------------------------------------------------------------- */

void esc_style_path(char out[ESC_STYLE_PATH_MAX])
{
    uint8_t digest[32];
    char name[2 * NAME_DIGEST_BYTES + 1];
    EscText style = esc_text_from(esc_page_style);
    esc_sha256((EscBytes){(const uint8_t *)style.data, style.size}, digest);
    esc_hex((EscBytes){digest, NAME_DIGEST_BYTES}, name);
    (void)snprintf(out, ESC_STYLE_PATH_MAX, STYLE_FOLDER "%s.css", name);
}

bool esc_answer_style(EscAnswer *answer, EscText name)
{
    char path[ESC_STYLE_PATH_MAX];
    esc_style_path(path);
    if (!esc_text_equal(name, esc_text_from(path + strlen(STYLE_FOLDER))))
        return false;
    ESC_ASSERT(answer->status == 0);
    answer->status = 200;
    answer->type = "text/css; charset=utf-8";
    esc_buf_init(&answer->body, strlen(esc_page_style));
    esc_buf_string(&answer->body, esc_page_style);
    esc_answer_header(answer, "Cache-Control", "public, max-age=31536000, immutable");
    return true;
}
