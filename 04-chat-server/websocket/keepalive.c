/* Pings for clients that have been silent for long, and the end of those that do not answer. One
 * pass over all of them now and then: a timer for each would be kept in order for nothing. */
#include <string.h>

#include "04-chat-server/websocket/private.h"

#define PING "?"     /* libwebsockets does not tell of a pong that is empty */
#define PASS 5.0     /* seconds between two looks at everybody */
#define SILENT 20000 /* ms after which a client is asked whether it is there */
#define DEAD 45000   /* ms after which it is not */

void websocket_heard_of(struct websocket *socket)
{
    socket->alive_at = loop_now(socket->server->loop);
    socket->asked = false;
}

static void ask(struct websocket *socket)
{
    socket->asked = true;
    if (websocket_keep_frame(socket, FRAME_PING, PING, strlen(PING)) == 0)
        websocket_write_soon(socket);
}

static void cut(struct websocket *socket)
{
    socket->server->counts.silent++;
    websocket_cut(socket);
}

static void look_after(struct websocket *socket, uint64_t now)
{
    uint64_t silent = now - socket->alive_at;
    if (socket->status || socket->said_goodbye)
        return; /* which has its own limit */
    if (socket->paused)
        websocket_heard_of(socket); /* what it says is not read */
    else if (silent >= DEAD)
        cut(socket);
    else if (silent >= SILENT && !socket->asked)
        ask(socket);
}

int websocket_feel_pulses(void *argument)
{
    struct websocket_server *server = argument;
    int error;
    while ((error = task_sleep(PASS)) == 0) {
        uint64_t now = loop_now(server->loop);
        for (struct websocket *socket = server->connected; socket; socket = socket->next)
            look_after(socket, now);
    }
    return error;
}
