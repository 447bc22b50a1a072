/* A message that begins with a slash is a command: it is split into words as a shell does, and
 * looked up in a table. Run it in the repository's root. */
#include <string.h>

#include "04-chat-server/steps/serve.h"
#include "common/words.h"

struct client {
    struct websocket *socket;
    char name[33]; /* a copy, because the command's words are freed */
    bool leaving;
};

static void send_name(struct client *self, const struct words *words)
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
    send_name(self, words);
}
// #endregion change_name

static void quit(struct client *self, const struct words *words)
{
    (void)words;
    websocket_send_format(self->socket, "Goodbye!");
    self->leaving = true;
}

// #region commands
static const struct command {
    const char *name;
    void (*run)(struct client *self, const struct words *words); /* word 0 is its name */
} commands[] = {{"name", change_name}, {"whoami", send_name}, {"quit", quit}};
// #endregion commands

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

// #region process_command
static void process_command(struct client *self, const char *line)
{
    struct words words; /* empty after an error, such as an unclosed quote */
    int error = words_split(&words, line);
    const struct command *command = words.count > 0 ? find_command(words.word[0]) : NULL;
    if (command)
        command->run(self, &words);
    else
        websocket_send_format(
            self->socket, "%s command", error || words.count == 0 ? "Invalid" : "Unknown");
    words_free(&words);
}
// #endregion process_command

static int manage(struct websocket *socket, void *unused)
{
    struct client self = {.socket = socket};
    char *text;
    ssize_t size = 1;
    (void)unused;
    while (!self.leaving && (size = websocket_receive(socket, &text)) > 0) {
        if (*text == '/')
            process_command(&self, text + 1);
        else
            websocket_send_format(socket, "%s said %s", self.name, text);
    }
    return size < 0 ? (int)size : 0;
}

static int serve(void *port)
{
    return serve_page(port, manage, NULL);
}

int main(int argc, char **argv)
{
    return run_server(argc, argv, serve);
}
