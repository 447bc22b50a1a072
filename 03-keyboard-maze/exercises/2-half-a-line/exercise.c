/* A line from a device that has only a blocking call. */
#include "exercise.h"

#include "common/executor.h"

struct reading {
    char *line;
};

/* Runs on a thread of the pool. */
static int read_characters(void *data)
{
    struct reading *reading = data;
    for (size_t i = 0; i < LINE_SIZE - 1; i++)
        reading->line[i] = device_read();
    reading->line[LINE_SIZE - 1] = '\0';
    return 0;
}

/* EXERCISE: the screen shows the line, and sometimes half of a new one. And after the reader has
 * been cancelled, its line is still written to. Fix read_line and the code that it needs. */
int read_line(char line[LINE_SIZE])
{
    struct reading reading = {line};
    return executor_run("read_line", read_characters, &reading, sizeof(reading));
}
