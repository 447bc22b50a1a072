/* NEAR MISS: getch was moved to the thread pool, until the prediction was right.
 * Says: the tasks are other tasks than before */
#include "../exercise.h"

#include "common/executor.h"

static int getch_in_a_thread(void *unused)
{
    (void)unused;
    return getch();
}

const double prediction[TICKS] = {0, 1, 2, 3, 4};

/* Starts at second 0. */
int show_clock(void *unused)
{
    (void)unused;
    int error = 0;
    while (!error) {
        tick();
        error = task_sleep(1.0);
    }
    return error;
}

/* Starts at second 0, after the clock. */
int read_keyboard(void *unused)
{
    (void)unused;
    int error = task_sleep(1.5);
    if (!error)
        executor_run("getch", getch_in_a_thread, NULL, 0);
    return error;
}
