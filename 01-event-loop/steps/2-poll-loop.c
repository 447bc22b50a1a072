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
    struct call *call = malloc(sizeof(*call)), **place = &loop->calls;
    if (!call)
        abort();
    *call = (struct call){run, argument, now() + ms, NULL};
    while (*place && (*place)->due <= call->due)
        place = &(*place)->next;
    call->next = *place;
    *place = call;
}
// #endregion call_later

// #region run_loop
static void run_due(struct loop *loop)
{
    long time = now();
    struct call *due = loop->calls, **rest = &due;
    while (*rest && (*rest)->due <= time)
        rest = &(*rest)->next;
    loop->calls = *rest; /* calls added from here on wait for the next iteration */
    *rest = NULL;
    for (struct call *call = due; call; call = due) {
        due = call->next;
        call->run(call->argument);
        free(call);
    }
}

static void run_loop(struct loop *loop, void (*readable)(struct loop *loop))
{
    while (loop->calls || loop->input.fd >= 0) {
        long left = loop->calls ? loop->calls->due - now() : 0;
        if (left < 0)
            left = 0;
        if (poll(&loop->input, 1, loop->calls ? (int)left : -1) < 0) /* -1: no timeout */
            abort();
        if (loop->input.revents)
            readable(loop);
        run_due(loop);
    }
}
// #endregion run_loop

// #region program
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

static void read_input(struct loop *loop)
{
    char text[256];
    ssize_t size = read(loop->input.fd, text, sizeof(text));
    printf("read: %zd bytes\n", size);
    if (size <= 0)
        loop->input.fd = -1;
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
// #endregion program
