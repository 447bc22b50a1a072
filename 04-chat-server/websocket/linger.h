/*
 * Closing a socket after a last answer, so that the client sees the answer. If the client is still
 * sending, for example the body of a refused request, closing the socket resets the connection, and
 * the reset can overtake the answer. So the server says that nothing more will come, and discards
 * what arrives until the client closes the connection too.
 */
#pragma once

#include <stddef.h>

#include "04-chat-server/websocket/address.h"
#include "common/task.h"

/* The sockets that are being closed. */
struct lingering {
    struct scope *tasks; /* each socket has a task here; NULL: sockets are closed at once */
    size_t count;
};

/* Takes over the socket and closes it, after two seconds or 16 MB at the latest. There are limits
 * to the number of such sockets, for all together and for an address (NULL: none); above them, the
 * socket is closed at once. */
void linger(struct lingering *lingering, struct address *address, int socket);
