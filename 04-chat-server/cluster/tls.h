/*
 * TLS to Redis, if hiredis was built with it: in Debian 13 it was, in Debian 12 it was not.
 */
#pragma once

#include <hiredis/hiredis.h>

/* Makes the TLS context that both connections share. Returns 0 and *tls, UV_ENOTSUP if hiredis has
 * no TLS, or UV_ENOMEM. */
int redis_tls_make(void **tls);

/* Begins TLS on a connection. The certificate has to be valid for that host, and signed by an
 * authority that the system trusts, or one in the file that SSL_CERT_FILE names. Returns 0 or
 * UV_EPROTO. Does nothing if tls is NULL. */
int redis_tls_start(void *tls, redisContext *context, const char *host);

void redis_tls_free(void *tls);
