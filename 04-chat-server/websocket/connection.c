/* A client as libwebsockets sees it: what its callbacks bring is stored, and the task woken. */
#include "04-chat-server/websocket/private.h"

#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"

/* Reading stops when so many messages, or so many bytes, wait to be received. */
#define WAITING_MESSAGES 16
#define WAITING_BYTES ((size_t)64 * 1024)

/*
 * From the handshake to the end
 */

/* A copy of a header of the handshake, "" where there was none. */
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
    websocket_let_go(socket);
    return 0; /* One client's failure is not the others'. */
}

static struct websocket *new_websocket(struct websocket_server *server, struct lws *connection)
{
    struct websocket *socket = calloc(1, sizeof(*socket));
    if (!socket)
        return NULL;
    socket->server = server;
    socket->path = copy_header(connection, WSI_TOKEN_GET_URI);
    socket->accept_language = copy_header(connection, WSI_TOKEN_HTTP_ACCEPT_LANGUAGE);
    websocket_peer_address(lws_get_socket_fd(connection), socket->peer);
    if (socket->path && socket->accept_language &&
        scope_spawn(&server->clients, "client", serve_client, socket) == 0)
        return socket;
    websocket_let_go(socket);
    return NULL;
}

static int on_established(struct websocket_server *server, struct lws *connection)
{
    struct websocket *socket = server->closing ? NULL : new_websocket(server, connection);
    if (!socket)
        return -1;
    socket->connection = connection;
    socket->served = true;
    websocket_heard_of(socket);
    websocket_server_add(server, socket);
    lws_set_wsi_user(connection, socket);
    return 0;
}

static void on_closed(struct websocket *socket)
{
    websocket_server_remove(socket->server, socket);
    websocket_room_forget(socket);
    websocket_drop_backlog(socket);
    lws_set_wsi_user(socket->connection, NULL);
    socket->connection = NULL;
    websocket_wake(socket);
    websocket_let_go(socket);
}

static int on_goodbye(struct websocket *socket)
{
    if (socket->said_goodbye)
        return -1;                 /* it was the answer */
    websocket_fall_silent(socket); /* libwebsockets answers */
    websocket_limit_closing(socket);
    return 0;
}

/*
 * Receiving
 */

static bool is_utf8(const struct message *message)
{
    size_t length = 0;
    char *repaired = bytes_to_text(message->text, message->size, &length);
    bool same = repaired && length == message->size && memcmp(repaired, message->text, length) == 0;
    free(repaired);
    return same;
}

static void take_message(struct websocket *socket, struct message *message)
{
    if (message->size == 0) {
        free(message);
        return;
    }
    /* libwebsockets' own check misses what ends in mid-character, and takes a pong for text. */
    if (!is_utf8(message)) {
        free(message);
        websocket_close(socket, LWS_CLOSE_STATUS_INVALID_PAYLOAD);
        return;
    }
    socket->server->counts.messages++;
    message_queue_push(&socket->input, message);
    if (socket->input.count >= WAITING_MESSAGES || socket->input.bytes >= WAITING_BYTES) {
        socket->paused = true;
        lws_rx_flow_control(socket->connection, 0);
    }
    websocket_wake(socket);
}

/* A message comes in pieces, of one frame or of several. How much of its frame is still to come is
 * known, so one that will be too long is refused at once. */
static void on_piece(struct websocket *socket, const char *data, size_t size)
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
        take_message(socket, message);
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
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        return websocket_check_upgrade(&server->access, connection);
    case LWS_CALLBACK_RAW_ADOPT: /* after CONNECT, no deadline would end it */
        return -1;
    case LWS_CALLBACK_WSI_DESTROY:
        websocket_forget_admitted(&server->access, connection);
        return 0;
    case LWS_CALLBACK_FILTER_HTTP_CONNECTION:
        return websocket_check_request(connection);
    case LWS_CALLBACK_HTTP:
        return websocket_answer(connection, in);
    case LWS_CALLBACK_ESTABLISHED:
        return on_established(server, connection);
    case LWS_CALLBACK_RECEIVE_PONG:
        websocket_heard_of(socket);
        return 0;
    case LWS_CALLBACK_RECEIVE:
        websocket_heard_of(socket);
        on_piece(socket, in, size);
        return 0;
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return websocket_writable(socket);
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
        return on_goodbye(socket);
    case LWS_CALLBACK_CLOSED:
        if (socket)
            on_closed(socket);
        return 0;
    default:
        return lws_callback_http_dummy(connection, reason, user, in, size);
    }
}
