/* Requests that are for no file and no WebSocket: their answer is the options' to give. */
#include "04-chat-server/websocket/private.h"

#include <stdlib.h>
#include <string.h>

#define HEAD_SIZE 1024 /* of an answer: some headers of ours and those of every answer */

static int status_of(int error)
{
    return error == 0           ? HTTP_STATUS_OK
           : error == UV_ENOENT ? HTTP_STATUS_NOT_FOUND
                                : HTTP_STATUS_INTERNAL_SERVER_ERROR;
}

/* Writes the head, and the body unless only the head was asked for. What the socket does not take
 * of them, libwebsockets keeps. */
static int write_answer(struct lws *connection, const char *body, const char *type)
{
    unsigned char room[LWS_PRE + HEAD_SIZE], *head = room + LWS_PRE, *end = head;
    size_t size = strlen(body);
    if (lws_add_http_common_headers(
            connection, HTTP_STATUS_OK, type, size, &end, room + sizeof(room)) ||
        lws_finalize_http_header(connection, &end, room + sizeof(room)) ||
        lws_write(connection, head, (size_t)(end - head), LWS_WRITE_HTTP_HEADERS) < 0)
        return -1;
    if (lws_hdr_total_length(connection, WSI_TOKEN_HEAD_URI) > 0)
        return 0;
    return lws_write(connection, (unsigned char *)body, size, LWS_WRITE_HTTP_FINAL) < 0 ? -1 : 0;
}

int websocket_answer(struct lws *connection, const char *path)
{
    const struct websocket_server *server = lws_context_user(lws_get_context(connection));
    const struct websocket_options *options = &server->options;
    char *body = NULL;
    const char *type = NULL;
    int error =
        options->answer ? options->answer(path, &body, &type, options->argument) : UV_ENOENT;
    int failed = error ? lws_return_http_status(connection, (unsigned)status_of(error), NULL)
                       : write_answer(connection, body, type);
    free(body);
    return failed || lws_http_transaction_completed(connection) ? -1 : 0;
}
