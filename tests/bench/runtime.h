/*
 * The works that runtime.c measures: each returns the cost of one unit of it, in its unit.
 */
#pragma once

#include <stdint.h>

double ours_switch(void);
double ours_yield(void);
double ours_spawn_join(void);
double ours_gather(void);
double ours_cancel_join(void);
double ours_executor(void);
double ours_timers(void);
double ours_memory(void);

double libuv_executor(void);
double libuv_timers(void);

/* Nanoseconds a unit, for so many units since the start (uv_hrtime). */
double per_unit(uint64_t start, double units);

/* Ends the program if a call of the benchmark failed. */
void must(int error, const char *what);
