/* Each person has a queue of their own, and a task that writes it. A person whose queue grows too
 * long is disconnected, so nobody waits for anybody else. */
#include <string.h>

#include "04-chat-server/steps/run.h"
#include "common/stream.h"

#define PEOPLE 3
#define MESSAGES 1000
#define KB 1024
#define MAX_QUEUE ((size_t)200 * KB)

struct person {
    const char *name;
    bool reads;
    struct stream server_end, own_end;
    size_t received;
    // #region person
    struct buffer queue;
    struct future filled; /* set when a message is put into the queue */
    bool disconnected;
    // #endregion person
};

static int receive_all(void *argument)
{
    struct person *self = argument;
    char *data;
    ssize_t size = 1;
    while (self->received < (size_t)MESSAGES * KB && size > 0) {
        size = stream_read(&self->own_end, &data);
        self->received += size > 0 ? (size_t)size : 0;
    }
    return size < 0 ? (int)size : 0;
}

// #region write_queue
/* Each person has such a task. It alone waits for the person's socket. */
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
/* It never waits. */
static int send_to_all(struct person people[PEOPLE], const char *text, size_t size)
{
    int error = 0;
    for (struct person *person = people; person < people + PEOPLE && !error; person++) {
        if (!person->disconnected && buffer_size(&person->queue) + size > MAX_QUEUE) {
            printf("%s is disconnected: %zu KB wait already\n", person->name, MAX_QUEUE / KB);
            buffer_free(&person->queue);
            person->disconnected = true;
        }
        if (person->disconnected)
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
    struct scope writers, readers;
    int error = 0;
    memset(text, 'x', sizeof(text));
    scope_enter(&writers);
    scope_enter(&readers);
    for (struct person *person = people; person < people + PEOPLE && !error; person++) {
        error = scope_spawn(&writers, "write_queue", write_queue, person);
        if (!error && person->reads)
            error = scope_spawn(&readers, "receive", receive_all, person);
    }
    for (int i = 0; i < MESSAGES && !error; i++) {
        error = send_to_all(people, text, sizeof(text));
        if (!error)
            error = task_yield(); /* a real message would come in a later iteration */
    }
    if (!error)
        error = scope_join(&readers); /* until the readers have received everything */
    return scope_leave(&writers, scope_leave(&readers, error));
}

static int run(void *unused)
{
    struct person people[PEOPLE] = {
        {.name = "Ana", .reads = true}, {.name = "Bia", .reads = true}, {.name = "Caio"}};
    (void)unused;
    for (int i = 0; i < PEOPLE; i++) {
        int ends[2];
        int error = uv_socketpair(SOCK_STREAM, 0, ends, UV_NONBLOCK_PIPE, UV_NONBLOCK_PIPE);
        if (error)
            return error;
        stream_open(&people[i].server_end, ends[0]);
        stream_open(&people[i].own_end, ends[1]);
    }
    int error = talk(people);
    for (int i = 0; i < PEOPLE; i++) {
        printf(
            "%-4s has heard %zu KB of %d KB\n", people[i].name, people[i].received / KB, MESSAGES);
        stream_close(&people[i].own_end);
        stream_close(&people[i].server_end);
        buffer_free(&people[i].queue);
    }
    return error;
}

int main(void)
{
    return program_end(run_task(run, NULL), "run");
}
