#include "04-chat-server/websocket/files.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <uv.h>

#define TAG_SIZE 64
#define HEADER_SIZE 1024 /* of a response without a body */

/* Makes the file's ETag, which changes with the file. */
static void make_tag(char tag[TAG_SIZE], const uv_stat_t *status)
{
    snprintf(tag, TAG_SIZE, "\"%llx-%llx-%lx\"", (unsigned long long)status->st_size,
        (unsigned long long)status->st_mtim.tv_sec, (unsigned long)status->st_mtim.tv_nsec);
}

/* Returns whether there is such a file, which is not a folder, and makes its ETag. */
static bool find_file(const char *file, char tag[TAG_SIZE])
{
    uv_fs_t request;
    bool is_file =
        uv_fs_stat(NULL, &request, file, NULL) == 0 && S_ISREG((mode_t)request.statbuf.st_mode);
    if (is_file)
        make_tag(tag, &request.statbuf);
    uv_fs_req_cleanup(&request);
    return is_file;
}

/* Whether the client has the file with this tag: If-None-Match lists it, or "*". */
static bool has_tag(struct lws *connection, const char *tag)
{
    char list[512];
    if (lws_hdr_copy(connection, list, sizeof(list), WSI_TOKEN_HTTP_IF_NONE_MATCH) <= 0)
        return false;
    return strcmp(list, "*") == 0 || strstr(list, tag);
}

static int answer_not_modified(struct lws *connection, const char *tag)
{
    unsigned char buffer[LWS_PRE + HEADER_SIZE], *header = buffer + LWS_PRE, *end = header;
    unsigned char *limit = buffer + sizeof(buffer);
    if (lws_add_http_header_status(connection, HTTP_STATUS_NOT_MODIFIED, &end, limit) ||
        lws_add_http_header_by_token(connection, WSI_TOKEN_HTTP_ETAG, (const unsigned char *)tag,
            (int)strlen(tag), &end, limit) ||
        lws_finalize_http_header(connection, &end, limit) ||
        lws_write(connection, header, (size_t)(end - header), LWS_WRITE_HTTP_HEADERS) < 0)
        return UV_EPIPE;
    return lws_http_transaction_completed(connection) ? UV_EPIPE : 0;
}

int files_serve(struct lws *connection, const char *directory, const char *path)
{
    char file[PATH_MAX], tag[TAG_SIZE], headers[TAG_SIZE + 64];
    int size = snprintf(
        file, sizeof(file), "%s%s", directory, strcmp(path, "/") == 0 ? "/index.html" : path);
    if (size >= (int)sizeof(file) || strstr(path, "/../") || !find_file(file, tag))
        return UV_ENOENT;
    if (has_tag(connection, tag))
        return answer_not_modified(connection, tag);
    const char *type = lws_get_mimetype(file, NULL);
    size = snprintf(headers, sizeof(headers), "etag: %s\r\ncache-control: no-cache\r\n", tag);
    int result = lws_serve_http_file(
        connection, file, type ? type : "application/octet-stream", headers, size);
    return result < 0 || (result > 0 && lws_http_transaction_completed(connection)) ? UV_EPIPE : 0;
}
