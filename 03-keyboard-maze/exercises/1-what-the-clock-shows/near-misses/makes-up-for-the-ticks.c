/* NEAR MISS: the clock does not make up for the ticks that it has missed.
 * Says: tick 4 comes at second 4.5 */
#include "../exercise.h"

const double prediction[TICKS] = {0, 1, 4.5, 4.5, 4.5};

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
