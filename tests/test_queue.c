#include "common/queue.h"

#include <string.h>

#include "support_runtime.h"

/* What a producer puts, or a consumer has got: items are small numbers. */
struct party {
    struct queue *queue;
    const char *name; /* in the notes; NULL: it notes nothing */
    int count;        /* how many items a producer puts */
    int got;          /* the sum of what a consumer has got */
};

static void *item_of(int number)
{
    return (void *)(intptr_t)number;
}

static int number_of(const void *item)
{
    return (int)(intptr_t)item;
}

static int produce(void *argument)
{
    struct party *party = argument;
    for (int i = 1; i <= party->count; i++) {
        int error = queue_put(party->queue, item_of(i));
        if (party->name)
            note("%s:%s", party->name, error ? uv_err_name(error) : "put");
        if (error)
            return error;
    }
    return 0;
}

static int consume(void *argument)
{
    struct party *party = argument;
    void *item;
    int error;
    while ((error = queue_get(party->queue, &item)) == 0) {
        if (party->name)
            note("%s:%d", party->name, number_of(item));
        party->got += number_of(item);
    }
    if (party->name)
        note("%s:%s", party->name, uv_err_name(error));
    return error == UV_EOF ? 0 : error;
}

/*
 * Without waiting
 */

static int fill_and_empty(void *unused)
{
    struct queue queue;
    void *item = NULL;
    (void)unused;
    ck_assert_int_eq(queue_init(&queue, 0), UV_EINVAL);
    ck_assert_int_eq(queue_init(&queue, 2), 0);
    ck_assert_int_eq(queue_try_get(&queue, &item), UV_EAGAIN);
    for (int round = 1; round < 10; round++) { /* the ring is gone round several times */
        ck_assert_int_eq(queue_try_put(&queue, item_of(round)), 0);
        ck_assert_int_eq(queue_put(&queue, item_of(-round)), 0);
        ck_assert_int_eq(queue_try_put(&queue, item_of(0)), UV_EAGAIN);
        ck_assert_int_eq(queue_try_get(&queue, &item), 0);
        ck_assert_int_eq(number_of(item), round);
        ck_assert_int_eq(queue_get(&queue, &item), 0);
        ck_assert_int_eq(number_of(item), -round);
    }
    queue_free(&queue);
    return 0;
}

START_TEST(the_oldest_item_comes_first)
{
    ck_assert_int_eq(run_main(fill_and_empty, NULL), 0);
}
END_TEST

/*
 * Waiting
 */

static int put_to_a_full_queue(void *unused)
{
    struct queue queue;
    struct scope scope;
    void *item;
    (void)unused;
    queue_init(&queue, 2);
    struct party producer = {.queue = &queue, .name = "p", .count = 4};
    scope_enter(&scope);
    scope_spawn(&scope, "producer", produce, &producer);
    run_ready();
    expect_notes("p:put p:put");
    for (int i = 1; i <= 4; i++) {
        ck_assert_int_eq(queue_get(&queue, &item), 0);
        ck_assert_int_eq(number_of(item), i);
        run_ready();
    }
    expect_notes("p:put p:put");
    int error = scope_leave(&scope, scope_join(&scope));
    queue_free(&queue);
    return error;
}

START_TEST(a_producer_waits_while_the_queue_is_full)
{
    ck_assert_int_eq(run_main(put_to_a_full_queue, NULL), 0);
}
END_TEST

static int get_from_an_empty_queue(void *unused)
{
    struct queue queue;
    struct scope scope;
    struct party consumers[] = {{.queue = &queue, .name = "a"}, {.queue = &queue, .name = "b"}};
    (void)unused;
    queue_init(&queue, 8);
    scope_enter(&scope);
    scope_spawn(&scope, "a", consume, &consumers[0]);
    scope_spawn(&scope, "b", consume, &consumers[1]);
    run_ready();
    for (int i = 1; i <= 4; i++)
        ck_assert_int_eq(queue_put(&queue, item_of(i)), 0);
    run_ready();
    expect_notes("a:1 a:3 a:4 b:2"); /* a and b had each been handed one before they ran */
    queue_close(&queue);
    int error = scope_leave(&scope, scope_join(&scope));
    expect_notes("a:EOF b:EOF");
    queue_free(&queue);
    return error;
}

START_TEST(consumers_are_served_in_the_order_in_which_they_asked)
{
    keep_order();
    ck_assert_int_eq(run_main(get_from_an_empty_queue, NULL), 0);
}
END_TEST

static int many_of_each(void *unused)
{
    enum { PARTIES = 5, ITEMS = 100 };
    struct queue queue;
    struct scope producing, consuming;
    struct party producers[PARTIES], consumers[PARTIES];
    int sum = 0;
    (void)unused;
    queue_init(&queue, 3);
    scope_enter(&consuming);
    scope_enter(&producing);
    for (int i = 0; i < PARTIES; i++) {
        producers[i] = (struct party){.queue = &queue, .count = ITEMS};
        consumers[i] = (struct party){.queue = &queue};
        scope_spawn(&producing, "producer", produce, &producers[i]);
        scope_spawn(&consuming, "consumer", consume, &consumers[i]);
    }
    int error = scope_leave(&producing, scope_join(&producing));
    queue_close(&queue);
    error = scope_leave(&consuming, error ? error : scope_join(&consuming));
    for (int i = 0; i < PARTIES; i++)
        sum += consumers[i].got;
    ck_assert_int_eq(sum, PARTIES * ITEMS * (ITEMS + 1) / 2);
    queue_free(&queue);
    return error;
}

