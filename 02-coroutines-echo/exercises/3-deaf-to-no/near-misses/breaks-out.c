/* NEAR MISS: it stops, but says what the service said, and not that it was cancelled.
 * Says: instead of UV_ECANCELED */
#include "../exercise.h"

#include "common/task.h"

int call_patiently(struct service *service)
{
    int error = service->call(service);
    for (int tries = 1; error && tries < 10; tries++) {
        if (task_sleep(1.0))
            break;
        error = service->call(service);
    }
    return error;
}
