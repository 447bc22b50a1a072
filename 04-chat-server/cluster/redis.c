#include "04-chat-server/cluster/redis.h"

#include <netdb.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/language.h"
#include "common/stream.h"
#include "common/stream/socket.h"
#include "common/trace.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
/* The adapter of hiredis 0.14 ignores the error when a connection is refused or reset. */
static void on_poll(uv_poll_t *poll, int status, int events);
#define uv_poll_start(poll, events, callback) uv_poll_start(poll, events, on_poll)
#include <hiredis/adapters/libuv.h>
#undef uv_poll_start
#pragma GCC diagnostic pop

#include "04-chat-server/cluster/tls.h"

#define CONNECT_SECONDS 3.0

static void give_up(struct redis *redis, const char *problem)
{
    problem_note(redis, problem);
    redis_close(redis);
    if (redis->lost)
        redis->lost(redis->argument);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    const redisLibuvEvents *adapter = poll->data;
    struct redis *redis = adapter->context ? adapter->context->data : NULL;
    if (events & UV_READABLE)
        trace_mark(poll->loop, "redis recv", 0);
    if (redis && events & UV_READABLE)
        redis->active_at = loop_now(poll->loop);
    if (events & UV_WRITABLE)
        trace_mark(poll->loop, "redis send", 0);
    if (redis && redis->context && !replies_are_short(redis)) {
        give_up(redis, "a reply that is too long");
        return;
    }
    redisLibuvPoll(poll, 0, status ? UV_READABLE | UV_WRITABLE : events);
    if (redis && redis->yields && events & UV_WRITABLE)
        sched_yield();
}

/*
 * Calls
 */

/* A command that was sent. It is not on the waiting task's stack, because the task may be cancelled
 * before the reply comes. */
struct call {
    struct redis *redis;
    redis_handler *handler;
    void (*done)(int result, void *argument);
    void *argument;
    bool is_awaited;
    struct future result;
};

/* Until when Redis may be silent, in ms of the loop's clock. */
static uint64_t deadline_of(const struct redis *redis)
{
    return redis->active_at + (uint64_t)(redis->patience * 1000);
}

/* If there is no memory for the timer, the next command tries again. */
static void start_timer(struct redis *redis)
{
    loop_timer_start(redis->loop, &redis->timer, deadline_of(redis));
}

/* Whether there are bytes that this program has not read yet, because it was stopped or busy. */
static bool has_unread(const struct redis *redis)
{
    struct pollfd readable = {.fd = redis->context->c.fd, .events = POLLIN};
    return poll(&readable, 1, 0) == 1;
}

/* The timer is not restarted for each reply. So here it runs out, and starts again if Redis has
 * sent something in the meantime. */
static void on_timeout(void *argument)
{
    struct redis *redis = argument;
    uint64_t now = loop_now(redis->loop);
    if (redis->unanswered == 0)
        return;
    if (has_unread(redis))
        redis->active_at = now;
    if (deadline_of(redis) > now) {
        start_timer(redis);
        return;
    }
    give_up(redis, "no answer");
}

static int result_of(const struct call *call, const redisReply *reply)
{
    if (!reply)
        return UV_ECONNRESET;
    if (reply->type == REDIS_REPLY_ERROR)
        return problem_of(call->redis, reply->str);
    return call->handler ? call->handler(reply, call->argument) : 0;
}

static void on_reply(redisAsyncContext *context, void *reply, void *argument)
{
    struct call *call = argument;
    (void)context;
    call->redis->unanswered--;
    int result = result_of(call, reply);
    if (call->is_awaited) {
        future_set(&call->result, result);
        return;
    }
    if (call->done)
        call->done(result, call->argument);
    free(call);
}

/* Returns NULL if the connection is closed, or out of memory. */
static struct call *make_call(struct redis *redis)
{
    struct call *call = redis->context ? calloc(1, sizeof(*call)) : NULL;
    if (call)
        call->redis = redis;
    return call;
}

/* Frees the call and returns NULL if hiredis has not sent it. */
static struct call *start_call(struct call *call, int status)
{
    struct redis *redis = call->redis;
    if (status != REDIS_OK) {
        free(call);
        return NULL;
    }
    if (redis->unanswered++ == 0)
        redis->active_at = loop_now(redis->loop);
    if (redis->timer.place == 0)
        start_timer(redis);
    return call;
}

static struct call *start_format(struct redis *redis, const char *format, va_list arguments)
{
    struct call *call = make_call(redis);
    if (!call)
        return NULL;
    return start_call(call, redisvAsyncCommand(redis->context, on_reply, call, format, arguments));
}

int redis_call(struct redis *redis, redis_handler *handler, void *argument, const char *format, ...)
{
    int result;
    va_list arguments;
    va_start(arguments, format);
    struct call *call = start_format(redis, format, arguments);
    va_end(arguments);
    if (!call)
        return redis->context ? UV_ENOMEM : UV_ECONNRESET;
    call->handler = handler;
    call->argument = argument;
    call->is_awaited = true;
    int error = future_wait(&call->result, &result);
    if (!error) {
        free(call);
        return result;
    }
    call->handler = NULL; /* on_reply will free the call */
    call->is_awaited = false;
    return error;
}

