/* An enemy counts its steps. The test moves the clock. */
#include "exercise.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "tests/support_runtime.h"

struct enemy {
    struct game *game;
    int steps;
};

static const struct game *tested;
static int asked; /* how often the enemy has begun to wait while the tested game was paused */

static void note_wait(void)
{
    if (tested && tested->paused && strcmp(task_name(task_current()), "enemy") == 0)
        asked++;
}

/* The linker sends each call of these three functions here (--wrap). */
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

int __real_future_wait(struct future *future, int *result);
int __wrap_future_wait(struct future *future, int *result);
int __wrap_future_wait(struct future *future, int *result)
{
    note_wait();
    return __real_future_wait(future, result);
}

static int wander(void *argument)
{
    struct enemy *self = argument;
    int error;
    while (!(error = game_sleep(self->game, 0.5)))
        self->steps++;
    return error;
}

/* The test would wait for ever. Only a process that fails anyway may do so in a signal handler. */
static void complain(int number)
{
    (void)number;
    ck_abort_msg("game_sleep asks again and again, and never waits: no other task can run");
}

static void begin(const struct game *game)
{
    tested = game;
    signal(SIGALRM, complain);
    alarm(2);
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
    game_toggle_pause(enemy->game);
    let_pass(20);
    expect_steps(enemy, 4, "P was pressed after the fourth step; ten seconds later");
    ck_assert_msg(asked <= 1,
        "in a pause of ten seconds, the enemy has called task_yield, task_sleep or future_wait %d "
        "times to ask whether the pause is over",
        asked);
    game_toggle_pause(enemy->game);
    run_ready();
    expect_steps(enemy, 5, "P again, and its pause was over long ago: at once");
    let_pass(3);
    expect_steps(enemy, 8, "One and a half seconds later");
    return scope_leave(&scope, 0);
}

START_TEST(enemies_stand_while_the_game_is_paused)
{
    struct game game = {0};
    struct enemy enemy = {.game = &game};
    begin(&game);
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
    game_toggle_pause(enemy->game);
    let_pass(4);
    game_toggle_pause(enemy->game);
    game_toggle_pause(enemy->game);
    let_pass(4);
    expect_steps(enemy, 0, "P, and later P twice at once: still paused;");
    game_toggle_pause(enemy->game);
    run_ready();
    expect_steps(enemy, 1, "P for the last time:");
    return scope_leave(&scope, 0);
}

START_TEST(a_pause_that_ends_and_begins_at_once_goes_on)
{
    struct game game = {0};
    struct enemy enemy = {.game = &game};
    begin(&game);
    ck_assert_int_eq(run_main(press_p_thrice, &enemy), 0);
}
END_TEST

static int press_p_during_a_sleep(void *argument)
{
    struct enemy *enemy = argument;
    struct scope scope;
    scope_enter(&scope);
    ck_assert_int_eq(scope_spawn(&scope, "enemy", wander, enemy), 0);
    run_ready();
    advance(0.125);
    game_toggle_pause(enemy->game);
    advance(0.125);
    game_toggle_pause(enemy->game);
    advance(0.25);
    expect_steps(enemy, 1, "A pause was over before the sleep was; at its usual time");
    return scope_leave(&scope, 0);
}

START_TEST(a_pause_that_ends_before_the_sleep_does_not_prolong_it)
{
    struct game game = {0};
    struct enemy enemy = {.game = &game};
    begin(&game);
    ck_assert_int_eq(run_main(press_p_during_a_sleep, &enemy), 0);
}
END_TEST

/* The first two enemies are in one game, the third is in another. */
static int pause_two_games(void *argument)
{
    struct enemy *enemies = argument;
    struct scope scope;
    scope_enter(&scope);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(scope_spawn(&scope, "enemy", wander, &enemies[i]), 0);
    run_ready();
    game_toggle_pause(enemies[0].game);
    let_pass(4);
    expect_steps(&enemies[2], 4, "P was pressed in another game; in this one");
    game_toggle_pause(enemies[2].game);
    let_pass(4);
    game_toggle_pause(enemies[0].game);
    run_ready();
    expect_steps(&enemies[0], 1, "Both games were paused, and P was pressed in this one:");
    expect_steps(&enemies[1], 1, "The game goes on, and one enemy has taken a step:");
    expect_steps(&enemies[2], 4, "Both games were paused, and P was pressed in the other one:");
    game_toggle_pause(enemies[2].game);
    run_ready();
    expect_steps(&enemies[2], 5, "P was pressed in the other game before, and now in this one:");
    return scope_leave(&scope, 0);
}

START_TEST(each_game_pauses_for_itself_and_for_all_its_enemies)
{
    struct game games[2] = {0};
    struct enemy enemies[3] = {{.game = &games[0]}, {.game = &games[0]}, {.game = &games[1]}};
    begin(&games[0]);
    ck_assert_int_eq(run_main(pause_two_games, enemies), 0);
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
    game_toggle_pause(enemy->game);
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
    struct game game = {0};
    struct enemy enemy = {.game = &game};
    begin(&game);
    ck_assert_int_eq(run_main(leave_while_paused, &enemy), 0);
}
END_TEST

static int wander_for_a_second(void *argument)
{
    struct scope scope;
    int error = scope_enter_for(&scope, 1.0);
    if (!error)
        error = wander(argument);
    ck_assert_msg(error == UV_ETIMEDOUT,
        "a deadline passed while the game was paused, and game_sleep returned %d instead of "
        "UV_ETIMEDOUT",
        error);
    scope_leave(&scope, error);
    return 0;
}

static int pause_for_long(void *argument)
{
    struct enemy *enemy = argument;
    struct scope scope;
    scope_enter(&scope);
    struct task *task = spawn_held(&scope, "enemy", wander_for_a_second, enemy);
    run_ready();
    game_toggle_pause(enemy->game);
    let_pass(4);
    game_toggle_pause(enemy->game);
    ck_assert_int_eq(task_join(task, NULL), 0);
    expect_steps(enemy, 0, "Its deadline passed while the game was paused:");
    return scope_leave(&scope, 0);
}

START_TEST(a_deadline_passes_while_the_game_is_paused)
{
    struct game game = {0};
    struct enemy enemy = {.game = &game};
    begin(&game);
    ck_assert_int_eq(run_main(pause_for_long, &enemy), 0);
}
END_TEST

int main(void)
{
    return run_suite("3.4",
        (struct test_group[]){
            {"pause", (const TTest *const[]){enemies_stand_while_the_game_is_paused,
                          a_pause_that_ends_and_begins_at_once_goes_on, a_paused_game_can_be_left,
                          a_pause_that_ends_before_the_sleep_does_not_prolong_it,
                          each_game_pauses_for_itself_and_for_all_its_enemies,
                          a_deadline_passes_while_the_game_is_paused, NULL}},
            {NULL, NULL}});
}
