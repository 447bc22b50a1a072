#include "04-chat-server/websocket/access_control.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "04-chat-server/websocket/context.h"
#include "04-chat-server/websocket/incoming.h"
#include "04-chat-server/websocket/refusal.h"
#include "04-chat-server/websocket/websocket.h"
#include "common/bytes.h"
#include "common/language.h"
#include "common/stream.h"

#define MINUTE 60000000000u /* nanoseconds */

/*
 * Refusing
 */

#define REQUEST_SIZE (16 * 1024) /* more than any request that the server accepts */

/* Reads what has arrived before the socket is closed: closing a socket with unread input resets the
 * connection, and a reset can overtake the response. A client that sends more than a request gets
 * the reset: reading until it stops would let it hold the loop. */
static ssize_t read_rest(int socket, char request[REQUEST_SIZE])
{
    return recv(socket, request, REQUEST_SIZE, MSG_DONTWAIT);
}

static void refuse_socket(int socket, const struct refusal *refusal)
{
    char request[REQUEST_SIZE], text[REFUSAL_SIZE];
    ssize_t arrived = read_rest(socket, request);
    bool is_head = arrived > 5 && memcmp(request, "HEAD ", 5) == 0;
    size_t size = refusal_response(text, refusal, language_of_user(), is_head);
    if (send(socket, text, size, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)size)
        shutdown(socket, SHUT_WR);
    close(socket);
}

enum language websocket_language(struct lws *connection)
{
    char header[256] = "";
    lws_hdr_copy(connection, header, sizeof(header), WSI_TOKEN_HTTP_ACCEPT_LANGUAGE);
    return language_of_header(header);
}

static int refuse_request(struct lws *connection, const struct refusal *refusal)
{
    char text[LWS_PRE + REFUSAL_SIZE], request[REQUEST_SIZE];
    bool is_head = lws_hdr_total_length(connection, WSI_TOKEN_HEAD_URI) > 0;
    size_t size =
        refusal_response(text + LWS_PRE, refusal, websocket_language(connection), is_head);
    lws_write(connection, (unsigned char *)text + LWS_PRE, size, LWS_WRITE_HTTP);
    read_rest(lws_get_socket_fd(connection), request);
    return -1;
}

/*
 * Descriptors
 */

#define RESERVED 32            /* descriptors for the server itself and the files that it sends */
#define LWS_MAX_LIMIT 10000000 /* above this limit of open files, libwebsockets ignores it ... */
#define LWS_DEFAULT_LIMIT 2560 /* ... and assumes this one (lib/core/context.c) */

static int max_descriptor(void)
{
    long limit = sysconf(_SC_OPEN_MAX);
    if (limit < 0 || limit > LWS_MAX_LIMIT)
        limit = LWS_DEFAULT_LIMIT;
    return (int)limit - RESERVED;
}

/* Reports at most once a minute, because clients may come and go at a full server for hours. */
static void report_full(struct websocket_access *access)
{
    uint64_t now = uv_hrtime();
    if (access->full_reported && now - access->full_reported < MINUTE)
        return;
    access->full_reported = now;
    fprintf(stderr, tr("sem lugar para mais clientes (ulimit -n): recusados com 503\n",
                        "no room for more clients (ulimit -n): refused with 503\n"));
}

/*
 * Addresses
 */

union ip {
    struct in_addr v4;
    struct in6_addr v6;
};

/* Parses the IP address of "HOST", "HOST:PORT", "[HOST]" or "[HOST]:PORT". Returns AF_INET,
 * AF_INET6 (in brackets), or AF_UNSPEC if HOST is no IP address. */
static int parse_ip(const char *text, union ip *ip)
{
    char host[INET6_ADDRSTRLEN];
    bool has_bracket = *text == '[';
    size_t size = strcspn(text + has_bracket, has_bracket ? "]" : ":");
    const char *end = text + has_bracket + size;
    if (size >= sizeof(host) ||
        (has_bracket && strncmp(end, "]:", 2) != 0 && strcmp(end, "]") != 0))
        return AF_UNSPEC;
    memcpy(host, text + has_bracket, size);
    host[size] = '\0';
    int family = has_bracket ? AF_INET6 : AF_INET;
    return inet_pton(family, host, ip) == 1 ? family : AF_UNSPEC;
}

bool websocket_is_loopback(const char *text)
{
    size_t size = strcspn(text, ":");
    if (bytes_are_word(text, size, "localhost") || bytes_are_word(text, size, "localhost."))
        return true;
    union ip ip;
    switch (parse_ip(text, &ip)) {
    case AF_INET:
        return ntohl(ip.v4.s_addr) >> IN_CLASSA_NSHIFT == IN_LOOPBACKNET;
    case AF_INET6:
        return IN6_IS_ADDR_LOOPBACK(&ip.v6) ||
               (IN6_IS_ADDR_V4MAPPED(&ip.v6) && ip.v6.s6_addr[12] == IN_LOOPBACKNET);
    default:
        return false;
    }
}

/*
 * Admitting sockets
 */

#define CONNECTS_PER_SECOND 128 /* from an address; twice as many at once */

static uint64_t now(void)
{
    return uv_hrtime() / 1000000;
}

void websocket_access_init(
    struct websocket_access *access, const struct websocket_options *options, const char *address)
{
    *access = (struct websocket_access){.per_address = options->per_address,
        .allow_origin = options->allow_origin,
        .is_local = websocket_is_loopback(address),
        .has_tls = options->certificate != NULL,
        .max_descriptor = max_descriptor()};
}

