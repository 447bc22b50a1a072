#include "04-chat-server/websocket/context.h"

#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Bytes read from a connection at once, and so the largest part of a message. Each connection has a
 * buffer of this size. */
#define READ_SIZE 512
#define MAX_WRITE (1024 * 1024) /* bytes; libwebsockets copies what is above */
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

struct handle_search {
    const struct lws_context *context;
    bool found;
};

/* libwebsockets' timer and idle handle, which it closes last, point to their context. */
static void find_handle(uv_handle_t *handle, void *argument)
{
    struct handle_search *search = argument;
    if (handle->data == search->context)
        search->found = true;
}

static void finish_closing(struct websocket_context *context)
{
    uv_loop_t *loop = task_loop();
    for (;;) {
        struct handle_search search = {.context = context->lws};
        uv_walk(loop, find_handle, &search);
        if (!search.found)
            break;
        if (task_yield())
            return;
    }
    /* The first call, or an lws_create_context that failed, began closing; this one ends it. */
    lws_context_destroy(context->lws);
    context->lws = NULL;
}

int websocket_context_open(struct websocket_context *context, lws_callback_function *callback,
    void *user, const struct websocket_options *options)
{
    const struct lws_protocols protocols[] = {
        {"chat", callback, 0, READ_SIZE, 0, NULL, MAX_WRITE}, {0}};
    void *loops[] = {task_loop()};
    struct lws_context_creation_info info = {
        .protocols = protocols, .user = user, .foreign_loops = loops};
    fill_info(&info, options);

    /* Only while starting: later messages are about peers, which could fill the log with them. */
    lws_set_log_level(LLL_ERR | LLL_WARN, print_log);
    context->lws = lws_create_context(&info);
    lws_set_log_level(0, NULL);
    if (!context->lws)
        return UV_ENOSYS;
    context->vhost = lws_get_vhost_by_name(context->lws, "default");
    if (context->vhost)
        return 0;
    finish_closing(context);
    return options->certificate ? UV_EINVAL : UV_ENOMEM;
}

void websocket_context_close(struct websocket_context *context)
{
    if (!context->lws)
        return;
    lws_context_destroy(context->lws);
    finish_closing(context);
}
