/* Types a line, stops in the middle, and checks what the loop's thread sees then. */
// With Valgrind too.
#include "exercise.h"

#include <string.h>

#include "tests/support_runtime.h"

#define HALF 5
#define OLD "the oldline"
#define NEW "the newline"
#define OTHER "another one"
#define PATIENCE 3000 /* milliseconds; less than one is enough */

/* Each thread that reads has a device of its own. */
static struct device {
    const char *typed;
    size_t read;
    uv_sem_t half, rest; /* posted when half is stored; when the rest may come */
} devices[2] = {{.typed = NEW}, {.typed = OTHER}};
static size_t readers;
static _Thread_local struct device *device;

/* A reader begins only after the one before has stored half of its line. */
char device_read(void)
{
    if (!device)
        device = &devices[readers++];
    if (device->read == HALF) {
        uv_sem_post(&device->half);
        uv_sem_wait(&device->rest);
    }
    return device->typed[device->read++];
}

static bool ended;   /* read_line has returned ... */
static int returned; /* ... this */

static int read_it(void *line)
{
    returned = read_line(line);
    ended = true;
    return returned;
}

#define DEADLINE 0.5 /* seconds of the loop's clock, which the test moves */

static int read_with_a_deadline(void *line)
{
    struct scope scope;
    int error = scope_enter_for(&scope, DEADLINE);
    if (!error)
        error = read_it(line);
    return scope_leave(&scope, error);
}

static void prepare(struct device *at)
{
    ck_assert_int_eq(uv_sem_init(&at->half, 0), 0);
    ck_assert_int_eq(uv_sem_init(&at->rest, 0), 0);
}

/* Starts a reader. When this returns, its thread has stored half of the line, and blocks. */
static struct task *begin_with(
    int (*reads)(void *line), struct scope *scope, struct device *at, char *line)
{
    prepare(at);
    struct task *reader = spawn_held(scope, "reader", reads, line);
    run_ready();
    uv_sem_wait(&at->half);
    return reader;
}

static struct task *begin(struct scope *scope, struct device *at, char *line)
{
    return begin_with(read_it, scope, at, line);
}

/* What the test saw. It is checked when no thread blocks any more. */
struct lines {
    char meanwhile[LINE_SIZE], after[LINE_SIZE];
};

static int read_whole(void *argument)
{
    struct lines *seen = argument;
    char line[LINE_SIZE] = OLD;
    struct scope scope;
    scope_enter(&scope);
    begin(&scope, &devices[0], line);
    memcpy(seen->meanwhile, line, LINE_SIZE);
    uv_sem_post(&devices[0].rest);
    int error = scope_join(&scope);
    memcpy(seen->after, line, LINE_SIZE);
    return scope_leave(&scope, error);
}

START_TEST(the_loop_never_sees_half_a_line)
{
    struct lines seen;
    ck_assert_int_eq(run_main(read_whole, &seen), 0);
    ck_assert_msg(strcmp(seen.meanwhile, OLD) == 0,
        "while the pool's thread was reading, the loop's thread saw \"%s\" in the line that it "
        "draws: both use the same memory at the same time",
        seen.meanwhile);
    ck_assert_msg(
        returned == 0, "a line was typed, and read_line returned %d instead of 0", returned);
    ck_assert_msg(strcmp(seen.after, NEW) == 0,
        "read_line has returned 0, after \"" NEW "\" was typed, and the caller's line is \"%s\"",
        seen.after);
}
END_TEST

static int read_two(void *argument)
{
    char(*lines)[LINE_SIZE] = argument;
    struct scope scope;
    bool begun = false;
    scope_enter(&scope);
    begin(&scope, &devices[0], lines[0]);
    prepare(&devices[1]);
    spawn_held(&scope, "reader", read_it, lines[1]);
    run_ready();
    for (int ms = 0; ms < PATIENCE && !begun; ms++) {
        uv_sleep(1);
        begun = uv_sem_trywait(&devices[1].half) == 0;
    }
    for (int i = 0; i < 2; i++)
        uv_sem_post(&devices[i].rest);
    int error = scope_leave(&scope, scope_join(&scope));
    ck_assert_msg(
        begun, "while a thread reads a line, a second one waits, and does not read its own");
    return error;
}

START_TEST(two_readers_share_nothing)
{
    char lines[2][LINE_SIZE] = {"", ""};
    ck_assert_int_eq(run_main(read_two, lines), 0);
    ck_assert_msg(strcmp(lines[0], NEW) == 0 && strcmp(lines[1], OTHER) == 0,
        "two tasks read at once, from two devices that said \"" NEW "\" and \"" OTHER
        "\", and they got "
        "\"%s\" and \"%s\"",
        lines[0], lines[1]);
}
END_TEST

/* The caller's memory, which outlives the work here, so that the test can read it afterwards. */
static char left[LINE_SIZE], at_return[LINE_SIZE];

static int read_cancelled(void *unused)
{
    (void)unused;
    struct scope scope;
    int result;
    strcpy(left, OLD);
    scope_enter(&scope);
    struct task *reader = begin(&scope, &devices[0], left);
    task_cancel(reader);
    run_ready();
    bool waits = !ended;
    if (waits)
        uv_sem_post(&devices[0].rest);
    ck_assert_int_eq(task_join(reader, &result), 0);
    ck_assert_msg(!waits, "the reader was cancelled, and read_line still waits for the thread");
    memcpy(at_return, left, LINE_SIZE);
    memset(left, '.', LINE_SIZE - 1); /* it is used for something else now */
    uv_sem_post(&devices[0].rest);
    scope_leave(&scope, 0);
    return result;
}

START_TEST(after_a_cancellation_the_memory_is_the_callers)
{
    ck_assert_int_eq(
        run_main(read_cancelled, NULL), UV_ECANCELED); /* its end waits for the thread */
    ck_assert_msg(strcmp(at_return, OLD) == 0,
        "read_line returned UV_ECANCELED, and the line had become \"%s\": after an error it must "
        "not change",
        at_return);
    ck_assert_msg(strcmp(left, "...........") == 0,
        "read_line had returned UV_ECANCELED, its caller used the memory for \"...........\", and "
        "a "
        "thread wrote to it: now it is \"%s\"",
        left);
}
END_TEST

static int read_until_the_deadline(void *unused)
{
    (void)unused;
    struct scope scope;
    int result;
    strcpy(left, OLD);
    scope_enter(&scope);
    struct task *reader = begin_with(read_with_a_deadline, &scope, &devices[0], left);
    advance(DEADLINE);
    bool waits = !ended;
    memcpy(at_return, left, LINE_SIZE);
    uv_sem_post(&devices[0].rest);
    ck_assert_int_eq(task_join(reader, &result), 0);
    ck_assert_msg(
        !waits, "the reader's deadline has passed, and read_line still waits for the thread");
    scope_leave(&scope, 0);
    return result;
}

START_TEST(after_a_deadline_the_line_is_the_old_one)
{
    ck_assert_int_eq(run_main(read_until_the_deadline, NULL), UV_ETIMEDOUT);
    ck_assert_msg(strcmp(at_return, OLD) == 0,
        "read_line returned UV_ETIMEDOUT, and the line had become \"%s\": after an error it must "
        "not change",
        at_return);
}
END_TEST

int main(void)
{
    return run_suite("3.2",
        (struct test_group[]){
            {"line", (const TTest *const[]){the_loop_never_sees_half_a_line,
                         two_readers_share_nothing, after_a_cancellation_the_memory_is_the_callers,
                         after_a_deadline_the_line_is_the_old_one, NULL}},
            {NULL, NULL}});
}
