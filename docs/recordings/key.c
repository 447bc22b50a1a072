/* A clock, and a task that reads a key with a blocking call: on the loop's thread, or with
 * --executor on the pool. */
#include <stdio.h>
#include <unistd.h>

#include "common/executor.h"
#include "common/program.h"

static struct {
    bool executor;
} settings;

static const char *const purpose[] = {
    "Um relógio, e uma tarefa que espera por uma tecla.",
    "A clock, and a task that waits for a key.",
};

static const struct program_option options[] = {
    {"executor", OPTION_FLAG, &settings.executor, NULL,
        {"espera numa thread do pool", "waits on a thread of the pool"}, 0, 0},
    {0},
};

static int show_clock(void *unused)
{
    (void)unused;
    int error = 0;
    for (int i = 1; i <= 8 && !error; i++) {
        printf("tick %d\n", i);
        error = task_sleep(0.05);
    }
    return error;
}

static int read_key(void *key)
{
    return read(STDIN_FILENO, key, 1) == 1 ? 0 : UV_EOF;
}

static int keyboard(void *unused)
{
    (void)unused;
    char key = 0;
    int error = task_sleep(0.12);
    if (!error)
        error = settings.executor ? executor_run("read_key", read_key, &key, sizeof(key))
                                  : read_key(&key);
    if (!error)
        printf("key %c\n", key);
    return error;
}

static int play(void *unused)
{
    (void)unused;
    struct scope scope;
    scope_enter(&scope);
    int error = scope_spawn(&scope, "clock", show_clock, NULL);
    if (!error)
        error = scope_spawn(&scope, "keyboard", keyboard, NULL);
    if (!error)
        error = scope_join(&scope);
    return scope_leave(&scope, error);
}

int main(int argc, char **argv)
{
    program_start(argc, argv, purpose, options);
    uv_loop_t loop;
    int error = loop_init(&loop);
    if (!error) {
        error = task_run(&loop, "main", play, NULL);
        loop_close(&loop);
    }
    return program_end(error, "key");
}
