#include "websocket_stage_room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static void say_in(struct websocket_room *room, struct room_member *self, const char *text)
{
    char line[256];
    int size = snprintf(line, sizeof line, "%ld %s", self->stage->said++, text);
    websocket_room_send(room, self->socket, line, (size_t)size);
}

static void say_to(struct room_member *self, struct room_member *receiver, const char *text)
{
    if (receiver)
        websocket_send_format(receiver->socket, "%ld %s", self->stage->said++, text);
}

static void say_many(struct room_member *self, long count, size_t size)
{
    char *text = malloc(size);
    memset(text, 'x', size);
    for (long i = 0; i < count; i++)
        websocket_room_send(&self->stage->room, self->socket, text, size);
    free(text);
}

static void let_pass(long passes)
{
    while (passes-- > 0 && !task_yield())
        ;
}

static void tell_pending(struct room_member *self)
{
    const struct room_stage *stage = self->stage;
    websocket_send_format(
        self->socket, "%zu %zu", buffer_size(&stage->room.log), buffer_size(&stage->other.log));
}

static void obey(struct room_member *self, const char *line)
{
    char command[8] = "";
    int length = 0;
    sscanf(line, "%7s %n", command, &length);
    char *rest;
    const char *text = line + length;
    long number = strtol(text, &rest, 10);
    struct room_member *other = find(self->stage, number);
    if (strcmp(command, "all") == 0)
        say_in(&self->stage->room, self, text);
    else if (strcmp(command, "other") == 0)
        say_in(&self->stage->other, self, text);
    else if (strcmp(command, "one") == 0)
        say_to(self, other, rest + 1);
    else if (strcmp(command, "self") == 0)
        say_to(self, self, text);
    else if (strcmp(command, "many") == 0)
        say_many(self, number, strtoul(rest, NULL, 10));
    else if (other && strcmp(command, "enter") == 0)
        websocket_room_enter(&self->stage->room, other->socket);
    else if (other && strcmp(command, "leave") == 0)
        websocket_room_leave(other->socket);
    else if (other && strcmp(command, "end") == 0)
        future_set(&other->end, 0);
    else if (strcmp(command, "unread") == 0)
        websocket_send_format(
            self->socket, "%zu", websocket_server_counts(self->stage->server).waiting);
    else if (strcmp(command, "time") == 0)
        loop_clock_advance(task_loop(), strtod(text, NULL));
    else if (strcmp(command, "pass") == 0)
        let_pass(number);
    else if (strcmp(command, "pending") == 0)
        tell_pending(self);
}

static int listen_to(void *argument)
{
    struct room_member *self = argument;
    char *lines, *rest;
    while (websocket_receive(self->socket, &lines) > 0)
        for (char *line = strtok_r(lines, ";", &rest); line; line = strtok_r(NULL, ";", &rest))
            obey(self, line);
    return future_set(&self->end, 0);
}

int play_in_room(struct websocket *socket, struct room_stage *stage)
{
    struct room_member self = {.stage = stage,
        .socket = socket,
        .number = atol(websocket_path(socket) + strlen("/room/"))};
    struct scope scope;
    self.next = stage->members;
    stage->members = &self;
    if (strncmp(websocket_path(socket), "/room", 5) == 0)
        websocket_room_enter(&stage->room, socket);
    else if (strncmp(websocket_path(socket), "/other", 6) == 0)
        websocket_room_enter(&stage->other, socket);
    websocket_send(socket, "in", 2);

    scope_enter(&scope);
    int error = scope_spawn(&scope, "listen", listen_to, &self);
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
