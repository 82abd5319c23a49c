#include "protocol/arena.h"

#include "unit.h"

#include <string.h>

static void pieces_are_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    unsigned char *previous = NULL;
    for (size_t size = 1; size < 3000; size += 7) {
        unsigned char *piece = arena_alloc(arena, size);
        assert_non_null(piece);
        assert_int_equal((uintptr_t)piece % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(piece[i], 0);
        memset(piece, 0xAA, size);
        if (previous)
            assert_int_equal(previous[0], 0xAA);
        previous = piece;
    }
    arena_destroy(arena);
}

static void a_large_piece_leaves_the_current_block_in_use(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    char *small = arena_alloc(arena, 16);
    assert_non_null(arena_alloc(arena, 10 << 20));
    size_t reserved = arena_size(arena);
    char *next = arena_alloc(arena, 16);
    assert_ptr_equal(next, small + 16);
    assert_int_equal(arena_size(arena), reserved);
    arena_destroy(arena);
}

static void memory_is_not_reserved_far_beyond_use(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    for (size_t i = 0; i < 100000; i++)
        memset(arena_alloc(arena, 100), 1, 100);
    assert_true(arena_size(arena) >= 100000 * 100);
    assert_true(arena_size(arena) < 2 * 100000 * 112 + (2 << 20));
    arena_destroy(arena);
}

static void reset_forgets_all_but_the_first_block(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    size_t empty = arena_size(arena);
    char *first = arena_alloc(arena, 8);
    memset(first, 1, 8);
    for (size_t i = 0; i < 1000; i++)
        arena_alloc(arena, 1000);
    assert_true(arena_size(arena) > empty);
    arena_reset(arena);
    assert_int_equal(arena_size(arena), empty);
    char *again = arena_alloc(arena, 8);
    assert_ptr_equal(again, first);
    assert_int_equal(again[0], 0);
    arena_destroy(arena);
}

static void failure_is_sticky_until_reset(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    assert_non_null(arena_alloc(arena, 1));
    assert_false(arena_failed(arena));
    assert_null(arena_alloc(arena, SIZE_MAX));
    assert_true(arena_failed(arena));
    assert_null(arena_alloc(arena, 1));
    assert_null(arena_copy(arena, "x", 1));
    assert_null(arena_printf(arena, "%d", 1));
    arena_reset(arena);
    assert_false(arena_failed(arena));
    assert_non_null(arena_alloc(arena, 1));
    assert_null(arena_copy(arena, "x", SIZE_MAX));
    assert_true(arena_failed(arena));
    arena_destroy(arena);
}

static void a_missing_arena_counts_as_failed(void **state)
{
    (void)state;
    assert_null(arena_alloc(NULL, 1));
    assert_true(arena_failed(NULL));
    assert_int_equal(arena_size(NULL), 0);
    arena_destroy(NULL);
}

static void copies_and_text_end_with_a_nul(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    char *copy = arena_copy(arena, "a\0b!", 3);
    assert_memory_equal(copy, "a\0b", 4);
    assert_string_equal(arena_copy(arena, NULL, 0), "");
    assert_string_equal(arena_printf(arena, "%s-%d", "x", 7), "x-7");
    char long_text[1000];
    memset(long_text, 'y', sizeof(long_text) - 1);
    long_text[sizeof(long_text) - 1] = '\0';
    assert_string_equal(arena_printf(arena, "%s", long_text), long_text);
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_zeroed_aligned_and_apart),
        cmocka_unit_test(a_large_piece_leaves_the_current_block_in_use),
        cmocka_unit_test(memory_is_not_reserved_far_beyond_use),
        cmocka_unit_test(reset_forgets_all_but_the_first_block),
        cmocka_unit_test(failure_is_sticky_until_reset),
        cmocka_unit_test(a_missing_arena_counts_as_failed),
        cmocka_unit_test(copies_and_text_end_with_a_nul),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
