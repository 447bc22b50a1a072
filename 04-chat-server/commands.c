#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "04-chat-server/chat.h"
#include "04-chat-server/text.h"
#include "common/words.h"

#define NAMES_LISTED 200 /* by /quem: what one message may well hold */

/* One command; texts are in Portuguese and in English. */
struct command {
    const char *names[2]; /* both always work */
    const char *words[2]; /* what is to follow */
    const char *help[2];
    void (*run)(struct client *client, const struct words *words); /* its own name is the first */
};

/* The time now, as strftime says it. */
static const char *now(const char *format, char *text, size_t size)
{
    time_t seconds = time(NULL);
    struct tm local;
    localtime_r(&seconds, &local);
    strftime(text, size, format, &local);
    return text;
}

static void say_time(struct client *self, const struct words *words)
{
    char text[16];
    (void)words;
    client_say(self, tr_in(self->language, "Hora atual: %s", "Current time: %s"),
        now("%H:%M:%S", text, sizeof(text)));
}

static void say_date(struct client *self, const struct words *words)
{
    char text[16];
    (void)words;
    client_say(self, tr_in(self->language, "Data atual: %s", "Current date: %s"),
        now("%d/%m/%y", text, sizeof(text)));
}

static void say_clients(struct client *self, const struct words *words)
{
    (void)words;
    client_say(self, tr_in(self->language, "%zu clientes conectados", "%zu clients connected"),
        self->server->connected);
}

/* altera_nome */
static void change_name(struct client *self, const struct words *words)
{
    const char *name = words->count > 1 ? words->word[1] : "";
    if (!server_name_is_free(self->server, name))
        client_say(self, tr_in(self->language, "Nome em uso ou inválido. Escolha um outro.",
                             "Name in use or invalid. Choose another one."));
    else if (server_rename(self, name) != 0)
        client_say(
            self, tr_in(self->language, TEXT_OUT_OF_MEMORY_PORTUGUESE, TEXT_OUT_OF_MEMORY_ENGLISH));
    else
        client_say(self,
            tr_in(self->language, "Nome alterado com sucesso para %s",
                "Name successfully changed to %s"),
            self->name);
}

/* The words from the one of that number on, a space between two; NULL when memory is short. */
static char *join_words(const struct words *words, size_t first)
{
    size_t size = 0;
    for (size_t i = first; i < words->count; i++)
        size += strlen(words->word[i]) + 1;
    char *text = malloc(size + 1), *end = text;
    for (size_t i = first; text && i < words->count; i++)
        end = stpcpy(stpcpy(end, i > first ? " " : ""), words->word[i]);
    return text;
}

/* apenas_para */
static void send_only_to(struct client *self, const struct words *words)
{
    if (!self->name) {
        client_say(self, tr_in(self->language,
                             "Identifique-se para enviar mensagens. Use o comando /nome SeuNome",
                             "Identify yourself to send messages. Use the command /name YourName"));
        return;
    }
    if (words->count < 3) {
        client_say(self, tr_in(self->language, "Comando incorreto. /apenas Destinatário mensagem",
                             "Incorrect command. /only Recipient message"));
        return;
    }
    const char *recipient = words->word[1];
    char *text = join_words(words, 2);
    if (!text || !server_send_to_one(self->server, self, text, recipient))
        client_say(self,
            tr_in(self->language, "Destinatário %s não encontrado. Mensagem não enviada.",
                "Recipient %s not found. Message not sent."),
            recipient);
    free(text);
}

/* The names of those in the room who have one, a line each, up to so many; returns how many there
 * are. An error shows in the stream. */
static size_t list_names(FILE *list, const struct room *room, size_t most)
{
    size_t count = 0;
    const struct client *client;
    TAILQ_FOREACH(client, &room->clients, neighbor)
    if (client->name && count++ < most)
        fprintf(list, "\n%s", client->name);
    return count;
}

static void say_names(struct client *self, const struct words *words)
{
    char *names = NULL;
    size_t size;
    (void)words;
    FILE *list = open_memstream(&names, &size);
    if (!list)
        return;
    size_t count = list_names(list, self->room, NAMES_LISTED);
    if (fclose(list) == 0)
        client_say(self, tr_in(self->language, "Quem está aqui: %zu%s%s", "Who is here: %zu%s%s"),
            count,
            count > NAMES_LISTED ? tr_in(self->language, " (os primeiros)", " (the first ones)")
                                 : "",
            names);
    free(names);
}

static void leave(struct client *self, const struct words *words)
{
    (void)words;
    client_say(self, tr_in(self->language, "Até logo!", "Goodbye!"));
    self->leaving = true;
}

static void say_help(struct client *client, const struct words *words);

// #region commands
static const struct command commands[] = {
    {{"nome", "name"}, {" SeuNome", " YourName"}, {"quem você é", "who you are"}, change_name},
    {{"apenas", "only"}, {" Nome texto", " Name text"}, {"a uma só pessoa", "to one person"},
        send_only_to},
    {{"quem", "who"}, {"", ""}, {"quem está nesta sala", "who is in this room"}, say_names},
    {{"clientes", "clients"}, {"", ""}, {"quantos estão conectados", "how many are connected"},
        say_clients},
    {{"horas", "time"}, {"", ""}, {"a hora do servidor", "the server’s time"}, say_time},
    {{"data", "date"}, {"", ""}, {"a data do servidor", "the server’s date"}, say_date},
    {{"ajuda", "help"}, {"", ""}, {"os comandos", "the commands"}, say_help},
    {{"sair", "quit"}, {"", ""}, {"até logo", "goodbye"}, leave},
};
// #endregion commands

#define COMMANDS (sizeof(commands) / sizeof(*commands))

/* The table itself. */
static void say_help(struct client *self, const struct words *words)
{
    char *text = NULL;
    size_t size;
    (void)words;
    FILE *help = open_memstream(&text, &size);
    if (!help)
        return;
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(help, "%s/%s%s: %s", i > 0 ? "\n" : "", commands[i].names[self->language],
            commands[i].words[self->language], commands[i].help[self->language]);
    if (fclose(help) == 0)
        client_say(self, "%s", text);
    free(text);
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        for (int language = 0; language < 2; language++)
            if (strcasecmp(commands[i].names[language], name) == 0)
                return &commands[i];
    return NULL;
}

void client_obey(struct client *self, const char *line)
{
    struct words words;
    int error = words_split(&words, line);
    if (error || words.count == 0) {
        client_say(self, tr_in(self->language, "Comando inválido", "Invalid command"));
        words_free(&words);
        return;
    }
    const struct command *command = find_command(words.word[0]);
    if (command)
        command->run(self, &words);
    else
        client_say(self, tr_in(self->language, "Comando desconhecido", "Unknown command"));
    words_free(&words);
}
