/* libuv's table of the descriptors that it watches. */
#include <stdlib.h>
#include <string.h>

#include "common/loop/state.h"

#define OWN_ENTRIES 2 /* libuv 1.44 to 1.52 keeps two entries of its own after the last one */
#define RETURNS_ENOMEM (1 << 16 | 53 << 8) /* from this version on, libuv does not abort */

/* Grows the table as libuv would, but returns an error where libuv aborts the program. The table
 * exists since loop_init, because libuv watches descriptors of its own. */
int loop_reserve_descriptor(uv_loop_t *loop, int descriptor)
{
    require_loop(loop);
    size_t old = loop->nwatchers, size = 64;
    if (descriptor < 0 || (size_t)descriptor < old || uv_version() >= RETURNS_ENOMEM)
        return 0;
    while (size < (size_t)descriptor + 1 + OWN_ENTRIES)
        size *= 2;
    void **table = realloc(loop->watchers, size * sizeof(*table));
    if (!table)
        return UV_ENOMEM;
    memmove(&table[size - OWN_ENTRIES], &table[old], OWN_ENTRIES * sizeof(*table));
    memset(&table[old], 0, (size - OWN_ENTRIES - old) * sizeof(*table));
    loop->watchers = (uv__io_t **)table;
    loop->nwatchers = (unsigned)(size - OWN_ENTRIES);
    return 0;
}
