/* NEAR MISS: a deadline ends a wait too, and then it calls faster than ever.
 * Says: its deadline passed after 3 calls, and it made */
#include "../exercise.h"

#include "common/task.h"

int call_patiently(struct service *service)
{
    int error = service->call(service);
    for (int tries = 1; error && tries < 10; tries++) {
        int stopped = task_sleep(1.0);
        if (stopped == UV_ECANCELED)
            return stopped;
        error = service->call(service);
    }
    return error;
}
