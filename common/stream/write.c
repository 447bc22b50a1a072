#include <string.h>

#include "common/stream/state.h"

int stream_write(struct stream *stream, const void *data, size_t size)
{
    require(stream);
    if (size)
        require(data);
    if (stream->error)
        return stream->error;
    if (!stream->open || stream->half_closed)
        return UV_EPIPE;
    int error = buffer_append(&stream->output, data, size);
    if (error)
        return stream_fail(stream, error); /* so that stream_drain reports the lost bytes */
    task_spend(size);
    if (buffer_size(&stream->output) > STREAM_HIGH_WATER)
        stream_flush(stream);
    else
        loop_at_end_of_iteration(stream->loop, &stream->flush);
    return stream->error;
}

int stream_write_text(struct stream *stream, const char *text)
{
    require(stream);
    require(text);
    return stream_write(stream, text, strlen(text));
}

int stream_drain(struct stream *stream)
{
    require(stream);
    int error = task_checkpoint("drain");
    if (error || buffer_size(&stream->output) <= STREAM_HIGH_WATER)
        return error ? error : stream->error;
    return stream_wait_for_output(stream, STREAM_LOW_WATER, stream_cancel_drain);
}

int stream_half_close(struct stream *stream)
{
    require(stream);
    if (stream->error || stream->half_closed)
        return stream->error;
    stream->half_closed = true;
    stream_flush(stream);
    return stream->error;
}
