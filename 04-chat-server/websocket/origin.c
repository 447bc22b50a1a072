#include "04-chat-server/websocket/origin.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

static bool is_loopback_v6(const char *name)
{
    struct in6_addr address;
    return inet_pton(AF_INET6, name, &address) == 1 &&
           (IN6_IS_ADDR_LOOPBACK(&address) ||
               (IN6_IS_ADDR_V4MAPPED(&address) && address.s6_addr[12] == IN_LOOPBACKNET));
}

static bool is_loopback_v4(const char *name)
{
    struct in_addr address;
    return inet_pton(AF_INET, name, &address) == 1 &&
           ntohl(address.s_addr) >> IN_CLASSA_NSHIFT == IN_LOOPBACKNET;
}

bool websocket_host_is_loopback(const char *host)
{
    char name[INET6_ADDRSTRLEN];
    bool bracket = *host == '[';
    size_t size = strcspn(host + bracket, bracket ? "]" : ":");
    if (size >= sizeof(name))
        return false;
    memcpy(name, host + bracket, size);
    name[size] = '\0';
    if (bracket)
        return is_loopback_v6(name);
    return strcasecmp(name, "localhost") == 0 || is_loopback_v4(name);
}

bool websocket_origin_is_listed(const char *list, const char *origin)
{
    static const char between[] = ", ";
    while (list && *(list += strspn(list, between))) {
        size_t size = strcspn(list, between);
        if ((size == 1 && *list == '*') ||
            (size == strlen(origin) && strncasecmp(list, origin, size) == 0))
            return true;
        list += size;
    }
    return false;
}

bool websocket_origin_is_host(const char *origin, const char *host)
{
    const char *colon = strstr(origin, "://");
    return colon && strcasecmp(colon + strlen("://"), host) == 0;
}
