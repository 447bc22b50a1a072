/* Two waits: called, they run one after the other; spawned as tasks, they run at once. */
#include "run.h"

struct question {
    const char *text;
    double seconds; /* until the answer is known */
    int answer;
};

// #region ask
static int ask(void *argument)
{
    struct question *question = argument;
    printf("  asks: %s\n", question->text);
    int error = task_sleep(question->seconds);
    if (error)
        return error;
    printf("  knows: %s %d\n", question->text, question->answer);
    return question->answer;
}
// #endregion ask

static struct question six = {"2 x 3?", 0.2, 6}, eight = {"2 x 4?", 0.1, 8};

// #region one_after_the_other
static int one_after_the_other(void)
{
    int first = ask(&six);
    if (first < 0)
        return first;
    int second = ask(&eight);
    return second < 0 ? second : first + second;
}
// #endregion one_after_the_other

// #region at_once
static int at_once(void)
{
    struct scope scope;
    struct task *first, *second;
    int results[2] = {0};
    scope_enter(&scope);
    int error =
        scope_spawn_with(&scope, "2 x 3", ask, &six, (struct task_options){.handle = &first});
    if (!error)
        error = scope_spawn_with(
            &scope, "2 x 4", ask, &eight, (struct task_options){.handle = &second});
    if (!error)
        error = task_join(first, &results[0]);
    if (!error)
        error = task_join(second, &results[1]);
    error = scope_leave(&scope, error);
    return error ? error : results[0] + results[1];
}
// #endregion at_once

static void measure(const char *how, int (*add)(void))
{
    puts(how);
    uint64_t began = uv_hrtime();
    int sum = add();
    printf("  the sum is %d, after %d ms\n", sum, (int)((uv_hrtime() - began) / 1000000));
}

static int run(void *unused)
{
    (void)unused;
    measure("one after the other:", one_after_the_other);
    measure("at once:", at_once);
    return 0;
}

int main(void)
{
    return run_task(run);
}
