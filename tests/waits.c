#include "waits.h"

#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/executor.h"

void stage_open(struct stage *stage)
{
    *stage = (struct stage){.loop = task_loop(), .peer = -1};
    scope_enter(&stage->scope);
    setenv("UV_THREADPOOL_SIZE", "1", 1);
    uv_sem_init(&stage->started, 0);
    uv_sem_init(&stage->turn, 0);
    uv_sem_init(&stage->passed, 0);
}

void stage_close(struct stage *stage)
{
    ck_assert_int_eq(scope_leave(&stage->scope, 0), 0);
    uv_sem_destroy(&stage->started);
    uv_sem_destroy(&stage->turn);
    uv_sem_destroy(&stage->passed);
    if (stage->peer >= 0)
        close(stage->peer);
}

/*
 * Time and tasks
 */

static int sleep_long(struct stage *stage)
{
    (void)stage;
    return task_sleep(5);
}

static void let_time_pass(struct stage *stage)
{
    loop_clock_advance(stage->loop, 5);
}

static int wait_for_future(struct stage *stage)
{
    int result, error = future_wait(&stage->go, &result);
    return error ? error : result;
}

static void set_future(struct stage *stage)
{
    ck_assert_int_eq(future_set(&stage->go, 7), 0);
}

static int run_until_go(void *stage)
{
    return wait_for_future(stage);
}

static void spawn_other(struct stage *stage)
{
    stage->other = spawn_held(&stage->scope, "other", run_until_go, stage);
}

static int join_other(struct stage *stage)
{
    int result, error = task_join(stage->other, &result);
    return error ? error : result;
}

static int join_scope(struct stage *stage)
{
    struct scope scope;
    scope_enter(&scope);
    scope_spawn(&scope, "child", run_until_go, stage);
    scope_spawn(&scope, "child", run_until_go, stage);
    int error = scope_join(&scope);
    return scope_leave(&scope, error);
}

static int clean_up_until_go(void *stage)
{
    struct scope shield;
    ck_assert_int_eq(scope_enter_shielded(&shield, 1000), 0);
    ck_assert_int_eq(wait_for_future(stage), 7);
    return scope_leave(&shield, 0);
}

static int leave_scope(struct stage *stage)
{
    struct scope scope;
    scope_enter(&scope);
    scope_spawn(&scope, "child", clean_up_until_go, stage);
    return scope_leave(&scope, 0);
}

static int gather_two(struct stage *stage)
{
    struct task_call calls[] = {
        {"call", run_until_go, stage, -1}, {"call", run_until_go, stage, -1}};
    int error = task_gather(calls, 2);
    return error ? error : calls[0].result + calls[1].result;
}

/*
 * Queues
 */

static void open_queue(struct stage *stage)
{
    ck_assert_int_eq(queue_init(&stage->queue, 1), 0);
}

static void fill_queue(struct stage *stage)
{
    open_queue(stage);
    ck_assert_int_eq(queue_try_put(&stage->queue, stage), 0);
}

static int put_item(struct stage *stage)
{
    return queue_put(&stage->queue, stage);
}

static int get_item(struct stage *stage)
{
    void *item;
    int error = queue_get(&stage->queue, &item);
    if (!error)
        ck_assert_ptr_eq(item, stage);
    return error;
}

static void put_without_waiting(struct stage *stage)
{
    ck_assert_int_eq(queue_try_put(&stage->queue, stage), 0);
}

static void get_without_waiting(struct stage *stage)
{
    void *item;
    ck_assert_int_eq(queue_try_get(&stage->queue, &item), 0);
}

static void free_queue(struct stage *stage)
{
    queue_free(&stage->queue);
}

/*
 * The thread pool
 */

static int wait_for_turn(void *data)
{
    struct stage *stage = *(struct stage **)data;
    uv_sem_post(&stage->started);
    uv_sem_wait(&stage->turn);
    return 7;
}

static int run_work(struct stage *stage)
{
    return executor_run("work", wait_for_turn, &stage, sizeof(stage));
}

static void wait_until_started(struct stage *stage)
{
    uv_sem_wait(&stage->started);
}

static void free_work(uv_work_t *work, int status)
{
    ck_assert_int_eq(status, 0);
    free(work);
}

