/* NEAR MISS: a deadline ends a wait too, with another error.
 * Says: instead of UV_ETIMEDOUT */
#include "../exercise.h"

#include "common/task.h"

int call_patiently(struct service *service)
{
    int error = service->call(service);
    for (int tries = 1; error && tries < 10; tries++) {
        int stopped = task_sleep(1.0);
        if (stopped)
            return UV_ECANCELED;
        error = service->call(service);
    }
    return error;
}
