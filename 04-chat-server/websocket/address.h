/*
 * The addresses that clients connect from, and the limits for each of them. All clients of an
 * address share its limits.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include "04-chat-server/websocket/rate.h"

struct address {
    unsigned char network[8]; /* of IPv6, the first 64 bits, which belong to one household */
    struct address *wider;    /* of IPv6, the first 48 bits, which may be one customer's; or NULL */
    size_t connections;
    size_t users;     /* connections, and clients whose connection may have ended */
    size_t lingering; /* connections that are being closed (linger.h) */
    size_t pending;   /* bytes that its clients have left unread */
    struct rate connects;
    struct rate bytes;   /* that its clients have sent */
    struct rate renames; /* of its clients */
    int idle_sweeps;     /* since its last use */
    LIST_ENTRY(address) entry;
};

/* All zero is an empty table. */
struct address_table {
    void *tree; /* of <search.h> */
    LIST_HEAD(, address) all;
};

/* Returns the address of a peer, which the caller uses until address_release; NULL if it is no IP
 * address, or out of memory. */
struct address *address_use(struct address_table *table, const struct sockaddr *peer);

/* Counts a connection from the address and returns true, unless it has reached the limit, or the
 * wider one four times the limit. */
bool address_connect(struct address *address, size_t limit);
void address_disconnect(struct address *address);

/* The wider address if there is one, or else the address itself; NULL for NULL. Except for the
 * number of connections, the limits of this address hold for all its clients together. */
struct address *address_widest(struct address *address);

/* Ends a use. Does nothing if the address is NULL. */
void address_release(struct address *address);

/* Frees the addresses that were not in use for 12 calls. Until then their clients cannot get full
 * buckets by connecting again. */
void address_table_sweep(struct address_table *table);

/* Frees all addresses; none may be in use. */
void address_table_free(struct address_table *table);

/* Takes cost tokens from one of the address's buckets, as rate_spend does. Once the bucket is
 * empty, each client waits no longer than if it had an equal share of the limit for itself. So a
 * client that spends little does not wait for one that spends much. Returns 0 if the address is
 * NULL. */
double address_spend(
    struct address *address, struct rate *rate, double cost, double limit, uint64_t now);
