/* program_start may end the process, so each command line is tried in a process of its own. */
#include "common/program.h"

#include <fcntl.h>
#include <locale.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "common/task.h"
#include "support.h"

struct run {
    int status;
    char output[4096], errors[4096];
};

static void read_file(FILE *file, char *text, size_t size)
{
    rewind(file);
    text[fread(text, 1, size - 1, file)] = '\0';
    fclose(file);
}

/* A program with options, which prints their values. */
static int program(int argc, char **argv)
{
    bool quiet = false;
    const char *host = "localhost";
    long times = 0, port = 8888;
    double interval = 2.5, limit = 1;
    program_start(argc, argv,
        (const char *[]){"Um programa que se prova", "A program that is tried"},
        (struct program_option[]){
            {"quiet", OPTION_FLAG, &quiet, NULL, {"só o endereço", "only the address"}, 0, 0},
            {"host", OPTION_TEXT, &host, "NAME", {"onde escutar", "where to listen"}, 0, 0},
            {"port", OPTION_COUNT, &port, "N", {"a porta", "the port"}, 0, 65535},
            {"times", OPTION_COUNT, &times, "N", {"quantas vezes", "how often"}, 1, 1000000},
            {"interval", OPTION_SECONDS, &interval, "S", {"a pausa", "the pause"}, 0, INFINITY},
            {"limit", OPTION_SECONDS, &limit, "S", {"o limite", "the limit"}, 0.5, 60},
            {0},
        });
    printf("quiet=%d host=%s port=%ld times=%ld interval=%ld limit=%ld\n", quiet, host, port, times,
        lround(interval * 1000), lround(limit * 1000));
    return EXIT_SUCCESS;
}

static struct run run_process(int (*process)(int argc, char **argv), char *const words[])
{
    FILE *output = tmpfile(), *errors = tmpfile();
    ck_assert(output && errors);
    char *argv[16] = {"program"};
    int argc = 1;
    for (; words[argc - 1]; argc++)
        argv[argc] = words[argc - 1];

    pid_t pid = fork();
    if (pid == 0) {
        dup2(fileno(output), STDOUT_FILENO);
        dup2(fileno(errors), STDERR_FILENO);
        /* A program's stdout has written nothing yet, but the suite's has; then setvbuf may have no
         * effect. */
        if (!freopen(NULL, "w", stdout))
            _exit(EXIT_FAILURE);
        int status = process(argc, argv);
        fflush(stdout);
        _exit(status);
    }
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    struct run run = {.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status)};
    read_file(output, run.output, sizeof(run.output));
    read_file(errors, run.errors, sizeof(run.errors));
    return run;
}

#define RUN(...) run_process(program, (char *[]){__VA_ARGS__ __VA_OPT__(, ) NULL})

static void succeeds(struct run run, const char *output)
{
    ck_assert_str_eq(run.errors, "");
    ck_assert_int_eq(run.status, 0);
    ck_assert_str_eq(run.output, output);
}

static void fails(struct run run, const char *reason)
{
    char errors[1024];
    snprintf(errors, sizeof(errors), "test_program: %s\nVeja: test_program --help\n", reason);
    ck_assert_str_eq(run.errors, errors);
    ck_assert_str_eq(run.output, "");
    ck_assert_int_eq(run.status, 2);
}

START_TEST(defaults_stay)
{
    succeeds(RUN(), "quiet=0 host=localhost port=8888 times=0 interval=2500 limit=1000\n");
    succeeds(RUN("--"), "quiet=0 host=localhost port=8888 times=0 interval=2500 limit=1000\n");
}
END_TEST

START_TEST(values_are_taken)
{
    succeeds(RUN("--quiet", "--host=::1", "--port", "0", "--times=3", "--interval", "0.25"),
        "quiet=1 host=::1 port=0 times=3 interval=250 limit=1000\n");
    succeeds(RUN("--host", "", "--port=65535", "--times", "3", "--limit=0,5"),
        "quiet=0 host= port=65535 times=3 interval=2500 limit=500\n");
    succeeds(RUN("--host", "--quiet", "--times", "2", "--times", "4", "--interval=1e9"),
        "quiet=0 host=--quiet port=8888 times=4 interval=1000000000000 limit=1000\n");
}
END_TEST

