/* NEAR MISS: there is room for one reserved name, and two clients may wait.
 * Says: a third client asked for Zoe */
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

static char reserved[NAME_SIZE];

int server_rename(struct server *server, struct client *client, const char *name)
{
    if (is_taken(server, name) || strcmp(reserved, name) == 0)
        return UV_EEXIST;
    strcpy(reserved, name);
    int error = server->save(name);
    reserved[0] = '\0';
    if (!error)
        strcpy(client->name, name);
    return error;
}
