/* NEAR MISS: the thread allocates the answer; if the task has left, nobody frees it.
 * Found by: address
 * Says: detected memory leaks */
#include "../exercise.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/executor.h"

struct job {
    char question[64];
    char *answer;
};
static int work(void *data)
{
    struct job *job = data;
    char a[64];
    think(job->question, a);
    job->answer = strdup(a);
    return 0;
}
static int answer(struct desk *desk)
{
    struct job job = {.answer = NULL};
    memcpy(job.question, desk->question, 64);
    int error = executor_run("think", work, &job, sizeof(job));
    if (!error) {
        strcpy(desk->answer, job.answer);
        free(job.answer);
    }
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
