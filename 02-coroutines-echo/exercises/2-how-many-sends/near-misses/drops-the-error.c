/* NEAR MISS: the connection is broken, and the caller does not learn of it.
 * Says: answer has returned 0 */
#include "../exercise.h"

#include <stdio.h>

int answer(struct stream *stream)
{
    for (int i = 1; i <= 100; i++) {
        char line[16];
        snprintf(line, sizeof(line), "%d\n", i);
        stream_write_text(stream, line);
        /* EXERCISE: the other tasks need a turn now and then. How many sends does this cost? */
        int error = i % 20 == 0 ? task_yield() : 0;
        if (error)
            return error;
    }
    stream_drain(stream);
    return 0;
}

int sends(void)
{
    return 5; /* and here: the smallest number that you have measured */
}
