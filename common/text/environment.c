#include "common/text/environment.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *program_name(void)
{
#ifdef __APPLE__
    return getprogname();
#else
    return program_invocation_short_name;
#endif
}

unsigned long environment_number(
    const char *variable, unsigned long fallback, unsigned long maximum)
{
    const char *text = getenv(variable);
    if (!text || !*text)
        return fallback;
    char *end;
    errno = 0;
    unsigned long number = strtoul(text, &end, 10);
    if (isdigit((unsigned char)*text) && !*end && !errno && number <= maximum)
        return number;
    fprintf(stderr, "%s: not a whole number from 0 to %lu, so it stays %lu: %s\n", variable,
        maximum, fallback, text);
    return fallback;
}

int environment_choice(const char *variable, const char *const names[])
{
    const char *text = getenv(variable);
    if (!text || !*text)
        return 0;
    for (int i = 0; names[i]; i++)
        if (strcmp(text, names[i]) == 0)
            return i;
    fprintf(stderr, "%s: not one of", variable);
    for (int i = 0; names[i]; i++)
        fprintf(stderr, "%s %s", i ? "," : "", names[i]);
    fprintf(stderr, "; so it is %s: %s\n", names[0], text);
    return 0;
}
