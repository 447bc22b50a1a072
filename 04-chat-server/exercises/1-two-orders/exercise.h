#pragma once

#include <stdbool.h>

#define LONGEST 64

/* What two who only listen have heard: the messages in order, with a space between: "a b c". */
struct heard {
    char caio[LONGEST], dora[LONGEST];
};

/* What you say that they hear. */
extern const struct heard predicted_with_waits, predicted_with_queues;

/* Plays the scene once, and tells what they have really heard. Called by a task. Returns 0 or an
 * error. */
int play(bool with_queues, struct heard *heard);
