/* The chat's log on a terminal; test_04_chat.c tests it on a pipe. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "04-chat-server/log.h"
#include "support.h"

/* Makes standard output a terminal, and returns its other end. */
static int open_terminal(void)
{
    int other = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    ck_assert_int_ge(other, 0);
    ck_assert_int_eq(grantpt(other) || unlockpt(other), 0);
    int terminal = open(ptsname(other), O_WRONLY | O_NOCTTY | O_CLOEXEC);
    ck_assert_int_ge(terminal, 0);
    ck_assert_int_eq(dup2(terminal, STDOUT_FILENO), STDOUT_FILENO);
    close(terminal);
    return other;
}

static void read_some(int other, char *data, size_t size)
{
    ssize_t count = read(other, data, size - 1);
    ck_assert_int_gt(count, 0);
    data[count] = '\0';
}

/* The terminal has room for a part of a line, and a write of the rest would block. */
START_TEST(a_terminal_that_nobody_reads)
{
    struct log log = {0};
    char data[65536] = "";
    int other = open_terminal();
    while (log.lost < 3)
        log_printf(&log, "%01000llu", log.lost);
    while (log.unreported > 0) {
        read_some(other, data, sizeof(data));
        log_printf(&log, "so it is");
    }
    *data = '\0';
    for (size_t size = 0; !strstr(data, "linhas ficaram de fora\r\nso it is\r\n");
         size = strlen(data))
        read_some(other, data + size, sizeof(data) - size);
    log_close(&log);
    close(other);
}
END_TEST

/* A full disk takes the beginning of a line; the next line does not continue it. */
START_TEST(a_disk_that_is_full)
{
    struct log log = {0};
    char data[4096] = "";
    struct rlimit limit = {100, RLIM_INFINITY};
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(dup2(fileno(file), STDOUT_FILENO), STDOUT_FILENO);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    log_printf(&log, "%060d", 1);
    log_printf(&log, "%060d", 2); /* a part of it */
    log_printf(&log, "%060d", 3); /* nothing */
    limit.rlim_cur = RLIM_INFINITY;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    log_printf(&log, "room again");
    log_printf(&log, "and more");
    ck_assert_int_gt(pread(fileno(file), data, sizeof(data) - 1, 0), 0);
    const char *torn = strchr(data, '\n') + 1;
    ck_assert_str_eq(
        torn + strspn(torn, "0"), "\n... 2 linhas ficaram de fora\nroom again\nand more\n");
    ck_assert_uint_eq(strspn(torn, "0"), 100 - 61);
    log_close(&log);
    fclose(file);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {a_terminal_that_nobody_reads, a_disk_that_is_full, NULL};
    return run_suite("04_log", (struct test_group[]){{"log", tests}, {NULL, NULL}});
}
