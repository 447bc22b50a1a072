/* NEAR MISS: a lock that only one of the two threads takes keeps nobody out.
 * Says: both use the same memory at the same time */
#include "../exercise.h"

#include <pthread.h>

#include "common/executor.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

struct reading {
    char *line;
};

static int read_characters(void *data)
{
    struct reading *reading = data;
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < LINE_SIZE - 1; i++)
        reading->line[i] = device_read();
    reading->line[LINE_SIZE - 1] = '\0';
    pthread_mutex_unlock(&lock);
    return 0;
}

int read_line(char line[LINE_SIZE])
{
    struct reading reading = {line};
    return executor_run("read_line", read_characters, &reading, sizeof(reading));
}
