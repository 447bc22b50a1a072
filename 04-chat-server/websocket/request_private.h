/*
 * A request, parsed. Private to request.c, which checks and rewrites it, and request_parse.c.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "04-chat-server/websocket/refusal.h"

/* A part of the head. */
struct part {
    const char *start;
    size_t size;
};

enum header {
    HOST,
    ACCEPT_LANGUAGE,
    ORIGIN,
    IF_NONE_MATCH,
    RANGE,
    IF_RANGE,
    FORWARDED, /* libwebsockets gets those above */
    CONTENT_LENGTH = FORWARDED,
    TRANSFER_ENCODING,
    WEBSOCKET_KEY,
    WEBSOCKET_VERSION,
    WEBSOCKET_PROTOCOL,
    CONNECTION,
    UPGRADE,
    HEADERS
};

struct request {
    struct part method, path, query;
    bool is_old; /* HTTP/1.0 */
    struct part host;
    struct part values[HEADERS]; /* the first of a list; start is NULL: not there */
    bool close, upgrade;         /* what Connection lists */
    bool websocket;              /* Upgrade lists it */
    bool subprotocol;            /* Sec-WebSocket-Protocol lists ours */
};

/* The name of a header in the enum. */
const char *request_header_name(enum header header);

bool part_equals(struct part part, const char *text);

#define DIGITS "0123456789"
#define LETTERS_AND_DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" DIGITS

/* Whether all bytes of the part are among these characters. isalnum would depend on the locale. */
bool part_has_only(struct part part, const char *characters);

/* Whether the part may be the value of a Host header. */
bool part_is_host(struct part part);

/* Parses a head. Returns NULL, or how the request has to be refused. Even then, *request has the
 * parts that could be parsed. */
const struct refusal *request_parse(struct request *request, struct part head);
