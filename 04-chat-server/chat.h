/*
 * The chat: who is connected, where, and what each may say. The articles' classes Servidor and
 * Cliente.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

#include "04-chat-server/log.h"
#include "04-chat-server/rate.h"
#include "04-chat-server/websocket/websocket.h"
#include "common/language.h"

/* All who are connected. A client is counted from its welcome to its end. */
struct server {
    size_t connected;
    void *names; /* everybody's, and the rooms with somebody in them: trees of <search.h> */
    void *rooms;
    const struct websocket_server *sockets;
    unsigned long long floods; /* clients dropped because they said too much */
    struct log log;
    long rate;    /* messages a second that a client may send; 0: any number */
    bool verbose; /* log the messages too */
    bool closing; /* all are leaving: nobody is told */
};

/* One who is connected; it lives on its task's stack. */
struct client {
    struct server *server;
    struct websocket *socket;
    enum language language;
    const char *name; /* NULL until /nome */
    bool leaving;     /* has said /sair */
    struct rate rate;
    struct room *room;
    TAILQ_ENTRY(client) neighbor; /* in the room */
};

/*
 * server.c
 */

/* A client's task: from its connection to its end (Servidor.conecta). server is the argument. */
int server_connect(struct websocket *socket, void *server);

/* Sends "NAME >> text" to all others in the origin's room (envia_a_todos). Returns 0 or UV_ENOMEM.
 */
int server_send_to_all(
    struct server *server, const struct client *origin, const char *text, size_t size);

/* Sends a private message to the client of that name, whatever room it is in
 * (envia_a_destinatario). Returns whether there is one, other than the origin, that could take it.
 */
bool server_send_to_one(
    struct server *server, const struct client *origin, const char *text, const char *name);

/* Gives the client a name that is free, and tells the others in its room. Returns 0, or UV_ENOMEM:
 * it is called as before. */
int server_rename(struct client *client, const char *name);

/* Says on the log what happened (log.h). */
void server_log(struct server *server, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * names.c
 */

/* Whether a client may take the name: it is valid, and nobody's (verifica_nome). */
bool server_name_is_free(const struct server *server, const char *name);

/* The client of that name, or NULL. */
struct client *server_find(const struct server *server, const char *name);

/* Gives the client the name in place of the one that it had. Returns 0, or UV_ENOMEM: it has that
 * one still. */
int name_take(struct client *client, const char *name);

/* Gives its name back, if it has one. */
void name_release(struct client *client);

/*
 * rooms.c
 */

/* Those to whom the same is said. It lasts while somebody is in it. */
struct room {
    TAILQ_HEAD(, client) clients;     /* in the order in which they came */
    struct websocket_room hearers[2]; /* by their language: not all is said to them in the same */
    char name[];                      /* "": the common one */
};

/* Puts the client into the room that the path names: "/" the common one, "/jogos" another. Returns
 * 0, or UV_EINVAL for what could be no person's name either, or UV_ENOMEM. */
int room_enter(struct client *client, const char *path);

/* Takes the client out of its room. */
void room_leave(struct client *client);

/* Sends a text to all in the origin's room but the origin. Returns 0 or UV_ENOMEM. */
int room_send(const struct client *origin, const char *text, size_t size);

/* Tells everybody that the server is closing, and that nobody else needs to be told of it. */
void rooms_say_farewell(struct server *server);

/* Tells all others in the client's room, each in its own language, as printf makes it. */
void room_tell(const struct client *client, const char *portuguese, const char *english, ...)
    __attribute__((format(printf, 2, 4), format(printf, 3, 4)));

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

/*
 * monitor.c
 */

/* Answers those who watch the server over HTTP: /healthz, and /metrics for Prometheus. As
 * websocket_options.answer; server is the argument. */
int server_answer(const char *path, char **body, const char **type, void *server);
