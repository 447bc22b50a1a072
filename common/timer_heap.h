/*
 * The timers of a loop: a 4-ary heap in an array. Four children share a cache line or two, and the
 * heap is half as deep as a binary one.
 */
#pragma once

#include "common/loop.h"

struct timer_entry {
    uint64_t deadline;
    uint64_t sequence; /* timers of one deadline keep the order in which they were set */
    struct loop_timer *timer;
};

struct timer_heap {
    struct timer_entry *entries;
    size_t count, capacity;
    uint64_t sequence;
};

/* Adds a timer that is in no heap; its deadline is set. Returns 0 or UV_ENOMEM. */
int timer_heap_push(struct timer_heap *heap, struct loop_timer *timer);

/* The timer with the earliest deadline, or NULL. It stays. */
struct loop_timer *timer_heap_first(const struct timer_heap *heap);

/* Takes out a timer that is in the heap. */
void timer_heap_remove(struct timer_heap *heap, struct loop_timer *timer);

/* Frees the array; the timers in it are their owners'. */
void timer_heap_free(struct timer_heap *heap);
