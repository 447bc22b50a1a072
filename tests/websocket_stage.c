#include "websocket_stage.h"

#include <check.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "04-chat-server/descriptors.h"
#include "04-chat-server/websocket/websocket.h"
#include "websocket_peer.h"
#include "websocket_stage_room.h"

/*
 * The server: the path says how it treats a client
 */

struct state {
    struct future go;     /* /held clients wait for it */
    struct future flood;  /* what ended /flood */
    struct future orphan; /* what a /orphan client's task saw */
    struct room_stage room;
};

static int echo(struct websocket *socket)
{
    char *text;
    ssize_t size;
    while ((size = websocket_receive(socket, &text)) > 0)
        websocket_send(socket, text, (size_t)size);
    return (int)size;
}

/* Receives nothing until /go; then counts the messages that are in order. */
static int hold(struct websocket *socket, struct state *state)
{
    char *text;
    long expected = 0;
    int error = future_wait(&state->go, NULL);
    while (!error && websocket_receive(socket, &text) > 0 && strcmp(text, "end") != 0)
        if (strtol(text, NULL, 10) == expected)
            expected++;
    return error ? error : websocket_send_format(socket, "%ld in order", expected);
}

/* Sends until that fails. */
static int flood(struct websocket *socket, struct state *state)
{
    int error = 0;
    while (!error) {
        for (int i = 0; i < 16 && !error; i++)
            error = websocket_send_format(socket, "%08192d", i);
        if (!error)
            error = task_yield();
    }
    return future_set(&state->flood, error);
}

/* The client vanishes while the task waits for something else. */
static int be_orphaned(struct websocket *socket, struct state *state)
{
    char *text;
    int error = future_wait(&state->go, NULL);
    while (!error && websocket_receive(socket, &text) > 0)
        ;
    return future_set(&state->orphan, error ? error : websocket_send(socket, "hi", 2));
}

static int report(struct websocket *socket, struct future *future)
{
    int result;
    int error = future_wait(future, &result);
    return error ? error : websocket_send_format(socket, "%s", uv_err_name(result));
}

/* Moves the paused clock a second at a time, then tells the client. */
static int let_time_pass(struct websocket *socket, double seconds)
{
    int error = 0;
    for (; seconds > 0 && !error; seconds--) {
        loop_clock_advance(task_loop(), 1);
        error = task_yield();
    }
    return error ? error : websocket_send_format(socket, "later");
}

/* Queues a lot and returns at once. */
static int send_and_leave(struct websocket *socket)
{
    for (int i = 0; i < 10; i++)
        websocket_send_format(socket, "%060000d", i);
    return 0;
}

static int serve(struct websocket *socket, void *argument)
{
    struct state *state = argument;
    const char *path = websocket_path(socket);
    if (strcmp(path, "/held") == 0)
        return hold(socket, state);
    if (strcmp(path, "/go") == 0)
        return future_set(&state->go, 0);
    if (strcmp(path, "/flood") == 0)
        return flood(socket, state);
    if (strcmp(path, "/flood-report") == 0)
        return report(socket, &state->flood);
    if (strcmp(path, "/orphan") == 0)
        return be_orphaned(socket, state);
    if (strcmp(path, "/orphan-report") == 0)
        return report(socket, &state->orphan);
    if (strncmp(path, "/room/", 6) == 0 || strncmp(path, "/hall/", 6) == 0 ||
        strncmp(path, "/other/", 7) == 0)
        return serve_member(socket, &state->room);
    if (strncmp(path, "/later/", 7) == 0)
        return let_time_pass(socket, strtod(path + 7, NULL));
    if (strcmp(path, "/leave") == 0)
        return send_and_leave(socket);
    if (strcmp(path, "/who") == 0)
        return websocket_send_format(
            socket, "%s %s", websocket_accept_language(socket), websocket_peer(socket));
    return echo(socket);
}

/*
 * What the server answers over HTTP
 */

#define LARGE (64 * 1024)

/* How many iterations the loop has begun. */
static uv_prepare_t iterations;
static size_t iteration_count;

static void count_iteration(uv_prepare_t *prepare)
{
    (void)prepare;
    iteration_count++;
}

