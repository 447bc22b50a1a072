#include "common/observe/misuse.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/task/state.h"

void misuse(const char *format, ...)
{
    const struct task *task = task_current();
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "task %s: ", task ? task->name : "(none)");
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    abort();
}
