/*
 * The timers of a loop: a 4-ary heap in an array. Four children share a cache line or two, and the
 * heap is half as deep as a binary one. Most timers are stopped before they are due, so stopping
 * only marks the entry, as in asyncio. Private: for the files of loop/.
 */
#pragma once

#include "common/loop.h"

struct timer_entry {
    uint64_t deadline;
    uint64_t sequence; /* timers with the same deadline fire in the order in which they were set */
    struct loop_timer *timer; /* NULL: stopped */
};

struct timer_heap {
    struct timer_entry *entries;
    size_t count, capacity;
    size_t stopped; /* entries whose timer was stopped */
    uint64_t sequence;
};

/* Adds a timer that is in no heap, by its deadline. Returns 0 or UV_ENOMEM. */
int timer_heap_push(struct timer_heap *heap, struct loop_timer *timer);

/* The earliest deadline, or UINT64_MAX. It may belong to a timer that was stopped. */
uint64_t timer_heap_deadline(const struct timer_heap *heap);

/* Takes out the earliest timer whose deadline is not after now; NULL when none is due. */
struct loop_timer *timer_heap_take(struct timer_heap *heap, uint64_t now);

/* Stops a timer that is in the heap; you may then free it. Its entry is dropped when it would have
 * been due, or as soon as more than half of all entries are stopped ones. */
void timer_heap_stop(struct timer_heap *heap, struct loop_timer *timer);

/* Frees the array. The timers in it belong to their owners. */
void timer_heap_free(struct timer_heap *heap);
