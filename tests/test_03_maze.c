/* Chapter 3's game, played in a terminal. */
#include "terminal.h"

#include <glob.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "03-keyboard-maze/maze_map.h"

#define PROGRAM "03-keyboard-maze/maze"
#define WIDTH 24
#define HEIGHT 11
#define SEED 7
#define CLOCK_X 10
#define CLOCK_Y 23

enum { BLACK = 0, RED = 1, YELLOW = 3, BLUE = 4, WHITE = 7 };

static const char *const usual_words[] = {"--seed", "7", NULL};

static struct maze_map usual_map(void)
{
    struct maze_map map;
    uint64_t random = SEED;
    ck_assert_int_eq(maze_map_make(&map, WIDTH, HEIGHT, &random), 0);
    return map;
}

/* Where the player is: a white * on blue. */
static bool find_player(struct terminal *terminal, struct place *player)
{
    for (int y = 0; y < terminal->rows; y++)
        for (int x = 0; x < terminal->columns; x++) {
            int foreground, background;
            if (terminal_character(terminal, x, y) != '*')
                continue;
            terminal_colors(terminal, x, y, &foreground, &background);
            *player = (struct place){(size_t)x, (size_t)y};
            return foreground == WHITE && background == BLUE;
        }
    return false;
}

/* The clock is drawn last. */
static bool shows_clock(struct terminal *terminal, void *unused)
{
    (void)unused;
    const char *row = terminal_row(terminal, CLOCK_Y);
    return strspn(row, " ") == CLOCK_X && strlen(row) == CLOCK_X + strlen("10/08/14 12:34:56");
}

/* Whether each thread of the program sleeps: ThreadSanitizer may hang or crash when a signal
 * interrupts its own work, as at the start of a thread. Where the system does not say, this is true
 * at once. */
static bool sleeps(struct terminal *terminal, void *unused)
{
    (void)unused;
    char pattern[64], state;
    glob_t threads;
    bool all = true;
    snprintf(pattern, sizeof(pattern), "/proc/%d/task/*/stat", (int)terminal->program);
    if (glob(pattern, 0, NULL, &threads) != 0)
        return true;
    for (size_t i = 0; i < threads.gl_pathc && all; i++) {
        FILE *file = fopen(threads.gl_pathv[i], "r");
        if (file && fscanf(file, "%*d (%*[^)]) %c", &state) == 1)
            all = state == 'S';
        if (file)
            fclose(file);
    }
    globfree(&threads);
    return all;
}

static void start_with(struct terminal *terminal, const char *const words[])
{
    terminal_start(terminal, 80, 24, PROGRAM, words, NULL);
    terminal_until(terminal, "the clock is shown", shows_clock, NULL);
    terminal_until(terminal, "the game sleeps", sleeps, NULL);
}

static void start(struct terminal *terminal)
{
    start_with(terminal, usual_words);
}

static void end(struct terminal *terminal, int status)
{
    ck_assert_int_eq(terminal_end(terminal), status);
    terminal_free(terminal);
}

static void leave(struct terminal *terminal)
{
    terminal_type(terminal, "S");
    end(terminal, 0);
}

/*
 * What is shown
 */

/* Whether this place of the drawing is shown correctly. */
static bool is_drawn(struct terminal *terminal, const struct maze_map *map, size_t x, size_t y)
{
    int foreground, background;
    char expected = maze_map_row(map, y)[x];
    terminal_colors(terminal, (int)x, (int)y, &foreground, &background);
    return terminal_character(terminal, (int)x, (int)y) == expected && background == BLACK &&
           (expected == ' ' || foreground == RED);
}

static bool shows_maze(struct terminal *terminal, void *argument)
{
    struct maze_map *map = argument;
    struct place player;
    if (!find_player(terminal, &player) || !maze_map_is_free(map, player))
        return false;
    for (size_t y = 0; y < map->rows; y++)
        for (size_t x = 0; x < map->columns; x++)
            if ((x != player.x || y != player.y) && !is_drawn(terminal, map, x, y))
                return false;
    return true;
}

