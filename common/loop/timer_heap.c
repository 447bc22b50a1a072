#include "common/loop/timer_heap.h"

#include <stdlib.h>

#define CHILDREN 4

static bool before(const struct timer_entry *a, const struct timer_entry *b)
{
    if (a->deadline != b->deadline)
        return a->deadline < b->deadline;
    return a->sequence < b->sequence;
}

static void put(struct timer_heap *heap, size_t index, struct timer_entry entry)
{
    heap->entries[index] = entry;
    if (entry.timer)
        entry.timer->place = index + 1;
}

static void sift_up(struct timer_heap *heap, size_t index, struct timer_entry entry)
{
    while (index > 0) {
        size_t parent = (index - 1) / CHILDREN;
        if (!before(&entry, &heap->entries[parent]))
            break;
        put(heap, index, heap->entries[parent]);
        index = parent;
    }
    put(heap, index, entry);
}

static void sift_down(struct timer_heap *heap, size_t index, struct timer_entry entry)
{
    for (;;) {
        size_t first = index * CHILDREN + 1;
        size_t end = first + CHILDREN < heap->count ? first + CHILDREN : heap->count;
        if (first >= end)
            break;
        size_t earliest = first;
        for (size_t child = first + 1; child < end; child++)
            if (before(&heap->entries[child], &heap->entries[earliest]))
                earliest = child;
        if (!before(&heap->entries[earliest], &entry))
            break;
        put(heap, index, heap->entries[earliest]);
        index = earliest;
    }
    put(heap, index, entry);
}

int timer_heap_push(struct timer_heap *heap, struct loop_timer *timer)
{
    if (heap->count == heap->capacity) {
        size_t capacity = heap->capacity ? heap->capacity * 2 : 64;
        struct timer_entry *entries = realloc(heap->entries, capacity * sizeof(*entries));
        if (!entries)
            return UV_ENOMEM;
        heap->entries = entries;
        heap->capacity = capacity;
    }
    struct timer_entry entry = {timer->deadline, heap->sequence++, timer};
    sift_up(heap, heap->count++, entry);
    return 0;
}

uint64_t timer_heap_deadline(const struct timer_heap *heap)
{
    return heap->count ? heap->entries[0].deadline : UINT64_MAX;
}

/* If most entries are stopped timers, drops those and rebuilds the heap. */
static void sweep(struct timer_heap *heap)
{
    size_t count = 0;
    if (heap->stopped <= heap->count / 2)
        return;
    for (size_t i = 0; i < heap->count; i++)
        if (heap->entries[i].timer)
            heap->entries[count++] = heap->entries[i];
    heap->count = count;
    heap->stopped = 0;
    for (size_t i = count; i-- > 0;)
        sift_down(heap, i, heap->entries[i]);
    for (size_t i = 0; i < count; i++)
        heap->entries[i].timer->place = i + 1;
}

static void drop_first(struct timer_heap *heap)
{
    struct timer_entry last = heap->entries[--heap->count];
    if (heap->count > 0)
        sift_down(heap, 0, last);
}

struct loop_timer *timer_heap_take(struct timer_heap *heap, uint64_t now)
{
    struct loop_timer *timer = NULL;
    while (!timer && heap->count && heap->entries[0].deadline <= now) {
        timer = heap->entries[0].timer;
        if (timer)
            timer->place = 0;
        else
            heap->stopped--;
        drop_first(heap);
    }
    sweep(heap);
    return timer;
}

void timer_heap_stop(struct timer_heap *heap, struct loop_timer *timer)
{
    heap->entries[timer->place - 1].timer = NULL;
    timer->place = 0;
    heap->stopped++;
    sweep(heap);
}

void timer_heap_free(struct timer_heap *heap)
{
    free(heap->entries);
    *heap = (struct timer_heap){0};
}
