#include "04-chat-server/descriptors.h"

#include <stdio.h>
#include <sys/resource.h>
#include <uv.h>

#include "common/language.h"

/* Debian builds libwebsockets with its checks on: whenever a connection is closed, it searches a
 * table with an entry for every descriptor that the limit allows, at half a nanosecond each. */
#define MAX_DESCRIPTORS ((rlim_t)64 * 1024)
#define MIN_DESCRIPTORS ((rlim_t)1024) /* with fewer, the user is warned */
#define MIN_FOR_SERVER ((rlim_t)16)    /* with fewer, libwebsockets has none to wake itself with */
#define RESERVED ((rlim_t)48) /* those of the server itself and of the files that it sends */

/* Returns the new limit. */
static rlim_t set_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit))
        return MIN_DESCRIPTORS; /* unknown: nothing to report */
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max < MAX_DESCRIPTORS ? limit.rlim_max : MAX_DESCRIPTORS;
    return setrlimit(RLIMIT_NOFILE, &limit) ? before : limit.rlim_cur;
}

int descriptors_set_limit(void)
{
    rlim_t limit = set_limit();
    if (limit < MIN_DESCRIPTORS)
        fprintf(stderr,
            tr("só %llu arquivos podem ficar abertos (ulimit -n): caberão cerca de %llu clientes\n",
                "only %llu files may be open (ulimit -n): there is room for about %llu clients\n"),
            (unsigned long long)limit,
            (unsigned long long)(limit < RESERVED ? 0 : limit - RESERVED));
    return limit < MIN_FOR_SERVER ? UV_EMFILE : 0;
}
