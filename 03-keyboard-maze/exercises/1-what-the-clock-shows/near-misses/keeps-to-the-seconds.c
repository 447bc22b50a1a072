/* NEAR MISS: the sleep after the late tick is one second long, too: the clock stays late.
 * Says: tick 4 comes at second 5; */
#include "../exercise.h"

const double prediction[TICKS] = {0, 1, 4.5, 5, 6};

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
