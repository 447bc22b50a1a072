/* The chat's log on a terminal; test_04_chat.c tests it on a pipe. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
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

/*
 * The lines of an iteration are written together
 */

struct writer {
    uv_loop_t loop;
    struct log log;
    int other;        /* the other end of standard output */
    int lines;        /* how many were logged */
    unsigned random;  /* state of choose */
    int rest;         /* iterations of log_some */
    char text[65536]; /* what was read since the last line that check_lines has seen */
    size_t size;
    int next; /* the number of the line that check_lines expects */
};

static unsigned choose(struct writer *writer, unsigned count)
{
    writer->random = writer->random * 1103515245 + 12345;
    return (writer->random >> 16) % count;
}

/* Logs lines of different lengths, each with its number. */
static void log_lines(struct writer *writer, int count)
{
    for (int i = 0; i < count; i++, writer->lines++)
        log_printf(&writer->log, "%d %0*d", writer->lines, writer->lines * 7 % 90 + 1, 0);
}

static void start_writer(struct writer *writer, int other)
{
    memset(writer, 0, sizeof(*writer));
    writer->other = other;
    ck_assert_int_eq(loop_init(&writer->loop), 0);
    writer->log.loop = &writer->loop;
}

static void end_writer(struct writer *writer)
{
    log_close(&writer->log);
    ck_assert_int_eq(loop_close(&writer->loop), 0);
    close(writer->other);
}

/* Checks that the whole lines that were read are the next ones, and that notes count those between.
 */
static void check_lines(struct writer *writer)
{
    char *start = writer->text, *end;
    writer->text[writer->size] = '\0';
    for (; (end = strchr(start, '\n')); start = end + 1) {
        int number, lost;
        char note[32] = "";
        *end = '\0';
        if (sscanf(start, "... %d linhas ficaram %20s", &lost, note) == 2) {
            ck_assert_str_eq(note, "de");
            ck_assert_int_gt(lost, 0);
            writer->next += lost;
            continue;
        }
        ck_assert_msg(sscanf(start, "%d 0", &number) == 1 && number == writer->next,
            "%s instead of line %d", start, writer->next);
        ck_assert_uint_eq(strlen(strchr(start, ' ') + 1), (size_t)number * 7 % 90 + 1);
        writer->next++;
    }
    writer->size = strlen(start);
    memmove(writer->text, start, writer->size);
}

static void read_more(struct writer *writer, size_t size)
{
    ssize_t count = read(writer->other, writer->text + writer->size, size);
    ck_assert_int_ge(count, 0);
    writer->size += (size_t)count;
    check_lines(writer);
}

static bool is_readable(const struct writer *writer)
{
    struct pollfd readable = {.fd = writer->other, .events = POLLIN};
    return poll(&readable, 1, 0) == 1;
}

#define LINES 300

/* The lines leave in few writes, each of whole lines, and before the next iteration. The output is
 * a socket for datagrams, so that each read returns what one write wrote. */
static void read_datagrams(void *argument)
{
    struct writer *writer = argument;
    int writes = 0;
    for (; writer->next < LINES; writes++) {
        ck_assert(is_readable(writer));
        read_more(writer, PIPE_BUF);
        ck_assert_uint_eq(writer->size, 0); /* no part of a line */
    }
    ck_assert_int_le(writes, LINES / 50); /* a line has 50 bytes, and a write up to 4,096 */
    ck_assert(!is_readable(writer));
}

static void log_datagrams(void *argument)
{
    struct writer *writer = argument;
    log_lines(writer, LINES);
    ck_assert_int_eq(loop_call_soon(&writer->loop, read_datagrams, writer), 0);
}

START_TEST(lines_of_an_iteration_in_few_writes)
{
    struct writer writer;
    int ends[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), 0);
    ck_assert_int_eq(dup2(ends[1], STDOUT_FILENO), STDOUT_FILENO);
    close(ends[1]);
    start_writer(&writer, ends[0]);
    ck_assert_int_eq(loop_call_soon(&writer.loop, log_datagrams, &writer), 0);
    ck_assert_int_eq(loop_run(&writer.loop), 0);
    ck_assert_int_eq(writer.next, LINES);
    ck_assert_uint_eq(writer.log.lost, 0);
    end_writer(&writer);
}
END_TEST

/* A reader who is now slower, now faster than the log. Nothing blocks; each line arrives whole and
 * in order, or a note in its place counts it. */
static void log_some(void *argument)
{
    struct writer *writer = argument;
    log_lines(writer, (int)choose(writer, 200));
    for (unsigned i = choose(writer, 3); i > 0 && is_readable(writer); i--)
        read_more(writer, 1 + choose(writer, 8192));
    if (--writer->rest > 0)
        ck_assert_int_eq(loop_call_soon(&writer->loop, log_some, writer), 0);
}

static void log_last(void *argument)
{
    struct writer *writer = argument;
    while (is_readable(writer))
        read_more(writer, 8192);
    log_lines(writer, 1);
}

START_TEST(a_pipe_that_is_read_now_and_then)
{
    struct writer writer;
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(dup2(ends[1], STDOUT_FILENO), STDOUT_FILENO);
    close(ends[1]);
    start_writer(&writer, ends[0]);
    writer.random = (unsigned)_i;
    writer.rest = 400;
    ck_assert_int_eq(loop_call_soon(&writer.loop, log_some, &writer), 0);
    ck_assert_int_eq(loop_run(&writer.loop), 0);
    ck_assert_uint_gt(writer.log.lost, 0); /* the pipe was full */
    ck_assert_int_eq(loop_call_soon(&writer.loop, log_last, &writer), 0);
    ck_assert_int_eq(loop_run(&writer.loop), 0);
    read_more(&writer, 8192);
    ck_assert_int_eq(writer.next, writer.lines);
    ck_assert_uint_eq(writer.log.unreported, 0);
    end_writer(&writer);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {a_terminal_that_nobody_reads, a_disk_that_is_full,
        lines_of_an_iteration_in_few_writes, NULL};
    int failed = run_suite("04_log", (struct test_group[]){{"log", tests}, {NULL, NULL}});
    return run_table("04_log_rounds", a_pipe_that_is_read_now_and_then, 5) || failed;
}
