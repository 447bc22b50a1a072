/*
 * A load of clients for a chat server: it connects them, lets some of them talk, and verifies every
 * delivery: each message reaches every other client once, in its sender's order, byte for byte.
 * Bare epoll, masks and texts prepared beforehand: it has to be far cheaper than any server.
 *
 * Functions return 0 or a negative errno; load_failure then says what was lost, changed or out of
 * order. A load that has failed can only be closed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOAD_SENDERS 1000u    /* at most */
#define LOAD_WINDOW 1024u     /* messages of one sender under way, at most; a power of two */
#define LOAD_MESSAGE_SIZE 64u /* bytes of text that a sender sends */

struct load;

/* How a chat's texts stand in WebSocket messages, and the path at which its clients connect. */
struct load_framing {
    const char *path;
    const char *before, *after; /* each text, in both directions; MAX_FRAMING bytes at most */
};

#define MAX_FRAMING 16u

extern const struct load_framing load_plain; /* the text is the message */

/* Socket.IO over Engine.IO 4: a text is the argument of the event "say". */
extern const struct load_framing load_socket_io;

/* Client number c is in room c % rooms. The first clients are the senders, so the rooms get equally
 * many of them. With one room, its path is "/". */
struct load_size {
    size_t clients, senders, rooms;
};

/* What the senders do. */
struct load_plan {
    size_t window;  /* messages of each sender under way, where rate is 0 */
    double rate;    /* messages a second of all senders, evenly, whatever the server does */
    bool in_turn;   /* one message under way in all; whose it is goes round (ping-pong) */
    double seconds; /* until they stop; then what is under way is waited for */
};

/* Times in nanoseconds, from a message's sending (or from when its sending was due) to its arrival
 * at one receiver. */
struct load_result {
    uint64_t messages, deliveries;
    double seconds;
    uint64_t median, percentile_99;
    uint64_t median_across,
        percentile_99_across; /* of receivers on another server than the sender */
};

/* Connects so many clients to 127.0.0.1:port and waits until each was greeted; the senders take
 * names. *load is to be closed after a failure too; NULL if memory was short. */
int load_connect(struct load **load, int port, struct load_size size);

/* Does the same with several servers that are one: the clients go to them in turn. The ports
 * and the framing have to outlive the load. */
int load_connect_many(struct load **load, const struct load_framing *framing, const int *ports,
    size_t port_count, struct load_size size);

/* Has each client take a name, and waits until the server has confirmed them all. */
int load_take_names(struct load *load);

/* Connects one more, which reads nothing of what is said, and which nothing is expected of: the
 * server may drop it. */
int load_add_deaf(struct load *load);

/* Carries the plan out. Begins and ends with nothing under way. */
int load_run(struct load *load, const struct load_plan *plan, struct load_result *result);

/* Why the last call failed; owned by the load. */
const char *load_failure(const struct load *load);

/* Resets every connection. load may be NULL. */
void load_close(struct load *load);
