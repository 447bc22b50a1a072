#include "04-chat-server/cluster/url.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <uv.h>

#define MAX_DATABASE 1000000

static bool take_prefix(const char **text, const char *prefix)
{
    size_t size = strlen(prefix);
    if (strncmp(*text, prefix, size) != 0)
        return false;
    *text += size;
    return true;
}

static int digit_of(char character)
{
    return isdigit((unsigned char)character) ? character - '0' : tolower(character) - 'a' + 10;
}

/* Copies a part of the URL, and decodes escapes such as %41. Returns 0, UV_ENOMEM, or UV_EINVAL for
 * a NUL or a bad escape. */
static int copy_part(char **copy, const char *text, const char *end)
{
    char *to = *copy = malloc((size_t)(end - text) + 1);
    if (!to)
        return UV_ENOMEM;
    while (text < end) {
        char character = *text++;
        if (character == '%') {
            if (end - text < 2 || !isxdigit((unsigned char)text[0]) ||
                !isxdigit((unsigned char)text[1]))
                return UV_EINVAL;
            character = (char)(digit_of(text[0]) * 16 + digit_of(text[1]));
            text += 2;
        }
        if (!character)
            return UV_EINVAL;
        *to++ = character;
    }
    *to = '\0';
    return 0;
}

static const char *find_last(const char *text, const char *end, char character)
{
    while (end > text && end[-1] != character)
        end--;
    return end > text ? end - 1 : NULL;
}

/* Parses "user:password" or ":password". */
static int parse_user(struct redis_url *url, const char *text, const char *end)
{
    const char *colon = memchr(text, ':', (size_t)(end - text));
    int error = colon ? copy_part(&url->password, colon + 1, end) : UV_EINVAL;
    if (!error && colon > text)
        error = copy_part(&url->user, text, colon);
    return error;
}

static int parse_database(struct redis_url *url, const char *text)
{
    char *end;
    if (!*text)
        return 0;
    url->database = strtol(text, &end, 10);
    bool is_number = isdigit((unsigned char)*text) && !*end;
    return is_number && url->database <= MAX_DATABASE ? 0 : UV_EINVAL;
}

/* Parses "host" or "host:port"; an IPv6 address is in brackets. */
static int parse_host(struct redis_url *url, const char *text, const char *end)
{
    const char *close = *text == '[' ? memchr(text, ']', (size_t)(end - text)) : NULL;
    if (*text == '[' && !close)
        return UV_EINVAL;
    const char *after = close ? close + 1 : text;
    const char *colon = memchr(after, ':', (size_t)(end - after));
    const char *host_end = close ? close : colon ? colon : end;
    if (close)
        text++;
    if (host_end == text || (close && after != end && after != colon))
        return UV_EINVAL;
    int error = copy_part(&url->host, text, host_end);
    if (!error && colon)
        error = copy_part(&url->port, colon + 1, end);
    else if (!error)
        error = copy_part(&url->port, "6379", strchr("6379", '\0'));
    if (error)
        return error;
    long port = strtol(url->port, NULL, 10);
    bool is_port = *url->port && strspn(url->port, "0123456789") == strlen(url->port);
    return is_port && port > 0 && port <= UINT16_MAX ? 0 : UV_EINVAL;
}

/* hiredis would truncate a path that is too long for the system, and connect to another socket. */
static int parse_path(struct redis_url *url, const char *text)
{
    int error = *text == '/' ? copy_part(&url->path, text, strchr(text, '\0')) : UV_EINVAL;
    if (!error && strlen(url->path) >= sizeof(((struct sockaddr_un *)0)->sun_path))
        error = UV_EINVAL;
    return error;
}

static int parse(struct redis_url *url, const char *text)
{
    if (take_prefix(&text, "unix:"))
        return parse_path(url, text);
    url->is_tls = take_prefix(&text, "rediss://");
    if (!url->is_tls && !take_prefix(&text, "redis://"))
        return UV_EINVAL;
    const char *end = text + strcspn(text, "/");
    const char *at =
        find_last(text, end, '@'); /* the last one, because a password may contain "@" */
    int error = at ? parse_user(url, text, at) : 0;
    if (!error)
        error = parse_host(url, at ? at + 1 : text, end);
    if (!error)
        error = *end ? parse_database(url, end + 1) : 0;
    return error;
}

int redis_url_parse(struct redis_url *url, const char *text)
{
    *url = (struct redis_url){0};
    int error = parse(url, text);
    if (error)
        redis_url_free(url);
    return error;
}

void redis_url_free(struct redis_url *url)
{
    free(url->path);
    free(url->host);
    free(url->port);
    free(url->user);
    free(url->password);
    *url = (struct redis_url){0};
}
