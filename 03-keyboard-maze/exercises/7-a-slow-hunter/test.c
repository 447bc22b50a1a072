/* Lets the hunter think for as long as the test wants, and moves the loop's clock by hand. */
#include "exercise.h"

#include <pthread.h>
#include <stdlib.h>

#include "common/executor.h"
#include "tests/support_runtime.h"

#define PATIENCE 0.5
#define LONGEST_WAIT 1000 /* milliseconds of real time; less than one is enough */

static const struct place start = {1, 1}, target = {9, 9}, step = {2, 1}, elsewhere = {8, 9};

static struct {
    pthread_t loop;
    bool in_the_loop;     /* think was called there */
    uv_sem_t begun, done; /* posted when think has begun; when it may return */
    uv_sem_t worked;      /* posted when the pool has done all work before it */
    uv_mutex_t mutex;
    struct place player; /* as think found it at its end */
} thinking;

void think(struct thought *thought)
{
    bool in_the_loop = pthread_equal(thinking.loop, pthread_self());
    uv_mutex_lock(&thinking.mutex); /* two may think at once */
    thinking.in_the_loop = thinking.in_the_loop || in_the_loop;
    uv_mutex_unlock(&thinking.mutex);
    uv_sem_post(&thinking.begun);
    if (!in_the_loop)
        uv_sem_wait(&thinking.done);
    uv_mutex_lock(&thinking.mutex);
    thinking.player = thought->player;
    uv_mutex_unlock(&thinking.mutex);
    thought->step = (struct place){thought->hunter.x + 1, thought->hunter.y};
}

struct turn {
    struct game game;
    double patience;
    bool ended, ended_too_early, moved_too_early;
    int result;
    struct game after; /* the game when the turn had ended */
};

static int take_turn(void *argument)
{
    struct turn *turn = argument;
    turn->result = hunter_turn(&turn->game, turn->patience);
    turn->after = turn->game;
    turn->ended = true;
    return 0;
}

static struct task *spawn_hunter(struct scope *scope, struct turn *turn, struct place place)
{
    *turn = (struct turn){.game = {place, target}, .patience = PATIENCE};
    return spawn_held(scope, "hunter", take_turn, turn);
}

/* Starts a turn of a hunter at that place. When this returns, a thread thinks. */
static struct task *begin_at(struct scope *scope, struct turn *turn, struct place place)
{
    struct task *hunter = spawn_hunter(scope, turn, place);
    bool begun = false;
    for (int ms = 0; ms < LONGEST_WAIT && !begun && !turn->ended; ms++) {
        run_ready();
        begun = uv_sem_trywait(&thinking.begun) == 0;
        if (!begun)
            uv_sleep(1);
    }
    uv_mutex_lock(&thinking.mutex);
    bool in_the_loop = thinking.in_the_loop;
    uv_mutex_unlock(&thinking.mutex);
    if (!begun)
        uv_sem_post(&thinking.done); /* another may think */
    ck_assert_msg(!in_the_loop,
        "think was called in the loop's thread: until it returns, nobody else can move");
    ck_assert_msg(begun, "hunter_turn was called, and no thread calls think");
    return hunter;
}

static void prepare(const char *threads)
{
    setenv("UV_THREADPOOL_SIZE", threads, 1);
    thinking.loop = pthread_self();
    ck_assert_int_eq(uv_mutex_init(&thinking.mutex), 0);
    ck_assert_int_eq(uv_sem_init(&thinking.begun, 0), 0);
    ck_assert_int_eq(uv_sem_init(&thinking.done, 0), 0);
    ck_assert_int_eq(uv_sem_init(&thinking.worked, 0), 0);
}

/* Starts a turn of the first hunter, in a new scope, with a pool of one thread. */
static struct task *begin(struct scope *scope, struct turn *turn)
{
    prepare("1");
    scope_enter(scope);
    return begin_at(scope, turn, start);
}

