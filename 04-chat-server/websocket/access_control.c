#include "04-chat-server/websocket/access_control.h"

#include <netinet/in.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "04-chat-server/websocket/websocket.h"
#include "04-chat-server/websocket/origin.h"
#include "common/language.h"

/* libwebsockets looks through a table of all descriptors that there may be whenever a connection is
 * closed, half a nanosecond for each; and where that is more than ten million, it takes few. */
#define MOST_DESCRIPTORS ((rlim_t)64 * 1024)
#define FEW_DESCRIPTORS ((rlim_t)1024)
#define MINUTE 60000000000u /* nanoseconds */
#define SPARE 32 /* descriptors that no client gets: our own, and the files that are served */

/*
 * Refusing
 */

struct refusal {
    const char *status; /* and headers of its own */
    const char *why[2];
};

static const struct refusal full = {"503 Service Unavailable\r\nRetry-After: 10",
    {"O servidor está cheio.", "The server is full."}};
static const struct refusal too_many = {"429 Too Many Requests\r\nRetry-After: 10",
    {"Conexões demais deste endereço.", "Too many connections from this address."}};
static const struct refusal bad_version = {
    "426 Upgrade Required\r\nSec-WebSocket-Version: 13\r\nUpgrade: websocket",
    {"Só a versão 13 de WebSocket.", "Only version 13 of WebSocket."}};
static const struct refusal foreign = {
    "403 Forbidden", {"Páginas de outro lugar não podem conectar (--allow-origin).",
                         "Pages from elsewhere may not connect (--allow-origin)."}};
static const struct refusal bad_method = {
    "405 Method Not Allowed\r\nAllow: GET, HEAD", {"Só GET e HEAD.", "Only GET and HEAD."}};
static const struct refusal has_body = {"413 Content Too Large",
    {"Um pedido sem corpo, por favor.", "A request without a body, please."}};

#define ANSWER_SIZE 512

static size_t make_answer(
    char answer[ANSWER_SIZE], const struct refusal *refusal, enum language language)
{
    const char *why = refusal->why[language];
    int size = snprintf(answer, ANSWER_SIZE,
        "HTTP/1.1 %s\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Content-Length: %zu\r\n\r\n%s\n",
        refusal->status, strlen(why) + 1, why);
    return (size_t)size;
}

/* What has come is read away: closing before that would reset the connection, and the answer could
 * be lost on its way. */
static void refuse_socket(int socket, const struct refusal *refusal)
{
    char text[4096];
    size_t size = make_answer(text, refusal, language_of_user());
    if (send(socket, text, size, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)size)
        shutdown(socket, SHUT_WR);
    while (recv(socket, text, sizeof(text), MSG_DONTWAIT) == sizeof(text))
        ;
    close(socket);
}

static int refuse_request(struct lws *connection, const struct refusal *refusal)
{
    char language[256] = "", text[LWS_PRE + ANSWER_SIZE];
    lws_hdr_copy(connection, language, sizeof(language), WSI_TOKEN_HTTP_ACCEPT_LANGUAGE);
    size_t size = make_answer(text + LWS_PRE, refusal, language_of_header(language));
    lws_write(connection, (unsigned char *)text + LWS_PRE, size, LWS_WRITE_HTTP);
    return -1;
}

/*
 * Descriptors
 */

/* The limit as it is afterwards: as much as may be, up to what is good. */
static rlim_t settle_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit))
        return FEW_DESCRIPTORS;
    rlim_t before = limit.rlim_cur;
    rlim_t wanted = limit.rlim_max < MOST_DESCRIPTORS ? limit.rlim_max : MOST_DESCRIPTORS;
    limit.rlim_cur = wanted;
    return setrlimit(RLIMIT_NOFILE, &limit) ? before : wanted;
}

void websocket_door_open(struct websocket_door *door, const struct websocket_options *options)
{
    rlim_t limit = settle_limit();
    door->per_address = options->per_address;
    door->allow_origin = options->allow_origin;
    door->highest = limit > INT_MAX ? INT_MAX : (int)limit - SPARE;
    if (limit < FEW_DESCRIPTORS)
        fprintf(stderr,
            tr("só %llu arquivos podem ficar abertos (ulimit -n): caberão cerca de %d clientes\n",
                "only %llu files may be open (ulimit -n): there is room for about %d clients\n"),
            (unsigned long long)limit, door->highest < SPARE ? 0 : door->highest - SPARE / 2);
}

/* Now and then: those who leave and those who come may take turns for long. */
static void say_full(struct websocket_door *door)
{
    uint64_t now = uv_hrtime();
    if (door->said_full && now - door->said_full < MINUTE)
        return;
    door->said_full = now;
    fprintf(stderr, tr("sem lugar para mais clientes (ulimit -n): recusados com 503\n",
                        "no room for more clients (ulimit -n): refused with 503\n"));
}

/*
 * Addresses
 */

struct address {
    unsigned char network[8]; /* of IPv6, the half that a household has for itself */
    long connections;
};

