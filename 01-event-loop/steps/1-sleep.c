/* Two jobs and one sleep: while the first job waits, the second waits too. */
#include <stdint.h>
#include <stdio.h>
#include <uv.h>

static void say(uint64_t began, const char *text)
{
    printf("%4d ms  %s\n", (int)((uv_hrtime() - began) / 1000000), text);
}

// #region jobs
static void greet(uint64_t began)
{
    for (int i = 0; i < 3; i++) {
        say(began, "Hello World");
        uv_sleep(200);
    }
}

static void count(uint64_t began)
{
    for (int i = 0; i < 2; i++) {
        say(began, "tick");
        uv_sleep(300);
    }
}
// #endregion jobs

int main(void)
{
    uint64_t began = uv_hrtime();
    greet(began);
    count(began);
    say(began, "end");
    return 0;
}
