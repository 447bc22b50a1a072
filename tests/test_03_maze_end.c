/* How chapter 3's game ends and stops: by a key, by signals. */
#include "maze_stage.h"

#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/*
 * Leaving
 */

static void ends_by_key(const char *key)
{
    struct terminal terminal;
    maze_start(&terminal);
    terminal_type(&terminal, key);
    maze_end(&terminal, 0);
}

START_TEST(s_leaves)
{
    ends_by_key("s");
    ends_by_key("S");
    ends_by_key("S4682");
}
END_TEST

START_TEST(ctrl_c_leaves_as_the_article_says)
{
    struct terminal terminal;
    maze_start(&terminal);
    terminal_type(&terminal, "\003");
    ck_assert_int_eq(terminal_end(&terminal), 0);
    terminal_until_text(&terminal, "exit");
    terminal_free(&terminal);
}
END_TEST

START_TEST(sigterm_leaves)
{
    struct terminal terminal;
    maze_start(&terminal);
    kill(terminal.program, SIGTERM);
    maze_end(&terminal, 0);
}
END_TEST

/* However many of the signals find the game still running, the terminal is restored. */
START_TEST(many_sigterms_leave_the_terminal_restored_too)
{
    /* The leak check runs after the end of main, and complains when a signal interrupts it. */
    setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
    for (int i = 0; i < 10; i++) {
        struct terminal terminal;
        maze_start(&terminal);
        while (kill(terminal.program, SIGTERM) == 0)
            sched_yield();
        int status = terminal_end(&terminal);
        ck_assert(status == 0 || status == 128 + SIGTERM);
        terminal_free(&terminal);
    }
}
END_TEST

static bool under_valgrind(void)
{
    const char *valgrind = getenv("VALGRIND");
    return valgrind && *valgrind;
}

START_TEST(a_crash_leaves_the_terminal_restored)
{
    static const int signals[] = {SIGHUP, SIGQUIT, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
    size_t count = sizeof(signals) / sizeof(*signals);
    if (under_valgrind())
        count = 3; /* Valgrind takes the other four for faults of its own when they are sent */
#ifdef __SANITIZE_THREAD__
    count =
        2; /* ThreadSanitizer calls these handlers at once, even in the middle of its own work */
#endif
    for (size_t i = 0; i < count; i++) {
        struct terminal terminal;
        maze_start(&terminal);
        kill(terminal.program, signals[i]);
        maze_end(&terminal, 128 + signals[i]);
    }
}
END_TEST

START_TEST(ctrl_backslash_leaves_the_terminal_restored)
{
    struct terminal terminal;
    maze_start(&terminal);
    terminal_type(&terminal, "\034");
    maze_end(&terminal, 128 + SIGQUIT);
}
END_TEST

START_TEST(ctrl_z_gives_the_terminal_back_until_the_game_goes_on)
{
    if (under_valgrind())
        return; /* a program under Valgrind continues after SIGTSTP */
    struct place player;
    struct terminal terminal;
    maze_start(&terminal);
    maze_until_player(&terminal, &player);
    for (int i = 0; i < 2; i++) {
        terminal_type(&terminal, "\032");
        terminal_until_stopped(&terminal);
        terminal_check_given_back(&terminal);
        kill(terminal.program, SIGCONT);
        terminal_until(&terminal, "the player is shown", maze_player_is_at, &player);
        maze_step_once(&terminal, &player);
        maze_check(&terminal);
    }
    maze_leave(&terminal);
}
END_TEST

/* What a shell does when its foreground job has stopped: it takes the terminal, sets the modes that
 * it likes, and writes. The game's screen is torn then. */
static void take_as_a_shell_does(struct terminal *terminal)
{
    static const char prompt[] = "\r\n[1]+  Stopped\r\n$ \033[3;3H*******\033[?25h";
    terminal_set_foreground(terminal, terminal->shell.pid);
    ck_assert_int_eq(tcsetattr(terminal->line, TCSANOW, &terminal->before), 0);
    ck_assert_int_eq(write(terminal->line, prompt, strlen(prompt)), (ssize_t)strlen(prompt));
    terminal_until_text(terminal, "*******");
}

static bool has_modes(struct terminal *terminal, void *modes)
{
    struct termios now;
    ck_assert_int_eq(tcgetattr(terminal->line, &now), 0);
    return now.c_lflag == ((struct termios *)modes)->c_lflag &&
           now.c_iflag == ((struct termios *)modes)->c_iflag;
}

static bool hides_cursor(struct terminal *terminal, void *unused)
{
    (void)unused;
    return terminal->alternate && !terminal->cursor_visible;
}

/* fg: the shell gives the terminal to the game, and then continues it. */
static void continue_in_foreground(struct terminal *terminal, struct termios *modes)
{
    terminal_set_foreground(terminal, terminal->program);
    kill(terminal->program, SIGCONT);
    terminal_until(terminal, "the modes are the game's", has_modes, modes);
    maze_check(terminal);
    terminal_until(terminal, "the cursor is hidden", hides_cursor, NULL);
}

START_TEST(after_a_stop_the_game_takes_the_terminal_back)
{
    static const int signals[] = {SIGSTOP, SIGTSTP, SIGTTOU, SIGTTIN, SIGSTOP};
    struct terminal terminal;
    struct termios modes;
    struct place player;
    if (under_valgrind())
        return; /* a program under Valgrind continues after SIGTSTP */
    maze_start(&terminal);
    ck_assert_int_eq(tcgetattr(terminal.line, &modes), 0);
    for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
        maze_until_player(&terminal, &player);
        kill(terminal.program, signals[i]);
        terminal_until_stopped(&terminal);
        take_as_a_shell_does(&terminal);
        continue_in_foreground(&terminal, &modes);
        maze_step_once(&terminal, &player);
        maze_check(&terminal);
    }
    maze_leave(&terminal);
}
END_TEST

