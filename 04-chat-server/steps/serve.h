/* What the servers of steps 4 and 7 to 12 have in common; step 8 shows a serve function whole. */
#pragma once

#include "04-chat-server/steps/run.h"
#include "04-chat-server/websocket/websocket.h"

/* Listens and serves until Ctrl+C. */
static inline int serve_with(const struct websocket_options *options)
{
    struct websocket_server *sockets;
    int error = websocket_listen(&sockets, options);
    if (error)
        return error;
    printf("Listening on %s\n", websocket_server_address(sockets));
    error = websocket_serve(sockets);
    websocket_server_close(sockets);
    return error;
}

/* Serves step 8's page at the port of localhost, and calls manage for each client, until Ctrl+C. */
static inline int serve_page(
    const char *port, int (*manage)(struct websocket *socket, void *argument), void *argument)
{
    return serve_with(&(struct websocket_options){.host = "localhost",
        .port = port,
        .directory = "04-chat-server/steps/8-page",
        .serve = manage,
        .argument = argument});
}

/* Runs serve with the port that the command line names. Returns main's exit status. */
static inline int run_server(int argc, char **argv, int (*serve)(void *port))
{
    char *port = argc > 1 ? argv[1] : "8765";
    return program_end(
        run_task(serve, port), "listen on port %s (ARGS=9000 chooses another)", port);
}
