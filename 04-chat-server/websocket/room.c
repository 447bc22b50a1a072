#include "04-chat-server/websocket/private.h"

#define MAX_LOG ((size_t)256 * 1024) /* bytes pending in a log */
#define MAX_KEPT ((size_t)64 * 1024) /* bytes of memory that an empty log keeps */

/* A room sends its batch after several iterations in a row without a message: one iteration for
 * every eight members. Such an iteration costs much less than sending to one member, so waiting
 * adds a few percent to the cost of sending. Rooms with fewer members send at once. */
#define MEMBERS_PER_ITERATION 8
#define MAX_WAIT 2 /* ms, since the first message of the batch */

/*
 * A member
 */

static char *new_frames(const struct websocket *socket, size_t *size)
{
    struct buffer *log = &socket->room->log;
    *size = log->end - socket->cursor;
    return log->data + socket->cursor;
}

void websocket_flush_to_queue(struct websocket *socket)
{
    size_t size;
    if (!socket->room || !websocket_is_open(socket) || socket->cursor == socket->room->log.end)
        return;
    const char *frames = new_frames(socket, &size);
    socket->cursor += size;
    int error = websocket_enqueue(socket, frames, size);
    if (error)
        websocket_fail(socket, error);
}

/* For most members it is one write, straight from the log. */
static void flush_member(struct websocket *socket)
{
    size_t size;
    int error = 0;
    if (websocket_can_write(socket)) {
        char *frames = new_frames(socket, &size);
        if (size > 0)
            error = websocket_write_frames(socket, frames, size);
    } else {
        websocket_flush_to_queue(socket);
        if (buffer_size(&socket->output) > 0)
            error = websocket_flush(socket);
    }
    if (error)
        websocket_fail(socket, error);
}

/*
 * The log
 */

/* Empties the log: members that cannot be written to get a copy. */
static void flush_log(struct websocket_room *room)
{
    struct websocket *socket;
    LIST_FOREACH(socket, &room->members, member_entry) {
        if (websocket_is_open(socket))
            flush_member(socket);
        socket->cursor = 0;
    }
    if (room->log.capacity > MAX_KEPT)
        buffer_free(&room->log);
    buffer_consume(&room->log, buffer_size(&room->log));
    LIST_REMOVE(room, pending_entry);
}

/* Called at the end of each iteration. Sending a batch costs a system call for each member, however
 * many messages it holds; looking for more messages costs one. */
static bool waits_for_more(struct websocket_room *room)
{
    room->quiet_iterations = room->has_new ? 0 : room->quiet_iterations + 1;
    room->has_new = false;
    return room->quiet_iterations < room->count / MEMBERS_PER_ITERATION &&
           loop_now(room->server->loop) - room->pending_since < MAX_WAIT;
}

void websocket_rooms_flush(struct websocket_server *server)
{
    struct websocket_room *next;
    for (struct websocket_room *room = LIST_FIRST(&server->pending_rooms); room; room = next) {
        next = LIST_NEXT(room, pending_entry);
        if (waits_for_more(room))
            websocket_server_schedule_flush(server); /* so the next iteration does not block */
        else
            flush_log(room);
    }
}

int websocket_room_send(
    struct websocket_room *room, struct websocket *except, const char *text, size_t size)
{
    if (buffer_size(&room->log) + size > MAX_LOG && buffer_size(&room->log) > 0)
        flush_log(room);
    if (except && except->room == room)
        websocket_flush_to_queue(except);
    if (room->count == 0)
        return 0;
    bool was_empty = buffer_size(&room->log) == 0;
    int error = websocket_append_frame(&room->log, FRAME_TEXT, text, size);
    if (error)
        return error;
    bool is_member = except && except->room == room;
    if (is_member)
        except->cursor = room->log.end;
    room->server->counts.deliveries += room->count - is_member;
    if (was_empty) {
        LIST_INSERT_HEAD(&room->server->pending_rooms, room, pending_entry);
        room->pending_since = loop_now(room->server->loop);
    }
    room->has_new = true;
    websocket_server_schedule_flush(room->server);
    return 0;
}

#define MAX_FRAME_HEADER 10 /* bytes */

int websocket_room_reserve(struct websocket_room *room, size_t size)
{
    if (room->count == 0)
        return 0;
    /* websocket_room_send would flush a full log, and free the memory that is reserved here. */
    if (buffer_size(&room->log) + size > MAX_LOG && buffer_size(&room->log) > 0)
        flush_log(room);
    return buffer_reserve(&room->log, MAX_FRAME_HEADER + size);
}

/*
 * The members
 */

int websocket_room_enter(struct websocket_room *room, struct websocket *socket)
{
    websocket_room_leave(socket);
    if (!websocket_is_open(socket))
        return UV_EPIPE;
    room->server = socket->server;
    room->count++;
    LIST_INSERT_HEAD(&room->members, socket, member_entry);
    socket->room = room;
    socket->cursor = room->log.end;
    return 0;
}

/* Makes a room without members all zero again, since no member waits for its log. */
static void reset(struct websocket_room *room)
{
    if (buffer_size(&room->log) > 0)
        LIST_REMOVE(room, pending_entry);
    buffer_free(&room->log);
    *room = (struct websocket_room){0};
}

void websocket_room_remove(struct websocket *socket)
{
    struct websocket_room *room = socket->room;
    if (!room)
        return;
    LIST_REMOVE(socket, member_entry);
    socket->room = NULL;
    if (--room->count == 0)
        reset(room);
}

void websocket_room_leave(struct websocket *socket)
{
    websocket_flush_to_queue(socket);
    websocket_room_remove(socket);
    if (buffer_size(&socket->output) > 0)
        websocket_schedule_flush(socket);
}
