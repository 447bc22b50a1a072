/* An answer of a hundred lines, which lets other tasks run in between. */
#include "exercise.h"

#include <stdio.h>

#define LINES_A_TURN 20

int answer(struct stream *stream)
{
    for (int i = 1; i <= 100; i++) {
        char line[16];
        snprintf(line, sizeof(line), "%d\n", i);
        stream_write_text(stream, line);
        /* A yield ends the iteration, and the stream sends its output in one send. */
        int error = i % LINES_A_TURN == 0 ? task_yield() : 0;
        if (error)
            return error;
    }
    return stream_drain(stream);
}

int sends(void)
{
    return 100 / LINES_A_TURN;
}
