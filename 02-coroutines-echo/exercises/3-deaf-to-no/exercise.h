/* The functions that the test calls. */
#pragma once

/* A service that may not be there yet: call returns 0, or an error such as UV_ECONNREFUSED. */
struct service {
    int (*call)(struct service *service);
    int calls; /* the test counts them */
};

/* Calls the service until that succeeds, ten times at most, with a second between two calls.
 * Returns 0, the last call's error, or that of a wait that was cut short. */
int call_patiently(struct service *service);
