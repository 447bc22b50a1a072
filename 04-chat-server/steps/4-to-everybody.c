/* What one says, all others hear: a list of who is here, and a loop over it. */
#include <stdio.h>

#include "04-chat-server/websocket/websocket.h"
#include "common/program.h"

// #region client
struct client {
    struct websocket *socket;
    struct client *next;
};

struct server {
    struct client *first; /* all who are connected */
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
/* A client's task: it comes, says things, goes. */
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
    struct websocket_options options = {
        .host = "localhost", .port = port, .serve = manage, .argument = &server};
    struct websocket_server *sockets;
    int error = websocket_listen(&sockets, &options);
    if (error)
        return error;
    printf("Listening on %s\n", websocket_server_address(sockets));
    error = websocket_serve(sockets); /* until Ctrl+C */
    websocket_server_close(sockets);
    return error;
}

int main(int argc, char **argv)
{
    uv_loop_t loop;
    char *port = argc > 1 ? argv[1] : "8765";
    setvbuf(stdout, NULL, _IOLBF, 0);
    int error = loop_init(&loop);
    if (!error) {
        error = task_run(&loop, "serve", serve, port);
        loop_close(&loop);
    }
    return program_end(error, "listen on port %s", port);
}
