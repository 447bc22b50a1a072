/* The article's first server: it receives a name and answers with a greeting. */
#include <stdio.h>

#include "04-chat-server/log.h"
#include "04-chat-server/websocket/websocket.h"
#include "common/language.h"
#include "common/program.h"

// #region hello
static int hello(struct websocket *socket, void *log)
{
    char *name;
    ssize_t size = websocket_receive(socket, &name);
    if (size <= 0)
        return (int)size;
    log_printf(log, "< %s", name);
    int error = websocket_send_format(socket, "Hello %s!", name);
    if (!error)
        log_printf(log, "> Hello %s!", name);
    return error;
}
// #endregion hello

static struct log chat_log; /* writes characters that could deceive a reader as \u{1B} */

static struct websocket_options options = {
    .host = "localhost", .port = "8765", .serve = hello, .argument = &chat_log};

static const char *const purpose[] = {"Recebe um nome por WebSocket e responde Hello NOME!",
    "Receives a name over WebSocket and answers Hello NAME!"};

static const struct program_option option_table[] = {
    {"host", OPTION_TEXT, &options.host, "HOST", {"endereço em que escuta", "address to listen at"},
        0, 0},
    {"port", OPTION_PORT, &options.port, "N", {"porta; 0 escolhe uma", "port; 0 picks one"}, 0,
        65535},
    {0},
};

static int serve(void *unused)
{
    struct websocket_server *server;
    (void)unused;
    int error = websocket_listen(&server, &options);
    if (error)
        return error;
    printf(tr("Escutando %s\n", "Listening on %s\n"), websocket_server_address(server));
    error = websocket_serve(server);
    websocket_server_close(server);
    log_close(&chat_log);
    return error;
}

int main(int argc, char **argv)
{
    uv_loop_t loop;
    program_start(argc, argv, purpose, option_table);
    int error = loop_init(&loop);
    if (!error) {
        error = task_run(&loop, "serve", serve, NULL);
        int not_closed = loop_close(&loop);
        if (not_closed)
            return program_end(not_closed, tr("fechar tudo", "close everything"));
    }
    return program_end(error, tr("escutar %s:%s", "listen on %s:%s"), options.host, options.port);
}
