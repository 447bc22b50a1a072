/*
 * What a stream reads does not depend on how its bytes come. A case is a script and the bytes:
 *
 *     limit, number of reads, number of cuts, reads ..., cuts ..., what the peer sends ...
 *
 * The peer sends pieces as long as the cuts say, the next one when the one before is taken, and
 * then the rest; the reads say which call reads on, and after them lines are read.
 */
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/stream.h"
#include "fuzz.h"

#define FED 0x80 /* a bit in the number of cuts */

struct bytes {
    const uint8_t *data;
    size_t size;
};

struct play {
    struct bytes reads, cuts, sent; /* sent: all that the peer will have sent */
    size_t limit;
    bool fed; /* a protocol feeds the stream what arrives */
    struct stream stream;
    int peer;
    size_t sent_already, position; /* position: where the reader is in sent */
};

/* The first bytes of what is left, as many as there are of that many. */
static struct bytes take(struct bytes *left, size_t size)
{
    struct bytes taken = {left->data, size < left->size ? size : left->size};
    left->data += taken.size;
    left->size -= taken.size;
    return taken;
}

static uint8_t take_byte(struct bytes *left)
{
    struct bytes taken = take(left, 1);
    return taken.size ? *taken.data : 0;
}

/* 1 to 128, or up to 8 KiB in steps: more than one recv brings. */
static size_t stretched(uint8_t byte)
{
    return byte < 128 ? (size_t)byte + 1 : (size_t)(byte - 127) * 64;
}

static size_t unread(struct play *play)
{
    int size;
    EXPECT(ioctl(play->stream.socket, FIONREAD, &size) == 0);
    return (size_t)size;
}

static int send_pieces(void *argument)
{
    struct play *play = argument;
    struct bytes left = play->sent;
    for (size_t i = 0; left.size > 0; i++) {
        size_t most = i < play->cuts.size ? stretched(play->cuts.data[i]) : SIZE_MAX;
        struct bytes piece = take(&left, most);
        EXPECT(send(play->peer, piece.data, piece.size, 0) == (ssize_t)piece.size);
        play->sent_already += piece.size;
        while (left.size > 0 && unread(play) > 0)
            EXPECT(task_yield() == 0);
    }
    EXPECT(shutdown(play->peer, SHUT_WR) == 0);
    return 0;
}

/* What was read is what was sent there. It stays, while others run, until the next read; until then
 * it may also be written to. */
static void expect_next(struct play *play, char *data, ssize_t result, size_t size)
{
    EXPECT(result == (ssize_t)size);
    EXPECT(task_yield() == 0);
    EXPECT(memcmp(data, play->sent.data + play->position, size) == 0);
    EXPECT(data[size] == '\0');
    memset(data, '\n', size);
    play->position += size;
}

/* Where the stream is: what it has been sent, without what it has not yet handed out. */
static size_t taken(struct play *play)
{
    return play->sent_already - unread(play) - buffer_size(&play->stream.input);
}

static void read_line(struct play *play, struct bytes left)
{
    char *line;
    const uint8_t *newline = memchr(left.data, '\n', left.size);
    size_t size = newline ? (size_t)(newline - left.data) + 1 : left.size;
    ssize_t result = stream_read_line(&play->stream, &line);
    if (size <= play->limit) {
        expect_next(play, line, result, size);
        return;
    }
    /* What had come of it is dropped. */
    EXPECT(result == UV_EMSGSIZE);
    size_t dropped = taken(play) - play->position;
    EXPECT(dropped > play->limit && dropped <= size);
    play->position += dropped;
}

static void read_exactly(struct play *play, struct bytes left, size_t size)
{
    char *data;
    ssize_t result = stream_read_exactly(&play->stream, &data, size);
    if (size <= left.size)
        expect_next(play, data, result, size);
    else
        EXPECT(result == UV_EOF);
}

static void read_some(struct play *play, struct bytes left)
{
    char *data;
    ssize_t result = stream_read(&play->stream, &data);
    EXPECT(result > 0 && (size_t)result <= left.size);
    expect_next(play, data, result, (size_t)result);
}

static void read_all(struct play *play)
{
    char *data;
    for (size_t i = 0; play->position < play->sent.size; i++) {
        struct bytes left = play->sent;
        take(&left, play->position);
        uint8_t how = i < play->reads.size ? play->reads.data[i] : 0;
        if (how % 4 == 1)
            read_exactly(play, left, how / 4);
        else if (how % 4 == 2)
            read_some(play, left);
        if (play->position == play->sent.size - left.size) /* still */
            read_line(play, left);
        EXPECT(taken(play) == play->position);
    }
    EXPECT(stream_read_line(&play->stream, &data) == 0);
    EXPECT(stream_read(&play->stream, &data) == 0);
    EXPECT(stream_read_exactly(&play->stream, &data, 1) == UV_EOF);
}

/* Hands on what arrives in two parts. */
static void feed(void *stream, const char *data, size_t size)
{
    EXPECT(stream_feed(stream, data, size / 2) == 0);
    EXPECT(stream_feed(stream, data + size / 2, size - size / 2) == 0);
}

static int run(void *argument)
{
    static const struct protocol feeding = {.data_received = feed};
    struct play *play = argument;
    struct scope scope;
    int ends[2];
    EXPECT(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    play->peer = ends[1];
    stream_open(&play->stream, ends[0]);
    play->stream.line_limit = play->limit;
    if (play->fed)
        stream_set_protocol(&play->stream, &feeding, &play->stream);
    scope_enter(&scope);
    EXPECT(scope_spawn(&scope, "peer", send_pieces, play) == 0);
    read_all(play);
    EXPECT(scope_leave(&scope, scope_join(&scope)) == 0);
    stream_close(&play->stream);
    close(play->peer);
    return 0;
}

int fuzz_read_line(const uint8_t *data, size_t size)
{
    struct bytes left = {data, size};
    size_t limit = stretched(take_byte(&left));
    uint8_t reads = take_byte(&left), cuts = take_byte(&left);
    struct play play = {.limit = limit, .fed = cuts & FED};
    play.reads = take(&left, reads);
    play.cuts = take(&left, cuts & ~FED);
    play.sent = left;

    uv_loop_t loop;
    EXPECT(loop_init(&loop) == 0);
    EXPECT(task_run(&loop, "main", run, &play) == 0);
    EXPECT(loop_close(&loop) == 0);
    return 0;
}
