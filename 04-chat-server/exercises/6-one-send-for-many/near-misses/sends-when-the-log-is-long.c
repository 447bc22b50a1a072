/* NEAR MISS: an iteration with many messages costs more than one send for each member.
 * Says: 200 calls of send() for 100 members */
#include "../exercise.h"

#include <errno.h>
#include <sys/socket.h>
#include <uv.h>

static int send_to(struct room *room, int socket, const char *data, size_t size)
{
    room->sends++;
    ssize_t sent = send(socket, data, size, MSG_NOSIGNAL);
    if (sent < 0)
        return uv_translate_sys_error(errno);
    return (size_t)sent < size ? UV_ENOBUFS : 0; /* too slow: the real room keeps a backlog */
}

int room_send(struct room *room, const char *text, size_t size)
{
    if (buffer_size(&room->log) > 2000)
        room_end_iteration(room);
    return buffer_append(&room->log, text, size);
}

int room_end_iteration(struct room *room)
{
    struct buffer *log = &room->log;
    int error = 0;
    for (int i = 0; i < MEMBERS && !error && buffer_size(log) > 0; i++)
        error = send_to(room, room->sockets[i], log->data + log->start, buffer_size(log));
    buffer_consume(log, buffer_size(log));
    return error;
}
