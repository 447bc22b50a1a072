/* NEAR MISS: a thread looks whether its reader has left, but the next reader resets the flag.
 * Says: and a thread wrote to it */
#include "../exercise.h"

#include <stdbool.h>
#include <string.h>

#include "common/executor.h"

static volatile bool cancelled;
static int read_characters(void *data)
{
    char *line = *(char **)data, own[LINE_SIZE] = "";
    for (size_t i = 0; i < LINE_SIZE - 1; i++)
        own[i] = device_read();
    if (!cancelled)
        memcpy(line, own, LINE_SIZE);
    return 0;
}

int read_line(char line[LINE_SIZE])
{
    cancelled = false;
    int error = executor_run("read_line", read_characters, &line, sizeof(char *));
    if (error)
        cancelled = true;
    return error;
}
