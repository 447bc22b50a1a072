/* Every call that waits, cancelled in every way at every moment. */
// Not under an emulator.
#include "waits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/loop/state.h"
#include "common/task/state.h"

enum moment {
    BEFORE_IT_STARTS, /* the task */
    BEFORE_IT_CALLS,
    WHILE_IT_WAITS,
    AFTER_ITS_RESULT,    /* which has come, but the task has not run since */
    AS_ITS_RESULT_COMES, /* the system has it, the loop not yet */
    BEFORE_ITS_RESULT,   /* which comes before the task runs again */
    TWICE,
    DURING_CLEANUP,
    MOMENTS
};
static const char *const moment_names[] = {"before it starts", "before it calls", "while it waits",
    "after its result", "as its result comes", "before its result", "twice", "during cleanup"};

/* What the tasks of a test share. */
struct cell {
    const struct waiting_call *call;
    const struct way *way;
    enum moment moment;

    struct stage stage;
    struct scope family; /* of the task and its siblings */
    struct scope around; /* the call, opened by the task */
    struct task *task;
    double deadline; /* seconds */
    struct loop_timer timer_before, timer_after;
    struct loop_callback soon, after;

    bool opened;                /* the scope around the call */
    bool calling, done;         /* from the beginning and the end of the call on */
    bool arrived;               /* the result */
    bool woken_then, done_then; /* when it was cancelled */
    int result, next, outside;  /* of the call, of the next wait, of one outside the scope */
    int family_result;
    bool libuv_is_done; /* its callback had run when the call returned */
};

/*
 * The ways
 */

static void cancel_the_task(struct cell *cell)
{
    task_cancel(cell->task);
}

static void cancel_its_scope(struct cell *cell)
{
    scope_cancel(&cell->around);
}

static void fail_soon(struct cell *cell)
{
    (void)cell;
}

struct way {
    const char *name;
    void (*act)(struct cell *cell); /* NULL: time has to pass */
    int error;                      /* that the call returns */
    bool by_itself;
    bool by_sibling; /* a task of its own acts ... */
    int failure;     /* ... and ends with this */
    bool scope_only; /* only what waits inside the scope around the call is cancelled */
};
static const struct way ways[] = {
    {"by a stranger", cancel_the_task, .error = UV_ECANCELED},
    {"by itself", cancel_the_task, .error = UV_ECANCELED, .by_itself = true},
    {"by a sibling", cancel_the_task, .error = UV_ECANCELED, .by_sibling = true},
    {"by a sibling's failure", fail_soon, .error = UV_ECANCELED, .by_sibling = true,
        .failure = UV_EPIPE},
    {"by its scope", cancel_its_scope, .error = UV_ECANCELED, .scope_only = true},
    {"by a deadline", NULL, .error = UV_ETIMEDOUT, .scope_only = true},
};
enum { WAYS = sizeof(ways) / sizeof(*ways) };

static bool may_meet(const struct waiting_call *call, const struct way *way, enum moment moment)
{
    if (way->by_itself)
        return moment == BEFORE_IT_CALLS || moment == DURING_CLEANUP;
    if (moment == AS_ITS_RESULT_COMES) /* when a deadline passes, the loop has looked for events */
        return way->act && call->arrival == IN_NEXT_ITERATION;
    return !way->scope_only || moment != BEFORE_IT_STARTS;
}

/*
 * The moments
 */

static bool is_not_felt(const struct cell *cell)
{
    return cell->moment == DURING_CLEANUP || cell->call->traits & DEAF;
}

static bool waits_for_result(const struct cell *cell)
{
    const struct task_wait *wait = cell->calling ? cell->task->wait : NULL;
    return wait && strcmp(wait->what, cell->call->what) == 0;
}

static void make_it_arrive(struct cell *cell)
{
    if (!cell->arrived)
        cell->call->arrive(&cell->stage);
    cell->arrived = true;
}

static void just_before(void *argument)
{
    struct cell *cell = argument;
    if (cell->moment == AFTER_ITS_RESULT && cell->call->arrival == AT_ONCE)
        make_it_arrive(cell);
    cell->woken_then = cell->arrived && !waits_for_result(cell);
    cell->done_then = cell->done;
}

