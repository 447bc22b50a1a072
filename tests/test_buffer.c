#include "common/buffer.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "support.h"

static void holds(const struct buffer *buffer, const char *text)
{
    ck_assert_uint_eq(buffer_size(buffer), strlen(text));
    ck_assert_mem_eq(buffer->data + buffer->start, text, strlen(text));
}

/* For long loops: ck_assert costs more than what it looks at. */
static void append_byte(struct buffer *buffer, char byte)
{
    if (buffer_append(buffer, &byte, 1) != 0)
        ck_abort_msg("no memory");
}

START_TEST(an_empty_one_holds_no_memory)
{
    struct buffer buffer = {0};
    ck_assert_int_eq(buffer_reserve(&buffer, 0), 0);
    ck_assert_int_eq(buffer_append(&buffer, NULL, 0), 0);
    buffer_consume(&buffer, 0);
    ck_assert_uint_eq(buffer_size(&buffer), 0);
    ck_assert_ptr_null(buffer.data);
    buffer_free(&buffer);
}
END_TEST

START_TEST(bytes_leave_in_the_order_they_came)
{
    struct buffer buffer = {0};
    ck_assert_int_eq(buffer_append(&buffer, "one", 3), 0);
    ck_assert_int_eq(buffer_append(&buffer, "two", 3), 0);
    holds(&buffer, "onetwo");
    buffer_consume(&buffer, 2);
    holds(&buffer, "etwo");
    buffer_free(&buffer);
    ck_assert_uint_eq(buffer_size(&buffer), 0);
    ck_assert_uint_eq(buffer.capacity, 0);
    ck_assert_ptr_null(buffer.data);
}
END_TEST

START_TEST(an_emptied_one_starts_at_the_front)
{
    struct buffer buffer = {0};
    ck_assert_int_eq(buffer_append(&buffer, "text", 4), 0);
    buffer_consume(&buffer, 4);
    ck_assert_uint_eq(buffer.start, 0);
    ck_assert_uint_eq(buffer.end, 0);
    buffer_free(&buffer);
}
END_TEST

START_TEST(a_nul_fits_behind_the_end)
{
    struct buffer buffer = {0};
    ck_assert_int_eq(buffer_reserve(&buffer, 1), 0);
    size_t size = buffer.capacity;
    memset(buffer.data, 'x', size);
    buffer.end = size;
    buffer.data[buffer.end] = '\0'; /* a sanitizer or Valgrind says if it does not */
    ck_assert_uint_eq(strlen(buffer.data), size);
    buffer_free(&buffer);
}
END_TEST

START_TEST(room_in_front_is_used_again)
{
    struct buffer buffer = {0};
    ck_assert_int_eq(buffer_reserve(&buffer, 512), 0);
    size_t capacity = buffer.capacity;
    memset(buffer.data, 'x', capacity - 4);
    memcpy(buffer.data + capacity - 4, "tail", 4);
    buffer.end = capacity;
    buffer_consume(&buffer, capacity - 4);
    ck_assert_int_eq(buffer_append(&buffer, "more", 4), 0);
    holds(&buffer, "tailmore");
    ck_assert_uint_eq(buffer.capacity, capacity);
    ck_assert_uint_eq(buffer.start, 0);
    buffer_free(&buffer);
}
END_TEST

START_TEST(capacity_doubles)
{
    struct buffer buffer = {0};
    size_t grown = 0, capacity = 0;
    for (size_t i = 0; i < 1 << 20; i++) {
        char byte = (char)(i % 251);
        append_byte(&buffer, byte);
        grown += buffer.capacity != capacity;
        capacity = buffer.capacity;
    }
    ck_assert_uint_le(grown, 12);
    ck_assert_uint_lt(capacity, 1 << 21);
    for (size_t i = 0; i < 1 << 20; i++)
        if (buffer.data[buffer.start + i] != (char)(i % 251))
            ck_abort_msg("byte %zu is wrong", i);
    buffer_free(&buffer);
}
END_TEST

START_TEST(a_big_step_doubles_too)
{
    struct buffer buffer = {0};
    ck_assert_int_eq(buffer_reserve(&buffer, 100000), 0);
    ck_assert_uint_eq(buffer.capacity, 131072);
    buffer_free(&buffer);
}
END_TEST

/* A long queue that is always full, passed through byte by byte: it stays in order and bounded,
 * and is not moved as a whole for each byte (the test's time limit would tell). */
START_TEST(a_long_queue_moves_seldom)
{
    enum { LENGTH = 1 << 20, STEPS = 1 << 20 };
    struct buffer buffer = {0};
    ck_assert_int_eq(buffer_reserve(&buffer, LENGTH), 0);
    memset(buffer.data, 0, LENGTH);
    buffer.end = LENGTH;
    size_t moves = 0;
    for (size_t i = 0; i < STEPS; i++) {
        char byte = (char)(i % 251);
        buffer_consume(&buffer, 1);
        size_t start = buffer.start;
        append_byte(&buffer, byte);
        moves += buffer.start < start;
    }
    ck_assert_uint_eq(buffer_size(&buffer), LENGTH);
    ck_assert_uint_le(moves, 3);
    ck_assert_uint_le(buffer.capacity, 4 * LENGTH);
    ck_assert_int_eq(buffer.data[buffer.end - 1], (char)((STEPS - 1) % 251));
    buffer_free(&buffer);
}
END_TEST

START_TEST(too_much_is_an_error_and_changes_nothing)
{
    struct buffer buffer = {0};
    ck_assert_int_eq(buffer_reserve(&buffer, SIZE_MAX), UV_ENOMEM);
    ck_assert_int_eq(buffer_append(&buffer, "text", 4), 0);
    ck_assert_int_eq(buffer_reserve(&buffer, SIZE_MAX), UV_ENOMEM);
    ck_assert_int_eq(buffer_reserve(&buffer, SIZE_MAX - 4), UV_ENOMEM);
    ck_assert_int_eq(buffer_reserve(&buffer, PTRDIFF_MAX), UV_ENOMEM);
    holds(&buffer, "text");
    buffer_free(&buffer);
}
END_TEST

int main(void)
{
    return run_suite("buffer",
        (struct test_group[]){
            {"queue", (const TTest *const[]){an_empty_one_holds_no_memory,
                          bytes_leave_in_the_order_they_came, an_emptied_one_starts_at_the_front,
                          a_nul_fits_behind_the_end, NULL}},
            {"memory", (const TTest *const[]){room_in_front_is_used_again, capacity_doubles,
                           a_big_step_doubles_too, a_long_queue_moves_seldom,
                           too_much_is_an_error_and_changes_nothing, NULL}},
            {NULL, NULL}});
}
