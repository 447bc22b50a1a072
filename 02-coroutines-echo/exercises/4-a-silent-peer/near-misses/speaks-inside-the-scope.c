/* NEAR MISS: in a scope whose deadline has passed no call waits: a drain there returns the error.
 * Says: echo returned ETIMEDOUT */
#include "../exercise.h"

/* Reads each line in a scope of its own, with a new deadline. */
static ssize_t read_line_within(struct stream *stream, char **line, double seconds)
{
    struct scope scope;
    int error = scope_enter_for(&scope, seconds);
    ssize_t size = error ? error : stream_read_line(stream, line);
    int told = size == UV_ETIMEDOUT ? stream_write_text(stream, "Too quiet\n") : 0;
    if (size == UV_ETIMEDOUT && !told)
        told = stream_drain(stream);
    error = scope_leave(&scope, size < 0 ? (int)size : told);
    return error ? error : size;
}

int echo(struct stream *stream, double seconds)
{
    char *line = NULL;
    ssize_t size;
    while ((size = read_line_within(stream, &line, seconds)) > 0) {
        stream_write(stream, line, (size_t)size);
        int error = stream_drain(stream);
        if (error)
            return error;
    }
    return (int)size;
}
