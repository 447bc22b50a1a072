#include <ctype.h>
#include <string.h>

#include "04-chat-server/websocket/request_private.h"
#include "04-chat-server/websocket/websocket.h"
#include "common/bytes.h"

static const struct {
    const char *name;
    size_t max_size; /* bytes; 0: any */
    bool is_ignored; /* if it is longer than that; otherwise the request is refused */
    bool is_list;    /* it may be repeated */
} headers[HEADERS] = {
    [HOST] = {"Host", 255, .is_list = false},
    [ACCEPT_LANGUAGE] = {"Accept-Language", 255, .is_ignored = true, .is_list = true},
    [ORIGIN] = {"Origin", 511, .is_list = false},
    [IF_NONE_MATCH] = {"If-None-Match", 255, .is_ignored = true, .is_list = true},
    [RANGE] = {"Range", 255, .is_ignored = true},
    [IF_RANGE] = {"If-Range", 255, .is_ignored = true},
    [CONTENT_LENGTH] = {"Content-Length", 0, .is_list = false},
    [TRANSFER_ENCODING] = {"Transfer-Encoding", 0, .is_list = true},
    [WEBSOCKET_KEY] = {"Sec-WebSocket-Key", 0, .is_list = false},
    [WEBSOCKET_VERSION] = {"Sec-WebSocket-Version", 0, .is_list = false},
    [WEBSOCKET_PROTOCOL] = {"Sec-WebSocket-Protocol", 0, .is_list = true},
    [CONNECTION] = {"Connection", 0, .is_list = true},
    [UPGRADE] = {"Upgrade", 0, .is_list = true},
};

/* Bytes. With these and all headers, a rewritten request is shorter than MAX_REWRITTEN. */
#define MAX_PATH 1023
#define MAX_QUERY 255

const char *request_header_name(enum header header)
{
    return headers[header].name;
}

bool part_equals(struct part part, const char *text)
{
    return part.size == strlen(text) && memcmp(part.start, text, part.size) == 0;
}

bool part_has_only(struct part part, const char *characters)
{
    for (size_t i = 0; i < part.size; i++)
        if (!part.start[i] || !strchr(characters, part.start[i]))
            return false;
    return true;
}

static bool is_token(struct part part)
{
    return part.size > 0 && part_has_only(part, LETTERS_AND_DIGITS "!#$%&'*+-.^_`|~");
}

/* Whether a header's value, separated by commas, lists the word; if exact, in the same capitals. */
static bool lists(struct part value, const char *word, bool exact)
{
    const char *end = value.start + value.size;
    for (const char *at = value.start; at < end;) {
        at += strspn(at, ", \t");
        size_t size = strcspn(at, ", \t\r\n");
        if (exact ? part_equals((struct part){at, size}, word) : bytes_are_word(at, size, word))
            return true;
        at += size ? size : 1;
    }
    return false;
}

/*
 * Parsing
 */

/* Takes the next line, without its end, from the rest of the head. Returns false if a control
 * character is in it. */
static bool next_line(struct part *rest, struct part *line)
{
    const char *end = memchr(rest->start, '\n', rest->size);
    if (!end)
        return false;
    *line = (struct part){rest->start, (size_t)(end - rest->start)};
    rest->start = end + 1;
    rest->size -= line->size + 1;
    if (line->size > 0 && end[-1] == '\r')
        line->size--;
    return !memchr(line->start, '\r', line->size);
}

/* Takes the part before the separator. */
static struct part take(struct part *rest, char separator)
{
    const char *end = memchr(rest->start, separator, rest->size);
    struct part taken = {rest->start, end ? (size_t)(end - rest->start) : rest->size};
    rest->start += taken.size + (end != NULL);
    rest->size -= taken.size + (end != NULL);
    return taken;
}

/* A comma is refused, too, although a name may have it: a proxy could take it for two hosts. */
bool part_is_host(struct part host)
{
    bool has_bracket = host.size > 0 && *host.start == '[', is_empty = host.size == 0;
    struct part port = host, name = take(&port, has_bracket ? ']' : ':');
    if (has_bracket && (name.size == host.size || take(&port, ':').size > 0))
        return false;
    if (has_bracket)
        name = (struct part){name.start + 1, name.size - 1};
    return (name.size > 0 || is_empty) && part_has_only(port, DIGITS) &&
           part_has_only(name,
               has_bracket ? LETTERS_AND_DIGITS ".-_~%:" : LETTERS_AND_DIGITS ".-_~%!$&'()*+;=");
}

