/* Prints "Hello World" three times: a function that waits in between. */
#include <stdio.h>

#include "common/task.h"

// #region print_and_repeat
static int print_and_repeat(void *unused)
{
    (void)unused;
    for (int i = 0; i < 3; i++) {
        puts("Hello World");
        int error = task_sleep(0.2);
        if (error)
            return error;
    }
    return 0;
}
// #endregion print_and_repeat

// #region main
int main(void)
{
    uv_loop_t loop;
    int error = loop_init(&loop);
    if (!error) {
        error = task_run(&loop, "print_and_repeat", print_and_repeat, NULL);
        loop_close(&loop);
    }
    if (error)
        fprintf(stderr, "print_and_repeat: %s\n", uv_strerror(error));
    return error != 0;
}
// #endregion main
