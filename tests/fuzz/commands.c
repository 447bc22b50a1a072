/* The chat's commands: two clients of different languages send the lines of an input in turn. The
 * WebSocket functions are replaced by stubs that check and count what is sent. */
#include <stdarg.h>

#include "04-chat-server/chat.h"
#include "04-chat-server/text.h"
#include "common/bytes.h"
#include "fuzz.h"

static size_t answers; /* to the current line, or private messages that it sent */

static void expect_utf8(const char *text, size_t size)
{
    size_t repaired_size;
    char *repaired = bytes_to_text(text, size, &repaired_size);
    EXPECT(repaired_size == size && memcmp(repaired, text, size) == 0);
    free(repaired);
}

int websocket_send_arguments(struct websocket *socket, const char *format, va_list arguments)
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

int websocket_send_format(struct websocket *socket, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int error = websocket_send_arguments(socket, format, arguments);
    va_end(arguments);
    return error;
}

int websocket_room_reserve(struct websocket_room *room, size_t size)
{
    (void)room;
    EXPECT(size > 0);
    return 0;
}

int websocket_room_send(
    struct websocket_room *room, struct websocket *except, const char *text, size_t size)
{
    (void)room;
    (void)except;
    expect_utf8(text, size);
    return 0;
}

int websocket_room_enter(struct websocket_room *room, struct websocket *socket)
{
    (void)room;
    (void)socket;
    return 0;
}

void websocket_room_leave(struct websocket *socket)
{
    (void)socket;
}

/* The suite calls no function that receives. */
ssize_t websocket_receive(struct websocket *socket, char **text)
{
    (void)socket;
    (void)text;
    abort();
}

void websocket_close(struct websocket *socket, int status)
{
    (void)socket;
    (void)status;
    abort();
}

const char *websocket_accept_language(const struct websocket *socket)
{
    (void)socket;
    abort();
}

bool websocket_has_subprotocol(const struct websocket *socket)
{
    (void)socket;
    return false;
}

const char *websocket_path(const struct websocket *socket)
{
    (void)socket;
    abort();
}

const char *websocket_query(const struct websocket *socket)
{
    (void)socket;
    return "";
}

struct address *websocket_address(const struct websocket *socket)
{
    (void)socket;
    return NULL;
}

const char *websocket_peer(const struct websocket *socket)
{
    (void)socket;
    abort();
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
    struct client clients[] = {
        {.server = &server, .language = PORTUGUESE}, {.server = &server, .language = ENGLISH}};
    for (int i = 0; i < 2; i++)
        EXPECT(room_enter(&clients[i], "/") == 0);
    for (int turn = 0; (line = strsep(&rest, "\n")); turn = !turn) {
        send_command(&clients[turn], line);
        expect_own_name(&clients[0]);
        expect_own_name(&clients[1]);
    }
    for (int i = 0; i < 2; i++) {
        name_release(&clients[i]);
        room_leave(&clients[i]);
    }
    EXPECT(!server.names && !server.rooms);
    free(text);
    free(string);
    return 0;
}
