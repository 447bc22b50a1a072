/*
 * Recordings, and their checks.
 */
#pragma once

/* A file in a directory of its own, and TRACE=FILE for child_start. */
struct recording {
    char directory[64];
    char path[80];
    char environment[96];
};
void recording_init(struct recording *recording);

/* Checks the file by tests/recording.py with these claims, which are words separated by spaces, and
 * removes it. If a claim is false, fails the test and says which. */
void recording_judge(struct recording *recording, const char *claims);

/* Does the same for file number N: run-2.json and so on. */
void recording_judge_next(struct recording *recording, int number, const char *claims);

/* Removes the directory, which has to be empty because the test has checked every file. */
void recording_free(struct recording *recording);
