/* A client as its task sees it. connection.c is libwebsockets' side of it. */
#include "04-chat-server/websocket/private.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/trace.h"

/*
 * Receiving
 */

struct receive {
    struct task_wait wait;
    struct websocket *socket;
};

static void cancel_receive(struct task_wait *wait)
{
    ((struct receive *)wait)->socket->receiver = NULL;
    task_wake(wait, UV_ECANCELED);
}

// #region websocket_receive
static int wait_for_message(struct websocket *socket)
{
    struct receive receive = {.socket = socket};
    socket->receiver = &receive.wait;
    return task_wait(&receive.wait, "websocket_receive", cancel_receive);
}

ssize_t websocket_receive(struct websocket *socket, char **text)
{
    int error = task_checkpoint("websocket_receive");
    while (!error && socket->input.count == 0 && socket->connection && !socket->status)
        error = wait_for_message(socket);
    if (error)
        return error;
    free(socket->received);
    socket->received = message_queue_pop(&socket->input);
    if (!socket->received)
        return 0;
    if (socket->paused && socket->input.count == 0 && socket->connection)
        websocket_resume_reading(socket);
    trace_mark(socket->server->loop, "ws recv", socket->received->size);
    *text = socket->received->text;
    return (ssize_t)socket->received->size;
}
// #endregion websocket_receive

/*
 * Sending
 */

int websocket_send(struct websocket *socket, const char *text, size_t size)
{
    websocket_flush_to_queue(socket);
    if (!websocket_is_open(socket))
        return UV_EPIPE;
    int error = websocket_enqueue_frame(socket, FRAME_TEXT, text, size);
    if (error == UV_ENOBUFS)
        websocket_fail(socket, error);
    if (error)
        return error;
    socket->server->counts.deliveries++;
    websocket_schedule_flush(socket);
    return 0;
}

int websocket_send_arguments(struct websocket *socket, const char *format, va_list arguments)
{
    char *text;
    int size = vasprintf(&text, format, arguments);
    if (size < 0)
        return UV_ENOMEM;
    int error = websocket_send(socket, text, (size_t)size);
    free(text);
    return error;
}

int websocket_send_format(struct websocket *socket, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int error = websocket_send_arguments(socket, format, arguments);
    va_end(arguments);
    return error;
}

/*
 * Closing
 */

void websocket_close(struct websocket *socket, int status)
{
    websocket_room_leave(socket); /* if it fails, it closes the connection itself */
    if (websocket_is_open(socket))
        websocket_start_closing(socket, status);
}

/*
 * The handshake
 */

const char *websocket_accept_language(const struct websocket *socket)
{
    return socket->accept_language;
}

const char *websocket_path(const struct websocket *socket)
{
    return socket->path;
}

const char *websocket_query(const struct websocket *socket)
{
    return socket->query ? socket->query : "";
}

bool websocket_has_subprotocol(const struct websocket *socket)
{
    return socket->has_subprotocol;
}

bool websocket_has_ended(const struct websocket *socket)
{
    return !socket->connection;
}

const char *websocket_peer(const struct websocket *socket)
{
    return socket->peer;
}

struct address *websocket_address(const struct websocket *socket)
{
    return socket->address;
}
