/* Shared by the exercise and its test. */
#pragma once

#include "common/task.h"

#define TICKS 5

/* The seconds at which you expect the clock to tick. */
extern const double prediction[TICKS];

/* The exercise's tasks. */
int show_clock(void *unused);
int read_keyboard(void *unused);

/* Part of the test: records the second in which it is called. */
void tick(void);

/* Part of the test: blocks the loop's thread until a key is pressed, three seconds later, and
 * returns the key. */
char getch(void);
