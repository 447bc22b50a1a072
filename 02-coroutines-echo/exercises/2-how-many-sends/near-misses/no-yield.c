/* NEAR MISS: all lines leave in one send, and nobody else has a turn.
 * Says: 100 lines were written before the others had a turn */
#include "../exercise.h"

#include <stdio.h>

int answer(struct stream *stream)
{
    for (int i = 1; i <= 100; i++) {
        char line[16];
        snprintf(line, sizeof(line), "%d\n", i);
        stream_write_text(stream, line);
        int error = 0;
        if (error)
            return error;
    }
    return stream_drain(stream);
}

int sends(void)
{
    return 1;
}
