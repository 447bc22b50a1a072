/* A TCP server: to each line, the date and time; "sair" closes the connection. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "common/bytes.h"
#include "common/language.h"
#include "common/program.h"
#include "common/stream.h"

struct server {
    const char *host, *port;
    bool quiet;
    int active;
    struct listener listener;
    time_t second; /* of which date_and_time is the text */
    char date_and_time[128];
};

struct connection {
    struct server *server;
    struct stream *stream;
};

static void connection_made(void *object, struct stream *stream, void *server)
{
    struct connection *self = object;
    self->server = server;
    self->stream = stream;
    self->server->active++;
    if (self->server->quiet)
        return;
    char peer[STREAM_ADDRESS_SIZE];
    stream_peer_address(stream, peer);
    printf(tr("Conexão de %s\n", "Connection from %s\n"), peer);
    printf(tr("Conexões ativas: %d\n", "Active connections: %d\n"), self->server->active);
}

/* The answer to a line, made once a second. */
static const char *date_and_time(struct server *server)
{
    time_t now = time(NULL);
    if (now != server->second) {
        server->second = now;
        strftime(server->date_and_time, sizeof(server->date_and_time), "%c\r\n", localtime(&now));
    }
    return server->date_and_time;
}

static bool is_quit(const char *line)
{
    size_t length = strlen(line += strspn(line, " \t\r\n\f\v"));
    while (length > 0 && isspace((unsigned char)line[length - 1]))
        length--;
    return length == 4 && (strncasecmp(line, "sair", 4) == 0 || strncasecmp(line, "quit", 4) == 0);
}

// #region manage
static int manage(void *object)
{
    struct connection *self = object;
    char *line;
    ssize_t size;
    while ((size = stream_read_line(self->stream, &line)) > 0) {
        stream_write_text(self->stream, date_and_time(self->server));
        int error = stream_drain(self->stream);
        if (error || is_quit(line))
            return error;
    }
    if (size == UV_EMSGSIZE)
        stream_write_text(self->stream, tr("Linha longa demais\r\n", "Line too long\r\n"));
    return (int)size;
}
// #endregion manage

static void connection_lost(void *object, int error)
{
    struct connection *self = object;
    self->server->active--;
    if (self->server->quiet)
        return;
    if (error && error != UV_ECANCELED)
        printf(tr("Conexão perdida: %s\n", "Connection lost: %s\n"), tr_error(error));
    printf(tr("Conexões ativas: %d\n", "Active connections: %d\n"), self->server->active);
}

static void print_and_free(const char *label, char *text)
{
    printf("%s: %s\n", label, text ? text : tr_error(UV_ENOMEM));
    free(text);
}

// #region data_received
static void data_received(void *object, const char *data, size_t size)
{
    struct connection *self = object;
    print_and_free("data received", bytes_to_hex(data, size));
    print_and_free("     received", bytes_to_printable(data, size));
    print_and_free("       string", bytes_to_text(data, size, NULL));
    stream_feed(self->stream, data, size);
}
// #endregion data_received

// #region protocol
static const struct protocol echo_protocol = {
    .size = sizeof(struct connection),
    .connection_made = connection_made,
    .manage = manage,
    .connection_lost = connection_lost,
    .data_received = data_received,
};
// #endregion protocol

// #region serve
static int serve(void *argument)
{
    struct server *server = argument;
    struct protocol protocol = echo_protocol;
    char address[STREAM_ADDRESS_SIZE];
    if (server->quiet)
        protocol.data_received = NULL; /* the stream feeds itself */
    int error = listener_open(&server->listener, server->host, server->port);
    if (error)
        return error;
    listener_address(&server->listener, address);
    printf(tr("Escutando %s\n", "Listening on %s\n"), address);
    error = listener_serve(&server->listener, &protocol, server);
    listener_close(&server->listener);
    return error;
}
// #endregion serve

int main(int argc, char **argv)
{
    struct server server = {.host = "127.0.0.1", .port = "8888"};
    program_start(argc, argv,
        (const char *[]){"Responde a cada linha com a data e a hora; \"sair\" encerra.",
            "Answers each line with the date and time; \"quit\" ends."},
        (struct program_option[]){
            {"host", OPTION_TEXT, &server.host, "HOST",
                {"endereço em que escuta", "address to listen at"}, 0, 0},
            {"port", OPTION_PORT, &server.port, "N", {"porta; 0 escolhe uma", "port; 0 picks one"},
                0, 65535},
            {"quiet", OPTION_FLAG, &server.quiet, NULL,
                {"só diz o endereço", "says only the address"}, 0, 0},
            {0},
        });

    uv_loop_t loop;
    int error = loop_init(&loop);
    if (!error) {
        error = task_run(&loop, "serve", serve, &server);
        loop_close(&loop);
    }
    return program_end(error, tr("escutar %s:%s", "listen on %s:%s"), server.host, server.port);
}
