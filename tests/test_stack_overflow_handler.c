/* The handler that names an overflow: beside other threads, in callbacks, before other handlers. */
#include "support_overflow.h"

#include <math.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * With another loop in another thread, which began before this one and ends before the overflow
 */

static sem_t other_runs, other_may_end;

static int run_until_told(void *unused)
{
    (void)unused;
    sem_post(&other_runs);
    sem_wait(&other_may_end);
    return 0;
}

static void *run_other_loop(void *unused)
{
    uv_loop_t loop;
    if (loop_init(&loop) == 0)
        task_run(&loop, "other", run_until_told, unused);
    loop_close(&loop);
    return NULL;
}

static int overflow_after_the_other(void *other)
{
    sem_post(&other_may_end);
    pthread_join(*(pthread_t *)other, NULL);
    return recurse_without_end(NULL);
}

static void run_beside_another(void *unused)
{
    (void)unused;
    pthread_t other;
    uv_loop_t loop;
    sem_init(&other_runs, 0, 0);
    sem_init(&other_may_end, 0, 0);
    pthread_create(&other, NULL, run_other_loop, NULL);
    sem_wait(&other_runs);
    if (loop_init(&loop) == 0)
        task_run(&loop, "main", overflow_after_the_other, &other);
}

START_TEST(of_one_loop_of_two)
{
    char *errors;
    ck_assert_int_ne(run_apart(run_beside_another, NULL, &errors), 0);
    ck_assert(SANITIZED || strncmp(errors, "task main: its stack of ", 24) == 0);
    free(errors);
}
END_TEST

/*
 * Not a task
 */

static void recurse_in_a_callback(void *unused)
{
    recurse_without_end(unused);
}

static int let_a_callback_overflow(void *unused)
{
    (void)unused;
    loop_call_soon(task_loop(), recurse_in_a_callback, NULL);
    return task_sleep(INFINITY);
}

/* The stack is the process' own, which ulimit -s enlarges: no task is to be blamed. */
START_TEST(of_a_callback)
{
    char *errors;
    struct attempt attempt = {"install", let_a_callback_overflow, false, 0, 0};
    int status = run_apart(run_attempt, &attempt, &errors);
    if (SANITIZED)
        ck_assert_int_ne(status, 0);
    else
        ck_assert_int_eq(status, 128 + SIGSEGV);
    ck_assert_ptr_null(strstr(errors, "task"));
    free(errors);
}
END_TEST

/*
 * The program's own handler of crashes
 */

static void on_crash(int number)
{
    (void)number;
    _exit(33);
}

static int use_a_wild_pointer(void *unused)
{
    (void)unused;
    volatile int *volatile wild = (volatile int *)8;
    *wild = 1;
    return 0;
}

static int send_itself_the_signal(void *unused)
{
    (void)unused;
    return raise(SIGSEGV);
}

static void crash_with_a_handler(void *way)
{
    uv_loop_t loop;
    signal(SIGSEGV, on_crash);
    if (loop_init(&loop) == 0)
        task_run(&loop, "main", *(int (**)(void *))way, NULL);
}

START_TEST(a_handler_from_before_is_called)
{
    int (*crashes[])(void *) = {use_a_wild_pointer, send_itself_the_signal, recurse_without_end};
    if (memory_is_shadowed())
        return; /* a sanitizer or Valgrind reports a crash itself */
    for (size_t i = 0; i < sizeof(crashes) / sizeof(*crashes); i++) {
        char *errors;
        ck_assert_int_eq(run_apart(crash_with_a_handler, &crashes[i], &errors), 33);
        if (crashes[i] == recurse_without_end)
            ck_assert_ptr_nonnull(strstr(errors, "task main: its stack of"));
        free(errors);
    }
}
END_TEST

static struct sigaction set_before;

static void on_crash_once(int number)
{
    sigaction(number, &set_before, NULL); /* as crash handlers do, so that the next one reports */
}

static int set_a_handler(void *unused)
{
    (void)unused;
    return sigaction(SIGSEGV, &(struct sigaction){.sa_handler = on_crash_once}, &set_before);
}

static void crash_after_a_task_set_a_handler(void *unused)
{
    uv_loop_t loop;
    if (loop_init(&loop) == 0 && task_run(&loop, "first", set_a_handler, unused) == 0)
        task_run(&loop, "second", use_a_wild_pointer, unused);
}

START_TEST(a_handler_that_restores_ours_is_called_once)
{
    char *errors;
    if (memory_is_shadowed())
        return;
    ck_assert_int_eq(run_apart(crash_after_a_task_set_a_handler, NULL, &errors), 128 + SIGSEGV);
    free(errors);
}
END_TEST

int main(void)
{
    return run_suite("overflow_handler",
        (struct test_group[]){{"task", (const TTest *const[]){of_one_loop_of_two, NULL}},
            {"callback", (const TTest *const[]){of_a_callback, NULL}},
            {"handler", (const TTest *const[]){a_handler_from_before_is_called,
                            a_handler_that_restores_ours_is_called_once, NULL}},
            {NULL, NULL}});
}
