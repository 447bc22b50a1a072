/* Shared by the exercise and its test. */
#pragma once

#include "common/task.h"

#define TICKS 5

/* The seconds at which you expect the clock to tick. */
extern const double prediction[TICKS];

/* The exercise's tasks. */
int show_clock(void *unused);
int read_keyboard(void *unused);

/* The test's: notes at which second it was called. */
void tick(void);

/* The test's: a key is pressed three seconds after it is called, and then it returns. It blocks:
 * the loop's thread is in it until then. */
char getch(void);
