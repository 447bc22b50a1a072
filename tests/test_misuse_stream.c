/* Misuse of streams and listeners ends the program with a message that names the mistake. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/stream.h"
#include "support_runtime.h"

/*
 * Not closed
 */

static int forget_a_stream(void *unused)
{
    (void)unused;
    int sockets[2];
    struct stream stream;
    char *line;
    struct scope scope;
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets))
        return 0;
    stream_open(&stream, sockets[0]);
    scope_enter_until(&scope, 0);
    return scope_leave(&scope, (int)stream_read_line(&stream, &line));
}

static __attribute__((noinline)) int overwrite_the_stack(int depth)
{
    volatile char frame[512];
    memset((char *)frame, 0x5A, sizeof(frame));
    return depth ? overwrite_the_stack(depth - 1) + frame[0] : frame[0];
}

static int forget_a_stream_in_a_function(void *unused)
{
    int (*volatile function)(void *) = forget_a_stream;
    function(unused);
    return overwrite_the_stack(4);
}

static int forget_a_listener(void *unused)
{
    (void)unused;
    struct listener listener;
    return listener_open(&listener, "127.0.0.1", "0");
}

static int open_a_pair(void *stream)
{
    int sockets[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0)
        stream_open(stream, sockets[0]);
    return 0;
}

static int open_a_stream_twice(void *unused)
{
    static struct stream stream;
    open_a_pair(&stream);
    return open_a_pair(&stream) + (unused != NULL);
}

static int overwrite_an_open_stream(void *unused)
{
    static struct stream stream;
    open_a_pair(&stream);
    memset(&stream, 0, sizeof(stream));
    return unused != NULL;
}

static int open_another_after_overwriting_one(void *unused)
{
    struct stream another;
    overwrite_an_open_stream(unused);
    return open_a_pair(&another);
}

static int let_a_child_open_a_stream_of_the_parent(void *unused)
{
    (void)unused;
    struct stream stream;
    struct scope scope;
    scope_enter(&scope);
    scope_spawn(&scope, "child", open_a_pair, &stream);
    return scope_leave(&scope, scope_join(&scope));
}

START_TEST(an_open_stream_on_the_stack_of_an_ended_task)
{
    aborts_with("task main: opens a stream that is open: close it first", open_a_stream_twice);
    aborts_with("task main: opens a stream after the memory of one that was not closed has been",
        open_another_after_overwriting_one);
    aborts_with("task main: ended after the memory of a stream or listener that was not closed",
        overwrite_an_open_stream);
    aborts_with("task main: ended with an open stream on its stack",
        let_a_child_open_a_stream_of_the_parent);

    aborts_with("task main: ended with an open stream on its stack: close it", forget_a_stream);
    aborts_with("task main: ended with an open listener on its stack", forget_a_listener);
    if (!memory_is_shadowed()) /* else ASan or Valgrind reports the use of the function's frame */
        aborts_with("task main: ended with an open stream", forget_a_stream_in_a_function);
}
END_TEST

