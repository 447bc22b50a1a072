#include "common/timer_heap.h"

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
        size_t least = first;
        for (size_t child = first + 1; child < end; child++)
            if (before(&heap->entries[child], &heap->entries[least]))
                least = child;
        if (!before(&heap->entries[least], &entry))
            break;
        put(heap, index, heap->entries[least]);
        index = least;
    }
    put(heap, index, entry);
}

int timer_heap_push(struct timer_heap *heap, struct loop_timer *timer)
{
    if (heap->count == heap->capacity) {
        size_t capacity = heap->capacity ? heap->capacity * 2 : 64;
        struct timer_entry *entries = reallocarray(heap->entries, capacity, sizeof(*entries));
        if (!entries)
            return UV_ENOMEM;
        heap->entries = entries;
        heap->capacity = capacity;
    }
    struct timer_entry entry = {timer->deadline, heap->sequence++, timer};
    sift_up(heap, heap->count++, entry);
    return 0;
}

struct loop_timer *timer_heap_first(const struct timer_heap *heap)
{
    return heap->count ? heap->entries[0].timer : NULL;
}

void timer_heap_remove(struct timer_heap *heap, struct loop_timer *timer)
{
    size_t index = timer->place - 1;
    struct timer_entry last = heap->entries[--heap->count];
    timer->place = 0;
    if (last.timer == timer)
        return;
    /* The last one takes the free place, from where it may belong further up or down. */
    if (index > 0 && before(&last, &heap->entries[(index - 1) / CHILDREN]))
        sift_up(heap, index, last);
    else
        sift_down(heap, index, last);
}

void timer_heap_free(struct timer_heap *heap)
{
    free(heap->entries);
    *heap = (struct timer_heap){0};
}
