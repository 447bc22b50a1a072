#include "websocket_members.h"

#include <check.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "websocket_stage.h"

static struct frame frame;

void expect(int peer, const char *text)
{
    ck_assert(peer_read_message(peer, &frame));
    ck_assert_int_eq(frame.opcode, FINAL | TEXT);
    ck_assert_str_eq(frame.data, text);
}

void tell(int peer, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    peer_send_text(peer, text);
}

int join_at(const char *place, int number)
{
    char path[32];
    snprintf(path, sizeof(path), "/%s/%d", place, number);
    int peer = peer_connect(port, path);
    expect(peer, "in");
    return peer;
}

void join(int peers[], int count)
{
    for (int i = 0; i < count; i++)
        peers[i] = join_at("room", i);
}

void leave(const int peers[], int count)
{
    for (int i = 0; i < count; i++)
        close(peers[i]);
}

/* All that the peer sent before has been done. */
void done(int peer)
{
    peer_send(peer, FINAL | TEXT, "self done", 9);
    do
        ck_assert(peer_read_message(peer, &frame));
    while (!strstr(frame.data, " done"));
}

void hears_nothing(int peer)
{
    struct pollfd readable = {.fd = peer, .events = POLLIN};
    ck_assert_int_eq(poll(&readable, 1, 0), 0);
}
