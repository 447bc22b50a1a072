/* NEAR MISS: the thread collects the characters in a copy, but copies them to the caller itself.
 * Says: and a thread wrote to it */
#include "../exercise.h"

#include <string.h>

#include "common/executor.h"

struct reading {
    char *line;
    char text[LINE_SIZE];
};

static int read_characters(void *data)
{
    struct reading *reading = data;
    for (size_t i = 0; i < LINE_SIZE - 1; i++)
        reading->text[i] = device_read();
    reading->text[LINE_SIZE - 1] = '\0';
    memcpy(reading->line, reading->text, LINE_SIZE);
    return 0;
}

int read_line(char line[LINE_SIZE])
{
    struct reading reading = {.line = line};
    return executor_run("read_line", read_characters, &reading, sizeof(reading));
}
