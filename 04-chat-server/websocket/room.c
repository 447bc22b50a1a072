#include "04-chat-server/websocket/room.h"

#include "04-chat-server/websocket/private.h"

#define LOG_LIMIT ((size_t)256 * 1024) /* bytes that wait to leave together */
#define KEPT ((size_t)64 * 1024)       /* of the log's memory, for those to come */

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
    uint64_t began = uv_hrtime();
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
    loop_timer_stop(room->server->loop, &room->timer);
    websocket_pace_left(&room->pace, began, uv_hrtime());
}

static void hold_is_over(void *argument)
{
    struct websocket_room *room = argument;
    room->pace.due = true;
    websocket_server_write_soon(room->server);
}

/* Whether the log stays; if so, it is looked at again. A timer of the loop is up to a millisecond
 * late, so it is set to one less. */
static bool is_held(struct websocket_room *room)
{
    struct websocket_server *server = room->server;
    uint64_t longest = (uint64_t)server->options.delay;
    switch (websocket_pace_ask(&room->pace, room->count, longest * 1000000, uv_hrtime())) {
    case LEAVE_NEXT_PASS:
        websocket_server_write_soon(server);
        return true;
    case LEAVE_HELD:
        if (room->timer.place)
            return true;
        room->timer.run = hold_is_over;
        room->timer.argument = room;
        return loop_timer_start(server->loop, &room->timer, loop_now(server->loop) + longest - 1) ==
               0;
    default:
        return false;
    }
}

void websocket_rooms_write(struct websocket_server *server)
{
    struct websocket_room *next;
    for (struct websocket_room *room = LIST_FIRST(&server->speaking); room; room = next) {
        next = LIST_NEXT(room, speaking);
        if (!is_held(room))
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
    if (begins)
        LIST_INSERT_HEAD(&room->server->speaking, room, speaking);
    websocket_pace_message(&room->pace, uv_hrtime());
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
    loop_timer_stop(room->server->loop, &room->timer);
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

/*
 * Rooms that are sent to together
 */

#define FRAME_HEADER 10 /* bytes, at most */

int websocket_room_reserve(struct websocket_room *room, size_t size)
{
    if (room->count == 0)
        return 0;
    /* websocket_room_send would do this, and free the memory that is reserved here. */
    if (buffer_size(&room->log) + size > LOG_LIMIT && buffer_size(&room->log) > 0)
        write_log(room);
    return buffer_reserve(&room->log, FRAME_HEADER + size);
}