static struct address *address_of(struct websocket_access *access, int socket)
{
    struct sockaddr_storage peer;
    socklen_t size = sizeof(peer);
    if (getpeername(socket, (struct sockaddr *)&peer, &size))
        return NULL;
    return address_use(&access->addresses, (struct sockaddr *)&peer);
}

/* Returns whether the address may have one more connection, and counts it if so. */
static bool may_connect(const struct websocket_access *access, struct address *address)
{
    if (!address_connect(address, (size_t)access->per_address))
        return false;
    if (rate_try(&address_widest(address)->connects, CONNECTS_PER_SECOND, now()))
        return true;
    address_disconnect(address);
    return false;
}

/* libwebsockets has closed the socket, or left it open. Over TLS it may also close the socket
 * later, when the number could belong to another client, in two cases. If bytes that are no
 * handshake had already arrived, the socket is still open, and has to stay so. If there was no
 * memory for the session, the socket is closed already: until then another descriptor has to take
 * the number. */
static void give_up(const struct websocket_access *access, int socket, bool was_offered)
{
    bool is_open = fcntl(socket, F_GETFD) >= 0;
    if (is_open && !(was_offered && access->has_tls)) {
        refuse_socket(socket, &refusal_full);
    } else if (!is_open && access->has_tls) {
        int placeholder = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, socket);
        if (placeholder > socket) /* another thread has taken the number */
            close(placeholder);
    }
}

void websocket_admit(struct websocket_access *access, struct lws_vhost *vhost, int socket)
{
    struct address *address = NULL;
    /* The kernel assigns the lowest free descriptor, so a high one means that few are left. */
    if (socket > access->max_descriptor) {
        report_full(access);
        refuse_socket(socket, &refusal_full);
        return;
    }
    if (access->per_address > 0)
        address = address_of(access, socket);
    if (address && !may_connect(access, address)) {
        address_release(address);
        refuse_socket(socket, &refusal_too_many);
        return;
    }
    bool has_memory = !websocket_context_reserve() && !loop_reserve_descriptor(task_loop(), socket);
    struct incoming *incoming = has_memory ? incoming_open(socket) : NULL;
    struct lws *connection = incoming ? lws_adopt_socket_vhost(vhost, socket) : NULL;
    if (connection) {
        incoming->address = address;
        lws_set_opaque_user_data(connection, incoming);
        return;
    }
    if (address)
        address_disconnect(address);
    address_release(address);
    bool was_offered = incoming;
    if (incoming)
        incoming_close(incoming);
    give_up(access, socket, was_offered);
}

void websocket_forget_admitted(struct lws *connection)
{
    struct incoming *incoming = lws_get_opaque_user_data(connection);
    if (!incoming)
        return;
    struct address *address = incoming->address;
    lws_set_opaque_user_data(connection, NULL);
    incoming_close(incoming);
    if (!address)
        return;
    address_disconnect(address);
    address_release(address);
}

/*
 * Checking requests
 */

int websocket_check_request(struct lws *connection)
{
    const struct incoming *incoming = lws_get_opaque_user_data(connection);
    return incoming->refusal ? refuse_request(connection, incoming->refusal) : 0;
}

bool websocket_is_listed(const char *list, const char *entry)
{
    static const char separators[] = ", ";
    while (list && *(list += strspn(list, separators))) {
        size_t size = strcspn(list, separators);
        if ((size == 1 && *list == '*') || bytes_are_word(list, size, entry))
            return true;
        list += size;
    }
    return false;
}

static void remove_port(char *host, const char *port)
{
    size_t size = strlen(host), end = strlen(port);
    if (size > end && strcmp(host + size - end, port) == 0)
        host[size - end] = '\0';
}

/* Whether a page of that origin came from the host. Either may name the scheme's usual port.
 * Removes it from both. */
static bool is_from_host(char *origin, char *host)
{
    static const char *const schemes[][2] = {{"http://", ":80"}, {"https://", ":443"}};
    for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++) {
        size_t size = strlen(schemes[i][0]);
        if (strlen(origin) < size || !bytes_are_word(origin, size, schemes[i][0]))
            continue;
        remove_port(origin, schemes[i][1]);
        remove_port(host, schemes[i][1]);
        return bytes_are_word(origin + size, strlen(origin) - size, host);
    }
    return false;
}

/* Browsers name the page's site in the Origin header; other programs send none. Our own page comes
 * from the host that it connects to. An attacker's page can do so too, by DNS rebinding: its site's
 * name is made to resolve to this computer after the page has been loaded. A local server therefore
 * accepts only host names that no name server can redirect. */
static bool is_origin_allowed(const struct websocket_access *access, struct lws *connection)
{
    char origin[512], host[512];
    if (lws_hdr_total_length(connection, WSI_TOKEN_ORIGIN) == 0)
        return true;
    if (lws_hdr_copy(connection, origin, sizeof(origin), WSI_TOKEN_ORIGIN) < 0)
        return false; /* longer than any origin */
    if (websocket_is_listed(access->allow_origin, origin))
        return true;
    return lws_hdr_copy(connection, host, sizeof(host), WSI_TOKEN_HOST) > 0 &&
           is_from_host(origin, host) && (!access->is_local || websocket_is_loopback(host));
}

int websocket_check_upgrade(struct websocket_access *access, struct lws *connection)
{
    return is_origin_allowed(access, connection) ? 0 : refuse_request(connection, &refusal_foreign);
}
