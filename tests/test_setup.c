/*
 * The packages that make's targets need (tests/setup/packages.sh): a target names what is missing
 * and the command that installs it, before it does anything else.
 */
// Plain variant only.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shell.h"
#include "support.h"

static const struct need {
    const char *target, *group;
} needs[] = {
    {"all", "build"},
    {"check", "test"},
    {"check", "page"},
    {"check ARCH=aarch64", "aarch64"},
    {"check ARCH=riscv64", "riscv64"},
    {"compile ARCH=macos", "macos"},
    {"check-seeds", "test"},
    {"tests CHAPTER=01-event-loop", "test"},
    {"build/plain/tests/test_words", "test"},
    {"exercise N=1.1", "test"},
    {"exercises", "test"},
    {"exercises-check", "test"},
    {"soak", "test"},
    {"recording NAME=timer", "test"},
    {"picture PROGRAM=01-event-loop/hello", "picture"},
    {"pictures", "docs"},
    {"docs", "docs"},
    {"docs-check", "docs"},
    {"site", "site"},
    {"lint", "ci"},
    {"format", "ci"},
    {"fuzz", "fuzz"},
};

START_TEST(a_target_checks_its_packages)
{
    static char output[1 << 22];
    char command[256], check[64];
    snprintf(command, sizeof(command), MAKE "-n --always-make %s 2>&1", needs[_i].target);
    snprintf(check, sizeof(check), "tests/setup/packages.sh check %s\n", needs[_i].group);
    ck_assert_int_eq(shell_run(command, output, sizeof(output)), 0);
    ck_assert_msg(strstr(output, check), "make %s does not call %s", needs[_i].target, check);
}
END_TEST

/* Python imports sitecustomize.py when it starts. */
#define WITHOUT_MODULE                                                                             \
    "directory=$(mktemp -d); trap 'rm -r $directory' EXIT; "                                       \
    "echo \"import sys; sys.modules['%s'] = None\" >$directory/sitecustomize.py; "                 \
    "PYTHONPATH=$directory " MAKE "%s 2>&1"

static void expect_missing(const char *module, const char *target, const char *group)
{
    char command[512], output[4096], install[64];
    snprintf(command, sizeof(command), WITHOUT_MODULE, module, target);
    snprintf(install, sizeof(install), "\nInstall with: make deps FOR=\"%s\", which runs\n", group);
    int status = shell_run(command, output, sizeof(output));
    const char *first = strstr(output, "Missing: "), *module_in_output = strstr(output, module);
    ck_assert_msg(status == 2 && first == output && module_in_output &&
                      module_in_output < strstr(output, install) && !strstr(output, "Traceback"),
        "make %s without %s: status %d, output\n%.1000s", target, module, status, output);
}

START_TEST(a_missing_module_is_named_with_its_command)
{
    expect_missing("pyte", "docs-check", "docs");
    expect_missing("pyte", "docs", "docs");
    expect_missing("websockets", "check", "test");
    expect_missing("websockets", "soak", "test");
}
END_TEST

/* A copy of packages.sh looks for Node's modules in the tree around it. */
static void check_node_modules(const char *installed, const char *locked, bool is_found)
{
    char command[1024], output[4096];
    snprintf(command, sizeof(command),
        "directory=$(mktemp -d); trap 'rm -r $directory' EXIT; "
        "mkdir -p $directory/tests/setup $directory/tests/browser; "
        "cp tests/setup/packages.sh $directory/tests/setup; cd $directory/tests/browser; "
        "for name in playwright-core speedscope; do mkdir -p node_modules/$name; "
        "printf '{\\n  \"version\": \"%s\"\\n}\\n' >node_modules/$name/package.json; "
        "printf '\"node_modules/'$name'\": {\\n  \"version\": \"%s\",\\n' >>package-lock.json; "
        "done; $directory/tests/setup/packages.sh check page 2>&1",
        installed, locked);
    shell_run(command, output, sizeof(output));
    ck_assert_msg(is_found == !strstr(output, "(cd tests/browser && npm ci"),
        "installed %s, locked %s: %s", installed, locked, output);
}

