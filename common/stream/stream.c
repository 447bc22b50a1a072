#include "common/stream.h"

#include <unistd.h>

#include "common/stream/socket.h"
#include "common/stream/state.h"
#include "common/task/state.h"

void stream_open(struct stream *stream, int socket)
{
    *stream = (struct stream){
        .loop = task_loop(),
        .socket = socket,
        .line_limit = STREAM_LINE_LIMIT,
        .readable = true, /* what is there already needs no wait */
        .flush = {.run = stream_flush, .argument = stream},
    };
    stream->poll.data = stream;
}

void stream_set_protocol(struct stream *stream, const struct protocol *protocol, void *self)
{
    stream->protocol = protocol;
    stream->object = self;
}

int stream_broken(struct stream *stream, int error)
{
    stream->error = error;
    return error;
}

/*
 * Polling: reading stays on, since each change costs a system call. It goes off when something
 * has come and no task reads: the peer then has to wait.
 */

static void socket_ready(uv_poll_t *poll, int status, int events)
{
    struct stream *stream = poll->data;
    if (status < 0) {
        /* libuv has stopped polling, and calls every error EBADF. recv and send know better. */
        stream->events = 0;
        events = UV_READABLE | UV_WRITABLE;
    }
    if (events & UV_WRITABLE)
        stream_flush(stream);
    if (!(events & UV_READABLE))
        return;
    stream->readable = true;
    if (stream->reader)
        stream_wake(&stream->reader, 0);
    else
        stream_poll(stream, stream->events & ~UV_READABLE);
}

int stream_poll(struct stream *stream, int events)
{
    int error = 0;
    if (stream->events == events)
        return 0;
    if (!stream->polling) {
        error = uv_poll_init(stream->loop, &stream->poll, stream->socket);
        if (error)
            return stream_broken(stream, error);
        stream->polling = true;
    }
    stream->events = events;
    if (events)
        error = uv_poll_start(&stream->poll, events, socket_ready);
    else
        uv_poll_stop(&stream->poll);
    return error ? stream_broken(stream, error) : 0;
}

/*
 * Waiting
 */

void stream_wake(struct task_wait **waiter, int result)
{
    struct task_wait *wait = *waiter;
    *waiter = NULL;
    if (wait)
        task_wake(wait, result);
}

void stream_cancel_wait(struct task_wait *wait)
{
    *((struct stream_wait *)wait)->place = NULL;
    task_wake(wait, UV_ECANCELED);
}

int stream_wait(struct task_wait **place, const char *what, void (*cancel)(struct task_wait *))
{
    struct stream_wait wait = {.place = place};
    if (*place)
        task_misuse("%s on a stream on which another task does the same, %s: let one do it, and "
                    "tell the others",
            what, task_name((*place)->task));
    *place = &wait.wait;
    return task_wait(&wait.wait, what, cancel);
}

/*
 * Closing
 */

static void linger_over(void *argument)
{
    struct stream *stream = argument;
    stream_broken(stream, UV_ETIMEDOUT);
    stream_wake(&stream->writer, UV_ETIMEDOUT);
}

static void require_unused(const struct stream *stream)
{
    const struct task_wait *wait = stream->reader ? stream->reader : stream->writer;
    if (stream->closing)
        task_misuse("closes a stream that another task closes: let one do it");
    if (wait)
        task_misuse("closes a stream that task %s waits for: cancel that one, and join it, before",
            task_name(wait->task));
}

void stream_close(struct stream *stream)
{
    require_unused(stream);
    if (stream->socket < 0)
        return;
    stream->closing = true;
    stream->ended = true; /* for who goes on reading */
    stream_send(stream);
    if (buffer_size(&stream->output) > 0 && !stream->error) {
        struct loop_timer timer = {.run = linger_over, .argument = stream};
        stream_poll(stream, UV_WRITABLE);
        if (!loop_timer_start(stream->loop, &timer, loop_deadline(stream->loop, STREAM_LINGER)))
            stream_wait_for_output(stream, 0, NULL);
        loop_timer_stop(stream->loop, &timer);
    }
    int socket = stream->socket;
    stream->socket = -1;
    if (stream->polling)
        socket_close_handle((uv_handle_t *)&stream->poll);
    /* Its place in the queue of the pass's end is inside the stream. */
    while (stream->flush.pending)
        task_yield();
    close(socket);
    stream->line_end = NULL;
    buffer_free(&stream->input);
    buffer_free(&stream->output);
    stream->closing = false;
}