START_TEST(nothing_is_lost_between_many)
{
    ck_assert_int_eq(run_main(many_of_each, NULL), 0);
}
END_TEST

/*
 * Closing
 */

static int close_a_full_queue(void *unused)
{
    struct queue queue;
    struct scope scope;
    void *item;
    (void)unused;
    queue_init(&queue, 1);
    struct party producer = {.queue = &queue, .name = "p", .count = 2};
    scope_enter(&scope);
    struct task *task = spawn_held(&scope, "producer", produce, &producer);
    run_ready();
    queue_close(&queue);
    queue_close(&queue);
    int result;
    ck_assert_int_eq(task_join(task, &result), 0);
    ck_assert_int_eq(result, UV_EPIPE);
    expect_notes("p:put p:EPIPE");
    ck_assert_int_eq(scope_leave(&scope, 0), UV_EPIPE);
    ck_assert_int_eq(queue_put(&queue, item_of(3)), UV_EPIPE);
    ck_assert_int_eq(queue_get(&queue, &item), 0); /* it was there before */
    ck_assert_int_eq(number_of(item), 1);
    ck_assert_int_eq(queue_get(&queue, &item), UV_EOF);
    queue_free(&queue);
    return 0;
}

START_TEST(closing_wakes_all_and_keeps_what_is_there)
{
    ck_assert_int_eq(run_main(close_a_full_queue, NULL), 0);
}
END_TEST

/*
 * Cancelling
 */

static int cancel_both_sides(void *unused)
{
    struct queue queue;
    struct scope scope;
    void *item;
    (void)unused;
    queue_init(&queue, 1);
    struct party consumer = {.queue = &queue, .name = "c"};
    scope_enter(&scope);
    struct task *getter = spawn_held(&scope, "consumer", consume, &consumer);
    run_ready();
    task_cancel(getter);
    ck_assert_int_eq(queue_try_put(&queue, item_of(1)), 0);
    run_ready();
    expect_notes("c:ECANCELED"); /* so the item stayed in the queue */
    struct party producer = {.queue = &queue, .name = "p", .count = 1};
    struct task *putter = spawn_held(&scope, "producer", produce, &producer);
    run_ready();
    task_cancel(putter);
    run_ready();
    expect_notes("p:ECANCELED");
    ck_assert_int_eq(queue_get(&queue, &item), 0);
    ck_assert_int_eq(number_of(item), 1);
    ck_assert_int_eq(queue_try_get(&queue, &item), UV_EAGAIN); /* the other was never put */
    queue_free(&queue);
    return scope_leave(&scope, 0);
}

START_TEST(a_cancelled_wait_takes_and_leaves_nothing)
{
    ck_assert_int_eq(run_main(cancel_both_sides, NULL), 0);
}
END_TEST

static int cancel_after_the_item_came(void *unused)
{
    struct queue queue;
    struct scope scope;
    (void)unused;
    queue_init(&queue, 1);
    struct party consumer = {.queue = &queue, .name = "c"};
    scope_enter(&scope);
    struct task *getter = spawn_held(&scope, "consumer", consume, &consumer);
    run_ready();
    ck_assert_int_eq(queue_try_put(&queue, item_of(1)), 0);
    task_cancel(getter);
    run_ready();
    expect_notes("c:1 c:ECANCELED");
    queue_free(&queue);
    return scope_leave(&scope, 0);
}

START_TEST(an_item_that_came_before_a_cancellation_is_not_lost)
{
    ck_assert_int_eq(run_main(cancel_after_the_item_came, NULL), 0);
}
END_TEST

static void put_from_a_callback(void *queue)
{
    ck_assert_ptr_null(task_current());
    ck_assert_int_eq(queue_try_put(queue, item_of(7)), 0);
}

static int get_from_a_callback(void *unused)
{
    struct queue queue;
    void *item;
    (void)unused;
    queue_init(&queue, 1);
    loop_call_soon(task_loop(), put_from_a_callback, &queue);
    ck_assert_int_eq(queue_get(&queue, &item), 0);
    queue_free(&queue);
    return number_of(item);
}

START_TEST(a_callback_may_put)
{
    ck_assert_int_eq(run_main(get_from_a_callback, NULL), 7);
}
END_TEST

int main(void)
{
    return run_suite("queue",
        (struct test_group[]){{"items", (const TTest *const[]){the_oldest_item_comes_first,
                                            a_callback_may_put, NULL}},
            {"wait", (const TTest *const[]){a_producer_waits_while_the_queue_is_full,
                         consumers_are_served_in_the_order_in_which_they_asked,
                         nothing_is_lost_between_many, NULL}},
            {"close", (const TTest *const[]){closing_wakes_all_and_keeps_what_is_there, NULL}},
            {"cancel", (const TTest *const[]){a_cancelled_wait_takes_and_leaves_nothing,
                           an_item_that_came_before_a_cancellation_is_not_lost, NULL}},
            {NULL, NULL}});
}
