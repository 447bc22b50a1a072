// With Valgrind too.
#include "exercise.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

#include "tests/support.h"

#define SECRET "Bia's password: tangerine"

static struct server server;
static struct buffer sent;

static bool snprintf_fails; /* the next time */

/* The linker has the program call this in place of snprintf. */
__attribute__((format(printf, 3, 4))) int __wrap_snprintf(
    char *text, size_t size, const char *format, ...);
int __wrap_snprintf(char *text, size_t size, const char *format, ...)
{
    va_list arguments;
    if (snprintf_fails) {
        snprintf_fails = false;
        return -1;
    }
    va_start(arguments, format);
    int length = vsnprintf(text, size, format, arguments);
    va_end(arguments);
    return length;
}

static bool there_is_no_memory;

/* The same for realloc, which a buffer calls to grow. */
void *__real_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size)
{
    return there_is_no_memory ? NULL : __real_realloc(memory, size);
}

static int say_as(const char *name, const char *text)
{
    memset(&server, '.', sizeof(server));
    memcpy(server.memory + LINE_SIZE, SECRET, strlen(SECRET));
    buffer_free(&sent);
    return server_send(&server, &sent, name, text);
}

static int say(const char *text)
{
    return say_as("Ana", text);
}

static void expect_sent(const char *text)
{
    ck_assert_msg(buffer_size(&sent) == strlen(text), "\"%s\" has %zu bytes, and %zu were sent",
        text, strlen(text), buffer_size(&sent));
    ck_assert_msg(memcmp(sent.data + sent.start, text, strlen(text)) == 0,
        "\"%s\" should have been sent, and \"%.*s\" was", text, (int)strlen(text),
        sent.data + sent.start);
    buffer_free(&sent);
}

START_TEST(a_short_line)
{
    int error = say("hello");
    ck_assert_msg(error == 0, "a short line fits, and server_send returned %d", error);
    expect_sent("Ana >> hello");
}
END_TEST

START_TEST(a_line_too_long)
{
    char text[101] = "";
    int error = say(memset(text, 'x', 100));
    for (size_t i = 0; i < sent.end; i++)
        sent.data[i] = sent.data[i] ? sent.data[i] : '|'; /* so that it can be printed */
    ck_assert_msg(buffer_size(&sent) < LINE_SIZE,
        "Ana said x a hundred times, and all have read: %.*s", (int)sent.end, sent.data);
    ck_assert_msg(buffer_size(&sent) == 0, "the line does not fit, and %zu bytes of it were sent",
        buffer_size(&sent));
    ck_assert_msg(
        error == UV_EMSGSIZE, "the line does not fit, and server_send returned %d", error);
    ck_assert_msg(memcmp(server.memory + LINE_SIZE, SECRET, strlen(SECRET)) == 0,
        "somebody else's memory after the line was overwritten");
}
END_TEST

START_TEST(the_longest_line)
{
    char text[LINE_SIZE] = "";
    memset(text, 'x', LINE_SIZE - 1 - strlen("Ana >> "));
    ck_assert_msg(say(text) == 0, "a line of LINE_SIZE - 1 bytes fits, and was refused");
    ck_assert_msg(buffer_size(&sent) == LINE_SIZE - 1,
        "the longest line has %d bytes, and %zu were sent", LINE_SIZE - 1, buffer_size(&sent));
    strcat(text, "x");
    ck_assert_msg(say(text) == UV_EMSGSIZE, "a line one byte too long was accepted");
    buffer_free(&sent);
}
END_TEST

/* The text fits, but not with the name before it. */
START_TEST(a_long_name)
{
    char name[LINE_SIZE] = "";
    memset(name, 'n', LINE_SIZE - 4);
    ck_assert_msg(say_as(name, "hello") == UV_EMSGSIZE && buffer_size(&sent) == 0,
        "a name of 60 bytes and a text of 5 do not fit, and were accepted");
    ck_assert_msg(say_as("A", "") == 0, "a short name without a text fits, and was refused");
    buffer_free(&sent);
}
END_TEST

START_TEST(a_text_that_cannot_be_printed)
{
    snprintf_fails = true;
    int error = say("hello");
    bool called = !snprintf_fails;
    snprintf_fails = false;
    ck_assert_msg(!called || buffer_size(&sent) == 0,
        "snprintf returned -1, and %zu bytes were sent", buffer_size(&sent));
    ck_assert_msg(!called || error == UV_EINVAL,
        "snprintf returned -1, and server_send returned %s instead of UV_EINVAL",
        error ? uv_err_name(error) : "0");
}
END_TEST

/* What is in the buffer has not been sent yet. */
START_TEST(what_was_said_before_stays)
{
    char text[101] = "";
    ck_assert_int_eq(say("hello"), 0);
    int error = server_send(&server, &sent, "Ana", memset(text, 'x', 100));
    ck_assert_msg(
        error == UV_EMSGSIZE, "the line does not fit, and server_send returned %d", error);
    expect_sent("Ana >> hello");
}
END_TEST

START_TEST(a_text_is_no_format)
{
    ck_assert_int_eq(say("100%% of %d, %s"), 0);
    expect_sent("Ana >> 100%% of %d, %s");
    ck_assert_int_eq(say_as("%d", "hello"), 0);
    expect_sent("%d >> hello");
}
END_TEST

START_TEST(a_buffer_without_memory)
{
    there_is_no_memory = true;
    int error = say("hello");
    there_is_no_memory = false;
    ck_assert_msg(error == UV_ENOMEM,
        "there is no memory for the buffer, and server_send returned %s instead of UV_ENOMEM",
        error ? uv_err_name(error) : "0");
}
END_TEST

int main(void)
{
    return run_suite("4.4",
        (struct test_group[]){
            {"lines", (const TTest *const[]){a_short_line, a_line_too_long, the_longest_line,
                          a_long_name, a_text_that_cannot_be_printed, what_was_said_before_stays,
                          a_text_is_no_format, a_buffer_without_memory, NULL}},
            {NULL, NULL},
        });
}
