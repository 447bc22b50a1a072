#include "common/stream.h"

#include <unistd.h>

#include "common/stream/state.h"
#include "common/task/state.h"

void stream_open(struct stream *stream, int socket)
{
    require(stream);
    *stream = (struct stream){
        .loop = task_loop(),
        .socket = socket,
        .open = true,
        .line_limit = STREAM_LINE_LIMIT,
        .readable = true, /* the first read tries recv before it waits */
        .flush = {.run = stream_flush, .argument = stream},
    };
    stream->poll.data = stream;
    TAILQ_INIT(&stream->drains);
    task_opened(&stream->resource, "stream");
}

void stream_set_protocol(struct stream *stream, const struct protocol *protocol, void *self)
{
    require(stream);
    stream->protocol = protocol;
    stream->object = self;
}

/*
 * Closing
 */

static void linger_ended(void *argument)
{
    stream_fail(argument, UV_ETIMEDOUT);
}

static void require_unused(const struct stream *stream)
{
    const struct task *user = stream->reader ? stream->reader->task : stream_drainer(stream);
    if (stream->closing)
        misuse("closes a stream that another task closes: let one do it");
    if (user)
        misuse("closes a stream that task %s waits for: cancel that task and join it first",
            task_name(user));
}

/* Waits until the pending output is sent, for at most STREAM_LINGER seconds. */
static void linger(struct stream *stream)
{
    struct loop_timer timer = {.run = linger_ended, .argument = stream};
    int error = loop_timer_start(stream->loop, &timer, loop_deadline(stream->loop, STREAM_LINGER));
    if (error)
        stream_fail(stream, error); /* a wait without a limit could be endless */
    stream_poll(stream, UV_WRITABLE);
    stream_wait_for_output(stream, 0, NULL);
    loop_timer_stop(stream->loop, &timer);
}

void stream_close(struct stream *stream)
{
    require(stream);
    require_unused(stream);
    if (!stream->open)
        return;
    stream->closing = true;
    /* From now on, reads return the end. */
    stream->ended = true;
    stream->line_end = NULL;
    buffer_free(&stream->input);
    stream_send(stream);
    if (buffer_size(&stream->output) > 0 && !stream->error)
        linger(stream);
    stream->open = false;
    task_closed(&stream->resource);
    if (stream->polling)
        task_close_handle((uv_handle_t *)&stream->poll);
    /* The loop's queue of callbacks may still point into the stream. */
    while (stream->flush.pending)
        task_yield();
    close(stream->socket);
    buffer_free(&stream->output);
    stream->closing = false;
}
