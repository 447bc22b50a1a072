/* NEAR MISS: after a failure the name is reserved for ever.
 * Says: nobody is called Zoe, and nobody can be */
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
    strcpy(client->reserved, name); /* no wait since it was free: nobody can have come between */
    int error = server->save(name);
    if (!error)
        strcpy(client->name, name);
    if (!error)
        client->reserved[0] = '\0';
    return error;
}
