/* Turns the events of the runtime into records. */
#include <string.h>

#include "common/loop/state.h"
#include "common/observe/trace/ring.h"
#include "common/task/state.h"

static _Atomic uint32_t pool_threads;      /* that ever recorded something */
static _Thread_local uint32_t pool_thread; /* which of them this one is, from 1 */

/* Locks the record for this thread. Returns its previous kind, or TRACE_BUSY if another thread has
 * locked it. */
static uint8_t take(struct trace_record *record)
{
    return atomic_exchange_explicit(&record->kind, TRACE_BUSY, memory_order_acquire);
}

static void give_back(struct trace_record *record, uint8_t kind)
{
    atomic_store_explicit(&record->kind, kind, memory_order_release);
}

/* In a small ring, another thread may still be writing to the same place when the ring has wrapped
 * around: then this record is dropped. */
uint64_t trace_add(struct trace *trace, struct trace_record record, enum trace_kind kind)
{
    uint64_t place = atomic_fetch_add(&trace->next, 1);
    struct trace_record *into = &trace->ring[place % trace->limit];
    if (!atomic_load(&trace->closed) && take(into) != TRACE_BUSY) {
        into->time = record.time;
        into->value = record.value;
        into->row = record.row;
        into->by = record.by;
        into->name = record.name;
        into->what = record.what;
        into->by_name = record.by_name;
        into->category = record.category;
        give_back(into, (uint8_t)kind);
    }
    atomic_fetch_add_explicit(&trace->done, 1, memory_order_release);
    return place;
}

static void add_now(struct trace *trace, struct trace_record record, enum trace_kind kind)
{
    record.time = uv_hrtime();
    trace_add(trace, record, kind);
}

/*
 * The loop
 */

static void add_slice(struct trace *trace, enum trace_kind kind, uint64_t time,
    enum trace_category category, uint16_t name)
{
    trace_add(trace, (struct trace_record){.time = time, .name = name, .category = category}, kind);
}

void trace_still_polls(struct trace *trace)
{
    uint64_t began = atomic_load(&trace->poll_began);
    if (!began)
        return;
    add_slice(trace, TRACE_BEGIN, began, TRACE_LOOP, trace->tick);
    add_slice(trace, TRACE_BEGIN, began, TRACE_PHASE, trace->poll);
}

void trace_before_poll(struct trace *trace)
{
    trace->idle_before = uv_metrics_idle_time(trace->loop);
    trace->next_before = atomic_load(&trace->next);
    trace->interrupted = 0;
    atomic_store(&trace->poll_began, uv_hrtime());
}

#define SHORT 10000 /* nanoseconds; if libuv took less, it has called nothing */

/* Only now is it known how long libuv slept. These records are older than those of the callbacks
 * that it ran: the writer puts them in order. */
void trace_after_poll(struct trace *trace)
{
    uint64_t now = uv_hrtime(), began = atomic_exchange(&trace->poll_began, 0);
    uint64_t slept = uv_metrics_idle_time(trace->loop) - trace->idle_before;
    uint64_t woke = slept < now - began ? began + slept : now;
    woke = woke > trace->interrupted ? woke : trace->interrupted;
    bool called = atomic_load(&trace->next) != trace->next_before || now - woke > SHORT;
    add_slice(trace, TRACE_BEGIN, began, TRACE_LOOP, trace->tick);
    if (woke > began) {
        add_slice(trace, TRACE_BEGIN, began, TRACE_PHASE, trace->poll);
        add_slice(trace, TRACE_END, woke, TRACE_PHASE, trace->poll);
    }
    if (woke > began || called) {
        uint16_t callbacks = trace_name(&trace->names, "callbacks");
        add_slice(trace, TRACE_BEGIN, woke, TRACE_PHASE, callbacks);
        add_slice(trace, TRACE_END, now, TRACE_PHASE, callbacks);
    }
}

static void add_count(struct trace *trace, uint64_t time, enum trace_count what)
{
    size_t count = trace->counts[what];
    if (trace->recorded[what] == count)
        return;
    trace->recorded[what] = count;
    trace_add(
        trace, (struct trace_record){.time = time, .value = count, .category = what}, TRACE_COUNT);
}

static void end_phase(struct trace *trace, uint64_t time)
{
    if (trace->phase)
        add_slice(trace, TRACE_END, time, TRACE_PHASE, trace->phase);
    trace->phase = 0;
}

void trace_iteration_end(struct trace *trace)
{
    const struct timer_heap *timers = &state_of(trace->loop)->timers;
    uint64_t now = uv_hrtime();
    end_phase(trace, now);
    trace->counts[TRACE_TIMERS] = timers->count - timers->stopped;
    for (enum trace_count what = 0; what < TRACE_COUNTS; what++)
        add_count(trace, now, what);
    add_slice(trace, TRACE_END, now, TRACE_LOOP, trace->tick);
}

void trace_phase(struct trace *trace, const char *phase)
{
    uint64_t now = uv_hrtime();
    end_phase(trace, now);
    add_count(trace, now, TRACE_READY_TASKS); /* the queue is never longer than here */
    trace->phase = trace_name(&trace->names, phase);
    add_slice(trace, TRACE_BEGIN, now, TRACE_PHASE, trace->phase);
}

static uint16_t name_of(struct trace *trace, void (*run)(void *argument))
{
    void *function;
    memcpy(&function, &run, sizeof(function)); /* a cast from a function is not portable */
    return trace_function_name(&trace->names, function);
}

void trace_callback(struct trace *trace, void (*run)(void *argument))
{
    uint64_t now = uv_hrtime();
    /* This is a signal's callback, since libuv still polls. libuv does not tell how long it had
     * slept before the signal. */
    if (atomic_load(&trace->poll_began) && atomic_load(&trace->next) == trace->next_before)
        trace->interrupted = now - 1; /* before the records that follow */
    add_slice(trace, TRACE_BEGIN, now, TRACE_CALLBACK, name_of(trace, run));
}

