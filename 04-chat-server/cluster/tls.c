#include "04-chat-server/cluster/tls.h"

#include <uv.h>

#ifdef REDIS_TLS

#include <hiredis/hiredis_ssl.h>

#define CERTIFICATES "/etc/ssl/certs" /* of the authorities that this system trusts */

int redis_tls_make(void **tls, const char *host)
{
    redisSSLContextError error;
    redisInitOpenSSL();
    *tls = redisCreateSSLContext(NULL, CERTIFICATES, NULL, NULL, host, &error);
    return *tls ? 0 : UV_EINVAL;
}

int redis_start_tls(void *tls, redisContext *context)
{
    return tls && redisInitiateSSLWithContext(context, tls) != REDIS_OK ? UV_EPROTO : 0;
}

void redis_tls_free(void *tls)
{
    redisFreeSSLContext(tls);
}

#else

int redis_tls_make(void **tls, const char *host)
{
    (void)host;
    *tls = NULL;
    return UV_ENOTSUP;
}

int redis_start_tls(void *tls, redisContext *context)
{
    (void)tls;
    (void)context;
    return 0;
}

void redis_tls_free(void *tls)
{
    (void)tls;
}

#endif