/* The first half of a picture may arrive before the second. */
static void check_maze(struct terminal *terminal)
{
    struct maze_map map = usual_map();
    terminal_until(terminal, "the maze is red and whole", shows_maze, &map);
    maze_map_free(&map);
}

START_TEST(it_shows_the_maze_in_red_and_the_player_in_white_on_blue)
{
    struct terminal terminal;
    start(&terminal);
    check_maze(&terminal);
    ck_assert(terminal.alternate);
    ck_assert(!terminal.cursor_visible);
    ck_assert_str_eq(terminal.title, "Labirinto");
    leave(&terminal);
}
END_TEST

START_TEST(the_same_seed_puts_the_player_at_the_same_place)
{
    struct place first, second;
    struct terminal terminal;
    start(&terminal);
    ck_assert(find_player(&terminal, &first));
    leave(&terminal);
    start(&terminal);
    ck_assert(find_player(&terminal, &second));
    leave(&terminal);
    ck_assert_mem_eq(&first, &second, sizeof(first));
}
END_TEST

START_TEST(without_a_seed_mazes_differ)
{
    char first[24 * 80] = "", second[24 * 80] = "";
    struct terminal terminal;
    for (int i = 0; i < 2; i++) {
        start_with(&terminal, NULL);
        for (int y = 0; y < CLOCK_Y; y++)
            strcat(i ? second : first, terminal_row(&terminal, y));
        leave(&terminal);
    }
    ck_assert_str_ne(first, second);
}
END_TEST

static bool clock_differs(struct terminal *terminal, void *before)
{
    return shows_clock(terminal, NULL) && strcmp(terminal_row(terminal, CLOCK_Y), before) != 0;
}

static time_t shown_time(const char *row)
{
    struct tm local = {.tm_isdst = -1};
    ck_assert_msg(strlen(row) > CLOCK_X, "no clock: \"%s\"", row);
    const char *rest = strptime(row + CLOCK_X, "%d/%m/%y %H:%M:%S", &local);
    ck_assert_msg(rest && *rest == '\0', "not a clock: \"%s\"", row);
    return mktime(&local);
}

START_TEST(the_clock_ticks_while_no_key_is_pressed)
{
    struct terminal terminal;
    time_t began = time(NULL);
    start(&terminal);
    for (int i = 0; i < 3; i++) {
        char before[81];
        strcpy(before, terminal_row(&terminal, CLOCK_Y));
        ck_assert_uint_eq(strspn(before, " "), CLOCK_X);
        time_t shown = shown_time(before);
        ck_assert_int_ge(shown, began);
        ck_assert_int_le(shown, time(NULL));
        terminal_until(&terminal, "the clock ticks", clock_differs, before);
        time_t next = shown_time(terminal_row(&terminal, CLOCK_Y));
        ck_assert_int_ge(next, shown + 1);
        ck_assert_int_le(next, shown + 2);
    }
    leave(&terminal);
}
END_TEST

START_TEST(the_clock_stays_below_a_maze_of_another_height)
{
    struct terminal terminal;
    terminal_start(&terminal, 80, 24, PROGRAM,
        (const char *const[]){"--width", "2", "--height", "4", NULL}, NULL);
    terminal_until_text(&terminal, "/");
    ck_assert_str_eq(terminal_row(&terminal, 8), "+--+--+");
    shown_time(terminal_row(&terminal, 9));
    leave(&terminal);
}
END_TEST

/*
 * Moving
 */

struct key {
    const char *bytes;
    int x, y;
};

static const struct key digits[] = {{"4", -1, 0}, {"6", 1, 0}, {"8", 0, -1}, {"2", 0, 1}};
static const struct key arrows[] = {
    {"\033OD", -1, 0}, {"\033OC", 1, 0}, {"\033OA", 0, -1}, {"\033OB", 0, 1}};

static const struct key arrows_of_other_terminals[] = {
    {"\033[D", -1, 0}, {"\033[C", 1, 0}, {"\033[A", 0, -1}, {"\033[B", 0, 1}};
static const struct key keypad[] = {
    {"\033Ot", -1, 0}, {"\033Ov", 1, 0}, {"\033Ox", 0, -1}, {"\033Or", 0, 1}};

