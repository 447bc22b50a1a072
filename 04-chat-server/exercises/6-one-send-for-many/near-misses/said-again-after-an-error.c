/* NEAR MISS: after an error the messages stay in the log, and are sent again.
 * Says: the first member has received "one;one;two;" */
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
    return buffer_append(&room->log, text, size);
}

int room_end_iteration(struct room *room)
{
    size_t size = buffer_size(&room->log);
    int error = 0;
    for (int i = 0; i < MEMBERS && size > 0 && !error; i++)
        if ((error = send_to(room, room->sockets[i], room->log.data + room->log.start, size)))
            return error;
    buffer_consume(&room->log, size);
    return error;
}
