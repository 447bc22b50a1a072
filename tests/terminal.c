#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#define PATIENCE 20 /* seconds; below Check's own limit, so that the screen is shown */
#define MAX_WORDS 16

/*
 * The shell: it holds the session, starts the program, and reports its stops and its end.
 */

enum news { STOPPED = 'T', ENDED = 'X' };

/* What the shell's signal handlers need. */
static struct {
    int line;
    pid_t program;
} shell;

/* SIGUSR1 brings the program to the foreground, SIGUSR2 the shell. */
static void change_foreground(int number)
{
    int error = errno;
    tcsetpgrp(shell.line, number == SIGUSR1 ? shell.program : getpid());
    errno = error;
}

static void become_program(struct terminal *terminal, char *argv[])
{
    setpgid(0, 0);
    /* The shell does the same; who comes first does not matter. SIGTTOU: not yet in front. */
    signal(SIGTTOU, SIG_IGN);
    tcsetpgrp(terminal->line, getpid());
    for (int i = 1; i < NSIG; i++)
        signal(i, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    dup2(terminal->line, STDIN_FILENO);
    dup2(terminal->line, STDOUT_FILENO);
    dup2(terminal->shell.errors, STDERR_FILENO);
    execvp(argv[0], argv);
    _exit(127);
}

static _Noreturn void be_shell(struct terminal *terminal, int link, char *argv[])
{
    setsid();
    ioctl(terminal->line, TIOCSCTTY, 0);
    signal(SIGTTOU, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    pid_t program = fork();
    if (program == 0)
        become_program(terminal, argv);
    setpgid(program, program);
    tcsetpgrp(terminal->line, program);
    shell.line = terminal->line;
    shell.program = program;
    signal(SIGUSR1, change_foreground);
    signal(SIGUSR2, change_foreground);
    (void)!write(link, &program, sizeof(program));

    int status;
    char news = STOPPED;
    while (news != ENDED) {
        while (waitpid(program, &status, WUNTRACED) < 0 && errno == EINTR)
            continue;
        news = WIFSTOPPED(status) ? STOPPED : ENDED;
        (void)!write(link, &news, 1);
    }
    (void)!read(link, &news, 1); /* until the test has looked at the terminal */
    _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

static void start_shell(struct terminal *terminal, char *argv[], const char *const environment[])
{
    int link[2];
    ck_assert_int_eq(uv_socketpair(SOCK_STREAM, 0, link, 0, 0), 0);
    terminal->shell.pid = fork();
    ck_assert_int_ge(terminal->shell.pid, 0);
    if (terminal->shell.pid == 0) {
        close(link[0]);
        close(terminal->keys); /* or the terminal would not hang up when the test fails */
        setenv("TERM", "xterm-256color", 1);
        for (size_t i = 0; environment && environment[i]; i++)
            putenv((char *)environment[i]);
        be_shell(terminal, link[1], argv);
    }
    close(link[1]);
    terminal->shell_link = link[0];
    ssize_t size = read(link[0], &terminal->program, sizeof(terminal->program));
    ck_assert_int_eq(size, (ssize_t)sizeof(terminal->program));
}

/*
 * The emulator
 */

static int property_changed(VTermProp property, VTermValue *value, void *user)
{
    struct terminal *terminal = user;
    if (property == VTERM_PROP_ALTSCREEN)
        terminal->alternate = value->boolean;
    if (property == VTERM_PROP_CURSORVISIBLE)
        terminal->cursor_visible = value->boolean;
    if (property == VTERM_PROP_TITLE)
#if VTERM_VERSION_MAJOR == 0 && VTERM_VERSION_MINOR < 2
        snprintf(terminal->title, sizeof(terminal->title), "%s", value->string);
#else
        snprintf(terminal->title, sizeof(terminal->title), "%.*s", (int)value->string.len,
            value->string.str);
#endif
    return 1;
}

static void start_emulator(struct terminal *terminal, int columns, int rows)
{
    static const VTermScreenCallbacks callbacks = {.settermprop = property_changed};
    terminal->columns = columns;
    terminal->rows = rows;
    terminal->cursor_visible = true;
    terminal->emulator = vterm_new(rows, columns);
    vterm_set_utf8(terminal->emulator, 1);
    terminal->screen = vterm_obtain_screen(terminal->emulator);
    vterm_screen_enable_altscreen(terminal->screen, 1);
    vterm_screen_set_callbacks(terminal->screen, &callbacks, terminal);
    vterm_screen_reset(terminal->screen, 1);
}

void terminal_start(struct terminal *terminal, int columns, int rows, const char *path,
    const char *const words[], const char *const environment[])
{
    *terminal = (struct terminal){.shell = {.input = -1}};
    start_emulator(terminal, columns, rows);
    struct winsize size = {.ws_col = (unsigned short)columns, .ws_row = (unsigned short)rows};
    terminal->keys = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    ck_assert(grantpt(terminal->keys) == 0 && unlockpt(terminal->keys) == 0);
    terminal->line = open(ptsname(terminal->keys), O_RDWR | O_NOCTTY | O_CLOEXEC);
    ck_assert_int_ge(terminal->line, 0);
    ck_assert_int_eq(ioctl(terminal->keys, TIOCSWINSZ, &size), 0);
    ck_assert_int_eq(tcgetattr(terminal->line, &terminal->before), 0);
    terminal->shell.output = open("/dev/null", O_RDONLY | O_CLOEXEC);
    char name[] = "/tmp/test-errors-XXXXXX";
    terminal->shell.errors = mkostemp(name, O_CLOEXEC);
    ck_assert_int_ge(terminal->shell.errors, 0);
    unlink(name);

    char program[1024];
    const char *root = getenv("BIN"), *valgrind = getenv("VALGRIND");
    snprintf(program, sizeof(program), "%s/%s", root ? root : ".", path);
    char *argv[MAX_WORDS] = {"valgrind", program};
    size_t count = 2;
    for (size_t i = 0; words && words[i] && count < MAX_WORDS - 1; i++)
        argv[count++] = (char *)words[i];
    start_shell(terminal, valgrind && *valgrind ? argv : argv + 1, environment);
}

/* Waits a moment for output or news, and takes it in. */
static void take_in(struct terminal *terminal)
{
    struct pollfd sources[] = {
        {.fd = terminal->keys, .events = POLLIN}, {.fd = terminal->shell_link, .events = POLLIN}};
    char bytes[4096];
    int ready = poll(sources, terminal->ended ? 1 : 2, 10);
    if (ready > 0 && (sources[0].revents & POLLIN)) {
        ssize_t size = read(terminal->keys, bytes, sizeof(bytes));
        if (size > 0)
            vterm_input_write(terminal->emulator, bytes, (size_t)size);
        /* What the emulator would answer (who it is, say) nobody asked for. */
    } else if (ready > 0 && (sources[1].revents & POLLIN)) {
        char news = ENDED;
        (void)!read(terminal->shell_link, &news, 1);
        terminal->stopped = news == STOPPED;
        terminal->ended = news == ENDED;
    }
}

static void fail_with_screen(struct terminal *terminal, const char *what)
{
    char *picture, *errors = terminal_errors(terminal);
    size_t size;
    FILE *file = open_memstream(&picture, &size);
    for (int y = 0; y < terminal->rows; y++)
        fprintf(file, "%s\n", terminal_row(terminal, y));
    fclose(file);
    ck_abort_msg("waited in vain until %s%s; the screen:\n%son stderr:\n%s", what,
        terminal->ended ? ", but the program has ended" : "", picture, errors);
}

void terminal_until(struct terminal *terminal, const char *what,
    bool (*condition)(struct terminal *terminal, void *argument), void *argument)
{
    const char *multiplier = getenv("CK_TIMEOUT_MULTIPLIER");
    time_t end = time(NULL) + PATIENCE * (multiplier ? atoi(multiplier) : 1);
    while (!condition(terminal, argument)) {
        if (time(NULL) > end)
            fail_with_screen(terminal, what);
        take_in(terminal);
    }
}

static bool shows_text(struct terminal *terminal, void *text)
{
    for (int y = 0; y < terminal->rows; y++)
        if (strstr(terminal_row(terminal, y), text))
            return true;
    return false;
}

void terminal_until_text(struct terminal *terminal, const char *text)
{
    terminal_until(terminal, text, shows_text, (void *)text);
}

void terminal_type(struct terminal *terminal, const char *keys)
{
    ck_assert_int_eq(write(terminal->keys, keys, strlen(keys)), (ssize_t)strlen(keys));
}

static bool keys_are_read(struct terminal *terminal, void *unused)
{
    struct pollfd input = {.fd = terminal->line, .events = POLLIN};
    (void)unused;
    return poll(&input, 1, 0) == 0;
}

void terminal_until_keys_are_read(struct terminal *terminal)
{
    terminal_until(terminal, "the keys are read", keys_are_read, NULL);
}

static bool has_foreground(struct terminal *terminal, void *group)
{
    return tcgetpgrp(terminal->keys) == *(pid_t *)group;
}

void terminal_set_foreground(struct terminal *terminal, pid_t group)
{
    kill(terminal->shell.pid, group == terminal->program ? SIGUSR1 : SIGUSR2);
    terminal_until(terminal, "the foreground changes", has_foreground, &group);
}

static bool has_stopped(struct terminal *terminal, void *unused)
{
    (void)unused;
    return terminal->stopped;
}

void terminal_until_stopped(struct terminal *terminal)
{
    terminal_until(terminal, "the program is stopped", has_stopped, NULL);
    terminal->stopped = false;
}

void terminal_resize(struct terminal *terminal, int columns, int rows)
{
    struct winsize size = {.ws_col = (unsigned short)columns, .ws_row = (unsigned short)rows};
    terminal->columns = columns;
    terminal->rows = rows;
    vterm_set_size(terminal->emulator, rows, columns);
    ck_assert_int_eq(ioctl(terminal->keys, TIOCSWINSZ, &size), 0);
}

/*
 * Looking
 */

char terminal_character(struct terminal *terminal, int x, int y)
{
    VTermScreenCell cell;
    if (!vterm_screen_get_cell(terminal->screen, (VTermPos){.row = y, .col = x}, &cell))
        return ' ';
    return cell.chars[0] ? (char)cell.chars[0] : ' ';
}

static int palette_number(const VTermColor *color)
{
    bool is_default = VTERM_COLOR_IS_DEFAULT_FG(color) || VTERM_COLOR_IS_DEFAULT_BG(color);
    return !is_default && VTERM_COLOR_IS_INDEXED(color) ? color->indexed.idx : -1;
}

void terminal_colors(struct terminal *terminal, int x, int y, int *foreground, int *background)
{
    VTermScreenCell cell;
    vterm_screen_get_cell(terminal->screen, (VTermPos){.row = y, .col = x}, &cell);
    *foreground = palette_number(&cell.fg);
    *background = palette_number(&cell.bg);
}

const char *terminal_row(struct terminal *terminal, int y)
{
    static char text[4096];
    VTermRect row = {
        .start_row = y, .end_row = y + 1, .start_col = 0, .end_col = terminal->columns};
    size_t size = vterm_screen_get_text(terminal->screen, text, sizeof(text) - 1, row);
    while (size > 0 && (text[size - 1] == ' ' || text[size - 1] == '\0'))
        size--;
    text[size] = '\0';
    return text;
}

/*
 * The end
 */

static bool has_ended(struct terminal *terminal, void *unused)
{
    (void)unused;
    return terminal->ended;
}

/* What the program wrote last may still be on its way. */
static bool is_given_back(struct terminal *terminal, void *unused)
{
    (void)unused;
    return terminal->cursor_visible && !terminal->alternate;
}

void terminal_check_given_back(struct terminal *terminal)
{
    struct termios now;
    ck_assert_int_eq(tcgetattr(terminal->line, &now), 0);
    ck_assert_uint_eq(now.c_iflag, terminal->before.c_iflag);
    ck_assert_uint_eq(now.c_oflag, terminal->before.c_oflag);
    ck_assert_uint_eq(now.c_cflag, terminal->before.c_cflag);
    ck_assert_uint_eq(now.c_lflag, terminal->before.c_lflag);
    ck_assert_mem_eq(now.c_cc, terminal->before.c_cc, sizeof(now.c_cc));
    terminal_until(terminal, "cursor and usual screen are back", is_given_back, NULL);
}

void terminal_until_ended_unread(struct terminal *terminal)
{
    const char *multiplier = getenv("CK_TIMEOUT_MULTIPLIER");
    int patience = PATIENCE * (multiplier ? atoi(multiplier) : 1);
    struct pollfd link = {.fd = terminal->shell_link, .events = POLLIN};
    if (poll(&link, 1, patience * 1000) != 1)
        fail_with_screen(terminal, "the program ends, though nobody reads what it shows");
}

int terminal_end(struct terminal *terminal)
{
    terminal_until(terminal, "the program ends", has_ended, NULL);
    terminal_check_given_back(terminal);
    close(terminal->shell_link);
    return child_wait(&terminal->shell);
}

char *terminal_errors(struct terminal *terminal)
{
    return child_errors(&terminal->shell);
}

void terminal_free(struct terminal *terminal)
{
    vterm_free(terminal->emulator);
    close(terminal->keys);
    close(terminal->line);
    close(terminal->shell.errors);
}
