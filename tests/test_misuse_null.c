/* NULL where a public function needs an object or a function: the program ends, and names both. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "common/executor.h"
#include "common/queue.h"
#include "common/stream.h"
#include "common/trace.h"
#include "support_runtime.h"

static void callback(void *unused)
{
    (void)unused;
}

static int function(void *unused)
{
    (void)unused;
    return 0;
}

/* What the calls get besides NULL. */
static struct {
    uv_loop_t *loop;
    uv_loop_t not_open;
    struct loop_signal *signal;
    struct loop_callback callback;
    struct loop_timer timer;
    struct scope scope;
    struct task_call calls[2];
    struct task_wait wait;
    struct task_resource resource;
    struct queue queue;
    void *item;
    struct stream stream;
    struct protocol protocol;
    struct listener listener;
    struct buffer buffer;
    char *data;
    char address[STREAM_ADDRESS_SIZE];
} valid;

/* Each call, and what the message names: the function and its parameter. */
#define CALLS(CASE)                                                                                \
    CASE(loop_init(NULL), "loop_init", "loop")                                                     \
    CASE(loop_run(NULL), "loop_run", "loop")                                                       \
    CASE(loop_stop(NULL), "loop_stop", "loop")                                                     \
    CASE(loop_close(NULL), "loop_close", "loop")                                                   \
    CASE(loop_call_soon(NULL, callback, NULL), "loop_call_soon", "loop")                           \
    CASE(loop_call_soon(valid.loop, NULL, NULL), "loop_call_soon", "callback")                     \
    CASE(loop_call_soon_threadsafe(NULL, callback, NULL), "loop_call_soon_threadsafe", "loop")     \
    CASE(loop_call_soon_threadsafe(valid.loop, NULL, NULL), "loop_call_soon_threadsafe",           \
        "callback")                                                                                \
    CASE(loop_call_later(NULL, 1, callback, NULL), "loop_call_later", "loop")                      \
    CASE(loop_call_later(valid.loop, 1, NULL, NULL), "loop_call_later", "callback")                \
    CASE(loop_signal_start(NULL, &valid.signal, SIGHUP, callback, NULL), "loop_signal_start",      \
        "loop")                                                                                    \
    CASE(loop_signal_start(valid.loop, NULL, SIGHUP, callback, NULL), "loop_signal_start",         \
        "signal")                                                                                  \
    CASE(loop_signal_start(valid.loop, &valid.signal, SIGHUP, NULL, NULL), "loop_signal_start",    \
        "callback")                                                                                \
    CASE(loop_on_signal(NULL, callback, NULL), "loop_on_signal", "loop")                           \
    CASE(loop_on_signal(valid.loop, NULL, NULL), "loop_on_signal", "callback")                     \
    CASE(loop_signal_received(NULL), "loop_signal_received", "loop")                               \
    CASE(loop_now(NULL), "loop_now", "loop")                                                       \
    CASE(loop_deadline(NULL, 1), "loop_deadline", "loop")                                          \
    CASE(loop_clock_pause(NULL), "loop_clock_pause", "loop")                                       \
    CASE(loop_clock_advance(NULL, 1), "loop_clock_advance", "loop")                                \
    CASE(loop_ready(NULL, &valid.callback), "loop_ready", "loop")                                  \
    CASE(loop_ready(valid.loop, NULL), "loop_ready", "callback")                                   \
    CASE(loop_ready(valid.loop, &valid.callback), "loop_ready", "callback->run")                   \
    CASE(loop_wake(NULL, &valid.callback), "loop_wake", "loop")                                    \
    CASE(loop_wake(valid.loop, NULL), "loop_wake", "callback")                                     \
    CASE(loop_wake(valid.loop, &valid.callback), "loop_wake", "callback->run")                     \
    CASE(loop_at_end_of_iteration(NULL, &valid.callback), "loop_at_end_of_iteration", "loop")      \
    CASE(loop_at_end_of_iteration(valid.loop, NULL), "loop_at_end_of_iteration", "callback")       \
    CASE(loop_at_end_of_iteration(valid.loop, &valid.callback), "loop_at_end_of_iteration",        \
        "callback->run")                                                                           \
    CASE(loop_timer_start(NULL, &valid.timer, 0), "loop_timer_start", "loop")                      \
    CASE(loop_timer_start(valid.loop, NULL, 0), "loop_timer_start", "timer")                       \
    CASE(loop_timer_start(valid.loop, &valid.timer, 0), "loop_timer_start", "timer->run")          \
    CASE(loop_timer_stop(NULL, &valid.timer), "loop_timer_stop", "loop")                           \
    CASE(loop_timer_stop(valid.loop, NULL), "loop_timer_stop", "timer")                            \
    CASE(loop_attachment(NULL), "loop_attachment", "loop")                                         \
    CASE(task_name(NULL), "task_name", "task")                                                     \
    CASE(task_join(NULL, NULL), "task_join", "task")                                               \
    CASE(task_cancel(NULL), "task_cancel", "task")                                                 \
    CASE(task_gather(NULL, 1), "task_gather", "calls")                                             \
    CASE(task_gather(valid.calls, 2), "task_gather", "calls[i].function")                          \
    CASE(task_wait(NULL, "what", NULL), "task_wait", "wait")                                       \
    CASE(task_wait(&valid.wait, NULL, NULL), "task_wait", "what")                                  \
    CASE(task_wake(NULL, 0), "task_wake", "wait")                                                  \
    CASE(task_wake(&valid.wait, 0), "task_wake", "wait->task")                                     \
    CASE(task_checkpoint(NULL), "task_checkpoint", "what")                                         \
    CASE(task_opened(NULL, "what"), "task_opened", "resource")                                     \
    CASE(task_opened(&valid.resource, NULL), "task_opened", "what")                                \
    CASE(task_closed(NULL), "task_closed", "resource")                                             \
    CASE(task_close_handle(NULL), "task_close_handle", "handle")                                   \
    CASE(scope_enter(NULL), "scope_enter", "scope")                                                \
    CASE(scope_enter_until(NULL, 0), "scope_enter_until", "scope")                                 \
    CASE(scope_enter_for(NULL, 1), "scope_enter_for", "scope")                                     \
    CASE(scope_enter_shielded(NULL, 1), "scope_enter_shielded", "scope")                           \
    CASE(scope_timed_out(NULL), "scope_timed_out", "scope")                                        \
    CASE(scope_spawn(NULL, "child", function, NULL), "scope_spawn", "scope")                       \
    CASE(scope_spawn(&valid.scope, "child", NULL, NULL), "scope_spawn", "function")                \
    CASE(scope_join(NULL), "scope_join", "scope")                                                  \
    CASE(scope_cancel(NULL), "scope_cancel", "scope")                                              \
    CASE(scope_leave(NULL, 0), "scope_leave", "scope")                                             \
    CASE(future_set(NULL, 0), "future_set", "future")                                              \
    CASE(future_wait(NULL, NULL), "future_wait", "future")                                         \
    CASE(executor_run(NULL, function, NULL, 0), "executor_run", "what")                            \
    CASE(executor_run("work", NULL, NULL, 0), "executor_run", "work")                              \
    CASE(executor_run("work", function, NULL, 1), "executor_run", "data")                          \
    CASE(queue_init(NULL, 1), "queue_init", "queue")                                               \
    CASE(queue_put(NULL, NULL), "queue_put", "queue")                                              \
    CASE(queue_get(NULL, &valid.item), "queue_get", "queue")                                       \
    CASE(queue_get(&valid.queue, NULL), "queue_get", "item")                                       \
    CASE(queue_try_put(NULL, NULL), "queue_try_put", "queue")                                      \
    CASE(queue_try_get(NULL, &valid.item), "queue_try_get", "queue")                               \
    CASE(queue_try_get(&valid.queue, NULL), "queue_try_get", "item")                               \
    CASE(queue_close(NULL), "queue_close", "queue")                                                \
    CASE(queue_free(NULL), "queue_free", "queue")                                                  \
    CASE(stream_connect(NULL, "localhost", "1"), "stream_connect", "stream")                       \
    CASE(stream_open(NULL, 0), "stream_open", "stream")                                            \
    CASE(stream_set_protocol(NULL, NULL, NULL), "stream_set_protocol", "stream")                   \
    CASE(stream_close(NULL), "stream_close", "stream")                                             \
    CASE(stream_read_line(NULL, &valid.data), "stream_read_line", "stream")                        \
    CASE(stream_read_line(&valid.stream, NULL), "stream_read_line", "line")                        \
    CASE(stream_read_exactly(NULL, &valid.data, 1), "stream_read_exactly", "stream")               \
    CASE(stream_read_exactly(&valid.stream, NULL, 1), "stream_read_exactly", "data")               \
    CASE(stream_read(NULL, &valid.data), "stream_read", "stream")                                  \
    CASE(stream_read(&valid.stream, NULL), "stream_read", "data")                                  \
    CASE(stream_feed(NULL, "x", 1), "stream_feed", "stream")                                       \
    CASE(stream_feed(&valid.stream, NULL, 1), "stream_feed", "data")                               \
    CASE(stream_write(NULL, "x", 1), "stream_write", "stream")                                     \
    CASE(stream_write(&valid.stream, NULL, 1), "stream_write", "data")                             \
    CASE(stream_write_text(NULL, "x"), "stream_write_text", "stream")                              \
    CASE(stream_write_text(&valid.stream, NULL), "stream_write_text", "text")                      \
    CASE(stream_drain(NULL), "stream_drain", "stream")                                             \
    CASE(stream_half_close(NULL), "stream_half_close", "stream")                                   \
    CASE(socket_peer_address(0, NULL), "socket_peer_address", "address")                           \
    CASE(stream_peer_address(NULL, valid.address), "stream_peer_address", "stream")                \
    CASE(stream_peer_address(&valid.stream, NULL), "stream_peer_address", "address")               \
    CASE(stream_own_address(NULL, valid.address), "stream_own_address", "stream")                  \
    CASE(stream_own_address(&valid.stream, NULL), "stream_own_address", "address")                 \
    CASE(listener_open(NULL, "localhost", "0"), "listener_open", "listener")                       \
    CASE(listener_address(NULL, valid.address), "listener_address", "listener")                    \
    CASE(listener_address(&valid.listener, NULL), "listener_address", "address")                   \
    CASE(listener_accept(NULL), "listener_accept", "listener")                                     \
    CASE(listener_serve(NULL, &valid.protocol, NULL), "listener_serve", "listener")                \
    CASE(listener_serve(&valid.listener, NULL, NULL), "listener_serve", "protocol")                \
    CASE(listener_close(NULL), "listener_close", "listener")                                       \
    CASE(protocol_connect("localhost", "1", NULL, NULL), "protocol_connect", "protocol")           \
    CASE(protocol_run(NULL, &valid.protocol, NULL), "protocol_run", "stream")                      \
    CASE(protocol_run(&valid.stream, NULL, NULL), "protocol_run", "protocol")                      \
    CASE(buffer_reserve(NULL, 1), "buffer_reserve", "buffer")                                      \
    CASE(buffer_append(NULL, "x", 1), "buffer_append", "buffer")                                   \
    CASE(buffer_append(&valid.buffer, NULL, 1), "buffer_append", "data")                           \
    CASE(buffer_consume(NULL, 0), "buffer_consume", "buffer")                                      \
    CASE(buffer_free(NULL), "buffer_free", "buffer")                                               \
    CASE(trace_tasks(NULL, stderr), "trace_tasks", "loop")                                         \
    CASE(trace_tasks(valid.loop, NULL), "trace_tasks", "out")

