/* NEAR MISS: the executor copies eight bytes, and not the desk.
 * Found by: address
 * Says: heap-buffer-overflow */
#include "../exercise.h"

#include <stdio.h>

#include "common/executor.h"

static int work(void *data)
{
    struct desk *copy = data;
    think(copy->question, copy->answer);
    return 0;
}

/* The work gets a copy of the desk, which lives as long as the work. executor_run copies it back
 * only if this task still waits: then the desk still belongs to its peer. */
static int answer(struct desk *desk)
{
    return executor_run("think", work, desk, sizeof(desk));
}

/* Returns an error when the peer leaves, which cancels the rest of the scope. */
static int watch(void *stream)
{
    char *line;
    ssize_t size;
    while ((size = stream_read_line(stream, &line)) > 0)
        continue; /* one question at a time */
    return size < 0 ? (int)size : UV_EOF;
}

int serve(struct stream *stream, struct desk *desk)
{
    char *line;
    ssize_t size = stream_read_line(stream, &line);
    if (size <= 0)
        return size ? (int)size : UV_EOF;
    snprintf(desk->question, sizeof(desk->question), "%s", line);

    struct scope scope;
    scope_enter(&scope);
    int error = scope_spawn(&scope, "watch", watch, stream);
    if (!error)
        error = answer(desk);
    error = scope_leave(&scope, error);
    return error ? error : stream_write_text(stream, desk->answer);
}
