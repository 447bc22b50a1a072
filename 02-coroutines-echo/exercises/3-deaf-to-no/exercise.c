/* A call that is repeated, after a pause, until it succeeds. */
#include "exercise.h"

#include "common/task.h"

int call_patiently(struct service *service)
{
    int error = service->call(service);
    /* EXERCISE: it tries again as it should, but it cannot be cancelled. */
    for (int tries = 1; error && tries < 10; tries++) {
        task_sleep(1.0);
        error = service->call(service);
    }
    return error;
}
