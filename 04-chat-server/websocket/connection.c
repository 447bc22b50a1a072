/* libwebsockets' side of a connection: its callbacks answer HTTP requests, store what arrives, and
 * wake the client's task. */
#include "04-chat-server/websocket/private.h"

#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"

/*
 * HTTP requests for paths without a file
 */

#define HEADER_SIZE 1024 /* of a response: those that every response has, and a few of its own */

static int http_status(int error)
{
    return error == 0           ? HTTP_STATUS_OK
           : error == UV_ENOENT ? HTTP_STATUS_NOT_FOUND
                                : HTTP_STATUS_INTERNAL_SERVER_ERROR;
}

/* Writes the header, and for GET the body. libwebsockets buffers what the kernel does not take. */
static int write_response(struct lws *connection, const char *body, const char *type)
{
    unsigned char buffer[LWS_PRE + HEADER_SIZE], *header = buffer + LWS_PRE, *end = header;
    size_t size = strlen(body);
    if (lws_add_http_common_headers(
            connection, HTTP_STATUS_OK, type, size, &end, buffer + sizeof(buffer)) ||
        lws_finalize_http_header(connection, &end, buffer + sizeof(buffer)) ||
        lws_write(connection, header, (size_t)(end - header), LWS_WRITE_HTTP_HEADERS) < 0)
        return -1;
    if (lws_hdr_total_length(connection, WSI_TOKEN_HEAD_URI) > 0)
        return 0;
    return lws_write(connection, (unsigned char *)body, size, LWS_WRITE_HTTP_FINAL) < 0 ? -1 : 0;
}

static int on_http(const struct websocket_server *server, struct lws *connection, const char *path)
{
    const struct websocket_options *options = &server->options;
    char *body = NULL;
    const char *type = NULL;
    int error =
        options->answer ? options->answer(path, &body, &type, options->argument) : UV_ENOENT;
    int failed = error ? lws_return_http_status(connection, (unsigned)http_status(error), NULL)
                       : write_response(connection, body, type);
    free(body);
    return failed || lws_http_transaction_completed(connection) ? -1 : 0;
}

/*
 * From the handshake to the end
 */

/* Returns a copy of the handshake's header, or of "" if there was none; NULL: out of memory. */
static char *copy_header(struct lws *connection, enum lws_token_indexes header)
{
    int length = lws_hdr_total_length(connection, header);
    char *text = calloc(1, (size_t)length + 1);
    if (text && length > 0)
        lws_hdr_copy(connection, text, length + 1, header);
    return text;
}

static int serve_client(void *argument)
{
    struct websocket *socket = argument;
    const struct websocket_options *options = &socket->server->options;
    options->serve(socket, options->argument);
    socket->served = false;
    websocket_close(socket, LWS_CLOSE_STATUS_NORMAL);
    websocket_release(socket);
    return 0; /* an error here would cancel the other clients */
}

static struct websocket *new_websocket(struct websocket_server *server, struct lws *connection)
{
    struct websocket *socket = calloc(1, sizeof(*socket));
    if (!socket)
        return NULL;
    socket->server = server;
    message_queue_init(&socket->input);
    socket->path = copy_header(connection, WSI_TOKEN_GET_URI);
    socket->accept_language = copy_header(connection, WSI_TOKEN_HTTP_ACCEPT_LANGUAGE);
    if (lws_hdr_total_length(connection, WSI_TOKEN_HTTP_URI_ARGS) > 0)
        socket->query = copy_header(connection, WSI_TOKEN_HTTP_URI_ARGS); /* not needed to serve */
    socket_peer_address(lws_get_socket_fd(connection), socket->peer);
    socket->address = lws_get_opaque_user_data(connection);
    if (socket->address)
        socket->address->users++;
    if (socket->path && socket->accept_language &&
        scope_spawn(&server->clients, "client", serve_client, socket) == 0)
        return socket;
    websocket_release(socket);
    return NULL;
}

static int on_established(struct websocket_server *server, struct lws *connection)
{
    struct websocket *socket = server->closing ? NULL : new_websocket(server, connection);
    if (!socket)
        return -1;
    socket->connection = connection;
    socket->served = true;
    websocket_note_activity(socket);
    LIST_INSERT_HEAD(&server->connected, socket, connected_entry);
    server->count++;
    lws_set_wsi_user(connection, socket);
    return 0;
}

