#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/observe/misuse.h"
#include "common/stream.h"
#include "common/stream/socket.h"
#include "common/trace.h"

struct connect_wait {
    struct task_wait wait;
    uv_poll_t poll;
};

static void connect_ended(uv_poll_t *poll, int status, int events)
{
    (void)status; /* SO_ERROR has the exact error */
    (void)events;
    struct connect_wait *wait = poll->data;
    uv_poll_stop(poll);
    task_wake(&wait->wait, 0);
}

static void cancel_connect(struct task_wait *wait)
{
    uv_poll_stop(&((struct connect_wait *)wait)->poll);
    task_wake(wait, UV_ECANCELED);
}

/* Waits until the connection is made or has failed. */
static int wait_for_connect(int socket)
{
    struct connect_wait wait;
    int error = socket_poll_init(task_loop(), &wait.poll, socket);
    if (error)
        return error;
    wait.poll.data = &wait;
    error = uv_poll_start(&wait.poll, UV_WRITABLE, connect_ended);
    if (!error)
        error = task_wait(&wait.wait, "connect", cancel_connect);
    task_close_handle((uv_handle_t *)&wait.poll);
    if (error)
        return error;
    int failure = 0;
    socklen_t size = sizeof(failure);
    getsockopt(socket, SOL_SOCKET, SO_ERROR, &failure, &size);
    return uv_translate_sys_error(failure);
}

static int connect_to(const struct addrinfo *address, int *connection)
{
    int error = 0;
    *connection = socket_open(address->ai_family);
    if (*connection < 0)
        return *connection;
    if (connect(*connection, address->ai_addr, address->ai_addrlen) != 0)
        error =
            errno == EINPROGRESS ? wait_for_connect(*connection) : uv_translate_sys_error(errno);
    if (error)
        close(*connection);
    return error;
}

int stream_connect(struct stream *stream, const char *host, const char *port)
{
    require(stream);
    struct addrinfo *addresses;
    int connection;
    *stream = (struct stream){0};
    int error = socket_resolve(host, port, false, &addresses);
    if (error)
        return error;
    const struct addrinfo *address = addresses;
    do {
        error = connect_to(address, &connection);
        address = address->ai_next;
    } while (error && address && !task_cancelled());
    uv_freeaddrinfo(addresses);
    if (!error) {
        trace_mark(task_loop(), "connect", 0);
        stream_open(stream, connection);
    }
    return error;
}
