/*
 * The chat: the articles' classes Servidor (server.c) and Cliente (client.c), and what they use.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/queue.h>

#include "04-chat-server/history.h"
#include "04-chat-server/log.h"
#include "04-chat-server/websocket/rate.h"
#include "04-chat-server/websocket/websocket.h"
#include "common/language.h"
#include "common/loop.h"
#include "common/words.h"

/* The forms of a line: its text in each language, or what a page gets, which has asked for the
 * subprotocol: the line's kind and what it is about, separated by tabs, then "\n" and the text.
 *
 *     message NAME, private NAME     a person's text
 *     notice                         an answer or a warning
 *     refused                        why the page's message or command had no effect
 *     taken                          why the name is refused
 *     named NAME                     the page's own new name
 *     here NAMED CLIENTS CROWDED     the answer to /quem: how many have names, how many there are,
 *                                    and 1 if arrivals are not announced
 *     help                           the answer to /ajuda: a command a line
 *     done                           the page's message before has been processed
 *     servers ORIGIN,...             other servers of the same chat
 *
 * The page has words of its own for what all are told; these have no text:
 *
 *     joined NAME..., left NAME..., renamed OLD NEW...
 *     count CLIENTS                  how many are in the room
 *     crowded, uncrowded             whether arrivals are announced
 *     announcement TEXT TEXT         to all rooms, in each language
 */
#define FORM_PAGE 2 /* after the languages */
#define FORMS 3

/* Servidor. Its list of clients is split by room, because most messages go to one room. */
struct server {
    size_t connected;    /* clients in all rooms (nconectados) */
    void *rooms;         /* those with clients: a tree of <search.h>, ordered by name */
    void *names;         /* all clients' names: another tree */
    struct relay *relay; /* to other servers, or NULL */
    struct history history;
    const struct websocket_server *sockets;
    uv_loop_t *loop; /* NULL: each notice is sent at once */
    struct log log;
    unsigned long long floods; /* clients disconnected because they exceeded the rate */
    long rate;                 /* messages a second that a client may send; 0: no limits */
    const char *others;        /* origins of other servers of the same chat, or NULL */
    const char *metrics_from;  /* addresses that may read /metrics, besides this computer */
    bool verbose;              /* log the messages too */
    bool closing;              /* departures are no longer announced */
};

/* Cliente. It lives on its task's stack. */
struct client {
    struct websocket *socket;
    struct server *server;
    const char *name;      /* NULL until /nome */
    const char *announced; /* the name that the room knows; NULL: none */
    enum language language;
    struct room *room;
    TAILQ_ENTRY(client) room_entry;
    bool is_noted; /* whether it is in the room's list of changes */
    TAILQ_ENTRY(client) change_entry;
    struct rate rate;
    bool slowed;    /* it exceeds the rate, and has been told so */
    bool leaving;   /* after /sair */
    bool is_page;   /* it gets lines in the page's form */
    bool is_remote; /* a client of another server, in the lists of this one: it has no socket */
    TAILQ_ENTRY(client) relay_entry; /* these three belong to the relay */
    unsigned relay_epoch;
    bool relay_listed;
};

/* Connects the chat of several servers (cluster/cluster.h). rooms.c and names.c call these
 * functions instead of acting themselves. When it is time for all servers to act, the relay calls
 * them back: room_deliver, name_set, name_give_up. */
struct relay {
    /* Sends a message to the origin's room, or to another client. Returns 0, or an error if nobody
     * gets it. */
    int (*send)(struct relay *relay, struct client *origin, const char *text, size_t size);
    int (*send_private)(
        struct relay *relay, struct client *origin, struct client *recipient, const char *text);
    /* Waits until all servers know the client's new name, or one refuses it. Returns as name_take
     * does. */
    int (*take_name)(struct relay *relay, struct client *client, const char *name);
    /* Waits until the client's own messages have been delivered. Returns 0 or UV_ECANCELED. */
    int (*wait_for_own)(struct relay *relay, struct client *client);
    /* A client with a name is leaving; its memory is valid until the call returns. */
    void (*leave)(struct relay *relay, struct client *client);
    /* Notes that the number of this server's clients has changed, and waits for the number of all
     * servers' clients. */
    void (*note_count)(struct relay *relay);
    size_t (*count)(struct relay *relay);
    /* Whether a balancer may send clients to this server. */
    bool (*is_well)(const struct relay *relay);
    /* Append to the texts of /healthz and /metrics. */
    void (*write_health)(const struct relay *relay, FILE *health);
    void (*write_metrics)(const struct relay *relay, FILE *metrics);
};

