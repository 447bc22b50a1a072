/*
 * Blocking work on libuv's thread pool, waited for by a task: loop.run_in_executor.
 */
#pragma once

#include "common/task.h"

/* Runs work(data) on a thread of the pool and waits for its result. data is size bytes of the
 * caller's: the work gets a copy, which is copied back when it has ended; so its memory is safe
 * whoever leaves first. What the data points to must outlive the work.
 *
 * Returns what work returned, or UV_ENOMEM, or UV_ECANCELED or UV_ETIMEDOUT. After the last two,
 * work that had not begun never will; work that had begun goes on to its end by itself, and its
 * result is dropped. loop_close waits for it. */
int executor_run(const char *what, int (*work)(void *data), void *data, size_t size);
