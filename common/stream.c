#include "common/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/socket.h"
#include "common/task_state.h"

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* there SO_NOSIGPIPE is set instead */
#endif

#define TURNS 16                 /* receives in a row after which others run */
#define READ_SIZE ((size_t)2048) /* room for one recv, until a line needs more */

static void flush_output(void *argument);

void stream_open(struct stream *stream, int socket)
{
    *stream = (struct stream){
        .loop = task_loop(),
        .socket = socket,
        .line_limit = STREAM_LINE_LIMIT,
        .readable = true, /* what is there already needs no wait */
        .flush = {.run = flush_output, .argument = stream},
    };
    stream->poll.data = stream;
}

void stream_set_protocol(struct stream *stream, const struct protocol *protocol, void *self)
{
    stream->protocol = protocol;
    stream->object = self;
}

/* Keeps what broke the connection, and returns it. */
static int broken(struct stream *stream, int error)
{
    stream->error = error;
    return error;
}

/*
 * Polling: reading stays on, since each change costs a system call. It goes off when something
 * has come and no task reads: the peer then has to wait.
 */

static int poll_for(struct stream *stream, int events);

static void wake(struct task_wait **waiter, int result)
{
    struct task_wait *wait = *waiter;
    *waiter = NULL;
    if (wait)
        task_wake(wait, result);
}

static void socket_ready(uv_poll_t *poll, int status, int events)
{
    struct stream *stream = poll->data;
    if (status < 0) {
        /* libuv has stopped polling, and calls every error EBADF. recv and send know better. */
        stream->events = 0;
        events = UV_READABLE | UV_WRITABLE;
    }
    if (events & UV_WRITABLE)
        flush_output(stream);
    if (!(events & UV_READABLE))
        return;
    stream->readable = true;
    if (stream->reader)
        wake(&stream->reader, 0);
    else
        poll_for(stream, stream->events & ~UV_READABLE);
}

static int poll_for(struct stream *stream, int events)
{
    int error = 0;
    if (stream->events == events)
        return 0;
    if (!stream->polling) {
        error = uv_poll_init(stream->loop, &stream->poll, stream->socket);
        if (error)
            return broken(stream, error);
        stream->polling = true;
    }
    stream->events = events;
    if (events)
        error = uv_poll_start(&stream->poll, events, socket_ready);
    else
        uv_poll_stop(&stream->poll);
    return error ? broken(stream, error) : 0;
}

/*
 * Reading
 */

struct stream_wait {
    struct task_wait wait;
    struct task_wait **place; /* the stream's reader or writer */
};

static void cancel_wait(struct task_wait *wait)
{
    *((struct stream_wait *)wait)->place = NULL;
    task_wake(wait, UV_ECANCELED);
}

static int wait_at(struct task_wait **place, const char *what, void (*cancel)(struct task_wait *))
{
    struct stream_wait wait = {.place = place};
    if (*place)
        task_misuse("%s on a stream on which another task does the same, %s: let one do it, and "
                    "tell the others",
            what, task_name((*place)->task));
    *place = &wait.wait;
    return task_wait(&wait.wait, what, cancel);
}

/* Gives back the byte that the NUL behind the last line stands for. */
static void end_line(struct stream *stream)
{
    if (stream->line_end)
        *stream->line_end = stream->after_line;
    stream->line_end = NULL;
}

/* Hands out size bytes from the start of the input, with a NUL behind them. */
static ssize_t hand_out(struct stream *stream, char **data, size_t size)
{
    *data = stream->input.data + stream->input.start;
    stream->line_end = *data + size;
    stream->after_line = *stream->line_end;
    *stream->line_end = '\0';
    stream->input.start += size;
    return (ssize_t)size;
}

int stream_feed(struct stream *stream, const char *data, size_t size)
{
    end_line(stream);
    int error = buffer_append(&stream->input, data, size);
    if (error)
        broken(stream, error); /* what is lost must not go unnoticed */
    wake(&stream->reader, 0);
    return error;
}

/* Receives at most room bytes. Returns the count: 0 at the end, or if there was nothing after all.
 */
static ssize_t receive_at(struct stream *stream, char *data, size_t room)
{
    ssize_t size = recv(stream->socket, data, room, MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) {
        stream->readable = errno == EINTR;
        return 0;
    }
    if (size < 0)
        return broken(stream, uv_translate_sys_error(errno));
    stream->ended = size == 0;
    stream->readable = (size_t)size == room;
    return size;
}

/* What the protocol is told of is not in the input, since what it feeds may move that. */
static int receive_for_protocol(struct stream *stream)
{
    char data[READ_SIZE];
    ssize_t size = receive_at(stream, data, sizeof(data));
    if (size > 0)
        stream->protocol->data_received(stream->object, data, (size_t)size);
    return size < 0 ? (int)size : 0;
}

/* Takes what the socket has: more input, or the end, or 0 if there was nothing after all. */
static int receive(struct stream *stream)
{
    struct buffer *input = &stream->input;
    if (stream->error)
        return stream->error;
    if (stream->protocol && stream->protocol->data_received)
        return receive_for_protocol(stream);
    int error = buffer_reserve(input, READ_SIZE);
    if (error)
        return error;
    ssize_t size = receive_at(stream, input->data + input->end, input->capacity - input->end);
    if (size > 0)
        input->end += (size_t)size;
    return size < 0 ? (int)size : 0;
}

