/* NEAR MISS: ten seconds are those of the example: the caller sets them.
 * Says: 2.5 seconds were set */
#include "../exercise.h"

int echo(struct stream *stream, double seconds)
{
    char *line = NULL;
    ssize_t size;
    /* EXERCISE: a silent peer holds its connection for ever. Give each line a deadline. */
    (void)seconds;
    for (;;) {
        struct scope scope;
        scope_enter_for(&scope, 10);
        size = stream_read_line(stream, &line);
        int left = scope_leave(&scope, size < 0 ? (int)size : 0);
        if (scope_timed_out(&scope) && left == UV_ETIMEDOUT) {
            stream_write_text(stream, "Too quiet\n");
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
