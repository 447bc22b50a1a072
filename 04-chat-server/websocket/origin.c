#include "04-chat-server/websocket/origin.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "04-chat-server/websocket/websocket.h"
#include "common/bytes.h"

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

/* Whether a page of that origin came from the host. Either may name the scheme's default port.
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
bool origin_is_allowed(const struct origins *origins, char *origin, char *host)
{
    return websocket_is_listed(origins->allowed, origin) ||
           (is_from_host(origin, host) && (!origins->is_local || websocket_is_loopback(host)));
}
