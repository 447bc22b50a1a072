/* NEAR MISS: a drain waits only above the high water mark: the others have no turn.
 * Says: 100 lines were written before the others had a turn */
#include "../exercise.h"

#include <stdio.h>

#define LINES_A_TURN 20

int answer(struct stream *stream)
{
    for (int i = 1; i <= 100; i++) {
        char line[16];
        snprintf(line, sizeof(line), "%d\n", i);
        stream_write_text(stream, line);
        int error = i % LINES_A_TURN == 0 ? stream_drain(stream) : 0;
        if (error)
            return error;
    }
    return stream_drain(stream);
}

int sends(void)
{
    return 100 / LINES_A_TURN;
}
