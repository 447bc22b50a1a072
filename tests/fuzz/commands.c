/* Commands of the chat: two clients of different languages give the lines of a case in turn. The
 * server around them is played here: it looks at what would be sent, and counts it. */
#include <stdarg.h>

#include "04-chat-server/chat.h"
#include "04-chat-server/text.h"
#include "common/bytes.h"
#include "fuzz.h"

struct play {
    struct server server;
    size_t answers; /* to the line that is obeyed: something said, or a message sent */
};

static void expect_utf8(const char *text)
{
    char *repaired = bytes_to_text(text, strlen(text), NULL);
    EXPECT(strcmp(repaired, text) == 0);
    free(repaired);
}

void client_say(struct client *client, const char *format, ...)
{
    char *text;
    va_list arguments;
    va_start(arguments, format);
    EXPECT(vasprintf(&text, format, arguments) > 0);
    va_end(arguments);
    expect_utf8(text);
    free(text);
    ((struct play *)client->server)->answers++;
}

int server_rename(struct client *client, const char *name)
{
    return name_take(client, name);
}

bool server_send_to_one(
    struct server *server, const struct client *origin, const char *text, const char *name)
{
    const struct client *recipient = server_find(server, name);
    expect_utf8(text);
    if (!recipient || recipient == origin)
        return false;
    ((struct play *)server)->answers++;
    return true;
}

static void expect_own_name(const struct client *client)
{
    if (!client->name)
        return;
    EXPECT(text_is_name(client->name));
    EXPECT(server_find(client->server, client->name) == client);
}

int fuzz_commands(const uint8_t *data, size_t size)
{
    char *string = fuzz_string(data, size);
    char *text = bytes_to_text(string, strlen(string), NULL), *rest = text, *line;
    struct play play = {0};
    struct client clients[] = {{.server = &play.server, .language = PORTUGUESE},
        {.server = &play.server, .language = ENGLISH}};
    struct room room = {.clients = TAILQ_HEAD_INITIALIZER(room.clients)};
    for (int i = 0; i < 2; i++) {
        clients[i].room = &room;
        TAILQ_INSERT_TAIL(&room.clients, &clients[i], neighbor);
    }
    for (int turn = 0; (line = strsep(&rest, "\n")); turn = !turn) {
        play.answers = 0;
        client_obey(&clients[turn], line);
        EXPECT(play.answers == 1);
        expect_own_name(&clients[0]);
        expect_own_name(&clients[1]);
    }
    for (int i = 0; i < 2; i++)
        name_release(&clients[i]);
    EXPECT(!play.server.names);
    free(text);
    free(string);
    return 0;
}
