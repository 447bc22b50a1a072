/* A message goes to all other clients: the server has a list of them, and loops over it. It also
 * serves a page, which step 8 explains. Run it in the repository's root. */
#include "04-chat-server/steps/serve.h"

// #region client
struct client {
    struct websocket *socket;
    struct client *next;
};

struct server {
    struct client *first; /* of all connected clients */
};
// #endregion client

// #region send_to_all
static void send_to_all(struct server *server, const struct client *origin, const char *text)
{
    for (struct client *client = server->first; client; client = client->next)
        if (client != origin)
            websocket_send_format(
                client->socket, "%s >> %s", websocket_path(origin->socket) + 1, text);
}
// #endregion send_to_all

// #region manage
/* A client's task, from its connection to its end. */
static int manage(struct websocket *socket, void *argument)
{
    struct server *server = argument;
    struct client self = {.socket = socket, .next = server->first};
    char *text;
    ssize_t size;
    server->first = &self;
    while ((size = websocket_receive(socket, &text)) > 0)
        send_to_all(server, &self, text);
    struct client **place = &server->first;
    while (*place != &self)
        place = &(*place)->next;
    *place = self.next;
    return (int)size;
}
// #endregion manage

static int serve(void *port)
{
    struct server server = {0};
    return serve_page(port, manage, &server);
}

int main(int argc, char **argv)
{
    return run_server(argc, argv, serve);
}