/*
 * server.c
 */

/* Serves a client from its connection to its end; server is a struct server (conecta). Returns 0,
 * or the error that ended the client. */
int server_connect(struct websocket *socket, void *server);

/* Takes the client out of the server and announces its departure (desconecta). */
void server_disconnect(struct server *server, struct client *client);

/* Sends "NAME >> text" to all other clients in the origin's room (envia_a_todos). The text may
 * contain NULs. Returns 0, or UV_ENOMEM if nobody got it. */
int server_send_to_all(struct server *server, struct client *origin, const char *text, size_t size);

/* Sends a private message to the client of that name, in whatever room it is
 * (envia_a_destinatario). Returns 0, UV_ENOENT if there is no other client of that name, UV_ENOMEM,
 * or another error if the client is being disconnected. */
int server_send_to_one(
    struct server *server, struct client *origin, const char *text, const char *recipient);

/* Whether the client may take the name: it is valid, and neither another client's nor the one that
 * the client has (verifica_nome). */
bool server_check_name(const struct server *server, const struct client *client, const char *name);

/*
 * client.c
 */

/* Welcomes the client and processes its messages until it leaves (gerencia). Returns 0, or the
 * error that ended it. */
int client_manage(struct client *client);

/* Sends a printf-style message in the client's language (envia). Returns 0, UV_ENOMEM, which it
 * logs, or another error if the client is being disconnected: client_receive reports the end, so
 * callers may ignore the result. */
int client_send(struct client *client, const char *portuguese, const char *english, ...)
    __attribute__((format(printf, 2, 4), format(printf, 3, 4)));

/* client_send, with what a page gets before the text instead of "notice". */
int client_send_as(struct client *client, const char *kind, const char *portuguese,
    const char *english, ...) __attribute__((format(printf, 3, 5), format(printf, 4, 5)));

/* Waits for a message, and longer if the client exceeds its rate (recebe). Returns its size and
 * *message, which is valid until the next call; 0 at the end of the connection, or an error. */
ssize_t client_receive(struct client *client, char **message);

/* Runs a command, or sends the message to all others (processa_comandos). */
void client_process_commands(struct client *client, const char *message, size_t size);

/* The command /nome (altera_nome). Returns 0 or UV_ENOMEM. */
int client_change_name(struct client *client, const struct words *words);

/* The command /apenas (apenas_para). Returns 0 or UV_ENOMEM. */
int client_send_only_to(struct client *client, const struct words *words);

/* For the log. The first returns the client's name, or its address while it has none. The second
 * returns what follows it: nothing after a name, and ", unnamed" after an address, to tell it from
 * a name, because no name contains that. */
const char *client_label(const struct client *client);
const char *client_mark(const struct client *client);

/*
 * commands.c
 */

/* Runs the command that the line's first word names. Returns 0; UV_EINVAL for an empty line or one
 * that cannot be split into words; UV_ENOENT if there is no such command; or UV_ENOMEM. */
int command_run(struct client *client, const char *line);

/*
 * names.c
 */

/* A name. Its memory is freed when it is neither in the server's tree nor known to a room. */
struct name {
    struct client *owner;
    STAILQ_ENTRY(name) departed_entry;
    char text[];
};

struct name *name_of(const char *text);

/* Whether a client may have such a name at all. */
bool name_is_valid(const char *name);

/* Returns the client of that name, or NULL. */
struct client *server_find(const struct server *server, const char *name);

/* Gives the client a free name, or its own name in other capitals, in place of its old one. Waits
 * for the other servers, if there are any. Returns 0; or UV_ENOMEM, UV_EEXIST if another client was
 * faster, or UV_ECANCELED, and then nothing has changed. */
int name_take(struct client *client, const char *name);

/* Does the same on this server alone, without waiting. Returns 0 or UV_ENOMEM. */
int name_set(struct client *client, const char *name);

/* Does the same without a notice to the room. */
int name_set_silently(struct client *client, const char *name);

/* Whether the name belongs to a ghost of this client: an old connection of the same person that has
 * not ended yet. Both connections have given the same secret ("?key=..." in the path of the
 * handshake). */
