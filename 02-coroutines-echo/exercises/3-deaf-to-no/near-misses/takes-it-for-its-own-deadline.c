/* NEAR MISS: UV_ETIMEDOUT of the service is an error like others: only that of the wait tells of a
 * deadline. Says: after two seconds it had made 1 calls */
#include "../exercise.h"

#include "common/task.h"

int call_patiently(struct service *service)
{
    int error = service->call(service);
    /* EXERCISE: it tries again as it should, but it cannot be cancelled. */
    for (int tries = 1; error && tries < 10; tries++) {
        if (error == UV_ECANCELED || error == UV_ETIMEDOUT)
            return error;
        int waited = task_sleep(1.0);
        if (waited)
            return waited;
        error = service->call(service);
    }
    return error;
}