/* The list makes a table of the messages, and a chain of ifs in make_call. */
#define NAMES(call, name, parameter) {name, parameter},
static const struct {
    const char *name, *parameter;
} calls[] = {CALLS(NAMES)};

static int selected; /* the number of the call that main_task makes */

static int make_call(void *unused)
{
    int number = 0;
    (void)unused;
    valid.loop = task_loop();
    valid.calls[0].function = function;
    scope_enter(&valid.scope);
#define MAKE(call, name, parameter)                                                                \
    if (number++ == selected)                                                                      \
        (void)(call);
    CALLS(MAKE)
    return scope_leave(&valid.scope, 0);
}

START_TEST(null_is_named)
{
    for (selected = 0; selected < (int)(sizeof(calls) / sizeof(*calls)); selected++) {
        char expected[100];
        snprintf(expected, sizeof(expected), "task main: called %s with NULL for %s\n",
            calls[selected].name, calls[selected].parameter);
        aborts_with(expected, make_call);
    }
}
END_TEST

/*
 * Outside a task
 */

static void run_in_no_loop(void *unused)
{
    (void)unused;
    task_run(NULL, "main", function, NULL);
}

static void run_nothing(void *unused)
{
    uv_loop_t loop;
    (void)unused;
    if (loop_init(&loop) == 0)
        task_run(&loop, "main", NULL, NULL);
}

