/*
 * Helpers for the suites of HTTP and of the handshake: parts of requests, and functions that check
 * the status of a response. The port is that of websocket_stage.h.
 */
#pragma once

#include <stddef.h>

#define PAGE "04-chat-server/web"
#define HOST "Host: localhost\r\n"
#define WEBSOCKET "Upgrade: websocket\r\nConnection: Upgrade\r\n"
#define VERSION "Sec-WebSocket-Version: 13\r\n"
#define KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define ASK "GET /chat.js HTTP/1.1\r\n" HOST

struct expectation {
    const char *request;
    int status;
};

/* Reads to the end of the connection, and returns the number of bytes. */
size_t read_to_end(int peer);

/* The number in a header's Content-Length. */
size_t content_length(const char *head);

/* Sends one request and returns the status of the response. */
int http_status(const char *request);

/* Fails unless each request gets its status. */
void expect_all(const struct expectation *cases, size_t count);
#define EXPECT_ALL(cases) expect_all(cases, sizeof(cases) / sizeof(*(cases)))
