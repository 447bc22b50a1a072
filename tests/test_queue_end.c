/* What a queue does when it is closed, was freed, or never had any memory. */
#include "common/queue.h"

#include "support_runtime.h"

static int item; /* what is put */

static int put(void *queue)
{
    int error = queue_put(queue, &item);
    note("put:%s", error ? uv_err_name(error) : "0");
    return 0;
}

static int get(void *queue)
{
    void *got;
    int error = queue_get(queue, &got);
    note("get:%s", error ? uv_err_name(error) : "0");
    return 0;
}

/* From now on it takes nothing, has nothing, and no call of it waits. */
static void is_closed_and_empty(struct queue *queue)
{
    void *got;
    ck_assert_int_eq(queue_try_put(queue, &item), UV_EPIPE);
    ck_assert_int_eq(queue_put(queue, &item), UV_EPIPE);
    ck_assert_int_eq(queue_try_get(queue, &got), UV_EOF);
    ck_assert_int_eq(queue_get(queue, &got), UV_EOF);
    queue_close(queue);
    ck_assert_int_eq(queue_put(queue, &item), UV_EPIPE);
}

static int use_what_has_no_memory(void *unused)
{
    (void)unused;
    struct queue zero = {0}, failed, freed;
    is_closed_and_empty(&zero);
    ck_assert_int_eq(queue_init(&failed, 0), UV_EINVAL);
    is_closed_and_empty(&failed);
    ck_assert_int_eq(queue_init(&failed, SIZE_MAX / sizeof(void *)), UV_ENOMEM);
    is_closed_and_empty(&failed);
    ck_assert_int_eq(queue_init(&freed, 2), 0);
    ck_assert_int_eq(queue_put(&freed, &item), 0);
    queue_free(&freed); /* does not free the item, which was never allocated */
    is_closed_and_empty(&freed);
    queue_free(&freed);
    queue_free(&failed);
    queue_free(&zero);
    return 0;
}

START_TEST(one_without_memory_is_closed)
{
    ck_assert_int_eq(run_main(use_what_has_no_memory, NULL), 0);
}
END_TEST

static int close_without_waiting(void *unused)
{
    (void)unused;
    struct queue queue;
    void *got;
    ck_assert_int_eq(queue_init(&queue, 2), 0);
    ck_assert_int_eq(queue_try_put(&queue, &item), 0);
    queue_close(&queue); /* it has room, and takes nothing all the same */
    ck_assert_int_eq(queue_try_put(&queue, &item), UV_EPIPE);
    ck_assert_int_eq(queue_try_get(&queue, &got), 0);
    ck_assert_ptr_eq(got, &item);
    is_closed_and_empty(&queue);
    queue_free(&queue);
    return 0;
}

START_TEST(closing_keeps_what_is_in_it)
{
    ck_assert_int_eq(run_main(close_without_waiting, NULL), 0);
}
END_TEST

static void close_queue(void *queue)
{
    queue_close(queue);
}

static int close_while_all_wait(void *unused)
{
    (void)unused;
    struct queue empty, full;
    struct scope scope;
    void *got;
    ck_assert_int_eq(queue_init(&empty, 1), 0);
    ck_assert_int_eq(queue_init(&full, 1), 0);
    ck_assert_int_eq(queue_put(&full, &item), 0);
    scope_enter(&scope);
    for (int i = 0; i < 2; i++) {
        scope_spawn(&scope, "get", get, &empty);
        scope_spawn(&scope, "put", put, &full);
    }
    run_ready();
    loop_call_soon(task_loop(), close_queue, &empty);
    loop_call_soon(task_loop(), close_queue, &full);
    int error = scope_leave(&scope, scope_join(&scope));
    expect_notes("get:EOF get:EOF put:EPIPE put:EPIPE");
    ck_assert_int_eq(queue_get(&full, &got), 0); /* the only one: those that waited put nothing */
    ck_assert_int_eq(queue_get(&full, &got), UV_EOF);
    queue_free(&empty);
    queue_free(&full);
    return error;
}

START_TEST(a_callback_that_closes_it_wakes_all)
{
    keep_order();
    ck_assert_int_eq(run_main(close_while_all_wait, NULL), 0);
}
END_TEST

struct numbered {
    struct queue *queue;
    int number;
};

static int put_number(void *argument)
{
    struct numbered *numbered = argument;
    int error = queue_put(numbered->queue, &numbered->number);
    note("%d:%s", numbered->number, error ? uv_err_name(error) : "put");
    return 0;
}

static int serve_producers(void *unused)
{
    (void)unused;
    struct queue queue;
    struct scope scope;
    struct numbered puts[] = {{&queue, 1}, {&queue, 2}, {&queue, 3}, {&queue, 4}};
    struct task *tasks[4];
    void *got;
    ck_assert_int_eq(queue_init(&queue, 1), 0);
    scope_enter(&scope);
    for (int i = 0; i < 4; i++)
        tasks[i] = spawn_held(&scope, "put", put_number, &puts[i]);
    run_ready();
    expect_notes("1:put");
    task_cancel(tasks[2]);
    run_ready();
    expect_notes("3:ECANCELED");
    for (int i = 0; i < 4; i++) {
        if (i == 2)
            continue; /* it was cancelled, and is not in the queue */
        ck_assert_int_eq(queue_try_get(&queue, &got), 0);
        ck_assert_int_eq(*(int *)got, i + 1);
        ck_assert_int_eq(queue_try_put(&queue, &item), i == 3 ? 0 : UV_EAGAIN); /* no overtaking */
    }
    run_ready();
    expect_notes("2:put 4:put");
    queue_free(&queue);
    return scope_leave(&scope, 0);
}

START_TEST(producers_are_served_in_the_order_in_which_they_asked)
{
    keep_order();
    ck_assert_int_eq(run_main(serve_producers, NULL), 0);
}
END_TEST

static int free_while_one_waits(int (*wait)(void *queue))
{
    static struct queue queue;
    struct scope scope;
    ck_assert_int_eq(queue_init(&queue, 1), 0);
    if (wait == put)
        ck_assert_int_eq(queue_put(&queue, &item), 0);
    scope_enter(&scope);
    scope_spawn(&scope, "waiter", wait, &queue);
    run_ready();
    queue_free(&queue);
    return scope_leave(&scope, 0);
}

static int free_while_one_puts(void *unused)
{
    (void)unused;
    return free_while_one_waits(put);
}

static int free_while_one_gets(void *unused)
{
    (void)unused;
    return free_while_one_waits(get);
}

START_TEST(freeing_one_in_use)
{
    const char *expected = "task main: frees a queue on which task waiter waits: ";
    aborts_with(expected, free_while_one_puts);
    aborts_with(expected, free_while_one_gets);
}
END_TEST

int main(void)
{
    return run_suite("queue_end",
        (struct test_group[]){
            {"end", (const TTest *const[]){one_without_memory_is_closed,
                        closing_keeps_what_is_in_it, a_callback_that_closes_it_wakes_all,
                        producers_are_served_in_the_order_in_which_they_asked, freeing_one_in_use,
                        NULL}},
            {NULL, NULL}});
}
