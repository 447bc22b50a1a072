#include "04-chat-server/websocket/address.h"

#include <netinet/in.h>
#include <search.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define MAX_IDLE_SWEEPS 12

static int compare(const void *one, const void *other)
{
    const struct address *left = one, *right = other;
    return memcmp(left->network, right->network, sizeof(left->network));
}

static void set_ipv4(struct address *address, const void *bytes)
{
    memset(address->network, 0xff, 4); /* multicast in IPv6, so it is no peer's network */
    memcpy(address->network + 4, bytes, 4);
}

/* Returns whether the peer has an IP address. */
static bool peer_network(int socket, struct address *address)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } peer;
    socklen_t size = sizeof(peer);
    *address = (struct address){0};
    if (getpeername(socket, &peer.any, &size))
        return false;
    const struct in6_addr *v6 = &peer.v6.sin6_addr;
    if (peer.any.sa_family == AF_INET)
        set_ipv4(address, &peer.v4.sin_addr);
    else if (peer.any.sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(v6))
        set_ipv4(address, v6->s6_addr + 12);
    else if (peer.any.sa_family == AF_INET6)
        memcpy(address->network, v6, sizeof(address->network));
    else
        return false;
    return true;
}

/* Returns the address's entry in the table, a new one if need be; NULL: out of memory. */
static struct address *find(struct address_table *table, const struct address *wanted)
{
    struct address **found = tfind(wanted, &table->tree, compare);
    if (found)
        return *found;
    struct address *address = malloc(sizeof(*address));
    if (!address)
        return NULL;
    *address = *wanted;
    if (tsearch(address, &table->tree, compare)) {
        LIST_INSERT_HEAD(&table->all, address, entry);
        return address;
    }
    free(address);
    return NULL;
}

struct address *address_use(struct address_table *table, int socket)
{
    struct address wanted;
    struct address *address = peer_network(socket, &wanted) ? find(table, &wanted) : NULL;
    if (address)
        address->users++;
    return address;
}

void address_release(struct address *address)
{
    if (address)
        address->users--;
}

static void delete (struct address_table *table, struct address *address)
{
    tdelete(address, &table->tree, compare);
    LIST_REMOVE(address, entry);
    free(address);
}

void address_table_sweep(struct address_table *table)
{
    struct address *next;
    for (struct address *address = LIST_FIRST(&table->all); address; address = next) {
        next = LIST_NEXT(address, entry);
        address->idle_sweeps = address->users > 0 ? 0 : address->idle_sweeps + 1;
        if (address->idle_sweeps >= MAX_IDLE_SWEEPS)
            delete (table, address);
    }
}

void address_table_free(struct address_table *table)
{
    while (!LIST_EMPTY(&table->all))
        delete (table, LIST_FIRST(&table->all));
}

double address_spend(
    struct address *address, struct rate *rate, double cost, double limit, uint64_t now)
{
    double delay = address ? rate_spend(rate, cost, limit, now) : 0;
    if (delay <= 0)
        return 0;
    /* A client whose connection has ended is not counted any more. */
    double share = limit / (double)(address->connections ? address->connections : 1);
    return delay < cost / share ? delay : cost / share;
}
