/* NEAR MISS: the deadline is that of the connection, and not of each line.
 * Says: a line came in time, and yet it has ended */
#include "../exercise.h"

int echo(struct stream *stream, double seconds)
{
    char *line = NULL;
    ssize_t size = 0;
    struct scope scope;
    int error = scope_enter_for(&scope, seconds);
    while (!error && (size = stream_read_line(stream, &line)) > 0) {
        stream_write(stream, line, (size_t)size);
        error = stream_drain(stream);
    }
    error = scope_leave(&scope, size < 0 ? (int)size : error);
    size = error ? error : size;
    if (size == UV_ETIMEDOUT)
        return stream_write_text(stream, "Too quiet\n"); /* stream_close sends it */
    return (int)size;
}
