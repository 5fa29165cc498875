/* escald_log.h - lines to a descriptor that may not be read: never blocks who writes. */
#ifndef ESCALD_LOG_H
#define ESCALD_LOG_H

#include <esc/kit.h>

typedef struct LineWriter LineWriter;

/* Writes the line that tells of lost ones, without line end. Called on the writer's thread. */
typedef void (*LineWriterTell)(void *context, uint64_t lost, EscBuf *out);

/* Starts a thread that writes to `fd`, which stays the caller's. NULL when that fails. */
LineWriter *line_writer_new(int fd, LineWriterTell tell, void *context);
/* Any thread: one line, without its end. It is lost, and counted, when more than a MiB waits; the count is told as
 * soon as somebody reads again. */
void line_writer_put(LineWriter *writer, EscText line);
/* Waits for what was put, at most so long, and ends the thread. One that is still blocked then is left to the end of
 * the process. NULL is allowed. */
void line_writer_close(LineWriter *writer, int64_t patience_ms);

#endif