/* Waits for the end of a turn whose thread may go on. */
static void finish(struct task *hunter, const struct turn *turn)
{
    for (int ms = 0; ms < LONGEST_WAIT && !turn->ended; ms++) {
        run_ready();
        uv_sleep(1);
    }
    ck_assert_msg(turn->ended, "think has returned in time, and hunter_turn still waits");
    ck_assert_int_eq(task_join(hunter, NULL), 0);
}

static int say_that_it_worked(void *unused)
{
    (void)unused;
    uv_sem_post(&thinking.worked);
    return 0;
}

static int work_last(void *unused)
{
    (void)unused;
    return executor_run("last", say_that_it_worked, NULL, 0);
}

static bool is_at(struct place place, struct place there)
{
    return place.x == there.x && place.y == there.y;
}

/* The thread is let go before anything is checked: the end of the process waits for it. */
static int think_in_time(void *argument)
{
    struct turn *turn = argument;
    struct scope scope;
    struct task *hunter = begin(&scope, turn);
    turn->game.player = elsewhere;
    int error = scope_spawn(&scope, "last", work_last, NULL);
    advance(PATIENCE / 2);
    turn->ended_too_early = turn->ended;
    uv_sem_post(&thinking.done);
    if (!error)
        uv_sem_wait(&thinking.worked); /* the thread has ended, and the loop does not know it yet */
    turn->moved_too_early = !is_at(turn->game.hunter, start);
    finish(hunter, turn);
    return scope_leave(&scope, error);
}

START_TEST(a_thought_in_time_moves_the_hunter)
{
    struct turn turn;
    ck_assert_int_eq(run_main(think_in_time, &turn), 0);
    ck_assert_msg(!turn.ended_too_early, "the hunter did not wait for its thought");
    ck_assert_msg(!turn.moved_too_early,
        "the hunter moved while the loop's thread did something else: the pool's thread moves it");
    ck_assert_msg(turn.result == 0, "the hunter thought in time, and hunter_turn returned %s",
        uv_strerror(turn.result));
    ck_assert_msg(is_at(turn.after.hunter, step),
        "the hunter thought in time; it should be at %d, %d, and is at %d, %d", step.x, step.y,
        turn.after.hunter.x, turn.after.hunter.y);
    ck_assert_msg(is_at(thinking.player, target),
        "the player moved meanwhile, and the thread saw it: it reads memory that the loop's thread "
        "writes at the same time");
    ck_assert_msg(is_at(turn.after.player, elsewhere),
        "the player moved to %d, %d while the hunter thought, and hunter_turn has put it at %d, %d",
        elsewhere.x, elsewhere.y, turn.after.player.x, turn.after.player.y);
}
END_TEST

/* The pool's thread is busy, so a second hunter's work begins after its player has moved. */
static int think_one_after_the_other(void *argument)
{
    struct turn *turns = argument;
    struct scope scope;
    struct task *first = begin(&scope, &turns[0]);
    struct task *second = spawn_hunter(&scope, &turns[1], start);
    run_ready();
    turns[1].game.player = elsewhere;
    uv_sem_post(&thinking.done);
    uv_sem_post(&thinking.done);
    finish(first, &turns[0]);
    finish(second, &turns[1]);
    return scope_leave(&scope, 0);
}

START_TEST(the_thread_does_not_look_at_the_game)
{
    struct turn turns[2];
    ck_assert_int_eq(run_main(think_one_after_the_other, turns), 0);
    ck_assert_msg(is_at(thinking.player, target),
        "the player moved before the thread began, and the thread saw it: it reads memory that the "
        "loop's thread writes at the same time");
}
END_TEST

static int have_no_patience(void *argument)
{
    struct turn *turn = argument;
    struct scope scope;
    prepare("1");
    scope_enter(&scope);
    struct task *hunter = spawn_hunter(&scope, turn, start);
    turn->patience = 0;
    advance(0);
    bool ended = turn->ended;
    uv_sem_post(&thinking.done);
    finish(hunter, turn);
    ck_assert_msg(ended, "a hunter without patience, for 0 seconds, still waits");
    return scope_leave(&scope, 0);
}

