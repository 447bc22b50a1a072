/* NEAR MISS: the caller cannot tell a deadline from a cancellation.
 * Says: returned -125 instead of UV_ETIMEDOUT */
#include "../exercise.h"

#include <string.h>

#include "common/executor.h"

static int read_characters(void *data)
{
    char *line = data;
    for (size_t i = 0; i < LINE_SIZE - 1; i++)
        line[i] = device_read();
    line[LINE_SIZE - 1] = '\0';
    return 0;
}

int read_line(char line[LINE_SIZE])
{
    char own[LINE_SIZE] = "";
    int error = executor_run("read_line", read_characters, own, sizeof(own));
    if (error)
        return UV_ECANCELED;
    memcpy(line, own, LINE_SIZE);
    return error;
}
