/* A complete event loop on poll(2): callbacks for later, and one descriptor to watch. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

// #region call_later
struct call {
    void (*run)(void *argument);
    void *argument;
    long due; /* the time to run it, in milliseconds of the clock */
    struct call *next;
};

struct loop {
    struct call *calls;  /* the earliest first */
    struct pollfd input; /* the descriptor that is watched; -1: none */
};

static long now(void)
{
    return (long)(uv_hrtime() / 1000000); /* the only call of libuv in this file */
}

static void call_later(struct loop *loop, long ms, void (*run)(void *argument), void *argument)
{
    struct call *call = malloc(sizeof(*call));
    if (!call)
        abort();
    *call = (struct call){run, argument, now() + ms, NULL};
    struct call **link = &loop->calls; /* the pointer that will point to the new call */
    while (*link && (*link)->due <= call->due)
        link = &(*link)->next;
    call->next = *link;
    *link = call;
}
// #endregion call_later

// #region run_due
static void run_due(struct loop *loop)
{
    int count = 0;
    long time = now();
    for (struct call *call = loop->calls; call && call->due <= time; call = call->next)
        count++;
    for (int i = 0; i < count; i++) {
        struct call *call = loop->calls;
        loop->calls = call->next;
        call->run(call->argument);
        free(call);
    }
}
// #endregion run_due

// #region run_loop
static int timeout(const struct loop *loop)
{
    if (!loop->calls)
        return -1; /* tells poll to wait for the input only */
    long left = loop->calls->due - now();
    return left > 0 ? (int)left : 0;
}

static void run_loop(struct loop *loop, void (*readable)(struct loop *loop))
{
    while (loop->calls || loop->input.fd >= 0) {
        if (poll(&loop->input, 1, timeout(loop)) < 0)
            abort();
        if (loop->input.revents)
            readable(loop);
        run_due(loop);
    }
}
// #endregion run_loop

// #region work
struct job {
    struct loop *loop;
    const char *text;
    long interval, left;
};

static void work(void *argument)
{
    struct job *job = argument;
    puts(job->text);
    if (--job->left > 0)
        call_later(job->loop, job->interval, work, job);
}
// #endregion work

// #region main
static void read_input(struct loop *loop)
{
    char text[256];
    ssize_t size = read(loop->input.fd, text, sizeof(text));
    printf("read: %zd bytes\n", size);
    if (size <= 0)
        loop->input.fd = -1; /* the input has ended */
}

int main(void)
{
    struct loop loop = {.input = {.fd = STDIN_FILENO, .events = POLLIN}};
    struct job greet = {&loop, "Hello World", 200, 3}, count = {&loop, "tick", 300, 2};
    call_later(&loop, 0, work, &greet);
    call_later(&loop, 0, work, &count);
    run_loop(&loop, read_input);
    return 0;
}
// #endregion main