static void queue_work(struct stage *stage, void (*run)(uv_work_t *work))
{
    uv_work_t *work = malloc(sizeof(*work));
    ck_assert_ptr_nonnull(work);
    work->data = stage;
    ck_assert_int_eq(uv_queue_work(stage->loop, work, run, free_work), 0);
}

static void hold_the_thread(uv_work_t *work)
{
    wait_for_turn(&work->data);
}

/* What is queued from now on does not begin. */
static void keep_pool_busy(struct stage *stage)
{
    queue_work(stage, hold_the_thread);
    wait_until_started(stage);
}

static void pass(uv_work_t *work)
{
    uv_sem_post(&((struct stage *)work->data)->passed);
}

/* Waits until the loop has been told of all that was queued, by having the only thread begin
 * something else. */
static void let_works_end(struct stage *stage)
{
    uv_sem_post(&stage->turn);
    uv_sem_post(&stage->turn);
    queue_work(stage, pass);
    uv_sem_wait(&stage->passed);
}

/*
 * Connections
 */

/* The next socket to be connected becomes this one, unless it is -1. */
static int stubborn = -1;

int connect(int socket, const struct sockaddr *address, socklen_t size)
{
    int (*real)(int, const struct sockaddr *, socklen_t);
    *(void **)&real = dlsym(RTLD_NEXT, "connect");
    if (stubborn < 0)
        return real(socket, address, size);
    dup2(stubborn, socket);
    close(stubborn);
    stubborn = -1;
    errno = EINPROGRESS;
    return -1;
}

/* A socket cannot be written to, and so is not connected yet, while its buffer is full. */
static void prepare_slow_connection(struct stage *stage)
{
    char bytes[4096] = {0};
    int ends[2];
    ck_assert_int_eq(uv_socketpair(SOCK_STREAM, 0, ends, UV_NONBLOCK_PIPE, UV_NONBLOCK_PIPE), 0);
    while (send(ends[0], bytes, sizeof(bytes), 0) > 0)
        ;
    stubborn = ends[0];
    stage->peer = ends[1];
    strcpy(stage->port, "1");
}

static int connect_and_close(struct stage *stage)
{
    int error = stream_connect(&stage->stream, "127.0.0.1", stage->port);
    if (!error)
        stream_close(&stage->stream);
    return error;
}

