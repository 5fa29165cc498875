/* esc/pane.h - the web UI, as it was bundled when this was built: its files, and the answers with them.
 *
 * Pure: what is served is in the program, and what a person sees comes by the API (esc/api.h). Built from web/, see
 * cmake/pane.cmake. */
#ifndef ESC_PANE_H
#define ESC_PANE_H

#include <esc/http.h>
#include <esc/kit.h>

#ifdef __cplusplus
extern "C" {
#endif

bool esc_pane_is_built(void); /* false: the build left it out */

/* The page, which finds out by its address what to show. `accept_encoding` is the request's header; NULL: none. Where the
 * build left it out, a plain page says so. `accept_language` is of that page. */
void esc_pane_answer_page(EscAnswer *answer, const char *accept_encoding,
                          const char *accept_language);
/* One of its files, by its path ("/sw.js", "/assets/main-9f3c2b1a0d4e.js"); false: there is none. */
ESC_MUST_USE bool esc_pane_answer_file(EscAnswer *answer, EscText path, const char *accept_encoding);

#ifdef __cplusplus
}
#endif
#endif
