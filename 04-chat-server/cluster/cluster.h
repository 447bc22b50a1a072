/*
 * One chat on many servers, over Redis: all servers share the rooms, the names and the counts.
 *
 *     server A ──XADD──┐               ┌──XREAD── server A
 *     server B ──XADD──┤ one stream    ├──XREAD── server B
 *     server C ──XADD──┘ in Redis      └──XREAD── server C
 *
 * Each message is one entry of the stream. Each server reads the whole stream, including its own
 * entries, and delivers the messages to its own clients. So all clients get the same messages in
 * the same order. While a server cannot reach Redis, it delivers messages to its own clients at
 * once, warns them about the outage, and stores the messages for the other servers.
 *
 * An outage begins when the connection breaks, or when Redis owes an answer and sends nothing for 5
 * seconds (2 seconds if the server has written). An answer that arrives slowly is no outage,
 * however long it takes. Meanwhile the server serves its clients, but messages wait for their place
 * in the common order, even those between its own clients, and so does a new name.
 *
 * After an outage a server continues where it stopped, and delivers what was written in the last 90
 * seconds. It only stores older messages for /historico, and tells its clients. The stream always
 * contains the newest 32 MiB of entries. If the entries of the last 90 seconds are larger than
 * that, it contains those, up to 256 MiB (trim.c). So give Redis 300 MiB of memory. A server that
 * has missed entries tells its clients, and reports it in the log and in /metrics (loss.c).
 *
 * The servers trust Redis and one another. A program that may write to Redis can write messages in
 * anybody's name, take names away and delete everything. The servers only make sure that no data in
 * Redis can crash or silence them. So protect Redis with a password, with TLS on a shared network,
 * and with a user that has these rights and no others:
 *
 *     ACL SETUSER chat on >password ~{chat}:* +select +time +get +set +mget +del +exists +hget
 *         +hset +hsetnx +hdel +hgetall +eval +xadd +xread +xinfo +xtrim
 *
 * Several chats can share one Redis if each has a database of its own: redis://host/1.
 *
 * The cluster is optional: make builds it if hiredis is installed (make deps FOR=redis).
 */
#pragma once

#include <stdbool.h>

#include "04-chat-server/chat.h"

struct cluster;

#ifdef CHAT_REDIS

/* Adds the server to the cluster at that address: redis://[[user]:password@]host[:port][/db],
 * rediss://... or unix:/path. Free *cluster with cluster_free. Returns 0, UV_EINVAL for a bad
 * address, UV_ENOTSUP if the address asks for TLS and hiredis was built without it, or UV_ENOMEM.
 * is_required: while Redis cannot be reached, /healthz answers 503. */
int cluster_open(
    struct cluster **cluster, const char *url, bool is_required, struct server *server);

/* The function of a task: connects this server to the others until the task is cancelled. Then it
 * says goodbye to the other servers, which takes one second at most, and returns UV_ECANCELED. */
int cluster_run(void *cluster);

/* Frees the cluster after cluster_run has ended and all clients are gone. Does nothing if it is
 * NULL. */
void cluster_free(struct cluster *cluster);

#else

static inline int cluster_open(
    struct cluster **cluster, const char *url, bool is_required, struct server *server)
{
    (void)cluster, (void)url, (void)is_required, (void)server;
    return UV_ENOSYS;
}

static inline int cluster_run(void *cluster)
{
    (void)cluster;
    return UV_ENOSYS;
}

static inline void cluster_free(struct cluster *cluster)
{
    (void)cluster;
}

#endif