static void read_all_away(struct stage *stage)
{
    char bytes[4096];
    while (recv(stage->peer, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
        ;
}

static void forget_slow_connection(struct stage *stage)
{
    (void)stage;
    if (stubborn >= 0)
        close(stubborn);
}

static void prepare_lookup(struct stage *stage)
{
    stage->peer = listen_somewhere(1, stage->port);
    keep_pool_busy(stage);
}

static void open_listener(struct stage *stage)
{
    ck_assert_int_eq(listener_open(&stage->listener, "127.0.0.1", "0"), 0);
}

static int accept_and_close(struct stage *stage)
{
    int connection = listener_accept(&stage->listener);
    if (connection < 0)
        return connection;
    close(connection);
    return 0;
}

static void knock(struct stage *stage)
{
    char address[STREAM_ADDRESS_SIZE];
    ck_assert_int_eq(listener_address(&stage->listener, address), 0);
    stage->peer = connect_to(atoi(port_of(address)));
    ck_assert_int_eq(poll(&(struct pollfd){stage->listener.socket, POLLIN, 0}, 1, -1), 1);
}

static void close_listener(struct stage *stage)
{
    listener_close(&stage->listener);
}

/*
 * Streams
 */

static void open_stream(struct stage *stage)
{
    stage->peer = open_with_peer(&stage->stream);
}

/* The peer goes first: what could not be sent is not waited for. */
static void close_both_ends(struct stage *stage)
{
    close(stage->peer);
    stage->peer = -1;
    stream_close(&stage->stream);
}

static void send_half(struct stage *stage)
{
    open_stream(stage);
    send_text(stage->peer, "one ");
}

static void send_the_rest(struct stage *stage)
{
    send_text(stage->peer, "line\n");
}

static int check_line(const char *line, ssize_t size)
{
    if (size > 0)
        ck_assert_str_eq(line, "one line\n");
    return (int)size;
}

static int read_whole_line(struct stage *stage)
{
    char *line = NULL;
    ssize_t size = stream_read_line(&stage->stream, &line);
    return check_line(line, size);
}

static int read_nine_bytes(struct stage *stage)
{
    char *data = NULL;
    ssize_t size = stream_read_exactly(&stage->stream, &data, 9);
    return check_line(data, size);
}

static int read_something(struct stage *stage)
{
    char *data;
    return (int)stream_read(&stage->stream, &data);
}

static void write_too_much(struct stage *stage)
{
    static const char bytes[STREAM_HIGH_WATER];
    open_stream(stage);
    while (buffer_size(&stage->stream.output) <= STREAM_HIGH_WATER)
        ck_assert_int_eq(stream_write(&stage->stream, bytes, sizeof(bytes)), 0);
}

static int drain_output(struct stage *stage)
{
    return stream_drain(&stage->stream);
}

static int close_it(struct stage *stage)
{
    return close_stream(&stage->stream);
}

/*
 * The table
 */

const struct waiting_call waiting_calls[] = {
    {"task_sleep", "sleep", NULL, sleep_long, NULL, let_time_pass, NULL, 0, IN_NEXT_ITERATION, 0},
    {"future_wait", "future", NULL, wait_for_future, NULL, set_future, NULL, 7, AT_ONCE, KEPT},
    {"task_join", "join", spawn_other, join_other, NULL, set_future, NULL, 7, IN_THIS_ITERATION,
        KEPT},
    {"scope_join", "scope", NULL, join_scope, NULL, set_future, NULL, 0, IN_THIS_ITERATION,
        KEPT | NESTED},
    {"scope_leave", "scope", NULL, leave_scope, NULL, set_future, NULL, 0, IN_THIS_ITERATION, DEAF},
    {"task_gather", "scope", NULL, gather_two, NULL, set_future, NULL, 14, IN_THIS_ITERATION,
        KEPT | NESTED},
    {"queue_put", "queue_put", fill_queue, put_item, NULL, get_without_waiting, free_queue, 0,
        AT_ONCE, KEPT},
    {"queue_get", "queue_get", open_queue, get_item, NULL, put_without_waiting, free_queue, 0,
        AT_ONCE, KEPT},
    {"executor_run of work that runs", "work", NULL, run_work, wait_until_started, let_works_end,
        let_works_end, 7, IN_NEXT_ITERATION, DETACHED},
    {"executor_run of work in the queue", "work", keep_pool_busy, run_work, NULL, let_works_end,
        let_works_end, 7, IN_NEXT_ITERATION, 0},
    {"stream_connect that looks up", "getaddrinfo", prepare_lookup, connect_and_close, NULL,
        let_works_end, let_works_end, 0, IN_NEXT_ITERATION, GOES_ON},
    {"stream_connect", "connect", prepare_slow_connection, connect_and_close, NULL, read_all_away,
        forget_slow_connection, 0, IN_NEXT_ITERATION, DETACHED},
    {"listener_accept", "accept", open_listener, accept_and_close, NULL, knock, close_listener, 0,
        IN_NEXT_ITERATION, KEPT | GOES_ON},
    {"stream_read_line", "read_line", send_half, read_whole_line, NULL, send_the_rest,
        close_both_ends, 9, IN_NEXT_ITERATION, KEPT},
    {"stream_read_exactly", "read_exactly", send_half, read_nine_bytes, NULL, send_the_rest,
        close_both_ends, 9, IN_NEXT_ITERATION, KEPT},
    {"stream_read", "read", open_stream, read_something, NULL, send_the_rest, close_both_ends, 5,
        IN_NEXT_ITERATION, KEPT},
    {"stream_drain", "drain", write_too_much, drain_output, NULL, read_all_away, close_both_ends, 0,
        IN_NEXT_ITERATION, KEPT},
    {"stream_close", "drain", write_too_much, close_it, NULL, read_all_away, close_both_ends, 0,
        IN_NEXT_ITERATION, DEAF},
};
const int waiting_call_count = sizeof(waiting_calls) / sizeof(*waiting_calls);
