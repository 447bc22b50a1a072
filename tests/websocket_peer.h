/*
 * A WebSocket client without a library, so that it can break the rules. The functions fail the test
 * when they cannot do what they promise.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10, FINAL = 0x80 };

struct frame {
    int opcode; /* with FINAL */
    size_t size;
    char data[128 * 1024]; /* a NUL after them */
};

/* Connects and sends the request. */
int peer_request(int port, const char *request);

/* Reads the response's header, up to the empty line, and stores it in head unless NULL. Returns its
 * status, or 0 if the connection ended before. */
int peer_answer(int peer, char head[4096]);

/* Connects to the path, handshake included; peer_handshake does so on a connected socket. */
int peer_connect(int port, const char *path);
void peer_handshake(int peer, const char *path);

/* Sends a frame; opcode with FINAL, or without if more of the message follows. */
void peer_send(int peer, int opcode, const void *data, size_t size);
void peer_send_text(int peer, const char *text);

/* Reads a frame. Returns false if the connection has ended. */
bool peer_read(int peer, struct frame *frame);

/* Reads the next frame that is not a ping, and answers the pings before it. On a slow machine the
 * client may send nothing else for 20 s, after which the server pings it. */
bool peer_read_message(int peer, struct frame *frame);

/* Returns whether the connection ends without another frame. */
bool peer_has_ended(int peer);

/* Reads frames to the end of the connection and answers the close frame. Returns its status, or 0
 * if there was none. Stores the number of text frames before it in messages unless NULL. */
int peer_ending(int peer, int *messages);
