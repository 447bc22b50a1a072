/*
 * Out of memory in the chat: every allocation of a command fails in turn. Each time the client is
 * told so, and no part of the command has been done.
 *
 * The linker redirects the server's allocations here (--wrap). The WebSocket functions are stubs
 * that allocate as the real ones do and remember what is sent.
 */
// Linux only.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "04-chat-server/chat.h"
#include "04-chat-server/text.h"
#include "support.h"

/*
 * Allocations
 */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
int __real_vasprintf(char **text, const char *format, va_list arguments);
FILE *__real_open_memstream(char **text, size_t *size);

static struct {
    size_t count;   /* allocations since the start of the command */
    size_t failing; /* the one that fails, counted from 1; 0: none */
    enum {
        AT_START,
        AT_END,
        SILENTLY
    } stage; /* when a stream fails; glibc's fclose may report no
               error, and leave NULL as the text */
} memory;

static bool fails(void)
{
    return ++memory.count == memory.failing;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *block, size_t size)
{
    return fails() ? NULL : __real_realloc(block, size);
}

int __wrap_vasprintf(char **text, const char *format, va_list arguments)
{
    return fails() ? -1 : __real_vasprintf(text, format, arguments);
}

/* The name of vasprintf where the compiler fortifies calls (_FORTIFY_SOURCE), as Ubuntu's does. */
int __wrap___vasprintf_chk(char **text, int flag, const char *format, va_list arguments)
{
    (void)flag;
    return __wrap_vasprintf(text, format, arguments);
}

FILE *__wrap_open_memstream(char **text, size_t *size)
{
    if (!fails())
        return __real_open_memstream(text, size);
    const char *file = memory.stage == AT_END ? "/dev/full" : "/dev/null";
    return memory.stage == AT_START ? NULL : fopen(file, "w");
}

/*
 * WebSocket
 */

struct websocket {
    struct websocket_room *room;
    char sent[1024]; /* the messages to this client alone, a line each */
};

