/* Asks on a pseudo-terminal, makes each step fail, and checks the terminal's modes. */
#include "exercise.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "tests/support_runtime.h"

struct stage {
    int keyboard, terminal; /* both ends of a pseudo-terminal */
    const char *question;
    struct future answer;
    struct termios before;
    bool ended; /* ask has returned */
};

static void open_terminal(struct stage *stage)
{
    *stage = (struct stage){.question = "Leave? "};
    stage->keyboard = posix_openpt(O_RDWR | O_NOCTTY);
    ck_assert_int_ge(stage->keyboard, 0);
    ck_assert_int_eq(grantpt(stage->keyboard), 0);
    ck_assert_int_eq(unlockpt(stage->keyboard), 0);
    stage->terminal = open(ptsname(stage->keyboard), O_RDWR | O_NOCTTY);
    ck_assert_int_ge(stage->terminal, 0);
    ck_assert_int_eq(tcgetattr(stage->terminal, &stage->before), 0);
}

static bool shows_what_is_typed(struct stage *stage)
{
    struct termios now;
    ck_assert_int_eq(tcgetattr(stage->terminal, &now), 0);
    return (now.c_lflag & (ICANON | ECHO)) == (stage->before.c_lflag & (ICANON | ECHO));
}

static void check_given_back(struct stage *stage, const char *what)
{
    struct termios now;
    ck_assert_msg(shows_what_is_typed(stage),
        "%s, ask returned, and the terminal still shows nothing of what is typed", what);
    ck_assert_int_eq(tcgetattr(stage->terminal, &now), 0);
    const struct termios *before = &stage->before;
    ck_assert_msg(now.c_lflag == before->c_lflag && now.c_iflag == before->c_iflag &&
                      now.c_oflag == before->c_oflag && now.c_cflag == before->c_cflag,
        "%s, ask returned, and the terminal's modes are not the same as before", what);
    close(stage->terminal);
    close(stage->keyboard);
}

static int ask_on(void *argument)
{
    struct stage *stage = argument;
    int result = ask(stage->terminal, stage->question, &stage->answer);
    stage->ended = true;
    return result;
}

/* The other end of the terminal, where a person sits. */
static void check_question(const struct stage *stage)
{
    char shown[64] = "";
    struct termios now;
    fcntl(stage->keyboard, F_SETFL, O_NONBLOCK);
    ssize_t size = read(stage->keyboard, shown, sizeof(shown) - 1);
    ck_assert_msg(size == (ssize_t)strlen(stage->question) && strcmp(shown, stage->question) == 0,
        "the question is \"%s\", and the terminal shows \"%s\" (%zd bytes)", stage->question, shown,
        size < 0 ? 0 : size);
    ck_assert_int_eq(tcgetattr(stage->terminal, &now), 0);
    ck_assert_msg(!(now.c_lflag & ECHO), "while ask waits, the terminal shows what is typed");
    ck_assert_msg(
        !(now.c_lflag & ICANON), "while ask waits, a key does not arrive before Enter is pressed");
}

/* Lets the asker end, and returns its result. */
static int result_of(struct task *asker, const struct stage *stage, const char *what)
{
    int result;
    run_ready();
    ck_assert_msg(stage->ended, "%s, and ask still waits", what);
    ck_assert_int_eq(task_join(asker, &result), 0);
    return result;
}

static int press_y(void *argument)
{
    struct stage *stage = argument;
    struct scope scope;
    scope_enter(&scope);
    struct task *asker = spawn_held(&scope, "asker", ask_on, stage);
    run_ready();
    check_question(stage);
    future_set(&stage->answer, 'y');
    int result = result_of(asker, stage, "the answer was set");
    ck_assert_msg(result == 'y', "the answer was 'y' (%d), and ask returned %d", 'y', result);
    return scope_leave(&scope, 0);
}

START_TEST(after_the_answer_the_terminal_is_given_back)
{
    struct stage stage;
    open_terminal(&stage);
    ck_assert_int_eq(run_main(press_y, &stage), 0);
    check_given_back(&stage, "The key was pressed");
}
END_TEST