START_TEST(without_patience_it_stays_where_it_is)
{
    struct turn turn;
    ck_assert_int_eq(run_main(have_no_patience, &turn), 0);
    ck_assert_msg(turn.result == 0 && is_at(turn.game.hunter, start),
        "a hunter without patience stays where it is, and hunter_turn returns 0; but it returned "
        "%d, and the hunter is at %d, %d",
        turn.result, turn.game.hunter.x, turn.game.hunter.y);
}
END_TEST

static int think_both(void *argument)
{
    struct turn *turns = argument;
    struct scope scope;
    prepare("4");
    scope_enter(&scope);
    struct task *first = begin_at(&scope, &turns[0], start);
    struct task *second = begin_at(&scope, &turns[1], (struct place){5, 5});
    uv_sem_post(&thinking.done);
    uv_sem_post(&thinking.done);
    finish(first, &turns[0]);
    finish(second, &turns[1]);
    return scope_leave(&scope, 0);
}

START_TEST(two_hunters_have_a_thought_each)
{
    struct turn turns[2];
    ck_assert_int_eq(run_main(think_both, turns), 0);
    ck_assert_msg(
        is_at(turns[0].after.hunter, step) && is_at(turns[1].after.hunter, (struct place){6, 5}),
        "two hunters, in two games, thought at once; they should be at 2, 1 and at 6, 5, and are "
        "at "
        "%d, %d and at %d, %d",
        turns[0].after.hunter.x, turns[0].after.hunter.y, turns[1].after.hunter.x,
        turns[1].after.hunter.y);
}
END_TEST

static int think_too_long(void *argument)
{
    struct turn *turn = argument;
    struct scope scope;
    struct task *hunter = begin(&scope, turn);
    advance(PATIENCE);
    bool ended = turn->ended;
    uv_sem_post(&thinking.done);
    finish(hunter, turn);
    ck_assert_msg(ended, "the hunter's patience is over, and hunter_turn still waits");
    return scope_leave(&scope, 0);
}

START_TEST(a_thought_that_is_too_late_moves_nothing)
{
    struct turn turn;
    ck_assert_int_eq(run_main(think_too_long, &turn), 0); /* its end waits for the thread */
    ck_assert_msg(turn.result == 0,
        "a hunter whose patience is over stays where it is, and goes on; but hunter_turn returned "
        "%s, with which its task would end",
        uv_strerror(turn.result));
    ck_assert_msg(is_at(turn.after.hunter, start), "the hunter had no thought, and moved");
    ck_assert_msg(is_at(turn.game.hunter, start),
        "hunter_turn had returned long ago when the thread came to its end, and moved the hunter");
}
END_TEST

static int cancel_it(void *argument)
{
    struct turn *turn = argument;
    struct scope scope;
    struct task *hunter = begin(&scope, turn);
    task_cancel(hunter);
    run_ready();
    bool ended = turn->ended;
    uv_sem_post(&thinking.done);
    finish(hunter, turn);
    ck_assert_msg(ended, "the task was cancelled, and hunter_turn still waits for the thread");
    scope_leave(&scope, 0);
    return 0;
}

START_TEST(a_hunter_that_thinks_can_be_cancelled)
{
    struct turn turn;
    ck_assert_int_eq(run_main(cancel_it, &turn), 0);
    ck_assert_msg(turn.result == UV_ECANCELED,
        "the task was cancelled, and hunter_turn returned %d instead of UV_ECANCELED: the game "
        "could not be left",
        turn.result);
    ck_assert_msg(is_at(turn.game.hunter, start), "the hunter was cancelled, and moved");
}
END_TEST

int main(void)
{
    return run_suite("3.7",
        (struct test_group[]){
            {"hunter",
                (const TTest *const[]){a_thought_in_time_moves_the_hunter,
                    two_hunters_have_a_thought_each, a_thought_that_is_too_late_moves_nothing,
                    a_hunter_that_thinks_can_be_cancelled, the_thread_does_not_look_at_the_game,
                    without_patience_it_stays_where_it_is, NULL}},
            {NULL, NULL}});
}
