/* NEAR MISS: only a cancellation counts as an error. A deadline is one, too.
 * Says: read_line returned UV_ETIMEDOUT, and the line had become */
#include "../exercise.h"

#include <string.h>

#include "common/executor.h"

struct reading {
    char text[LINE_SIZE];
};

static int read_characters(void *data)
{
    struct reading *reading = data;
    for (size_t i = 0; i < LINE_SIZE - 1; i++)
        reading->text[i] = device_read();
    reading->text[LINE_SIZE - 1] = '\0';
    return 0;
}

int read_line(char line[LINE_SIZE])
{
    struct reading reading = {""};
    int error = executor_run("read_line", read_characters, &reading, sizeof(reading));
    if (error != UV_ECANCELED)
        memcpy(line, reading.text, LINE_SIZE);
    return error;
}
