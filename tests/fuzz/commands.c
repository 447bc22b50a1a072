/* The chat's commands: two clients of different languages and a page send the lines of an input in
 * turn. The real functions run, so a new command needs nothing here; fuzz.mk puts those that send
 * in the place of the library's, to check and count what is sent. */
#include <stdarg.h>

#include "04-chat-server/chat.h"
#include "04-chat-server/text.h"
#include "04-chat-server/websocket/private.h"
#include "common/bytes.h"
#include "fuzz.h"

#define CLIENTS 3

static size_t answers; /* to the current line, or private messages that it sent */

static void expect_utf8(const char *text, size_t size)
{
    size_t repaired_size;
    char *repaired = bytes_to_text(text, size, &repaired_size);
    EXPECT(repaired_size == size && memcmp(repaired, text, size) == 0);
    free(repaired);
}

int __wrap_websocket_send_arguments(struct websocket *socket, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));
int __wrap_websocket_send_format(struct websocket *socket, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
int __wrap_websocket_room_send(
    struct websocket_room *room, struct websocket *except, const char *text, size_t size);

int __wrap_websocket_send_arguments(struct websocket *socket, const char *format, va_list arguments)
{
    char *text;
    (void)socket;
    int size = vasprintf(&text, format, arguments);
    EXPECT(size > 0);
    expect_utf8(text, (size_t)size);
    free(text);
    answers++;
    return 0;
}

int __wrap_websocket_send_format(struct websocket *socket, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int error = __wrap_websocket_send_arguments(socket, format, arguments);
    va_end(arguments);
    return error;
}

int __wrap_websocket_room_send(
    struct websocket_room *room, struct websocket *except, const char *text, size_t size)
{
    (void)room;
    (void)except;
    expect_utf8(text, size);
    return 0;
}

static void expect_own_name(const struct client *client)
{
    if (!client->name)
        return;
    EXPECT(text_is_name(client->name));
    EXPECT(server_find(client->server, client->name) == client);
}

/* Each command gets one answer, or reaches one other client. */
static void send_command(struct client *client, const char *line)
{
    char *message;
    EXPECT(asprintf(&message, "/%s", line) > 0);
    answers = 0;
    client_process_commands(client, message, strlen(message));
    EXPECT(answers == 1);
    free(message);
}

int fuzz_commands(const uint8_t *data, size_t size)
{
    char *string = fuzz_string(data, size);
    char *text = bytes_to_text(string, strlen(string), NULL), *rest = text, *line;
    struct server server = {0};
    struct websocket socket = {0}; /* of all; the connection has ended */
    struct client *clients = calloc(CLIENTS, sizeof(*clients));
    EXPECT(clients);
    clients[1].language = clients[2].language = ENGLISH;
    clients[2].is_page = true;
    for (int i = 0; i < CLIENTS; i++) {
        clients[i].server = &server;
        clients[i].socket = &socket;
        EXPECT(room_enter(&clients[i], "/") == 0);
    }
    for (int turn = 0; (line = strsep(&rest, "\n")); turn = (turn + 1) % CLIENTS) {
        send_command(&clients[turn], line);
        for (int i = 0; i < CLIENTS; i++)
            expect_own_name(&clients[i]);
    }
    for (int i = 0; i < CLIENTS; i++) {
        name_release(&clients[i]);
        room_leave(&clients[i]);
    }
    EXPECT(!server.names && !server.rooms);
    free(clients);
    free(text);
    free(string);
    return 0;
}
