/*
 * Recordings for tests to judge.
 */
#pragma once

/* A file in a directory of its own, and TRACE=FILE for child_start. */
struct recording {
    char directory[64];
    char path[80];
    char environment[96];
};
void recording_init(struct recording *recording);

/* Judges the file as tests/recording.py says, with these claims, words with a space between them,
 * and removes it. A test fails with what is wrong. */
void recording_judge(struct recording *recording, const char *claims);

/* The same for the number-th file, run-2.json, ... */
void recording_judge_next(struct recording *recording, int number, const char *claims);

/* Removes the directory, which has to be empty: the test has judged every file. */
void recording_free(struct recording *recording);
