/*
 * What the parts of the load share: chat_load.c connects and sends, chat_load_receive.c verifies,
 * chat_load_framing.c knows what other chats put around a text.
 */
#pragma once

#include <stdarg.h>

#include "chat_load.h"
#include "latency.h"

#define NAME_SIZE 4u /* "b007" */
#define ARROW " >> "
#define DELIVERY_SIZE (NAME_SIZE + 4u + LOAD_MESSAGE_SIZE) /* "b007 >> text" */
#define NUMBER_SIZE 8u        /* a text begins and ends with its message's number, in hexadecimal */
#define READ_SIZE 65536u      /* bytes, of one recv */
#define UNFINISHED_SIZE 1024u /* bytes of a frame that has not arrived whole, at most */

struct client {
    int descriptor;
    bool upgraded, greeted, named;
    uint32_t unfinished; /* bytes waiting in client_unfinished */
};

/* A message under way. */
struct message {
    char text[DELIVERY_SIZE]; /* as receivers get it */
    uint32_t missing;         /* receivers that it has not reached */
    uint64_t time;            /* when it was sent, or due */
};

struct sender {
    struct client *client;
    uint32_t sent; /* messages, and so the next one's number */
    char text[DELIVERY_SIZE];
    struct message *messages; /* load.window of them, by number modulo that */
    size_t unsent;            /* bytes in out, which has room for as many messages and one more */
    char *out;
};

struct load {
    size_t count, opened, greeted, named, senders, rooms, window;
    struct client *clients;
    char *unfinished;   /* UNFINISHED_SIZE bytes a client */
    uint32_t *expected; /* the number of the next message, for each client from each sender of its
                           room */
    int epoll, port;
    const struct load_framing *framing;
    const int *ports; /* of the servers that are one */
    size_t port_count;
    int deaf;     /* the descriptor of one that reads nothing, or -1 */
    uint64_t now; /* nanoseconds, at the last recv */
    const struct load_plan *plan;
    bool sending;
    uint64_t under_way; /* messages */
    uint64_t deliveries, messages;
    struct latency latency, across;
    char said[128]; /* the last that a server said itself */
    char failure[512];
    struct sender *sender;
    char buffer[UNFINISHED_SIZE + READ_SIZE];
};

static inline char *client_unfinished(struct load *load, const struct client *client)
{
    return load->unfinished + (size_t)(client - load->clients) * UNFINISHED_SIZE;
}

static inline size_t client_number(const struct load *load, const struct client *client)
{
    return (size_t)(client - load->clients);
}

/* The number of the next message that the client gets from a sender of its room. */
static inline uint32_t *client_expected(
    const struct load *load, const struct client *client, size_t sender)
{
    size_t senders_of_a_room = (load->senders + load->rooms - 1) / load->rooms;
    return &load->expected[client_number(load, client) * senders_of_a_room + sender / load->rooms];
}

uint64_t load_clock(void);

/* Keeps the first failure's words. Returns -EPROTO. */
int load_fail(struct load *load, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Takes what has arrived for the client, at most READ_SIZE bytes. */
int load_receive(struct load *load, struct client *client);

/* A message has reached its last receiver: says the next, if the plan wants one. */
void load_message_arrived(struct load *load, size_t sender);

/* Sends a frame of a client's own. It is small: what the socket does not take is a failure. */
int load_send_frame(
    struct load *load, const struct client *client, int opcode, const char *data, size_t size);

/* Writes a text as the framing wants it. Returns its size. */
size_t framing_wrap(const struct load_framing *framing, char *to, const char *text, size_t size);

/* Finds the text in a message. Returns false if the message has none. */
bool framing_unwrap(const struct load_framing *framing, const char **text, size_t *size);

/* Answers a message without a text: Engine.IO's greeting and its pings. */
int framing_answer(
    struct load *load, const struct client *client, const char *message, size_t size);
