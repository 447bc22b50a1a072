#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "common/stream/state.h"
#include "common/trace.h"

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* there SO_NOSIGPIPE is set instead */
#endif

void stream_send(struct stream *stream)
{
    struct buffer *output = &stream->output;
    while (buffer_size(output) > 0 && !stream->error) {
        const char *data = output->data + output->start;
        ssize_t sent = send(stream->socket, data, buffer_size(output), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent >= 0) {
            trace_mark(stream->loop, "send", (size_t)sent);
            buffer_consume(output, (size_t)sent);
        } else if (errno == EAGAIN) {
            return;
        } else if (errno != EINTR) {
            stream_broken(stream, uv_translate_sys_error(errno));
        }
    }
    buffer_free(output);
}

void stream_flush(void *argument)
{
    struct stream *stream = argument;
    if (stream->socket < 0)
        return;
    stream_send(stream);
    size_t pending = buffer_size(&stream->output);
    if (pending > 0)
        stream_poll(stream, stream->events | UV_WRITABLE);
    else if (stream->events & UV_WRITABLE)
        stream_poll(stream, stream->events & ~UV_WRITABLE);
    if (pending == 0 && stream->half_closed && !stream->shut && !stream->error) {
        stream->shut = true;
        shutdown(stream->socket, SHUT_WR);
    }
    if (pending <= stream->low_water || stream->error)
        stream_wake(&stream->writer, stream->error);
}

int stream_write(struct stream *stream, const void *data, size_t size)
{
    if (stream->error)
        return stream->error;
    if (stream->socket < 0 || stream->half_closed)
        return UV_EPIPE;
    int error = buffer_append(&stream->output, data, size);
    if (error)
        return stream_broken(stream, error); /* what is lost must not go unnoticed */
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
