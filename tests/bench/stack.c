/*
 * How much stack common library calls need. Each runs in a task whose stack is filled with a
 * pattern before: the lowest byte that has changed afterwards is how deep it went. A call that
 * reads its locale or its configuration for the first time goes deepest then, so each has a process
 * of its own.
 */
#include <curses.h>
#include <float.h>
#include <fnmatch.h>
#include <glob.h>
#include <iconv.h>
#include <libgen.h>
#include <locale.h>
#include <netdb.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <wordexp.h>

#include "common/task.h"
#include "common/task/state.h"

#define PATTERN 0xA5
#define ENOUGH ((size_t)1024 * 1024)

static void do_nothing(void)
{
}

static void call_printf(void)
{
    char text[64];
    snprintf(text, sizeof(text), "%s %d", "a text", 42);
}

static void call_printf_double(void)
{
    char text[64];
    snprintf(text, sizeof(text), "%g", 0.1);
}

static void call_printf_long_double(void)
{
    static char text[8192];
    snprintf(text, sizeof(text), "%Lf", LDBL_MAX);
}

static void call_strtold(void)
{
    static char digits[5000];
    memset(digits, '7', sizeof(digits) - 1);
    digits[sizeof(digits) - 1] = '\0';
    strtold(digits, NULL);
}

static void call_strftime(void)
{
    char text[64];
    time_t now = time(NULL);
    struct tm local;
    localtime_r(&now, &local);
    strftime(text, sizeof(text), "%c", &local);
}

static int compare(const void *left, const void *right)
{
    return *(const unsigned char *)left - *(const unsigned char *)right;
}

static void call_qsort(void)
{
    unsigned char bytes[] = "the quick brown fox jumps over the lazy dog";
    qsort(bytes, sizeof(bytes), 1, compare);
}

static void call_regexec(void)
{
    regex_t expression;
    if (regcomp(&expression, "^(a|b)*[[:alpha:]]+$", REG_EXTENDED) != 0)
        return;
    regexec(&expression, "abababababx", 0, NULL, 0);
    regfree(&expression);
}

static void call_fnmatch(void)
{
    fnmatch("*[[:alpha:]]*.c", "a-file-name.c", 0);
}

static void call_glob(void)
{
    glob_t found;
    if (glob("/usr/*/*.h", 0, NULL, &found) == 0)
        globfree(&found);
}

static void call_wordexp(void)
{
    wordexp_t words;
    if (wordexp("$HOME 'a b' ~ /usr/*", &words, WRDE_NOCMD) == 0)
        wordfree(&words);
}

static void call_iconv(void)
{
    char from[] = "A\xC3\xA1", to[16], *in = from, *out = to;
    size_t in_left = sizeof(from), out_left = sizeof(to);
    iconv_t converter = iconv_open("UTF-16", "UTF-8");
    iconv(converter, &in, &in_left, &out, &out_left);
    iconv_close(converter);
}

static void call_getaddrinfo(void)
{
    struct addrinfo *addresses;
    if (getaddrinfo("localhost", "80", NULL, &addresses) == 0)
        freeaddrinfo(addresses);
}

static void call_initscr(void)
{
    setenv("TERM", "xterm-256color", 1);
    initscr();
    endwin();
}

static const struct {
    const char *name;
    void (*call)(void);
} calls[] = {
    {"initscr", call_initscr},
    {"printf of LDBL_MAX with %Lf", call_printf_long_double},
    {"fnmatch", call_fnmatch},
    {"regcomp and regexec", call_regexec},
    {"strtold of 5,000 digits", call_strtold},
    {"glob", call_glob},
    {"wordexp", call_wordexp},
    {"getaddrinfo", call_getaddrinfo},
    {"iconv", call_iconv},
    {"strftime with %c", call_strftime},
    {"printf of a double", call_printf_double},
    {"printf", call_printf},
    {"qsort", call_qsort},
};

/* How deep below this function's frame the call wrote. */
static size_t measure(void (*call)(void))
{
    volatile unsigned char *low = (unsigned char *)task_current()->coroutine.stack.low;
    volatile unsigned char *here = (unsigned char *)__builtin_frame_address(0) - 512;
    for (volatile unsigned char *byte = low; byte < here; byte++)
        *byte = PATTERN;
    call();
    while (low < here && *low == PATTERN)
        low++;
    return (size_t)(here - low);
}

static int measure_in_a_task(void *argument)
{
    const size_t *which = argument;
    size_t nothing = measure(do_nothing);
    size_t bytes = measure(calls[*which].call);
    fprintf(stderr, "%8.1f  %s\n", (double)(bytes - nothing) / 1024, calls[*which].name);
    return 0;
}

static int measure_with_room(void *which)
{
    struct scope scope;
    scope_enter(&scope);
    int error = scope_spawn_with(
        &scope, "caller", measure_in_a_task, which, (struct task_options){.stack_size = ENOUGH});
    return scope_leave(&scope, error ? error : scope_join(&scope));
}

/* What a call prints, a terminal's codes say, is not for the reader. */
static int run(size_t which)
{
    uv_loop_t loop;
    if (!freopen("/dev/null", "w", stdout))
        return 1;
    setlocale(LC_ALL, "C.UTF-8");
    int error = loop_init(&loop);
    if (error)
        return 1;
    error = task_run(&loop, "main", measure_with_room, &which);
    return loop_close(&loop) || error ? 1 : 0;
}

int main(void)
{
    fprintf(stderr, "KiB of stack  call\n");
    for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
        int status = 0;
        pid_t child = fork();
        if (child == 0)
            _exit(run(i));
        if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0)
            fprintf(stderr, "%8s  %s\n", "failed", calls[i].name);
    }
    return 0;
}