START_TEST(an_old_node_module_counts_as_missing)
{
    check_node_modules("1.2.0", "1.2.0", true);
    check_node_modules("1.1.0", "1.2.0", false);
    check_node_modules("", "1.2.0", false);
}
END_TEST

/* A system of a user who is not root, on which nothing is installed but these commands, none of
 * which works. */
static void install_on_bare_system(const char *commands, char output[4096])
{
    char command[1024];
    snprintf(command, sizeof(command),
        "directory=$(mktemp -d); trap 'rm -r $directory' EXIT; cd tests/setup && "
        "for tool in sh dirname grep cat tr sed sort paste head; do"
        " ln -s $(command -v $tool) $directory; done; "
        "for tool in id uname %s; do printf '#!/bin/sh\necho 1000; exit 1\n' >$directory/$tool; "
        "done; "
        "chmod +x $directory/*; env -u CC PATH=$directory ./packages.sh install build 2>&1",
        commands);
    ck_assert_int_eq(shell_run(command, output, 4096), 1);
}

static const struct {
    const char *commands, *said;
} bare_systems[] = {
    {"sudo apt-get", "\nInstalling: sudo apt-get update\n"},
    {"apt-get", "\nThere is no sudo here. Ask an administrator to run, as root:\n"
                "  apt-get update\n"
                "  apt-get install -y --no-install-recommends "},
    {"sudo dnf", "\nInstalling: sudo dnf install -y gcc glibc-devel "},
    {"dnf", "as root:\n  dnf install -y "},
    {"sudo pacman", "\nInstalling: sudo pacman -Syu --needed --noconfirm gcc glibc "},
    {"pacman", "as root:\n  pacman -Syu "},
    {"sudo", "Install these packages"},
};

START_TEST(the_command_of_the_system_is_run_or_told)
{
    char output[4096];
    install_on_bare_system(bare_systems[_i].commands, output);
    ck_assert_msg(
        strstr(output, bare_systems[_i].said), "%s: %s", bare_systems[_i].commands, output);
}
END_TEST

/* Runs a copy of packages.sh, around which there are no Node modules, after these assignments. */
static int run_copy(const char *assignments, const char *command, char output[8192])
{
    char line[512];
    snprintf(line, sizeof(line),
        "directory=$(mktemp -d); trap 'rm -r $directory' EXIT; mkdir -p $directory/tests/setup; "
        "cp tests/setup/packages.sh $directory/tests/setup; "
        "%s $directory/tests/setup/packages.sh %s 2>&1",
        assignments, command);
    return shell_run(line, output, 8192);
}

static bool ends_with(const char *text, const char *end)
{
    size_t size = strlen(text), end_size = strlen(end);
    return size >= end_size && strcmp(text + size - end_size, end) == 0;
}

START_TEST(the_doctor_asks_for_what_building_and_testing_need)
{
    char output[8192];
    int status = run_copy("", "doctor", output);
    ck_assert_msg(status == 0 && strstr(output, "playwright     MISSING") &&
                      ends_with(output, "make deps FOR=page\nready to build and test\n"),
        "status %d, output\n%s", status, output);
    status = run_copy("CC=no-such-compiler", "doctor", output);
    ck_assert_msg(
        status == 1 && ends_with(output, "not ready to build and test, without: no-such-compiler; "
                                         "make deps installs it\n"),
        "status %d, output\n%s", status, output);
}
END_TEST

START_TEST(nothing_to_install_is_said)
{
    char output[8192];
    ck_assert_int_eq(run_copy("", "deps build test", output), 0);
    ck_assert_str_eq(output, "All of build test is there: nothing to install\n");
}
END_TEST

