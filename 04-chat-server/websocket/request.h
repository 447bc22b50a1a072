/*
 * An HTTP request's head: the request line and the headers.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "04-chat-server/websocket/origin.h"
#include "04-chat-server/websocket/refusal.h"

#define MAX_REQUEST (16 * 1024)  /* bytes of a head */
#define MAX_REWRITTEN (4 * 1024) /* bytes of the request that libwebsockets gets instead */

/* Looks for the end of a head, which arrives in parts. All zero before the first part. */
struct request_scan {
    size_t line;   /* bytes of the current line so far */
    size_t lines;  /* before it, without empty ones */
    size_t spaces; /* in the first line */
};

/* Returns how many of the next bytes belong to the head, if it ends in them, or else 0. A head that
 * is not text ends at its first control character, and one without a version, like those of
 * HTTP/0.9, after its first line, since nothing after that can make it valid. */
size_t request_scan(struct request_scan *scan, const char *data, size_t size);

/*
 * Checks a head by RFC 9112 and, for a handshake, RFC 6455, and writes the request that
 * libwebsockets gets instead of it: the same one in the form that libwebsockets expects, with only
 * the headers that the server uses. The headers that are left out cannot confuse it. Only a
 * handshake keeps its query. Its path is stored in *path, percent-decoded, for the caller to free
 * (NULL: it is no handshake, or out of memory): libwebsockets would normalize it and end the
 * connection at some characters, so it gets "/".
 *
 * Returns the size written. If the request has to be refused, *refusal says how, and the written
 * request asks for "/"; otherwise *refusal is NULL.
 */
size_t request_rewrite(const char *head, size_t size, const struct origins *origins,
    char rewritten[MAX_REWRITTEN], char **path, const struct refusal **refusal);
