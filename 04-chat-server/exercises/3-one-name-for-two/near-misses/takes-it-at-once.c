/* NEAR MISS: while the new name is written, nobody has the old one, and another may take it.
 * Says: another client got her name */
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

int server_rename(struct server *server, struct client *client, const char *name)
{
    if (is_taken(server, name))
        return UV_EEXIST;
    char old[NAME_SIZE];
    strcpy(old, client->name);
    strcpy(client->name, name);
    int error = server->save(name);
    if (error)
        strcpy(client->name, old);
    return error;
}
