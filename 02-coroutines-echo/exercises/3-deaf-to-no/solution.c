/* A call that is repeated, after a pause, until it succeeds. */
#include "exercise.h"

#include "common/task.h"

int call_patiently(struct service *service)
{
    int error = service->call(service);
    for (int tries = 1; error && tries < 10; tries++) {
        int stopped = task_sleep(1.0);
        if (stopped)
            return stopped; /* a cancelled task does not sleep: it would call ten times at once */
        error = service->call(service);
    }
    return error;
}
