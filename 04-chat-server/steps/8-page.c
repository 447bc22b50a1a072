/* A page for people, served by the same program at the same port; what one says, all others in the
 * room hear. Run it in the repository's root. */
#include <stdio.h>

#include "04-chat-server/websocket/websocket.h"
#include "common/program.h"

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

// #region serve
static int serve(void *port)
{
    struct websocket_room room = {0};
    struct websocket_options options = {.host = "localhost",
        .port = port,
        .directory = "04-chat-server/steps/8-page",
        .serve = manage,
        .argument = &room};
    struct websocket_server *sockets;
    int error = websocket_listen(&sockets, &options);
    if (error)
        return error;
    printf("Listening on %s\n", websocket_server_address(sockets));
    error = websocket_serve(sockets); /* until Ctrl+C */
    websocket_server_close(sockets);
    return error;
}
// #endregion serve

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
