/* The article's way to send to all: to one client after the other, waiting for each socket. */
#include <string.h>

#include "04-chat-server/steps/run.h"
#include "common/stream.h"

#define PEOPLE 3
#define MESSAGES 1000
#define KB 1024 /* bytes of each message */

struct person {
    const char *name;
    bool reads;
    struct stream server_end, own_end; /* the two ends of a connection */
    size_t received;                   /* bytes */
};

static int receive_all(void *argument)
{
    struct person *self = argument;
    char *data;
    ssize_t size;
    while ((size = stream_read(&self->own_end, &data)) > 0)
        self->received += (size_t)size;
    return (int)size;
}

// #region send_to_all
static int send_to_all(struct person people[PEOPLE], const char *text, size_t size)
{
    int error = 0;
    for (int i = 0; i < PEOPLE && !error; i++) {
        error = stream_write(&people[i].server_end, text, size);
        if (!error)
            error = stream_drain(&people[i].server_end); /* waits while too much is unsent */
    }
    return error;
}
// #endregion send_to_all

static int talk(struct person people[PEOPLE])
{
    char text[KB];
    struct scope scope;
    memset(text, 'x', sizeof(text));
    int error = scope_enter_for(&scope, 1.0);
    for (int i = 0; i < PEOPLE && !error; i++)
        if (people[i].reads)
            error = scope_spawn(&scope, people[i].name, receive_all, &people[i]);
    for (int i = 0; i < MESSAGES && !error; i++)
        error = send_to_all(people, text, sizeof(text));
    return scope_leave(&scope, error);
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
    printf("after one second: %s\n", uv_err_name(error));
    for (int i = 0; i < PEOPLE; i++) {
        printf(
            "%-4s has heard %zu KB of %d KB\n", people[i].name, people[i].received / KB, MESSAGES);
        stream_close(&people[i].own_end);
        stream_close(&people[i].server_end);
    }
    return 0;
}

int main(void)
{
    return program_end(run_task(run, NULL), "run");
}
