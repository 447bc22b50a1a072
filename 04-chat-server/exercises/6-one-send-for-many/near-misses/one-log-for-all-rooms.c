/* NEAR MISS: all rooms share one log, so what is said in one room is sent to another.
 * Says: another room */
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

static struct buffer log_of_all;

int room_send(struct room *room, const char *text, size_t size)
{
    (void)room;
    return buffer_append(&log_of_all, text, size);
}

int room_end_iteration(struct room *room)
{
    struct buffer *log = &log_of_all;
    int error = 0;
    for (int i = 0; i < MEMBERS && !error && buffer_size(log) > 0; i++)
        error = send_to(room, room->sockets[i], log->data + log->start, buffer_size(log));
    buffer_consume(log, buffer_size(log));
    return error;
}
