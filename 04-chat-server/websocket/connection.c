/* libwebsockets' side of a connection: its callbacks answer HTTP requests, store what arrives, and
 * wake the client's task. */
#include "04-chat-server/websocket/private.h"

#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"

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
    struct incoming *incoming = lws_get_opaque_user_data(connection);
    struct websocket *socket = calloc(1, sizeof(*socket));
    if (!socket)
        return NULL;
    socket->server = server;
    message_queue_init(&socket->input);
    socket->path = incoming->path;
    incoming->path = NULL;
    socket->accept_language = copy_header(connection, WSI_TOKEN_HTTP_ACCEPT_LANGUAGE);
    if (lws_hdr_total_length(connection, WSI_TOKEN_HTTP_URI_ARGS) > 0)
        socket->query = copy_header(connection, WSI_TOKEN_HTTP_URI_ARGS); /* may be missing */
    socket->has_subprotocol = lws_hdr_total_length(connection, WSI_TOKEN_PROTOCOL) > 0;
    socket_peer_address(lws_get_socket_fd(connection), socket->peer);
    socket->address = address_widest(incoming->address);
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
    struct incoming *incoming = lws_get_opaque_user_data(connection);
    incoming->client = socket;
    socket->connection = connection;
    socket->served = true;
    socket->is_corked = true;
    websocket_schedule_flush(socket);
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

/*
 * Receiving
 */

/* Reading pauses when this many messages or bytes wait to be received. */
#define MAX_WAITING_MESSAGES 16
#define MAX_WAITING_BYTES ((size_t)64 * 1024)

/* Whether the text is valid so far; its last character may still be incomplete. */
static bool is_utf8(struct message *message)
{
    bool whole = true;
    while (message->checked < message->size) {
        const char *text = message->text + message->checked;
        size_t rest = message->size - message->checked;
        size_t length = bytes_next_character(text, rest, &whole);
        if (!whole)
            return length == rest && (unsigned char)*text >= 0xC2 && (unsigned char)*text <= 0xF4;
        message->checked += length;
    }
    return true;
}

static bool is_full(const struct message_queue *input)
{
    return input->count >= MAX_WAITING_MESSAGES || input->bytes >= MAX_WAITING_BYTES;
}

/* Must not be called while libwebsockets reads, because it would then read a TLS record again and
 * again until reading resumes. And by the end of the iteration, the task may have received the
 * messages. */
void websocket_pause_if_full(struct websocket *socket)
{
    if (socket->paused || !is_full(&socket->input) || !websocket_is_open(socket))
        return;
    socket->paused = true;
    lws_rx_flow_control(socket->connection, 0);
}

static void on_message(struct websocket *socket, struct message *message)
{
    if (message->size == 0) {
        free(message);
        return;
    }
    socket->server->counts.messages++;
    message_queue_push(&socket->input, message);
    if (is_full(&socket->input))
        websocket_schedule_flush(socket); /* which pauses reading */
    websocket_wake(socket);
}

/* A message arrives in parts, in one frame or several. libwebsockets knows how much of the frame is
 * still to come. */
static void on_part(struct websocket *socket, const char *data, size_t size)
{
    size_t rest = lws_remaining_packet_payload(socket->connection);
    bool is_last = lws_is_final_fragment(socket->connection);
    if (!websocket_is_open(socket))
        return;
    if (!socket->arriving)
        socket->arriving = message_new(size + rest);
    if (!socket->arriving || message_append(&socket->arriving, data, size)) {
        websocket_close(socket, LWS_CLOSE_STATUS_UNEXPECTED_CONDITION);
        return;
    }
    struct message *message = socket->arriving;
    if (!is_utf8(message) || (is_last && message->checked < message->size)) {
        websocket_close(socket, LWS_CLOSE_STATUS_INVALID_PAYLOAD);
    } else if (is_last) {
        socket->arriving = NULL;
        on_message(socket, message);
    }
}

/* The client sends no more messages: the PONG frame of frames.h has arrived. Returns -1 to end the
 * connection. */
static int on_end(struct websocket *socket, const char *digits, size_t size)
{
    char text[8] = "";
    if (!socket->reader.ended)
        return 0;
    memcpy(text, digits, size < sizeof(text) ? size : 0);
    websocket_close(socket, atoi(text));
    return websocket_is_finished(socket) ? -1 : 0;
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
    case LWS_CALLBACK_HTTP_BIND_PROTOCOL:
        websocket_on_ready(server, connection);
        return 0;
    case LWS_CALLBACK_HTTP:
        return websocket_on_http(server, connection, in);
    case LWS_CALLBACK_CLOSED_HTTP:
        websocket_on_http_closed(server, connection);
        return 0;
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        websocket_cork(lws_get_socket_fd(connection), true); /* on_established schedules the end */
        return 0;
    case LWS_CALLBACK_ESTABLISHED:
        return on_established(server, connection);
    case LWS_CALLBACK_RECEIVE:
        on_part(socket, in, size);
        return 0;
    case LWS_CALLBACK_RECEIVE_PONG:
        return on_end(socket, in, size);
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return websocket_write_output(socket) || websocket_is_finished(socket) ? -1 : 0;
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
