/* gdb on the echo server: backtraces inside tasks, and the commands of docs/tasks-gdb.py, on the
 * running program as on its core file. */
// Not under an emulator.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"
#include "support_runtime.h"

#define SOURCE "02-coroutines-echo/echo-server.c"
#define COMMANDS "-ex 'source docs/tasks-gdb.py' "
/* Two clients: the second one's task is stopped where it begins. */
#define SECOND_CLIENT "-ex 'break manage' -ex 'ignore 1 1' -ex run "
/* And from there on, until all wait. */
#define ALL_WAIT "-ex delete -ex 'break epoll_wait' -ex 'break epoll_pwait' -ex continue "

static const char *server(void)
{
    static char path[1024];
    const char *root = getenv("BIN");
    snprintf(path, sizeof(path), "%s/02-coroutines-echo/echo-server", root ? root : ".");
    return path;
}

static bool with_ucontext(void)
{
    const char *variant = getenv("OUT");
    return variant && strstr(variant, "ucontext");
}

/* Its commands are options of its command line; words, if any, follow the program. */
static FILE *start_gdb(const char *commands, const char *words)
{
    char line[4096];
    int size = snprintf(line, sizeof(line),
        "DEBUGINFOD_URLS= exec gdb -nx -batch -ex 'set width 0' %s --args '%s' %s </dev/null 2>&1",
        commands, server(), words);
    ck_assert_int_lt(size, (int)sizeof(line));
    FILE *gdb = popen(line, "r");
    ck_assert_ptr_nonnull(gdb);
    return gdb;
}

static char *rest_of(FILE *gdb)
{
    char *text = NULL, part[1024];
    size_t size;
    FILE *memory = open_memstream(&text, &size);
    for (size_t got; (got = fread(part, 1, sizeof(part), gdb)) > 0;)
        fwrite(part, 1, got, memory);
    fclose(memory);
    pclose(gdb);
    return text;
}

/* What gdb says about the server, to which two clients have said a line. */
static char *debug(const char *commands)
{
    FILE *gdb = start_gdb(commands, "--port 0 --quiet");
    char line[1024];
    int port = 0;
    while (!port && fgets(line, sizeof(line), gdb))
        sscanf(line, "Escutando 127.0.0.1:%d", &port);
    int one = connect_to(port);
    ck_assert_int_eq(write(one, "oi\n", 3), 3);
    ck_assert_int_gt(read(one, line, sizeof(line)), 0);
    int two = connect_to(port);
    ck_assert_int_eq(write(two, "oi\n", 3), 3);
    char *said = rest_of(gdb);
    close(one);
    close(two);
    return said;
}

/* Fails unless it says all of these, in this order. */
static void says(const char *said, const char *const texts[])
{
    const char *rest = said;
    for (; *texts; texts++) {
        rest = strstr(rest, *texts);
        if (!rest)
            ck_abort_msg("no \"%s\" in:\n%.3000s", *texts, said);
        rest += strlen(*texts);
    }
}

#define SAYS(said, ...) says(said, (const char *const[]){__VA_ARGS__, NULL})

static void never_says(const char *said, const char *text)
{
    if (strstr(said, text))
        ck_abort_msg("\"%s\" in:\n%.3000s", text, said);
}

/* What a task's backtrace ends with. ucontext's is in the C library. */
static const char *last_frame(void)
{
    return with_ucontext() ? "/libc.so" : "switch_start () at common/coroutine/";
}

static char *text_of(const char *path)
{
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    char *text = NULL;
    size_t size = 0;
    ck_assert_int_gt(getdelim(&text, &size, '\0', file), 0);
    fclose(file);
    return text;
}

/* The line of the source that says that. */
static int line_of(const char *path, const char *statement)
{
    char *source = text_of(path), *found = strstr(source, statement);
    ck_assert_ptr_nonnull(found);
    int line = 1;
    for (const char *at = source; at < found; at++)
        line += *at == '\n';
    free(source);
    return line;
}

