/* An enemy counts its steps. The test moves the clock. */
#include "exercise.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "tests/support_runtime.h"

struct enemy {
    struct game game;
    int steps;
};

static const struct enemy *tested;
static int
    asked; /* how often the enemy has yielded, or begun to sleep, while the game was paused */

static void note_wait(void)
{
    if (tested && tested->game.paused && strcmp(task_name(task_current()), "enemy") == 0)
        asked++;
}

/* The linker sends each call of task_yield here (--wrap). */
int __real_task_yield(void);
int __wrap_task_yield(void);
int __wrap_task_yield(void)
{
    note_wait();
    return __real_task_yield();
}

int __real_task_sleep(double seconds);
int __wrap_task_sleep(double seconds);
int __wrap_task_sleep(double seconds)
{
    note_wait();
    return __real_task_sleep(seconds);
}

static int wander(void *argument)
{
    struct enemy *self = argument;
    int error;
    while (!(error = game_sleep(&self->game, 0.5)))
        self->steps++;
    return error;
}

/* The test would wait for ever. Only a process that fails anyway may do so in a signal handler. */
static void complain(int number)
{
    (void)number;
    ck_abort_msg("game_sleep asks again and again, and never waits: no other task can run");
}

static void begin(const struct enemy *enemy)
{
    tested = enemy;
    signal(SIGALRM, complain);
    alarm(5);
}

static void expect_steps(const struct enemy *enemy, int steps, const char *when)
{
    ck_assert_msg(enemy->steps == steps, "%s the enemy has taken %d steps, not %d", when,
        enemy->steps, steps);
}

static void let_pass(int half_seconds)
{
    for (int i = 0; i < half_seconds; i++)
        advance(0.5);
}

static int play_and_pause(void *argument)
{
    struct enemy *enemy = argument;
    struct scope scope;
    scope_enter(&scope);
    ck_assert_int_eq(scope_spawn(&scope, "enemy", wander, enemy), 0);
    run_ready();
    let_pass(4);
    expect_steps(enemy, 4, "After two seconds");
    game_toggle_pause(&enemy->game);
    let_pass(20);
    expect_steps(enemy, 4, "P was pressed after the fourth step; ten seconds later");
    ck_assert_msg(asked == 0,
        "in a pause of ten seconds, the enemy has called task_yield or task_sleep %d times to ask "
        "whether the pause is over",
        asked);
    game_toggle_pause(&enemy->game);
    run_ready();
    expect_steps(enemy, 5, "P again, and its pause was over long ago: at once");
    let_pass(3);
    expect_steps(enemy, 8, "One and a half seconds later");
    return scope_leave(&scope, 0);
}

START_TEST(enemies_stand_while_the_game_is_paused)
{
    struct enemy enemy = {0};
    begin(&enemy);
    ck_assert_int_eq(run_main(play_and_pause, &enemy), 0);
}
END_TEST

static int press_p_thrice(void *argument)
{
    struct enemy *enemy = argument;
    struct scope scope;
    scope_enter(&scope);
    ck_assert_int_eq(scope_spawn(&scope, "enemy", wander, enemy), 0);
    run_ready();
    game_toggle_pause(&enemy->game);
    let_pass(4);
    game_toggle_pause(&enemy->game);
    game_toggle_pause(&enemy->game);
    let_pass(4);
    expect_steps(enemy, 0, "P, and later P twice at once: still paused;");
    game_toggle_pause(&enemy->game);
    run_ready();
    expect_steps(enemy, 1, "P for the last time:");
    return scope_leave(&scope, 0);
}

START_TEST(a_pause_that_ends_and_begins_at_once_goes_on)
{
    struct enemy enemy = {0};
    begin(&enemy);
    ck_assert_int_eq(run_main(press_p_thrice, &enemy), 0);
}
END_TEST

static int leave_while_paused(void *argument)
{
    struct enemy *enemy = argument;
    struct scope scope;
    int result;
    scope_enter(&scope);
    struct task *task = spawn_held(&scope, "enemy", wander, enemy);
    run_ready();
    game_toggle_pause(&enemy->game);
    let_pass(4);
    task_cancel(task);
    ck_assert_int_eq(task_join(task, &result), 0);
    ck_assert_msg(result == UV_ECANCELED,
        "the task was cancelled, and its game_sleep returned %d instead of UV_ECANCELED", result);
    expect_steps(enemy, 0, "Cancelled while paused,");
    scope_leave(&scope, 0);
    return 0;
}

START_TEST(a_paused_game_can_be_left)
{
    struct enemy enemy = {0};
    begin(&enemy);
    ck_assert_int_eq(run_main(leave_while_paused, &enemy), 0);
}
END_TEST

int main(void)
{
    return run_suite("3.4",
        (struct test_group[]){
            {"pause",
                (const TTest *const[]){enemies_stand_while_the_game_is_paused,
                    a_pause_that_ends_and_begins_at_once_goes_on, a_paused_game_can_be_left, NULL}},
            {NULL, NULL}});
}
