#include "websocket_stage_room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

struct room_member {
    struct room_stage *stage;
    struct websocket *socket;
    long number;
    struct future end;
    struct room_member *next;
};

static struct room_member *find(struct room_stage *stage, long number)
{
    struct room_member *member = stage->members;
    while (member && member->number != number)
        member = member->next;
    return member;
}

static void send_to_room(struct websocket_room *room, struct room_member *self, const char *text)
{
    char line[256];
    int size = snprintf(line, sizeof(line), "%ld %s", self->stage->sent++, text);
    websocket_room_send(room, self->socket, line, (size_t)size);
}

static void send_to_member(struct room_member *self, struct room_member *receiver, const char *text)
{
    if (receiver)
        websocket_send_format(receiver->socket, "%ld %s", self->stage->sent++, text);
}

static void send_many(struct room_member *self, long count, size_t size)
{
    char *text = malloc(size);
    memset(text, 'x', size);
    for (long i = 0; i < count; i++)
        websocket_room_send(&self->stage->room, self->socket, text, size);
    free(text);
}

/* The process may allocate this many bytes more than it has now. */
static void limit_memory(rlim_t bytes)
{
    struct rlimit limit;
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file && fscanf(file, "%lu", &pages) == 1 && getrlimit(RLIMIT_AS, &limit) == 0) {
        limit.rlim_cur = pages * (rlim_t)sysconf(_SC_PAGESIZE) + bytes;
        setrlimit(RLIMIT_AS, &limit);
    }
    if (file)
        fclose(file);
}

static void wait_iterations(long count)
{
    while (count-- > 0 && !task_yield())
        ;
}

/* Commands that ask for a number. */
static void answer(struct room_member *self, const char *command)
{
    const struct room_stage *stage = self->stage;
    struct websocket_counts counts = websocket_server_counts(stage->server);
    if (strcmp(command, "unread") == 0)
        websocket_send_format(self->socket, "%zu", counts.waiting);
    else if (strcmp(command, "dropped") == 0)
        websocket_send_format(self->socket, "%llu", counts.unread);
    else if (strcmp(command, "members") == 0)
        websocket_send_format(self->socket, "%zu", stage->room.count);
    else if (strcmp(command, "pending") == 0)
        websocket_send_format(
            self->socket, "%zu %zu", buffer_size(&stage->room.log), buffer_size(&stage->other.log));
}

static void do_command(struct room_member *self, const char *line)
{
    char command[8] = "";
    int length = 0;
    sscanf(line, "%7s %n", command, &length);
    char *rest;
    const char *text = line + length;
    long number = strtol(text, &rest, 10);
    struct room_member *other = find(self->stage, number);
    if (strcmp(command, "all") == 0)
        send_to_room(&self->stage->room, self, text);
    else if (strcmp(command, "other") == 0)
        send_to_room(&self->stage->other, self, text);
    else if (strcmp(command, "one") == 0)
        send_to_member(self, other, rest + 1);
    else if (strcmp(command, "self") == 0)
        send_to_member(self, self, text);
    else if (strcmp(command, "many") == 0)
        send_many(self, number, strtoul(rest, NULL, 10));
    else if (other && strcmp(command, "enter") == 0)
        websocket_room_enter(&self->stage->room, other->socket);
    else if (other && strcmp(command, "leave") == 0)
        websocket_room_leave(other->socket);
    else if (other && strcmp(command, "end") == 0)
        future_set(&other->end, 0);
    else if (strcmp(command, "memory") == 0)
        limit_memory((rlim_t)number);
    else if (strcmp(command, "time") == 0)
        loop_clock_advance(task_loop(), strtod(text, NULL));
    else if (strcmp(command, "wait") == 0)
        wait_iterations(number);
    else
        answer(self, command);
}

static int run_commands(void *argument)
{
    struct room_member *self = argument;
    char *lines, *rest;
    while (websocket_receive(self->socket, &lines) > 0)
        for (char *line = strtok_r(lines, ";", &rest); line; line = strtok_r(NULL, ";", &rest))
            do_command(self, line);
    return future_set(&self->end, 0);
}

int serve_member(struct websocket *socket, struct room_stage *stage)
{
    struct room_member self = {
        .stage = stage, .socket = socket, .number = atol(strrchr(websocket_path(socket), '/') + 1)};
    struct scope scope;
    self.next = stage->members;
    stage->members = &self;
    if (strncmp(websocket_path(socket), "/room", 5) == 0)
        websocket_room_enter(&stage->room, socket);
    else if (strncmp(websocket_path(socket), "/other", 6) == 0)
        websocket_room_enter(&stage->other, socket);
    websocket_send(socket, "in", 2);

    scope_enter(&scope);
    int error = scope_spawn(&scope, "listen", run_commands, &self);
    if (!error)
        error = future_wait(&self.end, NULL);
    error = scope_leave(&scope, error);

    struct room_member **place = &stage->members;
    while (*place != &self)
        place = &(*place)->next;
    *place = self.next;
    websocket_room_leave(socket);
    return error;
}
