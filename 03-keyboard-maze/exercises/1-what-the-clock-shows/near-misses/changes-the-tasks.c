/* NEAR MISS: the keyboard was made to block for less, until the prediction was right.
 * Says: the tasks are other tasks than before */
#include "../exercise.h"

const double prediction[TICKS] = {0, 1, 5, 6, 7};

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
    int error = task_sleep(2.0);
    if (!error)
        getch();
    return error;
}
