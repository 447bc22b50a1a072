/* NEAR MISS: the result of the sleep is overwritten by the next call.
 * Says: it was cancelled after 2 calls, and made 1 more */
#include "../exercise.h"

#include "common/task.h"

int call_patiently(struct service *service)
{
    int error = service->call(service);
    for (int tries = 1; error && tries < 10; tries++) {
        int stopped = task_sleep(1.0);
        error = service->call(service);
        if (stopped)
            return stopped;
    }
    return error;
}
