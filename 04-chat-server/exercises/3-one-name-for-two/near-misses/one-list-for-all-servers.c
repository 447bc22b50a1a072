/* NEAR MISS: a static list has the names of all servers.
 * Says: clients of two servers asked for one name */
#include "../exercise.h"

#include <stdbool.h>
#include <string.h>
#include <uv.h>

#include "common/task.h"

struct pending {
    const char *name;
    struct pending *next;
};
static struct pending *pending;
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
    for (struct pending *p = pending; p; p = p->next)
        if (strcmp(p->name, name) == 0)
            return UV_EEXIST;
    struct pending self = {name, pending};
    pending = &self;
    int error = server->save(name);
    for (struct pending **at = &pending; *at; at = &(*at)->next)
        if (*at == &self) {
            *at = self.next;
            break;
        }
    if (!error)
        strcpy(client->name, name);
    return error;
}