bool name_is_of_ghost(const struct client *client, const char *name);

/* Takes the name from the ghost and closes its connection. */
void name_take_from_ghost(struct client *client, const char *name);

/* Takes the client's name from it, if it has one, because the client leaves. The name is free then;
 * its memory is freed unless the room knows it. */
void name_release(struct client *client);

/* Takes the client's name from it, if it has one, and tells the room, in which the client stays. */
void name_give_up(struct client *client);

/* Moves the name of a client that leaves, and what the room knows of it, to another one without a
 * name in the same room. */
void name_move(struct client *from, struct client *to);

/* Sends a private message to a client of any server. Returns as server_send_to_one does. */
int name_send(struct client *origin, struct client *recipient, const char *text);

/* Sends it to a client of this server. */
int name_deliver(struct client *recipient, const char *sender, const char *text);

/*
 * notices.c
 */

/* Notices tell a room which clients join, leave or change their names. The first notices are sent
 * at once. When there are many, they are collected for a moment and sent as one, without the
 * changes that have been undone meanwhile: "Joined the room: Ana, Bia and 12 others". A crowded
 * room gets no notices, except one that says so. */
struct notices {
    TAILQ_HEAD(, client) changes; /* clients whose name differs from what the room knows */
    STAILQ_HEAD(, name) departed; /* names of clients that have left */
    bool is_crowded;              /* the room has been told so */
    size_t count;                 /* of clients; the pages in the room have been told so */
    struct rate rate;             /* of the notices */
    struct loop_timer timer;      /* runs when collected notices are sent */
};

void notices_init(struct room *room);

/* Notes that the client's name has changed, or that the client has left the room, which still has
 * other clients. */
void notices_note_change(struct client *client);
void notices_note_departure(struct room *room, struct client *client);

/* Marks the client's name as known to the room, so that no notice is sent about it. */
void notices_settle(struct client *client);

/* Notes that a client has entered the room, or left it. */
void notices_note_size(struct room *room);

/* Sends the changes that were noted. When out of memory, sends them later. */
void notices_flush(struct room *room);

/* Forgets what has been noted, before the room is freed. */
void notices_clear(struct room *room);

/*
 * rooms.c
 */

/* A room, which exists while it has clients. */
struct room {
    struct server *server;
    TAILQ_HEAD(, client) clients; /* in the order in which they entered */
    size_t count;                 /* of the clients */
    size_t named;                 /* those with a name */
    struct notices notices;
    struct websocket_room members[FORMS]; /* the same clients by the form that they get */
    char name[];                          /* "": the common room */
};

/* Puts the client into the room that the path names: "/" the common one, "/jogos" another. Returns
 * 0, UV_EINVAL for an invalid name, or UV_ENOMEM. */
int room_enter(struct client *client, const char *path);

/* Puts the client into the room of that valid name. Returns 0 or UV_ENOMEM. */
int room_join(struct client *client, const char *name);

/* Takes the client out of its room. */
void room_leave(struct client *client);

/* Whether a room may have that name: "" is the common room's. */
bool room_name_is_valid(const char *name);

/* Sends "NAME >> text" to all other clients in the origin's room, on all servers. The text may
 * contain NULs. Returns 0, or an error if nobody got it. */
int room_send(struct client *origin, const char *text, size_t size);

/* Sends it to this server's clients in the room, except one (NULL: none), and remembers it for
 * /historico. Returns 0, or UV_ENOMEM if nobody got it. */
int room_deliver(struct server *server, const char *room, struct websocket *except,
    const char *sender, const char *text, size_t size);

/* Only stores it for /historico. */
void room_remember(
    struct server *server, const char *room, const char *sender, const char *text, size_t size);

/* Sends each client in the room, except one (NULL: none), the line in its form. Returns 0, or
 * UV_ENOMEM if nobody got it. */
int room_send_forms(struct room *room, struct websocket *except, char *const texts[FORMS],
    const size_t sizes[FORMS]);

/* Sends all clients a text in their language. */
void rooms_announce(struct server *server, const char *portuguese, const char *english);

/* Tells all clients that the server is closing; from then on departures are not announced. */
void rooms_announce_shutdown(struct server *server);

/*
 * monitor.c
 */

/* Answers HTTP requests for /healthz and /metrics (websocket_options.answer); server is a struct
 * server. */
int server_answer(
    const struct websocket_request *request, char **body, const char **type, void *server);
