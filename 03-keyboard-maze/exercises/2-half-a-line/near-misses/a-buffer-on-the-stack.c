/* NEAR MISS: the buffer is gone when the task has left, and the thread writes to it.
 * Found by: address
 * Says: in read_characters */
#include "../exercise.h"

#include <string.h>

#include "common/executor.h"

struct reading {
    char *text;
};

/* Runs on a thread of the pool. */
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
    char text[LINE_SIZE];
    struct reading reading = {text};
    int error = executor_run("read_line", read_characters, &reading, sizeof(reading));
    if (!error)
        memcpy(line, text, LINE_SIZE);
    return error;
}