static int cancel(struct stage *stage, bool early)
{
    struct scope scope;
    scope_enter(&scope);
    struct task *asker = spawn_held(&scope, "asker", ask_on, stage);
    if (!early)
        run_ready();
    task_cancel(asker);
    int result = result_of(asker, stage, "the task was cancelled");
    ck_assert_msg(result == UV_ECANCELED,
        "the task was cancelled, and ask returned %d instead of UV_ECANCELED: the game could not "
        "be "
        "left",
        result);
    scope_leave(&scope, 0);
    return 0;
}

static int cancel_it(void *stage)
{
    return cancel(stage, false);
}

static int cancel_it_early(void *stage)
{
    return cancel(stage, true);
}

static void check_without_echo(const struct stage *stage)
{
    struct termios now;
    ck_assert_int_eq(tcgetattr(stage->terminal, &now), 0);
    ck_assert_msg(!(now.c_lflag & ECHO),
        "the terminal did not show what is typed, as while a password is asked for; ask returned, "
        "and now it does");
}

/* Each terminal gets its own modes back: here the second one does not show what is typed, as while
 * a password is asked for. */
START_TEST(other_modes_are_given_back)
{
    struct stage first, second;
    open_terminal(&first);
    open_terminal(&second);
    second.before.c_lflag &= ~(tcflag_t)ECHO;
    ck_assert_int_eq(tcsetattr(second.terminal, TCSANOW, &second.before), 0);
    ck_assert_int_eq(run_main(press_y, &first), 0);
    ck_assert_int_eq(run_main(press_y, &second), 0);
    check_without_echo(&second);
    second.answer = (struct future){0};
    second.ended = false;
    ck_assert_int_eq(run_main(cancel_it, &second), 0);
    check_without_echo(&second);
    check_given_back(&first, "Two questions were asked");
    check_given_back(&second, "Two questions were asked");
}
END_TEST

/* The second question is asked while the first one waits for its answer. */
static int ask_two(void *argument)
{
    struct stage *stages = argument;
    struct scope scope;
    struct task *askers[2];
    scope_enter(&scope);
    for (int i = 0; i < 2; i++) {
        askers[i] = spawn_held(&scope, "asker", ask_on, &stages[i]);
        run_ready();
    }
    for (int i = 0; i < 2; i++) {
        future_set(&stages[i].answer, 'y');
        result_of(askers[i], &stages[i], "the answer was set");
    }
    return scope_leave(&scope, 0);
}

START_TEST(two_terminals_at_once_are_given_back)
{
    struct stage stages[2];
    open_terminal(&stages[0]);
    open_terminal(&stages[1]);
    stages[1].before.c_lflag &= ~(tcflag_t)ECHO;
    ck_assert_int_eq(tcsetattr(stages[1].terminal, TCSANOW, &stages[1].before), 0);
    ck_assert_int_eq(run_main(ask_two, stages), 0);
    check_without_echo(&stages[1]);
    check_given_back(&stages[0], "Two terminals were asked at once");
    check_given_back(&stages[1], "Two terminals were asked at once");
}
END_TEST

/* The keyboard's task could not read a key. */
static int fail_to_answer(void *argument)
{
    struct stage *stage = argument;
    struct scope scope;
    scope_enter(&scope);
    struct task *asker = spawn_held(&scope, "asker", ask_on, stage);
    run_ready();
    future_set(&stage->answer, UV_EOF);
    int result = result_of(asker, stage, "the answer was set");
    ck_assert_msg(result == UV_EOF, "the answer was an error, UV_EOF, and ask returned %d", result);
    scope_leave(&scope, 0); /* returns the error of its child */
    return 0;
}

START_TEST(an_answer_may_be_an_error)
{
    struct stage stage;
    open_terminal(&stage);
    ck_assert_int_eq(run_main(fail_to_answer, &stage), 0);
    check_given_back(&stage, "The answer was an error");
}
END_TEST

START_TEST(after_a_cancellation_the_terminal_is_given_back)
{
    struct stage stage;
    open_terminal(&stage);
    ck_assert_int_eq(run_main(cancel_it, &stage), 0);
    check_given_back(&stage, "The task was cancelled");
}
END_TEST

