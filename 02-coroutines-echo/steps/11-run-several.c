/* A hundred clients of a slow server: first one after the other, then all at once. */
#include <string.h>

#include "common/stream.h"
#include "run.h"

#define CLIENTS 100

struct connection {
    struct stream *stream;
};

static void connection_made(void *object, struct stream *stream, void *unused)
{
    struct connection *self = object;
    (void)unused;
    self->stream = stream;
}

// #region manage
static int manage(void *object)
{
    struct connection *self = object;
    char *line;
    ssize_t size = stream_read_line(self->stream, &line);
    int error = size < 0 ? (int)size : task_sleep(0.02); /* a query to a database, for example */
    if (!error)
        stream_write(self->stream, line, (size_t)size);
    return error;
}
// #endregion manage

static const struct protocol slow_echo = {
    .size = sizeof(struct connection), .connection_made = connection_made, .manage = manage};

struct party {
    struct listener listener;
    char address[STREAM_ADDRESS_SIZE];
    int answers;
};

// #region run_client
static int run_client(void *argument)
{
    struct party *party = argument;
    struct stream stream;
    char *line;
    int error = stream_connect(&stream, "127.0.0.1", strrchr(party->address, ':') + 1);
    if (error)
        return error;
    stream_write_text(&stream, "Alô\n");
    ssize_t size = stream_read_line(&stream, &line);
    if (size > 0 && strcmp(line, "Alô\n") == 0)
        party->answers++;
    stream_close(&stream);
    return size < 0 ? (int)size : 0;
}
// #endregion run_client

// #region several
static int one_after_the_other(struct party *party)
{
    int error = 0;
    for (int i = 0; i < CLIENTS && !error; i++)
        error = run_client(party);
    return error;
}

static int at_once(struct party *party)
{
    struct task_call calls[CLIENTS];
    for (int i = 0; i < CLIENTS; i++)
        calls[i] = (struct task_call){"client", run_client, party, 0};
    return task_gather(calls, CLIENTS);
}
// #endregion several

static int measure(const char *how, int (*run_all)(struct party *party), struct party *party)
{
    uint64_t began = uv_hrtime();
    party->answers = 0;
    int error = run_all(party);
    printf(
        "%s: %d answers in %d ms\n", how, party->answers, (int)((uv_hrtime() - began) / 1000000));
    return error;
}

static int serve(void *argument)
{
    struct party *party = argument;
    return listener_serve(&party->listener, &slow_echo, NULL);
}

static int run(void *unused)
{
    (void)unused;
    struct party party = {0};
    struct scope scope;
    int error = listener_open(&party.listener, "127.0.0.1", "0");
    if (error)
        return error;
    listener_address(&party.listener, party.address);
    scope_enter(&scope);
    error = scope_spawn(&scope, "serve", serve, &party);
    if (!error)
        error = measure("one after the other", one_after_the_other, &party);
    if (!error)
        error = measure("at once", at_once, &party);
    error = scope_leave(&scope, error); /* cancels the server */
    listener_close(&party.listener);
    return error;
}

int main(void)
{
    return run_task(run);
}