/* "in manage (echo-server.c:66)\n" */
static const char *place(char text[128], const char *function, const char *statement)
{
    snprintf(text, 128, "in %s (echo-server.c:%d)\n", function, line_of(SOURCE, statement));
    return text;
}

static const char *reading(char text[128])
{
    return place(text, "manage", " = stream_read_line(");
}

static const char *accepting(char text[128])
{
    return place(text, "serve", " = listener_serve(");
}

/*
 * Backtraces
 */

START_TEST(a_backtrace_inside_a_task_ends_where_its_stack_begins)
{
    char *said = debug(SECOND_CLIENT "-ex bt");
    SAYS(said, "#0  manage (", " at " SOURCE ":", "\n#1 ", " in task_main (");
    never_says(said, "corrupt");
    never_says(said, "Backtrace stopped");
    if (!with_ucontext()) {
        SAYS(said, " in switch_start () at common/coroutine/");
        never_says(said, "??");
        ck_assert_ptr_null(strstr(strstr(said, "switch_start"), "\n#"));
    }
    free(said);
}
END_TEST

/*
 * The commands
 */

/* What "tasks" and "tasks backtrace" say where the second client's task runs. */
static void lists_the_tasks(const char *said)
{
    char read[128], accept[128];
    SAYS(said, "\n   1 serve: accept, ", accepting(accept), "   3   connection: running\n",
        "   2   connection: read_line, ", reading(read));
    SAYS(said, "\ntask 1 (serve): accept\n#", " listener_serve (", " in serve (", " in task_main (",
        last_frame(), "\ntask 2 (connection): read_line\n#", " task_wait (",
        " in stream_read_line (", " in manage (object=0x", " at " SOURCE ":", " in task_main (",
        last_frame());
    never_says(said, "\ntask 3"); /* it runs: gdb's own bt tells of it */
    never_says(said, "Python Exception");
}

START_TEST(tasks_are_listed_live_and_in_a_core_file)
{
    char directory[64], core[80], commands[512];
    temporary_directory(directory, "core");
    snprintf(core, sizeof(core), "%s/core", directory);
    /* gdb's own core files leave out what lies beside a guard of the kernel's newer kind. */
    snprintf(commands, sizeof(commands),
        COMMANDS "-ex 'set environment STACK_GUARD mprotect' " SECOND_CLIENT
                 "-ex tasks -ex 'tasks backtrace' -ex 'generate-core-file %s'",
        core);
    char *said = debug(commands);
    lists_the_tasks(said);
    free(said);

    snprintf(commands, sizeof(commands),
        COMMANDS "-ex 'core-file %s' -ex tasks -ex 'tasks backtrace'", core);
    said = rest_of(start_gdb(commands, ""));
    lists_the_tasks(said);
    free(said);
}
END_TEST

START_TEST(tasks_are_listed_where_none_runs)
{
    char read[128], accept[128];
    char *said = debug(COMMANDS SECOND_CLIENT ALL_WAIT "-ex tasks -ex 'tasks backtrace 3' -ex bt");
    reading(read);
    SAYS(said, "\n   1 serve: accept, ", accepting(accept), "   3   connection: read_line, ", read,
        "   2   connection: read_line, ", read, "\ntask 3 (connection): read_line\n#",
        " in manage (object=0x", last_frame(), "\n#0 ", "epoll_", " task_run (", " in main (");
    free(said);
}
END_TEST

/* is_quit has no frame of its own: the compiler has put it into manage. */
START_TEST(tasks_are_listed_inside_an_inline_call)
{
    char *said = debug(COMMANDS "-ex 'break is_quit' -ex 'ignore 1 1' -ex run -ex bt -ex tasks "
                                "-ex 'tasks backtrace'");
    SAYS(said, " is_quit (");
    lists_the_tasks(said);
    free(said);
}
END_TEST

