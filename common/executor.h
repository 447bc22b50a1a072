/*
 * Blocking work on libuv's thread pool: loop.run_in_executor.
 *
 * All loops of the process share one pool of four threads; libuv looks up names on it, too. The
 * environment variable UV_THREADPOOL_SIZE sets another number, from 1 to 1024; libuv reads it when
 * the first work begins. While all threads are busy, further work waits.
 */
#pragma once

#include <sys/cdefs.h>

#include "common/task.h"

__BEGIN_DECLS

/* Runs work(data) on a thread of the pool and waits for its result. what names the work in the tree
 * of tasks and in recordings. data points to size bytes that belong to the caller. The work gets a
 * copy, which is copied back when the work has ended: so it never touches the caller's memory, even
 * if the caller has stopped waiting. Memory that data points to must outlive the work. Returns the
 * result of work, or UV_ENOMEM, UV_ECANCELED or UV_ETIMEDOUT. After a cancellation or a deadline,
 * work that had not begun will not begin. Work that had begun cannot be stopped: it runs to its
 * end, its result is dropped, and loop_close waits for it. */
int executor_run(const char *what, int (*work)(void *data), void *data, size_t size);

__END_DECLS
