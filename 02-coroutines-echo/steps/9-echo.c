/* Step 2's server in calls that wait: the function's position and variables replace the state. */
#include <string.h>

#include "common/stream.h"
#include "run.h"

// #region connection
struct connection {
    struct stream *stream;
};

static void connection_made(void *object, struct stream *stream, void *unused)
{
    struct connection *self = object;
    (void)unused;
    self->stream = stream;
}
// #endregion connection

// #region manage
static int manage(void *object)
{
    struct connection *self = object;
    char *line, prefix[16];
    ssize_t size = 0;
    for (int number = 1; (size = stream_read_line(self->stream, &line)) > 0; number++) {
        snprintf(prefix, sizeof(prefix), "%d ", number);
        stream_write_text(self->stream, prefix);
        stream_write(self->stream, line, (size_t)size);
        int error = stream_drain(self->stream);
        if (error || strcmp(line, "quit\n") == 0)
            return error;
    }
    return (int)size;
}
// #endregion manage

// #region protocol
static const struct protocol echo = {
    .size = sizeof(struct connection), .connection_made = connection_made, .manage = manage};
// #endregion protocol

static void print_and_close(const char *name, struct stream *peer)
{
    char *line;
    printf("%s received:\n", name);
    while (stream_read_line(peer, &line) > 0)
        fputs(line, stdout);
    stream_close(peer);
}

/* The peers of step 2, with streams of their own. */
static int talk(const char *address)
{
    struct stream ana, bob;
    const char *port = strrchr(address, ':') + 1;
    int error = stream_connect(&ana, "127.0.0.1", port);
    if (error)
        return error;
    stream_write_text(&ana, "Al");
    error = stream_connect(&bob, "127.0.0.1", port);
    if (!error) {
        stream_write_text(&bob, "Alô\ntudo bem?\nquit\n");
        print_and_close("bob", &bob);
    }
    stream_write_text(&ana, "ô\nquit\n");
    print_and_close("ana", &ana);
    return error;
}

// #region run
static int serve(void *listener)
{
    return listener_serve(listener, &echo, NULL);
}

static int serve_and_talk(struct listener *listener, const char *address)
{
    struct scope scope;
    scope_enter(&scope);
    int error = scope_spawn(&scope, "serve", serve, listener);
    if (!error)
        error = talk(address);
    return scope_leave(&scope, error); /* ends the server */
}
// #endregion run

static const char *chosen_port; /* NULL: the program talks to itself */

static int run(void *unused)
{
    (void)unused;
    struct listener listener;
    char address[STREAM_ADDRESS_SIZE];
    int error = listener_open(&listener, "127.0.0.1", chosen_port ? chosen_port : "0");
    if (error)
        return error;
    listener_address(&listener, address);
    if (chosen_port) {
        printf("Listening on %s\n", address);
        error = serve(&listener); /* until Ctrl+C */
    } else {
        error = serve_and_talk(&listener, address);
    }
    listener_close(&listener);
    return error;
}

int main(int argc, char **argv)
{
    chosen_port = argc > 1 ? argv[1] : NULL;
    return run_task(run);
}
