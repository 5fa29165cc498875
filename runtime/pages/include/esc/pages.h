/* esc/pages.h - pages that the daemon makes itself, for people without a script: on a telephone, printed, read aloud.
 *
 * Pure: no clock, socket or engine. A page is one heading, what a person has to know, and forms whose buttons do one thing
 * each. Whatever comes from outside goes through esc_html_text. What Escal itself says is a row of <esc/words.def>, once in
 * each language.
 *
 *   esc_buf_init(&out, ESC_PAGE_BYTES_MAX);
 *   esc_page_open(&out, &page);
 *   esc_page_text(&out, ESC_PAGE_PLAIN, what);
 *   esc_form_open(&out, "");  esc_form_button(&out, &button);  esc_form_close(&out);
 *   esc_page_close(&out);
 *   esc_answer_page(answer, 200, &out);
 */
#ifndef ESC_PAGES_H
#define ESC_PAGES_H

#include <esc/http.h>
#include <esc/kit.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ESC_PAGE_BYTES_MAX ((size_t)1 << 20)

/* --- words ------------------------------------------------------------------------------------ */

typedef enum EscWord {
#define ESC_WORD(NAME, english, german) ESC_WORD_##NAME,
#include <esc/words.def>
#undef ESC_WORD
    ESC_WORD_COUNT
} EscWord;
#define ESC_WORD_VALUES_MAX 4
/* As it stands in the table, with %1 … for its values. `language`: "de"; English where there is none, or nobody knows it. */
EscText esc_word(EscText language, EscWord word);
/* The same with its values in their places, as plain text. A place without a value is left empty. */
void esc_word_say(EscBuf *out, EscText language, EscWord word, const EscText *values, size_t count);
/* The language of a reader of whom nothing is known but what their browser asks for (Accept-Language; NULL: nothing): "de"
 * when German stands before English there, else empty. */
EscText esc_language_asked(const char *accept_language);

/* --- writing HTML ----------------------------------------------------------------------------- */

/* A text as content of an element or value of a quoted attribute: never markup, whatever stands in it. What turns the
 * direction of a line or cannot be seen is left out, line ends stay, and bytes that are no UTF-8 become U+FFFD. */
void esc_html_text(EscBuf *out, EscText text);

typedef struct EscPage {
    EscText language; /* as above; of the words and of the element html */
    EscText title;    /* of the window, and the one heading */
    EscText place;    /* above it, in small: "Acme · E-12"; empty: nothing */
    EscText
        base; /* the path that all of ours begin with, as a proxy has it ("/escal"); empty: none */
} EscPage;
void esc_page_open(EscBuf *out, const EscPage *page);
void esc_page_close(EscBuf *out);

typedef enum EscPageKind {
    ESC_PAGE_PLAIN,
    ESC_PAGE_SOFT,  /* what one may read */
    ESC_PAGE_DONE,  /* it was done */
    ESC_PAGE_ALARM, /* it was not done, or is urgent */
    ESC_PAGE_KIND_COUNT
} EscPageKind;
/* A paragraph. DONE and ALARM are told at once by whoever reads the page aloud. */
void esc_page_text(EscBuf *out, EscPageKind kind, EscText text);
/* A row of facts, between open and close; one without a value is left out. */
void esc_facts_open(EscBuf *out);
void esc_fact(EscBuf *out, EscText label, EscText value);
void esc_facts_close(EscBuf *out);
void esc_page_link(EscBuf *out, EscText address, EscText label);

/* --- forms ------------------------------------------------------------------------------------ */

/* Sent by POST to `action`, an address of ours; empty: to where the page is from. */
void esc_form_open(EscBuf *out, EscText action);
void esc_form_hidden(EscBuf *out, EscText name, EscText value);
typedef struct EscField {
    EscText name, label, value, hint;
    bool is_required, is_long; /* of several lines */
    size_t size_max;           /* in characters; 0: not said */
} EscField;
void esc_form_field(EscBuf *out, const EscField *field);
/* One of several: between open, which has what is chosen, and close. */
void esc_form_choice_open(EscBuf *out, EscText label);
void esc_form_choice(EscBuf *out, EscText name, EscText value, EscText label, bool is_chosen);
void esc_form_choice_close(EscBuf *out);
typedef struct EscPageButton {
    EscText name, value; /* what it sends; empty: nothing of its own */
    EscText label;
    bool is_first; /* the one that most people want */
} EscPageButton;
void esc_form_button(EscBuf *out, const EscPageButton *button);
void esc_form_close(EscBuf *out);

/* --- answers ---------------------------------------------------------------------------------- */

/* The body goes over to the answer, with the headers that every page of ours has: no script, no frame, no address told to
 * others, nothing kept. A page that could not be written whole is a plain 503. */
void esc_answer_page(EscAnswer *answer, unsigned status, EscBuf *page);
/* The one stylesheet: where it is, behind a page's base ("/pages/9f3c2b1a0d4e5f60.css", by its content), and as an answer;
 * false: there is nothing under this name (the last part of the path). */
#define ESC_STYLE_PATH_MAX 64
void esc_style_path(char out[ESC_STYLE_PATH_MAX]);
bool esc_answer_style(EscAnswer *answer, EscText name);

#ifdef __cplusplus
}
#endif
#endif
