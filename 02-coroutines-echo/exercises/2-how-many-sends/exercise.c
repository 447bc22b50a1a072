/* An answer of a hundred lines, which lets other tasks run in between. */
#include "exercise.h"

#include <stdio.h>

int answer(struct stream *stream)
{
    for (int i = 1; i <= 100; i++) {
        char line[16];
        snprintf(line, sizeof(line), "%d\n", i);
        stream_write_text(stream, line);
        /* EXERCISE: the other tasks need a turn now and then. How many sends does this cost? */
        int error = task_yield();
        if (error)
            return error;
    }
    return stream_drain(stream);
}

int sends(void)
{
    return 1; /* and here: the smallest number that you have measured */
}