void trace_callback_end(struct trace *trace, void (*run)(void *argument))
{
    add_slice(trace, TRACE_END, uv_hrtime(), TRACE_CALLBACK, name_of(trace, run));
}

/*
 * Timers
 */

void trace_timer_set(struct trace *trace, const struct loop_timer *timer)
{
    uint64_t now = loop_clock(state_of(trace->loop));
    uint64_t in = timer->deadline > now ? timer->deadline - now : 0;
    add_now(trace,
        (struct trace_record){.row = trace->row, .what = trace->row_name, .value = in * 1000},
        TRACE_TIMER_SET);
}

/* The loop's clock shows whole milliseconds, and stands still within an iteration. */
void trace_timer_fired(struct trace *trace, const struct loop_timer *timer)
{
    const struct loop_state *state = state_of(trace->loop);
    uint64_t now = state->clock_paused ? state->paused_at * 1000 : uv_hrtime() / 1000;
    uint64_t due = timer->deadline * 1000;
    add_now(trace, (struct trace_record){.value = now > due ? now - due : 0}, TRACE_TIMER_FIRED);
}

void trace_timer_stopped(struct trace *trace)
{
    add_now(trace, (struct trace_record){.row = trace->row, .what = trace->row_name},
        TRACE_TIMER_STOPPED);
}

/*
 * Tasks
 */

static void add_spawned(struct trace *trace, struct task *task)
{
    task->traced_name = trace_name(&trace->names, task->name);
    trace->counts[TRACE_LIVE_TASKS]++;
    add_now(trace,
        (struct trace_record){.row = task->number,
            .by = trace->row,
            .by_name = trace->row_name,
            .name = task->traced_name},
        TRACE_SPAWN);
}

static void add_woken(struct trace *trace, const struct task *task)
{
    const struct observed_work *work = trace->waker;
    add_now(trace,
        (struct trace_record){.row = task->number,
            .by = work ? work->row : trace->row,
            .by_name = trace->row_name,
            .value = work && work->arrow ? work->end + 1 : 0,
            .name = task->traced_name,
            .what = task->traced_what},
        TRACE_READY);
}

void trace_ready(struct trace *trace, struct task *task)
{
    if (task->number != trace->row) { /* else it still runs, and trace_suspended will record it */
        trace->counts[TRACE_READY_TASKS]++;
        if (task->begun)
            add_woken(trace, task);
        else
            add_spawned(trace, task);
    }
    trace->waker = NULL;
}

void trace_resumed(struct trace *trace, const struct task *task)
{
    trace->row = task->number;
    trace->row_name = task->traced_name;
    trace->counts[TRACE_READY_TASKS]--;
    add_now(
        trace, (struct trace_record){.row = task->number, .name = task->traced_name}, TRACE_RUN);
}

void trace_suspended(struct trace *trace, struct task *task, const char *what)
{
    struct trace_record record = {.row = task->number, .name = task->traced_name};
    trace->row = trace->row_name = 0;
    if (what)
        record.what = task->traced_what = trace_name(&trace->names, what);
    else
        trace->counts[TRACE_READY_TASKS]++;
    add_now(trace, record, what ? TRACE_WAIT : TRACE_AGAIN);
}

void trace_ended(struct trace *trace, const struct task *task)
{
    trace->row = trace->row_name = 0;
    trace->counts[TRACE_LIVE_TASKS]--;
    add_now(
        trace, (struct trace_record){.row = task->number, .name = task->traced_name}, TRACE_ENDED);
}

void trace_io(struct trace *trace, const char *what, size_t bytes)
{
    add_now(trace,
        (struct trace_record){.row = trace->row,
            .value = bytes,
            .name = trace_name(&trace->names, what),
            .what = trace->row_name},
        TRACE_IO);
}

/*
 * Work on the thread pool
 */

void trace_work_given(struct trace *trace, struct observed_work *work, const char *what)
{
    *work = (struct observed_work){.task = trace->row, .name = trace_name(&trace->names, what)};
    trace->counts[TRACE_POOL_WORK]++;
}

static struct trace_record record_of(const struct observed_work *work)
{
    return (struct trace_record){
        .time = uv_hrtime(), .row = work->row, .by = work->task, .name = work->name};
}

void trace_work_begin(struct trace *trace, struct observed_work *work)
{
    if (!pool_thread)
        pool_thread = atomic_fetch_add(&pool_threads, 1) + 1;
    work->row = TRACE_POOL_ROW | pool_thread;
    trace_add(trace, record_of(work), TRACE_WORK);
}

void trace_work_end(struct trace *trace, struct observed_work *work)
{
    struct trace_record record = record_of(work);
    work->ended = record.time;
    work->end = trace_add(trace, record, TRACE_WORK_END);
}

/* Lets an arrow begin at the record of the work's end, unless the ring has dropped that record. */
static bool mark_end(struct trace *trace, const struct observed_work *work)
{
    struct trace_record *end = &trace->ring[work->end % trace->limit];
    uint8_t kind = take(end);
    if (kind == TRACE_BUSY)
        return false;
    bool is_it = kind == TRACE_WORK_END && end->row == work->row && end->time == work->ended;
    if (is_it)
        end->value = work->end + 1;
    give_back(end, kind);
    return is_it;
}

void trace_work_back(struct trace *trace, struct observed_work *work, bool wakes)
{
    trace->counts[TRACE_POOL_WORK]--;
    trace->waker = wakes ? work : NULL;
    work->arrow = wakes && work->row && mark_end(trace, work);
}