START_TEST(a_task_can_be_looked_into)
{
    char *said = debug(COMMANDS SECOND_CLIENT ALL_WAIT
        "-ex 'tasks select 2' -ex 'frame function manage' -ex 'print *self->stream' -ex bt "
        "-ex tasks -ex 'print self->server->active' -ex 'tasks select' -ex bt");
    SAYS(said, " in manage (object=0x", "$1 = {", "\n#1 ", " in stream_read_line (", last_frame(),
        "   1 serve: accept", "\n$2 = 2\n", "\n#0 ", "epoll_", " in main (");
    free(said);
}
END_TEST

START_TEST(what_cannot_be_done_is_said)
{
    char *said = debug(
        COMMANDS "-ex tasks " SECOND_CLIENT
                 "-ex 'tasks select 3' -ex 'tasks select connection' -ex 'tasks backtrace nobody' "
                 "-ex 'tasks nonsense'");
    SAYS(said, "Task 3 is not suspended: running.\n",
        "2 tasks are called connection: give a number.\n", "There is no task nobody.\n",
        "There is no \"tasks nonsense\": see \"help tasks\".\n");
    free(said);
    said = rest_of(start_gdb(COMMANDS "-ex tasks -ex 'break main' -ex run -ex tasks", ""));
    SAYS(said, "There is no process and no core file.\n", "No thread is in task_run.\n");
    free(said);
}
END_TEST

/* As docs/debugging.md says: without gdb you send a signal. */
START_TEST(the_tree_at_a_signal_names_the_same_lines)
{
    struct child child;
    char read[128], accept[128], answer[256], *tree;
    child_start(&child, "02-coroutines-echo/echo-server",
        (const char *[]){"--port", "0", "--quiet", NULL}, NULL);
    int client = connect_to(child_port(&child));
    ck_assert_int_eq(write(client, "oi\n", 3), 3);
    ck_assert_int_gt(recv(client, answer, sizeof(answer), 0), 0);
    child_signal(&child, SIGUSR1);
    while (tree = child_errors(&child), !strstr(tree, "\n  connection: read_line since")) {
        free(tree);
        usleep(1000); /* between two looks */
    }
    if (!with_ucontext())
        SAYS(tree, "\nserve: accept since ", accepting(accept), "  connection: read_line since ",
            reading(read));
    free(tree);
    close(client);
    child_signal(&child, SIGTERM);
    ck_assert_int_eq(child_wait(&child), 0);
}
END_TEST

START_TEST(the_page_shows_these_lines)
{
    char *page = text_of("docs/debugging.md"), read[128], accept[128], planted[128];
    snprintf(planted, sizeof(planted), "in write_to_array tests/planted.c:%d\n",
        line_of("tests/planted.c", "PLANT(start[index] = 'x');"));
    accepting(accept);
    reading(read);
    SAYS(page, accept, read, accept, read, planted);
    free(page);
}
END_TEST

static const char *why_skipped(void)
{
#ifdef LTO
    return "link-time optimization inlines the functions that gdb is to name";
#endif
    if (memory_is_shadowed())
        return "a sanitizer or Valgrind watches the program";
    if (system("gdb -nx -batch -ex 'python gdb.execute(\"starti\"); print(\"able\")' /bin/true "
               "</dev/null 2>&1 | grep -q able"))
        return "there is no gdb with Python that may trace a program here";
    return NULL;
}

int main(void)
{
    const char *why = why_skipped();
    if (why) {
        printf("debugger: skipped: %s\n", why);
        return EXIT_SUCCESS;
    }
    return run_suite("debugger",
        (struct test_group[]){{"backtrace",
                                  (const TTest *const[]){
                                      a_backtrace_inside_a_task_ends_where_its_stack_begins, NULL}},
            {"commands",
                (const TTest *const[]){tasks_are_listed_live_and_in_a_core_file,
                    tasks_are_listed_where_none_runs, tasks_are_listed_inside_an_inline_call,
                    a_task_can_be_looked_into, what_cannot_be_done_is_said, NULL}},
            {"signal", (const TTest *const[]){the_tree_at_a_signal_names_the_same_lines, NULL}},
            {"page", (const TTest *const[]){the_page_shows_these_lines, NULL}}, {NULL, NULL}});
}
