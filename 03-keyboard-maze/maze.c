/* A maze in the terminal, in which the keyboard moves the player. The game itself is in game.c. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "03-keyboard-maze/game.h"
#include "03-keyboard-maze/screen.h"
#include "03-keyboard-maze/terminal_guard.h"
#include "common/language.h"
#include "common/program.h"

#define MAX_ENEMIES 100

static struct {
    long width, height; /* cells */
    long seed;          /* below 0: a random one */
    long enemies;
} settings = {.width = 24, .height = 11, .seed = -1};

static const char *const purpose[] = {
    "Um labirinto: 4 6 8 2 ou as setas movem o jogador, S sai.",
    "A maze: 4 6 8 2 or the arrows move the player, S leaves.",
};

static const struct program_option options[] = {
    {"width", OPTION_COUNT, &settings.width, "N", {"células em cada linha", "cells in a row"}, 1,
        MAZE_MAP_LIMIT},
    {"height", OPTION_COUNT, &settings.height, "N", {"linhas de células", "rows of cells"}, 1,
        MAZE_MAP_LIMIT},
    {"seed", OPTION_COUNT, &settings.seed, "N",
        {"o mesmo número dá o mesmo labirinto", "the same number gives the same maze"}, 0,
        UINT32_MAX},
    {"enemies", OPTION_COUNT, &settings.enemies, "N",
        {"inimigos no labirinto", "enemies in the maze"}, 0, MAX_ENEMIES},
    {0},
};

/*
 * The terminal's signals
 */

static void on_resize(void *game)
{
    screen_resize();
    game_redraw(game);
}

/* kill %1 sends SIGTERM and SIGCONT to a stopped game. SIGTERM, which cancels this task, may arrive
 * a moment later, if another thread has received it. So the task waits before it stops the game
 * again. */
static int stop_in_background(void *unused)
{
    (void)unused;
    int error = task_sleep(0.2);
    if (!error)
        screen_stop_in_background();
    return error;
}

static void on_continue(void *argument)
{
    struct game *game = argument;
    if (screen_resume())
        game_redraw(game);
    else
        scope_spawn(&game->scope, "background", stop_in_background, NULL);
}

static void on_suspend(void *game)
{
    screen_suspend();
    if (screen_resume())
        game_redraw(game);
}

static const struct {
    int number;
    void (*callback)(void *game);
} signals[] = {{SIGWINCH, on_resize}, {SIGTSTP, on_suspend}, {SIGCONT, on_continue}};

#define SIGNALS (sizeof(signals) / sizeof(*signals))

/* The library handles SIGUSR1 while tasks run. From screen_start to then it is blocked, because it
 * would end the program and leave the terminal as it is. */
static void mask_sigusr1(int how)
{
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    pthread_sigmask(how, &mask, NULL);
}

static int play(void *game)
{
    struct loop_signal *started[SIGNALS] = {NULL};
    int error = 0;
    mask_sigusr1(SIG_UNBLOCK);
    for (size_t i = 0; i < SIGNALS && !error; i++)
        error = loop_signal_start(
            task_loop(), &started[i], signals[i].number, signals[i].callback, game);
    if (!error) {
        guard_wrap(SIGINT); /* the loop handles these three */
        guard_wrap(SIGTERM);
        guard_wrap(SIGTSTP);
        error = game_execute(game);
    }
    screen_restore();     /* first: without a handler, Ctrl+Z would leave the game's screen */
    guard_unwrap(SIGINT); /* otherwise task_run would leave it, as a handler of the program's */
    guard_unwrap(SIGTERM);
    for (size_t i = 0; i < SIGNALS; i++)
        loop_signal_stop(started[i]);
    return error;
}

/*
 * The program
 */

/* Reports how the game ended, on the restored terminal. Returns the exit status. */
static int report_end(const struct game *game, int error, int signal)
{
    switch (error) {
    case 0:
    case UV_ECANCELED:
        if (game->caught)
            puts(tr("Um inimigo pegou você. Fim de jogo.", "An enemy caught you. Game over."));
        else if (signal == SIGINT)
            puts("exit");
        return EXIT_SUCCESS;
    case UV_ENOSPC:
        fprintf(stderr, "maze: %s\n", game->too_small);
        return EXIT_FAILURE;
    case UV_ENOTTY:
        fputs(tr("maze: a entrada e a saída precisam ser um terminal.\n",
                  "maze: the input and the output have to be a terminal.\n"),
            stderr);
        return EXIT_FAILURE;
    case UV_ENOTSUP:
        fprintf(stderr,
            tr("maze: não conheço este terminal, ou ele não sabe posicionar o cursor: TERM=%s\n",
                "maze: this terminal is unknown or cannot place its cursor: TERM=%s\n"),
            getenv("TERM") ? getenv("TERM") : "");
        return EXIT_FAILURE;
    default:
        return program_end(error, tr("o jogo", "the game"));
    }
}

// #region run
/* The screen starts here, on the thread's own stack, and not in the task: ncurses needs about
 * 100 KiB of stack to read the terminal's description, and a task has 64. */
static int run(struct game *game, int *signal)
{
    uv_loop_t loop;
    int error = loop_init(&loop);
    if (error)
        return error;
    mask_sigusr1(SIG_BLOCK); /* until play begins: before that it would end the program */
    error = screen_start();
    if (!error) {
        error = task_run(&loop, "maze", play, game);
        *signal = loop_signal_received(&loop);
    }
    screen_restore();
    loop_close(&loop);
    return error;
}
// #endregion run

int main(int argc, char **argv)
{
    program_start(argc, argv, purpose, options);
    struct game game;
    int signal = 0;
    int error = game_init(&game, (size_t)settings.width, (size_t)settings.height,
        (size_t)settings.enemies, settings.seed);
    if (!error)
        error = run(&game, &signal);
    game_free(&game);
    return report_end(&game, error, signal);
}
