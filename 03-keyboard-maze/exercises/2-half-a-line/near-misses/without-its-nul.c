/* NEAR MISS: the eleven characters are copied, and the NUL after them is not.
 * Says: without its NUL */
#include "../exercise.h"

#include <string.h>

#include "common/executor.h"

static int read_characters(void *data)
{
    char *line = data;
    for (size_t i = 0; i < LINE_SIZE - 1; i++)
        line[i] = device_read();
    return 0;
}

int read_line(char line[LINE_SIZE])
{
    char own[LINE_SIZE];
    int error = executor_run("read_line", read_characters, own, sizeof(own));
    if (!error)
        memcpy(line, own, LINE_SIZE - 1);
    return error;
}
