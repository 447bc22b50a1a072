/* Checks that hiredis does not make: a reply that no command asked for would end the program, and
 * one of any length could take all memory. */
#include <stdlib.h>
#include <string.h>

#include "04-chat-server/cluster/redis.h"

#define MAX_ELEMENTS (1 << 21)       /* of an array; Redis accepts fewer in one command */
#define MAX_STRING (512ULL << 20)    /* bytes, Redis' own limit */
#define MAX_LINE ((size_t)64 * 1024) /* bytes of a status, an error or a number */
#define MAX_REPLY ((size_t)1 << 30)  /* bytes of memory for one reply */

#if HIREDIS_MAJOR >= 1
typedef size_t element_count;
#else
typedef int element_count;
#endif

bool replies_are_short(const struct redis *redis)
{
    const redisReader *reader = redis->context->c.reader;
    const char *part = reader->buf + reader->pos;
    size_t size = reader->len - reader->pos;
    bool has_line = size > 0 && memmem(part, size < MAX_LINE ? size : MAX_LINE, "\r\n", 2);
    return has_line ? strtoull(part, NULL, 10) <= MAX_STRING : size < MAX_LINE;
}

/* Whether hiredis may create the object for a part of a reply, which takes that many bytes. If not,
 * it closes the connection. */
static bool is_expected(const redisReadTask *task, size_t size)
{
    struct redis *redis = task->privdata;
    redis->reply_size = (task->parent ? redis->reply_size : 0) + sizeof(redisReply) + size;
    if (!task->parent && redis->unanswered == 0)
        redis->refusal = "a reply that no command asked for";
    else if (redis->reply_size > MAX_REPLY)
        redis->refusal = "a reply that is too long";
    return !redis->refusal;
}

static const redisReplyObjectFunctions *plain(const redisReadTask *task)
{
    return ((const struct redis *)task->privdata)->plain;
}

static void *create_string(const redisReadTask *task, char *text, size_t size)
{
    return is_expected(task, size) ? plain(task)->createString(task, text, size) : NULL;
}

static void *create_array(const redisReadTask *task, element_count elements)
{
    size_t size = (size_t)elements > MAX_ELEMENTS ? MAX_REPLY : (size_t)elements * sizeof(void *);
    return is_expected(task, size) ? plain(task)->createArray(task, elements) : NULL;
}

static void *create_integer(const redisReadTask *task, long long value)
{
    return is_expected(task, 0) ? plain(task)->createInteger(task, value) : NULL;
}

static void *create_nil(const redisReadTask *task)
{
    return is_expected(task, 0) ? plain(task)->createNil(task) : NULL;
}

#if HIREDIS_MAJOR >= 1
static void *create_double(const redisReadTask *task, double value, char *text, size_t size)
{
    return is_expected(task, 0) ? plain(task)->createDouble(task, value, text, size) : NULL;
}

static void *create_bool(const redisReadTask *task, int value)
{
    return is_expected(task, 0) ? plain(task)->createBool(task, value) : NULL;
}
#endif

void replies_check(struct redis *redis)
{
    redisReader *reader = redis->context->c.reader;
    redis->plain = reader->fn;
    redis->checked = *reader->fn;
    redis->checked.createString = create_string;
    redis->checked.createArray = create_array;
    redis->checked.createInteger = create_integer;
    redis->checked.createNil = create_nil;
#if HIREDIS_MAJOR >= 1
    redis->checked.createDouble = create_double;
    redis->checked.createBool = create_bool;
#endif
    redis->refusal = NULL;
    reader->fn = &redis->checked;
    reader->privdata = redis;
}
