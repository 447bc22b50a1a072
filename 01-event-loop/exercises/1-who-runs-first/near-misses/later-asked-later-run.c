/* NEAR MISS: two timers of the same millisecond run in the order in which they were set.
 * Says: after "CEBFD" you predict G */
#include "../exercise.h"

const char prediction[] = "CEBFDGA";

static void a(void *order)
{
    note_letter(order, 'A');
}

static void b(void *order)
{
    note_letter(order, 'B');
}

static void f(void *order)
{
    note_letter(order, 'F');
}

static void c(void *argument)
{
    struct order *order = argument;
    loop_call_soon(order->loop, f, order);
    note_letter(order, 'C');
}

static void g(void *order)
{
    note_letter(order, 'G');
}

static void d(void *argument)
{
    struct order *order = argument;
    loop_call_later(order->loop, 0.1, g, order);
    note_letter(order, 'D');
}

static void e(void *order)
{
    note_letter(order, 'E');
}

void ask(struct order *order)
{
    loop_call_later(order->loop, 0.2, a, order);
    loop_call_later(order->loop, 0, b, order);
    loop_call_soon(order->loop, c, order);
    loop_call_later(order->loop, 0.1, d, order);
    loop_call_soon(order->loop, e, order);
}
