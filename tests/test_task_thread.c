/* What belongs to the thread, and is yet each task's own: errno, and how floating-point arithmetic
 * is done. And what stays the thread's: the signal mask. */
#include <errno.h>
#include <fenv.h>
#include <signal.h>
#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

#include "common/task.h"
#include "support_runtime.h"

/*
 * errno and the rounding mode of <fenv.h>
 */

static int keep_an_errno_and_a_rounding(void *mode)
{
    ck_assert_int_eq(errno, 0);
    ck_assert_int_eq(fegetround(), FE_TOWARDZERO); /* as where task_run was called */
    fesetround(*(int *)mode);
    errno = *(int *)mode;
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(i == 1 ? task_sleep(0.001) : task_yield(), 0);
        ck_assert_int_eq(errno, *(int *)mode);
        ck_assert_int_eq(fegetround(), *(int *)mode);
    }
    return 0;
}

static int spawn_three_that_round(void *unused)
{
    (void)unused;
    static int modes[] = {FE_UPWARD, FE_DOWNWARD, FE_TONEAREST};
    struct scope scope;
    ck_assert_int_eq(fegetround(), FE_TOWARDZERO);
    scope_enter(&scope);
    for (int i = 0; i < 3; i++)
        scope_spawn(&scope, "rounds", keep_an_errno_and_a_rounding, &modes[i]);
    scope_join(&scope);
    scope_spawn(&scope, "later", keep_an_errno_and_a_rounding, &modes[0]);
    return scope_leave(&scope, scope_join(&scope));
}

START_TEST(each_task_has_its_own_errno_and_rounding)
{
    uv_loop_t loop;
    ck_assert_int_eq(loop_init(&loop), 0);
    fesetround(FE_TOWARDZERO);
    ck_assert_int_eq(task_run(&loop, "main", spawn_three_that_round, NULL), 0);
    ck_assert_int_eq(fegetround(), FE_TOWARDZERO);
    close_loop(&loop);
}
END_TEST

/*
 * The control registers, each alone
 */

struct control {
    unsigned (*get)(void);
    void (*set)(unsigned value);
    unsigned bits; /* a task sets these */
};

static unsigned get_rounding(void)
{
    return (unsigned)fegetround();
}

static void set_rounding(unsigned mode)
{
    fesetround((int)mode);
}

#if defined(__SSE2__)
#define EXCEPTIONS 0x3fU /* that have happened: no part of the control */

static unsigned get_sse(void)
{
    return _mm_getcsr() & ~EXCEPTIONS;
}

static void set_sse(unsigned value)
{
    _mm_setcsr(value);
}

static unsigned get_x87(void)
{
    unsigned short control;
    __asm__ volatile("fnstcw %0" : "=m"(control));
    return control;
}

static void set_x87(unsigned value)
{
    unsigned short control = (unsigned short)value;
    __asm__ volatile("fldcw %0" : : "m"(control));
}
#elif defined(__aarch64__)
static unsigned get_fpcr(void)
{
    unsigned long control;
    __asm__ volatile("mrs %0, fpcr" : "=r"(control));
    return (unsigned)control;
}

static void set_fpcr(unsigned value)
{
    __asm__ volatile("msr fpcr, %0" : : "r"((unsigned long)value));
}
#endif

static const struct control controls[] = {
    {get_rounding, set_rounding, FE_UPWARD},
#if defined(__SSE2__)
    {get_sse, set_sse, _MM_ROUND_UP}, {get_sse, set_sse, _MM_FLUSH_ZERO_ON},
    {get_sse, set_sse, 0x40},  /* denormals are zeros */
    {get_x87, set_x87, 0x400}, /* rounds down */
#elif defined(__aarch64__)
    {get_fpcr, set_fpcr, 1 << 24}, /* flushes to zero */
    {get_fpcr, set_fpcr, 1 << 25}, /* one NaN */
#endif
};

static const struct control *control; /* the one of this test */
static unsigned usual;

static int set_and_wait(void *unused)
{
    (void)unused;
    unsigned own = usual | control->bits;
    ck_assert_uint_eq(control->get(), usual);
    control->set(own);
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(i == 1 ? task_sleep(0.001) : task_yield(), 0);
        ck_assert_uint_eq(control->get(), own);
    }
    return 0;
}

