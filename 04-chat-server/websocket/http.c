/* HTTP requests: their answers, and the order in which libwebsockets gets them. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "04-chat-server/websocket/private.h"

#define HEADER_SIZE 1024 /* of a response: those that every response has, and a few of its own */

/* Writes the header, and for GET the body. libwebsockets buffers what the kernel does not take. */
static int write_response(
    struct lws *connection, unsigned status, const char *body, const char *type)
{
    unsigned char buffer[LWS_PRE + HEADER_SIZE], *header = buffer + LWS_PRE, *end = header;
    size_t size = strlen(body);
    if (lws_add_http_common_headers(
            connection, status, type, size, &end, buffer + sizeof(buffer)) ||
        lws_finalize_http_header(connection, &end, buffer + sizeof(buffer)) ||
        lws_write(connection, header, (size_t)(end - header), LWS_WRITE_HTTP_HEADERS) < 0)
        return -1;
    if (lws_hdr_total_length(connection, WSI_TOKEN_HEAD_URI) > 0)
        return 0;
    return lws_write(connection, (unsigned char *)body, size, LWS_WRITE_HTTP_FINAL) < 0 ? -1 : 0;
}

/* libwebsockets' own error page would have a body even after a HEAD request. */
static int write_error(struct lws *connection, int error)
{
    static const char *const not_found[] = {
        "Não há nada neste endereço.\n", "There is nothing at this address.\n"};
    static const char *const failed[] = {"O servidor falhou.\n", "The server failed.\n"};
    static const char *const forbidden[] = {
        "Isto não se mostra a este endereço.\n", "This is not shown to this address.\n"};
    const char *const *reason = error == UV_ENOENT   ? not_found
                                : error == UV_EACCES ? forbidden
                                                     : failed;
    unsigned status = error == UV_ENOENT   ? HTTP_STATUS_NOT_FOUND
                      : error == UV_EACCES ? HTTP_STATUS_FORBIDDEN
                                           : HTTP_STATUS_INTERNAL_SERVER_ERROR;
    return write_response(
        connection, status, reason[websocket_language(connection)], "text/plain; charset=utf-8");
}

static void schedule_next(struct websocket_server *server, struct incoming *incoming)
{
    if (incoming->queue)
        return;
    incoming->queue = &server->ready;
    TAILQ_INSERT_TAIL(&server->ready, incoming, queue_entry);
    websocket_server_schedule_flush(server);
}

static bool has_stored(const struct incoming *incoming)
{
    return incoming && !incoming->is_answering && buffer_size(&incoming->stored) > 0;
}

/* One connection in each iteration, in turn, because a client may send many requests at once. After
 * an answer, libwebsockets reads only after a POLLOUT. This function reports one, because until
 * libuv's came, unread requests would wake the loop again and again. It also reports stored
 * requests and frames, of which no event of the socket tells. */
void websocket_read_next(struct websocket_server *server)
{
    struct incoming *incoming = TAILQ_FIRST(&server->ready);
    if (!incoming)
        return;
    int socket = incoming->socket;
    incoming->queue = NULL;
    TAILQ_REMOVE(&server->ready, incoming, queue_entry);
    struct lws_pollfd event = {.fd = socket, .events = LWS_POLLIN | LWS_POLLOUT};
    event.revents = LWS_POLLOUT;
    lws_service_fd(server->context.lws, &event);
    if (has_stored(incoming_find(socket))) { /* unless the connection has ended */
        event.revents = LWS_POLLIN;
        lws_service_fd(server->context.lws, &event);
    }
    incoming = incoming_find(socket);
    if (has_stored(incoming))
        schedule_next(server, incoming);
    if (!TAILQ_EMPTY(&server->ready))
        websocket_server_schedule_flush(server);
}

void websocket_on_ready(struct websocket_server *server, struct lws *connection)
{
    struct incoming *incoming = lws_get_opaque_user_data(connection);
    if (!incoming)
        return;
    bool has_answered = incoming->is_answering;
    incoming->is_answering = false;
    if (has_answered || has_stored(incoming))
        schedule_next(server, incoming);
}

static int ask(const struct websocket_options *options, struct lws *connection, const char *path,
    char **body, const char **type)
{
    char peer[STREAM_ADDRESS_SIZE], host[256] = "";
    if (!options->answer)
        return UV_ENOENT;
    socket_peer_address(lws_get_socket_fd(connection), peer);
    lws_hdr_copy(connection, host, sizeof(host), WSI_TOKEN_HOST);
    bool is_local = websocket_is_loopback(peer) && websocket_is_loopback(host);
    char *colon = strrchr(peer, ':');
    bool has_brackets = *peer == '[';
    if (colon)
        colon[has_brackets ? -1 : 0] = '\0';
    const struct websocket_request request = {path, peer + has_brackets, is_local};
    return options->answer(&request, body, type, options->argument);
}

int websocket_on_http(
    const struct websocket_server *server, struct lws *connection, const char *path)
{
    const struct websocket_options *options = &server->options;
    struct incoming *incoming = lws_get_opaque_user_data(connection);
    char *body = NULL;
    const char *type = NULL;
    incoming->is_answering = true;
    if (incoming->refusal) {
        int failed = websocket_write_refusal(connection, incoming->refusal);
        return failed || lws_http_transaction_completed(connection) ? -1 : 0;
    }
    int error = options->directory ? files_serve(connection, options->directory, path) : UV_ENOENT;
    if (error != UV_ENOENT)
        return error ? -1 : 0;
    error = ask(options, connection, path, &body, &type);
    bool is_unavailable = error == UV_EAGAIN;
    unsigned status = is_unavailable ? HTTP_STATUS_SERVICE_UNAVAILABLE : HTTP_STATUS_OK;
    int failed = error && !is_unavailable ? write_error(connection, error)
                                          : write_response(connection, status, body, type);
    free(body);
    return failed || lws_http_transaction_completed(connection) ? -1 : 0;
}

void websocket_on_http_closed(struct websocket_server *server, struct lws *connection)
{
    const struct incoming *incoming = lws_get_opaque_user_data(connection);
    if (!incoming || !incoming->is_answering || server->closing)
        return;
    int copy = fcntl(lws_get_socket_fd(connection), F_DUPFD_CLOEXEC, 0);
    if (copy >= 0)
        linger(&server->access.lingering, incoming->address, copy);
}
