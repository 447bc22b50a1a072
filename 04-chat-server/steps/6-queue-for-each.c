/* The mend: what is for one person waits in a queue of that person's own, and who lets too much
 * wait is cut. Nobody waits for another. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "common/program.h"
#include "common/stream.h"

#define PEOPLE 3
#define MESSAGES 1000
#define KB 1024
#define LONGEST_QUEUE ((size_t)200 * KB)

// #region person
struct person {
    const char *name;
    bool reads;
    struct stream server_end, own_end;
    size_t heard;
    struct buffer queue;
    struct future filled; /* there is something in the queue */
    bool cut;
};
// #endregion person

static int listen_to_all(void *argument)
{
    struct person *self = argument;
    char *data;
    ssize_t size = 1;
    while (self->heard < (size_t)MESSAGES * KB && size > 0) {
        size = stream_read(&self->own_end, &data);
        self->heard += size > 0 ? (size_t)size : 0;
    }
    return size < 0 ? (int)size : 0;
}

// #region write_queue
/* A task for each person: only this one waits for that socket. */
static int write_queue(void *argument)
{
    struct person *self = argument;
    struct buffer *queue = &self->queue;
    for (;;) {
        int error = future_wait(&self->filled, NULL);
        if (!error)
            error = stream_write(&self->server_end, queue->data + queue->start, buffer_size(queue));
        if (error)
            return error;
        buffer_consume(queue, buffer_size(queue));
        self->filled = (struct future){0};
        error = stream_drain(&self->server_end);
        if (error)
            return error;
    }
}
// #endregion write_queue

// #region send_to_all
/* Never waits. */
static int send_to_all(struct person people[PEOPLE], const char *text, size_t size)
{
    int error = 0;
    for (struct person *person = people; person < people + PEOPLE && !error; person++) {
        if (!person->cut && buffer_size(&person->queue) + size > LONGEST_QUEUE) {
            printf("%s is cut: %zu KB wait already\n", person->name, LONGEST_QUEUE / KB);
            buffer_free(&person->queue);
            person->cut = true;
        }
        if (person->cut)
            continue;
        error = buffer_append(&person->queue, text, size);
        future_set(&person->filled, 0);
    }
    return error;
}
// #endregion send_to_all

static int talk(struct person people[PEOPLE])
{
    char text[KB];
    struct scope writers, listeners;
    int error = 0;
    memset(text, 'x', sizeof(text));
    scope_enter(&writers);
    scope_enter(&listeners);
    for (struct person *person = people; person < people + PEOPLE && !error; person++) {
        error = scope_spawn(&writers, "write_queue", write_queue, person);
        if (!error && person->reads)
            error = scope_spawn(&listeners, "listen", listen_to_all, person);
    }
    for (int i = 0; i < MESSAGES && !error; i++) {
        error = send_to_all(people, text, sizeof(text));
        if (!error)
            error = task_yield(); /* the next message comes from outside, in a later pass */
    }
    if (!error)
        error = scope_join(&listeners); /* those who read have heard it all */
    return scope_leave(&writers, scope_leave(&listeners, error));
}

static int run(void *unused)
{
    struct person people[PEOPLE] = {
        {.name = "Ana", .reads = true}, {.name = "Bia", .reads = true}, {.name = "Caio"}};
    (void)unused;
    for (int i = 0; i < PEOPLE; i++) {
        int ends[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0)
            return uv_translate_sys_error(errno);
        stream_open(&people[i].server_end, ends[0]);
        stream_open(&people[i].own_end, ends[1]);
    }
    int error = talk(people);
    for (int i = 0; i < PEOPLE; i++) {
        printf("%-4s has heard %zu KB of %d KB\n", people[i].name, people[i].heard / KB, MESSAGES);
        stream_close(&people[i].own_end);
        stream_close(&people[i].server_end);
        buffer_free(&people[i].queue);
    }
    return error;
}

int main(void)
{
    uv_loop_t loop;
    int error = loop_init(&loop);
    if (!error) {
        error = task_run(&loop, "run", run, NULL);
        loop_close(&loop);
    }
    return program_end(error, "run");
}
