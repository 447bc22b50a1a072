#include "support_reference.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/bytes.h"

#define SEED 20150315
#define LONGEST_CASE 256

void reference_open(
    struct reference *reference, const char *what, char *(*answer)(const char *data, size_t size))
{
    *reference =
        (struct reference){.what = what, .cases = tmpfile(), .ours = tmpfile(), .answer = answer};
    if (!reference->cases || !reference->ours)
        ck_abort_msg("tmpfile failed");
}

void reference_add(struct reference *reference, const char *data, size_t size)
{
    char *hex = bytes_to_hex(data, size);
    char *answer = reference->answer(data, size);
    fprintf(reference->cases, "%s\n", hex);
    fprintf(reference->ours, "%s\n", answer);
    free(hex);
    free(answer);
}

void reference_add_all(
    struct reference *reference, const char *const parts[], size_t count, size_t most)
{
    size_t sequences = 1;
    for (size_t length = 1; length <= most; length++) {
        sequences *= count;
        for (size_t number = 0; number < sequences; number++) {
            char data[LONGEST_CASE] = "";
            size_t size = 0;
            for (size_t i = 0, digits = number; i < length; i++, digits /= count)
                size = (size_t)(stpcpy(data + size, parts[digits % count]) - data);
            reference_add(reference, data, size);
        }
    }
}

void reference_add_random(
    struct reference *reference, const char *const parts[], size_t count, size_t most, size_t cases)
{
    unsigned seed = SEED;
    for (size_t n = 0; n < cases; n++) {
        char data[LONGEST_CASE] = "";
        size_t size = 0;
        for (size_t left = (size_t)rand_r(&seed) % (most + 1); left > 0; left--)
            size = (size_t)(stpcpy(data + size, parts[(size_t)rand_r(&seed) % count]) - data);
        reference_add(reference, data, size);
    }
}

/* The cases go in as a file, the answers come out into one: no pipe can fill up. */
static FILE *ask(struct reference *reference)
{
    FILE *answers = tmpfile();
    if (!answers || fflush(reference->cases) || fflush(reference->ours))
        ck_abort_msg("a temporary file could not be written");
    rewind(reference->cases);

    const char *python = access("/usr/bin/python3", X_OK) == 0 ? "/usr/bin/python3" : "python3";
    pid_t pid = fork();
    if (pid == 0) {
        dup2(fileno(reference->cases), STDIN_FILENO);
        dup2(fileno(answers), STDOUT_FILENO);
        execlp(python, python, "tests/reference.py", reference->what, (char *)NULL);
        _exit(127);
    }
    int status = -1;
    if (pid < 0 || waitpid(pid, &status, 0) < 0 || status != 0)
        ck_abort_msg("%s tests/reference.py failed: status %d", python, status);
    rewind(reference->cases); /* the offset is one for both processes */
    rewind(reference->ours);
    rewind(answers);
    return answers;
}

size_t reference_compare(struct reference *reference)
{
    FILE *theirs = ask(reference);
    char given[16 * LONGEST_CASE], ours[16 * LONGEST_CASE], expected[16 * LONGEST_CASE];
    size_t compared = 0;
    while (fgets(given, sizeof given, reference->cases)) {
        if (!fgets(ours, sizeof ours, reference->ours) || !fgets(expected, sizeof expected, theirs))
            ck_abort_msg("no answer to %s", given);
        if (strcmp(ours, expected) != 0)
            ck_abort_msg("for %sours is %sPython's %s", given, ours, expected);
        compared++;
    }
    fclose(theirs);
    fclose(reference->cases);
    fclose(reference->ours);
    return compared;
}
