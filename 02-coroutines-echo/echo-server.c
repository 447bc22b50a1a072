/* A TCP server that answers each line with the date and time. "sair" closes the connection. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "02-coroutines-echo/dump.h"
#include "02-coroutines-echo/telnet.h"
#include "common/bytes.h"
#include "common/language.h"
#include "common/program.h"
#include "common/stream.h"

static struct {
    const char *host, *port;
    bool quiet;
} settings = {.host = "127.0.0.1", .port = "8888"};

static const char *const purpose[] = {
    "Responde a cada linha com a data e a hora; \"sair\" encerra.",
    "Answers each line with the date and time; \"quit\" ends.",
};

static const struct program_option options[] = {
    {"host", OPTION_TEXT, &settings.host, "HOST",
        {"endereço em que escuta", "address to listen at"}, 0, 0},
    {"port", OPTION_PORT, &settings.port, "N", {"porta; 0 escolhe uma", "port; 0 picks one"}, 0,
        65535},
    {"quiet", OPTION_FLAG, &settings.quiet, NULL, {"só diz o endereço", "says only the address"}, 0,
        0},
    {0},
};

struct server {
    int active;    /* connections */
    time_t second; /* the time that date_and_time shows */
    char date_and_time[128];
    struct dump dump;
};

struct connection {
    struct server *server;
    struct stream *stream;
    struct telnet telnet;
};

static void connection_made(void *object, struct stream *stream, void *server)
{
    struct connection *self = object;
    self->server = server;
    self->stream = stream;
    self->server->active++;
    if (settings.quiet)
        return;
    char peer[STREAM_ADDRESS_SIZE];
    stream_peer_address(stream, peer);
    struct dump *dump = &self->server->dump;
    dump_line(dump, tr("Conexão de %s\n", "Connection from %s\n"), peer);
    dump_line(dump, tr("Conexões ativas: %d\n", "Active connections: %d\n"), self->server->active);
}

/* The answer to a line. It is formatted once a second. */
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
    return bytes_are_word(line, length, "sair") || bytes_are_word(line, length, "quit");
}

// #region manage
static int manage(void *object)
{
    struct connection *self = object;
    char *line;
    ssize_t size;
    while ((size = stream_read_line(self->stream, &line)) > 0) {
        if (telnet_remove_commands(&self->telnet, line, (size_t)size) == 0)
            continue; /* the newline was a byte of a command */
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
    if (settings.quiet)
        return;
    struct dump *dump = &self->server->dump;
    if (error && error != UV_ECANCELED)
        dump_line(dump, tr("Conexão perdida: %s\n", "Connection lost: %s\n"), tr_error(error));
    dump_line(dump, tr("Conexões ativas: %d\n", "Active connections: %d\n"), self->server->active);
}

// #region data_received
static void data_received(void *object, const char *data, size_t size)
{
    struct connection *self = object;
    dump_bytes(&self->server->dump, "data received", "     received", "       string", data, size);
    stream_feed(self->stream, data, size);
}
// #endregion data_received

static const struct protocol echo_protocol = {
    .size = sizeof(struct connection),
    .connection_made = connection_made,
    .manage = manage,
    .connection_lost = connection_lost,
    .data_received = data_received,
};

static int serve(void *unused)
{
    struct server server = {0};
    struct listener listener;
    struct protocol protocol = echo_protocol;
    char address[STREAM_ADDRESS_SIZE];
    (void)unused;
    if (settings.quiet)
        protocol.data_received = NULL; /* the stream feeds itself */
    int error = listener_open(&listener, settings.host, settings.port);
    if (error)
        return error;
    listener_address(&listener, address);
    printf(tr("Escutando %s\n", "Listening on %s\n"), address);
    error = listener_serve(&listener, &protocol, &server);
    listener_close(&listener);
    dump_report(&server.dump);
    return error;
}

int main(int argc, char **argv)
{
    program_start(argc, argv, purpose, options);
    uv_loop_t loop;
    int error = loop_init(&loop);
    if (!error) {
        error = task_run(&loop, "serve", serve, NULL);
        loop_close(&loop);
    }
    return program_end(error, tr("escutar %s:%s", "listen on %s:%s"), settings.host, settings.port);
}
