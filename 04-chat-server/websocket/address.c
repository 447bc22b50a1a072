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

/* The first bytes of an entry that is not an IPv6 network. No peer's network begins with them,
 * because they are multicast addresses. */
#define IPV4 "\xff\xff\xff\xff"
#define WIDER "\xff\xfe"
#define WIDER_BYTES 6 /* 48 bits */
#define WIDER_LIMIT 4 /* times the limit of one address */

static void set_ipv4(struct address *address, const void *bytes)
{
    memcpy(address->network, IPV4, 4);
    memcpy(address->network + 4, bytes, 4);
}

/* Returns whether the peer has an IP address. */
static bool set_network(struct address *address, const struct sockaddr *peer)
{
    const struct in6_addr *v6 = &((const struct sockaddr_in6 *)peer)->sin6_addr;
    *address = (struct address){0};
    if (peer->sa_family == AF_INET)
        set_ipv4(address, &((const struct sockaddr_in *)peer)->sin_addr);
    else if (peer->sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(v6))
        set_ipv4(address, v6->s6_addr + 12);
    else if (peer->sa_family == AF_INET6)
        memcpy(address->network, v6, sizeof(address->network));
    else
        return false;
    return true;
}

/* Returns the address's entry in the table, which is a new one if there was none; NULL: out of
 * memory. */
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

/* Sets the wider address of an IPv6 address, unless it is set already. Returns false if out of
 * memory. */
static bool find_wider(struct address_table *table, struct address *address)
{
    struct address wider = {.network = WIDER};
    if (address->wider || memcmp(address->network, IPV4, 4) == 0)
        return true;
    memcpy(wider.network + 2, address->network, WIDER_BYTES);
    address->wider = find(table, &wider);
    if (address->wider)
        address->wider->users++;
    return address->wider;
}

struct address *address_use(struct address_table *table, const struct sockaddr *peer)
{
    struct address wanted;
    struct address *address = set_network(&wanted, peer) ? find(table, &wanted) : NULL;
    if (!address || !find_wider(table, address))
        return NULL;
    address->users++;
    return address;
}

bool address_connect(struct address *address, size_t limit)
{
    struct address *wider = address->wider;
    if (address->connections >= limit || (wider && wider->connections >= WIDER_LIMIT * limit))
        return false;
    address->connections++;
    if (wider)
        wider->connections++;
    return true;
}

void address_disconnect(struct address *address)
{
    address->connections--;
    if (address->wider)
        address->wider->connections--;
}

struct address *address_widest(struct address *address)
{
    return address && address->wider ? address->wider : address;
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
        if (address->idle_sweeps < MAX_IDLE_SWEEPS)
            continue;
        if (address->wider)
            address->wider->users--;
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
    if (!address)
        return 0;
    double delay = rate_spend(rate, cost, limit, now);
    if (delay <= 0)
        return 0;
    /* If the client's connection has ended, it is no longer counted. */
    double share = limit / (double)(address->connections ? address->connections : 1);
    return delay < cost / share ? delay : cost / share;
}
