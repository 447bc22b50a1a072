/* NEAR MISS: the name stays reserved when the task was cancelled.
 * Says: Ana's task was cancelled, so nobody is called Zoe, and nobody can be */
#include "../exercise.h"

#include <stdbool.h>
#include <string.h>
#include <uv.h>

#include "common/task.h"

static bool is_taken(const struct server *server, const char *name)
{
    for (const struct client *client = server->first; client; client = client->next)
        if (strcmp(client->name, name) == 0 || strcmp(client->reserved, name) == 0)
            return true;
    return false;
}

int server_rename(struct server *server, struct client *client, const char *name)
{
    if (is_taken(server, name))
        return UV_EEXIST;
    strcpy(client->reserved, name);
    int error = server->save(name);
    if (!error)
        strcpy(client->name, name);
    if (error != UV_ECANCELED)
        client->reserved[0] = '\0';
    return error;
}