static void set_done(
    struct redis *redis, struct call *call, void (*done)(int, void *), void *argument)
{
    if (call) {
        call->done = done;
        call->argument = argument;
    } else if (done) {
        done(redis->context ? UV_ENOMEM : UV_ECONNRESET, argument);
    }
}

void redis_send(struct redis *redis, redis_handler *handler,
    void (*done)(int result, void *argument), void *argument, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    struct call *call = start_format(redis, format, arguments);
    va_end(arguments);
    if (call)
        call->handler = handler;
    set_done(redis, call, done, argument);
}

void redis_send_words(struct redis *redis, void (*done)(int result, void *argument), void *argument,
    int count, const char *words[], const size_t sizes[])
{
    struct call *call = make_call(redis);
    if (call)
        call = start_call(
            call, redisAsyncCommandArgv(redis->context, on_reply, call, count, words, sizes));
    set_done(redis, call, done, argument);
}

/*
 * The connection
 */

static void on_connect(const redisAsyncContext *context, int status)
{
    struct redis *redis = context->data;
    if (status != REDIS_OK) {
        problem_note(redis, context->errstr);
        redis->context = NULL; /* hiredis frees it */
    }
    future_set(&redis->connected, status == REDIS_OK ? 0 : UV_ECONNREFUSED);
}

static void on_disconnect(const redisAsyncContext *context, int status)
{
    struct redis *redis = context->data;
    if (!redis->context)
        return; /* redis_close has closed it */
    problem_note(redis, redis->refusal       ? redis->refusal
                        : status == REDIS_OK ? "closed"
                                             : context->errstr);
    redis->context = NULL;
    loop_timer_stop(redis->loop, &redis->timer);
    if (redis->lost)
        redis->lost(redis->argument);
}

/* Begins to connect to the address, or to the URL's path if address is NULL. */
static redisAsyncContext *start_connecting(
    const struct redis_url *url, const struct addrinfo *address)
{
    char host[STREAM_ADDRESS_SIZE];
    if (!address)
        return redisAsyncConnectUnix(url->path);
    if (getnameinfo(
            address->ai_addr, address->ai_addrlen, host, sizeof(host), NULL, 0, NI_NUMERICHOST))
        return NULL;
    return redisAsyncConnect(host, (int)strtol(url->port, NULL, 10));
}

/* Waits. Returns 0 or an error. */
static int connect_to(
    struct redis *redis, const struct redis_url *url, const struct addrinfo *address)
{
    redisAsyncContext *context = start_connecting(url, address);
    if (!context)
        return UV_ENOMEM;
    redis->connected = (struct future){0};
    context->data = redis;
    if (context->err || redis_tls_start(redis->tls, &context->c, url->host) != 0 ||
        loop_reserve_descriptor(redis->loop, context->c.fd) != 0 ||
        redisLibuvAttach(context, redis->loop) != REDIS_OK) {
        problem_note(
            redis, context->errstr && *context->errstr ? context->errstr : context->c.errstr);
        redisAsyncFree(context);
        return UV_ECONNREFUSED;
    }
    redis->context = context;
    replies_check(redis);
    redisAsyncSetConnectCallback(context, on_connect);
    redisAsyncSetDisconnectCallback(context, on_disconnect);
    int result = 0, error = future_wait(&redis->connected, &result);
    if (!error)
        error = result;
    if (error)
        redis_close(redis);
    return error;
}

/* Resolves the host's name on the thread pool, because hiredis would hold the loop meanwhile. Tries
 * all addresses in turn, because Redis may listen on only one of them. */
static int connect_to_host(struct redis *redis, const struct redis_url *url)
{
    struct addrinfo *addresses;
    int error = socket_resolve(url->host, url->port, false, &addresses);
    if (error) {
        problem_note(redis, tr_error(error));
        return error;
    }
    const struct addrinfo *address = addresses;
    do
        error = connect_to(redis, url, address);
    while (error && error != UV_ECANCELED && (address = address->ai_next));
    uv_freeaddrinfo(addresses);
    return error;
}

/* Authenticates, and selects the database. */
static int log_in(struct redis *redis, const struct redis_url *url)
{
    int error = 0;
    if (url->user)
        error = redis_call(redis, NULL, NULL, "AUTH %s %s", url->user, url->password);
    else if (url->password)
        error = redis_call(redis, NULL, NULL, "AUTH %s", url->password);
    if (!error && url->database)
        error = redis_call(redis, NULL, NULL, "SELECT %ld", url->database);
    return error;
}

int redis_open(struct redis *redis, const struct redis_url *url)
{
    redis->loop = task_loop();
    redis->timer = (struct loop_timer){.run = on_timeout, .argument = redis};
    redis->unanswered = 0;
    *redis->problem = '\0';
    struct scope scope;
    int error = scope_enter_for(&scope, CONNECT_SECONDS);
    if (!error)
        error = url->path ? connect_to(redis, url, NULL) : connect_to_host(redis, url);
    error = scope_leave(&scope, error);
    if (!error)
        error = log_in(redis, url);
    if (error)
        redis_close(redis);
    return error;
}

void redis_close(struct redis *redis)
{
    redisAsyncContext *context = redis->context;
    redis->context = NULL;
    if (!context)
        return;
    loop_timer_stop(redis->loop, &redis->timer);
    redisAsyncFree(context);
}
