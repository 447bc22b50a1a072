/* NEAR MISS: nothing is written too late, because the loop waits for each answer.
 * Says: think was called in the loop's thread */
/* A server that needs a long time for each answer, on the thread pool. */
#include "../exercise.h"

#include <stdio.h>

#include "common/executor.h"

static int work(void *data)
{
    struct desk *desk = *(struct desk **)data;
    think(desk->question, desk->answer);
    return 0;
}

/* EXERCISE: whose desk is it when work ends? */
static int answer(struct desk *desk)
{
    return work(&desk);
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
