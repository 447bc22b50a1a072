#include "04-chat-server/websocket/request.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/bytes.h"

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
    CONNECTION,
    UPGRADE,
    HEADERS
};

static const struct {
    const char *name;
    size_t max_size; /* bytes; 0: any */
    bool is_ignored; /* if longer than that; else the request is refused */
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
    [CONNECTION] = {"Connection", 0, .is_list = true},
    [UPGRADE] = {"Upgrade", 0, .is_list = true},
};

#define MAX_PATH                                                                                   \
    1023 /* bytes; with all headers, what is rewritten is shorter than MAX_REWRITTEN               \
          */

struct request {
    struct part method, path;
    bool is_old; /* HTTP/1.0 */
    struct part host;
    struct part values[HEADERS];     /* the first of a list; start is NULL: not there */
    bool close, keep_alive, upgrade; /* what Connection lists */
    bool websocket;                  /* Upgrade lists it */
};

static bool equals(struct part part, const char *text)
{
    return part.size == strlen(text) && memcmp(part.start, text, part.size) == 0;
}

static bool is_token(struct part part)
{
    static const char symbols[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < part.size; i++)
        if (!isalnum((unsigned char)part.start[i]) && !strchr(symbols, part.start[i]))
            return false;
    return part.size > 0;
}

/* Whether a header's value, separated by commas, lists the word. */
static bool lists(struct part value, const char *word)
{
    const char *end = value.start + value.size;
    for (const char *at = value.start; at < end;) {
        at += strspn(at, ", \t");
        size_t size = strcspn(at, ", \t\r\n");
        if (bytes_are_word(at, size, word))
            return true;
        at += size ? size : 1;
    }
    return false;
}

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
        bool is_empty = scan->line == 0 && scan->started; /* empty lines may precede the request */
        if (!is_text(data[i]) || (data[i] == '\n' && is_empty))
            return i + 1;
        if (data[i] == '\n')
            scan->line = 0;
        else if (data[i] != '\r')
            scan->line++;
        scan->started = scan->started || scan->line > 0;
    }
    return 0;
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

/* Takes what is before the separator. */
static struct part take(struct part *rest, char separator)
{
    const char *end = memchr(rest->start, separator, rest->size);
    struct part taken = {rest->start, end ? (size_t)(end - rest->start) : rest->size};
    rest->start += taken.size + (end != NULL);
    rest->size -= taken.size + (end != NULL);
    return taken;
}

static bool is_host(struct part host)
{
    for (size_t i = 0; i < host.size; i++)
        if (strchr(" \t,/\\@?#\"<>", host.start[i]))
            return false;
    return true;
}

/* A valid path has no unfinished percent sign, and none that stands for a NUL. */
static bool is_path(struct part path)
{
    for (size_t i = 0; i < path.size; i++) {
        const char *byte = path.start + i;
        if (*byte == ' ' || *byte == '\t')
            return false;
        if (*byte == '%' && (i + 2 >= path.size || !isxdigit((unsigned char)byte[1]) ||
                                !isxdigit((unsigned char)byte[2]) || strncmp(byte, "%00", 3) == 0))
            return false;
    }
    return path.size > 0 && *path.start == '/';
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
        request->host = (struct part){target.start, 0};
        while (target.size > 0 && !strchr("/?#", *target.start)) {
            request->host.size++;
            target.start++;
            target.size--;
        }
        if (request->host.size == 0 || !is_host(request->host))
            return false;
        if (target.size == 0 || *target.start != '/')
            target = (struct part){root, 1};
        break;
    }
    request->path = (struct part){target.start, 0}; /* without the query, which nothing uses */
    while (request->path.size < target.size && !strchr("?#", target.start[request->path.size]))
        request->path.size++;
    return is_path(request->path);
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
    if (!equals(request->method, "GET") && !equals(request->method, "HEAD"))
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
    if (!is_token(name)) /* a line that continues the one before, or a space before the colon */
        return &refusal_bad_request;
    while (line.size > 0 && strchr(" \t", *line.start))
        line = (struct part){line.start + 1, line.size - 1};
    while (line.size > 0 && strchr(" \t", line.start[line.size - 1]))
        line.size--;
    while (header < HEADERS && !bytes_are_word(name.start, name.size, headers[header].name))
        header++;
    if (header == HEADERS)
        return NULL;
    if (headers[header].max_size && line.size > headers[header].max_size)
        return headers[header].is_ignored ? NULL : &refusal_bad_request;
    if (request->values[header].start && !headers[header].is_list)
        return &refusal_bad_request;
    if (!request->values[header].start)
        request->values[header] = line;
    if (header == CONNECTION) {
        request->close |= lists(line, "close");
        request->keep_alive |= lists(line, "keep-alive");
        request->upgrade |= lists(line, "upgrade");
    }
    request->websocket |= header == UPGRADE && lists(line, "websocket");
    return NULL;
}

static const struct refusal *parse(struct request *request, struct part head)
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
    for (size_t i = 0; i < key.size; i++)
        if (!(i < 22 ? isalnum((unsigned char)key.start[i]) || strchr("+/", key.start[i])
                     : key.start[i] == '='))
            return false;
    return key.size == 24;
}

static const struct refusal *check(const struct request *request)
{
    if (!has(request, HOST) ? !request->is_old : !is_host(request->values[HOST]))
        return &refusal_bad_request;
    const struct refusal *refusal = check_body(request);
    if (refusal || !request->websocket)
        return refusal;
    if (request->is_old || !request->upgrade || !equals(request->method, "GET"))
        return &refusal_bad_handshake;
    if (!equals(request->values[WEBSOCKET_VERSION], "13"))
        return &refusal_bad_version;
    return is_key(request->values[WEBSOCKET_KEY]) ? NULL : &refusal_bad_handshake;
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

size_t request_rewrite(const char *head, size_t size, bool is_last, char rewritten[MAX_REWRITTEN],
    const struct refusal **refusal)
{
    struct request request = {0};
    *refusal = parse(&request, (struct part){head, size});
    if (!*refusal)
        *refusal = check(&request);
    bool is_head = equals(request.method, "HEAD");
    char *end = stpcpy(rewritten, is_head ? "HEAD " : "GET ");
    end = *refusal ? stpcpy(end, "/") : append(end, request.path);
    end = stpcpy(end, request.is_old ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
    if (request.host.size > 0)
        request.values[HOST] = request.host;
    for (size_t i = 0; i < FORWARDED; i++)
        if (request.values[i].size > 0)
            end = append_header(end, headers[i].name, request.values[i]);
    if (*refusal || !request.websocket) {
        bool stays =
            !*refusal && !is_last && (request.is_old ? request.keep_alive : !request.close);
        end = stpcpy(end, stays ? "Connection: keep-alive\r\n" : "Connection: close\r\n");
    } else {
        end = stpcpy(
            end, "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n");
        end = append_header(end, headers[WEBSOCKET_KEY].name, request.values[WEBSOCKET_KEY]);
    }
    return (size_t)(stpcpy(end, "\r\n") - rewritten);
}