/* What a learner asks for by its number. */
static const struct {
    const char *target;
    int status;
    const char *said;
} numbers[] = {
    {"step N=1.99", 2, "There is no step 1.99. The nearest is 1."},
    {"step N=2.20", 2, "The nearest is 2."},
    {"step N=9.1", 2, "The nearest is 4.1: 04-chat-server/steps/1-"},
    {"step", 2, "Which step? make step N=1.3 is the third of chapter 1."},
    {"exercise N=3.99", 2, "There is no exercise 3.99. The nearest is 3."},
    {"hint N=one", 2, "Which exercise? make exercise N=1.3 is the third of chapter 1."},
    {"hint N=1.2 HINT=9", 2, "1.2 has no hint 9."},
};

START_TEST(a_number_that_is_not_there_is_answered_with_the_nearest)
{
    char command[256], output[8192];
    snprintf(command, sizeof(command), "LC_ALL=en " MAKE "%s 2>&1", numbers[_i].target);
    int status = shell_run(command, output, sizeof(output));
    ck_assert_msg(status == numbers[_i].status && strstr(output, numbers[_i].said),
        "make %s: status %d, output\n%s", numbers[_i].target, status, output);
}
END_TEST

static int run_make(const char *words, char output[8192])
{
    char command[512];
    snprintf(command, sizeof(command), MAKE "%s 2>&1", words);
    return shell_run(command, output, 8192);
}

/* Commands that end with this status replace the build and the test of the exercise. */
#define EXERCISE(status) "exercise N=1.1 MAKE=true EXERCISES_SH=" status

START_TEST(an_exercise_that_is_not_solved_is_no_error_of_make)
{
    char output[8192];
    signal(SIGQUIT, SIG_DFL); /* ignored, where the tests run in the background of a script */
    int status = run_make(EXERCISE("false"), output);
    ck_assert_msg(status == 1 && !strstr(output, "***"), "status %d: %s", status, output);
    status = run_make("exercise N=9.9", output);
    ck_assert_msg(status == 2 && strstr(output, "***"), "status %d: %s", status, output);
    status = run_make(EXERCISE("true"), output);
    ck_assert_msg(status == 0, "status %d: %s", status, output);
}
END_TEST

START_TEST(a_learners_program_is_not_run_with_these_faults)
{
    static const char *const sources[] = {"01-event-loop/steps/3-libuv-timer.c",
        "02-coroutines-echo/exercises/1-whose-turn/exercise.c"};
    char output[8192], words[256];
    for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++) {
        snprintf(words, sizeof(words), "-n --always-make V=1 build/plain/%s.o", sources[i]);
        ck_assert_int_eq(run_make(words, output), 0);
        ck_assert_msg(strstr(output, "-Werror=return-type "
                                     "-Werror=implicit-function-declaration "
                                     "-Werror=incompatible-pointer-types"),
            "%s is compiled with\n%s", sources[i], output);
    }
    ck_assert_int_eq(run_make("-n --always-make V=1 build/plain/common/task/task.c.o", output), 0);
    ck_assert_ptr_null(strstr(output, "-Werror=return-type"));
}
END_TEST

int main(void)
{
    const TTest *const packages[] = {a_missing_module_is_named_with_its_command,
        an_old_node_module_counts_as_missing, the_doctor_asks_for_what_building_and_testing_need,
        nothing_to_install_is_said, an_exercise_that_is_not_solved_is_no_error_of_make,
        a_learners_program_is_not_run_with_these_faults, NULL};
    int numbered =
        run_table("setup numbers", a_number_that_is_not_there_is_answered_with_the_nearest,
            sizeof(numbers) / sizeof(*numbers));
    int bare = run_table("setup systems", the_command_of_the_system_is_run_or_told,
        sizeof(bare_systems) / sizeof(*bare_systems));
    int failed =
        run_table("setup needs", a_target_checks_its_packages, sizeof(needs) / sizeof(*needs));
    return run_suite("setup", (struct test_group[]){{"packages", packages}, {NULL, NULL}}) ||
           failed || bare || numbered;
}