static int answer(
    const struct websocket_request *request, char **body, const char **type, void *argument)
{
    (void)argument;
    int size = strcmp(request->path, "/large") == 0 ? LARGE : 0;
    *type = "text/plain";
    if (!size && strcmp(request->path, "/iterations") != 0)
        return UV_ENOENT;
    return asprintf(body, "%0*zu", size, iteration_count) < 0 ? UV_ENOMEM : 0;
}

static int start_server(void *argument)
{
    const struct websocket_options *options = argument;
    struct state *state = options->argument;
    struct websocket_server *server;
    int error = websocket_listen(&server, options);
    if (error)
        return error;
    uv_prepare_init(task_loop(), &iterations);
    uv_prepare_start(&iterations, count_iteration);
    state->room.server = server;
    printf("Listening on %s\n", websocket_server_address(server));
    fflush(stdout);
    error = websocket_serve(server);
    websocket_server_close(server);
    task_close_handle((uv_handle_t *)&iterations);
    return error;
}

/* Returns a setting that the test put into the environment, or 0. */
static long number(const char *name)
{
    const char *text = getenv(name);
    return text ? atol(text) : 0;
}

int run_server(const char *directory, bool paused)
{
    struct state state = {0};
    struct websocket_options options = {.host = getenv("HOST") ? getenv("HOST") : "localhost",
        .port = "0",
        .max_message = number("MAX_MESSAGE"),
        .per_address = number("PER_ADDRESS"),
        .allow_origin = getenv("ALLOW_ORIGIN"),
        .handshake = number("HANDSHAKE"),
        .unread = number("UNREAD"),
        .directory = directory,
        .certificate = getenv("CERTIFICATE"),
        .key = getenv("KEY"),
        .serve = serve,
        .answer = answer,
        .argument = &state};
    uv_loop_t loop;
    descriptors_set_limit();
    if (loop_init(&loop))
        return 2;
    if (paused)
        loop_clock_pause(&loop);
    int error = task_run(&loop, "server", start_server, &options);
    int not_closed = loop_close(&loop);
    fprintf(stderr, "%s", not_closed ? "a handle was left open\n" : "");
    return error == UV_ECANCELED && !not_closed ? 0 : 1;
}

/*
 * Starting
 */

struct child server;
int port;

void start_own_with(const char *directory, const char *clock)
{
    char self[1024];
    ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
    ck_assert_int_gt(length, 0);
    self[length] = '\0'; /* readlink adds none, and Valgrind has written more than it says */
    const char *bin = getenv("BIN");
    char *before = bin ? strdup(bin) : NULL;
    setenv("BIN", "", 1);
    child_start(&server, self, (const char *[]){"serve", directory, clock, NULL}, NULL);
    if (before)
        setenv("BIN", before, 1);
    free(before);
    port = child_port(&server);
}

void start_own(const char *directory)
{
    start_own_with(directory, "");
}

void start_hello(void)
{
    child_start(
        &server, "04-chat-server/hello-server", (const char *[]){"--port", "0", NULL}, NULL);
    port = child_port(&server);
}

void stop(void)
{
    child_signal(&server, SIGTERM);
    ck_assert_int_eq(child_wait(&server), 0);
}

FILE *start_client(const char *scenario, int count)
{
    char command[256];
    snprintf(command, sizeof(command), "/usr/bin/python3 tests/websocket_client.py %d %s %d", port,
        scenario, count);
    FILE *client = popen(command, "re");
    ck_assert_ptr_nonnull(client);
    return client;
}

void client_says(FILE *client, const char *expected)
{
    char line[4096] = "";
    ck_assert_ptr_nonnull(fgets(line, sizeof(line), client));
    line[strcspn(line, "\n")] = '\0';
    ck_assert_str_eq(line, expected);
}

void end_client(FILE *client)
{
    ck_assert_int_eq(pclose(client), 0);
}

void still_serves(void)
{
    static struct frame frame;
    int peer = peer_connect(port, "/echo");
    peer_send_text(peer, "still there?");
    ck_assert(peer_read(peer, &frame));
    ck_assert_str_eq(frame.data, "still there?");
    close(peer);
}

void wait_for_descriptors(int count)
{
    while (open_descriptors(server.pid) > count)
        poll(NULL, 0, 10);
}
