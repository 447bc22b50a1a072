/* The frame of a suite: its tests, their time limit and the directory of their files. */
#include "support.h"

#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h> /* mkdtemp on macOS */

#define SECONDS_A_TEST 30

void temporary_directory(char path[64], const char *name)
{
    size_t length = (size_t)snprintf(path, 64, "%s/%s-XXXXXX", getenv("TMPDIR"), name);
    ck_assert_uint_lt(length, 64);
    if (!mkdtemp(path))
        ck_abort_msg("%s: %s", path, strerror(errno));
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status, (void)type, (void)place;
    remove(path); /* a process that a failed test has left may still add to its directory */
    return 0;
}

/* What a user may have set for all programs. */
static void unset_preferences(void)
{
    static const char *const names[] = {"LANG", "LANGUAGE", "LC_ALL", "LC_COLLATE", "LC_CTYPE",
        "LC_MESSAGES", "LC_MONETARY", "LC_NUMERIC", "LC_TIME", "NO_COLOR"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unsetenv(names[i]);
}

/* Check itself catches these two, and the process of a test inherits that. */
static void let_signals_have_their_default_effect(void)
{
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
}

static TCase *add_case(Suite *suite, const char *name)
{
    TCase *tcase = tcase_create(name);
    tcase_add_checked_fixture(tcase, let_signals_have_their_default_effect, NULL);
    tcase_set_timeout(tcase, SECONDS_A_TEST);
    suite_add_tcase(suite, tcase);
    return tcase;
}

static int run(Suite *suite)
{
    char files[] = "/tmp/test-XXXXXX";
    unset_preferences();
    if (!mkdtemp(files) || setenv("TMPDIR", files, 1)) {
        perror(files);
        return EXIT_FAILURE;
    }
    SRunner *runner = srunner_create(suite);
    check_set_max_msg_size(2 * BUFSIZ); /* Check cuts a message at BUFSIZ, but refuses half of it */
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    nftw(files, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int run_suite(const char *name, const struct test_group *groups)
{
    Suite *suite = suite_create(name);
    for (; groups->name; groups++) {
        TCase *tcase = add_case(suite, groups->name);
        for (const TTest *const *test = groups->tests; *test; test++)
            tcase_add_test(tcase, *test);
    }
    return run(suite);
}

int run_table(const char *name, const TTest *test, int rows)
{
    Suite *suite = suite_create(name);
    tcase_add_loop_test(add_case(suite, name), test, 0, rows);
    return run(suite);
}