static bool player_is_at(struct terminal *terminal, void *place)
{
    struct place player;
    return find_player(terminal, &player) && memcmp(&player, place, sizeof(player)) == 0;
}

/* Presses random keys. Where the next step leads shows whether a wall stopped the player. */
static void walk(const struct key keys[4], int steps)
{
    struct maze_map map = usual_map();
    struct place player;
    struct terminal terminal;
    uint64_t random = 1;
    int moved = 0, stayed = 0;
    start(&terminal);
    ck_assert(find_player(&terminal, &player));
    while (moved < steps || stayed < steps / 4) {
        const struct key *key = &keys[random_below(&random, 4)];
        struct place next = {player.x + (size_t)key->x, player.y + (size_t)key->y};
        terminal_type(&terminal, key->bytes);
        if (!maze_map_is_free(&map, next)) {
            stayed++;
            continue;
        }
        moved++;
        player = next;
        terminal_until(&terminal, "the player has moved", player_is_at, &player);
    }
    check_maze(&terminal);
    leave(&terminal);
    maze_map_free(&map);
}

START_TEST(digits_move_the_player_where_it_is_free)
{
    walk(digits, 100);
}
END_TEST

START_TEST(arrows_move_the_player_where_it_is_free)
{
    walk(arrows, 100);
    walk(arrows_of_other_terminals, 50);
}
END_TEST

START_TEST(the_keypad_moves_the_player_in_application_mode)
{
    walk(keypad, 50);
}
END_TEST

/* Types a digit toward a free place. */
static void step_without_waiting(struct terminal *terminal, struct place *player)
{
    struct maze_map map = usual_map();
    for (size_t i = 0; i < 4; i++) {
        struct place next = {player->x + (size_t)digits[i].x, player->y + (size_t)digits[i].y};
        if (!maze_map_is_free(&map, next))
            continue;
        *player = next;
        terminal_type(terminal, digits[i].bytes);
        break;
    }
    maze_map_free(&map);
}

static void step_once(struct terminal *terminal, struct place *player)
{
    step_without_waiting(terminal, player);
    terminal_until(terminal, "the player has moved", player_is_at, player);
}

START_TEST(other_keys_do_nothing)
{
    struct place player;
    struct terminal terminal;
    start(&terminal);
    ck_assert(find_player(&terminal, &player));
    terminal_type(&terminal, "\r\n\t135790aZ \033[5~\033OP\xc3\xa9\xff\033");
    step_once(&terminal, &player);
    terminal_until(&terminal, "the clock alone is below the maze", shows_clock, NULL);
    leave(&terminal);
}
END_TEST

/*
 * Escape sequences that mean nothing to the game. In a maze of one column the player moves freely
 * down and, at least, to one side.
 */

static const char *const column_words[] = {"--seed", "7", "--width", "1", NULL};

static bool player_is_elsewhere(struct terminal *terminal, void *place)
{
    struct place player;
    return find_player(terminal, &player) && memcmp(&player, place, sizeof(player)) != 0;
}

/* Types a step to the side. When the player has taken it, all that was typed before has been read:
 * it has to have moved nobody. */
static void check_nothing_moved(
    struct terminal *terminal, struct place *player, const char *typed, size_t size)
{
    struct place before = *player, after;
    terminal_type(terminal, before.x == 1 ? "6" : "4");
    terminal_until(terminal, "the player has moved", player_is_elsewhere, player);
    ck_assert(find_player(terminal, &after));
    player->x = 3 - before.x;
    ck_assert_msg(memcmp(&after, player, sizeof(after)) == 0,
        "after ESC %.*s the player is at %zu, %zu and not at %zu, %zu", (int)size - 1, typed + 1,
        after.x, after.y, player->x, player->y);
}

static void start_in_a_column(struct terminal *terminal, struct place *player)
{
    start_with(terminal, column_words);
    terminal_type(terminal, "8888888888888888888888");
    struct place top = {1, 1};
    terminal_until_keys_are_read(terminal);
    ck_assert(find_player(terminal, &top));
    top.y = 1;
    terminal_until(terminal, "the player is at the top", player_is_at, &top);
    *player = top;
}