static void stop_a_loop_that_is_not_open(void *unused)
{
    (void)unused;
    loop_stop(&valid.not_open);
}

static void run_in_a_loop_that_is_not_open(void *unused)
{
    (void)unused;
    task_run(&valid.not_open, "main", function, NULL);
}

static void call_in_a_closed_loop(void *unused)
{
    uv_loop_t loop;
    (void)unused;
    if (loop_init(&loop) == 0 && loop_close(&loop) == 0)
        loop_call_soon(&loop, callback, NULL);
}

static void close_a_loop_that_is_not_open(void *unused)
{
    (void)unused;
    loop_close(&valid.not_open);
}

static void close_a_loop_twice(void *unused)
{
    uv_loop_t loop;
    (void)unused;
    if (loop_init(&loop) == 0 && loop_close(&loop) == 0)
        loop_close(&loop);
}

START_TEST(outside_a_task)
{
    static const struct {
        void (*function)(void *unused);
        const char *error;
    } mistakes[] = {
        {run_in_no_loop, "task (none): called task_run with NULL for loop\n"},
        {run_nothing, "task (none): called task_run with NULL for function\n"},
        {stop_a_loop_that_is_not_open, "called loop_stop for a loop that is not open: "},
        {run_in_a_loop_that_is_not_open, "called task_run for a loop that is not open: "},
        {close_a_loop_that_is_not_open, "called loop_close for a loop that is not open: "},
        {close_a_loop_twice, "called loop_close for a loop that is not open: "},
        {call_in_a_closed_loop, "called loop_call_soon for a loop that is not open: "},
    };
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(*mistakes); i++) {
        char *errors;
        int status = run_apart(mistakes[i].function, NULL, &errors);
        ck_assert_int_eq(status, 128 + SIGABRT);
        ck_assert_ptr_nonnull(strstr(errors, mistakes[i].error));
        free(errors);
    }
}
END_TEST

