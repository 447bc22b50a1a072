#include "common/loop/timer_heap.h"

#include <stdlib.h>
#include <string.h>

#include "support.h"

enum { MAX_TIMERS = 500 };

/* The plainest thing that does the same: an array in order, where equals keep theirs. */
struct model {
    struct loop_timer *timers[MAX_TIMERS];
    size_t count;
};

static void model_push(struct model *model, struct loop_timer *timer)
{
    size_t place = model->count++;
    for (; place > 0 && model->timers[place - 1]->deadline > timer->deadline; place--)
        model->timers[place] = model->timers[place - 1];
    model->timers[place] = timer;
}

static void model_remove(struct model *model, size_t place)
{
    model->count--;
    memmove(&model->timers[place], &model->timers[place + 1],
        (model->count - place) * sizeof *model->timers);
}

/* For long loops: ck_assert costs more than what it looks at. */
static void push(struct timer_heap *heap, struct loop_timer *timer, uint64_t deadline)
{
    timer->deadline = deadline;
    if (timer_heap_push(heap, timer) != 0)
        ck_abort_msg("no memory");
}

static struct loop_timer *pop(struct timer_heap *heap)
{
    return timer_heap_take(heap, UINT64_MAX);
}

static void every_place_is_right(const struct timer_heap *heap)
{
    for (size_t i = 0; i < heap->count; i++) {
        const struct loop_timer *timer = heap->entries[i].timer;
        if (timer && timer->place != i + 1)
            ck_abort_msg("the timer at %zu believes to be at %zu", i + 1, timer->place);
    }
}

START_TEST(an_empty_one_has_no_first)
{
    struct timer_heap heap = {0};
    ck_assert_ptr_null(pop(&heap));
    ck_assert_uint_eq(timer_heap_deadline(&heap), UINT64_MAX);
    timer_heap_free(&heap);
    struct loop_timer timer = {0};
    push(&heap, &timer, 7);
    ck_assert_uint_eq(timer_heap_deadline(&heap), 7);
    timer_heap_stop(&heap, &timer);
    ck_assert_uint_eq(timer_heap_deadline(&heap), UINT64_MAX); /* nothing is left to wait for */
    ck_assert_ptr_null(pop(&heap));
    ck_assert_uint_eq(timer.place, 0);
    timer_heap_free(&heap);
    ck_assert_ptr_null(heap.entries);
}
END_TEST

START_TEST(only_what_is_due_is_taken)
{
    struct timer_heap heap = {0};
    struct loop_timer timers[3] = {0};
    for (int i = 0; i < 3; i++)
        push(&heap, &timers[i], (uint64_t)i * 10);
    ck_assert_ptr_eq(timer_heap_take(&heap, 10), &timers[0]);
    ck_assert_uint_eq(timers[0].place, 0);
    ck_assert_ptr_eq(timer_heap_take(&heap, 10), &timers[1]);
    ck_assert_ptr_null(timer_heap_take(&heap, 19));
    ck_assert_ptr_eq(timer_heap_take(&heap, 20), &timers[2]);
    timer_heap_free(&heap);
}
END_TEST

START_TEST(the_earliest_comes_first)
{
    struct timer_heap heap = {0};
    static const uint64_t deadlines[] = {5, 1, UINT64_MAX - 1, 0, 3};
    struct loop_timer timers[5] = {0};
    for (int i = 0; i < 5; i++)
        push(&heap, &timers[i], deadlines[i]);
    static const int order[] = {3, 1, 4, 0, 2};
    for (int i = 0; i < 5; i++)
        ck_assert_ptr_eq(pop(&heap), &timers[order[i]]);
    ck_assert_ptr_null(pop(&heap));
    timer_heap_free(&heap);
}
END_TEST