static void on_closed(struct websocket_server *server, struct websocket *socket)
{
    LIST_REMOVE(socket, connected_entry);
    server->count--;
    if (server->closing && server->count == 0)
        future_set(&server->empty, 0);
    websocket_room_remove(socket);
    websocket_discard_output(socket);
    lws_set_wsi_user(socket->connection, NULL);
    socket->connection = NULL;
    websocket_wake(socket);
    websocket_release(socket);
}

/* The peer has sent a close frame. Returns -1 if it answers ours: the connection is closed. */
static int on_peer_close(struct websocket *socket)
{
    if (socket->close_sent)
        return -1;
    websocket_discard_output(socket); /* libwebsockets sends the close frame that answers it */
    websocket_limit_closing(socket);
    return 0;
}

/*
 * Receiving
 */

/* Reading pauses when this many messages or bytes wait to be received. */
#define MAX_WAITING_MESSAGES 16
#define MAX_WAITING_BYTES ((size_t)64 * 1024)

static bool is_utf8(const struct message *message)
{
    size_t length = 0;
    char *repaired = bytes_to_text(message->text, message->size, &length);
    bool is_same =
        repaired && length == message->size && memcmp(repaired, message->text, length) == 0;
    free(repaired);
    return is_same;
}

static void on_message(struct websocket *socket, struct message *message)
{
    if (message->size == 0) {
        free(message);
        return;
    }
    /* libwebsockets' own check misses a message that ends within a character, and checks pongs as
     * if they were text. */
    if (!is_utf8(message)) {
        free(message);
        websocket_close(socket, LWS_CLOSE_STATUS_INVALID_PAYLOAD);
        return;
    }
    socket->server->counts.messages++;
    message_queue_push(&socket->input, message);
    if (socket->input.count >= MAX_WAITING_MESSAGES || socket->input.bytes >= MAX_WAITING_BYTES) {
        socket->paused = true;
        lws_rx_flow_control(socket->connection, 0);
    }
    websocket_wake(socket);
}

/* A message arrives in parts, in one frame or several. libwebsockets knows how much of the frame is
 * still to come, so a message that will be too long is refused at its first part. */
static void on_part(struct websocket *socket, const char *data, size_t size)
{
    size_t rest = lws_remaining_packet_payload(socket->connection);
    size_t before = socket->arriving ? socket->arriving->size : 0;
    size_t limit = (size_t)socket->server->options.max_message;
    if (socket->status)
        return;
    if (before + size > limit || rest > limit - before - size) {
        websocket_close(socket, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE);
        return;
    }
    if (!socket->arriving)
        socket->arriving = message_new(size + rest);
    if (!socket->arriving || message_append(&socket->arriving, data, size)) {
        websocket_close(socket, LWS_CLOSE_STATUS_UNEXPECTED_CONDITION);
        return;
    }
    if (lws_is_final_fragment(socket->connection)) {
        struct message *message = socket->arriving;
        socket->arriving = NULL;
        on_message(socket, message);
    }
}

/*
 * The callback
 */

int websocket_callback(
    struct lws *connection, enum lws_callback_reasons reason, void *user, void *in, size_t size)
{
    struct websocket_server *server = lws_context_user(lws_get_context(connection));
    struct websocket *socket = user;
    switch (reason) {
    case LWS_CALLBACK_RAW_ADOPT: /* an HTTP CONNECT: refused, because it would have no time limit */
        return -1;
    case LWS_CALLBACK_FILTER_HTTP_CONNECTION:
        return websocket_check_request(connection);
    case LWS_CALLBACK_HTTP:
        return on_http(server, connection, in);
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        return websocket_check_upgrade(&server->access, connection);
    case LWS_CALLBACK_ESTABLISHED:
        return on_established(server, connection);
    case LWS_CALLBACK_RECEIVE_PONG:
        websocket_note_activity(socket);
        return 0;
    case LWS_CALLBACK_RECEIVE:
        websocket_note_activity(socket);
        on_part(socket, in, size);
        return 0;
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return websocket_write_output(socket) ? -1 : 0;
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
        return on_peer_close(socket);
    case LWS_CALLBACK_CLOSED:
        if (socket)
            on_closed(server, socket);
        return 0;
    case LWS_CALLBACK_WSI_DESTROY:
        websocket_forget_admitted(connection);
        return 0;
    default:
        return lws_callback_http_dummy(connection, reason, user, in, size);
    }
}
