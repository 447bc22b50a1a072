/* A client looks a name up and reserves it without a wait, then writes it into the file. Until that
 * has succeeded, the client has both names, and nobody else may take either. */
#include "exercise.h"

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
    strcpy(client->reserved, name); /* it is still free: nothing has waited since is_taken */
    int error = server->save(name);
    if (!error)
        strcpy(client->name, name);
    client->reserved[0] = '\0';
    return error;
}
