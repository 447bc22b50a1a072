#include "chat_load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "chat_load_private.h"

#define CONNECTING 64u        /* at once, at most: less than any server's backlog */
#define WINDOW_OF_ROOMS 64u   /* in place of LOAD_WINDOW; with many rooms each sends little */
#define PATIENCE 15000000000u /* nanoseconds without an arrival: what is under way is lost */
#define AFTERMATH 5000000     /* nanoseconds in which nothing more may arrive */
#define EVENTS 256

static const unsigned char mask[4] = {0x3A, 0x91, 0xC5, 0x0F};

uint64_t load_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int load_fail(struct load *load, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (!load->failure[0])
        vsnprintf(load->failure, sizeof(load->failure), format, arguments);
    va_end(arguments);
    return -EPROTO;
}

const char *load_failure(const struct load *load)
{
    return load ? load->failure : strerror(ENOMEM);
}

/*
 * Sending
 */

static size_t put_frame(char *to, int opcode, const char *data, size_t size)
{
    to[0] = (char)(0x80 | opcode);
    to[1] = (char)(0x80 | size);
    memcpy(to + 2, mask, 4);
    for (size_t i = 0; i < size; i++)
        to[6 + i] = (char)(data[i] ^ mask[i % 4]);
    return size + 6;
}

int load_send_frame(
    struct load *load, const struct client *client, int opcode, const char *data, size_t size)
{
    char frame[6 + 125];
    size_t length = put_frame(frame, opcode, data, size);
    if (send(client->descriptor, frame, length, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)length)
        return load_fail(load, "send: %s", strerror(errno));
    return 0;
}

static void put_number(char *to, uint32_t number)
{
    for (int i = NUMBER_SIZE - 1; i >= 0; i--, number >>= 4)
        to[i] = "0123456789abcdef"[number & 0xF];
}

/* How many clients the room has. */
static size_t members(const struct load *load, size_t room)
{
    return (load->count + load->rooms - 1 - room) / load->rooms;
}

/* Puts the sender's next message into its out, as sent at that time. */
static void say(struct load *load, size_t index, uint64_t time)
{
    struct sender *sender = &load->sender[index];
    struct message *message = &sender->messages[sender->sent % load->window];
    char *text = sender->text + DELIVERY_SIZE - LOAD_MESSAGE_SIZE;
    put_number(text, sender->sent);
    memcpy(text + LOAD_MESSAGE_SIZE - NUMBER_SIZE, text, NUMBER_SIZE);
    memcpy(message->text, sender->text, DELIVERY_SIZE);
    message->missing = (uint32_t)members(load, index % load->rooms) - 1;
    message->time = time;
    sender->sent++;
    char framed[LOAD_MESSAGE_SIZE + MAX_FRAMING];
    size_t size = framing_wrap(load->framing, framed, text, LOAD_MESSAGE_SIZE);
    sender->unsent += put_frame(sender->out + sender->unsent, 1, framed, size);
    load->under_way++;
    load->messages++;
}

void load_message_arrived(struct load *load, size_t sender)
{
    load->under_way--;
    if (load->sending && load->plan->in_turn)
        say(load, (sender + 1) % load->senders, load->now);
    else if (load->sending && load->plan->rate <= 0)
        say(load, sender, load->now);
}

static int flush(struct load *load)
{
    for (size_t i = 0; i < load->senders; i++) {
        struct sender *sender = &load->sender[i];
        if (sender->unsent == 0)
            continue;
        ssize_t sent = send(
            sender->client->descriptor, sender->out, sender->unsent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno != EAGAIN)
            return load_fail(load, "send: %s", strerror(errno));
        if (sent <= 0)
            continue;
        sender->unsent -= (size_t)sent;
        memmove(sender->out, sender->out + sent, sender->unsent);
    }
    return 0;
}

/* One look at all sockets. It never sleeps, so that the times it takes are the server's. */
static int iterate(struct load *load)
{
    struct epoll_event events[EVENTS];
    int count = epoll_wait(load->epoll, events, EVENTS, 0);
    int error = 0;
    for (int i = 0; i < count && !error; i++)
        error = load_receive(load, events[i].data.ptr);
    return error ? error : flush(load);
}

/*
 * A plan
 */

