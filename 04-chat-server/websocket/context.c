#include "04-chat-server/websocket/context.h"

#include <netinet/tcp.h>
#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Bytes read from a connection at once, and so the largest part of a message. Each connection has a
 * buffer of this size. */
#define READ_SIZE 256
/* libwebsockets 4.3.3 ends a connection whose TLS record, of up to 16 KiB, takes more than ten
 * reads. */
#define READ_SIZE_OF_TLS 2048
#define MAX_WRITE (1024 * 1024) /* bytes; libwebsockets copies longer writes */
#define WORKSPACE (16 * 1024)   /* one for all connections: a part of a file, a response's header */
#define HANDSHAKE_SECONDS 10    /* for a whole HTTP request */

/* In the browser, our page may run and show only what this server sends, and connect to a
 * WebSocket. (In some browsers 'self' does not include ws:.) */
static const struct lws_protocol_vhost_options security_headers[] = {
    {&security_headers[1], NULL, "content-security-policy:",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"},
    {&security_headers[2], NULL, "x-content-type-options:", "nosniff"},
    {NULL, NULL, "referrer-policy:", "no-referrer"},
};

/* libwebsockets' own pings are off: it keeps their timers in a sorted list, so that accepting many
 * clients would take quadratic time. */
static const lws_retry_bo_t no_pings = {0};

/*
 * Memory
 */

#define SPARE_BLOCKS 2        /* as many as libwebsockets allocates for a connection at first */
#define SPARE_SIZE (8 * 1024) /* bytes, more than it needs */

/* libwebsockets has one allocator for the process. */
static void *spares[SPARE_BLOCKS];
static BIO *spare_bio; /* joins a socket to a TLS session */

int websocket_context_reserve(void)
{
    for (size_t i = 0; i < SPARE_BLOCKS; i++)
        if (!spares[i] && !(spares[i] = malloc(SPARE_SIZE)))
            return UV_ENOMEM;
    if (!spare_bio)
        spare_bio = BIO_new(BIO_s_socket());
    return spare_bio ? 0 : UV_ENOMEM;
}

/* libwebsockets ignores an error of this function, and later asks the TLS session for the socket
 * that it has to close. So the program defines the function itself (as it does recv, in
 * incoming.c). It takes a BIO that was allocated before, so it cannot fail during an adoption. */
int SSL_set_fd(SSL *tls, int socket)
{
    BIO *bio = spare_bio ? spare_bio : BIO_new(BIO_s_socket());
    spare_bio = NULL;
    if (!bio)
        return 0;
    BIO_set_fd(bio, socket, BIO_NOCLOSE);
    SSL_set_bio(tls, bio, bio);
    return 1;
}

static void free_spares(void)
{
    for (size_t i = 0; i < SPARE_BLOCKS; i++) {
        free(spares[i]);
        spares[i] = NULL;
    }
    BIO_free(spare_bio);
    spare_bio = NULL;
}

static void *take_spare(size_t size)
{
    for (size_t i = 0; i < SPARE_BLOCKS && size <= SPARE_SIZE; i++) {
        void *spare = spares[i];
        spares[i] = NULL;
        if (spare)
            return spare;
    }
    return NULL;
}

static void *allocate(void *block, size_t size, const char *reason)
{
    (void)reason;
    if (size == 0) {
        free(block);
        return NULL;
    }
    if (block)
        return realloc(block, size);
    block = malloc(size);
    return block ? block : take_spare(size);
}

/*
 * Opening
 */

static void print_log(int level, const char *line)
{
    (void)level;
    fprintf(stderr, "libwebsockets: %s", line);
}

static void fill_info(
    struct lws_context_creation_info *info, const struct websocket_options *options)
{
    long handshake = options->handshake ? options->handshake : HANDSHAKE_SECONDS;
    info->options = LWS_SERVER_OPTION_LIBUV;
    /* We create the virtual host ourselves. If lws_create_context did, version 4.3 would return
     * NULL for an unusable certificate, as for any other failure. */
    info->options |= LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
    if (options->certificate)
        info->options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    info->ssl_cert_filepath = options->certificate;
    info->ssl_private_key_filepath = options->key;
    info->port = CONTEXT_PORT_NO_LISTEN_SERVER;
    info->alpn = "http/1.1"; /* HTTP/2 would wrap our frames in its own */
    info->headers = security_headers;
    info->retry_and_idle_policy = &no_pings;
    info->pt_serv_buf_size = WORKSPACE;
    info->timeout_secs = (unsigned)handshake;
    info->timeout_secs_ah_idle = (unsigned)handshake;
}

static void add_hsts(struct lws_context_creation_info *info, struct websocket_context *context,
    const struct websocket_options *options)
{
    if (!options->hsts || !options->certificate)
        return;
    snprintf(context->hsts_value, sizeof(context->hsts_value), "max-age=%ld", options->hsts);
    context->hsts = (struct lws_protocol_vhost_options){
        security_headers, NULL, "strict-transport-security:", context->hsts_value};
    info->headers = &context->hsts;
}

/* libwebsockets closes its timer and its idle handle last. The data of both handles points to a
 * struct of its own: the context in 4.1, the thread's struct in 4.3. */
static void note_owner(uv_handle_t *handle, void *argument)
{
    struct websocket_context *context = argument;
    if (handle->type == UV_TIMER)
        context->owner = handle->data; /* uv_walk visits the newest timer last */
}

/* libwebsockets 4.3 crashes if there is memory for its context, but none for its table of
 * descriptors. This is room for both. volatile keeps the compiler from leaving out the call. */
static bool has_memory(void)
{
    void *volatile block = malloc(1 << 20);
    bool has = block;
    free(block);
    return has;
}

int websocket_context_open(struct websocket_context *context, lws_callback_function *callback,
    void *user, const struct websocket_options *options)
{
    struct lws_protocols protocols[] = {
        {"chat", callback, 0, options->certificate ? READ_SIZE_OF_TLS : READ_SIZE, 0, NULL,
            MAX_WRITE},
        {0}, {0}};
    protocols[1] = protocols[0];
    protocols[1].name = WEBSOCKET_SUBPROTOCOL;
    if (!has_memory())
        return UV_ENOMEM;
    void *loops[] = {task_loop()};
    struct lws_context_creation_info info = {
        .protocols = protocols, .user = user, .foreign_loops = loops};
    fill_info(&info, options);
    add_hsts(&info, context, options);

    /* Logs only while starting. Later messages are about peers, which could fill the log. */
    lws_set_allocator(allocate);
    lws_set_log_level(LLL_ERR | LLL_WARN, print_log);
    context->lws = lws_create_context(&info);
    if (context->lws)
        context->vhost = lws_create_vhost(context->lws, &info);
    lws_set_log_level(0, NULL);
    if (!context->lws)
        return UV_ENOSYS;
    uv_walk(task_loop(), note_owner, context);
    if (context->vhost)
        return 0;
    websocket_context_close(context);
    return options->certificate ? UV_EINVAL : UV_ENOMEM;
}

/*
 * Closing
 */

struct handle_search {
    const void *owner;
    bool found;
};

static void find_handle(uv_handle_t *handle, void *argument)
{
    struct handle_search *search = argument;
    if (handle->data == search->owner)
        search->found = true;
}

static bool has_open_handles(const struct websocket_context *context)
{
    struct handle_search search = {.owner = context->owner};
    uv_walk(task_loop(), find_handle, &search);
    return search.found;
}

void websocket_context_close(struct websocket_context *context)
{
    if (!context->lws)
        return;
    lws_context_destroy(context->lws); /* begins closing */
    while (has_open_handles(context))
        if (task_yield())
            return;
    lws_context_destroy(context->lws); /* frees the context */
    context->lws = NULL;
    free_spares();
}
