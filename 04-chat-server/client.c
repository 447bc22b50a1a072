/* The articles' class Cliente: its methods, in their order. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "04-chat-server/chat.h"
#include "04-chat-server/text.h"

/* A page sends a space to learn whether the connection still works. */
static bool is_probe(const struct client *self, const char *message)
{
    return self->is_page && strcmp(message, " ") == 0;
}

/* Tells a page that its message has been processed. */
static void acknowledge(struct client *self)
{
    if (self->is_page)
        websocket_send_format(self->socket, "done");
}

// #region client_manage
int client_manage(struct client *self)
{
    char *message;
    ssize_t size = 0;
    client_send(self,
        "Bem vindo ao servidor de chat escrito em C com libuv e WebSockets. "
        "Identifique-se com /nome SeuNome",
        "Welcome to the chat server written in C with libuv and WebSockets. "
        "Identify yourself with /name YourName");
    while (!self->leaving && (size = client_receive(self, &message)) > 0) {
        if (self->server->verbose && !is_probe(self, message))
            log_printf(
                &self->server->log, "%s%s < %s", client_label(self), client_mark(self), message);
        client_process_commands(self, message, (size_t)size);
        acknowledge(self);
    }
    server_disconnect(self->server, self);
    return size < 0 ? (int)size : 0;
}
// #endregion client_manage

static int send_to_page(
    struct client *self, const char *kind, const char *format, va_list arguments)
{
    char *text;
    if (vasprintf(&text, format, arguments) < 0)
        return UV_ENOMEM;
    int error = websocket_send_format(self->socket, "%s\n%s", kind, text);
    free(text);
    return error;
}

static int send_arguments(
    struct client *self, const char *kind, const char *format, va_list arguments)
{
    int error = self->is_page ? send_to_page(self, kind, format, arguments)
                              : websocket_send_arguments(self->socket, format, arguments);
    if (error == UV_ENOMEM)
        log_printf(&self->server->log,
            tr("Mensagem a %s%s perdida: sem memória", "Message to %s%s lost: out of memory"),
            client_label(self), client_mark(self));
    return error;
}

int client_send(struct client *self, const char *portuguese, const char *english, ...)
{
    va_list arguments;
    va_start(arguments, english);
    int error =
        send_arguments(self, "notice", tr_in(self->language, portuguese, english), arguments);
    va_end(arguments);
    return error;
}

int client_send_as(
    struct client *self, const char *kind, const char *portuguese, const char *english, ...)
{
    va_list arguments;
    va_start(arguments, english);
    int error = send_arguments(self, kind, tr_in(self->language, portuguese, english), arguments);
    va_end(arguments);
    return error;
}

/* A long message counts once for each of these units. So by default the clients of one address send
 * another client at most 60 KiB a second, which a slow line can carry. */
#define BYTES_OF_A_MESSAGE (3 * 1024)
/* What a message gets besides its sender's name: "PRIVATE from " and the like. */
#define BYTES_AROUND 32
#define TOLERATED 100 /* messages over the rate before the client is disconnected */

/* Returns the seconds that a message of that size has to wait. */
static double spend_rate(struct client *self, size_t size)
{
    size_t delivered = size + BYTES_AROUND + (self->name ? strlen(self->name) : 0);
    double rate = (double)self->server->rate, cost = (double)size / BYTES_OF_A_MESSAGE;
    uint64_t now = loop_now(task_loop());
    double delay = rate_spend(&self->rate, cost < 1 ? 1 : cost, rate, now);
    struct address *address = websocket_address(self->socket);
    if (!address)
        return delay;
    double delay_of_address =
        address_spend(address, &address->bytes, (double)delivered / BYTES_OF_A_MESSAGE, rate, now);
    return delay > delay_of_address ? delay : delay_of_address;
}

/* Returns 0 after that time, or an error if the client has left meanwhile: it must not stay in the
 * room until its turn comes. */
static int delay_client(const struct client *self, double seconds)
{
    int error = 0;
    for (; seconds > 0 && !error && !websocket_has_ended(self->socket); seconds--)
        error = task_sleep(seconds < 1 ? seconds : 1);
    return websocket_has_ended(self->socket) ? UV_EPIPE : error;
}

/* Delays a client that sends more than its rate, after a warning, and disconnects it if it goes on.
 * Returns 0, or the error that ends it. */
