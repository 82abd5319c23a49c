#include "protocol/arena.h"
#include "protocol/codec_msgpack.h"
#include "protocol/value.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTES(text) text, sizeof(text) - 1

static int set_up(void **state)
{
    *state = arena_create();
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    arena_destroy(*state);
    return 0;
}

static struct value *decode(struct arena *arena, const void *bytes, size_t length)
{
    char reason[128] = "";
    char *copy = malloc(length ? length : 1);
    memcpy(copy, bytes, length);
    struct value *value = codec_msgpack_decode(arena, copy, length, reason, sizeof(reason));
    free(copy);
    if (!value)
        fail_msg("refused: %s", reason);
    return value;
}

static void assert_refused(struct arena *arena, const void *bytes, size_t length, const char *wanted)
{
    char reason[128] = "";
    assert_null(codec_msgpack_decode(arena, bytes, length, reason, sizeof(reason)));
    assert_string_equal(reason, wanted);
}

/* {"v": VALUE} there and back must be equal. */
static void assert_round_trip(struct arena *arena, struct value *value)
{
    struct codec_buffer buffer = {0};
    struct value *map = value_map(arena);
    const char *reason = NULL;
    value_set(arena, map, "v", value);
    assert_true(codec_msgpack_encode(&buffer, map, &reason));
    assert_true(value_equal(decode(arena, buffer.bytes, buffer.length), map));
    codec_buffer_finish(&buffer);
}

static void every_type_survives_a_round_trip(void **state)
{
    struct arena *arena = *state;
    static const int64_t integers[] = {0,
                                       1,
                                       127,
                                       128,
                                       255,
                                       256,
                                       65535,
                                       65536,
                                       -1,
                                       -32,
                                       -33,
                                       -128,
                                       -129,
                                       -32768,
                                       -32769,
                                       INT32_MIN,
                                       INT32_MAX,
                                       UINT32_MAX,
                                       (int64_t)UINT32_MAX + 1,
                                       INT64_MIN,
                                       INT64_MAX};
    static const size_t lengths[] = {0, 31, 32, 255, 256, 65535, 65536};
    char *text = malloc(65536);
    memset(text, 'x', 65536);
    for (size_t i = 0; i < COUNT(integers); i++)
        assert_round_trip(arena, value_int(arena, integers[i]));
    for (size_t i = 0; i < COUNT(lengths); i++) {
        struct value *array = value_array(arena);
        for (size_t item = 0; item < lengths[i]; item++)
            value_append(arena, array, value_null(arena));
        assert_round_trip(arena, array);
        assert_round_trip(arena, value_string(arena, text, lengths[i]));
        assert_round_trip(arena, value_bytes(arena, text, lengths[i]));
    }
    assert_round_trip(arena, value_bool(arena, true));
    assert_round_trip(arena, value_bool(arena, false));
    assert_round_trip(arena, value_float(arena, -0.1));
    assert_round_trip(arena, value_string(arena, "a\0b\xC3\xA9", 5));
    assert_round_trip(arena, value_map(arena));
    free(text);
}

static void the_encoding_is_the_shortest(void **state)
{
    struct arena *arena = *state;
    struct value *map = value_map(arena);
    value_set_int(arena, map, "seq", 1);
    value_set(arena, map, "b", value_bytes(arena, "\xFF", 1));
    value_set(arena, map, "n", value_null(arena));
    value_set_int(arena, map, "i", -200);
    struct codec_buffer buffer = {0};
    const char *reason = NULL;
    assert_true(codec_msgpack_encode(&buffer, map, &reason));
    static const char wanted[] = "\x84\xA3seq\x01\xA1"
                                 "b\xC4\x01\xFF\xA1n\xC0\xA1i\xD1\xFF\x38";
    assert_int_equal(buffer.length, sizeof(wanted) - 1);
    assert_memory_equal(buffer.bytes, wanted, buffer.length);
    codec_buffer_finish(&buffer);
}

static void other_encodings_are_understood(void **state)
{
    struct arena *arena = *state;
    assert_true(value_get_float(decode(arena, BYTES("\x81\xA1v\xCA\x3F\x80\0\0")), "v", 0) == 1.0);
    assert_int_equal(value_get_int(decode(arena, BYTES("\xDF\0\0\0\1\xDB\0\0\0\1v\xCF\0\0\0\0\0\0\0\5")), "v", 0), 5);
    assert_int_equal(value_get_int(decode(arena, BYTES("\x81\xA0\x05")), "", 0), 5);
    assert_int_equal(value_get_int(decode(arena, BYTES("\x81\xA1v\xD3\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF")), "v", 0), -1);
    assert_true(value_get_int(decode(arena, BYTES("\x81\xA1v\xCF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF")), "v", 0) ==
                INT64_MAX);
}