static int open_for_another(void *stream)
{
    int sockets[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
    stream_open(stream, sockets[0]);
    close(sockets[1]);
    return 0;
}

static int use_what_another_opened(void *unused)
{
    (void)unused;
    static struct stream stream;
    struct scope scope;
    char *line;
    scope_enter(&scope);
    scope_spawn(&scope, "opener", open_for_another, &stream);
    scope_join(&scope);
    ck_assert_int_eq(stream_read_line(&stream, &line), 0);
    stream_close(&stream);
    return scope_leave(&scope, 0);
}

START_TEST(a_stream_elsewhere_may_outlive_the_task_that_opened_it)
{
    ck_assert_int_eq(run_main(use_what_another_opened, NULL), 0);
}
END_TEST

/*
 * In use
 */

struct shared {
    struct stream stream;
    struct listener listener;
    int peer;
};

static int read_it(void *argument)
{
    char *line;
    struct shared *shared = argument;
    return (int)stream_read_line(&shared->stream, &line);
}

static int close_stream(void *argument)
{
    stream_close(&((struct shared *)argument)->stream);
    return 0;
}

static int accept_one(void *argument)
{
    return listener_accept(&((struct shared *)argument)->listener);
}

static int close_listener(void *argument)
{
    listener_close(&((struct shared *)argument)->listener);
    return 0;
}

/* Fills the peer's buffers, so that closing has to wait. */
static int write_much(void *argument)
{
    static char much[1 << 20];
    struct shared *shared = argument;
    int error = stream_write(&shared->stream, much, sizeof(much));
    return error ? error : stream_drain(&shared->stream);
}

/* Starts two tasks one after the other; both get the same argument. */
static int first_and_second(int (*first)(void *), int (*second)(void *))
{
    struct shared shared;
    struct scope scope;
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
        return UV_EMFILE;
    stream_open(&shared.stream, ends[0]);
    shared.peer = ends[1];
    int error = listener_open(&shared.listener, "127.0.0.1", "0");
    scope_enter(&scope);
    scope_spawn(&scope, "first", first, &shared);
    run_ready();
    scope_spawn(&scope, "second", second, &shared);
    error = scope_leave(&scope, error ? error : scope_join(&scope));
    stream_close(&shared.stream);
    listener_close(&shared.listener);
    close(shared.peer);
    return error;
}

static int close_while_it_is_read(void *unused)
{
    (void)unused;
    return first_and_second(read_it, close_stream);
}

static int close_while_it_is_written(void *unused)
{
    (void)unused;
    return first_and_second(write_much, close_stream);
}

static int close_much(void *argument)
{
    struct shared *shared = argument;
    static char much[1 << 20];
    stream_write(&shared->stream, much, sizeof(much));
    stream_close(&shared->stream);
    return 0;
}

static int close_while_it_is_closed(void *unused)
{
    (void)unused;
    return first_and_second(close_much, close_stream);
}

static int read_twice_at_once(void *unused)
{
    (void)unused;
    return first_and_second(read_it, read_it);
}

START_TEST(closing_a_stream_in_use)
{
    aborts_with("task second: closes a stream that task first waits for: cancel that task",
        close_while_it_is_read);
    aborts_with(
        "task second: closes a stream that task first waits for", close_while_it_is_written);
    aborts_with("task second: closes a stream that another task closes", close_while_it_is_closed);
}
END_TEST

START_TEST(two_tasks_doing_the_same)
{
    aborts_with(
        "task second: read_line on a stream on which another task does the same, first: let",
        read_twice_at_once);
}
END_TEST

static int read_when_it_is_closed(void *argument)
{
    close_stream(argument);
    note("%d", read_it(argument));
    return 0;
}

static int read_while_another_closes(void *unused)
{
    (void)unused;
    return first_and_second(read_when_it_is_closed, read_it);
}

/* This is not a mistake: asyncio's reader does the same. */
START_TEST(reading_a_closed_stream_finds_its_end)
{
    ck_assert_int_eq(run_main(read_while_another_closes, NULL), 0);
    expect_notes("0");
}
END_TEST

static int close_while_it_accepts(void *unused)
{
    (void)unused;
    return first_and_second(accept_one, close_listener);
}

static int accept_twice_at_once(void *unused)
{
    (void)unused;
    return first_and_second(accept_one, accept_one);
}

START_TEST(a_listener_in_use)
{
    aborts_with("task second: closes a listener at which task first accepts: cancel that task",
        close_while_it_accepts);
    aborts_with("task second: accepts at a listener at which task first does the same: let one",
        accept_twice_at_once);
}
END_TEST

/*
 * Two tasks close a listener, or one uses it meanwhile
 */

/* Closing waits for one iteration of the loop, and both tasks begin in the same one. */
static int at_once(int (*first)(void *), int (*second)(void *))
{
    struct shared shared;
    struct scope scope;
    int error = listener_open(&shared.listener, "127.0.0.1", "0");
    scope_enter(&scope);
    scope_spawn(&scope, "first", first, &shared);
    scope_spawn(&scope, "second", second, &shared);
    return scope_leave(&scope, error ? error : scope_join(&scope));
}

static int close_while_another_closes(void *unused)
{
    (void)unused;
    return at_once(close_listener, close_listener);
}

static int serve_it(void *argument)
{
    static const struct protocol protocol = {0};
    return listener_serve(&((struct shared *)argument)->listener, &protocol, NULL);
}

static int accept_while_another_closes(void *unused)
{
    (void)unused;
    return at_once(close_listener, accept_one);
}

static int serve_while_another_closes(void *unused)
{
    (void)unused;
    return at_once(close_listener, serve_it);
}

static int ask_for_the_address(void *argument)
{
    char address[STREAM_ADDRESS_SIZE];
    return listener_address(&((struct shared *)argument)->listener, address);
}

static int ask_while_another_closes(void *unused)
{
    (void)unused;
    return at_once(close_listener, ask_for_the_address);
}

START_TEST(a_listener_that_is_being_closed)
{
    keep_order();
    aborts_with("task second: closes a listener that another task closes: let one do it",
        close_while_another_closes);
    ck_assert_int_eq(run_main(accept_while_another_closes, NULL), UV_EBADF);
    ck_assert_int_eq(run_main(serve_while_another_closes, NULL), UV_EBADF);
    ck_assert_int_eq(run_main(ask_while_another_closes, NULL), UV_EBADF);
}
END_TEST

/* A task that has made many calls without a wait lets others run before it accepts. */
static int accept_much_later(void *argument)
{
    task_spend(1 << 30);
    return accept_one(argument);
}

static int close_before_it_accepts(void *unused)
{
    (void)unused;
    return at_once(accept_much_later, close_listener);
}

START_TEST(a_listener_that_closes_just_before_the_accept)
{
    keep_order();
    ck_assert_int_eq(run_main(close_before_it_accepts, NULL), UV_EBADF);
}
END_TEST

int main(void)
{
    return run_suite("misuse_stream",
        (struct test_group[]){
            {"open", (const TTest *const[]){an_open_stream_on_the_stack_of_an_ended_task,
                         a_stream_elsewhere_may_outlive_the_task_that_opened_it, NULL}},
            {"use", (const TTest *const[]){closing_a_stream_in_use, two_tasks_doing_the_same,
                        reading_a_closed_stream_finds_its_end, a_listener_in_use,
                        a_listener_that_is_being_closed,
                        a_listener_that_closes_just_before_the_accept, NULL}},
            {NULL, NULL}});
}
