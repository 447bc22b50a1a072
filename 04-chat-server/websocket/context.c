#include "04-chat-server/websocket/context.h"

#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HANDSHAKE_SECONDS 10          /* for the whole of an HTTP request */
#define WORKSPACE (16 * 1024)         /* one for all: a piece of a file, the header of an answer */
#define WRITTEN_AT_ONCE (1024 * 1024) /* longer writes are cut there, and the rest is copied */

/* What a page from here may do in the browser: run and show only what came from here too, and talk
 * to a WebSocket. (To some browsers 'self' does not include ws:.) */
static const struct lws_protocol_vhost_options security_headers[] = {
    {&security_headers[1], NULL, "content-security-policy:",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"},
    {&security_headers[2], NULL, "x-content-type-options:", "nosniff"},
    {NULL, NULL, "referrer-policy:", "no-referrer"},
};

/* libwebsockets' own pings are off: it keeps their timers in a sorted list, whose upkeep makes
 * accepting many clients quadratic. */
static const lws_retry_bo_t no_pings = {0};

/*
 * Opening
 */

static void say(int level, const char *line)
{
    (void)level;
    fprintf(stderr, "libwebsockets: %s", line);
}

static void describe(struct lws_context_creation_info *info, struct websocket_context *context,
    const struct websocket_options *options)
{
    long handshake = options->handshake ? options->handshake : HANDSHAKE_SECONDS;
    info->options = LWS_SERVER_OPTION_LIBUV;
    if (options->certificate)
        info->options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    info->ssl_cert_filepath = options->certificate;
    info->ssl_private_key_filepath = options->key;
    info->port = CONTEXT_PORT_NO_LISTEN_SERVER;
    info->alpn = "http/1.1"; /* HTTP/2 would put its own frames around ours */
    info->headers = security_headers;
    info->retry_and_idle_policy = &no_pings;
    info->pt_serv_buf_size = WORKSPACE;
    info->timeout_secs = (unsigned)handshake;
    info->timeout_secs_ah_idle = (unsigned)handshake;
    if (!options->directory)
        return;
    context->mount.mountpoint = "/";
    context->mount.mountpoint_len = 1;
    context->mount.origin = options->directory;
    context->mount.origin_protocol = LWSMPRO_FILE;
    context->mount.def = "index.html";
    info->mounts = &context->mount;
}

/* libwebsockets' timer and idle handle point to their context; they are the last to be closed. */
static void look_for_context(uv_handle_t *handle, void *argument)
{
    const void **wanted = argument;
    if (handle->data == *wanted)
        *wanted = NULL;
}

static void finish_closing(struct websocket_context *context)
{
    uv_loop_t *loop = task_loop();
    for (;;) {
        const void *wanted = context->lws;
        uv_walk(loop, look_for_context, &wanted);
        if (wanted)
            break;
        if (task_yield())
            return;
    }
    /* Begun by the first call (or by a lws_create_context that failed), ended by this one. */
    lws_context_destroy(context->lws);
    context->lws = NULL;
}

int websocket_context_open(struct websocket_context *context, lws_callback_function *callback,
    void *user, const struct websocket_options *options)
{
    const struct lws_protocols protocols[] = {
        {"chat", callback, 0, WEBSOCKET_PIECE, 0, NULL, WRITTEN_AT_ONCE}, {0}};
    void *loops[] = {task_loop()};
    struct lws_context_creation_info info = {
        .protocols = protocols, .user = user, .foreign_loops = loops};
    describe(&info, context, options);

    /* Later on, what it has to say is about peers, who could fill the log with it. */
    lws_set_log_level(LLL_ERR | LLL_WARN, say);
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