static int set_and_end(void *unused)
{
    (void)unused;
    control->set(usual | control->bits);
    return 0;
}

static int expect_the_usual(void *unused)
{
    (void)unused;
    for (int i = 0; i < 4; i++) {
        ck_assert_uint_eq(control->get(), usual);
        ck_assert_int_eq(task_yield(), 0);
    }
    return 0;
}

static void expect_the_usual_in_the_loop(void *unused)
{
    (void)unused;
    ck_assert_uint_eq(control->get(), usual);
    note("callback");
}

static int set_beside_others(void *unused)
{
    struct scope scope;
    scope_enter(&scope);
    ck_assert_int_eq(scope_spawn(&scope, "waits", set_and_wait, NULL), 0);
    ck_assert_int_eq(scope_spawn(&scope, "usual", expect_the_usual, NULL), 0);
    ck_assert_int_eq(scope_spawn(&scope, "ends", set_and_end, NULL), 0);
    ck_assert_int_eq(loop_call_soon(task_loop(), expect_the_usual_in_the_loop, NULL), 0);
    expect_the_usual(unused);
    ck_assert_int_eq(scope_join(&scope), 0);
    scope_spawn(&scope, "later", expect_the_usual, NULL);
    ck_assert_int_eq(scope_join(&scope), 0);
    return scope_leave(&scope, set_and_end(unused));
}

/* Valgrind knows the rounding modes alone. */
static bool can_be_set(void)
{
    usual = control->get();
    control->set(usual | control->bits);
    bool is_set = control->get() == (usual | control->bits);
    control->set(usual);
    return is_set;
}

START_TEST(no_control_register_leaks_from_task_to_task)
{
    for (size_t i = 0; i < sizeof(controls) / sizeof(*controls); i++) {
        uv_loop_t loop;
        control = &controls[i];
        if (!can_be_set())
            continue;
        ck_assert_int_eq(loop_init(&loop), 0);
        ck_assert_int_eq(task_run(&loop, "main", set_beside_others, NULL), 0);
        ck_assert_uint_eq(control->get(), usual);
        expect_notes("callback");
        close_loop(&loop);
    }
}
END_TEST

/*
 * The signal mask stays the thread's, with either switch
 */

static bool is_blocked(int number)
{
    sigset_t mask;
    pthread_sigmask(SIG_BLOCK, NULL, &mask);
    return sigismember(&mask, number);
}

static int check_and_unblock(void *unused)
{
    (void)unused;
    sigset_t one;
    ck_assert(is_blocked(SIGUSR2));
    sigemptyset(&one);
    sigaddset(&one, SIGUSR2);
    pthread_sigmask(SIG_UNBLOCK, &one, NULL);
    return task_yield();
}

static int block_a_signal(void *unused)
{
    (void)unused;
    struct scope scope;
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, SIGUSR2);
    scope_enter(&scope);
    ck_assert(!is_blocked(SIGUSR2));
    pthread_sigmask(SIG_BLOCK, &one, NULL);
    ck_assert_int_eq(task_sleep(0.001), 0);
    ck_assert(is_blocked(SIGUSR2));
    scope_spawn(&scope, "child", check_and_unblock, NULL);
    int error = scope_join(&scope);
    ck_assert(!is_blocked(SIGUSR2));
    pthread_sigmask(SIG_BLOCK, &one, NULL);
    return scope_leave(&scope, error);
}

START_TEST(the_signal_mask_is_not_switched)
{
    uv_loop_t loop;
    ck_assert_int_eq(loop_init(&loop), 0);
    ck_assert_int_eq(task_run(&loop, "main", block_a_signal, NULL), 0);
    ck_assert(is_blocked(SIGUSR2));
    close_loop(&loop);
}
END_TEST

int main(void)
{
    return run_suite("task_thread",
        (struct test_group[]){
            {"thread", (const TTest *const[]){each_task_has_its_own_errno_and_rounding,
                           no_control_register_leaks_from_task_to_task,
                           the_signal_mask_is_not_switched, NULL}},
            {NULL, NULL}});
}
