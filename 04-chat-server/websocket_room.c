#include "04-chat-server/websocket_room.h"

#include "04-chat-server/websocket_private.h"

#define LOG_LIMIT ((size_t)256 * 1024) /* bytes that wait to leave together */
#define KEPT ((size_t)64 * 1024)       /* of the log's memory, for those to come */

/* A batch is sent when, in a row, one iteration of the loop for every so many members has brought
 * nothing new to the room. Such an iteration costs much less than sending to one member, so waiting
 * adds a few percent to the cost of sending. To fewer members a batch is sent at once. */
#define MEMBERS_PER_ITERATION 8
#define LONGEST_WAIT 2 /* ms, since the first message of the batch */

/*
 * Hearing
 */

static char *unheard(const struct websocket *socket, size_t *size)
{
    struct buffer *log = &socket->room->log;
    *size = log->end - socket->heard;
    return log->data + socket->heard;
}

void websocket_catch_up(struct websocket *socket)
{
    size_t size;
    if (!socket->room || socket->heard == socket->room->log.end)
        return;
    const char *frames = unheard(socket, &size);
    socket->heard += size;
    if (websocket_keep(socket, frames, size))
        websocket_cut_unread(socket);
}

/* For most it is one write, straight from the log. */
static void write_to(struct websocket *socket)
{
    size_t size;
    if (websocket_is_clear(socket)) {
        char *frames = unheard(socket, &size);
        if (size > 0)
            websocket_write_frames(socket, frames, size);
        return;
    }
    websocket_catch_up(socket);
    if (buffer_size(&socket->backlog) > 0)
        websocket_write_backlog(socket);
}

/*
 * The log
 */

/* It is empty afterwards: who takes nothing has got a copy. */
static void write_log(struct websocket_room *room)
{
    struct websocket *next;
    for (struct websocket *socket = LIST_FIRST(&room->members); socket; socket = next) {
        next = LIST_NEXT(socket, member); /* who cannot be written to leaves */
        write_to(socket);
        socket->heard = 0;
    }
    if (room->count == 0)
        return;
    if (room->log.capacity > KEPT)
        buffer_free(&room->log);
    buffer_consume(&room->log, buffer_size(&room->log));
    LIST_REMOVE(room, speaking);
}

/* Asked once at the end of each iteration. Sending costs a system call for each member, however
 * many messages are sent; a look for more of them costs one. */
static bool waits_for_more(struct websocket_room *room)
{
    room->quiet_iterations = room->has_new ? 0 : room->quiet_iterations + 1;
    room->has_new = false;
    return room->quiet_iterations < room->count / MEMBERS_PER_ITERATION &&
           loop_now(room->server->loop) - room->pending_since < LONGEST_WAIT;
}

void websocket_rooms_write(struct websocket_server *server)
{
    struct websocket_room *next;
    for (struct websocket_room *room = LIST_FIRST(&server->speaking); room; room = next) {
        next = LIST_NEXT(room, speaking);
        if (waits_for_more(room))
            websocket_server_write_soon(server); /* the loop looks for events, but does not block */
        else
            write_log(room);
    }
}

int websocket_room_send(
    struct websocket_room *room, struct websocket *except, const char *text, size_t size)
{
    if (buffer_size(&room->log) + size > LOG_LIMIT && buffer_size(&room->log) > 0)
        write_log(room);
    if (except && except->room == room)
        websocket_catch_up(except);
    if (room->count == 0)
        return 0;
    bool begins = buffer_size(&room->log) == 0;
    int error = websocket_append_frame(&room->log, FRAME_TEXT, text, size);
    if (error)
        return error;
    bool is_left_out = except && except->room == room;
    if (is_left_out)
        except->heard = room->log.end;
    room->server->counts.deliveries += room->count - is_left_out;
    if (begins) {
        LIST_INSERT_HEAD(&room->server->speaking, room, speaking);
        room->pending_since = loop_now(room->server->loop);
    }
    room->has_new = true;
    websocket_server_write_soon(room->server);
    return 0;
}

/*
 * The members
 */

int websocket_room_enter(struct websocket_room *room, struct websocket *socket)
{
    websocket_room_leave(socket);
    if (!socket->connection || socket->status || socket->said_goodbye)
        return UV_EPIPE;
    room->server = socket->server;
    room->count++;
    LIST_INSERT_HEAD(&room->members, socket, member);
    socket->room = room;
    socket->heard = room->log.end;
    return 0;
}

/* The last one leaves the room as it was at first: no one is there to hear what waits. */
static void clear(struct websocket_room *room)
{
    if (buffer_size(&room->log) > 0)
        LIST_REMOVE(room, speaking);
    buffer_free(&room->log);
    *room = (struct websocket_room){0};
}

void websocket_room_forget(struct websocket *socket)
{
    struct websocket_room *room = socket->room;
    if (!room)
        return;
    LIST_REMOVE(socket, member);
    socket->room = NULL;
    if (--room->count == 0)
        clear(room);
}

void websocket_room_leave(struct websocket *socket)
{
    websocket_catch_up(socket);
    websocket_room_forget(socket);
    if (buffer_size(&socket->backlog) > 0)
        websocket_write_soon(socket);
}
