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

/* For long loops, in which ck_assert would cost more than the append. */
static void append_byte(struct buffer *buffer, char byte)
{
    if (buffer_append(buffer, &byte, 1) != 0)
        ck_abort_msg("no memory");
}

START_TEST(an_empty_buffer_holds_no_memory)
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

START_TEST(bytes_keep_their_order)
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

START_TEST(an_emptied_buffer_starts_at_the_front)
{
    struct buffer buffer = {0};
    ck_assert_int_eq(buffer_append(&buffer, "text", 4), 0);
    buffer_consume(&buffer, 4);
    ck_assert_uint_eq(buffer.start, 0);
    ck_assert_uint_eq(buffer.end, 0);
    buffer_free(&buffer);
}
END_TEST

START_TEST(a_nul_fits_after_the_end)
{
    struct buffer buffer = {0};
    ck_assert_int_eq(buffer_reserve(&buffer, 1), 0);
    size_t size = buffer.capacity;
    memset(buffer.data, 'x', size);
    buffer.end = size;
    buffer.data[buffer.end] = '\0'; /* a sanitizer or Valgrind reports it if there is no room */
    ck_assert_uint_eq(strlen(buffer.data), size);
    buffer_free(&buffer);
}
END_TEST

START_TEST(room_at_the_front_is_reused)
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

START_TEST(a_large_append_doubles_too)
{
    struct buffer buffer = {0};
    ck_assert_int_eq(buffer_reserve(&buffer, 100000), 0);
    ck_assert_uint_eq(buffer.capacity, 131072);
    buffer_free(&buffer);
}
END_TEST

/* Many bytes pass one by one through a long queue: they stay in order, the memory stays bounded,
 * and the contents do not move for each byte, or the test would exceed its time limit. */
START_TEST(a_long_queue_rarely_moves)
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

START_TEST(too_large_a_size_is_an_error)
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
            {"queue",
                (const TTest *const[]){an_empty_buffer_holds_no_memory, bytes_keep_their_order,
                    an_emptied_buffer_starts_at_the_front, a_nul_fits_after_the_end, NULL}},
            {"memory", (const TTest *const[]){room_at_the_front_is_reused, capacity_doubles,
                           a_large_append_doubles_too, a_long_queue_rarely_moves,
                           too_large_a_size_is_an_error, NULL}},
            {NULL, NULL}});
}
