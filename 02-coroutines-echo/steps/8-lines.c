/* Bytes arrive in pieces of any size. The stream makes lines of them, and a task waits for each. */
#include <sys/socket.h>

#include "common/stream.h"
#include "run.h"

/* Prints the text, with \n for a newline. */
static void show(const char *what, const char *text)
{
    printf("%s ", what);
    for (; *text; text++)
        *text == '\n' ? fputs("\\n", stdout) : putchar(*text);
    putchar('\n');
}

// #region read_lines
static int read_lines(void *stream)
{
    char *line;
    ssize_t size;
    while ((size = stream_read_line(stream, &line)) > 0)
        show("        line:", line);
    puts("        the end");
    return (int)size;
}
// #endregion read_lines

// #region write_pieces
static const char *const pieces[] = {"Al", "ô\nTudo ", "bem?\nE você?\ns", "air\ntchau"};

static int write_pieces(struct stream *stream)
{
    for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
        show("sent:", pieces[i]);
        int error = stream_write_text(stream, pieces[i]);
        if (!error)
            error = task_sleep(0.01); /* without a pause the pieces would arrive together */
        if (error)
            return error;
    }
    return stream_half_close(stream);
}
// #endregion write_pieces

static int run(void *unused)
{
    (void)unused;
    int ends[2];
    int error = uv_socketpair(SOCK_STREAM, 0, ends, 0, 0);
    if (error)
        return error;
    // #region run
    struct stream reader, writer;
    struct scope scope;
    stream_open(&reader, ends[0]);
    stream_open(&writer, ends[1]);
    scope_enter(&scope);
    error = scope_spawn(&scope, "read_lines", read_lines, &reader);
    if (!error)
        error = write_pieces(&writer);
    if (!error)
        error = scope_join(&scope); /* until read_lines has ended by itself */
    error = scope_leave(&scope, error);
    // #endregion run
    stream_close(&writer);
    stream_close(&reader);
    return error;
}

int main(void)
{
    return run_task(run);
}
