/* NEAR MISS: the thread reads the next line into its buffer before the loop has copied this one.
 * Says: two tasks read at once */
#include "../exercise.h"

#include <string.h>

#include "common/executor.h"

static int read_characters(void *data)
{
    static __thread char own[LINE_SIZE];
    for (size_t i = 0; i < LINE_SIZE - 1; i++)
        own[i] = device_read();
    *(char **)data = own;
    return 0;
}

int read_line(char line[LINE_SIZE])
{
    char *own = NULL;
    int error = executor_run("read_line", read_characters, &own, sizeof(own));
    if (!error)
        strcpy(line, own);
    return error;
}
