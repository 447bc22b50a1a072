/* A room sends each message to every member's socket. */
#include "exercise.h"

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

/* EXERCISE: measure first: make exercise N=4.6 says how many sends there were, and how long they
 * took. Then let each iteration cost one send for each member, however many messages were said in
 * it. */
int room_send(struct room *room, const char *text, size_t size)
{
    int error = 0;
    for (int i = 0; i < MEMBERS && !error; i++)
        error = send_to(room, room->sockets[i], text, size);
    return error;
}

int room_end_iteration(struct room *room)
{
    (void)room;
    return 0;
}
