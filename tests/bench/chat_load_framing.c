#include <string.h>

#include "chat_load_private.h"

const struct load_framing load_plain = {"/", "", ""};

const struct load_framing load_socket_io = {
    "/socket.io/?EIO=4&transport=websocket", "42[\"say\",\"", "\"]"};

size_t framing_wrap(const struct load_framing *framing, char *to, const char *text, size_t size)
{
    size_t before = strlen(framing->before), after = strlen(framing->after);
    memcpy(to, framing->before, before);
    memcpy(to + before, text, size);
    memcpy(to + before + size, framing->after, after);
    return before + size + after;
}

bool framing_unwrap(const struct load_framing *framing, const char **text, size_t *size)
{
    size_t before = strlen(framing->before), after = strlen(framing->after);
    if (*size < before + after || memcmp(*text, framing->before, before) != 0 ||
        memcmp(*text + *size - after, framing->after, after) != 0)
        return false;
    *text += before;
    *size -= before + after;
    return true;
}

/* Engine.IO opens with "0" and pings with "2"; Socket.IO's "40" enters its common namespace. */
int framing_answer(struct load *load, const struct client *client, const char *message, size_t size)
{
    if (size > 0 && *message == '0')
        return load_send_frame(load, client, 1, "40", 2);
    if (size > 0 && *message == '2')
        return load_send_frame(load, client, 1, "3", 1);
    return 0;
}
