/* call_soon made by hand: a queue, emptied once in each iteration of the loop. */
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

// #region call_soon
struct call {
    void (*run)(void *argument);
    void *argument;
    struct call *next;
};

struct queue {
    uv_idle_t idle; /* while it is active, libuv calls run_queue in each iteration */
    struct call *first, *last;
};

static void run_queue(uv_idle_t *idle)
{
    struct queue *queue = idle->data;
    struct call *call = queue->first;
    queue->first = NULL; /* calls added from here on wait for the next iteration */
    while (call) {
        struct call *next = call->next;
        call->run(call->argument);
        free(call);
        call = next;
    }
    if (!queue->first)
        uv_idle_stop(idle);
}

static void call_soon(struct queue *queue, void (*run)(void *argument), void *argument)
{
    struct call *call = malloc(sizeof(*call));
    if (!call)
        abort();
    *call = (struct call){run, argument, NULL};
    if (queue->first)
        queue->last->next = call;
    else
        queue->first = call;
    queue->last = call;
    uv_idle_start(&queue->idle, run_queue);
}
// #endregion call_soon

static void say(void *text)
{
    puts(text);
}

// #region first
static void first(void *queue)
{
    puts("first: begins");
    call_soon(queue, say, "asked for by first");
    puts("first: ends");
}
// #endregion first

int main(void)
{
    uv_loop_t loop;
    int error = uv_loop_init(&loop);
    if (!error) {
        struct queue queue = {.first = NULL};
        uv_idle_init(&loop, &queue.idle);
        queue.idle.data = &queue;
        // #region main
        call_soon(&queue, first, &queue);
        call_soon(&queue, say, "other");
        puts("main: nothing has run yet");
        uv_run(&loop, UV_RUN_DEFAULT);
        // #endregion main
        uv_close((uv_handle_t *)&queue.idle, NULL);
        uv_run(&loop, UV_RUN_DEFAULT); /* until the handle is closed */
        error = uv_loop_close(&loop);
    }
    if (error)
        fprintf(stderr, "libuv: %s\n", uv_strerror(error));
    return error != 0;
}
