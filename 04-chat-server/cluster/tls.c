#include "04-chat-server/cluster/tls.h"

#include <uv.h>

#ifdef REDIS_TLS

#include <hiredis/hiredis_ssl.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdbool.h>

int redis_tls_make(void **tls)
{
    SSL_CTX *shared = SSL_CTX_new(TLS_client_method());
    *tls = shared;
    if (!shared)
        return UV_ENOMEM;
    SSL_CTX_set_min_proto_version(shared, TLS1_2_VERSION);
    SSL_CTX_set_default_verify_paths(shared);
    SSL_CTX_set_verify(shared, SSL_VERIFY_PEER, NULL);
    return 0;
}

/* Makes OpenSSL compare the certificate with that host, which is a name or an address. Returns
 * false if it cannot. */
static bool expect_host(SSL *ssl, const char *host)
{
    if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host))
        return true;
    return SSL_set1_host(ssl, host) && SSL_set_tlsext_host_name(ssl, host);
}

/* hiredis has a function for this, but that one does not check the host's name. */
int redis_tls_start(void *tls, redisContext *context, const char *host)
{
    if (!tls)
        return 0;
    SSL *ssl = SSL_new(tls);
    if (ssl && expect_host(ssl, host) && redisInitiateSSL(context, ssl) == REDIS_OK)
        return 0;
    SSL_free(ssl);
    return UV_EPROTO;
}

void redis_tls_free(void *tls)
{
    SSL_CTX_free(tls);
}

#else

int redis_tls_make(void **tls)
{
    *tls = NULL;
    return UV_ENOTSUP;
}

int redis_tls_start(void *tls, redisContext *context, const char *host)
{
    (void)tls;
    (void)context;
    (void)host;
    return 0;
}

void redis_tls_free(void *tls)
{
    (void)tls;
}

#endif
