/* Rooms: the path of the address chooses a room, and a message reaches the clients in that room.
 * Run it in the repository's root. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "04-chat-server/steps/commands.h"
#include "04-chat-server/steps/serve.h"

struct server {
    LIST_HEAD(, client) clients; /* in all rooms: a name is unique */
    LIST_HEAD(, room) rooms;     /* all that have clients */
};

// #region structs
struct room {
    struct websocket_room members;
    size_t clients; /* that have entered and not left */
    LIST_ENTRY(room) entry;
    char name[]; /* "" is the common room */
};
// #endregion structs

struct client {
    struct server *server;
    struct room *room;
    struct websocket *socket;
    LIST_ENTRY(client) entry;
    char name[33]; /* empty until /name */
    bool leaving;
};

static struct room *find_room(const struct server *server, const char *name)
{
    struct room *room;
    LIST_FOREACH(room, &server->rooms, entry)
        if (strcmp(room->name, name) == 0)
            return room;
    return NULL;
}

static struct room *open_room(struct server *server, const char *name)
{
    struct room *room = calloc(1, sizeof(*room) + strlen(name) + 1);
    if (room) {
        strcpy(room->name, name);
        LIST_INSERT_HEAD(&server->rooms, room, entry);
    }
    return room;
}

// #region rooms
static int enter_room(struct client *self, const char *name)
{
    self->room = find_room(self->server, name);
    if (!self->room)
        self->room = open_room(self->server, name);
    if (!self->room)
        return UV_ENOMEM;
    self->room->clients++;
    websocket_room_enter(&self->room->members, self->socket);
    return 0;
}

static void leave_room(struct client *self)
{
    websocket_room_leave(self->socket);
    if (--self->room->clients > 0)
        return;
    LIST_REMOVE(self->room, entry);
    free(self->room); /* the last client frees it */
}
// #endregion rooms

/* Sends a printf-style message to all other clients in the room. Returns 0 or UV_ENOMEM. */
static int send_to_others(const struct client *self, const char *format, ...)
{
    char *text;
    va_list arguments;
    va_start(arguments, format);
    int size = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (size < 0)
        return UV_ENOMEM;
    int error = websocket_room_send(&self->room->members, self->socket, text, (size_t)size);
    free(text);
    return error;
}

static struct client *find_client(const struct server *server, const char *name)
{
    struct client *client;
    LIST_FOREACH(client, &server->clients, entry)
        if (*name && strcmp(client->name, name) == 0)
            return client;
    return NULL;
}

static void change_name(struct client *self, const struct words *words)
{
    const char *name = words->count > 1 ? words->word[1] : "";
    if (!*name || strlen(name) >= sizeof(self->name) || find_client(self->server, name)) {
        websocket_send_format(self->socket, "Choose another name");
        return;
    }
    strcpy(self->name, name);
    websocket_send_format(self->socket, "You are %s", name);
    send_to_others(self, "%s is here", name);
}

static void send_only_to(struct client *self, const struct words *words)
{
    if (words->count != 3 || !*self->name) {
        websocket_send_format(self->socket, "After /name: /only Name \"text\"");
        return;
    }
    struct client *recipient = find_client(self->server, words->word[1]);
    if (recipient)
        websocket_send_format(
            recipient->socket, "PRIVATE from %s >> %s", self->name, words->word[2]);
    else
        websocket_send_format(self->socket, "Nobody here is %s", words->word[1]);
}

static void quit(struct client *self, const struct words *words)
{
    (void)words;
    websocket_send_format(self->socket, "Goodbye!");
    self->leaving = true;
}

static const struct command commands[] = {
    {{"name"}, change_name}, {{"only"}, send_only_to}, {{"quit"}, quit}, {{0}, NULL}};

static void process_command(struct client *self, const char *line)
{
    int error = run_command(commands, self, line);
    if (error)
        websocket_send_format(
            self->socket, "%s command", error == UV_ENOENT ? "Unknown" : "Invalid");
}

static void process_message(struct client *self, const char *text)
{
    if (*text == '/')
        process_command(self, text + 1);
    else if (!*self->name)
        websocket_send_format(self->socket, "Use /name YourName first");
    else if (send_to_others(self, "%s >> %s", self->name, text) != 0)
        websocket_send_format(self->socket, "Not sent: %s", text);
}

static int manage(struct websocket *socket, void *argument)
{
    struct server *server = argument;
    struct client self = {.server = server, .socket = socket};
    char *text;
    ssize_t size = 1;
    int error = enter_room(&self, websocket_path(socket) + 1); /* after the slash */
    if (error)
        return error;
    LIST_INSERT_HEAD(&server->clients, &self, entry);
    while (!self.leaving && (size = websocket_receive(socket, &text)) > 0)
        process_message(&self, text);
    if (*self.name)
        send_to_others(&self, "%s left", self.name);
    LIST_REMOVE(&self, entry);
    leave_room(&self);
    return size < 0 ? (int)size : 0;
}

static int serve(void *port)
{
    struct server server = {0};
    return serve_page(port, manage, &server);
}

int main(int argc, char **argv)
{
    return run_server(argc, argv, serve);
}
