/* Two languages: each client hears the server in the language that its browser prefers, and may use
 * the commands of both. Run it in the repository's root. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "04-chat-server/steps/commands.h"
#include "04-chat-server/steps/serve.h"
#include "common/language.h"

struct server {
    LIST_HEAD(, client) clients; /* in all rooms: a name is unique */
    LIST_HEAD(, room) rooms;     /* all that have clients */
};

// #region room
struct room {
    struct websocket_room members[2]; /* by language */
    size_t clients;                   /* that have entered and not left */
    LIST_ENTRY(room) entry;
    char name[]; /* "" is the common room */
};
// #endregion room

struct client {
    struct server *server;
    struct room *room;
    struct websocket *socket;
    enum language language;
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

static int enter_room(struct client *self, const char *name)
{
    self->room = find_room(self->server, name);
    if (!self->room)
        self->room = open_room(self->server, name);
    if (!self->room)
        return UV_ENOMEM;
    self->room->clients++;
    websocket_room_enter(&self->room->members[self->language], self->socket);
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

/* Sends a printf-style message in the client's language. */
static void send_to_client(
    const struct client *self, const char *portuguese, const char *english, ...)
{
    va_list arguments;
    va_start(arguments, english);
    websocket_send_arguments(self->socket, tr_in(self->language, portuguese, english), arguments);
    va_end(arguments);
}

/* Sends a printf-style message to all other clients in the room, each in its language. Returns 0 or
 * UV_ENOMEM. */
static int send_to_others(
    const struct client *self, const char *portuguese, const char *english, ...)
{
    int error = 0;
    for (enum language language = PORTUGUESE; language <= ENGLISH && !error; language++) {
        char *text;
        va_list arguments;
        va_start(arguments, english);
        int size = vasprintf(&text, tr_in(language, portuguese, english), arguments);
        va_end(arguments);
        if (size < 0)
            return UV_ENOMEM;
        error =
            websocket_room_send(&self->room->members[language], self->socket, text, (size_t)size);
        free(text);
    }
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
        send_to_client(self, "Escolha um outro nome", "Choose another name");
        return;
    }
    strcpy(self->name, name);
    send_to_client(self, "Você é %s", "You are %s", name);
    send_to_others(self, "%s está aqui", "%s is here", name);
}

static void send_only_to(struct client *self, const struct words *words)
{
    if (words->count != 3 || !*self->name) {
        send_to_client(
            self, "Depois de /nome: /apenas Nome \"texto\"", "After /name: /only Name \"text\"");
        return;
    }
    struct client *recipient = find_client(self->server, words->word[1]);
    if (recipient)
        send_to_client(
            recipient, "PRIVADA de %s >> %s", "PRIVATE from %s >> %s", self->name, words->word[2]);
    else
        send_to_client(self, "Ninguém aqui é %s", "Nobody here is %s", words->word[1]);
}

static void quit(struct client *self, const struct words *words)
{
    (void)words;
    send_to_client(self, "Até logo!", "Goodbye!");
    self->leaving = true;
}

static const struct command commands[] = {
    {{"nome", "name"}, change_name},
    {{"apenas", "only"}, send_only_to},
    {{"sair", "quit"}, quit},
    {{0}, NULL},
};

static void process_command(struct client *self, const char *line)
{
    int error = run_command(commands, self, line);
    if (error == UV_ENOENT)
        send_to_client(self, "Comando desconhecido", "Unknown command");
    else if (error)
        send_to_client(self, "Comando inválido", "Invalid command");
}

static void process_message(struct client *self, const char *text)
{
    if (*text == '/')
        process_command(self, text + 1);
    else if (!*self->name)
        send_to_client(self, "Antes use /nome SeuNome", "Use /name YourName first");
    else if (send_to_others(self, "%s >> %s", "%s >> %s", self->name, text) != 0)
        send_to_client(self, "Não enviada: %s", "Not sent: %s", text);
}

static int manage(struct websocket *socket, void *argument)
{
    struct server *server = argument;
    struct client self = {.server = server,
        .socket = socket,
        .language = language_of_header(websocket_accept_language(socket))};
    char *text;
    ssize_t size = 1;
    int error = enter_room(&self, websocket_path(socket) + 1); /* after the slash */
    if (error)
        return error;
    LIST_INSERT_HEAD(&server->clients, &self, entry);
    while (!self.leaving && (size = websocket_receive(socket, &text)) > 0)
        process_message(&self, text);
    if (*self.name)
        send_to_others(&self, "%s saiu", "%s left", self.name);
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
