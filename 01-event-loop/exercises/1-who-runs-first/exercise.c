/* Who runs first? Each call notes its letter. */
#include "exercise.h"

/* EXERCISE: the order in which the seven calls run. Read on, write it down here, run the test. */
const char prediction[] = "ABCDEFG";

static void a(void *order)
{
    note(order, 'A');
}

static void b(void *order)
{
    note(order, 'B');
}

static void f(void *order)
{
    note(order, 'F');
}

static void c(void *argument)
{
    struct order *order = argument;
    loop_call_soon(order->loop, f, order);
    note(order, 'C');
}

static void g(void *order)
{
    note(order, 'G');
}

static void d(void *argument)
{
    struct order *order = argument;
    loop_call_later(order->loop, 0.1, g, order);
    note(order, 'D');
}

static void e(void *order)
{
    note(order, 'E');
}

void ask(struct order *order)
{
    loop_call_later(order->loop, 0.2, a, order);
    loop_call_later(order->loop, 0, b, order);
    loop_call_soon(order->loop, c, order);
    loop_call_later(order->loop, 0.1, d, order);
    loop_call_soon(order->loop, e, order);
}
