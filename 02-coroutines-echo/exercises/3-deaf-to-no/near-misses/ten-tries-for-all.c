/* NEAR MISS: all services share ten calls.
 * Says: service 2: in nine seconds it made 1 calls */
#include "../exercise.h"

#include "common/task.h"

int call_patiently(struct service *service)
{
    int error = service->call(service);
    /* EXERCISE: it tries again as it should, but it cannot be cancelled. */
    static int tries = 1;
    for (; error && tries < 10; tries++) {
        int waited = task_sleep(1.0);
        if (waited)
            return waited;
        error = service->call(service);
    }
    return error;
}
