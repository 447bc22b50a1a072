/* NEAR MISS: line is a pointer here, so sizeof is the size of a pointer.
 * Found by: address
 * Says: in read_characters */
#include "../exercise.h"

#include "common/executor.h"

/* Runs on a thread of the pool. */
static int read_characters(void *data)
{
    char *line = data;
    for (size_t i = 0; i < LINE_SIZE - 1; i++)
        line[i] = device_read();
    line[LINE_SIZE - 1] = 0;
    return 0;
}

int read_line(char line[LINE_SIZE])
{
    return executor_run("read_line", read_characters, line, sizeof(char *));
}
