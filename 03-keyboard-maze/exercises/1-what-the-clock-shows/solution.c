/* A clock, and a keyboard that is read with a getch that blocks. */
#include "exercise.h"

/* From 1.5 to 4.5 the loop's thread is in getch: the tick of second 2 comes late, and the ticks of
 * 3 and 4 do not come. */
const double prediction[TICKS] = {0, 1, 4.5, 5.5, 6.5};

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
