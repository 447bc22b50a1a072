/* NEAR MISS: 21 lines are written before the others have a turn.
 * Says: 21 lines were written */
#include "../exercise.h"

#include <stdio.h>

int answer(struct stream *stream)
{
    for (int i = 1; i <= 100; i++) {
        char line[16];
        snprintf(line, sizeof(line), "%d\n", i);
        stream_write_text(stream, line);
        int error = i % 21 == 0 ? task_yield() : 0;
        if (error)
            return error;
    }
    return stream_drain(stream);
}

int sends(void)
{
    return 5;
}
