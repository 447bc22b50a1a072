/* NEAR MISS: the result of the work is the result of read_line, which should be 0.
 * Says: a line was typed, and read_line returned 11 */
#include "../exercise.h"

#include <string.h>

#include "common/executor.h"

struct reading {
    char text[LINE_SIZE];
};

/* Runs on a thread of the pool. */
static int read_characters(void *data)
{
    struct reading *reading = data;
    for (size_t i = 0; i < LINE_SIZE - 1; i++)
        reading->text[i] = device_read();
    reading->text[LINE_SIZE - 1] = '\0';
    return LINE_SIZE - 1;
}

/* The thread writes to the executor's copy of the reading, which lives as long as the work. If this
 * task still waits at the end, the loop's thread copies the text to the line. */
int read_line(char line[LINE_SIZE])
{
    struct reading reading;
    memset(&reading, 0, sizeof(reading));
    int error = executor_run("read_line", read_characters, &reading, sizeof(reading));
    if (error >= 0)
        memcpy(line, reading.text, LINE_SIZE);
    return error;
}