static const char *const sequences[] = {
    "\033[1;2A", "\033[1;2B", "\033[2~", "\033[22~", "\033[2;5~",          /* keys with modifiers */
    "\033[[B", "\033[2$", "\033[2^", "\033O2P", "\033OS", "\033Os",        /* function keys */
    "\033[<0;2;2M", "\033[M 22", "\033[32;2;2M",                           /* the mouse */
    "\033[?62;22c", "\033[>0;2;2c", "\033[2;2R", "\033[?25;2$y", "\033(2", /* reports */
    "\033P>|Two 2S2\033\\", "\033P1$r2 q\033\\", "\033]11;rgb:2222/2222/2222\033\\",
    "\033]10;rgb:22/22/22\007", "\033_G22;2\033\\", "\033^2\033\\", "\033X2\033\\",
    "\xc2\x9b"
    "2;2A",
    "\x9b"
    "2;2A",
    "\xc2\x9d"
    "2\xc2\x9c",
    /* C1 */
};

START_TEST(sequences_that_nobody_knows_move_nothing)
{
    struct place player;
    struct terminal terminal;
    start_in_a_column(&terminal, &player);
    for (size_t i = 0; i < sizeof(sequences) / sizeof(*sequences); i++) {
        terminal_type(&terminal, sequences[i]);
        check_nothing_moved(&terminal, &player, sequences[i], strlen(sequences[i]));
    }
    leave(&terminal);
}
END_TEST

static void type_in_pieces(struct terminal *terminal, const char *keys)
{
    for (; *keys; keys++) {
        terminal_type(terminal, (const char[]){*keys, '\0'});
        terminal_until_keys_are_read(terminal);
    }
}

START_TEST(a_sequence_may_arrive_in_pieces)
{
    struct place player;
    struct terminal terminal;
    start_in_a_column(&terminal, &player);
    for (size_t i = 0; i < sizeof(sequences) / sizeof(*sequences); i++) {
        type_in_pieces(&terminal, sequences[i]);
        check_nothing_moved(&terminal, &player, sequences[i], strlen(sequences[i]));
    }
    player.y++;
    type_in_pieces(&terminal, "\033OB");
    terminal_until(&terminal, "an arrow moves the player", player_is_at, &player);
    leave(&terminal);
}
END_TEST

/* What follows ESC, a character of another alphabet, or half of one, is a key of its own. */
START_TEST(a_key_behind_other_characters_is_obeyed)
{
    static const char *const before[] = {
        "\033", "\033\033", "\033a", "\xc4\x9b", "\xc5", "\xe9", "\xff", "\033[2$", "\033[2\030"};
    struct place player;
    struct terminal terminal;
    start_in_a_column(&terminal, &player);
    for (size_t i = 0; i < sizeof(before) / sizeof(*before); i++) {
        terminal_type(&terminal, before[i]);
        player.y++;
        terminal_type(&terminal, "2");
        terminal_until(&terminal, "the player has moved down", player_is_at, &player);
    }
    leave(&terminal);
}
END_TEST

/*
 * Leaving
 */

static void ends_by_key(const char *key)
{
    struct terminal terminal;
    start(&terminal);
    terminal_type(&terminal, key);
    end(&terminal, 0);
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
    start(&terminal);
    terminal_type(&terminal, "\003");
    ck_assert_int_eq(terminal_end(&terminal), 0);
    terminal_until_text(&terminal, "exit");
    terminal_free(&terminal);
}
END_TEST

START_TEST(sigterm_leaves)
{
    struct terminal terminal;
    start(&terminal);
    kill(terminal.program, SIGTERM);
    end(&terminal, 0);
}
END_TEST

/* However many of the signals find the game still running, the terminal is restored. */
START_TEST(many_sigterms_leave_the_terminal_restored_too)
{
    /* The leak check runs after the end of main, and complains when a signal interrupts it. */
    setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
    for (int i = 0; i < 10; i++) {
        struct terminal terminal;
        start(&terminal);
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
        start(&terminal);
        kill(terminal.program, signals[i]);
        end(&terminal, 128 + signals[i]);
    }
}
END_TEST

