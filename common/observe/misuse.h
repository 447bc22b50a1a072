/*
 * Mistakes in how the library is used. They end the program with a message that names the task and
 * the mistake, because no result of a call could be trusted after them.
 */
#pragma once

/* Ends the program. format describes what the running task did: "joins itself". */
_Noreturn void misuse(const char *format, ...) __attribute__((cold, format(printf, 1, 2)));

/* Ends the program if the caller of a public function passed NULL where the function needs an
 * object or another function. */
#define require(pointer) require_for(__func__, pointer)
#define require_for(call, pointer)                                                                 \
    do {                                                                                           \
        if (!(pointer))                                                                            \
            misuse("called %s with NULL for %s", call, #pointer);                                  \
    } while (0)
