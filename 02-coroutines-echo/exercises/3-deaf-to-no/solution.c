/* A call that is tried again, with a pause, until it succeeds. */
#include "exercise.h"

#include "common/task.h"

int call_patiently(struct service *service)
{
    int error = service->call(service);
    for (int tries = 1; error && tries < 10; tries++) {
        int stopped = task_sleep(1.0);
        if (stopped)
            return stopped; /* not slept: from here on no wait waits */
        error = service->call(service);
    }
    return error;
}
