/* NEAR MISS: a cancelled task and a broken connection are told that they were too quiet.
 * Says: the task was cancelled, and echo returned 0 */
#include "../exercise.h"

/* Reads each line in a scope of its own, with a new deadline. */
static ssize_t read_line_within(struct stream *stream, char **line, double seconds)
{
    struct scope scope;
    int error = scope_enter_for(&scope, seconds);
    ssize_t size = error ? error : stream_read_line(stream, line);
    error = scope_leave(&scope, size < 0 ? (int)size : 0);
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
    if (size < 0)
        return stream_write_text(stream, "Too quiet\n"); /* stream_close sends it */
    return (int)size;
}