/* Ctrl+Z, fg, S: the shell goes on in the row below its last one, not over older output. */
START_TEST(after_a_stop_the_cursor_is_the_shells)
{
    static const char prompt[] = "\033[7;1H$ fg\r\n";
    struct terminal terminal;
    struct termios modes;
    VTermPos cursor;
    if (under_valgrind())
        return;
    maze_start(&terminal);
    ck_assert_int_eq(tcgetattr(terminal.line, &modes), 0);
    for (int i = 0; i < 2; i++) {
        terminal_type(&terminal, "\032");
        terminal_until_stopped(&terminal);
        take_as_a_shell_does(&terminal);
        ck_assert_int_eq(write(terminal.line, prompt, strlen(prompt)), (ssize_t)strlen(prompt));
        terminal_until_text(&terminal, "$ fg");
        continue_in_foreground(&terminal, &modes);
    }
    terminal_type(&terminal, "S");
    ck_assert_int_eq(terminal_end(&terminal), 0);
    vterm_state_get_cursorpos(vterm_obtain_state(terminal.emulator), &cursor);
    ck_assert_int_eq(cursor.row, 7);
    terminal_free(&terminal);
}
END_TEST

/* bg: a program that uses the whole screen stops again, until fg. */
START_TEST(in_the_background_the_game_leaves_the_terminal_alone)
{
    static const int signals[] = {SIGSTOP, SIGTSTP};
    struct terminal terminal;
    struct termios modes;
    if (under_valgrind())
        return;
    for (size_t i = 0; i < 2; i++) {
        maze_start(&terminal);
        ck_assert_int_eq(tcgetattr(terminal.line, &modes), 0);
        kill(terminal.program, signals[i]);
        terminal_until_stopped(&terminal);
        take_as_a_shell_does(&terminal);
        kill(terminal.program, SIGCONT);
        terminal_until_stopped(&terminal);
        ck_assert(has_modes(&terminal, &terminal.before));
        terminal_until_text(&terminal, "*******");
        continue_in_foreground(&terminal, &modes);
        maze_leave(&terminal);
    }
}
END_TEST

static bool two_seconds_have_passed(struct terminal *terminal, void *since)
{
    (void)terminal;
    return time(NULL) >= *(time_t *)since + 2;
}

