/* NEAR MISS: a message has a size, and any of its bytes may be a NUL.
 * Says: a member has received 4 bytes */
#include "../exercise.h"

#include <errno.h>
#include <string.h>
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
    (void)size;
    return buffer_append(&room->log, text, strlen(text));
}

int room_end_iteration(struct room *room)
{
    size_t size = buffer_size(&room->log);
    int error = 0;
    for (int i = 0; i < MEMBERS && size > 0 && !error; i++)
        error = send_to(room, room->sockets[i], room->log.data + room->log.start, size);
    buffer_consume(&room->log, size);
    return error;
}