/* Waits until there is more input than before, or the stream has ended. */
static int more_input(struct stream *stream, const char *what)
{
    size_t before = buffer_size(&stream->input);
    while (buffer_size(&stream->input) == before && !stream->ended) {
        int error = 0;
        if (!stream->error && !stream->readable) {
            /* An idle connection holds no memory for its input. */
            if (before == 0)
                buffer_free(&stream->input);
            error = poll_for(stream, stream->events | UV_READABLE);
            if (!error)
                error = wait_at(&stream->reader, what, cancel_wait);
        } else if (++stream->turns % TURNS == 0) {
            error = task_yield(); /* a peer that sends without pause gets no more than its turn */
        }
        if (!error)
            error = receive(stream);
        if (error)
            return error;
    }
    return 0;
}

ssize_t stream_read_line(struct stream *stream, char **line)
{
    struct buffer *input = &stream->input;
    size_t searched = 0;
    end_line(stream);
    for (;;) {
        size_t size = buffer_size(input);
        size_t length = size;
        char *newline = NULL;
        if (size > searched) {
            char *start = input->data + input->start;
            newline = memchr(start + searched, '\n', size - searched);
            length = newline ? (size_t)(newline - start) + 1 : size;
        }
        if (length > stream->line_limit) {
            buffer_consume(input, length);
            return UV_EMSGSIZE;
        }
        if (newline || (stream->ended && size > 0))
            return hand_out(stream, line, length);
        if (stream->ended)
            return 0;
        searched = size;
        int error = more_input(stream, "read_line");
        if (error)
            return error;
    }
}

ssize_t stream_read_exactly(struct stream *stream, char **data, size_t size)
{
    end_line(stream);
    while (buffer_size(&stream->input) < size) {
        int error = stream->ended ? UV_EOF : more_input(stream, "read_exactly");
        if (error)
            return error;
    }
    int error = size ? 0 : buffer_reserve(&stream->input, 1); /* the NUL needs a place */
    return error ? error : hand_out(stream, data, size);
}

ssize_t stream_read(struct stream *stream, char **data)
{
    end_line(stream);
    if (buffer_size(&stream->input) == 0) {
        int error = more_input(stream, "read");
        if (error)
            return error;
    }
    size_t size = buffer_size(&stream->input);
    return size ? hand_out(stream, data, size) : 0;
}

/*
 * Writing
 */

/* Sends as much as the socket takes. */
static void send_output(struct stream *stream)
{
    struct buffer *output = &stream->output;
    while (buffer_size(output) > 0 && !stream->error) {
        const char *data = output->data + output->start;
        ssize_t sent = send(stream->socket, data, buffer_size(output), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent >= 0)
            buffer_consume(output, (size_t)sent);
        else if (errno == EAGAIN)
            return;
        else if (errno != EINTR)
            broken(stream, uv_translate_sys_error(errno));
    }
    buffer_free(output);
}

static void flush_output(void *argument)
{
    struct stream *stream = argument;
    if (stream->socket < 0)
        return;
    send_output(stream);
    size_t pending = buffer_size(&stream->output);
    if (pending > 0)
        poll_for(stream, stream->events | UV_WRITABLE);
    else if (stream->events & UV_WRITABLE)
        poll_for(stream, stream->events & ~UV_WRITABLE);
    if (pending == 0 && stream->half_closed && !stream->error)
        shutdown(stream->socket, SHUT_WR);
    if (pending <= stream->low_water || stream->error)
        wake(&stream->writer, stream->error);
}

int stream_write(struct stream *stream, const void *data, size_t size)
{
    if (stream->error)
        return stream->error;
    if (stream->socket < 0 || stream->half_closed)
        return UV_EPIPE;
    int error = buffer_append(&stream->output, data, size);
    if (error)
        return broken(stream, error); /* what is lost must not go unnoticed */
    if (buffer_size(&stream->output) > STREAM_HIGH_WATER)
        flush_output(stream);
    else
        loop_at_end_of_pass(stream->loop, &stream->flush);
    return stream->error;
}

int stream_write_text(struct stream *stream, const char *text)
{
    return stream_write(stream, text, strlen(text));
}

/* Waits until no more than low_water bytes are pending. */
static int wait_for_output(
    struct stream *stream, size_t low_water, void (*cancel)(struct task_wait *))
{
    if (!stream->error && buffer_size(&stream->output) > low_water) {
        stream->low_water = low_water;
        int error = wait_at(&stream->writer, "drain", cancel);
        if (error)
            return error;
    }
    return stream->error;
}

int stream_drain(struct stream *stream)
{
    if (buffer_size(&stream->output) <= STREAM_HIGH_WATER)
        return stream->error;
    return wait_for_output(stream, STREAM_LOW_WATER, cancel_wait);
}

int stream_half_close(struct stream *stream)
{
    if (stream->error || stream->half_closed)
        return stream->error;
    stream->half_closed = true;
    flush_output(stream);
    return stream->error;
}

/*
 * Closing
 */

static void linger_over(void *argument)
{
    struct stream *stream = argument;
    broken(stream, UV_ETIMEDOUT);
    wake(&stream->writer, UV_ETIMEDOUT);
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
    send_output(stream);
    if (buffer_size(&stream->output) > 0 && !stream->error) {
        struct loop_timer timer = {.run = linger_over, .argument = stream};
        poll_for(stream, UV_WRITABLE);
        if (!loop_timer_start(stream->loop, &timer, loop_deadline(stream->loop, STREAM_LINGER)))
            wait_for_output(stream, 0, NULL);
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
    buffer_free(&stream->input);
    buffer_free(&stream->output);
    stream->closing = false;
}
