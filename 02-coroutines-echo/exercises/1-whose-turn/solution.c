/* Three tasks write letters; each lets the others run now and then. */
#include "exercise.h"

#include <string.h>

#include "common/task.h"

static int ana(void *notes)
{
    strcat(notes, "a");
    int error = task_yield();
    strcat(notes, "b");
    return error;
}

static int bob(void *notes)
{
    strcat(notes, "x");
    strcat(notes, "y");
    int error = task_yield();
    strcat(notes, "z");
    return error;
}

int talk(void *notes)
{
    struct scope scope;
    scope_enter(&scope);
    int error = scope_spawn(&scope, "ana", ana, notes);
    if (!error)
        error = scope_spawn(&scope, "bob", bob, notes);
    strcat(notes, "1");
    if (!error)
        error = task_yield();
    strcat(notes, "2");
    if (!error)
        error = scope_join(&scope);
    strcat(notes, "3");
    return scope_leave(&scope, error);
}

/* A spawned child is only put in the queue, so the body goes on: 1. Its yield puts it behind both
 * children: a, then x and y, which nothing separates, then 2. Those two have yielded by now: b, z.
 * When the last child has ended, the join is over: 3. */
const char *prediction(void)
{
    return "1axy2bz3";
}
