/* The same, but each connection has a struct for the state that outlives a callback. */
#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIECE 16
#define MAX_NAME 100

// #region visit
/* How far the conversation with a client has come, and what has arrived of the name. */
struct visit {
    enum { NAME_ARRIVING, GREETING_PENDING, GREETING_SENT } state;
    char name[MAX_NAME + 1];
    size_t size;
};
// #endregion visit

// #region on_piece
static int on_piece(struct lws *connection, struct visit *visit, const char *piece, size_t size)
{
    if (visit->state != NAME_ARRIVING)
        return 0; /* one message is all that we ask for */
    if (size > MAX_NAME - visit->size)
        return -1;
    memcpy(visit->name + visit->size, piece, size);
    visit->size += size;
    visit->name[visit->size] = '\0';
    if (lws_remaining_packet_payload(connection) > 0 || !lws_is_final_fragment(connection))
        return 0; /* the rest of the message follows */
    visit->state = GREETING_PENDING;
    lws_callback_on_writable(connection); /* on_writable continues */
    return 0;
}
// #endregion on_piece

// #region on_writable
static int on_writable(struct lws *connection, struct visit *visit)
{
    if (visit->state == GREETING_SENT) {
        lws_close_reason(connection, LWS_CLOSE_STATUS_NORMAL, NULL, 0);
        return -1;
    }
    if (visit->state != GREETING_PENDING)
        return 0;
    unsigned char greeting[LWS_PRE + MAX_NAME + sizeof("Hello !")];
    int length = sprintf((char *)greeting + LWS_PRE, "Hello %s!", visit->name);
    if (lws_write(connection, greeting + LWS_PRE, (size_t)length, LWS_WRITE_TEXT) < length)
        return -1;
    visit->state = GREETING_SENT;
    lws_callback_on_writable(connection); /* which closes the connection */
    return 0;
}
// #endregion on_writable

static int on_event(
    struct lws *connection, enum lws_callback_reasons reason, void *user, void *data, size_t size)
{
    switch (reason) {
    case LWS_CALLBACK_RECEIVE:
        return on_piece(connection, user, data, size);
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return on_writable(connection, user);
    default:
        return lws_callback_http_dummy(connection, reason, user, data, size);
    }
}

int main(int argc, char **argv)
{
    const struct lws_protocols protocols[] = {
        {"hello", on_event, sizeof(struct visit), PIECE, 0, NULL, 0}, {0}};
    struct lws_context_creation_info info = {
        .port = argc > 1 ? atoi(argv[1]) : 8765, .iface = "127.0.0.1", .protocols = protocols};
    lws_set_log_level(LLL_ERR, NULL);
    setvbuf(stdout, NULL, _IOLBF, 0);
    struct lws_context *context = lws_create_context(&info);
    if (!context) {
        fprintf(stderr, "cannot listen on port %d; choose another with ARGS=9000\n", info.port);
        return 1;
    }
    struct lws_vhost *vhost = lws_get_vhost_by_name(context, "default");
    printf("Listening on 127.0.0.1:%d\n", lws_get_vhost_listen_port(vhost));
    while (lws_service(context, 0) >= 0)
        continue; /* until Ctrl+C */
    lws_context_destroy(context);
    return 1;
}
