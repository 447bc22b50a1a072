/* The table of commands, and the functions of those that the article does not have. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "04-chat-server/chat.h"
#include "04-chat-server/text.h"
#include "common/bytes.h"
#include "common/visible.h"

#define NAMES_ON_PAGE 200   /* in one answer to /quem */
#define LINES_OF_HISTORY 20 /* in an answer to /historico without a number */

/* A command. Its texts are in Portuguese and in English. */
struct command {
    const char *names[2]; /* both work in both languages */
    const char *parameters[2];
    const char *help[2];
    int (*split)(struct words *words, const char *line); /* words_split or words_split_first */
    int (*run)(struct client *client, const struct words *words); /* returns 0 or UV_ENOMEM */
};

/* Writes the current time into text, in strftime's format. */
static const char *format_time(const char *format, char *text, size_t size)
{
    time_t now = time(NULL);
    struct tm local;
    localtime_r(&now, &local);
    strftime(text, size, format, &local);
    return text;
}

static int send_time(struct client *self, const struct words *words)
{
    char text[32];
    (void)words;
    client_send(self, "Hora atual: %s", "Current time: %s",
        format_time("%H:%M:%S UTC%z", text, sizeof(text)));
    return 0;
}

static int send_date(struct client *self, const struct words *words)
{
    char text[16];
    (void)words;
    client_send(
        self, "Data atual: %s", "Current date: %s", format_time("%d/%m/%y", text, sizeof(text)));
    return 0;
}

static int send_count(struct client *self, const struct words *words)
{
    struct relay *relay = self->server->relay;
    size_t count = relay ? relay->count(relay) : self->server->connected;
    (void)words;
    client_send(self, "%zu clientes conectados", "%zu clients connected", count);
    return 0;
}

/* Writes a page of the names in the room, one a line. If it fails, fclose reports an error, or the
 * stream's text is NULL. */
static void write_names(FILE *list, const struct room *room, size_t page)
{
    size_t index = 0, first = (page - 1) * NAMES_ON_PAGE;
    const struct client *client;
    TAILQ_FOREACH(client, &room->clients, room_entry) {
        if (!client->name)
            continue;
        if (index >= first + NAMES_ON_PAGE)
            break;
        if (index++ >= first)
            fprintf(list, "\n%s", client->name);
    }
}

/* Writes the remark after the number of names: which page this is, and whether the room is crowded,
 * so that the names are not kept up to date. */
static void write_remark(FILE *list, const struct client *self, size_t page, size_t pages)
{
    bool crowded = self->room->notices.is_crowded;
    if (pages > 1)
        fprintf(list,
            tr_in(self->language, " (página %zu de %zu: /quem %zu", " (page %zu of %zu: /who %zu"),
            page, pages, page < pages ? page + 1 : 1);
    if (crowded)
        fprintf(list, "%s%s", pages > 1 ? "; " : " (",
            tr_in(self->language, "a sala está cheia", "the room is crowded"));
    if (pages > 1 || crowded)
        fputc(')', list);
}

/* Returns the page that the command asks for: the first one, or the one with the given number. */
static size_t page_of(const struct words *words, size_t pages)
{
    char *end;
    unsigned long page = words->count > 1 ? strtoul(words->word[1], &end, 10) : 1;
    return page < 1 ? 1 : page > pages ? pages : page;
}

static int send_names(struct client *self, const struct words *words)
{
    char *names = NULL;
    size_t size, count = self->room->named;
    size_t pages = count > 0 ? (count + NAMES_ON_PAGE - 1) / NAMES_ON_PAGE : 1;
    size_t page = page_of(words, pages);
    FILE *list = open_memstream(&names, &size);
    if (!list)
        return UV_ENOMEM;
    write_remark(list, self, page, pages);
    write_names(list, self->room, page);
    int error = fclose(list) == 0 && names ? 0 : UV_ENOMEM;
    char kind[80];
    snprintf(kind, sizeof(kind), "here\t%zu\t%zu\t%d", count, self->room->count,
        self->room->notices.is_crowded);
    if (!error)
        client_send_as(self, kind, "Quem está aqui: %zu%s", "Who is here: %zu%s", count, names);
    free(names);
    return error;
}

