/* http_stream.c - answers without an end: their owner has something to say now and then, and the connection is suspended in
 * between, so that nobody asks in vain. Who does not read is cut off by the library's own time-out. */
#include "http_call.h"

#define BLOCK_BYTES 4096 /* of each open stream */

static ssize_t stream_read(void *context, uint64_t position, char *out, size_t max)
{
    (void)position;
    EscHttpCall *call = context;
    size_t size = call->stream.read(call->stream.context, out, max);
    if (size > 0)
        return (ssize_t)size;
    if (call->is_stream_over)
        return MHD_CONTENT_READER_END_OF_STREAM;
    call->is_suspended = true;
    MHD_suspend_connection(call->connection);
    return 0;
}

void esc_http_stream(EscHttpCall *call, const char *type, const EscHttpStream *stream)
{
    ESC_ASSERT(!esc_http_is_answered(call));
    call->stream = *stream;
    call->is_stream = true;
    call->response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, stream_read, call, NULL);
    ESC_ASSERT(call->response != NULL); /* out of memory: nothing can be told to anybody any more */
    call->answered_status = 200;
    (void)MHD_add_response_header(call->response, "Content-Type", type);
    (void)MHD_add_response_header(call->response, "Cache-Control", "no-store");
    (void)MHD_add_response_header(call->response, "X-Content-Type-Options", "nosniff");
    (void)MHD_add_response_header(call->response, "X-Accel-Buffering",
                                  "no"); /* nginx hands it on */
}

void esc_http_stream_more(EscHttpCall *call)
{
    ESC_ASSERT(call->is_stream);
    if (!call->is_suspended)
        return;
    call->is_suspended = false;
    MHD_resume_connection(call->connection);
}

void esc_http_stream_end(EscHttpCall *call)
{
    call->is_stream_over = true;
    esc_http_stream_more(call);
}
