/*
 * A connection to Redis, built on hiredis. These calls wait; hiredis' own calls take callbacks.
 *
 * A Redis that owes an answer and sends nothing for too long counts as dead. An answer that arrives
 * slowly does not: as long as any bytes of it arrive, the calls wait for it.
 */
#pragma once

#include <hiredis/async.h>
#include <hiredis/hiredis.h>

#include <stdbool.h>

#include "04-chat-server/cluster/url.h"
#include "common/task.h"

#define PROBLEM_SIZE 1024

/* All zero is a closed connection. */
struct redis {
    redisAsyncContext *context; /* NULL: closed */
    uv_loop_t *loop;
    void *tls;               /* hiredis' TLS context, or NULL */
    double patience;         /* seconds that Redis may be silent while it owes an answer */
    size_t unanswered;       /* commands without an answer yet */
    uint64_t active_at;      /* ms of the loop's clock: when Redis last sent something */
    struct loop_timer timer; /* runs while there are such commands */
    bool yields; /* lets the other programs of this processor run after it has sent commands */
    struct future connected;
    void (*lost)(void *argument); /* called when the connection breaks, not when it is closed */
    void *argument;
    char problem[PROBLEM_SIZE];             /* the last failure, in Redis' or hiredis' words */
    const redisReplyObjectFunctions *plain; /* these four members belong to replies.c */
    redisReplyObjectFunctions checked;
    size_t reply_size;   /* bytes of memory for the reply that hiredis is reading */
    const char *refusal; /* why hiredis was not allowed to read a reply, or NULL */
};

/* Handles a reply that is not an error, and returns 0 or an error. The reply is valid until the
 * handler returns. */
typedef int redis_handler(const redisReply *reply, void *argument);

/* Connects, within 3 seconds, authenticates, and selects the database. Set lost, argument and
 * patience first. Waits. Returns 0, or an error of redis_call; after an error the connection is
 * closed. */
int redis_open(struct redis *redis, const struct redis_url *url);

/* Sends a command, in hiredis' printf style, and waits for the reply. Returns the handler's result
 * (NULL: 0), or UV_ECONNRESET, UV_ETIMEDOUT and the like if the connection is broken, or, for
 * Redis' own errors: UV_EACCES for a wrong password or a user without the right, UV_ENOSYS for an
 * unknown command, UV_ENOSPC for full memory, UV_EROFS for a replica, UV_EPROTOTYPE for a key of
 * another type, UV_EBUSY while Redis is loading, UV_EIO if it cannot write to its disk, UV_ENOENT
 * for a key that does not exist, UV_EPROTO for any other. problem says more. */
int redis_call(
    struct redis *redis, redis_handler *handler, void *argument, const char *format, ...);

/* Does the same without waiting: when the reply has come, it calls done(result, argument), unless
 * done is NULL. If the connection is closed, it calls done before it returns. */
void redis_send(struct redis *redis, redis_handler *handler,
    void (*done)(int result, void *argument), void *argument, const char *format, ...);

/* Does the same as redis_send without a handler, for a command of these words. It costs a tenth of
 * what a format costs. */
void redis_send_words(struct redis *redis, void (*done)(int result, void *argument), void *argument,
    int count, const char *words[], const size_t sizes[]);

/* Closes the connection at once: all calls return UV_ECONNRESET. Does nothing if it is closed. Do
 * not call it from a handler of the same connection. */
void redis_close(struct redis *redis);

/* Stores the problem's words, made safe to show (problem.c). */
void problem_note(struct redis *redis, const char *problem);

/* Does the same with an error that Redis answers. Returns what redis_call returns for it. */
int problem_of(struct redis *redis, const char *problem);

/* Makes hiredis refuse replies that would harm the program (replies.c). */
void replies_check(struct redis *redis);

/* Whether the part of a reply that hiredis is still waiting for is short enough. */
bool replies_are_short(const struct redis *redis);
