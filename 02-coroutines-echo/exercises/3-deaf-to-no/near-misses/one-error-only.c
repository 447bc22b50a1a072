/* NEAR MISS: a service that is not up yet may fail in other ways, too.
 * Says: after two seconds it had made 1 calls */
#include "../exercise.h"

#include "common/task.h"

int call_patiently(struct service *service)
{
    int error = service->call(service);
    /* EXERCISE: it tries again as it should, but it cannot be cancelled. */
    for (int tries = 1; error == UV_ECONNREFUSED && tries < 10; tries++) {
        int waited = task_sleep(1.0);
        if (waited)
            return waited;
        error = service->call(service);
    }
    return error;
}