START_TEST(bad_counts_are_refused)
{
    static const char *const bad[] = {"abc", "", "3x", "0", "-1", "1000001", "1.5", "0x10", " ",
        "99999999999999999999", "-99999999999999999999"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        char word[64], reason[256];
        snprintf(word, sizeof(word), "--times=%s", bad[i]);
        snprintf(reason, sizeof(reason),
            "valor inválido em --times=%s: use um número inteiro de 1 a 1000000", bad[i]);
        fails(RUN(word), reason);
    }
    fails(
        RUN("--times", "-3"), "valor inválido em --times=-3: use um número inteiro de 1 a 1000000");
}
END_TEST

START_TEST(bad_seconds_are_refused)
{
    static const char *const bad[] = {"abc", "", "0.4", "61", "nan", "inf", "1e999", "1s", "1.2.3",
        "1,2,3", "0000000000000000000000000000000000000000000000000000000000000000000000000000001"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        char word[128], reason[256];
        snprintf(word, sizeof(word), "--limit=%s", bad[i]);
        snprintf(reason, sizeof(reason), "valor inválido em --limit=%s: use um número de 0.5 a 60",
            bad[i]);
        fails(RUN(word), reason);
    }
    fails(RUN("--interval=-1"), "valor inválido em --interval=-1: use um número a partir de 0");
}
END_TEST

START_TEST(unknown_words_are_named)
{
    fails(RUN("--nothing"), "opção desconhecida: --nothing");
    fails(RUN("--quiet", "--nothing=3"), "opção desconhecida: --nothing");
    fails(RUN("-x"), "opção desconhecida: -x");
    fails(RUN("-é"), "opção desconhecida: -é");
    fails(RUN("word"), "argumento a mais: word");
    fails(RUN("--times", "3", "4"), "argumento a mais: 4");
    fails(RUN("--", "--quiet"), "argumento a mais: --quiet");
    fails(RUN("--quiet=yes"), "--quiet não recebe valor");
    fails(RUN("--help=yes"), "--help não recebe valor");
    fails(RUN("--quiet", "--times"), "falta o valor de --times");
}
END_TEST

START_TEST(english_is_spoken_too)
{
    setenv("LC_ALL", "en_US.UTF-8", 1);
    struct run run = RUN("--times=x");
    ck_assert_str_eq(run.errors,
        "test_program: bad value in --times=x: use an integer from 1 to 1000000\n"
        "See: test_program --help\n");
    run = RUN("--help");
    ck_assert_ptr_nonnull(strstr(run.output, "A program that is tried\n"));
    ck_assert_ptr_nonnull(strstr(run.output, "Usage: test_program [--quiet]"));
    ck_assert_ptr_nonnull(strstr(run.output, "where to listen (default: localhost)\n"));
}
END_TEST

START_TEST(help_shows_every_option)
{
    succeeds(RUN("--port=1", "--help", "--nothing"),
        "Um programa que se prova\n"
        "\n"
        "Uso: test_program [--quiet] [--host NAME] [--port N] [--times N] [--interval S]"
        " [--limit S]\n"
        "\n"
        "  --quiet       só o endereço\n"
        "  --host NAME   onde escutar (padrão: localhost)\n"
        "  --port N      a porta (padrão: 8888)\n"
        "  --times N     quantas vezes\n"
        "  --interval S  a pausa (padrão: 2.5)\n"
        "  --limit S     o limite (padrão: 1)\n"
        "  --help        mostra esta ajuda\n");
}
END_TEST

/* Not _exit, because some tools hook into it and flush stdio's buffers. */
static int print_and_die(int argc, char **argv)
{
    program_start(argc, argv, (const char *[]){"", ""}, (struct program_option[]){{0}});
    printf("a line\nnot a line");
    return raise(SIGKILL);
}

START_TEST(output_is_flushed_by_line)
{
    struct run run = run_process(print_and_die, (char *[]){NULL});
    ck_assert_int_eq(run.status, 128 + SIGKILL);
    ck_assert_str_eq(run.output, "a line\n");
}
END_TEST

static int print_locale(int argc, char **argv)
{
    program_start(argc, argv, (const char *[]){"", ""}, (struct program_option[]){{0}});
    printf("%s\n", setlocale(LC_CTYPE, NULL));
    return 0;
}

