/* write.h - shared by the files that write a workspace down. */
#ifndef ESC_IMPORTERS_WRITE_H
#define ESC_IMPORTERS_WRITE_H

#include "model.h"

#define WRITE_TITLE_MAX 160

/* A new file; its text is filled in by the caller. The address stays until the next one is opened. */
EscBuf *write_open(EscModel *model, const char *name);
/* The same file while there is room in it, else a further one (tests_2.esc): a source has at most 1 MiB. */
EscBuf *write_more(EscModel *model);
/* A text in quotes, on one line, of at most size_max bytes: what is special in the language is escaped. */
void write_text(EscModel *model, EscBuf *out, EscText text, size_t size_max);
/* "# …" in lines of a readable width. */
void write_comment(EscModel *model, EscBuf *out, EscText text);
/* Everything that was noted about a thing, as comments. */
void write_notes(EscModel *model, EscBuf *out, uint32_t seen);
/* "2026-03-02T09:00" on the clocks of a zone. */
void write_local(const EscModel *model, EscBuf *out, EscText zone, int64_t at_ms);
void write_span(const EscModel *model, EscBuf *out, EscText zone, int64_t from_ms,
                int64_t until_ms);
/* "5m", as the language says it: whole seconds. */
void write_duration(EscBuf *out, int64_t duration_ms);
/* The name of a target, as an owner or in a message. */
void write_target(const EscModel *model, EscBuf *out, ModelTarget target);

/* Tests of the rules, behind those of the escalations (write_routes.c). */
void write_routes(EscModel *model);

void write_people(EscModel *model);    /* write_people.c */
void write_schedules(EscModel *model); /* write_schedules.c */
void write_chains(EscModel *model);    /* write_chains.c */
void write_intakes(EscModel *model);   /* write_intakes.c */

#endif
