/* A line from a device that only knows a call that blocks. */
#include "exercise.h"

#include "common/executor.h"

struct reading {
    char *line;
};

/* On a thread of the pool. */
static int read_characters(void *data)
{
    struct reading *reading = data;
    for (size_t i = 0; i < LINE_SIZE - 1; i++)
        reading->line[i] = device_read();
    reading->line[LINE_SIZE - 1] = '\0';
    return 0;
}

/* EXERCISE: the screen, which shows the line, sometimes shows half of a new one; and a line whose
 * reader was cancelled was written to all the same. Mend read_line and what it needs. */
int read_line(char line[LINE_SIZE])
{
    struct reading reading = {line};
    return executor_run("read_line", read_characters, &reading, sizeof reading);
}
