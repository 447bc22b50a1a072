#include "support.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#define MOST_WORDS 64
#define VALGRIND_STATUS 99 /* as run.sh asks of Valgrind */

/* Fails the test with errno's reason when a call returned -1. */
static int must(int result, const char *what)
{
    if (result < 0)
        ck_abort_msg("%s: %s", what, strerror(errno));
    return result;
}

static void *must_have(void *memory)
{
    if (!memory)
        ck_abort_msg("%s", strerror(ENOMEM));
    return memory;
}

static bool under_valgrind(void)
{
    const char *valgrind = getenv("VALGRIND");
    return valgrind && *valgrind;
}

/*
 * Starting
 */

/* Both ends are closed by exec: a child holds only the ends that become its 0 and 1. */
static void make_pipe(int ends[2])
{
    ck_assert_int_eq(uv_pipe(ends, 0, 0), 0);
}

static int make_nameless_file(void)
{
    char name[] = "/tmp/test-errors-XXXXXX";
    int file = must(mkostemp(name, O_CLOEXEC), name);
    unlink(name);
    return file;
}

/* environment, then the suite's own: getenv takes the first of two with one name. */
static char **joined_environment(const char *const environment[])
{
    size_t added = 0, inherited = 0;
    while (environment && environment[added])
        added++;
    while (environ[inherited])
        inherited++;

    char **joined = must_have(calloc(added + inherited + 1, sizeof *joined));
    for (size_t i = 0; i < added; i++)
        joined[i] = (char *)environment[i];
    memcpy(joined + added, environ, inherited * sizeof *joined);
    return joined;
}

/* A suite that was started in the background ignores SIGINT; its programs are not to inherit it. */
static void reset_signals(posix_spawnattr_t *attributes)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_init(attributes);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setsigdefault(attributes, &all);
    posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

static pid_t spawn(char *argv[], char *envp[], const int standard[3])
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    for (int i = 0; i < 3; i++)
        posix_spawn_file_actions_adddup2(&actions, standard[i], i);
    posix_spawnattr_t attributes;
    reset_signals(&attributes);

    pid_t pid;
    int error = posix_spawnp(&pid, argv[0], &actions, &attributes, argv, envp);
    if (error)
        ck_abort_msg("%s: %s", argv[0], strerror(error));
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return pid;
}

void child_start(struct child *child, const char *path, const char *const words[],
    const char *const environment[])
{
    char program[1024];
    const char *root = getenv("BIN");
    size_t length = (size_t)snprintf(program, sizeof program, "%s/%s", root ? root : ".", path);
    ck_assert_uint_lt(length, sizeof program);

    char *argv[MOST_WORDS] = {under_valgrind() ? "valgrind" : program, program};
    size_t count = under_valgrind() ? 2 : 1;
    for (size_t i = 0; words && words[i]; i++) {
        ck_assert_uint_lt(count, MOST_WORDS - 1);
        argv[count++] = (char *)words[i];
    }
    argv[count] = NULL;

    int input[2], output[2];
    make_pipe(input);
    make_pipe(output);
    *child = (struct child){.input = input[1], .output = output[0], .errors = make_nameless_file()};
    char **envp = joined_environment(environment);
    child->pid = spawn(argv, envp, (int[]){input[0], output[1], child->errors});
    free(envp);
    close(input[0]);
    close(output[1]);
}

/*
 * Reading
 */

/* Reads more of the output to the end of pending. Returns false at its end. */
static bool read_more(struct child *child)
{
    size_t room = sizeof child->pending - child->end;
    ssize_t size;
    do
        size = read(child->output, child->pending + child->end, room);
    while (size < 0 && errno == EINTR);
    must((int)size, "read");
    child->end += (size_t)size;
    return size > 0;
}

