/*
 * TLS to Redis, where hiredis was built with it (Debian 13). Debian 12's was not.
 */
#pragma once

#include <hiredis/hiredis.h>

/* Makes what connections share. Returns 0, and *tls; UV_ENOTSUP if hiredis has no TLS, or another
 * error. */
int redis_tls_make(void **tls, const char *host);

/* Begins TLS on a connection; does nothing if tls is NULL. */
int redis_start_tls(void *tls, redisContext *context);

void redis_tls_free(void *tls);
