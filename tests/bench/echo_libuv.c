/*
 * The echo server's work on bare libuv, in callbacks, as somebody who knows it writes it: one
 * shared buffer to read into, uv_try_write for each answer and uv_write for what that left.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <uv.h>

#define LINE_LIMIT (64 * 1024)

struct server {
    uv_tcp_t listener;
    char input[64 * 1024]; /* one for all: what a read leaves over is copied away */
    time_t second;
    char date_and_time[128];
};

struct client {
    uv_tcp_t socket;
    char *rest; /* of a line whose end has not come */
    size_t rest_size;
};

struct write {
    uv_write_t request;
    char data[];
};

static void must(int error, const char *what)
{
    if (!error)
        return;
    fprintf(stderr, "echo_libuv: %s: %s\n", what, uv_strerror(error));
    exit(EXIT_FAILURE);
}

static struct server *server_of(struct client *client)
{
    return client->socket.loop->data;
}

static void client_closed(uv_handle_t *handle)
{
    struct client *client = handle->data;
    free(client->rest);
    free(client);
}

static void end_client(struct client *client)
{
    if (!uv_is_closing((uv_handle_t *)&client->socket))
        uv_close((uv_handle_t *)&client->socket, client_closed);
}

static void written(uv_write_t *request, int status)
{
    struct client *client = request->handle->data;
    free(request);
    if (status < 0)
        end_client(client);
}

static void answer(struct client *client, const char *text)
{
    size_t size = strlen(text);
    uv_buf_t buffer = uv_buf_init((char *)text, (unsigned)size);
    int sent = uv_try_write((uv_stream_t *)&client->socket, &buffer, 1);
    if (sent == (int)size)
        return;
    size_t left = size - (size_t)(sent > 0 ? sent : 0);
    struct write *write = malloc(sizeof(*write) + left);
    must(write ? 0 : UV_ENOMEM, "an answer");
    memcpy(write->data, text + size - left, left);
    buffer = uv_buf_init(write->data, (unsigned)left);
    if (uv_write(&write->request, (uv_stream_t *)&client->socket, &buffer, 1, written)) {
        free(write);
        end_client(client);
    }
}

static const char *date_and_time(struct server *server)
{
    time_t now = time(NULL);
    if (now != server->second) {
        server->second = now;
        strftime(server->date_and_time, sizeof(server->date_and_time), "%c\r\n", localtime(&now));
    }
    return server->date_and_time;
}

static bool is_quit(const char *line, size_t size)
{
    while (size > 0 && strchr(" \t\r\n", line[size - 1]))
        size--;
    while (size > 0 && strchr(" \t", *line))
        line++, size--;
    return size == 4 && (strncasecmp(line, "sair", 4) == 0 || strncasecmp(line, "quit", 4) == 0);
}

/* Answers the whole lines. Returns how many bytes they were. */
static size_t answer_lines(struct client *client, const char *data, size_t size)
{
    const char *line = data, *end;
    while ((end = memchr(line, '\n', (size_t)(data + size - line)))) {
        answer(client, date_and_time(server_of(client)));
        if (is_quit(line, (size_t)(end + 1 - line)))
            end_client(client);
        line = end + 1;
    }
    return (size_t)(line - data);
}

static void keep_rest(struct client *client, const char *data, size_t size)
{
    if (client->rest_size + size > LINE_LIMIT) {
        end_client(client);
        return;
    }
    client->rest = realloc(client->rest, client->rest_size + size);
    must(client->rest ? 0 : UV_ENOMEM, "a line");
    memcpy(client->rest + client->rest_size, data, size);
    client->rest_size += size;
}

static void take(struct client *client, const char *data, size_t size)
{
    if (client->rest_size == 0) {
        size_t answered = answer_lines(client, data, size);
        if (answered < size)
            keep_rest(client, data + answered, size - answered);
        return;
    }
    keep_rest(client, data, size);
    size_t answered = answer_lines(client, client->rest, client->rest_size);
    client->rest_size -= answered;
    memmove(client->rest, client->rest + answered, client->rest_size);
    if (client->rest_size == 0) {
        free(client->rest);
        client->rest = NULL;
    }
}

static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
    if (size < 0)
        end_client(stream->data);
    else if (size > 0)
        take(stream->data, buffer->base, (size_t)size);
}

static void lend_input(uv_handle_t *handle, size_t wished, uv_buf_t *buffer)
{
    struct server *server = handle->loop->data;
    (void)wished;
    *buffer = uv_buf_init(server->input, sizeof(server->input));
}

static void on_connection(uv_stream_t *listener, int status)
{
    must(status, "listen");
    struct client *client = calloc(1, sizeof(*client));
    must(client ? 0 : UV_ENOMEM, "a client");
    must(uv_tcp_init(listener->loop, &client->socket), "uv_tcp_init");
    client->socket.data = client;
    must(uv_accept(listener, (uv_stream_t *)&client->socket), "uv_accept");
    uv_tcp_nodelay(&client->socket, 1);
    must(uv_read_start((uv_stream_t *)&client->socket, lend_input, on_read), "uv_read_start");
}

int main(void)
{
    static struct server server;
    uv_loop_t loop;
    struct sockaddr_in address;
    int size = sizeof(address);
    must(uv_loop_init(&loop), "uv_loop_init");
    loop.data = &server;
    must(uv_tcp_init(&loop, &server.listener), "uv_tcp_init");
    uv_ip4_addr("127.0.0.1", 0, &address);
    must(uv_tcp_bind(&server.listener, (struct sockaddr *)&address, 0), "uv_tcp_bind");
    must(uv_listen((uv_stream_t *)&server.listener, SOMAXCONN, on_connection), "uv_listen");
    uv_tcp_getsockname(&server.listener, (struct sockaddr *)&address, &size);
    printf("Listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return uv_run(&loop, UV_RUN_DEFAULT);
}
