/*
 * The interface of thread_pool.c.
 */
#pragma once

/* Call it before work is given to libuv's thread pool. Returns 0, or UV_ENOMEM if there is no
 * memory for the pool's threads. */
int thread_pool_prepare(void);
