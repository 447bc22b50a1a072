/* Types on the device, stops in the middle of a line, and checks what the loop's thread sees then.
 */
// With Valgrind too.
#include "exercise.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "common/executor.h"
#include "tests/support_runtime.h"

#define SIZE (LINE_SIZE - 1)
#define HALF 5
#define OLD "an old line"
#define OTHER "another one"
#define PATIENCE 1000 /* milliseconds; less than one is enough */

static const char typed[] = "abcdefghijklmnopqrstuvwxyz";
static atomic_size_t reads;
static size_t stops = 1;    /* how many readers the device stops after half a line */
static uv_sem_t half, rest; /* posted when a reader has half a line; when it may go on */
static uv_sem_t worked;     /* posted when the pool has done all work before it */
static bool ended;          /* read_line has returned ... */
static int returned;        /* ... this */

char device_read(void)
{
    ck_assert_msg(!task_current(),
        "read_line calls device_read in the loop's thread: while it blocks, no other task runs");
    size_t i = atomic_fetch_add(&reads, 1);
    if (i % (HALF + 1) == HALF && i / (HALF + 1) < stops) {
        uv_sem_post(&half);
        uv_sem_wait(&rest);
    }
    return typed[i % (sizeof(typed) - 1)];
}

static int read_it(void *line)
{
    returned = read_line(line);
    ended = true;
    return returned;
}

/* The size of the pool is read when its first work begins. */
static void prepare(const char *threads)
{
    setenv("UV_THREADPOOL_SIZE", threads, 1);
    ck_assert_int_eq(uv_sem_init(&half, 0), 0);
    ck_assert_int_eq(uv_sem_init(&rest, 0), 0);
    ck_assert_int_eq(uv_sem_init(&worked, 0), 0);
}

/* Starts a reader. If this returns true, a thread has half of the line, and blocks. Nothing is
 * asserted while a thread blocks: the test's process waits for its threads when it ends. */
static bool begin(
    struct scope *scope, int (*reads_it)(void *line), char *line, struct task **reader)
{
    *reader = spawn_held(scope, "reader", reads_it, line);
    for (int ms = 0; ms < PATIENCE; ms++) {
        run_ready();
        if (uv_sem_trywait(&half) == 0)
            return true;
        uv_sleep(1);
    }
    return false;
}

/* Whether the line has eleven characters in the order in which they were typed, and a NUL. */
static bool is_line(const char line[LINE_SIZE])
{
    for (size_t i = 1; i < SIZE; i++)
        if (line[i] <= line[i - 1])
            return false;
    return line[0] >= 'a' && line[SIZE] == '\0';
}

static bool share_a_character(const char *a, const char *b)
{
    return strcspn(a, b) < SIZE;
}

static void check_two_lines(char lines[2][LINE_SIZE])
{
    ck_assert_msg(
        returned == 0, "a line was typed, and read_line returned %d instead of 0", returned);
    for (int i = 0; i < 2; i++)
        ck_assert_msg(is_line(lines[i]),
            "read_line has returned 0, and the caller's line is \"%.*s\"%s: \"%s\" was typed", SIZE,
            lines[i], lines[i][SIZE] ? " without its NUL" : "", typed);
    ck_assert_msg(!share_a_character(lines[0], lines[1]),
        "two tasks read at once, and \"%s\" was typed; they got \"%s\" and \"%s\": no character "
        "was "
        "typed for both",
        typed, lines[0], lines[1]);
    ck_assert_msg(reads == 2 * SIZE, "two lines were read, and device_read was called %zu times",
        (size_t)reads);
}

static int say_that_it_worked(void *unused)
{
    (void)unused;
    uv_sem_post(&worked);
    return 0;
}

static int work_last(void *unused)
{
    (void)unused;
    return executor_run("last", say_that_it_worked, NULL, 0);
}

/* What the test saw. It is checked when no thread blocks any more. */
struct seen {
    bool begun;
    char meanwhile[LINE_SIZE], worked[LINE_SIZE];
    char lines[2][LINE_SIZE];
};

/* The pool has one thread. When the last work has been done, so has all work before it, and the
 * loop does not know it yet. */
static int read_whole(void *argument)
{
    struct seen *seen = argument;
    char(*lines)[LINE_SIZE] = seen->lines;
    struct scope scope;
    struct task *reader;
    scope_enter(&scope);
    seen->begun = begin(&scope, read_it, lines[0], &reader);
    memcpy(seen->meanwhile, lines[0], LINE_SIZE);
    int error = scope_spawn(&scope, "reader", read_it, lines[1]);
    if (!error)
        error = scope_spawn(&scope, "last", work_last, NULL);
    run_ready();
    uv_sem_post(&rest);
    if (!error && seen->begun)
        uv_sem_wait(&worked);
    memcpy(seen->worked, lines[0], LINE_SIZE);
    return scope_leave(&scope, error ? error : scope_join(&scope));
}

START_TEST(the_loop_never_sees_half_a_line)
{
    struct seen seen = {.lines = {OLD, "############"}};
    prepare("1");
    run_main(read_whole, &seen);
    ck_assert_msg(seen.begun, "read_line was called, and read no %d characters", HALF + 1);
    ck_assert_msg(strcmp(seen.meanwhile, OLD) == 0,
        "while the pool's thread was reading, the loop's thread saw \"%.*s\" in the line that it "
        "draws: both use the same memory at the same time",
        SIZE, seen.meanwhile);
    ck_assert_msg(strcmp(seen.worked, OLD) == 0,
        "read_line has not returned, and the loop's thread sees \"%.*s\" in the line that it "
        "draws: both use the same memory at the same time",
        SIZE, seen.worked);
    check_two_lines(seen.lines);
}
END_TEST

