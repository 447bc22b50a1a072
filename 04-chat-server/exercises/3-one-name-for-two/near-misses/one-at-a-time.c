/* NEAR MISS: while one client waits for the file, all others are refused, whatever their names.
 * Says: two asked for two names at once */
#include "../exercise.h"

#include <stdbool.h>
#include <string.h>
#include <uv.h>

static bool is_taken(const struct server *server, const char *name)
{
    for (const struct client *client = server->first; client; client = client->next)
        if (strcmp(client->name, name) == 0)
            return true;
    return false;
}

static bool busy;

int server_rename(struct server *server, struct client *client, const char *name)
{
    if (busy || is_taken(server, name))
        return UV_EEXIST;
    busy = true;
    int error = server->save(name);
    busy = false;
    if (!error)
        strcpy(client->name, name);
    return error;
}
