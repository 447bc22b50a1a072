/* A maze: walk from cell to cell, always to one that was not visited yet, and open the wall in
 * between. In a dead end, go back. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { WIDTH = 12, HEIGHT = 5 };

struct maze {
    bool visited[HEIGHT][WIDTH];
    bool wall_above[HEIGHT][WIDTH], wall_left[HEIGHT][WIDTH];
};

static void open_wall(struct maze *maze, int x, int y, int next_x, int next_y)
{
    if (next_x == x)
        maze->wall_above[next_y > y ? next_y : y][x] = false;
    else
        maze->wall_left[y][next_x > x ? next_x : x] = false;
}

static int random_below(uint64_t *random, int limit)
{
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    return (int)((*random >> 33) % (unsigned)limit);
}

static void shuffle(int steps[4][2], uint64_t *random)
{
    for (int i = 3; i > 0; i--) {
        int j = random_below(random, i + 1);
        for (int k = 0; k < 2; k++) {
            int kept = steps[i][k];
            steps[i][k] = steps[j][k];
            steps[j][k] = kept;
        }
    }
}

// #region walk
static void walk(struct maze *maze, int x, int y, uint64_t *random)
{
    int steps[4][2] = {{-1, 0}, {0, 1}, {1, 0}, {0, -1}};
    maze->visited[y][x] = true;
    shuffle(steps, random);
    for (int i = 0; i < 4; i++) {
        int next_x = x + steps[i][0], next_y = y + steps[i][1];
        if (next_x < 0 || next_x >= WIDTH || next_y < 0 || next_y >= HEIGHT ||
            maze->visited[next_y][next_x])
            continue;
        open_wall(maze, x, y, next_x, next_y);
        walk(maze, next_x, next_y, random); /* the calls nest as deep as the path is long */
    }
}
// #endregion walk

static void show(const struct maze *maze)
{
    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++)
            fputs(maze->wall_above[y][x] ? "+--" : "+  ", stdout);
        puts("+");
        for (int x = 0; x < WIDTH; x++)
            fputs(maze->wall_left[y][x] ? "|  " : "   ", stdout);
        puts("|");
    }
    for (int x = 0; x < WIDTH; x++)
        fputs("+--", stdout);
    puts("+");
}

int main(int argc, char **argv)
{
    static struct maze maze;
    uint64_t random = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            maze.wall_above[y][x] = maze.wall_left[y][x] = true;
    walk(&maze, random_below(&random, WIDTH), random_below(&random, HEIGHT), &random);
    show(&maze);
    return 0;
}
