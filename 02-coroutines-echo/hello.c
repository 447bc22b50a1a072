/* Prints "Hello World" every two seconds: an endless function that waits. */
#include <math.h>
#include <stdio.h>

#include "common/language.h"
#include "common/program.h"
#include "common/task.h"

static struct {
    double interval; /* seconds */
    long times;      /* 0: no end */
} settings = {.interval = 2.0};

static const char *const purpose[] = {
    "Diz \"Hello World\" de tempos em tempos, como corotina.",
    "Says \"Hello World\" from time to time, as a coroutine.",
};

static const struct program_option options[] = {
    {"interval", OPTION_SECONDS, &settings.interval, "S",
        {"segundos entre dois cumprimentos", "seconds between two greetings"}, 0, INFINITY},
    {"times", OPTION_COUNT, &settings.times, "N",
        {"termina depois de N cumprimentos", "ends after N greetings"}, 1, INFINITY},
    {0},
};

static int print_and_repeat(void *unused)
{
    (void)unused;
    for (long count = 1;; count++) {
        puts("Hello World");
        if (count == settings.times)
            return 0;
        int error = task_sleep(settings.interval);
        if (error)
            return error; /* cancelled, for example by Ctrl+C */
    }
}

int main(int argc, char **argv)
{
    program_start(argc, argv, purpose, options);
    uv_loop_t loop;
    int error = loop_init(&loop);
    if (!error) {
        error = task_run(&loop, "print_and_repeat", print_and_repeat, NULL);
        loop_close(&loop);
    }
    return program_end(error, "print_and_repeat");
}
