/*
 * Helpers for the suites of the loop: callbacks that leave a note. Each call has to succeed.
 */
#pragma once

#include <uv.h>

/* A callback that notes the name. */
void note_name(void *name);

/* A callback that stops the loop. */
void stop_loop(void *loop);

void run_loop(uv_loop_t *loop);
void note_soon(uv_loop_t *loop, char *name);
void note_later(uv_loop_t *loop, double seconds, char *name);

/* Begin to note "|" before each iteration; stop that, and close the loop. */
void show_passes(uv_loop_t *loop, uv_prepare_t *prepare);
void close_with_passes(uv_loop_t *loop, uv_prepare_t *prepare);

/* A callback that schedules itself again until none is left. */
struct chain {
    uv_loop_t *loop;
    int left;
};
void call_again(void *chain);
