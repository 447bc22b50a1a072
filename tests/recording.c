#include "recording.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support.h"

void recording_init(struct recording *recording)
{
    temporary_directory(recording->directory, "recording");
    snprintf(recording->path, sizeof(recording->path), "%s/run.json", recording->directory);
    snprintf(recording->environment, sizeof(recording->environment), "TRACE=%s", recording->path);
}

static void judge(const char *path, const char *claims)
{
    char command[1024], output[4096];
    snprintf(
        command, sizeof(command), "/usr/bin/python3 tests/recording.py %s %s 2>&1", path, claims);
    FILE *judge = popen(command, "re");
    ck_assert_ptr_nonnull(judge);
    size_t size = fread(output, 1, sizeof(output) - 1, judge);
    output[size] = '\0';
    if (pclose(judge) != 0)
        ck_abort_msg("%s: %s", path, output);
    unlink(path);
}

void recording_judge(struct recording *recording, const char *claims)
{
    judge(recording->path, claims);
}

void recording_judge_next(struct recording *recording, int number, const char *claims)
{
    char path[96];
    snprintf(path, sizeof(path), "%s/run-%d.json", recording->directory, number);
    judge(path, claims);
}

void recording_free(struct recording *recording)
{
    if (rmdir(recording->directory))
        ck_abort_msg("%s holds a file that the test has not judged", recording->directory);
}
