#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "04-chat-server/chat.h"
#include "04-chat-server/text.h"

const char *client_label(const struct client *client)
{
    return client->name ? client->name : websocket_peer(client->socket);
}

void client_say(struct client *client, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    websocket_send_arguments(client->socket, format, arguments);
    va_end(arguments);
}

/* What a client sends is a command, or goes to all others. */
static void process(struct client *self, const char *text, size_t size)
{
    const char *line = text_skip_space(text);
    bool holds_nul = strlen(text) != size;
    if (*line == '/' && holds_nul)
        client_say(self, tr_in(self->language, "Comando inválido", "Invalid command"));
    else if (*line == '/')
        client_obey(self, line + 1);
    else if (!self->name)
        client_say(self, tr_in(self->language,
                             "Identifique-se para enviar mensagens. Use o comando /nome SeuNome",
                             "Identify yourself to send messages. Use the command /name YourName"));
    else if (server_send_to_all(self->server, self, text, size) != 0)
        client_say(self, tr_in(self->language, "Mensagem não enviada.", "Message not sent."));
}

/* Who sends more than is fair is told so, then heard at that rate only, and not read meanwhile; who
 * does not mind, leaves. Returns 0, or why the client has to end. */
static int keep_pace(struct client *self)
{
    long limit = self->server->rate;
    double wait = rate_spend(&self->rate, limit, loop_now(task_loop()));
    if (wait <= 0)
        return 0;
    if (self->rate.excess == 1)
        client_say(self,
            tr_in(self->language,
                "Devagar: até %ld mensagens por segundo. As próximas esperam, e quem insiste sai.",
                "Slowly: up to %ld messages a second. The next ones wait, and who insists leaves."),
            limit);
    if (self->rate.excess <= RATE_TOLERATED)
        return task_sleep(wait);
    client_say(
        self, tr_in(self->language, "Mensagens demais. Até logo!", "Too many messages. Goodbye!"));
    server_log(self->server, tr("Cliente %s: mensagens demais", "Client %s: too many messages"),
        client_label(self));
    self->server->floods++;
    websocket_close(self->socket, WEBSOCKET_POLICY);
    return UV_EPERM;
}

// #region client_manage
int client_manage(struct client *self)
{
    char *text;
    ssize_t size = 0;
    client_say(self, tr_in(self->language,
                         "Bem vindo ao servidor de chat escrito em C com libuv e WebSockets. "
                         "Identifique-se com /nome SeuNome",
                         "Welcome to the chat server written in C with libuv and WebSockets. "
                         "Identify yourself with /name YourName"));
    while (!self->leaving && (size = websocket_receive(self->socket, &text)) > 0) {
        int error = keep_pace(self);
        if (error)
            return error;
        if (self->server->verbose)
            server_log(self->server, "%s < %s", client_label(self), text);
        process(self, text, (size_t)size);
    }
    return size < 0 ? (int)size : 0;
}
// #endregion client_manage
