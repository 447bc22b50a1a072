/* NEAR MISS: both clients have written the name into the file before one of them is refused.
 * Says: these names were written into the file: Zoe Zoe */
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
    int error = server->save(name);
    if (!error && is_taken(server, name))
        error = UV_EEXIST;
    if (!error)
        strcpy(client->name, name);
    return error;
}
