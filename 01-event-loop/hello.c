/*
 * "Hello World" at once, and again every two seconds: a callback that asks to be called later.
 */
#include <math.h>
#include <stdio.h>

#include "common/language.h"
#include "common/loop.h"
#include "common/program.h"

struct hello {
    uv_loop_t *loop;
    double interval;
    long left; /* greetings; from 0 down: no end */
};

// #region print_and_repeat
static void print_and_repeat(void *argument)
{
    struct hello *hello = argument;
    puts("Hello World");
    if (--hello->left != 0)
        loop_call_later(hello->loop, hello->interval, print_and_repeat, hello);
}
// #endregion print_and_repeat

static void stop(void *loop)
{
    loop_stop(loop);
}

int main(int argc, char **argv)
{
    double interval = 2.0;
    long times = 0;
    const struct program_option options[] = {
        {"interval", OPTION_SECONDS, &interval, "S",
            {"segundos entre dois cumprimentos", "seconds between two greetings"}, 0, INFINITY},
        {"times", OPTION_COUNT, &times, "N",
            {"termina depois de N cumprimentos", "ends after N greetings"}, 1, INFINITY},
        {0},
    };
    program_start(argc, argv,
        (const char *[]){
            "Escreve \"Hello World\" com call_soon e call_later.",
            "Prints \"Hello World\" with call_soon and call_later.",
        },
        options);

    // #region run
    uv_loop_t loop;
    int error = loop_init(&loop);
    if (error)
        return program_end(error, tr("o loop de eventos", "the event loop"));
    error = loop_on_signal(&loop, stop, &loop);
    if (!error) {
        struct hello hello = {&loop, interval, times};
        loop_call_soon(&loop, print_and_repeat, &hello);
        error = loop_run(&loop);
    }
    loop_close(&loop);
    // #endregion run
    return program_end(error, tr("o loop de eventos", "the event loop"));
}
