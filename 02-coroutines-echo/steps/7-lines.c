/* Bytes arrive in pieces of any size. The stream makes lines of them, and a task waits for each. */
#include <sys/socket.h>

#include "common/stream.h"
#include "run.h"

// #region reading
struct reading {
    struct stream stream;
    struct future arrived; /* set when a piece has arrived */
};

/* Prints the text, with \n for a newline. */
static void show(const char *what, const char *text, size_t size)
{
    printf("%s ", what);
    for (const char *c = text; c < text + size; c++)
        *c == '\n' ? fputs("\\n", stdout) : putchar(*c);
    putchar('\n');
}
// #endregion reading

// #region data_received
static void data_received(void *object, const char *data, size_t size)
{
    struct reading *self = object;
    show("arrived:", data, size);
    stream_feed(&self->stream, data, size);
    future_set(&self->arrived, 0);
}
// #endregion data_received

// #region read_lines
static int read_lines(void *object)
{
    struct reading *self = object;
    char *line;
    ssize_t size;
    while ((size = stream_read_line(&self->stream, &line)) > 0)
        show("           line:", line, (size_t)size);
    puts("           the end");
    return (int)size;
}
// #endregion read_lines

static const struct protocol protocol = {.data_received = data_received};

// #region talk
static const char *const pieces[] = {"Al", "ô\nTudo ", "bem?\nE você?\ns", "air\n", "tchau"};

static int talk(struct reading *self, struct stream *writer)
{
    for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
        self->arrived = (struct future){0};
        int error = stream_write_text(writer, pieces[i]);
        if (!error)
            error =
                future_wait(&self->arrived, NULL); /* otherwise the pieces would arrive together */
        if (error)
            return error;
    }
    return stream_half_close(writer);
}
// #endregion talk

static int run(void *unused)
{
    (void)unused;
    // #region open
    int ends[2];
    int error = uv_socketpair(SOCK_STREAM, 0, ends, 0, 0);
    if (error)
        return error;
    struct reading reading = {0};
    struct stream writer;
    stream_open(&reading.stream, ends[0]);
    stream_open(&writer, ends[1]);
    stream_set_protocol(&reading.stream, &protocol, &reading);
    // #endregion open
    struct scope scope;
    scope_enter(&scope);
    error = scope_spawn(&scope, "read_lines", read_lines, &reading);
    if (!error)
        error = talk(&reading, &writer);
    if (!error)
        error = scope_join(&scope);
    error = scope_leave(&scope, error);
    stream_close(&writer);
    stream_close(&reading.stream);
    return error;
}

int main(void)
{
    return run_task(run);
}
