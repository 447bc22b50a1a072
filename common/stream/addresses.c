#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "common/observe/misuse.h"
#include "common/stream.h"

static int print_address(const struct sockaddr_storage *from, char address[STREAM_ADDRESS_SIZE])
{
    char host[INET6_ADDRSTRLEN];
    int error = UV_EAFNOSUPPORT;
    strcpy(address, "?");
    if (from->ss_family == AF_INET) {
        const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)from;
        error = uv_ip4_name(ipv4, host, sizeof(host));
        if (!error)
            snprintf(address, STREAM_ADDRESS_SIZE, "%s:%d", host, ntohs(ipv4->sin_port));
    } else if (from->ss_family == AF_INET6) {
        const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *)from;
        error = uv_ip6_name(ipv6, host, sizeof(host));
        if (!error)
            snprintf(address, STREAM_ADDRESS_SIZE, "[%s]:%d", host, ntohs(ipv6->sin6_port));
    }
    return error;
}

/* get is getpeername or getsockname; the socket of a closed stream is -1. */
static int get_address(
    int socket, int (*get)(int, struct sockaddr *, socklen_t *), char address[STREAM_ADDRESS_SIZE])
{
    struct sockaddr_storage name = {0}; /* if get fails, a family that print_address refuses */
    socklen_t size = sizeof(name);
    int failed = get(socket, (struct sockaddr *)&name, &size);
    int error = failed ? uv_translate_sys_error(errno) : 0;
    int unprintable = print_address(&name, address);
    return error ? error : unprintable;
}

int socket_peer_address(int socket, char address[STREAM_ADDRESS_SIZE])
{
    require(address);
    return get_address(socket, getpeername, address);
}

int stream_peer_address(const struct stream *stream, char address[STREAM_ADDRESS_SIZE])
{
    require(stream);
    require(address);
    return socket_peer_address(stream->open ? stream->socket : -1, address);
}

int stream_own_address(const struct stream *stream, char address[STREAM_ADDRESS_SIZE])
{
    require(stream);
    require(address);
    return get_address(stream->open ? stream->socket : -1, getsockname, address);
}

int listener_address(const struct listener *listener, char address[STREAM_ADDRESS_SIZE])
{
    require(listener);
    require(address);
    return get_address(listener->open ? listener->socket : -1, getsockname, address);
}
