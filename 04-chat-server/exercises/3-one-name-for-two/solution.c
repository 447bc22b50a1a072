/* A name is looked up and taken in one go, then written down; if that fails, it is given back. */
#include "exercise.h"

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

int server_rename(struct server *server, struct client *client, const char *name)
{
    char before[NAME_SIZE];
    if (is_taken(server, name))
        return UV_EEXIST;
    strcpy(before, client->name);
    strcpy(client->name, name); /* no wait since it was free: nobody can have come between */
    int error = server->write_down(name);
    if (error)
        strcpy(client->name, before);
    return error;
}