START_TEST(the_locale_is_set)
{
    setenv("LC_ALL", "C.UTF-8", 1);
    struct run run = run_process(print_locale, (char *[]){NULL});
    ck_assert_str_eq(run.output, "C.UTF-8\n");
}
END_TEST

static int end_well(int argc, char **argv)
{
    (void)argc, (void)argv;
    return program_end(0, "escutar");
}

static int end_with_port_in_use(int argc, char **argv)
{
    const char *port = "8888";
    program_start(argc, argv, (const char *[]){"", ""},
        (struct program_option[]){
            {"port", OPTION_PORT, &port, "N", {"a porta", "the port"}, 0, 65535}, {0}});
    return program_end(UV_EADDRINUSE, "%s:%s", "127.0.0.1", port);
}

static int end_without_port_option(int argc, char **argv)
{
    program_start(argc, argv, (const char *[]){"", ""}, (struct program_option[]){{0}});
    return program_end(UV_EADDRINUSE, "escutar");
}

static int end_with_unknown_error(int argc, char **argv)
{
    (void)argc, (void)argv;
    return program_end(-123456, "escutar");
}

static int raise_sigint(void *unused)
{
    (void)unused;
    raise(SIGINT);
    return task_sleep(3600);
}

static int cancel_nothing(void *unused)
{
    (void)unused;
    return UV_ECANCELED;
}

static int run_and_end(int (*function)(void *argument))
{
    uv_loop_t loop;
    ck_assert_int_eq(loop_init(&loop), 0);
    int error = task_run(&loop, "main", function, NULL);
    ck_assert_int_eq(loop_close(&loop), 0);
    return program_end(error, "main");
}

START_TEST(only_a_cancellation_that_was_asked_for_is_success)
{
    ck_assert_int_eq(run_and_end(raise_sigint), EXIT_SUCCESS);
    ck_assert_int_eq(run_and_end(cancel_nothing), EXIT_FAILURE);
}
END_TEST

START_TEST(program_end_reports_what_failed)
{
    succeeds(run_process(end_well, (char *[]){NULL}), "");
    struct run run = run_process(end_with_port_in_use, (char *[]){NULL});
    ck_assert_int_eq(run.status, 1);
    ck_assert_str_eq(run.errors,
        "test_program: 127.0.0.1:8888: a porta já está em uso; escolha outra com --port\n");
    run = run_process(end_without_port_option, (char *[]){NULL});
    ck_assert_int_eq(run.status, 1);
    ck_assert_str_eq(run.errors, "test_program: escutar: a porta já está em uso\n");
    run = run_process(end_with_unknown_error, (char *[]){NULL});
    ck_assert_int_eq(run.status, 1);
    ck_assert_str_eq(run.errors, "test_program: escutar: erro desconhecido\n");
}
END_TEST

static int print_to_a_full_disk(int argc, char **argv)
{
    ck_assert_ptr_nonnull(freopen("/dev/full", "w", stdout));
    program(argc, argv); /* prints its values, or the help, which ends it */
    return program_end(0, "escutar");
}

static int print_to_nothing(int argc, char **argv)
{
    close(STDOUT_FILENO); /* as in a shell: program >&- */
    program(argc, argv);
    return program_end(0, "escutar");
}

START_TEST(lost_output_is_no_success)
{
    char *const calls[][2] = {{NULL}, {"--help", NULL}};
    for (size_t i = 0; i < 2; i++) {
        struct run run = run_process(print_to_a_full_disk, calls[i]);
        ck_assert_str_eq(run.errors, "test_program: não foi possível escrever toda a saída\n");
        ck_assert_int_eq(run.status, 1);
        succeeds(run_process(print_to_nothing, calls[i]), "");
    }
}
END_TEST

int main(void)
{
    return run_suite("program",
        (struct test_group[]){{"options", (const TTest *const[]){defaults_stay, values_are_taken,
                                              bad_counts_are_refused, bad_seconds_are_refused,
                                              unknown_words_are_named, NULL}},
            {"help", (const TTest *const[]){help_shows_every_option, english_is_spoken_too, NULL}},
            {"process", (const TTest *const[]){output_is_flushed_by_line, the_locale_is_set,
                            program_end_reports_what_failed, lost_output_is_no_success,
                            only_a_cancellation_that_was_asked_for_is_success, NULL}},
            {NULL, NULL}});
}
