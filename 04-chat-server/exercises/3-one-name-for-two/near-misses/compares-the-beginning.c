/* NEAR MISS: Zoey is another name than Zoe.
 * Says: Zoe and Zoeyann are other names */
#include "../exercise.h"

#include <stdbool.h>
#include <string.h>
#include <uv.h>

#include "common/task.h"

static bool is_taken(const struct server *server, const char *name)
{
    for (const struct client *client = server->first; client; client = client->next)
        if (strncmp(client->name, name, strlen(name)) == 0 ||
            strncmp(client->reserved, name, strlen(name)) == 0)
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
    client->reserved[0] = '\0';
    return error;
}
