/*
 * The chat: who is connected, and what each may say. The articles' classes Servidor and Cliente.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/language.h"
#include "websocket.h"

/* All who are connected. A client is in the list from its welcome to its end. */
struct server {
    struct client *first, *last;
    size_t connected;
    bool verbose; /* log the messages too */
};

/* One who is connected; it lives on its task's stack. */
struct client {
    struct server *server;
    struct websocket *socket;
    enum language language;
    char *name; /* NULL until /nome */
    struct client *next, *previous;
};

/*
 * server.c
 */

/* A client's task: from its connection to its end (Servidor.conecta). server is the argument. */
int server_connect(struct websocket *socket, void *server);

/* Sends "NAME >> text" to all but the origin (envia_a_todos). Returns 0 or UV_ENOMEM. */
int server_send_to_all(
    struct server *server, const struct client *origin, const char *text, size_t size);

/* Sends a private message to the client of that name (envia_a_destinatario). Returns whether there
 * is one, other than the origin, that could take it. */
bool server_send_to_one(
    struct server *server, const struct client *origin, const char *text, const char *name);

/* Whether a client may take the name: it is valid, and nobody's (verifica_nome). */
bool server_name_is_free(const struct server *server, const char *name);

/* Says on the log what happened, with control characters made visible. */
void server_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * client.c
 */

/* Welcomes the client and does what it says until it leaves (gerencia). Returns 0, or why it had to
 * end. */
int client_manage(struct client *client);

/* Sends it a text of the server's own, as printf makes it (envia). An error shows at the next
 * receive. */
void client_say(struct client *client, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Its name, or its address while it has none. */
const char *client_label(const struct client *client);

/*
 * commands.c
 */

/* Does what a message says that begins with a slash (processa_comandos). */
void client_obey(struct client *client, const char *line);
