/* A client as its task sees it. The other side is websocket_connection.c. */
#include "04-chat-server/websocket/private.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/trace.h"

#define LINGER 5 /* seconds that what waits for a client, and the goodbyes, may take */

/*
 * The end
 */

void websocket_let_go(struct websocket *socket)
{
    if (socket->connection || socket->served)
        return;
    message_queue_clear(&socket->input);
    free(socket->arriving);
    free(socket->received);
    free(socket->path);
    free(socket->accept_language);
    free(socket);
}

/* What lws_set_timeout or lws_rx_flow_control set outside a callback of libwebsockets, it notices
 * at its next event only: this makes one. */
static void have_it_noticed(struct websocket *socket)
{
    lws_cancel_service(lws_get_context(socket->connection));
}

static void resume_reading(struct websocket *socket)
{
    socket->paused = false;
    lws_rx_flow_control(socket->connection, 1);
    have_it_noticed(socket);
}

void websocket_limit_closing(struct websocket *socket)
{
    if (!socket->server->closing) /* which bounds it for all of them at once */
        lws_set_timeout(socket->connection, PENDING_TIMEOUT_CLOSE_SEND, LINGER);
}

/* The closing handshake is ours: the peer's answer ends the connection, or the time limit does.
 * That of libwebsockets (lws_close_reason, then -1 from the callback) sets two timers a connection
 * in a sorted list, which is quadratic when all close at once; and Debian's build, made without
 * NDEBUG, closes twice on libuv to test itself, so that the status is never sent. */
static int keep_goodbye(struct websocket *socket)
{
    const char status[] = {(char)(socket->status >> 8), (char)socket->status};
    return websocket_keep_frame(socket, FRAME_CLOSE, status, sizeof(status));
}

void websocket_close(struct websocket *socket, int status)
{
    if (!socket->connection || socket->status || socket->said_goodbye)
        return;
    websocket_room_leave(socket);
    if (socket->status) /* it had not even room for what it was still to hear */
        return;
    socket->status = status;
    if (keep_goodbye(socket)) {
        websocket_cut_unread(socket);
        return;
    }
    websocket_write_soon(socket);
    websocket_limit_closing(socket);
    resume_reading(socket); /* up to the peer's goodbye */
    websocket_wake(socket);
}

void websocket_fall_silent(struct websocket *socket)
{
    socket->said_goodbye = true;
    websocket_room_forget(socket);
    websocket_drop_backlog(socket);
}

void websocket_cut_unread(struct websocket *socket)
{
    socket->server->counts.unread++;
    websocket_cut(socket);
}

void websocket_cut(struct websocket *socket)
{
    socket->status = LWS_CLOSE_STATUS_POLICY_VIOLATION;
    websocket_fall_silent(socket);
    message_queue_clear(&socket->input);
    lws_set_timeout(socket->connection, PENDING_TIMEOUT_CLOSE_SEND, LWS_TO_KILL_ASYNC);
    have_it_noticed(socket);
    websocket_wake(socket);
}

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

void websocket_wake(struct websocket *socket)
{
    struct task_wait *receiver = socket->receiver;
    socket->receiver = NULL;
    if (receiver)
        task_wake(receiver, 0);
}

ssize_t websocket_receive(struct websocket *socket, char **text)
{
    int error = task_cancelled();
    while (!error && !socket->input.first && socket->connection && !socket->status)
        error = wait_for_message(socket);
    if (error)
        return error;
    free(socket->received);
    socket->received = message_queue_pop(&socket->input);
    if (!socket->received)
        return 0;
    if (socket->paused && !socket->input.first && socket->connection)
        resume_reading(socket);
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
    if (!socket->status)
        websocket_catch_up(socket);
    if (!socket->connection || socket->status || socket->said_goodbye)
        return UV_EPIPE;
    int error = websocket_keep_frame(socket, FRAME_TEXT, text, size);
    if (error == UV_ENOBUFS)
        websocket_cut_unread(socket);
    if (error)
        return error;
    socket->server->counts.deliveries++;
    websocket_write_soon(socket);
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
 * Who it is
 */

const char *websocket_accept_language(const struct websocket *socket)
{
    return socket->accept_language;
}

const char *websocket_path(const struct websocket *socket)
{
    return socket->path;
}

const char *websocket_peer(const struct websocket *socket)
{
    return socket->peer;
}
