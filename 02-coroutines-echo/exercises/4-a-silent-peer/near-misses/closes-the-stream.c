/* NEAR MISS: the caller has opened the stream, and closes it.
 * Says: echo has closed the stream */
#include "../exercise.h"

int echo(struct stream *stream, double seconds)
{
    char *line = NULL;
    ssize_t size;
    /* EXERCISE: a silent peer holds its connection for ever. Give each line a deadline. */
    for (;;) {
        struct scope scope;
        scope_enter_for(&scope, seconds);
        size = stream_read_line(stream, &line);
        int left = scope_leave(&scope, size < 0 ? (int)size : 0);
        if (scope_timed_out(&scope) && left == UV_ETIMEDOUT) {
            stream_write_text(stream, "Too quiet\n");
            stream_close(stream);
            return 0;
        }
        if (left)
            return left;
        if (size == 0)
            return 0;
        stream_write(stream, line, (size_t)size);
        int error = stream_drain(stream);
        if (error)
            return error;
    }
    return (int)size;
}
