#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "chat.h"
#include "common/words.h"
#include "text.h"

/* One command. It gets the words that were typed, its own name first. */
struct command {
    const char *names[2]; /* in Portuguese, in English: both always work */
    void (*run)(struct client *client, const struct words *words);
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
    char *name = NULL;
    if (words->count > 1 && server_name_is_free(self->server, words->word[1]))
        name = strdup(words->word[1]);
    if (!name) {
        client_say(self, tr_in(self->language, "Nome em uso ou inválido. Escolha um outro.",
                             "Name in use or invalid. Choose another one."));
        return;
    }
    free(self->name);
    self->name = name;
    client_say(self,
        tr_in(
            self->language, "Nome alterado com sucesso para %s", "Name successfully changed to %s"),
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

static const struct command commands[] = {
    {{"horas", "time"}, say_time},
    {{"data", "date"}, say_date},
    {{"clientes", "clients"}, say_clients},
    {{"nome", "name"}, change_name},
    {{"apenas", "only"}, send_only_to},
};

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
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
