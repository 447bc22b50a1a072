/* libwebsockets alone: it calls one function for every event of every client. */
#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIECE 16 /* bytes of a message that are passed at once; few, to show the effect */

// #region greet
static int greet(struct lws *connection, const char *name, size_t size)
{
    /* libwebsockets writes the frame's header into the LWS_PRE bytes before the text. */
    unsigned char greeting[LWS_PRE + sizeof("Hello !") + PIECE];
    char *text = (char *)greeting + LWS_PRE;
    int length = snprintf(text, sizeof(greeting) - LWS_PRE, "Hello %.*s!", (int)size, name);
    int written = lws_write(connection, greeting + LWS_PRE, (size_t)length, LWS_WRITE_TEXT);
    return written < length ? -1 : 0; /* -1 closes the connection */
}
// #endregion greet

// #region on_event
static int on_event(
    struct lws *connection, enum lws_callback_reasons reason, void *user, void *data, size_t size)
{
    switch (reason) {
    case LWS_CALLBACK_ESTABLISHED:
        puts("a client comes");
        return 0;
    case LWS_CALLBACK_RECEIVE:
        printf("%zu bytes\n", size);
        return greet(connection, data, size);
    case LWS_CALLBACK_CLOSED:
        puts("a client goes");
        return 0;
    default:
        return lws_callback_http_dummy(connection, reason, user, data, size);
    }
}
// #endregion on_event

int main(int argc, char **argv)
{
    const struct lws_protocols protocols[] = {{"hello", on_event, 0, PIECE, 0, NULL, 0}, {0}};
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
