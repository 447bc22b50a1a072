/* Lines from standard input, while other tasks run (loop.run_in_executor(None,
 * sys.stdin.readline)). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/executor.h"

// #region recipe
/* On a thread of the pool. data is a pointer to the line, which the task frees. */
static int read_line(void *data)
{
    char **line = data;
    size_t capacity = 0;
    return getline(line, &capacity, stdin) < 0 ? UV_EOF : 0;
}

static int count_lines(void *unused)
{
    (void)unused;
    int lines = 0, error;
    for (;;) {
        char *line = NULL;
        error = executor_run("read_line", read_line, &line, sizeof(line));
        if (!error)
            printf("%d: %s", ++lines, line);
        free(line);
        if (error)
            return error == UV_EOF ? 0 : error;
    }
}
// #endregion recipe

/* A thread that waits in getline cannot be stopped. After Ctrl+C the program therefore ends without
 * loop_close, which would wait for it. */
int main(void)
{
    uv_loop_t loop;
    int error = loop_init(&loop);
    if (error)
        return EXIT_FAILURE;
    error = task_run(&loop, "count lines", count_lines, NULL);
    if (error != UV_ECANCELED)
        loop_close(&loop);
    return error != 0;
}