START_TEST(equal_ones_keep_their_order)
{
    struct timer_heap heap = {0};
    struct loop_timer timers[300] = {0};
    for (int i = 0; i < 300; i++)
        push(&heap, &timers[i], i % 3 ? 9 : 4);
    for (int i = 0; i < 300; i += 5)
        timer_heap_stop(&heap, &timers[i]);
    for (int i = 0; i < 300; i += 5) /* set anew, they are the last of their deadline */
        push(&heap, &timers[i], 4);
    for (int i = 0; i < 300; i++)
        if (i % 3 == 0 && i % 5)
            ck_assert_ptr_eq(pop(&heap), &timers[i]);
    for (int i = 0; i < 300; i += 5)
        ck_assert_ptr_eq(pop(&heap), &timers[i]);
    for (int i = 0; i < 300; i++)
        if (i % 3 && i % 5)
            ck_assert_ptr_eq(pop(&heap), &timers[i]);
    ck_assert_ptr_null(pop(&heap));
    timer_heap_free(&heap);
}
END_TEST

START_TEST(any_one_can_be_stopped)
{
    for (size_t size = 1; size <= 40; size++)
        for (size_t stopped = 0; stopped < size; stopped++) {
            struct timer_heap heap = {0};
            struct loop_timer timers[40] = {0};
            for (size_t i = 0; i < size; i++)
                push(&heap, &timers[i], i * 17 % 23 + (i % 4 == 1 ? 100 : 0));
            timer_heap_stop(&heap, &timers[stopped]);
            every_place_is_right(&heap);
            uint64_t last = 0;
            for (size_t left = size - 1; left > 0; left--) {
                struct loop_timer *timer = pop(&heap);
                if (!timer || timer == &timers[stopped] || timer->deadline < last)
                    ck_abort_msg("wrong after stopping %zu of %zu", stopped, size);
                last = timer->deadline;
            }
            if (pop(&heap))
                ck_abort_msg("too many after stopping %zu of %zu", stopped, size);
            timer_heap_free(&heap);
        }
}
END_TEST

static struct loop_timer *idle_timer(struct loop_timer *timers)
{
    size_t i = (size_t)random() % MAX_TIMERS;
    while (timers[i].place)
        i = (i + 1) % MAX_TIMERS;
    return &timers[i];
}

START_TEST(random_operations_do_as_a_sorted_array)
{
    static struct loop_timer timers[MAX_TIMERS];
    static struct model model;
    struct timer_heap heap = {0};
    srandom(20260101);
    for (int step = 0; step < 30000; step++) {
        /* It fills and empties in turns; few deadlines, so that many are equal. */
        bool fills = step / 1500 % 2 == 0;
        bool adds = random() % 10 < (fills ? 7 : 3);
        if (adds && model.count < MAX_TIMERS) {
            struct loop_timer *timer = idle_timer(timers);
            push(&heap, timer, (uint64_t)(random() % (step % 2 ? 50 : 5000)));
            model_push(&model, timer);
        } else if (model.count > 0) {
            size_t place = random() % 3 ? 0 : (size_t)random() % model.count;
            if (place > 0)
                timer_heap_stop(&heap, model.timers[place]);
            else if (pop(&heap) != model.timers[0])
                ck_abort_msg("step %d: another is the first", step);
            model_remove(&model, place);
        }
        if (heap.count - heap.stopped != model.count || heap.count > 2 * model.count)
            ck_abort_msg("step %d: %zu instead of %zu", step, heap.count, model.count);
        if (step % 100 == 0)
            every_place_is_right(&heap);
    }
    for (size_t i = 0; i < model.count; i++)
        if (pop(&heap) != model.timers[i])
            ck_abort_msg("draining: another is the first");
    ck_assert_ptr_null(pop(&heap));
    timer_heap_free(&heap);
}
END_TEST

int main(void)
{
    return run_suite("timer_heap",
        (struct test_group[]){
            {"order", (const TTest *const[]){an_empty_one_has_no_first, only_what_is_due_is_taken,
                          the_earliest_comes_first, equal_ones_keep_their_order, NULL}},
            {"stopping", (const TTest *const[]){any_one_can_be_stopped,
                             random_operations_do_as_a_sorted_array, NULL}},
            {NULL, NULL}});
}
