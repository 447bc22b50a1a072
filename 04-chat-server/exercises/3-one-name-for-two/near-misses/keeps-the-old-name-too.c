/* NEAR MISS: the old name is reserved, and never given back.
 * Says: nobody may take her old name */
#include "../exercise.h"

#include <stdbool.h>
#include <string.h>
#include <uv.h>

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
    strcpy(client->reserved, client->name);
    strcpy(client->name, name);
    int error = server->save(name);
    if (error)
        strcpy(client->name, client->reserved);
    return error;
}
