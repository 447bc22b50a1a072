/* A peer that does not read: output for it piles up in memory, unless the writer waits. */
#include <string.h>
#include <sys/socket.h>

#include "common/stream.h"
#include "run.h"

#define LINES 100000
#define LINE "What a long answer this is, and nobody reads any of it.\n"

static void say_pending(long lines, const struct stream *stream)
{
    printf("  %ld KB written, %ld KB of them wait in our memory\n",
        lines * (long)strlen(LINE) / 1024, (long)buffer_size(&stream->output) / 1024);
}

// #region carelessly
static int write_carelessly(struct stream *stream)
{
    for (long lines = 0; lines < LINES; lines++)
        stream_write_text(stream, LINE);
    say_pending(LINES, stream);
    return 0;
}
// #endregion carelessly

// #region with_drain
static int write_with_drain(struct stream *stream)
{
    for (long lines = 0; lines < LINES; lines++) {
        stream_write_text(stream, LINE);
        int error = stream_drain(stream);
        if (error) {
            printf("  drain: %s\n", uv_strerror(error));
            say_pending(lines, stream);
            return error;
        }
    }
    say_pending(LINES, stream);
    return 0;
}
// #endregion with_drain

static int read_all(void *peer)
{
    char *data;
    ssize_t size;
    while ((size = stream_read(peer, &data)) > 0)
        continue;
    return (int)size;
}

static int try(const char *how, int (*write)(struct stream *stream), int (*peer_does)(void *peer))
{
    int ends[2];
    int error = uv_socketpair(SOCK_STREAM, 0, ends, 0, 0);
    if (error)
        return error;
    struct stream stream, peer;
    struct scope scope;
    puts(how);
    stream_open(&stream, ends[0]);
    stream_open(&peer, ends[1]);
    scope_enter_for(&scope, peer_does ? 10 : 0.2);
    error = peer_does ? scope_spawn(&scope, "peer", peer_does, &peer) : 0;
    if (!error)
        error = write(&stream);
    error = scope_leave(&scope, error);
    stream_close(&peer);
    stream_close(&stream);
    return error == UV_ETIMEDOUT ? 0 : error;
}

static int run(void *unused)
{
    (void)unused;
    int error = try("without drain, nobody reads:", write_carelessly, NULL);
    if (!error)
        error = try("with drain, nobody reads:", write_with_drain, NULL);
    if (!error)
        error = try("with drain, a peer that reads:", write_with_drain, read_all);
    return error;
}

int main(void)
{
    return run_task(run);
}
