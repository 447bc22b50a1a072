/* NEAR MISS: scope_join returns when both children have ended.
 * Says: the first 5 of them are right */
#include "../exercise.h"

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

const char *prediction(void)
{
    return "1axy23bz";
}
