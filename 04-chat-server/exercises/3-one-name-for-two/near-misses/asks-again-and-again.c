/* NEAR MISS: a lock is right, but a task that waits for it in a loop lets the processor run.
 * Says: times to ask whether it was there */
#include "../exercise.h"

#include <stdbool.h>
#include <string.h>
#include <uv.h>

#include "common/task.h"

static bool busy;
static bool is_taken(const struct server *server, const char *name)
{
    for (const struct client *client = server->first; client; client = client->next)
        if (strcmp(client->name, name) == 0)
            return true;
    return false;
}

int server_rename(struct server *server, struct client *client, const char *name)
{
    while (busy) {
        int e = task_yield();
        if (e)
            return e;
    }
    if (is_taken(server, name))
        return UV_EEXIST;
    busy = true;
    int error = server->save(name);
    if (!error)
        strcpy(client->name, name);
    busy = false;
    return error;
}
