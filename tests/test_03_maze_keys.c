/* The keys of chapter 3's game. */
#include "maze_stage.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* Presses random keys. Where the next step leads shows whether a wall stopped the player. */
static void walk(const struct key keys[4], int steps)
{
    struct maze_map map = maze_usual_map();
    struct place player;
    struct terminal terminal;
    uint64_t random = 1;
    int moved = 0, stayed = 0;
    maze_start(&terminal);
    maze_until_player(&terminal, &player);
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
        terminal_until(&terminal, "the player has moved", maze_player_is_at, &player);
    }
    maze_check(&terminal);
    maze_leave(&terminal);
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

START_TEST(other_keys_do_nothing)
{
    struct place player;
    struct terminal terminal;
    maze_start(&terminal);
    maze_until_player(&terminal, &player);
    terminal_type(&terminal, "\r\n\t135790aZ \033[5~\033OP\xc3\xa9\xff\033");
    maze_step_once(&terminal, &player);
    terminal_until(&terminal, "the clock alone is below the maze", maze_shows_clock, NULL);
    maze_leave(&terminal);
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
    return maze_find_player(terminal, &player) && memcmp(&player, place, sizeof(player)) != 0;
}

/* Types a step to the side. When the player has taken it, all that was typed before has been read:
 * it has to have moved nobody. */
static void check_nothing_moved(
    struct terminal *terminal, struct place *player, const char *typed, size_t size)
{
    struct place before = *player, after;
    terminal_type(terminal, before.x == 1 ? "6" : "4");
    terminal_until(terminal, "the player has moved", player_is_elsewhere, player);
    maze_until_player(terminal, &after);
    player->x = 3 - before.x;
    ck_assert_msg(memcmp(&after, player, sizeof(after)) == 0,
        "after ESC %.*s the player is at %zu, %zu and not at %zu, %zu", (int)size - 1, typed + 1,
        after.x, after.y, player->x, player->y);
}

static void start_in_a_column(struct terminal *terminal, struct place *player)
{
    maze_start_with(terminal, column_words);
    terminal_type(terminal, "8888888888888888888888");
    struct place top = {1, 1};
    terminal_until_keys_are_read(terminal);
    maze_until_player(terminal, &top);
    top.y = 1;
    terminal_until(terminal, "the player is at the top", maze_player_is_at, &top);
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
    maze_leave(&terminal);
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
    terminal_until(&terminal, "an arrow moves the player", maze_player_is_at, &player);
    maze_leave(&terminal);
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
        terminal_until(&terminal, "the player has moved down", maze_player_is_at, &player);
    }
    maze_leave(&terminal);
}
END_TEST

int main(void)
{
    const TTest *const moving[] = {digits_move_the_player_where_it_is_free,
        arrows_move_the_player_where_it_is_free, the_keypad_moves_the_player_in_application_mode,
        other_keys_do_nothing, sequences_that_nobody_knows_move_nothing,
        a_sequence_may_arrive_in_pieces, a_key_behind_other_characters_is_obeyed, NULL};
    return run_suite("03_maze_keys", (const struct test_group[]){{"moving", moving}, {NULL, NULL}});
}