/* Whether each percent sign begins an escaped byte other than NUL. */
static bool is_escaped(struct part part)
{
    for (size_t i = 0; i < part.size; i++) {
        const char *byte = part.start + i;
        if (*byte == '\t')
            return false;
        if (*byte == '%' && (i + 2 >= part.size || !isxdigit((unsigned char)byte[1]) ||
                                !isxdigit((unsigned char)byte[2]) || strncmp(byte, "%00", 3) == 0))
            return false;
    }
    return true;
}

/* "path?query#fragment"; the query is left out if it is too long or not valid. */
static bool parse_path(struct request *request, struct part target)
{
    target = take(&target, '#');
    request->path = take(&target, '?');
    if (target.size <= MAX_QUERY && is_escaped(target))
        request->query = target;
    return request->path.size > 0 && *request->path.start == '/' && is_escaped(request->path);
}

/* "http://host/path", as a client sends it to a proxy, is "/path" at that host. */
static bool parse_target(struct request *request, struct part target)
{
    static const char *const schemes[] = {"http://", "https://", "ws://", "wss://"};
    static const char root[] = "/";
    for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++) {
        size_t size = strlen(schemes[i]);
        if (target.size < size || !bytes_are_word(target.start, size, schemes[i]))
            continue;
        target = (struct part){target.start + size, target.size - size};
        struct part host = {target.start, 0};
        while (target.size > 0 && !strchr("/?#", *target.start)) {
            host.size++;
            target.start++;
            target.size--;
        }
        if (host.size == 0 || host.size > headers[HOST].max_size || !part_is_host(host))
            return false;
        request->host = host;
        if (target.size > 0 && *target.start == '/')
            break;
        request->path = (struct part){root, 1};
        return true;
    }
    return parse_path(request, target);
}

static const struct refusal *parse_request_line(struct request *request, struct part line)
{
    request->method = take(&line, ' ');
    struct part target = take(&line, ' ');
    if (!is_token(request->method) || line.size != strlen("HTTP/1.1") ||
        strncmp(line.start, "HTTP/", 5) != 0 || !isdigit((unsigned char)line.start[5]) ||
        line.start[6] != '.' || !isdigit((unsigned char)line.start[7]))
        return &refusal_bad_request;
    if (line.start[5] != '1')
        return &refusal_bad_http;
    request->is_old = line.start[7] == '0';
    if (!part_equals(request->method, "GET") && !part_equals(request->method, "HEAD"))
        return &refusal_bad_method;
    if (!parse_target(request, target))
        return &refusal_bad_request;
    return request->path.size > MAX_PATH ? &refusal_long_path : NULL;
}

static const struct refusal *parse_header(struct request *request, struct part line)
{
    size_t header = 0;
    if (!memchr(line.start, ':', line.size))
        return &refusal_bad_request;
    struct part name = take(&line, ':');
    while (line.size > 0 && strchr(" \t", *line.start))
        line = (struct part){line.start + 1, line.size - 1};
    while (line.size > 0 && strchr(" \t", line.start[line.size - 1]))
        line.size--;
    while (header < HEADERS && !bytes_are_word(name.start, name.size, headers[header].name))
        header++;
    if (header == HEADERS) /* no token: a line that continues the one before, "Name : value" */
        return is_token(name) ? NULL : &refusal_bad_request;
    if (headers[header].max_size && line.size > headers[header].max_size)
        return headers[header].is_ignored ? NULL : &refusal_bad_request;
    if (request->values[header].start && !headers[header].is_list)
        return &refusal_bad_request;
    if (!request->values[header].start)
        request->values[header] = line;
    if (header == CONNECTION) {
        request->close |= lists(line, "close", false);
        request->upgrade |= lists(line, "upgrade", false);
    }
    request->websocket |= header == UPGRADE && lists(line, "websocket", false);
    request->subprotocol |=
        header == WEBSOCKET_PROTOCOL && lists(line, WEBSOCKET_SUBPROTOCOL, true);
    return NULL;
}

const struct refusal *request_parse(struct request *request, struct part head)
{
    struct part line;
    do
        if (!next_line(&head, &line))
            return &refusal_bad_request;
    while (line.size == 0);
    const struct refusal *refusal = parse_request_line(request, line), *bad_header = NULL;
    for (;;) {
        if (!next_line(&head, &line))
            return &refusal_bad_request;
        if (line.size == 0)
            return refusal ? refusal : bad_header;
        const struct refusal *found = parse_header(request, line);
        bad_header = bad_header ? bad_header : found;
    }
}