static void just_after(void *argument)
{
    struct cell *cell = argument;
    if (cell->moment == BEFORE_ITS_RESULT)
        make_it_arrive(cell);
    if (cell->moment == TWICE)
        task_cancel(cell->task);
}

static void act(struct cell *cell)
{
    if (!cell->way->act) {
        loop_clock_advance(cell->stage.loop, cell->deadline); /* see begin_deadline */
        return;
    }
    just_before(cell);
    loop_wake(cell->stage.loop, &cell->after); /* so before the task runs again */
    cell->way->act(cell);
}

/* Timers of the same millisecond are fired in the order in which they were set. */
static void open_scope_around(struct cell *cell)
{
    uint64_t deadline = UINT64_MAX;
    if (!cell->way->act)
        deadline = loop_deadline(cell->stage.loop, cell->deadline);
    loop_timer_start(cell->stage.loop, &cell->timer_before, deadline);
    scope_enter_until(&cell->around, deadline);
    loop_timer_start(cell->stage.loop, &cell->timer_after, deadline);
    cell->opened = true;
}

static int act_as_sibling(void *argument)
{
    struct cell *cell = argument;
    act(cell);
    return cell->way->failure;
}

static void cancel_it(void *argument)
{
    struct cell *cell = argument;
    if (cell->way->by_sibling)
        scope_spawn(&cell->family, "sibling", act_as_sibling, cell);
    else
        act(cell);
}

/* In the iteration in which the result arrives, between that and the task's turn. */
static void cancel_it_after_its_result(struct cell *cell)
{
    if (cell->call->arrival != AT_ONCE)
        make_it_arrive(cell);
    if (cell->call->arrival == AT_ONCE || !cell->way->act)
        cancel_it(cell);
    else if (cell->call->arrival == IN_THIS_ITERATION)
        loop_wake(cell->stage.loop, &cell->soon);
    else
        loop_ready(cell->stage.loop, &cell->soon);
}

/*
 * The tasks
 */

static int call_and_wait(void *argument)
{
    struct cell *cell = argument;
    struct scope shield;
    open_scope_around(cell);
    if (cell->way->by_itself)
        cancel_it(cell);
    /* Not task_cancelled, which would find the deadline before the loop does. */
    while (cell->moment == BEFORE_IT_CALLS && !task_cancellation(task_current()))
        task_yield();
    if (cell->moment == DURING_CLEANUP)
        ck_assert_int_eq(scope_enter_shielded(&shield, 1000), 0);
    unsigned requests = cell->stage.loop->active_reqs.count;
    cell->calling = true;
    cell->result = cell->call->wait(&cell->stage);
    cell->done = true;
    cell->libuv_is_done = cell->stage.loop->active_reqs.count <= requests;
    if (cell->moment == DURING_CLEANUP)
        ck_assert_int_eq(scope_leave(&shield, 0), 0);
    cell->next = task_sleep(INFINITY);
    scope_leave(&cell->around, 0);
    cell->outside = task_yield();
    return 0;
}

static int run_family(void *argument)
{
    struct cell *cell = argument;
    bool early = cell->moment == BEFORE_IT_STARTS;
    scope_enter(&cell->family);
    if (early && cell->way->by_sibling)
        cancel_it(cell); /* the sibling runs first */
    cell->task = spawn_held(&cell->family, "task", call_and_wait, cell);
    if (early && !cell->way->by_sibling)
        cancel_it(cell);
    int error = scope_join(&cell->family);
    cell->family_result = scope_leave(&cell->family, error);
    return 0;
}

static void play(struct cell *cell)
{
    bool before_call = cell->moment <= BEFORE_IT_CALLS;
    YIELD_UNTIL(before_call ? cell->opened : waits_for_result(cell));
    if (!before_call && cell->call->settle)
        cell->call->settle(&cell->stage);
    if (cell->moment == AS_ITS_RESULT_COMES)
        make_it_arrive(cell);
    if (cell->moment == AFTER_ITS_RESULT)
        cancel_it_after_its_result(cell);
    else if (cell->moment != BEFORE_IT_STARTS && !cell->way->by_itself)
        cancel_it(cell);

    if (is_not_felt(cell)) {
        run_ready();
        ck_assert(!cell->done || cell->arrived);
        make_it_arrive(cell);
    }
}