static int send_history(struct client *self, const struct words *words)
{
    unsigned long count = words->count > 1 ? strtoul(words->word[1], NULL, 10) : LINES_OF_HISTORY;
    char *lines;
    struct relay *relay = self->server->relay;
    if (relay && relay->wait_for_own(relay, self) != 0)
        return 0; /* client_receive reports the end */
    size_t found = history_list(&self->server->history, self->room->name, count, &lines);
    if (!lines)
        return UV_ENOMEM;
    client_send(self, "Últimas mensagens: %zu%s", "Last messages: %zu%s", found, lines);
    free(lines);
    return 0;
}

static int send_help(struct client *self, const struct words *words);

static int quit(struct client *self, const struct words *words)
{
    (void)words;
    client_send(self, "Até logo!", "Goodbye!");
    self->leaving = true;
    return 0;
}

// #region commands
static const struct command commands[] = {
    {{"nome", "name"}, {" SeuNome", " YourName"}, {"quem você é", "who you are"}, words_split,
        client_change_name},
    {{"apenas", "only"}, {" Nome texto", " Name text"}, {"a uma só pessoa", "to one person"},
        words_split, client_send_only_to},
    // #endregion commands
    {{"quem", "who"}, {"", ""}, {"quem está nesta sala", "who is in this room"}, words_split,
        send_names},
    {{"clientes", "clients"}, {"", ""}, {"quantos estão conectados", "how many are connected"},
        words_split, send_count},
    {{"historico", "history"}, {" [N]", " [N]"},
        {"as últimas mensagens da sala", "the room’s last messages"}, words_split, send_history},
    {{"horas", "time"}, {"", ""}, {"a hora do servidor", "the server’s time"}, words_split,
        send_time},
    {{"data", "date"}, {"", ""}, {"a data do servidor", "the server’s date"}, words_split,
        send_date},
    {{"ajuda", "help"}, {"", ""}, {"os comandos", "the commands"}, words_split, send_help},
    {{"sair", "quit"}, {"", ""}, {"até logo", "goodbye"}, words_split, quit},
};

#define COMMANDS (sizeof(commands) / sizeof(*commands))

static int send_help(struct client *self, const struct words *words)
{
    char *text = NULL;
    size_t size;
    (void)words;
    FILE *help = open_memstream(&text, &size);
    if (!help)
        return UV_ENOMEM;
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(help, "%s/%s%s: %s", i > 0 ? "\n" : "", commands[i].names[self->language],
            commands[i].parameters[self->language], commands[i].help[self->language]);
    int error = fclose(help) == 0 && text ? 0 : UV_ENOMEM;
    if (!error)
        client_send_as(self, "help", "%s", "%s", text);
    free(text);
    return error;
}

/* Returns the command that the first word names, or NULL. */
static const struct command *find_command(const struct words *words)
{
    for (size_t i = 0; words->count > 0 && i < COMMANDS; i++)
        for (enum language language = PORTUGUESE; language <= ENGLISH; language++)
            if (bytes_are_word(words->word[0], strlen(words->word[0]), commands[i].names[language]))
                return &commands[i];
    return NULL;
}

/* Returns a copy, for the caller to free, in which the white space around the command's name
 * consists of ASCII spaces; NULL: out of memory. An Apple keyboard writes U+00A0 for a space that
 * is typed with Option held. */
static char *simplify_space(const char *line)
{
    char *copy = strdup(line);
    const char *at = text_skip_space(line);
    if (!copy)
        return NULL;
    memset(copy, ' ', (size_t)(at - line));
    while (*at && text_skip_space(at) == at)
        visible_next_character(&at);
    memset(copy + (at - line), ' ', (size_t)(text_skip_space(at) - at));
    return copy;
}

int command_run(struct client *self, const char *line)
{
    struct words words = {0};
    char *copy = simplify_space(line);
    int error = copy ? words_split_first(&words, copy) : UV_ENOMEM;
    const struct command *command = find_command(&words);
    words_free(&words);
    if (!error)
        error = command ? command->split(&words, copy) : words_split(&words, copy);
    if (!error)
        error = command ? command->run(self, &words) : words.count > 0 ? UV_ENOENT : UV_EINVAL;
    words_free(&words);
    free(copy);
    return error;
}