/*
 * Where NULL, or an object that is all zero, means something
 */

static int use_null(void *unused)
{
    struct future future = {0};
    struct queue queue = {0};
    struct stream stream = {0};
    struct listener listener = {0};
    struct loop_timer timer = {0};
    void *item;
    char *line;
    (void)unused;
    loop_signal_stop(NULL);
    loop_timer_stop(task_loop(), &timer);
    ck_assert_int_eq(future_set(&future, 1), 0);
    ck_assert_int_eq(future_wait(&future, NULL), 0);
    ck_assert_int_eq(executor_run("work", function, NULL, 0), 0);
    ck_assert_int_eq(task_gather(NULL, 0), 0);
    ck_assert_int_eq(queue_put(&queue, NULL), UV_EPIPE);
    ck_assert_int_eq(queue_get(&queue, &item), UV_EOF);
    ck_assert_int_eq(stream_read_line(&stream, &line), 0);
    ck_assert_int_eq(stream_write(&stream, NULL, 0), UV_EPIPE);
    ck_assert_int_eq(listener_accept(&listener), UV_EBADF);
    stream_close(&stream);
    listener_close(&listener);
    queue_free(&queue);
    return 0;
}

START_TEST(null_is_allowed_where_the_header_says_so)
{
    ck_assert_int_eq(run_main(use_null, NULL), 0);
}
END_TEST

int main(void)
{
    return run_suite("misuse_null",
        (struct test_group[]){{"null", (const TTest *const[]){null_is_named, outside_a_task,
                                           null_is_allowed_where_the_header_says_so, NULL}},
            {NULL, NULL}});
}
