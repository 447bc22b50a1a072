/* Chapter 3's game, played in a terminal: what it shows, enemies, options. */
#include "maze_stage.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/*
 * What is shown
 */

START_TEST(it_shows_the_maze_in_red_and_the_player_in_white_on_blue)
{
    struct terminal terminal;
    maze_start(&terminal);
    maze_check(&terminal);
    ck_assert(terminal.alternate);
    ck_assert(!terminal.cursor_visible);
    ck_assert_str_eq(terminal.title, "Labirinto");
    maze_leave(&terminal);
}
END_TEST

START_TEST(the_same_seed_puts_the_player_at_the_same_place)
{
    struct place first, second;
    struct terminal terminal;
    maze_start(&terminal);
    maze_until_player(&terminal, &first);
    maze_leave(&terminal);
    maze_start(&terminal);
    maze_until_player(&terminal, &second);
    maze_leave(&terminal);
    ck_assert_mem_eq(&first, &second, sizeof(first));
}
END_TEST

START_TEST(without_a_seed_mazes_differ)
{
    char first[24 * 80] = "", second[24 * 80] = "";
    struct terminal terminal;
    for (int i = 0; i < 2; i++) {
        maze_start_with(&terminal, NULL);
        for (int y = 0; y < CLOCK_Y; y++)
            strcat(i ? second : first, terminal_row(&terminal, y));
        maze_leave(&terminal);
    }
    ck_assert_str_ne(first, second);
}
END_TEST

static bool clock_differs(struct terminal *terminal, void *before)
{
    return maze_shows_clock(terminal, NULL) && strcmp(terminal_row(terminal, CLOCK_Y), before) != 0;
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
    maze_start(&terminal);
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
        ck_assert_int_le(next, time(NULL));
    }
    maze_leave(&terminal);
}
END_TEST

static bool clock_is_in_row_9(struct terminal *terminal, void *unused)
{
    (void)unused;
    return strlen(terminal_row(terminal, 9)) == CLOCK_X + strlen("10/08/14 12:34:56");
}

START_TEST(the_clock_stays_below_a_maze_of_another_height)
{
    struct terminal terminal;
    terminal_start(&terminal, 80, 24, PROGRAM,
        (const char *const[]){"--width", "2", "--height", "4", NULL}, NULL);
    terminal_until(&terminal, "the clock is below the maze", clock_is_in_row_9, NULL);
    ck_assert_str_eq(terminal_row(&terminal, 8), "+--+--+");
    shown_time(terminal_row(&terminal, 9));
    maze_leave(&terminal);
}
END_TEST

static bool player_is_in_reverse(struct terminal *terminal, void *unused)
{
    (void)unused;
    for (int y = 0; y < CLOCK_Y; y++)
        for (int x = 0; x < terminal->columns; x++) {
            VTermScreenCell cell;
            int foreground, background;
            vterm_screen_get_cell(terminal->screen, (VTermPos){.row = y, .col = x}, &cell);
            terminal_colors(terminal, x, y, &foreground, &background);
            ck_assert_int_eq(foreground, -1);
            ck_assert_int_eq(background, -1);
            if (terminal_character(terminal, x, y) == '*' && cell.attrs.reverse)
                return true;
        }
    return false;
}

START_TEST(no_color_shows_none)
{
    struct terminal terminal;
    terminal_start(
        &terminal, 80, 24, PROGRAM, maze_usual_words, (const char *const[]){"NO_COLOR=1", NULL});
    terminal_until(&terminal, "the player is in reverse", player_is_in_reverse, NULL);
    maze_leave(&terminal);
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
    maze_start_with(&terminal, (const char *const[]){"--seed", "7", "--enemies", "3", NULL});
    for (int i = 0; i < 5; i++)
        terminal_until(&terminal, "the enemies move", enemies_have_moved, &enemies);
    maze_leave(&terminal);
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
        no_color_shows_none, NULL};
    const TTest *const enemies[] = {enemies_move_by_themselves,
        an_enemy_that_meets_the_player_ends_the_game, a_player_that_meets_an_enemy_ends_the_game,
        NULL};
    const TTest *const options[] = {bad_options_are_rejected_by_name, NULL};
    return run_suite("03_maze", (const struct test_group[]){{"shown", shown}, {"enemies", enemies},
                                    {"options", options}, {NULL, NULL}});
}
