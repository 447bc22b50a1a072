/* An answer of a hundred lines, which leaves the others their turn. */
#include "exercise.h"

#include <stdio.h>

int answer(struct stream *stream)
{
    for (int i = 1; i <= 100; i++) {
        char line[16];
        snprintf(line, sizeof(line), "%d\n", i);
        stream_write_text(stream, line);
        /* EXERCISE: the others need a turn now and then. How many sends does this cost? */
        int error = task_yield();
        if (error)
            return error;
    }
    return stream_drain(stream);
}

int sends(void)
{
    return 1; /* and here: what you have measured, once it is as few as can be */
}
