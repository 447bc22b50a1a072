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

static int manage(void *object)
{
    struct connection *self = object;
    char *line, answer[80];
    ssize_t size = 0;
    for (int number = 1; (size = stream_read_line(self->stream, &line)) > 0; number++) {
        snprintf(answer, sizeof(answer), "%d %.64s", number, line);
        stream_write_text(self->stream, answer);
        int error = stream_drain(self->stream);
        if (error || strcmp(line, "quit\n") == 0)
            return error;
    }
    return (int)size;
}

static const struct protocol echo = {
    .size = sizeof(struct connection), .connection_made = connection_made, .manage = manage};
// #endregion connection

// #region talk
static void print_and_close(const char *name, struct stream *peer)
{
    char *line;
    printf("%s received:\n", name);
    while (stream_read_line(peer, &line) > 0)
        fputs(line, stdout);
    stream_close(peer);
}

static int talk(const char *port)
{
    struct stream ana, bob;
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
// #endregion talk

// #region run
static int serve(void *listener)
{
    return listener_serve(listener, &echo, NULL);
}

static int run(void *unused)
{
    (void)unused;
    struct listener listener;
    struct scope scope;
    char address[STREAM_ADDRESS_SIZE];
    int error = listener_open(&listener, "127.0.0.1", "0");
    if (error)
        return error;
    listener_address(&listener, address);
    scope_enter(&scope);
    error = scope_spawn(&scope, "serve", serve, &listener);
    if (!error)
        error = talk(strrchr(address, ':') + 1);
    error = scope_leave(&scope, error); /* cancels the server */
    listener_close(&listener);
    return error;
}
// #endregion run

int main(void)
{
    return run_task(run);
}