int websocket_send_arguments(struct websocket *socket, const char *format, va_list arguments)
{
    char text[512];
    size_t end = strlen(socket->sent);
    vsnprintf(text, sizeof(text), format, arguments);
    if (fails())
        return UV_ENOMEM;
    snprintf(socket->sent + end, sizeof(socket->sent) - end, "%s\n", text);
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

int websocket_send(struct websocket *socket, const char *text, size_t size)
{
    size_t end = strlen(socket->sent);
    if (fails())
        return UV_ENOMEM;
    snprintf(socket->sent + end, sizeof(socket->sent) - end, "%.*s\n", (int)size, text);
    return 0;
}

int websocket_room_reserve(struct websocket_room *room, size_t size)
{
    return room->count ? buffer_reserve(&room->log, size) : 0;
}

int websocket_room_send(
    struct websocket_room *room, struct websocket *except, const char *text, size_t size)
{
    (void)except;
    return room->count ? buffer_append(&room->log, text, size) : 0;
}

int websocket_room_enter(struct websocket_room *room, struct websocket *socket)
{
    websocket_room_leave(socket);
    socket->room = room;
    room->count++;
    return 0;
}

void websocket_room_leave(struct websocket *socket)
{
    struct websocket_room *room = socket->room;
    socket->room = NULL;
    if (room && --room->count == 0)
        buffer_free(&room->log);
}

struct websocket_counts websocket_server_counts(const struct websocket_server *server)
{
    (void)server;
    return (struct websocket_counts){0};
}

const char *websocket_query(const struct websocket *socket)
{
    (void)socket;
    return "";
}

bool websocket_has_ended(const struct websocket *socket)
{
    (void)socket;
    return false;
}

struct address *websocket_address(const struct websocket *socket)
{
    (void)socket;
    return NULL;
}

const char *websocket_peer(const struct websocket *socket)
{
    (void)socket;
    return "127.0.0.1:1";
}

ssize_t websocket_receive(struct websocket *socket, char **text)
{
    (void)socket;
    (void)text;
    return 0; /* the connection has ended */
}

void websocket_close(struct websocket *socket, int status)
{
    (void)socket;
    ck_abort_msg("closed with %d", status);
}

const char *websocket_accept_language(const struct websocket *socket)
{
    (void)socket;
    return "";
}

bool websocket_has_subprotocol(const struct websocket *socket)
{
    (void)socket;
    return false;
}

const char *websocket_path(const struct websocket *socket)
{
    (void)socket;
    return "/";
}

/*
 * A room with Ana, whose commands they are, and Bob, who prefers English
 */

static struct {
    struct server server;
    struct websocket sockets[3];
    struct client ana, bob, zoe;
} play;

static struct client *enter(int number, enum language language, const char *name)
{
    struct client *clients[] = {&play.ana, &play.bob, &play.zoe}, *client = clients[number];
    *client = (struct client){
        .server = &play.server, .socket = &play.sockets[number], .language = language};
    ck_assert_int_eq(room_enter(client, "/"), 0);
    ck_assert_int_eq(name_take(client, name), 0);
    play.server.connected++;
    return client;
}

static void forget_announcements(void)
{
    for (int i = 0; i < FORMS; i++)
        buffer_free(&play.ana.room->members[i].log);
}

static void begin(void)
{
    memset(&play, 0, sizeof(play));
    play.server.log.output = memfd_create("log", MFD_CLOEXEC);
    memory.failing = 0;
    enter(0, PORTUGUESE, "Ana");
    enter(1, ENGLISH, "Bob");
    forget_announcements();
}

static void fail_from_here(size_t number)
{
    memory.count = 0;
    memory.failing = number;
}

/* The messages to the room's members of that language. */
static const char *announced(enum language language)
{
    struct buffer *log = &play.ana.room->members[language].log;
    if (log->data)
        log->data[log->end] = '\0';
    return log->data ? log->data : "";
}

static bool is_logged(const char *text)
{
    char log[1024];
    ssize_t size = pread(play.server.log.output, log, sizeof(log) - 1, 0);
    ck_assert_int_ge(size, 0);
    log[size] = '\0';
    return strstr(log, text);
}

static void end(void)
{
    struct client *clients[] = {&play.ana, &play.bob, &play.zoe};
    for (int i = 0; i < 3 && clients[i]->room; i++) {
        name_release(clients[i]);
        room_leave(clients[i]);
    }
    log_close(&play.server.log);
    history_free(&play.server.history);
    ck_assert_ptr_null(play.server.history.rooms);
    ck_assert_ptr_null(play.server.names);
    ck_assert_ptr_null(play.server.rooms);
}

/*
 * Commands
 */

#define OUT_OF_MEMORY TEXT_OUT_OF_MEMORY_PORTUGUESE "\n"

static const struct {
    const char *message, *failure;
} commands[] = {
    {"oi", "Mensagem não enviada.\n"},
    {"/nome Zoe", OUT_OF_MEMORY},
    {"/apenas Bob oi", OUT_OF_MEMORY},
    {"/quem", OUT_OF_MEMORY},
    {"/ajuda", OUT_OF_MEMORY},
    {"/horas", OUT_OF_MEMORY},
    {"/historico", OUT_OF_MEMORY},
};

/* Sends Ana's message while that allocation fails. Returns how many there were. */
static size_t send_from_ana(const char *message, size_t failing)
{
    begin();
    fail_from_here(failing);
    client_process_commands(&play.ana, message, strlen(message));
    size_t count = memory.count;
    fail_from_here(0);
    return count;
}

/* Ana is told that it failed, and nothing has happened; or the log says that the answer is lost. A
 * name that could not be announced is announced later. A message may reach all and be missing in
 * the history. */
static void expect_failure(const char *failure)
{
    if (strcmp(play.ana.name, "Zoe") == 0) {
        notices_flush(play.ana.room);
        ck_assert_str_eq(announced(PORTUGUESE), "Ana agora é Zoe");
        ck_assert_str_eq(announced(ENGLISH), "Ana is now Zoe");
        return;
    }
    if (play.server.history.count == 0 && strcmp(announced(ENGLISH), "Ana >> oi") == 0)
        return;
    ck_assert_int_eq(*announced(PORTUGUESE) == '\0', *announced(ENGLISH) == '\0');
    if (is_logged("Mensagem a Ana perdida") || is_logged("Mensagem a Zoe perdida"))
        return;
    ck_assert_str_eq(play.sockets[0].sent, failure);
    ck_assert_str_eq(play.sockets[1].sent, "");
    ck_assert_str_eq(announced(ENGLISH), "");
    ck_assert_str_eq(play.ana.name, "Ana");
}

START_TEST(a_command_that_fails_says_so_and_does_nothing)
{
    size_t count = send_from_ana(commands[_i].message, 0);
    end();
    ck_assert_uint_gt(count, 1);
    for (int stage = AT_START; stage <= SILENTLY; stage++) {
        memory.stage = stage;
        for (size_t i = 1; i <= count; i++) {
            send_from_ana(commands[_i].message, i);
            expect_failure(commands[_i].failure);
            end();
        }
    }
}
END_TEST

/*
 * The beginning and the end
 */

START_TEST(a_client_that_cannot_enter_is_told)
{
    size_t count = 1, refused = 0;
    for (size_t i = 0; i <= count; i++) {
        struct websocket guest = {0};
        begin();
        for (int k = 0; k < 2; k++) { /* so the guest's room is a new one */
            struct client *client = k ? &play.bob : &play.ana;
            name_release(client);
            room_leave(client);
        }
        fail_from_here(i);
        int error = server_connect(&guest, &play.server);
        if (i == 0)
            count = memory.count;
        fail_from_here(0);
        if (error)
            ck_assert_str_eq(guest.sent, OUT_OF_MEMORY);
        else
            ck_assert(strstr(guest.sent, "Bem vindo") ||
                      is_logged("Mensagem a 127.0.0.1:1, sem nome perdida"));
        ck_assert_uint_eq(play.server.connected, 2);
        refused += error != 0;
        room_enter(&play.ana, "/");
        room_enter(&play.bob, "/");
        end();
    }
    ck_assert_uint_eq(refused, 1); /* for its room */
}
END_TEST

START_TEST(an_answer_over_http_that_fails_is_an_error)
{
    const struct websocket_request request = {"/healthz", "127.0.0.1", true};
    const char *type;
    char *body = NULL;
    begin();
    for (int stage = AT_START; stage <= SILENTLY; stage++) {
        memory.stage = stage;
        fail_from_here(1);
        ck_assert_int_eq(server_answer(&request, &body, &type, &play.server), UV_ENOMEM);
        fail_from_here(0);
    }
    ck_assert_int_eq(server_answer(&request, &body, &type, &play.server), 0);
    ck_assert_str_eq(body, "ok\n");
    free(body);
    end();
}
END_TEST

START_TEST(a_departure_that_cannot_be_announced_is_announced_later)
{
    size_t count = 1, late = 0;
    for (size_t i = 0; i <= count; i++) {
        begin();
        enter(2, ENGLISH, "Zoe"); /* who reads in English that Bob has left */
        notices_flush(play.ana.room);
        forget_announcements();
        fail_from_here(i);
        server_disconnect(&play.server, &play.bob);
        if (i == 0)
            count = memory.count;
        ck_assert_int_eq(*announced(PORTUGUESE) == '\0', *announced(ENGLISH) == '\0');
        late += *announced(ENGLISH) == '\0';
        ck_assert_uint_eq(play.server.connected, 2);
        fail_from_here(0);
        notices_flush(play.ana.room);
        ck_assert_str_eq(announced(PORTUGUESE), "Bob saiu da sala");
        ck_assert_str_eq(announced(ENGLISH), "Bob left the room");
        enter(1, ENGLISH, "Bob");
        end();
    }
    ck_assert_uint_gt(late, 3);
}
END_TEST

int main(void)
{
    const TTest *const ends[] = {a_client_that_cannot_enter_is_told,
        an_answer_over_http_that_fails_is_an_error,
        a_departure_that_cannot_be_announced_is_announced_later, NULL};
    int failed = run_table("04_shortage commands", a_command_that_fails_says_so_and_does_nothing,
        sizeof(commands) / sizeof(*commands));
    return run_suite("04_shortage", (struct test_group[]){{"ends", ends}, {NULL, NULL}}) || failed;
}
