/*
 * The packages that make's targets need (tests/setup/packages.sh): a target names what is missing
 * and the command that installs it, before it does anything else.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shell.h"
#include "support.h"

#define MAKE "env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make "

static const struct need {
    const char *target, *group;
} needs[] = {
    {"all", "build"},
    {"check", "test"},
    {"check", "page"},
    {"check ARCH=aarch64", "aarch64"},
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
    static char output[1 << 20];
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

int main(void)
{
    const TTest *const packages[] = {
        a_missing_module_is_named_with_its_command, an_old_node_module_counts_as_missing, NULL};
    int bare = run_table("setup systems", the_command_of_the_system_is_run_or_told,
        sizeof(bare_systems) / sizeof(*bare_systems));
    int failed =
        run_table("setup needs", a_target_checks_its_packages, sizeof(needs) / sizeof(*needs));
    return run_suite("setup", (struct test_group[]){{"packages", packages}, {NULL, NULL}}) ||
           failed || bare;
}
