/* NEAR MISS: a static copy: peers that ask at the same time write to the same memory.
 * Says: ana? was answered "thought 1: 42, as bob? wanted to know */
#include "../exercise.h"

#include <stdio.h>

#include "common/executor.h"

static int work(void *data)
{
    struct desk *desk = *(struct desk **)data;
    think(desk->question, desk->answer);
    return 0;
}

static int answer(struct desk *desk)
{
    static struct desk copy;
    struct desk *pointer = &copy;
    copy = *desk;
    int error = executor_run("think", work, &pointer, sizeof(pointer));
    if (!error)
        *desk = copy;
    return error;
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
