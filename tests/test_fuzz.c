/* What fuzzing has kept, tried again: each file of tests/fuzz/corpus, in a process of its own. */
// Not under an emulator.
#include <glob.h>
#include <stdlib.h>

#include "fuzz/fuzz.h"
#include "support_runtime.h"

struct attempt {
    int (*target)(const uint8_t *data, size_t size);
    const char *path;
};

static void try_file(void *argument)
{
    struct attempt *attempt = argument;
    uint8_t data[65536];
    FILE *file = fopen(attempt->path, "r");
    if (!file)
        abort();
    size_t size = fread(data, 1, sizeof(data), file);
    fclose(file);
    attempt->target(data, size);
}

static void try_all(const char *name, int (*target)(const uint8_t *data, size_t size))
{
    char pattern[128];
    glob_t files;
    snprintf(pattern, sizeof(pattern), "tests/fuzz/corpus/%s/*", name);
    ck_assert_int_eq(glob(pattern, 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        char *errors;
        struct attempt attempt = {target, files.gl_pathv[i]};
        int status = run_apart(try_file, &attempt, &errors);
        if (status != 0)
            ck_abort_msg("%s ends with status %d:\n%s", attempt.path, status, errors);
        free(errors);
    }
    globfree(&files);
}

#define CORPUS_TEST(name)                                                                          \
    START_TEST(name)                                                                               \
    {                                                                                              \
        try_all(#name, fuzz_##name);                                                               \
    }                                                                                              \
    END_TEST

CORPUS_TEST(words)
CORPUS_TEST(utf8)
CORPUS_TEST(read_line)
CORPUS_TEST(language)
CORPUS_TEST(text)
#ifdef LTO /* --wrap does not reach calls that link-time optimization has already bound */
#define commands NULL
#else
CORPUS_TEST(commands)
#endif

int main(void)
{
    return run_suite(
        "fuzz", (struct test_group[]){{"corpus", (const TTest *const[]){words, utf8, read_line,
                                                     language, text, commands, NULL}},
                    {NULL, NULL}});
}
