/*
 * The members of the stage's room (websocket_stage_room.h) as a test plays them: member N is the
 * descriptor of its connection.
 */
#pragma once

#include "websocket_peer.h"

/* Connects member number N, in the room ("room"), not yet ("hall"), or in the other ("other"). */
int join_at(const char *place, int number);

/* So many members, from 0, in the room; and their end. */
void join(int peers[], int count);
void leave(const int peers[], int count);

/* Gives the member its commands, as printf makes them. */
void tell(int peer, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The next that it hears is that text; or nothing has come yet. */
void expect(int peer, const char *text);
void hears_nothing(int peer);

/* All that the member sent before has been done. */
void done(int peer);