static void what_a_value_cannot_hold_is_refused(void **state)
{
    struct arena *arena = *state;
    assert_refused(arena, BYTES("\x81\xA1v\xCF\x80\0\0\0\0\0\0\0"), "an integer above 2^63-1");
    assert_refused(arena, BYTES("\x81\xA1v\xA2\xED\xA0"), "a string that is not UTF-8");
    assert_refused(arena, BYTES("\x81\xA1v\x91\x81\xA1k\xA1\xFF"), "a string that is not UTF-8");
    assert_refused(arena, BYTES("\x81\xA1\xFF\xC0"), "a map key that is not UTF-8 text without NUL");
    assert_refused(arena,
                   BYTES("\x81\xA3"
                         "a\0b\xC0"),
                   "a map key that is not UTF-8 text without NUL");
    assert_refused(arena, BYTES("\x82\xA1k\xC0\xA1k\xC0"), "the map key \"k\" stands twice");
    assert_refused(arena, BYTES("\x81\xA1v\x82\xA1k\xC0\xA1k\xC0"), "the map key \"k\" stands twice");
    assert_refused(arena, BYTES("\x81\xA1v\xD4\1\1"), "an extension type");
    assert_refused(arena, BYTES(""), "an empty frame");
}

/* A map of COUNT keys where the last one is that of LAST. */
static size_t many_keys(char *out, unsigned count, unsigned last)
{
    size_t length = (size_t)sprintf(out, "%c%c%c", 0xDE, (int)(count >> 8), (int)(count & 0xFF));
    length = 3;
    for (unsigned i = 0; i < count; i++) {
        out[length++] = (char)0xA5;
        length += (size_t)sprintf(out + length, "%05u", (i == count - 1 ? last : i) * 7919 % 100000);
        out[length++] = 0x01;
    }
    return length;
}

static void duplicates_are_found_in_maps_of_any_size(void **state)
{
    struct arena *arena = *state;
    static char bytes[60000 * 7 + 3];
    static const unsigned counts[] = {2, 16, 17, 100, 60000};
    for (size_t i = 0; i < COUNT(counts); i++) {
        char reason[128];
        size_t length = many_keys(bytes, counts[i], counts[i] - 1);
        assert_non_null(codec_msgpack_decode(arena, bytes, length, reason, sizeof(reason)));
        for (unsigned other = 0; other < 2; other++) {
            length = many_keys(bytes, counts[i], other * (counts[i] / 3));
            assert_null(codec_msgpack_decode(arena, bytes, length, reason, sizeof(reason)));
            assert_non_null(strstr(reason, "stands twice"));
        }
    }
}

static void a_map_beyond_the_limits_is_not_encoded(void **state)
{
    struct arena *arena = *state;
    struct codec_buffer buffer = {0};
    const char *reason = NULL;
    assert_true(codec_buffer_reserve(&buffer, 3));
    memcpy(buffer.bytes, "abc", 3);
    buffer.length = 3;

    struct value *deep = value_map(arena);
    for (int i = 0; i < 40; i++) {
        struct value *outer = value_map(arena);
        value_set(arena, outer, "in", deep);
        deep = outer;
    }
    assert_false(codec_msgpack_encode(&buffer, deep, &reason));
    assert_string_equal(reason, "nested deeper than 32");

    struct value *large = value_map(arena), *half = value_bytes(arena, NULL, 0);
    half->string.bytes = arena_alloc(arena, 9 << 20);
    half->string.length = 9 << 20;
    value_set(arena, large, "a", half);
    assert_true(codec_msgpack_encode(&buffer, large, &reason));
    buffer.length = 3;
    value_set(arena, large, "b", half);
    assert_false(codec_msgpack_encode(&buffer, large, &reason));
    assert_string_equal(reason, "longer than 16 MiB");

    struct value *many = value_map(arena), *array = value_array(arena), *null = value_null(arena);
    for (size_t i = 0; i < 1 << 20; i++)
        value_append(arena, array, null);
    value_set(arena, many, "a", array);
    assert_false(codec_msgpack_encode(&buffer, many, &reason));
    assert_string_equal(reason, "more than 1048576 values");

    assert_false(codec_msgpack_encode(&buffer, array, &reason));
    assert_string_equal(reason, "not a map");
    assert_false(codec_msgpack_encode(&buffer, NULL, &reason));
    assert_int_equal(buffer.length, 3);
    assert_memory_equal(buffer.bytes, "abc", 3);
    codec_buffer_finish(&buffer);
}

static void a_failed_arena_refuses(void **state)
{
    struct arena *arena = *state;
    arena_alloc(arena, SIZE_MAX);
    assert_refused(arena, BYTES("\x81\xA1v\x01"), "out of memory");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_type_survives_a_round_trip),
        TEST(the_encoding_is_the_shortest),
        TEST(other_encodings_are_understood),
        TEST(what_a_value_cannot_hold_is_refused),
        TEST(duplicates_are_found_in_maps_of_any_size),
        TEST(a_map_beyond_the_limits_is_not_encoded),
        TEST(a_failed_arena_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