static int limit_rate(struct client *self, size_t size)
{
    struct server *server = self->server;
    double delay = spend_rate(self, size);
    bool is_slowed = delay > 1 || self->rate.excess > 0;
    if (is_slowed && !self->slowed)
        client_send(self,
            "Devagar: até %ld mensagens por segundo, e as longas contam por várias. As próximas "
            "esperam, e quem insiste sai.",
            "Slowly: up to %ld messages a second, and long ones count as several. The next ones "
            "wait, and a client that goes on like this is disconnected.",
            server->rate);
    self->slowed = is_slowed;
    if (self->rate.excess <= TOLERATED)
        return delay > 0 ? delay_client(self, delay) : 0;
    client_send(self, "Mensagens demais. Até logo!", "Too many messages. Goodbye!");
    log_printf(&server->log, tr("Cliente %s%s: mensagens demais", "Client %s%s: too many messages"),
        client_label(self), client_mark(self));
    server->floods++;
    websocket_close(self->socket, WEBSOCKET_POLICY);
    return UV_EPERM;
}

ssize_t client_receive(struct client *self, char **message)
{
    ssize_t size = websocket_receive(self->socket, message);
    int error = size > 0 ? limit_rate(self, (size_t)size) : 0;
    return error ? error : size;
}

static void ask_for_name(struct client *self)
{
    client_send_as(self, "refused",
        "Identifique-se para enviar mensagens. Use o comando /nome SeuNome",
        "Identify yourself to send messages. Use the command /name YourName");
}

void client_process_commands(struct client *self, const char *message, size_t size)
{
    const char *text = text_skip_space(message);
    if (is_probe(self, message)) {
        return;
    } else if (*text == '/') {
        bool contains_nul = strlen(message) != size;
        int error = contains_nul ? UV_EINVAL : command_run(self, text + 1);
        if (error == UV_EINVAL)
            client_send_as(self, "refused", "Comando inválido", "Invalid command");
        else if (error == UV_ENOENT)
            client_send_as(self, "refused", "Comando desconhecido", "Unknown command");
        else if (error)
            client_send_as(
                self, "refused", TEXT_OUT_OF_MEMORY_PORTUGUESE, TEXT_OUT_OF_MEMORY_ENGLISH);
    } else if (!self->name) {
        ask_for_name(self);
    } else if (server_send_to_all(self->server, self, message, size) != 0) {
        client_send_as(self, "refused", "Mensagem não enviada.", "Message not sent.");
    }
}

#define RENAMES_PER_SECOND 4 /* of all clients of an address; twice as many at once */

/* Delays a client that changes its name too often. Returns 0, or an error if it has left. */
static int limit_renames(struct client *self)
{
    struct address *address = websocket_address(self->socket);
    if (!self->name || !address)
        return 0;
    double delay =
        address_spend(address, &address->renames, 1, RENAMES_PER_SECOND, loop_now(task_loop()));
    return delay_client(self, delay);
}

static void refuse_name(struct client *self)
{
    client_send_as(self, "taken", "Nome em uso ou inválido. Escolha um outro.",
        "Name in use or invalid. Choose another one.");
}

int client_change_name(struct client *self, const struct words *words)
{
    const char *name = words->count > 1 ? words->word[1] : "";
    bool free_before = name_is_of_ghost(self, name) || server_check_name(self->server, self, name);
    if (free_before && limit_renames(self) != 0)
        return 0;                     /* client_receive reports the end */
    if (name_is_of_ghost(self, name)) /* only now, so that nobody else can take it meanwhile */
        name_take_from_ghost(self, name);
    if (!free_before || !server_check_name(self->server, self, name)) {
        refuse_name(self);
        return 0;
    }
    int error = name_take(self, name);
    char kind[sizeof("named ") + 4 * MAX_NAME_CHARACTERS];
    snprintf(kind, sizeof(kind), "named\t%s", name);
    if (!error && self->name) /* another server's client may have taken the name meanwhile */
        client_send_as(self, kind, "Nome alterado com sucesso para %s",
            "Name successfully changed to %s", self->name);
    else if (error == UV_EEXIST)
        refuse_name(self);
    return error == UV_ENOMEM ? error : 0;
}

/* Returns the words from number first on, with a space between two; NULL if out of memory. The
 * caller frees it. */
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

int client_send_only_to(struct client *self, const struct words *words)
{
    if (!self->name) {
        ask_for_name(self);
        return 0;
    }
    if (words->count < 3) {
        client_send_as(self, "refused", "Comando incorreto. /apenas Destinatário mensagem",
            "Incorrect command. /only Recipient message");
        return 0;
    }
    const char *recipient = words->word[1];
    char *message = join_words(words, 2);
    int error = message ? server_send_to_one(self->server, self, message, recipient) : UV_ENOMEM;
    free(message);
    if (error == UV_ENOMEM)
        return error;
    if (error)
        client_send_as(self, "refused", "Destinatário %s não encontrado. Mensagem não enviada.",
            "Recipient %s not found. Message not sent.", recipient);
    return 0;
}

const char *client_label(const struct client *self)
{
    return self->name ? self->name : websocket_peer(self->socket);
}

const char *client_mark(const struct client *self)
{
    return self->name ? "" : tr(TEXT_SEPARATOR "sem nome", TEXT_SEPARATOR "unnamed");
}
