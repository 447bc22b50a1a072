#include "common/observe/trace/place.h"

#include <stdio.h>
#include <string.h>

#ifdef __ELF__
#include <link.h>

/* The address at which the program is loaded: addr2line counts addresses from there. */
static int take_base(struct dl_phdr_info *info, size_t size, void *base)
{
    (void)size;
    *(uintptr_t *)base = info->dlpi_addr;
    return 1; /* the first is the program itself */
}

/* Runs addr2line for the addresses, each reduced by back bytes. */
static FILE *start_addr2line(
    const char *options, void *const addresses[], size_t count, uintptr_t back)
{
    char command[64 + MAX_PLACE_FUNCTIONS * 20];
    snprintf(command, sizeof(command), "addr2line %s -e /proc/$PPID/exe", options);
    uintptr_t base = 0;
    dl_iterate_phdr(take_base, &base);
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(command);
        snprintf(command + length, sizeof(command) - length, " %#lx",
            (unsigned long)((uintptr_t)addresses[i] - base - back));
    }
    strncat(command, " 2>/dev/null", sizeof(command) - strlen(command) - 1);
    return popen(command, "re");
}
#else
/* addr2line and /proc are missing, on macOS: a recording then has no names of functions. */
static FILE *start_addr2line(
    const char *options, void *const addresses[], size_t count, uintptr_t back)
{
    (void)options, (void)addresses, (void)count, (void)back;
    return NULL;
}
#endif

void place_look_up(char *text, size_t size, void *const calls[], size_t count)
{
    char function[128], line[4096];
    *text = '\0';
    /* A call is just before the address to which it returns. Where the compiler has inlined
     * functions of the library, -i names the function that called them too. */
    FILE *output = start_addr2line("-f -i", calls, count, 1);
    if (!output)
        return;
    while (fgets(function, sizeof(function), output) && fgets(line, sizeof(line), output)) {
        char *file = strrchr(line, '/');
        if (*text || !file || strstr(line, "/common/"))
            continue;
        function[strcspn(function, "\n")] = '\0';
        file[1 + strcspn(file + 1, " \n")] = '\0';
        snprintf(text, size, "%.60s (%.60s)", function, file + 1);
    }
    pclose(output);
}

void place_functions(char names[][PLACE_FUNCTION], void *const functions[], size_t count)
{
    char function[128], line[4096];
    for (size_t i = 0; i < count; i++)
        *names[i] = '\0';
    FILE *output = start_addr2line("-f", functions, count, 0);
    if (!output)
        return;
    for (size_t i = 0; i < count && fgets(function, sizeof(function), output) &&
                       fgets(line, sizeof(line), output);
         i++) {
        function[strcspn(function, "\n")] = '\0';
        if (*function != '?')
            snprintf(names[i], PLACE_FUNCTION, "%.60s", function);
    }
    pclose(output);
}

const char *place_of(struct places *places, const struct coroutine *coroutine)
{
    void *calls[PLACE_CALLS] = {NULL};
    size_t count = coroutine_calls(coroutine, calls, PLACE_CALLS);
    for (size_t i = 0; i < places->count; i++)
        if (memcmp(places->known[i].calls, calls, sizeof(calls)) == 0)
            return places->known[i].text;
    /* If the cache is full, the last place is forgotten. */
    size_t place = places->count < MAX_PLACES ? places->count++ : MAX_PLACES - 1;
    memcpy(places->known[place].calls, calls, sizeof(calls));
    places->known[place].text[0] = '\0';
    if (count)
        place_look_up(places->known[place].text, sizeof(places->known[place].text), calls, count);
    return places->known[place].text;
}
