/* Names: each message says who sent it, a name belongs to one client, and /only sends to one client
 * alone. Run it in the repository's root. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "04-chat-server/steps/commands.h"
#include "04-chat-server/steps/serve.h"

// #region structs
struct server {
    LIST_HEAD(, client) clients; /* to find one by name */
    struct websocket_room room;  /* to send to all */
};

struct client {
    struct server *server;
    struct websocket *socket;
    LIST_ENTRY(client) entry;
    char name[33]; /* empty until /name */
    bool leaving;
};
// #endregion structs

/* Sends a printf-style message to all other clients. Returns 0 or UV_ENOMEM. */
static int send_to_others(const struct client *self, const char *format, ...)
{
    char *text;
    va_list arguments;
    va_start(arguments, format);
    int size = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (size < 0)
        return UV_ENOMEM;
    int error = websocket_room_send(&self->server->room, self->socket, text, (size_t)size);
    free(text);
    return error;
}

// #region names
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
// #endregion names

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
    // #region manage
    LIST_INSERT_HEAD(&server->clients, &self, entry);
    websocket_room_enter(&server->room, socket);
    while (!self.leaving && (size = websocket_receive(socket, &text)) > 0)
        process_message(&self, text);
    if (*self.name)
        send_to_others(&self, "%s left", self.name);
    websocket_room_leave(socket);
    LIST_REMOVE(&self, entry);
    // #endregion manage
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
