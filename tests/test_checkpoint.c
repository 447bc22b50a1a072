/* What a call does in a cancelled task when it need not wait: it has no effect, or it returns a
 * result that exists. And a task whose calls all succeed at once lets the others run. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/executor.h"
#include "common/queue.h"
#include "support_stream.h"

/* What the calls need for a result that is there already. */
struct ready {
    struct stream stream; /* has lines of input */
    struct listener listener;
    struct future future;
    struct queue full, empty; /* of one item */
    struct scope scope;
    struct task *ended;
    int peer, works;
    char *line;
};

static int return_seven(void *unused)
{
    (void)unused;
    return 7;
}

static void open_ready(struct ready *ready)
{
    *ready = (struct ready){0};
    ready->peer = open_with_peer(&ready->stream);
    send_text(ready->peer, "first\nsecond\n");
    ck_assert_int_eq(stream_read_line(&ready->stream, &ready->line), 6);
    ck_assert_int_eq(listener_open(&ready->listener, "127.0.0.1", "0"), 0);
    future_set(&ready->future, 7);
    ck_assert_int_eq(queue_init(&ready->full, 1), 0);
    ck_assert_int_eq(queue_init(&ready->empty, 1), 0);
    ck_assert_int_eq(queue_put(&ready->full, ready), 0);
    scope_enter(&ready->scope);
    ready->ended = spawn_held(&ready->scope, "child", return_seven, NULL);
    run_ready();
}

static void close_ready(struct ready *ready)
{
    scope_leave(&ready->scope, 0);
    queue_free(&ready->full);
    queue_free(&ready->empty);
    listener_close(&ready->listener);
    stream_close(&ready->stream);
    close(ready->peer);
}

static int sleep_no_time(struct ready *ready)
{
    (void)ready;
    return task_sleep(0);
}

static int yield_once(struct ready *ready)
{
    (void)ready;
    return task_yield();
}

static int gather_none(struct ready *ready)
{
    (void)ready;
    return task_gather(NULL, 0);
}

static int wait_for_future(struct ready *ready)
{
    return future_wait(&ready->future, NULL);
}

static int join_ended(struct ready *ready)
{
    int result = 0;
    int error = task_join(ready->ended, &result);
    ck_assert(error || result == 7);
    return error;
}

static int join_all(struct ready *ready)
{
    return scope_join(&ready->scope);
}

static int read_line(struct ready *ready)
{
    ssize_t size = stream_read_line(&ready->stream, &ready->line);
    ck_assert(size < 0 || strcmp(ready->line, "second\n") == 0);
    return (int)size;
}

static int read_exactly(struct ready *ready)
{
    return (int)stream_read_exactly(&ready->stream, &ready->line, 6);
}

static int read_some(struct ready *ready)
{
    return (int)stream_read(&ready->stream, &ready->line);
}

static int drain_nothing(struct ready *ready)
{
    return stream_drain(&ready->stream);
}

static int put_item(struct ready *ready)
{
    int error = queue_put(&ready->empty, ready);
    ck_assert_uint_eq(ready->empty.count, error ? 0 : 1);
    return error;
}

static int get_item(struct ready *ready)
{
    void *item = NULL;
    int error = queue_get(&ready->full, &item);
    ck_assert(error || item == ready);
    return error;
}

static int count_work(void *data)
{
    ++**(int **)data;
    return 0;
}

static int run_work(struct ready *ready)
{
    int *works = &ready->works;
    int error = executor_run("work", count_work, &works, sizeof(works));
    ck_assert_int_eq(ready->works, error ? 0 : 1);
    return error;
}

static int connect_to_it(struct ready *ready)
{
    struct stream stream;
    char address[STREAM_ADDRESS_SIZE];
    ck_assert_int_eq(listener_address(&ready->listener, address), 0);
    int error = stream_connect(&stream, "127.0.0.1", strrchr(address, ':') + 1);
    stream_close(&stream);
    return error;
}

static int accept_one(struct ready *ready)
{
    int socket = listener_accept(&ready->listener);
    if (socket >= 0)
        close(socket);
    return socket < 0 ? socket : 0;
}

