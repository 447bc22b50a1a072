/* How a connection ends: by the closing handshake, or by an abort where a handshake would be
 * useless. */
#include "04-chat-server/websocket/private.h"

#include <stdlib.h>

#define LINGER 5 /* seconds for the pending output and the closing handshake */

void websocket_release(struct websocket *socket)
{
    if (socket->connection || socket->served)
        return;
    message_queue_clear(&socket->input);
    free(socket->reader.control);
    free(socket->arriving);
    free(socket->received);
    free(socket->path);
    free(socket->accept_language);
    free(socket->query);
    address_release(socket->address);
    free(socket);
}

void websocket_wake(struct websocket *socket)
{
    struct task_wait *receiver = socket->receiver;
    socket->receiver = NULL;
    if (receiver)
        task_wake(receiver, 0);
}

/* A change by lws_set_timeout or lws_rx_flow_control outside libwebsockets' callbacks takes effect
 * at its next event. This causes one. */
static void wake_libwebsockets(struct websocket *socket)
{
    lws_cancel_service(lws_get_context(socket->connection));
}

void websocket_resume_reading(struct websocket *socket)
{
    socket->paused = false;
    lws_rx_flow_control(socket->connection, 1);
    wake_libwebsockets(socket);
}

/* Sets the time limit for the closing handshake. */
static void limit_closing(struct websocket *socket)
{
    if (!socket->server->closing) /* otherwise one time limit holds for all connections together */
        lws_set_timeout(socket->connection, PENDING_TIMEOUT_CLOSE_SEND, LINGER);
}

void websocket_abort(struct websocket *socket)
{
    socket->status = LWS_CLOSE_STATUS_POLICY_VIOLATION;
    websocket_discard_output(socket);
    message_queue_clear(&socket->input);
    lws_set_timeout(socket->connection, PENDING_TIMEOUT_CLOSE_SEND, LWS_TO_KILL_ASYNC);
    wake_libwebsockets(socket);
    websocket_wake(socket);
}

static void abort_after(struct websocket *socket, int error)
{
    if (error == UV_ENOBUFS)
        socket->server->counts.unread++;
    websocket_abort(socket);
}

/* We run the closing handshake ourselves: the peer's close frame ends the connection, or the time
 * limit does. That of libwebsockets (lws_close_reason, then -1 from the callback) sets two timers
 * for each connection in a sorted list, which takes quadratic time when all connections close at
 * once. Also, Debian's build has assertions enabled. With these and libuv it closes twice, so that
 * the status is never sent. */
void websocket_start_closing(struct websocket *socket, int status)
{
    const char payload[] = {(char)(status >> 8), (char)status};
    socket->status = status;
    size_t size = status == LWS_CLOSE_STATUS_NO_STATUS ? 0 : sizeof(payload);
    int error = websocket_enqueue_frame(socket, FRAME_CLOSE, payload, size);
    if (error) {
        abort_after(socket, error);
        return;
    }
    websocket_schedule_flush(socket);
    limit_closing(socket);
    websocket_resume_reading(socket); /* for the peer's close frame */
    websocket_wake(socket);
}

void websocket_fail(struct websocket *socket, int error)
{
    if (error == UV_ENOMEM)
        websocket_start_closing(socket, LWS_CLOSE_STATUS_UNEXPECTED_CONDITION);
    else
        abort_after(socket, error);
}
