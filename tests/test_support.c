/* The tests' own tools, tried on the shell. */
#include "support.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void start_shell(struct child *child, const char *script)
{
    setenv("BIN", "", 1);
    child_start(child, "bin/sh", (const char *[]){"-c", script, NULL},
        (const char *[]){"GREETING=hello", NULL});
}

START_TEST(lines_are_read_one_by_one)
{
    struct child child;
    start_shell(&child, "echo one; echo; echo $GREETING; printf last");
    ck_assert_str_eq(child_line(&child), "one");
    ck_assert_str_eq(child_line(&child), "");
    ck_assert_str_eq(child_line_with(&child, "ell"), "hello");
    ck_assert_str_eq(child_line(&child), "last");
    ck_assert_ptr_null(child_line(&child));
    ck_assert_int_eq(child_wait(&child), 0);
}
END_TEST

START_TEST(the_rest_follows_a_line)
{
    struct child child;
    start_shell(&child, "printf '1\\n2\\n3'");
    ck_assert_str_eq(child_line(&child), "1");
    char *rest = child_rest(&child);
    ck_assert_str_eq(rest, "2\n3");
    free(rest);
    ck_assert_int_eq(child_wait(&child), 0);
}
END_TEST

START_TEST(a_server_names_its_port)
{
    struct child child;
    start_shell(&child, "echo 'Listening on [::1]:8765'");
    ck_assert_int_eq(child_port(&child), 8765);
    ck_assert_int_eq(child_wait(&child), 0);
}
END_TEST

START_TEST(input_and_errors_are_the_childs)
{
    struct child child;
    start_shell(&child, "read line; echo \"$line\" >&2; exit 3");
    ck_assert_int_eq(write(child.input, "text\n", 5), 5);
    ck_assert_int_eq(child_wait(&child), 3);
    char *errors = child_errors(&child);
    ck_assert_str_eq(errors, "text\n");
    free(errors);
}
END_TEST

START_TEST(a_signal_is_told)
{
    struct child child;
    start_shell(&child, "echo ready; read line");
    child_line(&child);
    child_signal(&child, SIGTERM);
    ck_assert_int_eq(child_wait(&child), 128 + SIGTERM);
}
END_TEST

/* Each is to fail: run_suite's own verdict is looked at. */
START_TEST(fails_for_a_report)
{
    struct child child;
    start_shell(&child, "echo '==7==ERROR: AddressSanitizer' >&2");
    child_wait(&child);
}
END_TEST

START_TEST(fails_for_a_missing_line)
{
    struct child child;
    start_shell(&child, "echo one");
    child_line_with(&child, "two");
}
END_TEST

START_TEST(fails_for_a_missing_program)
{
    struct child child;
    setenv("BIN", "/nowhere", 1);
    child_start(&child, "nothing", NULL, NULL);
    /* Under Valgrind the program that starts is Valgrind: it says so. */
    ck_assert_int_eq(child_wait(&child), 0);
}
END_TEST

/* Leaves a directory with a file in it, and crashes. */
START_TEST(fails_with_files)
{
    char directory[64], file[80];
    temporary_directory(directory, "files");
    snprintf(file, sizeof(file), "%s/file", directory);
    FILE *path = fopen(getenv("WHERE"), "w");
    fputs(directory, path);
    fclose(path);
    fclose(fopen(file, "w"));
    raise(SIGKILL);
}
END_TEST

static int silently(const TTest *test)
{
    setenv("CK_VERBOSITY", "silent", 1);
    return run_suite("failing",
        (struct test_group[]){{"failing", (const TTest *const[]){test, NULL}}, {NULL, NULL}});
}

START_TEST(a_report_fails)
{
    ck_assert_int_ne(silently(fails_for_a_report), 0);
}
END_TEST

START_TEST(a_missing_line_fails)
{
    ck_assert_int_ne(silently(fails_for_a_missing_line), 0);
}
END_TEST

START_TEST(a_missing_program_fails)
{
    ck_assert_int_ne(silently(fails_for_a_missing_program), 0);
}
END_TEST

START_TEST(a_failed_test_leaves_no_files)
{
    char directory[64], where[80], path[64] = "";
    temporary_directory(directory, "where");
    snprintf(where, sizeof(where), "%s/where", directory);
    setenv("WHERE", where, 1);
    ck_assert_int_ne(silently(fails_with_files), 0);
    FILE *file = fopen(where, "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_ptr_nonnull(fgets(path, sizeof(path), file));
    fclose(file);
    ck_assert_int_eq(access(path, F_OK), -1);
}
END_TEST

START_TEST(success_is_success)
{
    ck_assert_int_eq(silently(lines_are_read_one_by_one), 0);
}
END_TEST

START_TEST(descriptors_are_counted)
{
    int before = open_descriptors(0);
    pid_t pid = fork();
    if (pid == 0)
        _exit(open_descriptors(getppid()) != before);
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);

    int copy = dup(0);
    ck_assert_int_eq(open_descriptors(0), before + 1);
    close(copy);
    ck_assert_int_eq(open_descriptors(getpid()), before);

    struct child child;
    start_shell(&child, "echo ready; read line");
    child_line(&child);
    ck_assert_int_ge(open_descriptors(child.pid), 3);
    child_wait(&child);
}
END_TEST

int main(void)
{
    return run_suite("support",
        (struct test_group[]){
            {"programs", (const TTest *const[]){lines_are_read_one_by_one, the_rest_follows_a_line,
                             a_server_names_its_port, input_and_errors_are_the_childs,
                             a_signal_is_told, descriptors_are_counted, NULL}},
            {"failures", (const TTest *const[]){a_report_fails, a_missing_line_fails,
                             a_missing_program_fails, a_failed_test_leaves_no_files,
                             success_is_success, NULL}},
            {NULL, NULL}});
}