static int fail_lost(struct load *load)
{
    for (size_t s = 0; s < load->senders; s++)
        for (size_t c = s % load->rooms; c < load->count; c += load->rooms) {
            uint32_t expected = *client_expected(load, &load->clients[c], s);
            if (c != s && expected < load->sender[s].sent)
                return load_fail(load,
                    "lost: client %zu waits for message %u of b%03zu, of %u; %llu messages have "
                    "not arrived; the server last said: %s",
                    c, expected, s, load->sender[s].sent, (unsigned long long)load->under_way,
                    load->said);
        }
    return load_fail(load, "the clients wait for nothing that was sent");
}

/* Says what is due by now, each sender in its turn. */
static int say_due(struct load *load, uint64_t start)
{
    double elapsed = (double)(load_clock() - start);
    double interval = 1e9 / load->plan->rate;
    while ((double)load->messages * interval <= elapsed) {
        size_t index = load->messages % load->senders;
        if (load->sender[index].messages[load->sender[index].sent % load->window].missing)
            return load_fail(
                load, "the server does not keep up with %g messages a second", load->plan->rate);
        say(load, index, start + (uint64_t)((double)load->messages * interval));
    }
    return 0;
}

static void say_first(struct load *load)
{
    size_t senders = load->plan->in_turn ? 1 : load->senders;
    for (size_t s = 0; s < senders; s++)
        for (size_t i = 0; i < load->plan->window; i++)
            say(load, s, load_clock());
}

static int wait_for_all(struct load *load)
{
    int error = 0;
    load->now = load_clock();
    while (load->under_way > 0 && !error)
        error = load_clock() > load->now + PATIENCE ? fail_lost(load) : iterate(load);
    uint64_t end = load_clock() + AFTERMATH;
    while (!error && load_clock() < end)
        error = iterate(load);
    return error;
}

int load_run(struct load *load, const struct load_plan *plan, struct load_result *result)
{
    uint64_t start = load_clock();
    uint64_t end = start + (uint64_t)(plan->seconds * 1e9);
    int error = 0;
    load->plan = plan;
    load->messages = load->deliveries = 0;
    load->sending = true;
    latency_clear(&load->latency);
    latency_clear(&load->across);
    if (plan->rate <= 0)
        say_first(load);
    while (!error && load_clock() < end) {
        error = plan->rate > 0 ? say_due(load, start) : 0;
        if (!error)
            error = iterate(load);
    }
    load->sending = false;
    if (!error)
        error = wait_for_all(load);
    *result = (struct load_result){
        .messages = load->messages,
        .deliveries = load->deliveries,
        .seconds = (double)(load_clock() - start) / 1e9,
        .median = latency_percentile(&load->latency, 50),
        .percentile_99 = latency_percentile(&load->latency, 99),
        .median_across = latency_percentile(&load->across, 50),
        .percentile_99_across = latency_percentile(&load->across, 99),
    };
    return error;
}

/*
 * Connecting
 */