static int read_two(void *argument)
{
    struct seen *seen = argument;
    struct scope scope;
    struct task *reader;
    scope_enter(&scope);
    begin(&scope, read_it, seen->lines[0], &reader);
    seen->begun = begin(&scope, read_it, seen->lines[1], &reader);
    for (size_t i = 0; i < stops; i++)
        uv_sem_post(&rest);
    return scope_leave(&scope, scope_join(&scope));
}

START_TEST(two_readers_share_nothing)
{
    struct seen seen = {.lines = {"############", "############"}};
    prepare("4");
    stops = 2;
    run_main(read_two, &seen);
    ck_assert_msg(
        seen.begun, "while a thread reads a line, a second one waits, and does not read its own");
    check_two_lines(seen.lines);
}
END_TEST

/* The caller's memory, which outlives the work here, so that the test can read it afterwards. */
static char left[LINE_SIZE], at_return[LINE_SIZE], next[LINE_SIZE];

/* A reader is cancelled after half a line, a second one before its work has begun; and a third one
 * reads. The pool has one thread. */
static int read_cancelled(void *unused)
{
    (void)unused;
    struct scope scope;
    int result, of_second, of_third;
    struct task *reader;
    strcpy(left, OLD);
    scope_enter(&scope);
    begin(&scope, read_it, left, &reader);
    strcpy(left, OTHER); /* its owner may draw something else meanwhile */
    struct task *second = spawn_held(&scope, "second", read_it, next);
    run_ready();
    task_cancel(second);
    run_ready();
    ended = false;
    task_cancel(reader);
    run_ready();
    bool waits = !ended;
    memcpy(at_return, left, LINE_SIZE);
    memset(left, '.', SIZE); /* it is used for something else now */
    struct task *third = spawn_held(&scope, "third", read_it, next);
    run_ready();
    uv_sem_post(&rest);
    ck_assert_int_eq(task_join(reader, &result), 0);
    ck_assert_int_eq(task_join(second, &of_second), 0);
    ck_assert_int_eq(task_join(third, &of_third), 0);
    ck_assert_msg(!waits, "the reader was cancelled, and read_line still waits for the thread");
    ck_assert_msg(result == UV_ECANCELED && of_second == UV_ECANCELED,
        "two readers were cancelled, and read_line returned %d and %d instead of UV_ECANCELED",
        result, of_second);
    ck_assert_msg(of_third == 0 && is_line(next),
        "the next reader was not cancelled; read_line returned %d, and its line is \"%.*s\"",
        of_third, SIZE, next);
    scope_leave(&scope, 0);
    return 0;
}

START_TEST(after_a_cancellation_the_memory_is_the_callers)
{
    prepare("1");
    ck_assert_int_eq(run_main(read_cancelled, NULL), 0); /* its end waits for the thread */
    ck_assert_msg(strcmp(at_return, OTHER) == 0,
        "read_line returned UV_ECANCELED, and the line had become \"%.*s\" instead of \"" OTHER
        "\": after an error it must not change",
        SIZE, at_return);
    ck_assert_msg(strcmp(left, "...........") == 0,
        "read_line had returned UV_ECANCELED, its caller used the memory for \"...........\", and "
        "a thread wrote to it: now it is \"%.*s\"",
        SIZE, left);
}
END_TEST

#define DEADLINE 0.5 /* seconds of the loop's clock, which the test moves */

static int read_with_a_deadline(void *line)
{
    struct scope scope;
    int error = scope_enter_for(&scope, DEADLINE);
    if (!error)
        error = read_it(line);
    return scope_leave(&scope, error);
}

static int read_until_the_deadline(void *unused)
{
    (void)unused;
    struct scope scope;
    struct task *reader;
    strcpy(left, OLD);
    scope_enter(&scope);
    begin(&scope, read_with_a_deadline, left, &reader);
    strcpy(left, OTHER);
    advance(DEADLINE);
    bool waits = !ended;
    memcpy(at_return, left, LINE_SIZE);
    uv_sem_post(&rest);
    ck_assert_int_eq(task_join(reader, NULL), 0);
    ck_assert_msg(
        !waits, "the reader's deadline has passed, and read_line still waits for the thread");
    scope_leave(&scope, 0);
    return 0;
}

START_TEST(after_a_deadline_the_line_does_not_change)
{
    prepare("1");
    ck_assert_int_eq(run_main(read_until_the_deadline, NULL), 0);
    ck_assert_msg(returned == UV_ETIMEDOUT,
        "the reader's deadline has passed, and read_line returned %d instead of UV_ETIMEDOUT",
        returned);
    ck_assert_msg(strcmp(at_return, OTHER) == 0,
        "read_line returned UV_ETIMEDOUT, and the line had become \"%.*s\" instead of \"" OTHER
        "\": after an error it must not change",
        SIZE, at_return);
}
END_TEST

int main(void)
{
    return run_suite("3.2",
        (struct test_group[]){
            {"line", (const TTest *const[]){the_loop_never_sees_half_a_line,
                         two_readers_share_nothing, after_a_cancellation_the_memory_is_the_callers,
                         after_a_deadline_the_line_does_not_change, NULL}},
            {NULL, NULL}});
}
