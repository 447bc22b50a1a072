#include "04-chat-server/websocket/request.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "04-chat-server/websocket/request_private.h"
#include "04-chat-server/websocket/websocket.h"

/*
 * Finding the end
 */

static bool is_text(char byte)
{
    return (unsigned char)byte >= ' ' ? byte != 0x7f : strchr("\t\r\n", byte) && byte;
}

size_t request_scan(struct request_scan *scan, const char *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (data[i] > ' ' && data[i] < 0x7f) { /* the common case */
            scan->line++;
            continue;
        }
        bool is_end = data[i] == '\n', is_empty = scan->line == 0, is_first = scan->lines == 0;
        bool has_version = scan->spaces >= 2; /* "GET /path HTTP/1.1" */
        if (!is_text(data[i]))
            return i + 1;
        if (is_end && (is_first ? !is_empty && !has_version : is_empty))
            return i + 1; /* empty lines may precede the request */
        scan->lines += is_end && !is_empty;
        scan->line = is_end ? 0 : scan->line + (data[i] != '\r');
        scan->spaces += is_first && data[i] == ' ';
    }
    return 0;
}

/*
 * Checking
 */

static bool has(const struct request *request, enum header header)
{
    return request->values[header].start != NULL;
}

static const struct refusal *check_body(const struct request *request)
{
    struct part length = request->values[CONTENT_LENGTH];
    bool is_empty = true;
    for (size_t i = 0; i < length.size; i++) {
        if (!isdigit((unsigned char)length.start[i]))
            return &refusal_bad_request;
        is_empty = is_empty && length.start[i] == '0';
    }
    if (has(request, CONTENT_LENGTH) && (length.size == 0 || has(request, TRANSFER_ENCODING)))
        return &refusal_bad_request;
    if (is_empty && !has(request, TRANSFER_ENCODING))
        return NULL;
    return request->websocket ? &refusal_bad_request : &refusal_has_body;
}

/* The key is 16 bytes in base64. */
static bool is_key(struct part key)
{
    return key.size == 24 && part_has_only((struct part){key.start, 22}, LETTERS_AND_DIGITS "+/") &&
           memcmp(key.start + 22, "==", 2) == 0;
}

#define MAX_TEXT 512 /* request_parse refuses longer hosts and origins */

static void copy(char text[MAX_TEXT], struct part part)
{
    snprintf(text, MAX_TEXT, "%.*s", (int)part.size, part.start);
}

/* The host of the target, which wins over the header, as RFC 9112 says; or that of the header. */
static struct part host_of(const struct request *request)
{
    return request->host.size > 0 ? request->host : request->values[HOST];
}

static bool is_origin_allowed(const struct request *request, const struct origins *origins)
{
    char origin[MAX_TEXT], host[MAX_TEXT];
    if (!has(request, ORIGIN))
        return true;
    copy(origin, request->values[ORIGIN]);
    copy(host, host_of(request));
    return origin_is_allowed(origins, origin, host);
}

static const struct refusal *check(const struct request *request, const struct origins *origins)
{
    if (!has(request, HOST) ? !request->is_old : !part_is_host(request->values[HOST]))
        return &refusal_bad_request;
    const struct refusal *refusal = check_body(request);
    if (refusal || !request->websocket)
        return refusal;
    bool has_host = host_of(request).size > 0;
    if (request->is_old || !request->upgrade || !has_host || !part_equals(request->method, "GET"))
        return &refusal_bad_handshake;
    if (!part_equals(request->values[WEBSOCKET_VERSION], "13"))
        return &refusal_bad_version;
    if (!is_key(request->values[WEBSOCKET_KEY]))
        return &refusal_bad_handshake;
    return is_origin_allowed(request, origins) ? NULL : &refusal_foreign;
}

/*
 * Writing
 */

static char *append(char *end, struct part part)
{
    memcpy(end, part.start, part.size);
    return end + part.size;
}

static char *append_header(char *end, const char *name, struct part value)
{
    end = stpcpy(stpcpy(end, name), ": ");
    return stpcpy(append(end, value), "\r\n");
}

/* Returns the path with its escaped bytes decoded; NULL: out of memory. */
static char *decode(struct part path)
{
    char *decoded = malloc(path.size + 1), *end = decoded;
    for (size_t i = 0; decoded && i < path.size; i++) {
        char digits[3] = "";
        bool is_escape = path.start[i] == '%';
        if (is_escape)
            memcpy(digits, path.start + i + 1, 2);
        *end++ = (char)(is_escape ? strtol(digits, NULL, 16) : path.start[i]);
        i += is_escape ? 2 : 0;
    }
    if (decoded)
        *end = '\0';
    return decoded;
}

size_t request_rewrite(const char *head, size_t size, const struct origins *origins,
    char rewritten[MAX_REWRITTEN], char **path, const struct refusal **refusal)
{
    struct request request = {0};
    *refusal = request_parse(&request, (struct part){head, size});
    if (!*refusal)
        *refusal = check(&request, origins);
    bool is_head = part_equals(request.method, "HEAD");
    bool is_handshake = request.websocket && !*refusal;
    *path = is_handshake ? decode(request.path) : NULL;
    char *end = stpcpy(rewritten, is_head ? "HEAD " : "GET ");
    end = *refusal || is_handshake ? stpcpy(end, "/") : append(end, request.path);
    if (is_handshake && request.query.size > 0)
        end = append(stpcpy(end, "?"), request.query);
    end = stpcpy(end, request.is_old ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
    request.values[HOST] = host_of(&request);
    for (size_t i = 0; i < FORWARDED; i++)
        if (request.values[i].size > 0)
            end = append_header(end, request_header_name((enum header)i), request.values[i]);
    if (!is_handshake) {
        bool stays = !*refusal && !request.is_old && !request.close;
        end = stpcpy(end, stays ? "Connection: keep-alive\r\n" : "Connection: close\r\n");
    } else {
        end = stpcpy(
            end, "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n");
        end = append_header(end, request_header_name(WEBSOCKET_KEY), request.values[WEBSOCKET_KEY]);
        if (request.subprotocol) /* libwebsockets refuses clients that ask for others only */
            end = stpcpy(end, "Sec-WebSocket-Protocol: " WEBSOCKET_SUBPROTOCOL "\r\n");
    }
    return (size_t)(stpcpy(end, "\r\n") - rewritten);
}
