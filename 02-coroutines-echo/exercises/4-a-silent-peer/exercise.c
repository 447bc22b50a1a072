/* A connection of an echo server, which waits for each line for a limited time. */
#include "exercise.h"

int echo(struct stream *stream, double seconds)
{
    char *line = NULL;
    ssize_t size;
    /* EXERCISE: a silent peer holds its connection for ever. Give each line a deadline. */
    (void)seconds;
    while ((size = stream_read_line(stream, &line)) > 0) {
        stream_write(stream, line, (size_t)size);
        int error = stream_drain(stream);
        if (error)
            return error;
    }
    return (int)size;
}
