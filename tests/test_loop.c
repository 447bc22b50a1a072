#include "common/loop.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support_loop.h"
#include "support_runtime.h"

/*
 * call_soon and the iteration
 */

START_TEST(an_empty_loop_ends_at_once)
{
    uv_loop_t loop;
    int descriptors = open_descriptors(0);
    for (int i = 0; i < 20; i++) {
        open_loop(&loop);
        run_loop(&loop);
        run_loop(&loop);
        close_loop(&loop);
    }
    ck_assert_int_le(open_descriptors(0), descriptors + 2); /* what libuv keeps for signals */
}
END_TEST

START_TEST(what_is_called_soon_runs_in_order)
{
    uv_loop_t loop;
    open_loop(&loop);
    note_soon(&loop, "a");
    note_soon(&loop, "b");
    note_soon(&loop, "c");
    expect_notes("");
    run_loop(&loop);
    expect_notes("a b c");
    note_soon(&loop, "d");
    run_loop(&loop);
    expect_notes("d");
    close_loop(&loop);
}
END_TEST

static char turns[4]; /* the callbacks that ran, in order */

static void take_a_turn(void *name)
{
    strcat(turns, name);
}

static const char *turns_with_seed(const char *seed)
{
    uv_loop_t loop;
    ck_assert_int_eq(setenv("LOOP_SEED", seed, 1), 0);
    turns[0] = '\0';
    open_loop(&loop);
    for (const char *const *name = (const char *const[]){"a", "b", "c", NULL}; *name; name++)
        loop_call_soon(&loop, take_a_turn, (void *)*name);
    run_loop(&loop);
    close_loop(&loop);
    return turns;
}

START_TEST(a_seed_decides_the_order)
{
    static const char *const orders[] = {"abc", "acb", "bac", "bca", "cab", "cba"};
    int seen[6] = {0};
    for (int i = 1; i <= 240; i++) {
        char seed[8], first[4];
        snprintf(seed, sizeof(seed), "%d", i);
        strcpy(first, turns_with_seed(seed));
        ck_assert_str_eq(first, turns_with_seed(seed)); /* always the same */
        for (int order = 0; order < 6; order++)
            seen[order] += strcmp(orders[order], first) == 0;
    }
    for (int order = 0; order < 6; order++)
        ck_assert_int_ge(seen[order], 24); /* each about as often */
    ck_assert_str_eq(turns_with_seed("0"), "abc");
    ck_assert_str_eq(turns_with_seed(""), "abc");
}
END_TEST

static void call_two_more(void *loop)
{
    note("first");
    note_soon(loop, "c");
    note_soon(loop, "d");
}

START_TEST(callbacks_scheduled_by_callbacks_wait_for_the_next_iteration)
{
    uv_loop_t loop;
    uv_prepare_t prepare;
    open_loop(&loop);
    show_passes(&loop, &prepare);
    ck_assert_int_eq(loop_call_soon(&loop, call_two_more, &loop), 0);
    note_soon(&loop, "b");
    run_loop(&loop);
    expect_notes("| first b | c d");
    close_with_passes(&loop, &prepare);
}
END_TEST

START_TEST(each_link_of_a_chain_is_called)
{
    uv_loop_t loop;
    open_loop(&loop);
    struct chain chain = {&loop, 10000};
    call_again(&chain);
    run_loop(&loop);
    ck_assert_int_eq(chain.left, -1);
    close_loop(&loop);
}
END_TEST

static void end_chain(uv_async_t *async)
{
    ((struct chain *)async->data)->left = 0;
    uv_close((uv_handle_t *)async, NULL);
}

static void *send_async(void *async)
{
    uv_async_send(async);
    return NULL;
}

START_TEST(an_endless_chain_does_not_keep_events_out)
{
    uv_loop_t loop;
    uv_async_t async;
    pthread_t thread;
    open_loop(&loop);
    struct chain chain = {&loop, 1 << 30};
    async.data = &chain;
    uv_async_init(&loop, &async, end_chain);
    call_again(&chain);
    ck_assert_int_eq(pthread_create(&thread, NULL, send_async, &async), 0);
    run_loop(&loop);
    ck_assert_int_le(chain.left, 0);
    pthread_join(thread, NULL);
    close_loop(&loop);
}
END_TEST

