#include <string.h>

#include "common/stream/state.h"

int stream_write(struct stream *stream, const void *data, size_t size)
{
    if (stream->error)
        return stream->error;
    if (stream->socket < 0 || stream->half_closed)
        return UV_EPIPE;
    int error = buffer_append(&stream->output, data, size);
    if (error)
        return stream_fail(stream, error); /* so that stream_drain reports the lost bytes */
    if (buffer_size(&stream->output) > STREAM_HIGH_WATER)
        stream_flush(stream);
    else
        loop_at_end_of_iteration(stream->loop, &stream->flush);
    return stream->error;
}

int stream_write_text(struct stream *stream, const char *text)
{
    return stream_write(stream, text, strlen(text));
}

int stream_wait_for_output(
    struct stream *stream, size_t low_water, void (*cancel)(struct task_wait *))
{
    if (!stream->error && buffer_size(&stream->output) > low_water) {
        stream->low_water = low_water;
        int error = stream_wait(&stream->writer, "drain", cancel);
        if (error)
            return error;
    }
    return stream->error;
}

int stream_drain(struct stream *stream)
{
    if (buffer_size(&stream->output) <= STREAM_HIGH_WATER)
        return stream->error;
    return stream_wait_for_output(stream, STREAM_LOW_WATER, stream_cancel_wait);
}

int stream_half_close(struct stream *stream)
{
    if (stream->error || stream->half_closed)
        return stream->error;
    stream->half_closed = true;
    stream_flush(stream);
    return stream->error;
}
