/* A clock, and a keyboard that is read with a getch that blocks. */
#include "exercise.h"

/* EXERCISE: at which seconds does the clock tick? Read on, write them here, and run the test. */
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
        getch();
    return error;
}
