/* The names in a recording. */
#include <string.h>

#include "common/observe/trace/place.h"
#include "common/observe/trace/ring.h"

#define OTHER "..."

static uint64_t hash_of(const char *text)
{
    uint64_t hash = 14695981039346656037U; /* FNV-1a */
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211U;
    return hash;
}

/* Stores the text after the others. Returns its offset; 0, which is OTHER, if there is no room. */
static uint32_t add_text(struct trace_names *names, const char *text)
{
    size_t size = strlen(text) + 1;
    if (names->used == 0) {
        strcpy(names->texts, OTHER);
        names->used = sizeof(OTHER);
    }
    if (size > TRACE_TEXTS - names->used)
        return 0;
    memcpy(names->texts + names->used, text, size);
    names->used += size;
    return (uint32_t)(names->used - size);
}

/* The place of the name with that hash and the same text, or the same function; else the free place
 * for it. */
static uint16_t *find(
    struct trace_names *names, uint64_t hash, const char *text, const void *function)
{
    size_t place = hash % (2 * TRACE_NAMES);
    for (;; place = (place + 1) % (2 * TRACE_NAMES)) {
        uint16_t name = names->places[place];
        if (!name)
            return &names->places[place];
        if (names->known[name].hash == hash && names->known[name].function == function &&
            (function || strcmp(trace_name_text(names, name), text) == 0))
            return &names->places[place];
    }
}

static uint16_t intern(struct trace_names *names, uint64_t hash, const char *text, void *function)
{
    uint16_t *place = find(names, hash, text, function);
    if (!*place && names->count + 1 < TRACE_NAMES) {
        uint16_t name = (uint16_t)(names->count + 1);
        names->known[name].hash = hash;
        names->known[name].function = function;
        names->known[name].text = add_text(names, text);
        names->count = name;
        *place = name;
    }
    return *place;
}

uint16_t trace_name(struct trace_names *names, const char *text)
{
    return intern(names, hash_of(text), text, NULL);
}

uint16_t trace_function_name(struct trace_names *names, void *function)
{
    return intern(names, (uint64_t)(uintptr_t)function * 11400714819323198485U, "", function);
}

const char *trace_name_text(const struct trace_names *names, uint16_t name)
{
    const char *text = names->texts + names->known[name].text;
    return names->known[name].function && !*text ? "callback" : text;
}

void trace_name_functions(struct trace_names *names)
{
    void *functions[MAX_PLACE_FUNCTIONS];
    unsigned which[MAX_PLACE_FUNCTIONS];
    char found[MAX_PLACE_FUNCTIONS][PLACE_FUNCTION];
    for (unsigned name = 1, count = 0; name <= names->count; name++) {
        if (names->known[name].function) {
            functions[count] = names->known[name].function;
            which[count++] = name;
        }
        if (count < MAX_PLACE_FUNCTIONS && (name < names->count || count == 0))
            continue;
        place_functions(found, functions, count);
        while (count-- > 0)
            if (*found[count])
                names->known[which[count]].text = add_text(names, found[count]);
        count = 0;
    }
}
