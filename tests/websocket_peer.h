/*
 * A WebSocket client by hand, for what no library would do. Functions fail the test when they
 * cannot do what they say.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10, FINAL = 0x80 };

struct frame {
    int opcode; /* with FINAL */
    size_t size;
    char data[128 * 1024]; /* a NUL behind them */
};

/* Connected, and the request sent. */
int peer_request(int port, const char *request);

/* Reads the answer's head, up to the empty line; its status, or 0 if the connection ended before.
 * head, unless NULL, receives its text. */
int peer_answer(int peer, char head[4096]);

/* Connected to that path, the handshake done; with a socket that is connected already, too. */
int peer_connect(int port, const char *path);
void peer_handshake(int peer, const char *path);

/* Sends a frame; opcode with FINAL, or without if more of the message follows. */
void peer_send(int peer, int opcode, const void *data, size_t size);
void peer_send_text(int peer, const char *text);

/* Reads a frame. False when the connection has ended. */
bool peer_read(int peer, struct frame *frame);

/* Reads frames to the end of the connection and answers the goodbye; its status, 0 if none came.
 * messages, unless NULL, receives how many text frames came before. */
int peer_ending(int peer, int *messages);
