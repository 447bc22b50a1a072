/* NEAR MISS: the thread writes its next answer before the loop has copied this one.
 * Says: ana? was answered "thought 1: 42, as bob? wanted to know */
#include "../exercise.h"

#include <stdio.h>
#include <string.h>

#include "common/executor.h"

static int work(void *data)
{
    struct {
        char q[64];
        char *a;
    } *job = data;
    static __thread char a[64];
    think(job->q, a);
    job->a = a;
    return 0;
}
static int answer(struct desk *desk)
{
    struct {
        char q[64];
        char *a;
    } job;
    memcpy(job.q, desk->question, 64);
    int error = executor_run("think", work, &job, sizeof(job));
    if (!error)
        memcpy(desk->answer, job.a, 64);
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