START_TEST(ctrl_backslash_leaves_the_terminal_restored)
{
    struct terminal terminal;
    start(&terminal);
    terminal_type(&terminal, "\034");
    end(&terminal, 128 + SIGQUIT);
}
END_TEST

START_TEST(ctrl_z_gives_the_terminal_back_until_the_game_goes_on)
{
    if (under_valgrind())
        return; /* a program under Valgrind continues after SIGTSTP */
    struct place player;
    struct terminal terminal;
    start(&terminal);
    ck_assert(find_player(&terminal, &player));
    for (int i = 0; i < 2; i++) {
        terminal_type(&terminal, "\032");
        terminal_until_stopped(&terminal);
        terminal_check_given_back(&terminal);
        kill(terminal.program, SIGCONT);
        terminal_until(&terminal, "the player is shown", player_is_at, &player);
        step_once(&terminal, &player);
        check_maze(&terminal);
    }
    leave(&terminal);
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
    check_maze(terminal);
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
    start(&terminal);
    ck_assert_int_eq(tcgetattr(terminal.line, &modes), 0);
    for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
        ck_assert(find_player(&terminal, &player));
        kill(terminal.program, signals[i]);
        terminal_until_stopped(&terminal);
        take_as_a_shell_does(&terminal);
        continue_in_foreground(&terminal, &modes);
        step_once(&terminal, &player);
        check_maze(&terminal);
    }
    leave(&terminal);
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
        start(&terminal);
        ck_assert_int_eq(tcgetattr(terminal.line, &modes), 0);
        kill(terminal.program, signals[i]);
        terminal_until_stopped(&terminal);
        take_as_a_shell_does(&terminal);
        kill(terminal.program, SIGCONT);
        terminal_until_stopped(&terminal);
        ck_assert(has_modes(&terminal, &terminal.before));
        terminal_until_text(&terminal, "*******");
        continue_in_foreground(&terminal, &modes);
        leave(&terminal);
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
        start(&terminal);
        kill(terminal.program, signals[i % 2]);
        terminal_until_stopped(&terminal);
        take_as_a_shell_does(&terminal);
        time_t stopped = time(NULL);
        terminal_until(&terminal, "the clock is late", two_seconds_have_passed, &stopped);
        kill(terminal.program, ends[i / 2]);
        kill(terminal.program, SIGCONT);
        end(&terminal, ends[i / 2] == SIGTERM ? 0 : 128 + ends[i / 2]);
    }
}
END_TEST

/*
 * A terminal that takes no output
 */

START_TEST(ctrl_s_does_not_stop_the_game)
{
    struct terminal terminal;
    struct place player;
    start(&terminal);
    ck_assert(find_player(&terminal, &player));
    terminal_type(&terminal, "\023");
    step_once(&terminal, &player);
    kill(terminal.program, SIGTERM);
    end(&terminal, 0);
}
END_TEST

/* Stops the output, as Ctrl+S does where it can, and lets the game draw. */
static void start_without_output(struct terminal *terminal)
{
    start(terminal);
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
        end(&terminal, i < 2 ? 0 : 128 + signals[i]);
    }
}
END_TEST

START_TEST(a_game_without_output_goes_on_when_it_comes_back)
{
    struct terminal terminal;
    struct place player;
    start(&terminal);
    ck_assert(find_player(&terminal, &player));
    ck_assert_int_eq(tcflow(terminal.line, TCOOFF), 0);
    step_without_waiting(&terminal, &player);
    ck_assert_int_eq(tcflow(terminal.line, TCOON), 0);
    terminal_until(&terminal, "the player has moved", player_is_at, &player);
    check_maze(&terminal);
    leave(&terminal);
}
END_TEST