/* Connects the socket and asks for a WebSocket in the room. */
static int knock(const struct load *load, int descriptor, int port, size_t room)
{
    char request[256], path[32];
    snprintf(path, sizeof(path), "/r%zu", room);
    int size = snprintf(request, sizeof(request),
        "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
        load->rooms > 1 ? path : load->framing->path);
    struct sockaddr_in address = {.sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (connect(descriptor, (struct sockaddr *)&address, sizeof(address)))
        return -1;
    return send(descriptor, request, (size_t)size, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

static int open_client(struct load *load)
{
    struct client *client = &load->clients[load->opened];
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
    client->descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client->descriptor < 0)
        return load_fail(load, "socket of client %zu: %s", load->opened, strerror(errno));
    size_t room = load->opened % load->rooms;
    int port = load->ports[load->opened++ % load->port_count];
    if (knock(load, client->descriptor, port, room) ||
        epoll_ctl(load->epoll, EPOLL_CTL_ADD, client->descriptor, &event))
        return load_fail(load, "connect client %zu: %s", load->opened - 1, strerror(errno));
    return 0;
}

/* It reads one byte, of the answer: then it is on its way in. The system keeps little for it. */
int load_add_deaf(struct load *load)
{
    int few = 4096;
    char first;
    load->deaf = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (load->deaf < 0)
        return load_fail(load, "socket of the deaf client: %s", strerror(errno));
    setsockopt(load->deaf, SOL_SOCKET, SO_RCVBUF, &few, sizeof(few));
    if (knock(load, load->deaf, load->port, 0) || recv(load->deaf, &first, 1, 0) != 1)
        return load_fail(load, "connect the deaf client: %s", strerror(errno));
    return 0;
}

static int open_clients(struct load *load)
{
    int error = 0;
    load->now = load_clock();
    while (!error && load->greeted < load->count) {
        while (!error && load->opened < load->count && load->opened - load->greeted < CONNECTING)
            error = open_client(load);
        if (!error)
            error = iterate(load);
        if (!error && load_clock() > load->now + PATIENCE)
            error =
                load_fail(load, "only %zu of %zu clients were greeted", load->greeted, load->count);
    }
    return error;
}

/* Its text is the same but for the number of each message. */
static int open_sender(struct load *load, size_t index)
{
    struct sender *sender = &load->sender[index];
    char command[32], *name = command + strlen("/nome ");
    snprintf(command, sizeof(command), "/nome b%03zu", index % LOAD_SENDERS);
    sender->messages = calloc(load->window, sizeof(*sender->messages));
    sender->out = malloc((load->window + 1) * (LOAD_MESSAGE_SIZE + MAX_FRAMING + 6u));
    if (!sender->messages || !sender->out)
        return load_fail(load, "%s", strerror(ENOMEM));
    sender->client = &load->clients[index];
    memcpy(sender->text, name, NAME_SIZE);
    memcpy(sender->text + NAME_SIZE, ARROW, strlen(ARROW));
    for (size_t i = NAME_SIZE + strlen(ARROW); i < DELIVERY_SIZE; i++)
        sender->text[i] = (char)('a' + (index * 7 + i) % 26);
    char framed[sizeof(command) + MAX_FRAMING];
    size_t size = framing_wrap(load->framing, framed, command, strlen(command));
    return load_send_frame(load, sender->client, 1, framed, size);
}

int load_connect(struct load **result, int port, struct load_size size)
{
    return load_connect_many(result, &load_plain, (int[]){port}, 1, size);
}

int load_connect_many(struct load **result, const struct load_framing *framing, const int *ports,
    size_t port_count, struct load_size size)
{
    struct load *load = *result = calloc(1, sizeof(*load));
    if (!load)
        return -ENOMEM;
    load->epoll = epoll_create1(EPOLL_CLOEXEC);
    load->framing = framing;
    load->port = ports[0];
    load->ports = ports;
    load->port_count = port_count;
    load->deaf = -1;
    load->count = size.clients;
    load->senders = size.senders;
    load->rooms = size.rooms;
    load->window = size.rooms > 1 ? WINDOW_OF_ROOMS : LOAD_WINDOW;
    load->clients = calloc(size.clients, sizeof(*load->clients));
    load->unfinished = malloc(size.clients * UNFINISHED_SIZE);
    load->expected =
        calloc(size.clients, (size.senders / size.rooms + 1) * sizeof(*load->expected));
    load->sender = calloc(size.senders + 1, sizeof(*load->sender));
    if (load->epoll < 0 || !load->clients || !load->unfinished || !load->expected || !load->sender)
        return load_fail(load, "%s", strerror(errno));
    int error = open_clients(load);
    for (size_t index = 0; index < size.senders && !error; index++)
        error = open_sender(load, index);
    return error;
}

int load_take_names(struct load *load)
{
    size_t asked = 0;
    int error = 0;
    load->now = load_clock();
    while (!error && load->named < load->count) {
        for (; !error && asked < load->count && asked - load->named < CONNECTING; asked++) {
            char command[32];
            int size = snprintf(command, sizeof(command), "/nome c%05zu", asked);
            error = load_send_frame(load, &load->clients[asked], 1, command, (size_t)size);
        }
        if (!error)
            error = iterate(load);
        if (!error && load_clock() > load->now + PATIENCE)
            error = load_fail(load, "only %zu of %zu clients got a name", load->named, load->count);
    }
    return error;
}

void load_close(struct load *load)
{
    if (!load)
        return;
    /* Without it, tens of thousands of ports would rest for a minute. */
    struct linger reset = {.l_onoff = 1, .l_linger = 0};
    for (size_t i = 0; i < load->opened; i++) {
        setsockopt(load->clients[i].descriptor, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
        close(load->clients[i].descriptor);
    }
    if (load->deaf >= 0)
        close(load->deaf);
    if (load->epoll >= 0)
        close(load->epoll);
    for (size_t s = 0; load->sender && s < load->senders; s++) {
        free(load->sender[s].messages);
        free(load->sender[s].out);
    }
    free(load->sender);
    free(load->expected);
    free(load->clients);
    free(load->unfinished);
    free(load);
}
