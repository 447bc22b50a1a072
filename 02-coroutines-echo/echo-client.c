/* Talks to the echo server: says "Alô" several times, waits for each answer, then says "sair". */
#include <stdio.h>
#include <stdlib.h>

#include "02-coroutines-echo/dump.h"
#include "common/language.h"
#include "common/program.h"
#include "common/stream.h"

static struct {
    const char *host, *port;
    long times, clients;
} settings = {.host = "127.0.0.1", .port = "8888", .times = 10, .clients = 1};

static const char *const purpose[] = {
    "Diz \"Alô\" ao servidor de eco e espera cada resposta.",
    "Says \"Alô\" to the echo server and waits for each answer.",
};

static const struct program_option options[] = {
    {"host", OPTION_TEXT, &settings.host, "HOST", {"endereço do servidor", "the server's address"},
        0, 0},
    {"port", OPTION_PORT, &settings.port, "N", {"porta do servidor", "the server's port"}, 1,
        65535},
    {"times", OPTION_COUNT, &settings.times, "N", {"quantas vezes", "how many times"}, 0, 1e9},
    {"clients", OPTION_COUNT, &settings.clients, "N",
        {"quantos clientes ao mesmo tempo", "how many clients at once"}, 1, 100000},
    {0},
};

/* The results of all clients. */
struct session {
    long lines, errors;
    int first_error;
    struct dump dump;
};

struct client {
    struct session *session;
    struct stream *stream;
};

/* A single client reports what it does. */
static bool is_alone(void)
{
    return settings.clients == 1;
}

static void connection_made(void *object, struct stream *stream, void *session)
{
    struct client *self = object;
    self->session = session;
    self->stream = stream;
    char peer[STREAM_ADDRESS_SIZE];
    stream_peer_address(stream, peer);
    if (is_alone())
        printf(tr("Conectado à %s\n", "Connected to %s\n"), peer);
}

static int manage(void *object)
{
    struct client *self = object;
    char *line;
    for (long i = 0; i < settings.times; i++) {
        stream_write_text(self->stream, "Alô\r\n");
        int error = stream_drain(self->stream);
        ssize_t size = error ? error : stream_read_line(self->stream, &line);
        if (size <= 0)
            return size ? (int)size : UV_EOF;
        self->session->lines++;
    }
    stream_write_text(self->stream, "sair\r\n");
    ssize_t size;
    do
        size = stream_read_line(self->stream, &line);
    while (size > 0);
    return (int)size;
}

static void connection_lost(void *object, int error)
{
    struct client *self = object;
    dump_report(&self->session->dump);
    if (is_alone() && error)
        printf(tr("Conexão perdida: %s\n", "Connection lost: %s\n"), tr_error(error));
    else if (is_alone())
        puts(tr("Conexão perdida", "Connection lost"));
}

static void data_received(void *object, const char *data, size_t size)
{
    struct client *self = object;
    if (is_alone())
        dump_bytes(&self->session->dump, tr("dados recebidos", "  data received"),
            tr("      recebidos", "       received"), tr("         string", "         string"),
            data, size);
    stream_feed(self->stream, data, size);
}

static const struct protocol echo_protocol = {
    .size = sizeof(struct client),
    .connection_made = connection_made,
    .manage = manage,
    .connection_lost = connection_lost,
    .data_received = data_received,
};

/* Runs one client from its connection to its end. A failure is counted and ends no other client. */
static int run_client(void *argument)
{
    struct session *session = argument;
    int error = protocol_connect(settings.host, settings.port, &echo_protocol, session);
    if (error) {
        session->errors++;
        session->first_error = session->first_error ? session->first_error : error;
    }
    return error == UV_ECANCELED ? error : 0;
}

// #region run_several
static int run_several(void *argument)
{
    struct session *session = argument;
    struct task_call *calls = calloc((size_t)settings.clients, sizeof(*calls));
    if (!calls)
        return UV_ENOMEM;
    for (long i = 0; i < settings.clients; i++)
        calls[i] = (struct task_call){"client", run_client, session, 0};
    int error = task_gather(calls, (size_t)settings.clients);
    free(calls);
    return error;
}
// #endregion run_several

static void print_summary(const struct session *session, double seconds)
{
    printf(tr("clientes: %ld\nlinhas: %ld\nerros: %ld\nsegundos: %.3f\n",
               "clients: %ld\nlines: %ld\nerrors: %ld\nseconds: %.3f\n"),
        settings.clients, session->lines, session->errors, seconds);
}

int main(int argc, char **argv)
{
    program_start(argc, argv, purpose, options);
    struct session session = {0};
    uv_loop_t loop;
    int error = loop_init(&loop);
    if (!error) {
        uint64_t start = uv_hrtime();
        error = task_run(&loop, "run_several", run_several, &session);
        if (settings.clients > 1)
            print_summary(&session, (double)(uv_hrtime() - start) / 1e9);
        loop_close(&loop);
    }
    return program_end(error ? error : session.first_error, tr("falar com %s:%s", "talk to %s:%s"),
        settings.host, settings.port);
}
