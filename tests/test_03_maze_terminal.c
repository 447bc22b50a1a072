/* Chapter 3's game in terminals that take no output, are small, or change. */
#include "maze_stage.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool under_valgrind(void)
{
    const char *valgrind = getenv("VALGRIND");
    return valgrind && *valgrind;
}

/*
 * A terminal that takes no output
 */

START_TEST(ctrl_s_does_not_stop_the_game)
{
    struct terminal terminal;
    struct place player;
    maze_start(&terminal);
    maze_until_player(&terminal, &player);
    terminal_type(&terminal, "\023");
    maze_step_once(&terminal, &player);
    kill(terminal.program, SIGTERM);
    maze_end(&terminal, 0);
}
END_TEST

/* Stops the output, as Ctrl+S does where it can, and lets the game draw. */
static void start_without_output(struct terminal *terminal)
{
    maze_start(terminal);
    ck_assert_int_eq(tcflow(terminal->line, TCOOFF), 0);
    terminal_type(terminal, "46464646");
}

START_TEST(a_game_without_output_can_be_ended)
{
    static const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT};
    struct terminal terminal;
    for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
        start_without_output(&terminal);
        kill(terminal.program, signals[i]);
        maze_end(&terminal, i < 2 ? 0 : 128 + signals[i]);
    }
}
END_TEST

/* Another program has changed the modes, so that Ctrl+S stops the output. */
START_TEST(a_game_that_ctrl_s_has_stopped_can_be_ended)
{
    static const int signals[] = {SIGTERM, SIGINT, SIGHUP};
    struct terminal terminal;
    struct termios modes;
    for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
        maze_start(&terminal);
        ck_assert_int_eq(tcgetattr(terminal.line, &modes), 0);
        modes.c_iflag |= IXON;
        ck_assert_int_eq(tcsetattr(terminal.line, TCSANOW, &modes), 0);
        terminal_type(&terminal, "\023");
        struct pollfd output = {.fd = terminal.line, .events = POLLOUT};
        while (poll(&output, 1, 0) > 0)
            usleep(1000);
        kill(terminal.program, signals[i]);
        maze_end(&terminal, i < 2 ? 0 : 128 + signals[i]);
    }
}
END_TEST

START_TEST(a_game_without_output_goes_on_when_it_comes_back)
{
    struct terminal terminal;
    struct place player;
    maze_start(&terminal);
    maze_until_player(&terminal, &player);
    ck_assert_int_eq(tcflow(terminal.line, TCOOFF), 0);
    maze_step_without_waiting(&terminal, &player);
    ck_assert_int_eq(tcflow(terminal.line, TCOON), 0);
    terminal_until(&terminal, "the player has moved", maze_player_is_at, &player);
    maze_check(&terminal);
    maze_leave(&terminal);
}
END_TEST

START_TEST(a_game_whose_output_nobody_reads_can_be_ended)
{
    struct terminal terminal;
    char keys[3 * 1024 + 1];
    maze_start(&terminal);
    for (size_t i = 0; i < sizeof(keys) - 1; i++)
        keys[i] = "4682"[i % 4];
    keys[sizeof(keys) - 1] = '\0';
    struct pollfd writable = {.fd = terminal.keys, .events = POLLOUT};
    for (int i = 0; i < 20 && poll(&writable, 1, 2000) == 1; i++)
        (void)!write(terminal.keys, keys, sizeof(keys) - 1);
    kill(terminal.program, SIGTERM);
    terminal_until_ended_unread(&terminal);
    maze_end(&terminal, 0);
}
END_TEST

START_TEST(a_stop_is_not_lost_while_the_game_draws)
{
    struct terminal terminal;
    if (under_valgrind())
        return; /* a program under Valgrind continues after SIGTSTP */
    maze_start(&terminal);
    for (int i = 0; i < 50; i++) {
        terminal_type(&terminal, "46464646464646464646");
        kill(terminal.program, SIGTSTP);
        terminal_until_stopped(&terminal);
        terminal_check_given_back(&terminal);
        kill(terminal.program, SIGCONT);
        terminal_until(&terminal, "the clock is shown", maze_shows_clock, NULL);
    }
    maze_leave(&terminal);
}
END_TEST

/*
 * Terminals
 */

static void is_refused_at(int columns, int rows, const char *message)
{
    struct terminal terminal;
    terminal_start(&terminal, columns, rows, PROGRAM, maze_usual_words, NULL);
    ck_assert_int_eq(terminal_end(&terminal), 1);
    char *errors = terminal_errors(&terminal);
    ck_assert_str_eq(errors, message);
    free(errors);
    terminal_free(&terminal);
}

