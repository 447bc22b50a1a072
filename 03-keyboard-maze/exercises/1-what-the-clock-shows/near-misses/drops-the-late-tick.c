/* NEAR MISS: the tick that was due at 2 is late, and not lost.
 * Says: tick 3 comes at second 5; */
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
    int error = task_sleep(1.5);
    if (!error)
        getch();
    return error;
}