START_TEST(a_game_whose_output_nobody_reads_can_be_ended)
{
    struct terminal terminal;
    char keys[3 * 1024 + 1];
    start(&terminal);
    for (size_t i = 0; i < sizeof(keys) - 1; i++)
        keys[i] = "4682"[i % 4];
    keys[sizeof(keys) - 1] = '\0';
    struct pollfd writable = {.fd = terminal.keys, .events = POLLOUT};
    for (int i = 0; i < 20 && poll(&writable, 1, 2000) == 1; i++)
        (void)!write(terminal.keys, keys, sizeof(keys) - 1);
    kill(terminal.program, SIGTERM);
    terminal_until_ended_unread(&terminal);
    end(&terminal, 0);
}
END_TEST

START_TEST(a_stop_is_not_lost_while_the_game_draws)
{
    struct terminal terminal;
    if (under_valgrind())
        return; /* a program under Valgrind continues after SIGTSTP */
    start(&terminal);
    for (int i = 0; i < 50; i++) {
        terminal_type(&terminal, "46464646464646464646");
        kill(terminal.program, SIGTSTP);
        terminal_until_stopped(&terminal);
        terminal_check_given_back(&terminal);
        kill(terminal.program, SIGCONT);
        terminal_until(&terminal, "the clock is shown", shows_clock, NULL);
    }
    leave(&terminal);
}
END_TEST

/*
 * Terminals
 */

static void is_refused_at(int columns, int rows, const char *message)
{
    struct terminal terminal;
    terminal_start(&terminal, columns, rows, PROGRAM, usual_words, NULL);
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
    terminal_start(&terminal, 73, 24, PROGRAM, usual_words, NULL);
    terminal_until(&terminal, "the clock is shown", shows_clock, NULL);
    check_maze(&terminal);
    leave(&terminal);
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
        terminal_start(&terminal, 80, 24, PROGRAM, usual_words,
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
    start(&terminal);
    ck_assert(find_player(&terminal, &player));

    terminal_resize(&terminal, 40, 10);
    terminal_until_text(&terminal, "O terminal tem 40x10 caracteres");
    terminal_until_text(&terminal, "73x24");
    terminal_type(&terminal, "444466668888222244446666");
    terminal_until_keys_are_read(&terminal);
    terminal_resize(&terminal, 41, 10);
    terminal_until_text(&terminal, "O terminal tem 41x10 caracteres");

    terminal_resize(&terminal, 100, 30);
    terminal_until(&terminal, "the player is shown again", player_is_at, &player);
    terminal_until(&terminal, "the clock is shown", shows_clock, NULL);
    check_maze(&terminal);
    ck_assert_str_eq(terminal_row(&terminal, 24), "");
    step_once(&terminal, &player);
    leave(&terminal);
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
    leave(&terminal);
}
END_TEST

START_TEST(ctrl_c_leaves_a_terminal_that_has_become_too_small)
{
    struct terminal terminal;
    start(&terminal);
    terminal_resize(&terminal, 30, 5);
    terminal_until_text(&terminal, "30x5");
    terminal_type(&terminal, "\003");
    end(&terminal, 0);
}
END_TEST

/*
 * Enemies
 */

#define ENEMIES 3 /* two may share a place */

struct enemies {
    int count;
    bool at[CLOCK_Y][80];
};

/* Every enemy shown has to be a yellow & on black. Returns true when their places have changed. */
static bool enemies_have_moved(struct terminal *terminal, void *argument)
{
    struct enemies *before = argument, now = {.count = 0};
    for (int y = 0; y < CLOCK_Y; y++)
        for (int x = 0; x < terminal->columns; x++) {
            int foreground, background;
            if (terminal_character(terminal, x, y) != '&')
                continue;
            terminal_colors(terminal, x, y, &foreground, &background);
            now.at[y][x] = true;
            now.count += foreground == YELLOW && background == BLACK;
        }
    if (now.count == 0 || now.count > ENEMIES)
        return false; /* only half of a picture */
    bool moved = before->count > 0 && memcmp(now.at, before->at, sizeof(now.at)) != 0;
    if (before->count == 0 || moved)
        *before = now;
    return moved;
}

START_TEST(enemies_move_by_themselves)
{
    struct terminal terminal;
    struct enemies enemies = {.count = 0};
    start_with(&terminal, (const char *const[]){"--seed", "7", "--enemies", "3", NULL});
    for (int i = 0; i < 5; i++)
        terminal_until(&terminal, "the enemies move", enemies_have_moved, &enemies);
    leave(&terminal);
}
END_TEST

/* One cell is two places: the first move makes the two meet, perhaps before anything is shown. */
static void meets_an_enemy(const char *keys)
{
    struct terminal terminal;
    terminal_start(&terminal, 80, 24, PROGRAM,
        (const char *const[]){"--width", "1", "--height", "1", "--enemies", "1", NULL}, NULL);
    terminal_type(&terminal, keys);
    ck_assert_int_eq(terminal_end(&terminal), 0);
    terminal_until_text(&terminal, "Um inimigo pegou voc\xc3\xaa. Fim de jogo.");
    terminal_free(&terminal);
}

START_TEST(an_enemy_that_meets_the_player_ends_the_game)
{
    meets_an_enemy("");
}
END_TEST

START_TEST(a_player_that_meets_an_enemy_ends_the_game)
{
    meets_an_enemy("46");
}
END_TEST

START_TEST(bad_options_are_rejected_by_name)
{
    static const char *const bad[][2] = {
        {"--width", "0"}, {"--height", "x"}, {"--enemies", "-1"}, {"--seed", "1.5"}};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        char *errors;
        ck_assert_int_eq(
            child_run(PROGRAM, (const char *[]){bad[i][0], bad[i][1], NULL}, NULL, &errors), 2);
        ck_assert_msg(strstr(errors, bad[i][0]), "%s", errors);
        free(errors);
    }
}
END_TEST

