/*
 * The test's side of the members of the server's room (websocket_stage_room.h). A member is the
 * descriptor of its connection.
 */
#pragma once

#include "websocket_peer.h"

/* Connects member number N: in the room ("room"), outside ("hall"), or in another room ("other").
 */
int join_at(const char *place, int number);

/* Connect members 0 to count - 1, in the room; disconnect them. */
void join(int peers[], int count);
void leave(const int peers[], int count);

/* Sends commands to the server as that member, printf-style. */
void tell(int peer, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Fails unless the next message to the member is the text; fails if a message has arrived. */
void expect(int peer, const char *text);
void hears_nothing(int peer);

/* Waits until the server has run everything that the member sent before. */
void done(int peer);
