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

static int press_y(void *argument)
{
    struct stage *stage = argument;
    struct scope scope;
    int result;
    scope_enter(&scope);
    struct task *asker = spawn_held(&scope, "asker", ask_on, stage);
    run_ready();
    check_question(stage);
    future_set(&stage->answer, 'y');
    ck_assert_int_eq(task_join(asker, &result), 0);
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

static int cancel_it(void *argument)
{
    struct stage *stage = argument;
    struct scope scope;
    int result;
    scope_enter(&scope);
    struct task *asker = spawn_held(&scope, "asker", ask_on, stage);
    run_ready();
    task_cancel(asker);
    run_ready();
    ck_assert_msg(stage->ended, "the task was cancelled, and ask still waits for the answer");
    ck_assert_int_eq(task_join(asker, &result), 0);
    ck_assert_msg(result == UV_ECANCELED,
        "the task was cancelled, and ask returned %d instead of UV_ECANCELED: the game could not "
        "be "
        "left",
        result);
    scope_leave(&scope, 0);
    return 0;
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

/* The keyboard's task could not read a key. */
static int fail_to_answer(void *argument)
{
    struct stage *stage = argument;
    struct scope scope;
    int result;
    scope_enter(&scope);
    struct task *asker = spawn_held(&scope, "asker", ask_on, stage);
    run_ready();
    future_set(&stage->answer, UV_EOF);
    ck_assert_int_eq(task_join(asker, &result), 0);
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
    int result;
    scope_enter(&scope);
    struct task *asker = spawn_held(&scope, "asker", ask_with_a_deadline, stage);
    run_ready();
    advance(1.0);
    ck_assert_msg(stage->ended, "the task's deadline has passed, and ask still waits");
    ck_assert_int_eq(task_join(asker, &result), 0);
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

START_TEST(after_a_failed_write_the_terminal_is_given_back)
{
    struct stage stage;
    open_terminal(&stage);
    int writable = stage.terminal;
    stage.terminal = open(ptsname(stage.keyboard), O_RDONLY | O_NOCTTY);
    ck_assert_int_ge(stage.terminal, 0);
    int result = run_main(ask_on, &stage);
    close(writable);
    ck_assert_msg(result == UV_EBADF,
        "the question could not be written, and ask returned %d instead of UV_EBADF", result);
    check_given_back(&stage, "The question could not be written");
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
                                    after_a_failed_write_the_terminal_is_given_back, NULL}},
                   {NULL, NULL}});
}
