/*
 * The program's name, and settings from environment variables. A value that cannot be understood is
 * reported on stderr and ignored: it does not end the program.
 */
#pragma once

/* The name of the running program, without its folder. */
const char *program_name(void);

/* The value of the variable, a whole number from 0 to maximum; fallback if it is unset, empty or
 * bad. */
unsigned long environment_number(
    const char *variable, unsigned long fallback, unsigned long maximum);

/* The index of the variable's value among the names, which end with NULL; 0 if it is unset, empty
 * or none of them. */
int environment_choice(const char *variable, const char *const names[]);
