#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "common/stream/state.h"
#include "common/trace.h"

#define READ_SIZE ((size_t)2048) /* room for one recv; a long line makes the buffer larger */

/* Restores the byte that the NUL after the last line has replaced. */
static void end_line(struct stream *stream)
{
    if (stream->line_end)
        *stream->line_end = stream->after_line;
    stream->line_end = NULL;
}

/* Takes size bytes from the start of the input, and puts a NUL after them. */
static ssize_t take_input(struct stream *stream, char **data, size_t size)
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
    require(stream);
    if (size)
        require(data);
    if (!stream->open || stream->closing)
        return UV_EPIPE;
    end_line(stream);
    int error = buffer_append(&stream->input, data, size);
    stream->input_lost |= error != 0;
    if (error)
        return stream_fail(stream, error); /* so that the next read reports the lost bytes */
    stream_wake_reader(stream);
    return 0;
}

/* Receives at most room bytes. Returns their number; 0 at the end of the stream, or if nothing had
 * arrived. */
static ssize_t receive_at(struct stream *stream, char *data, size_t room)
{
    ssize_t size = recv(stream->socket, data, room, MSG_DONTWAIT);
    if (size <= 0 && stream->error)
        return stream->error; /* a send has failed, and all that arrived before it has been read */
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) {
        stream->readable = errno == EINTR;
        return 0;
    }
    if (size < 0)
        return stream_fail(stream, uv_translate_sys_error(errno));
    task_spend((size_t)size);
    stream->ended = size == 0;
    stream->readable = (size_t)size == room;
    return size;
}

/* Receives into memory outside the input, because data_received may feed the stream, which moves
 * the input. */
static int receive_for_protocol(struct stream *stream)
{
    char data[READ_SIZE];
    ssize_t size = receive_at(stream, data, sizeof(data));
    if (size > 0) {
        trace_mark(stream->loop, "recv", (size_t)size);
        stream->protocol->data_received(stream->object, data, (size_t)size);
    }
    return size < 0 ? (int)size : 0;
}

/* Receives once: adds to the input, or sets stream->ended, or does neither if nothing had arrived.
 * Returns 0 or an error. */
static int receive(struct stream *stream)
{
    struct buffer *input = &stream->input;
    if (stream->input_lost)
        return stream->error;
    if (stream->protocol && stream->protocol->data_received)
        return receive_for_protocol(stream);
    int error = buffer_reserve(input, READ_SIZE);
    if (error)
        return error;
    ssize_t size = receive_at(stream, input->data + input->end, input->capacity - input->end);
    if (size > 0) {
        trace_mark(stream->loop, "recv", (size_t)size);
        input->end += (size_t)size;
    }
    return size < 0 ? (int)size : 0;
}

/* Waits until there is more input than before, or the stream has ended. */
static int more_input(struct stream *stream, const char *what)
{
    size_t before = buffer_size(&stream->input);
    if (!stream->open)
        stream->ended = true;
    while (buffer_size(&stream->input) == before && !stream->ended) {
        int error = 0;
        if (!stream->error && !stream->readable) {
            /* An idle connection holds no memory for its input. */
            if (before == 0)
                buffer_free(&stream->input);
            error = stream_poll(stream, stream->events | UV_READABLE);
            if (!error)
                error = stream_wait_for_input(stream, what);
        } else {
            error = task_checkpoint(what);
        }
        if (!error && !stream->ended) /* another task may have closed it meanwhile */
            error = receive(stream);
        if (error)
            return error;
    }
    return 0;
}

ssize_t stream_read_line(struct stream *stream, char **line)
{
    require(stream);
    require(line);
    struct buffer *input = &stream->input;
    size_t searched = 0;
    int error = task_checkpoint("read_line");
    if (error)
        return error;
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
            return take_input(stream, line, length);
        if (stream->ended)
            return 0;
        searched = size;
        error = more_input(stream, "read_line");
        if (error)
            return error;
    }
}

ssize_t stream_read_exactly(struct stream *stream, char **data, size_t size)
{
    require(stream);
    require(data);
    static char nothing[] = "";
    int error = task_checkpoint("read_exactly");
    if (error)
        return error;
    end_line(stream);
    while (buffer_size(&stream->input) < size) {
        error = stream->ended ? UV_EOF : more_input(stream, "read_exactly");
        if (error)
            return error;
    }
    if (size > 0)
        return take_input(stream, data, size);
    *data = nothing; /* there may be no memory for the NUL, and a closed stream would not free it */
    return 0;
}

ssize_t stream_read(struct stream *stream, char **data)
{
    require(stream);
    require(data);
    int error = task_checkpoint("read");
    if (error)
        return error;
    end_line(stream);
    if (buffer_size(&stream->input) == 0) {
        error = more_input(stream, "read");
        if (error)
            return error;
    }
    size_t size = buffer_size(&stream->input);
    return size ? take_input(stream, data, size) : 0;
}