const char *child_line(struct child *child)
{
    size_t size = child->end - child->start;
    memmove(child->pending, child->pending + child->start, size);
    child->start = 0;
    child->end = size;

    char *newline;
    while (!(newline = memchr(child->pending, '\n', child->end))) {
        if (child->end == sizeof child->pending)
            ck_abort_msg("a line longer than %zu bytes", sizeof child->pending);
        if (!read_more(child))
            break;
    }
    if (!newline && !child->end)
        return NULL;
    if (!newline) {
        newline = child->pending + child->end; /* there is room: child->end was not the size */
        child->end++;
    }
    *newline = '\0';
    child->start = (size_t)(newline - child->pending) + 1;
    return child->pending;
}

const char *child_line_with(struct child *child, const char *text)
{
    const char *line;
    while ((line = child_line(child)))
        if (strstr(line, text))
            return line;
    ck_abort_msg("the output ended without \"%s\"; on stderr:\n%s", text, child_errors(child));
    return NULL;
}

int child_port(struct child *child)
{
    const char *line = child_line(child);
    if (!line)
        ck_abort_msg("the server ended at once:\n%s", child_errors(child));
    const char *colon = strrchr(line, ':');
    bool listens = strstr(line, "Escutando ") == line || strstr(line, "Listening on ") == line;
    int port = colon ? atoi(colon + 1) : 0;
    if (!listens || port <= 0)
        ck_abort_msg("not the first line of a server: %s", line);
    return port;
}

char *child_rest(struct child *child)
{
    char *text;
    size_t size;
    FILE *file = must_have(open_memstream(&text, &size));
    do {
        fwrite(child->pending + child->start, 1, child->end - child->start, file);
        child->start = child->end = 0;
    } while (read_more(child));
    must(fclose(file), "fclose");
    return text;
}

char *child_errors(struct child *child)
{
    struct stat status;
    must(fstat(child->errors, &status), "fstat");
    size_t size = (size_t)status.st_size;
    char *text = must_have(calloc(size + 1, 1));
    must((int)pread(child->errors, text, size, 0), "pread");
    return text;
}

/*
 * Ending
 */

void child_signal(struct child *child, int signal)
{
    must(kill(child->pid, signal), "kill");
}

/* Valgrind, ASan, LSan and TSan begin a line with ==, UBSan says "runtime error". */
static bool is_report(const char *errors)
{
    return strncmp(errors, "==", 2) == 0 || strstr(errors, "\n==") ||
           strstr(errors, "runtime error: ");
}

int child_wait(struct child *child)
{
    close(child->input);
    free(child_rest(child));
    close(child->output);
    child->input = child->output = -1;

    int status;
    pid_t pid;
    do
        pid = waitpid(child->pid, &status, 0);
    while (pid < 0 && errno == EINTR);
    must(pid, "waitpid");
    status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);

    char *errors = child_errors(child);
    if (is_report(errors) || (under_valgrind() && status == VALGRIND_STATUS))
        ck_abort_msg("exit status %d:\n%s", status, errors);
    free(errors);
    return status;
}

int child_run(const char *path, const char *const words[], char **output, char **errors)
{
    struct child child;
    child_start(&child, path, words, NULL);
    char *text = child_rest(&child);
    int status = child_wait(&child);
    if (errors)
        *errors = child_errors(&child);
    close(child.errors);
    if (output)
        *output = text;
    else
        free(text);
    return status;
}

/*
 * The rest
 */

int hold_port(int *port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    int on = 1, holder = must(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    must(setsockopt(holder, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), "SO_REUSEADDR");
    must(bind(holder, (struct sockaddr *)&address, size), "bind");
    must(getsockname(holder, (struct sockaddr *)&address, &size), "getsockname");
    *port = ntohs(address.sin_port);
    return holder;
}

int connect_to(int port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)},
    };
    int connection = must(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    must(connect(connection, (struct sockaddr *)&address, sizeof address), "connect");
    return connection;
}

int open_descriptors(pid_t pid)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd", (int)(pid ? pid : getpid()));
    DIR *directory = opendir(path);
    if (!directory)
        ck_abort_msg("%s: %s", path, strerror(errno));
    int count = 0;
    for (struct dirent *entry; (entry = readdir(directory));)
        if (entry->d_name[0] != '.')
            count++;
    closedir(directory);
    return pid && pid != getpid() ? count : count - 1; /* the directory's own */
}