/*
 * What has to hold
 */

#define EXPECT(cell, what, expected)                                                               \
    ck_assert_msg((cell)->what == (expected), "%s, %s %s: %s is %d instead of %d",                 \
        (cell)->call->name, moment_names[(cell)->moment], (cell)->way->name, #what, (cell)->what,  \
        expected)

/* The result if it had come, else the error. */
static int expected_result(const struct cell *cell)
{
    bool had_come = cell->done_then || (cell->woken_then && !(cell->call->traits & GOES_ON));
    if (had_come || is_not_felt(cell))
        return cell->call->result;
    return cell->call->traits & NESTED ? UV_ECANCELED : cell->way->error;
}

static void check_results(const struct cell *cell)
{
    bool outside_too = !cell->way->scope_only || cell->moment == TWICE;
    EXPECT(cell, result, expected_result(cell));
    EXPECT(cell, next, cell->way->error);
    EXPECT(cell, outside, outside_too ? UV_ECANCELED : 0);
    EXPECT(cell, family_result, cell->way->failure);
    if (!(cell->call->traits & DETACHED) && cell->moment != AS_ITS_RESULT_COMES)
        EXPECT(cell, libuv_is_done, true);
}

/* That the moment was what its name says: a sibling's turn, and a shuffled one, come when they may;
 * no deadline passes between two tasks of an iteration. */
static void check_moment(const struct cell *cell)
{
    bool after = cell->moment == AFTER_ITS_RESULT;
    bool by_chance = cell->way->by_sibling || getenv("LOOP_SEED");
    if (by_chance || (!cell->way->act && cell->call->arrival == IN_THIS_ITERATION))
        return;
    EXPECT(cell, woken_then, after);
    EXPECT(cell, done_then, false);
}

/* What the cancelled call did not return is still there. */
static void check_nothing_is_lost(struct cell *cell)
{
    if (!(cell->call->traits & KEPT) || cell->result == cell->call->result)
        return;
    make_it_arrive(cell);
    cell->result = cell->call->wait(&cell->stage);
    EXPECT(cell, result, cell->call->result);
}

static void count_handle(uv_handle_t *handle, void *count)
{
    (void)handle;
    ++*(int *)count;
}

static int open_handles(void)
{
    int count = 0;
    uv_walk(task_loop(), count_handle, &count);
    return count;
}

/* Libuv's requests may outlive the task; so what they use is static. That the loop can be closed,
 * and that no descriptor stays open, run_in_task checks. */
static struct cell cell;

static void run_cell(void)
{
    struct scope scope;
    int handles = open_handles();
    stage_open(&cell.stage);
    if (cell.call->set_up)
        cell.call->set_up(&cell.stage);
    scope_enter(&scope);
    ck_assert_int_eq(scope_spawn(&scope, "family", run_family, &cell), 0);
    play(&cell);
    ck_assert_int_eq(scope_join(&scope), 0);
    ck_assert_int_eq(scope_leave(&scope, 0), 0);
    check_results(&cell);
    check_moment(&cell);
    check_nothing_is_lost(&cell);
    if (cell.call->leave)
        cell.call->leave(&cell.stage);
    stage_close(&cell.stage);
    ck_assert_int_eq(open_handles(), handles);
    ck_assert_uint_eq(task_pool_of(task_loop())->live, 1);
    ck_assert_uint_eq(state_of(task_loop())->timers.count, 0);
}

/* A row: a call and a way, at every moment. */
START_TEST(a_row)
{
    for (enum moment moment = 0; moment < MOMENTS; moment++) {
        cell = (struct cell){
            .call = &waiting_calls[_i / WAYS],
            .way = &ways[_i % WAYS],
            .moment = moment,
            .deadline = moment == AFTER_ITS_RESULT ? 6 : 1, /* not before that of a sleep */
            .timer_before = {.run = just_before, .argument = &cell},
            .timer_after = {.run = just_after, .argument = &cell},
            .soon = {.run = cancel_it, .argument = &cell},
            .after = {.run = just_after, .argument = &cell},
        };
        if (may_meet(cell.call, cell.way, moment))
            run_in_task(run_cell);
    }
}
END_TEST

int main(void)
{
    return run_table("cancel_table", a_row, waiting_call_count * WAYS);
}
