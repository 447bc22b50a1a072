#include "echo_load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define LINE "a line that somebody typed\r\n"
#define QUIT "sair\r\n"
#define EVENTS 256

uint64_t nanoseconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void echo_load_failed(const char *what)
{
    fprintf(stderr, "echo: %s: %s\n", what, errno ? strerror(errno) : "the server ended it");
    exit(EXIT_FAILURE);
}

static int connect_to(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int one = 1, client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client < 0)
        echo_load_failed("socket");
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    if (connect(client, (struct sockaddr *)&address, sizeof(address)))
        echo_load_failed("connect");
    return client;
}

static void send_lines(struct echo_client *client, size_t count)
{
    static const char lines[] =
        LINE LINE LINE LINE LINE LINE LINE LINE LINE LINE LINE LINE LINE LINE LINE LINE;
    size_t size = count * strlen(LINE);
    client->awaited = count;
    client->sent_at = nanoseconds_now();
    if (send(client->socket, lines, size, MSG_NOSIGNAL) != (ssize_t)size)
        echo_load_failed("send");
}

/* Takes what has come. Returns whether all that was sent is answered now. */
static bool take_answers(struct echo_load *load, struct echo_client *client)
{
    char data[4096];
    size_t lines = 0;
    errno = 0;
    ssize_t size = recv(client->socket, data, sizeof(data), 0);
    if (size <= 0)
        echo_load_failed("an answer");
    for (const char *at = data; (at = memchr(at, '\n', (size_t)(data + size - at))); at++)
        lines++;
    if (lines > client->awaited)
        echo_load_failed("more answers than lines");
    client->awaited -= lines;
    load->answered += lines;
    return lines > 0 && client->awaited == 0;
}

void echo_load_open(struct echo_load *load, int port, size_t count)
{
    *load = (struct echo_load){.port = port, .count = count};
    load->clients = calloc(count, sizeof(*load->clients));
    load->poll = epoll_create1(EPOLL_CLOEXEC);
    if (!load->clients || load->poll < 0)
        echo_load_failed("the clients");
    for (size_t i = 0; i < count; i++) {
        struct echo_client *client = &load->clients[i];
        client->socket = connect_to(port);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
        if (epoll_ctl(load->poll, EPOLL_CTL_ADD, client->socket, &event))
            echo_load_failed("epoll_ctl");
        send_lines(client, 1);
        while (!take_answers(load, client))
            continue;
    }
}

static size_t start_all(struct echo_load *load, size_t outstanding)
{
    for (size_t i = 0; i < load->count; i++)
        send_lines(&load->clients[i], outstanding);
    return load->count;
}

void echo_load_run(struct echo_load *load, size_t outstanding, uint64_t nanoseconds)
{
    struct epoll_event events[EVENTS];
    uint64_t now = nanoseconds_now(), end = now + nanoseconds;
    size_t busy = start_all(load, outstanding);
    latency_clear(&load->latency);
    load->answered = 0;
    while (busy > 0) {
        int count = epoll_wait(load->poll, events, EVENTS, -1);
        if (count < 0 && errno != EINTR)
            echo_load_failed("epoll_wait");
        now = nanoseconds_now();
        for (int i = 0; i < count; i++) {
            struct echo_client *client = events[i].data.ptr;
            if (!take_answers(load, client))
                continue;
            latency_add(&load->latency, now - client->sent_at);
            if (now < end)
                send_lines(client, outstanding);
            else
                busy--;
        }
    }
}

void echo_load_close(struct echo_load *load)
{
    for (size_t i = 0; i < load->count; i++)
        close(load->clients[i].socket);
    close(load->poll);
    free(load->clients);
}

void echo_load_visit(int port, size_t visits)
{
    char data[4096];
    for (size_t i = 0; i < visits; i++) {
        int client = connect_to(port);
        ssize_t size, answer = 0;
        if (send(client, QUIT, strlen(QUIT), MSG_NOSIGNAL) != (ssize_t)strlen(QUIT))
            echo_load_failed("send");
        while ((size = recv(client, data, sizeof(data), 0)) > 0)
            answer += size;
        if (size < 0 || answer == 0)
            echo_load_failed("the answer to " QUIT);
        close(client);
    }
}