int main(void)
{
    const TTest *const shown[] = {it_shows_the_maze_in_red_and_the_player_in_white_on_blue,
        the_same_seed_puts_the_player_at_the_same_place, without_a_seed_mazes_differ,
        the_clock_ticks_while_no_key_is_pressed, the_clock_stays_below_a_maze_of_another_height,
        NULL};
    const TTest *const moving[] = {digits_move_the_player_where_it_is_free,
        arrows_move_the_player_where_it_is_free, the_keypad_moves_the_player_in_application_mode,
        other_keys_do_nothing, sequences_that_nobody_knows_move_nothing,
        a_sequence_may_arrive_in_pieces, a_key_behind_other_characters_is_obeyed, NULL};
    const TTest *const leaving[] = {s_leaves, ctrl_c_leaves_as_the_article_says, sigterm_leaves,
        many_sigterms_leave_the_terminal_restored_too, a_crash_leaves_the_terminal_restored,
        ctrl_backslash_leaves_the_terminal_restored,
        ctrl_z_gives_the_terminal_back_until_the_game_goes_on,
        a_stop_is_not_lost_while_the_game_draws, after_a_stop_the_game_takes_the_terminal_back,
        in_the_background_the_game_leaves_the_terminal_alone, a_stopped_game_can_be_ended, NULL};
    const TTest *const output[] = {ctrl_s_does_not_stop_the_game,
        a_game_without_output_can_be_ended, a_game_without_output_goes_on_when_it_comes_back,
        a_game_whose_output_nobody_reads_can_be_ended, NULL};
    const TTest *const terminals[] = {a_terminal_that_is_too_small_is_refused,
        a_terminal_that_is_just_large_enough_is_taken, without_a_terminal_it_says_so,
        an_unknown_terminal_is_named, a_resize_redraws,
        nothing_is_left_of_the_message_after_a_resize,
        ctrl_c_leaves_a_terminal_that_has_become_too_small, NULL};
    const TTest *const enemies[] = {enemies_move_by_themselves,
        an_enemy_that_meets_the_player_ends_the_game, a_player_that_meets_an_enemy_ends_the_game,
        NULL};
    const TTest *const options[] = {bad_options_are_rejected_by_name, NULL};
    return run_suite(
        "03_maze", (const struct test_group[]){{"shown", shown}, {"moving", moving},
                       {"leaving", leaving}, {"output", output}, {"terminals", terminals},
                       {"enemies", enemies}, {"options", options}, {NULL, NULL}});
}
