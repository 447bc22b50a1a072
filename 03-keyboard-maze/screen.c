#include "03-keyboard-maze/screen.h"

#include <curses.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>
#include <uv.h>

#include "03-keyboard-maze/keys.h"
#include "03-keyboard-maze/terminal_guard.h"

/* ncurses' state belongs to the process, and so does this. */
static struct {
    SCREEN *ncurses;      /* NULL: we do not have the terminal */
    struct termios modes; /* at the start */
    char restore[GUARD_SEQUENCE_SIZE];
    size_t restore_size;
    bool lost; /* the program was stopped, and has not taken the terminal back */
    struct keys keys;
} terminal;

/*
 * Start and end
 */

static int append_to_restore(int byte)
{
    if (terminal.restore_size < sizeof(terminal.restore))
        terminal.restore[terminal.restore_size++] = (char)byte;
    return byte;
}

static void append_capability(const char *name)
{
    const char *text = tigetstr(name);
    if (text)
        tputs(text, 1, append_to_restore);
}

/* The bytes that endwin would send. */
static void prepare_restore(void)
{
    terminal.restore_size = 0;
    tputs(tiparm(tigetstr("cup"), LINES - 1, 0), 1, append_to_restore);
    if (tigetstr("rmcup") == NULL)
        tputs("\r\n", 1, append_to_restore);
    append_capability("sgr0");
    append_capability("op");
    append_capability("cnorm");
    append_capability("rmcup");
}

/* Each key arrives at once and is not shown. Ctrl+S becomes an ordinary key. Otherwise it would
 * stop the output, and the whole program would wait for Ctrl+Q at the next drawing. */
static void choose_modes(void)
{
    struct termios modes;
    cbreak();
    noecho();
    if (tcgetattr(STDIN_FILENO, &modes) == 0) {
        modes.c_iflag &= ~(tcflag_t)(IXON | IXOFF);
        tcsetattr(STDIN_FILENO, TCSANOW, &modes);
        def_prog_mode(); /* the modes to which ncurses returns after endwin */
    }
    typeahead(-1); /* draw even while keys wait */
}

/* A user who wants no colors sets NO_COLOR (https://no-color.org). */
static bool uses_colors(void)
{
    const char *refused = getenv("NO_COLOR");
    return has_colors() && !(refused && *refused);
}

static void choose_colors(void)
{
    if (!uses_colors())
        return;
    start_color();
    use_default_colors();
    init_pair(SCREEN_MAZE, COLOR_RED, COLOR_BLACK);
    init_pair(SCREEN_PLAYER, COLOR_WHITE, COLOR_BLUE);
    init_pair(SCREEN_ENEMY, COLOR_YELLOW, COLOR_BLACK);
}

/* We check this before newterm, which leaks memory when it fails. */
static bool is_known(void)
{
    int error;
    if (setupterm(NULL, STDOUT_FILENO, &error) != OK)
        return false;
    bool known = tigetstr("cup") != NULL;
    del_curterm(cur_term);
    return known;
}

int screen_start(void)
{
    if (!isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &terminal.modes))
        return UV_ENOTTY;
    if (!is_known())
        return UV_ENOTSUP;
    use_tioctl(TRUE); /* the terminal's real size, even if LINES and COLUMNS differ */
    /* ncurses leaves an ignored SIGTSTP alone. Otherwise it would install its own handler, which
     * loses the signal while ncurses draws. */
    struct sigaction ignored = {.sa_handler = SIG_IGN}, previous;
    sigaction(SIGTSTP, &ignored, &previous);
    terminal.ncurses = newterm(NULL, stdout, stdin);
    sigaction(SIGTSTP, &previous, NULL);
    if (!terminal.ncurses)
        return UV_ENOTSUP;
    atexit(screen_restore);
    prepare_restore();
    guard_arm(&terminal.modes, terminal.restore, terminal.restore_size);
    choose_modes();
    curs_set(0);
    choose_colors();
    refresh(); /* ncurses takes the screen now, before anything else writes to it */
    return 0;
}

void screen_restore(void)
{
    if (!terminal.ncurses)
        return;
    if (guard_is_foreground() && !terminal.lost) {
        guard_release_output();
        endwin();
    } else {
        /* The terminal has the shell's modes now, which endwin would change. SIGTTOU stops a
         * program that changes the terminal in the background, unless it ignores the signal. */
        signal(SIGTTOU, SIG_IGN);
        guard_restore();
        signal(SIGTTOU, SIG_DFL);
    }
    guard_disarm();
    delscreen(terminal.ncurses);
    terminal.ncurses = NULL;
}

/*
 * Size, suspension, and a terminal that takes no output
 */

void screen_size(size_t *width, size_t *height)
{
    *width = (size_t)getmaxx(stdscr);
    *height = (size_t)getmaxy(stdscr);
}

void screen_resize(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
        resizeterm(size.ws_row, size.ws_col);
    clear();
}

void screen_suspend(void)
{
    guard_release_output();
    endwin();
    guard_disarm();
    terminal.lost = true;
    struct sigaction standard = {.sa_handler = SIG_DFL}, ours;
    sigaction(SIGTSTP, &standard, &ours);
    raise(SIGTSTP); /* returns when the shell continues us, or at once if there is no shell */
    sigaction(SIGTSTP, &ours, NULL);
}

bool screen_resume(void)
{
    if (!guard_is_foreground()) {
        terminal.lost = true;
        return false;
    }
    /* After SIGSTOP ncurses believes that it still has the terminal. A second endwin would move the
     * cursor to where it was when the game began. */
    if (!isendwin())
        endwin();
    terminal.lost = false;
    guard_arm(&terminal.modes, terminal.restore, terminal.restore_size);
    refresh(); /* ncurses takes the screen again, before anything else writes to it */
    screen_resize();
    return true;
}

void screen_stop_in_background(void)
{
    if (!guard_is_foreground())
        raise(SIGTTOU);
}

/*
 * Drawing and keys
 */

void screen_set_title(const char *title)
{
    const char *start = tigetstr("smcup");
    if (terminal.lost || !guard_takes_output() || !start || !strstr(start, "\033[22;0;0t"))
        return;
    printf("\033]2;%s\007", title);
    fflush(stdout);
}

void screen_clear(void)
{
    erase();
}

void screen_print_at(size_t x, size_t y, enum screen_style style, const char *text)
{
    static const attr_t without_colors[] = {[SCREEN_PLAYER] = A_REVERSE, [SCREEN_ENEMY] = A_BOLD};
    attrset(uses_colors() ? (attr_t)COLOR_PAIR(style) : without_colors[style]);
    mvaddstr((int)y, (int)x, text);
}

void screen_show(void)
{
    if (!terminal.lost && guard_takes_output())
        refresh();
}

/* Does not use getch, which draws first, and would wait while the terminal takes no output. */
int screen_key(void)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    unsigned char byte;
    int key = SCREEN_NO_KEY;
    while (key == SCREEN_NO_KEY && poll(&input, 1, 0) > 0 && read(STDIN_FILENO, &byte, 1) == 1)
        key = keys_take(&terminal.keys, byte, uv_hrtime() / 1000000);
    return key;
}
