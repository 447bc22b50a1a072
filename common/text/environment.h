/*
 * Wishes from the environment. One that cannot be understood is told of on stderr, and left aside:
 * a program does not end for it, and nobody takes it for heeded.
 */
#pragma once

/* What the variable says, a whole number from 0 to most; fallback where it is not set or empty. */
unsigned long environment_number(const char *variable, unsigned long fallback, unsigned long most);

/* Which of the names, ended by NULL, the variable says; the first where it is not set or empty. */
int environment_choice(const char *variable, const char *const names[]);