static void stop_and_call_one_more(void *loop)
{
    note("stop");
    loop_stop(loop);
    note_soon(loop, "next");
}

START_TEST(stop_ends_after_this_iteration)
{
    uv_loop_t loop;
    open_loop(&loop);
    ck_assert_int_eq(loop_call_soon(&loop, stop_and_call_one_more, &loop), 0);
    note_soon(&loop, "same");
    run_loop(&loop);
    expect_notes("stop same");
    run_loop(&loop);
    expect_notes("next");
    close_loop(&loop);
}
END_TEST

/*
 * Callbacks with memory of the caller's
 */

struct step {
    struct loop_callback callback;
    char *name;
    uv_loop_t *loop;
    struct step *ready, *at_end; /* that this one schedules */
};

static void run_step(void *argument)
{
    struct step *step = argument;
    note("%s", step->name);
    if (step->ready)
        loop_ready(step->loop, &step->ready->callback);
    if (step->at_end)
        loop_at_end_of_iteration(step->loop, &step->at_end->callback);
}

static struct step new_step(uv_loop_t *loop, char *name)
{
    return (struct step){.callback = {.run = run_step}, .name = name, .loop = loop};
}

static void set_arguments(struct step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++)
        steps[i].callback.argument = &steps[i];
}

START_TEST(a_pending_callback_runs_once)
{
    uv_loop_t loop;
    open_loop(&loop);
    struct step steps[2] = {new_step(&loop, "a"), new_step(&loop, "b")};
    set_arguments(steps, 2);
    loop_ready(&loop, &steps[0].callback);
    loop_ready(&loop, &steps[1].callback);
    loop_ready(&loop, &steps[0].callback);
    run_loop(&loop);
    expect_notes("a b");
    ck_assert(!steps[0].callback.pending);
    loop_ready(&loop, &steps[0].callback);
    run_loop(&loop);
    expect_notes("a");
    close_loop(&loop);
}
END_TEST

START_TEST(the_end_of_the_pass_follows_all_that_is_ready)
{
    uv_loop_t loop;
    uv_prepare_t prepare;
    open_loop(&loop);
    show_passes(&loop, &prepare);
    struct step steps[6] = {new_step(&loop, "ready1"), new_step(&loop, "ready2"),
        new_step(&loop, "end1"), new_step(&loop, "end2"), new_step(&loop, "next"),
        new_step(&loop, "end3")};
    set_arguments(steps, 6);
    steps[0].at_end = &steps[2];
    steps[1].at_end = &steps[2]; /* it is pending already */
    steps[2].at_end = &steps[3]; /* there it waits for the end of the next iteration */
    steps[2].ready = &steps[4];
    steps[3].at_end = &steps[5]; /* nothing else asks for an iteration */
    loop_ready(&loop, &steps[0].callback);
    loop_ready(&loop, &steps[1].callback);
    run_loop(&loop);
    expect_notes("| ready1 ready2 end1 | next end2 | end3");
    close_with_passes(&loop, &prepare);
}
END_TEST

START_TEST(outside_a_pass_the_end_of_the_next_is_meant)
{
    uv_loop_t loop;
    open_loop(&loop);
    struct step steps[2] = {new_step(&loop, "end"), new_step(&loop, "ready")};
    set_arguments(steps, 2);
    loop_at_end_of_iteration(&loop, &steps[0].callback);
    run_loop(&loop);
    expect_notes("end");
    loop_at_end_of_iteration(&loop, &steps[0].callback);
    loop_ready(&loop, &steps[1].callback);
    run_loop(&loop);
    expect_notes("ready end");
    close_loop(&loop);
}
END_TEST

int main(void)
{
    return run_suite("loop",
        (struct test_group[]){
            {"iteration",
                (const TTest *const[]){an_empty_loop_ends_at_once,
                    what_is_called_soon_runs_in_order, a_seed_decides_the_order,
                    callbacks_scheduled_by_callbacks_wait_for_the_next_iteration,
                    each_link_of_a_chain_is_called, an_endless_chain_does_not_keep_events_out,
                    stop_ends_after_this_iteration, NULL}},
            {"callbacks", (const TTest *const[]){a_pending_callback_runs_once,
                              the_end_of_the_pass_follows_all_that_is_ready,
                              outside_a_pass_the_end_of_the_next_is_meant, NULL}},
            {NULL, NULL}});
}