static const struct {
    const char *name;
    int (*call)(struct ready *ready);
    int result;
    bool returns_it; /* in a cancelled task, too */
} calls[] = {
    {"task_gather", gather_none, 0, true},
    {"future_wait", wait_for_future, 0, true},
    {"task_join", join_ended, 0, true},
    {"scope_join", join_all, 0, true},
    {"task_sleep", sleep_no_time, 0, false},
    {"task_yield", yield_once, 0, false},
    {"stream_read_line", read_line, 7, false},
    {"stream_read_exactly", read_exactly, 6, false},
    {"stream_read", read_some, 7, false},
    {"stream_drain", drain_nothing, 0, false},
    {"queue_put", put_item, 0, false},
    {"queue_get", get_item, 0, false},
    {"executor_run", run_work, 0, false},
    {"stream_connect", connect_to_it, 0, false},
    {"listener_accept", accept_one, 0, false},
};
enum { CALLS = sizeof(calls) / sizeof(*calls) };

/* The second call finds what the first, cancelled one has left. */
static int call_when_cancelled(void *argument)
{
    int number = *(int *)argument;
    struct ready ready;
    struct scope scope, shield;
    open_ready(&ready);
    scope_enter(&scope);
    if (calls[number].call == accept_one)
        ck_assert_int_eq(connect_to_it(&ready), 0);
    scope_cancel(&scope);
    bool returns_it = calls[number].returns_it;
    int result = calls[number].call(&ready);
    ck_assert_msg(result == (returns_it ? calls[number].result : UV_ECANCELED),
        "%s returns %d in a cancelled task", calls[number].name, result);
    scope_enter_shielded(&shield, 1000);
    if (!returns_it)
        result = calls[number].call(&ready);
    ck_assert_msg(result == calls[number].result, "%s returns %d instead of %d afterwards",
        calls[number].name, result, calls[number].result);
    scope_leave(&shield, 0);
    scope_leave(&scope, 0);
    close_ready(&ready);
    return 0;
}

START_TEST(a_cancelled_call_has_no_effect_or_a_result)
{
    for (int i = 0; i < CALLS; i++)
        ck_assert_int_eq(run_main(call_when_cancelled, &i), 0);
}
END_TEST

/*
 * Tasks that never have to wait
 */

#define ROUNDS 1000

struct turns {
    int (*call)(struct ready *ready);
    int others; /* how often another task ran */
};

static int count_turns(void *turns)
{
    int error = 0;
    while (!error) {
        ((struct turns *)turns)->others++;
        error = task_yield();
    }
    return error;
}

static int put_and_get(struct ready *ready)
{
    void *item;
    int error = queue_put(&ready->empty, ready);
    return error ? error : queue_get(&ready->empty, &item);
}

/* A line of one byte; they have all arrived. */
static int read_short_line(struct ready *ready)
{
    ssize_t size = stream_read_line(&ready->stream, &ready->line);
    return size > 0 ? 0 : UV_EOF;
}

/* The peer reads whatever is sent at once: the kernel's buffer takes it. */
static int write_to_a_quick_peer(struct ready *ready)
{
    static char block[16 * 1024];
    int error = stream_write(&ready->stream, block, sizeof(block));
    while (!error && recv(ready->peer, block, sizeof(block), MSG_DONTWAIT) > 0)
        ;
    return error ? error : stream_drain(&ready->stream);
}

static int call_without_waiting(void *argument)
{
    struct turns *turns = argument;
    struct ready ready;
    struct scope scope;
    open_ready(&ready);
    ck_assert_int_gt(stream_read(&ready.stream, &ready.line), 0);
    for (int i = 0; i < ROUNDS / 4; i++)
        send_text(ready.peer, "\n\n\n\n");
    scope_enter(&scope);
    scope_spawn(&scope, "other", count_turns, turns);
    for (int i = 0; i < ROUNDS; i++)
        ck_assert_int_eq(turns->call(&ready), 0);
    scope_leave(&scope, 0);
    close_ready(&ready);
    return 0;
}

START_TEST(a_task_that_never_waits_lets_others_run)
{
    int (*ways[])(struct ready *) = {
        put_and_get, read_short_line, drain_nothing, write_to_a_quick_peer};
    for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
        struct turns turns = {ways[i], 0};
        ck_assert_int_eq(run_main(call_without_waiting, &turns), 0);
        ck_assert_int_ge(turns.others, ROUNDS / 40);
        if (ways[i] == write_to_a_quick_peer)
            ck_assert_int_ge(turns.others, ROUNDS / 16); /* the bytes count, too */
    }
}
END_TEST

int main(void)
{
    return run_suite("checkpoint",
        (struct test_group[]){
            {"cancelled", (const TTest *const[]){a_cancelled_call_has_no_effect_or_a_result, NULL}},
            {"turns", (const TTest *const[]){a_task_that_never_waits_lets_others_run, NULL}},
            {NULL, NULL}});
}
