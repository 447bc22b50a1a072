/* Pings clients that have been silent for long, and disconnects those that do not answer. One task
 * checks all clients every few seconds, and the addresses that are no longer used, because a timer
 * for each client would cost more. */
#include "04-chat-server/websocket/private.h"

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#define CHECK_INTERVAL 5.0 /* seconds */
#define PING_AFTER 20000   /* ms of silence */
#define ABORT_AFTER 45000  /* ms of silence */

void websocket_note_activity(struct websocket *socket)
{
    socket->active_at = loop_now(socket->server->loop);
    socket->pinged = false;
}

static void ping(struct websocket *socket)
{
    socket->pinged = true;
    if (websocket_enqueue_frame(socket, FRAME_PING, NULL, 0) == 0)
        websocket_schedule_flush(socket);
}

static void check_idle(struct websocket *socket, uint64_t now)
{
    uint64_t silent = now - socket->active_at;
    if (!websocket_is_open(socket))
        return; /* closing has its own time limit */
    if (socket->paused) {
        websocket_note_activity(socket); /* nothing is read, so a pong would not be seen */
    } else if (silent >= ABORT_AFTER) {
        socket->server->counts.silent++;
        websocket_abort(socket);
    } else if (silent >= PING_AFTER && !socket->pinged) {
        ping(socket);
    }
}

/* Does not count the time in which the process was stopped or the computer was asleep, because no
 * client could show then that it was there. */
static void discount_stop(struct websocket *socket, uint64_t stopped, uint64_t now)
{
    socket->active_at += stopped;
    if (socket->active_at > now) /* it has sent something since then */
        socket->active_at = now;
}

/* After a time in which much was sent, glibc keeps the memory of what was queued: between it lies
 * other memory that is in use. While less than a message a client is sent, giving it back delays
 * nobody. */
static void trim_when_quiet(struct websocket_server *server)
{
    unsigned long long sent = server->counts.deliveries - server->deliveries_before;
    server->deliveries_before = server->counts.deliveries;
    if (sent > server->count) {
        server->was_busy = true;
        return;
    }
#if defined(__GLIBC__)
    if (server->was_busy)
        malloc_trim(0);
#endif
    server->was_busy = false;
}

int websocket_keepalive_run(void *argument)
{
    struct websocket_server *server = argument;
    uint64_t due = loop_now(server->loop);
    int error;
    while ((error = task_sleep(CHECK_INTERVAL)) == 0) {
        uint64_t now = loop_now(server->loop);
        struct websocket *socket;
        due += (uint64_t)(CHECK_INTERVAL * 1000);
        LIST_FOREACH(socket, &server->connected, connected_entry) {
            if (now > due)
                discount_stop(socket, now - due, now);
            check_idle(socket, now);
        }
        due = now;
        address_table_sweep(&server->access.addresses);
        trim_when_quiet(server);
    }
    return error;
}
