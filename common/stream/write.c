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

/*
 * Draining
 */

/* A task that waits until the output has shrunk. */
struct drain_wait {
    struct task_wait wait;
    struct stream *stream;
    size_t low_water;
    TAILQ_ENTRY(drain_wait) next;
};

static void end_drain(struct drain_wait *drain, int result)
{
    TAILQ_REMOVE(&drain->stream->drains, drain, next);
    task_wake(&drain->wait, result);
}

void stream_cancel_drain(struct task_wait *wait)
{
    end_drain((struct drain_wait *)wait, UV_ECANCELED);
}

void stream_wake_drains(struct stream *stream)
{
    size_t pending = buffer_size(&stream->output);
    struct drain_wait *drain = TAILQ_FIRST(&stream->drains), *next;
    for (; drain; drain = next) {
        next = TAILQ_NEXT(drain, next);
        if (pending <= drain->low_water || stream->error)
            end_drain(drain, stream->error);
    }
}

const struct task *stream_drainer(const struct stream *stream)
{
    const struct drain_wait *first = TAILQ_FIRST(&stream->drains);
    return first ? first->wait.task : NULL;
}

int stream_wait_for_output(
    struct stream *stream, size_t low_water, void (*cancel)(struct task_wait *))
{
    struct drain_wait drain = {.stream = stream, .low_water = low_water};
    if (stream->error || buffer_size(&stream->output) <= low_water)
        return stream->error;
    TAILQ_INSERT_TAIL(&stream->drains, &drain, next);
    return task_wait(&drain.wait, "drain", cancel);
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
