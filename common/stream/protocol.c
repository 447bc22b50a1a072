#include <stddef.h>
#include <string.h>

#include "common/observe/misuse.h"
#include "common/stream.h"

static int read_to_end(struct stream *stream)
{
    char *data;
    ssize_t size;
    do
        size = stream_read(stream, &data);
    while (size > 0);
    return (int)size;
}

int protocol_run(struct stream *stream, const struct protocol *protocol, void *context)
{
    require(stream);
    require(protocol);
    max_align_t self[protocol->size / sizeof(max_align_t) + 1];
    memset(self, 0, sizeof(self));
    stream_set_protocol(stream, protocol, self);
    if (protocol->connection_made)
        protocol->connection_made(self, stream, context);
    int error = protocol->manage ? protocol->manage(self) : read_to_end(stream);
    stream_close(stream);
    if (protocol->connection_lost)
        protocol->connection_lost(self, error);
    return error;
}

int protocol_connect(
    const char *host, const char *port, const struct protocol *protocol, void *context)
{
    require(protocol);
    struct stream stream;
    int error = stream_connect(&stream, host, port);
    return error ? error : protocol_run(&stream, protocol, context);
}
