/*
 * The frames that arrive from a client (RFC 6455, 5), before libwebsockets parses them. They are
 * checked here, since libwebsockets takes frames without a mask and lengths that are longer than
 * they need be, answers only one of several pings, and ends some connections without a status.
 * Control frames are taken out: libwebsockets gets the messages alone.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { FRAME_TEXT = 1, FRAME_CLOSE = 8, FRAME_PING = 9, FRAME_PONG = 10 }; /* opcodes */

#define MAX_MASKED_HEADER 14 /* bytes, with the mask */

struct websocket;

/* All zero at the start. */
struct frame_reader {
    unsigned char header[MAX_MASKED_HEADER];            /* of the current frame */
    unsigned char header_size;                          /* bytes of it that have arrived */
    unsigned char control_size;                         /* bytes of control */
    enum { FOR_LIBWEBSOCKETS, COLLECTED, SKIPPED } use; /* of the current frame */
    bool in_payload;                                    /* the header has arrived */
    bool is_fragmented; /* a message has begun, and its last frame is to come */
    bool ended;         /* after an invalid frame or a close frame */
    bool peer_closed;   /* after a close frame */
    uint64_t left;      /* bytes of the current frame's payload to come */
    uint64_t message;   /* bytes of the current message so far */
    char *control;      /* the payload of the current control frame, or NULL */
};

/* What libwebsockets gets can be longer than what has arrived by this many bytes. */
#define FRAMES_ROOM 48

/* Filters size bytes that have arrived at data + FRAMES_ROOM, and answers pings. Writes to data
 * what libwebsockets gets, and returns the size of that, which is not 0.
 *
 * The end of the input is a PONG frame for libwebsockets, so that it reports it after all messages
 * before it: the payload is the status to close the connection with, in digits. */
ssize_t frames_filter(struct websocket *socket, unsigned char *data, size_t size);
