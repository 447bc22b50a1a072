/* Answers to monitoring programs over HTTP. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "04-chat-server/chat.h"

/* In Prometheus' text format: a help text, the type and the value. */
static int write_metrics(char **body, const struct server *server)
{
    struct websocket_counts counts = websocket_server_counts(server->sockets);
    return asprintf(body,
        "# HELP chat_clients Connected clients.\n"
        "# TYPE chat_clients gauge\n"
        "chat_clients %zu\n"
        "# HELP chat_messages_total Whole messages that clients sent, commands too.\n"
        "# TYPE chat_messages_total counter\n"
        "chat_messages_total %llu\n"
        "# HELP chat_deliveries_total Messages handed over for a client, once for each of them.\n"
        "# TYPE chat_deliveries_total counter\n"
        "chat_deliveries_total %llu\n"
        "# HELP chat_unread_bytes What waits for clients to read it.\n"
        "# TYPE chat_unread_bytes gauge\n"
        "chat_unread_bytes %zu\n"
        "# HELP chat_drops_total Clients dropped, by what they did.\n"
        "# TYPE chat_drops_total counter\n"
        "chat_drops_total{reason=\"unread\"} %llu\n"
        "chat_drops_total{reason=\"silence\"} %llu\n"
        "chat_drops_total{reason=\"flood\"} %llu\n"
        "# HELP chat_log_lines_lost_total Lines of the log that nobody took.\n"
        "# TYPE chat_log_lines_lost_total counter\n"
        "chat_log_lines_lost_total %llu\n",
        server->connected, counts.messages, counts.deliveries, counts.waiting, counts.unread,
        counts.silent, server->floods, server->log.lost);
}

static bool may_read_metrics(const struct server *server, const struct websocket_request *request)
{
    return request->is_local || websocket_is_listed(server->metrics_from, request->peer);
}

int server_answer(
    const struct websocket_request *request, char **body, const char **type, void *server)
{
    const char *path = request->path;
    int size;
    if (strcmp(path, "/healthz") == 0) {
        *type = "text/plain; charset=utf-8";
        size = asprintf(body, "ok\n");
    } else if (strcmp(path, "/metrics") == 0) {
        if (!may_read_metrics(server, request))
            return UV_EACCES;
        *type = "text/plain; version=0.0.4; charset=utf-8";
        size = write_metrics(body, server);
    } else {
        return UV_ENOENT;
    }
    return size < 0 ? UV_ENOMEM : 0;
}