START_TEST(a_task_that_was_cancelled_before_gives_the_terminal_back)
{
    struct stage stage;
    open_terminal(&stage);
    ck_assert_int_eq(run_main(cancel_it_early, &stage), 0);
    check_given_back(&stage, "The task had been cancelled before");
}
END_TEST

static int ask_with_a_deadline(void *stage)
{
    struct scope scope;
    int error = scope_enter_for(&scope, 1.0);
    if (!error)
        error = ask_on(stage);
    return scope_leave(&scope, error);
}

static int ask_too_long(void *argument)
{
    struct stage *stage = argument;
    struct scope scope;
    scope_enter(&scope);
    struct task *asker = spawn_held(&scope, "asker", ask_with_a_deadline, stage);
    run_ready();
    advance(1.0);
    int result = result_of(asker, stage, "the task's deadline has passed");
    ck_assert_msg(result == UV_ETIMEDOUT,
        "the task's deadline has passed, and ask returned %d instead of UV_ETIMEDOUT", result);
    scope_leave(&scope, 0);
    return 0;
}

START_TEST(after_a_deadline_the_terminal_is_given_back)
{
    struct stage stage;
    open_terminal(&stage);
    ck_assert_int_eq(run_main(ask_too_long, &stage), 0);
    check_given_back(&stage, "The deadline passed");
}
END_TEST

struct trial {
    struct stage *stage;
    int *result;
};

static int ask_and_stop(void *argument)
{
    struct trial *trial = argument;
    struct scope scope;
    scope_enter(&scope);
    struct task *asker = spawn_held(&scope, "asker", ask_on, trial->stage);
    *trial->result = result_of(asker, trial->stage, "the question could not be written");
    scope_leave(&scope, 0); /* returns the error of its child */
    return 0;
}

START_TEST(after_a_failed_write_the_terminal_is_given_back)
{
    struct stage stage;
    open_terminal(&stage);
    int writable = stage.terminal;
    stage.terminal = open(ptsname(stage.keyboard), O_RDONLY | O_NOCTTY);
    ck_assert_int_ge(stage.terminal, 0);
    int result = 0;
    struct trial trial = {&stage, &result};
    ck_assert_int_eq(run_main(ask_and_stop, &trial), 0);
    close(writable);
    ck_assert_msg(result == UV_EBADF,
        "the question could not be written, and ask returned %d instead of UV_EBADF", result);
    check_given_back(&stage, "The question could not be written");
}
END_TEST

/* The window is closed while the question waits. */
static int close_the_terminal(void *argument)
{
    struct trial *trial = argument;
    struct scope scope;
    scope_enter(&scope);
    struct task *asker = spawn_held(&scope, "asker", ask_on, trial->stage);
    run_ready();
    close(trial->stage->keyboard);
    future_set(&trial->stage->answer, 'y');
    *trial->result = result_of(asker, trial->stage, "the answer was set");
    scope_leave(&scope, 0);
    return 0;
}

START_TEST(a_terminal_that_cannot_be_given_back_is_an_error)
{
    struct stage stage;
    int result = 0;
    struct trial trial = {&stage, &result};
    open_terminal(&stage);
    ck_assert_int_eq(run_main(close_the_terminal, &trial), 0);
    ck_assert_msg(result == UV_EIO,
        "the terminal was gone when ask gave it back, and ask returned %d instead of UV_EIO",
        result);
    close(stage.terminal);
}
END_TEST

int main(void)
{
    return run_suite(
        "3.3", (struct test_group[]){
                   {"terminal", (const TTest *const[]){after_the_answer_the_terminal_is_given_back,
                                    other_modes_are_given_back, an_answer_may_be_an_error,
                                    after_a_cancellation_the_terminal_is_given_back,
                                    after_a_deadline_the_terminal_is_given_back,
                                    after_a_failed_write_the_terminal_is_given_back,
                                    two_terminals_at_once_are_given_back,
                                    a_task_that_was_cancelled_before_gives_the_terminal_back,
                                    a_terminal_that_cannot_be_given_back_is_an_error, NULL}},
                   {NULL, NULL}});
}