/* kill %1 sends both signals to a job that is stopped. By then the clock has something to draw. */
START_TEST(a_stopped_game_can_be_ended)
{
    static const int signals[] = {SIGSTOP, SIGTSTP};
    static const int ends[] = {SIGTERM, SIGHUP, SIGQUIT};
    struct terminal terminal;
    if (under_valgrind())
        return;
    for (size_t i = 0; i < 2 * 3; i++) {
        maze_start(&terminal);
        kill(terminal.program, signals[i % 2]);
        terminal_until_stopped(&terminal);
        take_as_a_shell_does(&terminal);
        time_t stopped = time(NULL);
        terminal_until(&terminal, "the clock is late", two_seconds_have_passed, &stopped);
        kill(terminal.program, ends[i / 2]);
        kill(terminal.program, SIGCONT);
        maze_end(&terminal, ends[i / 2] == SIGTERM ? 0 : 128 + ends[i / 2]);
    }
}
END_TEST

/* kill -HUP %1, and fg: what ends the game and what continues it arrive together, perhaps on two
 * threads. The game may not take the terminal once more after it has been given back. */
START_TEST(a_stopped_game_that_is_continued_in_the_foreground_can_be_ended)
{
    static const int ends[] = {SIGHUP, SIGQUIT};
    struct terminal terminal;
    if (under_valgrind())
        return;
    for (int i = 0; i < 10; i++) {
        maze_start(&terminal);
        kill(terminal.program, SIGSTOP);
        terminal_until_stopped(&terminal);
        take_as_a_shell_does(&terminal);
        terminal_set_foreground(&terminal, terminal.program);
        kill(terminal.program, ends[i % 2]);
        kill(terminal.program, SIGCONT);
        maze_end(&terminal, 128 + ends[i % 2]);
    }
}
END_TEST

/* The lesson looks at the tree of tasks that way. */
START_TEST(sigusr1_does_not_end_it)
{
    struct terminal terminal;
    struct place player;
    maze_start(&terminal);
    maze_until_player(&terminal, &player);
    kill(terminal.program, SIGUSR1);
    maze_step_once(&terminal, &player);
    terminal_type(&terminal, "s");
    ck_assert_int_eq(terminal_end(&terminal), 0);
    char *errors = terminal_errors(&terminal);
    ck_assert_ptr_nonnull(strstr(errors, "tasks: "));
    ck_assert_ptr_nonnull(strstr(errors, "maze: "));
    free(errors);
    terminal_free(&terminal);
}
END_TEST

static bool has_the_terminal(struct terminal *terminal, void *unused)
{
    (void)unused;
    return terminal->alternate;
}

static bool shows_clock_after_sigusr1(struct terminal *terminal, void *unused)
{
    kill(terminal->program, SIGUSR1);
    return maze_shows_clock(terminal, unused);
}

/* When the game has just taken the terminal, no task runs yet. */
START_TEST(sigusr1_does_not_end_it_at_the_start)
{
    struct terminal terminal;
    for (int i = 0; i < 10; i++) {
        terminal_start(&terminal, 80, 24, PROGRAM, maze_usual_words, NULL);
        terminal_until(&terminal, "it has the terminal", has_the_terminal, NULL);
        terminal_until(&terminal, "the clock is shown", shows_clock_after_sigusr1, NULL);
        maze_leave(&terminal);
    }
}
END_TEST

int main(void)
{
    const TTest *const leaving[] = {s_leaves, ctrl_c_leaves_as_the_article_says, sigterm_leaves,
        many_sigterms_leave_the_terminal_restored_too, a_crash_leaves_the_terminal_restored,
        ctrl_backslash_leaves_the_terminal_restored,
        ctrl_z_gives_the_terminal_back_until_the_game_goes_on,
        after_a_stop_the_game_takes_the_terminal_back, after_a_stop_the_cursor_is_the_shells,
        in_the_background_the_game_leaves_the_terminal_alone, a_stopped_game_can_be_ended,
        a_stopped_game_that_is_continued_in_the_foreground_can_be_ended, sigusr1_does_not_end_it,
        sigusr1_does_not_end_it_at_the_start, NULL};
    return run_suite(
        "03_maze_end", (const struct test_group[]){{"leaving", leaving}, {NULL, NULL}});
}
