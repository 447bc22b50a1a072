/* Prints "Hello World" at once, and again every two seconds: a callback that schedules itself. */
#include <math.h>
#include <stdio.h>

#include "common/language.h"
#include "common/loop.h"
#include "common/program.h"

static struct {
    double interval; /* seconds */
    long times;      /* greetings that are left; 0 at the start: no end */
} settings = {.interval = 2.0};

static const char *const purpose[] = {
    "Escreve \"Hello World\" com call_soon e call_later.",
    "Prints \"Hello World\" with call_soon and call_later.",
};

static const struct program_option options[] = {
    {"interval", OPTION_SECONDS, &settings.interval, "S",
        {"segundos entre dois cumprimentos", "seconds between two greetings"}, 0, INFINITY},
    {"times", OPTION_COUNT, &settings.times, "N",
        {"termina depois de N cumprimentos", "ends after N greetings"}, 1, INFINITY},
    {0},
};

// #region print_and_repeat
static void print_and_repeat(void *loop)
{
    puts("Hello World");
    if (--settings.times != 0)
        loop_call_later(loop, settings.interval, print_and_repeat, loop);
}
// #endregion print_and_repeat

static void stop(void *loop)
{
    loop_stop(loop);
}

int main(int argc, char **argv)
{
    program_start(argc, argv, purpose, options);
    // #region run
    uv_loop_t loop;
    int error = loop_init(&loop);
    if (!error) {
        loop_call_soon(&loop, print_and_repeat, &loop);
        error = loop_on_signal(&loop, stop, &loop);
        if (!error)
            error = loop_run(&loop);
        loop_close(&loop);
    }
    // #endregion run
    return program_end(error, tr("o loop de eventos", "the event loop"));
}
