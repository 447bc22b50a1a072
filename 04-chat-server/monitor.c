/* Answers to monitoring programs over HTTP. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "04-chat-server/chat.h"

/* In Prometheus' text format: a help text, the type and the value. */
static void write_metrics(FILE *body, const struct server *server)
{
    struct websocket_counts counts = websocket_server_counts(server->sockets);
    fprintf(body,
        "# HELP chat_clients Connected clients.\n"
        "# TYPE chat_clients gauge\n"
        "chat_clients %zu\n"
        "# HELP chat_messages_total Whole messages received from clients, including commands.\n"
        "# TYPE chat_messages_total counter\n"
        "chat_messages_total %llu\n"
        "# HELP chat_deliveries_total Messages queued for clients, counted once for each client.\n"
        "# TYPE chat_deliveries_total counter\n"
        "chat_deliveries_total %llu\n"
        "# HELP chat_unread_bytes Bytes that wait for clients to read them.\n"
        "# TYPE chat_unread_bytes gauge\n"
        "chat_unread_bytes %zu\n"
        "# HELP chat_drops_total Clients disconnected, by reason.\n"
        "# TYPE chat_drops_total counter\n"
        "chat_drops_total{reason=\"unread\"} %llu\n"
        "chat_drops_total{reason=\"silence\"} %llu\n"
        "chat_drops_total{reason=\"flood\"} %llu\n"
        "# HELP chat_log_lines_lost_total Lines of the log that were lost because nothing read "
        "them.\n"
        "# TYPE chat_log_lines_lost_total counter\n"
        "chat_log_lines_lost_total %llu\n",
        server->connected, counts.messages, counts.deliveries, counts.waiting, counts.unread,
        counts.silent, server->floods, server->log.lost);
    if (server->relay)
        server->relay->write_metrics(server->relay, body);
}

static bool may_read_metrics(const struct server *server, const struct websocket_request *request)
{
    return request->is_local || websocket_is_listed(server->metrics_from, request->peer);
}

/* Returns 0, or UV_EAGAIN if a balancer should send clients to other servers. */
static int write_health(FILE *body, const struct server *server)
{
    const struct relay *relay = server->relay;
    bool is_well = !relay || relay->is_well(relay);
    fputs(is_well ? "ok\n" : "unavailable\n", body);
    if (relay)
        relay->write_health(relay, body);
    return is_well ? 0 : UV_EAGAIN;
}

int server_answer(
    const struct websocket_request *request, char **body, const char **type, void *server)
{
    bool is_health = strcmp(request->path, "/healthz") == 0;
    size_t size;
    int error = 0;
    if (!is_health && strcmp(request->path, "/metrics") != 0)
        return UV_ENOENT;
    if (!is_health && !may_read_metrics(server, request))
        return UV_EACCES;
    *type = is_health ? "text/plain; charset=utf-8" : "text/plain; version=0.0.4; charset=utf-8";
    FILE *stream = open_memstream(body, &size);
    if (!stream)
        return UV_ENOMEM;
    if (is_health)
        error = write_health(stream, server);
    else
        write_metrics(stream, server);
    if (fclose(stream) != 0 || !*body) /* glibc may report no error */
        error = UV_ENOMEM;
    return error;
}
