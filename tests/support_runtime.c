#include "support_runtime.h"

#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define ITERATIONS 12

/* Each test is a process, so the notes are its own. */
static char notes[4096];

bool memory_is_shadowed(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    return true;
#endif
#endif
    const char *valgrind = getenv("VALGRIND");
    return valgrind && *valgrind;
}

bool is_emulated(void)
{
    const char *emulator = getenv("EMULATOR");
    return emulator && *emulator;
}

void open_loop(uv_loop_t *loop)
{
    ck_assert_int_eq(loop_init(loop), 0);
    loop_clock_pause(loop);
}

void close_loop(uv_loop_t *loop)
{
    ck_assert_int_eq(loop_close(loop), 0);
}

int run_main(int (*function)(void *argument), void *argument)
{
    uv_loop_t loop;
    uv_async_t alive; /* there is always something left to wait for */
    open_loop(&loop);
    ck_assert_int_eq(uv_async_init(&loop, &alive, NULL), 0);
    int result = task_run(&loop, "main", function, argument);
    uv_close((uv_handle_t *)&alive, NULL);
    close_loop(&loop);
    return result;
}

void run_ready(void)
{
    for (int i = 0; i < ITERATIONS; i++)
        task_yield();
}

void advance(double seconds)
{
    loop_clock_advance(task_loop(), seconds);
    run_ready();
}

struct task *spawn_held(
    struct scope *scope, const char *name, int (*function)(void *argument), void *argument)
{
    struct task *task = NULL;
    struct task_options options = {.handle = &task};
    ck_assert_int_eq(scope_spawn_with(scope, name, function, argument, options), 0);
    ck_assert_ptr_nonnull(task);
    return task;
}

int return_number(void *number)
{
    return *(int *)number;
}

int note_and_yield(void *name)
{
    note("%s", (char *)name);
    int error = task_yield();
    note("%s", (char *)name);
    return error;
}

int wait_for_ever(void *name)
{
    int error = task_sleep(INFINITY);
    note("%s:%s", (const char *)name, error ? uv_err_name(error) : "0");
    return error;
}

int clean_up_for_a_second(void *name)
{
    struct scope shield;
    int error = wait_for_ever(name);
    ck_assert_int_eq(scope_enter_shielded(&shield, 5), 0);
    task_sleep(1);
    note("%s:clean", (char *)name);
    ck_assert_int_eq(scope_leave(&shield, 0), 0);
    return error;
}

int fail_later(void *argument)
{
    struct failure *failure = argument;
    int error = future_wait(&failure->when, NULL);
    return error ? error : failure->error;
}

void note(const char *format, ...)
{
    size_t length = strlen(notes), room = sizeof notes - length;
    va_list arguments;
    va_start(arguments, format);
    if (length)
        notes[length++] = ' ', room--;
    int written = vsnprintf(notes + length, room, format, arguments);
    va_end(arguments);
    ck_assert_int_ge(written, 0);
    ck_assert_uint_lt((size_t)written, room);
}

static int compare_words(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort_words(char text[sizeof notes])
{
    char *words[sizeof notes / 2], copy[sizeof notes], *rest;
    size_t count = 0;
    strcpy(copy, text);
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        words[count++] = word;
    qsort(words, count, sizeof *words, compare_words);
    text[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        strcat(text, words[i]);
        strcat(text, " ");
    }
}

void expect_notes(const char *text)
{
    char expected[sizeof notes];
    ck_assert_uint_lt(strlen(text) + 1, sizeof notes);
    strcpy(expected, text);
    if (getenv("LOOP_SEED")) {
        sort_words(notes);
        sort_words(expected);
    }
    ck_assert_str_eq(notes, expected);
    notes[0] = '\0';
}

void keep_order(void)
{
    unsetenv("LOOP_SEED");
}

static char *read_all(int file)
{
    char *text = NULL, part[1024];
    size_t size;
    FILE *memory = open_memstream(&text, &size);
    if (!memory)
        ck_abort_msg("no memory");
    for (ssize_t got; (got = read(file, part, sizeof part)) > 0;)
        fwrite(part, 1, (size_t)got, memory);
    fclose(memory);
    return text;
}

int run_apart(void (*function)(void *argument), void *argument, char **errors)
{
    int ends[2], status;
    if (pipe(ends))
        ck_abort_msg("pipe failed");
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0)
        ck_abort_msg("fork failed");
    if (pid == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0}); /* Valgrind writes one too */
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        function(argument);
        _exit(0);
    }
    close(ends[1]);
    char *text = read_all(ends[0]);
    close(ends[0]);
    if (waitpid(pid, &status, 0) != pid)
        ck_abort_msg("waitpid failed");
    char *emulators = is_emulated() ? strstr(text, "qemu: uncaught target signal") : NULL;
    if (emulators)
        *emulators = '\0'; /* not what the process wrote */
    if (errors)
        *errors = text;
    else
        free(text);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

struct main_task {
    int (*function)(void *argument);
};

static void run_and_forget(void *argument)
{
    struct main_task *main_task = argument;
    uv_loop_t loop;
    if (loop_init(&loop))
        return;
    loop_clock_pause(&loop);
    task_run(&loop, "main", main_task->function, NULL);
}

void aborts_with(const char *text, int (*main_task)(void *argument))
{
    char *errors;
    int status = run_apart(run_and_forget, &(struct main_task){main_task}, &errors);
    if (status != 128 + SIGABRT || !strstr(errors, text))
        ck_abort_msg("status %d instead of an abort with \"%s\":\n%.1500s", status, text, errors);
    free(errors);
}

uint64_t from_now(double seconds)
{
    return loop_deadline(task_loop(), seconds);
}

struct clockwork {
    int (*function)(void *argument);
    int seconds;
};

static int move_the_clock(void *argument)
{
    struct clockwork *clockwork = argument;
    struct scope scope;
    int result = 0;
    scope_enter(&scope);
    struct task *task = spawn_held(&scope, "child", clockwork->function, NULL);
    run_ready();
    for (int i = 1; i <= clockwork->seconds; i++) {
        note("%d", i);
        advance(1);
    }
    int error = task_join(task, &result);
    ck_assert_int_eq(error, 0);
    return scope_leave(&scope, result == UV_ECANCELED ? UV_ECANCELED : 0);
}

int run_for(int seconds, int (*function)(void *argument))
{
    return run_main(move_the_clock, &(struct clockwork){function, seconds});
}

void note_result(int error)
{
    note("%s", error < 0 ? uv_err_name(error) : "0");
}

int miss_a_deadline(void *unused)
{
    (void)unused;
    struct scope scope;
    ck_assert_int_eq(scope_enter_until(&scope, from_now(2)), 0);
    scope_spawn(&scope, "child", wait_for_ever, "child");
    int error = wait_for_ever("owner");
    ck_assert_int_eq(error, UV_ETIMEDOUT);
    ck_assert_int_eq(task_cancelled(), UV_ETIMEDOUT);
    note_result(task_yield()); /* each wait inside tells again */
    note_result(task_sleep(1));
    error = scope_leave(&scope, error);
    ck_assert_int_eq(task_yield(), 0); /* and none outside */
    return error;
}
