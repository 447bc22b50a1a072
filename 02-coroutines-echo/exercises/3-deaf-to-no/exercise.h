/* The functions that the test calls. */
#pragma once

/* A service that may not have started: call returns 0, or an error such as UV_ECONNREFUSED. */
struct service {
    int (*call)(struct service *service);
    int calls; /* the test counts them */
};

/* Calls the service until a call succeeds, at most ten times, and waits a second between two calls.
 * Returns 0, the last call's error, or UV_ECANCELED or UV_ETIMEDOUT from a wait. */
int call_patiently(struct service *service);
