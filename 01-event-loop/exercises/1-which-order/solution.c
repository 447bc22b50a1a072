#include "exercise.h"

#include <string.h>

#include "common/loop.h"

static void write_a(void *notes)
{
    strcat(((struct notes *)notes)->text, "a");
}

static void write_b(void *notes)
{
    strcat(((struct notes *)notes)->text, "b");
    loop_call_soon(((struct notes *)notes)->loop, write_a, notes);
}

static void write_c(void *notes)
{
    strcat(((struct notes *)notes)->text, "c");
}

void schedule(struct notes *notes)
{
    loop_call_later(notes->loop, 0.01, write_a, notes);
    loop_call_soon(notes->loop, write_b, notes);
    loop_call_soon(notes->loop, write_c, notes);
}

const char *prediction(void)
{
    return "bcaa";
}
