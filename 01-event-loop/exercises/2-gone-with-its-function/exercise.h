/* The functions that the test calls. */
#pragma once

#include <uv.h>

/* Calls run(argument) once, that many milliseconds from now. Any number of calls may be pending at
 * once. Returns 0 or libuv's error. */
int call_after(uv_loop_t *loop, uint64_t ms, void (*run)(void *argument), void *argument);
