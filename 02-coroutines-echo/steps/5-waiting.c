/* Two waits: called, they follow each other; as tasks, they overlap. */
#include "run.h"

// #region ask
struct question {
    const char *text;
    double seconds; /* until the answer is known */
    int answer;
};

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

static struct question six = {"2 x 3?", 0.2, 6}, eight = {"2 x 4?", 0.1, 8};
// #endregion ask

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
    struct task_call calls[] = {{"2 x 3", ask, &six, 0}, {"2 x 4", ask, &eight, 0}};
    int error = task_gather(calls, 2);
    return error ? error : calls[0].result + calls[1].result;
}
// #endregion at_once

static void measure(const char *how, int (*find_answer)(void))
{
    puts(how);
    uint64_t began = uv_hrtime();
    int answer = find_answer();
    printf("  the answer is %d, after %d ms\n", answer, (int)((uv_hrtime() - began) / 1000000));
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
