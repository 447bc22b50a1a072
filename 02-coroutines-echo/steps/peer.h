/* The clients of steps 1 and 2. They need no loop: on one machine, the kernel completes a
 * connection and takes a few lines before the server accepts it. */
#pragma once

#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A shell can start a program without standard descriptors (`<&-`). A loop's descriptor would then
 * get one of their numbers, and libuv aborts when it closes a descriptor with such a number. */
__attribute__((constructor)) static void open_standard_descriptors(void)
{
    int descriptor = open("/dev/null", O_RDWR);
    while (descriptor >= 0 && descriptor <= STDERR_FILENO)
        descriptor = open("/dev/null", O_RDWR);
    close(descriptor);
}

static inline void peer_say(int peer, const char *text)
{
    if (send(peer, text, strlen(text), MSG_NOSIGNAL) < 0) {
        perror("peer: send");
        exit(1);
    }
}

/* Connects to the address on this machine, and sends the text. Returns the socket. */
static inline int peer_connect(const struct sockaddr_in *address, const char *text)
{
    int peer = socket(AF_INET, SOCK_STREAM, 0);
    if (peer < 0 || connect(peer, (const struct sockaddr *)address, sizeof(*address)) < 0) {
        perror("peer: connect");
        exit(1);
    }
    peer_say(peer, text);
    return peer;
}

/* Prints everything that arrives until the server closes the connection, then closes the socket. */
static inline void peer_print_and_close(const char *name, int peer)
{
    char text[512];
    size_t length = 0;
    ssize_t size;
    while ((size = recv(peer, text + length, sizeof(text) - 1 - length, 0)) > 0)
        length += (size_t)size;
    text[length] = '\0';
    close(peer);
    printf("%s received:\n%s", name, text);
}