static int compare_addresses(const void *one, const void *other)
{
    const struct address *left = one, *right = other;
    return memcmp(left->network, right->network, sizeof(left->network));
}

static bool look_up(int socket, struct address *address)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } peer = {.any.sa_family = AF_UNSPEC};
    socklen_t size = sizeof(peer);
    *address = (struct address){0};
    if (getpeername(socket, &peer.any, &size))
        return false;
    if (peer.any.sa_family == AF_INET6) {
        memcpy(address->network, &peer.v6.sin6_addr, sizeof(address->network));
    } else {
        memset(address->network, 0xff, 4); /* nobody's in IPv6: multicast */
        memcpy(address->network + 4, &peer.v4.sin_addr, 4);
    }
    return true;
}

/* The address' entry in the tree, which it may have to be added to; NULL when memory is short. */
static struct address *find_address(struct websocket_door *door, const struct address *wanted)
{
    struct address **found = tfind(wanted, &door->addresses, compare_addresses);
    if (found)
        return *found;
    struct address *address = malloc(sizeof(*address));
    if (!address)
        return NULL;
    *address = *wanted;
    if (tsearch(address, &door->addresses, compare_addresses))
        return address;
    free(address);
    return NULL;
}

static void forget_unused(struct websocket_door *door, struct address *address)
{
    if (address->connections > 0)
        return;
    tdelete(address, &door->addresses, compare_addresses);
    free(address);
}

/*
 * Coming in and leaving
 */

void websocket_door_pass(struct websocket_door *door, struct lws_vhost *vhost, int socket)
{
    struct address wanted, *address = NULL;
    /* The kernel gives the lowest descriptor that is free, so a high one says that few are left. */
    if (socket > door->highest) {
        say_full(door);
        refuse_socket(socket, &full);
        return;
    }
    if (door->per_address > 0 && look_up(socket, &wanted))
        address = find_address(door, &wanted);
    if (address && address->connections >= door->per_address) {
        refuse_socket(socket, &too_many);
        return;
    }
    struct lws *connection = lws_adopt_socket_vhost(vhost, socket);
    if (connection && address) {
        address->connections++;
        lws_set_opaque_user_data(connection, address);
    } else if (address) {
        forget_unused(door, address);
    }
}

void websocket_door_leave(struct websocket_door *door, struct lws *connection)
{
    struct address *address = lws_get_opaque_user_data(connection);
    if (!address)
        return;
    lws_set_opaque_user_data(connection, NULL);
    address->connections--;
    forget_unused(door, address);
}

/*
 * The request
 */

/* A body would be read away for as long as it takes, which is as long as its sender wants. */
int websocket_door_ask(struct lws *connection)
{
    char length[32] = "0";
    if (lws_hdr_total_length(connection, WSI_TOKEN_GET_URI) == 0 &&
        lws_hdr_total_length(connection, WSI_TOKEN_HEAD_URI) == 0)
        return refuse_request(connection, &bad_method);
    int size = lws_hdr_copy(connection, length, sizeof(length), WSI_TOKEN_HTTP_CONTENT_LENGTH);
    if (size < 0 || strspn(length, "0") != strlen(length) ||
        lws_hdr_total_length(connection, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0)
        return refuse_request(connection, &has_body);
    return 0;
}

/*
 * The handshake
 */

/* A page's name can be made to mean this address after it was loaded (DNS rebinding): then it comes
 * from the host that it connects to, but no page of ours has that name. */
static bool is_welcome(const struct websocket_door *door, struct lws *connection)
{
    char origin[512], host[512];
    if (lws_hdr_total_length(connection, WSI_TOKEN_ORIGIN) == 0)
        return true;
    if (lws_hdr_copy(connection, origin, sizeof(origin), WSI_TOKEN_ORIGIN) < 0)
        return false; /* too long for anybody's */
    if (websocket_origin_is_listed(door->allow_origin, origin))
        return true;
    return lws_hdr_copy(connection, host, sizeof(host), WSI_TOKEN_HOST) > 0 &&
           websocket_origin_is_host(origin, host) &&
           (!door->is_local || websocket_host_is_loopback(host));
}

int websocket_door_check(struct websocket_door *door, struct lws *connection)
{
    /* What the callback was given may be freed already; and the method is looked at by nobody. */
    char wanted[16];
    if (lws_hdr_copy(connection, wanted, sizeof(wanted), WSI_TOKEN_UPGRADE) <= 0 ||
        strcasecmp(wanted, "websocket") != 0 || /* to HTTP/2, say */
        lws_hdr_total_length(connection, WSI_TOKEN_GET_URI) == 0)
        return -1;
    char version[8];
    int size = lws_hdr_copy(connection, version, sizeof(version), WSI_TOKEN_VERSION);
    if (size < 0 || strcmp(version, "13") != 0)
        return refuse_request(connection, &bad_version);
    return is_welcome(door, connection) ? 0 : refuse_request(connection, &foreign);
}
