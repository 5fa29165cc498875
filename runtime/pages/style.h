/* style.h - the stylesheet; for this folder only. */
#ifndef ESC_PAGES_STYLE_H
#define ESC_PAGES_STYLE_H

extern const char esc_page_style[];

#endif
