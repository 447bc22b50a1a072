/* Checks that hiredis does not make: a reply that no command asked for would end the program, and
 * an array could announce any length, and so take all memory. */
#include "04-chat-server/cluster/redis.h"

#define MAX_ELEMENTS (1 << 21) /* of an array; Redis accepts fewer in one command */

#if HIREDIS_MAJOR >= 1
typedef size_t element_count;
#else
typedef int element_count;
#endif

/* Whether hiredis may create the object for a part of a reply. If not, it closes the connection. */
static bool is_expected(const redisReadTask *task, size_t elements)
{
    struct redis *redis = task->privdata;
    if (!task->parent && redis->unanswered == 0)
        redis->refusal = "a reply that no command asked for";
    else if (elements > MAX_ELEMENTS)
        redis->refusal = "an array that is too long";
    return !redis->refusal;
}

static const redisReplyObjectFunctions *plain(const redisReadTask *task)
{
    return ((const struct redis *)task->privdata)->plain;
}

static void *create_string(const redisReadTask *task, char *text, size_t size)
{
    return is_expected(task, 0) ? plain(task)->createString(task, text, size) : NULL;
}

static void *create_array(const redisReadTask *task, element_count elements)
{
    return is_expected(task, (size_t)elements) ? plain(task)->createArray(task, elements) : NULL;
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
