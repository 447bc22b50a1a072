/*
 * One chat on many servers: rooms, names and counts that reach across them, by way of Redis.
 *
 *     server A ──XADD──┐               ┌──XREAD── server A
 *     server B ──XADD──┤ one stream    ├──XREAD── server B
 *     server C ──XADD──┘ in Redis      └──XREAD── server C
 *
 * Each message is one entry of one stream, and each server reads the whole stream and delivers the
 * entries to its own clients, also those that it wrote itself: so all clients get the same messages
 * in the same order. While Redis is away, a server delivers to its own clients at once, keeps what
 * it could not write, and tells them so.
 *
 * After an outage a server reads on where it stopped. The stream keeps the last 90 seconds, at most
 * 256 MiB of them, and always the newest 32 MiB (trim.c), so Redis needs 300 MiB of memory. A
 * server that has missed entries says so to its clients, in the log and in /metrics (loss.c).
 *
 * The servers trust Redis as they trust each other. Whoever may write to it can write in anybody's
 * name, take names away and delete everything. What is read from it cannot crash a server or turn
 * it off, but that is all that is checked. So protect it with a password, with TLS where others
 * share the network, and with a user that may do no more than this:
 *
 *     ACL SETUSER chat on >password ~{chat}:* +select +time +get +set +mget +del +exists +hget
 *         +hset +hsetnx +hdel +hgetall +eval +xadd +xread +xinfo +xtrim
 *
 * Several chats can share one Redis if each has a database of its own: redis://host/1.
 *
 * It is optional: it is built where hiredis is installed (make deps FOR=redis).
 */
#pragma once

#include <stdbool.h>

#include "04-chat-server/chat.h"

struct cluster;

#ifdef CHAT_REDIS

/* Makes server a part of the cluster at that address: redis://[[user]:password@]host[:port][/db],
 * rediss://... or unix:/path. Returns 0, UV_EINVAL for a bad address, UV_ENOTSUP if TLS is asked
 * for and hiredis has none, or UV_ENOMEM. is_required: without Redis, /healthz answers 503. */
int cluster_open(
    struct cluster **cluster, const char *url, bool is_required, struct server *server);

/* Runs it, as a task, until the task is cancelled; then says goodbye to the other servers. */
int cluster_run(void *cluster);

/* Frees it, after cluster_run has ended and all clients are gone. Does nothing if it is NULL. */
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
