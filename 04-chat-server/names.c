/* Names: one client a name, in all rooms. */
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "04-chat-server/chat.h"
#include "04-chat-server/text.h"

struct name {
    struct client *owner;
    char text[];
};

static struct name *name_of(const char *text)
{
    return (struct name *)(text - offsetof(struct name, text));
}

/* What the server's own lines say beside a name, and so no name may: it must not make what is said
 * to all look as if it were private, another's, or the server's. */
static bool would_forge(const char *name)
{
    static const char *const phrases[] = {" >> ", TEXT_PRIVATE_PORTUGUESE, TEXT_PRIVATE_ENGLISH,
        TEXT_ARRIVED_PORTUGUESE, TEXT_ARRIVED_ENGLISH, TEXT_LEFT_PORTUGUESE, TEXT_LEFT_ENGLISH,
        TEXT_RENAMED_PORTUGUESE, TEXT_RENAMED_ENGLISH};
    /* As the server writes it, with a space before and behind. */
    char padded[4 * MAX_NAME_CHARACTERS + 3];
    snprintf(padded, sizeof(padded), " %s ", name);
    for (size_t i = 0; i < sizeof(phrases) / sizeof(*phrases); i++)
        if (strcasestr(padded, phrases[i]))
            return true;
    return false;
}

bool server_name_is_free(const struct server *server, const char *name)
{
    return text_is_name(name) && !would_forge(name) && !server_find(server, name);
}

struct client *server_find(const struct server *server, const char *name)
{
    char **found = tfind(name, &server->names, text_compare_names);
    return found ? name_of(*found)->owner : NULL;
}

int name_take(struct client *client, const char *text)
{
    struct name *name = malloc(sizeof(*name) + strlen(text) + 1);
    if (!name)
        return UV_ENOMEM;
    name->owner = client;
    strcpy(name->text, text);
    if (!tsearch(name->text, &client->server->names, text_compare_names)) {
        free(name);
        return UV_ENOMEM;
    }
    name_release(client);
    client->name = name->text;
    return 0;
}

void name_release(struct client *client)
{
    if (!client->name)
        return;
    tdelete(client->name, &client->server->names, text_compare_names);
    free(name_of(client->name));
    client->name = NULL;
}
