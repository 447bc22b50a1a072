/*
 * The part of a stream that deals with its socket: tasks wait here for events, and the output is
 * sent here.
 */
#include <errno.h>
#include <sys/socket.h>

#include "common/stream/socket.h"
#include "common/stream/state.h"
#include "common/task/state.h"
#include "common/trace.h"

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* systems without it have SO_NOSIGPIPE, which socket_open sets */
#endif

#define SENT_AT_ONCE ((size_t)1 << 20) /* bytes; the rest follows in the next iteration */

/*
 * Waiting for input, and for the output to be sent
 */

void stream_wake_reader(struct stream *stream)
{
    struct task_wait *reader = stream->reader;
    stream->reader = NULL;
    if (reader)
        task_wake(reader, 0);
}

struct read_wait {
    struct task_wait wait;
    struct stream *stream;
};

static void cancel_read(struct task_wait *wait)
{
    ((struct read_wait *)wait)->stream->reader = NULL;
    task_wake(wait, UV_ECANCELED);
}

int stream_wait_for_input(struct stream *stream, const char *what)
{
    struct read_wait wait = {.stream = stream};
    if (stream->reader)
        misuse("%s on a stream on which another task does the same, %s: let one do it, and "
               "tell the others",
            what, task_name(stream->reader->task));
    stream->reader = &wait.wait;
    return task_wait(&wait.wait, what, cancel_read);
}

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

/* Wakes those for which the output has shrunk enough, or all if the stream is broken. */
static void wake_drains(struct stream *stream)
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

int stream_fail(struct stream *stream, int error)
{
    stream->error = error;
    stream_wake_reader(stream);
    wake_drains(stream);
    return error;
}

/*
 * Polling and sending. Polling for input stays on between reads, because each change costs a system
 * call. It stops when input has arrived and no task reads; TCP then slows the peer down.
 */

static void socket_ready(uv_poll_t *poll, int status, int events)
{
    struct stream *stream = poll->data;
    if (status < 0) {
        /* libuv has stopped polling and reports every error as EBADF. recv or send will return the
         * real one. */
        stream->events = 0;
        events = UV_READABLE | UV_WRITABLE;
    }
    if (events & UV_WRITABLE)
        stream_flush(stream);
    if (!(events & UV_READABLE))
        return;
    stream->readable = true;
    if (stream->reader)
        stream_wake_reader(stream);
    else
        stream_poll(stream, stream->events & ~UV_READABLE);
}

int stream_poll(struct stream *stream, int events)
{
    int error = 0;
    if (stream->events == events)
        return 0;
    if (!stream->polling) {
        error = socket_poll_init(stream->loop, &stream->poll, stream->socket);
        if (error)
            return stream_fail(stream, error);
        stream->polling = true;
    }
    stream->events = events;
    if (events)
        error = uv_poll_start(&stream->poll, events, socket_ready);
    else
        uv_poll_stop(&stream->poll);
    return error ? stream_fail(stream, error) : 0;
}

void stream_send(struct stream *stream)
{
    struct buffer *output = &stream->output;
    size_t left = SENT_AT_ONCE;
    while (buffer_size(output) > 0 && !stream->error) {
        const char *data = output->data + output->start;
        size_t size = buffer_size(output) < left ? buffer_size(output) : left;
        if (size == 0)
            return; /* so that a fast peer does not hold the loop */
        ssize_t sent = send(stream->socket, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent >= 0) {
            left -= (size_t)sent;
            trace_mark(stream->loop, "send", (size_t)sent);
            buffer_consume(output, (size_t)sent);
        } else if (errno == EAGAIN) {
            return;
        } else if (errno != EINTR) {
            stream_fail(stream, uv_translate_sys_error(errno));
        }
    }
    buffer_free(output);
}

void stream_flush(void *argument)
{
    struct stream *stream = argument;
    if (!stream->open)
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
    wake_drains(stream);
}
