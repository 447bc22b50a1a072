/*
 * How the server refuses a client: an HTTP response that says why, after which it closes the
 * connection.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/language.h"

struct refusal {
    const char *status; /* the end of the status line, and headers for this refusal */
    const char *reason[2];
};

/* After the check of the socket: */
extern const struct refusal refusal_full, refusal_too_many;
/* After the check of the request: */
extern const struct refusal refusal_bad_request, refusal_bad_method, refusal_has_body,
    refusal_long_path, refusal_long_header, refusal_bad_http;
/* After the check of the handshake: */
extern const struct refusal refusal_bad_handshake, refusal_bad_version, refusal_foreign;

#define REFUSAL_SIZE 512

/* Writes the response, whole or its header alone, and returns its size. */
size_t refusal_response(char response[REFUSAL_SIZE], const struct refusal *refusal,
    enum language language, bool header_only);
