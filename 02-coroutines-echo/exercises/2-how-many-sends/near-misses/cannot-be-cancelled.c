/* NEAR MISS: the result of task_yield is dropped: a cancelled answer is written to its end.
 * Says: answer wrote the others, too */
#include "../exercise.h"

#include <stdio.h>

#define LINES_A_TURN 20

int answer(struct stream *stream)
{
    for (int i = 1; i <= 100; i++) {
        char line[16];
        snprintf(line, sizeof(line), "%d\n", i);
        stream_write_text(stream, line);
        /* A yield ends the iteration, and the stream sends its output in one send. */
        if (i % LINES_A_TURN == 0)
            task_yield();
    }
    return stream_drain(stream);
}

int sends(void)
{
    return 100 / LINES_A_TURN;
}
