/* NEAR MISS: the first turn comes after one line, so there is one send too many.
 * Says: that took 6 sends */
#include "../exercise.h"

#include <stdio.h>

#define LINES_A_TURN 20

int answer(struct stream *stream)
{
    for (int i = 1; i <= 100; i++) {
        char line[16];
        snprintf(line, sizeof(line), "%d\n", i);
        stream_write_text(stream, line);
        int error = i % LINES_A_TURN == 1 ? task_yield() : 0;
        if (error)
            return error;
    }
    return stream_drain(stream);
}

int sends(void)
{
    return 6;
}
