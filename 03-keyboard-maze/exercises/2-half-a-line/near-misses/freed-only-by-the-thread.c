/* NEAR MISS: work that had not begun never begins, so nobody frees what its thread should free.
 * Found by: address
 * Says: detected memory leaks */
#include "../exercise.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "common/executor.h"

struct shared {
    atomic_int owners;
    char line[LINE_SIZE];
};

static void release(struct shared *s)
{
    if (atomic_fetch_sub(&s->owners, 1) == 1)
        free(s);
}

static int read_characters(void *data)
{
    struct shared *s = *(struct shared **)data;
    for (size_t i = 0; i < LINE_SIZE - 1; i++)
        s->line[i] = device_read();
    release(s);
    return 0;
}

int read_line(char line[LINE_SIZE])
{
    struct shared *s = calloc(1, sizeof(*s));
    if (!s)
        return UV_ENOMEM;
    s->owners = 2;
    int error = executor_run("read_line", read_characters, &s, sizeof(s));
    if (!error)
        memcpy(line, s->line, LINE_SIZE);
    release(s);
    return error;
}
