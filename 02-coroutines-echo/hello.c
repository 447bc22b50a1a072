/* "Hello World" every two seconds, as one endless function that waits. */
#include <math.h>
#include <stdio.h>

#include "common/language.h"
#include "common/program.h"
#include "common/task.h"

struct greeting {
    double interval; /* seconds */
    long times;      /* 0: for ever */
};

// #region print_and_repeat
static int print_and_repeat(void *argument)
{
    const struct greeting *greeting = argument;
    for (long said = 1;; said++) {
        puts("Hello World");
        if (said == greeting->times)
            return 0;
        int error = task_sleep(greeting->interval);
        if (error)
            return error; /* cancelled, by Ctrl+C say */
    }
}
// #endregion print_and_repeat

int main(int argc, char **argv)
{
    struct greeting greeting = {.interval = 2.0};
    program_start(argc, argv,
        (const char *[]){"Diz \"Hello World\" de tempos em tempos, como corotina.",
            "Says \"Hello World\" from time to time, as a coroutine."},
        (struct program_option[]){
            {"interval", OPTION_SECONDS, &greeting.interval, "S",
                {"segundos entre dois cumprimentos", "seconds between two greetings"}, 0, INFINITY},
            {"times", OPTION_COUNT, &greeting.times, "N",
                {"termina depois de N cumprimentos", "ends after N greetings"}, 1, INFINITY},
            {0},
        });

    // #region run
    uv_loop_t loop;
    int error = loop_init(&loop);
    if (!error) {
        error = task_run(&loop, "print_and_repeat", print_and_repeat, &greeting);
        loop_close(&loop);
    }
    // #endregion run
    return program_end(error, "print_and_repeat");
}
