/* What begins with a slash is for the server: words, split as a shell does, and a table. */
#include <stdio.h>
#include <string.h>

#include "04-chat-server/websocket/websocket.h"
#include "common/program.h"
#include "common/words.h"

struct client {
    struct websocket *socket;
    char name[33]; /* a copy: the words that it came in are freed */
    bool leaving;
};

static void say_name(struct client *self, const struct words *words)
{
    (void)words;
    websocket_send_format(self->socket, "You are %s", *self->name ? self->name : "nobody yet");
}

// #region change_name
static void change_name(struct client *self, const struct words *words)
{
    const char *name = words->count > 1 ? words->word[1] : "";
    if (!*name || strlen(name) >= sizeof(self->name)) {
        websocket_send_format(self->socket, "A name has 1 to %zu bytes", sizeof(self->name) - 1);
        return;
    }
    strcpy(self->name, name);
    say_name(self, words);
}
// #endregion change_name

static void leave(struct client *self, const struct words *words)
{
    (void)words;
    websocket_send_format(self->socket, "Goodbye!");
    self->leaving = true;
}

// #region commands
static const struct command {
    const char *name;
    void (*run)(struct client *self, const struct words *words); /* the command is word 0 */
} commands[] = {{"name", change_name}, {"me", say_name}, {"quit", leave}};
// #endregion commands

// #region obey
static const struct command *find(const char *name)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static void obey(struct client *self, const char *line)
{
    struct words words; /* empty after an error: a quote that is never closed, say */
    int error = words_split(&words, line);
    const struct command *command = words.count > 0 ? find(words.word[0]) : NULL;
    if (command)
        command->run(self, &words);
    else
        websocket_send_format(
            self->socket, "%s command", error || words.count == 0 ? "Invalid" : "Unknown");
    words_free(&words);
}
// #endregion obey

static int manage(struct websocket *socket, void *unused)
{
    struct client self = {.socket = socket};
    char *text;
    ssize_t size = 1;
    (void)unused;
    while (!self.leaving && (size = websocket_receive(socket, &text)) > 0) {
        if (*text == '/')
            obey(&self, text + 1);
        else
            websocket_send_format(socket, "%s said %s", self.name, text);
    }
    return size < 0 ? (int)size : 0;
}

static int serve(void *port)
{
    struct websocket_options options = {.host = "localhost", .port = port, .serve = manage};
    struct websocket_server *sockets;
    int error = websocket_listen(&sockets, &options);
    if (error)
        return error;
    printf("Listening on %s\n", websocket_server_address(sockets));
    error = websocket_serve(sockets); /* until Ctrl+C */
    websocket_server_close(sockets);
    return error;
}

int main(int argc, char **argv)
{
    uv_loop_t loop;
    char *port = argc > 1 ? argv[1] : "8765";
    setvbuf(stdout, NULL, _IOLBF, 0);
    int error = loop_init(&loop);
    if (!error) {
        error = task_run(&loop, "serve", serve, port);
        loop_close(&loop);
    }
    return program_end(error, "listen on port %s", port);
}
