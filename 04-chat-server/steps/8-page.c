/* The same program serves a page at the same port, and a message goes to all others in the room.
 * Run it in the repository's root. */
#include "04-chat-server/steps/serve.h"

// #region manage
static int manage(struct websocket *socket, void *argument)
{
    struct websocket_room *room = argument;
    char *text;
    ssize_t size;
    websocket_room_enter(room, socket);
    while ((size = websocket_receive(socket, &text)) > 0)
        if (websocket_room_send(room, socket, text, (size_t)size) != 0)
            websocket_send_format(socket, "Not sent: %s", text);
    websocket_room_leave(socket);
    return (int)size;
}
// #endregion manage

static int serve(void *port)
{
    struct websocket_room room = {0};
    // #region options
    struct websocket_options options = {.host = "localhost",
        .port = port,
        .directory = "04-chat-server/steps/8-page",
        .serve = manage,
        .argument = &room};
    // #endregion options
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
    return run_server(argc, argv, serve);
}
