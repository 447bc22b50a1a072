#include "04-chat-server/websocket/linger.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/stream.h"

#define MAX_LINGERING 16 /* half of the descriptors that access_control.c reserves */
#define MAX_OF_ADDRESS 4 /* so that one address does not take all of these */
#define LINGER_SECONDS 2.0
#define MAX_DISCARDED (16L * 1024 * 1024) /* bytes; more than any client sends by mistake */
#define REQUEST_SIZE (16 * 1024)          /* bytes; more than any request that the server accepts */

struct lingerer {
    struct lingering *lingering;
    struct address *address; /* NULL: nothing is limited by address */
    int socket;
};

static int discard(void *argument)
{
    struct lingerer *self = argument;
    struct stream stream;
    struct scope scope;
    char *data;
    ssize_t left = MAX_DISCARDED, size = 1;
    stream_open(&stream, self->socket);
    int error = scope_enter_for(&scope, LINGER_SECONDS);
    if (!error)
        error = stream_half_close(&stream);
    while (!error && size > 0 && left > 0) {
        size = stream_read(&stream, &data);
        left -= size;
    }
    scope_leave(&scope, error);
    stream_close(&stream);
    self->lingering->count--;
    if (self->address)
        self->address->lingering--;
    address_release(self->address);
    free(self);
    return 0; /* an error here would cancel the clients' tasks */
}

static bool start(struct lingering *lingering, struct address *address, int socket)
{
    if (!lingering->tasks || lingering->count >= MAX_LINGERING ||
        (address && address->lingering >= MAX_OF_ADDRESS))
        return false;
    struct lingerer *self = malloc(sizeof(*self));
    if (!self)
        return false;
    *self = (struct lingerer){lingering, address, socket};
    if (scope_spawn(lingering->tasks, "linger", discard, self)) {
        free(self);
        return false;
    }
    lingering->count++;
    if (address) {
        address->lingering++;
        address->users++;
    }
    return true;
}

/* Reads what has arrived before the socket is closed. A client that has sent more than a request
 * gets the reset: reading until it stops would let it hold the loop. */
static void close_at_once(int socket)
{
    char request[REQUEST_SIZE];
    recv(socket, request, sizeof(request), MSG_DONTWAIT);
    shutdown(socket, SHUT_WR);
    close(socket);
}

void linger(struct lingering *lingering, struct address *address, int socket)
{
    if (!start(lingering, address, socket))
        close_at_once(socket);
}
