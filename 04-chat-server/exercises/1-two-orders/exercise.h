#pragma once

#include <stdbool.h>

#define MAX_TEXT 64

/* What the two listeners received: the messages in order, with a space between two: "a b c". */
struct received {
    char caio[MAX_TEXT], dora[MAX_TEXT];
};

/* Your predictions. */
extern const struct received predicted_with_waits, predicted_with_queues;

/* Plays the scene once and returns what they received. Called by a task. Returns 0 or an
 * error. */
int play(bool with_queues, struct received *received);