START_TEST(a_terminal_that_is_too_small_is_refused)
{
    is_refused_at(40, 10,
        "maze: O terminal tem 40x10 caracteres; este labirinto precisa de 73x24. "
        "Diminua-o com --width e --height.\n");
    is_refused_at(72, 24,
        "maze: O terminal tem 72x24 caracteres; este labirinto precisa de 73x24. "
        "Diminua-o com --width e --height.\n");
    is_refused_at(73, 23,
        "maze: O terminal tem 73x23 caracteres; este labirinto precisa de 73x24. "
        "Diminua-o com --width e --height.\n");
}
END_TEST

START_TEST(a_terminal_that_is_just_large_enough_is_taken)
{
    struct terminal terminal;
    terminal_start(&terminal, 73, 24, PROGRAM, maze_usual_words, NULL);
    terminal_until(&terminal, "the clock is shown", maze_shows_clock, NULL);
    maze_check(&terminal);
    maze_leave(&terminal);
}
END_TEST

START_TEST(without_a_terminal_it_says_so)
{
    char *output, *errors;
    ck_assert_int_eq(child_run(PROGRAM, NULL, &output, &errors), 1);
    ck_assert_str_eq(output, "");
    ck_assert_str_eq(errors, "maze: a entrada e a saída precisam ser um terminal.\n");
    free(output);
    free(errors);
}
END_TEST

START_TEST(an_unknown_terminal_is_named)
{
    static const char *const names[] = {"TERM=nonsense", "TERM=dumb", "TERM="};
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        struct terminal terminal;
        terminal_start(&terminal, 80, 24, PROGRAM, maze_usual_words,
            (const char *const[]){names[i], "LANG=en_US.UTF-8", NULL});
        ck_assert_int_eq(terminal_end(&terminal), 1);
        char *errors = terminal_errors(&terminal);
        ck_assert_msg(strstr(errors, "unknown or cannot place its cursor"), "%s", errors);
        ck_assert_msg(strstr(errors, names[i]), "%s", errors);
        free(errors);
        terminal_free(&terminal);
    }
}
END_TEST

START_TEST(a_resize_redraws)
{
    struct place player;
    struct terminal terminal;
    maze_start(&terminal);
    maze_until_player(&terminal, &player);

    terminal_resize(&terminal, 40, 10);
    terminal_until_text(&terminal, "O terminal tem 40x10 caracteres");
    terminal_until_text(&terminal, "73x24");
    terminal_type(&terminal, "444466668888222244446666");
    terminal_until_keys_are_read(&terminal);
    terminal_resize(&terminal, 41, 10);
    terminal_until_text(&terminal, "O terminal tem 41x10 caracteres");

    terminal_resize(&terminal, 100, 30);
    terminal_until(&terminal, "the player is shown again", maze_player_is_at, &player);
    terminal_until(&terminal, "the clock is shown", maze_shows_clock, NULL);
    maze_check(&terminal);
    ck_assert_str_eq(terminal_row(&terminal, 24), "");
    maze_step_once(&terminal, &player);
    maze_leave(&terminal);
}
END_TEST

static bool shows_only_the_small_maze(struct terminal *terminal, void *unused)
{
    (void)unused;
    return strcmp(terminal_row(terminal, 0), "+--+--+") == 0 &&
           strlen(terminal_row(terminal, 1)) == strlen("+--+--+");
}

START_TEST(nothing_is_left_of_the_message_after_a_resize)
{
    struct terminal terminal;
    terminal_start(&terminal, 80, 24, PROGRAM,
        (const char *const[]){"--width", "2", "--height", "4", NULL}, NULL);
    terminal_until_text(&terminal, "+--+--+");
    terminal_resize(&terminal, 70, 5);
    terminal_until_text(&terminal, "70x5");
    terminal_resize(&terminal, 80, 24);
    terminal_until(&terminal, "only the maze is shown", shows_only_the_small_maze, NULL);
    maze_leave(&terminal);
}
END_TEST

START_TEST(ctrl_c_leaves_a_terminal_that_has_become_too_small)
{
    struct terminal terminal;
    maze_start(&terminal);
    terminal_resize(&terminal, 30, 5);
    terminal_until_text(&terminal, "30x5");
    terminal_type(&terminal, "\003");
    maze_end(&terminal, 0);
}
END_TEST

int main(void)
{
    const TTest *const output[] = {ctrl_s_does_not_stop_the_game,
        a_game_that_ctrl_s_has_stopped_can_be_ended, a_game_without_output_can_be_ended,
        a_game_without_output_goes_on_when_it_comes_back,
        a_game_whose_output_nobody_reads_can_be_ended, a_stop_is_not_lost_while_the_game_draws,
        NULL};
    const TTest *const terminals[] = {a_terminal_that_is_too_small_is_refused,
        a_terminal_that_is_just_large_enough_is_taken, without_a_terminal_it_says_so,
        an_unknown_terminal_is_named, a_resize_redraws,
        nothing_is_left_of_the_message_after_a_resize,
        ctrl_c_leaves_a_terminal_that_has_become_too_small, NULL};
    return run_suite("03_maze_terminal",
        (const struct test_group[]){{"output", output}, {"terminals", terminals}, {NULL, NULL}});
}
