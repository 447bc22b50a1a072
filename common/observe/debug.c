#include "common/observe/debug.h"

#if __has_include(<execinfo.h>)
#include <execinfo.h>
#endif
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/observe/trace/place.h"
#include "common/task/state.h"
#include "common/text/environment.h"

#define SLOW 100              /* milliseconds, as in asyncio */
#define MAX_SLOW 1000000000UL /* the largest LOOP_DEBUG_SLOW */
#define MAX_CALLS 16

struct debug *debug_open(void)
{
    const char *setting = getenv("LOOP_DEBUG");
    if (!setting || !*setting || strcmp(setting, "0") == 0)
        return NULL;
    struct debug *debug = calloc(1, sizeof(*debug));
    if (debug)
        debug->slow = environment_number("LOOP_DEBUG_SLOW", SLOW, MAX_SLOW) * 1000000;
    else
        fprintf(stderr, "LOOP_DEBUG: %s\n", uv_strerror(UV_ENOMEM));
    return debug;
}

#if !__has_include(<execinfo.h>)
/* musl has no such call. The messages then name no place. */
static int backtrace(void **calls, int size)
{
    (void)calls;
    (void)size;
    return 0;
}
#endif

/* Returns " in manage (echo-server.c:72)", for the innermost call outside the library, or "". */
static const char *place_in(char text[PLACE_SIZE], void *const calls[], size_t count)
{
    strcpy(text, " in ");
    place_look_up(text + 4, PLACE_SIZE - 4, calls, count);
    return text[4] ? text : "";
}

/*
 * Threads
 */

void debug_enter(struct debug *debug)
{
    debug->thread = uv_thread_self();
}

void debug_require_thread(const struct debug *debug)
{
    uv_thread_t self = uv_thread_self();
    void *calls[MAX_CALLS];
    char text[PLACE_SIZE];
    if (uv_thread_equal(&self, &debug->thread))
        return;
    fprintf(stderr,
        "LOOP_DEBUG: a thread other than the loop's own uses the loop%s: only "
        "loop_call_soon_threadsafe may\n",
        place_in(text, calls, (size_t)backtrace(calls, MAX_CALLS)));
    abort();
}

/*
 * Waiting forever, and holding the loop
 */

void debug_poll(struct debug *debug, bool alive)
{
    if (!alive && !debug->forever)
        fputs("LOOP_DEBUG: every task waits, and only a signal or another thread can wake one\n",
            stderr);
    debug->forever = !alive;
}

static double seconds_since(uint64_t start)
{
    return (double)(uv_hrtime() - start) / 1e9;
}

static bool is_slow(const struct debug *debug, double seconds)
{
    return seconds * 1e9 >= (double)debug->slow;
}

void debug_run(const struct debug *debug, void (*run)(void *argument), void *argument)
{
    uint64_t start = uv_hrtime();
    run(argument);
    double seconds = seconds_since(start);
    if (!is_slow(debug, seconds))
        return;
    char place[PLACE_SIZE];
    void *address;
    memcpy(&address, &run, sizeof(address)); /* a cast from a function is not portable */
    void *after = (char *)address + 1;       /* place_look_up takes return addresses */
    place_look_up(place, sizeof(place), &after, 1);
    if (!*place)
        snprintf(place, sizeof(place), "%p", address);
    fprintf(stderr, "LOOP_DEBUG: callback %s held the loop for %.3f seconds\n", place, seconds);
}

void debug_resume(struct debug *debug)
{
    debug->since = uv_hrtime();
}

void debug_suspend(const struct debug *debug, const struct task *task)
{
    double seconds = seconds_since(debug->since);
    void *calls[MAX_CALLS];
    char text[PLACE_SIZE];
    if (!is_slow(debug, seconds))
        return;
    fprintf(
        stderr, "LOOP_DEBUG: task %s held the loop for %.3f seconds, until ", task->name, seconds);
    if (task->ended)
        fputs("it ended\n", stderr);
    else
        fprintf(stderr, "%s%s\n", task->wait ? task->wait->what : "yield",
            place_in(text, calls, coroutine_calls(&task->coroutine, calls, MAX_CALLS)));
}

/*
 * Handles left open
 */

struct ended {
    const char *name;
    const struct stack *stack;
};

static void require_elsewhere(uv_handle_t *handle, void *argument)
{
    const struct ended *ended = argument;
    if ((char *)handle < ended->stack->low || (char *)handle >= ended->stack->top)
        return;
    fprintf(stderr,
        "LOOP_DEBUG: task %s ended with an open handle (%s) on its stack: close the stream or "
        "listener before it goes\n",
        ended->name, uv_handle_type_name(handle->type));
    abort();
}

void debug_require_closed(uv_loop_t *loop, const char *name, const struct stack *stack)
{
    uv_walk(loop, require_elsewhere, &(struct ended){name, stack});
}

static void show_handle(uv_handle_t *handle, void *unused)
{
    (void)unused;
    fprintf(stderr, "LOOP_DEBUG: loop_close: a handle (%s) at %p was left open\n",
        uv_handle_type_name(handle->type), (void *)handle);
}

void debug_show_handles(uv_loop_t *loop)
{
    uv_walk(loop, show_handle, NULL);
}
