/* Three tasks write letters. Each yields to the others now and then. */
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

/* Spawning only puts a child into the queue, so the body continues: 1. Its yield puts it behind
 * both children: a, then x and y without a yield in between, then 2. Both children have yielded by
 * now: b, z. When the last child has ended, the join returns: 3. */
const char *prediction(void)
{
    return "1axy2bz3";
}
