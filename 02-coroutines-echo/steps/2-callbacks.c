/* The same server in callbacks: bob does not wait for ana, but the state is kept by hand. */
#include "peer.h"

#include <signal.h>
#include <stdbool.h>
#include <uv.h>

// #region connection
struct connection {
    uv_tcp_t tcp;
    char line[64]; /* the part of a line that has arrived */
    size_t length;
    int answered; /* lines */
};

struct answer {
    uv_write_t request;
    char text[80];
    bool last;
};
// #endregion connection

// #region closing
static void on_closed(uv_handle_t *tcp)
{
    uv_stop(tcp->loop);
    free(tcp->data);
}

static void on_written(uv_write_t *request, int status)
{
    struct answer *answer = request->data;
    if ((answer->last || status) && !uv_is_closing((uv_handle_t *)request->handle))
        uv_close((uv_handle_t *)request->handle, on_closed);
    free(answer);
}
// #endregion closing

// #region answering
/* Returns whether it was the last line. */
static bool answer_line(struct connection *self, const char *line, int length)
{
    struct answer *answer =
        malloc(sizeof(*answer)); /* libuv reads it after this function has returned */
    if (!answer)
        abort();
    int size =
        snprintf(answer->text, sizeof(answer->text), "%d %.*s\n", ++self->answered, length, line);
    answer->last = length == 4 && strncmp(line, "quit", 4) == 0;
    answer->request.data = answer;
    uv_buf_t text = uv_buf_init(answer->text, (unsigned)size);
    uv_write(&answer->request, (uv_stream_t *)&self->tcp, &text, 1, on_written);
    return answer->last;
}
// #endregion answering

// #region reading
static void on_alloc(uv_handle_t *tcp, size_t suggested, uv_buf_t *buffer)
{
    struct connection *self = tcp->data;
    (void)suggested;
    *buffer = uv_buf_init(self->line + self->length, (unsigned)(sizeof(self->line) - self->length));
}

static void on_read(uv_stream_t *tcp, ssize_t size, const uv_buf_t *buffer)
{
    struct connection *self = tcp->data;
    (void)buffer;
    if (size < 0) { /* the end, an error, or a line that is longer than the buffer */
        uv_close((uv_handle_t *)tcp, on_closed);
        return;
    }
    self->length += (size_t)size;
    char *newline;
    while ((newline = memchr(self->line, '\n', self->length))) {
        size_t used = (size_t)(newline + 1 - self->line);
        if (answer_line(self, self->line, (int)used - 1)) {
            uv_read_stop(tcp); /* the rest is not answered */
            return;
        }
        self->length -= used;
        memmove(self->line, newline + 1, self->length);
    }
}
// #endregion reading

// #region accepting
static void on_connection(uv_stream_t *listener, int status)
{
    struct connection *self = calloc(1, sizeof(*self));
    if (status || !self)
        abort();
    uv_tcp_init(listener->loop, &self->tcp);
    self->tcp.data = self;
    uv_accept(listener, (uv_stream_t *)&self->tcp);
    uv_read_start((uv_stream_t *)&self->tcp, on_alloc, on_read);
}
// #endregion accepting

/* Plays both peers, with sockets that block. */
static void talk(uv_loop_t *loop, const struct sockaddr_in *address)
{
    // #region talk
    int ana = peer_connect(address, "Al");
    int bob = peer_connect(address, "Alô\ntudo bem?\nquit\n");
    uv_run(loop, UV_RUN_DEFAULT); /* until on_closed calls uv_stop */
    peer_print_and_close("bob", bob);
    peer_say(ana, "ô\nquit\n");
    uv_run(loop, UV_RUN_DEFAULT);
    peer_print_and_close("ana", ana);
    // #endregion talk
}

static int listen_on(uv_loop_t *loop, uv_tcp_t *listener, int port, struct sockaddr_in *address)
{
    int size = sizeof(*address);
    int error = uv_ip4_addr("127.0.0.1", port, address);
    if (!error)
        error = uv_tcp_init(loop, listener);
    if (!error)
        error = uv_tcp_bind(listener, (struct sockaddr *)address, 0);
    if (!error)
        error = uv_listen((uv_stream_t *)listener, 10, on_connection);
    return error ? error : uv_tcp_getsockname(listener, (struct sockaddr *)address, &size);
}

int main(int argc, char **argv)
{
    uv_loop_t loop;
    uv_tcp_t listener;
    struct sockaddr_in address;
    int error = uv_loop_init(&loop);
    if (!error)
        error = listen_on(&loop, &listener, argc > 1 ? atoi(argv[1]) : 0, &address);
    if (error) {
        fprintf(stderr, "listen: %s\n", uv_strerror(error));
        return 1;
    }
    if (argc > 1) {
        signal(SIGPIPE, SIG_IGN); /* a peer may leave before it has its answer */
        printf("Listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
        fflush(stdout);
        for (;;) /* until Ctrl+C; on_closed ends a single run */
            uv_run(&loop, UV_RUN_DEFAULT);
    }
    talk(&loop, &address);
    uv_close((uv_handle_t *)&listener, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    return uv_loop_close(&loop) == 0 ? 0 : 1;
}
