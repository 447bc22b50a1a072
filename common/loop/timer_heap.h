/*
 * The timers of a loop: a 4-ary heap in an array. Four children share a cache line or two, and the
 * heap is half as deep as a binary one. Most timers are stopped before they are due, so stopping
 * only marks the entry, as asyncio does.
 */
#pragma once

#include "common/loop.h"

struct timer_entry {
    uint64_t deadline;
    uint64_t sequence;        /* timers of one deadline keep the order in which they were set */
    struct loop_timer *timer; /* NULL: it was stopped */
};

struct timer_heap {
    struct timer_entry *entries;
    size_t count, capacity;
    size_t stopped; /* of the count */
    uint64_t sequence;
};

/* Adds a timer that is in no heap; its deadline is set. Returns 0 or UV_ENOMEM. */
int timer_heap_push(struct timer_heap *heap, struct loop_timer *timer);

/* When to look again: the earliest deadline, which may be that of a timer stopped meanwhile;
 * UINT64_MAX when there is none. */
uint64_t timer_heap_deadline(const struct timer_heap *heap);

/* Takes out the earliest timer whose deadline is not after now; NULL when none is due. */
struct loop_timer *timer_heap_take(struct timer_heap *heap, uint64_t now);

/* Takes out a timer that is in the heap, at once as far as the timer is concerned. Its entry goes
 * when it would have been due, or with many others: never more than half of them are such. */
void timer_heap_stop(struct timer_heap *heap, struct loop_timer *timer);

/* Frees the array; the timers in it are their owners'. */
void timer_heap_free(struct timer_heap *heap);
